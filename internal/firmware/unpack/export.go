package unpack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Export writes the regular files of a tree under dir/files. Links, devices
// and rights are not made: they stand in the report. Names are made safe and
// os.Root keeps every write inside dir.
func Export(t *Tree, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("export to %q: %w", dir, err)
	}
	defer root.Close()
	var first error
	t.Walk(func(e *Entry) bool {
		if first != nil {
			return false
		}
		if e.Node.Object == nil || e.Node.Superseded || e.Node.Kind != File && len(e.Node.Object.Regions) > 0 && e.Node.Object.Regions[0].Confidence != Leftover {
			return true // a container is shown by its contents
		}
		if e.Node.Kind == File || e.Node.Kind == Part {
			first = exportFile(root, path.Join("files", safeName(e.Full)), e.Node.Object.Blob)
		}
		return true
	})
	return first
}

// safeName keeps a name inside its folder and within what file systems take.
func safeName(full string) string {
	parts := strings.Split(full, "/")
	for i, p := range parts {
		p = strings.Map(func(r rune) rune {
			if r < 0x20 || r == 0x7f || strings.ContainsRune(`:*?"<>|\`, r) {
				return '_'
			}
			return r
		}, strings.ToValidUTF8(p, "_"))
		if p == "." || p == ".." || p == "" {
			p = "_"
		}
		if len(p) > 120 {
			sum := sha256.Sum256([]byte(p))
			p = strings.ToValidUTF8(p[:100], "_") + hex.EncodeToString(sum[:6])
		}
		// A file and a folder may want one name: folders of a region get their own by the region's suffix.
		parts[i] = p
	}
	return strings.Join(parts, "/")
}

func exportFile(root *os.Root, name string, b *Blob) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return fmt.Errorf("export %q: %w", name, err)
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		f, err = root.OpenFile(name+"~", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	}
	if err != nil {
		return fmt.Errorf("export %q: %w", name, err)
	}
	_, err = io.Copy(f, b.Reader())
	return errors.Join(err, f.Close())
}

// SumOf returns the SHA-256 of r in hex.
func SumOf(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
