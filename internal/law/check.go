package law

import (
	"fmt"
	"slices"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/org"
)

// Problem is one fault of a law file, with where it stands and what to do.
type Problem struct {
	File string
	// Path is the place in the file: "$.provisions[0].in_force[1]".
	Path   string
	What   string
	Remedy string
}

// checker collects the problems of one file.
type checker struct {
	rb    *Rulebook
	known func(org.ID) bool
	cats  map[string]bool
	file  string
	// exceptions counts the ids of the provision or entry at hand.
	exceptions map[string]int
	out        []Problem
}

// Check returns every fault of the rulebook, by file and place. known says which organisations are defined.
func (rb *Rulebook) Check(known func(org.ID) bool, cats Categories) []Problem {
	c := &checker{rb: rb, known: known, cats: map[string]bool{}}
	for _, k := range cats {
		c.cats[k.ID] = true
	}
	for i := range rb.Terms {
		c.file = rb.Terms[i].File
		c.test(fmt.Sprintf("$.terms[%d].test", i), &rb.Terms[i].Test, nil)
	}
	files := map[string]string{}
	for i := range rb.Regimes {
		r := &rb.Regimes[i]
		c.file = r.File
		c.once(files, "$.id", "regime", string(r.ID))
		c.regime(r)
	}
	return c.out
}

func (c *checker) bad(path, remedy, format string, a ...any) {
	c.out = append(c.out, Problem{File: c.file, Path: path, What: fmt.Sprintf(format, a...), Remedy: remedy})
}

func (c *checker) regime(r *Regime) {
	c.file = r.File
	need := func(field, v, remedy string) {
		if v == "" {
			c.bad("$", remedy, "%s: no %s", r.ID, field)
		}
	}
	need("title", r.Title, "add title: the name of the instrument")
	need("citation", r.Citation, "add citation: as lawyers cite the instrument")
	need("url", r.URL, "add url: the page where its text stands")
	if r.Read == 0 {
		c.bad("$", "add read: the day the facts were read", "%s: no read day", r.ID)
	}
	if !slices.Contains(Statuses, r.Status) {
		c.bad("$.status", fmt.Sprintf("use one of %v", Statuses), "status %q is not known", r.Status)
	}
	if r.Review != Unreviewed && r.Review != Reviewed {
		c.bad("$.review_status", "use unreviewed or reviewed", "review status %q is not known", r.Review)
	}
	c.confidence("$.confidence", r.Confidence)
	for i, k := range r.SeenIn {
		c.source(fmt.Sprintf("$.seen_in[%d]", i), k)
	}
	for i := range r.Timeline {
		c.confidence(fmt.Sprintf("$.timeline[%d].confidence", i), r.Timeline[i].Confidence)
	}
	lists := map[string]string{}
	for i := range r.Lists {
		c.once(lists, fmt.Sprintf("$.lists[%d].id", i), "list", r.Lists[i].ID)
		c.list(fmt.Sprintf("$.lists[%d]", i), &r.Lists[i])
	}
	if len(r.Provisions) == 0 {
		c.bad("$", "add provisions: even a list that forbids nothing has one with effect: allows", "%s: no provisions", r.ID)
	}
	seen := map[string]string{}
	for i := range r.Provisions {
		p := &r.Provisions[i]
		c.once(seen, fmt.Sprintf("$.provisions[%d].id", i), "provision", p.ID)
		c.provision(fmt.Sprintf("$.provisions[%d]", i), r, p)
	}
	entries, approvals := map[string]string{}, map[string]string{}
	for i := range r.Entries {
		e := &r.Entries[i]
		c.file = e.File
		c.once(entries, "$.id", "entry", string(e.ID))
		c.entry(e)
	}
	for i := range r.Approvals {
		a := &r.Approvals[i]
		c.file = a.File
		c.once(approvals, "$.id", "approval", a.ID)
		c.approval(r, a)
	}
}

// once reports an id that stands a second time; seen keeps where each stood first.
func (c *checker) once(seen map[string]string, path, what, id string) {
	if first, twice := seen[id]; twice {
		if first = ", first in " + first; strings.HasSuffix(first, c.file) {
			first = ""
		}
		c.bad(path, "give each "+what+" its own id, or remove one", "%s %q stands twice%s", what, id, first)
		return
	}
	seen[id] = c.file
}

// list checks the names of a list and that no organisation stands on it twice on one day.
func (c *checker) list(path string, l *List) {
	spans := map[org.ID][]Span{}
	for i := range l.Names {
		d := &l.Names[i]
		at := fmt.Sprintf("%s.names[%d]", path, i)
		c.designated(at, d)
		s := Span{From: d.From, To: d.To, Recorded: d.Recorded, Retracted: d.Retracted}
		if slices.ContainsFunc(spans[d.Org], s.overlaps) {
			c.bad(at, "end the earlier listing where the later begins (to is the first day no more), or give the wrong one retracted: the day that was learned", "%s is listed twice for the same days", d.Org)
		}
		spans[d.Org] = append(spans[d.Org], s)
	}
}

func (c *checker) designated(path string, d *Designated) {
	c.org(path+".org", d.Org)
	c.confidence(path+".confidence", d.Confidence)
	c.order(path, d.From, d.To, "to")
	if d.Source != "" {
		c.source(path+".source", d.Source)
	}
}

func (c *checker) org(path string, id org.ID) {
	if !c.known(id) && !strings.HasPrefix(string(id), "acme_") {
		c.bad(path, fmt.Sprintf("add data/organisation/%s.yaml or correct the id", id), "unknown organisation %q", id)
	}
}

func (c *checker) source(path, key string) {
	if _, ok := c.rb.Sources[key]; !ok {
		c.bad(path, "add it to data/law/sources.yaml with what, url and read", "unknown source %q", key)
	}
}

func (c *checker) confidence(path string, k Confidence) {
	if k != "" && !slices.Contains([]Confidence{org.Seen, org.Secondary, org.Inferred, org.Memory, org.DraftOnly, org.Unconfirmed}, k) {
		c.bad(path, "use seen, secondary, inferred, memory, draft_only or unconfirmed", "confidence %q is not known", k)
	}
}

func (c *checker) order(path string, from, to calendar.Date, end string) {
	if from != 0 && to != 0 && to <= from {
		c.bad(path, "put the earlier day in from, the later in "+end, "ends on %s, before or when it begins (%s)", to, from)
	}
}

func (c *checker) spans(path string, list []Span) {
	for i := range list {
		s, p := &list[i], fmt.Sprintf("%s[%d]", path, i)
		if s.From == 0 {
			c.bad(p, "add from: the first day", "a span without a first day")
		}
		c.order(p, s.From, s.To, "to")
		c.order(p, s.Recorded, s.Retracted, "retracted")
		c.confidence(p+".confidence", s.Confidence)
		if slices.ContainsFunc(list[:i], s.overlaps) {
			c.bad(p, "end the earlier span where the later begins (to is the first day no more), or give the wrong one retracted: the day that was learned", "the span from %s overlaps another", s.From)
		}
		if s.DayDoubt != "" && s.DayDoubt != "month" && s.DayDoubt != "year" {
			c.bad(p+".day_doubt", "use month or year", "day_doubt %q is not known", s.DayDoubt)
		}
	}
}

func (c *checker) citations(path string, list []Citation) {
	if len(list) == 0 {
		c.bad(path, `add citations: [{text: "47 CFR ...", url: "https://...", read: YYYY-MM-DD}]`, "no citation")
	}
	for i := range list {
		p := fmt.Sprintf("%s.citations[%d]", path, i)
		if list[i].Text == "" || list[i].URL == "" || list[i].Read == 0 {
			c.bad(p, "give text, url and read: the day it was read", "a citation that is not complete")
		}
		if list[i].Source != "" {
			c.source(p+".source", list[i].Source)
		}
	}
}

func (c *checker) provision(path string, r *Regime, p *Provision) {
	if p.ID == "" || p.Title == "" || p.Plain == "" || p.Remedy == "" {
		c.bad(path, "give id, title, plain (one sentence anybody understands) and remedy (what to do)", "a provision that is not complete: %q", p.ID)
	}
	c.citations(path, p.Citations)
	c.spans(path+".in_force", p.InForce)
	c.confidence(path+".confidence", p.Confidence)
	if !slices.Contains(Effects, p.Effect) {
		c.bad(path+".effect", fmt.Sprintf("use one of %v", Effects), "effect %q is not known", p.Effect)
	}
	if r.Status == Guidance && (p.Effect == Forbids || p.Effect == Gap) {
		c.bad(path+".effect", "use advises: guidance gives at most restricted", "guidance cannot forbid")
	}
	if len(p.Binds) == 0 {
		c.bad(path, "add binds: [{role: ...}]", "binds nobody")
	}
	for i := range p.Binds {
		c.bind(fmt.Sprintf("%s.binds[%d]", path, i), &p.Binds[i])
	}
	if len(p.Acts) == 0 {
		c.bad(path, fmt.Sprintf("add acts: of %v, or any", Acts), "speaks of no act")
	}
	for i, a := range p.Acts {
		if !slices.Contains(Acts, a) {
			c.bad(fmt.Sprintf("%s.acts[%d]", path, i), fmt.Sprintf("use acts of %v, or any", Acts), "act %q is not known", a)
		}
	}
	if p.Relation != "" && !slices.Contains(Relations, p.Relation) {
		c.bad(path+".relation", fmt.Sprintf("use one of %v", Relations), "relation %q is not known", p.Relation)
	}
	if p.List != "" && !c.hasList(r, p.List) {
		c.bad(path+".list", "name a list of this file, or <regime>/<list>", "unknown list %q", p.List)
	}
	if u := p.Entries; u != nil {
		c.entryUse(path+".entries", u)
	}
	if d := p.Deadline; d != nil {
		c.deadline(path+".deadline", d)
	}
	for i := range p.Elements {
		q := fmt.Sprintf("%s.elements[%d]", path, i)
		if p.Elements[i].Text == "" {
			c.bad(q, "add text: the element in words", "an element without text")
		}
		c.confidence(q+".confidence", p.Elements[i].Confidence)
		c.test(q+".test", &p.Elements[i].Test, p)
	}
	c.exceptions = map[string]int{}
	for i := range p.Exceptions {
		c.exception(fmt.Sprintf("%s.exceptions[%d]", path, i), &p.Exceptions[i], p)
	}
}

func (c *checker) exception(path string, x *Exception, p *Provision) {
	if x.ID == "" || x.Text == "" {
		c.bad(path, "give id and text", "an exception that is not complete")
	}
	c.exceptions[x.ID]++
	if c.exceptions[x.ID] > 1 {
		c.bad(path+".id", "give each exception of a provision its own id", "exception %q stands twice", x.ID)
	}
	c.spans(path+".in_force", x.InForce)
	if x.If != nil {
		c.test(path+".if", x.If, p)
	}
	c.test(path+".claim", &x.Claim, p)
}

func (c *checker) deadline(path string, d *Deadline) {
	set := 0
	for _, ok := range []bool{d.By != 0, d.RoleKey != "", d.Clock != nil} {
		if ok {
			set++
		}
	}
	if set != 1 {
		c.bad(path, "set exactly one of by, role_key, clock", "a deadline with %d rules", set)
	}
	c.confidence(path+".confidence", d.Confidence)
	for k := d.Clock; k != nil; k = k.Next {
		if !calendar.Holidays(k.Calendar).Valid() {
			c.bad(path+".clock", "use us_federal or uk", "calendar %q is not known", k.Calendar)
		}
		if _, err := calendar.NextYearly(0, k.Yearly...); err != nil {
			c.bad(path+".clock.yearly", "write MM-DD in quotes", "%v", err)
		}
	}
}

func (c *checker) entryUse(path string, u *EntryUse) {
	i := slices.IndexFunc(c.rb.Regimes, func(r Regime) bool { return r.ID == u.Of })
	if i < 0 {
		c.bad(path+".of", "name the regime that keeps the list", "unknown regime %q", u.Of)
		return
	}
	for j, id := range u.Only {
		if !slices.ContainsFunc(c.rb.Regimes[i].Entries, func(e Entry) bool { return e.ID == id }) {
			c.bad(fmt.Sprintf("%s.only[%d]", path, j), "name an entry of that list", "unknown entry %q", id)
		}
	}
	if u.ProductDoubt != "" {
		c.fact(path+".product_doubt", u.ProductDoubt)
	}
}

func (c *checker) bind(path string, b *Bind) {
	if !c.rb.Vocabulary.HasRole(b.Role) {
		c.bad(path+".role", "use a role of data/law/vocabulary.yaml", "role %q is not known", b.Role)
	}
	for i := range b.Needs {
		key := b.Needs[i].Key
		if !slices.ContainsFunc(c.rb.Vocabulary.RoleKeys, func(w FactWord) bool { return w.ID == key }) {
			c.bad(fmt.Sprintf("%s.needs[%d].key", path, i), "use a role key of data/law/vocabulary.yaml", "role key %q is not known", key)
		}
	}
}

func (c *checker) hasList(r *Regime, name string) bool {
	id, list, other := strings.Cut(name, "/")
	for i := range c.rb.Regimes {
		x := &c.rb.Regimes[i]
		if other && x.ID != RegimeID(id) || !other && x.ID != r.ID {
			continue
		}
		if !other {
			list = name
		}
		if slices.ContainsFunc(x.Lists, func(l List) bool { return l.ID == list }) {
			return true
		}
	}
	return false
}

func (c *checker) entry(e *Entry) {
	c.citations("$", e.Citations)
	c.spans("$.in_force", e.InForce)
	if len(e.InForce) == 0 {
		c.bad("$", "add in_force: [{from: the day it was added}]", "entry %s: no first day", e.ID)
	}
	if e.Kind != "named" && e.Kind != "product" {
		c.bad("$.kind", "use named or product", "kind %q is not known", e.Kind)
	}
	if e.Kind == "named" && len(e.Orgs) == 0 {
		c.bad("$", "add orgs, or kind: product", "entry %s names nobody", e.ID)
	}
	for i, id := range e.Orgs {
		c.org(fmt.Sprintf("$.orgs[%d]", i), id)
	}
	c.words("$.equipment", e.Equipment, c.cats, "a category of data/category.yaml")
	c.words("$.open_equipment", e.OpenEquipment, c.cats, "a category of data/category.yaml")
	c.words("$.services", e.Services, c.cats, "a category of data/category.yaml")
	c.in("$.purposes", e.Purposes, c.rb.Vocabulary.Purposes)
	for i := range e.Elements {
		c.test(fmt.Sprintf("$.elements[%d].test", i), &e.Elements[i].Test, nil)
	}
	c.exceptions = map[string]int{}
	for i := range e.Exceptions {
		c.exception(fmt.Sprintf("$.exceptions[%d]", i), &e.Exceptions[i], nil)
	}
}

func (c *checker) approval(r *Regime, a *Approval) {
	c.citations("$", a.Citations)
	if !slices.ContainsFunc(r.Entries, func(e Entry) bool { return e.ID == a.Entry }) {
		c.bad("$.entry", "name an entry of the list", "unknown entry %q", a.Entry)
	}
	if a.From == 0 {
		c.bad("$", "add from: the first day", "approval %s has no first day", a.ID)
	}
	c.order("$", a.From, a.Until, "until")
	if len(a.Models) == 0 && !a.Unread {
		c.bad("$", "add models, or unread: true", "approval %s names no models", a.ID)
	}
	for i, id := range a.Orgs {
		c.org(fmt.Sprintf("$.orgs[%d]", i), id)
	}
}

func (c *checker) words(path string, list []string, known map[string]bool, what string) {
	for i, w := range list {
		if !known[w] {
			c.bad(fmt.Sprintf("%s[%d]", path, i), "use "+what, "%q is not known", w)
		}
	}
}

func (c *checker) in(path string, list, known []string) {
	for i, w := range list {
		if !slices.Contains(known, w) {
			c.bad(fmt.Sprintf("%s[%d]", path, i), "use one of "+strings.Join(known, ", "), "%q is not known", w)
		}
	}
}

func (c *checker) fact(path, name string) {
	if _, ok := c.rb.Vocabulary.Fact(name); !ok {
		c.bad(path, "use a fact of data/law/vocabulary.yaml, or add it there with its question", "fact %q is not known", name)
	}
}
