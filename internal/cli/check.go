package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// judging are the flags that say for whom, for what act and for which day.
type judging struct {
	Profile  string   `help:"Who is judged for: a built-in profile's name or a file. Default: telltale.yaml here, else every built-in profile." short:"p" placeholder:"NAME|FILE"`
	Act      string   `help:"Judge this act instead of use for inventory and buy for purchases: use, buy, install, renew, fund, authorise, import, sell, export, connect, contract, report." placeholder:"ACT"`
	AsOf     string   `help:"Judge as of this day (default: today)." placeholder:"DATE"`
	KnownAt  string   `help:"Use only what the data knew on this day (default: today)." placeholder:"DATE"`
	Scenario []string `help:"Include a proposed provision or regime as if it were in force." placeholder:"ID"`
}

// options fills pipeline options from the flags.
func (j *judging) options(k *pipeline.Knowledge) (*pipeline.Options, error) {
	now := time.Now().UTC()
	o := &pipeline.Options{Scenarios: j.Scenario, Now: now, Author: author()}
	today := calendar.Of(now)
	var err error
	if o.AsOf, err = day(j.AsOf, "--as-of", today); err != nil {
		return nil, err
	}
	if o.KnownAt, err = day(j.KnownAt, "--known-at", today); err != nil {
		return nil, err
	}
	if j.Act != "" {
		if o.Act, err = law.ParseAct(j.Act); err != nil {
			return nil, usage{err}
		}
	}
	config, err := k.ReadConfig(".")
	if err != nil {
		return nil, err
	}
	o.Config, o.ProfileArg, o.DB = config, j.Profile, config.DB
	o.Profiles, o.Notes, err = k.Profiles(j.Profile, config)
	if err != nil {
		return nil, usage{hinted{err, "built-in profiles: " + strings.Join(k.ProfileNames(), ", ")}}
	}
	return o, nil
}

// author is who events are recorded for.
func author() string {
	for _, v := range []string{"USER", "LOGNAME", "USERNAME"} {
		if s := os.Getenv(v); s != "" {
			return s
		}
	}
	return "unknown user"
}

func day(s, flag string, today calendar.Date) (calendar.Date, error) {
	if s == "" {
		return today, nil
	}
	d, err := calendar.Parse(s)
	if err != nil {
		return d, usage{fmt.Errorf("%s: %w", flag, err)}
	}
	return d, nil
}

type checkCmd struct {
	Input []string `arg:"" name:"input" help:"Files, folders, archives, or - for standard input." required:""`
	judging
	output
	DB      string            `help:"Add to this database file instead of judging the inputs alone." placeholder:"FILE"`
	Network string            `help:"Name of the address space the inputs come from; weak keys unite only inside one." placeholder:"NAME"`
	Map     map[string]string `help:"Read a sheet's heading as this attribute: --map model=\"Part No.\" (repeat). Saved for sheets with the same headings." placeholder:"ATTR=HEADING"`
	Prints  string            `name:"fingerprints" help:"Use the fingerprints of this folder too (recog's XML files)." type:"existingdir" placeholder:"DIR"`
	TAC     string            `name:"tac" help:"Name makers by IMEI with this table of type allocation codes (CSV: tac, manufacturer, brand, model)." type:"existingfile" placeholder:"FILE"`
	Keep    bool              `help:"Keep the result in the cache folder for explain and answer." default:"true" negatable:""`
}

func (c *checkCmd) Run(e *env) error {
	k, err := pipeline.Load()
	if err != nil {
		return err
	}
	if c.Prints != "" {
		var problems []string
		if k, problems, err = k.WithFingerprints(c.Prints); err != nil {
			return err
		}
		for _, p := range problems {
			fmt.Fprintf(e.stderr, "telltale: note: fingerprint not used: %s\n", p)
		}
	}
	if c.TAC != "" {
		var problems []string
		if k, problems, err = k.WithTypes(c.TAC); err != nil {
			return err
		}
		for _, p := range problems {
			fmt.Fprintf(e.stderr, "telltale: note: type allocation code not used: %s\n", p)
		}
	}
	opt, err := c.options(k)
	if err != nil {
		return err
	}
	opt.Inputs, opt.Network, opt.All = c.Input, c.Network, c.All
	opt.Map = c.Map
	if c.DB != "" {
		opt.DB = c.DB
	}
	show, done := progress(e.stderr)
	opt.Progress = show
	return c.check(e, k, c.Keep, opt, done)
}

// check judges the inputs, prints the result and sets the exit code; read is called when progress is over.
func (o *output) check(e *env, k *pipeline.Knowledge, keep bool, opt *pipeline.Options, read func()) error {
	return withResult(e, keep, func(dir string) error {
		f, err := pipeline.Check(e.ctx, k, dir, opt)
		read()
		if err != nil {
			return err
		}
		defer f.Close()
		if err := o.print(e, f); err != nil {
			return err
		}
		e.unread(f, opt.Inputs)
		e.code = exitCode(f)
		return nil
	})
}

// unread says on standard error which named inputs were not read, for whoever
// sends the result to a file or another program.
func (e *env) unread(f *pipeline.Folder, named []string) {
	h := f.Head()
	for i := range h.Coverage {
		c := &h.Coverage[i]
		if !c.Unreadable || len(c.Reasons) == 0 || !slices.Contains(named, c.Input) {
			continue
		}
		fmt.Fprintf(e.stderr, "telltale: error: %s: not read: %s\n", report.Plain(c.Input), report.Plain(c.Reasons[0].Reason))
		if hint := c.Reasons[0].Hint; hint != "" {
			fmt.Fprintf(e.stderr, "telltale: hint: %s\n", report.Plain(hint))
		}
	}
}

// withResult runs make in a fresh folder, which becomes the last result when keep is set and make succeeds.
func withResult(e *env, keep bool, make func(dir string) error) error {
	s, err := pipeline.NewResultFolder(keep)
	if err != nil && keep {
		fmt.Fprintf(e.stderr, "telltale: note: the result is not kept for explain and answer: %v\n", err)
		s, err = pipeline.NewResultFolder(false)
	}
	if err != nil {
		return err
	}
	defer s.Discard()
	if err := make(s.Dir); err != nil {
		if errors.Is(err, e.ctx.Err()) && e.ctx.Err() != nil {
			return fmt.Errorf("stopped before the end; nothing was kept")
		}
		return err
	}
	return s.Keep()
}

func exitCode(f *pipeline.Folder) int {
	h := f.Head()
	if h.Unreadable > 0 {
		return exitFailed
	}
	if h.Summary.Prohibited+h.Summary.Restricted+h.Summary.Undetermined > 0 {
		return exitFindings
	}
	return exitOK
}

// print writes a result in the form the user chose.
func (o *output) print(e *env, f *pipeline.Folder) error {
	return o.write(e, func(w io.Writer) error {
		switch o.Format {
		case "json":
			return report.JSON(w, f)
		case "jsonl":
			return report.JSONLines(w, f)
		case "csv":
			return report.CSV(w, f)
		case "xlsx":
			return report.XLSX(w, f)
		}
		return report.Table(w, f, report.Style{Colour: o.Out == "" && colour(e.stdout), All: o.All})
	})
}

type askCmd struct {
	Text []string `arg:"" help:"A MAC, IP, AS number, FCC ID, model, serial, supplier's name or a product line."`
	judging
	output
}

func (c *askCmd) Run(e *env) error {
	k, err := pipeline.Load()
	if err != nil {
		return err
	}
	opt, err := c.options(k)
	if err != nil {
		return err
	}
	opt.All, opt.DB = true, ""
	return withResult(e, true, func(dir string) error {
		text := strings.Join(c.Text, " ")
		f, err := pipeline.Ask(e.ctx, k, dir, text, opt)
		if err != nil {
			return err
		}
		defer f.Close()
		e.code = exitCode(f)
		if c.Format != "table" {
			return c.print(e, f)
		}
		return c.write(e, func(w io.Writer) error {
			style := report.Style{Colour: c.Out == "" && colour(e.stdout), All: c.All}
			if err := pipeline.ExplainAll(w, k, f, style); err != nil {
				return err
			}
			return likeNames(e, w, k, text, opt)
		})
	})
}

// likeNames adds the listed organisations whose names are like a line of the question.
func likeNames(e *env, w io.Writer, k *pipeline.Knowledge, text string, opt *pipeline.Options) error {
	res, err := k.ScreenNames(e.ctx, strings.NewReader(text), opt.AsOf)
	if err != nil {
		return nil // a question that holds no name has been answered
	}
	if res.Concerns() > 0 {
		fmt.Fprintln(w, "\nNAMES like those of listed organisations")
		return res.WriteText(w)
	}
	return nil
}

type explainCmd struct {
	ID     string `arg:"" help:"The first digits of a finding's or asset's ID, as printed by check."`
	All    bool   `help:"Show everything, not only what fits a screen."`
	From   string `help:"Read this JSON result instead of the last one." placeholder:"RESULT.json" type:"existingfile"`
	Format string `help:"Form of the output: ${enum}." enum:"table,json" default:"table" short:"f"`
}

func (c *explainCmd) Run(e *env) error {
	f, err := openResult(c.From)
	if err != nil {
		return err
	}
	defer f.Close()
	x, err := pipeline.Explain(f, c.ID)
	if err != nil {
		return hinted{err, "telltale check ... prints the IDs in square brackets"}
	}
	if c.Format == "json" {
		return writeJSON(e.stdout, x)
	}
	return e.folded(func(w io.Writer) error {
		return report.Explain(w, x, report.Style{Colour: colour(e.stdout), All: c.All})
	})
}

func openResult(from string) (*pipeline.Folder, error) {
	if from != "" {
		k, err := pipeline.Load()
		if err != nil {
			return nil, err
		}
		return k.ImportResult(from)
	}
	f, err := pipeline.LastResult()
	if err != nil {
		return nil, hinted{err, "run telltale check FILE first, or name a result with --from RESULT.json"}
	}
	return f, nil
}

type answerCmd struct {
	Question string `arg:"" help:"The first digits of a question's ID, as printed by check and explain."`
	Value    string `arg:"" help:"The answer: yes, no, a date, or one of the values the question lists."`
	Reason   string `help:"Why, or where it is known from."`
	By       string `help:"Who answers (default: the user's name)."`
	Until    string `help:"The answer expires after this day." placeholder:"DATE"`
	DB       string `help:"Answer in this database instead of the last result." placeholder:"FILE"`
	output
}

func (c *answerCmd) Run(e *env) error {
	k, err := pipeline.Load()
	if err != nil {
		return err
	}
	until, err := day(c.Until, "--until", calendar.NoDate)
	if err != nil {
		return err
	}
	by := c.By
	if by == "" {
		by = author()
	}
	changed, f, err := pipeline.AnswerQuestion(e.ctx, k, pipeline.NewAnswer{
		Question: c.Question, Value: c.Value, Reason: c.Reason, By: by, Until: until, At: time.Now().UTC(), DB: c.DB,
	})
	if err != nil {
		return err
	}
	defer f.Close()
	if c.Format != "table" {
		return c.print(e, f)
	}
	return e.folded(func(w io.Writer) error { return report.Changes(w, changed) })
}
