package pipeline

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"telltale/internal/browse"
	"telltale/internal/report"
)

// A result lives in a folder, so that a million assets need no memory:
//
//	head.json           report.Head
//	assets.jsonl, findings.jsonl, claims.jsonl, observations.jsonl, questions.jsonl   one a line, in the order of IDs
//	*.index             24 bytes an entry: ID (10), extra (1), length (5), offset (8)
//	NAME.00 ... NAME.ff instead of both, for a list too large for memory: by first byte of the ID, unsorted
//	NAME.rows           index rows of a list in buckets, and browse.bin, once the result was browsed (View)
//	topology.json       report.Topology, once it was asked for
//	sightings.bin       what was read, so that answers can be judged anew
//
// An extra entry is kept for explain only: it is no part of the report.
// Folder implements report.Result over it.
type Folder struct {
	dir  string
	head report.Head

	temporary bool   // Close removes it
	closed    func() // called by Close when set
	past      *past  // what a database remembers besides, nil for other results

	mu   sync.Mutex
	open map[string]*list // what Lookup opened
	// files are those that single entries were read from.
	files map[string]*os.File
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
	for _, file := range f.files {
		err = errors.Join(err, file.Close())
	}
	f.open, f.files = nil, nil
	if f.temporary {
		err = errors.Join(err, os.RemoveAll(f.dir))
	}
	if f.closed != nil {
		f.closed()
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

// entries reads a list from end to end, in the order of IDs.
func (f *Folder) entries(name string) iter.Seq2[report.Entry, error] {
	return func(yield func(report.Entry, error) bool) {
		if f.large(name) {
			f.bucketEntries(name, yield)
			return
		}
		for e, err := range f.lines(name) {
			if !yield(report.Entry{ID: e.id, JSON: e.json}, err) {
				return
			}
		}
	}
}

// large reports whether a list was left in buckets.
func (f *Folder) large(name string) bool {
	_, err := os.Stat(filepath.Join(f.dir, name+".index"))
	return errors.Is(err, fs.ErrNotExist)
}

// lines reads a small list from end to end: lines and index are in the same order.
func (f *Folder) lines(name string) iter.Seq2[located, error] {
	return func(yield func(located, error) bool) {
		ix, err := os.Open(filepath.Join(f.dir, name+".index"))
		if err != nil {
			yield(located{}, err)
			return
		}
		defer ix.Close()
		data, err := os.Open(filepath.Join(f.dir, name+".jsonl"))
		if err != nil {
			yield(located{}, err)
			return
		}
		defer data.Close()
		r, lines := bufio.NewReaderSize(ix, 1<<18), bufio.NewReaderSize(data, 1<<20)
		var row [indexRow]byte
		for {
			if _, err := io.ReadFull(r, row[:]); err != nil {
				if !errors.Is(err, io.EOF) {
					yield(located{}, fmt.Errorf("read %s.index: %w", name, err))
				}
				return
			}
			line := make([]byte, rowLength(row[:])+1)
			if _, err := io.ReadFull(lines, line); err != nil {
				yield(located{}, fmt.Errorf("read %s.jsonl: %w", name, err))
				return
			}
			if row[10] != 0 {
				continue
			}
			at := browse.Place{Offset: int64(binary.BigEndian.Uint64(row[16:24])), Length: len(line) - 1}
			if !yield(located{hex.EncodeToString(row[:10]), line[:len(line)-1], at}, nil) {
				return
			}
		}
	}
}

// bucketEntries reads a large list, bucket by bucket.
func (f *Folder) bucketEntries(name string, yield func(report.Entry, error) bool) {
	for n := range 256 {
		es, err := readBucket(f.dir, name, n)
		if err != nil {
			yield(report.Entry{}, err)
			return
		}
		for _, e := range es {
			if e[10] == 0 && !yield(entryOf(e), nil) {
				return
			}
		}
	}
}

func entryOf(e []byte) report.Entry {
	return report.Entry{ID: hex.EncodeToString(e[:10]), JSON: e[entryHead:]}
}

// lookupBuckets is Lookup in a large list.
func (f *Folder) lookupBuckets(name, prefix string, limit int) ([]report.Entry, error) {
	out, ok, err := f.lookupRows(name, prefix, limit)
	if ok || err != nil {
		return out, err
	}
	for n := range 256 {
		first := fmt.Sprintf("%02x", n)
		if k := min(2, len(prefix)); first[:k] != prefix[:k] {
			continue
		}
		es, err := readBucket(f.dir, name, n)
		if err != nil {
			return nil, err
		}
		for _, e := range es {
			if x := entryOf(e); strings.HasPrefix(x.ID, prefix) && len(out) < limit {
				out = append(out, x)
			}
		}
	}
	return out, nil
}

// rowLength is the length of the line an index row speaks of, in bytes.
func rowLength(row []byte) int { return int(binary.BigEndian.Uint64(row[8:16]) & 0xffffffffff) }

func entryAt(data io.ReaderAt, row []byte) (report.Entry, error) {
	b := make([]byte, rowLength(row))
	if _, err := data.ReadAt(b, int64(binary.BigEndian.Uint64(row[16:24]))); err != nil {
		return report.Entry{}, fmt.Errorf("read result: %w", err)
	}
	return report.Entry{ID: hex.EncodeToString(row[:10]), JSON: b}, nil
}

// Lookup returns the entries of one list ("findings", "claims", "observations")
// whose ID begins with prefix, at most limit, by binary search.
func (f *Folder) Lookup(name, prefix string, limit int) ([]report.Entry, error) {
	l, err := f.list(name)
	if errors.Is(err, fs.ErrNotExist) {
		return f.lookupBuckets(name, prefix, limit)
	}
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
