package pipeline

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"telltale/internal/report"
)

// A result lives in a folder, so that a million assets need no memory:
//
//	head.json           report.Head
//	assets.jsonl, findings.jsonl, claims.jsonl, observations.jsonl   one a line, as they came
//	*.index             24 bytes an entry in the order of IDs: ID (10), extra (1), length (5), offset (8)
//	sightings.bin       what was read, so that answers can be judged anew
//
// An extra entry is kept for explain only: it is no part of the report.
// Folder implements report.Result over it.
type Folder struct {
	dir  string
	head report.Head

	temporary bool // Close removes it

	mu   sync.Mutex
	open map[string]*list // what Lookup opened
}

// list is one opened list of a folder: its index in memory, its lines on disk.
type list struct {
	index []byte
	data  *os.File
}

// Close closes what look-ups opened.
func (f *Folder) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var err error
	for _, l := range f.open {
		err = errors.Join(err, l.data.Close())
	}
	f.open = nil
	if f.temporary {
		err = errors.Join(err, os.RemoveAll(f.dir))
	}
	return err
}

func (f *Folder) list(name string) (*list, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if l := f.open[name]; l != nil {
		return l, nil
	}
	ix, err := os.ReadFile(filepath.Join(f.dir, name+".index"))
	if err != nil {
		return nil, fmt.Errorf("open result: %w", err)
	}
	data, err := os.Open(filepath.Join(f.dir, name+".jsonl"))
	if err != nil {
		return nil, fmt.Errorf("open result: %w", err)
	}
	if f.open == nil {
		f.open = map[string]*list{}
	}
	f.open[name] = &list{ix, data}
	return f.open[name], nil
}

// OpenFolder opens the result kept in dir.
func OpenFolder(dir string) (*Folder, error) {
	b, err := os.ReadFile(filepath.Join(dir, "head.json"))
	if err != nil {
		return nil, fmt.Errorf("open result: %w", err)
	}
	f := &Folder{dir: dir}
	if err := json.Unmarshal(b, &f.head); err != nil {
		return nil, fmt.Errorf("open result %q: %w", dir, err)
	}
	return f, nil
}

// Head returns the small part of the result.
func (f *Folder) Head() *report.Head { return &f.head }

// Dir is where the result lives.
func (f *Folder) Dir() string { return f.dir }

// Assets yields the assets as JSON, in the order of IDs.
func (f *Folder) Assets() iter.Seq2[[]byte, error] { return f.values("assets") }

// Asset returns one asset as JSON, nil when there is none of that ID.
func (f *Folder) Asset(id string) ([]byte, error) {
	es, err := f.Lookup("assets", id, 1)
	if err != nil || len(es) == 0 {
		return nil, err
	}
	return es[0].JSON, nil
}

// Findings yields the findings as JSON, in the order of IDs.
func (f *Folder) Findings() iter.Seq2[[]byte, error] { return f.values("findings") }

func (f *Folder) values(name string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for e, err := range f.entries(name) {
			if !yield(e.JSON, err) {
				return
			}
		}
	}
}

// Claims yields the claims in the order of IDs.
func (f *Folder) Claims() iter.Seq2[report.Entry, error] { return f.entries("claims") }

// Observations yields the observations in the order of IDs.
func (f *Folder) Observations() iter.Seq2[report.Entry, error] { return f.entries("observations") }

const indexRow = 24

func (f *Folder) entries(name string) iter.Seq2[report.Entry, error] {
	return func(yield func(report.Entry, error) bool) {
		ix, err := os.Open(filepath.Join(f.dir, name+".index"))
		if err != nil {
			yield(report.Entry{}, err)
			return
		}
		defer ix.Close()
		data, err := os.Open(filepath.Join(f.dir, name+".jsonl"))
		if err != nil {
			yield(report.Entry{}, err)
			return
		}
		defer data.Close()
		r := bufio.NewReaderSize(ix, 1<<16)
		var row [indexRow]byte
		for {
			if _, err := io.ReadFull(r, row[:]); err != nil {
				if !errors.Is(err, io.EOF) {
					yield(report.Entry{}, fmt.Errorf("read %s.index: %w", name, err))
				}
				return
			}
			if row[10] != 0 {
				continue
			}
			e, err := entryAt(data, row[:])
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func entryAt(data io.ReaderAt, row []byte) (report.Entry, error) {
	n := int(binary.BigEndian.Uint64(row[8:16]) & 0xffffffffff)
	b := make([]byte, n)
	if _, err := data.ReadAt(b, int64(binary.BigEndian.Uint64(row[16:24]))); err != nil {
		return report.Entry{}, fmt.Errorf("read result: %w", err)
	}
	return report.Entry{ID: hex.EncodeToString(row[:10]), JSON: b}, nil
}

// Lookup returns the entries of one list ("findings", "claims", "observations")
// whose ID begins with prefix, at most limit, by binary search.
func (f *Folder) Lookup(name, prefix string, limit int) ([]report.Entry, error) {
	l, err := f.list(name)
	if err != nil {
		return nil, err
	}
	ix, data := l.index, l.data
	n := len(ix) / indexRow
	id := func(i int) string { return hex.EncodeToString(ix[i*indexRow : i*indexRow+10]) }
	lo, hi := 0, n
	for lo < hi {
		if mid := (lo + hi) / 2; id(mid) < prefix {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	var out []report.Entry
	for ; lo < n && len(out) < limit && len(id(lo)) >= len(prefix) && id(lo)[:len(prefix)] == prefix; lo++ {
		e, err := entryAt(data, ix[lo*indexRow:lo*indexRow+indexRow])
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// indexed writes entries in any order and an index in the order of IDs.
type indexed struct {
	f    *os.File
	w    *bufio.Writer
	at   int64
	rows [][indexRow]byte
}

func createIndexed(dir, name string) (*indexed, error) {
	f, err := os.OpenFile(filepath.Join(dir, name+".jsonl"), os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create result: %w", err)
	}
	return &indexed{f: f, w: bufio.NewWriterSize(f, 1<<18)}, nil
}

// add appends one entry. The same ID twice keeps the first in the index, one
// that is no extra before one that is: equal IDs are equal content.
func (x *indexed) add(id string, b []byte, extra bool) error {
	var row [indexRow]byte
	if _, err := hex.Decode(row[:10], []byte(id)); err != nil || len(id) != 20 {
		return fmt.Errorf("write result: ID %q is not 20 hex digits", id)
	}
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b)))
	copy(row[11:16], n[3:])
	if extra {
		row[10] = 1
	}
	binary.BigEndian.PutUint64(row[16:], uint64(x.at))
	x.rows = append(x.rows, row)
	x.at += int64(len(b)) + 1
	if _, err := x.w.Write(b); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return x.w.WriteByte('\n')
}

// close writes the index and closes the files.
func (x *indexed) close() error {
	slices.SortFunc(x.rows, func(a, b [indexRow]byte) int {
		if c := bytes.Compare(a[:10], b[:10]); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a[10], b[10]), cmp.Compare(binary.BigEndian.Uint64(a[16:]), binary.BigEndian.Uint64(b[16:])))
	})
	ix, err := os.OpenFile(x.f.Name()[:len(x.f.Name())-len(".jsonl")]+".index", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("create result: %w", err)
	}
	w := bufio.NewWriterSize(ix, 1<<18)
	for i, row := range x.rows {
		if i == 0 || !bytes.Equal(row[:10], x.rows[i-1][:10]) {
			w.Write(row[:])
		}
	}
	return errors.Join(w.Flush(), ix.Close(), x.w.Flush(), x.f.Close())
}
