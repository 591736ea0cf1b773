package cli

import (
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// configWords begin lines that stand in configurations and not in outputs.
var configWords = []string{"interface ", "hostname ", "sysname ", "ip address ", "snmp-server ", "snmp-agent ", "service ", "username ", "aaa ", "ntp ", "line vty",
	"spanning-tree ", "set system ", "set interfaces ", "set version ", "config system ", "system {", "interfaces {", "host-name ", "board add ", "ont add ", "exit all", "router ", "user-interface ",
	"switchport ", "no ip ", "ip route", "vlan batch", "add name=", "set name=", "return"}

// configured reports whether a text is a configuration: lines begin as only
// those do, in two ways at least, or in one way between the marks that end blocks.
func configured(low string) bool {
	marks := 0
	ways := map[string]bool{}
	for l := range strings.Lines(low) {
		s := strings.TrimSpace(l)
		if s == "!" || s == "#" || s == "$" {
			marks++
			continue
		}
		// Columns, colons and states belong to outputs.
		if strings.Contains(s, "   ") || strings.Contains(s, ": ") || strings.Contains(s, " is ") {
			continue
		}
		for _, w := range configWords {
			if strings.HasPrefix(s, w) {
				ways[w] = true
				break
			}
		}
		if len(ways) > 2 || len(ways) > 0 && len(ways)+marks > 2 {
			return true
		}
	}
	return false
}

// config takes the name and the header of a configuration, what a collector put
// in comments before it, and the ONTs an OLT is told to expect. All other lines
// may hold secrets and are not looked at.
func (r *reader) config(sec *section) bool {
	shown := r.comments(sec)
	got := shown
	pon := ""
	for i, l := range sec.lines {
		text := strings.TrimSpace(l.text)
		if name, ok := configName(l.text); ok {
			got = r.add(evidence.Hostname, name, l.at) || got
		}
		if i < 12 && header(text, i == 0) && !(shown && strings.ContainsAny(text[:1], "!#;")) {
			r.text(text, l.at)
			got = true
		}
		if rest, ok := strings.CutPrefix(text, "interface "); ok {
			pon = ponPort(rest)
		}
		if pon != "" {
			got = r.expected(pon, text, l.at) || got
		}
	}
	return got || len(sec.lines) > 0 && r.host != ""
}

// comments reads the block of comments before a configuration, in which
// collectors keep what the device showed of itself: "! Chassis type: ...", "# model = ...".
func (r *reader) comments(sec *section) bool {
	var shown, inventory section
	for _, l := range sec.lines {
		s := strings.TrimSpace(l.text)
		if s == "" {
			continue
		}
		if !strings.HasPrefix(s, "!") && !strings.HasPrefix(s, "#") && !strings.HasPrefix(s, ";") || len(shown.lines) > 400 {
			break
		}
		bare := strings.TrimSpace(strings.TrimLeft(s, "!#;"))
		low := strings.ToLower(bare)
		if strings.HasPrefix(s, "#config-version") || strings.HasPrefix(low, "command:") || strings.HasPrefix(low, "time:") || strings.Contains(low, "last con") || strings.Contains(low, "last commit") {
			continue
		}
		// One text speaks once: inventory lines as labels, the rest as lines.
		if strings.HasPrefix(bare, "NAME:") || strings.HasPrefix(bare, "PID:") {
			inventory.lines = append(inventory.lines, line{l.at, bare})
		} else if bare != "" {
			shown.lines = append(shown.lines, line{l.at, bare})
		}
	}
	got := len(inventory.lines) > 0 && r.labels(&inventory)
	if len(shown.lines) < 2 {
		return got
	}
	return r.identity(&shown) || got
}

// header reports whether one of the first lines tells software or hardware: "!Software Version V200R019",
// "version 15.2", "#config-version=...", "; J9774A Configuration Editor", "! device: leaf1 (DCS-7050, EOS-4.28)", "[MA5800V100R019: 3021]".
func header(s string, first bool) bool {
	low := strings.ToLower(s)
	if len(s) > 160 || anyOf(low, noise) {
		return false
	}
	switch {
	case strings.HasPrefix(low, "version "), strings.HasPrefix(s, "#config-version"), strings.HasPrefix(s, "; "):
		return true
	case first && strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") && strings.ContainsAny(s, "0123456789") && strings.Contains(s, ": "):
		return true
	case strings.HasPrefix(s, "!") || strings.HasPrefix(s, "# "):
		bare := strings.TrimLeft(s, "!# ")
		oneWord := !strings.ContainsAny(bare, " <>") && strings.ContainsAny(bare, "0123456789") && strings.ContainsAny(strings.ToLower(bare), "abcdefghijklmnopqrstuvwxyz")
		return oneWord || anyOf(low, []string{"software", "version", "model", "serial", "routeros", "device:", "timos"})
	}
	return false
}

// configName takes the name out of the line that sets it.
func configName(text string) (string, bool) {
	s := strings.TrimSpace(text)
	for _, k := range []string{"hostname ", "sysname ", "set system host-name ", "host-name ", "set hostname ", "system name ", "set name="} {
		if v, ok := strings.CutPrefix(s, k); ok {
			v = strings.Trim(strings.TrimSuffix(v, ";"), `" `)
			if v != "" && len(v) < 64 && !strings.Contains(v, " ") {
				return v, true
			}
		}
	}
	return "", false
}

// ponPort takes the place out of "interface gpon 0/1" and "interface gpon-olt_1/1/1".
func ponPort(s string) string {
	low := strings.ToLower(s)
	if !strings.Contains(low, "pon") {
		return ""
	}
	i := strings.IndexAny(s, "0123456789")
	if i < 0 {
		return ""
	}
	port, _, _ := strings.Cut(s[i:], " ")
	return port
}

// expected reads `ont add 0 3 sn-auth "4857..."` and `onu 3 type X sn ABCD12345678` under a PON
// port. The type beside it is what somebody configured and is not taken.
func (r *reader) expected(port, text, at string) bool {
	f := strings.Fields(text)
	id := ""
	switch {
	case len(f) > 5 && f[0] == "ont" && f[1] == "add":
		port, id = port+"/"+f[2], f[3]
	case len(f) > 3 && f[0] == "onu" && small(f[1]):
		id = f[1]
	default:
		return false
	}
	for i, w := range f {
		if (w == "sn-auth" || w == "sn") && i+1 < len(f) {
			l := asset.Link{Via: "pon", LocalPort: port, RemotePort: id}
			l.Remote.Place = r.b.Place(at)
			o := ontReader{r: r}
			o.serial(func(attr evidence.Attr, v string) bool { return r.b.Add(&l.Remote.Observations, attr, v, at) }, strings.Trim(f[i+1], `"`))
			r.link(l, "pon|"+port+"|"+id+"|"+f[i+1])
			return true
		}
	}
	return false
}
