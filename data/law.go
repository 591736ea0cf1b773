package data

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"telltale/internal/judge"
	"telltale/internal/law"
	"telltale/internal/org"
)

func (t *Tree) loadRulebook() (*law.Rulebook, error) {
	ix, err := t.OrgIndex()
	if err != nil {
		return nil, err
	}
	return LoadRulebook(t.Files, ix.Known)
}

// LoadRulebook reads and lints the law of a file tree with the layout of this
// folder: law/<jurisdiction>/<regime>.yaml, law/<jurisdiction>/<regime>/<entry>.yaml,
// law/<jurisdiction>/<regime>/approval/<id>.yaml, law/term, law/sources.yaml
// and law/vocabulary.yaml. known says which organisations are defined. Its
// error lists every fault with file, line and remedy.
func LoadRulebook(fsys fs.FS, known func(org.ID) bool) (*law.Rulebook, error) {
	rb := &law.Rulebook{Sources: map[string]law.Source{}}
	if err := decodeStrict(fsys, "law/vocabulary.yaml", &rb.Vocabulary); err != nil {
		return nil, err
	}
	if err := decodeStrict(fsys, "law/sources.yaml", &rb.Sources); err != nil {
		return nil, err
	}
	if err := loadTerms(fsys, rb); err != nil {
		return nil, err
	}
	files, err := fs.Glob(fsys, "law/*/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if dir := path.Base(path.Dir(f)); dir == "term" || dir == "cases" {
			continue
		}
		r, err := loadRegime(fsys, f)
		if err != nil {
			return nil, err
		}
		rb.Regimes = append(rb.Regimes, *r)
	}
	slices.SortFunc(rb.Regimes, func(a, b law.Regime) int { return strings.Compare(string(a.ID), string(b.ID)) })
	cats, err := LoadCategories(fsys)
	if err != nil {
		return nil, err
	}
	if problems := rb.Check(known, cats); len(problems) > 0 {
		return nil, &LintError{Problems: problems, fsys: fsys}
	}
	rb.Version, err = treeHash(fsys, "law")
	return rb, err
}

func loadTerms(fsys fs.FS, rb *law.Rulebook) error {
	files, err := fs.Glob(fsys, "law/term/*.yaml")
	if err != nil {
		return err
	}
	for _, f := range files {
		var t struct {
			Terms []law.Term `yaml:"terms"`
		}
		if err := decodeLaw(fsys, f, &t); err != nil {
			return err
		}
		for i := range t.Terms {
			t.Terms[i].File = "data/" + f
		}
		rb.Terms = append(rb.Terms, t.Terms...)
	}
	return nil
}

func loadRegime(fsys fs.FS, f string) (*law.Regime, error) {
	r := &law.Regime{File: "data/" + f}
	if err := decodeLaw(fsys, f, r); err != nil {
		return nil, err
	}
	if want := strings.TrimSuffix(path.Base(f), ".yaml"); string(r.ID) != want {
		return nil, fmt.Errorf("data/%s: id is %q: name the file %s.yaml or set id: %s", f, r.ID, r.ID, want)
	}
	if country, _, _ := strings.Cut(r.Jurisdiction, "-"); strings.ToLower(country) != path.Base(path.Dir(f)) {
		return nil, fmt.Errorf("data/%s: jurisdiction %q: move the file to law/%s/", f, r.Jurisdiction, strings.ToLower(country))
	}
	for i := range r.Provisions {
		if slices.Contains(r.Provisions[i].Acts, "any") {
			r.Provisions[i].Acts = slices.Clone(law.Acts)
		}
	}
	dir := strings.TrimSuffix(f, ".yaml")
	err := eachFile(fsys, dir+"/*.yaml", func(f string) error {
		e := law.Entry{File: "data/" + f}
		defer func() { r.Entries = append(r.Entries, e) }()
		return decodeLaw(fsys, f, &e)
	})
	if err != nil {
		return nil, err
	}
	err = eachFile(fsys, dir+"/approval/*.yaml", func(f string) error {
		a := law.Approval{File: "data/" + f}
		defer func() { r.Approvals = append(r.Approvals, a) }()
		return decodeLaw(fsys, f, &a)
	})
	return r, err
}

func eachFile(fsys fs.FS, pattern string, do func(string) error) error {
	files, err := fs.Glob(fsys, pattern)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := do(f); err != nil {
			return err
		}
	}
	return nil
}

// treeHash is the hash of names and contents of a folder.
func treeHash(fsys fs.FS, dir string) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(fsys, dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(fsys, p)
		fmt.Fprintf(h, "%s %d\n", p, len(b))
		h.Write(b)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)[:8]), err
}

// LintError lists the faults of law files with file, line and remedy.
type LintError struct {
	Problems []law.Problem
	fsys     fs.FS
}

// Error writes one line a fault: "data/law/us/x.yaml:12: what: remedy".
func (e *LintError) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d: %s: %s", p.File, e.line(p), p.What, p.Remedy)
	}
	return b.String()
}

var index = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.*)(\.[a-z_0-9]+|\[\d+\])$`) })

// line finds the line of a place; when the file does not spell it out (an alias, a missing key), that of the nearest place above.
func (e *LintError) line(p law.Problem) int {
	src, err := fs.ReadFile(e.fsys, strings.TrimPrefix(p.File, "data/"))
	if err != nil {
		return 1
	}
	file, err := parser.ParseBytes(src, 0)
	if err != nil {
		return 1
	}
	for at := p.Path; at != "$" && at != ""; {
		if yp, err := yaml.PathString(at); err == nil {
			if node, err := yp.FilterFile(file); err == nil && node != nil {
				return node.GetToken().Position.Line
			}
		}
		m := index().FindStringSubmatch(at)
		if m == nil {
			break
		}
		at = m[1]
	}
	return 1
}

// LoadCategories reads the tree of kinds of things.
func LoadCategories(fsys fs.FS) (law.Categories, error) {
	var c struct {
		Categories law.Categories `yaml:"categories"`
	}
	if err := decodeStrict(fsys, "category.yaml", &c); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, k := range c.Categories {
		if k.Parent != "" && !seen[k.Parent] {
			return nil, fmt.Errorf("data/category.yaml: %q stands before its parent %q: define the parent first", k.ID, k.Parent)
		}
		if seen[k.ID] {
			return nil, fmt.Errorf("data/category.yaml: %q stands twice: remove one", k.ID)
		}
		seen[k.ID] = true
	}
	return c.Categories, nil
}

// Profile returns a built-in profile by name; "eu-operator/DE" is the operator of one state.
func (t *Tree) Profile(name string) (*law.Profile, error) {
	base, state, has := strings.Cut(name, "/")
	p := &law.Profile{}
	if !fs.ValidPath(base) || decodeStrict(t.Files, "profile/"+base+".yaml", p) != nil {
		return nil, fmt.Errorf("profile %q is not built in: use one of %s, or the name of a file", name, strings.Join(t.ProfileNames(), ", "))
	}
	if has {
		if len(state) != 2 || strings.ToUpper(state) != state {
			return nil, fmt.Errorf("profile %q: want a country in two capital letters after the slash, as eu-operator/DE", name)
		}
		p.Name, p.Jurisdictions = name, []string{state}
		for i := range p.Roles {
			p.Roles[i].Role += "/" + state
		}
	}
	return p, nil
}

// ProfileNames lists the built-in profiles.
func (t *Tree) ProfileNames() []string {
	files, _ := fs.Glob(t.Files, "profile/*.yaml")
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".yaml")
	}
	return files
}

// lintProfiles decodes every built-in profile and checks its roles.
func (t *Tree) lintProfiles() error {
	rb, err := t.Rulebook()
	if err != nil {
		return err
	}
	for _, name := range t.ProfileNames() {
		file := "profile/" + name + ".yaml"
		b, err := fs.ReadFile(t.Files, file)
		if err != nil {
			return err
		}
		if _, err := ParseProfile(b, "data/"+file, &rb.Vocabulary); err != nil {
			return err
		}
	}
	return nil
}

// ParseProfile reads a profile file; name is for messages.
func ParseProfile(b []byte, name string, v *law.Vocabulary) (*law.Profile, error) {
	p := &law.Profile{}
	if err := decodeBytes(b, name, p); err != nil {
		return nil, err
	}
	for i := range p.Roles {
		if r := p.Roles[i].Role; !v.HasRole(r) {
			return nil, fmt.Errorf("%s: role %q is not known: `telltale law show vocabulary` lists the roles", name, r)
		}
	}
	for k, val := range p.Answers {
		if _, err := v.ParseValue(k, val.String()); err != nil {
			return nil, fmt.Errorf("%s: answers: %w", name, err)
		}
	}
	if p.Name == "" {
		p.Name = strings.TrimSuffix(path.Base(name), ".yaml")
	}
	return p, nil
}

func decodeBytes(b []byte, name string, into any) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: malformed YAML: %v", name, r)
		}
	}()
	if len(b) > maxFile {
		return fmt.Errorf("%s: larger than %d bytes: split it", name, maxFile)
	}
	if err := yaml.UnmarshalWithOptions(b, into, yaml.Strict()); err != nil {
		return fmt.Errorf("%s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	return nil
}

// ParseCases reads a file of judged cases; name is for messages.
func ParseCases(b []byte, name string) ([]judge.Case, error) {
	var f judge.CaseFile
	if err := decodeBytes(b, name, &f); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, c := range f.Cases {
		if c.ID == "" || seen[c.ID] {
			return nil, fmt.Errorf("%s: case %q: give each case an id of its own", name, c.ID)
		}
		seen[c.ID] = true
	}
	return f.Cases, nil
}
