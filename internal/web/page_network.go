package web

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"telltale/internal/browse"
	"telltale/internal/law"
	"telltale/internal/org"
	"telltale/internal/pipeline"
	"telltale/internal/report"
	"telltale/internal/topology"
)

// networkPage is how the things of a result are joined, drawn and listed.
type networkPage struct {
	Nodes, Links int
	Makers       []makerCount
	Rows         []linkView
	From, Next   int
	Query        string
	Matched      int
	Drawn        bool
	// Making says that the network is not made yet: the page asks again by itself.
	Making bool
}

// linkView is one link as shown: from the end with more links to the other.
type linkView struct {
	*topology.Link
	From, To         *report.Node
	FromPort, ToPort string
}

// How says by which tables or protocols the link is known.
func (l linkView) How() string { return strings.Join(l.ways(), ", ") }

func (l linkView) ways() []string {
	if l.Inferred {
		return []string{"inferred"}
	}
	var vias []string
	for _, e := range l.Evidence {
		vias = append(vias, e.Via)
	}
	slices.Sort(vias)
	return slices.Compact(vias)
}

// netGraph is the network of one result, laid out once.
type netGraph struct {
	of    string // ID of the view
	once  sync.Once
	made  chan struct{} // closed when it is
	err   error
	graph *report.Topology
	links []linkView // by names and ports
	ends  ends
	drawn []byte // the drawing as JSON, compressed
}

// maxDrawn bounds the things of a drawing; more are listed only. keptNets are
// the networks kept: that of the current result, and of the next in the making.
const (
	maxDrawn = 20_000
	keptNets = 2
)

// networkOf returns the network of a result, made once.
func (s *site) networkOf(v *pipeline.View) (*netGraph, error) {
	s.netMu.Lock()
	i := slices.IndexFunc(s.nets, func(n *netGraph) bool { return n.of == v.ID() })
	if i < 0 {
		s.nets, i = append([]*netGraph{{of: v.ID(), made: make(chan struct{})}}, firstOf(s.nets, keptNets-1)...), 0
	}
	n := s.nets[i]
	s.netMu.Unlock()
	n.once.Do(func() { defer close(n.made); n.err = s.makeNetwork(n, v) })
	return n, n.err
}

// soon is how long a page waits for what is being made before it says so.
const soon = 100 * time.Millisecond

// beingMade reports whether the network of a result is in the making and will take longer than soon.
func (s *site) beingMade(v *pipeline.View) bool {
	s.netMu.Lock()
	i := slices.IndexFunc(s.nets, func(n *netGraph) bool { return n.of == v.ID() })
	var n *netGraph
	if i >= 0 {
		n = s.nets[i]
	}
	s.netMu.Unlock()
	if n == nil {
		return false
	}
	select {
	case <-n.made:
		return false
	case <-time.After(soon):
		return true
	}
}

func (s *site) makeNetwork(n *netGraph, v *pipeline.View) error {
	graph := &report.Topology{}
	if v.Judgeable() { // a result opened from a file has nothing of what was read
		var err error
		if graph, err = v.Topology(); err != nil {
			return err
		}
	}
	n.fill(graph)
	return s.lay(n)
}

// fill takes over a graph and sorts its links.
func (n *netGraph) fill(graph *report.Topology) {
	n.graph = graph
	by, degree := map[string]*report.Node{}, map[string]int{}
	for i := range graph.Nodes {
		by[graph.Nodes[i].ID] = &graph.Nodes[i]
	}
	for i := range graph.Links {
		degree[graph.Links[i].A.Node]++
		degree[graph.Links[i].B.Node]++
	}
	for i := range graph.Links {
		l := &graph.Links[i]
		from, to := l.A, l.B
		if degree[from.Node] < degree[to.Node] {
			from, to = to, from
		}
		n.links = append(n.links, linkView{l, by[from.Node], by[to.Node], from.Port, to.Port})
	}
	slices.SortFunc(n.links, func(a, b linkView) int {
		return cmp.Or(cmp.Compare(a.From.Name, b.From.Name), cmp.Compare(a.FromPort, b.FromPort), cmp.Compare(a.To.Name, b.To.Name), cmp.Compare(a.ID, b.ID))
	})
	n.ends = endsOf(n.links)
}

// lay lays the network out and writes its drawing.
func (s *site) lay(n *netGraph) error {
	if len(n.graph.Nodes) > maxDrawn {
		return nil
	}
	b, err := json.Marshal(s.drawNetwork(n))
	n.drawn = compress(b, gzip.DefaultCompression)
	return err
}

// drawnNetwork is what the script draws: short arrays, for five thousand nodes travel often.
type drawnNetwork struct {
	// Nodes are ID ("" for a hidden thing), name, x, y, position in Verdicts (-1 none) and in Makers (-1 not known).
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
	for i := range n.graph.Nodes {
		index[n.graph.Nodes[i].ID] = i
	}
	for i := range n.graph.Links {
		a, b := index[n.graph.Links[i].A.Node], index[n.graph.Links[i].B.Node]
		d.Links = append(d.Links, [2]int{min(a, b), max(a, b)})
	}
	slices.SortFunc(d.Links, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	d.Links = slices.Compact(d.Links)
	for i, p := range placeAll(len(n.graph.Nodes), d.Links) {
		x, maker := &n.graph.Nodes[i], -1
		if x.Manufacturer != nil {
			id := *x.Manufacturer
			k, ok := makers[id]
			if !ok {
				k = len(d.Makers)
				makers[id] = k
				d.Makers = append(d.Makers, drawnMaker{id, s.facts().OrgName(id)})
			}
			maker = k
		}
		id := x.ID
		if x.Kind == report.HiddenNode {
			id = "" // it has no page
		}
		d.Nodes = append(d.Nodes, [6]any{id, clip(60, string(harmless([]byte(x.Name)))), int(p.X), int(p.Y), slices.Index(d.Verdicts, x.Verdict), maker})
	}
	return d
}

func (s *site) networkDrawn(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	if s.beingMade(v) {
		w.Header().Set("Retry-After", "3")
		http.Error(w, "the network is being made: ask again", http.StatusServiceUnavailable)
		return
	}
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
	if r.URL.Query().Get("format") == "" && s.beingMade(v) {
		s.show(w, r, http.StatusOK, "network", view{Title: "Network", Nav: "network", Body: networkPage{Making: true}})
		return
	}
	n, err := s.networkOf(v)
	if err != nil {
		s.missing(w, r, err)
		return
	}
	q := r.URL.Query()
	b := networkPage{Nodes: len(n.graph.Nodes), Links: len(n.graph.Links), Drawn: len(n.graph.Nodes) <= maxDrawn, Query: q.Get("maker")}
	rows := n.rows(org.ID(b.Query))
	if s.export(w, r, "links", []string{"thing", "port", "joined to", "its port", "kind", "known by", "input", "place"}, each(rows, linkCells)) {
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

// rows are the links, those of one maker's things only when it is given.
func (n *netGraph) rows(maker org.ID) []linkView {
	by := func(x *report.Node) bool { return x.Manufacturer != nil && *x.Manufacturer == maker }
	var out []linkView
	for _, l := range n.links {
		if maker == "" || by(l.From) || by(l.To) {
			out = append(out, l)
		}
	}
	return out
}

func (n *netGraph) makers() []makerCount {
	counts := map[org.ID]int{}
	for i := range n.graph.Nodes {
		if m := n.graph.Nodes[i].Manufacturer; m != nil {
			counts[*m]++
		}
	}
	var out []makerCount
	for id, c := range counts {
		out = append(out, makerCount{id, c})
	}
	slices.SortFunc(out, func(a, b makerCount) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Org, b.Org)) })
	return out
}

func linkCells(l *linkView) []string {
	cells := []string{l.From.Name, l.FromPort, l.To.Name, l.ToPort, string(l.Kind), l.How(), "", ""}
	if len(l.Evidence) > 0 {
		cells[6], cells[7] = l.Evidence[0].Place.Input, l.Evidence[0].Place.At
	}
	return cells
}
