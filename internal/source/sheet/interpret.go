package sheet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
)

// The rows looked at before columns are decided.
const (
	sampleRows  = 1000
	sampleBytes = 4 << 20
)

// interpreter turns the rows of one table into sightings.
type interpreter struct {
	ctx   context.Context
	in    *source.Input
	cov   *asset.Coverage
	yield source.Yield
	table Table

	kind     asset.Kind
	cols     []column
	links    links
	headings []string
	width    int
	defaults []evidence.Observation
	intern   *interner
	skipped  map[string]*tally
	buf      []byte
	// at is the day the row was true, when a column says so.
	at string
	// last is the number of the row before; gap says that a new table may begin here.
	last int
	gap  bool
}

// tally counts rows of one sort and remembers the first places.
type tally struct {
	n     int
	first []string
}

// ErrNoHeadings means that a table has no row of known headings.
var ErrNoHeadings = errors.New("no row of known headings and no column of addresses or serial numbers found")

// errNoColumn means that a heading the user chose is not in a table.
var errNoColumn = errors.New("no such column")

// Interpret reads a table as a register, a purchase list or a list of
// software, services, contracts or parties, whatever its headings are.
//
// A sheet may hold several tables below each other: each begins with headings
// of its own, and its columns are decided anew.
func Interpret(ctx context.Context, t Table, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	for {
		it := &interpreter{ctx: ctx, in: in, cov: cov, yield: yield, table: t, intern: newInterner(), skipped: map[string]*tally{}}
		below, err := it.run()
		it.noteSkipped()
		if err != nil || below == nil {
			return err
		}
		t = &continued{Table: t, rows: below}
	}
}

// run reads one table; below are the first rows of another that begins below it.
func (it *interpreter) run() (below []sampleRow, err error) {
	sample, done, err := it.readSample()
	if err != nil || len(sample) == 0 {
		return nil, err
	}
	if parts := it.sideBySide(sample); parts != nil {
		return it.runParts(parts, sample, done)
	}
	first, err := it.begin(sample)
	if err != nil {
		return nil, err
	}
	for i := first; i < len(sample); i++ {
		if below, err = it.sampled(sample[i]); err != nil {
			return nil, err
		}
		if below != nil {
			return append(below, sample[i+1:]...), nil
		}
	}
	if done {
		return nil, nil
	}
	return it.rest()
}

// readSample reads the first rows; done is true when those are all.
func (it *interpreter) readSample() (sample []sampleRow, done bool, err error) {
	var row Row
	size := 0
	for len(sample) < sampleRows && size < sampleBytes {
		if err := it.table.Next(&row); errors.Is(err, io.EOF) {
			return sample, true, nil
		} else if err != nil {
			return sample, true, err
		}
		s := sampleOf(&row)
		for _, c := range s.cells {
			size += len(c)
		}
		size += 16
		sample = append(sample, s)
	}
	return sample, false, nil
}

// begin decides the columns from the sample and returns the index of the first row of values.
func (it *interpreter) begin(sample []sampleRow) (int, error) {
	var opt choices
	pre, err := choicesOf(it.in.Options, nil)
	if err != nil {
		return 0, err
	}
	h := findHeader(sample, pre.chosen)
	if opt, err = choicesOf(it.in.Options, h.headings); err != nil {
		return 0, err
	}
	if a, want, any := opt.missing(h.headings); any {
		if it.cov.Named {
			return 0, fmt.Errorf("map %s=%q: %w; the headings are %s", a, want, errNoColumn, headingList(h.headings))
		}
		it.note(fmt.Sprintf("no column %s for %s here", quoteHeading(want), attrName(a)))
	}
	var values [][]string
	for _, r := range sample[h.last+1:] {
		if startsTable(r.cells) {
			break // another table, whose values say nothing of these columns
		}
		values = append(values, r.cells)
	}
	context := it.contextOf(sample, h)
	it.headings, it.width = h.headings, len(h.headings)
	it.cols = guessColumns(h.headings, values, opt, context)
	it.links = linksOf(it.cols)
	it.settleDates(values, opt)
	it.kind = kindOf(it.cols, context)
	if !h.found && !it.identifies() {
		return 0, fmt.Errorf("%w in the first %d rows: name a column with --map model=\"its heading\"", ErrNoHeadings, min(len(sample), maxHeaderRow))
	}
	it.noteColumns(h, sample)
	it.readTitles(sample[:max(h.first, 0)])
	return h.last + 1, nil
}

// contextOf collects what stands around the table: file and sheet names and title rows.
func (it *interpreter) contextOf(sample []sampleRow, h header) string {
	var b strings.Builder
	name := it.in.Name
	if i := strings.LastIndexAny(name, "/\\!"); i >= 0 {
		name = name[i+1:]
	}
	b.WriteString(normalise(name) + " " + normalise(it.table.Name()))
	for i := 0; i < h.first && b.Len() < 2000; i++ {
		for _, c := range sample[i].cells {
			if c != "" && len(c) < 100 {
				b.WriteString(" " + normalise(c))
			}
		}
	}
	return b.String()
}

func (it *interpreter) note(s string) {
	const maxNotes = 200
	if len(it.cov.Notes) < maxNotes {
		if n := it.table.Name(); n != "" {
			s = n + ": " + s
		}
		it.cov.Notes = append(it.cov.Notes, s)
	}
}

// identifies reports whether a column can tell which thing a row is about.
func (it *interpreter) identifies() bool {
	for _, c := range it.cols {
		if identifying(c.attr, it.kind) {
			return true
		}
	}
	return false
}

// noteColumns says how each column was read.
func (it *interpreter) noteColumns(h header, sample []sampleRow) {
	if h.found {
		it.note(fmt.Sprintf("headings in row %d; each row read as a %s", sample[h.last].num, it.kind))
	} else {
		it.note(fmt.Sprintf("no heading row: columns read by their values; each row read as a %s", it.kind))
	}
	for i := range it.cols {
		c := &it.cols[i]
		name := "column " + it.letters(c)
		if c.heading != "" {
			name += " " + quoteHeading(c.heading)
		}
		why := ""
		if c.note != "" {
			why = " (" + c.note + ")"
		}
		switch {
		case c.profile.filled == 0 && c.attr == "":
		case c.emits() || it.links.used(c.attr):
			it.note(name + " read as " + attrName(c.attr) + why)
		case c.attr == "" || c.attr == ignored || c.attr == linkPort || c.attr == linkPeerPort:
			it.note(name + " ignored" + why)
		}
	}
}

// rest reads the rows after the sample; below is the first row of another table.
func (it *interpreter) rest() (below []sampleRow, err error) {
	var row Row
	for n := 0; ; n++ {
		if n&1023 == 0 {
			if err := it.ctx.Err(); err != nil {
				return nil, err
			}
		}
		if err := it.table.Next(&row); errors.Is(err, io.EOF) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		if below, err = it.row(&row); err != nil || below != nil {
			return below, err
		}
	}
}

// sampled interprets a row of the sample.
func (it *interpreter) sampled(s sampleRow) (below []sampleRow, err error) {
	row := s.row()
	return it.row(&row)
}

// row interprets one row: skips what is no thing, counts what cannot be read,
// yields the rest. The first row of another table is handed back.
func (it *interpreter) row(row *Row) (below []sampleRow, err error) {
	gap := it.gap || row.Num > it.last+1 && it.last > 0
	it.last, it.gap = row.Num, false
	if row.Bad != "" {
		it.cov.Fail(it.table.Place(row.Num, -1), row.Bad, row.Hint)
		return nil, nil
	}
	filled, only := fill(row.Cells)
	if filled == 0 {
		it.gap = true
		return nil, nil
	}
	if it.repeatsHeadings(row.Cells) {
		it.skip("repeated heading row", row)
		return nil, nil
	}
	extra := it.extra(row.Cells)
	if (gap || extra > 0) && startsTable(cellTexts(row.Cells)) {
		return []sampleRow{sampleOf(row)}, nil
	}
	if extra > 0 && it.table.Name() != "" {
		// Each cell of a sheet stands in its own column: what stands beside the table is a remark.
		it.skip("remark beside the table", row)
		row.Cells = row.Cells[:it.width]
		if filled, only = fill(row.Cells); filled == 0 {
			return nil, nil
		}
	} else if extra > 0 {
		it.cov.Fail(it.table.Place(row.Num, -1), fmt.Sprintf("the row has %d cells, the heading row %d", extra, it.width),
			"put cells that hold the delimiter in double quotes")
		return nil, nil
	}
	if filled == 1 && it.width >= 3 && !it.sureColumn(only) {
		it.gap = true
		it.section(row, only)
		return nil, nil
	}
	return nil, it.emit(row)
}

// fill cleans cells, counts those that say something and gives the last of them.
func fill(cells [][]byte) (filled, only int) {
	only = -1
	for i := range cells {
		cells[i] = clean(cells[i])
		if len(cells[i]) > 0 {
			filled++
			only = i
		}
	}
	return filled, only
}

// extra returns the number of cells of a row that has filled cells beyond the headings, else 0.
func (it *interpreter) extra(cells [][]byte) int {
	for i := len(cells) - 1; i >= it.width; i-- {
		if len(cells[i]) > 0 {
			return i + 1
		}
	}
	return 0
}

// sureColumn reports whether a value alone in a row names a thing by itself.
func (it *interpreter) sureColumn(i int) bool {
	switch it.cols[i].attr {
	case evidence.Serial, evidence.GPONSerial, evidence.IMEI, evidence.UUID, evidence.IfMAC, evidence.BaseMAC, evidence.IP, evidence.FCCID:
		return true
	}
	return false
}

// repeatsHeadings reports whether the cells are the headings again.
func (it *interpreter) repeatsHeadings(cells [][]byte) bool {
	same := 0
	for i, c := range cells {
		if len(c) == 0 || i >= it.width {
			continue
		}
		h := it.headings[i]
		// The heading may have been put together from two rows.
		if len(c) > len(h) || !strings.EqualFold(h[len(h)-len(c):], string(c)) {
			return false
		}
		same++
	}
	return same >= 2 || same == 1 && it.width == 1
}

// skip counts a row left out on purpose.
func (it *interpreter) skip(what string, row *Row) {
	t := it.skipped[what]
	if t == nil {
		t = &tally{}
		it.skipped[what] = t
	}
	if t.n++; len(t.first) < 3 {
		t.first = append(t.first, strconv.Itoa(row.Num))
	}
}

func (it *interpreter) noteSkipped() {
	for _, what := range sortedKeys(it.skipped) {
		t := it.skipped[what]
		rows := strings.Join(t.first, ", ")
		if t.n > len(t.first) {
			rows += ", ..."
		}
		it.note(fmt.Sprintf("%d × %s left out (row %s)", t.n, what, rows))
	}
}

// emit yields the thing a row tells of.
func (it *interpreter) emit(row *Row) error {
	n := len(it.defaults)
	for i := range it.cols {
		if c := &it.cols[i]; c.emits() && c.index < len(row.Cells) && len(row.Cells[c.index]) > 0 {
			n++
		}
	}
	place := evidence.Place{Input: it.in.Name, At: it.table.Place(row.Num, -1)}
	e := emission{it: it, row: row, place: place, obs: make([]evidence.Observation, 0, n+1)}
	it.at = ""
	known := false
	for i := range it.cols {
		c := &it.cols[i]
		if c.index >= len(row.Cells) || !c.read() {
			continue
		}
		b := row.Cells[c.index]
		if isEmpty(b) {
			continue
		}
		before := len(e.obs)
		e.cell(c, b)
		known = known || len(e.obs) > before && identifying(c.attr, it.kind)
	}
	if !known {
		if isTotal(row.Cells) {
			it.gap = true
			it.skip("row of totals", row)
			return nil
		}
		it.cov.Fail(place.At, "nothing in the row says which thing it is about", "fill in a serial, address, name, model or description")
		return nil
	}
	if !e.sure() && isTotal(row.Cells) {
		it.gap = true
		it.skip("row of totals", row)
		return nil
	}
	e.obs = append(e.obs, it.missingDefaults(e.obs)...)
	if it.at != "" {
		for i := range e.obs {
			e.obs[i].At = it.at
		}
	}
	it.cov.Read++
	s := &asset.Sighting{Kind: it.rowKind(e.obs), Seen: asset.Listed, Place: place, Observations: e.obs, Complete: true}
	if len(it.links.peers) > 0 {
		it.link(&e, s)
	}
	return it.yield(s)
}
