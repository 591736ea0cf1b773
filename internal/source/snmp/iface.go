package snmp

import (
	"net/netip"

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

func takeIfMAC(a *Assembler, oid, _ string, v Value) {
	mac, ok := v.MAC()
	if !ok || !ownMAC(mac) || a.macs[mac] || !a.room("interface MACs", len(a.macs), maxMACs) {
		return
	}
	a.macs[mac] = true
	a.observe(evidence.IfMAC, mac, oid)
}

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
