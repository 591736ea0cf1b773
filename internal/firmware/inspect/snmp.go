package inspect

import (
	"fmt"
	"strings"
)

// snmp: communities everybody knows, without a view or source that narrows them.
func (in *inspector) snmp(f *file) {
	for i, l := range strings.Split(string(contentOf(f.obj, 1<<20)), "\n") {
		w := strings.Fields(strings.TrimSpace(l))
		if len(w) < 2 || strings.HasPrefix(w[0], "#") {
			continue
		}
		if (w[0] == "rwuser" || w[0] == "rouser") && len(w) > 2 && strings.EqualFold(w[2], "noauth") {
			in.add(f.at(Finding{ID: "remote.snmp-default", Level: Suspicious, Rule: "snmp", Value: w[1], Line: i + 1, Title: fmt.Sprintf("SNMP lets the user %q in without a password", w[1]), Evidence: strings.TrimSpace(l),
				Consequence: "anybody who reaches UDP 161 and knows the name reads the device's tables, or sets them", Use: "UDP 161 and the name", Control: "the level is stated as noauth"}, -1))
			continue
		}
		write := w[0] == "rwcommunity" || w[0] == "rwcommunity6"
		name := strings.Trim(w[1], "'\"")
		if w[0] == "com2sec" && len(w) > 3 {
			name = w[len(w)-1]
		} else if w[0] == "option" && len(w) > 2 && strings.Contains(w[1], "community") {
			name = strings.Trim(w[2], "'\"")
			write = strings.Contains(w[1], "rw")
		} else if !write && w[0] != "rocommunity" && w[0] != "rocommunity6" {
			continue
		}
		narrowed := len(w) > 2 && (strings.Contains(l, " -V ") || strings.Contains(l, "127.0.0.1") || strings.Contains(l, "localhost"))
		lv := Note
		if !narrowed && (write || name == "private" || name == "public") {
			lv = Suspicious
		}
		in.add(f.at(Finding{ID: "remote.snmp-default", Level: lv, Rule: "snmp", Value: name, Line: i + 1, Title: fmt.Sprintf("SNMP answers to the well-known name %q%s", name, map[bool]string{true: ", for writing too", false: ""}[write]), Evidence: strings.TrimSpace(l),
			Consequence: "anybody who reaches UDP 161 reads the device's tables, and sets them where writing is on", Use: "UDP 161 and the name", Control: "names narrowed to a view or to the device itself stay notes"}, -1))
	}
}
