package unpack

import "io"

// lzmaStream decodes a raw stream to w: size bytes, or up to the end marker
// when size is negative. It returns the input used. dict is what the header
// says; no more than maxDict is kept.
func lzmaStream(w io.Writer, r io.Reader, p lzmaProps, dict int64, size int64) (int64, error) {
	const maxDict = 64 << 20
	buf := make([]byte, 128<<10)
	d := &lzmaDecoder{more: func() []byte {
		n, _ := io.ReadFull(r, buf)
		return buf[:n]
	}}
	if p.lc+p.lp > 12 {
		return 0, errLZMA
	}
	watch(w, d.consumed)
	if err := d.init(p); err != nil {
		return d.consumed(), err
	}
	dict = min(max(dict, 1<<16), maxDict)
	keep := int(dict)
	out := make([]byte, 0, 1<<16)
	var done, slid int64 // done bytes are written; slid bytes left the window
	for !d.ended && (size < 0 || done < size) {
		if len(out) == cap(out) {
			if len(out) >= 2*keep {
				drop := len(out) - keep
				copy(out, out[drop:])
				out = out[:keep]
				slid += int64(drop)
			} else {
				out = append(make([]byte, 0, min(2*cap(out), 2*keep)), out...)
			}
		}
		at := len(out)
		room := cap(out)
		if size >= 0 {
			room = int(min(int64(room), int64(at)+size-done))
		}
		got, err := d.decode(out[:at:room], slid)
		out = out[:len(got):cap(out)]
		if len(got) > at && cap(got) == room {
			copy(out[at:], got[at:])
		}
		if _, werr := w.Write(out[at:]); werr != nil {
			return d.consumed(), werr
		}
		done += int64(len(out) - at)
		if err != nil {
			return d.consumed(), err
		}
	}
	return d.consumed(), nil
}

// lzmaBlock decodes a raw stream into at most size bytes. It returns what it
// decoded, how much input it used, and whether an end marker was met.
func lzmaBlock(in []byte, p lzmaProps, size int) ([]byte, int, error) {
	d := lzmaPool.Get().(*lzmaDecoder)
	defer lzmaPool.Put(d)
	d.in, d.pos, d.more, d.eof, d.used = in, 0, nil, false, 0
	if p.lc+p.lp > 12 {
		return nil, 0, errLZMA
	}
	if err := d.init(p); err != nil {
		return nil, 0, err
	}
	out, err := d.decode(make([]byte, 0, size), 0)
	d.in = nil
	if err == io.ErrUnexpectedEOF && d.code == 0 {
		err = errLZMAEnd
	}
	return out, d.pos, err
}

var lzmaPool = poolOf(func() *lzmaDecoder { return new(lzmaDecoder) })
