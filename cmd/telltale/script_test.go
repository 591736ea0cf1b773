package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"telltale/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"telltale": func() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs testdata/script/*.txtar. Beside testscript's own commands:
//
//	exits N telltale ...   the command must end with exit code N
//	valid FILE             FILE must be a result of schema telltale/check/1
//	same A B               files A and B must be byte-identical
//	capture FILE HEX...    write a capture of Ethernet frames, a second apart from 2026-01-05 10:00 UTC on
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("ROOT", root)
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("LocalAppData", filepath.Join(e.WorkDir, ".cache"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"capture": capture,
			"valid": func(ts *testscript.TestScript, neg bool, args []string) {
				if neg || len(args) != 1 {
					ts.Fatalf("usage: valid FILE")
				}
				validate(ts, filepath.Join(root, "docs/format/check.schema.json"), ts.ReadFile(args[0]))
			},
			"same": func(ts *testscript.TestScript, neg bool, args []string) {
				if len(args) != 2 {
					ts.Fatalf("usage: same A B")
				}
				if (ts.ReadFile(args[0]) == ts.ReadFile(args[1])) == neg {
					ts.Fatalf("%s and %s: want same = %v", args[0], args[1], !neg)
				}
			},
		},
	})
}

// exits runs a command whose exit code matters: testscript itself knows success and failure only.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE telltale ARGS")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	path, err := exec.LookPath(args[1])
	if err != nil {
		path = args[1]
	}
	cmd := exec.Command(path, args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = []string{"HOME=" + ts.Getenv("HOME"), "XDG_CACHE_HOME=" + ts.Getenv("XDG_CACHE_HOME"), "LocalAppData=" + ts.Getenv("LocalAppData"), "PATH=" + ts.Getenv("PATH"), "USER=tester"}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Run()
	ts.Check(os.WriteFile(ts.MkAbs("stdout.txt"), out.Bytes(), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("stderr.txt"), errs.Bytes(), 0o644))
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("exit code %d, want %d\nstdout:\n%s\nstderr:\n%s", got, want, clip(out.String()), clip(errs.String()))
	}
}

// capture writes frames as a pcap file, so that a script can state them in hex.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: capture FILE HEX...")
	}
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	for _, n := range []uint32{2 | 4<<16, 0, 0, 65535, 1} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	for i, x := range args[1:] {
		frame, err := hex.DecodeString(x)
		ts.Check(err)
		for len(frame) < 60 {
			frame = append(frame, 0)
		}
		for _, n := range []uint32{uint32(time.Date(2026, 1, 5, 10, 0, i, 0, time.UTC).Unix()), 0, uint32(len(frame)), uint32(len(frame))} {
			b = binary.LittleEndian.AppendUint32(b, n)
		}
		b = append(b, frame...)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o644))
}

func clip(s string) string {
	if len(s) > 4000 {
		return s[:4000] + "..."
	}
	return s
}

func validate(ts *testscript.TestScript, schema, doc string) {
	c := jsonschema.NewCompiler()
	s, err := c.Compile(schema)
	ts.Check(err)
	var v any
	d := json.NewDecoder(bytes.NewReader([]byte(doc)))
	d.UseNumber()
	ts.Check(d.Decode(&v))
	ts.Check(s.Validate(v))
}
