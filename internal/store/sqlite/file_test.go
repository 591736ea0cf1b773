package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/store"
	"telltale/internal/store/sqlite"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func row(i int) *asset.Sighting {
	at := fmt.Sprintf("row %d", i)
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: evidence.Place{Input: "register.csv", At: at}, Complete: true}
	for _, kv := range [][2]string{
		{"serial", fmt.Sprintf("AB%09d", i)}, {"manufacturer", "Acme Ltd"}, {"model", "X-100"}, {"name", fmt.Sprintf("switch-%d", i)},
		{"ip", fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255)}, {"site", fmt.Sprintf("site %d", i%500)},
	} {
		s.Observations = append(s.Observations, evidence.Observation{Source: "sheet", Attr: evidence.Attr(kv[0]), Value: kv[1], Place: evidence.Place{Input: "register.csv", At: at}})
	}
	return s
}

func loadRows(ctx context.Context, s *sqlite.Store, at time.Time, n int) (store.Load, error) {
	return s.Load(ctx, store.Load{At: at, Author: "ann"}, func(l store.Loading) error {
		for i := range n {
			if _, err := l.Put(row(i)); err != nil {
				return err
			}
		}
		return nil
	})
}

// made returns the path of a store that holds n rows and was closed.
func made(t testing.TB, n int) string {
	path := filepath.Join(t.TempDir(), "a store?#%.db")
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loadRows(t.Context(), s, noon, n); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// readAll opens a file and reads what is in it.
func readAll(t testing.TB, path string) error {
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Sightings(t.Context(), time.Time{}, func(store.Version) error { return nil })
}

func do(t *testing.T, path, query string) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(query); err != nil {
		t.Fatal(err)
	}
}

func TestBadFiles(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(t *testing.T) string
		is   error
		says string
	}{
		{"a text", func(t *testing.T) string {
			p := filepath.Join(t.TempDir(), "x")
			os.WriteFile(p, []byte("serial,model\n"), 0o600)
			return p
		}, store.ErrCorrupt, "name another file"},
		{"another program's", func(t *testing.T) string {
			p := filepath.Join(t.TempDir(), "x.db")
			do(t, p, "CREATE TABLE t (a)")
			return p
		}, store.ErrCorrupt, "another program"},
		{"a newer version's", func(t *testing.T) string {
			p := filepath.Join(t.TempDir(), "x.db")
			s, err := sqlite.Open(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			s.Close()
			do(t, p, "PRAGMA user_version = 99")
			return p
		}, store.ErrNewer, "update telltale"},
		{"one with a hole", func(t *testing.T) string {
			p := made(t, 2000)
			f, err := os.OpenFile(p, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for at := int64(4096 * 4); at < 4096*60; at += 4096 {
				f.WriteAt(make([]byte, 2048), at)
			}
			return p
		}, store.ErrCorrupt, "backup"},
		{"one cut off", func(t *testing.T) string {
			p := made(t, 2000)
			if err := os.Truncate(p, 4096*20); err != nil {
				t.Fatal(err)
			}
			return p
		}, store.ErrCorrupt, "backup"},
		{"one in a folder that is not there", func(t *testing.T) string { return filepath.Join(t.TempDir(), "no", "x.db") }, os.ErrNotExist, "create the folder"},
		{"a folder", func(t *testing.T) string { return t.TempDir() }, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := c.make(t)
			err := readAll(t, path)
			if err == nil {
				t.Fatal("no error")
			}
			if c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v; want %v and %q", err, c.is, c.says)
			}
		})
	}
}

func TestLockedFile(t *testing.T) {
	path := made(t, 1)
	other, err := sql.Open("sqlite", "file:"+strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	sqlite.SetPatience(t, s, 10*time.Millisecond)
	if _, err := loadRows(t.Context(), s, noon, 1); !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "wait") {
		t.Errorf("%v; want ErrLocked and a remedy", err)
	}
	n := 0
	if err := s.Sightings(t.Context(), time.Time{}, func(store.Version) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("reading beside a writer: %d things, %v", n, err)
	}
}

func TestStoppedLoad(t *testing.T) {
	s, err := sqlite.Open(t.Context(), made(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, stop := context.WithCancel(t.Context())
	_, err = s.Load(ctx, store.Load{At: noon, Author: "ann"}, func(l store.Loading) error {
		stop()
		for i := range 10000 {
			if _, err := l.Put(row(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", err)
	}
	if _, err := loadRows(t.Context(), s, noon, 2); err != nil {
		t.Errorf("load after a stopped one: %v", err)
	}
}

func TestSecondLoadWritesNextToNothing(t *testing.T) {
	path := made(t, 5000)
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	l, err := loadRows(t.Context(), s, noon.AddDate(0, 0, 1), 5000)
	if err != nil || l.Opened+l.Closed != 0 {
		t.Errorf("load %+v, %v", l, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if grown := after.Size() - before.Size(); grown > 4096 {
		t.Errorf("the file grew by %d bytes", grown)
	}
}

// The benchmarks' unit is one load of a million rows of six facts.
const million = 1_000_000

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "x.db"))
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := loadRows(b.Context(), s, noon, million); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		s.Close()
		b.StartTimer()
	}
}

func BenchmarkLoaded(b *testing.B) {
	path := made(b, million)
	if info, err := os.Stat(path); err == nil {
		b.Logf("%d rows: %d MiB", million, info.Size()>>20)
	}
	s, err := sqlite.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			if l, err := loadRows(b.Context(), s, noon, million); err != nil || l.Opened != 0 {
				b.Fatal(l, err)
			}
		}
	})
	b.Run("iterate", func(b *testing.B) {
		for b.Loop() {
			n := 0
			if err := s.Sightings(b.Context(), time.Time{}, func(store.Version) error { n++; return nil }); err != nil || n != million {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("as known", func(b *testing.B) {
		for b.Loop() {
			n := 0
			if err := s.Sightings(b.Context(), noon, func(store.Version) error { n++; return nil }); err != nil || n != million {
				b.Fatal(n, err)
			}
		}
	})
}
