package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"telltale/internal/screen"
)

// loadScreening makes the engine that compares names of suppliers with those
// of all organisations and makers.
func (t *Tree) loadScreening() (*screen.Engine, error) {
	ix, err := t.OrgIndex()
	if err != nil {
		return nil, err
	}
	tables, err := t.ScreeningTables()
	if err != nil {
		return nil, err
	}
	return screen.New(tables, screen.FromIndex(ix)), nil
}

// loadScreeningTables reads what screening knows of languages.
func loadScreeningTables(files fs.FS) (*screen.Tables, error) {
	var missing error
	open := func(name string) io.Reader {
		b, err := fs.ReadFile(files, "screening/"+name+".txt")
		missing = errors.Join(missing, err)
		return bytes.NewReader(b)
	}
	s := screen.Sources{Pinyin: open("pinyin"), Simplified: open("simplified"), Words: open("words"),
		Places: open("places"), Generic: open("generic"), Trades: open("trades")}
	if missing != nil {
		return nil, fmt.Errorf("read data file: %w", missing)
	}
	return screen.ReadTables(s)
}
