package unpack

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf16"
)

// Additions to ISO 9660: Joliet's second tree of wide names, and the packed
// files of zisofs.

// joliet returns the root entry of the tree of wide names, nil without one.
func (f *isoFS) joliet() []byte {
	for sector := int64(17); sector < 32; sector++ {
		h := f.d.at(sector*isoSector, isoSector)
		if h == nil || string(h[1:6]) != "CD001" || h[0] == 255 {
			return nil
		}
		if h[0] == 2 && h[88] == '%' && h[89] == '/' && (h[90] == '@' || h[90] == 'C' || h[90] == 'E') && h[156] == 34 {
			return bytes.Clone(h[156:190])
		}
	}
	return nil
}

// rockRidge says whether the first entry of the root names that extension.
func (f *isoFS) rockRidge(root []byte) bool {
	e := f.extent(root)
	rec := f.d.upto(e.at, 255)
	if len(rec) < 41 || int(rec[0]) > len(rec) || rec[0] < 41 {
		return false
	}
	return string(rec[34:36]) == "SP"
}

func jolietName(s string) string {
	u := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return string(utf16.Decode(u))
}

const zisofsMagic = "\x37\xe4\x53\x96\xc9\xdb\xd6\x07"

// zisofs decodes a packed file: a header, where each block ends, zlib blocks. An empty block is zeros.
func (f *isoFS) zisofs(w io.Writer, e isoExtent) error {
	d := f.d.sub(e.at, e.size)
	h := d.at(0, 16)
	if h == nil || string(h[:8]) != zisofsMagic {
		return fmt.Errorf("is said to be packed by zisofs and has no header of it")
	}
	size, head, log := int64(le.Uint32(h[8:])), int64(h[12])*4, h[13]
	if log < 10 || log > 20 || head < 16 {
		return fmt.Errorf("zisofs blocks of 2^%d bytes behind a header of %d", log, head)
	}
	block := int64(1) << log
	for i := int64(0); i*block < size; i++ {
		ends := d.at(head+4*i, 8)
		if ends == nil {
			return io.ErrUnexpectedEOF
		}
		from, to := int64(le.Uint32(ends)), int64(le.Uint32(ends[4:]))
		want := min(block, size-i*block)
		if from == to {
			if err := writeZeros(w, want); err != nil {
				return err
			}
			continue
		}
		in := d.at(from, int(min(to-from, 2*block)))
		if in == nil || to < from {
			return fmt.Errorf("block %d lies from %#x to %#x: %w", i, from, to, io.ErrUnexpectedEOF)
		}
		out, err := zlibBlock(in, int(want))
		if err == nil && int64(len(out)) != want {
			err = fmt.Errorf("gives %d bytes, not %d", len(out), want)
		}
		if err != nil {
			return fmt.Errorf("block %d: %w", i, err)
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
	return nil
}
