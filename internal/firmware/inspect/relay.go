package inspect

import (
	"fmt"
	"regexp"
	"strings"
)

// deviceUID is the identifier by which a relay knows a device: letters, digits, a check part.
var deviceUID = regexp.MustCompile(`\b[A-Z]{3,8}-\d{6}-[A-Z]{5}\b`)

// relays says which peer-to-peer libraries the programs hold, and whose relays they talk to.
func (in *inspector) relays() {
	for i := range in.facts.Relays {
		r := &in.facts.Relays[i]
		for _, f := range in.files {
			if f.c == nil || f.doc() || !f.c.program() && f.kind != "data" {
				continue
			}
			if text, off, ok := relayText(r, f); ok {
				in.relay(r, f, text, off)
				break
			}
		}
	}
}

func relayText(r *Relay, f *file) (string, int64, bool) {
	for _, t := range r.Texts {
		if l := f.c.hits[t]; len(l) > 0 {
			return t, l[0], true
		}
	}
	return "", 0, false
}

func (in *inspector) relay(r *Relay, f *file, text string, off int64) {
	who := "nobody known"
	if r.Org != "" {
		who = in.facts.name(r.Org)
	}
	h := Host{Host: r.Name, Operator: r.Org, Purpose: "peer-to-peer relay", Where: []string{f.where}, Offset: off}
	ev := text
	if uid := deviceUID.FindString(string(contentOf(f.obj, 4<<20))); uid != "" {
		ev += "; identifier " + uid
		h.URLs = []string{"uid:" + uid}
	}
	in.rep.Hosts = append(in.rep.Hosts, h)
	in.add(f.at(Finding{ID: "remote.relay", Level: Suspicious, Rule: "relay/" + r.ID, Value: r.Name, Title: fmt.Sprintf("%s holds the library %s: its relays are run by %s", strings.TrimPrefix(f.path, "/"), r.Name, who), Evidence: ev,
		Consequence: "the device can be reached from any network through the relay, past a firewall that lets it call out; who runs the relay sees who connects, and the identifier may be all that is asked",
		Use:         "the device's identifier, and its password where one is asked", Control: "the text is a function of the library, in a program; that it is switched on is not shown"}, off))
}
