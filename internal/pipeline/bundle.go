package pipeline

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"telltale/data"
)

// A bundle is a zip of data files with a signed list of their hashes
// (golang.org/x/mod/sumdb/note) in the file bundleNote.
const (
	bundleNote  = "telltale.note"
	bundleTitle = "telltale data bundle"
	maxBundle   = 64 << 20 // bytes of all files together
	maxEntries  = 20_000
)

// ErrBundle is wrapped by every refusal of a bundle.
var ErrBundle = errors.New("bundle refused")

// bundleParts are what a bundle holds of the data folder.
var bundleParts = []string{"category.yaml", "maker.yaml", "law", "organisation"}

// BuildBundle makes and signs a bundle from the data folder of a tree. The
// same tree gives the same bytes but for the signature.
func BuildBundle(tree fs.FS, signer note.Signer, w io.Writer) error {
	if _, err := lintTree(tree); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	var list strings.Builder
	fmt.Fprintln(&list, bundleTitle)
	for _, part := range bundleParts {
		err := fs.WalkDir(tree, part, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".yaml") {
				return err
			}
			b, err := fs.ReadFile(tree, p)
			if err != nil {
				return err
			}
			fmt.Fprintf(&list, "%s %s\n", hash(b), p)
			f, err := z.Create(p)
			if err == nil {
				_, err = f.Write(b)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("build bundle: %w", err)
		}
	}
	signed, err := note.Sign(&note.Note{Text: list.String()}, signer)
	if err != nil {
		return fmt.Errorf("sign bundle: %w", err)
	}
	f, err := z.Create(bundleNote)
	if err == nil {
		_, err = f.Write(signed)
	}
	return errors.Join(err, z.Close())
}

func hash(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// Bundle is an opened bundle whose signature, hashes and lint are good.
type Bundle struct {
	FS fs.FS
	// Version names its law.
	Version string
	files   map[string]string // path → hash
}

// OpenBundle checks a bundle: signature by a trusted key, every file listed
// with its hash and nothing else in it, and the lint of all files.
func OpenBundle(raw []byte, trusted ...note.Verifier) (*Bundle, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fmt.Errorf("%w: no zip archive: %v", ErrBundle, err)
	}
	if len(z.File) > maxEntries {
		return nil, fmt.Errorf("%w: more than %d files", ErrBundle, maxEntries)
	}
	left := int64(maxBundle)
	got := map[string]string{}
	var signed []byte
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%w: %q: %v", ErrBundle, f.Name, err)
		}
		b, err := io.ReadAll(io.LimitReader(r, left+1))
		_ = r.Close()
		if left -= int64(len(b)); err != nil || left < 0 {
			return nil, fmt.Errorf("%w: %q cannot be read or the bundle is larger than %d bytes", ErrBundle, f.Name, maxBundle)
		}
		if f.Name == bundleNote {
			signed = b
		} else if _, twice := got[f.Name]; twice || !fs.ValidPath(f.Name) {
			return nil, fmt.Errorf("%w: file name %q", ErrBundle, f.Name)
		} else {
			got[f.Name] = hash(b)
		}
	}
	n, err := note.Open(signed, note.VerifierList(trusted...))
	if err != nil {
		return nil, fmt.Errorf("%w: the signature is not that of a trusted key: %v", ErrBundle, err)
	}
	lines := strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")
	if lines[0] != bundleTitle || len(lines)-1 != len(got) {
		return nil, fmt.Errorf("%w: its files are not those that were signed", ErrBundle)
	}
	for _, l := range lines[1:] {
		if h, name, ok := strings.Cut(l, " "); !ok || got[name] != h {
			return nil, fmt.Errorf("%w: %q differs from what was signed", ErrBundle, name)
		}
	}
	b := &Bundle{FS: z, files: got}
	if b.Version, err = lintTree(z); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrBundle, err)
	}
	return b, nil
}

// lintTree loads organisations and law of a tree and returns the version of its law.
func lintTree(tree fs.FS) (string, error) {
	ix, err := data.LoadOrgIndex(tree)
	if err != nil {
		return "", err
	}
	rb, err := data.LoadRulebook(tree, ix.Known)
	if err != nil {
		return "", err
	}
	return rb.Version, nil
}

// Diff lists the files that differ from older's: "+ path", "- path", "~ path", sorted. older may be nil.
func (b *Bundle) Diff(older *Bundle) []string {
	var out []string
	old := map[string]string{}
	if older != nil {
		old = older.files
	}
	for p, h := range b.files {
		switch was, ok := old[p]; {
		case !ok:
			out = append(out, "+ "+p)
		case was != h:
			out = append(out, "~ "+p)
		}
	}
	for p := range old {
		if _, ok := b.files[p]; !ok {
			out = append(out, "- "+p)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(a[2:], b[2:]) })
	return out
}

// BundleStore keeps the bundles a user took in, in one folder: current.zip
// and, for going back, previous.zip.
type BundleStore struct{ Dir string }

func (s BundleStore) path(name string) string { return filepath.Join(s.Dir, name+".zip") }

// Update takes a bundle in after checking it, and returns it with the one it replaces (nil: none).
func (s BundleStore) Update(raw []byte, trusted ...note.Verifier) (now, before *Bundle, err error) {
	if now, err = OpenBundle(raw, trusted...); err != nil {
		return nil, nil, err
	}
	if before, err = s.Current(trusted...); err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, nil, err
	}
	tmp := s.path("incoming")
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		return nil, nil, err
	}
	if before != nil {
		if err := os.Rename(s.path("current"), s.path("previous")); err != nil {
			return nil, nil, err
		}
	}
	return now, before, os.Rename(tmp, s.path("current"))
}

// Current opens the bundle in use, nil when there is none.
func (s BundleStore) Current(trusted ...note.Verifier) (*Bundle, error) {
	raw, err := os.ReadFile(s.path("current"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return OpenBundle(raw, trusted...)
}

// Rollback brings the previous bundle back, or none where there was none before.
func (s BundleStore) Rollback() error {
	err := os.Rename(s.path("previous"), s.path("current"))
	if errors.Is(err, fs.ErrNotExist) {
		err = os.Remove(s.path("current"))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("roll back: no bundle was taken in: the data of the program are in use")
	}
	return err
}

// UserBundles is the store of the user, in the configuration folder.
func UserBundles() (BundleStore, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return BundleStore{}, err
	}
	return BundleStore{Dir: filepath.Join(dir, "telltale", "data")}, nil
}

// Trusted reads the key that the user trusts, nil when none was given yet.
func (s BundleStore) Trusted() (note.Verifier, error) {
	b, err := os.ReadFile(filepath.Join(s.Dir, "trusted.key"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(strings.TrimSpace(string(b)))
}

// Trust keeps the key for later updates.
func (s BundleStore) Trust(key string) (note.Verifier, error) {
	v, err := note.NewVerifier(strings.TrimSpace(key))
	if err != nil {
		return nil, fmt.Errorf("key: %w: want the line that `telltale data key` printed", err)
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, err
	}
	return v, os.WriteFile(filepath.Join(s.Dir, "trusted.key"), []byte(strings.TrimSpace(key)+"\n"), 0o600)
}

// userData returns the tree of the bundle in use, nil when the embedded data are.
func userData() (fs.FS, error) {
	s, err := UserBundles()
	if err != nil {
		return nil, nil // no configuration folder: nothing was taken in
	}
	if _, err := os.Stat(s.path("current")); err != nil {
		return nil, nil
	}
	key, err := s.Trusted()
	if err != nil || key == nil {
		return nil, fmt.Errorf("a data bundle is installed without a trusted key: `telltale data rollback` goes back (%v)", err)
	}
	b, err := s.Current(key)
	if err != nil {
		return nil, fmt.Errorf("installed data bundle: %w: `telltale data rollback` goes back", err)
	}
	return b.FS, nil
}
