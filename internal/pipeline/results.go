package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// ResultFolder is a folder in the making. Keep makes it the last result.
type ResultFolder struct {
	Dir  string
	keep bool
	root string
}

// cacheRoot is the user's cache folder for telltale.
func cacheRoot() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	return filepath.Join(base, "telltale"), nil
}

// NewResultFolder makes an empty folder: in the user's cache when the result is to be kept, else a temporary one.
func NewResultFolder(keep bool) (*ResultFolder, error) {
	root := os.TempDir()
	if keep {
		var err error
		if root, err = cacheRoot(); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(root, 0o700); err != nil {
			return nil, fmt.Errorf("make the cache folder: %w", err)
		}
		removeStale(root)
	}
	dir, err := os.MkdirTemp(root, "telltale-new-*")
	if err != nil {
		return nil, fmt.Errorf("make a result folder: %w", err)
	}
	return &ResultFolder{Dir: dir, keep: keep, root: root}, nil
}

// removeStale removes folders that a killed run left, older than a day.
func removeStale(root string) {
	old, _ := filepath.Glob(filepath.Join(root, "telltale-new-*"))
	for _, d := range old {
		if st, err := os.Stat(d); err == nil && sinceDay(st.ModTime()) {
			os.RemoveAll(d)
		}
	}
}

// Keep makes the folder the last result, replacing the one before.
func (r *ResultFolder) Keep() error {
	if !r.keep {
		return nil
	}
	last := filepath.Join(r.root, "last")
	before := r.Dir + "-before"
	if err := os.Rename(last, before); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keep the result: %w", err)
	}
	if err := os.Rename(r.Dir, last); err != nil {
		return fmt.Errorf("keep the result: %w", err)
	}
	return os.RemoveAll(before)
}

// Discard removes the folder unless it was kept.
func (r *ResultFolder) Discard() { os.RemoveAll(r.Dir) }

// LastResult opens the result of the last check.
func LastResult() (*Folder, error) {
	root, err := cacheRoot()
	if err != nil {
		return nil, err
	}
	f, err := OpenFolder(filepath.Join(root, "last"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("there is no last result")
	}
	return f, err
}

// sinceDay reports whether t lies more than a day back.
func sinceDay(t time.Time) bool { return time.Since(t) > 24*time.Hour }
