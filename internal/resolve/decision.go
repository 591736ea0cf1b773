package resolve

import (
	"encoding/binary"
	"slices"
	"strings"
)

// Handle names sightings in a decision: a key as asset.Key.String prints it
// ("serial:AB123"), or "sighting:" and the 16 digits of a content hash.
type Handle string

// SightingHandle is the handle of one sighting.
func SightingHandle(content Hash) Handle { return Handle("sighting:" + content.String()) }

// Decision is what a user decided about what is one thing and what is not. It
// outweighs every key and holds for sightings that come later.
type Decision struct {
	// Join: whatever bears one of these handles is one thing.
	Join []Handle
	// Apart: whatever bears one of these handles is not united with anything
	// that bears none of them, unless a Join says so.
	Apart []Handle
}

// decisions finds what was decided of a handle.
type decisions struct {
	joins, aparts map[Handle][]Hash
}

func (d *decisions) fill(all []Decision) {
	enter := func(m *map[Handle][]Hash, what string, hs []Handle) {
		if len(hs) > 0 && *m == nil {
			*m = map[Handle][]Hash{}
		}
		name := hashOf(what, canonical(hs))
		for _, h := range hs {
			if !slices.Contains((*m)[h], name) {
				(*m)[h] = append((*m)[h], name)
			}
		}
	}
	for _, one := range all {
		enter(&d.joins, "join", one.Join)
		enter(&d.aparts, "apart", one.Apart)
	}
}

func canonical(hs []Handle) string {
	texts := make([]string, len(hs))
	for i, h := range hs {
		texts[i] = string(h)
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), "\x00")
}

// of returns what m says of the signature, each decision once, in a fixed order.
func (d *decisions) of(m map[Handle][]Hash, sig *Signature) []Hash {
	if m == nil {
		return nil
	}
	out := slices.Clone(m[SightingHandle(sig.Content)])
	for _, k := range sig.Keys {
		out = append(out, m[Handle(k.String())]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// within moves a key's hash into a world of its own: that of what a user took apart.
func within(h Hash, apart []Hash) Hash {
	if len(apart) == 0 {
		return h
	}
	b := binary.BigEndian.AppendUint64(nil, uint64(h))
	for _, a := range apart {
		b = binary.BigEndian.AppendUint64(b, uint64(a))
	}
	return hashOf("within", string(b))
}
