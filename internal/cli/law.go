package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/judge"
	"telltale/internal/law"
	"telltale/internal/pipeline"
)

type lawCmd struct {
	List     lawListCmd     `cmd:"" help:"List the regimes, with their state on a day."`
	Show     lawShowCmd     `cmd:"" help:"Show a regime's provisions, dates, confidence and sources as they stand in the data; or the vocabulary."`
	Test     lawTestCmd     `cmd:"" help:"Run judged cases and show which pass."`
	Lint     lawLintCmd     `cmd:"" help:"Check the law of a data folder and run its judged cases."`
	Diff     lawDiffCmd     `cmd:"" help:"Show what differs between two days or two editions of the data, and what it changes for you."`
	Timeline lawTimelineCmd `cmd:"" help:"Show the days ahead that bind a profile, the nearest first."`
}

type lawListCmd struct {
	lawData
	AsOf   string `help:"The day (default: today)." placeholder:"DATE"`
	Format string `help:"Form of the output: ${enum}." enum:"table,json" default:"table" short:"f"`
}

// lawRow is one regime in the list.
type lawRow struct {
	Regime       law.RegimeID `json:"regime"`
	Jurisdiction string       `json:"jurisdiction"`
	Status       law.Status   `json:"status"`
	// InForce counts the provisions in force on the day.
	InForce    int    `json:"in_force"`
	Provisions int    `json:"provisions"`
	Review     string `json:"review_status"`
	Title      string `json:"title"`
}

func (c *lawListCmd) Run(e *env) error {
	k, err := c.load()
	if err != nil {
		return err
	}
	d, err := day(c.AsOf, "--as-of", calendar.Of(time.Now()))
	if err != nil {
		return err
	}
	var rows []lawRow
	for i := range k.Rules.Regimes {
		r := &k.Rules.Regimes[i]
		row := lawRow{Regime: r.ID, Jurisdiction: r.Jurisdiction, Status: r.Status, Provisions: len(r.Provisions), Review: string(r.Review), Title: r.Title}
		for n := range r.Provisions {
			for _, s := range r.Provisions[n].InForce {
				if s.Covers(d) {
					row.InForce++
					break
				}
			}
		}
		rows = append(rows, row)
	}
	if c.Format == "json" {
		return writeJSON(e.stdout, rows)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "REGIME\tWHERE\tSTATUS\tIN FORCE %s\tTITLE\n", d)
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d of %d\t%s\n", r.Regime, r.Jurisdiction, r.Status, r.InForce, r.Provisions, r.Title)
	}
	return w.Flush()
}

type lawShowCmd struct {
	lawData
	Regime string `arg:"" help:"A regime's ID, or vocabulary."`
}

func (c *lawShowCmd) Run(e *env) error {
	k, err := c.load()
	if err != nil {
		return err
	}
	s, err := k.LawText(c.Regime)
	if err != nil {
		return usage{hinted{err, "telltale law list"}}
	}
	_, err = io.WriteString(e.stdout, s)
	return err
}

type lawTestCmd struct {
	lawData
	Files   []string `arg:"" name:"file" help:"Files of judged cases (YAML)."`
	Verbose bool     `help:"Show the cases that pass too." short:"v"`
	Format  string   `help:"Form of the output: ${enum}." enum:"table,json" default:"table" short:"f"`
}

// caseRow is one case as shown.
type caseRow struct {
	File    string      `json:"file"`
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	Passed  bool        `json:"passed"`
	Verdict law.Verdict `json:"verdict"`
	Fault   string      `json:"fault,omitempty"`
	Why     string      `json:"why,omitempty"`
}

func (c *lawTestCmd) Run(e *env) error {
	k, err := c.load()
	if err != nil {
		return err
	}
	var rows []caseRow
	results := map[int]*judge.Result{}
	failed := 0
	for _, f := range c.Files {
		rs, err := k.LawCases(f)
		if err != nil {
			return err
		}
		for i := range rs {
			r := &rs[i]
			if r.Fault != "" {
				failed++
			}
			results[len(rows)] = r
			rows = append(rows, caseRow{File: f, ID: r.Case.ID, Title: r.Case.Title, Passed: r.Fault == "", Verdict: r.Outcome.Verdict, Fault: r.Fault, Why: r.Outcome.Why})
		}
	}
	if failed > 0 {
		e.code = exitFailed
	}
	if c.Format == "json" {
		return writeJSON(e.stdout, rows)
	}
	for i, r := range rows {
		switch {
		case !r.Passed:
			fmt.Fprintf(e.stdout, "FAIL  %-12s %s\n      %s\n", r.ID, r.Title, r.Fault)
			explainCase(e.stdout, results[i])
		case c.Verbose:
			fmt.Fprintf(e.stdout, "ok    %-12s %-12s %s\n", r.ID, r.Verdict, r.Title)
		}
	}
	fmt.Fprintf(e.stdout, "%d passed, %d failed\n", len(rows)-failed, failed)
	return nil
}

func explainCase(w io.Writer, r *judge.Result) {
	o := &r.Outcome
	if o.Provision == "" {
		return
	}
	fmt.Fprintf(w, "      %s: %s\n", o.Provision, o.Why)
	for _, el := range o.Elements {
		fmt.Fprintf(w, "        [%-9s] %s", el.State, el.Text)
		if el.Reason != "" {
			fmt.Fprintf(w, ": %s", el.Reason)
		}
		fmt.Fprintln(w)
	}
	for _, q := range o.Questions {
		fmt.Fprintf(w, "        ? %s: %s\n", q.Fact, q.Text)
	}
}

type lawTimelineCmd struct {
	Profile string `help:"Who is bound: a built-in profile's name or a file (default: telltale.yaml here)." short:"p" placeholder:"NAME|FILE"`
	AsOf    string `help:"The day to look ahead from (default: today)." placeholder:"DATE"`
	Until   string `help:"The last day shown (default: five years ahead)." placeholder:"DATE"`
	Format  string `help:"Form of the output: ${enum}." enum:"table,json" default:"table" short:"f"`
}

func (c *lawTimelineCmd) Run(e *env) error {
	from, err := day(c.AsOf, "--as-of", calendar.Of(time.Now()))
	if err != nil {
		return err
	}
	to, err := day(c.Until, "--until", from+5*366)
	if err != nil {
		return err
	}
	k, p, err := lawOf(c.Profile)
	if err != nil {
		return err
	}
	return showDays(e, k.LawDays(from-1, to, p), p, false, c.Format)
}

// lawOf loads the law and the profile it is shown for, nil for everybody.
func lawOf(profile string) (*pipeline.Knowledge, *law.Profile, error) {
	k, err := pipeline.Load()
	if err != nil {
		return nil, nil, err
	}
	config, err := k.ReadConfig(".")
	if err != nil || profile == "" && config.Profile == nil {
		return k, nil, err
	}
	ps, _, err := k.Profiles(profile, config)
	if err != nil {
		return nil, nil, usage{err}
	}
	return k, ps[0], nil
}

// showDays writes days of law; texts adds what each says and where it stands.
func showDays(e *env, days []pipeline.LawDay, p *law.Profile, texts bool, format string) error {
	if format == "json" {
		if days == nil {
			days = []pipeline.LawDay{}
		}
		return writeJSON(e.stdout, days)
	}
	if p != nil {
		fmt.Fprintf(e.stdout, "what can bind %s:\n", p.Name)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for i := range days {
		d := &days[i]
		if texts {
			fmt.Fprintf(w, "%s  %s  %s\n    %s\n", d.Date, d.Kind, dayOf(d), d.What+doubtOf(d))
			for _, s := range []string{d.Text, strings.TrimSpace(d.Citation + "  " + d.URL)} {
				if s != "" {
					fmt.Fprintf(w, "    %s\n", s)
				}
			}
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", d.Date, d.Kind, d.Regime, d.What+doubtOf(d))
	}
	if len(days) == 0 {
		fmt.Fprintln(w, "no change and no deadline in these days")
	}
	return w.Flush()
}

// dayOf is where a day of law belongs: the provision or entry, else the regime.
func dayOf(d *pipeline.LawDay) string {
	switch {
	case d.Provision != "" && d.Entry != "":
		return string(d.Provision) + ", " + string(d.Entry)
	case d.Provision != "":
		return string(d.Provision)
	}
	return string(d.Regime)
}

func doubtOf(d *pipeline.LawDay) string {
	if d.Confidence == "" || d.Confidence == "seen" {
		return ""
	}
	return " (" + string(d.Confidence) + ")"
}
