package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// toFile writes to the named file, or to w when there is none. A file appears
// whole or not at all, with the rights it had; a link is followed. What is no
// file, such as /dev/null or a pipe, is written to and never replaced.
func toFile(name string, w io.Writer, write func(io.Writer) error) error {
	if name == "" {
		return write(w)
	}
	put := replaceFile
	if st, err := os.Stat(name); err == nil && !st.Mode().IsRegular() {
		put = writeInto
	}
	if err := put(name, write); err != nil {
		return fmt.Errorf("write %q: %w", name, err)
	}
	return nil
}

// writeInto writes to a device or pipe that stays what it is.
func writeInto(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// replaceFile writes beside the file and puts that in its place when all of it is written.
func replaceFile(name string, write func(io.Writer) error) error {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	f, err := os.OpenFile(filepath.Join(filepath.Dir(name), ".telltale-"+rand.Text()), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := errors.Join(write(f), f.Close()); err != nil {
		return err
	}
	st, err := os.Stat(name)
	switch {
	case err == nil:
		err = os.Chmod(f.Name(), st.Mode().Perm())
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
