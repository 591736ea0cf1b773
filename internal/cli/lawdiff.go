package cli

import (
	"fmt"
	"io"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

type lawDiffCmd struct {
	From    string `arg:"" help:"The earlier day; or an edition of the data: installed, own (the program's), a data folder or a bundle."`
	To      string `arg:"" help:"The later day, or the other edition."`
	Profile string `help:"Only what can bind this profile." short:"p" placeholder:"NAME|FILE"`
	Mine    bool   `help:"Show what changes for the things of the last check instead: whose verdict, from what to what, why."`
	DB      string `help:"As --mine, for the things in this database." placeholder:"FILE"`
	AsOf    string `help:"With two editions: judge as of this day (default: today)." placeholder:"DATE"`
	Key     string `help:"The public key of a bundle, where none is trusted yet." placeholder:"KEY"`
	Format  string `help:"Form of the output: ${enum} (csv only with --mine or --db)." enum:"table,json,csv" default:"table" short:"f"`
}

func (c *lawDiffCmd) Run(e *env) error {
	from, errFrom := calendar.Parse(c.From)
	to, errTo := calendar.Parse(c.To)
	mine := c.Mine || c.DB != ""
	switch {
	case c.Format == "csv" && !mine:
		return usage{fmt.Errorf("--format csv shows changed verdicts: add --mine or --db FILE")}
	case errFrom == nil && errTo == nil:
		return c.days(e, from, to, mine)
	case errFrom == nil || errTo == nil:
		return usage{hinted{fmt.Errorf("%q and %q are not two days and not two editions", c.From, c.To), "telltale law diff 2026-01-01 2026-12-31, or telltale law diff installed new.bundle"}}
	}
	return c.editions(e, mine)
}

func (c *lawDiffCmd) days(e *env, from, to calendar.Date, mine bool) error {
	if to < from {
		return usage{fmt.Errorf("the second day %s lies before the first %s", to, from)}
	}
	k, p, err := lawOf(c.Profile)
	if err != nil {
		return err
	}
	if !mine {
		return showDays(e, k.LawChanges(from, to, p), p, true, c.Format)
	}
	now, err := pipeline.OpenEdition("installed", "")
	if err != nil {
		return err
	}
	return c.impact(e, k, pipeline.Standing{Edition: now, AsOf: from}, pipeline.Standing{Edition: now, AsOf: to})
}

func (c *lawDiffCmd) editions(e *env, mine bool) error {
	asOf, err := day(c.AsOf, "--as-of", calendar.Of(time.Now()))
	if err != nil {
		return err
	}
	a, err := pipeline.OpenEdition(c.From, c.Key)
	if err != nil {
		return usage{hinted{err, "a day is written YYYY-MM-DD; an edition is installed, own, a data folder or a bundle"}}
	}
	b, err := pipeline.OpenEdition(c.To, c.Key)
	if err != nil {
		return usage{hinted{err, "a day is written YYYY-MM-DD; an edition is installed, own, a data folder or a bundle"}}
	}
	if mine {
		k, err := pipeline.Load()
		if err != nil {
			return err
		}
		return c.impact(e, k, pipeline.Standing{Edition: a, AsOf: asOf}, pipeline.Standing{Edition: b, AsOf: asOf})
	}
	d, err := pipeline.DiffEditions(a, b)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return writeJSON(e.stdout, d)
	}
	return e.folded(func(w io.Writer) error { return writeEditionDiff(w, d) })
}

func (c *lawDiffCmd) impact(e *env, k *pipeline.Knowledge, a, b pipeline.Standing) error {
	config, err := k.ReadConfig(".")
	if err != nil {
		return err
	}
	stock := pipeline.Stock{DB: c.DB, Profile: c.Profile, Config: config}
	x, err := stock.Impact(e.ctx, a, b)
	if err != nil {
		return err
	}
	return writeImpact(e, x, c.Format)
}

func writeImpact(e *env, x *report.Impact, format string) error {
	switch format {
	case "json":
		return writeJSON(e.stdout, x)
	case "csv":
		return x.Sheet().CSV(e.stdout)
	}
	return e.folded(x.Write)
}

// maxShown bounds the changes of one kind that are printed.
const maxShown = 200

func writeEditionDiff(w io.Writer, d *pipeline.EditionDiff) error {
	fmt.Fprintf(w, "data %s → %s: %d files differ\n", d.From, d.To, len(d.Files))
	for i, f := range d.Files {
		if i == maxShown {
			fmt.Fprintf(w, "  ... and %d more\n", len(d.Files)-i)
			break
		}
		fmt.Fprintf(w, "  %s %s\n", f.Sign, f.File)
	}
	whose := ""
	for i := range d.Fields {
		if i == maxShown {
			fmt.Fprintf(w, "... and %d more fields\n", len(d.Fields)-i)
			break
		}
		f := &d.Fields[i]
		of := string(f.Regime) + string(f.Organisation)
		if of == "" {
			of = "words of the law"
		}
		if of != whose {
			whose = of
			fmt.Fprintf(w, "%s\n", of)
		}
		fmt.Fprintf(w, "  %s\n", fieldWords(f))
	}
	return nil
}

func fieldWords(f *pipeline.FieldChange) string {
	at := f.Part
	if f.Field != "" && at != "" {
		at += ", "
	}
	if at += f.Field; at == "" {
		at = "all of it"
	}
	switch {
	case f.From == "":
		return "+ " + at + ": " + f.To
	case f.To == "":
		return "- " + at + ": " + f.From
	}
	return "~ " + at + ": " + f.From + " → " + f.To
}
