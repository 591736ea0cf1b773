package probe

import (
	"context"

	"telltale/internal/answer"
)

// Func asks one host on one port. What it returns with an error counts.
type Func func(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error)

// Kind is one probe: its name in files, what it costs, how it asks.
type Kind struct {
	Name  string
	Proto string
	// Port is asked when no other is stated.
	Port uint16
	// Packets is how many packets it sends at most to a host that behaves, for the plan.
	Packets int
	Ask     Func
	// About says in a few words what is asked, for the plan.
	About string
}

// Kinds lists the probes that need no credentials, in the order in which a host is asked.
func Kinds() []Kind {
	return []Kind{
		{"connect", "tcp", 0, 5, askConnect, "open and close the port"},
		{"mdns", "udp", 5353, 1, askMDNS, "its services by DNS-SD, unicast"},
		{"ssdp", "udp", 1900, 1, askSSDP, "UPnP search, unicast"},
		{"upnp", "tcp", 0, 40, nil, "the UPnP description the search points to"},
		{"wsd", "udp", 3702, 1, askWSD, "WS-Discovery probe, unicast"},
		{"netbios", "udp", 137, 1, askNetBIOS, "node status"},
		{"sip", "udp", 5060, 1, askSIP, "OPTIONS"},
		{"dhcp", "udp", 67, 1, askDHCP, "INFORM"},
		{"ssh", "tcp", 22, 24, askSSH, "version, key exchange and host key; no login"},
		{"telnet", "tcp", 23, 12, banner("telnet", telnetGreeted), "greeting; no login"},
		{"ftp", "tcp", 21, 8, banner("ftp", lineSeen), "greeting; no login"},
		{"rtsp", "tcp", 554, 8, askRTSP, "OPTIONS"},
		{"http", "tcp", 80, 60, askHTTP("http", "http"), "GET / and /favicon.ico"},
		{"tls", "tcp", 443, 20, askTLS, "certificate"},
		{"https", "tcp", 443, 70, askHTTP("https", "https"), "GET / and /favicon.ico"},
		{"onvif", "tcp", 80, 20, askONVIF, "GetDeviceInformation, without login"},
	}
}
