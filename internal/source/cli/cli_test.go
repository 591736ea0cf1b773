package cli

import (
	"strings"
	"testing"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/sourcetest"
)

var exts = []string{"txt", "yaml", "json"}

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, exts...) }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, exts...) }

func TestPrompt(t *testing.T) {
	for _, tt := range []struct {
		name, line, known, host, cmd string
		ok                           bool
	}{
		{"angle", "<core-1>display version", "", "core-1", "display version", true},
		{"view", "[core-1-GigabitEthernet0/0/1]dis arp", "core-1", "core-1", "display arp", true},
		{"candidate", "[~core-1]display arp", "", "core-1", "display arp", true},
		{"hash", "dist-1#sh ver | i uptime", "", "dist-1", "show ver", true},
		{"mode", "dist-1(config-if)# show run", "", "dist-1", "show run", true},
		{"user", "ops@mx-1> show chassis hardware", "", "mx-1", "show chassis hardware", true},
		{"member", "{master:0} ops@mx-1> show version", "", "mx-1", "show version", true},
		{"route processor", "RP/0/RSP0/CPU0:xr-1#show version", "", "xr-1", "show version", true},
		{"bracketed user", "[admin@gw] > /system resource print", "", "gw", "/system resource print", true},
		{"prompt alone, known", "dist-1#", "dist-1", "dist-1", "", true},
		{"prompt alone, new", "dist-1#", "", "", "", false},
		{"sentence", "for more see <docs>show", "", "", "", false},
		{"mail address", "write to <a b>show version", "", "", "", false},
		{"comment", "# show version", "", "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			host, cmd, ok := prompt(tt.line, tt.known)
			if host != tt.host || cmd != tt.cmd || ok != tt.ok {
				t.Errorf("prompt(%q, %q) = %q, %q, %v; want %q, %q, %v", tt.line, tt.known, host, cmd, ok, tt.host, tt.cmd, tt.ok)
			}
		})
	}
}

// TestNeighbourStaysNeighbour: whatever a neighbour says of itself, no observation of the teller holds it.
func TestNeighbourStaysNeighbour(t *testing.T) {
	const foreign = "Zephyr Versatile Routing Platform Software\nVRP (R) software, Version 5.170\nCopyright (C) Zephyr Works"
	for _, tt := range []struct{ name, text string }{
		{"vrp", "GE0/0/1 has 1 neighbor(s):\nNeighbor index :1\nChassis type :MAC address\nChassis ID :00aa-1100-0010\nPort ID :x\nSystem name :z\nSystem description :" + foreign + "\nSystem capabilities supported :bridge\n"},
		{"ios", "Local Intf: Gi1/1\nChassis id: 00aa.1100.0010\nPort id: x\nSystem Name: z\n\nSystem Description: \n" + foreign + "\n\nTime remaining: 90 seconds\n"},
		{"procurve", " LLDP Remote Device Information Detail\n\n  Local Port   : 1\n  ChassisType  : mac-address\n  ChassisId    : 00aa11-000010\n  PortId       : x\n  SysName      : z\n  System Descr : " + foreign + "\n"},
		{"numbered", "1 port: 6\n1 port.txt: lan1\n1 chassis.data: 00:aa:11:00:00:10\n1 port.id.data: x\n1 system.name.data: z\n1 system.desc.data: " + foreign + "\n1 system.caps.available: 0014\n"},
		{"prompted as a version", "sw#show tech-support\nLocal Intf: Gi1/1\nChassis id: 00aa.1100.0010\nPort id: x\nSystem Description: \n" + foreign + "\n\nTime remaining: 9\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := sourcetest.Read(Source{}, "x.txt", []byte(tt.text))
			if err != nil || len(got) != 1 {
				t.Fatalf("read %d sightings, error %v; want one", len(got), err)
			}
			for _, o := range got[0].Observations {
				if strings.Contains(o.Value, "Zephyr") || strings.HasPrefix(o.Value, "vrp/display-version") {
					t.Errorf("the teller says %s = %q", o.Attr, o.Value)
				}
			}
			if !said(got[0].Links, evidence.LLDPSysDesc, "Zephyr") {
				t.Errorf("no link carries the neighbour's description: %+v", got[0].Links)
			}
		})
	}
}

func said(links []asset.Link, attr evidence.Attr, part string) bool {
	for _, l := range links {
		for _, o := range l.Remote.Observations {
			if o.Attr == attr && strings.Contains(o.Value, part) {
				return true
			}
		}
	}
	return false
}

// TestNoSecret: no line of a configuration but its name and header is kept.
func TestNoSecret(t *testing.T) {
	text := "sw#show running-config\n!Software Version V1\nhostname sw\nusername admin password 7 0011AA\nsnmp-server community private-version\nenable secret model-5\n"
	if got := sourcetest.List(Source{}, "x", []byte(text)); strings.Contains(got, "0011AA") || strings.Contains(got, "private") || strings.Contains(got, "model-5") {
		t.Errorf("a secret was kept:\n%s", got)
	}
}

// TestShapesFirst: every shape is told by its own literals, no shape before it swallows it.
func TestShapesFirst(t *testing.T) {
	for i, s := range shapes {
		low := strings.Join(s.all, "\n")
		if _, name := shapeOf(low, map[bool]kind{true: neighbours, false: other}[s.kind == neighbours]); name == "" {
			t.Errorf("shape %d %s does not match its own literals", i, s.name)
		}
		for _, l := range s.all {
			if l != strings.ToLower(l) {
				t.Errorf("shape %s: literal %q is not lower case", s.name, l)
			}
		}
	}
}

func TestRecogniseOthers(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"sheet", "Serial Number,Model,Manufacturer\nA1,B1,C1\nA2,B2,C2\n"},
		{"walk", ".1.3.6.1.2.1.1.1.0 = STRING: Acme software, Version 3\n.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.9\n"},
		{"recorded walk", "1.3.6.1.2.1.1.1.0|4|Acme IOS XR Software, Version 3\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9\n"},
		{"licence", "Copyright (c) 2020 Acme. All rights reserved. Permission is hereby granted to use this version\nof the software to anybody who can read a long sentence made of many words in a row\n"},
		{"json", `{"serial number": "x"}`},
		{"empty", ""},
		{"binary", "\x00\x01\x02\x03show version\x00\x00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if n := (Source{}).Recognise([]byte(tt.text), "x"); n >= 50 {
				t.Errorf("Recognise = %d, want less than 50", n)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	var text strings.Builder
	text.WriteString("sw#show mac address-table\nVlan    Mac Address       Type        Ports\n")
	for i := range 10_000 {
		text.WriteString("  10    00aa.11")
		text.WriteString(strings.ToLower(string("0123456789abcdef"[i>>4&15])) + string("0123456789abcdef"[i&15]) + ".0060    DYNAMIC     Gi1/0/7\n")
	}
	data := []byte(text.String())
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, _, err := sourcetest.Read(Source{}, "x", data); err != nil {
			b.Fatal(err)
		}
	}
}

// TestShapeIsNarrow: words any system prints name no family.
func TestShapeIsNarrow(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"lldp of another line", "Local Interface    : ge-0/0/0\nChassis ID         : 00:aa:11:22:33:44\nPort ID            : x\nSystem name        : y\n"},
		{"brief lldp table", "Lcl Port      Scope Remote Chassis ID  Index  Remote Port     Remote Sys Name\n1/1/1         NB    00:AA:11:00:88:00  1      1/1/2           sr2\n"},
		{"address table", "IP Address       MAC Address        Port    Type     Interface\n192.0.2.1   00:aa:11:22:33:44   1   dynamic  v1\n"},
		{"board table", "Slot  Type   Status  Online  Power\n1  A  ok yes on\n"},
		{"onu table", "ONU  SN            State  Run  Config Match\n1    ACME00000001  up     on   ok     ok\n"},
		{"cpu", "CPU utilization : 5%\nControl plane : 3%\n"},
		{"shared with a sibling", "Routing Tables: Public\n\tDestinations : 7\tRoutes : 7\n\nDestination/Mask    Proto  Pre  Cost         NextHop         Interface\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := sourcetest.List(Source{}, "x", []byte(tt.text))
			for _, family := range []string{`"vrp/`, `"smartax/`, `"zx`, `"comware/`, `"fastiron/`, `"awplus/`} {
				if strings.Contains(got, "cli.shape = "+family) {
					t.Errorf("a family is named:\n%s", got)
				}
			}
		})
	}
}
