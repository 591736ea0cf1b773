package pipeline

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// indexed takes entries in any order and lets them be read in the order of IDs.
// Entries go to one of 256 buckets by the first byte of their ID, in memory
// until a bucket grows, then to a file of its own, which is open only while it
// is written to: several checks at once stay far below 256 open files each.
// A list that stayed in memory
// becomes two sorted files (lines, index); a large one stays in its buckets,
// each sorted when it is read: gigabytes are written once and read once.
type indexed struct {
	dir, name string
	random    bool // read one by one in any order: always sorted files with an index
	buckets   [256]bucket
}

type bucket struct {
	buf  []byte
	file string // "" while all is in memory
}

const (
	bucketRoom = 48 << 10 // bytes a bucket holds in memory
	entryHead  = 10 + 1 + 4
)

func createIndexed(dir, name string) (*indexed, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("create result: %w", err)
	}
	return &indexed{dir: dir, name: name}, nil
}

// add takes one entry. Of entries with the same ID one stays, one that is no
// extra before one that is: equal IDs are equal content.
func (x *indexed) add(id string, b []byte, extra bool) error {
	var head [entryHead]byte
	if _, err := hex.Decode(head[:10], []byte(id)); err != nil || len(id) != 20 {
		return fmt.Errorf("write result: ID %q is not 20 hex digits", id)
	}
	if extra {
		head[10] = 1
	}
	binary.BigEndian.PutUint32(head[11:], uint32(len(b)))
	k := &x.buckets[head[0]]
	if len(k.buf)+entryHead+len(b) > bucketRoom && len(k.buf) > 0 {
		if err := x.flush(k, int(head[0])); err != nil {
			return err
		}
	}
	k.buf = append(append(k.buf, head[:]...), b...)
	return nil
}

func (x *indexed) flush(k *bucket, n int) error {
	path, how := k.file, os.O_APPEND
	if path == "" {
		path, how = filepath.Join(x.dir, fmt.Sprintf("%s.%02x", x.name, n)), os.O_CREATE|os.O_TRUNC
	}
	f, err := os.OpenFile(path, os.O_WRONLY|how, 0o600)
	if err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	k.file = path
	if _, err := f.Write(k.buf); err != nil {
		return fmt.Errorf("write result: %w", errors.Join(err, f.Close()))
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	k.buf = k.buf[:0]
	return nil
}

// load returns all bytes of a bucket and removes its file.
func (k *bucket) load() ([]byte, error) {
	if k.file == "" {
		return k.buf, nil
	}
	all, err := os.ReadFile(k.file)
	if err != nil {
		return nil, err
	}
	return append(all, k.buf...), os.Remove(k.file)
}

// close leaves the list readable: sorted files for a small one, buckets for a large one.
func (x *indexed) close() error {
	if x.random || !slices.ContainsFunc(x.buckets[:], func(k bucket) bool { return k.file != "" }) {
		return x.writeFiles()
	}
	var err error
	for n := range x.buckets {
		k := &x.buckets[n]
		if len(k.buf) > 0 {
			err = errors.Join(err, x.flush(k, n))
		}
		x.buckets[n] = bucket{}
	}
	return err
}

// readBucket returns the entries of bucket n of a large list in the order of IDs, each ID once.
func readBucket(dir, name string, n int) ([][]byte, error) {
	all, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%s.%02x", name, n)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read result: %w", err)
	}
	return sorted(all), nil
}

// writeFiles writes the lines and the index in the order of IDs.
func (x *indexed) writeFiles() error {
	data, err := os.OpenFile(filepath.Join(x.dir, x.name+".jsonl"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	ix, err := os.OpenFile(filepath.Join(x.dir, x.name+".index"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		data.Close()
		return fmt.Errorf("write result: %w", err)
	}
	lines, rows := bufio.NewWriterSize(data, 1<<20), bufio.NewWriterSize(ix, 1<<18)
	at := int64(0)
	for n := range x.buckets {
		all, err := x.buckets[n].load()
		if err != nil {
			return errors.Join(fmt.Errorf("write result: %w", err), data.Close(), ix.Close())
		}
		at = writeSorted(lines, rows, all, at)
		x.buckets[n] = bucket{}
	}
	return errors.Join(lines.Flush(), rows.Flush(), data.Close(), ix.Close())
}

// sorted splits the bytes of a bucket into entries in the order of IDs, each ID once.
func sorted(all []byte) [][]byte {
	var entries [][]byte
	for len(all) >= entryHead {
		n := entryHead + int(binary.BigEndian.Uint32(all[11:]))
		if n > len(all) {
			break
		}
		entries = append(entries, all[:n:n])
		all = all[n:]
	}
	slices.SortFunc(entries, func(a, b []byte) int {
		return cmp.Or(bytes.Compare(a[:11], b[:11]), bytes.Compare(a[entryHead:], b[entryHead:]))
	})
	return slices.CompactFunc(entries, func(a, b []byte) bool { return bytes.Equal(a[:10], b[:10]) })
}

// writeSorted writes the entries of one bucket; at is the offset of the first line. It returns the offset behind the last.
func writeSorted(lines, rows *bufio.Writer, all []byte, at int64) int64 {
	for _, e := range sorted(all) {
		var row [indexRow]byte
		copy(row[:11], e)
		copy(row[12:16], e[11:entryHead])
		binary.BigEndian.PutUint64(row[16:], uint64(at))
		rows.Write(row[:])
		lines.Write(e[entryHead:])
		lines.WriteByte('\n')
		at += int64(len(e)-entryHead) + 1
	}
	return at
}
