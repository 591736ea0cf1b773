package unpack

import "encoding/binary"

// elfExtent is where an ELF file ends by its own headers: behind the last
// segment, section or table. 0: the headers do not hold together.
func elfExtent(d *data) int64 {
	h := d.at(0, 64)
	if h == nil || string(h[:4]) != "\x7fELF" {
		return 0
	}
	var o binary.ByteOrder = le
	if h[5] == 2 {
		o = be
	}
	wide := h[4] == 2
	word := func(b []byte, narrow, at int) int64 {
		if wide {
			return int64(o.Uint64(b[at:]))
		}
		return int64(o.Uint32(b[narrow:]))
	}
	counts := 42
	if wide {
		counts = 54
	}
	end := int64(0)
	table := func(at int64, entry, n, least int, read func(b []byte) int64) bool {
		if n == 0 {
			return true
		}
		b := d.at(at, n*entry)
		if entry < least || b == nil {
			return false
		}
		end = max(end, at+int64(len(b)))
		for ; len(b) >= entry; b = b[entry:] {
			stop := read(b)
			if stop < 0 || stop > d.size {
				return false
			}
			end = max(end, stop)
		}
		return true
	}
	segments := table(word(h, 28, 32), int(o.Uint16(h[counts:])), int(o.Uint16(h[counts+2:])), 32, func(b []byte) int64 {
		return word(b, 4, 8) + word(b, 16, 32)
	})
	sections := table(word(h, 32, 40), int(o.Uint16(h[counts+4:])), int(o.Uint16(h[counts+6:])), 40, func(b []byte) int64 {
		if o.Uint32(b[4:]) == 8 { // takes no room
			return 0
		}
		return word(b, 16, 24) + word(b, 20, 32)
	})
	if !segments || !sections {
		return 0
	}
	return end
}
