package cli

import (
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// roles of keys in neighbour blocks, by normalised key. A key with role "stop"
// ends a text of several lines; "local" and "new" begin a block.
var neighbourKeys = map[string]string{
	"neighborindex": "new", "neighborid": "stop", "remoteid": "stop",
	"localintf": "local", "localinterface": "local", "localport": "local", "localportid": "local", "localifname": "local", "port": "port", "porttxt": "local",
	"interface": "interface", "localinterfacename": "local",
	"chassistype": "chassistype", "chassisidtype": "chassistype", "chassisidsubtype": "chassistype", "chassissubtype": "chassistype", "chassistypetxt": "chassistype",
	"chassisid": "chassis", "chassisdata": "chassis", "chassisidmacaddress": "chassis", "remotechassisid": "chassis", "chassismac": "chassis", "neighborchassisid": "chassis",
	"portid": "portid", "portiddata": "portid", "deviceport": "portid", "portidmacaddress": "portid", "portidinterfacename": "portid", "remoteport": "portid", "remoteportid": "portid",
	"portidtype": "stop", "portidsubtype": "stop", "portsubtype": "stop", "porttype": "stop", "portidtypetxt": "stop",
	"portdescription": "portdescr", "portdescr": "portdescr", "portdescdata": "portdescr", "remoteportdescription": "portdescr",
	"systemname": "sysname", "sysname": "sysname", "systemnamedata": "sysname", "identity": "sysname", "remotesystemname": "sysname", "neighborname": "sysname",
	"systemdescription": "sysdesc", "systemdescr": "sysdesc", "sysdescr": "sysdesc", "sysdesc": "sysdesc", "systemdescdata": "sysdesc", "sysdescription": "sysdesc", "remotesystemdescription": "sysdesc",
	"deviceid": "deviceid", "platform": "platform", "version": "version",
	"managementaddress": "ip", "managementipaddress": "ip", "managementaddressipv4": "ip", "managementaddressipv6": "ip", "mgmtaddr": "ip", "address": "ip", "ipaddress": "ip", "ip": "ip",
	"ipv4address": "ip", "ipv6address": "ip", "address1addr": "ip", "managementaddressvalue": "ip", "managementaddresses": "ip", "mgmtaddress": "ip",
	"manufacturername": "mfg", "manufacturer": "mfg", "modelname": "model", "model": "model", "serialnumber": "serial", "medmanufacturer": "mfg",
	"hardwarerevision": "stop", "firmwarerevision": "stop", "softwarerevision": "stop", "assetid": "stop",
	"systemcapabilities": "stop", "systemcapabilitiessupported": "stop", "systemcapabilitiesenabled": "stop", "enabledcapabilities": "stop", "capabilitiessupported": "stop", "capabilitiesenabled": "stop",
	"capability": "stop", "capabilities": "stop", "systemcapsavailable": "stop", "timeremaining": "stop", "timetolive": "stop", "ttl": "stop", "holdtime": "stop", "advertisementversion": "stop",
	"managementaddresstype": "stop", "expiredtime": "stop", "autonegotiation": "stop", "vlanid": "stop", "addresscount": "stop", "systemcapabilitiessupport": "stop", "managementaddressinterfacetype": "stop",
	"portvlanid": "stop", "pvid": "stop", "nativevlan": "stop", "duplex": "stop", "mgmtaddresses": "stop", "managementaddressoid": "stop", "protocol": "stop", "addresstype": "stop", "type": "stop", "mediaattachmentunittype": "stop", "peersourcemac": "stop", "vtpmanagementdomainname": "stop", "vtpmanagementdomain": "stop",
	"neighborchassisname": "sysname", "neighborchassisdescription": "sysdesc", "neighborportid": "portid", "neighborportdesc": "portdescr", "neighbormanagementaddress": "ip", "neighborentries": "stop",
	"remotechassisidsubtype": "chassistype", "remoteportsubtype": "stop", "remotettl": "stop", "locallyassignedremoteneighborindex": "stop", "remotesystemdesc": "sysdesc", "chassiscapabilitiesavailable": "stop", "chassiscapabilitiesenabled": "stop",
	"interfaceaddresses": "stop", "entryaddresses": "stop", "systemdesclen": "stop", "lastupdate": "stop", "age": "stop", "discoveredtime": "stop",
}

// block is what was told of one neighbour.
type block struct {
	at, local, remotePort, portDescr string
	chassisType, chassis             string
	sysname, sysdesc                 string
	deviceID, platform, version      string
	mfg, model, serial               string
	ips                              []string
	mac                              string
}

func (b *block) empty() bool {
	return b.chassis == "" && b.deviceID == "" && b.sysname == "" && b.sysdesc == "" && b.platform == ""
}

// neighbourBlocks reads LLDP, CDP and FDP details: a block of keys a neighbour,
// the description running over several lines.
func (r *reader) neighbourBlocks(sec *section) bool {
	p := &blockReader{r: r, fdp: strings.HasPrefix(sec.cmd, "show fdp")}
	for _, l := range sec.lines {
		p.line(l)
	}
	p.end()
	return p.count > 0
}

type blockReader struct {
	r     *reader
	cur   block
	local string  // the port the following blocks are seen on
	multi *string // the text that goes on over lines
	fdp   bool
	count int
}

func (p *blockReader) line(l line) {
	text := strings.TrimSpace(l.text)
	if text == "" || ruler(text) {
		if p.multi != nil && *p.multi != "" {
			p.multi = nil
		}
		return
	}
	if port, ok := portHeading(text); ok {
		p.end()
		p.local, p.multi = port, nil
		return
	}
	if strings.HasPrefix(text, "Chassis ") && strings.Contains(text, ", Port ") { // AOS
		p.end()
		c, port, _ := strings.Cut(strings.TrimPrefix(text, "Chassis "), ", Port ")
		p.cur.at, p.cur.chassis, p.cur.remotePort = l.at, c, strings.Trim(port, ":, ")
		return
	}
	// FortiOS numbers its lines: "1 system.desc.data: ...".
	if i := strings.IndexByte(text, ' '); i > 0 && i < 5 && strings.Trim(text[:i], "0123456789") == "" && strings.Contains(text, ".data:") || isNumbered(text) {
		text = text[strings.IndexByte(text, ' ')+1:]
	}
	// CDP puts two on one line: "Platform: x,  Capabilities: y", "Interface: a,  Port ID (outgoing port): b".
	first, second, two := cutCDP(text)
	p.pair(first, l.at)
	if two {
		p.pair(second, l.at)
	}
}

func isNumbered(s string) bool {
	i := strings.IndexByte(s, ' ')
	if i < 1 || i > 4 || strings.Trim(s[:i], "0123456789") != "" {
		return false
	}
	j := strings.IndexByte(s[i+1:], ':')
	return j > 0 && strings.Contains(s[i+1:i+1+j], ".") && !strings.Contains(s[i+1:i+1+j], " ")
}

func cutCDP(s string) (string, string, bool) {
	for _, k := range []string{"Capabilities:", "Port ID (outgoing port):"} {
		if i := strings.Index(s, k); i > 0 {
			return strings.TrimRight(s[:i], " ,"), s[i:], true
		}
	}
	return s, "", false
}

// portHeading recognises lines that name the local port of what follows:
// "GigabitEthernet0/0/1 has 1 neighbor(s):", "Interface Ethernet1 detected 1 LLDP neighbors:",
// "LLDP neighbor-information of port 1[GigabitEthernet1/0/1]:", "Remote LLDP Agents on Local Slot/Port 1/1:".
func portHeading(s string) (string, bool) {
	low := strings.ToLower(s)
	switch {
	case strings.Contains(low, " neighbor") && strings.Contains(low, " has "):
		return strings.Fields(s)[0], true
	case strings.HasPrefix(low, "interface ") && strings.Contains(low, " detected "):
		return strings.Fields(s)[1], true
	case strings.HasPrefix(low, "lldp neighbor-information of port"):
		if _, rest, ok := strings.Cut(s, "["); ok {
			port, _, _ := strings.Cut(rest, "]")
			return port, true
		}
		return strings.Trim(s[len("lldp neighbor-information of port"):], " :"), true
	case strings.HasPrefix(low, "remote lldp") && strings.Contains(low, " on local "):
		f := strings.Fields(strings.TrimSuffix(s, ":"))
		return f[len(f)-1], true
	}
	return "", false
}

func (p *blockReader) pair(text, at string) {
	key, value, ok := keyValue(text)
	role := neighbourKeys[key]
	if ok && role == "" {
		// "Chassis ID (MAC address): x", "ChassisID/subtype: x/MAC address", "Port ID (outgoing port): x".
		k, _, _ := strings.Cut(strings.TrimLeft(text, " +*-"), ":")
		k, sub, found := strings.Cut(k, "(")
		if !found {
			k, sub, found = strings.Cut(k, "/")
		}
		if found {
			role = neighbourKeys[norm(k)]
			if role == "chassis" && strings.Contains(norm(sub), "mac") {
				p.cur.chassisType = "mac"
			}
			if norm(sub) == "subtype" {
				if i := strings.LastIndexByte(value, '/'); i > 0 {
					if role == "chassis" {
						defer func(t string) { p.cur.chassisType = t }(value[i+1:])
					}
					value = value[:i]
				}
			}
		}
	}
	// Inside a description only keys that belong to the protocol end it.
	if p.multi != nil && (role == "" || role == "version" && p.cur.deviceID == "" || role == "platform" || role == "model" || role == "mfg" || role == "address" || role == "interface") {
		if len(*p.multi)+len(text) < 2048 && strings.Count(*p.multi, "\n") < 14 {
			*p.multi = strings.TrimSpace(*p.multi + "\n" + strings.Trim(strings.TrimSuffix(strings.TrimSpace(text), `\`), `"`))
		}
		return
	}
	if role == "" {
		return
	}
	p.multi = nil
	if p.begins(role) {
		p.end()
	}
	if p.cur.at == "" {
		p.cur.at = at
	}
	p.set(role, value)
}

// begins reports whether a key starts the next neighbour: it was seen in this one.
func (p *blockReader) begins(role string) bool {
	c := &p.cur
	switch role {
	case "new":
		return !c.empty()
	case "local", "port":
		return c.local != "" && (c.chassis != "" || c.deviceID != "")
	case "chassis":
		return c.chassis != ""
	case "chassistype":
		return c.chassis != "" && c.chassisType != ""
	case "deviceid":
		return c.deviceID != ""
	}
	return false
}

func (p *blockReader) set(role, value string) {
	c := &p.cur
	switch role {
	case "local", "interface":
		if c.local == "" {
			c.local = value
		}
	case "port":
		if c.local == "" && c.chassis == "" {
			c.local = value
		}
	case "chassistype":
		c.chassisType = value
	case "chassis":
		c.chassis = value
	case "portid":
		if c.remotePort == "" { // a management address may repeat the key
			c.remotePort = value
		}
	case "portdescr":
		c.portDescr = value
	case "sysname":
		c.sysname = value
	case "sysdesc":
		c.sysdesc = strings.TrimSuffix(value, `\`)
		p.multi = &c.sysdesc
	case "deviceid":
		c.deviceID = value
	case "platform":
		c.platform = value
	case "version":
		if c.deviceID != "" || c.platform != "" {
			c.version = value
			p.multi = &c.version
		}
	case "ip":
		if ip, ok := observe.IP(value); ok && len(c.ips) < 8 {
			c.ips = append(c.ips, ip)
		}
	case "mfg":
		c.mfg = value
	case "model":
		c.model = value
	case "serial":
		c.serial = value
	}
}

// end turns the block into a link.
func (p *blockReader) end() {
	c := p.cur
	p.cur, p.multi = block{}, nil
	if c.local == "" {
		c.local = p.local
	} else {
		p.local = c.local
	}
	if c.empty() {
		return
	}
	p.count++
	l := asset.Link{Via: "lldp", LocalPort: c.local, RemotePort: c.remotePort}
	if c.deviceID != "" || c.platform != "" {
		l.Via = "cdp"
		if p.fdp {
			l.Via = "fdp"
		}
	}
	l.Remote.Place = p.r.b.Place(c.at)
	add := func(attr evidence.Attr, v string) {
		if v != "(null)" {
			p.r.b.Add(&l.Remote.Observations, attr, v, c.at)
		}
	}
	chassisID(add, c.chassisType, c.chassis)
	add(evidence.LLDPSysName, c.sysname)
	add(evidence.LLDPSysDesc, c.sysdesc)
	if c.deviceID != "" {
		add(evidence.Hostname, deviceName(c.deviceID))
		if mac := strings.ReplaceAll(c.deviceID, " ", ""); looksMAC(mac) {
			add(evidence.BaseMAC, mac)
		}
		if _, serial, ok := strings.Cut(strings.TrimSuffix(c.deviceID, ")"), "("); ok && len(serial) > 6 {
			add(evidence.Serial, serial) // CDP of some lines: "name(serial)"
		}
	}
	add(evidence.CDPPlatform, c.platform)
	add(evidence.CDPVersion, c.version)
	add(evidence.EntPhysicalMfgName, c.mfg)
	add(evidence.EntPhysicalModelName, c.model)
	add(evidence.Serial, c.serial)
	for _, ip := range c.ips {
		add(evidence.IP, ip)
	}
	p.r.link(l, l.Via+"|"+c.local+"|"+c.remotePort+"|"+c.chassis+c.deviceID+c.sysname)
}

func deviceName(id string) string {
	name, _, _ := strings.Cut(id, "(")
	if strings.Count(name, " ") > 1 {
		return ""
	}
	return name
}

// chassisID adds an LLDP chassis ID as "mac:aa:bb:..", "local:text" or the like,
// and a MAC also as the base MAC it is.
func chassisID(add func(evidence.Attr, string), typ, id string) {
	if id == "" {
		return
	}
	mac, isMAC := observe.MAC(strings.ReplaceAll(id, " ", ""))
	t := norm(typ)
	switch {
	case isMAC && (t == "" || strings.Contains(t, "mac") || strings.HasPrefix(t, "4")):
		add(evidence.ChassisID, "mac:"+mac)
		add(evidence.BaseMAC, mac)
	case looksMAC(strings.ReplaceAll(id, " ", "")):
		// a MAC that identifies nothing
	case isIP(id):
		add(evidence.ChassisID, "ip:"+id)
		add(evidence.IP, id)
	default:
		add(evidence.ChassisID, "local:"+id)
	}
}

// neighbourColumns are the headings of brief neighbour tables.
var neighbourColumns = []column{
	{"local interface", "local"}, {"local intf", "local"}, {"local port", "local"}, {"lcl port", "local"}, {"localport", "local"}, {"port", "local"}, {"local intrfce", "local"}, {"local", "local"},
	{"remote chassis id", "chassis"}, {"scope", "x"}, {"index", "x"}, {"remote sys name", "sysname"}, {"chassis id", "chassis"}, {"chassisid", "chassis"}, {"port id", "portid"}, {"portid", "portid"}, {"neighbor port id", "portid"}, {"neighbor interface", "portid"}, {"neighbor intf", "portid"}, {"port info", "portid"}, {"remote port", "portid"}, {"neighbor port", "portid"},
	{"system name", "sysname"}, {"sysname", "sysname"}, {"device id", "sysname"}, {"device-id", "sysname"}, {"neighbor device id", "sysname"}, {"neighbor device", "sysname"}, {"neighbor dev", "sysname"}, {"remote system", "sysname"}, {"neighbor name", "sysname"}, {"deviceid", "sysname"},
	{"platform", "platform"}, {"hold-time", "x"}, {"holdtime", "x"}, {"holdtme", "x"}, {"hldtme", "x"}, {"exptime(s)", "x"}, {"exptime", "x"}, {"ttl", "x"}, {"capability", "x"}, {"capabilities", "x"}, {"parent interface", "x"}, {"port description", "portdescr"}, {"port descr", "portdescr"},
	{"ap name", "ap"}, {"ap ip", "x"}, {"neighbor ip", "ip"}, {"mgmt ip", "ip"}, {"interface", "x"},
}

// neighbourTable reads brief tables by the places of their headings.
func (r *reader) neighbourTable(sec *section) bool {
	var t *table
	got := false
	for _, l := range sec.lines {
		if h := parseHeading(l.text, neighbourColumns); h != nil && (h.has("local") || h.has("ap")) && (h.has("sysname") || h.has("chassis")) {
			t = h
			continue
		}
		text := strings.TrimSpace(l.text)
		if t == nil || text == "" || ruler(text) || strings.HasPrefix(text, "Total") {
			continue
		}
		local, name := t.cell(l.text, "local"), t.cell(l.text, "sysname")
		if t.has("local") && (local == "" || !strings.ContainsAny(local, "0123456789")) || len(local) > 40 {
			continue
		}
		link := asset.Link{Via: "lldp", LocalPort: local, RemotePort: t.cell(l.text, "portid")}
		link.Remote.Place = r.b.Place(l.at)
		add := func(attr evidence.Attr, v string) { r.b.Add(&link.Remote.Observations, attr, v, l.at) }
		chassisID(add, "", t.cell(l.text, "chassis"))
		if len(name) < 100 {
			attr := evidence.LLDPSysName
			if t.has("platform") {
				attr = evidence.Hostname // CDP
			}
			add(attr, name)
		}
		if p := t.cell(l.text, "platform"); p != "" {
			link.Via = "cdp"
			add(evidence.CDPPlatform, p)
		}
		if ip := t.cell(l.text, "ip"); isIP(ip) {
			add(evidence.IP, ip)
		}
		r.link(link, link.Via+"|"+local+"|"+link.RemotePort+"|"+name+t.cell(l.text, "chassis"))
		got = true
	}
	return got
}
