package judge

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
)

// deps is what a rule can see of an item.
type deps struct {
	fields field
	facts  []string
	sets   []setUse
	dates  map[string][]calendar.Date // days at which an item date changes what the rule sees
}

// setUse is one use of a set of organisations.
type setUse struct {
	names string
	rel   law.Relation
}

type field uint32

const (
	dMakers field = 1 << iota
	dCountry
	dMadeDate
	dCategory
	dFunction
	dGeneration
	dFundedBy
	dRoute
	dPurpose
	dProducedIn
	dComponents
	dModel
)

func (d *deps) fact(name string) {
	if !slices.Contains(d.facts, name) {
		d.facts = append(d.facts, name)
	}
}

func (d *deps) date(t *law.DateTest) {
	if d.dates == nil {
		d.dates = map[string][]calendar.Date{}
	}
	days := d.dates[t.Of]
	for _, at := range []calendar.Date{t.From, t.Before, t.Until + 1} {
		if at > 1 {
			days = append(days, at)
		}
	}
	d.dates[t.Of] = days
}

// dateNames are the dates of an item in the order a key writes them.
var dateNames = []string{"acquired", "installed", "removed", "authorised_on", "application_filed", "discovered", "first_report", "contract_first_signed"}

func (it *Item) dates() [8]calendar.Date {
	return [8]calendar.Date{it.Acquired, it.Installed, it.Removed, it.AuthorisedOn, it.ApplicationFiled, it.Discovered, it.FirstReport, it.ContractFirstSigned}
}

func (it *Item) setDates(d [8]calendar.Date) {
	it.Acquired, it.Installed, it.Removed, it.AuthorisedOn = d[0], d[1], d[2], d[3]
	it.ApplicationFiled, it.Discovered, it.FirstReport, it.ContractFirstSigned = d[4], d[5], d[6], d[7]
}

// lens is what the active rules of a session can see together: whatever it
// does not see of two items, they come out alike.
type lens struct {
	// interest numbers the organisations that can stand in a set of an active
	// rule on any day; all others are alike, unless countries matter.
	interest map[org.ID]uint16
	// dated are those of them whose place in the sets changes with the day.
	dated map[org.ID]bool
	// alike numbers organisations that stand in the same sets in the same way: enough for a verdict.
	alike   map[org.ID]uint16
	country bool
	facts   map[string]bool
	// days are, for each date of dateNames, the days at which it matters; exact where any day does.
	days  [8][]calendar.Date
	exact [8]bool
	model bool
	whole bool // exports and contracts: parties in full
	// coarse is true when verdicts alone are wanted and not their sentences.
	coarse bool
}

func (s *Session) newLens() lens {
	l := lens{interest: map[org.ID]uint16{}, facts: map[string]bool{}}
	add := func(id org.ID) {
		if _, ok := l.interest[id]; !ok {
			l.interest[id] = uint16(len(l.interest) + 1)
		}
	}
	for _, r := range s.active {
		for _, u := range r.needs.sets {
			for _, day := range []calendar.Date{s.q.AsOf, calendar.NoDate} {
				for _, id := range sortedOrgs(s.set(u.names, u.rel, day)) {
					add(id)
				}
			}
		}
		for _, f := range r.needs.facts {
			l.facts[f] = true
		}
		for i, name := range dateNames {
			l.days[i] = append(l.days[i], r.needs.dates[name]...)
		}
		l.country = l.country || r.needs.fields&dCountry != 0
		if r.needs.fields&dModel != 0 {
			l.model = true
			for _, a := range s.e.approvals[r.entry.ID] {
				for _, id := range a.Orgs {
					add(id)
				}
			}
		}
		if d := r.prov.Deadline; d != nil && d.Clock != nil {
			l.exact[0], l.exact[5], l.exact[6] = true, true, true
		}
	}
	l.days[0] = append(l.days[0], s.q.AsOf)
	s.signatures(&l)
	l.days[2] = append(l.days[2], s.q.AsOf+1)
	l.whole = s.q.Act == law.Export || s.q.Act == law.Contract || s.q.Act == law.Renew || s.q.Act == law.Buy
	for i := range l.days {
		slices.Sort(l.days[i])
		l.days[i] = slices.Compact(l.days[i])
	}
	return l
}

// signatures finds which organisations are alike and which change with the day.
func (s *Session) signatures(l *lens) {
	l.dated, l.alike = map[org.ID]bool{}, map[org.ID]uint16{}
	var uses []setUse
	for _, r := range s.active {
		for _, u := range r.needs.sets {
			if !slices.Contains(uses, u) {
				uses = append(uses, u)
			}
		}
	}
	days := append([]calendar.Date{s.q.AsOf, calendar.NoDate, calendar.NoDate + 1}, s.e.edgeDays...)
	seen := map[string]uint16{}
	for _, id := range slices.Sorted(maps.Keys(l.interest)) {
		var sig []byte
		for _, u := range uses {
			first := byte(0)
			for i, day := range days {
				m, in := s.set(u.names, u.rel, day)[id]
				state := byte(0)
				if in {
					state = byte(1 + rank(m.conf))
				}
				if i == 0 {
					first = state
				}
				l.dated[id] = l.dated[id] || state != first
				sig = append(sig, state)
			}
		}
		if o, ok := s.e.orgs.Get(id); ok && l.country {
			sig = append(sig, o.Country...)
		}
		if l.model {
			sig = append(sig, id...) // an approval may name it
		}
		n, ok := seen[string(sig)]
		if !ok {
			n = uint16(len(seen) + 1)
			seen[string(sig)] = n
		}
		l.alike[id] = n
	}
}

func sortedOrgs(set orgSet) []org.ID {
	ids := make([]org.ID, 0, len(set))
	for id := range set {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Key returns a text such that items with equal keys have equal outcomes in
// this session. It is cheap beside judging.
func (s *Session) Key(it *Item) string {
	var buf [256]byte
	return string(s.AppendKey(buf[:0], it))
}

// AppendKey appends Key to b.
func (s *Session) AppendKey(b []byte, it *Item) []byte {
	return s.appendKey(b, it, &s.lens)
}

func (s *Session) appendKey(b []byte, it *Item, l *lens) []byte {
	k := keyer{b: b, s: s, l: l}
	for i, d := range it.dates() {
		k.day(i, d)
	}
	if given(it.Acquired) && l.movesWith(it) {
		n, _ := slices.BinarySearch(s.e.edgeDays, it.Acquired+1)
		k.b = binary.AppendUvarint(k.b, uint64(n)+1)
	}
	k.body(it)
	return k.b
}

// movesWith reports whether somebody named as maker stands elsewhere on other days.
func (l *lens) movesWith(it *Item) bool {
	for i := range it.Makers {
		if l.dated[it.Makers[i].Org] {
			return true
		}
	}
	for i := range it.Components {
		for j := range it.Components[i].Makers {
			if l.dated[it.Components[i].Makers[j].Org] {
				return true
			}
		}
	}
	return false
}

// keyer writes what can be seen of an item; without a lens, all of it but the dates.
type keyer struct {
	b []byte
	s *Session
	l *lens
}

func (k *keyer) text(s string) {
	k.b = append(binary.AppendUvarint(k.b, uint64(len(s))), s...)
}

// day writes where a date lies among the days that matter.
func (k *keyer) day(i int, d calendar.Date) {
	switch {
	case d == OnTheDay:
		d = k.s.q.AsOf
	case !given(d):
		k.b = append(k.b, 0xff)
		return
	}
	if k.l.exact[i] {
		k.b = binary.LittleEndian.AppendUint32(append(k.b, 0xfe), uint32(d))
		return
	}
	n, _ := slices.BinarySearch(k.l.days[i], d+1)
	k.b = binary.AppendUvarint(k.b, uint64(n))
}

func (k *keyer) body(it *Item) {
	k.parties(it.Makers)
	k.parties(it.Providers)
	k.b = append(k.b, byte(len(it.Producers)))
	for i := range it.Producers {
		k.text(it.Producers[i].Stage)
		k.party(it.Producers[i].Party)
	}
	k.text(string(it.Category))
	k.text(string(it.Function))
	k.text(it.Generation)
	k.text(it.FundedBy)
	k.text(it.Route)
	k.list(it.Purpose, it.Purpose == nil)
	k.places(it.ProducedIn)
	if k.l == nil || k.l.model {
		k.text(strings.ToLower(it.Model))
	}
	if k.l == nil || k.l.whole {
		k.contract(it)
	}
	k.facts(it.Facts)
	k.b = binary.AppendUvarint(k.b, uint64(len(it.Components)))
	for i := range it.Components {
		c := &it.Components[i]
		k.text(string(c.Kind))
		k.text(string(c.Category))
		k.parties(c.Makers)
		k.facts(c.Facts)
	}
}

func (k *keyer) contract(it *Item) {
	n := len(it.Consignee) + len(it.Counterparty) + len(it.Controllers) + len(it.ConsigneeOwners)
	if k.b = append(k.b, byte(min(n, 255))); n == 0 && it.ConsigneeOwners == nil {
		return
	}
	for _, p := range slices.Concat(it.Consignee, it.Counterparty) {
		k.text(string(p.Org))
		k.b = binary.LittleEndian.AppendUint64(k.b, math.Float64bits(p.Confidence))
	}
	k.b = append(k.b, byte(len(it.Consignee)))
	for _, id := range it.Controllers {
		k.text(string(id))
	}
	for _, o := range it.ConsigneeOwners {
		k.text(string(o.Org))
		k.b = binary.LittleEndian.AppendUint64(k.b, math.Float64bits(o.Percent))
	}
}

func (k *keyer) list(l []string, none bool) {
	if none {
		k.b = append(k.b, 0xff)
		return
	}
	k.b = append(k.b, byte(len(l)))
	for _, s := range l {
		k.text(s)
	}
}

func (k *keyer) places(m map[string]string) {
	k.b = append(k.b, byte(len(m)))
	if len(m) == 0 {
		return
	}
	if len(m) == 1 {
		for stage, cc := range m {
			k.text(stage)
			k.text(cc)
		}
		return
	}
	keys := make([]string, 0, len(m))
	for stage := range m {
		keys = append(keys, stage)
	}
	slices.Sort(keys)
	for _, stage := range keys {
		k.text(stage)
		k.text(m[stage])
	}
}

func (k *keyer) facts(m map[string]law.Value) {
	if len(m) == 0 {
		k.b = append(k.b, 0)
		return
	}
	keys := make([]string, 0, len(m))
	for name, v := range m {
		if v.Known() && (k.l == nil || k.l.facts[name]) {
			keys = append(keys, name)
		}
	}
	slices.Sort(keys)
	k.b = append(k.b, byte(len(keys)))
	for _, name := range keys {
		k.text(name)
		k.text(m[name].String())
	}
}

// parties writes who it may be. A party that is sure enough stands for all:
// what is left can change no outcome.
func (k *keyer) parties(list []Party) {
	for i := range list {
		if c := list[i].Confidence; c >= Bar && 1-c < Floor {
			k.b = append(k.b, 1)
			k.who(list[i].Org)
			return
		}
	}
	k.b = append(k.b, byte(min(len(list), 127)<<1))
	for _, p := range list {
		k.party(p)
	}
}

func (k *keyer) party(p Party) {
	k.who(p.Org)
	k.b = binary.LittleEndian.AppendUint64(k.b, math.Float64bits(p.Confidence))
}

// who writes an organisation as far as it can matter.
func (k *keyer) who(id org.ID) {
	if k.l == nil {
		k.text(string(id))
		return
	}
	n, ok := k.l.interest[id]
	if ok && k.l.coarse {
		n = k.l.alike[id]
	}
	if k.b = binary.AppendUvarint(k.b, uint64(n)); ok || !k.l.country {
		return
	}
	if o, known := k.s.e.orgs.Get(id); known && id != org.Other {
		k.text(o.Country)
	} else {
		k.text("")
	}
}
