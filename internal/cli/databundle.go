package cli

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"telltale/internal/pipeline"
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
	return closing(err, f.Close())
}

type dataBuildCmd struct {
	Dir string `arg:"" help:"The data folder of a tree."`
	Key string `help:"File with the secret key." required:"" placeholder:"FILE"`
	Out string `help:"The bundle to write." required:"" short:"o" placeholder:"FILE"`
}

func (c *dataBuildCmd) Run(e *env) error {
	key, err := os.ReadFile(c.Key)
	if err != nil {
		return fmt.Errorf("read key: %w", err)
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(key)))
	if err != nil {
		return fmt.Errorf("key %s: %w", c.Key, err)
	}
	f, err := os.Create(c.Out)
	if err != nil {
		return err
	}
	return closing(pipeline.BuildBundle(os.DirFS(c.Dir), signer, f), f.Close())
}

// closing returns the first error.
func closing(err, closeErr error) error {
	if err != nil {
		return err
	}
	return closeErr
}

type dataUpdateCmd struct {
	File string `arg:"" help:"The bundle."`
	Key  string `help:"The public key to trust from now on; needed the first time." placeholder:"KEY"`
}

func (c *dataUpdateCmd) Run(e *env) error {
	s, err := pipeline.UserBundles()
	if err != nil {
		return err
	}
	trusted, err := s.Trusted()
	if c.Key != "" {
		trusted, err = s.Trust(c.Key)
	}
	if err != nil {
		return err
	}
	if trusted == nil {
		return usage{hinted{fmt.Errorf("no key is trusted yet"), "telltale data update FILE --key 'name+hash+key'"}}
	}
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read bundle: %w", err)
	}
	now, before, err := s.Update(raw, trusted)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "data %s in use\n", now.Version)
	if before == nil {
		fmt.Fprintln(e.stdout, "before it the data of the program were in use")
		return nil
	}
	for _, l := range now.Diff(before) {
		fmt.Fprintln(e.stdout, l)
	}
	return nil
}

type dataRollbackCmd struct{}

func (c *dataRollbackCmd) Run(e *env) error {
	s, err := pipeline.UserBundles()
	if err != nil {
		return err
	}
	return s.Rollback()
}
