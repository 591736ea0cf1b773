package cli

import (
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// identifying are words that make a line of a version or system output worth keeping.
var identifying = []string{
	"version", "copyright", "serial", "s/n", "manufactur", "vendor", "model", "product", "software", "hardware",
	"board", "part n", "part-n", "pid", "bom", "platform", "chassis", "processor", "rights reserved", "uptime is", "image version", "image file",
	"description", "object id", "system type", "device name", "technical support", "oui", "operating system", "firmware",
	"esn", "sysname", "hostname", "system name", "creator", "machine item", "productclass", "swver", "hwver", "junos", "release", "bios", "stackable", "module", "stackable", "module",
}

// noise are words of licence texts and counters that also hold an identifying word.
var noise = []string{"gnu ", "gpl", "third parties", "third-party", "license agreement", "opensource", "copyrights to certain", "warrant",
	"licenses", "merchantab", "bytes of non-", "bytes of flash", "bytes of disk", "bytes of hard", "bytes of ata", "password", "secret", "community", "lgpl", "is licensed", "are licensed", "distributed under", "importers, exporters", "crypto", "u.s. laws"}

// ownKeys say what a key of a version or system output tells of the device.
var ownKeys = map[string]evidence.Attr{
	"serialnumber": evidence.Serial, "serial": evidence.Serial, "serialno": evidence.Serial, "systemserialnumber": evidence.Serial, "chassisserialnumber": evidence.Serial, "chassisserialnbr": evidence.Serial,
	"oltserialnumber": evidence.Serial, "deviceserialnumber": evidence.Serial, "esnofdevice": evidence.Serial, "esn": evidence.Serial, "deviceesn": evidence.Serial,
	"licensefileesn": evidence.Serial, "sn": evidence.Serial, "systemserial": evidence.Serial, "processorid": evidence.Serial, "machineitem": evidence.Serial, "boxserialnumber": evidence.Serial, "mainboardesn": evidence.Serial,
	"systemmacaddress": evidence.BaseMAC, "baseethernetmacaddress": evidence.BaseMAC, "hardwaremacaddress": evidence.BaseMAC, "basemacaddress": evidence.BaseMAC,
	"macaddress": evidence.BaseMAC, "basemac": evidence.BaseMAC, "systemmac": evidence.BaseMAC, "lanmac": evidence.BaseMAC, "bridgemac": evidence.BaseMAC, "chassismac": evidence.BaseMAC,
	"basemacaddresses": evidence.BaseMAC, "wanmac": evidence.IfMAC, "chassismacaddress": evidence.BaseMAC, "chassisid": evidence.BaseMAC,
	"hostname": evidence.Hostname, "systemname": evidence.Hostname, "sysname": evidence.Hostname, "devicename": evidence.Hostname,
	"model": evidence.CLIModel, "modelname": evidence.CLIModel, "modelnumber": evidence.CLIModel, "oltdevicemodel": evidence.CLIModel, "devicemodel": evidence.CLIModel,
	"product": evidence.CLIModel, "productname": evidence.CLIModel, "boardname": evidence.CLIModel, "productmodel": evidence.CLIModel, "hardwaremodel": evidence.CLIModel, "systemtype": evidence.CLIModel,
	"productclass": evidence.CLIModel, "chassistype": evidence.CLIModel, "platform": evidence.CLIModel, "devicetype": evidence.CLIModel, "boardtype": evidence.HardwareRev,
}

// identity keeps the lines that identify and takes the values of known keys.
// Only the first value of a key speaks for the device: later ones are of members and boards.
func (r *reader) identity(sec *section) bool {
	got := false
	seen := map[evidence.Attr]bool{}
	kept := 0
	versioned := strings.Contains(lower(sec), "version")
	for i, l := range sec.lines {
		text, framed := unframe(strings.TrimSpace(l.text))
		if text == "" || ruler(text) || framed {
			continue
		}
		low := strings.ToLower(text)
		key, value, ok := keyValue(text)
		if ok {
			// Junos heads each member with "Hostname:"; a "Model:" follows it.
			if attr, known := ownKeys[key]; known && (!seen[attr] || attr == evidence.IfMAC) && value != "" && len(value) < 120 {
				got = r.own(attr, value, l.at) || got
				seen[attr] = true
			}
		}
		if ok && value == "" {
			continue
		}
		if kept < 60 && len(text) < 240 && !logged(text) && (i == 0 && versioned && titled(text) || telling(text) && anyOf(low, identifying)) && !anyOf(low, noise) {
			r.text(text, l.at)
			kept++
			got = true
		}
	}
	r.memberSerials(sec)
	return got
}

// own adds a value the device states of itself.
func (r *reader) own(attr evidence.Attr, value, at string) bool {
	value = strings.TrimRight(value, ";, ")
	switch attr {
	case evidence.Serial:
		value, _, _ = strings.Cut(value, " ")
		if serial, vendor, ok := observe.GPON(value); ok {
			r.add(evidence.GPONSerial, serial, at)
			r.add(evidence.PONVendorID, vendor, at)
			return true
		}
		if len(value) < 4 || strings.ContainsAny(value, "*#%") {
			return false
		}
	case evidence.BaseMAC, evidence.IfMAC:
		if !looksMAC(value) {
			value = strings.ReplaceAll(value, " ", "")
			value, _, _ = strings.Cut(value, "(")
		}
	case evidence.CLIModel:
		if strings.ContainsAny(value, "*%") {
			return false
		}
	}
	return r.add(attr, value, at)
}

// memberSerials reads phrases that carry a serial without a key.
func (r *reader) memberSerials(sec *section) {
	for _, l := range sec.lines {
		if serial, ok := observe.After(l.text, "processor board id "); ok {
			r.own(evidence.Serial, strings.TrimSpace(serial), l.at)
			return
		}
	}
}

// titled reports whether a first line may be the product's name: short, with a letter, no sentence.
func titled(s string) bool {
	return len(s) < 100 && strings.ContainsAny(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz") && !strings.ContainsAny(s, ":=") && !strings.HasSuffix(s, ".") && strings.Count(s, " ") < 8
}

// unframe takes a line out of the frame drawn around it; two cells become
// "key: value". Rules, titles in rules and rows of more cells are frame only.
func unframe(s string) (text string, frame bool) {
	switch {
	case strings.HasPrefix(s, "+-") || strings.HasPrefix(s, "|-"):
		return s, true
	case strings.HasPrefix(s, "|") && strings.HasSuffix(s, "|"):
		cells := strings.Split(strings.Trim(s, "|"), "|")
		if len(cells) != 2 {
			return s, true
		}
		return strings.TrimSpace(cells[0]) + ": " + strings.TrimSpace(cells[1]), false
	case strings.HasPrefix(s, "*"):
		return strings.TrimSpace(strings.Trim(s, "*")), false
	}
	return s, false
}

// telling reports whether a line says more than a heading: a digit, or three words.
func telling(s string) bool {
	if columns := strings.Count(s, "  ") - strings.Count(s, "   "); columns >= 2 && !strings.ContainsAny(s, ":=") {
		return false // a row or heading of a table
	}
	return strings.ContainsAny(s, "0123456789") || strings.Count(s, " ") >= 2 && s != "All rights reserved."
}

// logged reports whether a line begins with a time: a log is about events, not about the device.
func logged(s string) bool {
	return len(s) > 19 && (s[4] == '-' && s[7] == '-' || s[4] == '/' && s[7] == '/') && s[13] == ':' && s[16] == ':'
}

// ruler reports whether a line only draws.
func ruler(s string) bool { return strings.Trim(s, "-=*_+| ") == "" }

func anyOf(low string, words []string) bool {
	for _, w := range words {
		if strings.Contains(low, w) {
			return true
		}
	}
	return false
}
