package syslog

import (
	"regexp"
	"strings"

	"telltale/internal/source/observe"
)

// forms are the message identifiers whose layout a maker's log format fixes,
// brought to module, severity and mnemonic. Sources, read 2026-11-29: Cisco IOS
// "System Message Logging" (%FACILITY-SEVERITY-MNEMONIC, also of makers that
// took it over), Huawei "Log Reference, log format" (%%01 is the vendor's flag,
// ddModuleName/severity/Brief), H3C Comware "System log messages" (%%10).
var forms = []*regexp.Regexp{
	regexp.MustCompile(`%%(01|10)([A-Z][A-Z0-9_]{1,40})/([0-7])/([A-Za-z0-9_]{2,60})`),
	regexp.MustCompile(`(?:^|[\s:])%([A-Z][A-Z0-9_]{1,30}(?:-[A-Z0-9_]{1,30})?)-([0-7])-([A-Z][A-Z0-9_]{2,60})\b`),
}

// form returns the module and mnemonic of a message, "" when it has none of the known layouts.
func form(text string) string {
	if !strings.Contains(text, "%") {
		return ""
	}
	if m := forms[0].FindStringSubmatch(text); m != nil {
		return "%%" + m[1] + m[2] + "/" + m[3] + "/" + m[4]
	}
	if m := forms[1].FindStringSubmatch(text); m != nil {
		return "%" + m[1] + "-" + m[2] + "-" + m[3]
	}
	return ""
}

// lease is what a DHCP daemon says of one client.
type lease struct{ mac, ip, host string }

// leased reads the lines that give or confirm an address: dnsmasq
// "DHCPACK(br0) ADDR MAC [NAME]", dhcpd "DHCPACK on ADDR to MAC [(NAME)] via IF",
// Kea "DHCP4_LEASE_ALLOC [hwtype=1 MAC], ...: lease ADDR has been allocated".
func leased(m *message) (lease, bool) {
	f := strings.Fields(m.text)
	var l lease
	switch {
	case m.tag == "dnsmasq-dhcp" && len(f) >= 3:
		if len(f) > 4 && strings.Trim(f[0], "0123456789") == "" { // log-dhcp puts a transaction number first
			f = f[1:]
		}
		if !strings.HasPrefix(f[0], "DHCPACK(") {
			return l, false
		}
		l = lease{mac: f[2], ip: f[1]}
		if len(f) > 3 {
			l.host = f[3]
		}
	case m.tag == "dhcpd" && len(f) >= 5 && f[0] == "DHCPACK" && f[1] == "on" && f[3] == "to":
		l = lease{mac: f[4], ip: f[2]}
		if len(f) > 5 && strings.HasPrefix(f[5], "(") {
			l.host = strings.Trim(f[5], "()")
		}
	case strings.HasPrefix(m.tag, "kea-dhcp"), strings.Contains(m.text, "_LEASE_ALLOC "):
		kea := keaLease.FindStringSubmatch(m.text)
		if kea == nil {
			return l, false
		}
		l = lease{mac: kea[1], ip: kea[2]}
	default:
		return l, false
	}
	var macOK, ipOK bool
	l.mac, macOK = observe.MAC(l.mac)
	l.ip, ipOK = observe.IP(l.ip)
	return l, macOK && ipOK
}

var keaLease = regexp.MustCompile(`DHCP4_LEASE_ALLOC \[hwtype=1 ([0-9a-fA-F:]{17})\].*?lease ([0-9.]{7,15}) has been allocated`)
