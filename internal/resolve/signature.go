package resolve

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/evidence"
)

// Hash is the 64-bit name of a content or a key: the first eight bytes of a
// SHA-256 over length-delimited parts.
type Hash uint64

// String returns 16 lower-case hex digits.
func (h Hash) String() string {
	const digits = "0123456789abcdef"
	var b [16]byte
	for i := range b {
		b[i] = digits[h>>(60-4*i)&15]
	}
	return string(b[:])
}

// Signature is what resolve needs to know of a sighting.
type Signature struct {
	// Content is the hash of the whole sighting with its place. Sightings of
	// equal content are one; it also breaks ties.
	Content Hash
	Keys    []asset.Key
	// Maker is the normalised maker text that scopes the serials (asset.MakerOf).
	Maker string
	// Network separates address spaces; weak keys count inside one.
	Network string
	// Input is the input's name: two rows of one list are not united by weak keys.
	Input string
	// Day is the last day the data say it was so, NoDate when they do not say.
	Day  calendar.Date
	Seen asset.Seen
	Kind asset.Kind
}

// Of returns the signature of a sighting. Links are not part of it: their
// remote sightings are added on their own.
func Of(s *asset.Sighting) Signature {
	return Signature{
		Content: Content(s),
		Keys:    asset.KeysOf(s),
		Maker:   asset.MakerOf(s),
		Network: s.Network,
		Input:   s.Place.Input,
		Day:     lastDay(s.Observations),
		Seen:    s.Seen,
		Kind:    s.Kind,
	}
}

func lastDay(obs []evidence.Observation) calendar.Date {
	last, text := calendar.NoDate, ""
	for i := range obs {
		at := obs[i].At
		if len(at) < 10 || at[:10] <= text {
			continue
		}
		if d, err := calendar.Parse(at[:10]); err == nil {
			last, text = d, at[:10]
		}
	}
	return last
}

// Content returns the hash of everything in the sighting but its links.
func Content(s *asset.Sighting) Hash {
	d := digests.Get().(*digest)
	defer digests.Put(d)
	d.h.Reset()
	d.buf = d.buf[:0]
	d.text(string(s.Kind), string(s.Seen), s.Place.Input, s.Place.At, s.Network)
	d.observations(s.Observations)
	d.parts(s.Components)
	return d.sum()
}

type digest struct {
	h   hash.Hash
	buf []byte
	out [sha256.Size]byte
}

var digests = sync.Pool{New: func() any { return &digest{h: sha256.New(), buf: make([]byte, 0, 4096)} }}

func (d *digest) text(parts ...string) {
	for _, p := range parts {
		d.number(len(p))
		d.buf = append(d.buf, p...)
		if len(d.buf) > 3072 {
			d.h.Write(d.buf)
			d.buf = d.buf[:0]
		}
	}
}

func (d *digest) number(n int) { d.buf = binary.BigEndian.AppendUint32(d.buf, uint32(n)) }

func (d *digest) observations(obs []evidence.Observation) {
	d.number(len(obs))
	for i := range obs {
		o := &obs[i]
		d.text(o.Source, string(o.Attr), o.Value, o.At, o.Place.Input, o.Place.At)
	}
}

func (d *digest) parts(ps []asset.Part) {
	d.number(len(ps))
	for i := range ps {
		p := &ps[i]
		d.text(string(p.Kind), p.Place.Input, p.Place.At)
		d.observations(p.Observations)
		d.parts(p.Components)
	}
}

func (d *digest) sum() Hash {
	d.h.Write(d.buf)
	return Hash(binary.BigEndian.Uint64(d.h.Sum(d.out[:0])))
}

// hashOf is the Hash of a few short texts.
func hashOf(parts ...string) Hash {
	var room [256]byte
	b := room[:0]
	for _, p := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	sum := sha256.Sum256(b)
	return Hash(binary.BigEndian.Uint64(sum[:8]))
}

// KeyHash is the Hash under which a strong key is known; an asset's ID is that
// of its smallest one. Things of different nature (a device, a contract) have
// numbers of their own.
func KeyHash(kind asset.Kind, k asset.Key) Hash {
	return hashOf("key", nature(kind), string(k.Type), k.Value)
}

func weakHash(kind asset.Kind, network string, k asset.Key) Hash {
	return hashOf("weak", string(kind), network, string(k.Type), k.Value)
}

// nature says what kinds may be one thing by a strong key: a line of an order
// that gives a serial speaks of the device that carries it.
func nature(k asset.Kind) string {
	switch k {
	case asset.Device, asset.PurchaseLine, "":
		return "device"
	}
	return string(k)
}
