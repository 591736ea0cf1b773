package registry

import (
	"math/bits"

	"telltale/internal/org"
)

// names are the registrants of a table, packed, and the organisations some of them are.
type names struct {
	text  string
	ends  []uint32 // end of each name in text
	orgs  []org.ID
	owner []uint16 // name → position in orgs + 1, 0 is nobody
}

func (n *names) at(i uint32) string {
	start := uint32(0)
	if i > 0 {
		start = n.ends[i-1]
	}
	return n.text[start:n.ends[i]]
}

func (n *names) registrant(i uint32) Registrant {
	r := Registrant{Name: n.at(i)}
	if i < uint32(len(n.owner)) && n.owner[i] > 0 {
		r.Org = n.orgs[n.owner[i]-1]
	}
	return r
}

// owners says which names of a table are which organisation.
type owners map[uint32]org.ID

// join fills in the organisations of the names.
func (n *names) join(o owners) {
	n.owner = make([]uint16, len(n.ends))
	pos := map[org.ID]uint16{}
	for name, id := range o {
		if name >= uint32(len(n.owner)) {
			continue
		}
		p, ok := pos[id]
		if !ok {
			n.orgs = append(n.orgs, id)
			p = uint16(len(n.orgs))
			pos[id] = p
		}
		n.owner[name] = p
	}
}

// dense is a table of small numbers: number → name + 1.
type dense struct {
	names names
	name  []uint32
}

func (d *dense) find(n uint32) (uint32, bool) {
	if n >= uint32(len(d.name)) || d.name[n] == 0 {
		return 0, false
	}
	return d.name[n] - 1, true
}

// ouis is the table of MAC blocks: an open-addressed hash of prefixes of 24,
// 28 and 36 bits. A prefix is stored with its length, so that the three do not mix.
type ouis struct {
	names names
	key   []uint64 // prefix<<8 | length; 0 is free
	name  []uint32 // highest bit: longer blocks lie inside this one
	shift uint
}

// The lengths of blocks in bits: MA-L, MA-M, MA-S.
const (
	large  = 24
	medium = 28
	small  = 36
)

const inside = 1 << 31

func newOUIs(rows int) *ouis {
	size := bits.Len(uint(rows*2 + 1)) // less than half full
	return &ouis{key: make([]uint64, 1<<size), name: make([]uint32, 1<<size), shift: uint(64 - size)}
}

// slot returns where a key is or would be.
func (o *ouis) slot(key uint64) uint64 {
	i := key * 0x9e3779b97f4a7c15 >> o.shift // Fibonacci hashing spreads the neighbours that blocks are
	for o.key[i] != key && o.key[i] != 0 {
		i = (i + 1) & uint64(len(o.key)-1)
	}
	return i
}

func (o *ouis) add(prefix uint64, length int, name uint32) {
	key := prefix<<8 | uint64(length)
	i := o.slot(key)
	o.key[i], o.name[i] = key, o.name[i]&inside|name
	if length > large {
		key = prefix>>(length-large)<<8 | large
		i = o.slot(key)
		if o.key[i] == 0 {
			o.key[i], o.name[i] = key, inside-1 // a parent nobody listed
		}
		o.name[i] |= inside
	}
}

// find returns the name of the longest block that holds the address, and its length.
func (o *ouis) find(m [6]byte) (name uint32, length int, ok bool) {
	a := uint64(m[0])<<40 | uint64(m[1])<<32 | uint64(m[2])<<24 | uint64(m[3])<<16 | uint64(m[4])<<8 | uint64(m[5])
	i := o.slot(a>>(48-large)<<8 | large)
	if o.key[i] == 0 {
		return 0, 0, false
	}
	parent := o.name[i]
	if parent&inside == 0 {
		return parent, large, true
	}
	for _, l := range [...]int{small, medium} {
		if i := o.slot(a>>(48-l)<<8 | uint64(l)); o.key[i] != 0 {
			return o.name[i], l, true
		}
	}
	// The rest of a block that IEEE gives away in parts belongs to nobody; a
	// firm that sold parts of its own block does not occur.
	return 0, 0, false
}
