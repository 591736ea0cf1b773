package unpack

import "io"

// bounded counts bytes against the limits.
type bounded struct {
	x    *xtr
	w    io.Writer
	n    int64
	in   func() int64 // bytes of input used so far; nil: no ratio check
	tick int64
}

func (b *bounded) Write(p []byte) (int, error) {
	lim := &b.x.s.lim
	b.n += int64(len(p))
	if b.n > lim.File {
		return 0, limitf("%d bytes in one file", lim.File)
	}
	if b.x.s.bytes.Add(int64(len(p))) > lim.Bytes {
		b.x.s.spent.Store(true)
		return 0, limitf("%d unpacked bytes in all", lim.Bytes)
	}
	if err := b.grown(); err != nil {
		return 0, err
	}
	if b.n>>20 != b.tick {
		b.tick = b.n >> 20
		if err := b.x.alive(); err != nil {
			return 0, err
		}
	}
	return b.w.Write(p)
}

// grown holds the output against the input used.
func (b *bounded) grown() error {
	if b.in == nil || b.n <= RatioFree {
		return nil
	}
	most := b.x.s.lim.Ratio
	if b.n > LongStream {
		most = min(most, LongRatio)
	}
	if b.n > b.in()*most {
		return limitf("more than %d bytes out for each byte in, after %d MiB", most, b.n>>20)
	}
	return nil
}

// watch makes w check the growth of one stream against its input.
func watch(w io.Writer, in func() int64) {
	if b, ok := w.(*bounded); ok {
		b.in = in
	}
}
