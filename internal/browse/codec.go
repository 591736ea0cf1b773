package browse

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// The file of an index: the magic, then the parts in the order of (*Index).parts,
// each a length and its items, all little endian. The form is private to one
// version of the program: a file with another magic is made anew.
const magic = "telltale-browse-1\n"

// ErrVersion means that a file was written by another version of the program.
var ErrVersion = errors.New("index of another version")

// Write writes the index.
func (x *Index) Write(w io.Writer) error {
	e := &encoder{w: bufio.NewWriterSize(w, 1<<20)}
	e.w.WriteString(magic)
	x.walk(e)
	return errors.Join(e.err, e.w.Flush())
}

// Read reads what Write wrote. Limit bounds its size in bytes.
func Read(r io.Reader, limit int64) (*Index, error) {
	d := &decoder{r: bufio.NewReaderSize(r, 1<<20), left: limit}
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(d.r, head); err != nil || string(head) != magic {
		return nil, ErrVersion
	}
	x := &Index{}
	x.walk(d)
	if d.err == nil {
		d.err = x.check()
	}
	if d.err != nil {
		return nil, fmt.Errorf("read index: %w", d.err)
	}
	x.ready()
	return x, nil
}

// coder writes or reads the parts of an index.
type coder interface {
	number(*int)
	bytes(*[]byte)
	words(*[]uint32)
	signed(*[]int32)
	longs(*[]uint64)
	strings(*[]string)
}

// walk names every part once, for writing and reading alike.
func (x *Index) walk(c coder) {
	t, f, q := &x.assets, &x.findings, &x.asked
	c.number(&t.n)
	c.bytes(&t.ids)
	if t.columns == nil {
		t.columns, f.columns, t.inputs = map[string]*column{}, map[string]*column{}, &lists{}
	}
	walkColumns(c, t.columns, assetColumns)
	c.bytes(&t.mask)
	c.longs((*[]uint64)(&t.relabelled))
	c.strings(&t.inputs.values)
	c.words(&t.inputs.first)
	c.words(&t.inputs.codes)
	c.bytes(&t.text)
	c.words(&t.textAt)
	c.words(&t.byName)
	c.words(&t.first)
	c.number(&f.n)
	c.bytes(&f.ids)
	c.words(&f.byID)
	c.words(&f.asset)
	c.bytes(&f.verdict)
	c.signed(&f.due)
	walkColumns(c, f.columns, findingColumns)
	c.longs(&f.at)
	c.words(&f.length)
	c.number(&q.n)
	c.bytes(&q.ids)
	c.words(&q.group)
	c.words(&q.first)
	c.words(&q.of)
	c.strings(&q.groups)
	c.words(&q.start)
	x.walkNames(c)
}

func walkColumns(c coder, columns map[string]*column, names []string) {
	for _, name := range names {
		if columns[name] == nil {
			columns[name] = &column{}
		}
		c.strings(&columns[name].values)
		c.words(&columns[name].codes)
	}
}

func (x *Index) walkNames(c coder) {
	ids := slices.Sorted(maps.Keys(x.organisations))
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = x.organisations[id]
	}
	c.strings(&ids)
	c.strings(&names)
	x.organisations = make(map[string]string, len(ids))
	for i := range min(len(ids), len(names)) {
		x.organisations[ids[i]] = names[i]
	}
}

// check refuses a damaged file: every number must lead to something.
func (x *Index) check() error {
	t, f, q := &x.assets, &x.findings, &x.asked
	ok := len(t.ids) == t.n*idLen && len(t.mask) == t.n && len(t.relabelled) == (t.n+63)/64 && len(t.byName) == t.n &&
		rising(t.textAt, t.n, len(t.text)) && rising(t.first, t.n, f.n) && rising(t.inputs.first, t.n, len(t.inputs.codes)) &&
		below(t.byName, t.n) && below(t.inputs.codes, len(t.inputs.values)) &&
		len(f.ids) == f.n*idLen && len(f.byID) == f.n && below(f.byID, f.n) && len(f.asset) == f.n && len(f.verdict) == f.n &&
		len(f.due) == f.n && len(f.at) == f.n && len(f.length) == f.n &&
		len(q.ids) == q.n*idLen && len(q.group) == q.n && below(q.group, len(q.groups)) && rising(q.first, q.n, len(q.of)) &&
		below(q.of, f.n) && rising(q.start, len(q.groups), q.n)
	for _, c := range t.columns {
		ok = ok && len(c.codes) == t.n && below(c.codes, len(c.values))
	}
	for _, c := range f.columns {
		ok = ok && len(c.codes) == f.n && below(c.codes, len(c.values))
	}
	for _, m := range t.mask {
		ok = ok && m < 1<<noVerdict
	}
	for i := range f.n {
		ok = ok && f.verdict[i] < noVerdict && (f.asset[i] == noRow || int(f.asset[i]) < t.n)
	}
	for i := range min(t.n, len(t.textAt)-1) {
		ok = ok && t.textAt[i+1] > t.textAt[i]
	}
	for i := range min(q.n, len(q.first)-1) {
		ok = ok && q.first[i+1] > q.first[i]
	}
	if !ok {
		return errors.New("damaged")
	}
	return nil
}

// rising reports whether s has n+1 values that never fall and end at end or, for the first n rows, below it.
func rising(s []uint32, n, end int) bool {
	return len(s) == n+1 && slices.IsSorted(s) && int(s[n]) <= end
}

func below(s []uint32, n int) bool {
	for _, v := range s {
		if int(v) >= n {
			return false
		}
	}
	return true
}

type encoder struct {
	w   *bufio.Writer
	err error
}

func (e *encoder) number(n *int) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(*n))
	e.w.Write(b[:])
}

func (e *encoder) length(n int) { e.number(&n) }

func (e *encoder) bytes(b *[]byte) {
	e.length(len(*b))
	e.w.Write(*b)
}

func (e *encoder) words(s *[]uint32) { encode(e, *s) }
func (e *encoder) signed(s *[]int32) { encode(e, *s) }
func (e *encoder) longs(s *[]uint64) { encode(e, *s) }

func encode[T any](e *encoder, s []T) {
	e.length(len(s))
	for part := range slices.Chunk(s, 1<<16) {
		e.err = errors.Join(e.err, binary.Write(e.w, binary.LittleEndian, part))
	}
}

func (e *encoder) strings(s *[]string) {
	e.length(len(*s))
	for _, v := range *s {
		e.length(len(v))
		e.w.WriteString(v)
	}
}

type decoder struct {
	r    *bufio.Reader
	left int64
	err  error
}

func (d *decoder) number(n *int) {
	if d.err != nil {
		return
	}
	var b [8]byte
	if _, err := io.ReadFull(d.r, b[:]); err != nil {
		d.err = err
		return
	}
	v := binary.LittleEndian.Uint64(b[:])
	if v > 1<<32 {
		d.err = errors.New("damaged")
		return
	}
	*n = int(v)
}

// length reads the number of items of size bytes that follow, 0 when they cannot be there.
func (d *decoder) length(size int) int {
	n := 0
	if d.number(&n); d.err != nil {
		return 0
	}
	if d.left -= int64(n) * int64(size); d.left < 0 {
		d.err = errors.New("damaged: longer than its file")
		return 0
	}
	return n
}

func (d *decoder) bytes(b *[]byte) {
	*b = make([]byte, d.length(1))
	if _, err := io.ReadFull(d.r, *b); err != nil && d.err == nil {
		d.err = err
	}
}

func (d *decoder) words(s *[]uint32) { decode(d, s, 4) }
func (d *decoder) signed(s *[]int32) { decode(d, s, 4) }
func (d *decoder) longs(s *[]uint64) { decode(d, s, 8) }

func decode[T any](d *decoder, s *[]T, size int) {
	*s = make([]T, d.length(size))
	for part := range slices.Chunk(*s, 1<<16) {
		if d.err != nil {
			return
		}
		d.err = binary.Read(d.r, binary.LittleEndian, part)
	}
}

func (d *decoder) strings(s *[]string) {
	n := d.length(8)
	out := make([]string, 0, n)
	for range n {
		var b []byte
		if d.bytes(&b); d.err != nil {
			break
		}
		out = append(out, string(b))
	}
	*s = out
}
