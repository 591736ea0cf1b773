package resolve

import (
	"cmp"
	"slices"

	"telltale/internal/asset"
)

// NoteKind says why a key did not do what keys do.
type NoteKind string

const (
	// Shared: a strong key seen with numbers that contradict each other; it unites nobody.
	Shared NoteKind = "shared"
	// Ambiguous: a weak key claimed in one network and time by things that differ; it unites nobody.
	Ambiguous NoteKind = "ambiguous"
	// Chain: keys that agree one by one would have joined things that differ.
	Chain NoteKind = "chain"
	// Duplicate: two rows of one list carry the same number; they were united.
	Duplicate NoteKind = "duplicate"
	// TwoMakers: one serial with the texts of two makers; each maker's stays its own.
	TwoMakers NoteKind = "two-makers"
)

// Note reports a key that did not unite, or united what somebody listed twice.
type Note struct {
	Kind NoteKind
	// Key is the key's hash; KeyIn finds the key in a signature. 0 for Chain.
	Key Hash
	// Sightings are the ordinals of some of those concerned, at most eight, by content.
	Sightings []int
	// Count is the number of all concerned.
	Count int
}

// KeyIn returns the key of sig the note speaks of.
func (n Note) KeyIn(sig *Signature) (asset.Key, bool) {
	for _, k := range sig.Keys {
		if rec, ok := recordOf(sig, k); ok && rec.hash == n.Key {
			return k, true
		}
	}
	return asset.Key{}, false
}

// MaxNotes bounds the notes of each kind; those of the smallest hashes are kept.
const MaxNotes = 10000

type notebook struct {
	r     *Resolver
	notes []Note
	count map[NoteKind]int
}

func (b *notebook) refused(seg []record) {
	kind := Shared
	if seg[0].typ > tContent {
		kind = Ambiguous
	}
	b.add(kind, seg)
}

func (b *notebook) add(kind NoteKind, seg []record) {
	sights := make([]int32, len(seg))
	for i, x := range seg {
		sights[i] = x.sight
	}
	b.put(kind, seg[0].hash, sights)
}

func (b *notebook) put(kind NoteKind, key Hash, sights []int32) {
	if b.count == nil {
		b.count = map[NoteKind]int{}
	}
	if b.count[kind]++; b.count[kind] > MaxNotes {
		return
	}
	n := Note{Kind: kind, Key: key, Count: len(sights)}
	slices.SortFunc(sights, b.r.byContent)
	for _, s := range sights[:min(8, len(sights))] {
		n.Sightings = append(n.Sightings, int(s))
	}
	b.notes = append(b.notes, n)
}

func (r *Resolver) byContent(a, b int32) int {
	return cmp.Or(cmp.Compare(r.content[a], r.content[b]), cmp.Compare(a, b))
}
