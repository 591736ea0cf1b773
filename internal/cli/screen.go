package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/pipeline"
)

type screenCmd struct {
	Input  []string `arg:"" help:"Files of supplier names (one a line, or CSV), - for standard input, or names." required:""`
	AsOf   string   `help:"Owners as of this day (default: today)." placeholder:"DATE"`
	Format string   `help:"Form of the output: ${enum}." enum:"table,json" default:"table" short:"f"`
}

func (c *screenCmd) Run(e *env) error {
	d, err := day(c.AsOf, "--as-of", calendar.Of(time.Now()))
	if err != nil {
		return err
	}
	k, err := pipeline.Load()
	if err != nil {
		return err
	}
	for _, in := range c.Input {
		s, err := screenInput(e, k, in, d)
		if err != nil {
			return err
		}
		if s.Concerns() > 0 {
			e.code = exitFindings
		}
		if c.Format == "json" {
			err = writeJSON(e.stdout, s)
		} else {
			err = e.folded(s.WriteText)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// screenInput reads names from a file or standard input; what is neither is a name itself.
func screenInput(e *env, k *pipeline.Knowledge, in string, asOf calendar.Date) (*pipeline.Screening, error) {
	var r io.Reader = strings.NewReader(in)
	switch f, err := os.Open(in); {
	case in == "-":
		r = e.stdin
	case err == nil:
		defer f.Close()
		r = f
	case strings.ContainsAny(in, `/\`) && !strings.Contains(in, " "):
		return nil, fmt.Errorf("read %s: %w", in, err)
	}
	s, err := k.ScreenNames(e.ctx, r, asOf)
	if err != nil {
		return nil, fmt.Errorf("screen %s: %w", in, err)
	}
	return s, nil
}
