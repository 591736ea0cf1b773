package browse

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/finding"
)

// Builder makes an Index. Assets come first, in the order of IDs; findings
// follow in any order, each ID counted once. It keeps the columns only, about
// 150 bytes an asset and 60 a finding.
type Builder struct {
	assets   assets
	findings findings
	dicts    map[string]*dict
	inputs   *dict
	relabels []uint32
	names    []string // by asset, lower case, shares the bytes of text
	asks     []ask
	facts    *dict
	err      error
}

// ask is one question of one finding.
type ask struct {
	id      [idLen]byte
	group   uint32
	finding uint32 // in the order of arrival
}

// dict gives codes to values; code 0 is "".
type dict struct {
	codes  map[string]uint32
	values []string
}

func newDict() *dict { return &dict{codes: map[string]uint32{"": 0}, values: []string{""}} }

func (d *dict) code(s string) uint32 {
	if c, ok := d.codes[s]; ok {
		return c
	}
	s = strings.Clone(s)
	c := uint32(len(d.values))
	d.codes[s], d.values = c, append(d.values, s)
	return c
}

// sorted returns the values in order and for each code the new one.
func (d *dict) sorted() ([]string, []uint32) {
	values := slices.Clone(d.values)
	slices.Sort(values)
	moved := make([]uint32, len(values))
	for i, v := range values {
		moved[d.codes[v]] = uint32(i)
	}
	return values, moved
}

// NewBuilder begins an index.
func NewBuilder() *Builder {
	b := &Builder{dicts: map[string]*dict{}, inputs: newDict(), facts: newDict()}
	b.assets.columns, b.findings.columns = map[string]*column{}, map[string]*column{}
	for _, n := range assetColumns {
		b.dicts[n], b.assets.columns[n] = newDict(), &column{}
	}
	for _, n := range findingColumns {
		b.dicts[n], b.findings.columns[n] = newDict(), &column{}
	}
	b.assets.inputs = &lists{}
	return b
}

// Asset adds an asset.
func (b *Builder) Asset(a *asset.Asset) error {
	id, err := hex.DecodeString(a.ID)
	if err != nil || len(id) != idLen {
		return fmt.Errorf("index asset: ID %q is not %d hex digits", a.ID, 2*idLen)
	}
	t := &b.assets
	if n := len(t.ids); n > 0 && bytes.Compare(t.ids[n-idLen:], id) >= 0 {
		return fmt.Errorf("index asset %s: assets must come in the order of IDs", a.ID)
	}
	t.ids = append(t.ids, id...)
	put := func(name, v string) {
		t.columns[name].codes = append(t.columns[name].codes, b.dicts[name].code(v))
	}
	put(Kind, string(a.Kind))
	put(Seen, string(a.Seen))
	put(Category, category(a))
	put(Function, deref(a.Function))
	put(Maker, organisation(a.Manufacturer))
	put(Brand, organisation(a.Brand))
	put(Model, deref(a.Model))
	put(Site, a.Facts["site"])
	put(Test, a.NextTest)
	if a.Relabelled {
		b.relabels = append(b.relabels, uint32(t.n))
	}
	t.inputs.first = append(t.inputs.first, uint32(len(t.inputs.codes)))
	last := ""
	for _, p := range a.Where {
		if p.Input != last {
			t.inputs.codes = append(t.inputs.codes, b.inputs.code(p.Input))
		}
		last = p.Input
	}
	t.textAt = append(t.textAt, uint32(len(t.text)))
	t.text = appendText(t.text, a)
	if len(t.text) > 1<<32-1<<20 {
		return fmt.Errorf("index assets: more than 4 GiB of names and keys; split the inputs")
	}
	t.n++
	return nil
}

func deref[T ~string](s *T) string {
	if s == nil {
		return ""
	}
	return string(*s)
}

func category(a *asset.Asset) string {
	if a.Category == nil {
		return ""
	}
	return string(a.Category.Value)
}

func organisation(m *asset.Attribution) string {
	if m == nil {
		return ""
	}
	return string(m.Org)
}

// maxText bounds the searched text of one asset in bytes.
const maxText = 2000

// appendText appends what words are looked for in, beginning with the name.
func appendText(to []byte, a *asset.Asset) []byte {
	at := len(to)
	add := func(s string) {
		if len(to)-at+len(s) < maxText {
			to = append(to, strings.Map(func(r rune) rune {
				if r < ' ' {
					return ' '
				}
				return r
			}, strings.ToLower(s))...)
		}
	}
	add(a.Name)
	for _, k := range a.Keys {
		to = append(to, separator)
		_, v, _ := strings.Cut(k, ":")
		add(v)
	}
	for i := range a.Components {
		c := &a.Components[i]
		to = append(to, separator)
		add(c.Model + " " + c.Serial)
	}
	return append(to, '\n')
}

const separator = 0x1f

// Finding adds a finding that stands at a place of the list of the result.
func (b *Builder) Finding(f *finding.Finding, at Place) error {
	id, err := hex.DecodeString(f.ID)
	if err != nil || len(id) != idLen {
		return fmt.Errorf("index finding: ID %q is not %d hex digits", f.ID, 2*idLen)
	}
	t := &b.findings
	owner := f.Subject.ID
	if f.Subject.Host != nil {
		owner = *f.Subject.Host
	}
	row := noRow
	if r, ok := findID(b.assets.ids, owner, func(i int) int { return i }, b.assets.n); ok {
		row = uint32(r)
	}
	code := slices.Index(Verdicts, f.Verdict)
	if code < 0 {
		return fmt.Errorf("index finding %s: unknown verdict %q", f.ID, f.Verdict)
	}
	due := calendar.NoDate
	if f.Due != nil {
		due = *f.Due
	}
	put := func(name, v string) {
		t.columns[name].codes = append(t.columns[name].codes, b.dicts[name].code(v))
	}
	put(Act, string(f.Act))
	put(Regime, string(f.Regime))
	put(Provision, string(f.Provision))
	put(Jurisdiction, f.Jurisdiction)
	put(Profile, f.Profile)
	put(Entry, deref(f.Entry))
	part := "no"
	if f.Subject.Kind == finding.OnComponent {
		part = "yes"
	}
	put(FindingPart, part)
	for i := range f.Questions {
		if err := b.question(&f.Questions[i], uint32(t.n)); err != nil {
			return err
		}
	}
	t.ids, t.asset, t.verdict, t.due = append(t.ids, id...), append(t.asset, row), append(t.verdict, uint8(code)), append(t.due, int32(due))
	t.at, t.length = append(t.at, uint64(at.Offset)), append(t.length, uint32(at.Length))
	t.n++
	return nil
}

// Finish returns the index. Names maps organisations to their names. The builder must not be used again.
func (b *Builder) Finish(names map[string]string) *Index {
	x := &Index{organisations: names}
	b.arrange()
	t := &b.assets
	t.relabelled = newSet(t.n)
	for _, r := range b.relabels {
		t.relabelled.put(int(r))
	}
	t.inputs.first = append(t.inputs.first, uint32(len(t.inputs.codes)))
	t.textAt = append(t.textAt, uint32(len(t.text)))
	values, moved := b.inputs.sorted()
	t.inputs.values = values
	for i, c := range t.inputs.codes {
		t.inputs.codes[i] = moved[c]
	}
	for name, c := range t.columns {
		c.settle(b.dicts[name])
	}
	for name, c := range b.findings.columns {
		c.settle(b.dicts[name])
	}
	t.byName = orderByName(t)
	t.mask, t.first = make([]uint8, t.n), make([]uint32, t.n+1)
	for i, r := range b.findings.asset {
		if r != noRow {
			t.mask[r] |= 1 << b.findings.verdict[i]
			t.first[r+1]++
		}
	}
	for i := range t.n {
		t.first[i+1] += t.first[i]
	}
	x.assets, x.findings = *t, b.findings
	x.asked.fill(b.asks, b.facts.values)
	x.ready()
	return x
}

func (c *column) settle(d *dict) {
	values, moved := d.sorted()
	c.values = values
	for i, k := range c.codes {
		c.codes[i] = moved[k]
	}
}

// name of a row, lower case.
func (t *assets) name(row int) []byte {
	s := t.text[t.textAt[row] : t.textAt[row+1]-1]
	if i := bytes.IndexByte(s, separator); i >= 0 {
		return s[:i]
	}
	return s
}

func orderByName(t *assets) []uint32 {
	rows := make([]uint32, t.n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	slices.SortFunc(rows, func(a, b uint32) int {
		return cmp.Or(bytes.Compare(t.name(int(a)), t.name(int(b))), cmp.Compare(a, b))
	})
	return rows
}

// arrange puts the findings in the order of assets and IDs, each ID once, and the questions with them.
func (b *Builder) arrange() {
	t := &b.findings
	id := func(i uint32) []byte { return t.ids[i*idLen : i*idLen+idLen] }
	order := make([]uint32, t.n)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, c uint32) int {
		return cmp.Or(cmp.Compare(t.asset[a], t.asset[c]), bytes.Compare(id(a), id(c)), cmp.Compare(a, c))
	})
	kept := slices.CompactFunc(slices.Clone(order), func(a, c uint32) bool { return bytes.Equal(id(a), id(c)) })
	moved := make([]uint32, t.n)
	for i := range moved {
		moved[i] = noRow
	}
	for i, o := range kept {
		moved[o] = uint32(i)
	}
	ids := make([]byte, 0, len(kept)*idLen)
	for _, o := range kept {
		ids = append(ids, id(o)...)
	}
	t.ids = ids
	t.asset, t.verdict, t.due, t.at, t.length = pick(t.asset, kept), pick(t.verdict, kept), pick(t.due, kept), pick(t.at, kept), pick(t.length, kept)
	for _, c := range t.columns {
		c.codes = pick(c.codes, kept)
	}
	t.n = len(kept)
	t.byID = make([]uint32, t.n)
	for i := range t.byID {
		t.byID[i] = uint32(i)
	}
	sort.Slice(t.byID, func(i, j int) bool { return bytes.Compare(id(t.byID[i]), id(t.byID[j])) < 0 })
	b.settleQuestions(moved)
}

func pick[T any](of []T, rows []uint32) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = of[r]
	}
	return out
}
