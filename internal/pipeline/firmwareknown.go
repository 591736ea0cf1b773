package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"telltale/internal/firmware/diff"
	"telltale/internal/firmware/inspect"
)

const (
	// mostKnown bounds the images of a store, maxKin the relatives shown of one image.
	mostKnown, maxKin = 2000, 5
	// leastKin is the share of equal or like files from which on an image counts as a relative.
	leastKin = 0.05
)

// known reads the images a user keeps: reports as --out leaves them, and images,
// whose reports are kept in the cache folder so that they are read once.
func (o *FirmwareOptions) known(ctx context.Context, facts *inspect.Facts) ([]*inspect.Report, error) {
	var out []*inspect.Report
	for _, root := range o.Known {
		st, err := os.Stat(root)
		if err != nil {
			return nil, fmt.Errorf("read known images: %w", err)
		}
		if !st.IsDir() {
			r, err := o.knownImage(ctx, root, facts)
			if err != nil {
				return nil, fmt.Errorf("read known image: %w", err)
			}
			out = append(out, r)
			continue
		}
		err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err != nil || len(out) >= mostKnown {
				return err
			}
			if d.IsDir() {
				if strings.HasSuffix(p, ".unpacked") {
					if r, err := readFirmwareReport(filepath.Join(p, "report.json")); err == nil {
						out = append(out, r)
					}
					return filepath.SkipDir
				}
				return nil
			}
			if !d.Type().IsRegular() {
				return nil
			}
			// What is no image stands in such folders too: notes, lists, pictures.
			if r, err := o.knownImage(ctx, p, facts); err == nil && len(r.Files) > 0 {
				out = append(out, r)
			}
			return ctx.Err()
		})
		if err != nil {
			return nil, fmt.Errorf("read known images in %q: %w", root, err)
		}
	}
	return out, nil
}

func (o *FirmwareOptions) knownImage(ctx context.Context, p string, facts *inspect.Facts) (*inspect.Report, error) {
	if strings.HasSuffix(p, ".json") {
		return readFirmwareReport(p)
	}
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum, err := sumFile(f)
	if err != nil {
		return nil, err
	}
	cached := ""
	if root, err := cacheRoot(); err == nil {
		cached = filepath.Join(root, "firmware", sum+"-"+facts.Version+".json")
		if r, err := readFirmwareReport(cached); err == nil {
			return r, nil
		}
	}
	r, err := firmwareImage(ctx, p, facts, o, "")
	if err == nil && cached != "" && os.MkdirAll(filepath.Dir(cached), 0o700) == nil {
		if b, err := json.Marshal(r); err == nil {
			writeWhole(cached, b) // only a cache: without it the image is read again
		}
	}
	return r, err
}

// writeWhole puts a file in its place at once, so that no half of it is ever read.
func writeWhole(p string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(p), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err = f.Write(b); err == nil {
		err = f.Close()
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), p)
}

// kin are the closest relatives of an image among those known, the closest first.
func kin(r *inspect.Report, known []*inspect.Report) []inspect.Lineage {
	var out []inspect.Lineage
	seen := map[string]bool{}
	for _, k := range known {
		if seen[k.Image.SHA256] {
			continue
		}
		seen[k.Image.SHA256] = true
		if l := diff.Lineage(r, k); l.Files > 0 && l.Alike >= leastKin {
			out = append(out, l)
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].Same != out[j].Same {
			return out[i].Same > out[j].Same
		}
		return out[i].Alike > out[j].Alike
	})
	return out[:min(len(out), maxKin)]
}
