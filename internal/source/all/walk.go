package all

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/source"
	"telltale/internal/source/archive"
	"telltale/internal/source/mail"
	"telltale/internal/source/spool"
)

// Leaf is one input as found. The data of Input are readable until visit returns.
type Leaf struct {
	// Input is nil where there is nothing to read: what could not be opened, or an archive as such.
	Input *source.Input
	// Source reads Input; nil when nobody recognises it. Coverage then says why.
	Source source.Source
	// Coverage is never nil. The caller lets Source count in it.
	Coverage *asset.Coverage
}

// Limits bound what is walked. Zero values mean the defaults.
type Limits struct {
	// Depth is how deep archives may stand in archives.
	Depth int
	// Files is the greatest number of inputs of one named argument.
	Files int
	// PartBytes bounds one file of an archive or standard input, Bytes all files of an archive, unpacked.
	PartBytes, Bytes int64
	// Ratio is how many times larger than packed a file of an archive may be.
	Ratio int64
	// Whole says that an archive is one thing, not a folder of inputs: it is visited itself,
	// without a source. Nil: no archive is.
	Whole func(*source.Input) bool
	// SevenZip refuses 7z archives whose header lies, before the library believes its counts. Nil: none is.
	SevenZip func(r io.ReaderAt, size int64) error
}

func (l Limits) orDefault() Limits {
	if l.Depth == 0 {
		l.Depth = 5
	}
	if l.Files == 0 {
		l.Files = 200_000
	}
	if l.PartBytes == 0 {
		l.PartBytes = 4 << 30
	}
	if l.Bytes == 0 {
		l.Bytes = 16 << 30
	}
	if l.Ratio == 0 {
		l.Ratio = 250
	}
	return l
}

// Walk expands one named argument - a file, a folder, an archive, or "-" for
// standard input - and calls visit for every file in it, in a fixed order. A
// file that cannot be used is a leaf too, with the reason in its coverage: it
// is an error only when ctx ends or visit fails. Symbolic links inside a
// folder are not followed; hidden files are counted, not read.
func Walk(ctx context.Context, name string, opt *source.Options, l Limits, visit func(*Leaf) error) error {
	if opt == nil {
		opt = &source.Options{}
	}
	l = l.orDefault()
	w := &walk{ctx: ctx, opt: opt, limits: l, visit: visit, sources: Sources(l)}
	if name == "-" {
		return w.stream(name, os.Stdin)
	}
	st, err := os.Stat(name)
	switch {
	case err != nil:
		return w.unreadable(name, true, openReason(err), "check the name and the rights to read it")
	case st.IsDir():
		return w.folder(name)
	case !st.Mode().IsRegular():
		f, err := os.Open(name)
		if err != nil {
			return w.unreadable(name, true, openReason(err), "check the rights to read it")
		}
		defer f.Close()
		return w.stream(name, f)
	}
	return w.file(name, func() (*os.File, error) { return os.Open(name) }, true)
}

// walk is the state of one Walk.
type walk struct {
	ctx     context.Context
	opt     *source.Options
	limits  Limits
	visit   func(*Leaf) error
	sources []source.Source
	files   int
	bytes   int64
}

// openReason says in plain words why a file could not be opened.
func openReason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file or folder"
	case errors.Is(err, fs.ErrPermission):
		return "no right to read it"
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// unreadable visits a leaf that cannot be used.
func (w *walk) unreadable(name string, named bool, reason, hint string) error {
	cov := &asset.Coverage{Input: name, Named: named, Unreadable: true}
	cov.Fail("", reason, hint)
	return w.visit(&Leaf{Coverage: cov})
}

// stream keeps what cannot seek and walks it.
func (w *walk) stream(name string, r io.Reader) error {
	data, err := spool.Keep(r, w.limits.PartBytes)
	if errors.Is(err, spool.ErrTooLarge) {
		return w.unreadable(name, true, fmt.Sprintf("more than %d bytes", w.limits.PartBytes), "write it to a file first")
	}
	if err != nil {
		return w.unreadable(name, true, "cannot be read: "+err.Error(), "")
	}
	defer data.Close()
	return w.input(&source.Input{Name: name, Data: data, Size: data.Size, Options: w.opt}, true, 0)
}

// file opens one file of the disk and walks it.
func (w *walk) file(name string, open func() (*os.File, error), named bool) error {
	f, err := open()
	if err != nil {
		return w.unreadable(name, named, openReason(err), "check the rights to read it")
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return w.unreadable(name, named, openReason(err), "")
	}
	return w.input(&source.Input{Name: name, Data: f, Size: st.Size(), Options: w.opt}, named, 0)
}

// settings says who the operator is; it may lie beside the inventory and is none.
const settings = "telltale.yaml"

// folder walks the files of a folder in the order of their names. The folder is
// opened as a root, so that no link leads out of it.
func (w *walk) folder(name string) error {
	root, err := os.OpenRoot(name)
	if err != nil {
		return w.unreadable(name, true, openReason(err), "check the rights to read it")
	}
	defer root.Close()
	hidden, links := 0, 0
	err = fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if e := w.ctx.Err(); e != nil {
			return e
		}
		full := filepath.Join(name, filepath.FromSlash(p))
		if err != nil {
			if e := w.unreadable(full, false, openReason(err), "check the rights to read it"); e != nil {
				return e
			}
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if p != "." && archive.Skip(path.Base(p)) {
			hidden++
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		switch {
		case d.IsDir(), d.Name() == settings:
			return nil
		case d.Type()&fs.ModeSymlink != 0:
			links++
			return nil
		case !d.Type().IsRegular():
			return w.unreadable(full, false, "not a plain file", "")
		}
		return w.file(full, func() (*os.File, error) { return root.Open(filepath.FromSlash(p)) }, false)
	})
	if err != nil {
		return err
	}
	return w.folderNotes(name, hidden, links)
}

// folderNotes says what of a folder was left out.
func (w *walk) folderNotes(name string, hidden, links int) error {
	if hidden+links == 0 && w.files > 0 {
		return nil
	}
	cov := &asset.Coverage{Input: name, Format: "folder", Named: true, Read: w.files}
	if hidden > 0 {
		cov.Notes = append(cov.Notes, fmt.Sprintf("%d hidden files or folders left out", hidden))
	}
	if links > 0 {
		cov.Notes = append(cov.Notes, fmt.Sprintf("%d symbolic links not followed", links))
	}
	if w.files == 0 {
		cov.Fail("", "the folder holds no files to read", "name a folder with inventories, scans or walks in it")
	}
	return w.visit(&Leaf{Coverage: cov})
}

// input recognises one input and visits it, or what it contains.
func (w *walk) input(in *source.Input, named bool, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.files++; w.files > w.limits.Files {
		if w.files == w.limits.Files+1 {
			return w.unreadable(in.Name, named, fmt.Sprintf("more than %d files: this and the rest are not read", w.limits.Files), "check the rest in parts")
		}
		return nil
	}
	cov := &asset.Coverage{Input: in.Name, Named: named}
	if in.Size == 0 {
		cov.Unreadable = true
		cov.Fail("", "the file is empty", "")
		return w.visit(&Leaf{Input: in, Coverage: cov})
	}
	head := make([]byte, min(in.Size, source.Head))
	if n, err := in.Data.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		cov.Unreadable = true
		cov.Fail("", "cannot be read: "+openReason(err), "")
		return w.visit(&Leaf{Input: in, Coverage: cov})
	} else {
		head = head[:n]
	}
	s := recognise(w.sources, head, in.Name)
	if s == nil {
		k := kindOf(head, in)
		cov.Unreadable = true
		cov.Fail("", "format not recognised: looks like "+k.what, k.hint)
		return w.visit(&Leaf{Input: in, Coverage: cov})
	}
	cov.Format = s.Name()
	if c, ok := s.(source.Container); ok {
		if w.limits.Whole != nil && w.limits.Whole(in) {
			cov.Format, cov.Unreadable = "", true
			cov.Fail("", "an update package, which was not read", "")
			return w.visit(&Leaf{Input: in, Coverage: cov})
		}
		return w.container(c, in, cov, depth)
	}
	return w.visit(&Leaf{Input: in, Source: s, Coverage: cov})
}

// container walks the parts of an archive or mail, then visits it for its coverage.
func (w *walk) container(c source.Container, in *source.Input, cov *asset.Coverage, depth int) error {
	if depth >= w.limits.Depth {
		cov.Unreadable = true
		cov.Fail("", fmt.Sprintf("archives stand more than %d deep in each other", w.limits.Depth), "unpack it and check the folder")
		return w.visit(&Leaf{Coverage: cov})
	}
	var inner error
	err := c.Walk(w.ctx, in, cov, func(part *source.Input) error {
		w.bytes += part.Size
		if w.bytes > w.limits.Bytes {
			inner = w.unreadable(part.Name, false, fmt.Sprintf("archives unpack to more than %d bytes: this and the rest are not read", w.limits.Bytes), "unpack them and check the folder")
			return errFull
		}
		if w.idleText(part) {
			cov.Notes = append(cov.Notes, "the text of the message names no things")
			return nil
		}
		inner = w.input(part, false, depth+1)
		return inner
	})
	switch {
	case inner != nil:
		return inner
	case err == nil || errors.Is(err, errFull):
	case w.ctx.Err() != nil:
		return w.ctx.Err()
	default:
		cov.Fail("", strings.TrimSpace(err.Error()), "")
	}
	cov.Unreadable = cov.Read == 0 && cov.Failed > 0
	if cov.Read == 0 && cov.Failed == 0 {
		cov.Notes = append(cov.Notes, "holds no files")
	}
	return w.visit(&Leaf{Coverage: cov})
}

// idleText reports whether a part is the text of a mail in which nothing is
// listed: a letter around its attachments, no file that could not be read.
func (w *walk) idleText(part *source.Input) bool {
	if !strings.HasSuffix(part.Name, "!"+mail.BodyText) && !strings.HasSuffix(part.Name, "!"+mail.BodyPage) {
		return false
	}
	head := make([]byte, min(part.Size, source.Head))
	n, _ := part.Data.ReadAt(head, 0)
	return recognise(w.sources, head[:n], part.Name) == nil
}

// errFull ends the walk of an archive when all archives together are too large.
var errFull = errors.New("too many bytes")
