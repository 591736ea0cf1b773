package inspect

import (
	"encoding/binary"
	"regexp"
	"strconv"
	"strings"
)

// Settings in SQLite files: a reader of tables after the format's published
// description (sqlite.org/fileformat2.html), for small files, nothing but values.

const (
	sqliteMagic = "SQLite format 3\x00"
	// maxSQLite bounds a file that is read, maxSQLiteRows the rows of one.
	maxSQLite, maxSQLiteRows = 16 << 20, 5000
)

type sqliteFile struct {
	b      []byte
	page   int // bytes of a page
	usable int // of which hold content
	rows   int
}

// sqliteTables calls each for every row of every table: the table's name and its values by column, as text.
func sqliteTables(b []byte, each func(table string, vals map[string]string)) {
	if len(b) < 512 || string(b[:16]) != sqliteMagic {
		return
	}
	s := &sqliteFile{b: b, page: int(binary.BigEndian.Uint16(b[16:]))}
	if s.page == 1 {
		s.page = 65536
	}
	s.usable = s.page - int(b[20])
	if s.page < 512 || s.page&(s.page-1) != 0 || s.usable < 480 {
		return
	}
	type table struct {
		name    string
		columns []string
		root    int
	}
	var tables []table
	s.walk(1, 0, map[int]bool{}, func(v []string) {
		if len(v) >= 5 && v[0] == "table" && len(tables) < 200 {
			root, _ := strconv.Atoi(v[3])
			tables = append(tables, table{v[1], sqliteColumns(v[4]), root})
		}
	})
	for _, t := range tables {
		s.walk(t.root, 0, map[int]bool{}, func(v []string) {
			vals := map[string]string{}
			for i := range min(len(v), len(t.columns)) {
				vals[strings.ToLower(t.columns[i])] = v[i]
			}
			each(t.name, vals)
		})
	}
}

// sqliteColumns are the column names of a CREATE TABLE statement.
func sqliteColumns(sql string) []string {
	i := strings.IndexByte(sql, '(')
	if i < 0 {
		return nil
	}
	var out []string
	depth, from := 0, i+1
	for j := i + 1; j < len(sql) && len(out) < 200; j++ {
		switch c := sql[j]; {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == ',' && depth == 0, c == ')':
			if m := sqliteColumn.FindStringSubmatch(sql[from:j]); m != nil && !sqliteClause.MatchString(sql[from:j]) {
				out = append(out, m[1])
			}
			from = j + 1
			if c == ')' {
				return out
			}
		}
	}
	return out
}

var (
	sqliteColumn = regexp.MustCompile("^\\s*[\"'`\\[]?(\\w+)")
	sqliteClause = regexp.MustCompile(`(?i)^\s*(?:primary|unique|foreign|check|constraint)\b`)
)

// walk visits the rows of the tree of a table.
func (s *sqliteFile) walk(page, depth int, seen map[int]bool, row func([]string)) {
	at := (page - 1) * s.page
	if page < 1 || at+s.page > len(s.b) || depth > 20 || seen[page] || s.rows > maxSQLiteRows {
		return
	}
	seen[page] = true
	p := s.b[at : at+s.page]
	head := 0
	if page == 1 {
		head = 100
	}
	n := int(binary.BigEndian.Uint16(p[head+3:]))
	cells := head + 8
	if p[head] == 5 {
		cells = head + 12
	} else if p[head] != 13 {
		return
	}
	for i := 0; i < n && cells+2*i+2 <= len(p); i++ {
		c := int(binary.BigEndian.Uint16(p[cells+2*i:]))
		if c+4 > len(p) {
			continue
		}
		if p[head] == 5 {
			s.walk(int(binary.BigEndian.Uint32(p[c:])), depth+1, seen, row)
			continue
		}
		if s.rows++; s.rows > maxSQLiteRows {
			return
		}
		if v := sqliteRecord(s.payload(p[c:])); v != nil {
			row(v)
		}
	}
	if p[head] == 5 {
		s.walk(int(binary.BigEndian.Uint32(p[head+8:])), depth+1, seen, row)
	}
}

// payload is the record of a leaf's cell, with what lies on other pages.
func (s *sqliteFile) payload(c []byte) []byte {
	size, k := sqliteVarint(c)
	_, k2 := sqliteVarint(c[k:])
	c = c[min(len(c), k+k2):]
	if size > 1<<20 {
		return nil
	}
	local := int(size)
	if most := s.usable - 35; local > most {
		least := (s.usable-12)*32/255 - 23
		if local = least + (int(size)-least)%(s.usable-4); local > most {
			local = least
		}
	}
	if local > len(c) || local < 0 {
		return nil
	}
	out := append([]byte(nil), c[:local]...)
	if local == int(size) || local+4 > len(c) {
		return out
	}
	next := int(binary.BigEndian.Uint32(c[local:]))
	for len(out) < int(size) && next > 0 && next*s.page <= len(s.b) {
		p := s.b[(next-1)*s.page : next*s.page]
		out = append(out, p[4:min(4+int(size)-len(out), s.usable)]...)
		next = int(binary.BigEndian.Uint32(p))
	}
	return out
}

// sqliteRecord is a record's values as text; blobs are left empty.
func sqliteRecord(b []byte) []string {
	head, k := sqliteVarint(b)
	if head > uint64(len(b)) || head < uint64(k) {
		return nil
	}
	types, body := b[k:head], b[head:]
	var out []string
	for len(types) > 0 && len(out) < 500 {
		t, k := sqliteVarint(types)
		types = types[k:]
		n, text := 0, ""
		switch {
		case t >= 1 && t <= 6:
			n = []int{1, 2, 3, 4, 6, 8}[t-1]
		case t == 7:
			n = 8
		case t == 8 || t == 9:
			text = strconv.Itoa(int(t - 8))
		case t >= 12:
			if t > 2<<20 {
				return out
			}
			n = int(t-12) / 2
		}
		if n > len(body) {
			return out
		}
		if v := body[:n]; t >= 13 && t%2 == 1 {
			text = string(v)
		} else if t >= 1 && t <= 6 {
			text = strconv.FormatInt(bigEndian(v), 10)
		}
		out, body = append(out, text), body[n:]
	}
	return out
}

// bigEndian is a signed number of one to eight bytes.
func bigEndian(b []byte) int64 {
	n := int64(int8(b[0]))
	for _, c := range b[1:] {
		n = n<<8 | int64(c)
	}
	return n
}

func sqliteVarint(b []byte) (v uint64, n int) {
	for n < len(b) && n < 9 {
		c := b[n]
		n++
		if n == 9 {
			return v<<8 | uint64(c), n
		}
		v = v<<7 | uint64(c&0x7f)
		if c < 0x80 {
			return v, n
		}
	}
	return v, n
}
