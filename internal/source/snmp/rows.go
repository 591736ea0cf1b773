package snmp

// rowSet collects the cells of a table by row index, in the order rows appear.
type rowSet struct {
	rows map[string]*row
	keys []string
}

// row holds the wanted cells of one row by column.
type row struct {
	cells map[string]cell
	order []string // names of the cells as they came
}

type cell struct {
	oid string
	v   Value
}

// get returns a cell, an empty one when the row lacks it.
func (r *row) get(name string) cell {
	if r == nil {
		return cell{}
	}
	return r.cells[name]
}

func (c cell) label() string { return marked(c.v.Label()) }

// put keeps a copy of a cell; false when the table is full.
func (s *rowSet) put(idx, name, oid string, v Value, limit int) bool {
	r := s.rows[idx]
	if r == nil {
		if len(s.keys) >= limit {
			return false
		}
		if s.rows == nil {
			s.rows = map[string]*row{}
		}
		r = &row{cells: map[string]cell{}}
		s.rows[idx] = r
		s.keys = append(s.keys, idx)
	}
	if len(v.Bytes) > maxCell {
		v.Bytes = v.Bytes[:maxCell]
	}
	if _, ok := r.cells[name]; !ok {
		r.order = append(r.order, name)
	}
	r.cells[name] = cell{oid, Value{v.Kind, append([]byte(nil), v.Bytes...)}}
	return true
}

// maxCell bounds a kept cell: longer texts than a version banner say no more.
const maxCell = 2048

// keep returns a taker that files a cell in a row set.
func keep(set func(*Assembler) *rowSet, what, name string, limit int) func(*Assembler, string, string, Value) {
	return func(a *Assembler, oid, idx string, v Value) {
		if !set(a).put(idx, name, oid, v, limit) {
			a.dropped[what]++
		}
	}
}
