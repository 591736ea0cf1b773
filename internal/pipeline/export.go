package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
)

// ExportData writes the data in use to a new folder, to be read, changed,
// linted and signed there. It returns how many files it wrote.
func (k *Knowledge) ExportData(dir string) (int, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return 0, fmt.Errorf("export data: %w: name a folder that does not exist yet", err)
	}
	n := 0
	err := eachDataFile(k.edition.Files, func(p string, b []byte) error {
		to := filepath.Join(dir, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		n++
		return os.WriteFile(to, b, 0o644)
	})
	if err != nil {
		return n, fmt.Errorf("export data: %w", err)
	}
	return n, nil
}
