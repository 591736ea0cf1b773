package unpack

import (
	"fmt"
	"sort"
)

// What lies between the regions of an object: padding, and stretches nothing explains.

// gaps describes what lies between the regions.
func (sc *scanner) gaps() {
	o := sc.o
	sort.SliceStable(o.Regions, func(i, j int) bool { return o.Regions[i].Offset < o.Regions[j].Offset })
	if len(o.Regions) == 0 && o.Type != "" {
		return // wholly explained by its type
	}
	var out []*Region
	pos := int64(0)
	for _, r := range o.Regions {
		if r.Offset > pos {
			out = append(out, sc.gap(pos, r.Offset-pos)...)
		}
		out = append(out, r)
		pos = max(pos, r.Offset+r.Length)
	}
	if pos < sc.d.size && len(o.Regions) > 0 || len(o.Regions) == 0 && sc.d.size > 0 {
		out = append(out, sc.gap(pos, sc.d.size-pos)...)
	}
	o.Regions = out
}

// gap splits a stretch into padding, at either end and in long runs within, and unexplained rests.
func (sc *scanner) gap(off, n int64) []*Region {
	lead := fill(sc.d, off, n)
	var out []*Region
	if lead == n || lead >= 64 {
		out = append(out, &Region{Offset: off, Length: lead, Format: "padding", Confidence: Structural})
		off, n = off+lead, n-lead
	}
	if n == 0 {
		return out
	}
	tail := fillTail(sc.d, off, n)
	if tail < 64 {
		tail = 0
	}
	for len(out) < 64 {
		at, run := innerFill(sc.d, off, n-tail)
		if run == 0 {
			break
		}
		out = append(out, sc.leftover(off, at-off)...)
		out = append(out, &Region{Offset: at, Length: run, Format: "padding", Confidence: Structural})
		off, n = at+run, n-(at+run-off)
	}
	out = append(out, sc.leftover(off, n-tail)...)
	if tail > 0 {
		out = append(out, &Region{Offset: off + n - tail, Length: tail, Format: "padding", Confidence: Structural})
	}
	return out
}

// leftover describes a stretch without structure, a text at its beginning apart.
func (sc *scanner) leftover(off, n int64) []*Region {
	first := textUntil(sc.d, off, n, classify(sc.d.upto(off, int(min(4096, n))), n))
	r := &Region{Offset: off, Length: first, Format: "data", Confidence: Leftover, State: Unknown}
	sc.describe(r)
	if first == n {
		return []*Region{r}
	}
	return append([]*Region{r}, sc.leftover(off+first, n-first)...)
}

// innerRun is the least filling, in bytes, that parts two unexplained stretches: half an erase block.
const innerRun = 32 << 10

// innerFill finds the first such filling inside a stretch that begins and ends with something else.
func innerFill(d *data, off, n int64) (at, run int64) {
	for p := off + innerRun/2; p < off+n; p += innerRun / 2 {
		b := d.at(p, 1)
		if b == nil || b[0] != 0 && b[0] != 0xff {
			continue
		}
		back := fillTail(d, off, p-off)
		if back > 0 && d.at(p-1, 1)[0] != b[0] {
			back = 0
		}
		fwd := fill(d, p, off+n-p)
		if back+fwd >= innerRun && p+fwd < off+n && p-back > off {
			return p - back, back + fwd
		}
		p += fwd / (innerRun / 2) * (innerRun / 2)
	}
	return 0, 0
}

func (sc *scanner) describe(r *Region) {
	if sc.cut && r.Offset >= sc.end {
		r.State = LimitHit
		r.Reasons = append(r.Reasons, "limit hit: a bound of the whole run; not looked into")
		return
	}
	st := measure(sc.d, r.Offset, r.Length)
	r.Entropy = st.entropy
	if end := r.Offset + r.Length; sc.d.size-r.Offset <= longHead && fill(sc.d, end, sc.d.size-end) == sc.d.size-end {
		if f := sc.cutHead(r.Offset); f != "" {
			r.State, r.Reasons = Truncated, cutRegion(f, r.Offset, sc.d.size-r.Offset).Reasons
			return
		}
	}
	head := sc.d.upto(r.Offset, int(min(4096, r.Length)))
	switch t := classify(head, r.Length); {
	case t != "":
		r.Format, r.State, r.Confidence = t, OK, Structural
	case st.random() && r.Length >= 4096:
		r.State = Encrypted
		r.Reasons = append(r.Reasons, fmt.Sprintf(
			"no known structure; entropy %.3f bits a byte and an even spread of byte values (chi-square %.0f for 255): encrypted, or random", st.entropy, st.chi))
	case st.entropy > 7.5:
		r.Reasons = append(r.Reasons, fmt.Sprintf("no known structure; entropy %.3f bits a byte: compressed or coded", st.entropy))
	default:
		r.Reasons = append(r.Reasons, fmt.Sprintf("no known structure; entropy %.3f bits a byte", st.entropy))
	}
}

// fill returns how many leading bytes of the stretch are one value, 0x00 or 0xff.
func fill(d *data, off, n int64) int64 {
	var first byte
	for done := int64(0); done < n; {
		b := d.upto(off+done, int(min(1<<16, n-done)))
		if len(b) == 0 {
			return done
		}
		if done == 0 {
			if first = b[0]; first != 0 && first != 0xff {
				return 0
			}
		}
		for i, c := range b {
			if c != first {
				return done + int64(i)
			}
		}
		done += int64(len(b))
	}
	return n
}

func fillTail(d *data, off, n int64) int64 {
	last := d.at(off+n-1, 1)
	if last == nil || last[0] != 0 && last[0] != 0xff {
		return 0
	}
	for done := int64(0); done < n; {
		m := min(1<<16, n-done)
		b := d.at(off+n-done-m, int(m))
		if b == nil {
			return done
		}
		for i := len(b) - 1; i >= 0; i-- {
			if b[i] != last[0] {
				return done + int64(len(b)-1-i)
			}
		}
		done += m
	}
	return n
}
