package cli

import (
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// What a key of a label says of the part it stands on. The values were written
// into boards and modules by their maker, so they carry the entity attributes.
var labelKeys = map[string]evidence.Attr{
	"devicename": evidence.EntPhysicalModelName, "modelname": evidence.EntPhysicalModelName, "model": evidence.EntPhysicalModelName, "pid": evidence.EntPhysicalModelName,
	"boardtype": evidence.EntPhysicalModelName, "boardname": evidence.EntPhysicalModelName, "modelnumber": evidence.EntPhysicalModelName, "cardtype": evidence.EntPhysicalDescr,
	"productid": evidence.PartNumber, "productnumber": evidence.PartNumber, "partnumber": evidence.PartNumber, "partno": evidence.PartNumber, "vendorpn": evidence.EntPhysicalModelName, "vendorpartnumber": evidence.EntPhysicalModelName,
	"manupartnumber": evidence.EntPhysicalModelName, "item": evidence.PartNumber, "bom": evidence.PartNumber,
	"deviceserialnumber": evidence.Serial, "serialnumber": evidence.Serial, "serialno": evidence.Serial, "sn": evidence.Serial, "vendorsn": evidence.Serial, "barcode": evidence.Serial,
	"manuserialnumber": evidence.Serial, "vendorserialnumber": evidence.Serial, "serialnum": evidence.Serial,
	"vendorname": evidence.EntPhysicalMfgName, "manufacturer": evidence.EntPhysicalMfgName, "manufacturername": evidence.EntPhysicalMfgName, "transceivervendorname": evidence.EntPhysicalMfgName, "vendor": evidence.EntPhysicalMfgName,
	"name": evidence.EntPhysicalName, "descr": evidence.EntPhysicalDescr, "description": evidence.EntPhysicalDescr, "transceivertype": evidence.EntPhysicalDescr,
	"macaddress": evidence.BaseMAC, "basemacaddress": evidence.BaseMAC, "hardwarerevision": evidence.HardwareRev, "hwversion": evidence.HardwareRev,
}

// group is one labelled thing: a heading and the values under it.
type group struct {
	title string
	at    string
	vals  []evidence.Observation
	attrs map[evidence.Attr]bool
	optic bool // its keys are those of a transceiver's memory (SFF-8472)
}

// labels reads groups of keys and tables of boards; the chassis is the device, the others are its parts.
func (r *reader) labels(sec *section) bool {
	groups := r.labelGroups(sec)
	got := false
	chassis := chassisOf(groups)
	for i := range groups {
		g := &groups[i]
		if len(g.vals) == 0 {
			continue
		}
		got = true
		if i == chassis {
			r.chassis(g)
			continue
		}
		r.part(asset.Part{Kind: partKind(g), Place: r.b.Place(g.at), Observations: g.vals})
	}
	return r.boardTable(sec) || got
}

// titledParts reads the labelled parts inside a version or system output.
func (r *reader) titledParts(sec *section) bool {
	got := false
	for _, g := range r.labelGroups(sec) {
		if g.title == "" && !g.optic || strings.Contains(g.title, "chassis") || !g.attrs[evidence.Serial] {
			continue
		}
		r.part(asset.Part{Kind: partKind(&g), Place: r.b.Place(g.at), Observations: g.vals})
		got = true
	}
	return got
}

// chassis takes the label of the device itself.
func (r *reader) chassis(g *group) {
	for _, o := range g.vals {
		r.add(o.Attr, o.Value, o.Place.At)
	}
}

func (r *reader) labelGroups(sec *section) []group {
	groups := []group{{at: sec.lines[0].at}}
	cur := func() *group { return &groups[len(groups)-1] }
	next := func(title, at string) {
		if g := cur(); len(g.vals) == 0 {
			if title == "" {
				title = g.title // "[Board Properties]" and blank lines keep the heading above
			}
			*g = group{title: title, at: at}
			return
		}
		groups = append(groups, group{title: title, at: at})
	}
	for _, l := range sec.lines {
		if len(groups) > maxParts {
			break
		}
		text := strings.TrimSpace(l.text)
		if text == "" || ruler(text) {
			// A transceiver's label is drawn in several boxes.
			if len(cur().vals) > 0 && !strings.Contains(cur().title, "transceiver") {
				next("", l.at)
			}
			continue
		}
		if title, ok := heading(text); ok {
			next(title, l.at)
			continue
		}
		for _, kv := range inventoryPairs(text) {
			attr, known := labelKeys[kv[0]]
			if !known {
				continue
			}
			if cur().attrs[attr] && (attr == evidence.EntPhysicalName || attr == evidence.Serial || attr == evidence.EntPhysicalModelName) {
				next("", l.at)
			}
			g := cur()
			if g.attrs == nil {
				g.attrs = map[evidence.Attr]bool{}
			}
			g.optic = g.optic || kv[0] == "vendorpn" || kv[0] == "vendorsn" || kv[0] == "vendorpartnumber"
			if attr == evidence.Serial && strings.ContainsAny(kv[1], `*#%\`) {
				continue // blanked out
			}
			if kv[1] != "" && r.b.Add(&g.vals, attr, strings.TrimSpace(kv[1]), l.at) {
				g.attrs[attr] = true
			}
		}
	}
	kept := groups[:0]
	for _, g := range groups {
		// A name or a description alone labels nothing.
		if g.attrs[evidence.Serial] || g.attrs[evidence.EntPhysicalModelName] || g.attrs[evidence.EntPhysicalMfgName] {
			kept = append(kept, g)
		}
	}
	return kept
}

// heading recognises "Slot 1 CPU 0:", "Fan 2", "[Port_GigabitEthernet0/0/1]", "Chassis self:", "PON 1 Transceiver information:".
func heading(s string) (string, bool) {
	if len(s) > 80 {
		return "", false
	}
	if s[0] == '[' && s[len(s)-1] == ']' {
		t := strings.ToLower(strings.Trim(s, "[]"))
		// "[Board Properties]" stands between a heading and its values.
		return strings.TrimSuffix(t, "board properties"), true
	}
	t := strings.ToLower(strings.TrimSuffix(s, ":"))
	if strings.Contains(t, ":") || strings.Contains(t, "=") || strings.Contains(t, ",") {
		return "", false
	}
	for _, w := range []string{"slot", "subslot", "fan", "power", "chassis", "local chassis", "unit", "module", "card", "psu", "transceiver", "backplane", "frame", "port"} {
		if strings.HasPrefix(t, w) && strings.Count(t, " ") <= 4 {
			return t, true
		}
	}
	if strings.HasSuffix(t, "transceiver information") || strings.HasSuffix(t, "transceiver diagnostic information") {
		return t, true
	}
	return "", false
}

// inventoryPairs yields the key-value pairs of a line; `PID: X , VID: Y , SN: Z` and `NAME: "a", DESCR: "b"` hold several.
func inventoryPairs(text string) [][2]string {
	if strings.HasPrefix(text, "PID:") || strings.HasPrefix(text, "NAME:") {
		var out [][2]string
		rest := text
		for _, k := range []string{"NAME:", "DESCR:", "PID:", "VID:", "SN:"} {
			i := strings.Index(rest, k)
			if i < 0 {
				continue
			}
			v := rest[i+len(k):]
			if k == "NAME:" {
				if j := strings.Index(v, "DESCR:"); j >= 0 {
					v = v[:j]
				}
			} else if k != "DESCR:" {
				v, _, _ = strings.Cut(v, ",")
			}
			out = append(out, [2]string{norm(k), strings.Trim(v, ` ",`)})
		}
		return out
	}
	if k, v, ok := keyValue(text); ok {
		return [][2]string{{k, v}}
	}
	return nil
}

// chassisOf picks the group that labels the device: one titled or named chassis or
// backplane, else the first with a MAC or without a heading; -1 when none is.
func chassisOf(groups []group) int {
	for i := range groups {
		g := &groups[i]
		name := g.title + " " + valueOf(g, evidence.EntPhysicalName)
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(name)), "chassis") && g.attrs[evidence.Serial] {
			return i
		}
		for _, w := range []string{"chassis self", "backplane", "local chassis", "switch system"} {
			if strings.Contains(strings.ToLower(name), w) && g.attrs[evidence.Serial] {
				return i
			}
		}
	}
	for i := range groups {
		if groups[i].attrs[evidence.BaseMAC] && !groups[i].optic {
			return i
		}
	}
	for i := range groups {
		if k := partKind(&groups[i]); groups[i].title == "" && k == "board" && groups[i].attrs[evidence.EntPhysicalModelName] && groups[i].attrs[evidence.Serial] && !groups[i].attrs[evidence.EntPhysicalName] {
			return i
		}
	}
	// The label of a rack switch stands on its main board.
	for i := range groups {
		if t := groups[i].title; strings.HasPrefix(t, "main_board") || t == "slot_0" || strings.HasPrefix(t, "slot_1 ") && len(groups) == 1 {
			return i
		}
	}
	return -1
}

func valueOf(g *group, attr evidence.Attr) string {
	for i := range g.vals {
		if g.vals[i].Attr == attr {
			return g.vals[i].Value
		}
	}
	return ""
}

// partKind tells a part by its heading, name and description.
func partKind(g *group) asset.ComponentKind {
	if g.optic {
		return "optic"
	}
	return kindOfPart(strings.ToLower(g.title + " " + valueOf(g, evidence.EntPhysicalName) + " " + valueOf(g, evidence.EntPhysicalDescr) + " " + valueOf(g, evidence.EntPhysicalModelName)))
}

func kindOfPart(s string) asset.ComponentKind {
	switch {
	case strings.HasPrefix(s, "xcvr"):
		return "optic"
	case strings.HasPrefix(s, "slot") || strings.HasPrefix(s, "unit"):
		return "board"
	case strings.Contains(s, "transceiver") || strings.Contains(s, "optic") || strings.HasPrefix(s, "port") || anyOf(s, []string{"sfp", "xfp", "gbic"}) && !anyOf(s, []string{"port", "switch", "card", "superv", "chassis", "fabric"}):
		return "optic"
	case strings.Contains(s, "fan"):
		return "fan"
	case strings.Contains(s, "power") || strings.Contains(s, "psu") || strings.Contains(s, "pwr"):
		return "psu"
	case strings.Contains(s, "lte") || strings.Contains(s, "cellular") || strings.Contains(s, "modem"):
		return "cellular_module"
	case strings.Contains(s, "flash") || strings.Contains(s, "disk") || strings.Contains(s, "ssd"):
		return "storage"
	}
	return "board"
}

// boardTable reads a table of boards: a heading with a type or model column and a slot, unit or serial column.
func (r *reader) boardTable(sec *section) bool {
	var t *table
	got := false
	for _, l := range sec.lines {
		if h := boardHeading(l.text); h != nil {
			t = h
			continue
		}
		text := strings.TrimSpace(l.text)
		if t == nil || text == "" {
			continue
		}
		if ruler(text) {
			continue
		}
		if !t.has("type") {
			got = r.unitRow(t, l, !got) || got
			continue
		}
		model := strings.TrimLeft(t.cell(l.text, "type"), "*")
		if model == "" || observe.Placeholder(model) || !strings.ContainsAny(model, "0123456789") && len(model) < 3 {
			continue
		}
		p := asset.Part{Place: r.b.Place(l.at)}
		r.b.Add(&p.Observations, evidence.EntPhysicalModelName, model, l.at)
		if s := t.cell(l.text, "serial"); len(s) > 3 && !strings.Contains(s, " ") {
			r.b.Add(&p.Observations, evidence.Serial, s, l.at)
		}
		r.b.Add(&p.Observations, evidence.PartNumber, t.cell(l.text, "part"), l.at)
		r.b.Add(&p.Observations, evidence.EntPhysicalDescr, t.cell(l.text, "descr"), l.at)
		if mac := t.cell(l.text, "mac"); looksMAC(mac) {
			r.b.Add(&p.Observations, evidence.IfMAC, mac, l.at)
		}
		r.b.Add(&p.Observations, evidence.EntPhysicalMfgName, t.cell(l.text, "mfg"), l.at)
		p.Kind = kindOfPart(strings.ToLower(model + " " + t.cell(l.text, "card")))
		if t.has("mfg") && t.has("port") {
			p.Kind = "optic"
		}
		r.part(p)
		got = true
	}
	return got
}

// unitRow takes a row of a table of stack members without a type: the first is the device.
func (r *reader) unitRow(t *table, l line, first bool) bool {
	serial, mac := t.cell(l.text, "serial"), t.cell(l.text, "mac")
	if len(serial) < 4 || strings.Contains(serial, " ") || !strings.ContainsAny(serial, "0123456789") {
		return false
	}
	descr := t.cell(l.text, "descr")
	if first {
		r.own(evidence.Serial, serial, l.at)
		r.own(evidence.BaseMAC, mac, l.at)
		if len(descr) > 2 && strings.EqualFold(t.cell(l.text, "slot"), "chassis") {
			r.own(evidence.CLIModel, descr, l.at)
		}
		return true
	}
	name := strings.TrimSpace(t.cell(l.text, "slot"))
	p := asset.Part{Kind: kindOfPart(strings.ToLower(name + " " + descr)), Place: r.b.Place(l.at)}
	if !strings.EqualFold(serial, "builtin") {
		r.b.Add(&p.Observations, evidence.Serial, serial, l.at)
	}
	r.b.Add(&p.Observations, evidence.PartNumber, t.cell(l.text, "part"), l.at)
	r.b.Add(&p.Observations, evidence.EntPhysicalDescr, descr, l.at)
	r.b.Add(&p.Observations, evidence.BaseMAC, mac, l.at)
	r.part(p)
	return true
}

// boardColumns are headings of board tables by role; longer phrases first.
var boardColumns = []column{
	{"slot/card", "slot"}, {"slotid", "slot"}, {"slot", "slot"}, {"subslot", "x"}, {"unit", "slot"}, {"switch", "slot"}, {"item", "slot"}, {"module", "slot"}, {"shelf", "x"}, {"rack", "x"},
	{"card-type", "type"}, {"card type", "descr"}, {"realtype", "type"}, {"cfgtype", "x"}, {"boardname", "type"}, {"brd type", "type"}, {"module type", "descr"}, {"model", "type"}, {"type", "type"},
	{"card", "card"}, {"ports", "x"}, {"port", "port"}, {"manufacturer", "mfg"}, {"exist", "x"}, {"config", "x"}, {"detect", "type"}, {"detail", "x"}, {"serial no.", "serial"}, {"serial number", "serial"}, {"serial-number", "serial"}, {"serial num", "serial"}, {"serial", "serial"},
	{"part number", "part"}, {"part-no", "part"}, {"mac address", "mac"}, {"mac-address", "mac"}, {"hw ver.", "x"}, {"hw", "x"}, {"sw ver.", "x"}, {"hardver", "x"}, {"softver", "x"}, {"hardware version", "x"}, {"version", "x"},
	{"online/offline", "x"}, {"online", "x"}, {"status", "x"}, {"power", "x"}, {"register", "x"}, {"alarm", "x"}, {"primary", "x"}, {"subtype0", "x"}, {"subtype1", "x"},
	{"state", "x"}, {"soft ver", "x"}, {"patch ver", "x"}, {"description", "descr"}, {"software version", "x"}, {"brd status", "x"}, {"manu-date", "x"}, {"sub", "x"}, {"clei", "x"}, {"fru", "x"}, {"revision", "x"}, {"rev", "x"},
}

func boardHeading(text string) *table {
	t := parseHeading(text, boardColumns)
	placed := t != nil && (t.has("slot") || t.has("card") || t.has("port"))
	if !placed || !t.has("type") && !t.has("serial") || t.has("port") && !t.has("slot") && !t.has("mfg") {
		return nil
	}
	return t
}
