package cli

import "strings"

// kind says which readers a section is for.
type kind int

const (
	other      kind = iota
	identity        // version and system outputs: lines that identify
	labels          // inventory, manufacture information, electronic labels, optics
	neighbours      // LLDP, CDP, FDP
	addresses       // ARP, ND and MAC tables
	onts            // what an OLT tells of its ONTs
	interfaces      // the device's own ports
	config          // configurations
	routes          // routing tables
)

// commands maps the beginning of a command to its kind; the first match counts,
// so that longer beginnings stand first.
var commands = []struct {
	prefix string
	kind   kind
}{
	{"show lldp info local", identity}, {"show lldp local", identity}, {"display lldp local", identity},
	{"show system lldp neighbor", neighbours}, {"show lldp", neighbours}, {"display lldp", neighbours}, {"show cdp", neighbours}, {"show fdp", neighbours}, {"show ap cdp", neighbours},
	{"display cdp", neighbours}, {"show isdp", neighbours}, {"/ip neighbor", neighbours}, {"diagnose lldprx", neighbours}, {"show neighbors", neighbours},
	{"show mac", addresses}, {"display mac", addresses}, {"display bridge mac", addresses}, {"show bridge address", addresses}, {"/interface bridge host", addresses},
	{"show fdb", addresses}, {"show ethernet-switching table", addresses}, {"show arp", addresses}, {"display arp", addresses},
	{"show ip arp", addresses}, {"/ip arp", addresses}, {"show ipv6 neighbor", addresses}, {"display ipv6 neighbor", addresses}, {"get system arp", addresses}, {"ip neigh", addresses},
	{"display ont wan", other}, {"display ont port", other}, {"display ont gemport", other}, {"display ont", onts}, {"show gpon onu", onts}, {"show pon onu", onts},
	{"show epon onu", onts}, {"show onu", onts}, {"show authorization", onts}, {"show ont", onts}, {"display epon ont", onts}, {"show gpon remote-onu", onts},
	{"show interface transceiver", labels}, {"show interfaces transceiver", labels}, {"display transceiver", labels}, {"show pon transceiver", labels}, {"show optical", labels}, {"show sfp", labels},
	{"display interface brief", other}, {"display interface description", other}, {"display interface", interfaces}, {"show interface", interfaces},
	{"show inventory", labels}, {"show module", labels}, {"show chassis", labels}, {"show platform", labels}, {"show card", labels}, {"show subcard", labels},
	{"show fru", labels}, {"show idprom", labels}, {"show switch", labels}, {"show stack", labels}, {"display device", labels}, {"display elabel", labels},
	{"display board", labels}, {"display optic", labels}, {"display version slot", identity}, {"show board", labels}, {"show environment", labels}, {"show diag", labels},
	{"display ip routing", routes}, {"display ipv6 routing", routes}, {"show ip route", routes}, {"show ipv6 route", routes}, {"show route", routes}, {"/ip route", routes},
	{"show running", config}, {"show configuration", config}, {"show config", config}, {"display current", config}, {"display saved", config}, {"show startup", config}, {"/export", config},
	{"show version", identity}, {"show ver", identity}, {"display version", identity}, {"display ver", identity}, {"show system", identity}, {"display sn", identity},
	{"show hardware", identity}, {"show software", identity}, {"display esn", identity}, {"display license", identity}, {"display deviceinfo", identity}, {"display product", identity},
	{"display machine", identity}, {"display lanmac", identity}, {"display sysname", identity}, {"display startup", identity}, {"display patch", identity}, {"display system", identity}, {"display log info", identity}, {"show tech", identity}, {"show hostname", identity}, {"show info", identity}, {"show license", identity},
	{"get system status", identity}, {"get hardware status", identity}, {"/system resource", identity}, {"/system routerboard", identity}, {"/system identity", identity}, {"/system license", identity},
	{"show boot", identity}, {"show serial", identity}, {"show snmp", identity}, {"info", identity},
}

func kindOfCommand(cmd string) kind {
	for _, c := range commands {
		if strings.HasPrefix(cmd, c.prefix) {
			return c.kind
		}
	}
	return other
}

// shape is a layout one family of command lines prints. All literals (lower
// case) stand in the head of the output. The name is "<family>/<command>"; a
// family is a line of operating systems, not a maker: its lineage may span several.
type shape struct {
	name string
	kind kind
	all  []string
}

// shapes are tried in order. Each rests on the command reference of its family;
// literals are headings and fixed phrases, never values. A layout two lines share
// is named after both, "vrp-or-comware", one that is widely imitated "ios-like".
var shapes = []shape{
	// VRP. Its forebear is shared with Comware, so only phrases that differ are used.
	{"vrp/display-version", identity, []string{"vrp (r) software"}},
	{"comware/display-lldp-neighbor", neighbours, []string{"lldp neighbor-information of port"}},
	{"vrp/display-lldp-neighbor", neighbours, []string{" has ", " neighbor(s):", "neighbor index"}},
	{"vrp/display-lldp-neighbor", neighbours, []string{" has ", " neighbors:", "neighbor index"}},
	{"vrp/display-lldp-neighbor-brief", neighbours, []string{"exptime(s)", "neighbor"}},
	{"vrp/display-arp", addresses, []string{"ip address", "mac address", "expire(m)", "type", "interface"}},
	{"vrp/display-device", labels, []string{"device status:", "register", "online"}},
	{"vrp/display-device", labels, []string{"'s device status:"}},
	{"vrp/display-device-card", labels, []string{"slot/card", "card-type", "register"}},
	{"vrp/display-elabel", labels, []string{"boardtype=", "barcode="}},
	{"vrp/display-mac-address", addresses, []string{"mac address", "vlan/vsi", "learned-from"}},
	{"vrp/display-patch-information", other, []string{"patch package name", "patch package version"}},
	{"vrp/display-startup", other, []string{"startup system software:", "startup saved-configuration file:"}},
	{"vrp/display-license", identity, []string{"license state", "revoke ticket"}},
	{"vrp/display-interface", interfaces, []string{"current state : ", "line protocol current state : ", "route port,the maximum transmit unit"}},
	{"vrp/display-interface", interfaces, []string{"current state : ", "line protocol current state : ", "switch port, "}},
	{"vrp-or-comware/display-interface", interfaces, []string{"current state : ", "line protocol current state : "}},
	{"vrp/display-interface-brief", other, []string{"phy: physical", "*down: administratively down"}},
	{"vrp/display-esn", identity, []string{"esn of "}},
	{"vrp/display-eth-trunk", other, []string{"state information is:", "hash arithmetic"}},
	{"vrp/display-vlan", other, []string{"u: up;", "d: down;", "tg: tagged;", "ut: untagged;"}},
	{"vrp/display-vlan", other, []string{"u:up;d:down;tg:tagged;ut:untagged;"}},
	{"vrp/display-vlan", other, []string{"vlan id type", "mac learning broadcast/multicast/unicast property"}},
	{"vrp-or-comware/display-bgp-peer", other, []string{"peers in established state", "msgrcvd", "prefrcv"}},
	{"vrp-or-comware/display-isis-peer", other, []string{"peer information for isis(", "circuit id", "holdtime"}},
	{"vrp/display-ip-routing-table", routes, []string{"route flags: r - relay, d - download to fib", "destinations : "}},
	{"vrp-or-comware/display-ip-routing-table", routes, []string{"routing table", "destinations : ", "routes : ", "nexthop"}},
	{"vrp/display-mpls-te-tunnel", other, []string{"ingress lsrid", "in/outlabel", "tunnel-name"}},
	{"vrp/display-nat-server", other, []string{"nat server information:", "global ip/port", "inside ip/port"}},
	{"vrp/display-temperature", other, []string{"i2c addr chl", "adj_speed temp"}},
	{"vrp/display-telnet-server", other, []string{"telnet server port", "acl4 number"}},
	{"vrp/display-traffic-filter", other, []string{"direction", "appliedrecord"}},
	{"vrp/display-service-set", other, []string{"service-set id", "ssid"}},
	{"vrp-or-comware/display-acl", other, []string{"acl's step is"}},
	{"vrp/dir", other, []string{"directory of flash:/", "idx  attr", "filename"}},
	{"vrp/display-ip-interface-brief", other, []string{"the number of interface that is up in physical is"}},
	{"vrp/display-cpu-usage", other, []string{"cpu usage stat. cycle", "max: ", "cpu usage stat. time"}},
	{"vrp/display-cpu", other, []string{"cpu utilization statistics at", "cpu name"}},
	{"vrp/display-memory-usage", other, []string{"system total memory is:", "memory using percentage is:"}},
	{"vrp/display-power", other, []string{"powerid", "online", "mode", "state", "power"}},
	{"vrp/display-fan", other, []string{"fanid", "online", "airflow"}},
	{"vrp/display-fan", other, []string{"fanid", "fannum", "online"}},
	{"vrp/display-device-manufacture-info", labels, []string{"serial-number", "manu-date"}},
	{"vrp/display-transceiver", labels, []string{"common information:", "transceiver type", "manu. serial number"}},
	{"vrp/display-mac-address", addresses, []string{"pevlan cevlan port", "lsp/"}},
	{"vrp/display-port-vlan", other, []string{"link type", "pvid", "trunk vlan list"}},
	{"vrp/display-users", other, []string{"user-intf", "authenstatus", "authorcmdflag"}},
	{"vrp/display-clock", other, []string{"\ntime zone(", ") : "}},
	{"vrp/display-stack", other, []string{"stack topology type", "stack system mac"}},
	{"vrp/display-vrrp", other, []string{"priorityrun", "masterpriority"}},
	{"vrp/display-bfd-session", other, []string{"peeripaddr", "interfacename"}},
	{"vrp/display-mpls-ldp", other, []string{"ldp session(s) in public network"}},
	{"vrp/display-mpls-ldp", other, []string{"ldp peer information in public network"}},
	{"vrp/display-ap-all", other, []string{"total ap information:"}},
	{"vrp/display-station", other, []string{"rf/wlan: radio id/wlan id"}},
	{"vrp/display-dhcp-snooping", addresses, []string{"dhcp dynamic bind-table:"}},
	{"vrp/display-local-user", other, []string{"user-name", "authmask", "adminlevel"}},
	{"vrp/display-health", other, []string{"system memory usage information", "system cpu usage"}},
	{"vrp/display-temperature", other, []string{"slot", "sensor", "current(c)", "lower(c)"}},
	{"vrp/display-esn", identity, []string{"equipment sn(esn)"}},
	{"vrp-or-comware/display-stp-brief", other, []string{"mstid", "role", "stp state", "protection"}},
	{"vrp-or-comware/display-ospf-peer", other, []string{"ospf process ", " with router id ", "neighbors"}},
	{"vrp-or-comware/display-bgp-routing-table", other, []string{"bgp local router id is", "status codes: * - valid, > - best"}},
	{"smartax/config", config, []string{"[global-config]", "<global-config>"}},
	{"zxros/config", config, []string{"\n!<", "\n!</", "\n$"}},
	{"sros/config", config, []string{"\n# timos-"}},
	{"eos/config", config, []string{"! device: ", ", eos-"}},
	{"vyatta/config", config, []string{"vyatta-config-version"}},
	{"vrp/config", config, []string{"!software version v", "\nsysname "}},
	{"vrp-or-comware/config", config, []string{"\n#\n", "\nsysname "}},
	{"vrp-or-comware/sysname", config, []string{"sysname "}},
	// SmartAX.
	{"smartax/display-version", identity, []string{"product :", "mainboard running area information"}},
	{"smartax/display-ont-info", onts, []string{"f/s/p", "ont", "control", "run", "config", "match"}},
	{"smartax/display-ont-info", onts, []string{"f/s/p", "ont-id", "control flag", "run state"}},
	{"smartax/display-ont-version", onts, []string{"f/s/p", "ont-id", "vendor-id"}},
	{"smartax/display-ont-info-summary", onts, []string{"in port ", "the total of onts are"}},
	{"smartax/display-ont-capability", onts, []string{"ont hardware capability"}},
	{"smartax/display-ont-autofind", onts, []string{"f/s/p", "ont sn", "vendorid"}},
	{"smartax/display-board", labels, []string{"slotid", "boardname", "status"}},
	{"smartax/display-temperature", labels, []string{"slotid:", "boardname:", "temperature:"}},
	{"smartax/display-ont-optical-info", other, []string{"olt rx ont", "rx power", "tx power"}},
	{"smartax/display-service-port", other, []string{"switch-oriented flow list"}},
	{"smartax/display-mac-address", addresses, []string{"srv-p bundle type mac"}},
	{"smartax/display-mac-address-ont", addresses, []string{"f/s/p", "ontid", "mac-address", "port-type"}},
	{"smartax/display-ont-gemport", other, []string{"f/s/p:", "ont id:", "gem port"}},
	{"smartax/display-ont-port-vlan", other, []string{"port c-vlan c-pri eth-type"}},
	{"smartax/display-port-info", other, []string{"f/s/p", "min distance(km)", "number of t-conts"}},
	{"smartax/display-sysman", other, []string{"network service", "port", "state", "telnet", "trace"}},
	{"smartax/display-ont-snmp-profile", other, []string{"ont id", "snmp profile id"}},
	{"smartax/display-ont-wlan-info", other, []string{"ssid index", "maximum associate number"}},
	{"smartax/display-frame-info", labels, []string{"frameid", "frametype"}},
	{"smartax/display-vlan", other, []string{"stnd-port num", "serv-port num"}},
	{"smartax/display-ont-lineprofile", other, []string{"fec upstream switch", "omcc encrypt switch"}},
	{"smartax/display-traffic-table", other, []string{"copy-policy", "pri-policy"}},
	// The maintenance shell of the same line's ONTs ends each answer with "success!".
	{"ont-wap/display-deviceinfo", identity, []string{"device information", "manufactureroui", "success!"}},
	{"ont-wap/display-optic", labels, []string{"linkstatus", "rfrxpower", "success!"}},
	{"cwmp-cpe/log", identity, []string{"manufacturer:", "productclass:", "serialnumber:", "hwver:", "swver:"}},
	{"ont-shell/display", identity, []string{"\nsuccess!"}},
	// ZTE routers, transport and access.
	{"zxros/show-version", identity, []string{"software, version:", "system uptime is", "board name "}},
	{"zxros/show-version", identity, []string{"zxr10", "version"}},
	{"zxros/show-arp", addresses, []string{"exter  inter", "vlanid vlanid", "hardware"}},
	{"zxros/show-interface", interfaces, []string{"detected status is ", "ipv4 protocol is", "address is "}},
	{"zxros/show-interface-brief", other, []string{"attribute  mode", "admin phy   prot"}},
	{"zxros/show-isis-adjacency", other, []string{"process id:", "holds", "snpa(802.2)"}},
	// Interfaces named gpon-onu_1/2/3:4, since the C600 gpon_onu-1/2/3:4, are ZXAN's; its columns others print too.
	{"zxan/show-gpon-onu-detail", onts, []string{"onu interface:", "gpon-onu_", "phase state:"}},
	{"zxan/show-gpon-onu-detail", onts, []string{"onu interface:", "gpon_onu-", "phase state:"}},
	{"zxan/show-gpon-onu", onts, []string{"onuindex", "gpon-onu_"}},
	{"zxan/config", config, []string{"\ninterface gpon-olt_"}},
	{"zxan/config", config, []string{"\ninterface gpon_olt-"}},
	// FiberHome's access systems, AN5516 and AN6000.
	{"an5000/show-authorization", onts, []string{"onu auth table", "slot =", "pon ="}},
	{"an5000/show-authorization", onts, []string{"onutype", "st lic ost", "phyid"}},
	{"an5000/show-discovery", onts, []string{"onu unauth table", "slot ="}},
	{"zxan-like/show-gpon-onu-state", onts, []string{"onuindex", "admin state", "omcc state"}},
	{"zxan/show-card", labels, []string{"cfgtype", "realtype", "status"}},
	{"zxan-like/show-gpon-onu-detail", onts, []string{"onu interface:", "serial number:", "phase state:"}},
	{"zxan-like/show-gpon-onu", onts, []string{"gpon-onu_"}},
	{"zxan-like/show-epon-onu", onts, []string{"epon-onu_"}},
	{"zxros/show-processor", other, []string{"cpu(5s)", "cpu(1m)", "cpu(5m)", "phymem"}},
	{"zxros/show-ip-interface-brief", other, []string{"ip-address", "mask", "admin phy"}},
	{"zxros/show-ip-route", routes, []string{"headers: dest: destination", "gw: gateway"}},
	// Comware and what it was sold as.
	{"comware/display-version", identity, []string{"comware", "software, version"}},
	{"comware/display-version", identity, []string{"comware software"}},
	{"comware/display-device-manuinfo", labels, []string{"device_name", "device_serial_number", "vendor_name"}},
	{"comware/display-lldp-neighbor-list", neighbours, []string{"local interface chassis id      port id"}},
	{"comware/display-arp", addresses, []string{"ip address", "mac address", "vlan", "interface", "aging type"}},
	{"comware/display-interface", interfaces, []string{"current state: ", "line protocol", "maximum transmission unit"}},
	{"comware/display-device", labels, []string{"brd type", "brd status", "software version"}},
	{"comware/display-device", labels, []string{"slot", "type", "state", "subslot", "soft ver", "patch ver"}},
	{"comware/display-link-aggregation", other, []string{"aggregation mode", "loadsharing type"}},
	{"comware/display-link-aggregation", other, []string{"aggregation interface", "aggregation group id", "selected"}},
	{"comware/display-vlan", other, []string{"vlan id:", "vlan type:", "route interface:"}},
	{"comware/display-vlan-brief", other, []string{"brief information about all vlans:"}},
	{"comware/display-route-policy", other, []string{"route-policy :"}},
	{"comware/display-route-policy", other, []string{"route-policy:", "permit"}},
	{"comware/display-vpn-instance", other, []string{"vpn-instance name and id"}},
	{"comware/display-vpn-instance", other, []string{"total vpn-instances configured"}},
	{"comware/display-ip-routing-table", routes, []string{"destinations : ", "routes : ", "destination/mask", "proto"}},
	{"comware/display-interface-brief", other, []string{"brief information on interface"}},
	{"comware/display-ip-interface-brief", other, []string{"(s): spoofing", "physical", "protocol", "description"}},
	{"comware/display-cpu-usage", other, []string{"cpu usage:", "in last 5 seconds", "in last 5 minutes"}},
	{"comware/display-memory", other, []string{"memory statistics are measured in kb"}},
	{"comware/display-power", other, []string{"powerid", "current(a)", "voltage(v)", "power(w)"}},
	{"comware/display-fan", other, []string{"prefer airflow direction:"}},
	{"comware/display-environment", other, []string{"system temperature information (degree c"}},
	{"comware/display-mac-address", addresses, []string{"mac address", "vlan id", "state", "port/nickname"}},
	{"comware/display-mac-address", addresses, []string{"mac addr", "vlan id", "state", "port index", "aging time"}},
	{"comware/display-irf", other, []string{"the bridge mac of the irf is"}},
	{"comware/display-boot-loader", other, []string{"current software images:", "main startup software images:"}},
	{"comware/display-startup", other, []string{"current startup saved-configuration file:"}},
	{"comware/display-wlan-ap", other, []string{"total number of aps:", "serial id"}},
	{"comware/display-stp-brief", other, []string{"mst id", "role", "stp state", "protection"}},
	{"comware/display-clock", other, []string{"time zone : ", " add "}},
	// The IOS line and what follows its manner.
	{"ios-xr/show-version", identity, []string{"ios xr software", "version"}},
	{"ios-xr/show-platform", labels, []string{"platform node", "card type", "vid/sn"}},
	{"ios-xr/show-arp", addresses, []string{"address", "hardware addr", "state", "arpa"}},
	{"nxos/show-version", identity, []string{"nexus operating system (nx-os)"}},
	{"nxos/show-version", identity, []string{"bios:", "kickstart", "device name:"}},
	{"nxos/show-cdp-neighbors", neighbours, []string{"device id:", "interface address(es):", "platform:"}},
	{"nxos/show-mac-address-table", addresses, []string{"mac address", "secure ntfy ports"}},
	{"ios/show-version", identity, []string{"rom: ", "processor board id", "configuration register is"}},
	{"ios/show-version", identity, []string{"ios", "software", "technical support: http"}},
	{"ios/show-cdp-neighbors-detail", neighbours, []string{"device id:", "entry address(es):", "platform:"}},
	{"ios/show-ap-cdp-neighbors", neighbours, []string{"ap name", "ap ip", "neighbor name"}},
	{"ios/show-lldp-neighbors-detail", neighbours, []string{"local intf:", "chassis id:"}},
	{"ios/show-inventory", labels, []string{"name: \"", "descr: \"", "pid: "}},
	{"eos/show-mac-address-table", addresses, []string{"mac address table", "moves   last move"}},
	{"ios/show-mac-address-table", addresses, []string{"mac address table", "vlan    mac address       type        ports"}},
	{"ios/show-mac-address-table", addresses, []string{"unicast entries", "vlan", "mac address", "protocols"}},
	{"ios/show-mac-address-table", addresses, []string{"legend: * - primary entry", "vlan", "mac address"}},
	{"ios/show-mac-address-table", addresses, []string{"destination address", "address type", "vlan", "destination port"}},
	{"ios/show-platform", labels, []string{"switch", "ports", "model", "serial no.", "mac address", "hw ver."}},
	{"ios/show-bfd-neighbors", other, []string{"ouraddr", "neighaddr", "ld/rd"}},
	{"ios-like/config", config, []string{"building configuration..."}},
	{"ios-like/config", config, []string{"current configuration : "}},
	{"ios-like/show-arp", addresses, []string{"protocol", "address", "age (min)", "hardware addr", "arpa"}},
	{"ios-like/show-fdp-neighbors", neighbours, []string{"device id", "fdp", "holdtime"}},
	// Others.
	{"eos/show-version", identity, []string{"software image version:", "system mac address:"}},
	{"eos/show-arp", addresses, []string{"address", "age (", "hardware addr", "vlan", ", "}},
	{"eos/show-lldp-neighbors", neighbours, []string{"last table change time", "neighbor device id"}},
	{"eos/show-lldp-neighbors-detail", neighbours, []string{"detected ", " lldp neighbors"}},
	{"eos/show-module", labels, []string{"\nmodule  ports card type"}},
	{"eos/show-transceiver-hardware", labels, []string{"media type:", "maximum module power (w)"}},
	{"eos/show-mac-security", other, []string{"interface: ", "address: ", "participant"}},
	{"eos/show-mac-security", other, []string{"mka counters"}},
	{"junos/show-version", identity, []string{"junos", "model:"}},
	{"junos/show-version", identity, []string{"junos base os"}},
	{"junos/show-chassis-hardware", labels, []string{"hardware inventory:", "part number", "serial number"}},
	{"junos/show-chassis-cluster", other, []string{"cold sync monitoring", "redundancy group"}},
	{"bsd/top", other, []string{"inact", "wired", "swap:", "processes:"}},
	{"junos/show-processes", other, []string{"node: re0", "load average"}},
	{"junos/show-processes", other, []string{"node: fpc0", "load average"}},
	{"junos/show-lldp-neighbors", neighbours, []string{"local interface", "parent interface", "chassis id", "port info"}},
	{"junos/config", config, []string{"host-name ", "system {", "version "}},
	{"junos/config", config, []string{"set version ", "set system host-name"}},
	{"procurve/show-lldp-local", identity, []string{"lldp local device information"}},
	{"procurve/show-cdp-neighbors", neighbours, []string{"cdp neighbors information"}},
	{"procurve/show-lldp-remote", neighbours, []string{"lldp remote device information"}},
	{"procurve/show-mac-address", addresses, []string{"status and counters - port address table"}},
	{"procurve/show-system", identity, []string{"status and counters - general system information"}},
	{"procurve/config", config, []string{"configuration editor; created on release"}},
	{"fastiron/show-version", identity, []string{"sw: version", "compiled on"}},
	{"fastiron/show-lldp-neighbors-detail", neighbours, []string{"local port:", "+ chassis id"}},
	{"fastiron/show-lldp-neighbors", neighbours, []string{"lcl port chassis id"}},
	{"ios-like/show-lldp-neighbors", neighbours, []string{"capability codes:", "device id", "local intf"}},
	{"aos/show-system", identity, []string{"system:", "description:", "object id:", "flash space:"}},
	{"aos/show-chassis", labels, []string{"model name:", "manufacture date:", "admin status:"}},
	{"aos/show-mac-address-table", addresses, []string{"legend: mac address: * = address not valid"}},
	{"aos/show-lldp-remote-system", neighbours, []string{"remote lldp", "agents on local"}},
	{"sros/show-version", identity, []string{"timos-"}},
	{"sros/show-system", identity, []string{"system information", "system name", "system type", "system version"}},
	{"sros/show-system-cpu", other, []string{"cpu utilization", "cpu time", "capacity usage"}},
	{"edgeos/show-version", identity, []string{"build id:", "hw model:", "copyright:"}},
	{"vyos/show-version", identity, []string{"build commit id:", "hardware model:", "copyright:"}},
	{"routeros/system-resource", identity, []string{"board-name:", "architecture-name:", "uptime:"}},
	{"routeros/system-routerboard", identity, []string{"routerboard:", "model:", "serial-number:"}},
	{"routeros/system-clock", other, []string{"time-zone-autodetect:", "gmt-offset:"}},
	{"routeros/export", config, []string{"by routeros "}},
	{"fortios/lldp-neighbor", neighbours, []string{"chassis.data:", "port.id.data:"}},
	{"fortios/get-system-status", identity, []string{"version: forti", "serial-number:"}},
	{"fortios/config", config, []string{"#config-version="}},
	{"esr/show-system-id", identity, []string{"unit    mac address    hardware version serial number"}},
	{"awplus/show-arp", addresses, []string{"mac address     interface    port "}},
	{"awplus/show-mac-address-table", addresses, []string{"vlan port             mac            fwd"}},
	{"linux/arp", addresses, []string{"hwtype", "hwaddress", "flags mask"}},
	{"saos/show-software", identity, []string{"software state", "running package version"}},
	{"saos/show-system-components", identity, []string{"openconfig-platform-types:"}},
	{"ucd/show-pon-transceiver", labels, []string{"transceiver information:", "vendor name:", "part number:"}},
}

// headBytes is how much of a section its shape is looked for in.
const headBytes = 12 << 10

// classify says what a section is: by its command, else by shape, else by its
// words. The shape is named whenever one matches. Neighbour layouts are looked
// for first and win over any command but the local ones: what a neighbour says
// of itself holds the very phrases its own outputs are told by.
func classify(sec *section) (kind, string) {
	low := lower(sec)
	c := kindOfCommand(sec.cmd)
	if sec.cmd == "" && configured(low) {
		_, name := shapeOf(low, config)
		return config, name
	}
	local := strings.Contains(low, "lldp local") || strings.Contains(low, "local system data") || strings.Contains(low, "local device information")
	if !local && !strings.Contains(sec.cmd, "local") && c != config {
		if k, name := shapeOf(low, neighbours); k == neighbours || byWords(low) == neighbours && c != labels {
			return neighbours, name
		}
	}
	k, name := shapeOf(low, other)
	switch {
	case c != other:
		return c, name
	case name == "" && sec.cmd == "":
		return byWords(low), ""
	}
	return k, name
}

// shapeOf finds the first shape whose literals all stand in the text: among
// those of neighbours or configurations alone, or for other among all but neighbours.
func shapeOf(low string, among kind) (kind, string) {
	for i := range shapes {
		k := shapes[i].kind
		if (k == among || among == other && k != neighbours) && containsAll(low, shapes[i].all) {
			return shapes[i].kind, shapes[i].name
		}
	}
	return other, ""
}

// lower joins the head of a section in lower case; each line begins after "\n".
func lower(sec *section) string {
	var b strings.Builder
	for _, l := range sec.lines {
		if b.Len() > headBytes {
			break
		}
		b.WriteByte('\n')
		b.WriteString(l.text)
	}
	return strings.ToLower(b.String())
}

func containsAll(s string, all []string) bool {
	for _, a := range all {
		if !strings.Contains(s, a) {
			return false
		}
	}
	return true
}

// byWords guesses the kind of a layout no shape names, from the words any maker uses.
func byWords(low string) kind {
	has := func(w string) bool { return strings.Contains(low, w) }
	switch {
	case (has("chassis id") || has("chassisid")) && (has("port id") || has("portid") || has("system name") || has("sysname")):
		return neighbours
	case has("device id") && has("platform") && (has("holdtime") || has("port id") || has("device port") || has("intrfce")):
		return neighbours
	case (has("mac address") || has("hardware addr") || has("hwaddr") || has("mac-address")) && addressRows(low) >= 2:
		return addresses
	case has("gpon-onu") || has("onu") && has("sn") && has("state"):
		return onts
	case has("serial number") || has("software version") || has("system description") || has(" uptime is ") ||
		has("firmware version") || has("hardware version") || has("copyright") || has("serialnumber"):
		return identity
	case has("line protocol is") || has("line protocol current state"):
		return interfaces
	}
	return other
}

// addressRows counts lines with a MAC beside other columns.
func addressRows(low string) int {
	n := 0
	for l := range strings.Lines(low) {
		f := strings.Fields(l)
		if len(f) < 2 || len(f) > 12 {
			continue
		}
		for _, w := range f {
			if looksMAC(w) {
				n++
				break
			}
		}
	}
	return n
}
