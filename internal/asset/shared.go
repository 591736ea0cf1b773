package asset

import "strings"

// What many things share, so that it names none of them. These tables hold
// what standards assign to groups, what boards and drivers carry when nobody
// filled them in, and what people type into a column they cannot fill.
// Compared in upper case, serials without blanks and dashes.
var placeholders = set(
	"NA", "N/A", "N.A", "N.A.", "#N/A", "NONE", "NIL", "NULL", "(NULL)", "(NONE)", "UNKNOWN", "UNKOWN", "UNKN", "TBD", "TBA", "TBC", "?", "-", "--", ".",
	"NO", "YES", "X", "XX", "NOSERIAL", "NOSN", "NO SERIAL", "NOTAVAILABLE", "NOT AVAILABLE", "NOTAPPLICABLE", "NOT APPLICABLE",
	"NOTSPECIFIED", "NOT SPECIFIED", "NOTSET", "NOT SET", "NOTFOUND", "NOT FOUND", "NOTPROVIDED", "UNSPECIFIED", "UNDEFINED", "UNASSIGNED",
	"INVALID", "EMPTY", "BLANK", "MISSING", "PENDING", "VARIOUS", "MULTIPLE", "MIXED", "SEVERAL", "SEELABEL", "SEENOTES", "SAME", "DITTO",
	"DEFAULT", "DEFAULTSTRING", "DEFAULT STRING", "TOBEFILLEDBYO.E.M.", "TO BE FILLED BY O.E.M.", "TOBEFILLEDBYOEM", "OEM", "O.E.M.", "OEMSTRING",
	"SYSTEMSERIALNUMBER", "CHASSISSERIALNUMBER", "BASEBOARDSERIALNUMBER", "BOARDSERIALNUMBER", "SERIALNUMBER", "SERIAL", "SERIALNO", "SN", "S/N",
	"SYSTEMMANUFACTURER", "SYSTEMPRODUCTNAME", "PARTNUMBER", "ASSETTAG", "NOASSETTAG", "NO ASSET TAG", "NOASSETINFORMATION", "ASSET1234567890", "TEST", "DEMO", "SPARE", "STOCK",
	"CHANGEME", "EXAMPLE", "SAMPLE", "GENERIC", "STANDARD", "OTHER", "MANUFACTURER", "VENDOR", "BRAND",
)

// sharedNames are host names that come with the box or stand for it everywhere.
var sharedNames = set(
	"localhost", "localhost.localdomain", "localdomain", "router", "switch", "gateway", "firewall", "modem", "camera", "ipcamera", "ipc", "nvr", "dvr", "ont", "onu",
	"olt", "ap", "host", "server", "printer", "phone", "linux", "debian", "ubuntu", "openwrt", "raspberrypi", "android", "espressif", "default", "system", "device",
	"unknown", "noname", "hostname", "sysname", "my router", "homerouter", "broadcom", "localhost.local", "bogon", "_gateway", "mgmt", "management", "www", "ftp", "mail",
)

// sharedUUIDs are system UUIDs of firmware nobody filled in.
var sharedUUIDs = set("03000200040005000006000700080009", "123456781234567890abcddeefaabbcc", "12345678123456781234567812345678", "00020003000400050006000700080009", "00000000000000000000000000000001", "fefefefefefefefefefefefefefefefe")

// sharedIMEIs are the numbers of test and reflashed modems, fourteen digits.
var sharedIMEIs = set("00499901064000", "12345678901234", "01234567890123", "35000000000000", "11111111111111")

// sharedMACPrefixes are addresses a protocol gives to whoever serves a group
// at the moment, and addresses drivers invent.
var sharedMACPrefixes = [...]string{
	"00:00:5e:00:01:", "00:00:5e:00:02:", // VRRP, CARP (RFC 9568 section 7.3)
	"00:00:0c:07:ac:",                    // HSRP version 1
	"00:00:0c:9f:f",                      // HSRP version 2
	"00:05:73:a0:0",                      // HSRP for IPv6
	"00:07:b4:00:",                       // GLBP
	"00:00:00:00:",                       // no vendor: internal links of line cards
	"00:11:22:33:44:", "00:01:02:03:04:", // typed by hand
	"00:de:ad:be:ef:", "00:ba:d0:", "00:0a:0b:0c:0d:", "00:aa:bb:cc:dd:", "00:12:34:56:78:", "00:bb:cc:dd:ee:", "88:88:88:88:8", "00:90:4c:c5:12:", "00:e0:4c:36:00:", "00:e0:4c:68:00:01",
}

func sharedMAC(v string) bool {
	for _, p := range sharedMACPrefixes {
		if strings.HasPrefix(v, p) {
			return true
		}
	}
	return v[3:] == "00:00:00:00:00"
}

// placeholder reports whether an upper-case value is no number of one thing:
// too short, a known filler, one sign repeated, or digits counted up from 0 or 1.
func placeholder(v string) bool {
	if len(v) < 3 || len(v) > 128 || placeholders[v] || monotonous(v) {
		return true
	}
	const up = "01234567890123456789"
	return len(v) >= 6 && (strings.HasPrefix(up, v) || strings.HasPrefix(up[1:], v)) || v == "ABCDEFGH" || v == "ABC123" || v == "ABCD1234"
}

// monotonous reports whether v is one sign repeated.
func monotonous(v string) bool { return v == "" || strings.Count(v, v[:1]) == len(v) }

// commonWords are words of maker names that do not tell makers apart.
var commonWords = set(
	"co", "ltd", "limited", "inc", "incorporated", "corp", "corporation", "company", "gmbh", "kg", "ag", "sa", "sas", "sarl", "spa", "srl", "bv", "nv", "ab", "oy", "oyj", "as", "asa",
	"plc", "llc", "lp", "pte", "pty", "sdn", "bhd", "kk", "jsc", "the", "and", "of",
	"technologies", "technology", "tech", "systems", "system", "networks", "network", "networking", "electronics", "electronic", "digital", "international", "group", "holdings", "holding",
	"communications", "communication", "telecommunications", "telecommunication", "equipment", "enterprise", "enterprises", "solutions", "industries", "industrial", "products", "global", "device", "devices",
	"shenzhen", "hangzhou", "zhejiang", "beijing", "shanghai", "china", "usa", "america", "taiwan", "europe", "vision",
)

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
