package pipeline

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"text/tabwriter"
)

// WriteJSON writes the whole report.
func (r *AccuracyReport) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(r)
}

// WriteTable writes what a person looks at first: the figures, the calibration,
// the evidence and the confusions, each with its strongest clues.
func (r *AccuracyReport) WriteTable(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "FIGURE\tVALUE\t95 %% INTERVAL\tOF\n")
	for _, f := range r.Figures {
		interval := ""
		if f.High > 0 {
			interval = fmt.Sprintf("%.3f - %.3f", f.Low, f.High)
		}
		fmt.Fprintf(w, "%s\t%.4g\t%s\t%.4g\n", f.Text, f.Value, interval, f.Of)
	}
	fmt.Fprintf(w, "expected calibration error\t%.4f\t\t\n", r.ECE)
	ok := 0
	for _, s := range r.Simulated {
		if s.OK {
			ok++
		}
	}
	fmt.Fprintf(w, "simulated cases as documented\t%d\t\t%d\n", ok, len(r.Simulated))
	for _, s := range r.Simulated {
		if !s.OK {
			fmt.Fprintf(w, "  %s\twant %s\t\tgot %s\n", s.Name, s.Want, s.Got)
		}
	}
	fmt.Fprintf(w, "\nSTRATUM\tLABEL\tRECORDINGS\tRIGHT\tUNKNOWN\tCALLED RESTRICTED\tNOT CALLED SO\t95 %% INTERVAL\n")
	for _, s := range r.Strata {
		clear, interval := "", ""
		if s.Clear != nil {
			clear, interval = fmt.Sprintf("%.3f", s.Clear.Value), fmt.Sprintf("%.3f - %.3f", s.Clear.Low, s.Clear.High)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\n", s.Stratum, s.Score, s.Recordings, s.Right, s.Unknown, s.Listed, clear, interval)
	}
	fmt.Fprintf(w, "\nNOT FOUND\tLABELLED\tNAMED IN THE FILE\tRECORDING\n")
	for _, m := range r.Misses {
		in := "no"
		if m.InFile {
			in = "yes"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.What, m.Want, in, m.File)
	}
	fmt.Fprintf(w, "\nCONFIDENCE\tRECORDINGS\tMEAN\tRIGHT\n")
	for _, b := range r.Calibration {
		fmt.Fprintf(w, "%.2f - %.2f\t%.1f\t%.3f\t%.3f\n", b.From, b.To, b.N, b.Mean, b.Right)
	}
	fmt.Fprintf(w, "\nKIND OF CLUE\tRIGHT\tWRONG\tPRECISION\tRECALL\tDECIBANS\n")
	for _, k := range r.ByKind {
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.3f\t%.3f\t%.1f\n", k.Kind, k.Right, k.Wrong, k.Share, k.Speaks, k.Decibans)
	}
	fmt.Fprintf(w, "\nWITHOUT\tRIGHT\tWRONG\tUNKNOWN\n")
	for _, f := range r.Without {
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%.3f\n", f.Without, f.Right, f.Wrong, f.Unknown)
	}
	fmt.Fprintf(w, "\nWITHOUT\tRIGHT\tWRONG\tUNKNOWN\tRESTRICTED MISSED\tWRONG\tOTHERS CALLED SO\n")
	for _, f := range r.Held {
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%.3f\t%d\t%d\t%d\n", f.Held, f.Right, f.Wrong, f.Unknown, f.Missed, f.Mistaken, f.Accused)
	}
	fmt.Fprintf(w, "\nCHANGED\tRECORDINGS\tRIGHT\tUNKNOWN\tWRONG\tRESTRICTED NOT RULED OUT\n")
	for _, f := range r.Changed {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\n", f.Change, f.Recordings, f.Right, f.Unknown, f.Wrong, f.Accused)
	}
	fmt.Fprintf(w, "\nMAKER\tRECORDINGS\tRIGHT\tUNKNOWN\tWRONG\tTAKEN\tPRECISION\tRECALL\n")
	for _, m := range r.ByMaker {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%.3f\t%.3f\n", m.Org, m.Rows, m.Right, m.Unknown, m.Wrong, m.Taken, m.Precision, m.Recall)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nNOT AS LABELLED\n")
	for _, c := range r.Confusions {
		named := string(c.Named)
		if named == "" {
			named = "unknown"
		}
		fmt.Fprintf(out, "%s: labelled %s, named %s (%.3f) %s\n", c.File, c.Maker, named, c.Confidence, c.Reason)
		for i, x := range c.Clues {
			if i == 4 {
				break
			}
			fmt.Fprintf(out, "    %+.1f dB for %s (%s) %s\n", x.Decibans, x.Value, x.Kind, x.Text)
		}
	}
	return nil
}

// WriteHTML writes one page that needs nothing else; each confusion links to its explanation below.
func (r *AccuracyReport) WriteHTML(w io.Writer) error { return accuracyPage.Execute(w, r) }

var accuracyPage = template.Must(template.New("accuracy").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Accuracy of attribution</title>
<style>body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}table{border-collapse:collapse;margin:1em 0}
td,th{padding:.2em .7em;border-bottom:1px solid #ddd;text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}code{font-size:.9em}</style>
<h1>Accuracy of attribution</h1>
<p>All figures are by cross-validation on labelled recordings: weights were measured on the other folds. Near-identical recordings count once.</p>
<table><tr><th>Figure<th>Value<th>95 % interval<th>Of</tr>
{{range .Figures}}<tr><td>{{.Text}}<td class="n">{{.Value}}<td class="n">{{if .High}}{{.Low}} - {{.High}}{{end}}<td class="n">{{.Of}}</tr>
{{end}}<tr><td>expected calibration error<td class="n">{{.ECE}}<td><td></tr></table>
{{if .Simulated}}<h2>Simulated cases</h2><table><tr><th>Case<th>Outcome<th>Got</tr>{{range .Simulated}}<tr><td>{{.Name}}<td>{{if .OK}}ok{{else}}failed, want {{.Want}}{{end}}<td>{{.Got}}</tr>{{end}}</table>{{end}}
<h2>By stratum</h2><table><tr><th>Stratum<th>Label<th>Recordings<th>Right<th>Unknown<th>Called restricted<th>Not called so<th>95 % interval</tr>
{{range .Strata}}<tr><td>{{.Stratum}}<td>{{.Score}}<td class="n">{{.Recordings}}<td class="n">{{.Right}}<td class="n">{{.Unknown}}<td class="n">{{.Listed}}<td class="n">{{with .Clear}}{{.Value}}<td class="n">{{.Low}} - {{.High}}{{else}}<td>{{end}}</tr>{{end}}</table>
<h2>Not found</h2><table><tr><th>What<th>Labelled<th>Named in the file<th>Recording</tr>
{{range .Misses}}<tr><td>{{.What}}<td>{{.Want}}<td>{{if .InFile}}yes{{else}}no{{end}}<td>{{.File}}</tr>{{end}}</table>
<h2>Calibration</h2><table><tr><th>Confidence<th>Recordings<th>Mean<th>Right</tr>
{{range .Calibration}}<tr><td>{{.From}} - {{.To}}<td class="n">{{.N}}<td class="n">{{.Mean}}<td class="n">{{.Right}}</tr>{{end}}</table>
<h2>Evidence</h2><table><tr><th>Kind of clue<th>Right<th>Wrong<th>Precision<th>Recall<th>Decibans</tr>
{{range .ByKind}}<tr><td>{{.Kind}}<td class="n">{{.Right}}<td class="n">{{.Wrong}}<td class="n">{{.Share}}<td class="n">{{.Speaks}}<td class="n">{{.Decibans}}</tr>{{end}}</table>
<h2>One sort of clue left out</h2><table><tr><th>Without<th>Right<th>Wrong<th>Unknown</tr>
{{range .Without}}<tr><td>{{.Without}}<td class="n">{{.Right}}<td class="n">{{.Wrong}}<td class="n">{{.Unknown}}</tr>{{end}}</table>
<h2>What is nearest left out</h2><table><tr><th>Without<th>Right<th>Wrong<th>Unknown<th>Restricted missed<th>Restricted wrong<th>Others called restricted</tr>
{{range .Held}}<tr><td>{{.Held}}<td class="n">{{.Right}}<td class="n">{{.Wrong}}<td class="n">{{.Unknown}}<td class="n">{{.Missed}}<td class="n">{{.Mistaken}}<td class="n">{{.Accused}}</tr>{{end}}</table>
<h2>Recordings changed as another device would differ</h2><table><tr><th>Change<th>Recordings<th>Right<th>Unknown<th>Wrong<th>A restricted maker not ruled out</tr>
{{range .Changed}}<tr><td>{{.Change}}<td class="n">{{.Recordings}}<td class="n">{{.Right}}<td class="n">{{.Unknown}}<td class="n">{{.Wrong}}<td class="n">{{.Accused}}</tr>{{end}}</table>
{{if .Turned}}<table><tr><th>Change<th>Recording<th>Label<th>Named<th>Confidence</tr>{{range .Turned}}<tr><td>{{.Change}}<td>{{.File}}<td>{{.Maker}}<td>{{.Named}}<td class="n">{{.Confidence}}</tr>{{end}}</table>{{end}}
<h2>Not as labelled</h2><table><tr><th>Recording<th>Label<th>Named<th>Confidence</tr>
{{range $i, $c := .Confusions}}<tr><td><a href="#c{{$i}}">{{.File}}</a><td>{{.Maker}}<td>{{or .Named "unknown"}}<td class="n">{{.Confidence}}</tr>{{end}}</table>
<h2>Makers</h2><table><tr><th>Maker<th>Recordings<th>Right<th>Unknown<th>Wrong<th>Taken<th>Precision<th>Recall</tr>
{{range .ByMaker}}<tr><td>{{.Org}}<td class="n">{{.Rows}}<td class="n">{{.Right}}<td class="n">{{.Unknown}}<td class="n">{{.Wrong}}<td class="n">{{.Taken}}<td class="n">{{.Precision}}<td class="n">{{.Recall}}</tr>{{end}}</table>
<h2>Explanations</h2>
{{range $i, $c := .Confusions}}<h3 id="c{{$i}}">{{.File}}</h3><p>Labelled {{.Maker}}, named {{or .Named "unknown"}}. {{.Reason}}</p><ul>{{range .Clues}}<li>{{printf "%+.1f" .Decibans}} dB for {{.Value}} ({{.Kind}}): {{.Text}}</li>{{else}}<li>no clue to a maker</li>{{end}}</ul>{{end}}
</html>
`))

// Baseline is what is committed of a report: figures only, no text of any recording.
type Baseline struct {
	Schema  string             `json:"schema"`
	Figures map[string]float64 `json:"figures"`
	ECE     float64            `json:"ece"`
}

// Baseline takes the figures.
func (r *AccuracyReport) Baseline() *Baseline {
	b := &Baseline{Schema: "telltale/accuracy-baseline/1", Figures: map[string]float64{}, ECE: r.ECE}
	for _, f := range r.Figures {
		b.Figures[f.Name] = f.Value
	}
	return b
}

// Drops lists in plain words what got worse than the baseline by more than rounding.
func (r *AccuracyReport) Drops(b *Baseline) []string {
	const slack = 0.002
	var out []string
	for _, f := range r.Figures {
		was, ok := b.Figures[f.Name]
		switch {
		case !ok:
		case f.Worse && f.Value > was+slack, !f.Worse && f.Value < was-slack:
			out = append(out, fmt.Sprintf("%s: %.4g, was %.4g", f.Text, f.Value, was))
		}
	}
	if r.ECE > b.ECE+0.005 {
		out = append(out, fmt.Sprintf("expected calibration error: %.4f, was %.4f", r.ECE, b.ECE))
	}
	return out
}
