package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"telltale/internal/calendar"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

type dataKeyCmd struct {
	Name string `arg:"" help:"Name of the signer, such as example.org/law."`
	Out  string `help:"File for the secret key." required:"" placeholder:"FILE"`
}

func (c *dataKeyCmd) Run(e *env) error {
	secret, public, err := note.GenerateKey(nil, c.Name)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write secret key: %w", err)
	}
	_, err = fmt.Fprintln(f, secret)
	fmt.Fprintln(e.stdout, public)
	return errors.Join(err, f.Close())
}

type dataBuildCmd struct {
	Dir  string `arg:"" help:"The data folder of a tree." type:"existingdir"`
	Key  string `help:"File with the secret key." required:"" placeholder:"FILE"`
	Out  string `help:"The bundle to write." required:"" short:"o" placeholder:"FILE"`
	Made string `help:"When it counts as made (default: now); an update never goes back in time unasked." placeholder:"TIME"`
}

func (c *dataBuildCmd) Run(e *env) error {
	made := time.Now()
	if c.Made != "" {
		var err error
		if made, err = time.Parse(time.RFC3339, c.Made); err != nil {
			return usage{fmt.Errorf("--made %q: want a time such as 2026-11-22T09:00:00Z", c.Made)}
		}
	}
	key, err := os.ReadFile(c.Key)
	if err != nil {
		return fmt.Errorf("read key: %w", err)
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(key)))
	if err != nil {
		return fmt.Errorf("key %s: %w", c.Key, err)
	}
	return toFile(c.Out, e.stdout, func(w io.Writer) error { return pipeline.BuildBundle(os.DirFS(c.Dir), signer, made, w) })
}

type dataUpdateCmd struct {
	From       string `arg:"" name:"file-or-url" help:"The bundle: a file, or an https address, which is fetched because you name it."`
	Preview    bool   `help:"Show what it would change and take nothing in."`
	Key        string `help:"The public key to trust from now on; needed the first time." placeholder:"KEY"`
	ReplaceKey bool   `help:"Trust --key in place of the key trusted until now."`
	Older      bool   `help:"Take a bundle that is older than the data in use."`
	DB         string `help:"Show what it changes for the things in this database (default: of the last check, if there is one)." placeholder:"FILE"`
	Profile    string `help:"With --db: who is judged for." short:"p" placeholder:"NAME|FILE"`
	AsOf       string `help:"Judge as of this day (default: today)." placeholder:"DATE"`
	Format     string `help:"Form of the output: ${enum}." enum:"table,json" default:"table" short:"f"`
}

// updateShown is what an update prints as JSON.
type updateShown struct {
	InUse  string                `json:"in_use"`
	Taken  bool                  `json:"taken"`
	Signer string                `json:"signer"`
	Made   time.Time             `json:"made"`
	Diff   *pipeline.EditionDiff `json:"diff"`
	// Impact is null when there is no result and no database to compare.
	Impact *report.Impact `json:"impact"`
}

func (c *dataUpdateCmd) Run(e *env) error {
	asOf, err := day(c.AsOf, "--as-of", calendar.Of(time.Now()))
	if err != nil {
		return err
	}
	u, err := c.open(e)
	if err != nil {
		return err
	}
	out := updateShown{Signer: u.Now.Signer, Made: u.Now.Made, InUse: u.Before.Version()}
	if out.Diff, err = pipeline.DiffEditions(u.Before, u.Now.Tree); err != nil {
		return err
	}
	out.Impact, err = c.impact(e, u, asOf)
	if err != nil {
		fmt.Fprintf(e.stderr, "telltale: note: what it changes for you is not shown: %v\n", err)
	}
	if !c.Preview {
		if err := u.Apply(); err != nil {
			return err
		}
		out.Taken, out.InUse = true, u.Now.Version()
	}
	if c.Format == "json" {
		return writeJSON(e.stdout, out)
	}
	return c.show(e, &out)
}

func (c *dataUpdateCmd) open(e *env) (*pipeline.Update, error) {
	s, err := pipeline.UserBundles()
	if err != nil {
		return nil, err
	}
	key, err := s.Key(c.Key, c.ReplaceKey)
	if pipeline.IsNoKey(err) {
		return nil, usage{hinted{err, "telltale data update FILE --key 'name+hash+key'"}}
	}
	if err != nil {
		return nil, err
	}
	raw, err := pipeline.ReadBundle(e.ctx, c.From)
	if err != nil {
		return nil, err
	}
	return s.NewUpdate(raw, key, c.Older)
}

// impact is nil without error when there is nothing to compare.
func (c *dataUpdateCmd) impact(e *env, u *pipeline.Update, asOf calendar.Date) (*report.Impact, error) {
	if c.DB == "" {
		last, err := pipeline.LastResult()
		if err != nil {
			return nil, nil
		}
		last.Close()
	}
	k, err := pipeline.Load()
	if err != nil {
		return nil, err
	}
	config, err := k.ReadConfig(".")
	if err != nil {
		return nil, err
	}
	stock := pipeline.Stock{DB: c.DB, Profile: c.Profile, Config: config}
	return stock.Impact(e.ctx, pipeline.Standing{Edition: u.Before, AsOf: asOf}, pipeline.Standing{Edition: u.Now.Tree, AsOf: asOf})
}

func (c *dataUpdateCmd) show(e *env, o *updateShown) error {
	fmt.Fprintf(e.stdout, "bundle signed by %s, made %s\n", o.Signer, o.Made.Format(time.RFC3339))
	if err := writeEditionDiff(e.stdout, o.Diff); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout)
	if o.Impact == nil {
		fmt.Fprintln(e.stdout, "what it changes for you: nothing was checked yet (telltale check FILE), and no --db was named")
	} else if err := o.Impact.Write(e.stdout); err != nil {
		return err
	}
	if o.Taken {
		fmt.Fprintf(e.stdout, "\ndata %s in use; `telltale data rollback` goes back\n", o.InUse)
	} else {
		fmt.Fprintf(e.stdout, "\nnothing was taken in: data %s stays in use\n", o.InUse)
	}
	return nil
}

type dataRollbackCmd struct{}

func (c *dataRollbackCmd) Run(e *env) error {
	s, err := pipeline.UserBundles()
	if err != nil {
		return err
	}
	if err := s.Rollback(); err != nil {
		return err
	}
	b, err := s.Current()
	switch {
	case err != nil:
		return err
	case b == nil:
		fmt.Fprintln(e.stdout, "the data of the program are in use")
	default:
		fmt.Fprintf(e.stdout, "data %s in use, signed by %s, made %s\n", b.Version(), b.Signer, b.Made.Format(time.RFC3339))
	}
	return nil
}
