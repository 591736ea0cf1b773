package snmp

import (
	"net/netip"
	"strconv"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// heard is a MAC the agent has heard of: from ARP with its address, from a
// forwarding table with its port.
type heard struct {
	oid, mac, port string
	ip             netip.Addr
}

const (
	lldpRoot = "1.0.8802.1.1.2.1."
	lldpRem  = lldpRoot + "4.1.1."
	lldpMed  = lldpRoot + "5.4795.1.3.3.1."
	lldp2    = "1.3.111.2.802.1.1.13.1." // LLDP-V2-MIB, IEEE 802.1AB-2009
	cdpEntry = "1.3.6.1.4.1.9.9.23.1.2.1.1."
)

// lldpID is a chassis ID while its two objects come in.
type lldpID struct {
	subtype cell
	id      cell
}

func lldpColumns() []column {
	rem := func(n, name, mib string) column {
		return column{lldpRem + n, mib, keep(func(a *Assembler) *rowSet { return &a.lldp }, "lldp", name, maxLLDP)}
	}
	med := func(n, name, mib string) column {
		return column{lldpMed + n, mib, keep(func(a *Assembler) *rowSet { return &a.lldp }, "lldp", name, maxLLDP)}
	}
	// In version 2 the columns move by one and the index gains the destination
	// address: time mark, ifIndex, destination, number.
	rem2 := func(n, name, mib string) column {
		take := keep(func(a *Assembler) *rowSet { return &a.lldp }, "lldp", name, maxLLDP)
		return column{lldp2 + "4.1.1." + n, mib, take}
	}
	return []column{
		{lldp2 + "3.1", "lldpV2LocChassisIdSubtype", func(a *Assembler, oid, _ string, v Value) { a.locID.subtype = copyCell(oid, v) }},
		{lldp2 + "3.2", "lldpV2LocChassisId", func(a *Assembler, oid, _ string, v Value) { a.locID.id = copyCell(oid, v) }},
		rem2("5", "subtype", "lldpV2RemChassisIdSubtype"), rem2("6", "chassis", "lldpV2RemChassisId"),
		rem2("7", "portsub", "lldpV2RemPortIdSubtype"), rem2("8", "port", "lldpV2RemPortId"), rem2("9", "portdescr", "lldpV2RemPortDesc"),
		rem2("10", "name", "lldpV2RemSysName"), rem2("11", "descr", "lldpV2RemSysDesc"),
		{lldpRoot + "3.1", "lldpLocChassisIdSubtype", func(a *Assembler, oid, _ string, v Value) { a.locID.subtype = copyCell(oid, v) }},
		{lldpRoot + "3.2", "lldpLocChassisId", func(a *Assembler, oid, _ string, v Value) { a.locID.id = copyCell(oid, v) }},
		{lldpRoot + "3.7.1.2", "lldpLocPortIdSubtype", keep(func(a *Assembler) *rowSet { return &a.loc }, "lldp", "sub", maxLLDP)},
		{lldpRoot + "3.7.1.3", "lldpLocPortId", keep(func(a *Assembler) *rowSet { return &a.loc }, "lldp", "id", maxLLDP)},
		{lldpRoot + "3.7.1.4", "lldpLocPortDesc", keep(func(a *Assembler) *rowSet { return &a.loc }, "lldp", "descr", maxLLDP)},
		rem("4", "subtype", "lldpRemChassisIdSubtype"), rem("5", "chassis", "lldpRemChassisId"),
		rem("6", "portsub", "lldpRemPortIdSubtype"), rem("7", "port", "lldpRemPortId"), rem("8", "portdescr", "lldpRemPortDesc"),
		rem("9", "name", "lldpRemSysName"), rem("10", "descr", "lldpRemSysDesc"),
		{lldpRoot + "4.2.1.3", "lldpRemManAddrIfSubtype", takeLLDPAddr},
		{lldpRoot + "4.2.1.4", "lldpRemManAddrIfId", takeLLDPAddr},
		med("1", "hardware", "lldpXMedRemHardwareRev"), med("2", "firmware", "lldpXMedRemFirmwareRev"),
		med("3", "software", "lldpXMedRemSoftwareRev"), med("4", "serial", "lldpXMedRemSerialNum"),
		med("5", "mfg", "lldpXMedRemMfgName"), med("6", "model", "lldpXMedRemModelName"), med("7", "asset", "lldpXMedRemAssetID"),
		{lldpRoot + "5.4795.1.2.5", "lldpXMedLocSerialNum", marking(evidence.Serial)},
		{lldpRoot + "5.4795.1.2.6", "lldpXMedLocMfgName", marking(evidence.EntPhysicalMfgName)},
		{lldpRoot + "5.4795.1.2.7", "lldpXMedLocModelName", marking(evidence.EntPhysicalModelName)},
	}
}

func cdpColumns() []column {
	c := func(n, name, mib string) column {
		return column{cdpEntry + n, mib, keep(func(a *Assembler) *rowSet { return &a.cdp }, "cdp", name, maxCDP)}
	}
	return []column{
		c("4", "addr", "cdpCacheAddress"), c("5", "version", "cdpCacheVersion"), c("6", "name", "cdpCacheDeviceId"),
		c("7", "port", "cdpCacheDevicePort"), c("8", "platform", "cdpCachePlatform"), c("17", "sysname", "cdpCacheSysName"),
		c("18", "oid", "cdpCacheSysObjectID"),
	}
}

func copyCell(oid string, v Value) cell {
	return cell{oid, Value{v.Kind, append([]byte(nil), v.Bytes[:min(len(v.Bytes), maxCell)]...)}}
}

// takeLLDPAddr reads lldpRemManAddrTable: its index is time mark, local port,
// remote index, then type, length and octets of the address.
func takeLLDPAddr(a *Assembler, _, idx string, _ Value) {
	n := arcs(idx)
	if len(n) < 8 || int(n[4]) != len(n)-5 || len(a.lldpMgt) >= maxLLDP {
		return
	}
	ip, ok := octetAddr(n[5:])
	if key := remKey(idx); ok && hostAddr(ip) && !a.lldpMgt[key].IsValid() {
		a.lldpMgt[key] = ip
	}
}

// remKey is the part of an index that names the remote system: time mark, port, number.
func remKey(idx string) string {
	end := 0
	for i, d := 0, 0; i < len(idx); i++ {
		if idx[i] == '.' {
			if d++; d == 3 {
				return idx[:i]
			}
		}
		end = i + 1
	}
	return idx[:end]
}

// chassisSubtypes are the names of LldpChassisIdSubtype (IEEE 802.1AB).
var chassisSubtypes = map[int]string{1: "component", 2: "ifalias", 3: "port", 4: "mac", 5: "ip", 6: "ifname", 7: "local"}

var subtypeNames = map[string]int{
	"chassisComponent": 1, "interfaceAlias": 2, "portComponent": 3, "macAddress": 4, "networkAddress": 5, "interfaceName": 6, "local": 7,
}

// chassisID returns "subtype:value", and the MAC when it is one.
func chassisID(subtype, id Value) (value, mac string) {
	n, ok := subtype.Int()
	if !ok {
		n = subtypeNames[string(subtype.Bytes)]
	}
	if n == 0 && len(id.Bytes) == 6 {
		n = 4
	}
	name := chassisSubtypes[n]
	switch n {
	case 4:
		if m, ok := id.MAC(); ok && ownMAC(m) {
			return name + ":" + m, m
		}
		return "", ""
	case 5: // IANA address family, then the address
		if len(id.Bytes) == 5 || len(id.Bytes) == 17 {
			if ip, ok := netip.AddrFromSlice(id.Bytes[1:]); ok && hostAddr(ip) {
				return name + ":" + ip.String(), ""
			}
		}
	}
	if s := marked(id.Label()); s != "" && name != "" {
		return name + ":" + s, ""
	}
	return "", ""
}

// localLLDP adds the agent's own chassis ID.
func (a *Assembler) localLLDP() {
	if a.locID.id.v.Kind == None {
		return
	}
	id, mac := chassisID(a.locID.subtype.v, a.locID.id.v)
	oid := a.locID.id.oid
	a.observe(evidence.ChassisID, id, oid)
	a.observe(evidence.BaseMAC, mac, oid)
}

// links returns what the agent told of others, in the order of its tables.
func (a *Assembler) links() []asset.Link {
	var out []asset.Link
	out = a.lldpLinks(out)
	out = a.cdpLinks(out)
	out = a.ponLinks(out)
	type pair struct {
		mac string
		ip  netip.Addr
	}
	seen := map[pair]bool{} // the same entry stands in up to three tables
	for _, h := range a.arp {
		if l, ok := a.heardLink("arp", h); ok && !seen[pair{h.mac, h.ip}] {
			seen[pair{h.mac, h.ip}] = true
			out = append(out, l)
		}
	}
	return a.fdbLinks(out)
}

// neighbour starts a link to something only told of.
func (a *Assembler) neighbour(via, local, oid string) asset.Link {
	return asset.Link{Via: via, LocalPort: local, Remote: asset.Sighting{
		Kind: asset.Device, Seen: asset.Neighbour, Place: a.at(oid),
	}}
}

// adder returns a function that adds non-empty observations to a link's remote end.
func (a *Assembler) adder(l *asset.Link) func(attr evidence.Attr, value, oid string) {
	return func(attr evidence.Attr, value, oid string) {
		if value != "" {
			l.Remote.Observations = append(l.Remote.Observations, a.observation(attr, value, oid))
		}
	}
}

func (a *Assembler) lldpLinks(out []asset.Link) []asset.Link {
	for _, key := range a.lldp.keys {
		r := a.lldp.rows[key]
		_, rest, _ := strings.Cut(key, ".")
		port, _, _ := strings.Cut(rest, ".")
		c := r.get("chassis")
		l := a.neighbour("lldp", a.lldpPort(port), c.oid)
		add := a.adder(&l)
		id, mac := chassisID(r.get("subtype").v, c.v)
		add(evidence.ChassisID, id, c.oid)
		add(evidence.BaseMAC, mac, c.oid)
		for _, f := range []struct {
			name string
			attr evidence.Attr
		}{
			{"name", evidence.LLDPSysName}, {"descr", evidence.LLDPSysDesc},
			{"serial", evidence.Serial}, {"mfg", evidence.EntPhysicalMfgName}, {"model", evidence.EntPhysicalModelName},
			{"hardware", evidence.HardwareRev}, {"firmware", evidence.FirmwareText}, {"software", evidence.SoftwareText}, {"asset", evidence.AssetTag},
		} {
			x := r.get(f.name)
			add(f.attr, x.label(), x.oid)
		}
		if ip := a.lldpMgt[key]; ip.IsValid() {
			add(evidence.IP, ip.String(), lldpRoot+"4.2.1.3."+key)
		}
		if len(l.Remote.Observations) == 0 {
			continue
		}
		if l.Remote.Place.At == a.prefix {
			l.Remote.Place = l.Remote.Observations[0].Place
		}
		l.RemotePort = portName(r)
		out = append(out, l)
	}
	return out
}

// lldpPort names a local port by lldpLocPortTable, else by the interface of that number.
func (a *Assembler) lldpPort(port string) string {
	r := a.loc.rows[port]
	if s, ok := r.get("id").v.Text(); ok && !allDigits(s) && !isMACID(r.get("sub")) {
		return s
	}
	if s := r.get("descr").label(); s != "" {
		return s
	}
	return a.port(port)
}

func (a *Assembler) port(ifIndex string) string {
	if n := a.ifName[ifIndex]; n != "" {
		return n
	}
	return ifIndex
}

// portName names a neighbour's port: where its ID is a MAC, by the description
// beside it, which IEEE 802.1AB 8.5.5.3 wants to be the interface's name.
func portName(r *row) string {
	p := r.get("port").v
	if isMACID(r.get("portsub")) {
		if d := r.get("portdescr").label(); d != "" {
			return d
		}
		if mac, ok := p.MAC(); ok {
			return mac
		}
	}
	if s, ok := p.Text(); ok {
		return s
	}
	if mac, ok := p.MAC(); ok {
		return mac
	}
	return r.get("portdescr").label()
}

// isMACID reports whether a port ID of that subtype is a MAC: its octets may look like text by chance.
func isMACID(subtype cell) bool {
	n, _ := subtype.v.Int()
	return n == 3
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func (a *Assembler) cdpLinks(out []asset.Link) []asset.Link {
	for _, key := range a.cdp.keys {
		r := a.cdp.rows[key]
		ifIndex, _, _ := strings.Cut(key, ".")
		l := a.neighbour("cdp", a.port(ifIndex), cdpEntry+"6."+key)
		add := a.adder(&l)
		name := r.get("name")
		if mac, ok := parseMAC([]byte(name.v.Label())); ok && ownMAC(mac) {
			add(evidence.BaseMAC, mac, name.oid) // small devices call themselves by their MAC
		} else {
			add(evidence.Hostname, name.label(), name.oid)
		}
		for _, f := range []struct {
			name string
			attr evidence.Attr
		}{{"platform", evidence.CDPPlatform}, {"version", evidence.CDPVersion}} {
			x := r.get(f.name)
			add(f.attr, x.label(), x.oid)
		}
		if x := r.get("oid"); x.v.Kind == OID && string(x.v.Bytes) != "0.0" {
			add(evidence.SysObjectID, string(x.v.Bytes), x.oid)
		}
		if x := r.get("addr"); x.v.Kind == Octets && len(x.v.Bytes) == 4 {
			if ip, ok := x.v.addr(); ok && hostAddr(ip) {
				add(evidence.IP, ip.String(), x.oid)
			}
		}
		if len(l.Remote.Observations) > 0 {
			l.RemotePort = r.get("port").label()
			out = append(out, l)
		}
	}
	return out
}

// ponLinks makes a neighbour of each terminal of a passive optical network.
func (a *Assembler) ponLinks(out []asset.Link) []asset.Link {
	for _, key := range a.ont.keys {
		r := a.ont.rows[key]
		sn, mac := r.get("serial"), r.get("mac")
		serial, okSerial := gponSerial(sn.v)
		own, okMAC := mac.v.MAC()
		if !okMAC { // EPON terminals in a table of both kinds
			own, okMAC = sn.v.MAC()
			mac = sn
		}
		okMAC = okMAC && ownMAC(own)
		if !okSerial && !okMAC {
			continue
		}
		_, idx, _ := strings.Cut(key, "||")
		oid := sn.oid
		if !okSerial {
			oid = mac.oid
		}
		l := a.neighbour("pon", a.port(strings.TrimSuffix(idx, lastArc(idx))), oid)
		add := a.adder(&l)
		if okSerial {
			add(evidence.GPONSerial, serial, sn.oid)
			add(evidence.PONVendorID, serial[:4], sn.oid)
		} else {
			add(evidence.BaseMAC, own, mac.oid)
		}
		for _, f := range []struct {
			name string
			attr evidence.Attr
		}{
			{"vendor", evidence.EntPhysicalMfgName}, {"model", evidence.EntPhysicalModelName}, {"hardware", evidence.HardwareRev},
			{"software", evidence.SoftwareText}, {"name", evidence.Name},
		} {
			x := r.get(f.name)
			add(f.attr, x.label(), x.oid)
		}
		out = append(out, l)
	}
	return out
}

// lastArc returns the last arc of an index with its dot: the terminal's number on its port.
func lastArc(idx string) string {
	if i := strings.LastIndexByte(idx, '.'); i > 0 {
		return idx[i:]
	}
	return ""
}

var bridgeColumns = []column{
	{"1.3.6.1.2.1.17.1.1", "dot1dBaseBridgeAddress", takeBridge},
	{"1.3.6.1.2.1.17.1.4.1.2", "dot1dBasePortIfIndex", func(a *Assembler, _, idx string, v Value) {
		if len(a.portIf) < maxIfNames {
			a.portIf[idx] = string(v.Bytes)
		}
	}},
	{"1.3.6.1.2.1.17.4.3.1.1", "dot1dTpFdbAddress", takeFDB("mac", 0)},
	{"1.3.6.1.2.1.17.4.3.1.2", "dot1dTpFdbPort", takeFDB("port", 0)},
	{"1.3.6.1.2.1.17.4.3.1.3", "dot1dTpFdbStatus", takeFDB("status", 0)},
	{"1.3.6.1.2.1.17.7.1.2.2.1.2", "dot1qTpFdbPort", takeFDB("port", 1)},
	{"1.3.6.1.2.1.17.7.1.2.2.1.3", "dot1qTpFdbStatus", takeFDB("status", 1)},
}

func takeBridge(a *Assembler, oid, _ string, v Value) {
	if mac, ok := v.MAC(); ok && ownMAC(mac) {
		a.observe(evidence.BaseMAC, mac, oid)
	}
}

// takeFDB files a cell of a forwarding table under the MAC that ends its
// index, after skip arcs of VLAN or filtering database.
func takeFDB(name string, skip int) func(*Assembler, string, string, Value) {
	return func(a *Assembler, oid, idx string, v Value) {
		n := arcs(idx)
		if len(n) != 6+skip {
			return
		}
		var raw [6]byte
		for i, x := range n[skip:] {
			if x > 255 {
				return
			}
			raw[i] = byte(x)
		}
		mac := formatMAC(raw[:])
		if !ownMAC(mac) || name == "mac" {
			return
		}
		if !a.fdb.put(mac, name, oid, v, maxFDB) {
			a.dropped["fdb"]++
		}
	}
}

func (a *Assembler) fdbLinks(out []asset.Link) []asset.Link {
	for _, mac := range a.fdb.keys {
		r := a.fdb.rows[mac]
		p, st := r.get("port"), r.get("status")
		if n, ok := st.v.Int(); ok && n != 3 || p.v.Kind == None { // learned(3): self and management are the agent
			continue
		}
		port := string(p.v.Bytes)
		if port == "0" {
			continue
		}
		if ifIndex := a.portIf[port]; ifIndex != "" {
			port = ifIndex
		}
		if l, ok := a.heardLink("fdb", heard{oid: p.oid, mac: mac, port: port}); ok {
			out = append(out, l)
		}
	}
	return out
}

// heardLink makes a neighbour of a MAC, unless it is the agent's own.
func (a *Assembler) heardLink(via string, h heard) (asset.Link, bool) {
	if a.macs[h.mac] || a.addrs[h.ip] || h.mac == "" {
		return asset.Link{}, false
	}
	l := a.neighbour(via, a.port(h.port), h.oid)
	add := a.adder(&l)
	add(evidence.IfMAC, h.mac, h.oid)
	if h.ip.IsValid() {
		add(evidence.IP, h.ip.String(), h.oid)
	}
	return l, true
}

func takeARP(a *Assembler, oid, idx string, v Value) {
	n := arcs(idx)
	if len(n) != 5 {
		return
	}
	if ip, ok := octetAddr(n[1:]); ok {
		a.hear(oid, strconv.Itoa(int(n[0])), ip, v)
	}
}

// takeARPType drops entries marked invalid(2).
func takeARPType(a *Assembler, _, idx string, v Value) {
	if t, ok := v.Int(); !ok || t != 2 {
		return
	}
	want := "1.3.6.1.2.1.4.22.1.2." + idx
	for i := range a.arp {
		if a.arp[i].oid == want {
			a.arp[i].mac = ""
		}
	}
}

func takeNetToPhysical(a *Assembler, oid, idx string, v Value) {
	ifIndex, rest, _ := strings.Cut(idx, ".")
	ip, ok := indexAddr(rest)
	if n := arcs(rest); !ok && len(n) == 5 && n[0] == 1 { // some agents leave the length of the address out
		ip, ok = octetAddr(n[1:])
	}
	if ok {
		a.hear(oid, ifIndex, ip, v)
	}
}

// takeAT reads the deprecated atTable: index ifIndex, 1, IPv4.
func takeAT(a *Assembler, oid, idx string, v Value) {
	n := arcs(idx)
	if len(n) != 6 {
		return
	}
	if ip, ok := octetAddr(n[2:]); ok {
		a.hear(oid, strconv.Itoa(int(n[0])), ip, v)
	}
}

func (a *Assembler) hear(oid, ifIndex string, ip netip.Addr, v Value) {
	mac, ok := v.MAC()
	if !ok || !ownMAC(mac) || !hostAddr(ip) || !a.room("arp", len(a.arp), maxARP) {
		return
	}
	a.arp = append(a.arp, heard{oid: oid, mac: mac, port: ifIndex, ip: ip})
}
