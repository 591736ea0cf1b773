package sqlite_test

import (
	"path/filepath"
	"testing"

	"telltale/internal/store"
	"telltale/internal/store/sqlite"
	"telltale/internal/store/storetest"
)

func TestStore(t *testing.T) {
	dir := t.TempDir()
	storetest.Run(t, func(t testing.TB, name string) store.Store {
		s, err := sqlite.Open(t.Context(), filepath.Join(dir, name+".db"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
