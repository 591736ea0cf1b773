package unpack

import (
	"fmt"
	"strings"
)

// Motorola S-records: "S", type, count, address of two to four bytes, data,
// and the complement of the sum of all bytes before it.
var sRecord = &hexForm{name: "s-record", parse: parseSRecord, apply: applySRecord}

func probeSRecord(d *data, off int64) *claim { return probeHex(d, off, sRecord) }

// sRecordAddress gives the bytes of address for each type; type 4 is reserved.
var sRecordAddress = [10]int{2, 2, 3, 4, 0, 2, 3, 4, 3, 2}

func parseSRecord(line []byte) (r hexRecord, sum, ok bool) {
	for len(line) > 0 && line[len(line)-1] == ' ' {
		line = line[:len(line)-1]
	}
	if len(line) < 10 || line[0] != 'S' || line[1] < '0' || line[1] > '9' {
		return r, false, false
	}
	b := hexBytes(line[2:])
	wide := sRecordAddress[line[1]-'0']
	if wide == 0 || len(b) < wide+2 || len(b) != int(b[0])+1 {
		return r, false, false
	}
	var s byte
	for _, c := range b {
		s += c
	}
	r.kind = line[1]
	for _, c := range b[1 : 1+wide] {
		r.addr = r.addr<<8 | uint32(c)
	}
	if r.kind >= '0' && r.kind <= '3' {
		r.data = b[1+wide : len(b)-1]
	}
	if r.kind == '0' {
		r.head, r.data = r.data, nil
	}
	return r, s == 0xff, true
}

func applySRecord(m *hexMemory, r hexRecord) {
	switch r.kind {
	case '0':
		if s := strings.TrimRight(string(r.head), "\x00 "); printable(s) {
			m.facts = append(m.facts, Fact{"header", s})
		}
	case '7', '8', '9':
		m.end = true
		m.facts = append(m.facts, Fact{"entry", fmt.Sprintf("%#x", r.addr)})
	}
}
