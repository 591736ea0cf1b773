package data

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"strings"
	"sync"

	"telltale/internal/law"
	"telltale/internal/screen"
)

// decodeLaw is decodeStrict with errors for people who write law and no
// programs: file, line, what is wrong, what to do.
func decodeLaw(fsys fs.FS, f string, into any) error {
	err := decodeStrict(fsys, f, into)
	if err == nil {
		return nil
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(err.Error(), "data/"+f+": "), "\n")
	if day := badDay().FindStringSubmatch(first); day != nil {
		return fmt.Errorf("data/%s:%d: %q is no day: write YYYY-MM-DD, and a day that exists", f, lineOf(fsys, f, day[1]), day[1])
	}
	m := badPlace().FindStringSubmatch(first)
	if m == nil {
		return err
	}
	return errors.New(strings.TrimSpace(fmt.Sprintf("data/%s:%s: %s\n%s", f, m[1], lawWords(m[2]), rest)))
}

var (
	badPlace = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\[(\d+):\d+\] (.*)$`) })
	badDay   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^date "([^"]*)": want`) })
	badField = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^unknown field "(.*)"$`) })
	twice    = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^mapping key "(.*)" already defined at \[(\d+):\d+\]$`)
	})
)

// lawWords says in plain words what the decoder found.
func lawWords(what string) string {
	if m := badField().FindStringSubmatch(what); m != nil {
		like := nearest(m[1], lawFields())
		if like != "" {
			like = "did you mean " + like + "? "
		}
		return fmt.Sprintf("unknown field or element %q: %suse one that docs/format/law.md lists", m[1], like)
	}
	if m := twice().FindStringSubmatch(what); m != nil {
		return fmt.Sprintf("the field %q stands twice, first in line %s: remove one", m[1], m[2])
	}
	if strings.Contains(what, "'\t'") {
		return "a tab stands here: indent with blanks"
	}
	return what
}

// lineOf is the first line that holds the text outside a comment, 1 when none does.
func lineOf(fsys fs.FS, f, text string) int {
	b, err := fs.ReadFile(fsys, f)
	if err != nil {
		return 1
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		if n++; strings.Contains(line, text) && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			return n
		}
	}
	return 1
}

// lawFields are the words a law file may use as keys.
var lawFields = sync.OnceValue(func() []string {
	var out []string
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || seen[t] {
			return
		}
		seen[t] = true
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
			if name != "" && name != "-" {
				out = append(out, name)
			}
			walk(t.Field(i).Type)
		}
	}
	for _, x := range []any{law.Regime{}, law.Entry{}, law.Approval{}, law.Term{}} {
		walk(reflect.TypeOf(x))
	}
	return out
})

// nearest is the word that two letters more, fewer or other make of w, empty when there is none.
func nearest(w string, words []string) string {
	best, found := 3, ""
	for _, x := range words {
		if d := screen.Distance(w, x, 2); d < best && d < len(w) {
			best, found = d, x
		}
	}
	return found
}
