package probe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"telltale/internal/answer"
	"telltale/internal/scan/snmp"
)

// Subtree is what a walk reads and of whom.
type Subtree struct {
	Name string
	OID  snmp.OID
}

// SNMP asks agents for tables.
type SNMP struct {
	Communities []string
	Users       []snmp.User
	Port        uint16
	Limits      snmp.Limits
	// Subtrees chooses what is walked, knowing the sysObjectID as dotted decimal.
	Subtrees func(sysObjectID string) []Subtree
}

// Tries and time of one question. Old agents take seconds for a bulk answer.
const (
	snmpTries   = 2
	snmpTimeout = 1500 * time.Millisecond
)

var systemOIDs = []snmp.OID{{1, 3, 6, 1, 2, 1, 1, 2, 0}}

// Walk asks the host by the first identity that it answers and returns a recording. known, the
// index of a community that is known to be answered, is tried alone when it is not negative.
func (s *SNMP) Walk(ctx context.Context, h *Host, known int) ([]answer.Answer, error) {
	agent, object, closer, err := s.agent(ctx, h, known)
	if err != nil {
		return nil, err
	}
	defer closer()
	var rec []byte
	limits := s.Limits
	var broken error
	for _, t := range s.Subtrees(object) {
		err := snmp.Walk(ctx, agent, t.OID, &limits, func(v snmp.Var) { rec = v.AppendRecord(rec) })
		if err == nil {
			continue
		}
		broken = errors.Join(broken, fmt.Errorf("%s: %w", t.Name, err))
		if ctx.Err() != nil || errors.Is(err, snmp.ErrFull) {
			break
		}
	}
	return one("snmp", "udp", s.Port, Reply{Data: rec, Cut: broken != nil}), broken
}

// agent finds an identity the host answers, and its sysObjectID.
func (s *SNMP) agent(ctx context.Context, h *Host, known int) (a snmp.Agent, object string, closer func(), err error) {
	err = ErrNoAnswer
	for i, c := range s.Communities {
		if known >= 0 && i != known {
			continue
		}
		conn, derr := h.DialUDP(ctx, s.Port)
		if derr != nil {
			return nil, "", nil, derr
		}
		for _, v := range []int{snmp.Version2c, snmp.Version1} {
			x := &snmp.Client{Conn: conn, Version: v, Community: c, Timeout: snmpTimeout, Tries: snmpTries, Pace: h.PaceBy()}
			if vars, e := x.Get(ctx, systemOIDs); e == nil || errors.Is(e, snmp.ErrEnd) {
				return x, objectID(vars), func() { conn.Close() }, nil
			} else if ctx.Err() != nil || !errors.Is(e, snmp.ErrSilent) {
				err = e
				break
			}
		}
		conn.Close()
	}
	if known >= 0 {
		return nil, "", nil, err
	}
	return s.secured(ctx, h, err)
}

// secured tries the users of version 3.
func (s *SNMP) secured(ctx context.Context, h *Host, err error) (snmp.Agent, string, func(), error) {
	for _, u := range s.Users {
		x, derr := snmp.DialV3(h.Addr.String(), s.Port, u, snmpTimeout, h.PaceBy())
		if derr != nil {
			return nil, "", nil, derr
		}
		vars, e := x.Get(ctx, systemOIDs)
		if e == nil {
			return x, objectID(vars), func() { x.Close() }, nil
		}
		x.Close()
		err = e
	}
	return nil, "", nil, err
}

// objectID returns the sysObjectID among the variables.
func objectID(vars []snmp.Var) string {
	for _, v := range vars {
		if s, ok := v.ObjectID(); ok {
			return s
		}
	}
	return ""
}
