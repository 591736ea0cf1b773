package pipeline

import (
	"bufio"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"slices"

	"telltale/internal/attribute"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// folds is the number of parts for cross-validation.
const folds = 10

// fold puts all near-identical recordings into one part.
func (r *Labelled) fold() int {
	h := fnv.New32a()
	h.Write([]byte(r.Group))
	return int(h.Sum32() % folds)
}

// trains reports whether a recording teaches weights: one device whose maker is known.
func (r *Labelled) trains() bool {
	return r.Score == "yes" && r.Kind != "pcap" && !notMakers[r.Maker] && len(r.Things) == 1
}

// generic are fingerprints that stand for a whole kind and have no counts of their own.
func generic(id string) bool {
	switch id {
	case "name-index", "ieee-oui", "iana-pen", "pon-vendor", "fcc-grantee", "usb-ids", "pci-ids", "bluetooth-companies":
		return true
	}
	return false
}

// Weigh counts on labelled recordings how often each kind of clue, and each
// fingerprint, named the true maker and how often another. Near-identical
// recordings count once.
func Weigh(rows []Labelled, makers int) attribute.Weights {
	w := attribute.Weights{Makers: makers, Kinds: map[attribute.Kind]attribute.Count{}, Fingerprints: map[string]attribute.Count{}}
	for i := range rows {
		r := &rows[i]
		if !r.trains() {
			continue
		}
		kinds := map[attribute.Kind]map[org.ID]bool{}
		fps := map[string]map[org.ID]bool{}
		for _, c := range r.Things[0].Clues {
			if c.Aspect != evidence.Manufacturer || c.Kind.Base() == "strange" {
				continue // labelled makers are all known: a name nobody bears can only be wrong here
			}
			mark(kinds, c.Kind, org.ID(c.Value))
			if !generic(c.Fingerprint) {
				mark(fps, c.Fingerprint, org.ID(c.Value))
			}
		}
		for k, who := range kinds {
			w.Kinds[k] = count(w.Kinds[k], who, r)
		}
		for k, who := range fps {
			w.Fingerprints[k] = count(w.Fingerprints[k], who, r)
		}
	}
	for _, m := range []any{w.Kinds, w.Fingerprints} {
		switch m := m.(type) {
		case map[attribute.Kind]attribute.Count:
			round(m)
		case map[string]attribute.Count:
			round(m)
		}
	}
	return w
}

func round[K comparable](m map[K]attribute.Count) {
	for k, c := range m {
		m[k] = attribute.Count{Right: math.Round(c.Right*100) / 100, Wrong: math.Round(c.Wrong*100) / 100}
	}
}

func mark[K comparable](m map[K]map[org.ID]bool, k K, who org.ID) {
	if m[k] == nil {
		m[k] = map[org.ID]bool{}
	}
	m[k][who] = true
}

func count(c attribute.Count, who map[org.ID]bool, r *Labelled) attribute.Count {
	if who[r.Maker] {
		c.Right += r.Share
	} else {
		c.Wrong += r.Share
	}
	return c
}

// CorpusAnswer is what the engine says of one recording with weights that were not measured on it.
type CorpusAnswer struct {
	Row *Labelled
	// Candidates is the distribution of the answering thing, Who its leader where it passes the bar.
	Candidates []attribute.Candidate
	Who        org.ID
	Confidence float64
	// All are the makers named for any thing of the recording.
	All []org.ID
}

// CrossValidate answers each recording with weights measured on the other
// folds; keep, when not nil, says which clues count.
func CrossValidate(rows []Labelled, makers int, scale float64, keep func(*attribute.Clue) bool) []CorpusAnswer {
	var ws [folds]attribute.Weights
	for f := range ws {
		var train []Labelled
		for i := range rows {
			if rows[i].fold() != f {
				train = append(train, rows[i])
			}
		}
		ws[f] = Weigh(train, makers)
		ws[f].Scale = scale
	}
	out := make([]CorpusAnswer, len(rows))
	for i := range rows {
		out[i] = answer(&rows[i], &ws[rows[i].fold()], keep)
	}
	return out
}

func answer(r *Labelled, w *attribute.Weights, keep func(*attribute.Clue) bool) CorpusAnswer {
	a := CorpusAnswer{Row: r}
	for _, t := range r.Things {
		clues := t.Clues
		if keep != nil {
			clues = slices.DeleteFunc(slices.Clone(clues), func(c attribute.Clue) bool { return !keep(&c) })
		}
		cs := w.Compete(w.Reweigh(clues), evidence.Manufacturer)
		if len(cs) == 0 {
			continue
		}
		if a.Candidates == nil || cs[0].Confidence > a.Candidates[0].Confidence && cs[0].Org != org.Other {
			a.Candidates = cs
		}
		if cs[0].Org != org.Other && cs[0].Confidence >= attribute.Named {
			a.All = append(a.All, cs[0].Org)
			if a.Who == "" || cs[0].Confidence > a.Confidence || cs[0].Org == r.Maker {
				if a.Who != r.Maker || cs[0].Org == r.Maker {
					a.Who, a.Confidence = cs[0].Org, cs[0].Confidence
				}
			}
		}
	}
	return a
}

// WriteWeights writes weights in the form of data/fingerprint/weights.yaml.
func WriteWeights(out io.Writer, w *attribute.Weights, measured string) error {
	b := bufio.NewWriter(out)
	fmt.Fprintf(b, "about: Weights of evidence measured on labelled recordings by `telltale data weigh`. Do not edit; docs/format/fingerprint.md explains.\n")
	fmt.Fprintf(b, "measured: %s\n# makers compete with a prior of one in `makers`; right and wrong count recordings, near-identical ones once\nmakers: %d\n", measured, w.Makers)
	if w.Scale != 0 {
		fmt.Fprintf(b, "scale: %g\n", w.Scale)
	}
	fmt.Fprintf(b, "kinds:\n")
	for _, k := range sortedKeys(w.Kinds) {
		c := w.Kinds[k]
		fmt.Fprintf(b, "  %q: {right: %g, wrong: %g, decibans: %.1f}\n", string(k), c.Right, c.Wrong, w.Of(k, ""))
	}
	fmt.Fprintf(b, "fingerprints:\n")
	for _, id := range sortedKeys(w.Fingerprints) {
		c := w.Fingerprints[id]
		fmt.Fprintf(b, "  %q: {right: %g, wrong: %g}\n", id, c.Right, c.Wrong)
	}
	return b.Flush()
}
