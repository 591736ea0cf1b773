// Package scan looks at a live network, gently: it finds who answers, asks each
// host what its profile says, one question after the other, and keeps the raw
// answers in a journal.
//
// It is not for reading what an answer means: source/scanned reads the journal
// as a file like any other. Nothing is ever written to a device.
//
// Flow: targets in shuffled order, block by block → discover (sweep, echo, TCP)
// → look at each host that lives → one record a host, on disk → the block is
// marked. With a seed the hosts told of by neighbours, ARP and routes become
// targets too, inside the nets allowed.
package scan

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"telltale/internal/answer"
	"telltale/internal/scan/journal"
	"telltale/internal/scan/pace"
	"telltale/internal/scan/snmp"
	"telltale/internal/scan/sweep"
	"telltale/internal/scan/target"
)

// Options are all that a scan depends on besides the network.
type Options struct {
	// Targets is what may be touched from the start; Names is how the user wrote it.
	Targets *target.Set
	Names   []string
	// Allowed, when set, lets the scan crawl to hosts told of inside it.
	Allowed *target.Set
	Rules   *Rules
	Profile string
	// Only, when set, are the probes sent; "sweep" and "echo" name the search for hosts.
	Only []string
	// Secrets are used, never written down or shown.
	Secrets Secrets
	Pace    pace.Options
	// Passes is how often a silent address is asked; Hosts how many hosts are asked at a time.
	Passes, Hosts int
	// Wait is the shortest time to wait for answers of a sweep.
	Wait time.Duration
	// Journal is the file; Fresh begins anew even when it can be gone on with.
	Journal string
	Fresh   bool
	// Neighbours says whom a host told of.
	Neighbours func(*answer.Host) []netip.Addr
	Progress   func(Progress)
	// Ports of the SNMP agents; 0 means 161.
	SNMPPort uint16
}

// Secrets are the identities a scan may use.
type Secrets struct {
	Communities []string
	Users       []snmp.User
	SSH         []Login
}

// Login is a name and password for read-only commands.
type Login struct{ Name, Password string }

// Progress is what a scan tells while it runs.
type Progress struct {
	Stage string // "search", "ask"
	Done  uint64 // addresses searched
	Total uint64
	Hosts int // hosts finished
	Live  int // hosts found
}

// blockSize is how many addresses are searched before the hosts among them are asked.
const blockSize = 1 << 16

// DefaultHosts is how many hosts are asked at a time.
const DefaultHosts = 64

// Scan is one scan. Run it once.
type Scan struct {
	o       Options
	profile *Profile
	pacer   *pace.Pacer
	j       *journal.Journal
	seed    uint64

	mu      sync.Mutex
	state   *journal.State
	visited map[netip.Addr]bool // only when crawling
	next    []netip.Addr        // told of, not yet asked
	found   atomic.Int64
	done    atomic.Int64
	tried   atomic.Uint64
	total   uint64
	notes   sync.Map
}

// New checks the options.
func New(o Options) (*Scan, error) {
	p, err := o.Rules.Profile(o.Profile)
	if err != nil {
		return nil, err
	}
	if o.Targets.Len() == 0 {
		return nil, errors.New("no address is left to scan: the targets are empty or excluded")
	}
	o.Passes, o.Hosts, o.Wait = cmp.Or(o.Passes, sweep.DefaultPasses), cmp.Or(o.Hosts, DefaultHosts), cmp.Or(o.Wait, sweep.DefaultWait)
	o.SNMPPort = cmp.Or(o.SNMPPort, 161)
	for _, u := range o.Secrets.Users {
		if err := u.Check(); err != nil {
			return nil, err
		}
	}
	s := &Scan{o: o, profile: p, pacer: pace.New(o.Pace), total: o.Targets.Len()}
	if o.Allowed != nil {
		s.visited = map[netip.Addr]bool{}
	}
	return s, nil
}

// ID names targets and what is asked of them: a journal of another ID is another scan's.
func (s *Scan) ID() string {
	h := sha256.New()
	for _, r := range s.o.Targets.Ranges() {
		fmt.Fprintf(h, "%s-%s\n", r.From, r.To)
	}
	if s.o.Allowed != nil {
		for _, r := range s.o.Allowed.Ranges() {
			fmt.Fprintf(h, "crawl %s-%s\n", r.From, r.To)
		}
	}
	fmt.Fprintf(h, "%s %q\n", s.o.Profile, s.o.Only)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// wants reports whether a probe is among those the user asked for.
func (s *Scan) wants(probe string) bool {
	return len(s.o.Only) == 0 || slices.Contains(s.o.Only, probe)
}

// Result is what a scan did.
type Result struct {
	Resumed bool
	// Hosts answered in all, Earlier of them before this run.
	Hosts, Earlier int
	Packets        int64
}

// Run scans until all is done or ctx ends; what was finished is in the journal either way.
func (s *Scan) Run(ctx context.Context) (*Result, error) {
	resumed, err := s.open()
	if err != nil {
		return nil, err
	}
	defer s.j.Close()
	earlier := len(s.state.Hosts)
	s.done.Store(int64(earlier))
	if resumed {
		err = settle(ctx)
	}
	if err == nil {
		err = s.blocks(ctx)
	}
	if err == nil {
		err = s.crawl(ctx)
	}
	if err == nil {
		err = s.j.Append(&answer.Record{End: true})
	}
	return &Result{Resumed: resumed, Hosts: int(s.done.Load()), Earlier: earlier, Packets: s.pacer.Sent()}, err
}

// settle waits the second within which the run before may still have sent: the caps hold for both together.
func settle(ctx context.Context) error {
	select {
	case <-time.After(time.Second):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// open opens the journal and goes on with it, or begins it anew.
func (s *Scan) open() (resumed bool, err error) {
	if s.o.Fresh {
		if err := journal.Remove(s.o.Journal); err != nil {
			return false, err
		}
	}
	if s.j, s.state, err = journal.Open(s.o.Journal, s.told); err != nil {
		return false, err
	}
	id := s.ID()
	if b := s.state.Begin; b != nil && b.Plan == id && !s.state.Ended {
		s.seed = b.Seed
		return true, nil
	} else if b != nil {
		s.j.Close()
		if b.Plan != id {
			return false, fmt.Errorf("the journal %q belongs to another scan (%v); name another file", s.o.Journal, b.Targets)
		}
		if err := journal.Remove(s.o.Journal); err != nil { // it had ended: this is the next one
			return false, err
		}
		if s.j, s.state, err = journal.Open(s.o.Journal, nil); err != nil {
			return false, err
		}
		s.next = nil
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, crypto/rand says
	s.seed = binary.BigEndian.Uint64(b[:])
	return false, s.j.Append(&answer.Record{Begin: &answer.Begin{Targets: s.o.Names, Plan: id, Seed: s.seed, At: time.Now().UTC()}})
}

// blocks goes through the targets in shuffled order.
func (s *Scan) blocks(ctx context.Context) error {
	n := s.o.Targets.Len()
	order := target.NewOrder(n, s.seed)
	for k := 0; uint64(k)*blockSize < n; k++ {
		from, to := uint64(k)*blockSize, min(uint64(k+1)*blockSize, n)
		if s.state.Blocks[k] {
			s.tried.Add(to - from)
			continue
		}
		list := make([]netip.Addr, 0, to-from)
		for i := from; i < to; i++ {
			list = append(list, s.o.Targets.At(order.At(i)))
		}
		if err := s.block(ctx, k, list); err != nil {
			return err
		}
	}
	return nil
}

// crawl asks those told of, and those they tell of, until nobody new is named.
func (s *Scan) crawl(ctx context.Context) error {
	for k := -1; s.o.Allowed != nil; k-- {
		s.mu.Lock()
		list := s.next
		s.next = nil
		s.total += uint64(len(list))
		s.mu.Unlock()
		if len(list) == 0 {
			return nil
		}
		if err := s.block(ctx, k, list); err != nil {
			return err
		}
	}
	return nil
}

// told notes whom a host told of, for crawling.
func (s *Scan) told(h *answer.Host) {
	if s.o.Allowed == nil || s.o.Neighbours == nil {
		return
	}
	list := s.o.Neighbours(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visited[h.Addr] = true
	for _, a := range list {
		if !s.visited[a] && s.o.Allowed.Contains(a) && !s.o.Targets.Contains(a) {
			s.visited[a] = true
			s.next = append(s.next, a)
		}
	}
}

// block finds and asks the hosts among the addresses, then marks them as done.
func (s *Scan) block(ctx context.Context, number int, list []netip.Addr) error {
	open := list[:0:0]
	for _, a := range list {
		if !s.state.Hosts[a] {
			open = append(open, a)
		}
	}
	live, err := s.discover(ctx, open)
	if err != nil {
		return err
	}
	s.tried.Add(uint64(len(list)))
	s.found.Add(int64(len(live)))
	if err := s.askAll(ctx, live); err != nil {
		return err
	}
	return s.j.Append(&answer.Record{Block: &answer.Block{Number: number, Tried: len(list), Silent: len(open) - len(live)}})
}

// askAll asks all hosts, several at a time.
func (s *Scan) askAll(ctx context.Context, live []*found) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan *found)
	var wg sync.WaitGroup
	for range min(s.o.Hosts, len(live)) {
		wg.Go(func() {
			for f := range work {
				if err := s.finish(ctx, f); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, f := range live {
		select {
		case work <- f:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
	}
	close(work)
	wg.Wait()
	return context.Cause(ctx)
}

// finish asks one host and puts its record on disk.
func (s *Scan) finish(ctx context.Context, f *found) error {
	h := s.ask(ctx, f)
	if ctx.Err() != nil {
		return ctx.Err() // half a host is none: it is asked again
	}
	if err := s.j.Append(&answer.Record{Host: h}); err != nil {
		return err
	}
	s.done.Add(1)
	s.told(h)
	s.progress("ask")
	return nil
}

func (s *Scan) progress(stage string) {
	if s.o.Progress != nil {
		s.o.Progress(Progress{Stage: stage, Done: s.tried.Load(), Total: s.total, Hosts: int(s.done.Load()), Live: int(s.found.Load())})
	}
}

// note writes a remark once.
func (s *Scan) note(text string) error {
	if _, had := s.notes.LoadOrStore(text, true); had {
		return nil
	}
	return s.j.Append(&answer.Record{Note: text})
}
