package cli

import (
	"io"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/pipeline"
)

type orgCmd struct {
	Show orgShowCmd `cmd:"" help:"Show an organisation: names, owners, what counts with it, numbers, sources."`
	Path orgPathCmd `cmd:"" help:"Show how two organisations hang together."`
}

type orgShowCmd struct {
	Org    string `arg:"" help:"ID or name."`
	AsOf   string `help:"As of this day (default: today)." placeholder:"DATE"`
	Format string `help:"Form of the output: ${enum}." enum:"table,json" default:"table" short:"f"`
}

func (c *orgShowCmd) Run(e *env) error {
	return withOrgs(c.AsOf, func(k *pipeline.Knowledge, asOf calendar.Date) error {
		v, err := k.ShowOrg(c.Org, asOf)
		if err != nil {
			return err
		}
		return writeOrg(e.stdout, c.Format, v)
	})
}

type orgPathCmd struct {
	From   string `arg:"" help:"ID or name."`
	To     string `arg:"" help:"ID or name."`
	AsOf   string `help:"As of this day (default: today)." placeholder:"DATE"`
	Format string `help:"Form of the output: ${enum}." enum:"table,json" default:"table" short:"f"`
}

func (c *orgPathCmd) Run(e *env) error {
	return withOrgs(c.AsOf, func(k *pipeline.Knowledge, asOf calendar.Date) error {
		l, err := k.LinkOrgs(c.From, c.To, asOf)
		if err != nil {
			return err
		}
		return writeOrg(e.stdout, c.Format, l)
	})
}

func withOrgs(asOf string, run func(*pipeline.Knowledge, calendar.Date) error) error {
	d, err := day(asOf, "--as-of", calendar.Of(time.Now()))
	if err != nil {
		return err
	}
	k, err := pipeline.Load()
	if err != nil {
		return err
	}
	return run(k, d)
}

func writeOrg(w io.Writer, format string, v interface{ WriteText(io.Writer) error }) error {
	if format == "json" {
		return writeJSON(w, v)
	}
	return v.WriteText(w)
}
