package scanned

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"telltale/internal/answer"
	"telltale/internal/asset"
	"telltale/internal/source"
)

// summary counts what was tried, for the coverage of a scan.
type summary struct {
	begun   bool
	targets []string
	at      string
	ended   bool
	hosts   int
	tried   int
	silent  int
	probes  map[string]map[answer.Outcome]int
	skipped map[string]int // "probe: why" → hosts
	fragile map[string]int
	broken  []string // hosts with a probe that broke off, and why
	notes   []string
}

// maxBroken bounds the hosts named for an answer that broke off.
const maxBroken = 20

func (s *summary) add(r *answer.Record) {
	switch {
	case r.Begin != nil:
		s.begun, s.targets = true, r.Begin.Targets
		if !r.Begin.At.IsZero() {
			s.at = r.Begin.At.UTC().Format("2006-01-02T15:04:05Z")
		}
	case r.End:
		s.ended = true
	case r.Block != nil:
		s.tried += r.Block.Tried
		s.silent += r.Block.Silent
	case r.Note != "" && !slices.Contains(s.notes, r.Note):
		s.notes = append(s.notes, r.Note)
	case r.Host != nil:
		s.host(r.Host)
	}
}

func (s *summary) host(h *answer.Host) {
	if s.probes == nil {
		s.probes, s.skipped, s.fragile = map[string]map[answer.Outcome]int{}, map[string]int{}, map[string]int{}
	}
	s.hosts++
	if h.Fragile != "" {
		s.fragile[h.Fragile]++
	}
	for _, t := range h.Tries {
		m := s.probes[t.Probe]
		if m == nil {
			m = map[answer.Outcome]int{}
			s.probes[t.Probe] = m
		}
		m[t.Outcome]++
		switch {
		case t.Outcome == answer.Skipped:
			s.skipped[t.Probe+": "+t.Why]++
		case t.Why != "" && len(s.broken) < maxBroken:
			s.broken = append(s.broken, fmt.Sprintf("host %s, %s: %s", h.Addr, t.Probe, t.Why))
		}
	}
}

// cover writes the summary as notes: they are no failures.
func (s *summary) cover(cov *asset.Coverage) {
	note := func(format string, a ...any) { cov.Notes = append(cov.Notes, fmt.Sprintf(format, a...)) }
	if s.tried > 0 {
		note("%s tried, %s answered, %d silent", source.Count(s.tried, "address", "addresses"), source.Count(s.hosts, "host", "hosts"), s.silent)
	}
	for _, p := range sorted(s.probes) {
		m := s.probes[p]
		var parts []string
		for _, o := range []answer.Outcome{answer.Answered, answer.Silent, answer.Refused, answer.Broken, answer.Skipped} {
			if m[o] > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", m[o], o))
			}
		}
		note("%s: %s", p, strings.Join(parts, ", "))
	}
	for _, f := range sorted(s.fragile) {
		note("%d host(s) touched lightly: %s", s.fragile[f], f)
	}
	for _, w := range sorted(s.skipped) {
		note("not asked of %d host(s): %s", s.skipped[w], w)
	}
	for _, b := range s.broken {
		note("broken off at %s", b)
	}
	cov.Notes = append(cov.Notes, s.notes...)
	if n, ok := size(s.targets); ok && n == s.tried && s.ended {
		cov.Looked, cov.At = s.targets, s.at // as many as there are: none was left out
	}
	if s.begun && !s.ended {
		cov.Fail("", "the scan did not run to its end", "run the same scan again: it goes on where it stopped")
	}
}

// size counts the addresses of targets that are blocks and single addresses; false when there are others.
func size(targets []string) (int, bool) {
	n := 0
	for _, t := range targets {
		if _, err := netip.ParseAddr(t); err == nil {
			n++
			continue
		}
		p, err := netip.ParsePrefix(t)
		if err != nil || p.Addr().BitLen()-p.Bits() > 24 {
			return 0, false
		}
		n += 1 << (p.Addr().BitLen() - p.Bits())
	}
	return n, n > 0
}

func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
