package web

import (
	"cmp"
	"slices"

	"telltale/internal/pipeline"
)

// ends finds the links of a thing: both ends of every link, by the ID of the thing there.
type ends []linkEnd

// linkEnd is one end of link n: From when it is not the far one.
type linkEnd struct {
	id  string
	n   int32
	far bool
}

func endsOf(links []linkView) ends {
	out := make(ends, 0, 2*len(links))
	for i := range links {
		out = append(out, linkEnd{links[i].From.ID, int32(i), false}, linkEnd{links[i].To.ID, int32(i), true})
	}
	slices.SortFunc(out, func(a, b linkEnd) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.n, b.n)) })
	return out
}

// of are the ends at a thing.
func (e ends) of(id string) []linkEnd {
	from, _ := slices.BinarySearchFunc(e, id, func(x linkEnd, id string) int { return cmp.Compare(x.id, id) })
	to := from
	for to < len(e) && e[to].id == id {
		to++
	}
	return e[from:to]
}

// maxJoined bounds the links shown of one asset.
const maxJoined = 20

// joined are the first links of an asset, seen from it, and how many it has;
// none while the network is in the making.
func (s *site) joined(v *pipeline.View, id string) ([]linkView, int) {
	if s.beingMade(v) {
		return nil, 0
	}
	n, err := s.networkOf(v)
	if err != nil {
		return nil, 0
	}
	at := n.ends.of(id)
	var out []linkView
	for _, e := range firstOf(at, maxJoined) {
		l := n.links[e.n]
		if e.far {
			l.From, l.To, l.FromPort, l.ToPort = l.To, l.From, l.ToPort, l.FromPort
		}
		out = append(out, l)
	}
	return out, len(at)
}
