package pcap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Magic numbers, as a little-endian machine reads the first four octets.
const (
	magicMicroLE   = 0xa1b2c3d4
	magicMicroBE   = 0xd4c3b2a1
	magicNanoLE    = 0xa1b23c4d
	magicNanoBE    = 0x4d3cb2a1
	magicKuznetzov = 0xa1b2cd34 // per-packet header of 24 octets
	blockSection   = 0x0a0d0d0a
	byteOrderLE    = 0x1a2b3c4d
	byteOrderBE    = 0x4d3c2b1a
)

const (
	readSize  = 1 << 19
	maxPacket = 1 << 20 // no link carries more; a larger length is a broken file
	maxIfaces = 4096
)

var errTruncated = errors.New("capture cut off")

// packet is one captured frame; data is valid until the next call of next.
type packet struct {
	link uint32
	sec  int64
	data []byte
}

// iface is what a pcapng interface block says.
type iface struct {
	link     uint32
	tsPerSec uint64
	offset   int64
}

// file cuts a capture into packets through one large buffer.
type file struct {
	r          io.Reader
	buf        []byte
	start, end int
	eof        bool

	big    bool
	plain  bool // classic, little-endian, headers of 16 octets
	ng     bool
	header int // length of a packet header, classic
	link   uint32
	ifaces []iface
	n      int // packets given out
}

// open reads the file header; size bounds the buffer of small files. Reading
// ahead in a second goroutine was measured and does not pay: the octets then lie
// in the other core's cache.
func open(r io.Reader, size int64) (*file, error) {
	f := &file{r: r, buf: make([]byte, min(max(size, 64), readSize))}
	h, err := f.peek(24)
	if err != nil {
		return nil, fmt.Errorf("read the file header: %w", errTruncated)
	}
	f.header = 16
	switch binary.LittleEndian.Uint32(h) {
	case magicMicroLE, magicNanoLE:
		f.plain = true
	case magicMicroBE, magicNanoBE:
		f.big = true
	case magicKuznetzov:
		f.header = 24
	case blockSection:
		f.ng = true
		return f, nil
	default:
		return nil, fmt.Errorf("no capture: it begins with %x", h[:4])
	}
	f.link = f.u32(h[20:]) & 0xffff
	f.start += 24
	return f, nil
}

func (f *file) u32(b []byte) uint32 {
	if f.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (f *file) u16(b []byte) uint16 {
	if f.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

// peek returns the next n octets without taking them. io.EOF: none are left; errTruncated: fewer.
func (f *file) peek(n int) ([]byte, error) {
	if f.end-f.start >= n {
		return f.buf[f.start : f.start+n], nil
	}
	return f.fill(n)
}

func (f *file) fill(n int) ([]byte, error) {
	for f.end-f.start < n && !f.eof {
		if err := f.more(n); err != nil {
			return nil, err
		}
	}
	switch {
	case f.end-f.start >= n:
		return f.buf[f.start : f.start+n], nil
	case f.end == f.start:
		return nil, io.EOF
	}
	return nil, errTruncated
}

// more reads once, with room for n octets from start on.
func (f *file) more(n int) error {
	if n > len(f.buf) {
		grown := make([]byte, n+readSize)
		f.end = copy(grown, f.buf[f.start:f.end])
		f.buf, f.start = grown, 0
	} else if f.start > 0 && f.start+n > len(f.buf) || f.start == f.end {
		f.end = copy(f.buf, f.buf[f.start:f.end])
		f.start = 0
	}
	m, err := f.r.Read(f.buf[f.end:])
	f.end += m
	if err == io.EOF {
		f.eof = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("read capture: %w", err)
	}
	return nil
}

// next returns the next packet.
func (f *file) next() (packet, error) {
	if b := f.buf[f.start:f.end]; f.plain && len(b) >= 16 { // the usual form, whole in the buffer
		if n := int(binary.LittleEndian.Uint32(b[8:])); n <= len(b)-16 && n <= maxPacket {
			f.start += 16 + n
			f.n++
			return packet{f.link, int64(binary.LittleEndian.Uint32(b)), b[16 : 16+n]}, nil
		}
	}
	return f.nextSlow()
}

func (f *file) nextSlow() (packet, error) {
	if f.ng {
		return f.nextBlock()
	}
	h, err := f.peek(f.header)
	if err != nil {
		return packet{}, err
	}
	n := int(f.u32(h[8:]))
	sec := int64(f.u32(h))
	if n > maxPacket {
		return packet{}, fmt.Errorf("packet %d says it is %d octets long: the file is damaged from here on", f.n+1, n)
	}
	b, err := f.peek(f.header + n)
	if err != nil {
		return packet{}, err
	}
	f.start += f.header + n
	f.n++
	return packet{f.link, sec, b[f.header:]}, nil
}

// nextBlock walks pcapng blocks until one holds a packet.
func (f *file) nextBlock() (packet, error) {
	for {
		h, err := f.peek(12)
		if err != nil {
			return packet{}, err
		}
		kind := f.u32(h)
		if binary.LittleEndian.Uint32(h) == blockSection {
			// The byte order of a section is told by its own header.
			f.big = binary.LittleEndian.Uint32(h[8:]) == byteOrderBE
			f.ifaces = f.ifaces[:0]
			kind = blockSection
		}
		n := int(f.u32(h[4:]))
		if n < 12 || n > maxPacket+4096 || n%4 != 0 {
			return packet{}, fmt.Errorf("block after packet %d says it is %d octets long: the file is damaged from here on", f.n, n)
		}
		b, err := f.peek(n)
		if err != nil {
			return packet{}, err
		}
		f.start += n
		body := b[8 : n-4]
		p, ok := f.block(kind, body)
		if ok {
			f.n++
			return p, nil
		}
	}
}

// Block types of pcapng, section 4.
const (
	blockInterface = 1
	blockOldPacket = 2
	blockSimple    = 3
	blockEnhanced  = 6
)

func (f *file) block(kind uint32, b []byte) (packet, bool) {
	switch kind {
	case blockInterface:
		if len(b) >= 8 && len(f.ifaces) < maxIfaces {
			f.ifaces = append(f.ifaces, f.interfaceOf(b))
		}
	case blockEnhanced, blockOldPacket:
		if len(b) < 20 {
			return packet{}, false
		}
		id := f.u32(b)
		if kind == blockOldPacket {
			id = uint32(f.u16(b))
		}
		n := int(f.u32(b[12:]))
		if int(id) >= len(f.ifaces) || n > len(b)-20 || n < 0 {
			return packet{}, false
		}
		i := &f.ifaces[id]
		ts := uint64(f.u32(b[4:]))<<32 | uint64(f.u32(b[8:]))
		return packet{i.link, int64(ts/i.tsPerSec) + i.offset, b[20 : 20+n]}, true
	case blockSimple:
		if len(b) < 4 || len(f.ifaces) == 0 {
			return packet{}, false
		}
		n := min(int(f.u32(b)), len(b)-4)
		return packet{f.ifaces[0].link, 0, b[4 : 4+n]}, true
	}
	return packet{}, false
}

// interfaceOf reads link type and time resolution (if_tsresol, if_tsoffset).
func (f *file) interfaceOf(b []byte) iface {
	i := iface{link: uint32(f.u16(b)), tsPerSec: 1e6}
	for o := b[8:]; len(o) >= 4; {
		code, n := f.u16(o), int(f.u16(o[2:]))
		o = o[4:]
		if code == 0 || n > len(o) {
			break
		}
		switch {
		case code == 9 && n >= 1:
			if e := o[0]; e&0x80 != 0 && e&0x7f < 63 {
				i.tsPerSec = 1 << (e & 0x7f)
			} else if e < 19 {
				i.tsPerSec = 1
				for range e {
					i.tsPerSec *= 10
				}
			}
		case code == 14 && n >= 8:
			lo, hi := f.u32(o), f.u32(o[4:])
			if f.big {
				lo, hi = hi, lo
			}
			i.offset = int64(uint64(hi)<<32 | uint64(lo))
		}
		o = o[min((n+3)&^3, len(o)):]
	}
	return i
}
