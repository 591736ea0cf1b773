package snmp

import (
	_ "embed"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

//go:embed vendor.yaml
var vendorData []byte

// vendorTable is a table of vendor.yaml. A field names the column of that fact.
type vendorTable struct {
	Table    string
	Entry    string
	Index    string
	Serial   string
	MAC      string `yaml:"mac"`
	Vendor   string
	Model    string
	Name     string
	Descr    string
	IMEI     string `yaml:"imei"`
	Hardware string
	Software string
	Source   string
}

type vendorTables struct {
	Optics []vendorTable
	Modems []vendorTable
	PON    []vendorTable `yaml:"pon"`
}

// vendorLists are the tables of vendor.yaml; a test proves that they decode.
var vendorLists = sync.OnceValue(func() vendorTables {
	t, err := decodeVendor(vendorData)
	if err != nil {
		panic(err) // embedded at build time, covered by a test
	}
	return t
})

func decodeVendor(b []byte) (vendorTables, error) {
	var t vendorTables
	if err := yaml.UnmarshalWithOptions(b, &t, yaml.Strict()); err != nil {
		return t, fmt.Errorf("decode vendor.yaml: %w", err)
	}
	for _, x := range slices.Concat(t.Optics, t.Modems, t.PON) {
		if !isOID(x.Entry) || x.Source == "" || x.Serial == "" && x.MAC == "" {
			return t, fmt.Errorf("decode vendor.yaml: table %q needs entry, source, and serial or mac", x.Table)
		}
	}
	return t, nil
}

func (t *vendorTable) columns(set func(*Assembler) *rowSet, what string, limit int) []column {
	var cs []column
	for _, f := range []struct{ name, col string }{
		{"serial", t.Serial}, {"mac", t.MAC}, {"vendor", t.Vendor}, {"model", t.Model}, {"name", t.Name},
		{"descr", t.Descr}, {"imei", t.IMEI}, {"hardware", t.Hardware}, {"software", t.Software},
	} {
		if f.col == "" {
			continue
		}
		oid := f.col
		if !strings.Contains(oid, ".") {
			oid = t.Entry + "." + oid
		}
		take := keep(set, what, f.name, limit)
		key := t.Table + "|" + t.Index + "|"
		cs = append(cs, column{oid, "", func(a *Assembler, oid, idx string, v Value) { take(a, oid, key+idx, v) }})
	}
	return cs
}

func vendorColumns() []column {
	var cs []column
	l := vendorLists()
	for i := range l.Optics {
		cs = append(cs, l.Optics[i].columns(func(a *Assembler) *rowSet { return &a.optics }, "optics", maxEntities)...)
	}
	for i := range l.Modems {
		cs = append(cs, l.Modems[i].columns(func(a *Assembler) *rowSet { return &a.modems }, "modems", maxCDP)...)
	}
	for i := range l.PON {
		cs = append(cs, l.PON[i].columns(func(a *Assembler) *rowSet { return &a.ont }, "pon", maxONT)...)
	}
	return cs
}

// vendorParts adds the optical modules and modems that vendor tables name and
// entPhysicalTable does not.
func (a *Assembler) vendorParts(t *tree) {
	t.extra = map[int][]asset.Part{}
	known := map[string]bool{}
	for i := range t.kind {
		if s := t.byIndex[i].text[entSerial]; s != "" {
			known[strings.TrimSpace(s)] = true
		}
	}
	for _, x := range []struct {
		set  *rowSet
		kind asset.ComponentKind
	}{{&a.optics, "optic"}, {&a.modems, "cellular_module"}} {
		for _, key := range x.set.keys {
			r := x.set.rows[key]
			obs := a.vendorPart(r)
			if len(obs) == 0 || known[r.get("serial").label()] {
				continue
			}
			parent := 0
			if _, rest, _ := strings.Cut(key, "|entity|"); rest != "" {
				if n, err := strconv.Atoi(rest); err == nil {
					parent = t.keptParent(n)
				}
			}
			t.extra[parent] = append(t.extra[parent], asset.Part{Kind: x.kind, Place: obs[0].Place, Observations: obs})
		}
	}
	t.extra[0] = append(t.extra[0], a.eepromParts(known)...)
}

// vendorPart returns what a row of a vendor table says of a part: nothing
// unless maker, model or serial number is there.
func (a *Assembler) vendorPart(r *row) []evidence.Observation {
	var obs []evidence.Observation
	add := func(name string, attr evidence.Attr) {
		if c := r.get(name); c.label() != "" && strings.Trim(c.label(), "0xX -") != "" {
			obs = append(obs, a.observation(attr, c.label(), c.oid))
		}
	}
	add("vendor", evidence.EntPhysicalMfgName)
	add("model", evidence.EntPhysicalModelName)
	add("serial", evidence.Serial)
	if len(obs) == 0 {
		return nil
	}
	add("descr", evidence.EntPhysicalDescr)
	add("software", evidence.SoftwareText)
	add("imei", evidence.IMEI)
	return obs
}

// gponSerial reads a G.984 serial number: four letters of the vendor and four
// octets, raw, as hex, or as text. It returns "ABCD1234ABCD" in upper case.
func gponSerial(v Value) (string, bool) {
	b := v.Bytes
	if len(b) == 8 && vendorID(b[:4]) {
		return strings.ToUpper(string(b[:4]) + hex.EncodeToString(b[4:])), true
	}
	s := strings.ToUpper(strings.NewReplacer("-", "", ":", "", " ", "").Replace(strings.Trim(string(b), " \x00\"")))
	if _, rest, ok := strings.Cut(s, ","); ok { // "1,ABCD12345678": how it was authorised, then the number
		s = rest
	}
	switch {
	case len(s) == 12 && vendorID([]byte(s[:4])) && isHex(s[4:]):
		return s, true
	case len(s) == 16 && isHex(s):
		raw, _ := hex.DecodeString(s)
		return gponSerial(Value{Octets, raw})
	}
	return "", false
}

func isHex(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return len(s) > 0
}

// vendorID reports whether b can be a vendor's four letters (some use digits after the first).
func vendorID(b []byte) bool {
	for i, c := range b {
		if !isLetter(c) && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return len(b) == 4
}
