package pipeline

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"telltale/internal/attribute"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return math.Round(a/b*1e4) / 1e4
}

// share adds a share with its Wilson interval.
func (r *AccuracyReport) share(name, text string, k, n float64) {
	f := wilson(k, n)
	f.Name, f.Text = name, text
	r.Figures = append(r.Figures, f)
}

// wilson is a share with its 95 % interval.
func wilson(k, n float64) Figure {
	f := Figure{Value: ratio(k, n), Of: math.Round(n*10) / 10}
	if n > 0 {
		const z = 1.96
		p, d := k/n, 1+z*z/n
		mid, half := (p+z*z/(2*n))/d, z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))/d
		f.Low, f.High = math.Round(max(mid-half, 0)*1e4)/1e4, math.Round(min(mid+half, 1)*1e4)/1e4
	}
	return f
}

// calibrate compares the confidence of named makers with how often they were right.
func (r *AccuracyReport) calibrate(as []CorpusAnswer) {
	edges := []float64{0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0001}
	bins := make([]CalibrationBin, len(edges)-1)
	var total float64
	for i := range as {
		a := &as[i]
		if a.Who == "" || !a.Row.scored() {
			continue
		}
		for b := range bins {
			if a.Confidence < edges[b] || a.Confidence >= edges[b+1] {
				continue
			}
			bins[b].N += a.Row.Share
			bins[b].Mean += a.Row.Share * a.Confidence
			if a.Who == a.Row.Maker {
				bins[b].Right += a.Row.Share
			}
			total += a.Row.Share
		}
	}
	var ece float64
	for b := range bins {
		x := &bins[b]
		x.From, x.To = edges[b], min(edges[b+1], 1)
		ece += math.Abs(x.Mean - x.Right)
		x.Mean, x.Right, x.N = ratio(x.Mean, x.N), ratio(x.Right, x.N), math.Round(x.N*10)/10
	}
	r.Calibration, r.ECE = bins, ratio(ece, total)
}

func (r *AccuracyReport) byMaker(as []CorpusAnswer) {
	m := map[org.ID]*MakerFigure{}
	get := func(id org.ID) *MakerFigure {
		if m[id] == nil {
			m[id] = &MakerFigure{Org: id}
		}
		return m[id]
	}
	for i := range as {
		a := &as[i]
		if !a.Row.scored() {
			continue
		}
		f := get(a.Row.Maker)
		f.Rows++
		switch {
		case a.Who == a.Row.Maker:
			f.Right++
		case a.Who == "":
			f.Unknown++
		default:
			f.Wrong++
			get(a.Who).Taken++
		}
	}
	for _, f := range m {
		f.Precision, f.Recall = ratio(float64(f.Right), float64(f.Right+f.Taken)), ratio(float64(f.Right), float64(f.Rows))
		r.ByMaker = append(r.ByMaker, *f)
	}
	slices.SortFunc(r.ByMaker, func(a, b MakerFigure) int { return cmp.Compare(a.Org, b.Org) })
}

func (r *AccuracyReport) byKind(rows []Labelled, makers int) {
	w := Weigh(rows, makers)
	var n float64
	for i := range rows {
		if rows[i].trains() {
			n += rows[i].Share
		}
	}
	for k, c := range w.Kinds {
		r.ByKind = append(r.ByKind, KindFigure{
			Kind: k, Right: math.Round(c.Right*10) / 10, Wrong: math.Round(c.Wrong*10) / 10,
			Share: ratio(c.Right, c.Right+c.Wrong), Speaks: ratio(c.Right, n), Decibans: w.Of(k, ""),
		})
	}
	slices.SortFunc(r.ByKind, func(a, b KindFigure) int { return cmp.Or(cmp.Compare(b.Right, a.Right), cmp.Compare(a.Kind, b.Kind)) })
}

// count adds the share of a scored recording where it belongs and returns it; 0 of one that is not scored.
func (a *CorpusAnswer) count(right, unknown, wrong *float64) float64 {
	if !a.Row.scored() {
		return 0
	}
	switch a.Who {
	case a.Row.Maker:
		*right += a.Row.Share
	case "":
		*unknown += a.Row.Share
	default:
		*wrong += a.Row.Share
	}
	return a.Row.Share
}

// without leaves out each class of evidence, and each sort of clue, in turn.
func (r *AccuracyReport) without(rows []Labelled, makers int, scale float64) {
	measure := func(name string, keep func(*attribute.Clue) bool) {
		var f WithoutFigure
		var n float64
		for _, a := range CrossValidate(rows, makers, scale, keep) {
			n += a.count(&f.Right, &f.Unknown, &f.Wrong)
		}
		r.Without = append(r.Without, WithoutFigure{Without: name, Right: ratio(f.Right, n), Wrong: ratio(f.Wrong, n), Unknown: ratio(f.Unknown, n)})
	}
	measure("nothing", nil)
	classes, kinds := map[evidence.Class]bool{}, map[string]bool{}
	for i := range rows {
		for _, t := range rows[i].Things {
			for j := range t.Clues {
				if t.Clues[j].Aspect == evidence.Manufacturer {
					classes[t.Clues[j].Class], kinds[t.Clues[j].Kind.Base()] = true, true
				}
			}
		}
	}
	for _, c := range sortedKeys(classes) {
		measure("class "+string(c), func(x *attribute.Clue) bool { return x.Class != c })
	}
	for _, k := range sortedKeys(kinds) {
		measure("kind "+k, func(x *attribute.Clue) bool { return x.Kind.Base() != k })
	}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (r *AccuracyReport) confusions(as []CorpusAnswer, listed map[org.ID]bool) {
	for i := range as {
		a := &as[i]
		if a.Row.Score == "no" || a.Who == a.Row.Maker || notMakers[a.Row.Maker] && len(a.All) == 0 {
			continue
		}
		if a.Row.Score == "list-only" && !listed[a.Who] {
			continue
		}
		c := Confusion{File: a.Row.File, Stratum: a.Row.Stratum, Maker: a.Row.Maker, Named: a.Who, Confidence: a.Confidence, Restricted: listed[a.Who] || a.Row.Restricted, Reason: a.Row.Reason}
		for _, t := range a.Row.Things {
			for j := range t.Clues {
				x := &t.Clues[j]
				if x.Aspect == evidence.Manufacturer && len(c.Clues) < 12 {
					c.Clues = append(c.Clues, ConfusionClue{Value: x.Value, Decibans: x.Decibans, Kind: x.Kind, Text: fmt.Sprintf("%s: %s", x.From.Attr, x.Why)})
				}
			}
		}
		r.Confusions = append(r.Confusions, c)
	}
	slices.SortStableFunc(r.Confusions, func(a, b Confusion) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(a.File, b.File))
	})
}
