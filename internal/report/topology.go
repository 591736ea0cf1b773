package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
	"telltale/internal/topology"
)

// TopologySchema names the form of Topology; docs/format/topology.md explains it.
const TopologySchema = "telltale/topology/1"

// NodeKind says what a node is.
type NodeKind string

const (
	AssetNode  NodeKind = "asset"
	HiddenNode NodeKind = "hidden" // inferred: nobody saw it or told of it
)

// Topology is the graph of a result. Nodes and links are sorted by ID.
type Topology struct {
	Schema  string          `json:"schema"`
	AsOf    calendar.Date   `json:"as_of"`
	KnownAt calendar.Date   `json:"known_at"`
	Profile string          `json:"profile"`
	Nodes   []Node          `json:"nodes"`
	Links   []topology.Link `json:"links"`
}

// Node is one end of links: an asset of the result or something hidden.
type Node struct {
	ID               string          `json:"id"`
	Kind             NodeKind        `json:"kind"`
	Name             string          `json:"name"`
	Seen             asset.Seen      `json:"seen,omitempty"`
	Category         *asset.Category `json:"category"`
	Function         *asset.Function `json:"function"`
	Model            *string         `json:"model"`
	Manufacturer     *org.ID         `json:"manufacturer"`
	ManufacturerName string          `json:"manufacturer_name,omitempty"`
	Relabelled       bool            `json:"relabelled"`
	Site             string          `json:"site,omitempty"`
	// Verdict is the gravest of the asset's findings, "" when it has none.
	Verdict  law.Verdict `json:"verdict,omitempty"`
	Inferred bool        `json:"inferred"`
	// Hints are conclusions about the node, each marked as inferred in its words.
	Hints []string `json:"hints,omitempty"`
	// Namesakes are assets that bear the name of a thing only heard of.
	Namesakes []string `json:"namesakes,omitempty"`
}

// WriteTable prints the links of each device that told or was told of, those
// with findings first, and what is open. Links that claim no cable are counted only, unless all is set.
func (t *Topology) WriteTable(w io.Writer, all bool) error {
	by := map[string]*Node{}
	for i := range t.Nodes {
		by[t.Nodes[i].ID] = &t.Nodes[i]
	}
	links := map[string][]*topology.Link{}
	kinds, reached := map[topology.Kind]int{}, map[string]int{}
	for i := range t.Links {
		l := &t.Links[i]
		kinds[l.Kind]++
		for _, id := range []string{l.A.Node, l.B.Node} {
			if l.Kind == topology.Reached && !all {
				reached[id]++
				continue
			}
			links[id] = append(links[id], l)
		}
	}
	p := &printer{w: w}
	p.f("%d things and %d links: %d announced, %d on passive optical networks, %d by forwarding tables, %d that share a network\n",
		len(t.Nodes), len(t.Links), kinds[topology.Announced], kinds[topology.PON], kinds[topology.Attached], kinds[topology.Reached])
	if len(t.Links) == 0 {
		p.f("Nothing that was read tells of neighbours. LLDP, CDP, forwarding, address and ONT tables do: walk a switch with SNMP, or save its show lldp neighbors detail.\n")
		return p.err
	}
	for _, n := range t.hubs(links) {
		p.f("\n%s%s\n", t.describe(n), ref(n))
		for _, h := range n.Hints {
			p.f("  %s\n", h)
		}
		p.links(n, links[n.ID], by)
		if k := reached[n.ID]; k > 0 {
			p.f("  shares a network with %d more (--all lists them)\n", k)
		}
	}
	t.open(p, by)
	return p.err
}

// hubs are the nodes to print: of each link the end with more links, graver verdicts first.
func (t *Topology) hubs(links map[string][]*topology.Link) []*Node {
	shown := map[string]bool{}
	for _, l := range t.Links {
		a, b := len(links[l.A.Node]), len(links[l.B.Node])
		if a+b > 0 && (a > b || a == b && l.A.Node < l.B.Node) {
			shown[l.A.Node] = true
		} else if a+b > 0 {
			shown[l.B.Node] = true
		}
	}
	var out []*Node
	for i := range t.Nodes {
		if shown[t.Nodes[i].ID] {
			out = append(out, &t.Nodes[i])
		}
	}
	slices.SortStableFunc(out, func(a, b *Node) int {
		return cmp.Or(cmp.Compare(gravity[b.Verdict], gravity[a.Verdict]), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return out
}

var gravity = map[law.Verdict]int{law.Prohibited: 3, law.Restricted: 2, law.Undetermined: 1}

// maxLinksShown bounds the lines of one device.
const maxLinksShown = 24

type printer struct {
	w   io.Writer
	err error
}

func (p *printer) f(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) links(n *Node, ls []*topology.Link, by map[string]*Node) {
	type line struct {
		port, text string
	}
	var lines []line
	for _, l := range ls {
		here, there := l.A, l.B
		if there.Node == n.ID {
			here, there = there, here
		}
		vias := map[string]bool{}
		for _, e := range l.Evidence {
			vias[e.Via] = true
		}
		text := Plain(by[there.Node].Name)
		if there.Port != "" {
			text += " port " + Plain(there.Port)
		}
		if v := by[there.Node].Verdict; v != "" {
			text += ": " + string(v)
		}
		if m := by[there.Node].ManufacturerName; m != "" {
			text += ", " + Plain(m)
		}
		how := strings.Join(sortedKeys(vias), ", ")
		if l.Inferred {
			how = "inferred"
		}
		lines = append(lines, line{cmp.Or(Plain(here.Port), "-"), text + "  (" + how + ")"})
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Or(cmp.Compare(a.port, b.port), cmp.Compare(a.text, b.text)) })
	for i, x := range lines {
		if i == maxLinksShown {
			p.f("  and %d more (--format json lists all)\n", len(lines)-i)
			return
		}
		p.f("  %-22s %s\n", x.port, x.text)
	}
}

func sortedKeys(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (t *Topology) describe(n *Node) string {
	parts := []string{Plain(n.Name)}
	if n.ManufacturerName != "" {
		parts = append(parts, Plain(n.ManufacturerName))
	}
	if n.Model != nil && *n.Model != n.Name {
		parts = append(parts, Plain(*n.Model))
	}
	s := strings.Join(parts, ", ")
	if n.Verdict != "" {
		s += ": " + strings.ToUpper(string(n.Verdict))
	}
	return s
}

func ref(n *Node) string {
	if n.Kind == HiddenNode {
		return ""
	}
	return "  [" + n.ID[:10] + "]"
}

// open lists the ends that nobody has read, and whom they may be.
func (t *Topology) open(p *printer, by map[string]*Node) {
	var heard []*Node
	for i := range t.Nodes {
		if t.Nodes[i].Seen == asset.Neighbour {
			heard = append(heard, &t.Nodes[i])
		}
	}
	if len(heard) == 0 {
		return
	}
	p.f("\nONLY HEARD OF %d: others told of them, nothing was read from them\n", len(heard))
	slices.SortFunc(heard, func(a, b *Node) int {
		return cmp.Or(cmp.Compare(len(b.Namesakes), len(a.Namesakes)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	for i, n := range heard {
		if i == maxLinksShown {
			p.f("  and %d more\n", len(heard)-i)
			break
		}
		p.f("  %s%s\n", t.describe(n), ref(n))
		if len(n.Namesakes) > 0 {
			p.f("    another input names a thing %s too [%s]: check both with one --network NAME to unite what shares a name there\n", Plain(n.Name), n.Namesakes[0][:10])
		}
	}
}
