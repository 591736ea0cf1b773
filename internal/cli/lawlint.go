package cli

import (
	"fmt"
	"os"

	"telltale/internal/pipeline"
)

// lawData is the flag that names a data folder whose law is meant.
type lawData struct {
	Data string `help:"The law of this data folder instead of the one in use." type:"existingdir" placeholder:"DIR"`
}

func (d *lawData) load() (*pipeline.Knowledge, error) {
	if d.Data == "" {
		return pipeline.Load()
	}
	return pipeline.LoadFrom(os.DirFS(d.Data))
}

type lawLintCmd struct {
	Dir string `arg:"" help:"A data folder, such as data in a tree of Telltale." type:"existingdir"`
}

func (c *lawLintCmd) Run(e *env) error {
	d := lawData{Data: c.Dir}
	k, err := d.load()
	if err != nil {
		return err
	}
	rs, err := k.OwnLawCases()
	if err != nil {
		return err
	}
	failed := 0
	for i := range rs {
		if rs[i].Fault == "" {
			continue
		}
		failed++
		fmt.Fprintf(e.stdout, "FAIL  %-12s %s\n      %s\n", rs[i].Case.ID, rs[i].Case.Title, rs[i].Fault)
		explainCase(e.stdout, &rs[i])
	}
	if failed > 0 {
		e.code = exitFailed
	}
	fmt.Fprintf(e.stdout, "%d regimes without fault; %d judged cases passed, %d failed\n", len(k.Rules.Regimes), len(rs)-failed, failed)
	return nil
}
