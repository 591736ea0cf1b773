package pipeline

import (
	"path"
	"strings"

	"telltale/internal/attribute"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// HeldFigure says how recordings came out when what is nearest to them had no part in the answer.
type HeldFigure struct {
	Held    string  `json:"held"`
	Right   float64 `json:"right"`
	Wrong   float64 `json:"wrong"`
	Unknown float64 `json:"unknown"`
	// Missed and Mistaken count restricted recordings, Accused others called restricted.
	Missed   int `json:"restricted_missed"`
	Mistaken int `json:"restricted_wrong"`
	Accused  int `json:"accused"`
}

// held measures what is to be expected of devices never seen: weights of other
// families and of other makers only, and without the clues that no other device shows.
func (r *AccuracyReport) held(rows []Labelled, makers int, scale float64, listed map[org.ID]bool) {
	family := func(r *Labelled) string { return r.family() }
	maker := func(r *Labelled) string { return string(r.Maker) }
	alone := sole(rows)
	add := func(what string, as []CorpusAnswer) { r.Held = append(r.Held, heldFigure(what, as, listed)) }
	add("weights of its product family", leaveOut(rows, family, makers, scale, nil))
	add("weights of its maker", leaveOut(rows, maker, makers, scale, nil))
	add("patterns that fit no other device", leaveOut(rows, family, makers, scale, func(_ *Labelled, c *attribute.Clue) bool {
		return !alone[c.Fingerprint] || patternless(c)
	}))
	add("patterns and number rules that fit no other device", leaveOut(rows, family, makers, scale, func(_ *Labelled, c *attribute.Clue) bool {
		return !alone[c.Fingerprint] || named(c)
	}))
	add("names, patterns and rules that fit no other device", leaveOut(rows, family, makers, scale, func(_ *Labelled, c *attribute.Clue) bool {
		return !alone[c.Fingerprint]
	}))
}

// family is the kind of product and of source a recording belongs to: its maker,
// its folder and what its name begins with.
func (r *Labelled) family() string {
	dir, base := path.Split(strings.ReplaceAll(r.File, `\`, "/"))
	if r.Kind == "cli" { // one folder a command below one folder a system
		dir, base = path.Split(strings.TrimSuffix(dir, "/"))
		base = path.Base(dir)
	}
	if i := strings.IndexAny(base, "_-."); i > 0 {
		base = base[:i]
	}
	return string(r.Maker) + "|" + r.Kind + "|" + base
}

// sole lists the fingerprints that speak in recordings of one device only.
func sole(rows []Labelled) map[string]bool {
	seen := map[string]string{}
	out := map[string]bool{}
	for i := range rows {
		for _, t := range rows[i].Things {
			for _, c := range t.Clues {
				if c.Aspect != evidence.Manufacturer || generic(c.Fingerprint) {
					continue
				}
				g, ok := seen[c.Fingerprint]
				out[c.Fingerprint] = !ok || out[c.Fingerprint] && g == rows[i].Group
				seen[c.Fingerprint] = rows[i].Group
			}
		}
	}
	return out
}

// named reports whether a clue is the maker's own name, which nobody learns from a recording.
func named(c *attribute.Clue) bool {
	switch c.Kind.Base() {
	case "name", "field", "board":
		return true
	}
	return strings.Contains(c.Fingerprint, "/name/")
}

// patternless reports whether a clue is a name or a rule about a registered number.
func patternless(c *attribute.Clue) bool {
	return named(c) || strings.HasPrefix(c.Fingerprint, "number/")
}

// leaveOut answers each recording with weights measured without its part; keep,
// when not nil, says which clues count.
func leaveOut(rows []Labelled, part func(*Labelled) string, makers int, scale float64, keep func(*Labelled, *attribute.Clue) bool) []CorpusAnswer {
	of := map[string]*attribute.Weights{}
	out := make([]CorpusAnswer, len(rows))
	for i := range rows {
		p := part(&rows[i])
		w := of[p]
		if w == nil {
			var train []Labelled
			for j := range rows {
				if part(&rows[j]) != p {
					train = append(train, rows[j])
				}
			}
			v := Weigh(train, makers)
			v.Scale = scale
			w, of[p] = &v, &v
		}
		var k func(*attribute.Clue) bool
		if keep != nil {
			k = func(c *attribute.Clue) bool { return keep(&rows[i], c) }
		}
		out[i] = answer(&rows[i], w, k)
	}
	return out
}

func heldFigure(what string, as []CorpusAnswer, listed map[org.ID]bool) HeldFigure {
	f := HeldFigure{Held: what}
	var n float64
	for i := range as {
		a := &as[i]
		if a.Row.Restricted && a.Row.Score == "yes" {
			switch a.Who {
			case a.Row.Maker:
			case "":
				f.Missed++
			default:
				f.Mistaken++
			}
		}
		if !a.Row.Restricted && a.Row.Maker != "mixed" {
			for _, o := range a.All {
				if listed[o] {
					f.Accused++
					break
				}
			}
		}
		n += a.count(&f.Right, &f.Unknown, &f.Wrong)
	}
	f.Right, f.Wrong, f.Unknown = ratio(f.Right, n), ratio(f.Wrong, n), ratio(f.Unknown, n)
	return f
}
