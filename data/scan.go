package data

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"time"

	"github.com/goccy/go-yaml"

	"telltale/internal/scan"
	"telltale/internal/scan/snmp"
)

type scanFile struct {
	Profiles []struct {
		Name     string   `yaml:"name"`
		About    string   `yaml:"about"`
		Sweep    bool     `yaml:"sweep"`
		Echo     bool     `yaml:"echo"`
		Live     []uint16 `yaml:"live"`
		Walk     bool     `yaml:"walk"`
		HostTime string   `yaml:"host_time"`
		Vars     int      `yaml:"vars"`
		Ask      []struct {
			Probe string   `yaml:"probe"`
			Ports []uint16 `yaml:"ports"`
			After string   `yaml:"after"`
		} `yaml:"ask"`
	} `yaml:"profiles"`
	Walks []struct {
		Name     string   `yaml:"name"`
		OID      string   `yaml:"oid"`
		Profiles []string `yaml:"profiles"`
		Under    []string `yaml:"under"`
		Source   string   `yaml:"source"`
	} `yaml:"walks"`
	Fragile []struct {
		Name      string   `yaml:"name"`
		Why       string   `yaml:"why"`
		ObjectIDs []string `yaml:"object_ids"`
		Descr     string   `yaml:"descr"`
		Ports     []uint16 `yaml:"ports"`
		Answered  []string `yaml:"answered"`
		Allow     []string `yaml:"allow"`
		Source    string   `yaml:"source"`
	} `yaml:"fragile"`
	Commands []struct {
		Family string   `yaml:"family"`
		Match  string   `yaml:"match"`
		Lines  []string `yaml:"lines"`
		Source string   `yaml:"source"`
	} `yaml:"commands"`
}

// loadScan reads the rules of live scans: profiles, SNMP subtrees, fragile hosts, read-only commands.
func loadScan(files fs.FS) (*scan.Rules, error) {
	r := &scan.Rules{}
	for _, name := range []string{"profiles", "walks", "fragile", "commands"} {
		b, err := fs.ReadFile(files, "scan/"+name+".yaml")
		if err != nil {
			return nil, err
		}
		var f scanFile
		if err := yaml.UnmarshalWithOptions(b, &f, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("scan/%s.yaml: %w", name, err)
		}
		if err := f.into(r); err != nil {
			return nil, fmt.Errorf("scan/%s.yaml: %w", name, err)
		}
	}
	return r, r.Check()
}

func (f *scanFile) into(r *scan.Rules) error {
	var errs []error
	for _, p := range f.Profiles {
		d, err := time.ParseDuration(p.HostTime)
		errs = append(errs, err)
		x := scan.Profile{Name: p.Name, About: p.About, Sweep: p.Sweep, Echo: p.Echo, Live: p.Live, Walk: p.Walk, HostTime: d, Vars: p.Vars}
		for _, a := range p.Ask {
			x.Ask = append(x.Ask, scan.Ask{Probe: a.Probe, Ports: a.Ports, After: a.After})
		}
		r.Profiles = append(r.Profiles, x)
	}
	for _, w := range f.Walks {
		oid, err := snmp.ParseOID(w.OID)
		errs = append(errs, err, sourced(w.Name, w.Source))
		r.Walks = append(r.Walks, scan.Walk{Name: w.Name, OID: oid, Profiles: w.Profiles, Under: w.Under})
	}
	for _, g := range f.Fragile {
		re, err := optional(g.Descr)
		errs = append(errs, err, sourced(g.Name, g.Source))
		r.Fragile = append(r.Fragile, scan.Fragile{Name: g.Name, Why: g.Why, ObjectIDs: g.ObjectIDs, Descr: re, Ports: g.Ports, Answered: g.Answered, Allow: g.Allow})
	}
	for _, c := range f.Commands {
		re, err := optional(c.Match)
		errs = append(errs, err, sourced(c.Family, c.Source))
		r.Commands = append(r.Commands, scan.Commands{Family: c.Family, Match: re, Lines: c.Lines})
	}
	return errors.Join(errs...)
}

func optional(pattern string) (*regexp.Regexp, error) {
	if pattern == "" {
		return nil, nil
	}
	return regexp.Compile(pattern)
}

func sourced(name, source string) error {
	if source == "" {
		return fmt.Errorf("%s: a source is missing", name)
	}
	return nil
}
