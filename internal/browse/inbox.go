package browse

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"telltale/internal/finding"
)

// asked are the questions of a result, in the order of their groups and IDs.
type asked struct {
	n     int
	ids   []byte
	group []uint32 // index into groups
	first []uint32 // findings of question i are findings[first[i]:first[i+1]]
	of    []uint32 // finding numbers
	// groups are texts as settleQuestions writes them: fact, text, values.
	groups []string
	start  []uint32 // questions of group g are start[g] <= q < start[g+1]
}

// Questions is a group of questions that ask the same fact in the same words of different things.
type Questions struct {
	// Group is the position in the inbox of this result, for Index.QuestionsIn.
	Group  int      `json:"group"`
	Fact   string   `json:"fact"`
	Text   string   `json:"text"`
	Values []string `json:"values,omitempty"`
	// Count is the number of questions, Findings the number of findings that wait for them.
	Count    int `json:"count"`
	Findings int `json:"findings"`
}

func (b *Builder) question(q *finding.Question, n uint32) error {
	id, err := hex.DecodeString(q.ID)
	if err != nil || len(id) != idLen {
		return fmt.Errorf("index question: ID %q is not %d hex digits", q.ID, 2*idLen)
	}
	a := ask{group: b.facts.code(q.Fact + "\x1f" + q.Text + "\x1f" + strings.Join(q.Values, "\x1e")), finding: n}
	copy(a.id[:], id)
	b.asks = append(b.asks, a)
	return nil
}

// settleQuestions orders the questions; moved gives the new number of each finding.
func (b *Builder) settleQuestions(moved []uint32) {
	values, code := b.facts.sorted()
	kept := b.asks[:0]
	for _, a := range b.asks {
		if a.finding = moved[a.finding]; a.finding != noRow {
			a.group = code[a.group]
			kept = append(kept, a)
		}
	}
	slices.SortFunc(kept, func(a, c ask) int {
		return cmp.Or(cmp.Compare(a.group, c.group), bytes.Compare(a.id[:], c.id[:]), cmp.Compare(a.finding, c.finding))
	})
	b.asks = slices.Compact(kept)
	b.facts.values = values
}

// fill makes the table of questions of what a builder collected.
func (q *asked) fill(asks []ask, groups []string) {
	q.groups = groups
	q.start = make([]uint32, len(groups)+1)
	for i, a := range asks {
		if i == 0 || a.id != asks[i-1].id || a.group != asks[i-1].group {
			q.ids = append(q.ids, a.id[:]...)
			q.group = append(q.group, a.group)
			q.first = append(q.first, uint32(len(q.of)))
			q.start[a.group+1]++
			q.n++
		}
		q.of = append(q.of, a.finding)
	}
	q.first = append(q.first, uint32(len(q.of)))
	for g := range groups {
		q.start[g+1] += q.start[g]
	}
}

// Inbox returns the open questions in groups, those that most findings wait for first.
func (x *Index) Inbox() []Questions {
	q := &x.asked
	out := []Questions{}
	for g, text := range q.groups {
		from, to := q.start[g], q.start[g+1]
		if from == to {
			continue
		}
		p := strings.SplitN(text, "\x1f", 3)
		x := Questions{Group: g, Fact: p[0], Text: p[1], Count: int(to - from), Findings: int(q.first[to] - q.first[from])}
		if p[2] != "" {
			x.Values = strings.Split(p[2], "\x1e")
		}
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b Questions) int {
		return cmp.Or(cmp.Compare(b.Findings, a.Findings), cmp.Compare(a.Fact, b.Fact), cmp.Compare(a.Text, b.Text))
	})
	return out
}

// Question is one open question.
type Question struct {
	ID    string `json:"id"`
	Asset string `json:"asset,omitempty"` // the asset it is asked of, or the first of several
	// Findings are the IDs of findings that wait for it, at most ten.
	Findings []string `json:"findings"`
	Count    int      `json:"count"` // of findings
}

// QuestionsIn returns limit questions of a group from position from, and how many there are.
func (x *Index) QuestionsIn(group, from, limit int) ([]Question, int) {
	q := &x.asked
	if group < 0 || group >= len(q.groups) || from < 0 {
		return nil, 0
	}
	start, end := int(q.start[group]), int(q.start[group+1])
	out := []Question{}
	for i := start + from; i < end && len(out) < limit; i++ {
		fs := q.of[q.first[i]:q.first[i+1]]
		y := Question{ID: hex.EncodeToString(q.ids[i*idLen : i*idLen+idLen]), Count: len(fs), Findings: []string{}}
		if row, ok := x.FindingAsset(int(fs[0])); ok {
			y.Asset = x.AssetID(row)
		}
		for _, f := range fs[:min(len(fs), 10)] {
			y.Findings = append(y.Findings, x.FindingID(int(f)))
		}
		out = append(out, y)
	}
	return out, end - start
}
