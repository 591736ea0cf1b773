package text

import (
	"strings"
	"unicode"

	"telltale/internal/evidence"
	"telltale/internal/source/observe"
	"telltale/internal/source/sheet"
)

// item is what one line says.
type item struct {
	facts       []fact
	model       string
	quantity    int
	priced      bool
	description string
	// identified is true when the line names one single thing by an address, the word number addressAt.
	identified bool
	addressAt  int
	// bare is true when the line is a product code and nothing else.
	bare bool
	// fcc is the FCC ID it states.
	fcc string
	// worded is true when a plain word stands in it: what is sold has a name.
	worded bool
}

type fact struct {
	attr  evidence.Attr
	value string
}

// thing reports whether the line names a thing: an identity, an FCC ID, a product code in
// a line that also counts or prices something, or words that are both counted and priced.
func (it *item) thing() bool {
	return it.identified || it.fcc != "" || it.model != "" && (it.quantity > 0 || it.priced || it.bare) || it.worded && it.quantity > 0 && it.priced
}

// offer reports whether the line is one of a quote or an order.
func (it *item) offer() bool { return !it.identified && (it.quantity > 0 || it.priced) }

// parseLine reads one line of goods or one address.
func parseLine(s string) item {
	var it item
	s = strings.TrimLeft(strings.TrimSpace(s), "-*•·> \t")
	if s == "" || len(s) > maxLine {
		return it
	}
	words := strings.Fields(s)
	for i, w := range words {
		it.word(words, i, strings.Trim(w, ",;()[]\"'"))
	}
	if it.fcc = fccID(s); it.fcc != "" {
		it.facts = append(it.facts, fact{evidence.FCCID, it.fcc})
		if strings.EqualFold(it.model, it.fcc) { // a number of its own kind, no designation
			it.model = ""
		}
	}
	if it.quantity == 0 && !it.identified {
		if n := multiplied(words); n > 0 {
			it.quantity, it.priced = n, true
		}
	}
	it.bare = len(words) == 1 && strings.ContainsRune(it.model, '-')
	// An address names a thing when it stands alone or with a few plain words
	// behind it; elsewhere it is a value in some table, log or letter.
	if it.identified && (it.addressAt > 0 || len(words) > 5 || technical(words) > 1 || strings.ContainsAny(s[len(words[0]):], ":=|")) {
		return item{}
	}
	if len(words) > 1 || it.model != "" {
		it.description = s
	}
	if it.offer() {
		it.description = goods(words)
	}
	return it
}

// goods is what a line of a quote offers: what stands between its number and
// count and its first price; the whole line when that names nothing.
func goods(words []string) string {
	from, to := 0, len(words)
	for from < to && leading(words[from]) {
		from++
	}
	for i := from; i < len(words); i++ {
		w := strings.Trim(words[i], ",;()[]\"'")
		if _, sum := amount(w); sum && behind(words, i) || currency(w) || isPrice(words, i, w) {
			to = i
			break
		}
	}
	s := strings.TrimRight(strings.Join(words[from:to], " "), ",;:@ ")
	if strings.IndexFunc(s, unicode.IsLetter) < 0 {
		return strings.Join(words, " ")
	}
	return s
}

// leading recognises the number of a line and a count: "3", "12.", "12x", "x", "pcs".
func leading(w string) bool {
	w = strings.ToLower(strings.Trim(w, ".,:;()×x"))
	return w == "" || small(w) > 0 || pieces[w]
}

// label reads "S/N: A1B2" or "MAC = 00:11:22:33:44:55": a line that states one
// fact of a thing. Keys of programs ("mac_address:") are no labels of people.
func label(s string) (fact, bool) {
	if s == "" || isSpace(s[0]) || len(s) > 300 {
		return fact{}, false
	}
	name, value, ok := strings.Cut(s, ":")
	if !ok || len(name) > 40 {
		if name, value, ok = strings.Cut(s, "="); !ok || len(name) > 40 {
			return fact{}, false
		}
	}
	if strings.ContainsAny(name, "_\"") {
		return fact{}, false
	}
	a, ok := sheet.Meaning(name)
	if !ok {
		return fact{}, false
	}
	v, ok := sheet.Value(a, strings.TrimSpace(value))
	return fact{a, v}, ok && v != ""
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

// block is a run of labelled lines about one thing.
type block struct {
	facts []fact
	at    []string
}

// thing reports whether the facts name a thing: an identity, a type approval, or two facts of which one is a product.
func (b *block) thing() bool {
	product := false
	for _, f := range b.facts {
		switch f.attr {
		case evidence.Serial, evidence.IfMAC, evidence.BaseMAC, evidence.GPONSerial, evidence.IMEI, evidence.UUID, evidence.FCCID:
			return true
		case evidence.ModelText, evidence.PartNumber, evidence.Description:
			product = true
		}
	}
	return product && len(b.facts) >= 2
}

// has reports whether the block states the attribute already: then a new thing begins.
func (b *block) has(a evidence.Attr) bool {
	for _, f := range b.facts {
		if f.attr == a {
			return true
		}
	}
	return false
}

// word reads one word of a line.
func (it *item) word(words []string, i int, w string) {
	if w == "" {
		return
	}
	if mac, ok := observe.MAC(w); ok && strings.ContainsAny(w, ":-.") {
		it.identity(fact{evidence.IfMAC, mac}, i)
		return
	}
	if ip, ok := observe.IP(w); ok && !strings.Contains(w, "/") {
		it.identity(fact{evidence.IP, ip}, i)
		return
	}
	if sn, _, ok := observe.GPON(w); ok && len(w) == 12 && strings.ToUpper(w) == w && strings.ContainsAny(w[4:], "0123456789") {
		it.identity(fact{evidence.GPONSerial, sn}, i)
		return
	}
	switch {
	case isPrice(words, i, w):
		it.priced = true
	case it.quantity == 0 && it.count(words, i, w):
	case it.model == "" && productCode(w):
		it.model = w
	case plainWord(w):
		it.worded = true
	}
}

// plainWord recognises three letters or more that are no currency and no word for a piece.
func plainWord(w string) bool {
	for _, c := range w {
		if !unicode.IsLetter(c) && c != '-' {
			return false
		}
	}
	return len(w) >= 3 && !currency(w) && !pieces[strings.ToLower(w)]
}

func currency(w string) bool {
	switch strings.ToUpper(w) {
	case "USD", "EUR", "GBP", "CAD", "AUD":
		return true
	}
	return false
}

func (it *item) identity(f fact, word int) {
	if !it.identified {
		it.identified, it.addressAt = true, word
	}
	it.facts = append(it.facts, f)
}

// count recognises a number of pieces: "x12", "12x", "12 x", "12 pcs", "qty 12", "qty: 12".
func (it *item) count(words []string, i int, w string) bool {
	low := strings.ToLower(w)
	next, prev := "", ""
	if i+1 < len(words) {
		next = strings.ToLower(strings.Trim(words[i+1], ".,;()"))
	}
	if i > 0 {
		prev = strings.ToLower(strings.Trim(words[i-1], ".,:;()"))
	}
	n := 0
	switch {
	case len(low) > 1 && (low[0] == 'x' || strings.HasPrefix(low, "×")):
		n = small(strings.TrimLeft(low, "x×"))
	case len(low) > 1 && (strings.HasSuffix(low, "x") || strings.HasSuffix(low, "×")):
		n = small(strings.TrimRight(low, "x×"))
	case next == "x" || next == "×" || pieces[next] || prev == "x" || prev == "×" || prev == "qty" || prev == "quantity":
		n = small(strings.TrimSuffix(low, "."))
	case strings.HasPrefix(low, "qty:"), strings.HasPrefix(low, "qty="):
		n = small(low[4:])
	default:
		for p := range pieces {
			if strings.HasSuffix(low, p) && n == 0 {
				n = small(strings.TrimSuffix(low, p))
			}
		}
	}
	it.quantity = n
	return n > 0
}

var pieces = map[string]bool{"pcs": true, "pc": true, "pieces": true, "piece": true, "units": true, "unit": true, "ea": true, "each": true, "nos": true, "off": true, "qty": true, "sets": true}

// small reads a number of pieces up to a million, 0 for anything else.
func small(s string) int {
	if s == "" || len(s) > 7 {
		return 0
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0
		}
		n = n*10 + int(s[i]-'0')
	}
	if n > 1_000_000 {
		return 0
	}
	return n
}

// isPrice recognises "$120.00", "€99", "120.00 USD", "@ 45.00".
func isPrice(words []string, i int, w string) bool {
	digits := strings.Trim(w, "$€£¥@,.0123456789-")
	if digits != "" || !strings.ContainsAny(w, "0123456789") {
		return false
	}
	if strings.ContainsAny(w, "$€£¥") || i > 0 && (words[i-1] == "@" || words[i-1] == "$" || words[i-1] == "€" || words[i-1] == "£") {
		return true
	}
	return i > 0 && currency(strings.Trim(words[i-1], ".,:;")) || i+1 < len(words) && currency(strings.Trim(words[i+1], ".,;"))
}

// technical counts the words that hold a digit.
func technical(words []string) int {
	n := 0
	for _, w := range words {
		if strings.ContainsAny(w, "0123456789") {
			n++
		}
	}
	return n
}

// productCode recognises how makers write products: capitals and digits
// together, four characters or more, usually with a hyphen or slash.
// Units ("8MP", "48VDC", "100W", "1080P", "10GBASE-T") and dates are none.
func productCode(w string) bool {
	w = strings.TrimRight(w, ".:")
	if len(w) < 4 || len(w) > 40 {
		return false
	}
	upper, lower, digit, sep := 0, 0, 0, 0
	for i := 0; i < len(w); i++ {
		switch c := w[i]; {
		case 'A' <= c && c <= 'Z':
			upper++
		case 'a' <= c && c <= 'z':
			lower++
		case '0' <= c && c <= '9':
			digit++
		case c == '-' || c == '/' || c == '+' || c == '_' || c == '.':
			sep++
		default:
			return false
		}
	}
	switch {
	case upper == 0 || digit == 0 || sep > 6:
		return false
	case lower > upper+2:
		return false
	case '0' <= w[0] && w[0] <= '9' && sep == 0:
		return !unit(w)
	case strings.HasPrefix(w, "10GBASE"), strings.HasPrefix(w, "1000BASE"), strings.HasPrefix(w, "100BASE"), strings.HasPrefix(w, "RJ"), strings.HasPrefix(w, "CAT"), strings.HasPrefix(w, "IEEE"), strings.HasPrefix(w, "ISO"):
		return false
	}
	return true
}

// unit reports whether a word is a number with a unit: digits, then at most four letters.
func unit(w string) bool {
	i := 0
	for i < len(w) && (w[i] >= '0' && w[i] <= '9' || w[i] == '.') {
		i++
	}
	rest := w[i:]
	return len(rest) <= 4 && !strings.ContainsAny(rest, "0123456789")
}
