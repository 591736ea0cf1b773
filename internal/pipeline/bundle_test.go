package pipeline

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/mod/sumdb/note"
)

// A signed bundle is taken in, shows what it changes and can be rolled back;
// one that was changed or signed by somebody else is refused.
func TestBundle(t *testing.T) {
	skey, vkey, err := note.GenerateKey(nil, "acme-law")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	tree := fstest.MapFS{}
	if err := copyTree(tree, "../../data"); err != nil {
		t.Fatal(err)
	}
	var first, second bytes.Buffer
	if err := BuildBundle(tree, signer, &first); err != nil {
		t.Fatal(err)
	}
	f := tree["law/us/us-fcc-54-9.yaml"]
	tree["law/us/us-fcc-54-9.yaml"] = &fstest.MapFile{Data: bytes.Replace(f.Data, []byte("2020-06-30"), []byte("2020-07-01"), 1)}
	if err := BuildBundle(tree, signer, &second); err != nil {
		t.Fatal(err)
	}
	s := BundleStore{Dir: t.TempDir()}
	if _, _, err := s.Update(first.Bytes(), trusted); err != nil {
		t.Fatal(err)
	}
	now, before, err := s.Update(second.Bytes(), trusted)
	if err != nil {
		t.Fatal(err)
	}
	if d := strings.Join(now.Diff(before), "\n"); d != "~ law/us/us-fcc-54-9.yaml" {
		t.Errorf("diff: %s", d)
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	back, err := os.ReadFile(s.path("current"))
	if err != nil || !bytes.Equal(back, first.Bytes()) {
		t.Errorf("rolling back does not bring the same bytes: %v", err)
	}
	whole, err := OpenBundle(first.Bytes(), trusted)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i := range 64 { // archive metadata that nobody reads may differ, what was signed may not
		tampered := bytes.Clone(first.Bytes())
		tampered[i*len(tampered)/64] ^= 1
		b, err := OpenBundle(tampered, trusted)
		switch {
		case errors.Is(err, ErrBundle):
			refused++
		case err != nil:
			t.Errorf("byte %d changed: %v", i*len(tampered)/64, err)
		case len(b.Diff(whole)) > 0:
			t.Errorf("byte %d changed: taken as signed although it differs: %v", i*len(tampered)/64, b.Diff(whole))
		}
	}
	if refused < 32 {
		t.Errorf("only %d of 64 changed bundles refused", refused)
	}
	_, other, _ := note.GenerateKey(nil, "acme-other")
	stranger, _ := note.NewVerifier(other)
	if _, err := OpenBundle(first.Bytes(), stranger); !errors.Is(err, ErrBundle) {
		t.Errorf("a stranger's bundle: %v", err)
	}
}

func copyTree(into fstest.MapFS, dir string) error {
	src := os.DirFS(dir)
	for _, part := range bundleParts {
		err := walkFiles(src, part, func(p string, b []byte) { into[p] = &fstest.MapFile{Data: b} })
		if err != nil {
			return err
		}
	}
	return nil
}

func walkFiles(src fs.FS, root string, do func(string, []byte)) error {
	return fs.WalkDir(src, root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(src, p)
		do(p, b)
		return err
	})
}

// FuzzOpenBundle: whatever the bytes, a refusal, never a panic.
func FuzzOpenBundle(f *testing.F) {
	_, vkey, err := note.GenerateKey(nil, "acme-law")
	if err != nil {
		f.Fatal(err)
	}
	trusted, err := note.NewVerifier(vkey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := OpenBundle(b, trusted); !errors.Is(err, ErrBundle) {
			t.Fatalf("not refused: %v", err)
		}
	})
}
