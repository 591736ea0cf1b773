package match

import (
	"math/bits"
	"slices"
)

// grams finds literals anywhere in a text. Each is filed under three
// characters: the rarest it holds, or rare ones that others lie under, or, if
// it is shorter, every three it can begin. Characters are of 64 classes, so a bitmap that fits the first cache
// says of each three of a text whether a literal is filed there, and two words
// more whether the characters around them can stand there.
type grams struct {
	class [256]uint8
	bits  [1 << gramBits / 64]uint64
	// before counts the bits of the words before. Of each bit, near are the
	// classes of character around it, first and filed its literals.
	before [1 << gramBits / 64]uint32
	near   []near
	first  []uint32
	filed  []uint32
	lits   []needle
	// loose grams know nothing of what stands around a literal: for texts in
	// which a letter outside ASCII folds to one inside, and is one or not.
	loose bool
}

const (
	classBits = 6
	gramBits  = 3 * classBits
	// maxGrams bounds the grams of a literal and what follows it; more, and less of that is looked at.
	maxGrams = 512
	// maxShared is how many literals are brought together under one gram, maxCommon how many may hold such a gram.
	maxShared, maxCommon = 6, 40
)

// near are the sets of classes that can stand before and behind a gram.
type near struct{ before, behind uint64 }

// needle is one string to find and who needs it; end is where its gram ends, counted from its beginning.
type needle struct {
	text  string
	end   int
	on    Fields
	users []user
	// behind is what can follow it, nil for anything.
	behind []trail
}

// newGrams files literals, folded and not empty.
func newGrams(lits []needle, loose bool) *grams {
	x := &grams{lits: lits, loose: loose}
	x.classes()
	common := map[uint32]int{}
	for i := range lits {
		for at := 3; at <= len(lits[i].text); at++ {
			common[x.gram(lits[i].text[at-3:at])]++
		}
	}
	under := map[uint32]*drawer{}
	for i := range lits {
		l := &lits[i]
		for _, u := range l.users {
			l.on.unite(u.on)
		}
		l.end = 3
		if len(l.text) < 3 {
			x.fileShort(under, i)
			continue
		}
		rare := x.gram(l.text[:3])
		for at := 4; at < len(l.text); at++ { // one that is followed by a further letter
			if g := x.gram(l.text[at-3 : at]); common[g] < common[rare] {
				rare, l.end = g, at
			}
		}
		for at := 3; at < len(l.text); at++ { // better one that lies there already: each more is listed in more texts
			if g := x.gram(l.text[at-3 : at]); under[g] != nil && len(under[g].lits) < maxShared && common[g] < maxCommon {
				rare, l.end = g, at
			}
		}
		file(under, rare, i, near{x.leading(l), x.trailing(l)})
	}
	x.lay(under)
	return x
}

// drawer gathers the literals filed under a gram.
type drawer struct {
	near near
	lits []uint32
}

const (
	anyClass = ^uint64(0)
	// wordClasses are those of letters and digits.
	wordClasses = uint64(1<<36-1) << firstClass
)

func file(under map[uint32]*drawer, g uint32, lit int, n near) {
	d := under[g]
	if d == nil {
		d = &drawer{}
		under[g] = d
	}
	d.near.before |= n.before
	d.near.behind |= n.behind
	if n := uint32(lit); len(d.lits) == 0 || d.lits[len(d.lits)-1] != n {
		d.lits = append(d.lits, n)
	}
}

// leading are the classes before the gram of a literal: those of the character
// there, or before the literal, where no letter or digit may stand for any of its users.
func (x *grams) leading(l *needle) uint64 {
	switch {
	case l.end > 3:
		return 1 << x.class[l.text[l.end-4]]
	case x.loose || slices.ContainsFunc(l.users, func(u user) bool { return !u.left }):
		return anyClass
	}
	return ^wordClasses
}

// trailing are the classes behind the gram of a literal of three bytes or more.
func (x *grams) trailing(l *needle) uint64 {
	if l.end < len(l.text) {
		return 1 << x.class[l.text[l.end]]
	}
	if !x.loose && !slices.ContainsFunc(l.users, func(u user) bool { return !u.right }) {
		return ^wordClasses
	}
	next := uint64(0)
	for _, t := range x.behind(l) {
		next |= x.following(t, 0)
	}
	return next
}

// firstClass is the class of the letter a.
const firstClass = 3

// classes gives letters, whatever their case, digits and the common marks a class each, and the others one of the rest.
func (x *grams) classes() {
	const own = "abcdefghijklmnopqrstuvwxyz0123456789 .-_/:()[],=\"';+*<>\t"
	for c := range x.class {
		switch {
		case c < 32 || c == 127:
			x.class[c] = 0
		case c >= 128:
			x.class[c] = 1
		default:
			x.class[c] = firstClass - 1
		}
	}
	for i := range len(own) {
		x.class[own[i]] = uint8(firstClass + i)
		x.class[upper(own[i])] = uint8(firstClass + i)
	}
}

// gram numbers three characters.
func (x *grams) gram(s string) uint32 {
	return uint32(x.class[s[0]])<<(2*classBits) | uint32(x.class[s[1]])<<classBits | uint32(x.class[s[2]])
}

// fileShort files a literal shorter than a gram under every gram it can begin.
// The end of a text counts as characters of class 0.
func (x *grams) fileShort(under map[uint32]*drawer, i int) {
	lit, before := x.lits[i].text, x.leading(&x.lits[i])
	for _, t := range x.behind(&x.lits[i]) {
		gs := []uint32{0}
		for i := range len(lit) {
			gs[0] = gs[0]<<classBits | uint32(x.class[lit[i]])
		}
		for at := range 3 - len(lit) {
			next := x.following(t, at)
			if len(gs)*bits.OnesCount64(next) > maxGrams {
				next = anyClass
			}
			var grown []uint32
			for _, g := range gs {
				for m := next; m != 0; m &= m - 1 {
					grown = append(grown, g<<classBits|uint32(bits.TrailingZeros64(m)))
				}
			}
			gs = grown
		}
		for _, g := range gs {
			file(under, g, i, near{before, x.following(t, 3-len(lit))})
		}
	}
}

// behind are the trails of a literal; one on which anything goes, when it has none.
func (x *grams) behind(l *needle) []trail {
	if len(l.behind) == 0 || x.loose {
		return []trail{nil}
	}
	return l.behind
}

// following are the classes of what can stand at a place of the trail.
func (x *grams) following(t trail, at int) uint64 {
	if at >= len(t) || slices.ContainsFunc(t[:at], func(p place) bool { return p.end }) {
		return anyClass
	}
	m := uint64(0)
	if t[at].end {
		m = 1
	}
	for c := range 256 {
		if t[at].has(byte(c)) {
			m |= 1 << x.class[c]
		}
	}
	return m
}

// lay lays the drawers out one behind the other, in the order of the grams.
func (x *grams) lay(under map[uint32]*drawer) {
	for g := range under {
		x.bits[g>>6] |= 1 << (g & 63)
	}
	for w, word := range x.bits {
		x.before[w] = uint32(len(x.near))
		for ; word != 0; word &= word - 1 {
			d := under[uint32(w<<6+bits.TrailingZeros64(word))]
			x.near = append(x.near, d.near)
			x.first = append(x.first, uint32(len(x.filed)))
			x.filed = append(x.filed, d.lits...)
		}
	}
	x.first = append(x.first, uint32(len(x.filed)))
}

// scan calls hit with the users of each literal of the field found in the text, where it begins and ends.
//
// A gram that is filed turns up at random, so a branch on it would be guessed
// wrong each time: of a stretch of the text all are listed, and then looked at.
func (x *grams) scan(f Field, text string, hit func(users []user, at, end int)) {
	var listed [64]uint32 // a gram, and in the last six bits where it ends in the stretch
	g := uint32(0)
	for from := 0; from < len(text); from += len(listed) {
		stretch, n := text[from:min(from+len(listed), len(text))], 0
		for at := range len(stretch) {
			g = (g<<classBits | uint32(x.class[stretch[at]])) & (1<<gramBits - 1)
			listed[n&63] = g<<6 | uint32(at)
			n += int(x.bits[g>>6] >> (g & 63) & 1)
		}
		for _, l := range listed[:n] {
			g := l >> 6
			n := x.rank(g)
			if end := from + int(l&63) + 1; end >= 3 && x.near[n].fits(x, text, end) {
				x.filedUnder(n, f, text, end, hit)
			}
		}
	}
	for end := len(text) + 1; end <= len(text)+2; end++ { // a short literal may end where the text does
		if g = g << classBits & (1<<gramBits - 1); end >= 3 && x.bits[g>>6]>>(g&63)&1 != 0 {
			if n := x.rank(g); x.near[n].fits(x, text, end) {
				x.filedUnder(n, f, text, end, hit)
			}
		}
	}
}

// rank is the place of a gram that is filed among those that are.
func (x *grams) rank(g uint32) uint32 {
	return x.before[g>>6] + uint32(bits.OnesCount64(x.bits[g>>6]&(1<<(g&63)-1)))
}

// filedUnder calls hit for the literals of the gram of that rank, which ends at end.
func (x *grams) filedUnder(n uint32, f Field, text string, end int, hit func(users []user, at, end int)) {
	for _, i := range x.filed[x.first[n]:x.first[n+1]] {
		l := &x.lits[i]
		if at := end - l.end; at >= 0 && l.on.Has(f) && foldHas(text[at:], l.text) {
			hit(l.users, at, at+len(l.text))
		}
	}
}

// fits reports whether what stands around the gram that ends at end can.
func (n *near) fits(x *grams, text string, end int) bool {
	return (end < 4 || n.before&(1<<x.class[text[end-4]]) != 0) && (end >= len(text) || n.behind&(1<<x.class[text[end]]) != 0)
}
