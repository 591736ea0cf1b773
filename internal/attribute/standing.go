package attribute

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"telltale/internal/attribute/match"
	"telltale/internal/evidence"
)

// How a name stands in a text, the farther from naming the maker the greater.
const (
	itself  = iota // it may name the maker
	meant          // the thing is for what that maker makes
	foreign        // the thing is like what that maker makes, or instead of it
	joined         // the text is about a connection to that maker's thing
	place          // the name is that of a place or of another firm
)

// stands says of each match how it stands in the text: by the words around it;
// in a row of names as the first of them does; and a designation as the name
// of its maker before it does.
func (e *Engine) stands(a evidence.Attr, hits []match.Hit, v string) []int {
	if len(hits) == 0 {
		return nil
	}
	out := make([]int, len(hits))
	from, to := node(a, v)
	typed := evidence.ClassOf(a) == evidence.ClassListing
	for i := range hits {
		h := &hits[i]
		before, after := v[:h.At], v[ends(h):]
		out[i] = relation(before, after)
		if typed && containsAny(sentence(before), denials) {
			out[i] = foreign
		}
		if e.fps[h.Pattern].Kind != "name" {
			if out[i] == joined {
				out[i] = meant
			} else if out[i] == itself && likeThings(before) {
				out[i] = foreign
			}
			continue
		}
		switch {
		case out[i] == itself && (startsAny(near(after, false), placeBehind, true) || e.placeHan(after) || e.firmBehind(after)),
			h.At < to && ends(h) > from && !ownNode(v, from, to, h), a != evidence.MDNS && inHost(v, h.At, ends(h)):
			out[i] = place
		}
	}
	for range row {
		if !e.pass(hits, out, v) {
			break
		}
	}
	return out
}

// row is how many names or designations on how one stands is handed.
const row = 8

// pass hands on by one place how matches stand, and reports whether that changed any.
func (e *Engine) pass(hits []match.Hit, how []int, v string) bool {
	changed := false
	for j := range hits {
		if how[j] == itself || how[j] == place {
			continue
		}
		for i := range hits {
			if how[j] > how[i] && hits[j].At < hits[i].At && e.follows(&hits[j], &hits[i], v) {
				how[i], changed = how[j], true
			}
		}
	}
	return changed
}

func ends(h *match.Hit) int { return h.At + len(h.Groups[0]) }

// follows reports whether b takes over how a stands: the next of a row of
// names, or a designation behind the name of its maker in the same clause.
func (e *Engine) follows(a, b *match.Hit, v string) bool {
	if ends(a) >= ends(b) {
		return false
	}
	between := v[ends(a):max(b.At, ends(a))]
	if assertedMaker(&e.fps[a.Pattern]) == assertedMaker(&e.fps[b.Pattern]) {
		return len(between) <= clause && !strings.ContainsAny(between, ";|)\n")
	}
	if e.fps[a.Pattern].Kind != "name" || e.fps[b.Pattern].Kind != "name" {
		return false
	}
	switch strings.Trim(strings.ToLower(between), " ,/&") {
	case "", "and", "or", "nor", "und", "oder", "et", "ou", "y", "o":
		return true
	}
	return false
}

// clause is how far behind a name a designation may stand to belong to it, in bytes.
const clause = 24

// standing lowers what a match says to how it stands: what is for a maker's
// goods may well be that maker's, what is like them is not.
func standing(ps []proto, how int) []proto {
	switch how {
	case foreign, joined, place:
		return nil
	case meant:
		ps = slices.DeleteFunc(ps, func(p proto) bool { return p.aspect != evidence.Manufacturer })
		for i := range ps {
			ps[i].kind = kindOf("lead", ps[i].class)
		}
	}
	return ps
}

// Words before and behind a name that say how it stands, in lower case.
var (
	likeBehind = []string{"compatible", "-compatible", "equivalent", "-coded", "coded", "replacement", "alternative", "-style", "-free", "style"}
	// Places, events and programs that bear or serve a name.
	placeBehind = []string{
		"hotel", "hotels", "motel", "hostel", "resort", "restaurant", "cafe", "bakery", "supermarket", "hospital", "clinic", "bank", "school", "university", "church",
		"road", "rd", "street", "avenue", "ave", "boulevard", "blvd", "plaza", "square", "building", "tower", "museum", "district", "village",
		"office", "offices", "headquarters", "hq", "lobby", "hall", "meeting room", "conference room",
		"integration", "plugin", "plug-in", "certification", "exam", "training", "course", "workshop", "dashboard", "monitoring dashboard", "monitoring server",
	}
	placeBehindHan = []string{"路", "街", "大道", "大厦", "大楼", "广场", "花园", "小区", "村", "镇"}
	removedBehind  = []string{"removal", "decommissioning", "disposal", "dismantling", "swap-out", "swap out", "swap"}

	joinedBefore = []string{"uplink to", "link to", "connected to", "connects to", "towards", "to", "via", "customer", "tenant", "behind", "at", "attn"}
	notJoined    = []string{"compatible to", "equivalent to", "similar to", "equal to", "alternative to", "alternatives to", "successor to"}
	likeBefore   = []string{
		"compatible with", "compatible to", "compatible", "works with", "work with", "tested with", "interoperable with", "integrates with", "integration with",
		"kompatibel mit", "compatible avec", "compatible con", "equivalent to", "equal to", "similar to", "like", "unlike", "vs", "vs.", "versus",
		"replaces", "replace", "replacing", "replacement for", "to replace", "ersetzt", "instead of", "alternative to", "alternatives to", "substitute for", "successor to", "successor of",
		"other than", "rather than", "not", "non", "non-", "without", "free of", "free from", "excluding", "except", "contains no", "has no", "with no", "uses no",
		"not made by", "not manufactured by", "not produced by", "not from", "formerly", "former", "ex", "ex-",
		"migration from", "migrate from", "migrated from", "upgrade from", "away from", "兼容", "替代",
	}
	meantBefore = []string{
		"for", "for use with", "for use in", "for use on", "supports", "supporting", "suits", "fits", "to fit", "fit for", "suitable for", "designed for", "used with", "use with", "für", "pour", "para", "适用于",
		"remove", "removal of", "removing", "replacement of", "decommission", "decommissioning of", "disposal of", "dispose of", "dismantle", "dismantling of",
		"uninstall", "deinstall", "de-install", "swap", "swap of", "swap out", "swapping", "training on", "report on", "replacement plan",
	}
	// denials say anywhere before a name, in its sentence, that the thing is not of that maker.
	denials = []string{
		"contains no ", "contain no ", "no components ", "no equipment ", "no parts ", "does not ", "do not ", "doesn't ", "don't ", "none of ", "neither ", "free from ",
		"prohibited ", "banned ", "ban on ", "blacklisted ",
	}
	// strangers say anywhere before a name that somebody else made the thing.
	strangers = []string{"third-party", "third party", "3rd party", "3rd-party", "aftermarket"}
	articles  = []string{"a", "an", "the", "any", "all", "your", "our", "existing", "old", "legacy"}
)

// relation reads the words around a name.
func relation(before, after string) int {
	said := sentence(before)
	before, after = near(before, true), near(after, false)
	for cut := true; cut; {
		cut = false
		for _, w := range articles {
			if endsIn(before, w) && len(before) > len(w) {
				before, cut = strings.TrimRight(before[:len(before)-len(w)], " "), true
			}
		}
	}
	switch {
	case startsAny(after, likeBehind, false):
		return foreign
	case endsAny(before, joinedBefore) && !endsAny(before, notJoined):
		return joined
	case endsAny(before, likeBefore), before == "no", endsIn(before, "no") && opened(before[:len(before)-2]):
		return foreign
	case listed(said), endsAny(before, meantBefore), startsAny(after, removedBehind, true), containsAny(before, strangers):
		return meant
	}
	return itself
}

// sentence gives what stands before a name in the same sentence, folded, the nearest hundred bytes of it.
func sentence(before string) string {
	if len(before) > 100 {
		before = before[len(before)-100:]
	}
	if i := strings.LastIndexAny(before, ";!?\n"); i >= 0 {
		before = before[i+1:]
	}
	if i := strings.LastIndex(before, ". "); i >= 0 {
		before = before[i+2:]
	}
	return strings.ToLower(before)
}

// opened reports whether a clause begins: "no" behind it denies, behind a word it is a number ("model no").
func opened(before string) bool {
	before = strings.TrimRight(before, " ")
	return before != "" && strings.ContainsRune("(,:-", rune(before[len(before)-1]))
}

// listed reports whether a name stands in a list of single words behind
// "supports": "supports ONVIF, X, Y".
func listed(said string) bool {
	i := strings.LastIndex(said, "supports ")
	if i < 0 || !strings.HasSuffix(strings.TrimRight(said, " "), ",") {
		return false
	}
	for part := range strings.SplitSeq(said[i+len("supports "):], ",") {
		if strings.Contains(strings.TrimSpace(part), " ") {
			return false
		}
	}
	return true
}

// likeThings reports whether a designation follows words for likeness and one
// word more, as with a name that is no pattern: "compatible with an X PageMaker".
func likeThings(before string) bool {
	before = near(before, true)
	i := strings.LastIndexByte(before, ' ')
	return i > 0 && endsAny(strings.TrimSpace(before[:i]), []string{"compatible with", "compatible with a", "compatible with an", "compatible with the", "works with", "similar to", "equivalent to"})
}

// near gives the words next to a name, folded, without quotes and brackets.
func near(s string, left bool) string {
	if left {
		if len(s) > 40 {
			s = s[len(s)-40:]
		}
		return strings.TrimRight(strings.ToLower(s), " \"'(:,")
	}
	if len(s) > 24 {
		s = s[:24]
	}
	return strings.TrimLeft(strings.ToLower(s), " \"')(,")
}

// endsIn reports whether s ends in the words w.
func endsIn(s, w string) bool {
	return strings.HasSuffix(s, w) && (len(s) == len(w) || !letter(s[len(s)-len(w)-1]) || w[0] >= utf8.RuneSelf)
}

func letter(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c >= utf8.RuneSelf
}

func endsAny(s string, ws []string) bool {
	for _, w := range ws {
		if endsIn(s, w) {
			return true
		}
	}
	return false
}

// startsAny reports whether s starts with one of the words; whole asks for the end of the word too.
func startsAny(s string, ws []string, whole bool) bool {
	for _, w := range ws {
		if strings.HasPrefix(s, w) && (!whole || len(s) == len(w) || !letter(s[len(w)])) {
			return true
		}
	}
	return false
}

func containsAny(s string, ws []string) bool {
	for _, w := range ws {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// ofTrade reports whether what follows a name begins with the word of a trade.
func (e *Engine) ofTrade(after string) bool {
	words := strings.FieldsFunc(after, func(r rune) bool { return !unicode.IsLetter(r) })
	return len(words) > 0 && e.facts.Trades[strings.ToLower(words[0])] || e.placeHan(after)
}

// firmBehind reports whether the word of a trade and one for a firm follow: "Dahua Scale Factory". A trade
// alone may be a product ("watch").
func (e *Engine) firmBehind(after string) bool {
	words := strings.FieldsFunc(strings.ToLower(near(after, false)), func(r rune) bool { return !unicode.IsLetter(r) })
	if len(words) < 2 || !e.facts.Trades[words[0]] {
		return false
	}
	switch words[1] {
	case "factory", "works", "company", "co", "corp", "inc", "llc", "ltd", "limited", "gmbh", "group", "store", "shop", "club", "services", "supply", "industries":
		return true
	}
	return false
}

// placeHan reports whether the word of a trade or a place follows in Han
// script, which puts no space between words: 大华酒店.
func (e *Engine) placeHan(after string) bool {
	n := 0
	for i, r := range after {
		if n++; n > 4 || !unicode.Is(unicode.Han, r) {
			break
		}
		if e.facts.Trades[after[:i+utf8.RuneLen(r)]] {
			return true
		}
	}
	return startsAny(after, placeBehindHan, false)
}
