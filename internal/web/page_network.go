package web

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strconv"

	"telltale/internal/browse"
	"telltale/internal/law"
	"telltale/internal/org"
	"telltale/internal/pipeline"
)

// networkPage is what the things of a result told of each other, drawn and listed.
type networkPage struct {
	Nodes, Links int
	Makers       []makerCount
	Rows         []linkRow
	From, Next   int
	Query        string
	Matched      int
	Drawn        bool
}

// linkRow is one telling with its ends as shown.
type linkRow struct {
	*pipeline.Told
	A, B *netNode
}

// netNode is a thing that told of another or was told of.
type netNode struct {
	ID, Name string
	Maker    org.ID
	Verdict  law.Verdict
}

// netGraph is the network of one result, laid out once.
type netGraph struct {
	of    string // ID of the view
	told  []pipeline.Told
	nodes []*netNode
	by    map[string]*netNode
	drawn []byte // the drawing as JSON, compressed
}

// maxDrawn bounds the things of a drawing; more are listed only.
const maxDrawn = 20_000

// networkOf returns the network of a result; it is made when first asked for.
func (s *site) networkOf(v *pipeline.View) (*netGraph, error) {
	s.netMu.Lock()
	defer s.netMu.Unlock()
	if s.net != nil && s.net.of == v.ID() {
		return s.net, nil
	}
	told, err := v.Told()
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a result that was imported has nothing that was read
		return nil, err
	}
	n := &netGraph{of: v.ID(), told: told, by: map[string]*netNode{}}
	for i := range told {
		for _, id := range []string{told[i].Host, told[i].Remote} {
			if err := n.add(v, id); err != nil {
				return nil, err
			}
		}
	}
	if err := s.lay(n); err != nil {
		return nil, err
	}
	s.net = n
	return n, nil
}

// add adds a thing once; one that is no asset of the result is left out.
func (n *netGraph) add(v *pipeline.View, id string) error {
	row, ok := v.AssetRow(id)
	if !ok || n.by[id] != nil {
		return nil
	}
	x, err := v.Asset(id)
	if err != nil {
		return err
	}
	node := &netNode{ID: id, Name: x.Asset.Name}
	if m := x.Asset.Manufacturer; m != nil {
		node.Maker = m.Org
	}
	for i, k := range v.VerdictsOf(row) {
		if k > 0 && browse.Verdicts[i].IsFinding() {
			node.Verdict = browse.Verdicts[i]
			break
		}
	}
	n.by[id] = node
	n.nodes = append(n.nodes, node)
	return nil
}

// lay lays the network out and writes its drawing.
func (s *site) lay(n *netGraph) error {
	if len(n.nodes) > maxDrawn {
		return nil
	}
	b, err := json.Marshal(s.drawNetwork(n))
	n.drawn = compress(b, gzip.DefaultCompression)
	return err
}

// drawnNetwork is what the script draws: short arrays, for five thousand nodes travel often.
type drawnNetwork struct {
	// Nodes are ID, name, x, y, position in Verdicts (-1 none) and in Makers (-1 not known).
	Nodes [][6]any `json:"nodes"`
	// Links are the positions of both ends, each pair once.
	Links    [][2]int      `json:"links"`
	Verdicts []law.Verdict `json:"verdicts"`
	Makers   []drawnMaker  `json:"makers"`
}

type drawnMaker struct {
	ID   org.ID `json:"id"`
	Name string `json:"name"`
}

func (s *site) drawNetwork(n *netGraph) drawnNetwork {
	d := drawnNetwork{Nodes: [][6]any{}, Links: [][2]int{}, Verdicts: browse.Verdicts[:3], Makers: []drawnMaker{}}
	index, makers := map[string]int{}, map[org.ID]int{}
	for i, x := range n.nodes {
		index[x.ID] = i
	}
	for i := range n.told {
		a, ok1 := index[n.told[i].Host]
		b, ok2 := index[n.told[i].Remote]
		if ok1 && ok2 && a != b {
			d.Links = append(d.Links, [2]int{min(a, b), max(a, b)})
		}
	}
	slices.SortFunc(d.Links, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	d.Links = slices.Compact(d.Links)
	for i, p := range placeAll(len(n.nodes), d.Links) {
		x, maker := n.nodes[i], -1
		if x.Maker != "" {
			k, ok := makers[x.Maker]
			if !ok {
				k = len(d.Makers)
				makers[x.Maker] = k
				d.Makers = append(d.Makers, drawnMaker{x.Maker, s.Knowledge.OrgName(x.Maker)})
			}
			maker = k
		}
		d.Nodes = append(d.Nodes, [6]any{x.ID, clip(60, string(harmless([]byte(x.Name)))), int(p.X), int(p.Y), slices.Index(d.Verdicts, x.Verdict), maker})
	}
	return d
}

func (s *site) networkDrawn(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	n, err := s.networkOf(v)
	if err != nil {
		s.missing(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Encoding", "gzip")
	h.Set("Cache-Control", "no-store")
	w.Write(n.drawn)
}

func (s *site) networkPage(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	n, err := s.networkOf(v)
	if err != nil {
		s.missing(w, r, err)
		return
	}
	q := r.URL.Query()
	b := networkPage{Nodes: len(n.nodes), Links: len(n.told), Drawn: len(n.nodes) <= maxDrawn, Query: q.Get("maker")}
	rows := n.rows(org.ID(b.Query))
	if s.export(w, r, "links", []string{"told by", "port", "of", "its port", "via", "input", "place"}, each(rows, linkCells)) {
		return
	}
	b.Matched = len(rows)
	b.From, _ = strconv.Atoi(q.Get("from"))
	b.From = min(max(0, b.From), len(rows))
	b.Rows = firstOf(rows[b.From:], pageSize)
	if next := b.From + len(b.Rows); next < len(rows) {
		b.Next = next
	}
	b.Makers = n.makers()
	s.show(w, r, http.StatusOK, "network", view{Title: "Network", Nav: "network", Body: b})
}

// rows are the tellings, those of one maker's things only when it is given.
func (n *netGraph) rows(maker org.ID) []linkRow {
	var out []linkRow
	for i := range n.told {
		t := &n.told[i]
		if a, b := n.by[t.Host], n.by[t.Remote]; a != nil && b != nil && (maker == "" || a.Maker == maker || b.Maker == maker) {
			out = append(out, linkRow{t, a, b})
		}
	}
	return out
}

func (n *netGraph) makers() []makerCount {
	counts := map[org.ID]int{}
	for _, x := range n.nodes {
		if x.Maker != "" {
			counts[x.Maker]++
		}
	}
	var out []makerCount
	for id, c := range counts {
		out = append(out, makerCount{id, c})
	}
	slices.SortFunc(out, func(a, b makerCount) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Org, b.Org)) })
	return out
}

func linkCells(l *linkRow) []string {
	return []string{l.A.Name, l.LocalPort, l.B.Name, l.RemotePort, l.Via, l.Place.Input, l.Place.At}
}
