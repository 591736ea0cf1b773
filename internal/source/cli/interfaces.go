package cli

import (
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// interfaces reads the device's own ports: their MACs and addresses, the texts
// the software gives ports by default, and modules named under a port.
func (r *reader) interfaces(sec *section) bool {
	port := ""
	got := false
	var mod asset.Part
	end := func() {
		if len(mod.Observations) > 0 {
			r.part(mod)
		}
		mod = asset.Part{}
	}
	macs := 0
	for _, l := range sec.lines {
		text := strings.TrimSpace(l.text)
		if name, ok := portLine(l.text); ok {
			end()
			port, got = name, true
			continue
		}
		low := strings.ToLower(text)
		if rest, ok := observe.After(text, "address is "); ok && (strings.Contains(low, "hardware") || strings.HasPrefix(low, "address is")) && macs < 512 {
			w, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			if looksMAC(w) && r.add(evidence.IfMAC, strings.TrimSuffix(w, ","), l.at) {
				macs++
			}
			if _, bia, ok := strings.Cut(low, "(bia "); ok {
				b, _, _ := strings.Cut(bia, ")")
				r.add(evidence.IfMAC, b, l.at)
			}
		}
		if rest, ok := observe.After(text, "internet address is "); ok {
			for w := range strings.FieldsSeq(rest) {
				if isIP(strings.TrimSuffix(w, ",")) {
					r.add(evidence.IP, strings.TrimSuffix(w, ","), l.at)
				}
			}
		}
		key, value, ok := keyValue(l.text)
		if !ok {
			continue
		}
		switch {
		case key == "description":
			// "<maker>, <line> Series, <port> Interface" is the text the software
			// sets by default: it names its own port, what a person's note does not.
			if port != "" && strings.HasSuffix(value, ", "+port+" Interface") {
				r.text(value, l.at)
			}
		case strings.HasPrefix(strings.ToLower(port), "cellular") && (key == "model" || key == "manufacturer" || key == "imei" || key == "modemmodel"):
			mod.Kind, mod.Place = "cellular_module", r.b.Place(l.at)
			switch key {
			case "imei":
				r.b.Add(&mod.Observations, evidence.IMEI, value, l.at)
			case "manufacturer":
				r.b.Add(&mod.Observations, evidence.EntPhysicalMfgName, value, l.at)
			default:
				r.b.Add(&mod.Observations, evidence.EntPhysicalModelName, value, l.at)
			}
		case key == "vendorpn" || key == "vendorname" || key == "vendorpartnumber" || key == "vendorsn" || key == "thevendorpnis" || key == "thevendornameis":
			if mod.Kind == "" {
				mod.Kind, mod.Place = "optic", r.b.Place(l.at)
			}
			r.optic(&mod, text, l.at)
		}
	}
	end()
	return got
}

// optic reads "The Vendor PN is X" turned key-value, and several pairs on one line:
// "The Vendor PN: SFP-GE-LX-SM1310, The Vendor Name: ABC".
func (r *reader) optic(p *asset.Part, text, at string) {
	for piece := range strings.SplitSeq(text, ",") {
		k, v, ok := keyValue(piece)
		if !ok {
			continue
		}
		k = strings.TrimSuffix(strings.TrimPrefix(k, "the"), "is")
		if attr, known := labelKeys[k]; known && !observe.Placeholder(v) {
			r.b.Add(&p.Observations, attr, v, at)
		}
	}
}

// portLine recognises "GigabitEthernet0/0/1 current state : UP" and "xgei-1/1/0/1 is up, line protocol is up".
func portLine(text string) (string, bool) {
	if text == "" || text[0] == ' ' || text[0] == '\t' {
		return "", false
	}
	name, rest, ok := strings.Cut(text, " ")
	if !ok || !strings.ContainsAny(name, "0123456789") {
		return "", false
	}
	low := strings.ToLower(rest)
	return name, strings.HasPrefix(low, "current state") || strings.HasPrefix(low, "is up") || strings.HasPrefix(low, "is down") || strings.HasPrefix(low, "is administratively")
}
