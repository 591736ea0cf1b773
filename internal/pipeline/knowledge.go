package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"telltale/data"
	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/judge"
	"telltale/internal/law"
	"telltale/internal/org"
)

// Knowledge is all data the program carries, loaded and cross-checked. It is
// safe for concurrent use; engines are compiled when first asked for.
type Knowledge struct {
	Orgs  *org.Index
	Rules *law.Rulebook
	// Version names the edition of the data.
	Version string

	edition *data.Tree
	judging func() (*judge.Engine, error)
	engine  *attribute.Engine // with the user's own fingerprints and tables; nil: those of the edition
	facts   *attribute.Facts  // what engine was made of; nil like it
	asked   *sessions         // of Ask
}

// LoadFrom loads the data of a folder instead: what somebody writes and has not yet signed.
func LoadFrom(files fs.FS) (*Knowledge, error) { return knowledgeOf(data.Open(files)) }

// knowledgeOf loads one edition of the data.
func knowledgeOf(t *data.Tree) (*Knowledge, error) {
	k := &Knowledge{edition: t, Version: t.Version(), asked: &sessions{}}
	var orgErr, lawErr error
	if k.Orgs, orgErr = t.OrgIndex(); orgErr == nil {
		k.Rules, lawErr = t.Rulebook()
	}
	if err := errors.Join(orgErr, lawErr); err != nil {
		return nil, fmt.Errorf("load data: %w", err)
	}
	k.judging = sync.OnceValues(func() (*judge.Engine, error) {
		cats, err := t.Categories()
		if err != nil {
			return nil, err
		}
		return judge.Compile(k.Rules, k.Orgs, cats)
	})
	return k, nil
}

// Attribution returns the engine that says who made a thing.
func (k *Knowledge) Attribution() (*attribute.Engine, error) {
	if k.engine != nil {
		return k.engine, nil
	}
	return k.edition.Attributor()
}

// Judge returns the engine that says what law says.
func (k *Knowledge) Judge() (*judge.Engine, error) { return k.judging() }

// OrgName is the name to show for an organisation.
func (k *Knowledge) OrgName(id org.ID) string {
	o, ok := k.Orgs.Get(id)
	if !ok {
		return string(id)
	}
	for _, a := range o.Aliases {
		if a.Kind == org.KindShort && latin(a.Name) {
			return a.Name
		}
	}
	return o.Name
}

// CategoryName is the name to show for a kind of thing.
func (k *Knowledge) CategoryName(c asset.Category) string {
	cats, err := k.edition.Categories()
	if err != nil {
		return string(c)
	}
	for i := range cats {
		if cats[i].ID == string(c) {
			return cats[i].Name
		}
	}
	return string(c)
}

// CategoryNames are the names to show for all kinds of things; each may be given as an answer.
func (k *Knowledge) CategoryNames() []string {
	cats, err := k.edition.Categories()
	if err != nil {
		return nil
	}
	out := make([]string, len(cats))
	for i := range cats {
		out[i] = cats[i].Name
	}
	return out
}

// narrower are the categories below one, at most six.
func (k *Knowledge) narrower(c asset.Category) []string {
	cats, err := k.edition.Categories()
	if err != nil {
		return nil
	}
	var out []string
	for i := range cats {
		if cats[i].Parent == string(c) && len(out) < 6 {
			out = append(out, cats[i].ID)
		}
	}
	return out
}

// latin reports whether a name begins with a letter of the Latin alphabet, so that every reader can tell it.
func latin(s string) bool {
	return s != "" && (s[0] >= 'A' && s[0] <= 'Z' || s[0] >= 'a' && s[0] <= 'z')
}

// ProfileNames are the names of the built-in profiles.
func (k *Knowledge) ProfileNames() []string { return k.edition.ProfileNames() }

// ProfileSummary is one line on a built-in profile.
func (k *Knowledge) ProfileSummary(name string) string {
	p, err := k.edition.Profile(name)
	if err != nil {
		return ""
	}
	return p.Title
}

// JudgedFor returns the profiles a result was judged for. It fails for a result that was opened from a file.
func (k *Knowledge) JudgedFor(v *View) ([]*law.Profile, error) {
	o, err := v.folder.kept()
	if err != nil {
		return nil, err
	}
	c := &Config{}
	if o.Config != "" {
		if c, err = k.readConfigFile(o.Config); err != nil {
			return nil, err
		}
	}
	ps, _, err := k.Profiles(o.Profile, c)
	return ps, err
}

// NoProfile is the note of a result for which nobody said who the operator is.
const NoProfile = "no profile was named, so every built-in one is judged; `telltale init` writes yours, --profile names one"

// Profiles resolves who is judged for: the one named (built in, or a file),
// else that of the configuration, else all built-in ones, with a note that says so.
func (k *Knowledge) Profiles(name string, c *Config) ([]*law.Profile, []string, error) {
	if name == "" && c != nil && c.Profile != nil {
		return []*law.Profile{c.Profile}, nil, nil
	}
	if name == "" {
		var all []*law.Profile
		for _, n := range k.edition.ProfileNames() {
			p, err := k.edition.Profile(n)
			if err != nil {
				return nil, nil, err
			}
			all = append(all, p)
		}
		return all, []string{NoProfile}, nil
	}
	if st, err := os.Stat(name); err == nil {
		path := name
		if st.IsDir() {
			path = filepath.Join(name, ConfigName)
		}
		c, err := k.readConfigFile(path)
		if err != nil {
			return nil, nil, err
		}
		if c.Profile == nil {
			return nil, nil, fmt.Errorf("%s names no profile: add `profile:` with jurisdictions and roles", path)
		}
		return []*law.Profile{c.Profile}, nil, nil
	}
	p, err := k.edition.Profile(name)
	if err != nil {
		return nil, nil, fmt.Errorf("profile %q is neither built in nor a file", name)
	}
	return []*law.Profile{p}, nil, nil
}

// readValue reads the answer to a question in the law's vocabulary.
func (k *Knowledge) readValue(q *Asked, text string) (string, error) {
	switch q.Fact {
	case "manufacturer", "provider":
		return k.readOrg(text)
	case "purpose":
		return k.readPurposes(text)
	case "category":
		return k.readCategory(q.Values, text)
	case "produced_in":
		return text, nil
	}
	v, err := k.Rules.Vocabulary.ParseValue(q.Fact, text)
	if err != nil {
		return "", err
	}
	return v.String(), nil
}

// readPurposes reads one or more of the listed purposes, in words or as written in data, between commas.
func (k *Knowledge) readPurposes(text string) (string, error) {
	words := k.Rules.Vocabulary.Purposes
	var out []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' }) {
		p := strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(w, "_", " "))), "_")
		if !slices.Contains(words, p) {
			return "", fmt.Errorf("purpose cannot be %q: want one or more of %s, with commas between them", strings.TrimSpace(w), strings.Join(words, ", "))
		}
		out = append(out, p)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	switch {
	case len(out) == 0:
		return "", fmt.Errorf("purpose is empty: want one or more of %s, with commas between them", strings.Join(words, ", "))
	case len(out) > 1 && slices.Contains(out, noPurpose):
		return "", fmt.Errorf("purpose cannot be %s and another one: want %s alone, or those that apply", noPurpose, noPurpose)
	}
	return strings.Join(out, ", "), nil
}

// noPurpose is the answer that none of the listed purposes applies.
const noPurpose = "none_listed"

// readCategory reads a kind of thing by its ID, its name or one of its words; offered, if not empty, are the IDs asked for.
func (k *Knowledge) readCategory(offered []string, text string) (string, error) {
	cats, err := k.edition.Categories()
	if err != nil {
		return "", err
	}
	c := string(cats.Named(text))
	if c != "" && (len(offered) == 0 || slices.Contains(offered, c)) {
		return c, nil
	}
	if len(offered) == 0 {
		return "", fmt.Errorf("no kind of thing is called %q: want one of data/category.yaml, such as router, camera or ups", text)
	}
	return "", fmt.Errorf("%q is none of the kinds asked for: want one of %s", text, strings.Join(categoryNames(cats, offered), ", "))
}

// categoryNames are the names to show for kinds of things, in quotes.
func (k *Knowledge) categoryNames(ids []string) []string {
	cats, err := k.edition.Categories()
	if err != nil {
		return ids
	}
	return categoryNames(cats, ids)
}

func categoryNames(cats law.Categories, ids []string) []string {
	var out []string
	for i := range cats {
		if slices.Contains(ids, cats[i].ID) {
			out = append(out, strconv.Quote(cats[i].Name))
		}
	}
	return out
}

func (k *Knowledge) readOrg(text string) (string, error) {
	id := org.ID(strings.ToLower(strings.TrimSpace(text)))
	if _, ok := k.Orgs.Get(id); ok || id == org.Other {
		return string(id), nil
	}
	var ids []org.ID
	for _, m := range k.Orgs.ByName(text) {
		if m.Kind.Names() && !slices.Contains(ids, m.Org) {
			ids = append(ids, m.Org)
		}
	}
	switch len(ids) {
	case 1:
		return string(ids[0]), nil
	case 0:
		return "", fmt.Errorf("no organisation is called %q: `telltale org show NAME` searches, %q means one that no list names", text, org.Other)
	}
	return "", fmt.Errorf("%q may mean %v: answer with one of these IDs", text, ids)
}
