package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSecrets: credentials come from a file of their owner alone, and neither an error nor a print shows one.
func TestSecrets(t *testing.T) {
	t.Setenv(envCommunity, "")
	t.Setenv(envSSHLogin, "")
	path := filepath.Join(t.TempDir(), "credentials.yaml")
	good := "snmp:\n  communities: [hush]\n  users: [{name: r, auth: SHA256, auth_key: hush-key}]\nssh: [{name: r, password: hush-word}]\n"
	for _, c := range []struct {
		name, text string
		mode       os.FileMode
		ok         bool
	}{{"good", good, 0o600, true}, {"open to others", good, 0o644, false}, {"damaged", "ssh: [{pass: hush-word}]\n", 0o600, false}} {
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		s, err := readSecrets(path, nil)
		if (err == nil) != c.ok || c.ok && (len(s.Communities) != 1 || len(s.Users) != 1 || len(s.SSH) != 1) {
			t.Errorf("%s: %v", c.name, err)
		}
		if shown := fmt.Sprintf("%v %+v %#v %s %v", s, s, s, s.SSH, err); strings.Contains(shown, "hush") {
			t.Errorf("%s: a secret is shown: %s", c.name, shown)
		}
	}
}
