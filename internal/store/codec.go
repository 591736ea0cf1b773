package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// The body of a version is a sighting packed into bytes: a format byte, the
// fields in the order of the types' declarations, and a CRC-32C of all before
// it. Numbers are unsigned varints. A text is either new (its length times two, then its
// bytes) or one that stood before in this body (its number times two plus one).
// Places repeat most of what stood before them, so a place is the number of leading bytes it
// shares with the place before it, and the rest. docs/format/store.md has the whole.
const formatByte = 1

// maxDepth bounds parts within parts and links within links.
const maxDepth = 32

// maxShared bounds what a place takes from the one before it, so that a body
// made by hand cannot unpack to much more than itself.
const maxShared = 255

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Encode appends the packed form of a sighting to dst. It fails with
// ErrInvalid for parts or links nested too deep.
func Encode(dst []byte, s *asset.Sighting) ([]byte, error) {
	e := encoder{b: append(dst, formatByte)}
	from := len(dst)
	e.sighting(s, 0)
	if e.deep {
		return dst, errInvalid("sighting at %s %s: nested deeper than %d", s.Place.Input, s.Place.At, maxDepth)
	}
	return binary.LittleEndian.AppendUint32(e.b, crc32.Checksum(e.b[from:], castagnoli)), nil
}

type encoder struct {
	b     []byte
	texts [32]string // those said last, by hash; a miss costs bytes only
	at    [32]uint32
	said  uint32
	place string
	deep  bool
}

func (e *encoder) number(n uint64) { e.b = binary.AppendUvarint(e.b, n) }

func (e *encoder) text(s string) {
	if len(s) > 1 {
		i := (len(s)*31 + int(s[0])*7 + int(s[len(s)-1])) % len(e.texts)
		if e.texts[i] == s {
			e.number(uint64(e.at[i])<<1 | 1)
			return
		}
		e.texts[i], e.at[i] = s, e.said
	}
	e.said++
	e.number(uint64(len(s)) << 1)
	e.b = append(e.b, s...)
}

func (e *encoder) where(p *evidence.Place) {
	e.text(p.Input)
	n := 0
	for n < maxShared && n < len(p.At) && n < len(e.place) && p.At[n] == e.place[n] {
		n++
	}
	e.number(uint64(n))
	e.number(uint64(len(p.At) - n))
	e.b = append(e.b, p.At[n:]...)
	e.place = p.At
}

func (e *encoder) sighting(s *asset.Sighting, depth int) {
	if depth > maxDepth {
		e.deep = true
		return
	}
	e.text(string(s.Kind))
	e.text(string(s.Seen))
	e.where(&s.Place)
	e.text(s.Network)
	e.observations(s.Observations)
	e.parts(s.Components, depth)
	e.number(uint64(len(s.Links)))
	for i := range s.Links {
		l := &s.Links[i]
		e.text(l.Via)
		e.text(l.LocalPort)
		e.text(l.RemotePort)
		e.sighting(&l.Remote, depth+1)
	}
	complete := uint64(0)
	if s.Complete {
		complete = 1
	}
	e.number(complete)
}

func (e *encoder) observations(obs []evidence.Observation) {
	e.number(uint64(len(obs)))
	for i := range obs {
		o := &obs[i]
		e.text(o.Source)
		e.text(string(o.Attr))
		e.text(o.Value)
		e.text(o.At)
		e.where(&o.Place)
	}
}

func (e *encoder) parts(ps []asset.Part, depth int) {
	if depth > maxDepth {
		e.deep = true
		return
	}
	e.number(uint64(len(ps)))
	for i := range ps {
		p := &ps[i]
		e.text(string(p.Kind))
		e.where(&p.Place)
		e.observations(p.Observations)
		e.parts(p.Components, depth+1)
	}
}

// Decode unpacks a body. It fails with ErrCorrupt for anything Encode does not
// write; it never needs much more memory than the body's own length.
func Decode(body []byte) (*asset.Sighting, error) {
	if len(body) < 5 || body[0] != formatByte {
		return nil, fmt.Errorf("%w: version in an unknown format", ErrCorrupt)
	}
	end := len(body) - 4
	if crc32.Checksum(body[:end], castagnoli) != binary.LittleEndian.Uint32(body[end:]) {
		return nil, fmt.Errorf("%w: version whose checksum is wrong", ErrCorrupt)
	}
	d := decoder{b: string(body[1:end])}
	s := new(asset.Sighting)
	d.sighting(s, 0)
	if d.err == nil && d.b != "" {
		d.err = errors.New("bytes left over")
	}
	if d.err != nil {
		return nil, fmt.Errorf("%w: version: %w", ErrCorrupt, d.err)
	}
	return s, nil
}

type decoder struct {
	b     string
	texts []string
	place string
	err   error
}

func (d *decoder) fail(why string) {
	if d.err == nil {
		d.err = errors.New(why)
	}
	d.b = ""
}

func (d *decoder) number() uint64 {
	var n uint64
	for i := 0; i < len(d.b) && i < 10; i++ {
		c := d.b[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			d.b = d.b[i+1:]
			return n
		}
	}
	d.fail("number cut off")
	return 0
}

// count reads a number of things of which each takes at least size bytes.
func (d *decoder) count(size int) int {
	n := d.number()
	if n > uint64(len(d.b)/size) {
		d.fail("count beyond the end")
		return 0
	}
	return int(n)
}

func (d *decoder) bytes(n uint64) string {
	if n > uint64(len(d.b)) {
		d.fail("text beyond the end")
		return ""
	}
	s := d.b[:n]
	d.b = d.b[n:]
	return s
}

func (d *decoder) text() string {
	n := d.number()
	if n&1 != 0 {
		if n>>1 >= uint64(len(d.texts)) {
			d.fail("text that was not said before")
			return ""
		}
		return d.texts[n>>1]
	}
	s := d.bytes(n >> 1)
	d.texts = append(d.texts, s)
	return s
}

func (d *decoder) where(p *evidence.Place) {
	p.Input = d.text()
	n := d.number()
	if n > uint64(len(d.place)) || n > maxShared {
		d.fail("place beyond the one before")
		return
	}
	rest := d.bytes(d.number())
	switch {
	case rest == "":
		d.place = d.place[:n]
	case n == 0:
		d.place = rest
	default:
		d.place = d.place[:n] + rest
	}
	p.At = d.place
}

func (d *decoder) sighting(s *asset.Sighting, depth int) {
	if depth > maxDepth {
		d.fail("nested too deep")
		return
	}
	s.Kind = asset.Kind(d.text())
	s.Seen = asset.Seen(d.text())
	d.where(&s.Place)
	s.Network = d.text()
	s.Observations = d.observations()
	s.Components = d.parts(depth)
	if n := d.count(12); n > 0 {
		s.Links = make([]asset.Link, 0, min(n, 1024))
		for range n {
			if d.err != nil {
				return
			}
			l := asset.Link{Via: d.text(), LocalPort: d.text(), RemotePort: d.text()}
			d.sighting(&l.Remote, depth+1)
			s.Links = append(s.Links, l)
		}
	}
	switch d.number() {
	case 0:
	case 1:
		s.Complete = true
	default:
		d.fail("neither complete nor partial")
	}
}

func (d *decoder) observations() []evidence.Observation {
	n := d.count(7)
	if n == 0 {
		return nil
	}
	obs := make([]evidence.Observation, 0, min(n, 4096))
	for range n {
		if d.err != nil {
			return obs
		}
		o := evidence.Observation{Source: d.text(), Attr: evidence.Attr(d.text()), Value: d.text(), At: d.text()}
		d.where(&o.Place)
		obs = append(obs, o)
	}
	return obs
}

func (d *decoder) parts(depth int) []asset.Part {
	if depth > maxDepth {
		d.fail("nested too deep")
		return nil
	}
	n := d.count(6)
	if n == 0 {
		return nil
	}
	ps := make([]asset.Part, 0, min(n, 1024))
	for range n {
		if d.err != nil {
			return ps
		}
		p := asset.Part{Kind: asset.ComponentKind(d.text())}
		d.where(&p.Place)
		p.Observations = d.observations()
		p.Components = d.parts(depth + 1)
		ps = append(ps, p)
	}
	return ps
}
