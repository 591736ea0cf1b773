package manifest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// run runs a tool in a folder; without the tool the test skips.
func run(t *testing.T, dir, tool string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skipf("%s is not installed: its signatures are not tried", tool)
	}
	cmd := exec.Command(tool, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", tool, strings.Join(args, " "), err, out)
	}
}

func get(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// holds checks that a signature holds with its key over its content, and with neither another key nor another content.
func holds(t *testing.T, name string, content, sig []byte, key, other *Key) {
	t.Helper()
	if who, err := Verify(content, sig, []*Key{other, key}); err != nil || who == "" {
		t.Errorf("%s: %q %v", name, who, err)
	}
	if _, err := Verify(content, sig, []*Key{other}); !errors.Is(err, ErrOtherKey) {
		t.Errorf("%s, another key: %v", name, err)
	}
	if _, err := Verify(append([]byte("x"), content...), sig, []*Key{key}); !errors.Is(err, ErrBad) {
		t.Errorf("%s, another content: %v", name, err)
	}
}

func TestOpenPGP(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("GNUPGHOME", dir)
	os.Chmod(dir, 0o700)
	content := []byte("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  fw.bin\n")
	os.WriteFile(filepath.Join(dir, "SHA256SUMS"), content, 0o644)
	gpg := func(args ...string) { run(t, dir, "gpg", append([]string{"--batch", "--yes", "--quiet"}, args...)...) }
	keyOf := func(who, algo string) *Key {
		gpg("--passphrase", "", "--quick-gen-key", who, algo, "sign", "never")
		gpg("--armor", "--output", who+".asc", "--export", who)
		k, err := ReadKey(get(t, dir, who+".asc"))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	defer exec.Command("gpgconf", "--homedir", dir, "--kill", "gpg-agent").Run()
	maker, other := keyOf("maker@example.invalid", "rsa2048"), keyOf("other@example.invalid", "ed25519")
	gpg("--local-user", "maker@example.invalid", "--armor", "--output", "a.asc", "--detach-sign", "SHA256SUMS")
	holds(t, "armoured", content, get(t, dir, "a.asc"), maker, other)
	gpg("--local-user", "other@example.invalid", "--output", "b.sig", "--detach-sign", "SHA256SUMS")
	holds(t, "bare", content, get(t, dir, "b.sig"), other, maker)
	gpg("--output", "ring.gpg", "--export", "maker@example.invalid")
	if k, err := ReadKey(get(t, dir, "ring.gpg")); err != nil || k.ID != maker.ID {
		t.Errorf("bare ring: %+v %v", k, err)
	}
	gpg("--local-user", "maker@example.invalid", "--output", "c.asc", "--clear-sign", "SHA256SUMS")
	clear := get(t, dir, "c.asc")
	if who, err := Verify(clear, clear, []*Key{maker}); err != nil {
		t.Errorf("in the clear: %q %v", who, err)
	}
	changed := []byte(strings.Replace(string(clear), "fw.bin", "fx.bin", 1))
	if _, err := Verify(changed, changed, []*Key{maker}); !errors.Is(err, ErrBad) {
		t.Errorf("changed in the clear: %v", err)
	}
	around := []byte(string(clear) + strings.Repeat("e", 64) + "  fw.bin\n")
	if text, ok := SignedText(around); !ok || len(Parse(text)) != 1 || Parse(text)[0].Sum[0] != '0' {
		t.Errorf("what stands after a signed text is believed: %q", text)
	}
}

func TestCMS(t *testing.T) {
	dir := t.TempDir()
	content := []byte("{\"files\":[]}\n")
	os.WriteFile(filepath.Join(dir, "m.json"), content, 0o644)
	ssl := func(args ...string) { run(t, dir, "openssl", args...) }
	certOf := func(name string, more ...string) *Key {
		ssl(append([]string{"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".pem", "-days", "30", "-subj", "/CN=" + name}, more...)...)
		k, err := ReadKey(get(t, dir, name+".pem"))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	maker, other := certOf("maker"), certOf("other")
	sign := func(out string, more ...string) []byte {
		ssl(append([]string{"cms", "-sign", "-binary", "-in", "m.json", "-outform", "DER", "-out", out}, more...)...)
		return get(t, dir, out)
	}
	holds(t, "detached", content, sign("a.p7s", "-signer", "maker.pem", "-inkey", "maker.key"), maker, other)
	holds(t, "sha512", content, sign("b.p7s", "-signer", "maker.pem", "-inkey", "maker.key", "-md", "sha512"), maker, other)
	plain := sign("e.p7s", "-noattr", "-signer", "maker.pem", "-inkey", "maker.key")
	if _, err := Verify(content, plain, []*Key{other, maker}); err != nil {
		t.Errorf("without attributes: %v", err)
	}
	if _, err := Verify([]byte("other"), plain, []*Key{maker}); !errors.Is(err, ErrOtherKey) { // such a signature does not say whose it is
		t.Errorf("without attributes, another content: %v", err)
	}
	ssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=leaf")
	ssl("x509", "-req", "-in", "leaf.csr", "-CA", "maker.pem", "-CAkey", "maker.key", "-set_serial", "7", "-out", "leaf.pem", "-days", "30")
	holds(t, "a signer the key vouches for", content, sign("c.p7s", "-signer", "leaf.pem", "-inkey", "leaf.key"), maker, other)
	inside := sign("d.p7m", "-nodetach", "-signer", "maker.pem", "-inkey", "maker.key")
	if _, err := Verify(content, inside, []*Key{maker}); err != nil {
		t.Errorf("content inside: %v", err)
	}
	if _, err := Verify([]byte("other"), inside, []*Key{maker}); !errors.Is(err, ErrBad) {
		t.Errorf("another content than inside: %v", err)
	}
}
