package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"telltale/internal/topology"
)

// WriteDOT writes the graph in Graphviz's DOT language.
func (t *Topology) WriteDOT(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "graph topology {")
	for i := range t.Nodes {
		n := &t.Nodes[i]
		style := ""
		if n.Kind == HiddenNode {
			style = ", style=dashed"
		} else if n.Verdict != "" {
			style = ", style=bold"
		}
		fmt.Fprintf(b, "  %s [label=%s, shape=box%s];\n", quoteDOT(n.ID), quoteDOT(t.describe(n)), style)
	}
	for i := range t.Links {
		l := &t.Links[i]
		style := ""
		if l.Inferred || l.Kind == topology.Reached {
			style = ", style=dashed"
		}
		fmt.Fprintf(b, "  %s -- %s [taillabel=%s, headlabel=%s%s];\n", quoteDOT(l.A.Node), quoteDOT(l.B.Node), quoteDOT(Plain(l.A.Port)), quoteDOT(Plain(l.B.Port)), style)
	}
	fmt.Fprintln(b, "}")
	return b.Flush()
}

// quoteDOT writes a double-quoted string of the DOT language: only quotes and backslashes are special.
func quoteDOT(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

type graphmlData struct {
	Key   string `xml:"key,attr"`
	Value string `xml:",chardata"`
}

type graphmlNode struct {
	XMLName xml.Name      `xml:"node"`
	ID      string        `xml:"id,attr"`
	Data    []graphmlData `xml:"data"`
}

type graphmlEdge struct {
	XMLName xml.Name      `xml:"edge"`
	ID      string        `xml:"id,attr"`
	Source  string        `xml:"source,attr"`
	Target  string        `xml:"target,attr"`
	Data    []graphmlData `xml:"data"`
}

// WriteGraphML writes the graph in GraphML 1.0 (graphml.graphdrawing.org).
func (t *Topology) WriteGraphML(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, xml.Header, `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`, "\n")
	for _, k := range []struct{ on, id string }{
		{"node", "name"}, {"node", "manufacturer"}, {"node", "model"}, {"node", "category"}, {"node", "verdict"}, {"node", "site"}, {"node", "seen"}, {"node", "inferred"},
		{"edge", "kind"}, {"edge", "source_port"}, {"edge", "target_port"}, {"edge", "via"}, {"edge", "link_inferred"},
	} {
		fmt.Fprintf(b, `  <key id="%s" for="%s" attr.name="%s" attr.type="string"/>`+"\n", k.id, k.on, k.id)
	}
	fmt.Fprintln(b, `  <graph id="topology" edgedefault="undirected">`)
	enc := xml.NewEncoder(b)
	enc.Indent("    ", "  ")
	for i := range t.Nodes {
		if err := enc.Encode(t.Nodes[i].graphml()); err != nil {
			return err
		}
	}
	for i := range t.Links {
		l := &t.Links[i]
		vias := map[string]bool{}
		for _, e := range l.Evidence {
			vias[e.Via] = true
		}
		e := graphmlEdge{ID: l.ID, Source: l.A.Node, Target: l.B.Node, Data: someData(
			"kind", string(l.Kind), "source_port", Plain(l.A.Port), "target_port", Plain(l.B.Port), "via", strings.Join(sortedKeys(vias), " "), "link_inferred", strconv.FormatBool(l.Inferred))}
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	fmt.Fprint(b, "\n  </graph>\n</graphml>\n")
	return b.Flush()
}

func (n *Node) graphml() graphmlNode {
	model, category := "", ""
	if n.Model != nil {
		model = *n.Model
	}
	if n.Category != nil {
		category = string(*n.Category)
	}
	return graphmlNode{ID: n.ID, Data: someData("name", Plain(n.Name), "manufacturer", Plain(n.ManufacturerName), "model", Plain(model), "category", category,
		"verdict", string(n.Verdict), "site", Plain(n.Site), "seen", string(n.Seen), "inferred", strconv.FormatBool(n.Inferred))}
}

// someData makes data elements of the pairs whose value is not empty.
func someData(pairs ...string) []graphmlData {
	var out []graphmlData
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, graphmlData{pairs[i], pairs[i+1]})
		}
	}
	return out
}
