package unpack

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// Metadata of squashfs: compressed blocks of 8 KiB behind a length each, read across their borders.

type sqMeta struct {
	b    []byte
	next int64
}

// squash reads one file system.
type squash struct {
	x      *xtr
	s      sqSuper
	d      *data
	cache  map[int64]sqMeta
	ids    []uint32
	gids   []uint32
	frags  []sqFrag
	xids   []sqXattr
	xbase  int64
	method string
	mu     sync.Mutex
	// fragCache is shared by the workers that unpack files.
	fragCache sqFragCache
}

type sqFrag struct {
	start int64
	size  uint32
}

type sqXattr struct {
	ref   uint64
	count uint32
}

// decode decompresses one block; the nominal codec first, then those vendors put in its place.
func (q *squash) decode(in []byte, max, want int) ([]byte, error) {
	q.mu.Lock()
	m := q.method
	q.mu.Unlock()
	if m == "" {
		m = "gzip"
		if q.s.major == 4 {
			m = sqCodecs[q.s.comp]
		}
		out, err := q.with(m, in, max, want)
		if err == nil {
			return out, nil
		}
		for _, other := range []string{"lzma", "xz", "gzip", "lzo", "zstd", "lz4"} {
			if o, e := q.with(other, in, max, want); e == nil && len(o) > 0 && other != m {
				q.mu.Lock()
				q.method = other
				q.mu.Unlock()
				return o, nil
			}
		}
		return out, err
	}
	return q.with(m, in, max, want)
}

func (q *squash) with(m string, in []byte, max, want int) ([]byte, error) {
	switch m {
	case "gzip":
		return zlibBlock(in, max)
	case "lzma":
		return lzmaAny(in, max, want)
	case "lzo":
		return lzoBlock(in, max)
	case "xz":
		return xzBlock(in, max)
	case "lz4":
		return lz4Block(in, max)
	case "zstd":
		return zstdBlock(in, max)
	}
	return nil, fmt.Errorf("compression %q is not known", m)
}

// meta returns the decoded metadata block at pos.
func (q *squash) meta(pos int64) (sqMeta, error) {
	if m, ok := q.cache[pos]; ok {
		return m, nil
	}
	if len(q.cache) > 64<<10 {
		return sqMeta{}, limitf("512 MiB of squashfs metadata")
	}
	hb := q.d.at(pos, 2)
	if hb == nil {
		return sqMeta{}, fmt.Errorf("metadata block at %#x: %w", pos, io.ErrUnexpectedEOF)
	}
	h := q.s.order.Uint16(hb)
	n := int64(h & 0x7fff)
	if n == 0 {
		n = 0x8000
	}
	start := pos + 2
	if q.s.major < 4 && q.s.flags&4 != 0 { // "check data": one marker byte
		start++
	}
	raw := q.d.at(start, int(n))
	if raw == nil {
		return sqMeta{}, fmt.Errorf("metadata block at %#x, %d bytes: %w", pos, n, io.ErrUnexpectedEOF)
	}
	m := sqMeta{b: raw, next: start + n}
	if h&0x8000 == 0 {
		out, err := q.decode(raw, 8192, 0)
		if err != nil {
			return sqMeta{}, fmt.Errorf("metadata block at %#x: %w", pos, err)
		}
		m.b = out
	}
	q.cache[pos] = m
	return m, nil
}

// sqCursor reads bytes across metadata blocks.
type sqCursor struct {
	q   *squash
	m   sqMeta
	off int
}

func (q *squash) cursor(block int64, off int) (*sqCursor, error) {
	m, err := q.meta(block)
	if err != nil {
		return nil, err
	}
	if off > len(m.b) {
		return nil, fmt.Errorf("metadata offset %d beyond block of %d bytes", off, len(m.b))
	}
	return &sqCursor{q: q, m: m, off: off}, nil
}

func (c *sqCursor) read(n int) ([]byte, error) {
	if n > 1<<16 {
		return nil, errors.New("metadata item too long")
	}
	if c.off+n <= len(c.m.b) {
		b := c.m.b[c.off : c.off+n]
		c.off += n
		return b, nil
	}
	out := make([]byte, 0, n)
	for len(out) < n {
		if c.off == len(c.m.b) {
			m, err := c.q.meta(c.m.next)
			if err != nil {
				return nil, err
			}
			if len(m.b) == 0 {
				return nil, io.ErrUnexpectedEOF
			}
			c.m, c.off = m, 0
		}
		k := min(n-len(out), len(c.m.b)-c.off)
		out = append(out, c.m.b[c.off:c.off+k]...)
		c.off += k
	}
	return out, nil
}
