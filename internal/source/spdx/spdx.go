// Package spdx reads SPDX bills of materials: version 2 as JSON and as
// tag-value text, version 3 as JSON-LD.
//
// It reads packages with their originators, suppliers and identifiers, and
// which package the document describes; files, snippets and licences are left out.
//
// Source of truth: SPDX 2.3 and 3.0.1 specifications.
package spdx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/source"
	"telltale/internal/source/bom"
	"telltale/internal/source/observe"
)

// Source implements source.Source.
type Source struct{}

// Name implements source.Source.
func (Source) Name() string { return "spdx" }

// Recognise implements source.Source.
func (Source) Recognise(head []byte, _ string) int {
	switch {
	case bytes.Contains(head, []byte(`"spdxVersion"`)) && bytes.Contains(head, []byte("SPDX-")):
		return 95
	case bytes.Contains(head, []byte("spdx.org/rdf/3")) && bytes.Contains(head, []byte(`"@`)):
		return 95
	case tagValue(head):
		return 95
	}
	return 0
}

func tagValue(head []byte) bool {
	for line := range bytes.Lines(head) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		return bytes.HasPrefix(bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF")), []byte("SPDXVersion: SPDX-"))
	}
	return false
}

// document is what all versions have in common.
type document struct {
	created  string
	packages []*pkg
	// described are the IDs of the packages the document is about.
	described map[string]bool
	// contains are pairs of package IDs: whole and part.
	contains [][2]string
}

type pkg struct {
	id   string
	item bom.Item
}

// Read implements source.Source.
func (Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	if in.Size > bom.MaxSize {
		return fmt.Errorf("read SPDX: larger than %d bytes", bom.MaxSize)
	}
	data, err := io.ReadAll(in.Reader())
	if err != nil {
		return fmt.Errorf("read SPDX: %w", err)
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	doc, err := parse(data, cov)
	if err != nil {
		return fmt.Errorf("read SPDX: %w (cut off or damaged: get the file again)", err)
	}
	b := observe.Builder{Source: "spdx", Input: in.Name, At: doc.created}
	for _, it := range doc.tops() {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := it.Sighting(b)
		if len(s.Observations) == 0 && len(s.Components) == 0 {
			cov.Fail(it.At, "the package has no name", "")
			continue
		}
		cov.Read++
		if err := yield(s); err != nil {
			return err
		}
	}
	if cov.Read == 0 && cov.Failed == 0 {
		return errors.New("the document lists no packages")
	}
	return nil
}

func parse(data []byte, cov *asset.Coverage) (*document, error) {
	text := bytes.TrimLeft(data, " \t\r\n")
	switch {
	case len(text) > 0 && text[0] != '{':
		return parseTags(data, cov)
	case bytes.Contains(text[:min(len(text), source.Head)], []byte(`"@graph"`)) || bytes.Contains(text[:min(len(text), source.Head)], []byte("spdx.org/rdf/3")):
		return parse3(data)
	}
	return parse2(data)
}

// tops returns the things the document tells of. What a described package
// contains is its part; when exactly one package is described, so are all
// packages that no other one contains. Without that the list is an inventory.
func (d *document) tops() []*bom.Item {
	byID := make(map[string]*pkg, len(d.packages))
	for _, p := range d.packages {
		byID[p.id] = p
	}
	parent := map[string]string{}
	for _, c := range d.contains {
		whole, part := c[0], c[1]
		if byID[whole] == nil || byID[part] == nil || whole == part || parent[part] != "" || d.described[part] || leadsTo(parent, whole, part) {
			continue
		}
		parent[part] = whole
	}
	var root *pkg
	for _, p := range d.packages {
		if d.described[p.id] && len(d.described) == 1 {
			root = p
		}
	}
	var out []*bom.Item
	for _, p := range d.packages {
		switch up := parent[p.id]; {
		case up != "":
			byID[up].item.Parts = append(byID[up].item.Parts, &p.item)
		case root != nil && p != root && (root.item.Hardware() || !p.item.Hardware()):
			root.item.Parts = append(root.item.Parts, &p.item)
		default:
			out = append(out, &p.item)
		}
	}
	return out
}

// leadsTo reports whether following parents from id reaches target: a circle.
func leadsTo(parent map[string]string, id, target string) bool {
	for range bom.MaxDepth {
		if id == target {
			return true
		}
		next, ok := parent[id]
		if !ok {
			return false
		}
		id = next
	}
	return true
}

// party reads "Organization: Example Ltd (mail@example.com)".
func party(s string) string {
	for _, kind := range []string{"Organization:", "Person:", "Tool:"} {
		if rest, ok := strings.CutPrefix(s, kind); ok {
			if kind != "Organization:" {
				return ""
			}
			if i := strings.LastIndex(rest, " ("); i > 0 && strings.HasSuffix(rest, ")") {
				rest = rest[:i]
			}
			return strings.TrimSpace(rest)
		}
	}
	if s == "NOASSERTION" || s == "NONE" {
		return ""
	}
	return strings.TrimSpace(s)
}

// purpose turns SPDX's words for what a package is into those of bom.
func purpose(s string) string {
	switch strings.ToUpper(s) {
	case "DEVICE":
		return "device"
	case "FIRMWARE":
		return "firmware"
	case "OPERATING-SYSTEM", "OPERATING_SYSTEM", "OPERATINGSYSTEM":
		return "operating-system"
	case "LIBRARY", "FRAMEWORK":
		return "library"
	}
	return "application"
}
