package pipeline

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"telltale/internal/report"
)

// A large list lies in unsorted buckets: one look-up reads a whole bucket.
// Before a result is browsed, NAME.rows is written beside them: the rows of an
// index (folder.go), sorted, with offsets into the buckets. A look-up then
// reads a few hundred bytes.

// writeRows writes the rows of a large list, unless they are there already.
func (f *Folder) writeRows(name string) error {
	path := filepath.Join(f.dir, name+".rows")
	if _, err := os.Stat(path); err == nil || !f.large(name) {
		return nil
	}
	tmp, err := os.CreateTemp(f.dir, name+".rows-*")
	if err != nil {
		return fmt.Errorf("index result: %w", err)
	}
	defer os.Remove(tmp.Name())
	w := bufio.NewWriterSize(tmp, 1<<18)
	for n := range 256 {
		rows, err := f.bucketRows(name, n)
		if err != nil {
			return errors.Join(err, tmp.Close())
		}
		for _, r := range rows {
			w.Write(r[:])
		}
	}
	if err := errors.Join(w.Flush(), tmp.Close()); err != nil {
		return fmt.Errorf("index result: %w", err)
	}
	return os.Rename(tmp.Name(), path)
}

// bucketRows are the sorted rows of one bucket, each ID once.
func (f *Folder) bucketRows(name string, n int) ([][indexRow]byte, error) {
	all, err := os.ReadFile(filepath.Join(f.dir, fmt.Sprintf("%s.%02x", name, n)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("index result: %w", err)
	}
	var rows [][indexRow]byte
	for at := 0; at+entryHead <= len(all); {
		var row [indexRow]byte
		length := int(binary.BigEndian.Uint32(all[at+11:]))
		copy(row[:11], all[at:])
		binary.BigEndian.PutUint32(row[12:], uint32(length))
		binary.BigEndian.PutUint64(row[16:], uint64(at+entryHead))
		if at += entryHead + length; at <= len(all) {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b [indexRow]byte) int { return bytes.Compare(a[:11], b[:11]) })
	return slices.CompactFunc(rows, func(a, b [indexRow]byte) bool { return bytes.Equal(a[:10], b[:10]) }), nil
}

// lookupRows is Lookup in a large list that has rows; ok is false when it has none.
func (f *Folder) lookupRows(name, prefix string, limit int) (out []report.Entry, ok bool, err error) {
	file, size, err := f.rowsFile(name)
	if err != nil || file == nil {
		return nil, false, err
	}
	var row [indexRow]byte
	read := func(i int) string {
		if _, e := file.ReadAt(row[:], int64(i)*indexRow); e != nil {
			err = errors.Join(err, e)
		}
		return hex.EncodeToString(row[:10])
	}
	n := int(size / indexRow)
	for i := sort.Search(n, func(i int) bool { return read(i) >= prefix }); i < n && len(out) < limit && err == nil; i++ {
		id := read(i)
		if !strings.HasPrefix(id, prefix) || err != nil {
			break
		}
		e := f.reading(name, id, func(data *os.File) error {
			x, err := entryAt(data, row[:])
			out = append(out, x)
			return err
		})
		if e != nil {
			return nil, true, fmt.Errorf("read result: %w", e)
		}
	}
	if err != nil {
		return nil, true, fmt.Errorf("read result: %w", err)
	}
	return out, true, nil
}

// rowsFile opens NAME.rows, nil when there is none.
func (f *Folder) rowsFile(name string) (*os.File, int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	file := f.files[name+".rows"]
	if file == nil {
		var err error
		if file, err = os.Open(filepath.Join(f.dir, name+".rows")); errors.Is(err, fs.ErrNotExist) {
			return nil, 0, nil
		} else if err != nil {
			return nil, 0, fmt.Errorf("open result: %w", err)
		}
		if f.files == nil {
			f.files = map[string]*os.File{}
		}
		f.files[name+".rows"] = file
	}
	st, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	return file, st.Size(), nil
}
