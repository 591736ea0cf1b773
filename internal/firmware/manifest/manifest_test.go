package manifest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/blake2b"
)

func TestParse(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	for text, want := range map[string]string{
		sum + "  fw.bin\n":                                     "sha256 " + sum + "  fw.bin",
		sum + " *dir/fw.bin\r\n":                               "sha256 " + sum + "  dir/fw.bin",
		"SHA256 (fw.bin) = " + strings.ToUpper(sum):            "sha256 " + sum + "  fw.bin",
		`{"files":[{"name":"fw.bin","sha256":"` + sum + `"}]}`: "sha256 " + sum + "  fw.bin",
		`{"fw.bin":"` + sum + `"}`:                             "sha256 " + sum + "  fw.bin",
		`<file name="fw.bin" md5="` + sum[:32] + `"/>`:         "md5 " + sum[:32] + "  fw.bin",
		"a sentence of words with no digest":                   "",
		sum + " " + sum:                                        "",
		sum[:60] + "  fw.bin":                                  "",
	} {
		got := ""
		if l := Parse([]byte(text)); len(l) > 0 {
			got = l[0].String()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestFor(t *testing.T) {
	l := []Entry{{"a/fw.bin", "md5", "1"}, {"fw.bin", "md5", "2"}}
	if got := For(l, "fw.bin"); len(got) != 1 || got[0].Sum != "2" {
		t.Errorf("an exact name does not come first: %v", got)
	}
	if got := For(l[:1], "fw.bin"); len(got) != 1 {
		t.Errorf("a name in a folder is not found: %v", got)
	}
}

func pemOf(t *testing.T, pub any) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func line(alg string, rest ...[]byte) string {
	b := []byte(alg)
	for _, r := range rest {
		b = append(b, r...)
	}
	return base64.StdEncoding.EncodeToString(b)
}

func TestVerify(t *testing.T) {
	content := []byte("the content of an image")
	pub, priv, _ := ed25519.GenerateKey(rand.Reader)
	rk, _ := rsa.GenerateKey(rand.Reader, 2048)
	ek, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	sum, long := sha256.Sum256(content), blake2b.Sum512(content)
	pk15, _ := rsa.SignPKCS1v15(rand.Reader, rk, crypto.SHA256, sum[:])
	pss, _ := rsa.SignPSS(rand.Reader, rk, crypto.SHA256, sum[:], nil)
	ecs, _ := ecdsa.SignASN1(rand.Reader, ek, sum[:])
	id := []byte("12345678")
	shortKey := []byte("untrusted comment: k\n" + line("Ed", id, pub) + "\n")
	legacy := "untrusted comment: s\n" + line("Ed", id, ed25519.Sign(priv, content)) + "\n"
	hs := ed25519.Sign(priv, long[:])
	mini := "untrusted comment: s\n" + line("ED", id, hs) + "\ntrusted comment: file:fw\n" + base64.StdEncoding.EncodeToString(ed25519.Sign(priv, append(append([]byte{}, hs...), "file:fw"...))) + "\n"
	for _, c := range []struct {
		name     string
		key, sig []byte
	}{
		{"usign", shortKey, []byte(legacy)}, {"minisign", shortKey, []byte(mini)}, {"bare ed25519", pemOf(t, pub), ed25519.Sign(priv, content)},
		{"rsa", pemOf(t, &rk.PublicKey), pk15}, {"pss in base64", pemOf(t, &rk.PublicKey), []byte(base64.StdEncoding.EncodeToString(pss))}, {"ecdsa", pemOf(t, &ek.PublicKey), ecs},
	} {
		k, err := ReadKey(c.key)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if who, err := Verify(content, c.sig, []*Key{k}); err != nil || who == "" {
			t.Errorf("%s: %q %v", c.name, who, err)
		}
		if _, err := Verify(append(content, 'x'), c.sig, []*Key{k}); err == nil {
			t.Errorf("%s holds over another content", c.name)
		}
	}
	k, _ := ReadKey(shortKey)
	if _, err := Verify(append(content, 'x'), []byte(mini), []*Key{k}); !errors.Is(err, ErrBad) {
		t.Errorf("changed content: %v", err)
	}
	if _, err := Verify(content, []byte(strings.Replace(mini, "file:fw", "file:no", 1)), []*Key{k}); !errors.Is(err, ErrBad) {
		t.Errorf("changed comment: %v", err)
	}
	if _, err := Verify(content, []byte(mini), nil); !errors.Is(err, ErrOtherKey) {
		t.Errorf("no key: %v", err)
	}
	if _, err := Verify(content, []byte("hello"), []*Key{k}); !errors.Is(err, ErrNotAForm) {
		t.Errorf("no signature: %v", err)
	}
	if _, err := ReadKey([]byte(fmt.Sprintf("%s\n", "no key"))); err == nil {
		t.Error("a text is a key")
	}
}

func FuzzParse(f *testing.F) {
	sum := strings.Repeat("ab", 32)
	f.Add([]byte(sum + "  fw.bin\n"))
	f.Add([]byte("SHA256 (fw.bin) = " + sum))
	f.Add([]byte(`{"files":[{"name":"fw.bin","sha256":"` + sum + `"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, e := range Parse(b) {
			if New(e.Alg) == nil || e.Sum != strings.ToLower(e.Sum) {
				t.Fatalf("%+v", e)
			}
			For([]Entry{e}, e.Name)
		}
	})
}

func FuzzVerify(f *testing.F) {
	pub, priv, _ := ed25519.GenerateKey(rand.Reader)
	key := []byte("untrusted comment: k\n" + line("Ed", []byte("12345678"), pub) + "\n")
	f.Add(key, []byte("untrusted comment: s\n"+line("Ed", []byte("12345678"), ed25519.Sign(priv, []byte("x")))+"\n"))
	f.Add(key, []byte(pgpClearHead+"\nHash: SHA256\n\nx\n"+pgpSigHead+"\n\niQ==\n=AAAA\n-----END PGP SIGNATURE-----\n"))
	f.Add([]byte(pgpKeyHead+"\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----\n"), []byte("\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x02\x30\x00"))
	f.Fuzz(func(t *testing.T, key, sig []byte) {
		SignedText(sig)
		k, err := ReadKey(key)
		if err != nil {
			return
		}
		Verify([]byte("another content"), sig, []*Key{k})
	})
}
