// Package archive opens what holds other files: zip, tar, 7z, and streams
// packed with gzip, bzip2, xz or Zstandard (with or without a tar inside).
//
// Nothing is written outside temporary files, so the names inside an archive
// are only names. Bounds on count, size and ratio stop archives made to fill a
// disk; the depth of nesting is bounded by source/all.
//
// Sources of truth: APPNOTE.TXT (zip), POSIX.1-2001 pax, RFC 1952, RFC 8878.
package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/source"
	"telltale/internal/source/spool"
)

// Limits bound one archive. Zero values mean the defaults.
type Limits struct {
	// Parts is the greatest number of files.
	Parts int
	// PartBytes and Bytes bound one file and all files, unpacked.
	PartBytes, Bytes int64
	// Ratio is how many times larger than packed the unpacked data may be, once they exceed 64 MiB.
	Ratio int64
	// SevenZip refuses 7z archives whose header lies; nil refuses none.
	SevenZip func(r io.ReaderAt, size int64) error
}

// The default bounds. Real exports shrink 5 to 30 times.
const (
	defaultParts     = 100_000
	defaultPartBytes = 4 << 30
	defaultBytes     = 16 << 30
	defaultRatio     = 250
	ratioFree        = 64 << 20
)

func (l Limits) orDefault() Limits {
	if l.Parts == 0 {
		l.Parts = defaultParts
	}
	if l.PartBytes == 0 {
		l.PartBytes = defaultPartBytes
	}
	if l.Bytes == 0 {
		l.Bytes = defaultBytes
	}
	if l.Ratio == 0 {
		l.Ratio = defaultRatio
	}
	return l
}

// Sources returns the archive formats with the given bounds.
func Sources(l Limits) []source.Source {
	l = l.orDefault()
	return []source.Source{
		&format{name: "zip", magic: "PK\x03\x04", limits: l, walk: walkZip},
		&format{name: "7z", magic: "7z\xBC\xAF\x27\x1C", limits: l, walk: walk7z},
		&format{name: "gzip", magic: "\x1F\x8B\x08", limits: l, walk: walkStream(openGzip, ".gz", ".tgz")},
		&format{name: "bzip2", magic: "BZh", limits: l, walk: walkStream(openBzip2, ".bz2", ".tbz2", ".tbz")},
		&format{name: "xz", magic: "\xFD7zXZ\x00", limits: l, walk: walkStream(openXZ, ".xz", ".txz")},
		&format{name: "zstd", magic: "\x28\xB5\x2F\xFD", limits: l, walk: walkStream(openZstd, ".zst", ".tzst")},
		&format{name: "tar", limits: l, walk: walkTar},
	}
}

// format is one archive format.
type format struct {
	name, magic string
	limits      Limits
	walk        func(*walker) error
}

// Name implements source.Source.
func (f *format) Name() string { return f.name }

// Recognise implements source.Source. Formats built on zip are more certain of themselves.
func (f *format) Recognise(head []byte, _ string) int {
	switch {
	case f.magic == "" && isTar(head), f.magic != "" && bytes.HasPrefix(head, []byte(f.magic)):
		if f.name == "bzip2" && (len(head) < 10 || string(head[4:10]) != "1AY&SY" && string(head[4:10]) != "\x17rE8P\x90") {
			return 0
		}
		return 70
	}
	return 0
}

// Read implements source.Source: an archive itself tells of nothing.
func (f *format) Read(context.Context, *source.Input, *asset.Coverage, source.Yield) error {
	return nil
}

// Walk implements source.Container.
func (f *format) Walk(ctx context.Context, in *source.Input, cov *asset.Coverage, visit func(*source.Input) error) (err error) {
	w := &walker{ctx: ctx, in: in, cov: cov, visit: visit, limits: f.limits}
	defer func() {
		// The unpackers are not ours: a defect of theirs is an unreadable archive.
		if p := recover(); p != nil && !w.visiting {
			err = fmt.Errorf("unpack %s: damaged (%v)", f.name, p)
		} else if p != nil {
			panic(p)
		}
	}()
	return f.walk(w)
}

// walker is one pass over one archive.
type walker struct {
	ctx      context.Context
	in       *source.Input
	cov      *asset.Coverage
	visit    func(*source.Input) error
	limits   Limits
	parts    int
	bytes    int64
	visiting bool
}

// errStop ends a walk that broke a bound, which has been counted already.
var errStop = errors.New("stop")

// Skip reports whether a file inside an archive or folder is no data of the
// user: hidden, of a version control system, or left by an operating system.
func Skip(name string) bool {
	for part := range strings.SplitSeq(strings.ReplaceAll(name, "\\", "/"), "/") {
		if len(part) > 1 && part[0] == '.' && part != ".." || strings.HasPrefix(part, "~$") {
			return true
		}
		switch part {
		case "__MACOSX", "Thumbs.db", "desktop.ini", "CVS":
			return true
		}
	}
	return false
}

// part hands one file to visit. packed is its size in the archive, 0 when not
// known. A file that breaks a bound or is damaged is counted; only a broken
// bound of the whole archive ends the walk.
func (w *walker) part(name string, packed int64, r io.Reader) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	name = cleanName(name)
	if Skip(name) {
		return nil
	}
	if w.parts++; w.parts > w.limits.Parts {
		w.cov.Fail("", fmt.Sprintf("the archive holds more than %d files: the rest is not read", w.limits.Parts), "unpack it and check the folder")
		return errStop
	}
	allowed := min(w.limits.PartBytes, w.limits.Bytes-w.bytes)
	if packed > 0 {
		allowed = min(allowed, max(packed*w.limits.Ratio, ratioFree))
	}
	data, err := spool.Keep(r, allowed)
	if errors.Is(err, spool.ErrTooLarge) {
		w.cov.Fail(name, fmt.Sprintf("unpacks to more than %d bytes", allowed), "an archive made to fill a disk? unpack it and check the folder if you trust it")
		w.bytes += allowed
		if w.bytes >= w.limits.Bytes {
			return errStop
		}
		return nil
	}
	if err != nil {
		w.cov.Fail(name, "damaged or not unpackable: "+err.Error(), "get the file again from its source")
		return nil
	}
	defer data.Close()
	w.bytes += data.Size
	w.visiting = true
	err = w.visit(&source.Input{Name: w.in.Name + "!" + name, Data: data, Size: data.Size, Options: w.in.Options})
	w.visiting = false
	if err == nil {
		w.cov.Read++
	}
	return err
}

// cleanName makes a name inside an archive plain to read: no absolute paths, no climbing, no control characters.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7F || r == 0xFFFD {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(name, "\\", "/"), "_"))
	if len(name) > 1024 {
		name = name[:1024]
	}
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if name == "" {
		return "unnamed"
	}
	return name
}
