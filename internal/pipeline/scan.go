package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/scan"
	"telltale/internal/scan/pace"
	"telltale/internal/scan/target"
	"telltale/internal/source"
	"telltale/internal/source/all"
	"telltale/internal/source/scanned"
)

// ScanOptions are what a user states of a scan.
type ScanOptions struct {
	// Targets are addresses, blocks, ranges, or names of files that list them.
	Targets, Exclude []string
	// Crawl are the nets into which hosts told of are followed; none means no crawling.
	Crawl   []string
	Profile string
	Only    []string
	// PerHost and Rate are packets a second; 0 means the default, a negative Rate no cap.
	PerHost, Rate int
	Windows       []string
	Passes, Hosts int
	// Credentials is a file that only its owner may read, "" for none.
	Credentials string
	// Opened are credentials of the form of that file which lay sealed, nil for none.
	Opened []byte
	// Journal is where answers are kept, "" for the cache folder. Fresh begins anew.
	Journal  string
	Fresh    bool
	SNMPPort uint16
	Progress func(ScanProgress)
}

// ScanProgress is what a scan tells while it runs.
type ScanProgress = scan.Progress

// Scan is a scan that is ready to run.
type Scan struct {
	*scan.Scan
	// Name is what stands as the input in results: "scan 192.0.2.0/24".
	Name string
	// Journal is the file of answers.
	Journal string
}

// NewScan prepares a scan. Nothing is sent yet.
func NewScan(o *ScanOptions) (*Scan, error) {
	t, err := editionInUse()
	if err != nil {
		return nil, err
	}
	rules, err := t.Scan()
	if err != nil {
		return nil, err
	}
	so := scan.Options{Rules: rules, Profile: o.Profile, Only: o.Only, Passes: o.Passes, Hosts: o.Hosts, Journal: o.Journal, Fresh: o.Fresh,
		SNMPPort: o.SNMPPort, Progress: o.Progress, Names: o.Targets, Neighbours: scanned.Neighbours, Pace: pace.Options{PerHost: o.PerHost, Rate: o.Rate}}
	if err := targets(o, &so); err != nil {
		return nil, err
	}
	for _, w := range o.Windows {
		x, err := pace.ParseWindow(w)
		if err != nil {
			return nil, err
		}
		so.Pace.Windows = append(so.Pace.Windows, x)
	}
	if so.Secrets, err = readSecrets(o.Credentials, o.Opened); err != nil {
		return nil, err
	}
	s, err := scan.New(so)
	if err != nil {
		return nil, err
	}
	if so.Journal == "" {
		if so.Journal, err = journalFile(s.ID()); err != nil {
			return nil, err
		}
		if s, err = scan.New(so); err != nil {
			return nil, err
		}
	}
	return &Scan{s, "scan " + strings.Join(o.Targets, " "), so.Journal}, nil
}

// targets reads what may be touched.
func targets(o *ScanOptions, so *scan.Options) error {
	include, err := ranges(o.Targets)
	if err != nil {
		return err
	}
	exclude, err := ranges(o.Exclude)
	if err != nil {
		return err
	}
	if so.Targets, err = target.NewSet(include, exclude); err != nil || len(o.Crawl) == 0 {
		return err
	}
	nets, err := ranges(o.Crawl)
	if err != nil {
		return err
	}
	so.Allowed, err = target.NewNets(nets, exclude)
	return err
}

// maxTargetFile bounds a file of targets in bytes.
const maxTargetFile = 64 << 20

// ranges reads targets; one that is the name of a file stands for the list in it.
func ranges(list []string) ([]target.Range, error) {
	var out []target.Range
	for _, s := range list {
		if r, err := target.Parse(s); err == nil {
			out = append(out, r)
			continue
		} else if st, ferr := os.Stat(s); ferr != nil || st.IsDir() || st.Size() > maxTargetFile {
			return nil, fmt.Errorf("%w, nor a file of at most 64 MiB that lists them", err)
		}
		b, err := os.ReadFile(s)
		if err != nil {
			return nil, fmt.Errorf("read targets: %w", err)
		}
		r, err := target.List(s, b)
		if err != nil {
			return nil, err
		}
		out = append(out, r...)
	}
	return out, nil
}

// journalFile is where the answers of a scan are kept when the user names no file.
func journalFile(id string) (string, error) {
	root, err := cacheRoot()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, "scan")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the cache folder: %w", err)
	}
	return filepath.Join(dir, id+".answers"), nil
}

// readScan reads the file of answers under the name the scan goes by.
func (in *intake) readScan(ctx context.Context, opt *Options) error {
	f, err := os.Open(opt.Scanned)
	if err != nil {
		return fmt.Errorf("read the scan: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read the scan: %w", err)
	}
	name := strings.Join(opt.Inputs, " ")
	src := scanned.Source{}
	return in.readLeaf(ctx, &all.Leaf{
		Input:    &source.Input{Name: name, Data: f, Size: st.Size(), Options: &source.Options{}},
		Source:   src,
		Coverage: &asset.Coverage{Input: name, Format: src.Name(), Named: true},
	})
}
