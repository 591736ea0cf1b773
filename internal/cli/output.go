package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// output are the flags of every command that shows a result.
type output struct {
	Format string `help:"Form of the output: ${enum}." enum:"table,json,jsonl,csv,xlsx" default:"table" short:"f"`
	Out    string `help:"Write to this file instead of standard output." type:"path" placeholder:"FILE" short:"o"`
	All    bool   `help:"Show permitted and not-bound too, and all observations."`
}

// write lets show write to the output.
func (o *output) write(e *env, show func(io.Writer) error) error {
	if o.Out == "" && o.Format == "xlsx" && isTerminal(e.stdout) {
		return usage{hinted{fmt.Errorf("an XLSX file cannot be shown on a terminal"), "add --out findings.xlsx"}}
	}
	if o.Out == "" && o.Format == "table" {
		return e.folded(show)
	}
	return toFile(o.Out, e.stdout, show)
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

func colour(w any) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// folded lets show write text for people, whose lines are broken between words
// where they are wider than the terminal, or than COLUMNS says.
func (e *env) folded(show func(io.Writer) error) error {
	w := report.Fold(e.stdout, width(e.stdout))
	return errors.Join(show(w), w.Close())
}

// width of what w is, in columns: as COLUMNS says, else as the terminal does; 0 when unknown.
func width(w any) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if f, ok := w.(*os.File); ok && isTerminal(f) {
		return columns(f)
	}
	return 0
}

// progress returns a function that shows progress on a terminal once a run takes over two seconds.
func progress(w any) (show func(pipeline.Progress), done func()) {
	line := lineOn(w)
	if line == nil {
		return nil, func() {}
	}
	return func(p pipeline.Progress) {
		if p.Total > 0 {
			line.tell("%s %d of %d", p.Stage, p.Done, p.Total)
		} else {
			line.tell("%s %s: %d", p.Stage, p.Input, p.Done)
		}
	}, line.close
}

// scanProgress shows the progress of a scan in the words of a check's.
func scanProgress(show func(pipeline.Progress)) func(scan pipeline.ScanProgress) {
	if show == nil {
		return nil
	}
	return func(p pipeline.ScanProgress) {
		if p.Stage == "ask" {
			show(pipeline.Progress{Stage: "ask hosts:", Done: p.Hosts, Total: max(p.Live, p.Hosts)})
			return
		}
		show(pipeline.Progress{Stage: "search addresses:", Done: int(p.Done), Total: int(p.Total)})
	}
}
