package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"telltale/internal/pipeline"
)

type dataAccuracyCmd struct {
	Corpus   string `arg:"" help:"Folder of labelled recordings with its labels.csv." type:"existingdir"`
	Format   string `help:"Form of the output: ${enum}." enum:"table,json,html" default:"table" short:"f"`
	Out      string `help:"Write to this file instead of standard output." type:"path" placeholder:"FILE" short:"o"`
	Baseline string `help:"Compare with these figures instead of the built-in ones." type:"existingfile" placeholder:"FILE"`
	Write    string `help:"Write the figures as a new baseline to this file." type:"path" placeholder:"FILE"`
}

func (c *dataAccuracyCmd) Run(e *env) error {
	r, _, err := pipeline.MeasureAccuracy(e.ctx, c.Corpus)
	if err != nil {
		return err
	}
	write := r.WriteTable
	switch c.Format {
	case "json":
		write = r.WriteJSON
	case "html":
		write = r.WriteHTML
	}
	if err := toFile(c.Out, e.stdout, write); err != nil {
		return err
	}
	if c.Write != "" {
		return toFile(c.Write, e.stdout, func(w io.Writer) error {
			j := json.NewEncoder(w)
			j.SetIndent("", " ")
			return j.Encode(r.Baseline())
		})
	}
	base, err := pipeline.AccuracyBaseline(c.Baseline)
	if err != nil {
		return err
	}
	drops := r.Drops(base)
	for _, d := range drops {
		fmt.Fprintf(e.stderr, "telltale: worse than the baseline: %s\n", d)
	}
	if len(drops) > 0 {
		return errors.New("accuracy dropped below the baseline")
	}
	return nil
}

type dataWeighCmd struct {
	Corpus string `arg:"" help:"Folder of labelled recordings with its labels.csv." type:"existingdir"`
	Out    string `help:"Write to this file instead of standard output, such as data/fingerprint/weights.yaml." type:"path" placeholder:"FILE" short:"o"`
	Date   string `help:"Day of the measurement, YYYY-MM-DD." required:"" placeholder:"DATE"`
}

func (c *dataWeighCmd) Run(e *env) error {
	w, err := pipeline.MeasureWeights(e.ctx, c.Corpus)
	if err != nil {
		return err
	}
	return toFile(c.Out, e.stdout, func(out io.Writer) error { return pipeline.WriteWeights(out, w, c.Date) })
}
