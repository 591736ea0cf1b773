package pipeline

import (
	"bufio"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// spill keeps sightings in a file instead of memory, so that a million rows
// stay within bounds. Sightings are written once, in order, and read back by
// ordinal in any order. The form is private to one version of the program.
type spill struct {
	f       *os.File
	w       *bufio.Writer
	at      int64
	offsets []int64
	buf     []byte
	words   map[string]uint64
	list    []string
}

const spillMagic = "telltale-sightings-1\n"

// createSpill makes a new spill file at path.
func createSpill(path string) (*spill, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create work file: %w", err)
	}
	s := &spill{f: f, w: bufio.NewWriterSize(f, 1<<20), words: map[string]uint64{}}
	n, err := s.w.WriteString(spillMagic)
	s.at = int64(n)
	return s, err
}

// Len is the number of sightings written.
func (s *spill) Len() int { return len(s.offsets) }

// Add appends one sighting.
func (s *spill) Add(x *asset.Sighting) error {
	e := encoder{b: s.buf[:0], s: s}
	e.sighting(x)
	s.buf = e.b
	var n [binary.MaxVarintLen64]byte
	k := binary.PutUvarint(n[:], uint64(len(e.b)))
	if _, err := s.w.Write(n[:k]); err != nil {
		return fmt.Errorf("write work file: %w", err)
	}
	if _, err := s.w.Write(e.b); err != nil {
		return fmt.Errorf("write work file: %w", err)
	}
	s.offsets = append(s.offsets, s.at+int64(k))
	s.at += int64(k + len(e.b))
	return nil
}

// Flush makes everything written readable.
func (s *spill) Flush() error { return s.w.Flush() }

// Close closes the file and leaves it in place.
func (s *spill) Close() error { return s.f.Close() }

// Get reads sighting i. It is safe for concurrent use after Flush.
func (s *spill) Get(i int) (*asset.Sighting, error) {
	end := s.at
	if i+1 < len(s.offsets) {
		end = s.offsets[i+1]
	}
	b := make([]byte, end-s.offsets[i])
	if _, err := s.f.ReadAt(b, s.offsets[i]); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read work file: %w", err)
	}
	d := decoder{b: b, list: s.list}
	x := d.sighting()
	if d.bad {
		return nil, fmt.Errorf("read work file: sighting %d is damaged", i)
	}
	return x, nil
}

// span holds the bytes of consecutive sightings, read at once.
type span struct {
	from, to int
	b        []byte
}

// read reads sightings from <= i < to at once.
func (s *spill) read(from, to int) (*span, error) {
	end := s.at
	if to < len(s.offsets) {
		end = s.offsets[to]
	}
	x := &span{from: from, to: to, b: make([]byte, end-s.offsets[from])}
	if _, err := s.f.ReadAt(x.b, s.offsets[from]); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read work file: %w", err)
	}
	return x, nil
}

// get returns sighting i from the span where it holds it, else from the file.
func (s *spill) get(x *span, i int) (*asset.Sighting, error) {
	if x == nil || i < x.from || i >= x.to {
		return s.Get(i)
	}
	d := decoder{b: x.b[s.offsets[i]-s.offsets[x.from]:], list: s.list}
	y := d.sighting()
	if d.bad {
		return nil, fmt.Errorf("read work file: sighting %d is damaged", i)
	}
	return y, nil
}

// word interns a string that recurs (source, attribute, input): few distinct ones, kept in memory.
func (s *spill) word(w string) uint64 {
	if n, ok := s.words[w]; ok {
		return n
	}
	n := uint64(len(s.list))
	s.words[w] = n
	s.list = append(s.list, w)
	return n
}

type encoder struct {
	b []byte
	s *spill
}

func (e *encoder) n(v int)       { e.b = binary.AppendUvarint(e.b, uint64(v)) }
func (e *encoder) word(w string) { e.b = binary.AppendUvarint(e.b, e.s.word(w)) }
func (e *encoder) str(v string)  { e.n(len(v)); e.b = append(e.b, v...) }

func (e *encoder) place(p evidence.Place) { e.word(p.Input); e.str(p.At) }

func (e *encoder) observations(os []evidence.Observation) {
	e.n(len(os))
	for i := range os {
		o := &os[i]
		e.word(o.Source)
		e.word(string(o.Attr))
		e.str(o.Value)
		e.str(o.At)
		e.place(o.Place)
	}
}

func (e *encoder) parts(ps []asset.Part) {
	e.n(len(ps))
	for i := range ps {
		e.word(string(ps[i].Kind))
		e.place(ps[i].Place)
		e.observations(ps[i].Observations)
		e.parts(ps[i].Components)
	}
}

func (e *encoder) sighting(x *asset.Sighting) {
	e.word(string(x.Kind))
	e.word(string(x.Seen))
	e.word(x.Network)
	complete := 0
	if x.Complete {
		complete = 1
	}
	e.n(complete)
	e.place(x.Place)
	e.observations(x.Observations)
	e.parts(x.Components)
	e.n(len(x.Links))
	for i := range x.Links {
		l := &x.Links[i]
		e.word(l.Via)
		e.str(l.LocalPort)
		e.str(l.RemotePort)
		e.sighting(&l.Remote)
	}
}

type decoder struct {
	b    []byte
	list []string
	bad  bool
}

func (d *decoder) n() int {
	v, k := binary.Uvarint(d.b)
	if k <= 0 || v > 1<<40 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[k:]
	return int(v)
}

// count reads a number of elements, each of which takes at least one byte.
func (d *decoder) count() int {
	v := d.n()
	if v > len(d.b) {
		d.bad = true
		return 0
	}
	return v
}

func (d *decoder) word() string {
	v := d.n()
	if v >= len(d.list) {
		d.bad = true
		return ""
	}
	return d.list[v]
}

func (d *decoder) str() string {
	v := d.n()
	if v > len(d.b) {
		d.bad, d.b = true, nil
		return ""
	}
	s := string(d.b[:v])
	d.b = d.b[v:]
	return s
}

func (d *decoder) place() evidence.Place { return evidence.Place{Input: d.word(), At: d.str()} }

func (d *decoder) observations() []evidence.Observation {
	n := d.count()
	if n == 0 {
		return nil
	}
	os := make([]evidence.Observation, n)
	for i := range os {
		os[i] = evidence.Observation{Source: d.word(), Attr: evidence.Attr(d.word()), Value: d.str(), At: d.str(), Place: d.place()}
	}
	return os
}

func (d *decoder) parts() []asset.Part {
	n := d.count()
	if n == 0 {
		return nil
	}
	ps := make([]asset.Part, n)
	for i := range ps {
		ps[i] = asset.Part{Kind: asset.ComponentKind(d.word()), Place: d.place(), Observations: d.observations(), Components: d.parts()}
	}
	return ps
}

func (d *decoder) sighting() *asset.Sighting {
	x := &asset.Sighting{Kind: asset.Kind(d.word()), Seen: asset.Seen(d.word()), Network: d.word(), Complete: d.n() == 1, Place: d.place()}
	x.Observations = d.observations()
	x.Components = d.parts()
	if n := d.count(); n > 0 {
		x.Links = make([]asset.Link, n)
		for i := range x.Links {
			x.Links[i] = asset.Link{Via: d.word(), LocalPort: d.str(), RemotePort: d.str(), Remote: *d.sighting()}
		}
	}
	return x
}

// state is what a spill file needs to be read again, kept beside it.
type state struct {
	Words   []string
	Offsets []int64
	End     int64
	Links   []linkRow
}

// linkRow is a link as kept.
type linkRow struct{ Host, Remote, Index int32 }

// save writes the state beside the spill file.
func (s *spill) save(links []linkRow) error {
	f, err := os.OpenFile(s.f.Name()+".state", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep work file: %w", err)
	}
	w := bufio.NewWriterSize(f, 1<<18)
	err = gob.NewEncoder(w).Encode(state{Words: s.list, Offsets: s.offsets, End: s.at, Links: links})
	return errors.Join(err, w.Flush(), f.Close())
}

// openSpill opens a spill file and its state for reading.
func openSpill(path string) (*spill, []linkRow, error) {
	sf, err := os.Open(path + ".state")
	if err != nil {
		return nil, nil, fmt.Errorf("open work file: %w", err)
	}
	defer sf.Close()
	var st state
	if err := gob.NewDecoder(bufio.NewReaderSize(sf, 1<<18)).Decode(&st); err != nil {
		return nil, nil, fmt.Errorf("open work file: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("open work file: %w", err)
	}
	return &spill{f: f, list: st.Words, offsets: st.Offsets, at: st.End}, st.Links, nil
}
