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
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"telltale/data"
	"telltale/internal/calendar"
)

// A bundle is one edition of the data, signed (docs/format/bundle.md):
//
//	telltale bundle 2 LENGTH\n      the length of the note in bytes
//	note                            golang.org/x/mod/sumdb/note: when it was made, its version, length and hash of the archive
//	archive                         zip of the data files
//
// The signature is checked over the note and the hash over all bytes behind
// it before anything of the archive is read.
const (
	bundleMagic = "telltale bundle 2 "
	bundleTitle = "telltale data"
	maxNote     = 64 << 10
	maxArchive  = 64 << 20 // bytes of a bundle as it is sent
	maxBundle   = 96 << 20 // bytes of all files together
	maxEntries  = 20_000
)

// ErrBundle is wrapped by every refusal of a bundle.
var ErrBundle = errors.New("bundle refused")

func refused(format string, a ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrBundle}, a...)...)
}

// BuildBundle makes and signs a bundle of all data of a tree. The same tree
// and the same time give the same bytes.
func BuildBundle(files fs.FS, signer note.Signer, made time.Time, w io.Writer) error {
	if err := data.Open(files).Lint(); err != nil {
		return err
	}
	archive, err := packFiles(files)
	if err != nil {
		return fmt.Errorf("build bundle: %w", err)
	}
	made = made.UTC().Truncate(time.Second)
	hash := sha256.Sum256(archive)
	text := fmt.Sprintf("%s\nmade %s\nversion %s-%x\narchive %d %x\n", bundleTitle, made.Format(time.RFC3339), calendar.Of(made), hash[:4], len(archive), hash)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return fmt.Errorf("sign bundle: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%d\n%s%s", bundleMagic, len(signed), signed, archive)
	return err
}

// packFiles makes the archive: every file of the tree that the program reads, by name.
func packFiles(files fs.FS) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	err := eachDataFile(files, func(p string, content []byte) error {
		f, err := z.Create(p)
		if err == nil {
			_, err = f.Write(content)
		}
		return err
	})
	if err = errors.Join(err, z.Close()); err == nil && b.Len() > maxArchive {
		err = fmt.Errorf("its archive of %d bytes is larger than %d", b.Len(), maxArchive)
	}
	return b.Bytes(), err
}

// eachDataFile reads every file of the tree that the program reads, in the order of names.
func eachDataFile(files fs.FS, do func(name string, content []byte) error) error {
	return fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !data.Holds(p) {
			return err
		}
		b, err := fs.ReadFile(files, p)
		if err != nil {
			return err
		}
		return do(p, b)
	})
}

// Bundle is an opened bundle whose signature, hash and file names are good.
type Bundle struct {
	*data.Tree
	// Made is when it was made, Signer the name of the key that signed it.
	Made   time.Time
	Signer string
}

// OpenBundle checks a bundle signed by a trusted key. Its data are not linted: see Tree.Lint.
func OpenBundle(raw []byte, trusted ...note.Verifier) (*Bundle, error) {
	signed, archive, err := splitBundle(raw)
	if err != nil {
		return nil, err
	}
	n, err := note.Open(signed, note.VerifierList(trusted...))
	if err != nil {
		return nil, refused("the signature is not that of the trusted key: %v", err)
	}
	s, err := readStatement(n.Text)
	if err != nil {
		return nil, err
	}
	if len(archive) != s.length {
		return nil, refused("it holds %d of %d bytes: fetch it again", len(archive), s.length)
	}
	if sum := sha256.Sum256(archive); hex.EncodeToString(sum[:]) != s.hash {
		return nil, refused("its files are not those that were signed: fetch it again")
	}
	files, err := unpackFiles(archive)
	if err != nil {
		return nil, err
	}
	b := &Bundle{Tree: data.Open(files), Made: s.made, Signer: n.Sigs[0].Name}
	b.Version = func() string { return s.version }
	return b, nil
}

// splitBundle finds the signed note and the archive behind it.
func splitBundle(raw []byte) (signed, archive []byte, err error) {
	rest, ok := bytes.CutPrefix(raw, []byte(bundleMagic))
	line, rest, found := bytes.Cut(rest, []byte("\n"))
	n, err := strconv.Atoi(string(line))
	if !ok || !found || len(line) > 6 || err != nil || n <= 0 || n > maxNote {
		return nil, nil, refused("this is no data bundle: `telltale data build` makes one")
	}
	if n > len(rest) {
		return nil, nil, refused("it ends within its signature: fetch it again")
	}
	return rest[:n], rest[n:], nil
}

// statement is what the signature of a bundle vouches for.
type statement struct {
	made    time.Time
	version string
	length  int
	hash    string
}

func readStatement(text string) (statement, error) {
	var s statement
	var made string
	_, err := fmt.Sscanf(text, bundleTitle+"\nmade %s\nversion %s\narchive %d %s\n", &made, &s.version, &s.length, &s.hash)
	if err == nil {
		s.made, err = time.Parse(time.RFC3339, made)
	}
	if err == nil && len(s.version) < len(data.Date) {
		err = errors.New("a version without its day")
	}
	if err != nil || s.length < 0 || s.length > maxArchive {
		return s, refused("its note does not say what was signed: %q", strings.SplitN(text, "\n", 2)[0])
	}
	return s, nil
}

// unpackFiles checks the names and sizes of an archive's files.
func unpackFiles(archive []byte) (fs.FS, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, refused("its files are no zip archive: %v", err)
	}
	if len(z.File) > maxEntries {
		return nil, refused("it holds more than %d files", maxEntries)
	}
	left, seen := int64(maxBundle), map[string]bool{}
	for _, f := range z.File {
		switch {
		case !fs.ValidPath(f.Name) || !f.Mode().IsRegular() || strings.Contains(f.Name, "\\"):
			return nil, refused("the file name %q leads out of the bundle", f.Name)
		case !data.Holds(f.Name):
			return nil, refused("this program reads no file %q: leave it out, or use a newer program", f.Name)
		case seen[f.Name]:
			return nil, refused("the file %q stands in it twice", f.Name)
		}
		seen[f.Name] = true
		n, err := sizeOf(f, left)
		if err != nil {
			return nil, refused("the file %q cannot be read: %v", f.Name, err)
		}
		if left -= n; left < 0 {
			return nil, refused("unpacked it is larger than %d bytes", int64(maxBundle))
		}
	}
	return z, nil
}

// sizeOf reads a file to its end and returns its length, at most one more than limit.
func sizeOf(f *zip.File, limit int64) (int64, error) {
	r, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(io.Discard, io.LimitReader(r, limit+1))
}

// FileChange is one data file that two editions do not share, or share not.
type FileChange struct {
	// Sign is + for a new file, - for one left out, ~ for one that differs.
	Sign string `json:"sign"`
	File string `json:"file"`
}

// DiffFiles lists the data files that differ between two trees, by name.
func DiffFiles(before, after fs.FS) ([]FileChange, error) {
	hashes := func(files fs.FS) (map[string][32]byte, error) {
		m := map[string][32]byte{}
		err := eachDataFile(files, func(p string, b []byte) error {
			m[p] = sha256.Sum256(b)
			return nil
		})
		return m, err
	}
	old, err := hashes(before)
	if err != nil {
		return nil, err
	}
	now, err := hashes(after)
	if err != nil {
		return nil, err
	}
	out := []FileChange{}
	for p, h := range now {
		switch was, ok := old[p]; {
		case !ok:
			out = append(out, FileChange{"+", p})
		case was != h:
			out = append(out, FileChange{"~", p})
		}
		delete(old, p)
	}
	for p := range old {
		out = append(out, FileChange{"-", p})
	}
	slices.SortFunc(out, func(a, b FileChange) int { return strings.Compare(a.File, b.File) })
	return out, nil
}
