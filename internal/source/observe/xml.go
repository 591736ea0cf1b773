package observe

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// Limits of one foreign XML document.
const (
	MaxXMLBytes = 16 << 20
	maxXMLDepth = 64
	maxXMLLeafs = 200_000
)

// Leaf is one element that holds text, with the local names from the root to it.
type Leaf struct {
	Path  []string // owned by the walker: copy to keep
	Attrs []xml.Attr
	Text  string
	// Offset is the byte offset just after the element.
	Offset int64
}

// Name returns the local name of the element itself.
func (l *Leaf) Name() string { return l.Path[len(l.Path)-1] }

// In reports whether an element called name encloses the leaf.
func (l *Leaf) In(name string) bool {
	for _, p := range l.Path[:len(l.Path)-1] {
		if strings.EqualFold(p, name) {
			return true
		}
	}
	return false
}

var errXMLLimit = errors.New("more elements than allowed")

// WalkXML calls open for every element start and leaf for every element without children,
// in document order. open may be nil. What was read before a fault stays read;
// the fault is returned with its offset. Entities are never expanded.
func WalkXML(r io.Reader, open func(path []string, e xml.StartElement), leaf func(*Leaf) error) error {
	d := xml.NewDecoder(io.LimitReader(r, MaxXMLBytes))
	d.Strict = false
	d.CharsetReader = charset
	var path []string
	var attrs [][]xml.Attr
	var text strings.Builder
	isLeaf := false
	for n := 0; ; {
		t, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read xml at offset %d: %w", d.InputOffset(), err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if n++; n > maxXMLLeafs || len(path) >= maxXMLDepth {
				return fmt.Errorf("read xml at offset %d: %w", d.InputOffset(), errXMLLimit)
			}
			path, attrs = append(path, t.Name.Local), append(attrs, t.Attr)
			text.Reset()
			isLeaf = true
			if open != nil {
				open(path, t)
			}
		case xml.CharData:
			if isLeaf && text.Len() < 64<<10 {
				text.Write(t)
			}
		case xml.EndElement:
			if len(path) == 0 {
				continue
			}
			if isLeaf {
				l := Leaf{Path: path, Attrs: attrs[len(attrs)-1], Text: strings.TrimSpace(text.String()), Offset: d.InputOffset()}
				if err := leaf(&l); err != nil {
					return err
				}
			}
			path, attrs, isLeaf = path[:len(path)-1], attrs[:len(attrs)-1], false
		}
	}
}

func charset(label string, r io.Reader) (io.Reader, error) {
	enc, err := htmlindex.Get(label)
	if err != nil {
		return nil, fmt.Errorf("character set %q: %w", label, err)
	}
	return enc.NewDecoder().Reader(r), nil
}

// LooksXML reports whether head starts like an XML document or element.
func LooksXML(head []byte) bool {
	s := strings.TrimLeft(strings.TrimPrefix(string(head[:min(len(head), 256)]), "\ufeff"), " \t\r\n")
	return strings.HasPrefix(s, "<?xml") || len(s) > 1 && s[0] == '<' && (s[1] == '!' || s[1] >= 'A')
}
