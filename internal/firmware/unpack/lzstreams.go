package unpack

import (
	"bytes"
	"errors"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"io"

	lzo "github.com/anchore/go-lzo"
	"github.com/pierrec/lz4/v4"
)

// Streams of LZ4 (frames and the legacy form) and lzop.

func probeLZ4(d *data, off int64) *claim {
	h := d.at(off, 7)
	if h == nil || h[4]>>6 != 1 || h[5]&0x8f != 0 || h[5]>>4 < 4 {
		return nil
	}
	return stream(off, "lz4", Structural, "", func(w io.Writer, in *counter) error {
		n := lz4Length(d, off)
		_, err := io.Copy(w, lz4.NewReader(io.LimitReader(in, n)))
		in.n = n
		if err != nil && off+n == d.size {
			err = errors.Join(err, io.ErrUnexpectedEOF)
		}
		return err
	})
}

// lz4Length walks the blocks of a frame to its end mark.
func lz4Length(d *data, off int64) int64 {
	flg := d.at(off+4, 1)[0]
	pos := off + 7
	if flg&8 != 0 {
		pos += 8
	}
	if flg&1 != 0 {
		pos += 4
	}
	for pos+4 <= d.size {
		n := d.u32(le, pos)
		pos += 4
		if n == 0 {
			if flg&4 != 0 {
				pos += 4
			}
			return min(pos, d.size) - off
		}
		pos += int64(n &^ (1 << 31))
		if flg&16 != 0 {
			pos += 4
		}
	}
	return d.size - off
}

// LZ4 legacy frame, as Linux kernels carry it: blocks of 8 MiB without an end mark.
func probeLZ4Legacy(d *data, off int64) *claim {
	n := int64(d.u32(le, off+4))
	if n == 0 || n > 9<<20 {
		return nil
	}
	if rest := d.size - off - 8; n > rest { // cut in its first block
		return lz4LegacyCut(d, off, n, rest)
	}
	first, err := lz4Block(d.at(off+8, int(n)), 8<<20)
	if err != nil || len(first) == 0 {
		return nil
	}
	return stream(off, "lz4-legacy", Structural, "", func(w io.Writer, in *counter) error {
		pos := off + 4
		for {
			n := d.u32(le, pos)
			if n == 0 || n > 9<<20 || n == 0x184c2102 {
				break
			}
			b := d.at(pos+4, int(n))
			out, err := lz4Block(b, 8<<20)
			if err != nil {
				break // four bytes of decompressed size follow in a kernel
			}
			pos += 4 + int64(n)
			in.n = pos - off
			if _, err := w.Write(out); err != nil {
				return err
			}
			if len(out) < 8<<20 {
				break
			}
		}
		in.n = pos - off
		return nil
	})
}

// lz4LegacyCut takes what there is of a first block of n bytes, if that decodes.
func lz4LegacyCut(d *data, off, n, rest int64) *claim {
	b := d.upto(off+8, int(rest))
	out, err := lz4Prefix(b, 8<<20)
	inLength := len(b) > 1 && b[0]>>4 == 15 && len(bytes.Trim(b[1:], "\xff")) == 0 // of its first literals
	if err != nil && len(out) < 64 && !inLength {
		return nil
	}
	c := &claim{off: off, length: 8 + n, format: "lz4-legacy", conf: Structural}
	c.extract = func(x *xtr) error {
		_, err := x.file(Node{Path: "content", Kind: Part}, func(w io.Writer) error {
			if _, err := w.Write(out); err != nil {
				return err
			}
			return io.ErrUnexpectedEOF
		})
		return err
	}
	return c
}

// lzop: header with an Adler-32 or CRC of its own, then blocks of sizes and checksums.
func probeLzop(d *data, off int64) *claim {
	h := d.upto(off, 600)
	if len(h) < 40 {
		return nil
	}
	version, method := be.Uint16(h[9:]), h[15]
	if version < 0x0900 || method < 1 || method > 3 {
		return nil
	}
	pos := 17
	flags := be.Uint32(h[pos:])
	pos += 4
	if flags&0x800 != 0 {
		pos += 4 // filter
	}
	pos += 12 // mode, mtime low, mtime high
	if pos >= len(h) {
		return nil
	}
	nameLen := int(h[pos])
	name := ""
	if pos+1+nameLen+4 > len(h) {
		return nil
	}
	name = string(h[pos+1 : pos+1+nameLen])
	pos += 1 + nameLen
	sum := adler32.Checksum(h[9:pos])
	if flags&0x1000 != 0 {
		sum = crc32.ChecksumIEEE(h[9:pos])
	}
	if sum != be.Uint32(h[pos:]) {
		return nil
	}
	start := off + int64(pos) + 4
	return stream(off, "lzop", Checked, name, func(w io.Writer, in *counter) error {
		end, err := lzopBlocks(w, d, start, flags)
		in.n = end - off
		return err
	})
}

func lzopBlocks(w io.Writer, d *data, pos int64, flags uint32) (int64, error) {
	count := func(bits ...uint32) (n int64) {
		for _, b := range bits {
			if flags&b != 0 {
				n += 4
			}
		}
		return n
	}
	for {
		if pos+4 > d.size {
			return d.size, io.ErrUnexpectedEOF
		}
		out := d.u32(be, pos)
		if out == 0 {
			return pos + 4, nil
		}
		in := d.u32(be, pos+4)
		if out > 64<<20 || in > out {
			return pos, errors.New("lzop: block sizes out of range")
		}
		pos += 8 + count(0x1, 0x100)
		if in < out {
			pos += count(0x2, 0x200)
		}
		b := d.at(pos, int(in))
		if b == nil {
			return d.size, io.ErrUnexpectedEOF
		}
		pos += int64(in)
		if in < out {
			p := make([]byte, out)
			n, err := lzo.Decompress(b, p)
			if err != nil || n != int(out) {
				return pos, fmt.Errorf("lzop: block does not decode: %v", err)
			}
			b = p
		}
		if _, err := w.Write(b); err != nil {
			return pos, err
		}
	}
}
