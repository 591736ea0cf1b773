package resolve

import (
	"cmp"
	"slices"
)

// adjacency lists the keys of each sighting.
type adjacency struct {
	off  []int32
	keys []Hash
	typs []typ
}

// Affected returns the ordinals of all sightings that could be in another
// cluster once sightings of these signatures come or go: those joined to them
// by any chain of keys. Resolving those alone, with the new ones, gives the
// same clusters as resolving everything; all other clusters stay as they are.
// It may be called after Clusters, until the next Add.
func (r *Resolver) Affected(sigs ...Signature) []int {
	if r.keys == nil {
		r.arrange()
		r.keys = r.adjacency()
	}
	seen := map[int32]bool{}
	asked := map[Hash]bool{}
	var queue []int32
	visit := func(t typ, h Hash) {
		if asked[h] {
			return
		}
		asked[h] = true
		recs := r.recs[shard(t, h)]
		at, _ := slices.BinarySearchFunc(recs, h, func(x record, h Hash) int { return cmp.Compare(x.hash, h) })
		for ; at < len(recs) && recs[at].hash == h; at++ {
			if x := recs[at].sight; !seen[x] {
				seen[x] = true
				queue = append(queue, x)
			}
		}
	}
	for i := range sigs {
		for _, x := range r.recordsOf(&sigs[i]) {
			visit(x.typ, x.hash)
		}
	}
	for len(queue) > 0 {
		x := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for i := r.keys.off[x]; i < r.keys.off[x+1]; i++ {
			visit(r.keys.typs[i], r.keys.keys[i])
		}
	}
	out := make([]int, 0, len(seen))
	for x := range seen {
		out = append(out, int(x))
	}
	slices.Sort(out)
	return out
}

// recordsOf returns the records a signature would have.
func (r *Resolver) recordsOf(sig *Signature) []record {
	one := New(Options{})
	one.decided = r.decided
	one.Add(*sig)
	return slices.Concat(one.recs[:]...)
}

func (r *Resolver) adjacency() *adjacency {
	n := len(r.content)
	a := &adjacency{off: make([]int32, n+1)}
	total := 0
	for i := range r.recs {
		total += len(r.recs[i])
		for _, x := range r.recs[i] {
			a.off[x.sight+1]++
		}
	}
	for i := range n {
		a.off[i+1] += a.off[i]
	}
	a.keys, a.typs = make([]Hash, total), make([]typ, total)
	at := slices.Clone(a.off[:n])
	for i := range r.recs {
		for _, x := range r.recs[i] {
			a.keys[at[x.sight]], a.typs[at[x.sight]] = x.hash, x.typ
			at[x.sight]++
		}
	}
	return a
}
