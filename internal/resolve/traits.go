package resolve

import (
	"cmp"
	"slices"

	"telltale/internal/asset"
)

// element is a thing a cluster has that may keep it from another: a chassis
// serial of a maker, a list it stands in.
type element struct {
	kind uint32 // a maker's number, or one of those below
	val  uint32 // the serial's or list's number
}

const (
	kindGPON uint32 = 1<<30 + iota // above all makers
	kindList
)

// traits holds the elements and key types of every cluster, by its root.
type traits struct {
	r    *Resolver
	mask []uint32
	// off and els: cluster c has els[off[c]:off[c]+n] up to the next cluster's.
	off []int32
	els []element
}

// build gathers the traits of the clusters of base, which is flat.
func (t *traits) build(r *Resolver, base forest) {
	n := len(base)
	t.r = r
	if cap(t.off) <= n {
		t.mask, t.off = make([]uint32, n), make([]int32, n+1)
	}
	t.mask, t.off = t.mask[:n], t.off[:n+1]
	clear(t.mask)
	clear(t.off)
	t.elements(func(sight int32, _ element) { t.off[base[sight]+1]++ })
	for i := range n {
		t.off[i+1] += t.off[i]
	}
	total := int(t.off[n])
	if cap(t.els) < total {
		t.els = make([]element, total)
	}
	t.els = t.els[:total]
	t.elements(func(sight int32, e element) {
		c := base[sight]
		t.els[t.off[c]] = e
		t.off[c]++
	})
	copy(t.off[1:], t.off[:n])
	t.off[0] = 0
	t.compact()
	for i := range r.recs {
		for _, x := range r.recs[i] {
			if x.flag&shared == 0 || x.typ > tContent {
				t.mask[base[x.sight]] |= 1 << x.typ
			}
		}
	}
}

// compact leaves each element of a cluster once: a thousand rows may carry one serial.
func (t *traits) compact() {
	w, from := int32(0), int32(0)
	for c := range t.off[1:] {
		to := t.off[c+1]
		es := t.els[from:to]
		if len(es) > 1 {
			slices.SortFunc(es, func(a, b element) int {
				return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.val, b.val))
			})
			es = slices.Compact(es)
		}
		t.off[c] = w
		w += int32(copy(t.els[w:], es))
		from = to
	}
	t.off[len(t.off)-1] = w
}

// elements calls f for each element of each sighting.
func (t *traits) elements(f func(int32, element)) {
	r := t.r
	number, last := uint32(0), Hash(0)
	for _, recs := range r.shardsOf(tSerial, tGPON) {
		for _, x := range recs {
			if x.hash != last {
				number, last = number+1, x.hash
			}
			kind := kindGPON
			if x.typ == tSerial {
				kind = r.maker[x.sight]
			}
			f(x.sight, element{kind, number})
		}
	}
	for i, in := range r.input {
		if in != 0 {
			f(int32(i), element{kindList, in})
		}
	}
}

func (t *traits) of(c int32) []element { return t.els[t.off[c]:t.off[c+1]] }

// contradicts reports whether the cluster has anything that could keep it from another in the stage.
func (t *traits) contradicts(st stage, c int32) bool {
	if t.mask[c]&st.bits != 0 {
		return true
	}
	for _, e := range t.of(c) {
		switch {
		case e.kind == kindList:
			if st.lists {
				return true
			}
		case st.serials != ignored:
			return true
		}
	}
	return false
}

// meeting is a set of clusters that may be one thing.
type meeting struct {
	st    stage
	t     *traits
	mask  uint32
	those []int32 // those with serials
	lists []uint32
	in    map[uint32]bool // lists, when there are many
}

// maxSerials bounds the serials and lists of a cluster that are compared with
// another's; one with more is apart from all that have any.
const maxSerials = 1024

// maxMeeting bounds the clusters with serials of different makers that one key may join.
const maxMeeting = 64

func (m *meeting) reset(st stage, t *traits) {
	m.st, m.t, m.mask, m.those, m.lists = st, t, 0, m.those[:0], m.lists[:0]
	m.in = nil
}

// admit adds a cluster and reports whether nothing keeps it from those before.
func (m *meeting) admit(c int32) bool {
	mask := m.t.mask[c] & m.st.bits
	if m.mask&mask != 0 {
		return false
	}
	m.mask |= mask
	weighs := false
	own := len(m.lists)
	for _, e := range m.t.of(c) {
		if e.kind == kindList {
			if !m.st.lists {
				continue
			}
			if m.listed(e.val, own) {
				return false
			}
			m.lists = append(m.lists, e.val)
		} else {
			weighs = m.st.serials != ignored
		}
	}
	if len(m.lists) > 16 {
		if m.in == nil {
			m.in, own = map[uint32]bool{}, 0
		}
		for _, v := range m.lists[own:] {
			m.in[v] = true
		}
	}
	if !weighs {
		return true
	}
	if len(m.those) >= maxMeeting {
		return false
	}
	for _, d := range m.those {
		if m.apart(m.t.of(c), m.t.of(d)) {
			return false
		}
	}
	m.those = append(m.those, c)
	return true
}

func (m *meeting) listed(v uint32, own int) bool {
	if m.in != nil {
		return m.in[v]
	}
	return slices.Contains(m.lists[:own], v)
}

// apart reports whether the serials of two clusters say they are two things:
// some of one kind can be compared and none is equal. Among serials of one
// maker only that maker's count: an equal number of another maker's excuses nothing.
func (m *meeting) apart(a, b []element) bool {
	if len(a) > maxSerials && len(b) > 0 || len(b) > maxSerials {
		return true
	}
	const chassis, pon, oneMaker = 0, 1, 2
	var differ, equal [3]bool
	for _, x := range a {
		for _, y := range b {
			of := chassis
			if x.kind == kindGPON {
				of = pon
			}
			if x.kind == kindList || y.kind == kindList || (x.kind == kindGPON) != (y.kind == kindGPON) {
				continue
			}
			if of == chassis && m.sameMaker(x.kind, y.kind) {
				differ[oneMaker] = differ[oneMaker] || x.val != y.val
				equal[oneMaker] = equal[oneMaker] || x.val == y.val
			}
			switch {
			case x.val == y.val:
				equal[of] = true
			case m.comparable(x.kind, y.kind):
				differ[of] = true
			}
		}
	}
	for i := range differ {
		if differ[i] && !equal[i] {
			return true
		}
	}
	return false
}

// sameMaker reports whether two numbers name one maker, or both name none.
func (m *meeting) sameMaker(a, b uint32) bool {
	r := m.t.r
	return a == b || a != 0 && b != 0 && asset.SameMaker(r.makers.text(a), r.makers.text(b))
}

// comparable reports whether serials of the two makers may not differ on one thing.
func (m *meeting) comparable(a, b uint32) bool {
	return m.st.serials == ofAnyone || a == 0 || b == 0 || m.sameMaker(a, b)
}
