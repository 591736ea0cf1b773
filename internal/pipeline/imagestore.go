package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"telltale/internal/firmware/inspect"
	"telltale/internal/store"
	"telltale/internal/store/sqlite"
)

// Images a database knows: of each, what later images are compared with. The
// event names it by its digest, the result of imageResult holds the list of its files.

const imageKept store.EventKind = "image"

func imageResult(sum string) string { return "image/" + sum }

// compared leaves of a report what images are compared by.
func compared(r *inspect.Report) *inspect.Report {
	out := &inspect.Report{Schema: r.Schema, DataVersion: r.DataVersion, Image: r.Image, Identity: r.Identity}
	for _, f := range r.Files {
		if f.Kind == "file" && f.SHA256 != "" && f.Size > 0 {
			out.Files = append(out.Files, inspect.File{Path: f.Path, Kind: f.Kind, Size: f.Size, SHA256: f.SHA256, Fuzzy: f.Fuzzy})
		}
	}
	for _, k := range r.Keys {
		if k.Kind == "private" {
			out.Keys = append(out.Keys, inspect.Key{Kind: k.Kind, Algorithm: k.Algorithm, SPKI: k.SPKI, Test: k.Test, Where: k.Where, Offset: k.Offset})
		}
	}
	return out
}

// keepImage keeps an image in the database; one that is there already is left as it is.
func keepImage(ctx context.Context, s store.Store, r *inspect.Report, at time.Time, author string) error {
	if len(r.Files) == 0 {
		return nil
	}
	name := imageResult(r.Image.SHA256)
	switch _, err := s.Result(ctx, name, nil); {
	case err == nil:
		return nil
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	body, err := json.Marshal(compared(r))
	if err != nil {
		return fmt.Errorf("keep image %q: %w", r.Image.Name, err)
	}
	if err := s.PutResult(ctx, store.Result{Name: name, At: at, Author: author, Format: inspect.Schema, DataVersion: r.DataVersion}, bytes.NewReader(body)); err != nil {
		return fmt.Errorf("keep image %q: %w", r.Image.Name, err)
	}
	said, err := json.Marshal(map[string]string{"name": r.Name()})
	if err != nil {
		return err
	}
	return s.Append(ctx, store.Event{At: at, Author: author, Kind: imageKept, Subject: r.Image.SHA256, Body: said})
}

// keptImages are the images a database knows, at most mostKnown, the latest kept.
func keptImages(ctx context.Context, s store.Store) ([]*inspect.Report, error) {
	var sums []string
	seen := map[string]bool{}
	err := s.Events(ctx, imageKept, time.Time{}, func(e store.Event) error {
		if !seen[e.Subject] {
			seen[e.Subject] = true
			sums = append(sums, e.Subject)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []*inspect.Report
	for _, sum := range sums[max(0, len(sums)-mostKnown):] {
		var body bytes.Buffer
		if _, err := s.Result(ctx, imageResult(sum), &body); err != nil {
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			return nil, err
		}
		var r inspect.Report
		if err := json.Unmarshal(body.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("read kept image %s: %w", sum, err)
		}
		out = append(out, &r)
	}
	return out, nil
}

// withDatabase opens the database of the options, if one is named, and gives its images.
func (o *FirmwareOptions) withDatabase(ctx context.Context) (store.Store, []*inspect.Report, error) {
	if o.DB == "" {
		return nil, nil, nil
	}
	s, err := sqlite.Open(ctx, o.DB)
	if err != nil {
		return nil, nil, err
	}
	known, err := keptImages(ctx, s)
	if err != nil {
		s.Close()
		return nil, nil, err
	}
	return s, known, nil
}
