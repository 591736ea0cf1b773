package sheet

import (
	"bytes"
	"strings"

	"telltale/internal/evidence"
)

// maxHeaderRow is how far down the heading row of a table is looked for.
const maxHeaderRow = 60

// header is the heading row of a table and where it stands in the sample.
type header struct {
	// first and last are the indices of its rows in the sample.
	first, last int
	headings    []string
	// found is false when no row holds headings; then the columns are numbered.
	found bool
}

// findHeader looks for the row with the most known headings in the sample.
// The first row that has nearly as many as the best wins, since a heading row
// repeated on each page may be cleaner than the first; a row that is one beyond
// doubt wins too, since tables of one sheet need not be of one kind.
func findHeader(sample []sampleRow, chosen map[evidence.Attr]string) header {
	best, scores := 0, make([]int, min(len(sample), maxHeaderRow))
	for i := range scores {
		scores[i] = headerScore(sample[i].cells, chosen)
		best = max(best, scores[i])
	}
	if best < minHeaderScore {
		return header{first: -1, last: -1, headings: numbered(sample)}
	}
	at := 0
	for (scores[at] < best*7/10 || scores[at] < minHeaderScore) && !startsAbove(sample, at) {
		at++
	}
	h := header{first: at, last: at, headings: trimmed(sample[at].cells), found: true}
	if at+1 < len(sample) && lowerHeader(sample[at+1].cells, h.headings) {
		h.last++
		h.headings = merge(h.headings, trimmed(sample[at+1].cells))
	} else if at > 0 && upperHeader(sample[at-1].cells, h.headings) {
		h.first--
		h.headings = merge(trimmed(sample[at-1].cells), h.headings)
	}
	return h
}

// startsAbove reports whether the row at i is a heading row beyond doubt with a row of at least two values below it.
func startsAbove(sample []sampleRow, i int) bool {
	if i+1 >= len(sample) || !startsTable(sample[i].cells) || startsTable(sample[i+1].cells) {
		return false
	}
	n := 0
	for _, c := range sample[i+1].cells {
		if c != "" {
			n++
		}
	}
	return n >= 2
}

// minHeaderScore is one sure heading and one that is likely; a table of one column needs only the first.
const minHeaderScore = 10

// headerScore adds up the known headings of a row and takes off for what no heading row has.
func headerScore(cells []string, chosen map[evidence.Attr]string) int {
	score, filled, useful := 0, 0, 0
	seen := map[evidence.Attr]bool{}
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		filled++
		for _, want := range chosen {
			if want != "" && strings.EqualFold(strings.TrimSpace(want), c) {
				score += 30
				useful++
			}
		}
		if isValue(c) || len(c) > 80 {
			score -= 8
			continue
		}
		m := meaningOf(c)
		switch {
		case m.attr == "":
		case m.attr == ignored:
			score += 3
		case seen[m.attr]:
			score += 2
		default:
			seen[m.attr] = true
			score += m.strength
			useful++
		}
	}
	// One useful heading among others needs a second that is at least known.
	if useful == 0 || useful == 1 && filled > 1 && score < 13 {
		return 0
	}
	return score
}

// isValue reports whether a cell holds a value that is never a heading.
func isValue(s string) bool {
	b := []byte(s)
	var buf [32]byte
	if _, ok := parseMAC(buf[:0], b); ok && distinctMAC(b) {
		return true
	}
	if _, ok := parseIP(b); ok {
		return true
	}
	if _, k := parseDate(b, monthFirst, false); k != noDate {
		return true
	}
	return isMoney(b) && !bytes.ContainsAny(b, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

// lowerHeader reports whether cells are a second heading row: no values, and
// known headings under columns that the row above leaves blank or names poorly.
func lowerHeader(cells, upper []string) bool {
	gain := 0
	for i, c := range cells {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		if isValue(c) || len(c) > 60 {
			return false
		}
		low := meaningOf(c)
		up := meaning{}
		if i < len(upper) {
			up = meaningOf(upper[i])
		}
		switch {
		case low.strength == 10 && up.strength < 10:
			gain += 2
		case low.attr == "" && up.attr != "":
			gain-- // a value under a good heading
		}
	}
	return gain >= 3
}

// upperHeader reports whether the row above a heading row names groups of its
// columns, as merged cells do: at least two texts, blank cells between, no values.
func upperHeader(cells, lower []string) bool {
	texts, gain := 0, 0
	for i, c := range cells {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		if isValue(c) || len(c) > 40 || strings.Contains(c, ":") {
			return false
		}
		texts++
		if i < len(lower) && meaningOf(lower[i]).strength < 10 {
			gain++
		}
		if i < len(lower) && meaningOf(c+" "+lower[i]).strength == 10 {
			gain++
		}
	}
	return texts >= 2 && gain >= 1
}

// merge writes two heading rows as one. The upper cell stands over the blank
// cells to its right too. Where the lower heading says enough alone, it stays.
func merge(upper, lower []string) []string {
	out := make([]string, max(len(upper), len(lower)))
	group := ""
	for i := range out {
		up, low := "", ""
		if i < len(upper) {
			up = upper[i]
		}
		if i < len(lower) {
			low = lower[i]
		}
		if up != "" {
			group = up
		}
		both := strings.TrimSpace(group + " " + low)
		switch {
		case low == "":
			out[i] = up
		case group == "":
			out[i] = low
		case meaningOf(both).strength == 10 || meaningOf(low).attr == "" || meaningOf(low).attr == ignored || meaningOf(low).attr == genericDate:
			out[i] = both
		default:
			out[i] = low
		}
	}
	return out
}

func trimmed(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = strings.Join(strings.Fields(c), " ")
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

// numbered gives a table without headings as many empty ones as it has columns.
func numbered(sample []sampleRow) []string {
	n := 0
	for _, r := range sample {
		n = max(n, len(r.cells))
	}
	return make([]string, n)
}

// knownHeadings counts the columns of the best heading row in the beginning of a delimited text.
func knownHeadings(text []byte, comma byte) int {
	t := newCSV(bytes.NewReader(text), comma)
	best := 0
	var row Row
	for range maxHeaderRow {
		if t.Next(&row) != nil {
			break
		}
		n, bad := 0, 0
		seen := map[evidence.Attr]bool{}
		for _, c := range row.Cells {
			if len(c) > 80 {
				bad++
				continue
			}
			c := string(clean(c))
			if m := meaningOf(c); m.strength >= 6 && m.attr != ignored && !seen[m.attr] && !isValue(c) {
				seen[m.attr] = true
				n++
			} else if c != "" && isValue(c) {
				bad++
			}
		}
		if bad*2 <= n {
			best = max(best, n)
		}
	}
	return best
}

// HeadingCount returns how many different known headings cells hold, 0 when
// one of them is a value and so the cells are no heading row.
func HeadingCount(cells []string) int {
	seen := map[evidence.Attr]bool{}
	n, texts := 0, 0
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		if isValue(c) || len(c) > 60 {
			return 0
		}
		texts++
		m := meaningOf(c)
		if m.strength >= 6 && !seen[m.attr] {
			n++
		}
		if m.attr != "" {
			seen[m.attr] = true
		}
	}
	if texts == 0 || n*2 < texts {
		return 0
	}
	return n
}
