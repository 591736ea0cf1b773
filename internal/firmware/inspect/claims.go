package inspect

import (
	"regexp"

	"telltale/internal/evidence"
)

// markKinds say which sort of clue a level is for the attribution engine, which holds their weights.
var markKinds = map[Level]string{Confirmed: "mark", Probable: "trace", Suspicious: "hint", Note: "hint"}

// Fingerprints are the marks, containers and known cases as fingerprints over
// FwMark, so that what an image shows is weighed with everything else known of a thing.
func (f *Facts) Fingerprints() []evidence.Fingerprint {
	var out []evidence.Fingerprint
	add := func(id, role, org, why string, lv Level) {
		aspect := evidence.Manufacturer
		switch role {
		case "brand":
			aspect = evidence.Brand
		case "assembler":
			aspect = "producer:assembly"
		}
		out = append(out, evidence.Fingerprint{ID: "firmware/" + id, Attrs: []evidence.Attr{evidence.FwMark}, Pattern: "^" + regexp.QuoteMeta(role+" "+id+": "), Kind: markKinds[lv], Why: why,
			Asserts: []evidence.Assertion{{Aspect: aspect, Value: org}}})
	}
	for i := range f.Containers {
		c := &f.Containers[i]
		add(containerMark(c.Format, Confirmed), "platform", c.Org, c.Why, Confirmed)
		add(containerMark(c.Format, Probable), "platform", c.Org, c.Why, Probable)
	}
	for i := range f.PackageLists {
		l := &f.PackageLists[i]
		add("list-"+l.Name, "platform", l.Org, l.Why, Probable)
	}
	for i := range f.Marks {
		m := &f.Marks[i]
		add(m.ID, m.Role, m.Org, m.Why, m.Level)
	}
	for i := range f.Cases {
		if c := &f.Cases[i]; c.Author != "" && c.Role != "" {
			add("case-"+c.ID, c.Role, c.Author, c.Title, Confirmed)
		}
	}
	return out
}

// containerMark tells a container that opened from a head alone, which anybody can put in front of anything.
func containerMark(format string, lv Level) string {
	if lv == Confirmed {
		return "container-" + format
	}
	return "container-head-" + format
}

// mark records evidence that a fingerprint of Facts.Fingerprints speaks to.
func (in *inspector) mark(role, id, seen, where string, off int64) {
	in.observe(evidence.FwMark, role+" "+id+": "+seen, where, off)
}
