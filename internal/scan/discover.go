package scan

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"telltale/internal/answer"
	"telltale/internal/scan/probe"
	"telltale/internal/scan/snmp"
	"telltale/internal/scan/sweep"
)

// found is an address that lives and how it showed.
type found struct {
	addr netip.Addr
	// community is the number of the one it answered to, -1 for none.
	community int
	// record is what it answered in the sweep, as a recording.
	record []byte
	sys    system
	by     []answer.Try
	mac    []byte
}

// system is what the SNMP system group says of a host.
type system struct{ descr, object string }

// discover returns who lives among the addresses.
func (s *Scan) discover(ctx context.Context, list []netip.Addr) ([]*found, error) {
	live := map[netip.Addr]*found{}
	four, six := byFamily(list)
	for _, fam := range [][]netip.Addr{four, six} {
		if len(fam) == 0 {
			continue
		}
		if err := s.sweepSNMP(ctx, fam, live); err != nil {
			return nil, err
		}
		if err := s.echo(ctx, silent(fam, live), live); err != nil {
			return nil, err
		}
		if err := s.knock(ctx, silent(fam, live), live); err != nil {
			return nil, err
		}
	}
	s.neighbours(list, live)
	out := make([]*found, 0, len(live))
	for _, a := range list { // in the shuffled order
		if f := live[a]; f != nil {
			out = append(out, f)
		}
	}
	return out, nil
}

func byFamily(list []netip.Addr) (four, six []netip.Addr) {
	for _, a := range list {
		if a.Is4() {
			four = append(four, a)
		} else {
			six = append(six, a)
		}
	}
	return four, six
}

func silent(list []netip.Addr, live map[netip.Addr]*found) []netip.Addr {
	out := list[:0:0]
	for _, a := range list {
		if live[a] == nil {
			out = append(out, a)
		}
	}
	return out
}

func (s *Scan) sweepOptions() sweep.Options {
	begun := s.tried.Load()
	return sweep.Options{Passes: s.o.Passes, Wait: s.o.Wait, Pace: s.pacer, Progress: func(sent int) {
		if s.o.Progress != nil {
			s.o.Progress(Progress{Stage: "search", Done: begun, Total: s.total, Hosts: int(s.done.Load()), Live: int(s.found.Load())})
		}
	}}
}

// sweepSNMP asks all for the system group by each community in turn.
func (s *Scan) sweepSNMP(ctx context.Context, list []netip.Addr, live map[netip.Addr]*found) error {
	if !s.profile.Sweep || !s.wants("sweep") && !s.wants("snmp") {
		return nil
	}
	for i, community := range s.o.Secrets.Communities {
		rest := silent(list, live)
		if len(rest) == 0 {
			return nil
		}
		c, err := sweep.ListenUDP(rest[0])
		if err != nil {
			return s.note(fmt.Sprintf("no SNMP sweep: %v", err))
		}
		_, err = sweep.Run(ctx, c, sweep.NewSNMP(community, s.o.SNMPPort), rest, s.sweepOptions(), func(k int, data []byte) {
			live[rest[k]] = sweptHost(rest[k], i, data)
		})
		c.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func sweptHost(a netip.Addr, community int, data []byte) *found {
	f := &found{addr: a, community: community, by: []answer.Try{{Probe: "sweep", Port: 161, Outcome: answer.Answered}}}
	r, err := snmp.Parse(data)
	if err != nil {
		return f
	}
	for _, v := range r.Vars {
		f.record = v.AppendRecord(f.record)
	}
	f.sys = systemOf(r.Vars)
	return f
}

// echo sends ICMP echo requests to who is silent.
func (s *Scan) echo(ctx context.Context, list []netip.Addr, live map[netip.Addr]*found) error {
	if !s.profile.Echo || !s.wants("echo") || len(list) == 0 {
		return nil
	}
	c, err := sweep.ListenICMP(list[0])
	if err != nil {
		return s.note("no ICMP echo: this system does not permit it to this user; hosts that answer nothing else were not found")
	}
	defer c.Close()
	_, err = sweep.Run(ctx, c, sweep.NewEcho(list[0]), list, s.sweepOptions(), func(k int, _ []byte) {
		live[list[k]] = &found{addr: list[k], community: -1, by: []answer.Try{{Probe: "echo", Outcome: answer.Answered}}}
	})
	return err
}

// knockers is how many TCP ports are tried at a time.
const knockers = 512

// knock tries to open TCP ports of who is silent; also a port that refuses shows a host.
func (s *Scan) knock(ctx context.Context, list []netip.Addr, live map[netip.Addr]*found) error {
	if len(s.profile.Live) == 0 || len(s.o.Only) > 0 && !slices.Contains(s.o.Only, "live") {
		return nil
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	work := make(chan netip.AddrPort)
	for range min(knockers, len(list)*len(s.profile.Live)) {
		wg.Go(func() {
			for ap := range work {
				if !s.opens(ctx, ap) {
					continue
				}
				mu.Lock()
				if live[ap.Addr()] == nil {
					live[ap.Addr()] = &found{addr: ap.Addr(), community: -1, by: []answer.Try{{Probe: "live", Port: ap.Port(), Outcome: answer.Answered}}}
				}
				mu.Unlock()
			}
		})
	}
	for _, port := range s.profile.Live {
		for _, a := range list {
			mu.Lock()
			known := live[a] != nil
			mu.Unlock()
			if known {
				continue
			}
			select {
			case work <- netip.AddrPortFrom(a, port):
			case <-ctx.Done():
			}
		}
	}
	close(work)
	wg.Wait()
	for _, a := range list {
		if live[a] == nil {
			s.pacer.Forget(a)
		}
	}
	return ctx.Err()
}

// opens reports whether anybody answers at a port.
func (s *Scan) opens(ctx context.Context, ap netip.AddrPort) bool {
	h := &probe.Host{Addr: ap.Addr(), Pace: s.pacer, Timeout: probeTimeout}
	c, err := h.Knock(ctx, ap.Port())
	if err != nil {
		return errors.Is(err, syscall.ECONNREFUSED)
	}
	c.Close()
	return true
}

// neighbours adds those who are on a link of ours: the kernel has learnt their
// MAC when packets were sent to them, whatever else they keep silent about.
func (s *Scan) neighbours(list []netip.Addr, live map[netip.Addr]*found) {
	table := linkNeighbours()
	for _, a := range list {
		mac := table[a]
		if mac == nil {
			continue
		}
		if live[a] == nil {
			live[a] = &found{addr: a, community: -1}
		}
		live[a].mac = mac
		live[a].by = append(live[a].by, answer.Try{Probe: "neighbour", Outcome: answer.Answered})
	}
}

// probeTimeout is for one step of a conversation.
const probeTimeout = 2 * time.Second
