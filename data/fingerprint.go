package data

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

const (
	fingerprintFolder = "fingerprint"
	weightFile        = "weights.yaml"
	categoryFile      = "category.yaml"
)

// fingerprintFile is the form of fingerprint/<id>.yaml; docs/format/fingerprint.md explains each field.
type fingerprintFile struct {
	ID      string              `yaml:"id"`
	About   string              `yaml:"about"`
	Sources []fingerprintSource `yaml:"sources"`
	Makers  []fingerprintMaker  `yaml:"makers"`
	Numbers []fingerprintNumber `yaml:"numbers"`
	// Patterns speak of no maker.
	Patterns []fingerprintPattern `yaml:"patterns"`
}

type fingerprintSource struct {
	What string `yaml:"what"`
	URL  string `yaml:"url"`
	Read string `yaml:"read"`
}

type fingerprintMaker struct {
	Org         org.ID               `yaml:"org"`
	Names       []string             `yaml:"names"`
	Registrants []string             `yaml:"registrants"`
	House       bool                 `yaml:"house"`
	Component   bool                 `yaml:"component"`
	Usual       asset.Category       `yaml:"usual"`
	Words       []fingerprintPattern `yaml:"words"`
	Models      []fingerprintPattern `yaml:"models"`
	Marks       []fingerprintPattern `yaml:"marks"`
}

type fingerprintPattern struct {
	Is       string          `yaml:"is"`
	On       []evidence.Attr `yaml:"on"`
	Category string          `yaml:"category"`
	Function string          `yaml:"function"`
	Firmware string          `yaml:"firmware"`
	Software string          `yaml:"software"`
	Brand    string          `yaml:"brand"`
	Under    []string        `yaml:"under"`
	Weak     bool            `yaml:"weak"`
	// ProducedIn is "stage:CC": the text states where a stage of production took place.
	ProducedIn string `yaml:"produced_in"`
	// Plant is "stage:CC" like ProducedIn, told by the letters of a plant in a serial:
	// shown with the question to the supplier, it settles nothing.
	Plant string `yaml:"plant"`
	// Neutral patterns name a product whose maker they do not tell.
	Neutral bool   `yaml:"neutral"`
	Why     string `yaml:"why"`
}

type fingerprintNumber struct {
	PEN   string   `yaml:"pen"`
	OUI   string   `yaml:"oui"`
	PON   string   `yaml:"pon"`
	FCC   string   `yaml:"grantee"`
	USB   string   `yaml:"usb"`
	PCI   string   `yaml:"pci"`
	Org   org.ID   `yaml:"org"`
	Brand org.ID   `yaml:"brand"`
	Under []string `yaml:"under"`
	Weak  bool     `yaml:"weak"`
	Why   string   `yaml:"why"`
}

// loadTrades reads the words of trades that screening knows.
func loadTrades(fsys fs.FS) (map[string]bool, error) {
	b, err := fs.ReadFile(fsys, "screening/trades.txt")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a tree of fingerprints alone
	}
	out := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "#") {
			for _, w := range strings.Fields(line) {
				out[w] = true
			}
		}
	}
	return out, err
}

// LoadAttribution reads and lints a tree with the layout of this folder.
func LoadAttribution(fsys fs.FS) (attribute.Facts, error) {
	f := attribute.Facts{Houses: map[org.ID]bool{}, Usual: map[org.ID]asset.Category{}}
	files, err := fs.Glob(fsys, fingerprintFolder+"/*.yaml")
	if err != nil {
		return f, err
	}
	files = slices.DeleteFunc(files, func(name string) bool { return path.Base(name) == weightFile })
	decoded := make([]fingerprintFile, len(files))
	errs := make([]error, len(files)+3)
	var wg sync.WaitGroup // YAML is slow enough that start-up is felt
	for i, name := range files {
		wg.Go(func() { errs[i] = decodeStrict(fsys, name, &decoded[i]) })
	}
	wg.Go(func() { f.Weights, errs[len(files)] = loadWeights(fsys) })
	wg.Go(func() { f.Categories, errs[len(files)+1] = loadAttributionCategories(fsys) })
	wg.Go(func() { f.Trades, errs[len(files)+2] = loadTrades(fsys) })
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return f, err
		}
	}
	l := fingerprintLoader{facts: &f, ids: map[string]bool{}}
	for i, name := range files {
		if err := l.file(&decoded[i], strings.TrimSuffix(path.Base(name), ".yaml")); err != nil {
			return f, fmt.Errorf("data/%s: %w", name, err)
		}
	}
	return f, nil
}

// categories is the form of category.yaml.
type attributionCategories struct {
	Categories []struct {
		ID     asset.Category `yaml:"id"`
		Parent asset.Category `yaml:"parent"`
		Name   string         `yaml:"name"`
		Words  []string       `yaml:"words"`
	} `yaml:"categories"`
}

func loadAttributionCategories(fsys fs.FS) ([]attribute.Category, error) {
	var c attributionCategories
	if err := decodeStrict(fsys, categoryFile, &c); err != nil {
		return nil, err
	}
	out := make([]attribute.Category, 0, len(c.Categories))
	for _, x := range c.Categories {
		out = append(out, attribute.Category{ID: x.ID, Parent: x.Parent, Words: x.Words})
	}
	return out, nil
}

// weights is the form of fingerprint/weights.yaml, written by telltale data weigh.
type weights struct {
	About        string                     `yaml:"about"`
	Measured     string                     `yaml:"measured"`
	Makers       int                        `yaml:"makers"`
	Scale        float64                    `yaml:"scale"`
	Kinds        map[attribute.Kind]counted `yaml:"kinds"`
	Fingerprints map[string]counted         `yaml:"fingerprints"`
}

type counted struct {
	Right float64 `yaml:"right"`
	Wrong float64 `yaml:"wrong"`
	// Decibans is what Right and Wrong come to, for the reader; it is computed again.
	Decibans float64 `yaml:"decibans"`
}

func loadWeights(fsys fs.FS) (attribute.Weights, error) {
	var w weights
	name := fingerprintFolder + "/" + weightFile
	if _, err := fs.Stat(fsys, name); err != nil {
		return attribute.Weights{}, nil // not measured yet: the assumed weights hold
	}
	if err := decodeStrict(fsys, name, &w); err != nil {
		return attribute.Weights{}, err
	}
	out := attribute.Weights{Makers: w.Makers, Scale: w.Scale, Kinds: map[attribute.Kind]attribute.Count{}, Fingerprints: map[string]attribute.Count{}}
	for k, c := range w.Kinds {
		out.Kinds[k] = attribute.Count{Right: c.Right, Wrong: c.Wrong}
	}
	for k, c := range w.Fingerprints {
		out.Fingerprints[k] = attribute.Count{Right: c.Right, Wrong: c.Wrong}
	}
	return out, nil
}

type fingerprintLoader struct {
	facts *attribute.Facts
	ids   map[string]bool
}

func (l *fingerprintLoader) file(f *fingerprintFile, want string) error {
	if f.ID != want {
		return fmt.Errorf("id is %q: name the file %s.yaml or set id: %s", f.ID, f.ID, want)
	}
	if len(f.Sources) == 0 {
		return fmt.Errorf("no sources: say where the patterns are known from and when that was read")
	}
	for _, s := range f.Sources {
		if s.What == "" || len(s.Read) != 10 {
			return fmt.Errorf("source %q needs what and read: YYYY-MM-DD", s.What)
		}
	}
	for i := range f.Makers {
		if err := l.maker(&f.Makers[i]); err != nil {
			return fmt.Errorf("maker %q: %w", f.Makers[i].Org, err)
		}
	}
	for i := range f.Patterns {
		p := &f.Patterns[i]
		p.Neutral = true
		if err := l.check(p.Is); err != nil {
			return err
		}
		if len(p.On) == 0 {
			return fmt.Errorf("pattern %q: say in on: which attributes it is tried on", p.Is)
		}
		l.add(&fingerprintMaker{Org: org.ID(f.ID)}, "mark", nil, *p, false)
	}
	for i := range f.Numbers {
		if err := l.number(&f.Numbers[i]); err != nil {
			return err
		}
	}
	return nil
}

func (l *fingerprintLoader) maker(m *fingerprintMaker) error {
	if m.Org == "" {
		return fmt.Errorf("org is empty: give the ID of an organisation")
	}
	if m.House {
		l.facts.Houses[m.Org] = true
	}
	if m.Usual != "" {
		l.facts.Usual[m.Org] = m.Usual
	}
	part := func(kind string) string {
		if m.Component {
			return "part"
		}
		return kind
	}
	for _, n := range m.Names {
		l.add(m, part("name"), attribute.Self(), fingerprintPattern{Is: n}, true)
	}
	registrants := m.Registrants
	if len(registrants) == 0 {
		registrants = m.Names
	}
	for _, n := range registrants {
		l.add(m, "registrant", []evidence.Attr{attribute.RegistrantName}, fingerprintPattern{Is: n}, true)
	}
	for _, p := range m.Words {
		kind := part("mark")
		if p.Weak {
			kind = "hint"
		}
		l.add(m, kind, attribute.Self(), p, true)
	}
	for _, p := range m.Models {
		kind := part("model")
		if p.Weak {
			kind = "form"
		}
		expr := p
		if !p.Weak { // people type designations in any case; a weak form must be spelt as the maker does
			expr.Is = `(?i)` + p.Is
		}
		if err := l.check(expr.Is); err != nil {
			return err
		}
		l.addPattern(m, kind, attribute.Modelled(), expr, false, p.Is)
	}
	for _, p := range m.Marks {
		kind := part("mark")
		if p.Weak {
			kind = "hint"
		}
		if len(p.On) == 1 && p.On[0] == evidence.CLIShape {
			kind = "shape"
		}
		if len(p.On) == 1 && p.On[0] == evidence.ServicePort {
			kind = "port"
		}
		if err := l.check(p.Is); err != nil {
			return err
		}
		if len(p.On) == 0 {
			return fmt.Errorf("mark %q: say in on: which attributes it is tried on", p.Is)
		}
		l.add(m, kind, nil, p, false)
	}
	return nil
}

func (l *fingerprintLoader) check(expr string) error {
	if _, err := regexp.Compile(expr); err != nil {
		return fmt.Errorf("pattern %q is not RE2: %w", expr, err)
	}
	return nil
}

func (l *fingerprintLoader) add(m *fingerprintMaker, kind string, on []evidence.Attr, p fingerprintPattern, word bool) {
	l.addPattern(m, kind, on, p, word, p.Is)
}

func (l *fingerprintLoader) addPattern(m *fingerprintMaker, kind string, on []evidence.Attr, p fingerprintPattern, word bool, slugOf string) {
	if len(p.On) > 0 {
		on = nil
		for _, a := range p.On {
			switch a {
			case "text":
				on = append(on, attribute.Self()...)
			default:
				on = append(on, a)
			}
		}
	}
	token := !word && (kind == "model" || kind == "form" || kind == "part")
	fp := evidence.Fingerprint{Attrs: on, Pattern: p.Is, Word: word, Token: token, Kind: kind, Why: p.Why, Under: p.Under}
	if !p.Neutral {
		fp.Asserts = append(fp.Asserts, evidence.Assertion{Aspect: evidence.Manufacturer, Value: string(m.Org)})
	}
	for _, a := range []evidence.Assertion{
		{Aspect: evidence.Brand, Value: p.Brand}, {Aspect: evidence.Category, Value: p.Category}, {Aspect: evidence.Function, Value: p.Function},
		{Aspect: evidence.Firmware, Value: p.Firmware}, {Aspect: evidence.Software, Value: p.Software},
	} {
		if a.Value != "" {
			fp.Asserts = append(fp.Asserts, a)
		}
	}
	if stage, country, ok := strings.Cut(p.ProducedIn, ":"); ok {
		fp.Asserts = append(fp.Asserts, evidence.Assertion{Aspect: evidence.Aspect("produced-in:" + stage), Value: country})
	}
	if stage, country, ok := strings.Cut(p.Plant, ":"); ok {
		fp.Asserts = append(fp.Asserts, evidence.Assertion{Aspect: evidence.Aspect("plant:" + stage), Value: country})
	}
	if kind == "model" || kind == "form" || kind == "part" && !word {
		fp.Asserts = append(fp.Asserts, evidence.Assertion{Aspect: evidence.Model})
	}
	fp.ID = l.id(string(m.Org) + "/" + kind + "/" + slug(slugOf))
	l.facts.Fingerprints = append(l.facts.Fingerprints, fp)
}

// id makes the name unique: a second pattern of the same slug gets a number.
func (l *fingerprintLoader) id(s string) string {
	id := s
	for n := 2; l.ids[id]; n++ {
		id = fmt.Sprintf("%s.%d", s, n)
	}
	l.ids[id] = true
	return id
}

// slug keeps what a reader recognises a pattern by.
func slug(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r > 127:
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 28 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}

func (l *fingerprintLoader) number(n *fingerprintNumber) error {
	out := attribute.Number{Org: n.Org, Brand: n.Brand, Under: n.Under, Weak: n.Weak, Why: n.Why}
	for typ, v := range map[string]string{"oid": n.PEN, "oui": n.OUI, "pon": n.PON, "grantee": n.FCC, "usb": n.USB, "pci": n.PCI} {
		if v == "" {
			continue
		}
		if out.Type != "" {
			return fmt.Errorf("number %q has two values: write one rule each", v)
		}
		out.Type, out.Value = typ, v
	}
	switch {
	case out.Type == "":
		return fmt.Errorf("a number rule without number (%s): give pen, oui, pon, grantee, usb or pci", n.Why)
	case n.Why == "":
		return fmt.Errorf("number %s %q: say why", out.Type, out.Value)
	case l.ids[out.Type+":"+out.Value]:
		return fmt.Errorf("number %s %q stands twice: remove one", out.Type, out.Value)
	}
	l.ids[out.Type+":"+out.Value] = true
	l.facts.Numbers = append(l.facts.Numbers, out)
	return nil
}

func (t *Tree) loadAttributor() (*attribute.Engine, error) {
	f, err := t.AttributionFacts()
	if err != nil {
		return nil, err
	}
	return attribute.New(f)
}

// AttributionFacts is Attribution with the registries and organisations.
func (t *Tree) AttributionFacts() (attribute.Facts, error) {
	f, err := t.Attribution()
	if err != nil {
		return f, err
	}
	tables, err := t.Registry()
	if err != nil {
		return f, err
	}
	ix, err := t.OrgIndex()
	if err != nil {
		return f, err
	}
	fw, err := t.Firmware()
	if err != nil {
		return f, err
	}
	f.Fingerprints = append(slices.Clone(f.Fingerprints), fw.Fingerprints()...)
	f.Registry, f.Orgs = tables, attribute.FromIndex(ix)
	return f, nil
}
