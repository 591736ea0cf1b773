package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Inspect starts opening firmware images handed in, and reports who wrote
// them, what is in them and how somebody could get in. The reports stay as
// long as the job is known; the images do not.
func (w *Workspace) Inspect(uploads []string, by string) (*Job, error) {
	if len(uploads) == 0 {
		return nil, fmt.Errorf("%w: name at least one upload", ErrInvalid)
	}
	if w.waiting() >= maxWaiting {
		return nil, ErrBusy
	}
	in, err := os.MkdirTemp(filepath.Join(w.Dir, "uploads"), "job-*")
	if err != nil {
		return nil, fmt.Errorf("take the files: %w", err)
	}
	paths, err := w.gather(uploads, in)
	if err != nil {
		os.RemoveAll(in)
		return nil, err
	}
	return w.start("firmware", titleOf(paths), by, func(ctx context.Context, j *Job) (ResultInfo, error) {
		o := FirmwareOptions{Progress: j.progress}
		rs, err := FirmwareReport(ctx, paths, o)
		if len(rs) == 0 {
			return ResultInfo{}, err // some images failing leaves the reports of the others
		}
		i, _ := j.Info()
		return ResultInfo{}, w.keepInspected(i.ID, rs)
	}, func() { os.RemoveAll(in) }), nil
}

// inspectedForms are the forms in which a report of images is kept, by the ending of its file.
var inspectedForms = map[string]string{"json": ".firmware.json", "html": ".firmware.html", "sarif": ".firmware.sarif", "cyclonedx": ".firmware.cdx"}

func (w *Workspace) keepInspected(id string, rs []*FirmwareResult) error {
	for form, ext := range inspectedForms {
		var b bytes.Buffer
		err := WriteFirmware(&b, rs, form, true)
		if err == nil {
			err = os.WriteFile(w.comparedPath(id, ext), b.Bytes(), 0o600)
		}
		if err != nil {
			return fmt.Errorf("keep the report: %w", err)
		}
	}
	return nil
}

// Inspected returns the report of a job that opened images, as json, html, sarif or cyclonedx.
func (w *Workspace) Inspected(id, form string) ([]byte, error) {
	if _, err := w.Job(id); err != nil { // also: id is no path
		return nil, err
	}
	ext, ok := inspectedForms[form]
	if !ok {
		return nil, fmt.Errorf("%w: form %q: want json, html, sarif or cyclonedx", ErrInvalid, form)
	}
	b, err := os.ReadFile(w.comparedPath(id, ext))
	if err != nil {
		return nil, fmt.Errorf("job %s has no report of firmware: %w", id, ErrNotFound)
	}
	return b, nil
}
