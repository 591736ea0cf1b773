package cli

import (
	"strings"
)

// column is one heading phrase (lower case) and the role of its cells.
type column struct{ phrase, role string }

// table is a heading with the place of its columns; cells are cut at those places.
type table struct {
	starts []int
	roles  []string
}

func (t *table) has(role string) bool {
	for _, r := range t.roles {
		if r == role {
			return true
		}
	}
	return false
}

// parseHeading finds known phrases in a heading line, longest first at each
// place; nil unless two or more columns are known and nothing else stands there
// that is longer than what is known.
func parseHeading(text string, columns []column) *table {
	if len(text) > 300 {
		return nil
	}
	low := strings.ToLower(text)
	t := &table{}
	known, unknown := 0, 0
	for i := 0; i < len(low); {
		if low[i] == ' ' || low[i] == '\t' || low[i] == '|' {
			i++
			continue
		}
		best := column{}
		for _, c := range columns {
			if len(c.phrase) > len(best.phrase) && strings.HasPrefix(low[i:], c.phrase) && wordEnd(low, i+len(c.phrase)) {
				best = c
			}
		}
		if best.phrase == "" {
			j := i
			for j < len(low) && low[j] != ' ' {
				j++
			}
			t.starts, t.roles = append(t.starts, i), append(t.roles, "?")
			unknown++
			i = j
			continue
		}
		t.starts, t.roles = append(t.starts, i), append(t.roles, best.role)
		known++
		i += len(best.phrase)
	}
	if known < 2 || unknown > known {
		return nil
	}
	return t
}

func wordEnd(s string, i int) bool {
	return i >= len(s) || s[i] == ' ' || s[i] == '\t' || s[i] == '|' || s[i] == ','
}

// cell returns the text under the first column of a role. A word that begins
// before the column and runs into it belongs to the column it begins under.
func (t *table) cell(row, role string) string {
	for i, r := range t.roles {
		if r != role {
			continue
		}
		from, to := t.starts[i], len(row)
		if i+1 < len(t.starts) {
			to = min(to, t.starts[i+1])
		}
		if from >= len(row) {
			return ""
		}
		for from > 0 && from < len(row) && row[from-1] != ' ' && row[from] != ' ' {
			from-- // the cell is wider than its heading to the left
		}
		for to < len(row) && to > from && row[to-1] != ' ' && row[to] != ' ' {
			to++
		}
		if from >= to {
			return ""
		}
		return strings.Trim(row[from:to], " \t|")
	}
	return ""
}
