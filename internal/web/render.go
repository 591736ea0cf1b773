package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"
)

//go:embed templates
var templateFiles embed.FS

// page is one kind of page, ready to be filled.
type page struct{ tree *template.Template }

// view is what the layout shows around every page.
type view struct {
	Title string
	// Nav is the entry of the navigation that is open.
	Nav   string
	Theme string
	// Path is the page's own address.
	Path string
	// AskFor is the profile that the box on every page asks for.
	AskFor string
	Visitor
	Body any
}

// loadPages parses every template together with the layout and the shared parts.
func loadPages(s *site) (map[string]*page, error) {
	shared, err := template.New("layout.html").Funcs(s.funcs()).ParseFS(templateFiles, "templates/layout.html", "templates/part_*.html")
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]*page{}
	for _, n := range names {
		base := path.Base(n)
		if base == "layout.html" || strings.HasPrefix(base, "part_") {
			continue
		}
		t, err := shared.Clone()
		if err == nil {
			t, err = t.ParseFS(templateFiles, n)
		}
		if err != nil {
			return nil, fmt.Errorf("parse page %s: %w", base, err)
		}
		pages[strings.TrimSuffix(base, ".html")] = &page{t}
	}
	return pages, nil
}

// show writes a page.
func (s *site) show(w http.ResponseWriter, r *http.Request, code int, name string, v view) {
	v.Path, v.Visitor, v.AskFor = r.URL.RequestURI(), s.Visitor(r), s.lastProfile()
	if c, err := r.Cookie("theme"); err == nil && (c.Value == "dark" || c.Value == "light") {
		v.Theme = c.Value
	}
	var b bytes.Buffer
	if err := s.pages[name].tree.Execute(&b, v); err != nil {
		http.Error(w, "the page could not be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	out := harmless(b.Bytes())
	if code == http.StatusOK && s.exportShown(w, r, out) {
		return
	}
	out = withExports(out, name, v.Path)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Encoding, Cookie")
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		out = compress(out, gzip.BestSpeed)
	}
	w.WriteHeader(code)
	w.Write(out)
}

// harmless makes characters visible that would steer a terminal or turn the
// direction of text: what a device says must not be able to hide or forge anything.
func harmless(b []byte) []byte {
	if !bytes.ContainsFunc(b, steers) {
		return b
	}
	out := make([]byte, 0, len(b)+64)
	for len(b) > 0 {
		c, n := utf8.DecodeRune(b)
		if steers(c) {
			out = fmt.Appendf(out, "⟨U+%04X⟩", c)
		} else {
			out = append(out, b[:n]...)
		}
		b = b[n:]
	}
	return out
}

func steers(c rune) bool {
	switch {
	case c == '\n' || c == '\t' || c == '\r':
		return false
	case c < ' ', c >= 0x7f && c < 0xa0:
		return true
	case c >= 0x200b && c <= 0x200f, c >= 0x2028 && c <= 0x202e, c >= 0x2060 && c <= 0x206f, c == 0xfeff, c == 0x061c, c == 0xfffe, c == 0xffff:
		return true
	}
	return false
}

// fault is the page of an error.
type fault struct{ Message, Remedy, Link, LinkText string }

// fail shows an error as a page that says what, where and what to do.
func (s *site) fail(w http.ResponseWriter, r *http.Request, code int, f fault) {
	if f.Link == "" {
		f.Link, f.LinkText = "/", "Overview"
	}
	s.show(w, r, code, "fault", view{Title: http.StatusText(code), Body: f})
}

func (s *site) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, http.StatusNotFound, fault{Message: "There is no page at " + r.URL.Path + ".", Remedy: "Use the navigation, or ask in the box above."})
}
