package web

import (
	"cmp"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"sync"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
)

// identifier, lawID and isoDay are what plain looks for.
var (
	lawID      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b[a-z]{2}(?:-[a-z0-9]+)+(?:/[a-z0-9-]+)?\b`) })
	identifier = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?:/[A-Z]{2})?`) })
	isoDay     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b[12]\d{3}-[01]\d-[0-3]\d\b`) })
)

// plain writes a sentence the program made for a reader: identifiers in it get
// their words (a fact is named by its question), and days are written out.
// What stands in “” is quoted from an input and stays as it is.
func (s *site) plain(v any) string {
	var b strings.Builder
	rest := text(v)
	for rest != "" {
		said, quoted, _ := strings.Cut(rest, "“")
		b.WriteString(s.plainPart(said))
		if quote, after, ok := strings.Cut(quoted, "”"); ok {
			b.WriteString("“" + quote + "”")
			rest = after
			continue
		}
		b.WriteString(rest[len(said):])
		break
	}
	return b.String()
}

func (s *site) plainPart(t string) string {
	if strings.Contains(t, "_") {
		t = identifier().ReplaceAllStringFunc(t, s.inSentence)
	}
	if strings.Contains(t, "-") {
		t = lawID().ReplaceAllStringFunc(t, s.lawName)
		t = isoDay().ReplaceAllStringFunc(t, func(d string) string {
			if p, err := calendar.Parse(d); err == nil {
				return dayWords(p)
			}
			return d
		})
	}
	return t
}

// inSentence is an identifier in words; one that the data do not know is somebody's own name for something.
func (s *site) inSentence(id string) string {
	if f, ok := s.facts().Rules.Vocabulary.Fact(id); ok {
		return "“" + f.Question + "”"
	}
	if w, ok := wordsFor[id]; ok {
		return w
	}
	if w := s.dataWord(id); w != "" {
		return w
	}
	return id
}

// fact writes the value of a fact of a thing: days, and words of the law's vocabulary, in words; all else as it was read.
func (s *site) fact(name, value string) template.HTML {
	if _, err := calendar.Parse(value); err == nil {
		return dayTag(value)
	}
	out := "<bdi>" + template.HTMLEscapeString(value) + "</bdi>"
	if f, ok := s.facts().Rules.Vocabulary.Fact(name); ok && f.Type != "text" && f.Type != "number" {
		var ws []string
		for w := range strings.SplitSeq(value, ", ") {
			ws = append(ws, s.word(w))
		}
		out = template.HTMLEscapeString(strings.Join(ws, ", "))
	}
	return template.HTML(out)
}

// because writes the reason of an element: a part of it that is nothing but an
// organisation is its name, a fact is its question, kinds of things have their names.
func (s *site) because(v any) string {
	parts := strings.Split(text(v), "; ")
	for i, p := range parts {
		parts[i] = s.reason(p)
	}
	return s.plain(strings.Join(parts, "; "))
}

func (s *site) reason(p string) string {
	if o, ok := s.facts().Orgs.Get(org.ID(p)); ok {
		return s.facts().OrgName(o.ID)
	}
	if w, ok := wordsFor[p]; ok || strings.HasPrefix(p, "below the bar: ") {
		return cmp.Or(w, s.word(p))
	}
	if fact, ok := strings.CutSuffix(p, ": not answered"); ok {
		if f, known := s.facts().Rules.Vocabulary.Fact(strings.ReplaceAll(fact, " ", "_")); known {
			return "“" + f.Question + "” is not answered"
		}
	}
	if fact, value, ok := strings.Cut(p, ": "); ok {
		id := strings.ReplaceAll(fact, " ", "_")
		if f, known := s.facts().Rules.Vocabulary.Fact(id); known && slices.Contains(f.Values, value) {
			return s.word(id) + ": " + s.word(value)
		}
	}
	if acts, ok := strings.CutPrefix(p, "it speaks of: "); ok {
		names := strings.Split(acts, ", ")
		for i, a := range names {
			names[i] = s.word(a)
		}
		return "it speaks of: " + strings.Join(names, ", ")
	}
	for _, begin := range []string{"it is one of: ", "it is none of: "} {
		if kinds, ok := strings.CutPrefix(p, begin); ok {
			names := strings.Split(kinds, ", ")
			for i, k := range names {
				names[i] = s.facts().CategoryName(asset.Category(strings.ReplaceAll(k, " ", "_")))
			}
			return begin + strings.Join(names, ", ")
		}
	}
	return p
}

// edgeWords writes an ownership with the names of both sides.
func (s *site) edgeWords(e org.Edge) string {
	t, doubt := e.String(), ""
	if i := strings.LastIndex(t, " ("); i >= 0 { // how sure, and from which source: "(seen: key)"
		t, doubt = t[:i], t[i+2:]
	}
	doubt, _, _ = strings.Cut(strings.TrimSuffix(doubt, ")"), ":")
	if c := org.Confidence(doubt); c != "" && c != org.Seen && c.Valid() {
		t += " (" + s.word(doubt) + ")"
	}
	for c, w := range doubts {
		t = strings.NewReplacer("("+string(c)+")", "("+w+")", "share "+string(c), "share "+w).Replace(t)
	}
	return s.plain(s.orgName(e.Owner) + strings.ReplaceAll(strings.TrimPrefix(t, string(e.Owner)), " "+string(e.Owned), " "+s.orgName(e.Owned)))
}

// named says by their names who owns whom along a path.
func (s *site) named(path []org.Edge, note string) string {
	var out []string
	for _, e := range path {
		out = append(out, s.edgeWords(e))
	}
	if note != "" {
		out = append(out, s.plain(note))
	}
	return strings.Join(out, "; ")
}

// doWords begins what to do: a remedy of a law that may not apply is one only if it does.
func (s *site) doWords(v law.Verdict, provision law.ProvisionID) string {
	if v == law.Undetermined && s.provisionNamed(provision) != nil {
		return "If it applies:"
	}
	return "Do:"
}
