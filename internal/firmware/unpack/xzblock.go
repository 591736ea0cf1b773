package unpack

import (
	"errors"
	"hash/crc32"
	"hash/crc64"
	"io"
)

// xz streams of one block and no filter before LZMA2, as file systems keep
// them: decoded with our own decoder, which needs less time than the library does.

// errXZOther says that a stream has filters, sizes or checks left to the library.
var errXZOther = errors.New("xz: not of the plain form")

var errXZ = errors.New("xz: corrupt data")

var crc64Table = crc64.MakeTable(crc64.ECMA)

func xzPlain(in []byte, max int) ([]byte, error) {
	if len(in) < 24 || string(in[:6]) != "\xfd7zXZ\x00" || in[6] != 0 || crc32.ChecksumIEEE(in[6:8]) != le.Uint32(in[8:]) {
		return nil, errXZOther
	}
	check := in[7]
	n := (int(in[12]) + 1) * 4
	if in[12] == 0 || 12+n > len(in) || check != 0 && check != 1 && check != 4 {
		return nil, errXZOther
	}
	h := in[12 : 12+n]
	if crc32.ChecksumIEEE(h[:n-4]) != le.Uint32(h[n-4:]) || h[1]&0x3f != 0 {
		return nil, errXZOther
	}
	f := h[2 : n-4]
	for bit := byte(0x40); bit != 0; bit <<= 1 { // sizes of the block, which its chunks say as well
		for h[1]&bit != 0 && len(f) > 0 && f[0]&0x80 != 0 {
			f = f[1:]
		}
		if h[1]&bit != 0 && len(f) > 0 {
			f = f[1:]
		}
	}
	if len(f) < 3 || f[0] != 0x21 || f[1] != 1 {
		return nil, errXZOther
	}
	out, used, err := lzma2Block(in[12+n:], max)
	if err != nil {
		return out, err
	}
	at := 12 + n + int(alignUp(int64(used), 4))
	if at > len(in) {
		return out, io.ErrUnexpectedEOF
	}
	sum := in[at:]
	switch {
	case check == 1 && (len(sum) < 4 || crc32.ChecksumIEEE(out) != le.Uint32(sum)),
		check == 4 && (len(sum) < 8 || crc64.Checksum(out, crc64Table) != le.Uint64(sum)):
		return out, errXZ
	}
	return out, nil
}

// lzma2Block decodes the chunks of LZMA2 into at most max bytes and returns how much input they took.
func lzma2Block(in []byte, max int) (out []byte, used int, err error) {
	d := lzmaPool.Get().(*lzmaDecoder)
	defer func() {
		d.in = nil
		lzmaPool.Put(d)
	}()
	d.more, d.used = nil, 0
	out = make([]byte, 0, max)
	pos, ready := 0, false
	for pos < len(in) {
		control := in[pos]
		pos++
		if control == 0 {
			return out, pos, nil
		}
		if pos+5 > len(in) {
			break
		}
		if control < 0x80 { // stored
			n := int(in[pos])<<8 + int(in[pos+1]) + 1
			pos += 2
			switch {
			case control > 2:
				return out, pos, errXZ
			case n > max-len(out):
				return out, pos, errTooLong
			case n > len(in)-pos:
				return out, pos, io.ErrUnexpectedEOF
			}
			out = append(out, in[pos:pos+n]...)
			pos += n
			continue
		}
		plain := int(control&0x1f)<<16 + int(in[pos])<<8 + int(in[pos+1]) + 1
		packed := int(in[pos+2])<<8 + int(in[pos+3]) + 1
		pos += 4
		if mode := control >> 5 & 3; mode >= 2 {
			p, ok := lzmaPropsOf(in[pos])
			if pos++; !ok || p.lc+p.lp > 4 {
				return out, pos, errXZ
			}
			d.reset(p)
			ready = true
		} else if mode == 1 && ready {
			d.reset(d.props)
		}
		switch {
		case !ready:
			return out, pos, errXZ
		case plain > max-len(out):
			return out, pos, errTooLong
		case packed > len(in)-pos:
			return out, pos, io.ErrUnexpectedEOF
		}
		d.in, d.pos, d.eof, d.ended = in[pos:pos+packed], 0, false, false
		if err := d.start(); err != nil {
			return out, pos, err
		}
		want := len(out) + plain
		got, err := d.decode(out[:len(out):want], 0)
		out = out[:len(got)]
		if err != nil {
			return out, pos, err
		}
		if len(got) != want || d.copyLen != 0 {
			return out, pos, errXZ
		}
		pos += packed
	}
	return out, pos, io.ErrUnexpectedEOF
}
