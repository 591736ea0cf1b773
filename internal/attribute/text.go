package attribute

import (
	"slices"
	"strings"

	"telltale/internal/attribute/match"
	"telltale/internal/attribute/recog"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

func sortedAttrs() []evidence.Attr {
	out := make([]evidence.Attr, 0, len(roles))
	for a := range roles {
		out = append(out, a)
	}
	slices.Sort(out)
	return out
}

// text tries the fingerprints on a value and, where the value is a whole name, the names of organisations.
func (e *Engine) text(a evidence.Attr, v string) []proto {
	f, ok := e.fields.of[a]
	if !ok || opaque(v) {
		return nil
	}
	if a == evidence.CPE {
		return e.cpe(v)
	}
	class := evidence.ClassOf(a)
	if class == "" {
		class = evidence.ClassListing
	}
	if roles[a] == named && e.otherFirm(v) {
		return nil
	}
	hits := e.set.All(f, v, nil)
	if a == evidence.SSHBanner {
		hits = e.software(v, hits)
	}
	var out []proto
	whole := org.ID("")
	if roles[a] == named && e.facts.Orgs != nil {
		n := e.facts.Orgs.Whom(v)
		if whole = n.Org; whole != "" {
			ps := e.namedBy(a, whole, class, "name-index", "it calls itself "+clip(v))
			if e.besides(hits, whole, v) {
				weaken(ps)
			}
			out = append(out, ps...)
		}
		out = append(out, leads(n.MadeBy, n.Org, class)...)
	}
	how := e.stands(a, hits, v)
	said := saying{attr: a, text: v, class: class, whole: whole, names: e.makersNamed(hits, how)}
	if kept := e.withoutOthersForms(hits, said.names); len(kept) < len(hits) {
		hits, how = kept, e.stands(a, kept, v)
	}
	for i := range hits {
		out = append(out, e.hit(&said, &hits[i], how[i])...)
	}
	if len(out) == 0 && roles[a] == named && whole == "" {
		return e.misspelt(a, v, class)
	}
	return out
}

// saying is a text that is read, and what is known of the whole of it.
type saying struct {
	attr  evidence.Attr
	text  string
	class evidence.Class
	whole org.ID // whom the whole text names
	names []int  // the patterns of the makers it names
}

// hit gives what one match in a text says, by how it stands there.
func (e *Engine) hit(s *saying, h *match.Hit, how int) []proto {
	fp := &e.fps[h.Pattern]
	if fp.Kind == "name" {
		if s.whole != "" || !slices.Contains(s.names, h.Pattern) {
			return nil
		}
		if roles[s.attr] == named {
			return e.calls(s, h, fp)
		}
	}
	var out []proto
	house := fp.Kind == "name" && e.trades(org.ID(assertedMaker(fp)))
	if fp.Kind == "name" && (s.class == evidence.ClassListing || house) && len(s.names) == 1 && e.facts.Orgs != nil {
		// a row that speaks of one name only, or the trading name of one kind of goods: who else makes goods under it
		who := e.facts.Orgs.Whom(h.Groups[0])
		out = append(out, leads(who.MadeBy, who.Org, s.class)...)
	}
	ps := spoke(fp, h, s.class, len(s.names) > 1)
	if from, to := node(s.attr, s.text); fp.Kind == "name" && h.At < to && ends(h) > from {
		for i := range ps {
			ps[i].kind = kindOf("hint", s.class) // the name of the host: as it came, or as somebody liked
		}
	}
	if house {
		trading(ps)
	}
	if s.class == evidence.ClassListing && len(s.names) == 1 {
		beside(ps, fp, assertedMaker(&e.fps[s.names[0]]))
	}
	if fp.Kind != "name" && (s.class == evidence.ClassListing || how != meant) { // a device that says "for" says what it runs on
		ps = standing(ps, how)
	}
	return append(out, ps...)
}

// calls gives what a maker's name says in a field that names a maker.
func (e *Engine) calls(s *saying, h *match.Hit, fp *evidence.Fingerprint) []proto {
	if e.ofTrade(s.text[ends(h):]) {
		return nil // "Dahua Scale Factory" is another firm
	}
	id := org.ID(fp.Asserts[0].Value)
	ps := e.namedBy(s.attr, id, s.class, fp.ID, "it calls itself "+clip(s.text))
	if len(s.names) > 1 || e.besides(nil, id, s.text) {
		weaken(ps)
	}
	return ps
}

// cpe reads the vendor of a CPE name (NIST IR 7695: cpe:2.3:part:vendor:product
// or cpe:/part:vendor:product); an operating system's vendor says little of the box.
func (e *Engine) cpe(v string) []proto {
	rest, ok := strings.CutPrefix(v, "cpe:2.3:")
	if !ok {
		rest, ok = strings.CutPrefix(v, "cpe:/")
	}
	f := strings.Split(rest, ":")
	if !ok || len(f) < 2 || e.facts.Orgs == nil {
		return nil
	}
	name := strings.ReplaceAll(f[1], "_", " ")
	who := e.facts.Orgs.Whom(name).Org
	if who == "" {
		return nil
	}
	class := evidence.ClassOf(evidence.CPE)
	k := kindOf("name", class)
	if f[0] == "o" {
		k = kindOf("weak", class)
	}
	return []proto{{aspect: evidence.Manufacturer, value: string(who), kind: k, class: class, fingerprint: "name-index", why: "its CPE names " + clip(name)}}
}

// otherFirm reports whether a trade or a place stands second or third in the
// name of a company: "Dahua Hardware Store" bears a maker's name and is another firm.
func (e *Engine) otherFirm(v string) bool {
	rest := strings.TrimLeft(v, " ")
	for range 2 {
		i := strings.IndexByte(rest, ' ')
		if i < 0 {
			return false
		}
		rest = strings.TrimLeft(rest[i:], " -,")
		if e.ofTrade(rest) || startsAny(near(rest, false), placeBehind, true) {
			return true
		}
	}
	return false
}

// besides reports whether a text in which one maker is named names another too,
// "A / B" or "A, replaced by B": which of them made the thing is not said.
func (e *Engine) besides(hits []match.Hit, id org.ID, v string) bool {
	for _, h := range hits {
		if fp := &e.fps[h.Pattern]; fp.Kind == "name" && fp.Asserts[0].Value != string(id) {
			return true
		}
	}
	if e.facts.Orgs == nil {
		return false
	}
	for _, sep := range [...]string{"/", ",", ";", "+", " by ", " or ", " and ", " und ", " et "} {
		for part := range strings.SplitSeq(v, sep) {
			if len(part) == len(v) {
				break
			}
			if who := e.facts.Orgs.Whom(strings.TrimSpace(part)).Org; who != "" && who != id {
				return true
			}
		}
	}
	return false
}

// weaken makes clues too light to name anybody alone.
func weaken(ps []proto) {
	for i := range ps {
		ps[i].kind = kindOf("weak", ps[i].class)
	}
}

// trades reports whether a name is the trading name of one kind of goods; one of
// goods of every kind is as often their maker's as not.
func (e *Engine) trades(id org.ID) bool { return e.facts.Houses[id] && e.facts.Usual[id] != "" }

// trading leaves of a trading name the label: who made the goods it does not tell.
func trading(ps []proto) {
	for i := range ps {
		if ps[i].aspect == evidence.Manufacturer {
			ps[i].kind = kindOf("trade", ps[i].class)
		}
	}
}

// beside weighs what stands in a row beside the name of one maker: a form that
// several use is a designation of that one, and a word of another's goods may
// be any word ("Matrice switcher Extron").
func beside(ps []proto, fp *evidence.Fingerprint, named string) {
	of := assertedMaker(fp) == named
	for i := range ps {
		switch {
		case of && (fp.Kind == "form" || fp.Kind == "hint"):
			ps[i].kind = kindOf("model", ps[i].class)
		case !of && fp.Kind == "mark" && len(fp.Under) == 0:
			ps[i].kind = kindOf("hint", ps[i].class)
		case !of && fp.Kind == "hint" && len(fp.Under) == 0:
			ps[i].kind = kindOf("lead", ps[i].class)
		}
	}
}

// software tries the patterns for the software part of an SSH greeting (RFC 4253 section 4.2).
func (e *Engine) software(v string, hits []match.Hit) []match.Hit {
	rest, ok := strings.CutPrefix(v, "SSH-")
	if !ok {
		return hits
	}
	if _, rest, ok = strings.Cut(rest, "-"); !ok {
		return hits
	}
	return e.set.All(e.fields.of[recog.SSHSoftware], strings.TrimRight(rest, "\r\n"), hits)
}

// namedBy turns a whole name into what it says: the name on the label, and who
// made it as far as the label tells.
func (e *Engine) namedBy(a evidence.Attr, id org.ID, class evidence.Class, fingerprint, why string) []proto {
	k := kindOf("field", class)
	if a == evidence.OperatorText {
		return []proto{{aspect: evidence.Operator, value: string(id), kind: k, class: class, fingerprint: fingerprint, why: why}}
	}
	out := []proto{{aspect: evidence.Brand, value: string(id), kind: k, class: class, fingerprint: fingerprint, why: why}}
	if a == evidence.BrandText || e.facts.Houses[id] {
		k = kindOf("weak", class)
	}
	return append(out, proto{aspect: evidence.Manufacturer, value: string(id), kind: k, class: class, fingerprint: fingerprint, why: why})
}

// leads turns known relations between a name on a label and makers into clues
// that gather keeps only where their scope fits.
func leads(rs []Relation, label org.ID, class evidence.Class) []proto {
	var out []proto
	for i := range rs {
		r := &rs[i]
		k := kindOf("lead", class)
		if r.Model != "" {
			k = kindOf("oem", class)
		}
		out = append(out, proto{
			aspect: evidence.Manufacturer, value: string(r.Maker), kind: k, class: class,
			fingerprint: relationPrefix + slugged(r.Brand) + "/" + string(r.Maker), why: r.Why, rel: r, under: []string{string(label)},
		})
	}
	return out
}

// relationPrefix begins the fingerprint of what is known of a brand.
const relationPrefix = "relation/"

func slugged(s string) string { return strings.ReplaceAll(strings.ToLower(s), " ", "-") }

// spoke turns a match into clues.
func spoke(fp *evidence.Fingerprint, h *match.Hit, class evidence.Class, shared bool) []proto {
	k := kindOf(fp.Kind, class)
	if shared && fp.Kind == "name" {
		k = kindOf("weak", class) // several makers named: the text is about their relation, not about this thing
	}
	why := fp.Why
	if why == "" {
		why = "it says " + clip(h.Groups[0])
	}
	var out []proto
	for _, as := range fp.Asserts {
		p := proto{aspect: as.Aspect, value: as.Value, kind: k, class: class, fingerprint: fp.ID, why: why, part: fp.Kind == "part"}
		if as.Aspect == evidence.Manufacturer {
			p.under = fp.Under
		}
		if as.Value == "$1" {
			p.value = h.Groups[min(1, len(h.Groups)-1)]
		}
		if as.Aspect == evidence.Model {
			if p.value = strings.TrimSpace(h.Groups[min(1, len(h.Groups)-1)]); p.value == "" {
				continue
			}
		}
		out = append(out, p)
		if fp.Kind == "name" && as.Aspect == evidence.Manufacturer {
			p.aspect = evidence.Brand
			out = append(out, p)
		}
	}
	return out
}

// opaque reports whether a text is encoded or encrypted bytes: a name inside is chance.
func opaque(v string) bool {
	if len(v) < 48 {
		return false
	}
	run, odd := 0, 0
	for i := range len(v) {
		c := v[i]
		switch {
		case c == '+' || c == '/' || c == '=' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			run++
		default:
			run = 0
		}
		if run >= 120 {
			return true
		}
		if c < 9 || c > 13 && c < 32 || c == 127 {
			odd++
		}
	}
	return odd*10 > len(v) || run == len(v) && len(v) >= 64
}

// clip shortens a quoted text for an explanation.
func clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:57], "") + "..."
	}
	return `"` + s + `"`
}
