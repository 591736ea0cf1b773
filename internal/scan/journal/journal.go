// Package journal keeps what a scan has finished in a file that only grows:
// each line has a checksum and is on disk before the next step relies on it,
// so a scan that is killed goes on where it stopped.
//
// It is not for reading what answers mean (source/scanned). The form is package answer.
package journal

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"sync"

	"telltale/internal/answer"
)

// State is what a file held when it was opened.
type State struct {
	// Begin is the first record, nil for a new file.
	Begin *answer.Begin
	// Hosts are finished, Blocks too.
	Hosts  map[netip.Addr]bool
	Blocks map[int]bool
	// Ended is true when the scan had run to its end.
	Ended bool
	// Cut is how many bytes of an unfinished line were dropped.
	Cut int64
}

// Journal is an open file. It is safe for concurrent use.
type Journal struct {
	f *os.File

	mu      sync.Mutex
	cond    *sync.Cond
	pending []byte
	written uint64 // batches on disk
	batch   uint64 // batch that pending belongs to
	busy    bool
	err     error
}

// Open opens or makes the file and returns what it holds; seen, when set, is
// called for each host in it. An unfinished line at its end is cut off.
func Open(path string, seen func(*answer.Host)) (*Journal, *State, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open the scan's journal: %w", err)
	}
	j := &Journal{f: f, batch: 1}
	j.cond = sync.NewCond(&j.mu)
	st, err := j.load(seen)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return j, st, nil
}

func (j *Journal) load(seen func(*answer.Host)) (*State, error) {
	st := &State{Hosts: map[netip.Addr]bool{}, Blocks: map[int]bool{}}
	info, err := j.f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open the scan's journal: %w", err)
	}
	if info.Size() < int64(len(answer.Magic)) { // new, or killed before the first line was whole
		if err := errors.Join(j.f.Truncate(0), write(j.f, []byte(answer.Magic)), j.f.Sync()); err != nil {
			return nil, fmt.Errorf("write the scan's journal: %w", err)
		}
		return st, nil
	}
	r, err := answer.NewReader(j.f)
	if err != nil {
		return nil, fmt.Errorf("%q is no journal of a scan: %w", j.f.Name(), err)
	}
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, answer.ErrTorn) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the scan's journal: %w", err)
		}
		st.take(rec, seen)
	}
	st.Cut = info.Size() - r.Good
	if err := j.f.Truncate(r.Good); err != nil {
		return nil, fmt.Errorf("mend the scan's journal: %w", err)
	}
	if _, err := j.f.Seek(r.Good, io.SeekStart); err != nil {
		return nil, fmt.Errorf("mend the scan's journal: %w", err)
	}
	return st, nil
}

func (st *State) take(r *answer.Record, seen func(*answer.Host)) {
	switch {
	case r.Begin != nil && st.Begin == nil:
		st.Begin = r.Begin
	case r.Host != nil:
		st.Hosts[r.Host.Addr] = true
		if seen != nil {
			seen(r.Host)
		}
	case r.Block != nil:
		st.Blocks[r.Block.Number] = true
	case r.End:
		st.Ended = true
	}
}

func write(w io.Writer, b []byte) error {
	_, err := w.Write(b)
	return err
}

// Append writes a record and returns once it is on disk. Records of several
// callers go to disk together.
func (j *Journal) Append(r *answer.Record) error {
	line, err := answer.Append(nil, r)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pending = append(j.pending, line...)
	mine := j.batch
	for j.err == nil && j.written < mine {
		if j.busy {
			j.cond.Wait()
			continue
		}
		j.flush()
	}
	return j.err
}

// flush writes what is pending; the lock is given up meanwhile.
func (j *Journal) flush() {
	b, n := j.pending, j.batch
	j.pending, j.busy = nil, true
	j.batch++
	j.mu.Unlock()
	err := errors.Join(write(j.f, b), j.f.Sync())
	j.mu.Lock()
	j.busy, j.written = false, n
	if err != nil && j.err == nil {
		j.err = fmt.Errorf("write the scan's journal: %w", err)
	}
	j.cond.Broadcast()
}

// Close closes the file.
func (j *Journal) Close() error { return j.f.Close() }

// Remove deletes a file of answers. One that is not there is no error; one that holds anything else is.
func Remove(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("begin the scan anew: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() > 0 {
		_, err = answer.NewReader(f)
	}
	f.Close()
	if err != nil {
		return fmt.Errorf("%q is no journal of a scan and stays: %w", path, err)
	}
	return os.Remove(path)
}
