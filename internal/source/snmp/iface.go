package snmp

import (
	"net/netip"
	"regexp"

	"telltale/internal/evidence"
)

var interfaceColumns = []column{
	{"1.3.6.1.2.1.2.2.1.2", "ifDescr", takeIfDescr},
	{"1.3.6.1.2.1.2.2.1.6", "ifPhysAddress", takeIfMAC},
	{"1.3.6.1.2.1.31.1.1.1.1", "ifName", takeIfName},
	{"1.3.6.1.2.1.4.20.1.1", "ipAdEntAddr", takeIPAdEnt},
	{"1.3.6.1.2.1.4.34.1.3", "ipAddressIfIndex", takeIPAddress},
	{"1.3.6.1.2.1.4.34.1.4", "ipAddressType", nil},
	{"1.3.6.1.2.1.4.22.1.2", "ipNetToMediaPhysAddress", takeARP},
	{"1.3.6.1.2.1.4.22.1.4", "ipNetToMediaType", takeARPType},
	{"1.3.6.1.2.1.4.35.1.4", "ipNetToPhysicalPhysAddress", takeNetToPhysical},
	{"1.3.6.1.2.1.3.1.1.2", "atPhysAddress", takeAT},
}

var ifDescrShape = shaped(evidence.IfDescr)

func takeIfDescr(a *Assembler, oid, idx string, v Value) {
	a.ifTable = true
	if s, ok := v.Text(); ok && a.ifName[idx] == "" && len(a.ifName) < maxIfNames {
		a.ifName[idx] = s
	}
	ifDescrShape(a, oid, idx, v)
}

// takeIfName replaces ifDescr as the name of a port: it is what people type.
func takeIfName(a *Assembler, _, idx string, v Value) {
	if s, ok := v.Text(); ok && len(a.ifName) < maxIfNames {
		a.ifName[idx] = s
	}
}

func takeIfMAC(a *Assembler, oid, idx string, v Value) {
	mac, ok := v.MAC()
	if ok && !a.macs[mac] && onTerminal.MatchString(a.ifName[idx]) {
		takeTerminal(a, oid, "ifTable||"+idx, v)
		return
	}
	if !ok || !ownMAC(mac) || a.macs[mac] || !a.room("interface MACs", len(a.macs), maxMACs) {
		return
	}
	a.macs[mac] = true
	a.observe(evidence.IfMAC, mac, oid)
}

// onTerminal is how OLTs name what they show as an interface of their own and
// is the terminal at the far end of a passive network: port, colon, number, as in
// EPON0/1:3 or gpon-onu_1/2/3:4. Its address is that of the terminal.
var onTerminal = regexp.MustCompile(`(?i)^[eg]?pon(?:-?onu)?[ _-]?\d{1,3}(?:/\d{1,3}){1,3}:\d{1,4}$`)

var takeTerminal = keep(func(a *Assembler) *rowSet { return &a.ont }, "pon", "mac", maxONT)

func takeIPAdEnt(a *Assembler, oid, _ string, v Value) {
	if ip, ok := v.addr(); ok {
		a.ownAddr(ip, oid)
	}
}

func takeIPAddress(a *Assembler, oid, idx string, _ Value) {
	if ip, ok := indexAddr(idx); ok {
		a.ownAddr(ip, oid)
	}
}

func (a *Assembler) ownAddr(ip netip.Addr, oid string) {
	ip = ip.Unmap()
	if !hostAddr(ip) || a.addrs[ip] || !a.room("addresses", len(a.addrs), maxAddrs) {
		return
	}
	a.addrs[ip] = true
	a.observe(evidence.IP, ip.String(), oid)
}
