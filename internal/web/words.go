package web

import (
	"cmp"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
	"telltale/internal/pipeline"
)

// wordsFor are words for identifiers that the program and its data use and that
// carry no words of their own. What the data name (organisations, provisions,
// roles, kinds of things, questions) takes its words from there: see word.
var wordsFor = map[string]string{
	// money
	"usf": "universal service support", "usf_capital": "universal service support for building networks", "scrp": "the reimbursement programme (rip and replace)",
	"award": "a federal award", "award_cost_share": "the own share of a federal award", "appropriated": "appropriated federal money", "own": "own money",
	// purposes
	"none_listed": "none of these",
	// places in the network
	"ran": "radio access", "fixed_access": "fixed access",
	// answers
	"true": "yes", "false": "no", "sdoc": "supplier's declaration",
	// status of law
	"reinstated_unconfirmed": "reinstated, not confirmed", "unknown": "not read", "unreviewed": "not yet reviewed",
	// how sure
	"seen": "read in the text", "secondary": "read second-hand", "inferred": "worked out, not read", "memory": "from memory, not confirmed", "draft_only": "from a draft, not confirmed",
	"unconfirmed": "reported, not confirmed",
	// how a thing was seen
	"direct": "itself", "listed": "in a list", "neighbour": "only heard of", "not-seen": "not seen", "purchase-line": "line of an order or quote",
	// hands that evidence comes from
	"snmp": "SNMP", "entity": "written in the hardware", "mac": "MAC address", "http": "web page", "tls": "certificate", "banner": "greeting", "announce": "announcement", "cwmp": "TR-069",
	"pon": "optical access", "cli": "command output", "listing": "typed by people", "label": "number on the label", "bom": "parts list", "firmware": "firmware image", "bus": "bus number",
	// formats that were read
	"xlsx": "Excel sheet", "ods": "OpenDocument sheet", "csv": "CSV sheet", "html-table": "table of a web page", "pdf": "PDF", "mail": "mail", "text-list": "list in plain text", "ask": "a question",
	"nmap-xml": "nmap XML", "pcap": "network capture", "zeek": "Zeek log", "syslog": "system log", "leases": "DHCP leases", "radius-detail": "RADIUS accounting", "hostinfo": "host inventory",
	"bluetoothctl": "Bluetooth list", "librenms": "LibreNMS", "netbox": "NetBox", "controller": "controller export", "monitor": "monitoring export", "register": "register of an authority", "scan": "own scan",
	"answer": "answer", "cyclonedx": "CycloneDX", "spdx": "SPDX", "upnp": "UPnP description", "onvif": "ONVIF answer", "isapi": "ISAPI answer", "tr069": "TR-069", "gb28181": "GB/T 28181", "folder": "folder",
	// relations
	"subsidiaries": "subsidiary", "control": "common control", "affiliates": "affiliate (over 10 %)",
	// columns and facts
	"funded_by": "paid with", "acquired": "obtained on", "installed": "in service since", "removed": "taken out on", "order": "order", "produced_in": "produced in", "authorised_on": "authorised on",
	// what people did
	"GET": "saw", "POST": "sent", "PUT": "changed", "DELETE": "removed", "login": "logged in", "compare": "comparison", "check": "check",
	// registers and marks
	"ieee_oui_registrant": "IEEE name of address blocks", "asn": "AS number", "iana_enterprise": "IANA enterprise number", "fcc_grantee": "FCC grantee code", "usb_vendor": "USB vendor", "pci_vendor": "PCI vendor",
	"tcp_port": "TCP port", "pon_vendor": "PON vendor", "snmp_sysdescr": "SNMP description", "snmp_oid_unregistered": "SNMP number, not registered", "http_realm_regex": "web login", "http_server_regex": "web server",
	"http_marker": "web page", "rtsp_server_regex": "RTSP server", "ssh_banner_regex": "SSH greeting", "telnet_banner": "Telnet greeting", "soc_prefix": "chip name", "onvif_manufacturer": "ONVIF maker",
	"favicon_md5": "icon of the web page", "upnp_server_regex": "UPnP server", "tls_subject": "certificate", "lldp_sysdescr": "LLDP description", "jedec_manufacturer": "JEDEC number", "nand_id": "NAND number",
	"isapi_path": "ISAPI path", "dhcp_vendor_class": "DHCP vendor class", "bluetooth_company": "Bluetooth company number",
}

// doubts are short words for how sure a fact is; wordsFor has the long ones.
var doubts = map[law.Confidence]string{org.Secondary: "second-hand", org.Inferred: "worked out", org.Memory: "from memory", org.DraftOnly: "from a draft", org.Unconfirmed: "not confirmed"}

// linkWords are the tables and protocols by which a link is known.
var linkWords = map[string]string{
	"lldp": "LLDP", "cdp": "CDP", "fdp": "FDP", "fdb": "forwarding table", "arp": "address table", "cable": "cable in the register", "sheet": "sheet of neighbours", "radius": "RADIUS", "sip": "SIP",
	"pon": "ONT table", "inferred": "follows from the tables",
}

// ways says in words how a link is known.
func ways(l linkView) string {
	out := l.ways()
	for i, w := range out {
		out[i] = cmp.Or(linkWords[w], w)
	}
	return strings.Join(out, ", ")
}

// word gives an identifier its words: those of the data, of the table above, or itself without underscores.
func (s *site) word(v any) string {
	t := text(v)
	if w, ok := wordsFor[t]; ok {
		return w
	}
	if w := s.dataWord(t); w != "" {
		return w
	}
	return words(t)
}

// dataWord is what the data call an identifier, empty when they do not.
func (s *site) dataWord(t string) string {
	if t == "" {
		return ""
	}
	if o, ok := s.facts().Orgs.Get(org.ID(t)); ok {
		return s.facts().OrgName(o.ID)
	}
	if w, ok := s.role(t); ok {
		return w
	}
	if c := s.facts().CategoryName(asset.Category(t)); c != t {
		return c
	}
	return ""
}

// role is what a role of the law's vocabulary means; "eu_mobile_operator/DE" is that role in a place.
func (s *site) role(t string) (string, bool) {
	base, where, _ := strings.Cut(t, "/")
	for _, r := range s.facts().Rules.Vocabulary.Roles {
		if r.ID == base {
			return strings.TrimSpace(r.What + " " + placeName(where)), true
		}
	}
	return "", false
}

// identifier, lawID and isoDay are what plain looks for.
var (
	lawID      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b[a-z]{2}(?:-[a-z0-9]+)+(?:/[a-z0-9-]+)?\b`) })
	identifier = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?:/[A-Z]{2})?`) })
	isoDay     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b[12]\d{3}-[01]\d-[0-3]\d\b`) })
)

// plain writes a sentence the program made for a reader: identifiers in it get
// their words (a fact is named by its question), and days are written out.
func (s *site) plain(v any) string {
	t := text(v)
	if strings.Contains(t, "_") {
		t = identifier().ReplaceAllStringFunc(t, func(id string) string {
			if f, ok := s.facts().Rules.Vocabulary.Fact(id); ok {
				return "“" + f.Question + "”"
			}
			if w, ok := wordsFor[id]; ok {
				return w
			}
			if w := s.dataWord(id); w != "" {
				return w
			}
			return id // somebody's own name for something
		})
	}
	if strings.Contains(t, "-") {
		t = lawID().ReplaceAllStringFunc(t, s.lawName)
	}
	return isoDay().ReplaceAllStringFunc(t, func(d string) string {
		if p, err := calendar.Parse(d); err == nil {
			return dayWords(p)
		}
		return d
	})
}

// lawName is a short name for the ID of a provision, an instrument or an entry of a list; any other text stays.
func (s *site) lawName(id string) string {
	if c := s.provisionCite(id); c != "" {
		return c
	}
	if r := s.regimeNamed(id); r != nil {
		return "“" + r.Title + "”"
	}
	return s.entryTitle(id)
}

// lawWhat says what a day of law is about, without the IDs its line begins with or names.
func (s *site) lawWhat(d pipeline.LawDay) string {
	t := strings.TrimPrefix(d.What, string(d.Entry)+": ")
	if d.Organisation != "" {
		t = strings.Replace(t, " ("+string(d.Organisation)+")", "", 1)
	}
	return s.plain(t)
}

// fact writes the value of a fact of a thing: days, and words of the law's vocabulary, in words; all else as it was read.
func (s *site) fact(name, value string) template.HTML {
	if _, err := calendar.Parse(value); err == nil {
		return dayTag(value)
	}
	out := "<bdi>" + template.HTMLEscapeString(value) + "</bdi>"
	if f, ok := s.facts().Rules.Vocabulary.Fact(name); ok && f.Type != "text" && f.Type != "number" {
		var ws []string
		for w := range strings.SplitSeq(value, ", ") {
			ws = append(ws, s.word(w))
		}
		out = template.HTMLEscapeString(strings.Join(ws, ", "))
	}
	return template.HTML(out)
}

// because writes the reason of an element; a part of it that is nothing but an organisation is its name.
func (s *site) because(v any) string {
	parts := strings.Split(text(v), "; ")
	for i, p := range parts {
		if o, ok := s.facts().Orgs.Get(org.ID(p)); ok {
			parts[i] = s.facts().OrgName(o.ID)
		}
	}
	return s.plain(strings.Join(parts, "; "))
}

// edgeWords writes an ownership with the names of both sides.
func (s *site) edgeWords(e org.Edge) string {
	t, doubt := e.String(), ""
	if i := strings.LastIndex(t, " ("); i >= 0 { // how sure, and from which source: "(seen: key)"
		t, doubt = t[:i], t[i+2:]
	}
	doubt, _, _ = strings.Cut(strings.TrimSuffix(doubt, ")"), ":")
	if c := org.Confidence(doubt); c != "" && c != org.Seen && c.Valid() {
		t += " (" + s.word(doubt) + ")"
	}
	for c, w := range doubts {
		t = strings.NewReplacer("("+string(c)+")", "("+w+")", "share "+string(c), "share "+w).Replace(t)
	}
	return s.plain(s.orgName(e.Owner) + strings.ReplaceAll(strings.TrimPrefix(t, string(e.Owner)), " "+string(e.Owned), " "+s.orgName(e.Owned)))
}

// named says by their names who owns whom along a path.
func (s *site) named(path []org.Edge, note string) string {
	var out []string
	for _, e := range path {
		out = append(out, s.edgeWords(e))
	}
	if note != "" {
		out = append(out, s.plain(note))
	}
	return strings.Join(out, "; ")
}

// provisionNamed finds a provision by its ID.
func (s *site) provisionNamed(id any) *law.Provision {
	regime, name, _ := strings.Cut(text(id), "/")
	if r := s.regimeNamed(regime); r != nil {
		if n := slices.IndexFunc(r.Provisions, func(p law.Provision) bool { return p.ID == name }); n >= 0 {
			return &r.Provisions[n]
		}
	}
	return nil
}

func (s *site) regimeNamed(id string) *law.Regime {
	n := slices.IndexFunc(s.facts().Rules.Regimes, func(r law.Regime) bool { return string(r.ID) == id })
	if n < 0 {
		return nil
	}
	return &s.facts().Rules.Regimes[n]
}

// openPoints are what stands in the place of a provision where no law can be judged yet.
var openPoints = map[string]string{"unknown-maker": "maker not known", "unknown-kind": "kind of thing not known"}

// provisionTitle is what a provision says in a line; provisionCite is where it stands.
func (s *site) provisionTitle(id any) string {
	regime, _, _ := strings.Cut(text(id), "/")
	if p := s.provisionNamed(id); p != nil {
		return p.Title
	}
	return cmp.Or(openPoints[regime], text(id))
}

func (s *site) provisionCite(id any) string {
	if p := s.provisionNamed(id); p != nil && len(p.Citations) > 0 {
		return p.Citations[0].Text
	}
	return ""
}

// regimeTitle is the name of an instrument of law.
func (s *site) regimeTitle(id any) string {
	if r := s.regimeNamed(text(id)); r != nil {
		return r.Title
	}
	return cmp.Or(openPoints[text(id)], text(id))
}

// profileTitle says who a profile is; several stand between commas.
func (s *site) profileTitle(v any) string {
	var out []string
	for _, n := range strings.Split(text(v), ", ") {
		out = append(out, cmp.Or(s.facts().ProfileSummary(n), n))
	}
	return strings.Join(out, "; ")
}

// entryTitle names an entry of a list.
func (s *site) entryTitle(v any) string {
	for i := range s.facts().Rules.Regimes {
		for _, e := range s.facts().Rules.Regimes[i].Entries {
			if string(e.ID) == text(v) {
				return e.Title
			}
		}
	}
	return text(v)
}

// said lists the words of several identifiers.
func (s *site) said(l []string) string {
	out := make([]string, len(l))
	for i, x := range l {
		out[i] = s.word(x)
	}
	return strings.Join(out, ", ")
}

// doWords begins what to do: a remedy of a law that may not apply is one only if it does.
func (s *site) doWords(v law.Verdict, provision law.ProvisionID) string {
	if v == law.Undetermined && s.provisionNamed(provision) != nil {
		return "If it applies:"
	}
	return "Do:"
}

// asks says what an answer to a fact looks like.
func (s *site) asks(fact string) string {
	if f, ok := s.facts().Rules.Vocabulary.Fact(fact); ok {
		switch f.Type {
		case "date":
			return "Answer: a day, as 2026-01-31"
		case "number":
			return "Answer: a number"
		case "organisation":
			return "Answer: the name of a company"
		case "bool":
			return "Answer: yes or no"
		}
	}
	if fact == "manufacturer" {
		return "Answer: the name of a company"
	}
	return "Answer, in a word or a few"
}

// dayTag writes a day for a reader and for programs, or a dash when none is known; a text is taken as YYYY-MM-DD.
func dayTag(v any) template.HTML {
	var d calendar.Date
	switch x := v.(type) {
	case calendar.Date:
		d = x
	case *calendar.Date:
		if x != nil {
			d = *x
		}
	default:
		p, err := calendar.Parse(text(v))
		if err != nil {
			return template.HTML(template.HTMLEscapeString(text(v)))
		}
		d = p
	}
	if d == 0 || d == calendar.NoDate {
		return "–"
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, d, dayWords(d)))
}

// timeTag writes a moment to the minute, secondTag to the second, both in UTC.
func timeTag(t time.Time) template.HTML { return momentTag(t, dayForm+", 15:04") }

func secondTag(t time.Time) template.HTML { return momentTag(t, dayForm+", 15:04:05") }

func momentTag(t time.Time, form string) template.HTML {
	t = t.UTC()
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, t.Format(time.RFC3339), t.Format(form)))
}

// momentText is timeTag for a moment that came as text, RFC 3339; another text stays as it is.
func momentText(v any) template.HTML {
	at := text(v)
	if t, err := time.Parse(time.RFC3339, at); err == nil {
		return timeTag(t)
	}
	return template.HTML(template.HTMLEscapeString(clip(30, at)))
}

// yearly writes days that recur, "MM-DD", as "31 March".
func yearly(days []string) string {
	out := make([]string, len(days))
	for i, d := range days {
		out[i] = d
		if t, err := time.Parse("01-02", d); err == nil {
			out[i] = t.Format("2 January")
		}
	}
	return strings.Join(out, ", ")
}

// orgNames are the names of several organisations; one the data do not know stands as it is.
func (s *site) orgNames(l any) string {
	var out []string
	switch x := l.(type) {
	case []org.ID:
		for _, id := range x {
			out = append(out, s.orgName(id))
		}
	case []string:
		for _, id := range x {
			out = append(out, s.orgName(id))
		}
	}
	return strings.Join(out, ", ")
}
