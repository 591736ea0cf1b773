package unpack

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/bodgit/sevenzip"
)

// 7z after its 7zFormat.txt. The start header carries its own CRC and says
// where the archive ends. The library believes every count it reads, so the
// header is walked here first: see sevenzipheader.go.
func probe7z(d *data, off int64) *claim {
	h := d.at(off, 32)
	if h == nil || crc32.ChecksumIEEE(h[12:32]) != le.Uint32(h[8:]) {
		return nil
	}
	next, size := int64(le.Uint64(h[12:])), int64(le.Uint64(h[20:]))
	if next < 0 || size < 0 || next > 1<<50 || size > 1<<50 {
		return nil
	}
	c := &claim{off: off, length: 32 + next + size, format: "7z", conf: Checked}
	c.fact("version", "%d.%d", h[6], h[7])
	c.extract = func(x *xtr) error {
		if size == 0 {
			return nil
		}
		if 32+next+size > x.d.size-off {
			return fmt.Errorf("its file table stands at its end and is lost: %w", io.ErrUnexpectedEOF)
		}
		if err := szTable(x.d.sub(off, c.length), h, next, size, x.s.lim.Entries); err != nil {
			if errors.Is(err, errSzEncrypted) {
				x.warn(Encrypted, "%v", err)
				return nil
			}
			return err
		}
		return extract7z(x, x.d.sub(off, c.length))
	}
	return c
}

// szTable checks the file table at next, whose checksum the start header h tells.
func szTable(d *data, h []byte, next, size int64, entries int) error {
	if size > szHeaderMax {
		return limitf("7z header of %d bytes", size)
	}
	b := d.at(32+next, int(size))
	if b == nil {
		return errSzCut
	}
	if crc32.ChecksumIEEE(b) != le.Uint32(h[28:]) {
		return errors.New("header fails its checksum")
	}
	return szCheck(d, b, entries)
}

// maxSevenZip bounds the files of an archive that CheckSevenZip passes.
const maxSevenZip = 1 << 20

// CheckSevenZip refuses a 7z archive that a library believing its counts must
// not read: header cut off or failing its checksum, counts beyond what the
// bytes can hold, unknown or encrypted coders, windows that need much memory.
func CheckSevenZip(r io.ReaderAt, size int64) error {
	d := &data{r: r, size: size}
	c := probe7z(d, 0)
	if c == nil {
		return errors.New("the start header fails its checksum")
	}
	h := d.at(0, 32)
	next, table := int64(le.Uint64(h[12:])), int64(le.Uint64(h[20:]))
	switch {
	case table == 0:
		return nil
	case 32+next+table > size:
		return errSzCut
	}
	return szTable(d, h, next, table, maxSevenZip)
}

func extract7z(x *xtr, d *data) error {
	z, err := sevenzip.NewReader(d, d.size)
	if err != nil {
		return fmt.Errorf("7z header: %w", err)
	}
	for _, f := range z.File {
		mode := f.Attributes >> 16
		n := Node{Path: f.Name, Kind: File, Mode: 0o644}
		if !f.Modified.IsZero() {
			n.MTime = f.Modified.Unix()
		}
		if f.Attributes&0x8000 != 0 && knownMode(mode) {
			n.Kind, n.Mode = unixKind(mode), mode&07777
		} else if f.FileInfo().IsDir() {
			n.Kind, n.Mode = Dir, 0o755
		}
		if err := entry7z(x, f, n); err != nil {
			return err
		}
	}
	return nil
}

func entry7z(x *xtr, f *sevenzip.File, n Node) error {
	switch n.Kind {
	case Symlink:
		r, err := f.Open()
		if err != nil {
			x.warn(Partial, "link %s: %v", f.Name, err)
			return x.meta(n)
		}
		defer r.Close()
		b, err := readMax(r, 4096)
		if err != nil {
			x.warn(stateOf(err), "link %s: %v", f.Name, err)
		}
		n.Link = string(b)
		return x.meta(n)
	case File:
		_, err := x.file(n, func(w io.Writer) error { return content7z(w, f) })
		return err
	}
	return x.meta(n)
}

func content7z(w io.Writer, f *sevenzip.File) error {
	if f.UncompressedSize == 0 {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	h := crc32.NewIEEE()
	n, err := io.Copy(io.MultiWriter(w, h), r)
	switch {
	case err != nil:
		return err
	case uint64(n) != f.UncompressedSize:
		return fmt.Errorf("%d of %d bytes decode: %w", n, f.UncompressedSize, io.ErrUnexpectedEOF)
	case f.CRC32 != 0 && h.Sum32() != f.CRC32:
		return fmt.Errorf("checksum: has %08x, says %08x", h.Sum32(), f.CRC32)
	}
	return nil
}
