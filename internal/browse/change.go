package browse

import (
	"bytes"
	"cmp"
	"slices"

	"telltale/internal/law"
)

// Change is a finding whose verdict differs between two results. Before and Now
// are its numbers in the two, -1 where there is none; From and To are "" there.
type Change struct {
	Before, Now int
	From, To    law.Verdict
}

// ChangeCount counts changes alike.
type ChangeCount struct {
	From  law.Verdict `json:"from"`
	To    law.Verdict `json:"to"`
	Count int         `json:"count"`
}

// Changes compares the findings of a result with those of one before: all
// changes counted, and the first limit of them, worst new verdict first.
func (x *Index) Changes(before *Index, limit int) ([]ChangeCount, []Change) {
	type pair struct{ from, to uint8 }
	counts, kept := map[pair]int{}, map[pair][]Change{}
	note := func(b, n int) {
		p, c := pair{noVerdict, noVerdict}, Change{Before: b, Now: n}
		if b >= 0 {
			p.from = before.findings.verdict[b]
			c.From = Verdicts[p.from]
		}
		if n >= 0 {
			p.to = x.findings.verdict[n]
			c.To = Verdicts[p.to]
		}
		if counts[p]++; p.from != p.to && len(kept[p]) < limit {
			kept[p] = append(kept[p], c)
		}
	}
	pairs(&before.findings, &x.findings, note)
	var out []ChangeCount
	var listed []Change
	ps := []pair{}
	for p := range counts {
		if p.from != p.to {
			ps = append(ps, p)
		}
	}
	slices.SortFunc(ps, func(a, b pair) int { return cmp.Or(cmp.Compare(a.to, b.to), cmp.Compare(a.from, b.from)) })
	verdict := func(v uint8) law.Verdict {
		if v == noVerdict {
			return ""
		}
		return Verdicts[v]
	}
	for _, p := range ps {
		out = append(out, ChangeCount{verdict(p.from), verdict(p.to), counts[p]})
		listed = append(listed, kept[p][:min(len(kept[p]), limit-len(listed))]...)
	}
	return out, listed
}

// pairs walks two results in the order of finding IDs; -1 stands for none.
func pairs(a, b *findings, each func(i, j int)) {
	id := func(f *findings, k int) []byte { n := int(f.byID[k]) * idLen; return f.ids[n : n+idLen] }
	i, j := 0, 0
	for i < a.n || j < b.n {
		c := 0
		switch {
		case i == a.n:
			c = 1
		case j == b.n:
			c = -1
		default:
			c = bytes.Compare(id(a, i), id(b, j))
		}
		switch {
		case c < 0:
			each(int(a.byID[i]), -1)
			i++
		case c > 0:
			each(-1, int(b.byID[j]))
			j++
		default:
			each(int(a.byID[i]), int(b.byID[j]))
			i, j = i+1, j+1
		}
	}
}
