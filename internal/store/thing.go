package store

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

func errInvalid(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...)
}

// Instant returns t as stores keep it: microseconds since 1970 UTC; 0 for the zero time.
func Instant(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// FromInstant is the inverse of Instant.
func FromInstant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// keyRank says which key names a thing best within one input.
var keyRank = map[asset.KeyType]int{
	asset.KeySerial: 1, asset.KeyGPON: 2, asset.KeyUUID: 3, asset.KeyIMEI: 4, asset.KeyMAC: 5, asset.KeyEngineID: 6,
	asset.KeyChassisID: 7, asset.KeyAssetTag: 8, asset.KeyIP: 9, asset.KeyHostname: 10, asset.KeySSH: 11, asset.KeyTLS: 12,
}

// Names gives the sightings of one load their things. The zero value is ready.
type Names struct {
	taken map[Thing]struct{}
	keys  []asset.Key
}

// Of returns the thing of the next sighting: by its best key, else by what is
// said of it wherever it stands, so that a row that moved is the same thing. Of
// equals the second, third ... get names of their own.
func (n *Names) Of(s *asset.Sighting) Thing {
	if n.taken == nil {
		n.taken = map[Thing]struct{}{}
	}
	id := n.identity(s)
	for i := uint64(0); ; i++ {
		t := Thing(mix(id + i*0x9e3779b97f4a7c15))
		if _, ok := n.taken[t]; !ok {
			n.taken[t] = struct{}{}
			return t
		}
	}
}

// Has reports whether Of has returned t.
func (n *Names) Has(t Thing) bool { _, ok := n.taken[t]; return ok }

func (n *Names) identity(s *asset.Sighting) uint64 {
	n.keys = asset.AppendKeys(n.keys[:0], s)
	var best *asset.Key
	for i := range n.keys {
		k := &n.keys[i]
		if best == nil || keyLess(k, best) {
			best = k
		}
	}
	h := fnv.New128a()
	put := func(parts ...string) {
		var b [4]byte
		for _, p := range parts {
			binary.BigEndian.PutUint32(b[:], uint32(len(p)))
			h.Write(b[:])
			h.Write([]byte(p))
		}
	}
	put(s.Place.Input, string(s.Kind))
	switch {
	case best != nil:
		put("key", string(best.Type), best.Value)
	case len(s.Observations) > 0:
		put("said")
		putObservations(put, s.Observations)
	default:
		put("place", s.Place.At)
	}
	sum := h.Sum(nil)
	return binary.BigEndian.Uint64(sum) ^ binary.BigEndian.Uint64(sum[8:])
}

func putObservations(put func(...string), obs []evidence.Observation) {
	for i := range obs {
		put(string(obs[i].Attr), obs[i].Value)
	}
}

func keyLess(a, b *asset.Key) bool {
	if a.Strong != b.Strong {
		return a.Strong
	}
	return cmp.Or(cmp.Compare(keyRank[a.Type], keyRank[b.Type]), cmp.Compare(a.Value, b.Value)) < 0
}

// mix spreads a number over 64 bits; different numbers stay different.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
