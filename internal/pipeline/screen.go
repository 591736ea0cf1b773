package pipeline

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"telltale/internal/calendar"
	"telltale/internal/org"
	"telltale/internal/screen"
)

// Screening is the result of `telltale screen`. Its JSON is stable.
type Screening struct {
	Schema string        `json:"schema"`
	AsOf   calendar.Date `json:"as_of"`
	// Names are the texts screened, in the order of the input, each once.
	Names []Screened `json:"names"`
	// Note says what a result means and what it does not.
	Note string `json:"note"`
}

const screenNote = "a likeness of names is a reason to look, not a finding; no hit does not clear a supplier"

// Screened is one name and what it may mean.
type Screened struct {
	Text string `json:"text"`
	// Row is the first line of the input it stood in, Times how often it occurs.
	Row   int `json:"row"`
	Times int `json:"times"`
	// Band is "sure", "review" or "none".
	Band string      `json:"band"`
	Hits []ScreenHit `json:"hits"`
}

// ScreenHit is an organisation a name may mean, and why that matters.
type ScreenHit struct {
	screen.Hit
	Organisation string `json:"organisation"`
	// Listed are the instruments the organisation stands under, with what they say of scope.
	Listed []org.Designation `json:"listed,omitempty"`
	// Through are organisations that stand under one and with which it counts on the day.
	Through []OrgRelated `json:"through,omitempty"`
}

// Of concern: somebody listed, or counting with somebody listed.
func (h *ScreenHit) listed() bool { return len(h.Listed)+len(h.Through) > 0 }

// maxScreened bounds the different names of one run.
const maxScreened = 1 << 20

// ScreenNames screens the suppliers of an input: lines, or a CSV with a column
// of suppliers (one with a heading such as supplier, vendor, company or name,
// else the first).
func (k *Knowledge) ScreenNames(ctx context.Context, in io.Reader, asOf calendar.Date) (*Screening, error) {
	e, err := k.edition.Screening()
	if err != nil {
		return nil, err
	}
	out := &Screening{Schema: "telltale/screen/1", AsOf: asOf, Names: []Screened{}, Note: screenNote}
	at := map[string]int{}
	err = supplierNames(in, func(row int, name string) error {
		if i, again := at[name]; again {
			out.Names[i].Times++
			return nil
		}
		if len(at) == maxScreened {
			return fmt.Errorf("more than %d different names: split the input", maxScreened)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		at[name] = len(out.Names)
		s := k.screenName(e, name, asOf)
		s.Row, s.Times = row, 1
		out.Names = append(out.Names, s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(out.Names) == 0 {
		return nil, errors.New("the input holds no names")
	}
	return out, nil
}

func (k *Knowledge) screenName(e *screen.Engine, name string, asOf calendar.Date) Screened {
	s := Screened{Text: name, Band: "none", Hits: []ScreenHit{}}
	for _, h := range e.Screen(name, screen.Review) {
		x := ScreenHit{Hit: h, Organisation: k.OrgName(h.Org)}
		if o, ok := k.Orgs.Get(h.Org); ok {
			x.Listed = o.Designations
		}
		for _, r := range k.Orgs.Related(h.Org, org.Affiliates, asOf) {
			if o, ok := k.Orgs.Get(r.Org); ok && r.Org != h.Org && len(o.Designations) > 0 {
				x.Through = append(x.Through, OrgRelated{Relation: org.Affiliates, Name: o.Name, Related: r, Why: orgWhy(r)})
			}
		}
		s.Hits = append(s.Hits, x)
	}
	// An innocent maker that fits better than any listed one is the answer, and no concern.
	if len(s.Hits) > 0 && s.Hits[0].listed() {
		s.Band = "review"
		if s.Hits[0].Score >= screen.Sure {
			s.Band = "sure"
		}
	}
	return s
}

// Concerns counts the names that may mean somebody listed.
func (s *Screening) Concerns() int {
	n := 0
	for i := range s.Names {
		if s.Names[i].Band != "none" {
			n++
		}
	}
	return n
}

// supplierNames calls name for every supplier of an input.
func supplierNames(in io.Reader, name func(row int, text string) error) error {
	r := bufio.NewReaderSize(in, 1<<16)
	head, _ := r.Peek(1 << 12)
	if !utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]) {
		return errors.New("the input is not UTF-8 text: save it as text or CSV in UTF-8")
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(string(head), "\ufeff"), "\n")
	column, comma := supplierColumn(first)
	if column < 0 {
		return screenLines(r, name)
	}
	c := csv.NewReader(r)
	c.Comma, c.FieldsPerRecord, c.LazyQuotes, c.ReuseRecord = comma, -1, true, true
	for row := 1; ; row++ {
		rec, err := c.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read row %d: %w", row, err)
		}
		if row == 1 || column >= len(rec) || strings.TrimSpace(rec[column]) == "" {
			continue
		}
		if err := name(row, strings.TrimSpace(rec[column])); err != nil {
			return err
		}
	}
}

// screenLines reads one name a line; a line longer than any name is cut.
func screenLines(r *bufio.Reader, name func(int, string) error) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 1<<12), 1<<20)
	for row := 1; sc.Scan(); row++ {
		text := strings.TrimSpace(strings.ToValidUTF8(strings.TrimPrefix(sc.Text(), "\ufeff"), ""))
		if text == "" {
			continue
		}
		if err := name(row, text); err != nil {
			return err
		}
	}
	if err := sc.Err(); err != nil {
		return fmt.Errorf("read names: %w", err)
	}
	return nil
}

// supplierColumn finds the column of suppliers in a heading row; -1 when the row is no heading.
func supplierColumn(first string) (int, rune) {
	for _, comma := range []rune{',', ';', '\t'} {
		for i, h := range strings.Split(first, string(comma)) {
			switch strings.Trim(strings.ToLower(h), " \"'\r_-") {
			case "supplier", "supplier name", "supplier_name", "vendor", "vendor name", "vendor_name", "company", "company name", "name",
				"manufacturer", "party", "creditor", "payee":
				return i, comma
			}
		}
	}
	return -1, 0
}

// WriteText writes the screening for a person: what needs a look, then the count.
func (s *Screening) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := range s.Names {
		n := &s.Names[i]
		if n.Band == "none" {
			continue
		}
		h := &n.Hits[0]
		fmt.Fprintf(t, "%s\t%s\t%s (%s)\t%.2f\t%s\n", n.Band, n.Text, h.Organisation, h.Org, h.Score, h.concern())
		for _, p := range h.Pieces {
			fmt.Fprintf(t, "\t  %s\t%.1f of %.1f\t\t%s\n", pieceWords(p), p.Points, p.Weight, p.How)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d names screened as of %s, %d to look at; %s\n", len(s.Names), s.AsOf, s.Concerns(), s.Note)
	return err
}

func pieceWords(p screen.Piece) string {
	switch {
	case p.Name == "" || p.Name == p.Text:
		return p.Text
	case p.Text == "":
		return p.Name
	}
	return p.Text + " ~ " + p.Name
}

func (h *ScreenHit) concern() string {
	var list []string
	for _, d := range h.Listed {
		list = append(list, strings.TrimSpace(d.Regime+orgNote(d.Note)))
	}
	for _, r := range h.Through {
		list = append(list, fmt.Sprintf("counts with %s (%s)", r.Org, r.Confidence))
	}
	return strings.Join(list, "; ")
}
