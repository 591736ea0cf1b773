package sheet

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// prepare works out what the heading says beyond the attribute.
func (c *column) prepare() {
	n := normalise(c.heading)
	switch c.attr {
	case evidence.ProducedIn:
		c.stage = stageOf(n)
	case evidence.Fact:
		c.fact = strings.ReplaceAll(strings.TrimPrefix(n, factPrefix), " ", "_")
	}
}

// stageOf says of which stage of production a heading speaks. A country of
// origin as traders state it is where a thing was last made, not where it was
// designed; only the law's own words "produced in" mean all stages.
func stageOf(heading string) string {
	switch {
	case strings.Contains(heading, "assembl"):
		return "assembly"
	case strings.Contains(heading, "design"):
		return "design"
	case strings.Contains(heading, "develop"):
		return "development"
	case heading == "produced in":
		return ""
	}
	return "manufacture"
}

// excelDates reports whether bare numbers in the column are Excel's day numbers.
func (c *column) excelDates() bool { return c.profile.excelDates > 0 }

// settleDates decides for each date column whether the day or the month stands
// first: by values that leave no choice, else by the other date columns.
func (it *interpreter) settleDates(rows [][]string, opt choices) {
	common, tongues := orderUnknown, 0
	for i := range it.cols {
		if it.cols[i].tongue == european {
			tongues++
		}
	}
	var open []*column
	for i := range it.cols {
		c := &it.cols[i]
		switch c.attr {
		case evidence.Acquired, evidence.Installed, evidence.Removed, evidence.AuthorisedOn, evidence.ApplicationFiled, lastSeen, genericDate:
		default:
			continue
		}
		if c.attr == genericDate && it.purchases(opt) {
			c.attr = evidence.Acquired
		}
		if opt.dates != orderUnknown {
			c.order = opt.dates
			continue
		}
		for _, r := range rows {
			if c.index < len(r) {
				c.order = combine(c.order, orderOf([]byte(r[c.index])))
			}
		}
		if c.order == orderMixed {
			it.note(fmt.Sprintf("column %s has dates both as day/month and month/day: those that could be either are left out", it.letters(c)))
			c.order = orderUnknown
			continue
		}
		common = combine(common, c.order)
		if c.order == orderUnknown {
			open = append(open, c)
		}
	}
	if common == orderUnknown && tongues >= 2 {
		common = dayFirst // as the language of the headings writes them
	}
	if common == dayFirst || common == monthFirst {
		for _, c := range open {
			c.order = common
		}
	}
}

func (it *interpreter) purchases(choices) bool {
	for _, c := range it.cols {
		if c.attr == evidence.Acquired {
			return false
		}
	}
	for _, c := range it.cols {
		if c.attr == evidence.Price || c.attr == lineTotal || c.attr == evidence.Order {
			return true
		}
	}
	return false
}

func combine(a, b dateOrder) dateOrder {
	switch {
	case a == b || b == orderUnknown:
		return a
	case a == orderUnknown:
		return b
	}
	return orderMixed
}

// wordTable maps phrases to values, longest phrases first.
type wordTable []struct{ phrase, value string }

func newWordTable(lines []struct{ words, value string }) wordTable {
	var t wordTable
	for _, l := range lines {
		for p := range strings.SplitSeq(l.words, "|") {
			t = append(t, struct{ phrase, value string }{p, l.value})
		}
	}
	slices.SortStableFunc(t, func(a, b struct{ phrase, value string }) int { return len(b.phrase) - len(a.phrase) })
	return t
}

var (
	fundingTable = sync.OnceValue(func() wordTable { return newWordTable(fundingWords) })
	purposeTable = sync.OnceValue(func() wordTable { return newWordTable(purposeWords) })
)

// longestWords returns the value of the longest phrase that stands in text as
// whole words. The law's own value ("usf_capital") stands for itself.
func longestWords(t wordTable, text string) string {
	n := normalise(text)
	for _, e := range t {
		if strings.ReplaceAll(e.value, "_", " ") == n {
			return e.value
		}
	}
	padded := " " + n + " "
	for _, e := range t {
		if strings.Contains(padded, " "+e.phrase+" ") {
			return e.value
		}
	}
	return ""
}

// interner shares equal texts of repeated cells, so that a million rows hold
// one copy of each model. A column of mostly different values gives it up.
type interner struct {
	texts map[string]string
	kinds map[string]asset.Kind
}

// maxInterned bounds the texts kept; maxInternedLen the length of each.
const (
	maxInterned    = 1 << 16
	maxInternedLen = 128
)

func newInterner() *interner {
	return &interner{texts: map[string]string{}, kinds: map[string]asset.Kind{}}
}

// get returns b as a string.
func (n *interner) get(c *column, b []byte) string {
	if c.unique || len(b) > maxInternedLen {
		return string(b)
	}
	if s, ok := n.texts[string(b)]; ok {
		c.hits++
		return s
	}
	if c.misses++; c.misses > 4096 && c.misses > c.hits {
		c.unique = true
	}
	s := string(b)
	if len(n.texts) < maxInterned {
		n.texts[s] = s
	}
	return s
}

// kind returns the kind a category text stands for.
func (n *interner) kind(text string) asset.Kind {
	if k, ok := n.kinds[text]; ok {
		return k
	}
	k := categoryKind(text)
	if len(n.kinds) < maxInterned {
		n.kinds[text] = k
	}
	return k
}
