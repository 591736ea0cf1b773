package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// operatorsDir is the folder of a workspace in which operator files that were handed in stay, by their content,
// so that answers can judge anew what was judged with them.
const operatorsDir = "operators"

// takeOperator takes a telltale.yaml out of the files handed in: it says who
// the operator is and is no inventory. Its profile is used unless one was
// chosen; its db is not, since what is handed in names no file of the server.
func (w *Workspace) takeOperator(k *Knowledge, opt *Options, chosen bool) error {
	i := slices.IndexFunc(opt.Inputs, func(p string) bool { return filepath.Base(p) == ConfigName })
	if i < 0 {
		return nil
	}
	path := opt.Inputs[i]
	opt.Inputs = slices.Delete(slices.Clone(opt.Inputs), i, i+1)
	if len(opt.Inputs) == 0 && opt.DB == "" {
		return fmt.Errorf("%w: %s says who you are and lists no thing: hand in registers, scans or orders with it", ErrInvalid, ConfigName)
	}
	if chosen {
		opt.Notes = append(opt.Notes, ConfigName+" was handed in and not used: a profile was chosen")
		return nil
	}
	c, err := k.readConfigFile(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if c.Profile == nil {
		return fmt.Errorf("%w: %s names no profile: add `profile:` with jurisdictions and roles, or leave the file out", ErrInvalid, ConfigName)
	}
	c.DB = ""
	if c.File, err = w.keepOperator(path); err != nil {
		return err
	}
	opt.Config, opt.ProfileArg = c, ""
	opt.Profiles, opt.Notes, err = k.Profiles("", c)
	return err
}

// asLast takes over for whom the current result was judged; where that cannot be told any more, nobody is taken.
func (w *Workspace) asLast(k *Knowledge, opt *Options) {
	v, done, err := w.View()
	if err != nil {
		return // no result yet
	}
	defer done()
	last, err := v.folder.kept()
	if err != nil {
		return // opened from a file
	}
	if _, _, err := k.Profiles(last.Profile, nil); err != nil {
		return // a file that is gone
	}
	opt.ProfileArg = last.Profile
	if c, err := k.readConfigFile(last.Config); last.Profile == "" && last.Config != "" && err == nil {
		c.DB = ""
		opt.Config = c
	}
}

// keepOperator copies an operator file to where it stays.
func (w *Workspace) keepOperator(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("keep the operator's file: %w", err)
	}
	sum := sha256.Sum256(b)
	dir := filepath.Join(w.Dir, operatorsDir, hex.EncodeToString(sum[:]))
	to := filepath.Join(dir, ConfigName)
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(to, b, 0o600)); err != nil {
		return "", fmt.Errorf("keep the operator's file: %w", err)
	}
	return to, nil
}
