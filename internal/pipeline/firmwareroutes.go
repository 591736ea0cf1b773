package pipeline

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"telltale/data"
	"telltale/internal/firmware/inspect"
	"telltale/internal/firmware/route"
	"telltale/internal/registry"
)

// networks tells who announces the addresses an image holds; nil tells nothing.
type networks struct {
	table    *route.Table
	registry *registry.Tables
	orgName  func(string) string
}

// networks reads the user's table of routes, if there is one.
func (o *FirmwareOptions) networks(t *data.Tree) (*networks, error) {
	if o.Routes == "" {
		return nil, nil
	}
	f, err := os.Open(o.Routes)
	if err != nil {
		return nil, fmt.Errorf("read routes: %w", err)
	}
	defer f.Close()
	table, err := route.Read(f)
	if err != nil {
		return nil, fmt.Errorf("read routes %q: %w", o.Routes, err)
	}
	reg, err := t.Registry()
	if err != nil {
		return nil, err
	}
	facts, err := t.Firmware()
	if err != nil {
		return nil, err
	}
	return &networks{table, reg, facts.OrgName}, nil
}

// name puts AS number, network and organisation to the addresses of a report.
func (n *networks) name(r *inspect.Report) {
	if n == nil {
		return
	}
	said := map[string]string{}
	for i := range r.Hosts {
		h := &r.Hosts[i]
		a, err := netip.ParseAddr(h.Host)
		if err != nil {
			continue
		}
		hit, ok := n.table.Find(a)
		if !ok {
			continue
		}
		h.ASN, h.Network = "AS"+strconv.FormatUint(uint64(hit.ASN), 10), hit.Name
		if who, ok := n.registry.ASN(hit.ASN); ok && who.Org != "" {
			h.Operator = string(who.Org)
		}
		said[h.Host] = " (" + n.words(h) + ")"
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if s := said[f.Value]; s != "" && f.ID == "host.undocumented" {
			f.Title += s
		}
	}
}

func (n *networks) words(h *inspect.Host) string {
	s := h.ASN
	if h.Network != "" {
		s += " " + h.Network
	}
	if h.Operator != "" {
		s += ", run by " + n.orgName(h.Operator)
	}
	return s
}
