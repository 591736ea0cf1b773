package unpack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// xtr is one extraction: what a format's extractor writes its nodes to.
type xtr struct {
	s     *session
	d     *data
	r     *Region
	depth int
	mu    sync.Mutex
	late  []*lateFile
	// dirRoom is how much directories may still hold; see dirBytes.
	dirRoom int64
}

// lateFile is a file whose content a worker unpacks while the extraction goes on.
type lateFile struct {
	node *Node
	err  error
	same []*Node // further names of it
}

// node records an entry; it returns an error only when a bound is hit.
func (x *xtr) node(n Node) (*Node, error) {
	if x.s.entries.Add(1) > int64(x.s.lim.Entries) {
		x.s.entries.Add(-1)
		x.s.spent.Store(true)
		return nil, limitf("%d entries", x.s.lim.Entries)
	}
	if err := x.alive(); err != nil {
		return nil, err
	}
	p, odd := clean(n.Path)
	if odd {
		n.Raw = n.Path
		if len(n.Raw) > 4096 {
			n.Raw = n.Raw[:4096]
		}
	}
	n.Path = p
	if len(n.Link) > 4096 {
		n.Link = n.Link[:4096]
	}
	node := &n
	x.mu.Lock()
	x.r.Nodes = append(x.r.Nodes, node)
	x.mu.Unlock()
	return node, nil
}

// meta records an entry without content.
func (x *xtr) meta(n Node) error {
	_, err := x.node(n)
	return err
}

// file records an entry and its content. Only hit bounds are returned; a
// decode error makes the node and the region partial and the work goes on.
func (x *xtr) file(n Node, write func(w io.Writer) error) (*Node, error) {
	node, err := x.node(n)
	if err != nil {
		return nil, err
	}
	return node, x.fill(node, write)
}

// fill writes the content of a recorded node.
func (x *xtr) fill(node *Node, write func(w io.Writer) error) error {
	err := x.put(node, write)
	if err != nil {
		x.spoil(node, err)
	}
	if isLimit(err) {
		return err
	}
	return nil
}

// put keeps what write yields, also what came before an error, as the content of node.
func (x *xtr) put(node *Node, write func(w io.Writer) error) error {
	bw := x.s.store.writer()
	err := write(&bounded{x: x, w: bw})
	blob, kerr := bw.done()
	if kerr != nil {
		return kerr
	}
	node.Size = blob.size
	node.Object = x.s.object(blob, x.depth+1, node.Kind == Part)
	if node.Object.Blob != blob {
		x.s.store.release(blob)
	}
	return err
}

// later is file for a content that needs nothing but what write holds: a
// worker unpacks it, and its size, content and state are known when the
// region is settled, not before. write must not touch what other files share without a lock.
func (x *xtr) later(n Node, write func(w io.Writer) error) (*lateFile, error) {
	node, err := x.node(n)
	if err != nil {
		return nil, err
	}
	return x.leave(node, write), nil
}

// leave is later for a recorded node.
func (x *xtr) leave(node *Node, write func(w io.Writer) error) *lateFile {
	l := &lateFile{node: node}
	x.late = append(x.late, l)
	x.s.pool.add(func() {
		defer func() {
			if p := recover(); p != nil {
				l.err = fmt.Errorf("internal error: %v", p)
			}
		}()
		if l.err = x.roomy(); l.err == nil {
			l.err = x.put(node, write)
		}
		x.s.tell(node.Size, node.Size)
	})
	return l
}

// alias records a further name of a file that a worker unpacks.
func (x *xtr) alias(n Node, of *lateFile) error {
	node, err := x.node(n)
	if err == nil {
		of.same = append(of.same, node)
	}
	return err
}

// settle takes over what the workers found out about the late files, in their order.
func (x *xtr) settle() {
	for _, l := range x.late {
		if l.err != nil {
			x.spoil(l.node, l.err)
			x.s.note(l.err)
		}
		for _, n := range l.same {
			n.Size, n.Object, n.State, n.Reason = l.node.Size, l.node.Object, l.node.State, l.node.Reason
		}
	}
	x.late = nil
	x.r.finish()
}

func (x *xtr) spoil(node *Node, err error) {
	st := stateOf(err)
	node.State, node.Reason = st, err.Error()
	x.warn(st, "%s: %v", node.Path, err)
}

func stateOf(err error) State {
	switch {
	case isLimit(err):
		return LimitHit
	case errors.Is(err, io.ErrUnexpectedEOF):
		return Truncated
	}
	return Partial
}

// part records a range of the object as a piece of its own, without copying.
func (x *xtr) part(n Node, off, length int64) (*Node, error) {
	if n.Kind == "" {
		n.Kind = Part
	}
	node, err := x.node(n)
	if err != nil {
		return nil, err
	}
	if off < 0 || length < 0 || off > x.d.size {
		x.spoil(node, fmt.Errorf("says it lies at %#x, %d bytes, outside of %d bytes", off, length, x.d.size))
		return node, nil
	}
	if length > x.d.size-off {
		x.spoil(node, fmt.Errorf("says %d bytes at %#x, only %d are there: %w", length, off, x.d.size-off, io.ErrUnexpectedEOF))
		length = x.d.size - off
	}
	blob, err := section(x.d.r, off, length)
	if err != nil {
		x.spoil(node, err)
		return node, nil
	}
	node.Size = length
	node.Object = x.s.object(blob, x.depth+1, true)
	return node, nil
}

// warn lowers the state of the region, keeping the graver one, and says why.
func (x *xtr) warn(st State, format string, args ...any) {
	x.mu.Lock()
	defer x.mu.Unlock()
	rank := map[State]int{OK: 0, Unknown: 1, Partial: 2, Truncated: 3, Encrypted: 4, LimitHit: 5}
	if rank[st] > rank[x.r.State] {
		x.r.State = st
	}
	if len(x.r.Reasons) < 20 {
		x.r.Reasons = append(x.r.Reasons, fmt.Sprintf(format, args...))
	}
}

// alive returns the bound of time that was hit, or the end of the caller's wish.
func (x *xtr) alive() error {
	if x.s.ctx.Err() == nil {
		return nil
	}
	if err := context.Cause(x.s.ctx); isLimit(err) {
		return err
	}
	return limitf("cancelled")
}

// roomy says that there is time left and room for what is unpacked.
func (x *xtr) roomy() error {
	if x.s.bytes.Load() > x.s.lim.Bytes {
		return limitf("%d unpacked bytes in all", x.s.lim.Bytes)
	}
	return x.alive()
}
