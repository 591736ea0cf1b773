package snmp

import (
	"fmt"
	"strconv"
	"strings"
)

// splitter feeds variables to assemblers, a new one where another agent's walk
// begins in the same input.
//
// A second system group does not prove a second agent: people append a second
// walk of the same one. So the second group is held back until it ends, and
// then compared.
type splitter struct {
	input  string
	done   func(*Assembler) error
	cur    *Assembler
	held   *Assembler // system group that repeats
	number int        // of the current agent, from 1
	agents int        // yielded
}

const systemGroup = "1.3.6.1.2.1.1."

func (s *splitter) add(oid string, v Value) error {
	if s.cur == nil {
		s.cur = s.start()
	}
	inSystem := strings.HasPrefix(oid, systemGroup)
	if s.held != nil {
		if inSystem {
			s.held.Add(oid, v)
			return nil
		}
		if err := s.settle(); err != nil {
			return err
		}
	}
	if inSystem && v.Kind != None && s.repeats(oid) {
		s.held = s.start()
		s.held.Add(oid, v)
		return nil
	}
	s.cur.Add(oid, v)
	return nil
}

func (s *splitter) start() *Assembler { return NewAssembler(s.input) }

// repeats reports whether oid is a scalar of the system group the current agent answered already.
func (s *splitter) repeats(oid string) bool {
	switch oid {
	case systemGroup + "1.0":
		return s.cur.sys["sysDescr"] != ""
	case systemGroup + "2.0":
		return s.cur.sys["sysObjectID"] != ""
	case systemGroup + "3.0":
		return s.cur.sys["sysUpTime"] != ""
	case systemGroup + "5.0":
		return s.cur.sys["sysName"] != ""
	}
	return false
}

// settle decides whether the held system group is another agent's.
func (s *splitter) settle() error {
	held := s.held
	s.held = nil
	if !another(s.cur.sys, held.sys) {
		return nil // a second walk of the same agent says the same again
	}
	return s.next(held)
}

// another compares two system groups. Time runs on, so an agent asked twice
// has the greater uptime the second time.
func another(was, now map[string]string) bool {
	for _, k := range []string{"sysDescr", "sysObjectID", "sysName"} {
		if was[k] != "" && now[k] != "" && was[k] != now[k] {
			return true
		}
	}
	t0, err0 := strconv.ParseUint(was["sysUpTime"], 10, 64)
	t1, err1 := strconv.ParseUint(now["sysUpTime"], 10, 64)
	return err0 == nil && err1 == nil && t1 < t0
}

func (s *splitter) next(a *Assembler) error {
	if s.number == 0 {
		s.number = 1
		s.cur.setPrefix("agent 1 ")
	}
	if err := s.done(s.cur); err != nil {
		return err
	}
	s.number++
	s.cur = a
	s.cur.setPrefix(fmt.Sprintf("agent %d ", s.number))
	return nil
}

// end finishes the last agent.
func (s *splitter) end() error {
	if s.held != nil {
		if err := s.settle(); err != nil {
			return err
		}
	}
	if s.cur == nil {
		return nil
	}
	cur := s.cur
	s.cur = nil
	return s.done(cur)
}

// setPrefix names the agent in the places of what was and will be observed.
func (a *Assembler) setPrefix(p string) {
	a.prefix = p
	for i := range a.obs {
		a.obs[i].Place.At = p + a.obs[i].Place.At
	}
	for i := range a.vendor {
		a.vendor[i].Place.At = p + a.vendor[i].Place.At
	}
}
