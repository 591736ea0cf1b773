// Package nmap reads the XML that nmap (and masscan) write: every host that
// answered becomes one direct sighting with its addresses, names, services
// and what scripts were told.
//
// It is not for scanning, nor for believing nmap's own guesses of a maker: the
// vendor it prints beside a MAC is a look-up in a registry and is left out.
// Source of truth: nmap.dtd of nmap 7.9x.
//
// Flow: token (xmlscan.go) → host (host.go) → scripts (script.go) → asset.Sighting.
package nmap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"telltale/internal/asset"
	"telltale/internal/source"
)

// Source reads nmap XML. It holds no state.
type Source struct{}

var _ source.Source = Source{}

// Name returns "nmap-xml".
func (Source) Name() string { return "nmap-xml" }

// Recognise looks for the root element.
func (Source) Recognise(head []byte, _ string) int {
	if i := bytes.Index(head, []byte("<nmaprun")); i >= 0 && bytes.IndexByte(head[:i], 0) < 0 {
		return 98
	}
	return 0
}

// Read yields one sighting per host that answered.
func (Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	r := &run{x: newXMLScanner(in.Reader()), in: in, cov: cov, yield: yield}
	err := r.read(ctx)
	r.finish()
	var stop stopped
	if errors.As(err, &stop) {
		return stop.error
	}
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("read nmap XML %q: it ends at byte %d in the middle: the hosts before that were read; run the scan to its end or repeat it", in.Name, r.x.off)
		}
		return fmt.Errorf("read nmap XML %q at byte %d: %w", in.Name, r.x.off, err)
	}
	return nil
}

// stopped wraps an error that is not about the input: of yield, or of the context.
type stopped struct{ error }

// run is one reading.
type run struct {
	x      *xmlScanner
	in     *source.Input
	cov    *asset.Coverage
	yield  source.Yield
	start  string // time of the scan
	asked  []string
	host   *host
	path   []string
	silent int // hosts that did not answer
	closed bool
}

func (r *run) read(ctx context.Context) error {
	for n := 0; ; n++ {
		if n&4095 == 0 && ctx.Err() != nil {
			return stopped{ctx.Err()}
		}
		kind, err := r.x.next()
		if err != nil || kind == xmlEOF {
			if err == nil && !r.closed {
				err = io.ErrUnexpectedEOF
			}
			if r.host != nil { // facts read before the cut are still facts
				if yerr := r.endHost(); yerr != nil {
					return yerr
				}
			}
			return err
		}
		if err := r.token(kind); err != nil {
			return err
		}
	}
}

func (r *run) token(kind xmlKind) error {
	switch kind {
	case xmlStart:
		name := element(r.x.name)
		r.path = append(r.path, name)
		switch {
		case name == "host":
			r.host = newHost(r)
		case name == "nmaprun":
			r.start = stamp(r.x.attr("start"))
			r.asked = targets(r.x.attr("args"))
		case r.host != nil:
			r.host.start(name, r.x)
		}
	case xmlText:
		if r.host != nil {
			r.host.text(r.x.text)
		}
	case xmlEnd:
		return r.end()
	}
	return nil
}

func (r *run) end() error {
	if len(r.path) == 0 {
		return errors.New("an element ends that did not begin")
	}
	name := r.path[len(r.path)-1]
	r.path = r.path[:len(r.path)-1]
	switch {
	case name == "nmaprun":
		r.closed = true
	case name == "host":
		return r.endHost()
	case r.host != nil:
		r.host.end(name)
	}
	return nil
}

func (r *run) endHost() error {
	h := r.host
	r.host = nil
	if h == nil {
		return nil
	}
	s := h.sighting()
	if s == nil {
		r.silent++
		return nil
	}
	r.cov.Read++
	if err := r.yield(s); err != nil {
		return stopped{err}
	}
	return nil
}

func (r *run) finish() {
	if r.closed { // one that was cut did not ask them all
		r.cov.Looked, r.cov.At = r.asked, r.start
	}
	if r.silent > 0 {
		r.cov.Notes = append(r.cov.Notes, source.Count(r.silent, "address", "addresses")+" did not answer")
	}
}

// names interns the element names of nmap's XML, so that a token costs no memory.
var names = func() map[string]string {
	m := map[string]string{}
	for _, n := range []string{
		"nmaprun", "host", "status", "address", "hostnames", "hostname", "ports", "port", "state", "service", "cpe", "script",
		"elem", "table", "os", "osmatch", "osclass", "portused", "extraports", "extrareasons", "hostscript", "times", "uptime",
		"distance", "tcpsequence", "ipidsequence", "tcptssequence", "trace", "hop", "runstats", "finished", "hosts", "scaninfo",
		"verbose", "debugging", "taskbegin", "taskprogress", "taskend", "hosthint", "osfingerprint", "smurf", "owner", "prescript", "postscript",
	} {
		m[n] = n
	}
	return m
}()

func element(b []byte) string {
	if s, ok := names[string(b)]; ok {
		return s
	}
	return string(b)
}

// stamp turns seconds since 1970 into RFC 3339, "" when there are none.
func stamp(s string) string {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || n > 1<<40 {
		return ""
	}
	return time.Unix(n, 0).UTC().Format(time.RFC3339)
}
