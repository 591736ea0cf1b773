package inspect

import (
	"fmt"
	"sort"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/firmware/unpack"
)

// Chip makers: a kernel or boot loader built for many boards names the chips
// of many makers and runs on one. Texts that code holds to support a chip count in
// full while the image names one maker by them, less with two, not at all with more; the
// kit's own code, names of modules and the board's device tree count always.

// supports says that the hit may stand in code that only supports the chip.
func (h *markHit) supports() bool { return h.m.Role == "soc" && !h.m.Kit && h.off >= 0 }

// chips drops the hits that only say which chips the code supports.
func (in *inspector) chips(hits []markHit) []markHit {
	named := map[string]bool{}
	for i := range hits {
		if hits[i].supports() {
			named[hits[i].m.Org] = true
		}
	}
	if len(named) < 2 {
		return hits
	}
	var out []markHit
	var seen *file
	for _, h := range hits {
		switch {
		case !h.supports():
			out = append(out, h)
		case len(named) == 2: // a chip and a companion, such as a radio: which is which is not known
			in.claim("soc", h.m.Org, Suspicious, seenIn(h.f, h.text, h.off))
		case seen == nil:
			seen = h.f
		}
	}
	if seen == nil {
		return out
	}
	var l []string
	for o := range named {
		l = append(l, o)
	}
	sort.Strings(l)
	in.add(seen.at(Finding{ID: "maker.soc", Level: Note, Rule: "supported-chips", Value: "supports " + strings.Join(l, ", "), Title: fmt.Sprintf("Supports the chips of %d makers (%s), which does not say whose is in the device", len(l), in.names(l)),
		Control: "texts that any code supporting a chip holds count only when one maker is named by them"}, -1))
	return out
}

// boardTrees claims the chip of the board whose device tree the image holds, when it holds those of one chip maker only.
func (in *inspector) boardTrees() {
	orgs := map[string]bool{}
	var chip, where string
	var at int64
	in.tree.EachRegion(func(full string, _ *unpack.Object, r *unpack.Region) {
		if r.Format != "dtb" {
			return
		}
		for _, f := range r.Facts {
			if f.Name != "compatible" {
				continue
			}
			l := strings.Split(f.Value, ", ")
			prefix, _, _ := strings.Cut(l[len(l)-1], ",")
			if org := in.facts.DeviceTree[prefix]; org != "" {
				orgs[org] = true
				chip, where, at = l[len(l)-1], full, r.Offset
			}
			in.observe(evidence.FwModel, f.Value, full, r.Offset)
		}
	})
	if len(orgs) != 1 {
		return
	}
	for org := range orgs {
		lv := Probable
		if strings.Contains(where, "!firmware") { // the tree of a boot loader, which may come from the loader's own sources
			lv = Suspicious
		}
		in.claim("soc", org, lv, "device tree for "+chip+" in "+where)
		in.observe(evidence.FwSDK, chip, where, at)
	}
}
