package snmp

import "sync"

// column is an object the assembler understands: its OID without index, its
// MIB name, and what to do with a value at an index.
type column struct {
	oid, name string
	take      func(a *Assembler, oid, idx string, v Value)
}

// columns lists all objects understood. Their numbers are those of the MIBs
// named in the package comment.
var columns = sync.OnceValue(func() []column {
	var cs []column
	for _, part := range [][]column{systemColumns, interfaceColumns, entityColumns(), lldpColumns(), cdpColumns(), bridgeColumns, vendorColumns()} {
		cs = append(cs, part...)
	}
	return cs
})

// dispatch finds the column of an OID.
type dispatch struct {
	byOID  map[string]*column
	depths []int // numbers of dots a column's OID has, ascending
}

var table = sync.OnceValue(func() *dispatch {
	d := &dispatch{byOID: make(map[string]*column, 256)}
	seen := map[int]bool{}
	cs := columns()
	for i := range cs {
		d.byOID[cs[i].oid] = &cs[i]
		seen[dots(cs[i].oid)] = true
	}
	for n := 0; n < 32; n++ {
		if seen[n] {
			d.depths = append(d.depths, n)
		}
	}
	return d
})

func dots(s string) (n int) {
	for i := 0; i < len(s); i++ {
		if s[i] == '.' {
			n++
		}
	}
	return n
}

// find returns the column oid belongs to and the index within it.
func (d *dispatch) find(oid string) (*column, string) {
	next, n := 0, 0
	for i := 0; i < len(oid) && next < len(d.depths); i++ {
		if oid[i] != '.' {
			continue
		}
		if n == d.depths[next] {
			if c := d.byOID[oid[:i]]; c != nil {
				return c, oid[i+1:]
			}
			next++
		}
		n++
	}
	return nil, ""
}
