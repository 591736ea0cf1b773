// Package text reads goods and devices written down as plain lines: a quote
// pasted from a mail, a list of MAC addresses or serial numbers, "label: value"
// notes.
//
// It is the last resort: any other source that knows a text comes first. A line
// is a thing only when it names one - an address, a labelled serial number, or
// a product code with a number of pieces -, prose is left out and counted.
//
// Flow: line → tokens → what they are (quantity, product code, address) → sighting.
package text

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// maxSize bounds a text: larger ones are logs, not lists. maxLine bounds a line.
const (
	maxSize = 4 << 20
	maxLine = 2000
)

// Source implements source.Source.
type Source struct{}

// Name implements source.Source.
func (Source) Name() string { return "text-list" }

// Recognise implements source.Source: the text is a rating plate, a third of the
// first lines name goods, nearly all are addresses, or most are labelled facts of a thing.
func (Source) Recognise(head []byte, _ string) int {
	if !utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]) || bytes.IndexByte(head, 0) >= 0 || len(head) == source.Head && !bytes.Contains(head, []byte("\n")) {
		return 0
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n")
	if len(text) == 0 || text[0] == '<' || text[0] == '{' || text[0] == '[' {
		return 0
	}
	if bytes.HasPrefix(text, []byte("---")) {
		return 0 // YAML
	}
	if len(head) <= maxPlate*maxPlateLine && plate(split(string(text))) != nil {
		return 12
	}
	goods, addresses, labels, approvals, lines := 0, 0, 0, 0, 0
	var b block
	for line := range bytes.Lines(text) {
		s := strings.TrimRight(string(line), " \t\r\n")
		if s == "" {
			continue
		}
		if lines++; lines > 200 {
			break
		}
		if fccID(s) != "" {
			approvals++
		}
		if f, ok := label(s); ok {
			labels++
			b.facts = append(b.facts, f)
		} else if it := parseLine(s); it.thing() {
			if it.identified {
				addresses++
			} else {
				goods++
			}
		}
	}
	switch {
	case goods*3 >= lines && goods > 0, addresses*10 >= lines*8, labels*10 >= lines*6 && b.thing():
		return 12
	case (goods >= 2 || approvals > 0) && lines <= 60:
		return 8 // a letter with a few lines of goods
	}
	return 0
}

// Read implements source.Source.
func (Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	if in.Size > maxSize {
		return fmt.Errorf("the text is larger than %d bytes: save it as CSV with a heading row", maxSize)
	}
	r := bufio.NewReaderSize(in.Reader(), 64<<10)
	var lines []Line
	for n := 1; ; n++ {
		s, err := r.ReadString('\n')
		lines = append(lines, Line{At: "line " + strconv.Itoa(n), Text: strings.TrimRight(strings.TrimPrefix(s, "\uFEFF"), " \t\r\n")})
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read line %d: %w", n, err)
		}
	}
	return Interpret(ctx, lines, "text", in, cov, yield)
}

// split makes lines of a text.
func split(s string) []Line {
	var out []Line
	for l := range strings.Lines(s) {
		out = append(out, Line{Text: strings.TrimRight(l, " \t\r\n")})
	}
	return out
}

// Line is one line of text and its place.
type Line struct{ At, Text string }

// Interpret makes each line that names a thing a sighting. src is the name of the source in the observations.
func Interpret(ctx context.Context, lines []Line, src string, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	r := reader{b: observe.Builder{Source: src, Input: in.Name}, cov: cov, yield: yield}
	if facts := plate(lines); facts != nil {
		return r.one(facts)
	}
	for i, l := range lines {
		if i&255 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if err := r.line(l); err != nil {
			return err
		}
	}
	if err := r.endBlock(); err != nil {
		return err
	}
	if r.prose > 0 {
		cov.Notes = append(cov.Notes, LeftOut(r.prose, r.left))
	}
	if cov.Read == 0 {
		return errors.New("no line names a thing by serial, address or product code: save the list as CSV with a heading row")
	}
	return nil
}

// reader collects labelled lines into things and yields the others one by one.
type reader struct {
	b     observe.Builder
	cov   *asset.Coverage
	yield source.Yield
	open  block
	prose int
	left  []string // the places of the first lines that name no thing
}

// maxLeft bounds how many places of lines left out are told.
const maxLeft = 8

func (r *reader) leave(at ...string) {
	r.prose += len(at)
	r.left = append(r.left, at[:min(len(at), maxLeft-len(r.left))]...)
}

// LeftOut is the note on n lines that name no thing; at are the places of the first.
func LeftOut(n int, at []string) string {
	s := source.Count(n, "line names no thing and is", "lines name no thing and are") + " left out: " + strings.Join(at, ", ")
	if n == 1 {
		s = "1 line names no thing and is left out: " + at[0]
	}
	if n > len(at) {
		s += fmt.Sprintf(" and %d more", n-len(at))
	}
	return s
}

func (r *reader) line(l Line) error {
	if l.Text == "" {
		return r.endBlock()
	}
	if len(l.Text) > maxLine {
		r.cov.Fail(l.At, fmt.Sprintf("the line is longer than %d bytes", maxLine), "save the list as CSV with a heading row")
		return nil
	}
	if f, ok := label(l.Text); ok {
		if r.open.has(f.attr) && f.attr != evidence.IfMAC && f.attr != evidence.IP {
			if err := r.endBlock(); err != nil {
				return err
			}
		}
		r.open.facts, r.open.at = append(r.open.facts, f), append(r.open.at, l.At)
		return nil
	}
	if err := r.endBlock(); err != nil {
		return err
	}
	it := parseLine(l.Text)
	if !it.thing() {
		r.leave(l.At)
		return nil
	}
	r.cov.Read++
	return r.yield(it.sighting(r.b, l))
}

// endBlock yields the labelled facts collected so far as one thing.
func (r *reader) endBlock() error {
	b := r.open
	r.open = block{}
	if len(b.facts) == 0 {
		return nil
	}
	if !b.thing() {
		r.leave(b.at...)
		return nil
	}
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: r.b.Place(b.at[0])}
	for i, f := range b.facts {
		r.b.Add(&s.Observations, f.attr, f.value, b.at[i])
	}
	r.cov.Read++
	return r.yield(s)
}

func (it *item) sighting(b observe.Builder, l Line) *asset.Sighting {
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: b.Place(l.At)}
	if it.offer() {
		s.Kind = asset.PurchaseLine
	}
	for _, f := range it.facts {
		b.Add(&s.Observations, f.attr, f.value, l.At)
	}
	if it.model != "" {
		b.Add(&s.Observations, evidence.ModelText, it.model, l.At)
	}
	if it.quantity > 0 {
		b.Add(&s.Observations, evidence.Quantity, strconv.Itoa(it.quantity), l.At)
	}
	if it.description != "" {
		b.Add(&s.Observations, evidence.Description, it.description, l.At)
	}
	return s
}
