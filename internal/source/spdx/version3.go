package spdx

import (
	"encoding/json"
	"fmt"
	"maps"

	"telltale/internal/source/bom"
)

// element is one entry of the @graph of version 3. Types and properties of the
// Software profile carry its prefix.
type element struct {
	Type        string   `json:"type"`
	ID          string   `json:"spdxId"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Summary     string   `json:"summary"`
	Created     string   `json:"created"`
	SuppliedBy  string   `json:"suppliedBy"`
	Originated  []string `json:"originatedBy"`
	Root        []string `json:"rootElement"`
	From        string   `json:"from"`
	To          []string `json:"to"`
	Relation    string   `json:"relationshipType"`
	Version     string   `json:"software_packageVersion"`
	PackageURL  string   `json:"software_packageUrl"`
	Purpose     string   `json:"software_primaryPurpose"`
	External    []struct {
		Type string `json:"externalIdentifierType"`
		ID   string `json:"identifier"`
	} `json:"externalIdentifier"`
}

// parse3 reads the JSON-LD form. An element of an unexpected shape is skipped, not the document.
func parse3(data []byte) (*document, error) {
	var doc struct {
		Graph []json.RawMessage `json:"@graph"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if doc.Graph == nil {
		doc.Graph = []json.RawMessage{data}
	}
	d := &document{described: map[string]bool{}}
	names := map[string]string{}
	var packages []element
	var at []int
	for i, raw := range doc.Graph {
		var e element
		if json.Unmarshal(raw, &e) != nil {
			continue
		}
		switch e.Type {
		case "Organization", "Agent":
			names[e.ID] = e.Name
		case "CreationInfo":
			if d.created == "" {
				d.created = e.Created
			}
		case "software_Package":
			packages, at = append(packages, e), append(at, i)
		case "SpdxDocument", "software_Sbom", "Bom":
			for _, r := range e.Root {
				d.described[r] = true
			}
		case "Relationship", "LifecycleScopedRelationship":
			if e.Relation == "contains" || e.Relation == "dependsOn" {
				for _, to := range e.To {
					d.contains = append(d.contains, [2]string{e.From, to})
				}
			}
		}
	}
	for i, e := range packages {
		it := bom.Item{At: fmt.Sprintf("@graph[%d]", at[i]), Type: purpose(e.Purpose), Name: e.Name, Version: e.Version, Supplier: names[e.SuppliedBy], Description: e.Description}
		if it.Description == "" {
			it.Description = e.Summary
		}
		for _, o := range e.Originated {
			if it.Manufacturer == "" {
				it.Manufacturer = names[o]
			}
		}
		if e.PackageURL != "" {
			it.PURL = []string{e.PackageURL}
		}
		for _, x := range e.External {
			external(&it, x.Type, x.ID)
		}
		d.packages = append(d.packages, &pkg{e.ID, it})
	}
	// A document's root may be an Sbom, whose own root is the package.
	known := map[string]bool{}
	for _, p := range d.packages {
		known[p.id] = true
	}
	maps.DeleteFunc(d.described, func(id string, _ bool) bool { return !known[id] })
	return d, nil
}
