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
	"runtime"

	"telltale/internal/browse"
)

// located is an entry with the place of its bytes in the list: for a large
// list the file of the ID's first byte, else the one file of lines.
type located struct {
	id   string
	json []byte
	at   browse.Place
}

// located reads a list as its files have it: a small one in the order of IDs, a
// large one bucket by bucket in the order of writing, where an ID may come
// again. Extras are left out. Memory is bounded by one entry.
func (f *Folder) located(name string) iter.Seq2[located, error] {
	return func(yield func(located, error) bool) {
		if !f.large(name) {
			f.lines(name)(yield)
			return
		}
		for n := range 256 {
			err := f.locateBucket(name, n, yield)
			if errors.Is(err, errStop) {
				return
			}
			if err != nil && !yield(located{}, err) {
				return
			}
		}
	}
}

var errStop = errors.New("stopped")

func (f *Folder) locateBucket(name string, n int, yield func(located, error) bool) error {
	file, err := os.Open(filepath.Join(f.dir, fmt.Sprintf("%s.%02x", name, n)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	r := bufio.NewReaderSize(file, 1<<18)
	var head [entryHead]byte
	for at := int64(0); ; {
		if _, err := io.ReadFull(r, head[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read result: %w", err)
		}
		b := make([]byte, binary.BigEndian.Uint32(head[11:]))
		if _, err := io.ReadFull(r, b); err != nil {
			return fmt.Errorf("read result: %w", err)
		}
		at += entryHead
		if head[10] == 0 && !yield(located{hex.EncodeToString(head[:10]), b, browse.Place{Offset: at, Length: len(b)}}, nil) {
			return errStop
		}
		at += int64(len(b))
	}
}

// at reads the entry of an ID from its place.
func (f *Folder) at(name, id string, p browse.Place) ([]byte, error) {
	b := make([]byte, p.Length)
	err := f.reading(name, id, func(file *os.File) error {
		_, err := file.ReadAt(b, p.Offset)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read result: %w", err)
	}
	return b, nil
}

// reading hands over the file that holds the entry of an ID. Those of a large
// list are open meanwhile only: held, ten results would take some thousand.
func (f *Folder) reading(name, id string, read func(*os.File) error) error {
	if f.large(name) && len(id) >= 2 {
		file, err := os.Open(filepath.Join(f.dir, name+"."+id[:2]))
		if err != nil {
			return err
		}
		return errors.Join(read(file), file.Close())
	}
	file, err := f.listFile(name + ".jsonl")
	if err != nil {
		return err
	}
	return read(file)
}

// listFile is the open file of a list that is no large one.
func (f *Folder) listFile(file string) (*os.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if open := f.files[file]; open != nil {
		return open, nil
	}
	open, err := os.Open(filepath.Join(f.dir, file))
	if err != nil {
		return nil, fmt.Errorf("open result: %w", err)
	}
	if f.files == nil {
		f.files = map[string]*os.File{}
	}
	f.files[file] = open
	return open, nil
}

// decodeChunk is how many entries are decoded at a time.
const decodeChunk = 512

// decoded decodes the entries of a list on all cores and yields them in the order of the list.
func decoded[T any](list iter.Seq2[located, error], each func(*T, browse.Place) error) error {
	type chunk struct {
		in   []located
		out  []T
		err  error
		done chan struct{}
	}
	workers := runtime.GOMAXPROCS(0)
	jobs, order := make(chan *chunk, workers), make(chan *chunk, 2*workers)
	stop := make(chan struct{})
	defer close(stop)
	for range workers {
		go func() {
			for c := range jobs {
				c.out = make([]T, len(c.in))
				for i := range c.in {
					if c.err == nil {
						c.err = json.Unmarshal(c.in[i].json, &c.out[i])
					}
				}
				close(c.done)
			}
		}()
	}
	go func() {
		defer close(jobs)
		defer close(order)
		c := &chunk{done: make(chan struct{})}
		send := func() bool {
			select {
			case <-stop:
				return false
			case order <- c:
			}
			jobs <- c
			c = &chunk{done: make(chan struct{})}
			return true
		}
		for e, err := range list {
			if err != nil {
				c.err = err
				break
			}
			if c.in = append(c.in, e); len(c.in) == decodeChunk && !send() {
				return
			}
		}
		send()
	}()
	for c := range order {
		<-c.done
		if c.err != nil {
			return fmt.Errorf("read result: %w", c.err)
		}
		for i := range c.out {
			if err := each(&c.out[i], c.in[i].at); err != nil {
				return err
			}
		}
	}
	return nil
}
