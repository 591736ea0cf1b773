package unpack

import (
	"fmt"
	"io"
)

// Tables of squashfs: owners, fragments, extended attributes.

// table reads n entries of size bytes from metadata blocks pointed to by an index at pos.
func (q *squash) table(pos int64, n, size, ptr int) ([]byte, error) {
	blocks := (n*size + 8191) / 8192
	idx := q.d.at(pos, blocks*ptr)
	if idx == nil {
		return nil, io.ErrUnexpectedEOF
	}
	var out []byte
	for i := range blocks {
		at := int64(q.s.order.Uint32(idx[i*ptr:]))
		if ptr == 8 {
			at = int64(q.s.order.Uint64(idx[i*8:]))
		}
		m, err := q.meta(at)
		if err != nil {
			return out, err
		}
		out = append(out, m.b...)
	}
	if len(out) < n*size {
		return out, io.ErrUnexpectedEOF
	}
	return out, nil
}

func (q *squash) tables() error {
	o := q.s.order
	if q.s.major < 4 {
		u, g := q.d.at(q.s.idStart, 4*q.s.nuids), q.d.at(q.s.guidStart, 4*q.s.nguids)
		for i := 0; i+4 <= len(u); i += 4 {
			q.ids = append(q.ids, o.Uint32(u[i:]))
		}
		for i := 0; i+4 <= len(g); i += 4 {
			q.gids = append(q.gids, o.Uint32(g[i:]))
		}
	} else if b, err := q.table(q.s.idStart, q.s.ids, 4, 8); err == nil {
		for i := 0; i < q.s.ids; i++ {
			q.ids = append(q.ids, o.Uint32(b[i*4:]))
		}
		q.gids = q.ids
	} else {
		return fmt.Errorf("owner table: %w", err)
	}
	if q.s.frags > 0 {
		size, ptr := 16, 8
		if q.s.major < 3 {
			size, ptr = 8, 4
		}
		if int64(q.s.frags)*int64(size) > q.d.size*8 {
			return fmt.Errorf("fragment table: %d entries cannot be in %d bytes", q.s.frags, q.d.size)
		}
		b, err := q.table(q.s.fragStart, int(q.s.frags), size, ptr)
		for i := 0; i+size <= len(b) && i/size < int(q.s.frags); i += size {
			f := sqFrag{start: int64(o.Uint32(b[i:])), size: o.Uint32(b[i+4:])}
			if size == 16 {
				f = sqFrag{start: int64(o.Uint64(b[i:])), size: o.Uint32(b[i+8:])}
			}
			q.frags = append(q.frags, f)
		}
		if err != nil {
			q.x.warn(stateOf(err), "fragment table: %v", err)
		}
	}
	if q.s.major == 4 && q.s.xattrStart > 0 {
		q.readXattrIDs()
	}
	return nil
}

func (q *squash) readXattrIDs() {
	h := q.d.at(q.s.xattrStart, 16)
	if h == nil {
		return
	}
	n := int(q.s.order.Uint32(h[8:]))
	q.xbase = int64(q.s.order.Uint64(h))
	if n > 1<<20 {
		return
	}
	b, _ := q.table(q.s.xattrStart+16, n, 16, 8)
	for i := 0; i+16 <= len(b) && i/16 < n; i += 16 {
		q.xids = append(q.xids, sqXattr{q.s.order.Uint64(b[i:]), q.s.order.Uint32(b[i+8:])})
	}
}

var xattrPrefix = []string{"user.", "trusted.", "security."}

func (q *squash) xattrs(idx uint32) map[string]string {
	if int64(idx) >= int64(len(q.xids)) {
		return nil
	}
	e := q.xids[idx]
	c, err := q.cursor(q.xbase+int64(e.ref>>16), int(e.ref&0xffff))
	if err != nil {
		return nil
	}
	out := map[string]string{}
	for range min(e.count, 64) {
		h, err := c.read(4)
		if err != nil {
			break
		}
		typ, n := q.s.order.Uint16(h), int(q.s.order.Uint16(h[2:]))
		name, err := c.read(n)
		if err != nil {
			break
		}
		key := nonEmpty(at(xattrPrefix, int(typ&0xff)), "?.") + string(name)
		vh, err := c.read(4)
		if err != nil {
			break
		}
		v, err := c.read(int(q.s.order.Uint32(vh)))
		if err != nil {
			break
		}
		if typ&0x100 != 0 && len(v) == 8 {
			ref := q.s.order.Uint64(v)
			vc, err := q.cursor(q.xbase+int64(ref>>16), int(ref&0xffff))
			if err != nil {
				break
			}
			if vh, err = vc.read(4); err == nil {
				v, _ = vc.read(int(q.s.order.Uint32(vh)))
			}
		}
		out[key] = string(v)
	}
	return out
}
