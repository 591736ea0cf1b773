// Package form reads JSON lists of things by tables that say which member of an
// element means what: for the sources whose exports differ in names only
// (controllers, pollers, registers). It knows no product.
//
// Flow: one element of the list → the first form all of whose marks it has →
// observations by the form's fields, then what the form adds.
package form

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/jsonlist"
	"telltale/internal/source/observe"
)

// Form is how one product writes a thing.
type Form struct {
	// Marks are members that only its things have together.
	Marks  []string
	Fields []Field
	// At is the member with the time of the whole, RFC 3339, "2006-01-02 15:04:05" or days; empty for none.
	At string
	// Add, when set, adds what no table can say; it may change the sighting, and drop it by leaving it without observations.
	Add func(o jsonlist.Object, b observe.Builder, at string, s *asset.Sighting)
}

// Field says what a member means.
type Field struct {
	// Name is the member; a member of an object in it follows a dot.
	Name string
	Attr evidence.Attr
}

// Recognise reports whether the head of an input is JSON with all marks of one of the forms.
func Recognise(head []byte, forms []Form) bool {
	text := bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return false
	}
	for i := range forms {
		all := true
		for _, m := range forms[i].Marks {
			all = all && bytes.Contains(head, []byte(`"`+m+`"`))
		}
		if all {
			return true
		}
	}
	return false
}

// Read yields one listed sighting per element that has a form; name is the source's.
func Read(ctx context.Context, name string, forms []Form, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	var stop error
	others := 0
	err := jsonlist.Each(ctx, in.Reader(), false, func(e *jsonlist.Element) error {
		if e.Index < 0 {
			return nil
		}
		at := fmt.Sprintf("%s[%d] byte %d", e.Key, e.Index, e.Offset)
		if e.Raw == nil {
			cov.Fail(at, fmt.Sprintf("the element is larger than %d bytes", jsonlist.MaxElement), "")
			return nil
		}
		o, err := jsonlist.Parse(e.Raw)
		if err != nil {
			cov.Fail(at, err.Error(), "export the list again")
			return nil
		}
		s := sighting(o, forms, observe.Builder{Source: name, Input: in.Name}, at)
		if s == nil {
			others++
			return nil
		}
		cov.Read++
		stop = yield(s)
		return stop
	})
	if stop != nil {
		return stop
	}
	if others > 0 {
		cov.Notes = append(cov.Notes, source.Count(others, "element that is no device was", "elements that are no devices were")+" not read")
	}
	if err != nil {
		return fmt.Errorf("read %s list %q: %w", name, in.Name, err)
	}
	return nil
}

func sighting(o jsonlist.Object, forms []Form, b observe.Builder, at string) *asset.Sighting {
	for i := range forms {
		f := &forms[i]
		if !has(o, f.Marks) {
			continue
		}
		if f.At != "" {
			b.At = Time(Text(o, f.At))
		}
		s := &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: b.Place(at), Complete: true}
		for _, x := range f.Fields {
			b.Add(&s.Observations, x.Attr, Text(o, x.Name), at)
		}
		if f.Add != nil {
			f.Add(o, b, at, s)
		}
		if len(s.Observations) == 0 {
			return nil
		}
		return s
	}
	return nil
}

func has(o jsonlist.Object, names []string) bool {
	for _, n := range names {
		if _, ok := o[n]; !ok {
			return false
		}
	}
	return true
}

// Text is the text at a dotted path. An object there is taken by what it
// shows: its display_value, name or value.
func Text(o jsonlist.Object, path string) string {
	names := strings.Split(path, ".")
	if t := o.Text(names...); t != "" {
		return t
	}
	in := o.Object(names...)
	for _, n := range []string{"display_value", "name", "value"} {
		if t := in.Text(n); t != "" {
			return t
		}
	}
	return ""
}

// Time brings a time to RFC 3339 or a day, "" when it is none. One without a zone gives its day only.
func Time(s string) string {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC().Format(time.RFC3339)
	}
	if len(s) >= 10 {
		if _, err := time.Parse(time.DateOnly, s[:10]); err == nil {
			return s[:10]
		}
	}
	return ""
}
