package pipeline

import (
	"fmt"

	"telltale/internal/resolve"
)

// maxIdentityNotes bounds the notes of each kind.
const maxIdentityNotes = 5

// noteText says in plain words what a key did or did not do.
var noteText = map[resolve.NoteKind]string{
	resolve.Shared:    "%s is borne by %d things whose other numbers contradict each other; it ties nobody together",
	resolve.Ambiguous: "%s is claimed by %d things that differ; it ties nobody together",
	resolve.Chain:     "%s%d things would have been joined by numbers that agree only one by one; they stay apart",
	resolve.Duplicate: "%s stands %d times in one list; the rows are one thing",
	resolve.TwoMakers: "%s stands with the names of two makers (%d rows); each stays its own",
}

// identityNotes says where numbers did not do what numbers do.
func (in *intake) identityNotes(c *resolve.Clusters) ([]string, error) {
	var out []string
	shown := map[resolve.NoteKind]int{}
	for _, n := range c.Notes() {
		if shown[n.Kind]++; shown[n.Kind] > maxIdentityNotes || len(n.Sightings) == 0 {
			continue
		}
		key, where := "", ""
		for i, m := range n.Sightings {
			s, err := in.spill.Get(m)
			if err != nil {
				return nil, err
			}
			if i == 0 && n.Kind != resolve.Chain {
				sig := resolve.Of(s)
				if k, ok := n.KeyIn(&sig); ok {
					key = k.String()
				}
			}
			if i < 3 {
				where += fmt.Sprintf("; %s %s", s.Place.Input, s.Place.At)
			}
		}
		out = append(out, fmt.Sprintf(noteText[n.Kind], key, n.Count)+" ("+where[2:]+")")
	}
	for _, k := range []resolve.NoteKind{resolve.Shared, resolve.Ambiguous, resolve.Chain, resolve.Duplicate, resolve.TwoMakers} {
		if more := shown[k] - maxIdentityNotes; more > 0 {
			out = append(out, fmt.Sprintf("%d more notes of the kind %q", more, k))
		}
	}
	return out, nil
}
