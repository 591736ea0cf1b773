package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLawGuide follows docs/guide/law.md as written: a fenced block that
// begins with a file name in a comment is written there, a block of sh is run.
func TestLawGuide(t *testing.T) {
	if _, err := exec.LookPath("sed"); err != nil {
		t.Skip("sed is not installed: the guide's commands use it")
	}
	guide, err := os.ReadFile("../../docs/guide/law.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	said := ""
	for _, m := range regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$").FindAllStringSubmatch(string(guide), -1) {
		kind, body := m[1], m[2]
		if kind == "sh" {
			said += runGuide(t, dir, body)
			continue
		}
		first, rest, _ := strings.Cut(body, "\n")
		name, ok := strings.CutPrefix(first, "# ")
		if !ok {
			t.Fatalf("a block of %s that names no file: %q", kind, first)
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(rest), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"74 regimes without fault", "5 passed, 0 failed", "+ law/xx/xx-example-order.yaml", "what it changes for you", "the data of the program are in use"} {
		if !strings.Contains(said, want) {
			t.Errorf("following the guide never says %q:\n%s", want, clip(said))
		}
	}
	if !regexp.MustCompile(`(?m)^xx-example-order +XX +in_force +1 of 1`).MatchString(said) {
		t.Error("the law that was taken in is not listed")
	}
}

func runGuide(t *testing.T, dir, script string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(bin, "telltale")); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-ec", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+filepath.Join(dir, ".cache"), "XDG_CONFIG_HOME="+filepath.Join(dir, ".config"),
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, script, clip(string(out)))
	}
	return string(out)
}
