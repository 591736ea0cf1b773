// Package snmp reads SNMP walks written as text and turns each agent's answers
// into one direct sighting: the device, the parts its ENTITY-MIB names, and
// links to the neighbours its tables tell of.
//
// It is for three forms: snmpsim recordings (.snmprec), snmpwalk with numeric
// OIDs (-On) and snmpwalk with MIB names, each also in the quick variants
// (-OQ, -Oq). It is not for talking to agents, nor for deciding who made a
// thing. Sources of truth: RFC 3418 (system), 2863 (interfaces), 6933
// (ENTITY-MIB), 4293 (IP), 4188 and 4363 (bridges), IEEE 802.1AB (LLDP), and
// the vendor tables listed in vendor.yaml.
//
// Flow: line → OID, Value (snmprec.go, walk.go) → Assembler (agent.go) →
// asset.Sighting. What a neighbour's row says never becomes an observation of
// the agent itself.
package snmp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/source"
)

// Source reads text walks. It holds no state.
type Source struct{}

var _ source.Source = Source{}

// Name returns "snmp".
func (Source) Name() string { return "snmp" }

// maxLine bounds one line. Real values stay far below 64 KiB, the limit of an SNMP message.
const maxLine = 1 << 20

// form is how the rows of an input are written.
type form int

const (
	formNone  form = iota
	formRec        // oid|type|value
	formEqual      // oid = TYPE: value, or oid = value
	formQuick      // oid value
)

// Recognise counts the lines of the head that are rows of one of the forms.
func (Source) Recognise(head []byte, name string) int {
	f, rows, lines := detect(head)
	switch {
	case f == formNone:
		return 0
	case rows*2 >= lines:
		return 95
	case rows >= 3 && rows*10 >= lines:
		return 60
	case rows >= 1 && hasSuffixFold(name, ".snmprec", ".snmpwalk", ".walk"):
		return 60
	}
	return 0
}

func hasSuffixFold(s string, suffixes ...string) bool {
	s = strings.ToLower(s)
	for _, x := range suffixes {
		if strings.HasSuffix(s, x) {
			return true
		}
	}
	return false
}

// detect says which form most rows of head have, how many they are, and of how many lines.
func detect(head []byte) (f form, rows, lines int) {
	var count [4]int
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for len(head) > 0 && lines < 400 {
		line, rest, whole := bytes.Cut(head, []byte("\n"))
		head = rest
		if !whole && lines > 0 && len(line) > 512 {
			break // cut by the end of the head
		}
		line = bytes.TrimRight(line, "\r ")
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		lines++
		if len(line) > 4096 {
			line = line[:4096]
		}
		count[lineForm(string(line))]++
	}
	for _, c := range []form{formRec, formEqual, formQuick} {
		if count[c] > rows {
			f, rows = c, count[c]
		}
	}
	return f, rows, lines
}

func lineForm(line string) form {
	if oid, rest, ok := strings.Cut(line, "|"); ok && isOID(oid) {
		if tag, _, ok := strings.Cut(rest, "|"); ok && isTag(tag) {
			return formRec
		}
	}
	if _, _, ok := splitRow(line, formEqual); ok {
		return formEqual
	}
	if _, _, ok := splitRow(line, formQuick); ok {
		return formQuick
	}
	return formNone
}

// reader is what one Read keeps.
type reader struct {
	in      *source.Input
	cov     *asset.Coverage
	yield   source.Yield
	form    form
	line    int // number of the line read last
	split   splitter
	unnamed int // rows under MIB names that names.go does not hold
	tooLong int
}

// Read yields one direct sighting per agent.
func (Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	head := make([]byte, min(in.Size, source.Head))
	n, err := in.Data.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read walk %q: %w", in.Name, err)
	}
	f, _, _ := detect(head[:n])
	if f == formNone {
		return fmt.Errorf("read walk %q: no line is a row of a walk: write it with snmpwalk -On, or as .snmprec", in.Name)
	}
	r := &reader{in: in, cov: cov, yield: yield, form: f}
	r.split = splitter{input: in.Name, done: r.done}
	return r.read(ctx)
}

func (r *reader) read(ctx context.Context) error {
	br := bufio.NewReaderSize(r.in.Reader(), 256<<10)
	w := walkParser{form: r.form}
	var long []byte
	for {
		line, isLong, err := readLine(br, &long)
		if err != nil && (err != io.EOF || len(line) == 0) {
			if err == io.EOF {
				break
			}
			if ferr := r.finish(&w); ferr != nil {
				return ferr
			}
			return fmt.Errorf("read walk %q after line %d: %w", r.in.Name, r.line, err)
		}
		r.line++
		if r.line&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if r.line == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if isLong {
			r.tooLong++
			r.cov.Fail(fmt.Sprintf("line %d", r.line), fmt.Sprintf("the line is longer than %d bytes", maxLine), "no SNMP value is that long: check how the file was made")
			continue
		}
		if err := r.take(&w, bytes.TrimRight(line, "\r\n")); err != nil {
			return err
		}
	}
	return r.finish(&w)
}

// readLine returns the next line without copying where it fits the buffer; a
// line over maxLine is consumed and reported as long.
func readLine(br *bufio.Reader, buf *[]byte) (line []byte, long bool, err error) {
	line, err = br.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return line, false, err
	}
	*buf = append((*buf)[:0], line...)
	for err == bufio.ErrBufferFull {
		line, err = br.ReadSlice('\n')
		if len(*buf) <= maxLine {
			*buf = append(*buf, line...)
		}
	}
	if err == io.EOF {
		err = nil // the next call says so again
	}
	return *buf, len(*buf) > maxLine, err
}

// take handles one line.
func (r *reader) take(w *walkParser, line []byte) error {
	if r.form == formRec {
		oid, v, why := parseRec(line)
		if why != "" {
			r.cov.Fail(fmt.Sprintf("line %d", r.line), why, "a recording has OID|type|value on each line")
			return nil
		}
		if oid == "" {
			return nil
		}
		return r.split.add(oid, v)
	}
	name, v, ok := w.line(string(line))
	if !ok {
		return nil
	}
	return r.named(name, v)
}

func (r *reader) named(name string, v Value) error {
	oid, ok := resolve(name)
	if !ok {
		r.unnamed++
		return nil
	}
	return r.split.add(oid, v)
}

// finish ends the last value and the last agent and writes the notes.
func (r *reader) finish(w *walkParser) error {
	if name, v, ok := w.flush(); ok {
		if err := r.named(name, v); err != nil {
			return err
		}
	}
	if err := r.split.end(); err != nil {
		return err
	}
	if r.unnamed > 0 {
		r.cov.Notes = append(r.cov.Notes, fmt.Sprintf("%s under MIB names that are not known here: a walk with -On has them all", source.Count(r.unnamed, "value stands", "values stand")))
	}
	if r.split.agents == 0 {
		r.cov.Fail("", "no agent answered: the walk holds no value that says anything of a device", "walk from .1.3.6.1 with the right community")
	}
	return nil
}

// done takes a finished agent.
func (r *reader) done(a *Assembler) error {
	s, notes := a.Sighting()
	if s == nil {
		return nil
	}
	r.split.agents++
	r.cov.Read++
	r.cov.Notes = append(r.cov.Notes, notes...)
	return r.yield(s)
}
