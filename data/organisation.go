// Package data holds the embedded facts - organisations, makers, law,
// fingerprints, number registries - and their loaders. It decides nothing.
//
// Files are decoded strictly: an unknown field is an error that names file,
// line and remedy. Loaders run once, on first use.
package data

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"telltale/internal/org"
)

const (
	orgFolder  = "organisation"
	orgSources = "sources.yaml"
	makerFile  = "maker.yaml"
)

// LoadOrgIndex builds an index from a file tree with the layout of this
// folder: organisation/<id>.yaml, organisation/sources.yaml and maker.yaml.
func LoadOrgIndex(fsys fs.FS) (*org.Index, error) {
	list, err := LoadOrganisations(fsys)
	if err != nil {
		return nil, err
	}
	return org.NewIndex(list)
}

// LoadOrganisations reads and lints the organisations of a tree, by file name,
// the reserved makers last.
func LoadOrganisations(fsys fs.FS) ([]org.Organisation, error) {
	sources, err := loadOrgSources(fsys)
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(fsys, orgFolder+"/*.yaml")
	if err != nil {
		return nil, err
	}
	var list []org.Organisation
	for _, f := range files {
		if path.Base(f) == orgSources {
			continue
		}
		o := org.Organisation{File: "data/" + f}
		if err := decodeStrict(fsys, f, &o); err != nil {
			return nil, err
		}
		if want := strings.TrimSuffix(path.Base(f), ".yaml"); string(o.ID) != want {
			return nil, fmt.Errorf("data/%s: id is %q: name the file %s.yaml or set id: %s", f, o.ID, o.ID, want)
		}
		if err := lintCites(&o, sources); err != nil {
			return nil, fmt.Errorf("data/%s: %w", f, err)
		}
		list = append(list, o)
	}
	makers, err := loadMakers(fsys)
	if err != nil {
		return nil, err
	}
	return append(list, makers...), nil
}

func loadOrgSources(fsys fs.FS) (map[string]org.Source, error) {
	m := map[string]org.Source{}
	f := orgFolder + "/" + orgSources
	if err := decodeStrict(fsys, f, &m); err != nil {
		return nil, err
	}
	for key, s := range m {
		if s.What == "" || s.Retrieved == nil {
			return nil, fmt.Errorf("data/%s: source %q needs what and retrieved", f, key)
		}
	}
	return m, nil
}

// lintCites demands of every fact a known source or a confidence that says why there is none.
func lintCites(o *org.Organisation, sources map[string]org.Source) error {
	for _, c := range o.Cites() {
		switch {
		case c.Source == "" && (c.Confidence == "" || c.Confidence == org.Seen):
			return fmt.Errorf("%s has neither source nor confidence: add source: KEY of %s, or confidence: memory", c.What, orgSources)
		case c.Source != "" && sources[c.Source].What == "":
			return fmt.Errorf("%s names source %q, which %s does not have: add it there", c.What, c.Source, orgSources)
		}
	}
	return nil
}

// makers is the form of maker.yaml.
type makers struct {
	Confidence org.Confidence `yaml:"confidence"`
	Makers     []maker        `yaml:"makers"`
	NotMakers  []org.ID       `yaml:"not_makers"`
}

type maker struct {
	ID      org.ID   `yaml:"id"`
	Name    string   `yaml:"name"`
	Country string   `yaml:"country"`
	Match   string   `yaml:"match"`
	Aliases []string `yaml:"aliases"`
	Whole   []string `yaml:"whole"`
	Lead    []string `yaml:"lead"`
	Brands  []string `yaml:"brands"`
	Not     []string `yaml:"not"`
	// Identifiers are numbers by type.
	Identifiers map[string][]string `yaml:"identifiers"`
}

func loadMakers(fsys fs.FS) ([]org.Organisation, error) {
	var m makers
	if err := decodeStrict(fsys, makerFile, &m); err != nil {
		return nil, err
	}
	sorted := slices.IsSortedFunc(m.Makers, func(a, b maker) int { return strings.Compare(string(a.ID), string(b.ID)) })
	if !sorted {
		return nil, fmt.Errorf("data/%s: makers are not sorted by id: sort them", makerFile)
	}
	list := make([]org.Organisation, 0, len(m.Makers)+len(m.NotMakers))
	for _, x := range m.Makers {
		list = append(list, x.organisation(org.Cite{Confidence: m.Confidence}))
	}
	for _, id := range m.NotMakers {
		list = append(list, org.Organisation{ID: id, Name: string(id), Kind: "label that names no maker", Match: org.MatchNever,
			Reserved: true, File: "data/" + makerFile, Cite: org.Cite{Confidence: m.Confidence}})
	}
	return list, nil
}

func (x *maker) organisation(c org.Cite) org.Organisation {
	o := org.Organisation{ID: x.ID, Name: x.Name, Country: x.Country, Match: x.Match, Reserved: true, File: "data/" + makerFile, Cite: c, FalseFriends: x.Not}
	for typ, values := range x.Identifiers {
		for _, v := range values {
			o.Identifiers = append(o.Identifiers, org.Identifier{Type: typ, Value: v, Cite: c})
		}
	}
	slices.SortFunc(o.Identifiers, func(a, b org.Identifier) int { return strings.Compare(a.Type+a.Value, b.Type+b.Value) })
	for match, names := range map[string][]string{"": x.Aliases, org.MatchWhole: x.Whole, org.MatchLead: x.Lead} {
		for _, n := range names {
			o.Aliases = append(o.Aliases, org.Alias{Name: n, Match: match, Cite: c})
		}
	}
	slices.SortFunc(o.Aliases, func(a, b org.Alias) int { return strings.Compare(a.Name, b.Name) })
	for _, n := range x.Brands {
		o.Brands = append(o.Brands, org.Brand{Name: n, Cite: c})
	}
	return o
}

// maxFile bounds one data file in bytes.
const maxFile = 4 << 20

// decodeStrict decodes one YAML file; an unknown or repeated field is an error with its line.
func decodeStrict(fsys fs.FS, name string, into any) (err error) {
	// The decoder has panicked on malformed input before; a bundle a user brings must not end the program.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("data/%s: malformed YAML: %v", name, r)
		}
	}()
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("read data file: %w", err)
	}
	if len(b) > maxFile {
		return fmt.Errorf("data/%s: larger than %d bytes: split it", name, maxFile)
	}
	if err := yaml.UnmarshalWithOptions(b, into, yaml.Strict()); err != nil {
		return fmt.Errorf("data/%s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	return nil
}
