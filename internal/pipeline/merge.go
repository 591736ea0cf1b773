package pipeline

import (
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// Ranks decide between sightings of one thing that differ: what was seen
// directly beats what was listed, what is more than a line of paper wins.
var (
	kindRank = map[asset.Kind]int{asset.Device: 6, asset.Software: 5, asset.Service: 4, asset.Contract: 3, asset.PurchaseLine: 2, asset.Party: 1}
	seenRank = map[asset.Seen]int{asset.Direct: 3, asset.Listed: 2, asset.Neighbour: 1}
	// nameRank orders what people call a thing: their own words first.
	nameRank = map[evidence.Attr]int{
		evidence.Name: 9, evidence.SysName: 8, evidence.Hostname: 7, evidence.LLDPSysName: 6, evidence.AssetTag: 5,
		evidence.ModelText: 4, evidence.Description: 3, evidence.BaseMAC: 2, evidence.IfMAC: 2, evidence.GPONSerial: 2, evidence.IP: 1,
	}
)

// factAttrs are observations the law asks for, by the name of the law's vocabulary.
var factAttrs = map[evidence.Attr]string{
	evidence.Acquired: "acquired", evidence.Installed: "installed", evidence.Removed: "removed", evidence.AuthorisedOn: "authorised_on",
	evidence.ApplicationFiled: "application_filed", evidence.FundedBy: "funded_by", evidence.Purpose: "purpose", evidence.ProducedIn: "produced_in",
	evidence.Site: "site", evidence.Order: "order", evidence.Status: "status", evidence.FunctionText: "function",
}

// merge joins the sightings of one thing. Order of sightings does not matter.
func merge(ss []*asset.Sighting) merged {
	m := merged{facts: map[string]string{}}
	best, sets, generations := 0, map[string][]string{}, []string(nil)
	for _, s := range ss {
		if kindRank[s.Kind] > kindRank[m.kind] {
			m.kind = s.Kind
		}
		if seenRank[s.Seen] > seenRank[m.seen] {
			m.seen = s.Seen
		}
		for i := range s.Observations {
			o := &s.Observations[i]
			if r := nameRank[o.Attr]; r > best || r > 0 && r == best && o.Value < m.name {
				best, m.name = r, o.Value
			}
			if o.Attr == evidence.ModelText && (m.model == "" || o.Value < m.model) {
				m.model = o.Value
			}
			if tellsGeneration(o.Attr) {
				if g := generationOf(o.Value); g != "" {
					generations = append(generations, g)
				}
			}
			switch name := factAttrs[o.Attr]; {
			case o.Attr == evidence.Quantity:
				if n, err := strconv.Atoi(o.Value); err == nil && n > m.quantity {
					m.quantity = n
				}
			case o.Attr == evidence.Fact:
				if k, v, ok := strings.Cut(o.Value, "="); ok {
					sets[k] = append(sets[k], v)
				}
			case name != "":
				sets[name] = append(sets[name], o.Value)
			}
		}
	}
	if sets["generation"] == nil && generations != nil {
		sets["generation"] = generations
	}
	for k, vs := range sets {
		slices.Sort(vs)
		m.facts[k] = strings.Join(slices.Compact(vs), ", ")
	}
	if m.quantity == 0 {
		m.quantity = 1
	}
	if m.name == "" && len(ss) > 0 {
		m.name = placeName(ss[0].Place)
		for _, s := range ss {
			m.name = min(m.name, placeName(s.Place))
		}
	}
	return m
}

// placeName names a thing that nobody named, by where it stood.
func placeName(p evidence.Place) string {
	return strings.TrimSpace(path.Base(filepath.ToSlash(p.Input)) + " " + p.At)
}

// places of the sightings, sorted, without doubles.
func places(ss []*asset.Sighting) []evidence.Place {
	out := make([]evidence.Place, 0, len(ss))
	for _, s := range ss {
		out = append(out, s.Place)
	}
	slices.SortFunc(out, func(a, b evidence.Place) int {
		if c := strings.Compare(a.Input, b.Input); c != 0 {
			return c
		}
		return strings.Compare(a.At, b.At)
	})
	return slices.Compact(out)
}
