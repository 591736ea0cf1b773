package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/reconcile"
	"telltale/internal/store"
)

// past is what a database remembers besides what stands.
type past struct {
	things   []store.Thing // of the sightings of the work file; 0 for those only told of
	loads    map[string]time.Time
	ended    []store.Version
	assigned map[store.Thing]string
}

// read is when an input was last read, "" when that is not known.
func (p *past) read(input string) string {
	if p == nil || p.loads[input].IsZero() {
		return ""
	}
	return p.loads[input].UTC().Format(time.RFC3339)
}

// Recall judges what stands in a database into dir and adds nothing to it.
func Recall(ctx context.Context, k *Knowledge, dir string, opt *Options) (*Folder, error) {
	if _, err := os.Stat(opt.DB); err != nil {
		return nil, err
	}
	in, err := newIntake(dir, opt)
	if err != nil {
		return nil, err
	}
	defer in.spill.Close()
	st, err := openStore(ctx, opt)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	if err := errors.Join(st.prepare(ctx, in, opt), st.recall(ctx, in, opt)); err != nil {
		return nil, err
	}
	p, err := st.past(ctx, in, opt)
	if err != nil {
		return nil, err
	}
	f, err := k.finish(ctx, dir, in, nil, opt)
	if err == nil {
		f.past = p
	}
	return f, err
}

// RecallFor is Recall into a folder that closing the result removes.
func RecallFor(ctx context.Context, k *Knowledge, opt *Options) (*Folder, error) {
	dir, err := os.MkdirTemp("", "telltale-recall-*")
	if err != nil {
		return nil, fmt.Errorf("make a result folder: %w", err)
	}
	f, err := Recall(ctx, k, dir, opt)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	f.temporary = true
	return f, nil
}

// past gathers what ended, and takes the latest coverage of each input.
func (st *stored) past(ctx context.Context, in *intake, opt *Options) (*past, error) {
	p := &past{things: st.things, loads: map[string]time.Time{}, assigned: map[store.Thing]string{}}
	loads, err := st.Loads(ctx)
	if err != nil {
		return nil, err
	}
	until := knownTime(opt)
	last := map[string]*asset.Coverage{}
	for i := range loads {
		if !until.IsZero() && loads[i].At.After(until) {
			break
		}
		for j := range loads[i].Coverage {
			c := &loads[i].Coverage[j]
			if last[c.Input] == nil {
				in.coverage = append(in.coverage, c)
				last[c.Input] = c
			}
			*last[c.Input], p.loads[c.Input] = *c, loads[i].At
		}
	}
	err = st.Ended(ctx, until, func(v store.Version) error {
		p.ended = append(p.ended, v)
		p.assigned[v.Thing] = ""
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p, st.Assigned(ctx, func(t store.Thing, id string) error {
		if _, ok := p.assigned[t]; ok {
			p.assigned[t] = id
		}
		return nil
	})
}

// remember gives what ended to the cluster it belongs to by its thing or a
// key; what belongs to none is a thing of its own that is gone.
func (r *reconciler) remember() error {
	at := map[store.Thing]int{}
	for i, t := range r.past.things {
		if t != 0 {
			at[t] = r.clusters.Of(i)
		}
	}
	keys, err := r.keyIndex()
	if err != nil {
		return err
	}
	r.ended = map[int][]reconcile.Sight{}
	lost := map[store.Thing]int{}
	for i := range r.past.ended {
		v := &r.past.ended[i]
		s := reconcile.Sight{Sighting: v.Sighting, Lane: r.lane(v.Sighting), Ended: v.Until.UTC().Format(time.RFC3339)}
		if s.At = latest(v.Sighting); s.At == "" {
			s.At = v.Since.UTC().Format(time.RFC3339)
		}
		r.hearEnded(&s, keys)
		n, ok := at[v.Thing]
		if !ok {
			n, ok = keys.find(v.Sighting)
		}
		if ok {
			r.ended[n] = append(r.ended[n], s)
			continue
		}
		j, known := lost[v.Thing]
		if !known {
			j = len(r.lost)
			lost[v.Thing] = j
			id := r.past.assigned[v.Thing]
			if id == "" {
				id = evidence.Hash("thing", v.Thing.String())
			}
			m := merge([]*asset.Sighting{v.Sighting})
			r.lost = append(r.lost, reconcile.Thing{ID: id, Name: m.name, Kind: m.kind})
		}
		r.lost[j].Sights = append(r.lost[j].Sights, s)
	}
	return nil
}

// hearEnded keeps what an ended reading told of things that stand.
func (r *reconciler) hearEnded(s *reconcile.Sight, keys keyIndex) {
	for i := range s.Links {
		l := &s.Links[i]
		n, ok := keys.find(&l.Remote)
		if !ok {
			continue
		}
		host := merge([]*asset.Sighting{s.Sighting}).name
		id := ""
		if h, ok := keys.find(s.Sighting); ok {
			id = AssetID(r.clusters.ID(h))
		}
		place := l.Remote.Place
		if place.Input == "" {
			place = s.Place
		}
		r.heard[n] = append(r.heard[n], reconcile.Heard{Host: id, HostName: host, Port: l.LocalPort, Via: l.Via, Place: place, At: s.At, Ended: s.Ended})
	}
}

// keyIndex finds the cluster of a key; -1 where several bear it. Weak keys are
// those of things on paper that nothing on the wire speaks of now, each with its network.
type keyIndex map[string]int

func (x keyIndex) find(s *asset.Sighting) (int, bool) {
	for _, strong := range []bool{true, false} {
		for _, k := range asset.KeysOf(s) {
			if n, ok := x[keyName(k, s.Network)]; ok && k.Strong == strong && n >= 0 {
				return n, true
			}
		}
	}
	return 0, false
}

func keyName(k asset.Key, network string) string {
	if k.Strong {
		return k.String()
	}
	return k.String() + "@" + network
}

func (x keyIndex) put(name string, n int) {
	if was, ok := x[name]; ok && was != n {
		n = -1
	}
	x[name] = n
}

func (r *reconciler) keyIndex() (keyIndex, error) {
	x := keyIndex{}
	if len(r.past.ended) == 0 {
		return x, nil
	}
	onWire := make([]bool, r.clusters.Len())
	for _, paper := range []bool{false, true} { // what is on the wire first, to know what is on paper alone
		for i := range r.in.spill.Len() {
			s, err := r.in.spill.Get(i)
			if err != nil {
				return nil, err
			}
			if (r.lane(s) == reconcile.Paper) != paper {
				continue
			}
			n := r.clusters.Of(i)
			onWire[n] = onWire[n] || !paper
			for _, k := range asset.KeysOf(s) {
				if k.Strong || paper && !onWire[n] {
					x.put(keyName(k, s.Network), n)
				}
			}
		}
	}
	return x, nil
}
