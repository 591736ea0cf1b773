package resolve

import (
	"cmp"
	"slices"
)

// Forward says that what had asset ID Old is now found under New.
type Forward struct{ Old, New string }

// Forwards returns where the IDs that no longer exist lead. before and after
// give for each thing (any name that stays the same from one reading to the
// next, such as a store's) the asset ID it was part of and is part of now. An old
// ID leads to the asset that has most of its things, of equals the smallest;
// one whose things are all gone leads nowhere. Sorted by Old.
func Forwards[T cmp.Ordered](before, after map[T]string) []Forward {
	alive := make(map[string]bool, len(after))
	for _, id := range after {
		alive[id] = true
	}
	votes := map[Forward]int{}
	for thing, old := range before {
		if now, ok := after[thing]; ok && !alive[old] {
			votes[Forward{old, now}]++
		}
	}
	best := map[string]Forward{}
	for f, n := range votes {
		b, ok := best[f.Old]
		if !ok || n > votes[b] || n == votes[b] && f.New < b.New {
			best[f.Old] = f
		}
	}
	out := make([]Forward, 0, len(best))
	for _, f := range best {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Forward) int { return cmp.Compare(a.Old, b.Old) })
	return out
}
