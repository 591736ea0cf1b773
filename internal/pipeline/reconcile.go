package pipeline

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/calendar"
	"telltale/internal/evidence"
	"telltale/internal/org"
	"telltale/internal/reconcile"
	"telltale/internal/report"
	"telltale/internal/resolve"
)

// Reconcile compares what is on paper with what is on the wire in a result.
// Moves and departures before since (NoDate: none) are left out. A result that
// was saved as JSON tells only in which lanes each asset stands.
func (k *Knowledge) Reconcile(ctx context.Context, f *Folder, since calendar.Date) (*report.Reconciliation, error) {
	out := &report.Reconciliation{Schema: report.ReconcileSchema, AsOf: f.head.AsOf}
	if since != calendar.NoDate {
		out.Since = since.String()
	}
	sp, links, err := f.workFile()
	if errors.Is(err, fs.ErrNotExist) {
		return out, f.reconcileSaved(out)
	}
	if err != nil {
		return nil, err
	}
	defer sp.Close()
	in, err := f.intakeOf(sp, links)
	if err != nil {
		return nil, err
	}
	r := &reconciler{k: k, asOf: f.head.AsOf, in: in, clusters: in.resolver.Clusters(), formats: formats(in.coverage), past: f.past}
	if r.engine, err = k.Attribution(); err != nil {
		return nil, err
	}
	if r.categories, err = f.categories(); err != nil {
		return nil, err
	}
	o, err := r.run(ctx)
	if err != nil {
		return nil, err
	}
	out.Outcome = *o
	out.Outcome.Since(out.Since)
	out.Notes = r.notes(&out.Summary)
	return out, nil
}

// reconciler compares the lanes of one result.
type reconciler struct {
	k        *Knowledge
	engine   *attribute.Engine
	asOf     calendar.Date
	in       *intake
	clusters *resolve.Clusters
	formats  map[string]string
	past     *past // nil without a database

	categories map[string]asset.Category // by asset
	looks      map[string]*reconcile.Look
	names      []string // of clusters that told of others
	heard      map[int][]reconcile.Heard
	ended      map[int][]reconcile.Sight // by cluster
	lost       []reconcile.Thing         // things nothing says are there any more
}

func (r *reconciler) run(ctx context.Context) (*reconcile.Outcome, error) {
	if err := r.look(ctx); err != nil {
		return nil, err
	}
	if err := r.listen(); err != nil {
		return nil, err
	}
	if r.past != nil {
		if err := r.remember(); err != nil {
			return nil, err
		}
	}
	b := reconcile.NewBuilder(r.lookList())
	for n := range r.clusters.Len() {
		if n&255 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		t, err := r.thing(n)
		if err != nil {
			return nil, err
		}
		b.Add(t)
	}
	for i := range r.lost {
		b.Add(&r.lost[i])
	}
	return b.Finish(), nil
}

func (r *reconciler) lane(s *asset.Sighting) reconcile.Lane {
	return laneOf(s, r.formats[s.Place.Input])
}

// latest is the last time the observations state, "" when none does.
func latest(s *asset.Sighting) string {
	at := ""
	for i := range s.Observations {
		at = max(at, s.Observations[i].At)
	}
	return at
}

// look reads all sightings once for which inputs looked at the wire, and when.
func (r *reconciler) look(ctx context.Context) error {
	r.looks = map[string]*reconcile.Look{}
	for i := range r.in.spill.Len() {
		if i&4095 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		s, err := r.in.spill.Get(i)
		if err != nil {
			return err
		}
		if r.lane(s) != reconcile.Wire {
			continue
		}
		l := r.lookOf(s.Place.Input, s.Network)
		l.Things++
		if at := cmp.Or(latest(s), r.past.read(s.Place.Input)); at != "" {
			l.To = max(l.To, at)
			if l.From == "" || at < l.From {
				l.From = at
			}
		}
	}
	for _, c := range r.in.coverage {
		if len(c.Looked) > 0 && !paperSources[c.Format] {
			l := r.lookOf(c.Input, c.Input)
			l.Blocks = c.Looked
			if l.From == "" { // nobody answered: the input may state when all the same
				l.From = cmp.Or(c.At, r.past.read(c.Input))
				l.To = l.From
			}
		}
	}
	return nil
}

func (r *reconciler) lookOf(input, network string) *reconcile.Look {
	l := r.looks[input]
	if l == nil {
		l = &reconcile.Look{Input: input, Network: network}
		r.looks[input] = l
	}
	return l
}

func (r *reconciler) lookList() []reconcile.Look {
	out := make([]reconcile.Look, 0, len(r.looks))
	for _, l := range r.looks {
		out = append(out, *l)
	}
	return out
}

// listen gathers what things told of each other, by cluster.
func (r *reconciler) listen() error {
	r.heard = map[int][]reconcile.Heard{}
	ts, err := r.in.tellings(r.clusters)
	if err != nil {
		return err
	}
	names := map[int]string{}
	for i, l := range r.in.links {
		host := r.clusters.Of(int(l.Host))
		if names[host] == "" {
			if names[host], err = r.nameOf(host); err != nil {
				return err
			}
		}
		t := &ts[i]
		n := r.clusters.Of(int(l.Remote))
		r.heard[n] = append(r.heard[n], reconcile.Heard{Host: t.Host, HostName: names[host], Port: t.LocalPort, Via: t.Via, Place: t.Place, At: cmp.Or(t.At, r.past.read(t.Place.Input))})
	}
	return nil
}

func (r *reconciler) sightings(n int) ([]*asset.Sighting, []int, error) {
	ms := r.clusters.Members(n)
	ss := make([]*asset.Sighting, len(ms))
	for i, m := range ms {
		var err error
		if ss[i], err = r.in.spill.Get(m); err != nil {
			return nil, nil, err
		}
	}
	return ss, ms, nil
}

func (r *reconciler) nameOf(n int) (string, error) {
	ss, _, err := r.sightings(n)
	if err != nil {
		return "", err
	}
	return merge(ss).name, nil
}

// thing describes one cluster.
func (r *reconciler) thing(n int) (*reconcile.Thing, error) {
	ss, _, err := r.sightings(n)
	if err != nil {
		return nil, err
	}
	m := merge(ss)
	t := &reconcile.Thing{ID: AssetID(r.clusters.ID(n)), Name: m.name, Kind: m.kind, Heard: r.heard[n]}
	t.Category = r.categories[t.ID]
	lanes := map[reconcile.Lane][]*asset.Sighting{}
	for _, s := range ss {
		lane := r.lane(s)
		lanes[lane] = append(lanes[lane], s)
		t.Sights = append(t.Sights, reconcile.Sight{Sighting: s, Lane: lane, At: cmp.Or(latest(s), r.past.read(s.Place.Input))})
	}
	t.Sights = append(t.Sights, r.ended[n]...)
	if len(lanes[reconcile.Paper]) > 0 && len(lanes[reconcile.Wire]) > 0 {
		r.makers(t, lanes)
	}
	return t, nil
}

// makers says who made a thing by each lane alone.
func (r *reconciler) makers(t *reconcile.Thing, lanes map[reconcile.Lane][]*asset.Sighting) {
	wire := r.engine.Attribute(&attribute.Thing{ID: t.ID, Sightings: lanes[reconcile.Wire]})
	if wire.Model != nil {
		t.Model = *wire.Model
	}
	if wire.Manufacturer == nil || wire.Manufacturer.Confidence < attribute.Met {
		return
	}
	who := wire.Manufacturer.Org
	t.Answers = &reconcile.Made{Org: who, Name: r.k.OrgName(who)}
	paper := r.engine.Attribute(&attribute.Thing{ID: t.ID, Sightings: lanes[reconcile.Paper]})
	label := labelOf(lanes[reconcile.Paper])
	var sold org.ID
	switch {
	case paper.Brand != nil:
		sold = paper.Brand.Org
	case paper.Manufacturer != nil:
		sold = paper.Manufacturer.Org
	}
	switch {
	case label == "":
		return // nobody wrote down whose it is: a maker inferred from a model was not promised
	case sold == "":
		t.SameHouse = asset.SameMaker(asset.NormalMaker(label), asset.NormalMaker(t.Answers.Name))
	default:
		t.SameHouse = r.oneHouse(sold, who)
	}
	t.Sold = &reconcile.Made{Org: sold, Name: label}
}

// labelOf is the maker or brand as the paper words it.
func labelOf(ss []*asset.Sighting) string {
	label := ""
	for _, s := range ss {
		for i := range s.Observations {
			o := &s.Observations[i]
			if (o.Attr == evidence.BrandText || o.Attr == evidence.ManufacturerText) && (label == "" || o.Value < label) {
				label = o.Value
			}
		}
	}
	return label
}

// oneHouse reports whether one organisation controls the other or both have one parent.
func (r *reconciler) oneHouse(a, b org.ID) bool {
	return slices.ContainsFunc(r.k.Orgs.Related(a, org.Control, r.asOf), func(x org.Related) bool { return x.Org == b })
}

// categories are what the assets of the result are, where that is known.
func (f *Folder) categories() (map[string]asset.Category, error) {
	out := make(map[string]asset.Category, f.head.Summary.Assets)
	for b, err := range f.Assets() {
		if err != nil {
			return nil, err
		}
		var a struct {
			ID       string               `json:"id"`
			Category *asset.CategoryValue `json:"category"`
		}
		if err := json.Unmarshal(b, &a); err != nil {
			return nil, fmt.Errorf("read asset: %w", err)
		}
		if a.Category != nil {
			out[a.ID] = a.Category.Value
		}
	}
	return out, nil
}

// notes say what could not be compared.
func (r *reconciler) notes(s *reconcile.Summary) []string {
	var out []string
	if s.Matched+s.PaperOnly == 0 {
		out = append(out, "nothing on paper was read: nothing can be called never bought; check registers and orders together with what was seen")
	}
	if r.past == nil {
		out = append(out, "what moved or is gone is known only where the inputs state times; a database (check --db FILE, then reconcile --db FILE) remembers earlier readings")
	}
	return out
}

// reconcileSaved reads the lanes that a saved result states.
func (f *Folder) reconcileSaved(out *report.Reconciliation) error {
	out.Notes = []string{"this is a saved result without what was read: what differs, moved or is gone, and what was looked at, is known only from the last result or a database"}
	out.Looks, out.Lines = []reconcile.Look{}, []reconcile.Line{}
	for b, err := range f.Assets() {
		if err != nil {
			return err
		}
		var a asset.Asset
		if err := json.Unmarshal(b, &a); err != nil {
			return fmt.Errorf("read asset: %w", err)
		}
		if a.Record == "" {
			return errors.New("the saved result does not say what is on paper and what on the wire: it was made by an earlier version; check the inputs again")
		}
		out.Add(reconcile.Saved(&a))
	}
	return nil
}
