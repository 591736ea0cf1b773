package web

import (
	"cmp"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/law"
	"telltale/internal/org"
)

// wordsFor are words for identifiers that the program and its data use and that
// carry no words of their own. What the data name (organisations, provisions,
// roles, kinds of things, questions) takes its words from there: see word.
var wordsFor = map[string]string{
	// money
	"usf": "universal service support", "usf_capital": "universal service support for building networks", "scrp": "the reimbursement programme (rip and replace)",
	"award": "a federal award", "award_cost_share": "the own share of a federal award", "appropriated": "appropriated federal money", "own": "own money",
	// acts
	"fund": "pay with public money", "authorise": "have it authorised",
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
	"direct": "itself", "listed": "in a list", "neighbour": "only heard of", "not-seen": "not seen", "not-checked": "not checked", "purchase-line": "line of an order or quote",
	// hands that evidence comes from
	"snmp": "SNMP", "entity": "written in the hardware", "mac": "MAC address", "http": "web page", "tls": "certificate", "banner": "greeting", "announce": "announcement", "cwmp": "TR-069",
	"pon": "optical access", "cli": "command output", "listing": "typed by people", "label": "number on the label", "bom": "parts list", "firmware": "firmware image", "bus": "bus number",
	// parts
	"psu": "power supply", "optic": "optical transceiver", "soc": "main chip", "bmc": "management controller",
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
	if why, ok := strings.CutPrefix(t, "below the bar: "); ok {
		return "not sure enough to name anybody: " + s.plain(why)
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
			what, _, _ := strings.Cut(r.What, " (use with ") // advice to who writes a profile
			return strings.TrimSpace(what + " " + placeName(where)), true
		}
	}
	return "", false
}

// said lists the words of several identifiers.
func (s *site) said(l []string) string {
	out := make([]string, len(l))
	for i, x := range l {
		out[i] = s.word(x)
	}
	return strings.Join(out, ", ")
}

// offers are answers to choose from for a fact whose values are not few: kinds of things, or names of makers.
func (s *site) offers(fact string) []string {
	switch fact {
	case "category":
		return s.facts().CategoryNames()
	case "manufacturer", "provider":
		ids := s.facts().Orgs.IDs()
		out := make([]string, len(ids))
		for i, id := range ids {
			out[i] = s.orgName(id)
		}
		return out
	}
	return nil
}

// asks says what an answer to a fact looks like.
func (s *site) asks(fact string) string {
	if f, ok := s.facts().Rules.Vocabulary.Fact(fact); ok {
		switch f.Type {
		case "date":
			return "Answer: a day"
		case "number":
			return "Answer: a number"
		case "organisation":
			return "Answer: the name of a company"
		case "bool":
			return "Answer: yes or no"
		}
	}
	if fact == "category" {
		return "Answer: a kind of thing"
	}
	if fact == "manufacturer" || fact == "provider" {
		return "Answer: the name of a company"
	}
	return "Answer, in a word or a few"
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
