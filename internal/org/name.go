package org

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"telltale/internal/calendar"
)

// NameKind says what sort of name matched. Only the kinds up to PartName name the organisation.
type NameKind uint8

const (
	OwnName    NameKind = iota // its registered name
	AliasName                  // another name of it
	FormerName                 // a name it bore
	PartName                   // a subsidiary or branch known by name only
	BrandName                  // a brand of its own
	OEMName                    // a brand of somebody else's for whom it makes some products
)

func (k NameKind) String() string {
	return [...]string{"name", "alias", "former name", "part", "brand", "brand of a customer"}[k]
}

// MarshalText writes the kind in words.
func (k NameKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Names reports whether the name is one of the organisation itself and not of its goods.
func (k NameKind) Names() bool { return k <= PartName }

// NameMatch is an organisation whose name stands in a text.
type NameMatch struct {
	Org  ID       `json:"org"`
	Kind NameKind `json:"kind"`
	// Name is the name as the data spell it.
	Name string `json:"name"`
	// Whole is true when the name is the whole text but for legal forms, false
	// when it only begins it ("Acme Networks Deutschland GmbH").
	Whole bool `json:"whole"`
	// Exact is true when even the legal form agrees.
	Exact bool `json:"exact,omitempty"`
	// Confidence is how sure it is that the name is the organisation's.
	Confidence Confidence     `json:"confidence"`
	From       *calendar.Date `json:"from,omitempty"`
	To         *calendar.Date `json:"to,omitempty"`
}

// Name is one name of an organisation as the data hold it.
type Name struct {
	Org        ID
	Kind       NameKind
	Text       string
	Confidence Confidence
	// Leads is true when the name may begin a longer text and still mean the organisation.
	Leads    bool
	From, To *calendar.Date
	full     string // all words, legal forms and all
}

type names struct {
	all     []Name
	whole   map[string][]int32 // normalised name → positions in all, best first
	compact map[string][]int32 // the same without spaces
	friends map[string][]ID    // beginning of a text that is not the organisation, see friendKey
	longest int                // most words in a key
}

// Names returns all names of all organisations, by organisation.
func (ix *Index) Names() []Name { return ix.names.all }

func (n *names) build(ix *Index) {
	n.whole, n.compact, n.friends = map[string][]int32{}, map[string][]int32{}, map[string][]ID{}
	for _, id := range ix.ids {
		o := ix.orgs[id]
		n.addOrganisation(o)
		for _, f := range o.FalseFriends {
			if k := friendKey(f); k != "" {
				n.friends[k] = append(n.friends[k], id)
			}
		}
	}
	for _, m := range []map[string][]int32{n.whole, n.compact} {
		for _, list := range m {
			slices.SortStableFunc(list, func(a, b int32) int { return cmp.Compare(n.all[a].Kind, n.all[b].Kind) })
		}
	}
}

// friendKey is the form under which false friends compare: without legal form
// while two words are left, else with it, as it alone may tell two firms apart
// ("Acme AG", "Acme S.A.").
func friendKey(name string) string {
	if k := Normalise(name); strings.Contains(k, " ") {
		return k
	}
	return fullForm(name)
}

// fullForm is the normalised name with its legal forms.
func fullForm(name string) string {
	buf, _ := words(nil, nil, name)
	return string(buf)
}

func (n *names) addOrganisation(o *Organisation) {
	n.add(Name{Org: o.ID, Kind: OwnName, Text: o.Name, Confidence: o.Confidence}, o.Match)
	for _, a := range o.Aliases {
		kind := AliasName
		if a.Kind == KindFormer {
			kind = FormerName
		}
		n.add(Name{Org: o.ID, Kind: kind, Text: a.Name, Confidence: a.Confidence, From: a.From, To: a.To}, a.Match)
	}
	for _, d := range o.Identifiers {
		if d.Type == IEEERegistrant {
			n.add(Name{Org: o.ID, Kind: AliasName, Text: d.Value, Confidence: d.Confidence}, "")
		}
	}
	for _, p := range o.Parts {
		n.add(Name{Org: o.ID, Kind: PartName, Text: p.Name, Confidence: p.Confidence, From: p.Acquired}, p.Match)
	}
	for _, b := range o.Brands {
		n.add(Name{Org: o.ID, Kind: BrandName, Text: b.Name, Confidence: b.Confidence, From: b.From, To: b.To}, b.Match)
	}
	for _, m := range o.MakesFor {
		n.add(Name{Org: o.ID, Kind: OEMName, Text: m.Brand, Confidence: m.Confidence, From: m.From, To: m.To}, "")
	}
}

func (n *names) add(x Name, match string) {
	buf, ends := words(nil, nil, x.Text)
	key := Normalise(x.Text)
	if key == "" || match == MatchNever {
		return
	}
	for _, old := range n.whole[key] {
		if o := &n.all[old]; o.Org == x.Org && o.Kind <= x.Kind && o.full == string(buf) {
			return // said already by a better kind
		}
	}
	x.full = string(buf)
	x.Leads = leads(key, x.Kind, match)
	x.Confidence = x.Confidence.Weaker(Seen)
	at := int32(len(n.all))
	n.all = append(n.all, x)
	n.whole[key] = append(n.whole[key], at)
	if c := strings.ReplaceAll(key, " ", ""); len(c) >= 5 {
		n.compact[c] = append(n.compact[c], at)
	}
	n.longest = max(n.longest, len(ends))
}

// leads decides whether a name may stand for the organisation when it only
// begins a text. A single short word, and any single word that is a brand, is
// too often an ordinary word or somebody else's name; the data may say otherwise.
func leads(key string, kind NameKind, match string) bool {
	switch match {
	case MatchWhole:
		return false
	case MatchLead:
		return true
	}
	if kind == OEMName {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(key); wide(r) {
		return utf8.RuneCountInString(key) >= 3
	}
	if strings.Contains(key, " ") {
		return true
	}
	return kind != BrandName && len(key) >= 5
}

// ByName returns the organisations a text names, best first: by its whole
// name, else by the longest name that begins it and may do so. Comparison is
// exact after normalisation; a name inside another word never matches. Names
// of brands are among the matches and say so by their Kind. Nil is none.
// It costs well under a microsecond for short texts, safe for concurrent use.
func (ix *Index) ByName(text string) []NameMatch { return ix.byName(text, nil) }

// Owner returns the organisation whose own name a text is or begins with, and
// how sure that is. Brands do not count, nor do parts that the data only recall:
// a registrant of that name speaks for nobody.
func (ix *Index) Owner(text string) (NameMatch, bool) {
	m := ix.byName(text, func(n *Name) bool { return n.Kind.Names() && (n.Kind != PartName || n.Confidence.Decides()) })
	if len(m) == 0 {
		return NameMatch{}, false
	}
	return m[0], true
}

func (ix *Index) byName(text string, use func(*Name) bool) []NameMatch {
	var bufSpace [128]byte
	var endSpace [16]int
	buf, ends := words(bufSpace[:0], endSpace[:0], text)
	if len(ends) == 0 {
		return nil
	}
	full := buf
	first, last := core(buf, ends)
	for {
		if m := ix.names.find(use, full, buf, ends, first, last); m != nil {
			return m
		}
		// A firm's name may stand after the place it sits in.
		if last-first < 2 || !places[string(word(buf, ends, first))] {
			break
		}
		first++
	}
	if w := word(buf, ends, first); last-first == 1 {
		for _, p := range widePlaces {
			if len(w) > len(p)+3 && string(w[:len(p)]) == p {
				rest := w[len(p):]
				return ix.names.find(use, full, rest, []int{len(rest)}, 0, 1)
			}
		}
	}
	return nil
}

// find looks for the words first..last of buf, whole, without spaces, then by their beginnings.
func (n *names) find(use func(*Name) bool, full, buf []byte, ends []int, first, last int) []NameMatch {
	start := 0
	if first > 0 {
		start = ends[first-1] + 1
	}
	key := trimWide(buf[start:ends[last-1]])
	if hits, ok := n.whole[string(key)]; ok {
		if m := n.matches(use, full, hits, true); m != nil {
			return m
		}
	}
	var packed [128]byte
	if c := squeeze(packed[:0], key); len(c) >= 5 {
		if hits, ok := n.compact[string(c)]; ok {
			if m := n.matches(use, full, hits, true); m != nil {
				return m
			}
		}
	}
	for i := min(last-1, first+n.longest) - 1; i >= first; i-- {
		if hits, ok := n.whole[string(buf[start:ends[i]])]; ok {
			if m := n.matches(use, full, hits, false); m != nil {
				return m
			}
		}
	}
	return n.findWide(use, full, buf[start:ends[first]])
}

// findWide tries the beginnings of a name written without spaces.
func (n *names) findWide(use func(*Name) bool, full, w []byte) []NameMatch {
	if r, _ := utf8.DecodeRune(w); !wide(r) {
		return nil
	}
	for end := len(w); end > 3; {
		_, size := utf8.DecodeLastRune(w[:end])
		end -= size
		if hits, ok := n.whole[string(w[:end])]; ok {
			if m := n.matches(use, full, hits, false); m != nil {
				return m
			}
		}
	}
	return nil
}

func squeeze(dst, s []byte) []byte {
	for _, c := range s {
		if c != ' ' {
			dst = append(dst, c)
		}
	}
	return dst
}

// matches turns hits into matches; when the name is not the whole text only
// those that may lead. Each organisation stands once, by its best name.
func (n *names) matches(use func(*Name) bool, full []byte, hits []int32, whole bool) []NameMatch {
	var out []NameMatch
	for _, h := range hits {
		x := &n.all[h]
		if !whole && !x.Leads || use != nil && !use(x) || n.isFriend(full, x.Org) {
			continue
		}
		m := NameMatch{Org: x.Org, Kind: x.Kind, Name: x.Text, Whole: whole, Exact: whole && x.full == string(full),
			Confidence: x.Confidence, From: x.From, To: x.To}
		if at := slices.IndexFunc(out, func(o NameMatch) bool { return o.Org == m.Org }); at < 0 {
			out = append(out, m)
		} else if m.Exact && !out[at].Exact {
			out[at] = m
		}
	}
	slices.SortStableFunc(out, func(a, b NameMatch) int {
		if a.Exact != b.Exact && a.Kind.Names() && b.Kind.Names() {
			if a.Exact {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Kind, b.Kind)
	})
	return out
}

// isFriend reports whether a text is, or begins with, a name known not to be the organisation's.
func (n *names) isFriend(full []byte, id ID) bool {
	if len(n.friends) == 0 {
		return false
	}
	for end := len(full); end > 0; end-- {
		if end < len(full) && full[end] != ' ' {
			continue
		}
		if slices.Contains(n.friends[string(full[:end])], id) {
			return true
		}
	}
	return false
}
