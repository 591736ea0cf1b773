package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"telltale/internal/pipeline"
)

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

type versionCmd struct {
	Format string `help:"Form of the output: ${enum}." enum:"table,json" default:"table" short:"f"`
}

// Version is set by release builds; otherwise the module's own version counts.
var Version = ""

func (c *versionCmd) Run(e *env) error {
	v := struct {
		Version string `json:"version"`
		Commit  string `json:"commit,omitempty"`
		Go      string `json:"go"`
	}{Version: Version, Go: runtime.Version()}
	if b, ok := debug.ReadBuildInfo(); ok {
		if v.Version == "" {
			v.Version = b.Main.Version
		}
		for _, s := range b.Settings {
			if s.Key == "vcs.revision" {
				v.Commit = s.Value
			}
		}
	}
	if c.Format == "json" {
		return writeJSON(e.stdout, v)
	}
	fmt.Fprintf(e.stdout, "telltale %s %s\n", v.Version, v.Go)
	return nil
}

type initCmd struct {
	Profile string `help:"Start from this built-in profile instead of asking." placeholder:"NAME"`
	Name    string `help:"Name of your organisation." placeholder:"NAME"`
	Force   bool   `help:"Overwrite an existing telltale.yaml."`
}

func (c *initCmd) Run(e *env) error {
	if _, err := os.Stat(pipeline.ConfigName); err == nil && !c.Force {
		return hinted{fmt.Errorf("%s exists already", pipeline.ConfigName), "edit it, or use --force to write a new one"}
	}
	k, err := pipeline.Load()
	if err != nil {
		return err
	}
	if c.Profile == "" {
		if c.Profile, c.Name, err = c.ask(e, k); err != nil {
			return err
		}
	}
	text, err := k.StartConfig(c.Profile, c.Name)
	if err != nil {
		return usage{hinted{err, "built-in profiles: " + strings.Join(k.ProfileNames(), ", ")}}
	}
	if err := os.WriteFile(pipeline.ConfigName, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", pipeline.ConfigName, err)
	}
	fmt.Fprintf(e.stdout, "wrote %s for profile %s; read it, correct the dates of your roles, then: telltale check FILE\n", pipeline.ConfigName, c.Profile)
	return nil
}

func (c *initCmd) ask(e *env, k *pipeline.Knowledge) (profile, name string, err error) {
	in := bufio.NewReader(io.LimitReader(e.stdin, 1<<16))
	line := func(q string) string {
		fmt.Fprintf(e.stdout, "%s ", q)
		s, _ := in.ReadString('\n')
		return strings.TrimSpace(s)
	}
	name = line("What is your organisation called?")
	fmt.Fprintln(e.stdout, "Which describes it best?")
	names := k.ProfileNames()
	for i, n := range names {
		fmt.Fprintf(e.stdout, "  %d  %-20s %s\n", i+1, n, k.ProfileSummary(n))
	}
	got := line("Number or name:")
	var i int
	if _, err := fmt.Sscanf(got, "%d", &i); err == nil && i >= 1 && i <= len(names) {
		got = names[i-1]
	}
	if got == "" {
		return "", "", usage{hinted{fmt.Errorf("no profile chosen"), "telltale init --profile " + names[0]}}
	}
	return got, name, nil
}
