package archive

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/bodgit/sevenzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// walkZip visits the files of a zip archive in the order of their names.
func walkZip(w *walker) error {
	z, err := zip.NewReader(w.in.Data, w.in.Size)
	if err != nil {
		return fmt.Errorf("open zip: %w (cut off or damaged: get the file again)", err)
	}
	files := slices.Clone(z.File)
	slices.SortStableFunc(files, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range files {
		if f.FileInfo().IsDir() || Skip(f.Name) {
			continue
		}
		if !f.Mode().IsRegular() {
			w.cov.Notes = append(w.cov.Notes, cleanName(f.Name)+": not a plain file, left out")
			continue
		}
		if f.Flags&1 != 0 {
			w.cov.Fail(cleanName(f.Name), "encrypted", "unpack it with its password and check the folder")
			continue
		}
		if err := w.zipFile(f); err != nil {
			return stopped(err)
		}
	}
	return nil
}

func (w *walker) zipFile(f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		w.cov.Fail(cleanName(f.Name), "cannot be unpacked: "+err.Error(), "unpack it with the program that made it")
		return nil
	}
	defer r.Close()
	return w.part(f.Name, int64(f.CompressedSize64), r)
}

// walk7z visits the files of a 7z archive in its own order, in which solid blocks unpack once.
func walk7z(w *walker) error {
	if w.limits.SevenZip != nil {
		if err := w.limits.SevenZip(w.in.Data, w.in.Size); err != nil {
			return fmt.Errorf("open 7z: %w (encrypted, damaged or made to do harm: unpack it yourself and check the folder)", err)
		}
	}
	z, err := sevenzip.NewReader(w.in.Data, w.in.Size)
	if err != nil {
		var enc *sevenzip.ReadError
		if errors.As(err, &enc) && enc.Encrypted {
			return errors.New("open 7z: encrypted (unpack it with its password and check the folder)")
		}
		return fmt.Errorf("open 7z: %w (cut off or damaged: get the file again)", err)
	}
	for _, f := range z.File {
		if f.FileInfo().IsDir() || !f.Mode().IsRegular() || Skip(f.Name) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			w.cov.Fail(cleanName(f.Name), "cannot be unpacked: "+err.Error(), "unpack it with the program that made it")
			continue
		}
		err = w.part(f.Name, w.in.Size, r)
		r.Close()
		if err != nil {
			return stopped(err)
		}
	}
	return nil
}

// stopped turns the end of a walk that broke a bound into no error.
func stopped(err error) error {
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// walkTar visits the files of a plain tar archive.
func walkTar(w *walker) error { return w.tar(w.in.Reader()) }

func (w *walker) tar(r io.Reader) error {
	t := tar.NewReader(r)
	for {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read tar after %d files: %w (cut off or damaged: get the file again)", w.parts, err)
		}
		if h.Typeflag != tar.TypeReg || Skip(h.Name) {
			continue
		}
		if err := w.part(h.Name, 0, t); err != nil {
			return stopped(err)
		}
	}
}

// isTar reports whether the head is a tar header: its checksum is right.
func isTar(head []byte) bool {
	if len(head) < 512 {
		return false
	}
	sum, field := 0, bytes.Trim(head[148:156], " \x00")
	for i, c := range head[:512] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int(c)
	}
	want := 0
	for _, c := range field {
		if c < '0' || c > '7' {
			return false
		}
		want = want*8 + int(c-'0')
	}
	return len(field) > 0 && sum == want && head[0] != 0
}

// walkStream visits what one packed stream holds: a tar archive's files, or the one file.
func walkStream(open func(io.Reader) (io.Reader, func(), error), suffix string, tarSuffixes ...string) func(*walker) error {
	return func(w *walker) error {
		r, done, err := open(bufio.NewReaderSize(w.in.Reader(), 64<<10))
		if err != nil {
			return fmt.Errorf("unpack: %w (cut off or damaged: get the file again)", err)
		}
		defer done()
		b := bufio.NewReaderSize(&guarded{r: r, left: max(w.in.Size*w.limits.Ratio, ratioFree)}, 64<<10)
		if head, _ := b.Peek(512); isTar(head) {
			return w.tar(b)
		}
		name := path.Base(strings.ReplaceAll(w.in.Name, "!", "/"))
		name = strings.TrimSuffix(name, suffix)
		for _, s := range tarSuffixes {
			name = strings.TrimSuffix(name, s)
		}
		return stopped(w.part(name, w.in.Size, b))
	}
}

// guarded stops a stream that unpacks to too much.
type guarded struct {
	r    io.Reader
	left int64
}

func (g *guarded) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, errors.New("unpacks to far more than a file of its size would hold")
	}
	n, err := g.r.Read(p[:min(int64(len(p)), g.left)])
	g.left -= int64(n)
	return n, err
}

func openGzip(r io.Reader) (io.Reader, func(), error) {
	z, err := gzip.NewReader(r)
	return z, func() {}, err
}

func openBzip2(r io.Reader) (io.Reader, func(), error) { return bzip2.NewReader(r), func() {}, nil }

func openXZ(r io.Reader) (io.Reader, func(), error) {
	z, err := xz.NewReader(r)
	return z, func() {}, err
}

func openZstd(r io.Reader) (io.Reader, func(), error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20), zstd.WithDecoderMaxWindow(128<<20))
	if err != nil {
		return nil, nil, err
	}
	return z, z.Close, nil
}
