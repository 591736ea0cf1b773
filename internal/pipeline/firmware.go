package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"telltale/internal/firmware/diff"
	"telltale/internal/firmware/inspect"
	"telltale/internal/firmware/render"
	"telltale/internal/firmware/unpack"
)

// FirmwareOptions are the wishes of a user who inspects firmware images.
type FirmwareOptions struct {
	// Out is a folder for the files of the images and their reports; empty for none.
	Out string
	// Baseline is an image, or a report in JSON, every image is compared with; empty for none.
	Baseline string
	// Known are images, reports of images, or folders of either; each image's relatives among them are told.
	Known []string
	// Manifest is the maker's list of digests, Keys are its public keys; a signature is looked for beside list and image.
	Manifest string
	Keys     []string
	// Told is what a device that should run the image says of itself; empty for nothing.
	Told string
	// DB is a database whose images are told of as relatives, and that keeps those inspected; empty for none.
	DB string
	// At and Author are recorded with what a database keeps.
	At     time.Time
	Author string
	// Routes is a table of prefixes and AS numbers; with it the operators of addresses are told. Empty for none.
	Routes string
	// Limits bound the unpacker; zero fields take their defaults.
	Limits unpack.Limits
	// Progress is told what is done with which image, in bytes where they are counted; may be nil.
	Progress func(Progress)
}

// FirmwareResult is one image's report with its comparison.
type FirmwareResult = render.Result

// FirmwareReport unpacks and inspects images. An image that cannot be read
// gives an error at the end; the others are reported all the same. With an
// output folder, an image whose report is there already, made with the same data, is not read again.
func FirmwareReport(ctx context.Context, paths []string, o FirmwareOptions) ([]*FirmwareResult, error) {
	t, err := editionInUse()
	if err != nil {
		return nil, err
	}
	facts, err := t.Firmware()
	if err != nil {
		return nil, err
	}
	var base *inspect.Report
	if o.Baseline != "" {
		if base, err = firmwareBaseline(ctx, o.Baseline, facts, &o); err != nil {
			return nil, fmt.Errorf("read baseline %q: %w", o.Baseline, err)
		}
	}
	known, err := o.known(ctx, facts)
	if err != nil {
		return nil, err
	}
	list, keys, err := o.integrity()
	if err != nil {
		return nil, err
	}
	networks, err := o.networks(t)
	if err != nil {
		return nil, err
	}
	db, stocked, err := o.withDatabase(ctx)
	if err != nil {
		return nil, err
	}
	if db != nil {
		defer db.Close()
	}
	var out []*FirmwareResult
	var errs []error
	for _, p := range paths {
		r, err := firmwareImage(ctx, p, facts, &o, o.Out)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		networks.name(r)
		res := &FirmwareResult{Report: r}
		if base != nil {
			res.Baseline, res.Changes, res.FileChanges = base.Name(), diff.Compare(base, r), diff.Files(base, r)
		}
		if list != nil || len(keys) > 0 {
			if res.Vendor, err = o.vendor(p, r, list, keys); err != nil {
				errs = append(errs, err)
			}
		}
		if o.Told != "" {
			t := r.Compare(o.Told)
			res.Told = &t
		}
		others := append(known[:len(known):len(known)], apartFrom(stocked, r)...)
		if base != nil {
			others = append(others, base)
		}
		for _, other := range out {
			others = append(others, other.Report)
		}
		r.Lineage = kin(r, others)
		if shared := diff.SharedKeys(r, others); len(shared) > 0 {
			r.Add(shared...)
		}
		out = append(out, res)
		if db != nil {
			if err := keepImage(ctx, db, r, o.At, o.Author); err != nil {
				errs = append(errs, err)
			}
		}
	}
	if len(out) > 0 {
		o.told("write the report", out[len(out)-1].Report.Name())(0, 0, "")
	}
	return out, errors.Join(errs...)
}

func firmwareBaseline(ctx context.Context, p string, facts *inspect.Facts, o *FirmwareOptions) (*inspect.Report, error) {
	if strings.HasSuffix(p, ".json") {
		return readFirmwareReport(p)
	}
	return firmwareImage(ctx, p, facts, o, "")
}

func readFirmwareReport(p string) (*inspect.Report, error) {
	b, err := os.ReadFile(p)
	if err != nil {
		return nil, err
	}
	var r inspect.Report
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	if r.Schema != inspect.Schema {
		return nil, fmt.Errorf("schema is %q, not %q", r.Schema, inspect.Schema)
	}
	return &r, nil
}

func firmwareImage(ctx context.Context, p string, facts *inspect.Facts, o *FirmwareOptions, outDir string) (*inspect.Report, error) {
	f, err := os.Open(p)
	if err != nil {
		return nil, fmt.Errorf("open image: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open image %q: %w", p, err)
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("open image %q: not a regular file", p)
	}
	dir := ""
	if outDir != "" {
		dir = filepath.Join(outDir, filepath.Base(p)+".unpacked")
		if r, err := readFirmwareReport(filepath.Join(dir, "report.json")); err == nil && r.DataVersion == facts.Version && r.Image.Size == st.Size() {
			if sum, err := sumFile(f); err == nil && sum == r.Image.SHA256 {
				return r, nil
			}
		}
	}
	name := filepath.Base(p)
	tree, err := unpack.Open(ctx, f, st.Size(), name, o.Limits, o.told("open", name))
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	r, err := inspect.Inspect(ctx, tree, facts, o.told("look into its files", name))
	if err != nil || dir == "" {
		return r, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("write %q: %w", dir, err)
	}
	o.told("write its files", name)(0, 0, "")
	if err := unpack.Export(tree, dir); err != nil {
		return nil, err
	}
	b, err := json.Marshal(r)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "report.json"), b, 0o644) // last: its presence says the folder is whole
	}
	if err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	return r, nil
}

// told hands progress of one stage on.
func (o *FirmwareOptions) told(stage, image string) unpack.Progress {
	return func(done, total int64, _ string) {
		if o.Progress != nil {
			o.Progress(Progress{Stage: stage, Input: image, Done: int(done), Total: int(total)})
		}
	}
}

func sumFile(f *os.File) (string, error) {
	st, err := f.Stat()
	if err != nil {
		return "", err
	}
	return unpack.SumOf(io.NewSectionReader(f, 0, st.Size()))
}

// WriteFirmware shows results in one of the formats of FirmwareFormats.
func WriteFirmware(w io.Writer, rs []*FirmwareResult, format string, all bool) error {
	switch format {
	case "table":
		for _, r := range rs {
			if err := render.Table(w, r, all); err != nil {
				return err
			}
		}
		return nil
	case "html":
		t, err := editionInUse()
		if err != nil {
			return err
		}
		facts, err := t.Firmware()
		if err != nil {
			return err
		}
		return render.HTML(w, rs, facts.OrgName)
	case "sarif":
		return render.SARIF(w, rs)
	case "cyclonedx":
		for _, r := range rs {
			if err := render.CycloneDX(w, r); err != nil {
				return err
			}
		}
		return nil
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		e.SetEscapeHTML(false)
		if len(rs) == 1 {
			return e.Encode(rs[0])
		}
		return e.Encode(rs)
	}
	return fmt.Errorf("format %q: %w", format, fs.ErrInvalid)
}

// FirmwareFound says whether any image has a finding above note.
func FirmwareFound(rs []*FirmwareResult) bool {
	for _, r := range rs {
		for _, f := range r.Findings {
			if f.Level != inspect.Note {
				return true
			}
		}
		for _, c := range r.Changes {
			if c.Level != inspect.Note {
				return true
			}
		}
	}
	return false
}
