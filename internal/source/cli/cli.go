// Package cli reads what people paste from the command lines of network
// devices: `show` and `display` output, alone or as a whole session, plain or
// wrapped in the YAML and JSON that collectors write.
//
// It is not for logging in to devices, and not for configurations as such: of
// those it takes the name and the header only, never a line that may hold a secret.
// Source of truth: the vendors' command references; a layout is told by literals
// that one family of command lines prints (shapes.go).
//
// Flow: unwrap (wrap.go) → split at prompts and command lines (split.go) →
// classify by command, else by shape, else by what the lines look like →
// read: identity lines, labels and parts, neighbours, address tables, ONT lists.
//
// A neighbour's text never becomes an observation of the teller: a section that
// tells of neighbours is read by the neighbour readers alone.
package cli

import (
	"context"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// Source reads command output.
type Source struct{}

var _ source.Source = Source{}

// Name is "cli".
func (Source) Name() string { return "cli" }

// Bounds of one input. What lies beyond is counted, not read.
const (
	maxLine     = 4 << 10
	maxSection  = 200_000  // lines
	maxText     = 32 << 20 // octets of a section
	maxLinks    = 50_000   // a device
	maxParts    = 4_000    // a device
	maxTexts    = 300      // identifying lines a device
	maxSections = 100_000
)

// Read yields one direct sighting for each device whose prompt or output is seen.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	r := &reader{b: observe.Builder{Source: s.Name(), Input: in.Name}, cov: cov, yield: yield}
	err := sections(ctx, in, cov, r.take)
	if e := r.flush(); e != nil {
		return e
	}
	return err
}

// reader turns sections into sightings.
type reader struct {
	b     observe.Builder
	cov   *asset.Coverage
	yield source.Yield

	dev      *asset.Sighting
	host     string
	texts    int
	unknown  int // sections of this device nobody understood
	sections int
	firstAt  string
	links    map[string]bool // what was linked already
	pon      map[string]int  // PON port and number → its link: several commands tell of one ONT
	capped   bool
}

func (r *reader) begin(at string) {
	if r.dev == nil {
		r.dev = &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: r.b.Place(at)}
		r.firstAt = at
		r.links, r.pon = map[string]bool{}, map[string]int{}
	}
}

// take reads one section; another host name in the prompt begins another device.
func (r *reader) take(sec *section) error {
	if r.dev != nil && sec.host != "" && r.host != "" && sec.host != r.host {
		if err := r.flush(); err != nil {
			return err
		}
	}
	if len(sec.lines) == 0 && sec.cmd == "" && sec.host == "" {
		return nil
	}
	r.begin(sec.at())
	if sec.host != "" {
		r.host = sec.host
		r.add(evidence.Hostname, sec.host, sec.at())
	}
	if sec.cmd != "" && showing(sec.cmd) {
		r.add(evidence.CLICommand, sec.cmd, sec.at())
	}
	if len(sec.lines) == 0 {
		return nil
	}
	r.sections++
	kind, shape := classify(sec)
	if shape != "" {
		r.add(evidence.CLIShape, shape, sec.lines[0].at)
	}
	understood := r.read(kind, sec)
	if !understood && shape == "" && kind == other {
		r.unknown++
	}
	return nil
}

func (r *reader) read(kind kind, sec *section) bool {
	switch kind {
	case neighbours:
		return r.neighbourWords(sec) || r.neighbourTable(sec) || r.neighbourBlocks(sec)
	case addresses:
		return r.addressTable(sec)
	case onts:
		return r.ontList(sec)
	case interfaces:
		return r.interfaces(sec)
	case routes:
		return r.routes(sec)
	case config:
		return r.config(sec)
	case identity:
		got := r.identity(sec)
		parts := r.titledParts(sec)
		return r.boardTable(sec) || parts || got
	case labels:
		// One text speaks once: lines of a label are not kept as text beside its values.
		return r.labels(sec) || r.identity(sec)
	}
	return false
}

// flush yields the device at hand, if anything was seen of it.
func (r *reader) flush() error {
	dev := r.dev
	if dev == nil {
		return nil
	}
	at, sections, unknown := r.firstAt, r.sections, r.unknown
	*r = reader{b: r.b, cov: r.cov, yield: r.yield}
	if unknown > 0 && unknown == sections {
		r.cov.Fail(at, "no output of a known command", "give `show version`, `display version`, an inventory or neighbour command with its prompt line")
	}
	if len(dev.Observations)+len(dev.Components)+len(dev.Links) == 0 {
		return nil
	}
	r.cov.Read++
	return r.yield(dev)
}

func (r *reader) add(attr evidence.Attr, value, at string) bool {
	return r.b.Add(&r.dev.Observations, attr, value, at)
}

// text keeps a line that identifies the device.
func (r *reader) text(value, at string) {
	if r.texts >= maxTexts {
		return
	}
	if r.add(evidence.CLIText, value, at) {
		r.texts++
	}
}

func (r *reader) link(l asset.Link, key string) {
	if len(l.Remote.Observations) == 0 || r.links[key] {
		return
	}
	if len(r.dev.Links) >= maxLinks {
		if !r.capped {
			r.capped = true
			r.cov.Fail(l.Remote.Place.At, "more neighbours than are kept of one device", "give the tables of one device a file")
		}
		return
	}
	r.links[key] = true
	l.Remote.Kind, l.Remote.Seen = asset.Device, asset.Neighbour
	r.dev.Links = append(r.dev.Links, l)
}

func (r *reader) part(p asset.Part) {
	if len(p.Observations) > 0 && len(r.dev.Components) < maxParts {
		r.dev.Components = append(r.dev.Components, p)
	}
}
