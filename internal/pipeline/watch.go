package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"telltale/internal/asset"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/source/pcap"
	"telltale/internal/store"
)

// WatchOptions say what is followed.
type WatchOptions struct {
	// Input is an interface, a capture that is still written, or "-" for Stdin.
	Input       string
	Stdin       io.Reader
	Promiscuous bool
	// Every is the longest time between two reports; zero means two seconds.
	Every time.Duration
	// Opened, when set, is called once something can be heard.
	Opened func()
}

// WatchEvent is a thing seen for the first time, or one of which the maker or the verdict changed.
type WatchEvent struct {
	At    string `json:"at"`
	Event string `json:"event"` // "new" or "changed"
	// Verdict is the gravest among the findings, "" for none; Was is what it was before a change.
	Verdict law.Verdict `json:"verdict"`
	Was     law.Verdict `json:"was,omitempty"`
	// Maker is the manufacturer's name, "" when it is not known.
	Maker    string            `json:"maker"`
	Asset    *asset.Asset      `json:"asset"`
	Findings []finding.Finding `json:"findings"`
}

// Watched counts what a watch saw.
type Watched = pcap.Watched

// stopWithin is how long what was seen last may be judged after a watch was told to stop.
const stopWithin = 700 * time.Millisecond

// Watch follows an interface or a growing capture until ctx ends, and calls
// event for what is new. With a database in opt, what is seen is put there too;
// events are judged from this watch alone.
func Watch(ctx context.Context, k *Knowledge, w WatchOptions, opt *Options, event func(*WatchEvent) error) (Watched, error) {
	x := &watch{k: k, opt: opt, input: w.Input, event: event}
	if opt.DB != "" {
		st, err := openStore(ctx, opt)
		if err != nil {
			return Watched{}, err
		}
		defer st.Close()
		x.st = st
	}
	p := pcap.Watching{Name: w.Input, Promiscuous: w.Promiscuous, Every: w.Every, Opened: w.Opened, CloudOf: k.cloudOf()}
	if p.Every == 0 {
		p.Every = 2 * time.Second
	}
	switch info, err := os.Stat(w.Input); {
	case w.Input == "-":
		p.Reader = w.Stdin
	case err == nil && !info.IsDir():
		f, err := os.Open(w.Input)
		if err != nil {
			return Watched{}, err
		}
		defer f.Close()
		p.Reader, p.Grows = f, info.Mode().IsRegular()
	default:
		p.Interface = w.Input
	}
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopWithin, cancel) })()
	return pcap.Watch(ctx, p, func(ss []*asset.Sighting) error {
		err := x.take(late, ss)
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return nil // told to stop: what came last is not judged
		}
		return err
	})
}

// watch is one watch under way.
type watch struct {
	k     *Knowledge
	opt   *Options
	st    *stored
	input string
	event func(*WatchEvent) error
	known known
}

// take stores and judges what changed, and tells of it.
func (x *watch) take(ctx context.Context, ss []*asset.Sighting) error {
	if err := x.keep(ctx, ss); err != nil {
		return err
	}
	r, err := NewResultFolder(false)
	if err != nil {
		return err
	}
	defer r.Discard()
	in, err := newIntake(r.Dir, x.opt)
	if err != nil {
		return err
	}
	defer in.spill.Close()
	if x.st != nil {
		if err := x.st.prepare(ctx, in, x.opt); err != nil {
			return err
		}
	}
	in.coverage = append(in.coverage, &asset.Coverage{Input: x.input, Format: "pcap", Read: len(ss), Named: true})
	for _, s := range ss {
		if err := in.add(s); err != nil {
			return err
		}
	}
	f, err := x.k.finish(ctx, r.Dir, in, nil, x.opt)
	if err != nil {
		return err
	}
	defer f.Close()
	return x.tell(f)
}

// keep puts the sightings into the database.
func (x *watch) keep(ctx context.Context, ss []*asset.Sighting) error {
	if x.st == nil {
		return nil
	}
	l := store.Load{At: time.Now().UTC(), Author: x.st.author, Inputs: []string{x.input}}
	_, err := x.st.Load(ctx, l, func(to store.Loading) error {
		for _, s := range ss {
			if s.Network == "" {
				s.Network = x.opt.Network
			}
			if s.Network == "" {
				s.Network = x.input
			}
			if _, err := to.Put(s); err != nil {
				return err
			}
		}
		to.Cover(asset.Coverage{Input: x.input, Format: "pcap", Read: len(ss), Reasons: []asset.Reason{}})
		return nil
	})
	if err != nil {
		return fmt.Errorf("add to the database: %w", err)
	}
	return nil
}

// tell compares a result with what was told before.
func (x *watch) tell(f *Folder) error {
	of := map[string][]finding.Finding{}
	for b, err := range f.Findings() {
		var v finding.Finding
		if err == nil {
			err = json.Unmarshal(b, &v)
		}
		if err != nil {
			return fmt.Errorf("read the findings: %w", err)
		}
		id := v.Subject.ID
		if v.Subject.Host != nil {
			id = *v.Subject.Host
		}
		of[id] = append(of[id], v)
	}
	for b, err := range f.Assets() {
		a := &asset.Asset{}
		if err == nil {
			err = json.Unmarshal(b, a)
		}
		if err != nil {
			return fmt.Errorf("read the assets: %w", err)
		}
		e := &WatchEvent{At: time.Now().UTC().Format(time.RFC3339), Asset: a, Findings: of[a.ID], Verdict: gravest(of[a.ID])}
		if a.Manufacturer != nil {
			e.Maker = x.k.OrgName(a.Manufacturer.Org)
		}
		if !x.known.news(e) {
			continue
		}
		if err := x.event(e); err != nil {
			return err
		}
	}
	return nil
}

func gravest(fs []finding.Finding) law.Verdict {
	for _, v := range []law.Verdict{law.Prohibited, law.Restricted, law.Undetermined} {
		if slices.ContainsFunc(fs, func(f finding.Finding) bool { return f.Verdict == v }) {
			return v
		}
	}
	return ""
}

// known remembers what was told of each thing, by its keys. It is bounded: of
// two halves the older is dropped when the younger is full.
type known struct {
	young, old map[string]*told
}

type told struct {
	verdict law.Verdict
	maker   string
	facts   int // keys that were known then: with fewer the thing was forgotten meanwhile and is being learnt anew
}

const maxKnown = 100_000

// news fills in the kind of event and reports whether there is one.
func (k *known) news(e *WatchEvent) bool {
	keys := identity(e.Asset)
	var before *told
	for _, key := range keys {
		if before = k.young[key]; before == nil {
			before = k.old[key]
		}
		if before != nil {
			break
		}
	}
	now := &told{e.Verdict, e.Maker, len(e.Asset.Keys)}
	switch {
	case before == nil:
		e.Event = "new"
	case now.facts < before.facts || before.verdict == now.verdict && before.maker == now.maker:
		now.verdict, now.maker, now.facts = before.verdict, before.maker, max(now.facts, before.facts)
	default:
		e.Event, e.Was = "changed", before.verdict
	}
	if k.young == nil || len(k.young) >= maxKnown {
		k.young, k.old = map[string]*told{}, k.young
	}
	for _, key := range keys {
		k.young[key] = now
	}
	return e.Event != ""
}

// identity returns the keys a thing is recognised by: its own, else its addresses, which others may bear later.
func identity(a *asset.Asset) []string {
	strong := slices.DeleteFunc(slices.Clone(a.Keys), func(k string) bool {
		return strings.HasPrefix(k, "ip:") || strings.HasPrefix(k, "hostname:")
	})
	switch {
	case len(strong) > 0:
		return strong
	case len(a.Keys) > 0:
		return a.Keys
	}
	return []string{a.ID}
}
