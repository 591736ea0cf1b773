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

// Recognise implements source.Source: of the first lines that hold anything, a
// third or more name things.
func (Source) Recognise(head []byte, _ string) int {
	if !utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]) || bytes.IndexByte(head, 0) >= 0 || len(head) == source.Head && !bytes.Contains(head, []byte("\n")) {
		return 0
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n")
	if len(text) == 0 || text[0] == '<' || text[0] == '{' || text[0] == '[' {
		return 0
	}
	things, lines := 0, 0
	for line := range bytes.Lines(head) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if lines++; lines > 200 {
			break
		}
		if it := parseLine(string(line)); it.thing() {
			things++
		}
	}
	switch {
	case things == 0 || things*3 < lines && things < 2:
		return 0
	case things*3 >= lines:
		return 12
	case things >= 2 && lines <= 60:
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
		if t := strings.TrimSpace(strings.TrimPrefix(s, "\uFEFF")); t != "" {
			lines = append(lines, Line{At: "line " + strconv.Itoa(n), Text: t})
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read line %d: %w", n, err)
		}
	}
	return Interpret(ctx, lines, "text", in, cov, yield)
}

// Line is one line of text and its place.
type Line struct{ At, Text string }

// Interpret makes each line that names a thing a sighting. src is the name of the source in the observations.
func Interpret(ctx context.Context, lines []Line, src string, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	b := observe.Builder{Source: src, Input: in.Name}
	prose := 0
	for i, l := range lines {
		if i&255 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if len(l.Text) > maxLine {
			cov.Fail(l.At, fmt.Sprintf("the line is longer than %d bytes", maxLine), "save the list as CSV with a heading row")
			continue
		}
		it := parseLine(l.Text)
		if !it.thing() {
			prose++
			continue
		}
		cov.Read++
		if err := yield(it.sighting(b, l)); err != nil {
			return err
		}
	}
	if prose > 0 {
		cov.Notes = append(cov.Notes, fmt.Sprintf("%d lines name no thing and are left out", prose))
	}
	if cov.Read == 0 {
		return errors.New("no line names a thing by serial, address or product code: save the list as CSV with a heading row")
	}
	return nil
}

func (it *item) sighting(b observe.Builder, l Line) *asset.Sighting {
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: b.Place(l.At)}
	if it.quantity > 0 && !it.identified {
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
