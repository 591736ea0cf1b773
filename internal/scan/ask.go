package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"telltale/internal/answer"
	"telltale/internal/scan/probe"
	"telltale/internal/scan/snmp"
)

// askTime bounds one probe, so that a host that answers a byte a second holds nobody up.
const askTime = 15 * time.Second

// maxHostBytes bounds the answers of one host besides its SNMP tables, and the tables, in bytes.
const (
	maxHostBytes  = 1 << 20
	maxTableBytes = 16 << 20
	bulkRows      = 20
)

// visit is the asking of one host.
type visit struct {
	s       *Scan
	f       *found
	host    *probe.Host
	out     *answer.Host
	fragile *Fragile
	bytes   int
}

// ask asks a host all that its profile and its nature allow.
func (s *Scan) ask(ctx context.Context, f *found) *answer.Host {
	ctx, cancel := context.WithTimeout(ctx, s.profile.HostTime)
	defer cancel()
	v := &visit{
		s: s, f: f, host: &probe.Host{Addr: f.addr, Pace: s.pacer, Timeout: probeTimeout},
		out: &answer.Host{Addr: f.addr, Answers: []answer.Answer{}, Tries: f.by},
	}
	if f.mac != nil {
		v.out.Answers = append(v.out.Answers, answer.Answer{Probe: "neighbour", Proto: "link", Data: f.mac})
	}
	v.judge()
	for _, a := range s.profile.Ask {
		v.probe(ctx, a)
	}
	v.tables(ctx)
	if len(v.out.Answers) == 0 { // it answered an echo or refused a port: that is all we know
		v.out.Answers = append(v.out.Answers, answer.Answer{Probe: "echo", Data: []byte{}})
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		v.out.Tries = append(v.out.Tries, answer.Try{Probe: "host", Outcome: answer.Broken, Why: fmt.Sprintf("more than %s on one host; the rest was not asked", s.profile.HostTime)})
	}
	v.out.At, v.out.Packets = time.Now().UTC(), s.pacer.Forget(f.addr)
	return v.out
}

// judge finds out whether what is known so far makes the host fragile.
func (v *visit) judge() {
	if v.fragile == nil {
		if v.fragile = v.s.o.Rules.fragile(v.f.sys, v.out.Answers); v.fragile != nil {
			v.out.Fragile = v.fragile.Name + ": " + v.fragile.Why
		}
	}
}

// allowed reports whether the host's nature allows a probe, and notes it where not.
func (v *visit) allowed(name string, port uint16) bool {
	if v.fragile == nil || slices.Contains(v.fragile.Allow, name) {
		return true
	}
	v.out.Tries = append(v.out.Tries, answer.Try{Probe: name, Port: port, Outcome: answer.Skipped, Why: "fragile, " + v.fragile.Name})
	return false
}

func (v *visit) answered(name string) bool {
	return slices.ContainsFunc(v.out.Answers, func(a answer.Answer) bool { return a.Probe == name })
}

// probe asks one question on each of its ports.
func (v *visit) probe(ctx context.Context, a Ask) {
	if a.Probe == "cli" {
		v.commands(ctx)
		return
	}
	k := kind(a.Probe)
	if k == nil || !v.s.wants(a.Probe) || a.After != "" && !v.answered(a.After) {
		return
	}
	ports := a.Ports
	if len(ports) == 0 {
		ports = []uint16{k.Port}
	}
	for _, port := range ports {
		if ctx.Err() != nil || !v.allowed(a.Probe, port) {
			return
		}
		actx, cancel := context.WithTimeout(ctx, askTime)
		list, err := v.guard(func() ([]answer.Answer, error) { return k.Ask(actx, v.host, port) })
		cancel()
		v.take(a.Probe, port, list, err)
	}
}

// guard turns a panic on foreign data into an error.
func (v *visit) guard(f func() ([]answer.Answer, error)) (list []answer.Answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the probe failed on this answer (%v); please report it", p)
		}
	}()
	return f()
}

// take keeps what came and how the try ended.
func (v *visit) take(name string, port uint16, list []answer.Answer, err error) {
	t := answer.Try{Probe: name, Port: port, Outcome: probe.OutcomeOf(err)}
	if len(list) > 0 && err == nil {
		t.Outcome = answer.Answered
	}
	if errors.Is(err, probe.ErrNotPermitted) {
		t.Outcome, t.Why = answer.Skipped, err.Error()
	} else if t.Outcome == answer.Broken && err != nil {
		t.Why = short(err)
	}
	for _, a := range list {
		if v.bytes += len(a.Data); v.bytes > maxHostBytes && name != "snmp" {
			t.Why = fmt.Sprintf("more than %d KiB of answers; the rest was not kept", maxHostBytes>>10)
			break
		}
		v.out.Answers = append(v.out.Answers, a)
	}
	v.out.Tries = append(v.out.Tries, t)
	v.judge()
}

// short is an error's text, bounded: parts of it come from the host.
func short(err error) string {
	const most = 200
	s := err.Error()
	return s[:min(len(s), most)]
}

// tables walks the host's SNMP tables, or keeps what the sweep brought.
func (v *visit) tables(ctx context.Context) {
	o := &v.s.o
	walk := v.s.profile.Walk && v.s.wants("snmp") && (v.f.community >= 0 || len(o.Secrets.Users) > 0 || len(o.Secrets.Communities) > 0)
	if !walk || ctx.Err() != nil || !v.allowed("snmp", o.SNMPPort) {
		v.swept()
		return
	}
	q := &probe.SNMP{
		Communities: o.Secrets.Communities, Users: o.Secrets.Users, Port: o.SNMPPort,
		Limits: snmp.Limits{Vars: v.s.profile.Vars, Bytes: maxTableBytes, Bulk: bulkRows},
		Subtrees: func(object string) []probe.Subtree {
			if v.fragile != nil {
				return v.s.o.Rules.subtrees("light", object)
			}
			return v.s.o.Rules.subtrees(v.s.profile.Name, object)
		},
	}
	list, err := v.guard(func() ([]answer.Answer, error) { return q.Walk(ctx, v.host, v.f.community) })
	v.take("snmp", o.SNMPPort, list, err)
	if len(list) == 0 || !bytes.Contains(list[0].Data, sysDescrRow) {
		v.swept()
	}
}

// sysDescrRow begins the row of sysDescr in a recording: an agent whose tables
// are broken may still have told it in the sweep.
var sysDescrRow = []byte("1.3.6.1.2.1.1.1.0|")

// swept keeps what the host said in the sweep.
func (v *visit) swept() {
	if len(v.f.record) > 0 {
		v.out.Answers = append(v.out.Answers, answer.Answer{Probe: "snmp", Proto: "udp", Port: v.s.o.SNMPPort, Data: v.f.record})
	}
}

func kind(name string) *probe.Kind {
	for _, k := range probe.Kinds() {
		if k.Name == name && k.Ask != nil {
			return &k
		}
	}
	return nil
}

// systemOf reads sysDescr and sysObjectID.
func systemOf(vars []snmp.Var) (sys system) {
	for _, v := range vars {
		switch v.OID.String() {
		case "1.3.6.1.2.1.1.1.0":
			if v.Tag == 4 {
				sys.descr = string(v.Val)
			}
		case "1.3.6.1.2.1.1.2.0":
			sys.object, _ = v.ObjectID()
		}
	}
	return sys
}
