// Package cyclonedx reads CycloneDX bills of materials (ECMA-424, versions 1.2
// and later) in JSON and XML: devices with their parts, software and services.
//
// It reads the few fields that say what a thing is and who made it, and lets
// all others be, so that a newer version of the format is read as well.
//
// Flow: document → bom.Item tree → one sighting for the thing the document is
// about with all else as its parts, or one for each entry of an inventory.
package cyclonedx

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/source"
	"telltale/internal/source/bom"
	"telltale/internal/source/observe"
)

// Source implements source.Source.
type Source struct{}

// Name implements source.Source.
func (Source) Name() string { return "cyclonedx" }

// Recognise implements source.Source.
func (Source) Recognise(head []byte, _ string) int {
	switch {
	case bytes.Contains(head, []byte(`"bomFormat"`)) && bytes.Contains(head, []byte("CycloneDX")):
		return 95
	case isXML(head) && bytes.Contains(head, []byte("cyclonedx.org/schema/bom")):
		return 95
	}
	return 0
}

func isXML(head []byte) bool {
	t := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n")
	return len(t) > 0 && t[0] == '<'
}

type document struct {
	Metadata struct {
		Timestamp   string     `json:"timestamp" xml:"timestamp"`
		Component   *component `json:"component" xml:"component"`
		Manufacture entity     `json:"manufacture" xml:"manufacture"`
		Supplier    entity     `json:"supplier" xml:"supplier"`
	} `json:"metadata" xml:"metadata"`
	Components []component `json:"components" xml:"components>component"`
	Services   []service   `json:"services" xml:"services>service"`
}

type entity struct {
	Name string `json:"name" xml:"name"`
}

type component struct {
	Type         string      `json:"type" xml:"type,attr"`
	Name         string      `json:"name" xml:"name"`
	Version      string      `json:"version" xml:"version"`
	Group        string      `json:"group" xml:"group"`
	Manufacturer entity      `json:"manufacturer" xml:"manufacturer"`
	Supplier     entity      `json:"supplier" xml:"supplier"`
	Publisher    string      `json:"publisher" xml:"publisher"`
	Author       string      `json:"author" xml:"author"`
	Description  string      `json:"description" xml:"description"`
	CPE          string      `json:"cpe" xml:"cpe"`
	PURL         string      `json:"purl" xml:"purl"`
	Properties   []property  `json:"properties" xml:"properties>property"`
	Components   []component `json:"components" xml:"components>component"`
}

type property struct {
	Name  string `json:"name" xml:"name,attr"`
	Value string `json:"value" xml:",chardata"`
}

type service struct {
	Name        string     `json:"name" xml:"name"`
	Version     string     `json:"version" xml:"version"`
	Group       string     `json:"group" xml:"group"`
	Provider    entity     `json:"provider" xml:"provider"`
	Description string     `json:"description" xml:"description"`
	Properties  []property `json:"properties" xml:"properties>property"`
	Services    []service  `json:"services" xml:"services>service"`
}

// Read implements source.Source.
func (Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	if in.Size > bom.MaxSize {
		return fmt.Errorf("read CycloneDX: larger than %d bytes", bom.MaxSize)
	}
	doc, err := decode(in)
	if err != nil {
		return fmt.Errorf("read CycloneDX: %w (cut off or damaged: get the file again)", err)
	}
	b := observe.Builder{Source: "cyclonedx", Input: in.Name, At: day(doc.Metadata.Timestamp)}
	emit := func(it *bom.Item) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := it.Sighting(b)
		if len(s.Observations) == 0 && len(s.Components) == 0 {
			cov.Fail(it.At, "the component has no name", "")
			return nil
		}
		cov.Read++
		return yield(s)
	}
	entries := items(doc.Components, "components", 0)
	if root := doc.root(); root != nil {
		if root.Hardware() || !hardware(entries) {
			root.Parts = append(root.Parts, entries...)
			entries = nil
		}
		if err := emit(root); err != nil {
			return err
		}
	}
	for _, it := range entries {
		if err := emit(it); err != nil {
			return err
		}
	}
	for _, it := range services(doc.Services, "services", 0) {
		if err := emit(it); err != nil {
			return err
		}
	}
	if cov.Read == 0 && cov.Failed == 0 {
		return errors.New("the document lists no components")
	}
	return nil
}

// decode reads JSON or XML. Neither is read deeper than encoding/json and encoding/xml allow.
func decode(in *source.Input) (*document, error) {
	head := make([]byte, min(in.Size, 512))
	if _, err := in.Data.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var doc document
	if isXML(head) {
		d := xml.NewDecoder(in.Reader())
		return &doc, d.Decode(&doc)
	}
	r := io.Reader(in.Reader())
	if bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")) {
		_, _ = io.CopyN(io.Discard, r, 3)
	}
	return &doc, json.NewDecoder(r).Decode(&doc)
}

// root is the thing the document describes. The deprecated "manufacture" of
// the metadata names its maker; the metadata's "manufacturer" is who wrote the document.
func (d *document) root() *bom.Item {
	c := d.Metadata.Component
	if c == nil {
		return nil
	}
	it := c.item("metadata.component", 0)
	if it.Manufacturer == "" {
		it.Manufacturer = d.Metadata.Manufacture.Name
	}
	if it.Supplier == "" {
		it.Supplier = d.Metadata.Supplier.Name
	}
	return it
}

func hardware(items []*bom.Item) bool {
	for _, it := range items {
		if it.Hardware() {
			return true
		}
	}
	return false
}

func items(cs []component, path string, depth int) []*bom.Item {
	if depth > bom.MaxDepth {
		return nil
	}
	out := make([]*bom.Item, len(cs))
	for i := range cs {
		out[i] = cs[i].item(path+"["+strconv.Itoa(i)+"]", depth+1)
	}
	return out
}

func (c *component) item(at string, depth int) *bom.Item {
	it := &bom.Item{
		Type: c.Type, At: at, Name: c.Name, Version: c.Version, Group: c.Group, Manufacturer: c.Manufacturer.Name, Supplier: c.Supplier.Name,
		Publisher: c.Publisher, Description: c.Description, Labels: labels(c.Properties), Parts: items(c.Components, at+".components", depth),
	}
	if c.CPE != "" {
		it.CPE = []string{c.CPE}
	}
	if c.PURL != "" {
		it.PURL = []string{c.PURL}
	}
	return it
}

func labels(ps []property) []bom.Label {
	var out []bom.Label
	for _, p := range ps {
		out = append(out, bom.Label{Name: p.Name, Value: strings.TrimSpace(p.Value)})
	}
	return out
}

func services(ss []service, path string, depth int) []*bom.Item {
	if depth > bom.MaxDepth {
		return nil
	}
	var out []*bom.Item
	for i := range ss {
		s, at := &ss[i], path+"["+strconv.Itoa(i)+"]"
		out = append(out, &bom.Item{Type: "service", At: at, Name: s.Name, Version: s.Version, Group: s.Group, Supplier: s.Provider.Name, Description: s.Description, Labels: labels(s.Properties)})
		out = append(out, services(s.Services, at+".services", depth+1)...)
	}
	return out
}

// day keeps a time stamp only when it begins with a day.
func day(s string) string {
	if len(s) >= 10 && s[4] == '-' && s[7] == '-' {
		return observe.Text(s)
	}
	return ""
}
