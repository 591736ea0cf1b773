package cli

import (
	"io"

	"telltale/internal/calendar"
	"telltale/internal/pipeline"
)

// keptResult are the flags that say which result a command reads.
type keptResult struct {
	From string `help:"Read this JSON result instead of the last one." placeholder:"RESULT.json" type:"existingfile" xor:"result"`
	DB   string `help:"Read what stands in this database file instead of the last result; nothing is added to it." placeholder:"FILE" type:"existingfile" xor:"result"`
}

// open opens the result; the caller closes it.
func (c *keptResult) open(e *env, k *pipeline.Knowledge) (*pipeline.Folder, error) {
	if c.DB == "" {
		return openResult(c.From)
	}
	opt, err := (&judging{}).options(k)
	if err != nil {
		return nil, err
	}
	opt.DB = c.DB
	return pipeline.RecallFor(e.ctx, k, opt)
}

type reconcileCmd struct {
	keptResult
	Since  string `help:"List only what moved or went since this day." placeholder:"DATE"`
	Format string `help:"Form of the output: ${enum}." enum:"table,json,csv,xlsx" default:"table" short:"f"`
	Out    string `help:"Write to this file instead of standard output." type:"path" placeholder:"FILE" short:"o"`
	All    bool   `help:"List all of each kind, not the first only."`
}

func (*reconcileCmd) Help() string {
	return `Compares what is on paper (registers, orders, quotes) with what is on the wire
(scans, walks, captures, controllers) in the last check: bought and never seen,
seen and never bought, sold as one thing and answering as another, moved, gone.
What was not looked at is said, and never called missing.

Examples:

    telltale check --network plant register.xlsx orders.csv scan.xml walks/ && telltale reconcile
    telltale check --db plant.db --network plant register.xlsx scan.xml
    telltale reconcile --db plant.db --since 2026-01-01 --format xlsx --out differences.xlsx

Exit codes: 0 done, 1 there is no result to read, 2 usage.`
}

func (c *reconcileCmd) Run(e *env) error {
	k, err := pipeline.Load()
	if err != nil {
		return err
	}
	since, err := day(c.Since, "--since", calendar.NoDate)
	if err != nil {
		return err
	}
	f, err := c.open(e, k)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := k.Reconcile(e.ctx, f, since)
	if err != nil {
		return err
	}
	return (&output{Format: c.Format, Out: c.Out}).write(e, func(w io.Writer) error {
		switch c.Format {
		case "json":
			return writeJSON(w, r)
		case "csv":
			return r.Sheet().CSV(w)
		case "xlsx":
			return r.Sheet().XLSX(w)
		}
		return r.WriteTable(w, c.All)
	})
}
