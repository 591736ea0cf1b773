// Package scanned reads the files in which a scan keeps what hosts answered:
// each host becomes one direct sighting of all that it said.
//
// It is not for asking (scan). What an answer means is read by the source that
// reads the same thing from a file: SNMP tables as a recording, UPnP and ONVIF
// documents, command output, and the rest as the payload of a captured packet.
// The form is docs/format/answers.md.
package scanned

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"telltale/internal/answer"
	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
)

// Source reads files of answers.
type Source struct{}

var _ source.Source = Source{}

// Name is "scan".
func (Source) Name() string { return "scan" }

// Recognise looks for the first line.
func (Source) Recognise(head []byte, _ string) int {
	if strings.HasPrefix(string(head[:min(len(head), len(answer.Magic))]), answer.Magic) {
		return 100
	}
	return 0
}

// Read yields one sighting a host. A host that stands twice was asked again: both count.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	r, err := answer.NewReader(in.Reader())
	if err != nil {
		return err
	}
	var sum summary
	for {
		rec, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			sum.cover(cov)
			return nil
		case errors.Is(err, answer.ErrTorn):
			cov.Fail(fmt.Sprintf("offset %#x", r.Good), "the file breaks off here", "run the same scan again: it goes on where it stopped")
			sum.ended = true
			sum.cover(cov)
			return nil
		case err != nil:
			return fmt.Errorf("read answers: %w", err)
		case ctx.Err() != nil:
			return ctx.Err()
		}
		sum.add(rec)
		if rec.Host == nil || !rec.Host.Addr.IsValid() {
			continue
		}
		dev := Sighting(ctx, in.Name, rec.Host)
		if dev == nil {
			continue
		}
		cov.Read++
		if err := yield(dev); err != nil {
			return err
		}
	}
}

// Sighting returns what a host said, nil when it said nothing.
func Sighting(ctx context.Context, input string, h *answer.Host) *asset.Sighting {
	if len(h.Answers) == 0 {
		return nil
	}
	where := "host " + h.Addr.String()
	x := &reader{ctx: ctx, input: input, host: h, dev: &asset.Sighting{
		Kind: asset.Device, Seen: asset.Direct, Place: evidence.Place{Input: input, At: where},
	}}
	if !h.At.IsZero() {
		x.at = h.At.UTC().Format("2006-01-02T15:04:05Z")
	}
	x.where = where
	x.add(evidence.IP, h.Addr.Unmap().WithZone("").String())
	for i := range h.Answers {
		x.take(&h.Answers[i])
	}
	return x.dev
}
