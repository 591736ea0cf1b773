// Package reconcile compares what is on paper with what is on the wire: what
// was bought and never seen, seen and never bought, sold as one thing and
// answering as another, moved, and gone since.
//
// It is not for deciding which sightings are one thing (resolve) nor who made
// it (attribute): things come resolved, with the maker each lane alone speaks
// for. It is pure: things in, lines out, the same for any order of things.
//
// Paper is what somebody wrote down: registers, orders, quotes, mail, bills of
// material. The wire is what devices themselves sent, answered or told of each
// other. Silence proves nothing: a thing on paper is called never seen only
// where something says that the place was looked at, and gone only where a
// later reading that covers it lacks it. All else is "not looked at" or "not known".
//
// Flow: Thing → Add → Line; Finish joins what concerns several lines (parts
// inside others, numbers that two things share, which sites were looked at).
package reconcile

import (
	"cmp"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// Lane says how something came to be known.
type Lane string

// The lanes.
const (
	Paper Lane = "paper"
	Wire  Lane = "wire"
)

// Record says in which lanes a thing is known; each thing has exactly one.
type Record string

// The records.
const (
	Matched   Record = "matched"
	PaperOnly Record = "paper-only"
	WireOnly  Record = "wire-only"
)

// Sight is one sighting with its lane and times.
type Sight struct {
	*asset.Sighting
	Lane Lane
	// At is the last time the data or the database say it was so, RFC 3339 or YYYY-MM-DD; empty when neither does.
	At string
	// Ended is when a complete reading of the same input lacked or contradicted it; empty while it stands.
	Ended string
}

// Heard is what another thing told of a thing: the port it is on.
type Heard struct {
	Host, HostName, Port, Via string
	Place                     evidence.Place
	// At and Ended are those of the telling, as of a Sight.
	At, Ended string
}

// Made is who made a thing as one lane alone says, or whose name it bears.
type Made struct {
	Org  org.ID
	Name string
}

// Thing is one resolved thing. Add keeps nothing of it but texts.
type Thing struct {
	ID, Name string
	Kind     asset.Kind
	// Category is what the thing is, "" when not known.
	Category asset.Category
	Sights   []Sight
	Heard    []Heard
	// Sold is whose name the paper gives, Answers who made it by the wire alone, nil when not sure.
	Sold, Answers *Made
	// Model is the designation the wire alone shows, "" when none; it may stand inside a text.
	Model string
	// SameHouse is true when one of both controls the other or both have one owner.
	SameHouse bool
}

// Value is one thing said, with where it stood and when it was so.
type Value struct {
	Text  string         `json:"value"`
	Place evidence.Place `json:"place"`
	At    string         `json:"at,omitempty"`
}

// Where is one sighting of a thing.
type Where struct {
	Place evidence.Place `json:"place"`
	At    string         `json:"at,omitempty"`
	Ended string         `json:"ended,omitempty"`
}

// Difference is a field for which paper and wire say different things.
type Difference struct {
	Field string `json:"field"` // model, maker or serial
	Paper Value  `json:"paper"`
	Wire  Value  `json:"wire"`
}

// Move is a field that differs between two times.
type Move struct {
	Field string `json:"field"` // address, port or site
	From  Value  `json:"from"`
	To    Value  `json:"to"`
}

// Gone says when a thing was last seen and which later reading lacks it.
type Gone struct {
	Last Where `json:"last"`
	// Look is the input whose later reading covers it and lacks it, Since that reading's time.
	Look  string `json:"look"`
	Since string `json:"since"`
	Why   string `json:"why"`
}

// State says whether a thing on paper was looked for.
type State string

// The states.
const (
	LookedAt      State = "yes"            // its address lies in a block that was looked at
	InPart        State = "in-part"        // others of its site were seen
	NotLooked     State = "no"             // nothing of its site was seen by anybody
	NotKnown      State = "not-known"      // the paper does not say where it should be
	NotApplicable State = "not-applicable" // a thing that does not answer on a network
)

// Looked says whether a thing on paper was looked for and how that is known.
type Looked struct {
	State State    `json:"state"`
	Why   string   `json:"why"`
	By    []string `json:"by,omitempty"`
}

// Line is the outcome for one thing.
type Line struct {
	Asset  string     `json:"asset"`
	Name   string     `json:"name"`
	Kind   asset.Kind `json:"kind"`
	Record Record     `json:"record"`
	// Former is true when no input says any more that the thing is there.
	Former bool `json:"former,omitempty"`
	// OnlyHeard is true when others told of it and it said nothing itself.
	OnlyHeard bool `json:"only_heard_of,omitempty"`
	// Paper and Wire are where it stands, at most MaxWhere each; the counts are of all.
	Paper       []Where      `json:"paper"`
	PaperCount  int          `json:"paper_count"`
	Wire        []Where      `json:"wire"`
	WireCount   int          `json:"wire_count"`
	Differences []Difference `json:"differences,omitempty"`
	Moves       []Move       `json:"moves,omitempty"`
	Gone        *Gone        `json:"gone,omitempty"`
	// Looked is set for what is on paper only.
	Looked *Looked `json:"looked,omitempty"`
	// Inside is the thing in which this one was seen as a part.
	Inside string `json:"inside,omitempty"`
	// Port is where the wire says it is connected.
	Port *Value `json:"port,omitempty"`
	// Contradicts are things of the other lane that bear the same number or name and differ in another.
	Contradicts []string `json:"contradicts,omitempty"`
	// Maybe are things of the other lane with the same name or address in another address space.
	Maybe []string `json:"maybe,omitempty"`
	// SameModel counts the things of this model on the wire that no paper names.
	SameModel int `json:"same_model_unlisted,omitempty"`
	// Next is what to do now.
	Next string `json:"next,omitempty"`
}

// MaxWhere bounds the places kept of a line and lane.
const MaxWhere = 3

// Summary counts lines.
type Summary struct {
	Assets    int `json:"assets"`
	Matched   int `json:"matched"`
	PaperOnly int `json:"paper_only"`
	WireOnly  int `json:"wire_only"`
	// Differ, NeverSeen, NotLooked, NeverBought, Moved and Gone count what deserves a look.
	Differ      int `json:"differ"`
	NeverSeen   int `json:"never_seen"`
	NotLooked   int `json:"not_looked_at"`
	NeverBought int `json:"never_bought"`
	Moved       int `json:"moved"`
	Gone        int `json:"gone"`
}

// Outcome is all lines in the order of assets, and what was looked at.
type Outcome struct {
	Summary Summary `json:"summary"`
	Looks   []Look  `json:"looks"`
	Lines   []Line  `json:"lines"`
}

// NeverSeen reports whether the line is of a thing that was looked for in vain.
func (l *Line) NeverSeen() bool {
	return l.Looked != nil && (l.Looked.State == LookedAt || l.Looked.State == InPart)
}

// NotLookedAt reports whether nobody can say if the thing is there.
func (l *Line) NotLookedAt() bool {
	return l.Looked != nil && (l.Looked.State == NotLooked || l.Looked.State == NotKnown)
}

// NeverBought reports whether the line is of a thing that showed itself, is still there, and no paper names.
func (l *Line) NeverBought() bool {
	return l.Record == WireOnly && !l.OnlyHeard && l.Gone == nil && ownable(l.Kind)
}

// ownable reports whether a kind of thing is bought and answers on a network.
func ownable(k asset.Kind) bool { return k == asset.Device || k == asset.PurchaseLine || k == "" }

func (s *Summary) count(l *Line) {
	s.Assets++
	switch l.Record {
	case Matched:
		s.Matched++
	case PaperOnly:
		s.PaperOnly++
	default:
		s.WireOnly++
	}
	for _, c := range []struct {
		is bool
		to *int
	}{{len(l.Differences) > 0, &s.Differ}, {l.NeverSeen(), &s.NeverSeen}, {l.NotLookedAt(), &s.NotLooked}, {l.NeverBought(), &s.NeverBought}, {len(l.Moves) > 0, &s.Moved}, {l.Gone != nil, &s.Gone}} {
		if c.is {
			*c.to++
		}
	}
}

// Builder gathers lines. It is not safe for concurrent use.
type Builder struct {
	looks *looks
	lines []pending
	sites map[string]*site
	parts map[string]inside       // serial of a part on the wire → where it is
	kinds map[asset.Category]bool // of which something showed itself on the wire
}

// pending is a line with what only Finish can settle.
type pending struct {
	Line
	category asset.Category
	said     *said // nil for matched things
}

// site counts what paper lists at a site and what of it was seen.
type site struct {
	listed, seen int
	by           map[string]bool // inputs that saw some of it
}

type inside struct {
	host  string
	where Where
}

// NewBuilder begins; looks are the inputs of the wire that were read, in any order.
func NewBuilder(ls []Look) *Builder {
	return &Builder{looks: newLooks(ls), sites: map[string]*site{}, parts: map[string]inside{}, kinds: map[asset.Category]bool{}}
}

// Add takes one thing.
func (b *Builder) Add(t *Thing) {
	slices.SortStableFunc(t.Sights, func(x, y Sight) int {
		return cmp.Or(cmp.Compare(x.Place.Input, y.Place.Input), cmp.Compare(x.Place.At, y.Place.At), cmp.Compare(x.At, y.At))
	})
	l := pending{category: t.Category, Line: Line{Asset: t.ID, Name: t.Name, Kind: t.Kind, Former: true, OnlyHeard: true, Paper: []Where{}, Wire: []Where{}}}
	for i := range t.Sights {
		if t.Sights[i].Ended == "" {
			l.place(&t.Sights[i])
		}
	}
	open := map[Lane]bool{Paper: l.PaperCount > 0, Wire: l.WireCount > 0}
	for i := range t.Sights { // what ended counts where nothing stands any more
		if s := &t.Sights[i]; s.Ended != "" && !open[s.Lane] {
			l.place(s)
		}
	}
	w := gather(t)
	switch {
	case l.PaperCount > 0 && l.WireCount > 0:
		l.Record = Matched
		l.Differences = differences(t, w)
	case l.WireCount > 0:
		l.Record = WireOnly
	default:
		l.Record = PaperOnly
	}
	l.OnlyHeard = l.OnlyHeard && l.WireCount > 0
	b.kinds[t.Category] = b.kinds[t.Category] || l.WireCount > 0 && !l.OnlyHeard
	l.Moves = b.moves(t)
	if !l.OnlyHeard || l.PaperCount > 0 { // entries of address tables and leases come and go
		l.Gone = b.gone(t)
	}
	l.Port = portOf(t.Heard)
	b.visit(t, w, l.WireCount > 0)
	if l.Record != Matched {
		l.said = w
	}
	b.lines = append(b.lines, l)
}

// place counts one sighting and keeps where it stood while there is room.
func (l *pending) place(s *Sight) {
	at := Where{Place: s.Place, At: s.At, Ended: s.Ended}
	if s.Ended == "" {
		l.Former = false
	}
	if s.Lane == Paper {
		if l.PaperCount++; len(l.Paper) < MaxWhere {
			l.Paper = append(l.Paper, at)
		}
		return
	}
	if s.Seen != asset.Neighbour {
		l.OnlyHeard = false
	}
	if l.WireCount++; len(l.Wire) < MaxWhere {
		l.Wire = append(l.Wire, at)
	}
}

// visit notes the parts a thing shows on the wire and that its sites were reached.
func (b *Builder) visit(t *Thing, w *said, seen bool) {
	for i := range t.Sights {
		if s := &t.Sights[i]; s.Lane == Wire {
			b.partsOf(t.ID, s, s.Components)
		}
	}
	for _, v := range w.sites {
		name := siteName(v.Text)
		x := b.sites[name]
		if x == nil {
			x = &site{by: map[string]bool{}}
			b.sites[name] = x
		}
		x.listed++
		if seen {
			x.seen++
			for i := range t.Sights {
				if s := &t.Sights[i]; s.Lane == Wire {
					x.by[s.Place.Input] = true
				}
			}
		}
	}
}

func (b *Builder) partsOf(host string, s *Sight, ps []asset.Part) {
	for i := range ps {
		for _, o := range ps[i].Observations {
			if o.Attr != evidence.Serial {
				continue
			}
			n, in := serial(o.Value), inside{host, Where{Place: o.Place, At: cmp.Or(o.At, s.At), Ended: s.Ended}}
			if was, ok := b.parts[n]; n != "" && (!ok || in.host < was.host) {
				b.parts[n] = in
			}
		}
		b.partsOf(host, s, ps[i].Components)
	}
}

func siteName(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// Finish settles what concerns several lines and returns them in the order of
// assets. The builder is spent.
func (b *Builder) Finish() *Outcome {
	slices.SortFunc(b.lines, func(x, y pending) int { return cmp.Compare(x.Asset, y.Asset) })
	b.relate()
	out := &Outcome{Looks: b.looks.list, Lines: make([]Line, 0, len(b.lines))}
	for i := range b.lines {
		l := &b.lines[i]
		if l.Record == PaperOnly {
			l.Looked = b.looked(l)
		}
		l.Next = l.next()
		out.Summary.count(&l.Line)
		out.Lines = append(out.Lines, l.Line)
	}
	return out
}

// Add appends a line of a saved result.
func (o *Outcome) Add(l *Line) {
	o.Summary.count(l)
	o.Lines = append(o.Lines, *l)
}

// Saved is the line of an asset of which only the outcome of a check is known.
func Saved(a *asset.Asset) *Line {
	l := &Line{Asset: a.ID, Name: a.Name, Kind: a.Kind, Record: Record(a.Record), OnlyHeard: a.Seen == asset.Neighbour, Paper: []Where{}, Wire: []Where{}}
	for _, p := range a.Where {
		to, n := &l.Wire, &l.WireCount
		if l.Record == PaperOnly {
			to, n = &l.Paper, &l.PaperCount
		}
		if *n++; len(*to) < MaxWhere && l.Record != Matched {
			*to = append(*to, Where{Place: p})
		}
	}
	return l
}

// Since leaves out moves and departures of which the last word before lies before a day.
func (o *Outcome) Since(day string) {
	if day == "" {
		return
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		l.Moves = slices.DeleteFunc(l.Moves, func(m Move) bool { return m.To.At < day })
		if l.Gone != nil && l.Gone.Since < day {
			l.Gone = nil
		}
	}
	o.Summary = Summary{}
	for i := range o.Lines {
		o.Summary.count(&o.Lines[i])
	}
}
