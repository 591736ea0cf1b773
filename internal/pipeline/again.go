package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// The files of a check stay beside its result, so that they can be read again
// with columns corrected; they go when the result goes.

const inputsName = "inputs"

// maxKeptInputs bounds the bytes of the files kept with one result; more are
// not kept and must be handed in again.
const maxKeptInputs = 256 << 20

// keepInputs moves the files of a check beside its result.
func keepInputs(in, dir string) error {
	es, err := os.ReadDir(in)
	if err != nil {
		return fmt.Errorf("keep the files: %w", err)
	}
	var size int64
	for _, e := range es {
		i, err := e.Info()
		if err != nil {
			return fmt.Errorf("keep the files: %w", err)
		}
		size += i.Size()
	}
	if size > maxKeptInputs || len(es) == 0 {
		return nil
	}
	if err := os.Rename(in, filepath.Join(dir, inputsName)); err != nil {
		return fmt.Errorf("keep the files: %w", err)
	}
	return nil
}

// takeAgain copies the files kept with a result into a folder of a job (linked where it can be).
func (w *Workspace) takeAgain(n int, in string) ([]string, error) {
	_, release, err := w.Result(n) // keeps the folder while its files are copied
	if err != nil {
		return nil, err
	}
	defer release()
	from := filepath.Join(w.Dir, "results", strconv.Itoa(n), inputsName)
	es, err := os.ReadDir(from)
	if err != nil || len(es) == 0 {
		return nil, fmt.Errorf("%w: the files of result %d were not kept; hand them in again", ErrInvalid, n)
	}
	var out []string
	for _, e := range es {
		to := filepath.Join(in, e.Name())
		if os.Link(filepath.Join(from, e.Name()), to) != nil {
			if err := copyFile(filepath.Join(from, e.Name()), to); err != nil {
				return nil, fmt.Errorf("take the files: %w", err)
			}
		}
		out = append(out, to)
	}
	return out, nil
}
