package unpack

import (
	"bytes"
	"fmt"
)

// An LZX encoder for tests: trees that fit any text, matches found by hashes
// of three bytes, the kinds of blocks in turn. cabextract reads what it writes.

type lzxWriter struct {
	v      uint32
	n      uint
	out    []byte // of the frame
	main   []byte
	length []byte
	recent [3]int
	aligns bool
}

func (w *lzxWriter) put(v uint32, n uint) {
	for ; n > 0; n-- {
		w.v = w.v<<1 | v>>(n-1)&1
		if w.n++; w.n == 16 {
			w.out = le.AppendUint16(w.out, uint16(w.v))
			w.v, w.n = 0, 0
		}
	}
}

func (w *lzxWriter) align() {
	if w.n > 0 {
		w.put(0, 16-w.n)
	}
}

// flatLengths are lengths of codes for n symbols that use up all codes: the first are one bit shorter.
func flatLengths(n int) []byte {
	bits := 1
	for 1<<bits < n {
		bits++
	}
	out := bytes.Repeat([]byte{byte(bits)}, n)
	for i := range 1<<bits - n {
		out[i]--
	}
	return out
}

// symbol writes the canonical code of s.
func (w *lzxWriter) symbol(lengths []byte, s int) {
	code := uint32(0)
	for n := byte(1); n <= lengths[s]; n++ {
		for i, l := range lengths {
			if l == n && (n < lengths[s] || i < s) {
				code++
			}
		}
		if n < lengths[s] {
			code <<= 1
		}
	}
	w.put(code, uint(lengths[s]))
}

func (w *lzxWriter) sendLengths(old, want []byte) {
	pre := flatLengths(20)
	for _, l := range pre {
		w.put(uint32(l), 4)
	}
	for i := range want {
		w.symbol(pre, (int(old[i])+17-int(want[i]))%17)
		old[i] = want[i]
	}
}

func (w *lzxWriter) header(kind, n int) {
	w.put(uint32(kind), 3)
	w.put(uint32(n>>8), 16)
	w.put(uint32(n&0xff), 8)
	if kind == 3 {
		w.put(0, 16-w.n) // one bit at least, sixteen when on a word
		for _, r := range w.recent {
			w.out = le.AppendUint32(w.out, uint32(r))
		}
		return
	}
	if w.aligns = kind == 2; w.aligns {
		for range 8 {
			w.put(3, 3)
		}
	}
	flat := flatLengths(len(w.main))
	w.sendLengths(w.main[:256], flat[:256])
	w.sendLengths(w.main[256:], flat[256:])
	w.sendLengths(w.length, flatLengths(lzxLengths))
}

// match writes a match of n bytes, at bytes back.
func (w *lzxWriter) match(at, n int) {
	r, slot, extra := &w.recent, 0, 0
	switch at {
	case r[0]:
	case r[1]:
		slot, r[0], r[1] = 1, r[1], r[0]
	case r[2]:
		slot, r[0], r[2] = 2, r[2], r[0]
	default:
		for slot = 3; lzxBase(slot+1) <= at+2; slot++ {
		}
		extra = at + 2 - lzxBase(slot)
		r[2], r[1], r[0] = r[1], r[0], at
	}
	head := min(n-2, 7)
	w.symbol(w.main, 256+slot<<3+head)
	if head == 7 {
		w.symbol(w.length, n-2-7)
	}
	if slot < 3 {
		return
	}
	if bits := lzxExtra(slot); w.aligns && bits >= 3 {
		w.put(uint32(extra>>3), bits-3)
		w.put(uint32(extra&7), 3)
	} else {
		w.put(uint32(extra), bits)
	}
}

// packLZX writes plain in blocks of the kinds in turn, of size bytes each.
func packLZX(plain []byte, slots, window, size int, calls bool, kinds ...int) (frames []cabBlock) {
	w := &lzxWriter{main: make([]byte, 256+8*slots), length: make([]byte, lzxLengths), recent: [3]int{1, 1, 1}}
	if calls {
		plain = lzxAbsolute(bytes.Clone(plain))
		w.put(1, 1)
		w.put(uint32(len(plain)>>16), 16)
		w.put(uint32(len(plain)&0xffff), 16)
	} else {
		w.put(0, 1)
	}
	last, block, left, kind := map[[3]byte]int{}, 0, 0, 0
	for i := 0; i < len(plain); {
		if left == 0 {
			if kind == 3 && size&1 != 0 {
				w.out = append(w.out, 0)
			}
			kind, left = kinds[block%len(kinds)], min(size, len(plain)-i)
			w.header(kind, left)
			block++
		}
		n := 1
		most := min(257, left, lzxFrame-i%lzxFrame, len(plain)-i)
		if kind == 3 {
			w.out = append(w.out, plain[i])
		} else if at := lastAt(last, plain, i); at >= 0 && i-at <= window-3 && most >= 3 {
			for n = 3; n < most && plain[at+n] == plain[i+n]; n++ {
			}
			w.match(i-at, n)
		} else {
			w.symbol(w.main, int(plain[i]))
		}
		for k := range n {
			if i+k+3 <= len(plain) {
				last[[3]byte(plain[i+k:])] = i + k
			}
		}
		i, left = i+n, left-n
		if i%lzxFrame == 0 || i == len(plain) {
			w.align()
			frames = append(frames, cabBlock{w.out, (i-1)%lzxFrame + 1})
			w.out = nil
		}
	}
	return frames
}

func lastAt(last map[[3]byte]int, b []byte, i int) int {
	if i+3 > len(b) {
		return -1
	}
	if at, ok := last[[3]byte(b[i:])]; ok {
		return at
	}
	return -1
}

// lzxAbsolute makes the targets of calls absolute, frame by frame.
func lzxAbsolute(b []byte) []byte {
	size := int32(len(b))
	for at := 0; at < len(b); at += lzxFrame {
		f := b[at:min(len(b), at+lzxFrame)]
		for i := 0; i+10 < len(f); i++ {
			if f[i] != 0xe8 {
				continue
			}
			cur := int32(at + i)
			if rel := int32(le.Uint32(f[i+1:])); rel >= -cur && rel < size {
				to := rel + cur
				if to >= size {
					to = rel - size
				}
				le.PutUint32(f[i+1:], uint32(to))
			}
			i += 4
		}
	}
	return b
}

type lzxCase struct {
	name  string
	image []byte
}

func lzxFiles() []packedFile {
	code := bytes.Repeat([]byte("\xe8\x10\x00\x00\x00\x90\xe8\xf0\xff\xff\xff\xc3\x55\xe8\x00\x01\x00\x00"), 4000)
	return append(packedFiles(), packedFile{"bin/code", code})
}

func lzxCases() (list []lzxCase) {
	for _, c := range []struct {
		name        string
		bits, slots int
		size        int
		calls       bool
		kinds       []int
	}{
		{"verbatim, window of 32 KiB", 15, 30, 1 << 20, false, []int{1}},
		{"aligned, window of 64 KiB", 16, 32, 50_001, false, []int{2}},
		{"not packed", 15, 30, 40_001, false, []int{3}},
		{"all kinds, window of 2 MiB", 21, 50, 20_011, false, []int{1, 3, 2}},
		{"calls made absolute, window of 256 KiB", 18, 36, 70_000, true, []int{2, 1}},
	} {
		pack := func(plain []byte) []cabBlock { return packLZX(plain, c.slots, 1<<c.bits, c.size, c.calls, c.kinds...) }
		list = append(list, lzxCase{fmt.Sprintf("LZX %s", c.name), cabOf(lzxFiles(), uint16(3|c.bits<<8), 0, pack)})
	}
	return list
}
