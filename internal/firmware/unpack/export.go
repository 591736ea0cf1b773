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
	"runtime"
	"strings"
)

// Export writes the regular files of a tree under dir/files; what stands there
// under their names is replaced. Equal contents become one file with several
// names where the file system can link. Links, devices and rights are not
// made: they stand in the report. Names are made safe, two that become equal
// are told apart by "~", and os.Root keeps every write inside dir.
func Export(t *Tree, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("export to %q: %w", dir, err)
	}
	defer root.Close()
	e := &exporter{root: root, taken: map[string]bool{}, first: map[*Blob]string{}}
	t.Walk(func(n *Entry) bool {
		e.plan(n)
		return true
	})
	return e.write()
}

// exporter lists what is written before anything is, so that names do not depend on who writes first.
type exporter struct {
	root  *os.Root
	dirs  []string
	files []exportFile
	links []exportLink
	taken map[string]bool // names in use; true for folders
	first map[*Blob]string
}

type exportFile struct {
	name string
	blob *Blob
}

type exportLink struct{ name, to string }

func (e *exporter) plan(n *Entry) {
	o := n.Node.Object
	if o == nil || n.Node.Superseded || n.Node.Kind != File && n.Node.Kind != Part {
		return
	}
	if n.Node.Kind == Part && opened(o) {
		return // shown by its contents
	}
	full := path.Join("files", safeName(n.Full))
	name := e.free(path.Join(e.folder(path.Dir(full)), path.Base(full)))
	e.taken[name] = false
	if to, ok := e.first[o.Blob]; ok && o.size > 0 {
		e.links = append(e.links, exportLink{name, to})
		return
	}
	e.first[o.Blob] = name
	e.files = append(e.files, exportFile{name, o.Blob})
}

// opened says that what a content holds is all in nodes further inside.
func opened(o *Object) bool {
	for _, r := range o.Regions {
		if len(r.Nodes) == 0 && r.Format != "padding" {
			return false
		}
	}
	return len(o.Regions) > 0
}

// free changes a name until nothing has it.
func (e *exporter) free(name string) string {
	for {
		if _, ok := e.taken[name]; !ok {
			return name
		}
		name += "~"
	}
}

// folder lists a folder and those above it; one whose name a file has gets another.
func (e *exporter) folder(dir string) string {
	if dir == "." {
		return dir
	}
	if e.taken[dir] {
		return dir
	}
	dir = path.Join(e.folder(path.Dir(dir)), path.Base(dir))
	for folder, ok := e.taken[dir]; ok && !folder; folder, ok = e.taken[dir] {
		dir += "~"
	}
	if !e.taken[dir] {
		e.taken[dir] = true
		e.dirs = append(e.dirs, dir)
	}
	return dir
}

// exportBatch is how many files of one folder a worker writes in one go.
const exportBatch = 32

func (e *exporter) write() error {
	for _, d := range e.dirs {
		if err := e.root.Mkdir(d, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("export %q: %w", d, err)
		}
	}
	p := newPool()
	var errs []error
	for rest := e.files; len(rest) > 0; {
		n := 1
		for n < len(rest) && n < exportBatch && path.Dir(rest[n].name) == path.Dir(rest[0].name) {
			n++
		}
		batch, at := rest[:n], len(errs)
		errs, rest = append(errs, nil), rest[n:]
		p.tasks = append(p.tasks, func() { errs[at] = e.batch(batch) })
	}
	p.work(runtime.GOMAXPROCS(0))
	for _, l := range e.links {
		errs = append(errs, e.link(l))
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// batch writes files of one folder.
func (e *exporter) batch(files []exportFile) error {
	dir, err := e.root.OpenRoot(path.Dir(files[0].name))
	if err != nil {
		return fmt.Errorf("export %q: %w", files[0].name, err)
	}
	defer dir.Close()
	for _, f := range files {
		if err := exportTo(dir, path.Base(f.name), f.blob); err != nil {
			return fmt.Errorf("export %q: %w", f.name, err)
		}
	}
	return nil
}

func exportTo(dir *os.Root, name string, b *Blob) error {
	const flags = os.O_CREATE | os.O_EXCL | os.O_WRONLY
	f, err := dir.OpenFile(name, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		if err = dir.Remove(name); err == nil {
			f, err = dir.OpenFile(name, flags, 0o644)
		}
	}
	if err != nil {
		return err
	}
	_, err = b.WriteTo(f)
	return errors.Join(err, f.Close())
}

// link gives a written file a further name, or writes it again where links cannot be made.
func (e *exporter) link(l exportLink) error {
	err := e.root.Link(l.to, l.name)
	if errors.Is(err, fs.ErrExist) {
		if err = e.root.Remove(l.name); err == nil {
			err = e.root.Link(l.to, l.name)
		}
	}
	if err == nil {
		return nil
	}
	in, err := e.root.Open(l.to)
	if err != nil {
		return fmt.Errorf("export %q: %w", l.name, err)
	}
	defer in.Close()
	out, err := e.root.OpenFile(l.name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("export %q: %w", l.name, err)
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("export %q: %w", l.name, err)
	}
	return nil
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
		parts[i] = p
	}
	return strings.Join(parts, "/")
}

// SumOf returns the SHA-256 of r in hex.
func SumOf(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
