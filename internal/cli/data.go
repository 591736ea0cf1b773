package cli

import (
	"fmt"
	"text/tabwriter"

	"telltale/internal/pipeline"
)

type dataCmd struct {
	Show dataShowCmd `cmd:"" default:"withargs" help:"List the data this program carries, with source and date."`

	Accuracy dataAccuracyCmd `cmd:"" help:"Measure attribution on labelled recordings and compare with the baseline."`
	Build    dataBuildCmd    `cmd:"" help:"Make and sign a bundle from a data folder."`
	Update   dataUpdateCmd   `cmd:"" help:"Check a signed bundle, show what it changes and use it."`
	Export   dataExportCmd   `cmd:"" help:"Write the data in use to a new folder, to change and sign them there."`
	Rollback dataRollbackCmd `cmd:"" help:"Go back to the data in use before the last update."`
	Key      dataKeyCmd      `cmd:"" help:"Make a pair of keys for signing bundles."`
	Weigh    dataWeighCmd    `cmd:"" help:"Measure weights of evidence on labelled recordings."`
}

type dataExportCmd struct {
	Dir string `arg:"" help:"The new folder."`
}

func (c *dataExportCmd) Run(e *env) error {
	k, err := pipeline.Load()
	if err != nil {
		return err
	}
	n, err := k.ExportData(c.Dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%d files of data %s written to %s\n", n, k.Version, c.Dir)
	return nil
}

type dataShowCmd struct {
	Format string `help:"Form of the output: ${enum}." enum:"table,json" default:"table" short:"f"`
}

func (c *dataShowCmd) Run(e *env) error {
	k, err := pipeline.Load()
	if err != nil {
		return err
	}
	sets, err := k.DataSets()
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return writeJSON(e.stdout, sets)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "data version %s\nNAME\tROWS\tDATE\tSOURCE\n", k.Version)
	for _, s := range sets {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", s.Name, s.Rows, s.Date, s.Source)
	}
	return w.Flush()
}
