package unpack

import (
	"fmt"
	"io"
	"sort"
	"sync"
)

// The tree of a squashfs and the contents of its files.

type sqFile struct {
	node *Node
	in   sqInode
	more []*Node // hard links
}

// place is about where the packer put the file, so that files of one fragment stand together.
func (q *squash) place(f *sqFile) int64 {
	if i := int(f.in.frag); len(f.in.blocks) == 0 && i < len(q.frags) {
		return q.frags[i].start
	}
	return f.in.start
}

func (q *squash) extract() error {
	if q.s.used > q.d.size {
		q.x.warn(Truncated, "says %d bytes, only %d are there: the file tables stand at its end and are lost", q.s.used, q.d.size)
	}
	if err := q.tables(); err != nil {
		return err
	}
	files, err := q.walk()
	if q.method != "" {
		q.x.r.Facts = append(q.x.r.Facts, Fact{"compression found", q.method})
	}
	q.cache = nil
	sort.SliceStable(files, func(i, j int) bool { return q.place(&files[i]) < q.place(&files[j]) })
	for i := range files {
		f := &files[i]
		q.x.leave(f.node, func(w io.Writer) error { return q.content(w, &f.in) }).same = f.more
	}
	return err
}

// walk lists the tree without recursion; a directory met twice is a loop and is refused.
func (q *squash) walk() ([]sqFile, error) {
	type todo struct {
		path string
		ref  uint64
	}
	stack := []todo{{"", q.s.root}}
	dirs := map[uint64]bool{}
	byRef := map[uint64]int{}
	var files []sqFile
	for len(stack) > 0 {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		in, err := q.inode(t.ref)
		if err != nil {
			if t.path == "" || isLimit(err) {
				return files, fmt.Errorf("inode of /%s: %w", t.path, err)
			}
			q.x.warn(stateOf(err), "inode of %s: %v", t.path, err)
			continue
		}
		n := Node{Path: t.path, Kind: in.kind, Mode: in.mode, UID: in.uid, GID: in.gid, MTime: int64(in.mtime), Link: in.link, Size: in.size}
		if in.xattr != noIndex {
			n.Xattr = q.xattrs(in.xattr)
		}
		if in.kind == Block || in.kind == Char {
			n.Major, n.Minor = in.rdev>>8&0xfff, in.rdev&0xff|in.rdev>>12&0xfff00
			n.Size = 0
		}
		node, err := q.x.node(n)
		if err != nil {
			return files, err
		}
		switch in.kind {
		case File:
			if i, ok := byRef[t.ref]; ok {
				files[i].more = append(files[i].more, node)
			} else {
				byRef[t.ref] = len(files)
				files = append(files, sqFile{node: node, in: in})
			}
		case Dir:
			if dirs[t.ref] {
				q.x.warn(Partial, "directory %s is met twice: a loop, not followed", t.path)
				continue
			}
			dirs[t.ref] = true
			ents, err := q.dir(&in)
			if err != nil {
				q.x.warn(stateOf(err), "directory %s: %v", nonEmpty(t.path, "/"), err)
				if isLimit(err) {
					return files, err
				}
			}
			if pathDepth(t.path) > 64 {
				q.x.warn(LimitHit, "limit hit: directories nested deeper than 64 at %.80s", t.path)
				continue
			}
			for i := len(ents) - 1; i >= 0; i-- {
				if bad := ents[i].name; bad == ".." || bad == "." || containsSlash(bad) {
					q.x.warn(Partial, "directory %s holds the impossible name %q", t.path, bad)
					continue
				}
				stack = append(stack, todo{joinPath(t.path, ents[i].name), ents[i].ref})
			}
		}
	}
	return files, nil
}

// content writes a file: data blocks, sparse ones as zeros, then its piece of a fragment.
func (q *squash) content(w io.Writer, in *sqInode) error {
	pos, left := in.start, in.size
	bs := int64(q.s.blockSize)
	for _, b := range in.blocks {
		want := min(bs, left)
		left -= want
		n := int64(b &^ (1 << 24))
		if n == 0 {
			if err := writeZeros(w, want); err != nil {
				return err
			}
			continue
		}
		out, err := q.block(pos, n, b&(1<<24) != 0, int(bs), int(want))
		if err != nil {
			return fmt.Errorf("block at %#x: %w", pos, err)
		}
		pos += n
		if int64(len(out)) != want {
			return fmt.Errorf("block at %#x gives %d bytes, not %d", pos-n, len(out), want)
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
	if left == 0 || in.frag == noIndex {
		return nil
	}
	f, err := q.fragment(int(in.frag))
	if err != nil {
		return err
	}
	if int64(in.fragOff)+left > int64(len(f)) {
		return fmt.Errorf("piece %d+%d of a fragment of %d bytes", in.fragOff, left, len(f))
	}
	_, err = w.Write(f[in.fragOff : int64(in.fragOff)+left])
	return err
}

func (q *squash) block(pos, n int64, stored bool, max, want int) ([]byte, error) {
	if n > 2<<20 {
		return nil, fmt.Errorf("block of %d bytes", n)
	}
	raw := q.d.at(pos, int(n))
	if raw == nil {
		return nil, io.ErrUnexpectedEOF
	}
	if stored {
		return raw, nil
	}
	return q.decode(raw, max, want)
}

// sqFragCache keeps the fragments decoded last; several files want one at the same time.
type sqFragCache struct {
	mu   sync.Mutex
	list [8]*sqFragBlock
	at   int
}

type sqFragBlock struct {
	idx  int
	once sync.Once
	b    []byte
	err  error
}

func (c *sqFragCache) block(i int) *sqFragBlock {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.list {
		if e != nil && e.idx == i {
			return e
		}
	}
	e := &sqFragBlock{idx: i}
	c.list[c.at%len(c.list)] = e
	c.at++
	return e
}

func (q *squash) fragment(i int) ([]byte, error) {
	if i >= len(q.frags) {
		return nil, fmt.Errorf("fragment %d of %d", i, len(q.frags))
	}
	e := q.fragCache.block(i)
	e.once.Do(func() {
		f := q.frags[i]
		e.b, e.err = q.block(f.start, int64(f.size&^(1<<24)), f.size&(1<<24) != 0, int(q.s.blockSize), 0)
	})
	if e.err != nil {
		return nil, fmt.Errorf("fragment at %#x: %w", q.frags[i].start, e.err)
	}
	return e.b, nil
}
