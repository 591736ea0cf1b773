package text

import (
	"regexp"
	"strings"
	"sync"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// maxPlate bounds the lines of a rating plate, maxPlateLine the bytes of one.
const (
	maxPlate     = 40
	maxPlateLine = 120
)

// plateWords stand on what is stuck to goods and hardly elsewhere: where they
// were made, what they draw, which approvals they have (47 CFR 2.925, Directive 2014/53/EU article 10).
var plateWords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:made|assembled|manufactured|designed) (?:in|by|for)\b|\bproduct of [A-Z]|\bcountry of origin\b|\bhecho en\b|\bfabricado em?n\b|\bhergestellt in\b|\bfabriqu|制造|製造|\bFCC ID\b|\bIC ?: ?\d|\bCMIIT ID\b|\b(?:input|output|power|rating|rated) ?: ?\d|\b\d{1,3} ?V ?(?:DC|AC)?\s*[⎓=~]|\bRoHS\b|\bWEEE\b`)
})

// cells divides a line of a plate where columns do.
var cells = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\t+| {2,}| \| `) })

// plate reads a text that is one rating plate: few short lines of which some
// identify one thing, none counts or prices anything, and one says what only
// labels say. It returns nil for any other text.
func plate(lines []Line) []placed {
	var out []placed
	var b block
	marked, n := false, 0
	for _, l := range lines {
		if l.Text == "" {
			continue
		}
		if n++; n > maxPlate || len(l.Text) > maxPlateLine {
			return nil
		}
		if it := parseLine(l.Text); it.offer() {
			return nil
		}
		marked = marked || plateWords().MatchString(l.Text)
		for _, cell := range cells().Split(l.Text, -1) {
			for _, f := range plateFacts(cell) {
				if b.has(f.attr) && f.attr != evidence.Description && f.attr != evidence.IfMAC {
					if !b.states(f) {
						return nil // two serials: two things
					}
					continue
				}
				b.facts = append(b.facts, f)
				out = append(out, placed{f, l.At})
			}
		}
	}
	if n < 2 || !marked || !b.product() {
		return nil
	}
	return out
}

// placed is a fact and where it stands.
type placed struct {
	fact
	at string
}

// plateFacts reads one cell of a plate: what it is labelled as, the addresses in it, and its words.
func plateFacts(s string) []fact {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil
	}
	var out []fact
	if f, ok := label(s); ok {
		out = append(out, f)
	}
	if id := fccID(s); id != "" && (len(out) == 0 || out[0].attr != evidence.FCCID) {
		out = append(out, fact{evidence.FCCID, id})
	}
	for _, w := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" ,;()[]=", c) }) {
		if mac, ok := observe.MAC(w); ok && strings.ContainsAny(w, ":-.") && len(out) == 0 {
			out = append(out, fact{evidence.IfMAC, mac})
		}
		if sn, _, ok := observe.GPON(w); ok && strings.ContainsAny(w[4:], "0123456789") {
			out = append(out, fact{evidence.GPONSerial, sn})
		}
	}
	if len(out) == 0 {
		out = append(out, fact{evidence.Description, s})
	}
	return out
}

// states reports whether the block says the same already.
func (b *block) states(f fact) bool {
	for _, g := range b.facts {
		if g == f {
			return true
		}
	}
	return false
}

// product reports whether the block identifies a thing or names its model.
func (b *block) product() bool {
	for _, f := range b.facts {
		switch f.attr {
		case evidence.Serial, evidence.IfMAC, evidence.BaseMAC, evidence.GPONSerial, evidence.IMEI, evidence.FCCID, evidence.ModelText, evidence.PartNumber:
			return true
		}
	}
	return false
}

// one yields a plate as one thing.
func (r *reader) one(facts []placed) error {
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: r.b.Place(facts[0].at)}
	for _, f := range facts {
		r.b.Add(&s.Observations, f.attr, f.value, f.at)
	}
	r.cov.Read++
	return r.yield(s)
}
