package scan

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"telltale/internal/scan/probe"
)

// Plan says before anything is sent what a scan will send, to whom and how fast.
type Plan struct {
	Targets   []string `json:"targets"`
	Addresses uint64   `json:"addresses"`
	// Crawl are the nets into which hosts told of are followed, empty for none.
	Crawl   []string      `json:"crawl,omitempty"`
	Profile string        `json:"profile"`
	About   string        `json:"about"`
	Probes  []PlannedStep `json:"probes"`
	// PerHost and Rate are the caps, in packets a second; Rate below 0 is none.
	PerHost int      `json:"packets_per_second_per_host"`
	Rate    int      `json:"packets_per_second"`
	Windows []string `json:"windows,omitempty"`
	// SilentPackets go to an address that never answers, HostPackets at most to one that answers all (without SNMP tables).
	SilentPackets int `json:"packets_per_silent_address"`
	HostPackets   int `json:"packets_per_answering_host"`
	// SearchPackets is the most the search for hosts takes, SearchSeconds how long.
	SearchPackets uint64  `json:"search_packets"`
	SearchSeconds float64 `json:"search_seconds"`
	// HostSeconds is about what a host that answers takes, HostsAtOnce how many are asked at a time.
	HostSeconds float64 `json:"seconds_per_answering_host"`
	HostsAtOnce int     `json:"hosts_at_once"`
	// Share is the part of the addresses that is assumed to answer for TotalSeconds.
	Share        float64  `json:"assumed_share_answering"`
	TotalSeconds float64  `json:"total_seconds"`
	Lightly      []string `json:"touched_lightly"`
	Never        []string `json:"never_sent"`
}

// PlannedStep is one probe with its ports and the packets it takes at most.
type PlannedStep struct {
	Probe   string   `json:"probe"`
	Stage   string   `json:"stage"` // "search" or "host"
	Ports   []uint16 `json:"ports,omitempty"`
	Packets int      `json:"packets"`
	About   string   `json:"about"`
}

// assumedShare is the part of a net's addresses that usually answers; small scans are planned as if all did.
const assumedShare = 0.1

// tablePackets is about what the SNMP tables of a middling switch take.
const tablePackets = 60

// Plan computes the plan.
func (s *Scan) Plan() *Plan {
	o := s.pacer.Options()
	p := &Plan{
		Targets: s.o.Names, Addresses: s.o.Targets.Len(), Profile: s.profile.Name, About: s.profile.About,
		PerHost: o.PerHost, Rate: o.Rate, HostsAtOnce: s.o.Hosts, Share: assumedShare,
		Never: []string{"SNMP SET", "logins (unless credentials are given, and then only show and display commands)", "exploits, brute force, broadcasts"},
	}
	for _, w := range o.Windows {
		p.Windows = append(p.Windows, w.String())
	}
	if s.o.Allowed != nil {
		for _, r := range s.o.Allowed.Ranges() {
			p.Crawl = append(p.Crawl, r.From.String()+" to "+r.To.String())
		}
	}
	for _, f := range s.o.Rules.Fragile {
		p.Lightly = append(p.Lightly, f.Name+": "+f.Why)
	}
	if p.Addresses <= 256 {
		p.Share = 1
	}
	s.planSearch(p)
	s.planHost(p)
	hosts := p.Share * float64(p.Addresses)
	p.TotalSeconds = p.SearchSeconds
	if p.HostPackets > 0 {
		p.TotalSeconds += max(hosts/float64(p.HostsAtOnce), min(hosts, 1)) * p.HostSeconds
	}
	return p
}

func (s *Scan) planSearch(p *Plan) {
	step := func(name string, packets int, about string, ports ...uint16) {
		p.Probes = append(p.Probes, PlannedStep{name, "search", ports, packets, about})
		p.SilentPackets += packets
	}
	waits := 0
	if n := len(s.o.Secrets.Communities); n > 0 && s.profile.Sweep && (s.wants("sweep") || s.wants("snmp")) {
		step("sweep", n*s.o.Passes, "four values of SNMP's system group", s.o.SNMPPort)
		waits += n * s.o.Passes
	}
	if s.profile.Echo && s.wants("echo") {
		step("echo", s.o.Passes, "ICMP echo, of who is silent so far")
		waits += s.o.Passes
	}
	swept := p.SilentPackets
	if n := len(s.profile.Live); n > 0 && (len(s.o.Only) == 0 || slices.Contains(s.o.Only, "live")) {
		step("live", n, "open TCP ports, of who is silent so far", s.profile.Live...)
	}
	p.SearchPackets = p.Addresses * uint64(p.SilentPackets)
	blocks := float64((p.Addresses + blockSize - 1) / blockSize)
	p.SearchSeconds = blocks * float64(waits) * s.o.Wait.Seconds()
	if p.Rate > 0 {
		p.SearchSeconds += float64(p.Addresses) * float64(swept) / float64(p.Rate)
	}
	if knocks := float64(p.SilentPackets - swept); knocks > 0 {
		rate := float64(knockers) / probe.KnockTimeout.Seconds()
		if p.Rate > 0 {
			rate = min(rate, float64(p.Rate))
		}
		p.SearchSeconds += max(float64(p.Addresses)*knocks/rate, knocks*0.1)
	}
}

func (s *Scan) planHost(p *Plan) {
	silentWaits := 0.0
	for _, a := range s.profile.Ask {
		k := kind(a.Probe)
		if k == nil || !s.wants(a.Probe) {
			continue
		}
		ports := a.Ports
		if len(ports) == 0 {
			ports = []uint16{k.Port}
		}
		p.Probes = append(p.Probes, PlannedStep{a.Probe, "host", ports, k.Packets * len(ports), k.About})
		p.HostPackets += k.Packets * len(ports)
		if k.Proto == "udp" {
			silentWaits += probeTimeout.Seconds()
		}
	}
	if s.profile.Walk && s.wants("snmp") && len(s.o.Secrets.Communities)+len(s.o.Secrets.Users) > 0 {
		p.Probes = append(p.Probes, PlannedStep{"snmp", "host", []uint16{s.o.SNMPPort}, tablePackets, fmt.Sprintf("tables of who answers SNMP; more for large tables, at most %s", s.profile.HostTime)})
		p.HostPackets += tablePackets
	}
	if len(s.o.Secrets.SSH) > 0 && s.wants("cli") {
		p.Probes = append(p.Probes, PlannedStep{"cli", "host", []uint16{22}, 60, "show and display commands by SSH, with the login given"})
		p.HostPackets += 60
	}
	p.HostSeconds = min(float64(p.HostPackets)/s.pacer.Steady()+silentWaits, s.profile.HostTime.Seconds())
}

// Write prints the plan for a person.
func (p *Plan) Write(w io.Writer) error {
	line := func(format string, a ...any) { fmt.Fprintf(w, format+"\n", a...) }
	line("Plan: nothing is sent yet")
	line("  targets     %s (%d addresses, in shuffled order)", strings.Join(p.Targets, ", "), p.Addresses)
	if len(p.Crawl) > 0 {
		line("  crawl       to hosts told of inside %s", strings.Join(p.Crawl, ", "))
	}
	line("  profile     %s: %s", p.Profile, p.About)
	rate := fmt.Sprintf("%d packets a second in all", p.Rate)
	if p.Rate < 0 {
		rate = "no cap in all"
	}
	line("  speed       at most %d packets a second to one host, %s, %d hosts at a time", p.PerHost, rate, p.HostsAtOnce)
	if len(p.Windows) > 0 {
		line("  hours       %s only", strings.Join(p.Windows, ", "))
	}
	line("  packets     %d to an address that stays silent, at most about %d to a host that answers everything", p.SilentPackets, p.HostPackets)
	line("  search      %d packets at most, about %s", p.SearchPackets, seconds(p.SearchSeconds))
	line("  hosts       about %s for each that answers everything", seconds(p.HostSeconds))
	line("  in all      about %s when %.0f %% of the addresses answer", seconds(p.TotalSeconds), 100*p.Share)
	line("")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  PROBE\tPORTS\tPACKETS\tWHAT")
	for _, s := range p.Probes {
		ports := strings.Trim(strings.ReplaceAll(fmt.Sprint(s.Ports), " ", ","), "[]")
		fmt.Fprintf(t, "  %s\t%s\t%d\t%s\n", s.Probe, ports, s.Packets, s.About)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	line("")
	for _, f := range p.Lightly {
		line("  touched lightly: %s", f)
	}
	line("  never sent: %s", strings.Join(p.Never, "; "))
	return nil
}

func seconds(s float64) string {
	d := time.Duration(s * float64(time.Second))
	if d > 10*time.Second {
		return d.Round(time.Second).String()
	}
	return d.Round(100 * time.Millisecond).String()
}
