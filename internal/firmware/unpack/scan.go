package unpack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"sync"
)

// claim is what a probe found: a region and how to unpack it.
type claim struct {
	off, length int64 // length < 0: the extractor learns it and sets x.r.Length
	format      string
	conf        Confidence
	facts       []Fact
	state       State
	reason      string
	extract     func(x *xtr) error // nil: nothing inside
	// weak claims are believed only where a whole object begins, or in objects that were made to hold others.
	weak bool
}

func (c *claim) fact(name, format string, args ...any) {
	if v := fmt.Sprintf(format, args...); v != "" {
		c.facts = append(c.facts, Fact{name, v})
	}
}

// probe looks at off and returns a claim when the structure there holds, else nil.
type probe func(d *data, off int64) *claim

// signature is a magic number and where it stands in its structure.
type signature struct {
	name  string
	magic []byte
	at    int64 // offset of the magic from the start of the structure
	probe probe
	// head: tried only where an object begins (weak magic or none at all).
	head bool
}

// index finds candidates by the first two bytes of their magic.
type index struct {
	first [65536]uint8 // 0: none; else 1 + number in lists
	lists [][]*signature
	heads []*signature
}

// tables is built on first use; set in init because probes reach it themselves.
var tables func() *index

func init() { tables = sync.OnceValue(buildIndex) }

func buildIndex() *index {
	ix := &index{}
	list := signatures()
	for i := range list {
		s := &list[i]
		if s.head {
			ix.heads = append(ix.heads, s)
			continue
		}
		key := int(s.magic[0])<<8 | int(s.magic[1])
		if ix.first[key] == 0 {
			ix.lists = append(ix.lists, nil)
			ix.first[key] = uint8(len(ix.lists))
		}
		ix.lists[ix.first[key]-1] = append(ix.lists[ix.first[key]-1], s)
	}
	return ix
}

const window = 1 << 20

// scanObject finds the regions of o, extracts them, and explains what is left.
func (s *session) scanObject(o *Object) {
	d := &data{r: o.Blob, size: o.size}
	d.keepHead()
	defer func() {
		if p := recover(); p != nil {
			o.Regions = append(o.Regions, &Region{Length: o.size, Format: "data", Confidence: Leftover, State: Partial,
				Reasons: []string{fmt.Sprintf("internal error while scanning: %v", p)}})
		}
	}()
	head := d.upto(0, 4096)
	o.Type = classify(head, o.size)
	if textUntil(d, 0, o.size, o.Type) < o.size {
		o.Type = "" // a text before an image, or a script that carries one
	}
	sc := &scanner{s: s, o: o, d: d}
	sc.at(0, tables().heads)
	for _, l := range candidatesAt(d, 0) {
		if sc.end > 0 {
			break
		}
		sc.at(0, l)
	}
	if carve(o) || sc.program() {
		sc.scan()
	}
	sc.cutWhole()
	o.Regions = sc.regions
	sc.gaps()
}

// settle completes the regions of an object when all its files are unpacked.
func (s *session) settle(o *Object) {
	for _, x := range o.xtrs {
		x.settle()
	}
	o.xtrs = nil
	for _, t := range o.twins {
		t.r.Nodes, t.r.State, t.r.Reasons = t.first.Nodes, t.first.State, t.first.Reasons
		t.r.Facts = append(t.first.Facts[:len(t.first.Facts):len(t.first.Facts)], Fact{"same bytes as", fmt.Sprintf("the region at %#x", t.first.Offset)})
	}
	o.twins = nil
}

// program claims an ELF file that begins a piece of flash and ends before it
// does; what follows is looked at like any other stretch.
func (sc *scanner) program() bool {
	if sc.o.Type != "elf" || !sc.o.trial || len(sc.regions) > 0 {
		return false
	}
	end := elfExtent(sc.d)
	if end == 0 || sc.d.size-end < 4096 {
		return false
	}
	sc.o.Type = ""
	sc.regions = append(sc.regions, &Region{Length: end, Format: "elf", Confidence: Structural})
	sc.end = end
	return true
}

// carve says whether formats are looked for at every offset of o. Files of a
// known kind hold magics by nature (a decompressor knows its own) and are not carved.
func carve(o *Object) bool {
	if o.size < 16 {
		return false
	}
	switch o.Type {
	case "":
		return true
	case "pe", "kernel":
		return true
	}
	return false
}

type scanner struct {
	s         *session
	o         *Object
	d         *data
	end       int64 // everything before is explained or passed
	regions   []*Region
	extracted []extractedRegion
	cut       bool // a bound of the run ended the scan
}

type extractedRegion struct {
	c *claim
	r *Region
}

// twinRegion has the bytes of another region of its object, and so its nodes.
type twinRegion struct{ r, first *Region }

// twinsBack is among how many earlier regions an equal one is looked for.
const twinsBack = 8

// twin finds an earlier region of the same format and bytes: devices keep two
// copies of what they start from, of which one is unpacked.
func (sc *scanner) twin(c *claim) *Region {
	if c.extract == nil || c.length <= 0 || c.length > sc.d.size-c.off || c.state != OK {
		return nil
	}
	for _, e := range sc.extracted[max(0, len(sc.extracted)-twinsBack):] {
		if e.c.format == c.format && e.c.length == c.length && sc.equal(e.c.off, c.off, c.length) {
			return e.r
		}
	}
	return nil
}

func (sc *scanner) equal(a, b, n int64) bool {
	for n > 0 {
		k := int(min(n, 1<<18))
		x, y := sc.d.at(a, k), sc.d.at(b, k)
		if x == nil || !bytes.Equal(x, y) {
			return false
		}
		a, b, n = a+int64(k), b+int64(k), n-int64(k)
	}
	return true
}

// at tries signatures for a structure that starts at off.
func (sc *scanner) at(off int64, sigs []*signature) bool {
	for _, g := range sigs {
		if c := sc.try(g, off); c != nil && sc.take(c) {
			return true
		}
	}
	return false
}

func (sc *scanner) try(g *signature, off int64) (c *claim) {
	defer func() {
		if p := recover(); p != nil {
			c = nil
		}
	}()
	c = g.probe(sc.d, off)
	if c != nil && c.weak && off != 0 && !sc.o.trial {
		return nil
	}
	return c
}

// take extracts a claim and records its region. It reports false when the
// extraction showed that the claim was wrong.
func (sc *scanner) take(c *claim) bool {
	r := &Region{Offset: c.off, Length: c.length, Format: c.format, Confidence: c.conf, State: c.state, Facts: c.facts}
	if c.reason != "" {
		r.Reasons = append(r.Reasons, c.reason)
	}
	if r.Length > sc.d.size-r.Offset {
		r.Reasons = append(r.Reasons, fmt.Sprintf("says %d bytes at %#x, only %d are there", r.Length, r.Offset, sc.d.size-r.Offset))
		if r.State == OK {
			r.State = Truncated
		}
		r.Length = sc.d.size - r.Offset
	}
	if first := sc.twin(c); first != nil {
		r.Length = first.Length
		sc.o.twins = append(sc.o.twins, twinRegion{r, first})
	} else if c.extract != nil && !(sc.s.shallow && c.length >= 0) {
		x := &xtr{s: sc.s, d: sc.d, r: r, depth: sc.o.depth}
		err := sc.extract(x, c)
		if errors.Is(err, errNot) {
			return false
		}
		sc.o.xtrs = append(sc.o.xtrs, x)
		sc.extracted = append(sc.extracted, extractedRegion{c, r})
		if err != nil {
			sc.s.note(err)
			x.warn(stateOf(err), "%v", err)
		}
		if rest := sc.d.size - r.Offset; r.Length < 0 {
			r.Length = rest
		} else if r.Length > rest { // its last fields would lie behind the end
			x.warn(Truncated, "ends %d bytes behind what is there", r.Length-rest)
			r.Length = rest
		}
	}
	if len(r.Facts) < len(c.facts) {
		r.Facts = c.facts
	}
	sc.regions = append(sc.regions, r)
	sc.end = max(sc.end, r.Offset+r.Length)
	return true
}

// errNot says that a structure proved not to be of the format after all.
var errNot = errors.New("not this format")

func (sc *scanner) extract(x *xtr, c *claim) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error while unpacking %s: %v", c.format, p)
		}
	}()
	return c.extract(x)
}

func candidatesAt(d *data, off int64) [][]*signature {
	var out [][]*signature
	ix := tables()
	for _, l := range ix.lists {
		var hit []*signature
		for _, g := range l {
			if b := d.at(off+g.at, len(g.magic)); b != nil && bytes.Equal(b, g.magic) {
				hit = append(hit, g)
			}
		}
		if hit != nil {
			out = append(out, hit)
		}
	}
	// Magics near the start of a structure say more than those far inside it.
	sort.SliceStable(out, func(i, j int) bool { return out[i][0].at < out[j][0].at })
	return out
}

// scan walks the object and tries a probe wherever a magic stands.
func (sc *scanner) scan() {
	ix := tables()
	buf := make([]byte, min(window, sc.d.size)+8)
	for pos := int64(0); pos < sc.d.size; {
		if sc.end > pos {
			// Magics that stand behind the start of their structure may lie right after the last region.
			pos = sc.end
		}
		if sc.s.ctx.Err() != nil || sc.s.spent.Load() {
			sc.cut = true
			return
		}
		n, _ := sc.d.r.ReadAt(buf[:min(int64(len(buf)), sc.d.size-pos)], pos)
		if n < 2 {
			return
		}
		next := pos + int64(n) - 1
		if int64(n) > window {
			next = pos + window
		}
		pos = sc.window(ix, buf[:n], pos, next)
	}
}

// window tries the candidates whose magic starts in [pos, next) and returns where to go on.
func (sc *scanner) window(ix *index, b []byte, pos, next int64) int64 {
	limit := int(next - pos)
	for i := 0; i < limit && i+1 < len(b); i++ {
		k := ix.first[int(b[i])<<8|int(b[i+1])]
		if k == 0 {
			continue
		}
		for _, g := range ix.lists[k-1] {
			if i+len(g.magic) <= len(b) && !bytes.Equal(b[i:i+len(g.magic)], g.magic) {
				continue
			}
			off := pos + int64(i) - g.at
			if off < sc.end {
				continue
			}
			if c := sc.try(g, off); c != nil && sc.take(c) {
				return max(sc.end, pos+1)
			}
		}
	}
	return next
}

// copyRange writes n bytes at off of d to w.
func copyRange(w io.Writer, d *data, off, n int64) error {
	if off < 0 || n < 0 {
		return fmt.Errorf("range %#x+%d", off, n)
	}
	if off > d.size {
		return fmt.Errorf("range %#x+%d outside of %d bytes: %w", off, n, d.size, io.ErrUnexpectedEOF)
	}
	short := n > d.size-off
	buf := chunkBufs.Get().(*[]byte)
	defer chunkBufs.Put(buf)
	_, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{d.reader(off, n)}, (*buf)[:256<<10])
	if err == nil && short {
		err = io.ErrUnexpectedEOF
	}
	return err
}
