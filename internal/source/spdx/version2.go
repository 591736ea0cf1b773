package spdx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/source/bom"
)

type json2 struct {
	CreationInfo struct {
		Created string `json:"created"`
	} `json:"creationInfo"`
	DocumentDescribes []string `json:"documentDescribes"`
	Packages          []struct {
		ID           string `json:"SPDXID"`
		Name         string `json:"name"`
		Version      string `json:"versionInfo"`
		Supplier     string `json:"supplier"`
		Originator   string `json:"originator"`
		Purpose      string `json:"primaryPackagePurpose"`
		Description  string `json:"description"`
		Summary      string `json:"summary"`
		ExternalRefs []struct {
			Type    string `json:"referenceType"`
			Locator string `json:"referenceLocator"`
		} `json:"externalRefs"`
	} `json:"packages"`
	Relationships []struct {
		From string `json:"spdxElementId"`
		Type string `json:"relationshipType"`
		To   string `json:"relatedSpdxElement"`
	} `json:"relationships"`
}

func parse2(data []byte) (*document, error) {
	var j json2
	if err := json.Unmarshal(data, &j); err != nil {
		return nil, err
	}
	d := &document{created: j.CreationInfo.Created, described: map[string]bool{}}
	for _, id := range j.DocumentDescribes {
		d.described[id] = true
	}
	for i, p := range j.Packages {
		it := bom.Item{At: fmt.Sprintf("packages[%d]", i), Type: purpose(p.Purpose), Name: p.Name, Version: p.Version, Manufacturer: party(p.Originator), Supplier: party(p.Supplier), Description: p.Description}
		if it.Description == "" {
			it.Description = p.Summary
		}
		for _, r := range p.ExternalRefs {
			external(&it, r.Type, r.Locator)
		}
		d.packages = append(d.packages, &pkg{p.ID, it})
	}
	for _, r := range j.Relationships {
		d.relate(r.From, r.Type, r.To)
	}
	return d, nil
}

// relate takes in a relationship of version 2.
func (d *document) relate(from, kind, to string) {
	switch strings.ToUpper(kind) {
	case "DESCRIBES":
		if from == "SPDXRef-DOCUMENT" {
			d.described[to] = true
		}
	case "DESCRIBED_BY":
		if to == "SPDXRef-DOCUMENT" {
			d.described[from] = true
		}
	case "CONTAINS", "DEPENDS_ON":
		d.contains = append(d.contains, [2]string{from, to})
	case "CONTAINED_BY", "DEPENDENCY_OF", "PACKAGE_OF":
		d.contains = append(d.contains, [2]string{to, from})
	}
}

// parseTags reads the tag-value form: one "Tag: value" a line, values over
// several lines in <text> and </text>. A package begins with PackageName.
func parseTags(data []byte, cov *asset.Coverage) (*document, error) {
	d := &document{described: map[string]bool{}}
	var cur *pkg
	n, open := 0, false
	for line := range bytes.Lines(data) {
		n++
		s := strings.TrimSpace(string(line))
		if open {
			open = !strings.Contains(s, "</text>")
			continue
		}
		if s == "" || s[0] == '#' {
			continue
		}
		tag, value, ok := strings.Cut(s, ":")
		if !ok {
			cov.Fail(fmt.Sprintf("line %d", n), "no \"Tag: value\"", "")
			continue
		}
		value = strings.TrimSpace(value)
		if rest, found := strings.CutPrefix(value, "<text>"); found {
			open = !strings.Contains(rest, "</text>")
			value = strings.TrimSuffix(rest, "</text>")
		}
		switch tag {
		case "Created":
			d.created = value
		case "PackageName":
			cur = &pkg{item: bom.Item{At: fmt.Sprintf("line %d", n), Name: value, Type: "application"}}
			d.packages = append(d.packages, cur)
		case "FileName", "SnippetSPDXID", "LicenseID":
			cur = nil
		case "Relationship":
			if f := strings.Fields(value); len(f) >= 3 {
				d.relate(f[0], f[1], f[2])
			}
		default:
			if cur != nil {
				cur.tag(tag, value)
			}
		}
	}
	return d, nil
}

func (p *pkg) tag(tag, value string) {
	switch tag {
	case "SPDXID":
		p.id = value
	case "PackageVersion":
		p.item.Version = value
	case "PackageSupplier":
		p.item.Supplier = party(value)
	case "PackageOriginator":
		p.item.Manufacturer = party(value)
	case "PrimaryPackagePurpose":
		p.item.Type = purpose(value)
	case "PackageDescription", "PackageSummary":
		p.item.Description = value
	case "ExternalRef":
		if f := strings.Fields(value); len(f) >= 3 {
			external(&p.item, f[1], f[2])
		}
	}
}

// external takes in an external reference: a CPE or package URL.
func external(it *bom.Item, kind, locator string) {
	switch kind {
	case "purl", "packageUrl":
		it.PURL = append(it.PURL, locator)
	case "cpe23Type", "cpe22Type", "cpe23", "cpe22":
		it.CPE = append(it.CPE, locator)
	}
}
