package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"telltale/internal/source/sheet"
)

// Assignments of columns that a user stated once (--map) are kept in the cache
// folder by the set of headings they were stated for, and used again for
// sheets with the same headings. The coverage of an input shows what was used.

// ColumnNames are the attributes a column of a sheet can be read as.
func (k *Knowledge) ColumnNames() []string { return sheet.AttrNames() }

func mapsFile() (string, error) {
	root, err := cacheRoot()
	return filepath.Join(root, "maps.json"), err
}

// SavedMaps returns the kept assignments: heading set → attribute → heading.
// Where there is no cache folder none are kept.
func SavedMaps() (map[string]map[string]string, error) {
	path, err := mapsFile()
	if err != nil {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read saved columns: %w", err)
	}
	var m map[string]map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("read saved columns: %s is damaged (%w); remove it", path, err)
	}
	return m, nil
}

// SaveMaps keeps assignments for the heading sets they were used on.
func SaveMaps(sets []string, chosen map[string]string) error {
	if len(sets) == 0 {
		return nil
	}
	m, err := SavedMaps()
	if err != nil {
		return err
	}
	if m == nil {
		m = map[string]map[string]string{}
	}
	for _, s := range sets {
		merged := maps.Clone(m[s])
		if merged == nil {
			merged = map[string]string{}
		}
		maps.Copy(merged, chosen)
		m[s] = merged
	}
	path, err := mapsFile()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("save columns: %w", err)
	}
	if err := keepJSON(path, m); err != nil {
		return fmt.Errorf("save columns: %w", err)
	}
	return nil
}
