package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sort"
	"strings"

	"telltale/data"
	"telltale/internal/asset"
	"telltale/internal/firmware/unpack"
	"telltale/internal/resolve"
	"telltale/internal/source"
	"telltale/internal/source/all"
)

// intake collects sightings from all inputs: into the spill, and their keys into the resolver.
type intake struct {
	spill    *spill
	resolver *resolve.Resolver
	network  string
	base     string    // prefix left out of names
	links    []linkRow // topology: sighting Host told of sighting Remote by its Links[Index]
	coverage []*asset.Coverage
	progress func(Progress)
	read     int
	images   int // firmware images opened
	opened   []openedImage
	// edition is the data the inputs are read with.
	edition *data.Tree
	// keep, when set, takes sightings instead of the work file: they go to a database first.
	keep func(*asset.Sighting) error
}

// Progress is what a long check tells while it runs.
type Progress struct {
	Stage string // "read", "judge"
	Input string
	Done  int
	Total int // 0 when not known
}

// readAll reads every named input in sorted order, so that the order of arguments does not matter.
func (in *intake) readAll(ctx context.Context, names []string, opt *source.Options, limits all.Limits) error {
	names = append([]string(nil), names...)
	sort.Strings(names)
	limits.Whole, limits.SevenZip = updatePackage, unpack.CheckSevenZip
	for i, name := range names {
		if i > 0 && name == names[i-1] {
			continue
		}
		err := all.Walk(ctx, name, opt, limits, func(l *all.Leaf) error { return in.readLeaf(ctx, l) })
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return err
		}
	}
	return nil
}

func (in *intake) readLeaf(ctx context.Context, l *all.Leaf) error {
	l.Coverage.Input = strings.TrimPrefix(l.Coverage.Input, in.base)
	if l.Input != nil {
		l.Input.Name = strings.TrimPrefix(l.Input.Name, in.base)
	}
	in.coverage = append(in.coverage, l.Coverage)
	if l.Source == nil {
		_, err := in.image(ctx, l)
		return err
	}
	var stop error
	err := guard(func() error {
		return l.Source.Read(ctx, l.Input, l.Coverage, func(s *asset.Sighting) error {
			if stop = in.add(s); stop != nil {
				return stop
			}
			in.read++
			if in.progress != nil && in.read%4096 == 0 {
				in.progress(Progress{Stage: "read", Input: l.Input.Name, Done: in.read})
			}
			return ctx.Err()
		})
	})
	if stop != nil {
		return stop
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		l.Coverage.Fail("", err.Error(), "")
		if l.Coverage.Read == 0 {
			l.Coverage.Unreadable = true
		}
	}
	return nil
}

// guard turns a panic of a parser on foreign data into an error: what was read before stays.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the reader failed on this input (%v); please report it\n%s", p, firstFrames(debug.Stack()))
		}
	}()
	return f()
}

func firstFrames(stack []byte) string {
	if len(stack) > 1500 {
		stack = stack[:1500]
	}
	return string(stack)
}

var errTooMany = errors.New("more than 2,000,000,000 things in one check; split the inputs")

// add takes one sighting and, as things of their own, those it told of.
func (in *intake) add(s *asset.Sighting) error {
	if s.Network == "" {
		s.Network = in.network
	}
	if s.Network == "" {
		s.Network = s.Place.Input
	}
	if in.keep != nil {
		return in.keep(s)
	}
	remotes := make([]asset.Sighting, len(s.Links))
	for i := range s.Links {
		remotes[i], s.Links[i].Remote = s.Links[i].Remote, asset.Sighting{}
	}
	host, err := in.put(s)
	if err != nil {
		return err
	}
	for i := range remotes {
		r := &remotes[i]
		if r.Network == "" {
			r.Network = s.Network
		}
		if r.Place.Input == "" {
			r.Place = s.Place
		}
		r.Seen = asset.Neighbour
		if r.Kind == "" {
			r.Kind = asset.Device
		}
		n, err := in.put(r)
		if err != nil {
			return err
		}
		in.links = append(in.links, linkRow{Host: host, Remote: n, Index: int32(i)})
	}
	return nil
}

func (in *intake) put(s *asset.Sighting) (int32, error) {
	n := in.spill.Len()
	if n > 2_000_000_000 {
		return 0, errTooMany
	}
	if err := in.spill.Add(s); err != nil {
		return 0, err
	}
	in.register(s)
	return int32(n), nil
}

// register gives the keys of the next sighting to the resolver; sightings come in the order of the work file.
func (in *intake) register(s *asset.Sighting) { in.resolver.Add(resolve.Of(s)) }
