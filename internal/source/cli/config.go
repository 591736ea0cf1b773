package cli

import (
	"strings"

	"telltale/internal/evidence"
)

// config takes the name and the header of a configuration. All other lines may
// hold secrets and are not looked at.
func (r *reader) config(sec *section) bool {
	got := false
	for i, l := range sec.lines {
		text := strings.TrimSpace(l.text)
		if name, ok := configName(l.text); ok {
			got = r.add(evidence.Hostname, name, l.at) || got
		}
		if i < 12 && header(text) {
			r.text(text, l.at)
			got = true
			if k, v, ok := keyValue(strings.TrimLeft(text, "#! ")); ok && strings.HasPrefix(text, "#") {
				if attr, known := ownKeys[k]; known {
					r.own(attr, v, l.at)
				}
			}
		}
	}
	return got || len(sec.lines) > 0 && r.host != ""
}

// header reports whether one of the first lines tells software or hardware:
// "!Software Version V200R019", "# 2025-01-01 by RouterOS 7.18", "#config-version=...", "version 15.2", "; J9774A Configuration Editor".
func header(s string) bool {
	low := strings.ToLower(s)
	if len(s) > 160 || anyOf(low, noise) {
		return false
	}
	if strings.HasPrefix(low, "version ") {
		return true
	}
	switch {
	case strings.HasPrefix(s, "#config-version"), strings.HasPrefix(s, "; "):
		return true
	case strings.HasPrefix(s, "!") || strings.HasPrefix(s, "# "):
		bare := strings.TrimLeft(s, "!# ")
		oneWord := !strings.Contains(bare, " ") && strings.ContainsAny(bare, "0123456789") && strings.ContainsAny(strings.ToLower(bare), "abcdefghijklmnopqrstuvwxyz")
		return oneWord || anyOf(low, []string{"software", "version", "model", "serial", "routeros"})
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
