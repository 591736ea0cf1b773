package snmp

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
)

// Limits of what one agent may leave in memory. What goes over is counted and
// said in a note, never silently lost.
const (
	maxMACs      = 1024
	maxAddrs     = 256
	maxEntities  = 16384
	maxLLDP      = 4096
	maxCDP       = 4096
	maxARP       = 4096
	maxFDB       = 4096
	maxONT       = 65536
	maxArcs      = 64
	maxVendor    = 64  // textual enterprise scalars passed on
	maxVendorRaw = 512 // textual enterprise scalars looked at
	maxDescr     = 24  // distinct ifDescr and hrDeviceDescr shapes
	maxIfNames   = 65536
)

// Assembler collects the variables of one agent in any order and turns them
// into a sighting. It is not safe for concurrent use. The zero value is not
// usable: see NewAssembler.
type Assembler struct {
	input  string
	source string
	prefix string // "agent 2 " when the input holds several

	obs     []evidence.Observation
	sys     map[string]string // scalars of the system group, by name, for telling agents apart
	arcs    map[string]bool
	vendor  []evidence.Observation // candidates, see vendorText
	macs    map[string]bool
	addrs   map[netip.Addr]bool
	shapes  map[string]bool // ifDescr and hrDeviceDescr seen, digits folded
	ifName  map[string]string
	portIf  map[string]string // bridge port → ifIndex
	ent     map[string]*entity
	entKeys []string
	optics  rowSet // vendor optic tables
	modems  rowSet // vendor modem tables
	eeprom  rowSet // rows that look like an optic's memory, see eeprom.go
	loc     rowSet // lldpLocPortTable
	locID   lldpID
	lldp    rowSet
	lldpMgt map[string]netip.Addr
	cdp     rowSet
	arp     []heard
	fdb     rowSet
	ont     rowSet
	dropped map[string]int // what was over a limit
	first   string         // OID read first
	last    string
	values  int
	ifTable bool
}

// NewAssembler starts an agent whose answers come from the input so named.
func NewAssembler(input string) *Assembler {
	return &Assembler{
		input: input, source: "snmp", sys: map[string]string{}, arcs: map[string]bool{}, macs: map[string]bool{}, addrs: map[netip.Addr]bool{},
		shapes: map[string]bool{}, ifName: map[string]string{}, portIf: map[string]string{}, ent: map[string]*entity{},
		lldpMgt: map[string]netip.Addr{}, dropped: map[string]int{},
	}
}

// From sets what the observations made from now on give as their source, and
// what their places begin with ("device 12 "): for the answers of agents that
// another system has kept.
func (a *Assembler) From(source, prefix string) { a.source, a.prefix = source, prefix }

// Add takes one variable: a numeric OID without leading dot and its value.
func (a *Assembler) Add(oid string, v Value) {
	if v.Kind == None {
		return
	}
	if a.values++; a.values == 1 {
		a.first = oid
	}
	a.last = oid
	if arc, ok := enterprise(oid); ok && !a.arcs[arc] && !strings.HasPrefix(oid, ciscoCDP) && a.room("enterprise arcs", len(a.arcs), maxArcs) {
		a.arcs[arc] = true
		a.observe(evidence.EnterpriseArc, arc, oid)
	}
	if c, idx := table().find(oid); c != nil {
		if c.take != nil {
			c.take(a, oid, idx, v)
		}
		return
	}
	if strings.HasPrefix(oid, "1.3.6.1.4.1.") && v.Kind == Octets {
		a.eepromText(oid, v)
		a.vendorText(oid, v)
	}
}

// ciscoCDP is the table of CDP neighbours, which many makers' agents answer:
// it speaks of others, so its number is not the agent's own.
const ciscoCDP = "1.3.6.1.4.1.9.9.23."

// enterprise returns the enterprise number an OID stands under.
func enterprise(oid string) (string, bool) {
	rest, ok := strings.CutPrefix(oid, "1.3.6.1.4.1.")
	if !ok {
		return "", false
	}
	arc, more, ok := strings.Cut(rest, ".")
	return arc, ok && arc != "" && more != ""
}

func (a *Assembler) room(what string, have, limit int) bool {
	if have < limit {
		return true
	}
	a.dropped[what]++
	return false
}

func (a *Assembler) at(oid string) evidence.Place {
	return evidence.Place{Input: a.input, At: a.prefix + oid}
}

func (a *Assembler) observation(attr evidence.Attr, value, oid string) evidence.Observation {
	if len(value) > evidence.MaxValue {
		value = strings.ToValidUTF8(value[:evidence.MaxValue], "")
	}
	return evidence.Observation{Source: a.source, Attr: attr, Value: value, Place: a.at(oid)}
}

func (a *Assembler) observe(attr evidence.Attr, value, oid string) {
	if value != "" {
		a.obs = append(a.obs, a.observation(attr, value, oid))
	}
}

// text returns a taker that passes a text on as attr.
func text(attr evidence.Attr) func(*Assembler, string, string, Value) {
	return func(a *Assembler, oid, _ string, v Value) { a.observe(attr, v.Label(), oid) }
}

// marking is text for a value a maker writes into a thing: placeholders say nothing.
func marking(attr evidence.Attr) func(*Assembler, string, string, Value) {
	return func(a *Assembler, oid, _ string, v Value) { a.observe(attr, marked(v.Label()), oid) }
}

// marked drops texts that stand for "not filled in".
func marked(s string) string {
	switch strings.ToLower(strings.Trim(s, " .-_\"<>()[]")) {
	case "", "n/a", "na", "none", "null", "unknown", "not available", "not applicable", "unavailable", "not specified", "unspecified",
		"default string", "to be filled by o.e.m", "0", "00000000", "empty", "not set", "undefined", "no serial number", "nil", "private", "redacted", "removed", "anonymous", "hidden":
		return ""
	}
	return s
}

// system takes one scalar of the system group.
func system(name string, attr evidence.Attr) func(*Assembler, string, string, Value) {
	return func(a *Assembler, oid, idx string, v Value) {
		s := marked(v.Label())
		if v.Kind == Integer || v.Kind == OID {
			s = string(v.Bytes)
		}
		if idx != "0" || a.sys[name] != "" {
			return
		}
		a.sys[name] = s
		if attr != "" {
			a.observe(attr, s, oid)
		}
	}
}

var systemColumns = []column{
	{"1.3.6.1.2.1.1.1", "sysDescr", system("sysDescr", evidence.SysDescr)},
	{"1.3.6.1.2.1.1.2", "sysObjectID", system("sysObjectID", evidence.SysObjectID)},
	{"1.3.6.1.2.1.1.3", "sysUpTime", system("sysUpTime", "")},
	{"1.3.6.1.2.1.1.3", "sysUpTimeInstance", system("sysUpTime", "")},
	{"1.3.6.1.2.1.1.4", "sysContact", system("sysContact", evidence.SysContact)},
	{"1.3.6.1.2.1.1.5", "sysName", system("sysName", evidence.SysName)},
	{"1.3.6.1.2.1.1.6", "sysLocation", system("sysLocation", evidence.SysLocation)},
	{"1.3.6.1.6.3.10.2.1.1", "snmpEngineID", takeEngineID},
	{"1.3.6.1.2.1.25.3.2.1.3", "hrDeviceDescr", shaped(evidence.HrDeviceDescr)},
	// Scalars of standard MIBs in which a device names itself. They are written
	// into the thing, so they count with the entity texts.
	{"1.3.6.1.2.1.33.1.1.1", "upsIdentManufacturer", marking(evidence.EntPhysicalMfgName)},
	{"1.3.6.1.2.1.33.1.1.2", "upsIdentModel", marking(evidence.EntPhysicalModelName)},
	{"1.3.6.1.2.1.33.1.1.3", "upsIdentUPSSoftwareVersion", marking(evidence.FirmwareText)},
	{"1.3.6.1.2.1.43.5.1.1.17", "prtGeneralSerialNumber", marking(evidence.Serial)},
	{"1.3.6.1.2.1.69.1.1.4", "docsDevSerialNumber", marking(evidence.Serial)},
	{"1.3.6.1.2.1.69.1.3.5", "docsDevSwCurrentVers", marking(evidence.FirmwareText)},
}

func takeEngineID(a *Assembler, oid, idx string, v Value) {
	if idx != "0" || v.Kind != Octets || len(v.Bytes) < 5 || len(v.Bytes) > 32 {
		return // RFC 3411: 5 to 32 octets
	}
	a.observe(evidence.EngineID, hex.EncodeToString(v.Bytes), oid)
}

// shaped passes a text on once for all values that differ in digits only:
// 400 lines of "GigabitEthernet0/0/N" say what one says.
func shaped(attr evidence.Attr) func(*Assembler, string, string, Value) {
	return func(a *Assembler, oid, _ string, v Value) {
		s, ok := v.Text()
		if !ok || v.Kind != Octets {
			return
		}
		shape := string(attr) + strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return -1
			}
			return r
		}, s)
		if a.shapes[shape] || len(a.shapes) >= 2*maxDescr {
			return
		}
		a.shapes[shape] = true
		a.observe(attr, s, oid)
	}
}

// vendorText keeps a textual scalar of an enterprise MIB as a candidate.
// Tables are left out: their rows are often about other things than the agent.
func (a *Assembler) vendorText(oid string, v Value) {
	if !strings.HasSuffix(oid, ".0") {
		return
	}
	s, ok := v.Text()
	if !ok || !telling(s) || len(a.vendor) >= maxVendorRaw {
		return
	}
	a.vendor = append(a.vendor, a.observation(evidence.VendorOID, oid+"="+s, oid))
}

// telling reports whether a text may name a maker, model or version: some
// letters, one to a few lines, and no encoded or encrypted bytes - a name that
// base64 happens to spell is no evidence.
func telling(s string) bool {
	if len(s) < 2 || len(s) > 512 || marked(s) == "" || strings.Contains(s, "-----BEGIN") {
		return false
	}
	letters := 0
	for i := 0; i < len(s); i++ {
		if isLetter(s[i]) || s[i] >= 0x80 {
			letters++
		}
	}
	return letters >= 2 && !encoded(s)
}

// encoded reports whether s has a word that looks like base64 or hex: over 23
// characters of that alphabet, with digits between, and either hex alone or
// both cases mixed.
func encoded(s string) bool {
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == ',' || r == ';' }) {
		if len(w) < 24 {
			continue
		}
		var lower, upper, digit, hexes, other int
		for i := 0; i < len(w); i++ {
			switch c := w[i]; {
			case c >= '0' && c <= '9':
				digit++
				hexes++
			case c >= 'a' && c <= 'z':
				lower++
				if c <= 'f' {
					hexes++
				}
			case c >= 'A' && c <= 'Z':
				upper++
				if c <= 'F' {
					hexes++
				}
			case c == '+' || c == '/' || c == '=' || c == '$':
			default:
				other++
			}
		}
		if other == 0 && digit > 0 && (hexes == len(w) || lower > 0 && upper > 0) {
			return true
		}
	}
	return false
}

// vendorTexts chooses among the candidates: first those under the enterprise
// of sysObjectID, then the others, in the order of the walk.
func (a *Assembler) vendorTexts() []evidence.Observation {
	own, ok := enterprise(a.sys["sysObjectID"] + ".0")
	var out, rest []evidence.Observation
	for _, o := range a.vendor {
		if arc, _ := enterprise(o.Value); ok && arc == own {
			out = append(out, o)
		} else {
			rest = append(rest, o)
		}
	}
	out = append(out, rest...)
	return out[:min(len(out), maxVendor)]
}

// Sighting returns what was seen, nil when no value said anything, and notes
// on what was left out.
func (a *Assembler) Sighting() (*asset.Sighting, []string) {
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: evidence.Place{Input: a.input, At: strings.TrimSpace(a.prefix)}}
	main, parts := a.assembleEntities()
	a.localLLDP()
	s.Observations = append(append(a.obs, main...), a.vendorTexts()...)
	s.Components = parts
	s.Links = a.links()
	s.Complete = a.complete()
	if len(s.Observations) == 0 && len(s.Components) == 0 && len(s.Links) == 0 {
		return nil, nil
	}
	return s, a.notes(s)
}

// complete reports whether the walk ran from the system group through the
// interfaces to beyond mib-2, so that what is absent was not answered.
func (a *Assembler) complete() bool {
	return strings.HasPrefix(a.first, "1.3.6.1.2.1.1.") && a.ifTable && len(a.dropped) == 0 &&
		(strings.HasPrefix(a.last, "1.3.6.1.4.1.") || strings.HasPrefix(a.last, "1.3.6.1.6."))
}

func (a *Assembler) notes(s *asset.Sighting) []string {
	var out []string
	via := map[string]int{}
	for i := range s.Links {
		via[s.Links[i].Via]++
	}
	var told []string
	for _, v := range []string{"lldp", "cdp", "pon", "arp", "fdb"} {
		if via[v] > 0 {
			told = append(told, fmt.Sprintf("%d by %s", via[v], v))
		}
	}
	if len(told) > 0 {
		out = append(out, a.prefix+"neighbours told of: "+strings.Join(told, ", "))
	}
	for _, what := range []string{"enterprise arcs", "interface MACs", "addresses", "entities", "lldp", "cdp", "pon", "arp", "fdb", "optics", "modems"} {
		if n := a.dropped[what]; n > 0 {
			out = append(out, a.prefix+what+": "+source.Count(n, "value over the limit was", "values over the limit were")+" not kept")
		}
	}
	return out
}
