package jsonlist

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func list(doc string, lines bool) []string {
	var out []string
	err := Each(context.Background(), strings.NewReader(doc), lines, func(e *Element) error {
		if e.Raw == nil {
			out = append(out, fmt.Sprintf("%s[%d] too long", e.Key, e.Index))
		} else {
			out = append(out, fmt.Sprintf("%s[%d]@%d %s", e.Key, e.Index, e.Offset, e.Raw))
		}
		return nil
	})
	if err != nil {
		out = append(out, "error: "+err.Error())
	}
	return out
}

func TestEach(t *testing.T) {
	for _, c := range []struct {
		name, doc string
		lines     bool
		want      []string
	}{
		{"bare list", `[{"a":1}, 2, "x]"]`, false, []string{`[0]@1 {"a":1}`, `[1]@10 2`, `[2]@13 "x]"`}},
		{"wrapped", `{"count":2,"results":[{"a":"}"},{"b":[1,2]}],"next":null}`, false,
			[]string{`count[-1]@9 2`, `results[0]@22 {"a":"}"}`, `results[1]@32 {"b":[1,2]}`, `next[-1]@52 null`}},
		{"two pages", "{\"r\":[1]}\n{\"r\":[2]}", false, []string{`r[0]@6 1`, `r[0]@16 2`}},
		{"lines", "{\"a\":1}\n{\"b\":2}\n", true, []string{`[0]@0 {"a":1}`, `[1]@8 {"b":2}`}},
		{"escaped quote", `["a\"]b"]`, false, []string{`[0]@1 "a\"]b"`}},
		{"empty", "", false, []string{"error: the JSON ends at byte 0 in the middle: what stood before was read; export it again: unexpected EOF"}},
		{"cut", `{"r":[{"a":1},{"b"`, false, []string{`r[0]@6 {"a":1}`, "error: the JSON ends at byte 18 in the middle: what stood before was read; export it again: unexpected EOF"}},
		{"no JSON", `hello`, false, []string{"error: at byte 1: the JSON is damaged here"}},
		{"brackets that do not fit", `{"r":}`, false, []string{"error: at byte 6: the JSON is damaged here"}},
		{"bracket bomb", `[` + strings.Repeat("[", 300), false, []string{"error: at byte 258: the JSON is damaged here: brackets are nested over 256 deep"}},
		{"endless element", `["` + strings.Repeat("x", MaxElement) + `",1]`, false, []string{"[0] too long", fmt.Sprintf("[1]@%d 1", MaxElement+4)}},
	} {
		if d := cmp.Diff(c.want, list(c.doc, c.lines)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestVisitStops(t *testing.T) {
	stop := errors.New("enough")
	err := Each(context.Background(), strings.NewReader(`[1,2,3]`), false, func(e *Element) error { return stop })
	if err != stop {
		t.Errorf("error = %v, want the visitor's own", err)
	}
}

func FuzzEach(f *testing.F) {
	for _, s := range []string{`[{"a":1}]`, `{"r":[1,"x"],"n":null}`, "{\"a\":1}\n{\"b\":2}", `["\u12\"`} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, doc string, lines bool) {
		Each(context.Background(), strings.NewReader(doc), lines, func(e *Element) error {
			if e.Offset < 0 || e.Offset >= int64(len(doc)) || e.Raw != nil && !strings.HasPrefix(doc[e.Offset:], string(e.Raw)) {
				t.Errorf("element at %d is not what stands there: %q", e.Offset, e.Raw)
			}
			return nil
		})
	})
}
