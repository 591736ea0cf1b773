package pipeline

import (
	"fmt"
	"os"
	"path/filepath"

	"telltale/internal/attribute"
	"telltale/internal/attribute/recog"
)

// WithFingerprints returns k with the fingerprints of a folder of recog's XML
// files added. Problems are the patterns and files that could not be used.
func (k *Knowledge) WithFingerprints(dir string) (*Knowledge, []string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err != nil || len(files) == 0 {
		return nil, nil, fmt.Errorf("read fingerprints of %q: no .xml file there: name the folder that holds recog's files", dir)
	}
	facts, err := k.attributionFacts()
	if err != nil {
		return nil, nil, err
	}
	maker := func(vendor string) string { return string(facts.Orgs.Whom(vendor).Org) }
	all := facts.Fingerprints[:len(facts.Fingerprints):len(facts.Fingerprints)]
	var problems []string
	for _, name := range files {
		f, err := readRecog(name)
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		problems = append(problems, f.Problems...)
		fps := f.Fingerprints(maker)
		if fps == nil {
			problems = append(problems, fmt.Sprintf("%s: texts of the sort %q are not read here: its %d patterns are left out", f.Name, f.Matches, len(f.Patterns)))
		}
		all = append(all, fps...)
	}
	facts.Fingerprints = all
	out, err := k.with(facts)
	return out, problems, err
}

// attributionFacts are those of k's engine.
func (k *Knowledge) attributionFacts() (attribute.Facts, error) {
	if k.facts != nil {
		return *k.facts, nil
	}
	return k.edition.AttributionFacts()
}

// with returns k with an engine of its own.
func (k *Knowledge) with(facts attribute.Facts) (*Knowledge, error) {
	e, err := attribute.New(facts)
	if err != nil {
		return nil, err
	}
	out := *k
	out.engine, out.facts = e, &facts
	return &out, nil
}

func readRecog(name string) (*recog.File, error) {
	r, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return recog.Read(r, filepath.Base(name))
}
