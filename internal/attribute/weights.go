package attribute

import (
	"math"
	"slices"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/org"
)

// Weights are the measured weights of evidence and the few constants of the
// combination. The zero value weighs by Default.
//
// A weight is measured as 10·log10(right/wrong) plus 10·log10(Makers): with a
// prior of one in Makers, a clue that stands alone then leaves just the odds
// with which such clues were right on the labelled recordings.
type Weights struct {
	// Makers is the number of makers that compete; the prior of each is one in Makers.
	Makers int
	// Kinds are the pooled counts of each kind of clue.
	Kinds map[Kind]Count
	// Fingerprints are the counts of single fingerprints, drawn towards those of their kind.
	Fingerprints map[string]Count
	// Scale stretches the final log-odds so that confidences are calibrated; 0 means 1.
	Scale float64
}

// Count says how often a clue named the true maker and how often another.
type Count struct {
	Right, Wrong float64
}

// DefaultMakers is the number of competing makers when the data do not say.
const DefaultMakers = 250

const (
	// half is the smoothing count added to both sides.
	half = 0.5
	// start is how many observations a measured kind starts with, as its assumed
	// counts have them: a kind seen right twice is not weaker than one never seen.
	start = 10
	// pull is how many observations of its kind a single fingerprint starts with.
	pull = 6
	// classCap bounds the odds one evidence class can reach alone, in decibans: about 0.98.
	classCap = 17
	// soleCap bounds what a registered number alone can reach: it is claimed, not proven.
	soleCap = 0.94
	// most bounds every confidence: no evidence here is beyond doubt.
	most = 0.999
)

// assumed are the counts for kinds no labelled recording holds; they are
// deliberately modest and data/fingerprint/weights.yaml replaces what it can.
var assumed = map[string]Count{
	"name": {40, 2}, "mark": {60, 1}, "model": {40, 2}, "field": {40, 1.5}, "lead": {1, 2.2},
	"pen": {60, 3}, "arc": {20, 6}, "mac": {20, 3}, "engine": {20, 6}, "number": {30, 2}, "weak": {3, 3}, "trade": {3, 5}, "port": {3, 4},
	"hint": {8, 2}, "form": {8, 2}, "trace": {20, 1.5}, "part": {40, 2}, "oem": {3, 1}, "dated": {12, 1}, "undated": {1.5, 1}, "recog": {20, 1}, "strange": {8, 1},
	// A designation of a form that several makers use, typed by somebody: as likely not.
	// A name one slip away from a maker's, typed by somebody: not enough to name it, enough to ask.
	"spelling":     {2, 3},
	"form:listing": {4, 4}, "hint:listing": {4, 4}, "board": {8, 2}, "shape": {8, 2},
}

func (w *Weights) makers() float64 {
	if w.Makers > 1 {
		return float64(w.Makers)
	}
	return DefaultMakers
}

// prior is the weight of one in Makers, in decibans.
func (w *Weights) prior() float64 { return -db(w.makers()) }

// Of returns the weight of a clue of a kind made by a fingerprint.
func (w *Weights) Of(k Kind, fingerprint string) float64 {
	a, ok := assumed[string(k)]
	if !ok {
		a = assumed[k.Base()]
	}
	if c, ok := w.Kinds[k]; ok {
		n := min(1, start/(a.Right+a.Wrong))
		a = Count{n*a.Right + c.Right, n*a.Wrong + c.Wrong}
	}
	r, x := a.Right+half, a.Wrong+half
	if f, ok := w.Fingerprints[fingerprint]; ok && (k.Base() != "lead" || strings.HasPrefix(fingerprint, relationPrefix)) { // else counted where it is no lead
		n := r + x
		r, x = f.Right+pull*r/n, f.Wrong+pull*x/n
	}
	odds := db(r / x)
	return math.Round(10*(min(odds, classCap)+db(w.makers())))/10 + 0
}

// Reweigh returns copies of the clues weighed by w, in the order that Compete expects.
func (w *Weights) Reweigh(clues []Clue) []Clue {
	out := slices.Clone(clues)
	for i := range out {
		c := &out[i]
		c.Decibans = w.weight(c.Kind, c.Fingerprint, c.Aspect, c.Value)
	}
	sortClues(out)
	return out
}

// weight is Of, lowered by the prior where a clue speaks for "some other
// maker", whose prior is not one in Makers.
func (w *Weights) weight(k Kind, fingerprint string, about evidence.Aspect, value string) float64 {
	d := w.Of(k, fingerprint)
	if value == string(org.Other) && about == evidence.Manufacturer {
		d += w.prior()
	}
	return d
}

// Base is the part of a kind before its class: "name:snmp" → "name".
func (k Kind) Base() string {
	for i := range len(k) {
		if k[i] == ':' {
			return string(k[:i])
		}
	}
	return string(k)
}

// registered reports whether a clue is a registered number, which anybody can write into a device.
func (k Kind) registered() bool {
	switch k.Base() {
	case "pen", "arc", "mac", "engine", "number":
		return true
	}
	return k.ofPON()
}

// ofPON reports whether a clue is read from a PON serial: whatever tells it, it is the registered vendor ID.
func (k Kind) ofPON() bool { return strings.HasSuffix(string(k), ":"+string(evidence.ClassPON)) }

func kindOf(base string, class evidence.Class) Kind { return Kind(base + ":" + string(class)) }

func db(x float64) float64   { return 10 * math.Log10(x) }
func odds(d float64) float64 { return math.Pow(10, d/10) }
