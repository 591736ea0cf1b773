package snmp

import (
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// An optical module's memory holds its vendor name, part number and serial
// number in fields of 16 bytes, filled up with blanks (SFF-8472 table 4-1,
// SFF-8636 and CMIS alike). Agents of all makers copy these fields into tables
// of their own as they are. So a row of an unknown enterprise table with two
// or more such texts describes a pluggable part, whoever defined the table.
const eepromField = 16

// eepromText files a text of that shape. Table rows are taken to end in one
// index arc, after the column.
func (a *Assembler) eepromText(oid string, v Value) {
	b := v.Bytes
	if len(b) != eepromField || b[0] == ' ' || b[eepromField-1] != ' ' || strings.HasSuffix(oid, ".0") {
		return
	}
	for _, c := range b {
		if c < ' ' || c > '~' {
			return
		}
	}
	idx := strings.LastIndexByte(oid, '.')
	col := strings.LastIndexByte(oid[:max(idx, 0)], '.')
	if col < 0 {
		return
	}
	a.eeprom.put(oid[:col]+"|"+oid[idx+1:], oid[col+1:idx], oid, v, maxCDP)
}

// eepromParts makes a part of each row with at least two such texts, one of
// which has a digit (a part or serial number). Which text is which no standard
// says, so all are descriptions.
func (a *Assembler) eepromParts(known map[string]bool) []asset.Part {
	var out []asset.Part
rows:
	for _, key := range a.eeprom.keys {
		r := a.eeprom.rows[key]
		if len(r.order) < 2 {
			continue
		}
		p := asset.Part{Kind: "other"}
		words, digits := "", false
		for _, name := range r.order {
			c := r.cells[name]
			s := c.label()
			if s == "" {
				continue
			}
			if known[s] {
				continue rows
			}
			digits = digits || strings.ContainsAny(s, "0123456789")
			words += s + "\n"
			p.Observations = append(p.Observations, a.observation(evidence.EntPhysicalDescr, s, c.oid))
		}
		if len(p.Observations) < 2 || !digits {
			continue
		}
		if patterns().optic.MatchString(words) {
			p.Kind = "optic"
		}
		p.Place = p.Observations[0].Place
		out = append(out, p)
	}
	return out
}
