package cli

import (
	"strings"
	"testing"
)

// Heads of outputs composed from command references: each is told by its own
// family, and what two families print is named after both.
func TestDocumentedShapes(t *testing.T) {
	for _, tt := range []struct{ family, text string }{
		{"vrp", "*down: administratively down\n^down: standby\n(l): loopback\n(s): spoofing\nThe number of interface that is UP in Physical is 4\nInterface  IP Address/Mask  Physical  Protocol\n"},
		{"vrp", "CPU Usage Stat. Cycle: 60 (Second)\nCPU Usage            : 11% Max: 84%\nCPU Usage Stat. Time : 2021-03-04  10:11:12\n"},
		{"vrp", " Memory utilization statistics at 2021-03-04 10:11:12\n System Total Memory Is: 171764 bytes\n Total Memory Used Is: 96160 bytes\n Memory Using Percentage Is: 56%\n"},
		{"vrp", " PowerID  Online   Mode   State      Power\n 1  Present  AC  Supply  80.00\n"},
		{"vrp", "Slot  FanID  Online  Status  Speed  Mode  Airflow\n0  1  Present  Normal  40%  AUTO  Side-to-Back\n"},
		{"vrp", "Slot  Card  Type       Serial-number   Manu-date\n0  -  X  -  2019-01-02\n"},
		{"vrp", "GigabitEthernet0/0/1 transceiver information:\nCommon information:\n  Transceiver Type  :1000_BASE_LX_SFP\nManufacture information:\n  Manu. Serial Number  :A1\n"},
		{"vrp", "Port   Link Type    PVID  Trunk VLAN List\nGE0/0/1  trunk  1  1-4094\n"},
		{"vrp", "  User-Intf    Delay    Type   Network Address     AuthenStatus    AuthorcmdFlag\n"},
		{"vrp", "Stack mode: Service-port\nStack topology type: Ring\nStack system MAC: 00aa-1100-0010\n"},
		{"vrp", "Total AP information:\nnor  : normal  [2]\nID  MAC  Name  Group  IP  Type  State  STA  Uptime\n"},
		{"vrp", " LDP Session(s) in Public Network\n Codes: LAM(Label Advertisement Mode)\n PeerID  Status  LAM  SsnRole\n"},
		{"vrp", "2021-03-04 10:11:12+02:00\nThursday\nTime Zone(Default Zone Name) : UTC\n"},
		{"vrp-or-comware", " OSPF Process 1 with Router ID 192.0.2.1\n  Neighbors\n Area 0.0.0.0 interface 192.0.2.1(Vlanif10)'s neighbors\n"},
		{"vrp-or-comware", " MSTID  Port  Role  STP State  Protection\n 0  GE0/0/1  DESI  FORWARDING  NONE\n"},
		{"smartax", "  VLAN   Type   Attribute  STND-Port NUM   SERV-Port NUM  VLAN-Con NUM\n"},
		{"zxros", "IPv4 Routing Table:\nHeaders: Dest: Destination,  Gw: Gateway,  Pri: Priority;\n"},
		{"zxros", "Interface   IP-Address   Mask   Admin Phy   Prot  Description\n"},
		{"zxan", "OnuIndex                 Sn                  State\n-----\ngpon-onu_1/1/2:1         ABCD01234567        unknown\n"},
		{"zxan", "ONU interface:         gpon-onu_1/1/1:1\n  Type:                X\n  Phase state:         working\n"},
		{"zxan-like", "OnuIndex   Admin State  OMCC State  Phase State  Channel\n1/1/1:1  enable  enable  working  1(GPON)\n"},
		{"an5000", "-----  ONU Auth Table, SLOT = 11, PON = 1, ITEM = 2 -----\nSlot Pon Onu OnuType        ST Lic OST PhyId\n"},
		{"comware", "Brief information on interfaces in route mode:\nLink: ADM - administratively down; Stby - standby\n"},
		{"comware", "*down: administratively down\n(s): spoofing  (l): loopback\nInterface  Physical Protocol IP address  VPN instance Description\n"},
		{"comware", "Slot 1 CPU 0 CPU usage:\n 6% in last 5 seconds\n 7% in last 1 minute\n 7% in last 5 minutes\n"},
		{"comware", "Memory statistics are measured in KB:\nSlot 1:\n  Total  Used  Free\n"},
		{"comware", "MemberID  Role  Priority  CPU-Mac  Description\n * indicates the device is the master.\nThe bridge MAC of the IRF is: 00aa-1100-0010\n"},
		{"comware", "MAC Address      VLAN ID    State    Port/Nickname    Aging\n00aa-1100-0010  1  Learned  GE1/0/1  Y\n"},
	} {
		var sec section
		for _, l := range strings.Split(tt.text, "\n") {
			sec.lines = append(sec.lines, line{text: l})
		}
		_, name := classify(&sec)
		if family, _, _ := strings.Cut(name, "/"); family != tt.family {
			t.Errorf("%q is %q, want family %s", tt.text, name, tt.family)
		}
	}
}
