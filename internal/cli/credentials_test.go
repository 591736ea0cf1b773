package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Credentials lie sealed in the server's folder: a copy of the database without
// the key file gives none away, nothing prints one, and a scan is asked with them.
func TestCredentialsLieSealed(t *testing.T) {
	t.Setenv("TELLTALE_SNMP_COMMUNITY", "")
	t.Setenv("TELLTALE_SSH_LOGIN", "")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := t.TempDir()
	text := "snmp:\n  communities: [hush-hush-word]\nssh: [{name: r, password: hush-hush-too}]\n"
	call := func(stdin string, args ...string) (int, string) {
		var out bytes.Buffer
		code := Main(args, strings.NewReader(stdin), &out, &out)
		if strings.Contains(out.String(), "hush") {
			t.Errorf("%v prints a secret: %s", args, &out)
		}
		return code, out.String()
	}
	plan := []string{"scan", "127.0.0.1", "--plan", "--credentials-of", dir}
	if code, out := call("", plan...); code != exitUsage || !strings.Contains(out, "no folder of a server") {
		t.Errorf("a folder of no server: %d %s", code, out)
	}
	for _, bad := range []string{"", "ssh: [{pass: hush-hush}]", "snmp: {}", "\x00"} {
		if code, out := call(bad, "serve", "--team", dir, "--keep-credentials"); code != exitUsage {
			t.Errorf("%q is kept: %d %s", bad, code, out)
		}
	}
	if code, out := call("", plan...); code != exitUsage || !strings.Contains(out, "no credentials lie there") {
		t.Errorf("none kept yet: %d %s", code, out)
	}
	if code, out := call(text, "serve", "--team", dir, "--keep-credentials"); code != exitOK {
		t.Fatalf("keep: %d %s", code, out)
	}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte("hush")) {
			t.Errorf("%s holds a secret in the open", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := openCredentials(t.Context(), dir)
	if err != nil || string(b) != text {
		t.Errorf("opened: %d bytes, %v", len(b), err)
	}
	if code, out := call("", plan...); code != exitOK {
		t.Errorf("plan: %d %s", code, out)
	}
	if err := os.Remove(filepath.Join(dir, "secret.key")); err != nil {
		t.Fatal(err)
	}
	if code, out := call("", plan...); code == exitOK {
		t.Errorf("without the key file: %d %s", code, out)
	}
}
