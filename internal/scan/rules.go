package scan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"telltale/internal/answer"
	"telltale/internal/scan/probe"
	"telltale/internal/scan/snmp"
)

// Rules say what is asked of whom. They are data: data/scan.
type Rules struct {
	Profiles []Profile
	Walks    []Walk
	Fragile  []Fragile
	// Commands are the only ones ever typed: families of command lines and their show commands.
	Commands []Commands
}

// Profile is a named set of probes.
type Profile struct {
	Name  string
	About string
	// Sweep and Echo find hosts by SNMP and ICMP echo; Live are TCP ports tried on who kept silent.
	Sweep, Echo bool
	Live        []uint16
	// Ask lists the probes of a host that lives, in order.
	Ask []Ask
	// Walk reads SNMP tables.
	Walk bool
	// HostTime bounds all that is done to one host, Vars what its tables may hold.
	HostTime time.Duration
	Vars     int
}

// Ask is one probe on its ports.
type Ask struct {
	Probe string
	Ports []uint16
	// After, when set, names a probe that must have been answered first.
	After string
}

// Walk is a subtree that is read.
type Walk struct {
	Name     string
	OID      snmp.OID
	Profiles []string
	// Under are sysObjectIDs below which the agent must say it is; none means everybody.
	Under []string
}

// Fragile is a rule for hosts that must be touched lightly. One matching clue is enough.
type Fragile struct {
	Name string
	Why  string
	// ObjectIDs are beginnings of sysObjectID, Descr is tried on sysDescr, Ports are open TCP ports,
	// Answered are probes that were answered.
	ObjectIDs []string
	Descr     *regexp.Regexp
	Ports     []uint16
	Answered  []string
	// Allow are the probes that may still be sent.
	Allow []string
}

// Commands are the read-only commands of one family of command lines.
type Commands struct {
	Family string
	// Match is tried on the SSH version and on sysDescr.
	Match *regexp.Regexp
	Lines []string
}

// Profile returns the profile of that name.
func (r *Rules) Profile(name string) (*Profile, error) {
	var names []string
	for i := range r.Profiles {
		if r.Profiles[i].Name == name {
			return &r.Profiles[i], nil
		}
		names = append(names, r.Profiles[i].Name)
	}
	return nil, fmt.Errorf("scan profile %q is not one of %s", name, strings.Join(names, ", "))
}

// Check reports what is wrong with the rules.
func (r *Rules) Check() error {
	known := map[string]bool{"snmp": true, "cli": true}
	for _, k := range probe.Kinds() {
		known[k.Name] = k.Ask != nil
	}
	for _, p := range r.Profiles {
		for _, a := range p.Ask {
			if !known[a.Probe] {
				return fmt.Errorf("scan profile %s: there is no probe %q", p.Name, a.Probe)
			}
		}
	}
	for _, f := range r.Fragile {
		for _, a := range f.Allow {
			if !known[a] {
				return fmt.Errorf("fragile %s: there is no probe %q", f.Name, a)
			}
		}
	}
	for _, c := range r.Commands {
		for _, l := range c.Lines {
			if !readOnly.MatchString(l) {
				return fmt.Errorf("commands of %s: %q is no plain show or display command", c.Family, l)
			}
		}
	}
	return nil
}

// readOnly is what a command may look like: whatever the data say, nothing else is ever typed.
var readOnly = regexp.MustCompile(`^(show|display) [a-z0-9 /-]+$`)

// subtrees returns what is walked of an agent.
func (r *Rules) subtrees(profile, sysObjectID string) []probe.Subtree {
	var out []probe.Subtree
	for _, w := range r.Walks {
		if slices.Contains(w.Profiles, profile) && (len(w.Under) == 0 || slices.ContainsFunc(w.Under, func(p string) bool { return below(sysObjectID, p) })) {
			out = append(out, probe.Subtree{Name: w.Name, OID: w.OID})
		}
	}
	return out
}

// below reports whether an object identifier in dotted decimal stands at or below root.
func below(oid, root string) bool { return oid == root || strings.HasPrefix(oid, root+".") }

// fragile returns the rule that says a host must be touched lightly, nil for none.
func (r *Rules) fragile(sys system, list []answer.Answer) *Fragile {
	for i := range r.Fragile {
		f := &r.Fragile[i]
		if f.Descr != nil && sys.descr != "" && f.Descr.MatchString(sys.descr) {
			return f
		}
		if sys.object != "" && slices.ContainsFunc(f.ObjectIDs, func(p string) bool { return below(sys.object, p) }) {
			return f
		}
		for _, a := range list {
			if a.Proto == "tcp" && slices.Contains(f.Ports, a.Port) || slices.Contains(f.Answered, a.Probe) {
				return f
			}
		}
	}
	return nil
}
