package unpack

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"sync"
)

// Sum is the SHA-256 of a content.
type Sum [sha256.Size]byte

// String returns the sum in lower-case hex.
func (s Sum) String() string { return hex.EncodeToString(s[:]) }

const chunkBits = 20 // contents are kept in chunks of 1 MiB

type chunk struct {
	mem []byte // nil: in the spool at off
	off int64
	n   int
}

// Blob is an immutable content. Safe for concurrent use until its Tree is closed.
type Blob struct {
	sum    Sum
	size   int64
	store  *store
	chunks []chunk
	// A blob may instead be a range of another reader.
	base io.ReaderAt
	off  int64
}

// Sum returns the SHA-256 of the content.
func (b *Blob) Sum() Sum { return b.sum }

// Size returns the length in bytes.
func (b *Blob) Size() int64 { return b.size }

// ReadAt implements io.ReaderAt.
func (b *Blob) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= b.size {
		return 0, io.EOF
	}
	short := false
	if int64(len(p)) > b.size-off {
		p, short = p[:b.size-off], true
	}
	if b.base != nil {
		n, err := b.base.ReadAt(p, b.off+off)
		if n == len(p) {
			err = nil
		}
		if err == nil && short {
			err = io.EOF
		}
		return n, err
	}
	n := 0
	for n < len(p) {
		c := b.chunks[(off+int64(n))>>chunkBits]
		in := int((off + int64(n)) & (1<<chunkBits - 1))
		want := min(len(p)-n, c.n-in)
		if c.mem != nil {
			copy(p[n:n+want], c.mem[in:])
		} else if _, err := b.store.spool.ReadAt(p[n:n+want], c.off+int64(in)); err != nil {
			return n, fmt.Errorf("read spool: %w", err)
		}
		n += want
	}
	if short {
		return n, io.EOF
	}
	return n, nil
}

// slice returns n bytes at off without copying when they lie together in memory, else nil.
func (b *Blob) slice(off int64, n int) []byte {
	if off < 0 || int64(n) > b.size-off {
		return nil
	}
	if b.base != nil {
		if s, ok := b.base.(slicer); ok {
			return s.slice(b.off+off, n)
		}
		return nil
	}
	if n == 0 {
		return nil
	}
	c := b.chunks[off>>chunkBits]
	in := int(off & (1<<chunkBits - 1))
	if c.mem == nil || in+n > len(c.mem) {
		return nil
	}
	return c.mem[in : in+n : in+n]
}

// Reader returns a reader over the whole content.
func (b *Blob) Reader() *io.SectionReader { return io.NewSectionReader(b, 0, b.size) }

// store keeps contents in memory up to a budget, then in one unlinked spool file.
type store struct {
	mu     sync.Mutex
	dir    string
	spool  *os.File
	end    int64
	mem    int64
	memMax int64
}

func (s *store) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.spool == nil {
		return nil
	}
	err := s.spool.Close()
	s.spool = nil
	return err
}

// keep stores p as one chunk; p is copied.
func (s *store) keep(p []byte) (chunk, error) {
	s.mu.Lock()
	if s.mem+int64(len(p)) <= s.memMax {
		s.mem += int64(len(p))
		s.mu.Unlock()
		return chunk{mem: append([]byte(nil), p...), n: len(p)}, nil
	}
	if s.spool == nil {
		f, err := os.CreateTemp(s.dir, "telltale-spool-*")
		if err != nil {
			s.mu.Unlock()
			return chunk{}, fmt.Errorf("create spool file: %w", err)
		}
		os.Remove(f.Name()) // stays readable until closed; on systems that refuse, the temporary folder is cleaned as usual
		s.spool = f
	}
	off := s.end
	s.end += int64(len(p))
	f := s.spool
	s.mu.Unlock()
	if _, err := f.WriteAt(p, off); err != nil {
		return chunk{}, fmt.Errorf("write spool file: %w", err)
	}
	return chunk{off: off, n: len(p)}, nil
}

func (s *store) release(b *Blob) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range b.chunks {
		if c.mem != nil {
			s.mem -= int64(len(c.mem))
		}
	}
}

var chunkBufs = sync.Pool{New: func() any { b := make([]byte, 0, 1<<chunkBits); return &b }}

// blobWriter hashes and keeps what is written to it.
type blobWriter struct {
	store *store
	hash  hash.Hash
	buf   *[]byte
	blob  *Blob
}

func (s *store) writer() *blobWriter {
	b := chunkBufs.Get().(*[]byte)
	*b = (*b)[:0]
	return &blobWriter{store: s, hash: sha256.New(), buf: b, blob: &Blob{store: s}}
}

func (w *blobWriter) Write(p []byte) (int, error) {
	total := len(p)
	w.hash.Write(p)
	for len(p) > 0 {
		b := *w.buf
		n := min(len(p), 1<<chunkBits-len(b))
		b = append(b, p[:n]...)
		p = p[n:]
		*w.buf = b
		if len(b) == 1<<chunkBits {
			if err := w.flush(); err != nil {
				return 0, err
			}
		}
	}
	w.blob.size += int64(total)
	return total, nil
}

func (w *blobWriter) flush() error {
	c, err := w.store.keep(*w.buf)
	if err != nil {
		return err
	}
	w.blob.chunks = append(w.blob.chunks, c)
	*w.buf = (*w.buf)[:0]
	return nil
}

func (w *blobWriter) done() (*Blob, error) {
	var err error
	if len(*w.buf) > 0 {
		err = w.flush()
	}
	chunkBufs.Put(w.buf)
	w.buf = nil
	w.hash.Sum(w.blob.sum[:0])
	return w.blob, err
}

// section makes a blob of a range of r without copying it.
func section(r io.ReaderAt, off, n int64) (*Blob, error) {
	b := &Blob{base: r, off: off, size: n}
	h := sha256.New()
	buf := chunkBufs.Get().(*[]byte)
	defer chunkBufs.Put(buf)
	if _, err := io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{io.NewSectionReader(r, off, n)}, (*buf)[:1<<18]); err != nil {
		return nil, fmt.Errorf("read %d bytes at %#x: %w", n, off, err)
	}
	h.Sum(b.sum[:0])
	return b, nil
}

// WriteTo writes the whole content to w; it implements io.WriterTo.
func (b *Blob) WriteTo(w io.Writer) (n int64, err error) {
	if b.base != nil {
		return io.Copy(w, b.Reader())
	}
	var buf *[]byte
	for _, c := range b.chunks {
		p := c.mem
		if p == nil {
			if buf == nil {
				buf = chunkBufs.Get().(*[]byte)
				defer chunkBufs.Put(buf)
			}
			p = (*buf)[:c.n]
			if _, err := b.store.spool.ReadAt(p, c.off); err != nil {
				return n, fmt.Errorf("read spool: %w", err)
			}
		}
		k, err := w.Write(p)
		if n += int64(k); err != nil {
			return n, err
		}
	}
	return n, nil
}
