package pipeline

import (
	"context"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"telltale/data"
	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/evidence"
	"telltale/internal/org"
	"telltale/internal/source/all"
)

// Labelled is one recording of a corpus with what is known of it and what the
// engine saw in it. It is judged alone.
type Labelled struct {
	File    string
	Kind    string
	Stratum string
	Maker   org.ID
	Brand   string
	// Restricted is true when the label says that the maker is on a list.
	Restricted bool
	// Score is "yes", "no" or "list-only"; Quality "full", "weak", "stub" ...
	Score, Quality string
	AlsoContains   string
	// Group names the near-identical recordings it stands with; Share is what one of them counts.
	Group string
	Share float64
	// Things are the engine's results for what the recording shows directly,
	// one for all of a device's own output, one a host for a capture.
	Things []*attribute.Result
	// Heard are the organisations of what it tells of or holds: neighbours, components.
	Heard []org.ID
	// Read counts sightings; Reason says why there are none.
	Read   int
	Reason string
	// path is where the recording stands, direct what it shows of the device.
	path   string
	direct []*asset.Sighting
}

// notMakers are labels that name no maker.
var notMakers = map[org.ID]bool{"mixed": true, "none_restricted": true, "synthetic": true, "unknown": true, "virtual": true}

// LoadLabelled reads the labels.csv of a corpus folder and every recording it
// names, and attributes each with e. Kinds other than those listed are left out.
func LoadLabelled(ctx context.Context, corpus string, e *attribute.Engine, kinds ...string) ([]Labelled, error) {
	f, err := os.Open(filepath.Join(corpus, "labels.csv"))
	if err != nil {
		return nil, fmt.Errorf("read labels of the corpus: %w (name the folder that holds labels.csv)", err)
	}
	defer f.Close()
	rows, err := readLabels(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Name(), err)
	}
	var out []Labelled
	for i := range rows {
		r := &rows[i]
		if len(kinds) > 0 && !slices.Contains(kinds, r.Kind) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := attributeFile(ctx, corpus, r, e); err != nil {
			return nil, err
		}
		out = append(out, *r)
	}
	share(out)
	return out, nil
}

// readLabels reads the columns by their headings.
func readLabels(r io.Reader) ([]Labelled, error) {
	c := csv.NewReader(r)
	head, err := c.Read()
	if err != nil {
		return nil, err
	}
	col := map[string]int{}
	for i, h := range head {
		col[h] = i
	}
	for _, need := range []string{"file", "kind", "stratum", "maker_id", "restricted", "score"} {
		if _, ok := col[need]; !ok {
			return nil, fmt.Errorf("no column %q: labels.csv needs file, kind, stratum, maker_id, restricted, score", need)
		}
	}
	var out []Labelled
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		get := func(name string) string {
			if i, ok := col[name]; ok && i < len(rec) {
				return rec[i]
			}
			return ""
		}
		out = append(out, Labelled{
			File: get("file"), Kind: get("kind"), Stratum: get("stratum"), Maker: org.ID(get("maker_id")), Brand: get("brand_on_device"),
			Restricted: get("restricted") == "yes", Score: get("score"), Quality: get("quality"), AlsoContains: get("also_contains"),
		})
	}
}

// attributeFile reads one recording and attributes what it shows.
func attributeFile(ctx context.Context, corpus string, r *Labelled, e *attribute.Engine) error {
	var direct []*asset.Sighting
	var remote []*asset.Sighting
	r.path = filepath.Join(corpus, filepath.FromSlash(r.File))
	err := all.Walk(ctx, r.path, nil, all.Limits{}, func(l *all.Leaf) error {
		if l.Source == nil || l.Input == nil {
			if len(l.Coverage.Reasons) > 0 {
				r.Reason = l.Coverage.Reasons[0].Reason
			}
			return nil
		}
		err := l.Source.Read(ctx, l.Input, l.Coverage, func(s *asset.Sighting) error {
			r.Read++
			if s.Seen == asset.Direct {
				direct = append(direct, s)
			} else {
				remote = append(remote, s)
			}
			for i := range s.Links {
				remote = append(remote, &s.Links[i].Remote)
			}
			return nil
		})
		if err != nil {
			r.Reason = err.Error()
		}
		return ctx.Err()
	})
	if err != nil {
		return fmt.Errorf("read recording %q: %w", r.File, err)
	}
	r.Things = attributeAll(direct, r.Kind, e)
	for _, s := range remote {
		x := e.Attribute(&attribute.Thing{ID: "remote", Sightings: []*asset.Sighting{s}})
		if x.Manufacturer != nil {
			r.Heard = append(r.Heard, x.Manufacturer.Org)
		}
	}
	for _, t := range r.Things {
		for i := range t.Components {
			if m := t.Components[i].Manufacturer; m != nil {
				r.Heard = append(r.Heard, m.Org)
			}
		}
	}
	slices.Sort(r.Heard)
	r.Heard = slices.Compact(r.Heard)
	r.Group, r.direct = group(r, direct), direct
	return nil
}

// attributeAll takes a device's own output as one thing, and each host of a capture as its own.
func attributeAll(direct []*asset.Sighting, kind string, e *attribute.Engine) []*attribute.Result {
	if len(direct) == 0 {
		return nil
	}
	if kind != "pcap" {
		return []*attribute.Result{e.Attribute(&attribute.Thing{ID: "row", Sightings: direct})}
	}
	var out []*attribute.Result
	for _, s := range direct {
		out = append(out, e.Attribute(&attribute.Thing{ID: s.Place.At, Sightings: []*asset.Sighting{s}}))
	}
	return out
}

// group puts recordings of one device, or of one model with the same software, together.
func group(r *Labelled, direct []*asset.Sighting) string {
	key := string(r.Maker) + "|" + r.Kind + "|"
	if r.Kind == "cli" {
		return key + filepath.ToSlash(filepath.Dir(r.File))
	}
	for _, s := range direct {
		for i := range s.Observations {
			o := &s.Observations[i]
			switch o.Attr {
			case evidence.SysObjectID:
				key += o.Value
			case evidence.SysDescr:
				key += strings.Map(func(c rune) rune {
					if c >= '0' && c <= '9' {
						return -1
					}
					return c
				}, o.Value)
			}
		}
	}
	if r.Kind == "snmprec" && !strings.HasSuffix(key, "|snmprec|") {
		return key
	}
	return key + r.File
}

func share(rows []Labelled) {
	n := map[string]int{}
	for i := range rows {
		n[rows[i].Group]++
	}
	for i := range rows {
		rows[i].Share = 1 / float64(n[rows[i].Group])
	}
}

// MeasureAccuracy reads a corpus and reports on it with the embedded data.
func MeasureAccuracy(ctx context.Context, corpus string) (*AccuracyReport, []Labelled, error) {
	f, err := data.AttributionFacts()
	if err != nil {
		return nil, nil, err
	}
	e, err := data.Attributor()
	if err != nil {
		return nil, nil, err
	}
	rows, err := LoadLabelled(ctx, corpus, e)
	if err != nil {
		return nil, nil, err
	}
	known := labelNames{
		whom: func(name string) org.ID { return f.Orgs.Whom(name).Org },
		of:   namesOf(f.Fingerprints),
	}
	r := accuracy(rows, attribute.DefaultMakers, f.Weights.Scale, known)
	r.changed(rows, e, listedMakers(rows))
	if r.Simulated, err = Simulated(e); err != nil {
		return nil, nil, err
	}
	return r, rows, nil
}

// MeasureWeights reads a corpus and counts what its recordings teach.
func MeasureWeights(ctx context.Context, corpus string) (*attribute.Weights, error) {
	e, err := data.Attributor()
	if err != nil {
		return nil, err
	}
	rows, err := LoadLabelled(ctx, corpus, e)
	if err != nil {
		return nil, err
	}
	w := Weigh(rows, attribute.DefaultMakers)
	return &w, nil
}

//go:embed testdata/accuracy.json
var accuracyBaseline []byte

// AccuracyBaseline reads a baseline, the built-in one when no file is named.
func AccuracyBaseline(file string) (*Baseline, error) {
	b := accuracyBaseline
	if file != "" {
		var err error
		if b, err = os.ReadFile(file); err != nil {
			return nil, fmt.Errorf("read baseline: %w", err)
		}
	}
	var out Baseline
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("read baseline: %w (write one with --write)", err)
	}
	return &out, nil
}
