package pipeline

import (
	"slices"

	"telltale/internal/attribute"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// AccuracyReport says how often the engine is right on labelled recordings. All
// figures are by cross-validation: weights measured on the other folds.
type AccuracyReport struct {
	Schema string `json:"schema"`
	// Makers is the number of competing makers, Scale the calibration factor.
	Makers int     `json:"makers"`
	Scale  float64 `json:"scale"`
	// Figures are the headline, each with a 95 % interval (Wilson) where it is a share.
	Figures []Figure `json:"figures"`
	// ECE is the expected calibration error of named makers.
	ECE         float64          `json:"ece"`
	Calibration []CalibrationBin `json:"calibration"`
	ByMaker     []MakerFigure    `json:"by_maker"`
	ByKind      []KindFigure     `json:"by_kind"`
	// Without leaves one sort of clue out: what is lost carries the weight.
	Without []WithoutFigure `json:"without"`
	// Held leaves out what is nearest to a recording: what to expect of devices never seen.
	Held []HeldFigure `json:"held_out"`
	// Changed are the recordings changed as another device would differ, Turned those
	// that then name another maker; nil when not asked for.
	Changed []ChangedFigure `json:"changed,omitempty"`
	Turned  []Changed       `json:"turned,omitempty"`
	// Confusions are the answers that differ from the label, unknown ones last.
	Confusions []Confusion `json:"confusions"`
	// Strata are the recordings by the stratum of their label, traps and brand-only ones among them.
	Strata []StratumFigure `json:"strata"`
	// Misses are labelled brands, neighbours and parts that were not found, and makers that stayed unknown.
	Misses []Miss `json:"misses"`
	// Simulated are the composed cases, apart from the real ones; nil when not asked for.
	Simulated []SimulatedFigure `json:"simulated,omitempty"`
}

// Figure is one share or count.
type Figure struct {
	Name  string  `json:"name"`
	Text  string  `json:"text"`
	Value float64 `json:"value"`
	Low   float64 `json:"low,omitempty"`
	High  float64 `json:"high,omitempty"`
	// Of is the number of recordings behind it, near-identical ones counted once where the figure is a share.
	Of float64 `json:"of"`
	// Worse is true when a greater value is worse.
	Worse bool `json:"worse,omitempty"`
}

// CalibrationBin compares what was promised with what came true.
type CalibrationBin struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	N     float64 `json:"n"`
	Mean  float64 `json:"mean"`
	Right float64 `json:"right"`
}

// MakerFigure is one maker's share of right and wrong.
type MakerFigure struct {
	Org       org.ID  `json:"org"`
	Rows      int     `json:"rows"`
	Right     int     `json:"right"`
	Unknown   int     `json:"unknown"`
	Wrong     int     `json:"wrong"`
	Taken     int     `json:"taken"` // other makers' recordings given to it
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
}

// KindFigure says of one kind of clue how often it spoke and was right.
type KindFigure struct {
	Kind     attribute.Kind `json:"kind"`
	Right    float64        `json:"right"`
	Wrong    float64        `json:"wrong"`
	Share    float64        `json:"precision"`
	Speaks   float64        `json:"recall"`
	Decibans float64        `json:"decibans"`
}

// WithoutFigure is the share of makers named right without one sort of clue.
type WithoutFigure struct {
	Without string  `json:"without"`
	Right   float64 `json:"right"`
	Wrong   float64 `json:"wrong"`
	Unknown float64 `json:"unknown"`
}

// Confusion is one answer that is not the label.
type Confusion struct {
	File       string          `json:"file"`
	Stratum    string          `json:"stratum"`
	Maker      org.ID          `json:"maker"`
	Named      org.ID          `json:"named"`
	Confidence float64         `json:"confidence"`
	Restricted bool            `json:"restricted,omitempty"`
	Clues      []ConfusionClue `json:"clues"`
	Reason     string          `json:"reason,omitempty"`
}

// ConfusionClue is one line of the explanation.
type ConfusionClue struct {
	Value    string         `json:"value"`
	Decibans float64        `json:"decibans"`
	Kind     attribute.Kind `json:"kind"`
	Text     string         `json:"text"`
}

// SimulatedFigure is a composed case and how it came out.
type SimulatedFigure struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Got  string `json:"got"`
	Want string `json:"want"`
}

// AccuracySchema names the JSON form.
const AccuracySchema = "telltale/accuracy/1"

// accuracy reports on labelled recordings.
func accuracy(rows []Labelled, makers int, scale float64, known labelNames) *AccuracyReport {
	r := &AccuracyReport{Schema: AccuracySchema, Makers: makers, Scale: scale}
	as := CrossValidate(rows, makers, scale, nil)
	listed := listedMakers(rows)
	r.headline(as, listed, known)
	r.strata(as, listed)
	r.calibrate(as)
	r.byMaker(as)
	r.byKind(rows, makers)
	r.without(rows, makers, scale)
	r.held(rows, makers, scale, listed)
	r.confusions(as, listed)
	return r
}

// listedMakers are the makers some label calls restricted.
func listedMakers(rows []Labelled) map[org.ID]bool {
	m := map[org.ID]bool{}
	for i := range rows {
		if rows[i].Restricted {
			m[rows[i].Maker] = true
		}
	}
	return m
}

// scored reports whether a recording counts for naming the maker.
func (r *Labelled) scored() bool { return r.Score == "yes" && !notMakers[r.Maker] }

func (r *AccuracyReport) headline(as []CorpusAnswer, listed map[org.ID]bool, known labelNames) {
	var n, right, wrong, readable, readRight float64
	var missed, mistaken, restricted, accused, clear int
	var lineage, lineageRight, brands, brandsRight, also, alsoFound float64
	var decisive, unknown float64
	for i := range as {
		a := &as[i]
		w := a.Row.Share
		if a.Row.scored() {
			n += w
			switch {
			case a.Who == a.Row.Maker:
				right += w
			case a.Who != "":
				wrong += w
			default:
				unknown += w
				if strongFor(a) || a.Row.holds(known.of[a.Row.Maker]) {
					decisive += w
				}
				r.miss("maker", a.Row, a.Row.Maker, known)
			}
			if a.Row.Read > 0 {
				readable += w
				if a.Who == a.Row.Maker {
					readRight += w
				}
			}
			if a.Row.Stratum == "rebrand_lineage" {
				lineage += w
				if a.Who == a.Row.Maker {
					lineageRight += w
				}
			}
			if b := known.whom(a.Row.Brand); b != "" && a.Row.Read > 0 && len(a.Row.Things) == 1 {
				brands++
				if got := a.Row.Things[0].Brand; got != nil && got.Org == b {
					brandsRight++
				} else {
					r.miss("brand", a.Row, b, known)
				}
			}
		}
		if a.Row.Restricted && a.Row.Score == "yes" {
			restricted++
			switch {
			case a.Who == "":
				missed++
			case a.Who != a.Row.Maker:
				mistaken++
			}
		}
		if !a.Row.Restricted && a.Row.Maker != "mixed" {
			clear++
			if slices.ContainsFunc(a.All, func(o org.ID) bool { return listed[o] }) {
				accused++
			}
		}
		for _, o := range alsoContained(a.Row.AlsoContains, known.whom) {
			also++
			if slices.Contains(a.Row.Heard, o) {
				alsoFound++
			} else {
				r.miss("neighbour or part", a.Row, o, known)
			}
		}
	}
	r.share("maker_named", "maker named correctly, of all labelled", right, n)
	r.share("maker_named_of_readable", "maker named correctly, of those a source reads", readRight, readable)
	r.share("precision", "right, of those named", right, right+wrong)
	r.Figures = append(r.Figures,
		Figure{Name: "restricted_missed", Text: "restricted recordings without a maker", Value: float64(missed), Of: float64(restricted), Worse: true},
		Figure{Name: "restricted_wrong", Text: "restricted recordings with a wrong maker", Value: float64(mistaken), Of: float64(restricted), Worse: true},
		Figure{Name: "accused", Text: "others called restricted", Value: float64(accused), Of: float64(clear), Worse: true},
	)
	r.share("restricted_found", "restricted recordings found", float64(restricted-missed-mistaken), float64(restricted))
	r.share("not_accused", "others not called restricted", float64(clear-accused), float64(clear))
	r.share("lineage", "lineage and relabelling cases right", lineageRight, lineage)
	r.share("brand", "brand on the label found", brandsRight, brands)
	r.share("also_contains", "neighbours and parts of other makers found", alsoFound, also)
	r.Figures = append(r.Figures, Figure{Name: "unknown_with_evidence", Text: "answered unknown although the file names the maker or a clue was decisive", Value: ratio(decisive, unknown), Of: unknown, Worse: true})
}

// strongFor reports whether an unknown answer had a decisive clue for its maker.
func strongFor(a *CorpusAnswer) bool {
	for _, t := range a.Row.Things {
		for i := range t.Clues {
			c := &t.Clues[i]
			if c.Aspect == evidence.Manufacturer && org.ID(c.Value) == a.Row.Maker && c.Decibans >= 34 {
				return true
			}
		}
	}
	return false
}

// alsoContained reads the organisations out of the label's free text: the words before each bracket.
func alsoContained(text string, whom func(string) org.ID) []org.ID {
	var out []org.ID
	for _, w := range splitLabel(text) {
		if o := whom(w); o != "" && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

func splitLabel(text string) []string {
	if len(text) > 4 && text[:4] == "trap" {
		return nil
	}
	var out []string
	word := ""
	depth := 0
	flush := func() {
		if word != "" {
			out = append(out, word)
		}
		word = ""
	}
	for _, c := range text {
		switch {
		case c == '(':
			depth++
			flush()
		case c == ')':
			depth--
		case depth > 0:
		case c == ' ' || c == '/' || c == ';' || c == ',':
			flush()
		default:
			word += string(c)
		}
	}
	flush()
	return out
}
