package unpack

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"sort"
)

// hexRecord is one line of a text form of memory: Intel HEX or S-record.
type hexRecord struct {
	kind byte // '0' to '9', the format's own type digit
	addr uint32
	data []byte // bytes to place; nil for other records
	head []byte // text of a header record
}

// hexForm is how one text form writes its records.
type hexForm struct {
	name string
	// parse reads one line without its end; ok is false when the line is no record at all.
	parse func(line []byte) (rec hexRecord, sum, ok bool)
	// apply takes a record that holds no data to place, such as an end, an offset or an entry point.
	apply func(m *hexMemory, r hexRecord)
}

// blank is what erased flash reads as.
var blank = [4]byte{0xff, 0xff, 0xff, 0xff}

// hexRun is a stretch of addresses whose bytes stand in consecutive records of the text.
type hexRun struct {
	addr, n  int64
	from, to int64 // range of the text that holds the records
}

// hexMemory is what the records of one text say.
type hexMemory struct {
	form      *hexForm
	d         *data
	base      int64 // added to the address of each data record
	end       bool  // the end record was met
	facts     []Fact
	runs      []hexRun
	dataBytes int64
	bad       int   // records whose checksum does not hold
	firstBad  int64 // offset of the first of them
	stop      int64 // offset behind the last record
	lines     int
}

const (
	hexLineMax = 1 + 2*(5+255) + 2
	hexRunsMax = 1 << 18
)

// probeHex believes a text when its first records hold their checksums.
func probeHex(d *data, off int64, form *hexForm) *claim {
	first := d.upto(off, 4*hexLineMax)
	pos := 0
	for n := 0; n < 3; n++ {
		line, next := hexLine(first[pos:])
		r, sum, ok := form.parse(line)
		if !ok || !sum {
			return nil
		}
		pos += next
		m := &hexMemory{form: form}
		form.apply(m, r)
		if m.end && n > 0 {
			break
		}
	}
	c := &claim{off: off, length: -1, format: form.name, conf: Checked}
	c.extract = func(x *xtr) error {
		m := &hexMemory{form: form, d: x.d, stop: off}
		if err := m.read(x, off); err != nil {
			return err
		}
		x.r.Length = m.stop - off
		if x.s.shallow {
			return nil
		}
		return m.write(x)
	}
	return c
}

// hexLine returns the first line of b without its end, and where the next one starts.
func hexLine(b []byte) ([]byte, int) {
	for i, c := range b {
		if c != '\r' && c != '\n' {
			continue
		}
		n := i + 1
		if c == '\r' && n < len(b) && b[n] == '\n' {
			n++
		}
		return b[:i], n
	}
	return b, len(b)
}

// read lists the runs of the text from off on, up to its end record or the first line that is none.
func (m *hexMemory) read(x *xtr, off int64) error {
	in := bufio.NewReaderSize(m.d.reader(off, m.d.size-off), 64<<10)
	pos := off
	for !m.end {
		if m.lines++; m.lines&0xffff == 0 {
			if err := x.alive(); err != nil {
				return err
			}
		}
		b, _ := in.Peek(hexLineMax)
		line, n := hexLine(b)
		r, sum, ok := m.form.parse(line)
		if !ok {
			if len(line) == 0 && n > 0 { // an empty line
				in.Discard(n)
				pos += int64(n)
				continue
			}
			break
		}
		in.Discard(n)
		if err := m.record(r, sum, pos, pos+int64(n)); err != nil {
			return err
		}
		pos += int64(n)
		m.stop = pos
	}
	if !m.end {
		x.warn(Truncated, "line %d is no record and no end record came before it", m.lines)
	}
	if m.bad > 0 {
		x.warn(Partial, "%d records fail their checksum, the first at %#x: left out", m.bad, m.firstBad)
	}
	return nil
}

func (m *hexMemory) record(r hexRecord, sum bool, from, to int64) error {
	if !sum {
		if m.bad++; m.bad == 1 {
			m.firstBad = from
		}
		return nil
	}
	if r.data == nil {
		m.form.apply(m, r)
		return nil
	}
	if len(r.data) == 0 {
		return nil
	}
	at := m.base + int64(r.addr)
	m.dataBytes += int64(len(r.data))
	if k := len(m.runs) - 1; k >= 0 && m.runs[k].addr+m.runs[k].n == at {
		m.runs[k].n += int64(len(r.data))
		m.runs[k].to = to
		return nil
	}
	if len(m.runs) == hexRunsMax {
		return limitf("%d stretches of memory in one text", hexRunsMax)
	}
	m.runs = append(m.runs, hexRun{addr: at, n: int64(len(r.data)), from: from, to: to})
	return nil
}

// write yields the memory: one image whose gaps are filled with 0xff when
// they are small against its data, else each stretch as a part of its own.
func (m *hexMemory) write(x *xtr) error {
	x.r.Facts = append(x.r.Facts, m.facts...)
	if len(m.runs) == 0 {
		return nil
	}
	sort.SliceStable(m.runs, func(i, j int) bool { return m.runs[i].addr < m.runs[j].addr })
	runs, over := m.runs[:1], 0
	for _, r := range m.runs[1:] {
		if last := &runs[len(runs)-1]; r.addr < last.addr+last.n {
			over++
			continue
		}
		runs = append(runs, r)
	}
	if over > 0 {
		x.warn(Partial, "%d stretches lie over earlier ones: left out", over)
	}
	groups := [][]hexRun{runs}
	if span := runs[len(runs)-1].addr + runs[len(runs)-1].n - runs[0].addr; span > 16*m.dataBytes+1<<20 {
		groups = groups[:0]
		for i := range runs {
			groups = append(groups, runs[i:i+1])
		}
	}
	for _, g := range groups {
		if err := m.writeRuns(x, g); err != nil {
			return err
		}
	}
	return nil
}

func (m *hexMemory) writeRuns(x *xtr, runs []hexRun) error {
	start := runs[0].addr
	n := Node{Path: fmt.Sprintf("%08x.bin", start), Kind: Part, Facts: []Fact{{"address", fmt.Sprintf("%#x", start)}}}
	gaps := 0
	for i := range runs[1:] {
		if runs[i].addr+runs[i].n < runs[i+1].addr {
			gaps++
		}
	}
	if gaps > 0 {
		n.Facts = append(n.Facts, Fact{"gaps filled with 0xff", fmt.Sprint(gaps)})
	}
	_, err := x.file(n, func(w io.Writer) error {
		pos := start
		for _, r := range runs {
			if err := writeFill(w, blank[:], r.addr-pos); err != nil {
				return err
			}
			if err := m.writeRun(w, r); err != nil {
				return err
			}
			pos = r.addr + r.n
		}
		return nil
	})
	return err
}

func (m *hexMemory) writeRun(w io.Writer, r hexRun) error {
	in := bufio.NewReaderSize(m.d.reader(r.from, r.to-r.from), 64<<10)
	for {
		b, _ := in.Peek(hexLineMax)
		if len(b) == 0 {
			return nil
		}
		line, n := hexLine(b)
		in.Discard(n)
		rec, sum, ok := m.form.parse(line)
		if !ok || !sum || len(rec.data) == 0 {
			continue
		}
		if _, err := w.Write(rec.data); err != nil {
			return err
		}
	}
}

// hexBytes decodes the digits of a record.
func hexBytes(digits []byte) []byte {
	if len(digits)&1 != 0 || len(digits) > hexLineMax {
		return nil
	}
	b := make([]byte, len(digits)/2)
	if _, err := hex.Decode(b, digits); err != nil {
		return nil
	}
	return b
}
