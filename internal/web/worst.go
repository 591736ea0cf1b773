package web

import (
	"cmp"
	"slices"

	"telltale/internal/browse"
	"telltale/internal/finding"
	"telltale/internal/law"
)

// rank orders verdicts, the worst first.
func rank(v law.Verdict) int {
	return slices.Index(browse.Verdicts, v)
}

// order is rank with nothing at all behind every verdict.
func order(v law.Verdict) int {
	if n := rank(v); n >= 0 {
		return n
	}
	return len(browse.Verdicts)
}

// sortWorst orders findings for reading: worst verdict, nearest day, provision.
func sortWorst(fs []finding.Finding) {
	slices.SortStableFunc(fs, func(a, b finding.Finding) int {
		return cmp.Or(cmp.Compare(rank(a.Verdict), rank(b.Verdict)), cmp.Compare(dueRank(&a), dueRank(&b)), cmp.Compare(a.Provision, b.Provision))
	})
}

func dueRank(f *finding.Finding) int {
	if f.Due == nil {
		return 1 << 30
	}
	return int(*f.Due)
}
