package unpack

import (
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"
)

// Cabinets after [MS-CAB]: folders of blocks of 32 KiB, stored, MSZIP or LZX.
// Quantum folders are listed, not opened.

type cabFolder struct {
	at     int64 // first data block, from the start of the cabinet
	blocks int
	method uint16
}

type cabFile struct {
	node   Node
	folder int
	at     int64 // in the folder's plain bytes
	size   int64
}

type cabinet struct {
	x       *xtr
	d       *data
	reserve int64 // bytes between the header of a data block and its data
	folders []cabFolder
	files   []cabFile
}

func probeCab(d *data, off int64) *claim {
	h := d.at(off, 36)
	if h == nil || h[25] != 1 || h[24] > 9 || le.Uint32(h[12:]) != 0 || le.Uint32(h[20:]) != 0 {
		return nil
	}
	size, first := int64(le.Uint32(h[8:])), int64(le.Uint32(h[16:]))
	folders, files, flags := int64(le.Uint16(h[26:])), int64(le.Uint16(h[28:])), le.Uint16(h[30:])
	if size < 36+8*folders+16*files || first < 36+8*folders || first > size || folders == 0 || files == 0 || flags > 7 {
		return nil
	}
	c := &claim{off: off, length: size, format: "cab", conf: Structural}
	c.fact("files", "%d", files)
	c.extract = func(x *xtr) error {
		cab := &cabinet{x: x, d: x.d.sub(off, size)}
		if err := cab.read(h, first); err != nil {
			x.warn(stateOf(err), "%v", err)
		}
		return cab.extract()
	}
	return c
}

// read lists folders and files.
func (c *cabinet) read(h []byte, first int64) error {
	flags, pos, folderReserve := le.Uint16(h[30:]), int64(36), int64(0)
	if flags&4 != 0 {
		r := c.d.at(36, 4)
		if r == nil {
			return io.ErrUnexpectedEOF
		}
		pos, folderReserve, c.reserve = 40+int64(le.Uint16(r)), int64(r[2]), int64(r[3])
	}
	for bit := uint16(1); bit <= 2; bit <<= 1 { // cabinets before and after this one, each with its disk
		for k := 0; flags&bit != 0 && k < 2; k++ {
			pos += int64(len(cstr(c.d.upto(pos, 256)))) + 1
		}
	}
	if flags&3 != 0 {
		c.x.warn(Partial, "one of a set of cabinets: files that begin or end in another are not whole")
	}
	for range int(le.Uint16(h[26:])) {
		b := c.d.at(pos, 8)
		if b == nil {
			return fmt.Errorf("folder table: %w", io.ErrUnexpectedEOF)
		}
		c.folders = append(c.folders, cabFolder{int64(le.Uint32(b)), int(le.Uint16(b[4:])), le.Uint16(b[6:])})
		pos += 8 + folderReserve
	}
	for i := range int(le.Uint16(h[28:])) {
		b := c.d.at(first, 16)
		if b == nil {
			return fmt.Errorf("file %d of the table: %w", i, io.ErrUnexpectedEOF)
		}
		name := cstr(c.d.upto(first+16, 257))
		attr := le.Uint16(b[14:])
		c.files = append(c.files, cabFile{
			node:   Node{Path: strings.ReplaceAll(name, `\`, "/"), Kind: File, Mode: 0o644, MTime: dosTime(le.Uint16(b[10:]), le.Uint16(b[12:]))},
			folder: int(le.Uint16(b[8:])), at: int64(le.Uint32(b[4:])), size: int64(le.Uint32(b))})
		if attr&0x40 != 0 {
			c.files[i].node.Mode = 0o755
		}
		first += 16 + int64(len(name)) + 1
	}
	return nil
}

func dosTime(date, clock uint16) int64 {
	if date == 0 {
		return 0
	}
	return time.Date(1980+int(date>>9), time.Month(date>>5&15), int(date&31), int(clock>>11), int(clock>>5&63), int(clock&31)*2, 0, time.UTC).Unix()
}

// extract decodes each folder once; its files follow each other in it.
func (c *cabinet) extract() error {
	sort.SliceStable(c.files, func(i, j int) bool {
		a, b := &c.files[i], &c.files[j]
		return a.folder < b.folder || a.folder == b.folder && a.at < b.at
	})
	for i := 0; i < len(c.files); {
		n := i + 1
		for n < len(c.files) && c.files[n].folder == c.files[i].folder {
			n++
		}
		if err := c.folder(c.files[i].folder, c.files[i:n]); err != nil {
			return err
		}
		i = n
	}
	return nil
}

func (c *cabinet) folder(k int, files []cabFile) error {
	refuse := ""
	if k >= len(c.folders) {
		refuse = fmt.Sprintf("folder %d of %d: in another cabinet, or nowhere", k, len(c.folders))
	} else if m := c.folders[k].method & 15; m == 2 || m > 3 {
		refuse = fmt.Sprintf("compression %s: recognised, not opened", nonEmpty(at([]string{2: "Quantum"}, int(m)), fmt.Sprint(m)))
	}
	if refuse != "" {
		c.x.warn(Partial, "%d files: %s", len(files), refuse)
		for _, f := range files {
			f.node.Size, f.node.State, f.node.Reason = f.size, Partial, refuse
			if err := c.x.meta(f.node); err != nil {
				return err
			}
		}
		return nil
	}
	r := &cabReader{c: c, f: c.folders[k], pos: c.folders[k].at}
	at := int64(0)
	for _, f := range files {
		_, err := c.x.file(f.node, func(w io.Writer) error {
			if f.at < at {
				return fmt.Errorf("begins at %d of its folder, inside another file that ends at %d: refused", f.at, at)
			}
			if _, err := io.CopyN(io.Discard, r, f.at-at); err != nil {
				return noEOF(err)
			}
			n, err := io.CopyN(w, r, f.size)
			at = f.at + n
			return noEOF(err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// noEOF makes an early end an unexpected one.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// cabReader reads the plain bytes of a folder.
type cabReader struct {
	c     *cabinet
	f     cabFolder
	pos   int64
	left  []byte
	last  []byte // the plain bytes of the block before: MSZIP's dictionary
	err   error
	block int
	lzx   *lzxDecoder
}

func (r *cabReader) Read(p []byte) (int, error) {
	for len(r.left) == 0 {
		if r.err == nil {
			r.err = r.next()
		}
		if r.err != nil {
			return 0, r.err
		}
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

func (r *cabReader) next() error {
	if r.block == r.f.blocks {
		return io.EOF
	}
	h := r.c.d.at(r.pos, 8)
	if h == nil {
		return io.ErrUnexpectedEOF
	}
	sum, packed, plain := le.Uint32(h), int(le.Uint16(h[4:])), int(le.Uint16(h[6:]))
	b := r.c.d.at(r.pos+8+r.c.reserve, packed)
	if b == nil {
		return io.ErrUnexpectedEOF
	}
	if plain > 32<<10 || packed > 38<<10 {
		return fmt.Errorf("block %d of %d bytes says it holds %d", r.block, packed, plain)
	}
	if sum != 0 && cabSum(h[4:8], cabSum(b, 0)) != sum {
		return fmt.Errorf("block %d fails its checksum", r.block)
	}
	var err error
	switch r.f.method & 15 {
	case 3:
		if r.lzx == nil {
			if r.lzx, err = newLZX(r.f.method >> 8 & 31); err != nil {
				return err
			}
		}
		if b, err = r.lzx.frame(b, plain); err != nil {
			return fmt.Errorf("block %d: %w", r.block, err)
		}
	case 1:
		if len(b) < 2 || b[0] != 'C' || b[1] != 'K' {
			return fmt.Errorf("block %d is no MSZIP block", r.block)
		}
		out, _, err := inflateBlock(b[2:], r.last, plain)
		if err != nil {
			return fmt.Errorf("block %d: %w", r.block, err)
		}
		b = out
	}
	if len(b) != plain {
		return fmt.Errorf("block %d gives %d bytes, not %d", r.block, len(b), plain)
	}
	r.left, r.last = b, b
	r.pos += 8 + r.c.reserve + int64(packed)
	r.block++
	return nil
}

// cabSum is the checksum of a data block: words xored, the last bytes in reverse.
func cabSum(b []byte, seed uint32) uint32 {
	for ; len(b) >= 4; b = b[4:] {
		seed ^= le.Uint32(b)
	}
	var tail uint32
	for _, c := range b {
		tail = tail<<8 | uint32(c)
	}
	return seed ^ tail
}
