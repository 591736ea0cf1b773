package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/report"
	"telltale/internal/resolve"
	"telltale/internal/topology"
)

const topologyName = "topology.json"

// Topology is the graph of what the things of a kept result told of each
// other. It is made once and kept beside the result. A result that was saved
// as JSON has no sightings and gives an error.
func Topology(f *Folder) (*report.Topology, error) {
	path := filepath.Join(f.dir, topologyName)
	if b, err := os.ReadFile(path); err == nil {
		out := &report.Topology{}
		if json.Unmarshal(b, out) == nil && out.Schema == report.TopologySchema {
			return out, nil
		}
	}
	out, err := f.topology()
	if err != nil {
		return nil, err
	}
	if err := keepJSON(path, out); err != nil {
		return nil, fmt.Errorf("keep the topology: %w", err)
	}
	return out, nil
}

// Network is the topology of a result that shows all (--all), nil for others and where nothing told of links.
func (f *Folder) Network() (*report.Topology, error) {
	o, err := f.kept()
	if err != nil || !o.All {
		return nil, nil // a result without options, such as a saved one, has no sightings
	}
	t, err := Topology(f)
	if err != nil || len(t.Links) == 0 {
		return nil, err
	}
	return t, nil
}

// keepJSON writes a file that appears whole or not at all; several may write it at once.
func keepJSON(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

func (f *Folder) topology() (*report.Topology, error) {
	out := &report.Topology{Schema: report.TopologySchema, AsOf: f.head.AsOf, KnownAt: f.head.KnownAt, Profile: f.head.Profile, Nodes: []report.Node{}, Links: []topology.Link{}}
	sp, links, err := f.workFile()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("this is a saved result without links: they are known from the last result, a database, or a result saved with check --all")
	}
	if err != nil {
		return nil, err
	}
	defer sp.Close()
	if len(links) == 0 {
		return out, nil
	}
	in, err := f.intakeOf(sp, links)
	if err != nil {
		return nil, err
	}
	ts, err := in.tellings(in.resolver.Clusters())
	if err != nil {
		return nil, err
	}
	g := topology.Build(ts)
	if out.Nodes, err = f.nodes(g); err != nil {
		return nil, err
	}
	out.Links = append(out.Links, g.Links...)
	return out, f.namesakes(out.Nodes)
}

// Topology is the network of the result; see the function of that name.
func (v *View) Topology() (*report.Topology, error) { return Topology(v.folder) }

// workFile opens the sightings of a kept result.
func (f *Folder) workFile() (*spill, []linkRow, error) {
	return openSpill(filepath.Join(f.dir, "sightings.bin"))
}

// sightings restores what was read for a kept result; the caller closes the work file.
func (f *Folder) sightings() (*intake, error) {
	sp, links, err := f.workFile()
	if err != nil {
		return nil, err
	}
	in, err := f.intakeOf(sp, links)
	if err != nil {
		sp.Close()
	}
	return in, err
}

// intakeOf reads a work file into a new resolver.
func (f *Folder) intakeOf(sp *spill, links []linkRow) (*intake, error) {
	o, err := f.kept()
	if err != nil {
		return nil, err
	}
	in := &intake{spill: sp, resolver: resolve.New(resolve.Options{Decisions: o.Decisions}), links: links}
	for i := range sp.Len() {
		s, err := sp.Get(i)
		if err != nil {
			return nil, err
		}
		in.register(s)
	}
	for i := range f.head.Coverage {
		c := f.head.Coverage[i]
		in.coverage = append(in.coverage, &c)
	}
	return in, nil
}

// tellings are the links of the work file, each between two assets.
func (in *intake) tellings(c *resolve.Clusters) ([]topology.Telling, error) {
	out := make([]topology.Telling, 0, len(in.links))
	var host *asset.Sighting
	last := int32(-1)
	for _, l := range in.links {
		if l.Host != last {
			var err error
			if host, err = in.spill.Get(int(l.Host)); err != nil {
				return nil, err
			}
			last = l.Host
		}
		remote, err := in.spill.Get(int(l.Remote))
		if err != nil {
			return nil, err
		}
		told := &host.Links[l.Index]
		t := topology.Telling{
			Host: AssetID(c.ID(c.Of(int(l.Host)))), Remote: AssetID(c.ID(c.Of(int(l.Remote)))),
			Via: told.Via, LocalPort: told.LocalPort, RemotePort: told.RemotePort, Place: remote.Place,
		}
		for i := range remote.Observations {
			o := &remote.Observations[i]
			t.At = max(t.At, o.At)
			if o.Attr == evidence.IP && (t.Addr == "" || o.Value < t.Addr) {
				t.Addr = o.Value
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// nodes describes every end of a link, in the order of IDs.
func (f *Folder) nodes(g *topology.Graph) ([]report.Node, error) {
	verdicts, err := f.worstVerdicts()
	if err != nil {
		return nil, err
	}
	hidden := map[string]*topology.Hidden{}
	for i := range g.Hidden {
		hidden[g.Hidden[i].ID] = &g.Hidden[i]
	}
	seen := map[string]bool{}
	var out []report.Node
	for i := range g.Links {
		for _, id := range []string{g.Links[i].A.Node, g.Links[i].B.Node} {
			if seen[id] {
				continue
			}
			seen[id] = true
			if h := hidden[id]; h != nil {
				out = append(out, report.Node{ID: id, Kind: report.HiddenNode, Name: fmt.Sprintf("hidden behind %s", h.Port), Inferred: true, Hints: []string{h.Reason}})
				continue
			}
			a, err := f.asset(id)
			if err != nil {
				return nil, fmt.Errorf("describe asset %s: %w", id, err)
			}
			n := f.node(a)
			n.Verdict, n.Hints = verdicts[id], g.Hints[id]
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b report.Node) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

func (f *Folder) node(a *asset.Asset) report.Node {
	n := report.Node{ID: a.ID, Kind: report.AssetNode, Name: a.Name, Seen: a.Seen, Function: a.Function, Model: a.Model, Site: a.Facts["site"], Relabelled: a.Relabelled}
	if a.Category != nil {
		n.Category = &a.Category.Value
	}
	if m := a.Manufacturer; m != nil {
		n.Manufacturer, n.ManufacturerName = &m.Org, f.head.Names[m.Org]
	}
	return n
}

// worstVerdicts returns the gravest verdict of each asset that has findings; those of its components count for it.
func (f *Folder) worstVerdicts() (map[string]law.Verdict, error) {
	out := map[string]law.Verdict{}
	for b, err := range f.Findings() {
		if err != nil {
			return nil, err
		}
		var x finding.Finding
		if err := json.Unmarshal(b, &x); err != nil {
			return nil, fmt.Errorf("read finding: %w", err)
		}
		id := x.Subject.ID
		if x.Subject.Host != nil {
			id = *x.Subject.Host
		}
		if was, ok := out[id]; !ok || verdictRank[x.Verdict] < verdictRank[was] {
			out[id] = x.Verdict
		}
	}
	return out, nil
}

// namesakes says of things only heard of which other asset bears their name:
// inputs of different networks are not united by a name, but a person may know.
func (f *Folder) namesakes(nodes []report.Node) error {
	heard := map[string][]int{}
	for i := range nodes {
		if n := &nodes[i]; n.Seen == asset.Neighbour && n.Name != "" {
			heard[strings.ToLower(n.Name)] = append(heard[strings.ToLower(n.Name)], i)
		}
	}
	if len(heard) == 0 {
		return nil
	}
	for b, err := range f.Assets() {
		if err != nil {
			return err
		}
		var a struct {
			ID   string     `json:"id"`
			Name string     `json:"name"`
			Seen asset.Seen `json:"seen"`
		}
		if err := json.Unmarshal(b, &a); err != nil {
			return fmt.Errorf("read asset: %w", err)
		}
		if a.Seen == asset.Neighbour {
			continue
		}
		for _, i := range heard[strings.ToLower(a.Name)] {
			if len(nodes[i].Namesakes) < 5 {
				nodes[i].Namesakes = append(nodes[i].Namesakes, a.ID)
			}
		}
	}
	return nil
}
