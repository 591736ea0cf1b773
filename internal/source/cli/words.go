package cli

import (
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// neighbourWords reads neighbour lists written as name=value words (RouterOS):
// ` 0 interface=ether1 address=192.0.2.3 mac-address=.. identity="x" platform="y"`.
// A line that does not begin with a number goes on the one before.
func (r *reader) neighbourWords(sec *section) bool {
	if !strings.HasPrefix(sec.cmd, "/ip neighbor") {
		return false
	}
	got := false
	entry, at := "", ""
	end := func() {
		if strings.Contains(entry, "interface=") {
			got = r.wordLink(words(entry), at) || got
		}
		entry = ""
	}
	for _, l := range sec.lines {
		s := strings.TrimSpace(l.text)
		if n, _, _ := strings.Cut(s, " "); small(n) && n != "" {
			end()
			at = l.at
		}
		if len(entry)+len(s) < maxLine {
			entry += " " + s
		}
	}
	end()
	return got
}

func (r *reader) wordLink(w map[string]string, at string) bool {
	l := asset.Link{Via: "lldp", LocalPort: w["interface"], RemotePort: w["interface-name"]}
	if by := w["discovered-by"]; strings.Contains(by, "cdp") && !strings.Contains(by, "lldp") {
		l.Via = "cdp"
	}
	l.Remote.Place = r.b.Place(at)
	add := func(attr evidence.Attr, v string) { r.b.Add(&l.Remote.Observations, attr, v, at) }
	add(evidence.IfMAC, w["mac-address"])
	add(evidence.IP, w["address"])
	add(evidence.IP, w["address6"])
	add(evidence.LLDPSysName, w["identity"])
	add(evidence.LLDPSysDesc, w["system-description"])
	add(evidence.CDPPlatform, w["platform"])
	add(evidence.CDPVersion, w["version"])
	add(evidence.EntPhysicalModelName, w["board"])
	r.link(l, "words|"+l.LocalPort+"|"+w["mac-address"]+"|"+w["identity"])
	return len(l.Remote.Observations) > 0
}

// words takes name=value and name="quoted value" apart.
func words(s string) map[string]string {
	out := map[string]string{}
	for s != "" && len(out) < 64 {
		s = strings.TrimLeft(s, " ")
		name, rest, ok := strings.Cut(s, "=")
		if !ok {
			break
		}
		if i := strings.LastIndexByte(name, ' '); i >= 0 {
			name = name[i+1:]
		}
		value := ""
		if strings.HasPrefix(rest, `"`) {
			value, s, _ = strings.Cut(rest[1:], `"`)
		} else {
			value, s, _ = strings.Cut(rest, " ")
		}
		out[name] = value
	}
	return out
}
