// Package osquery reads rows that osquery printed as JSON: the tables
// system_info, usb_devices, pci_devices, interface_details and os_version.
//
// It is not for other tables, nor for the tool's configuration. Source of
// truth: osquery's schema, and its result logs, where a row stands in "columns"
// beside "hostIdentifier".
//
// One sighting a host: rows of one file without a host identifier are of one
// host, as the interactive shell prints them.
package osquery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/jsonlist"
	"telltale/internal/source/observe"
)

// Source reads osquery rows.
type Source struct{}

var _ source.Source = Source{}

// Name is "osquery".
func (Source) Name() string { return "osquery" }

// marks are columns that stand together in one of the tables only.
var marks = [][]string{
	{`"hardware_vendor"`, `"hardware_model"`},
	{`"usb_address"`, `"vendor_id"`},
	{`"pci_slot"`, `"vendor_id"`},
	{`"hostIdentifier"`, `"columns"`},
}

// Recognise looks for columns of the tables.
func (Source) Recognise(head []byte, _ string) int {
	if t := bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf"); len(t) == 0 || t[0] != '[' && t[0] != '{' {
		return 0
	}
	for _, m := range marks {
		if bytes.Contains(head, []byte(m[0])) && bytes.Contains(head, []byte(m[1])) {
			return 88
		}
	}
	return 0
}

const (
	maxRows  = 1_000_000
	maxHosts = 200_000
	maxParts = 5_000
)

// Read yields one direct sighting a host, in the order in which hosts are met.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	r := reader{b: observe.Builder{Source: s.Name(), Input: in.Name}, hosts: map[string]*asset.Sighting{}}
	n := 0
	err := jsonlist.Each(ctx, in.Reader(), true, func(e *jsonlist.Element) error {
		n++
		at := fmt.Sprintf("row %d", n)
		o, err := jsonlist.Parse(e.Raw)
		if err != nil || n > maxRows || !r.row(o, at) {
			cov.Fail(at, "no row of a table that is read", "system_info, usb_devices, pci_devices, interface_details and os_version are")
		}
		return ctx.Err()
	})
	if errors.Is(err, jsonlist.ErrSyntax) {
		cov.Fail(fmt.Sprintf("row %d", n+1), "no JSON from here on", "")
		err = nil
	}
	if err != nil {
		return fmt.Errorf("read osquery rows: %w", err)
	}
	for _, h := range r.order {
		if len(h.Observations)+len(h.Components) == 0 {
			continue
		}
		cov.Read++
		if err := yield(h); err != nil {
			return err
		}
	}
	return nil
}

type reader struct {
	b     observe.Builder
	hosts map[string]*asset.Sighting
	order []*asset.Sighting
}

// row reads one row; false when it is of no table that is read.
func (r *reader) row(o jsonlist.Object, at string) bool {
	host := o.Text("hostIdentifier")
	if c := o.Object("columns"); c != nil {
		o = c
	}
	has := func(names ...string) bool {
		for _, n := range names {
			if _, ok := o[n]; !ok {
				return false
			}
		}
		return true
	}
	switch {
	case has("hardware_vendor"), has("hardware_serial"):
		return r.take(host, o, at, map[string]evidence.Attr{"hardware_serial": evidence.Serial, "uuid": evidence.UUID, "hostname": evidence.Hostname, "computer_name": evidence.Name},
			map[string]string{"hardware_vendor": "Manufacturer", "hardware_model": "Product Name", "board_vendor": "Board Manufacturer", "board_model": "Board Product Name"})
	case has("usb_address"), has("usb_port", "vendor_id"):
		return r.part(host, o, at, evidence.USBID)
	case has("pci_slot"), has("pci_class", "vendor_id"):
		return r.part(host, o, at, evidence.PCIID)
	case has("mac", "interface"):
		return r.take(host, o, at, map[string]evidence.Attr{"mac": evidence.IfMAC}, nil)
	case has("name", "version", "platform"):
		h := r.host(host, at)
		return h != nil && r.b.Add(&h.Observations, evidence.OSText, strings.TrimSpace(o.Text("name")+" "+o.Text("version")), at)
	}
	return false
}

// host is the sighting of a host; nil when there are more than is read.
func (r *reader) host(id, at string) *asset.Sighting {
	h := r.hosts[id]
	if h == nil && len(r.hosts) < maxHosts {
		h = &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: r.b.Place(at)}
		r.b.Add(&h.Observations, evidence.Hostname, id, at)
		r.hosts[id] = h
		r.order = append(r.order, h)
	}
	return h
}

// take adds columns as attributes, and others as lines of the firmware's system table, as dmidecode prints them.
func (r *reader) take(host string, o jsonlist.Object, at string, attrs map[string]evidence.Attr, dmi map[string]string) bool {
	h := r.host(host, at)
	if h == nil {
		return false
	}
	for _, c := range slices.Sorted(maps.Keys(attrs)) {
		r.b.Add(&h.Observations, attrs[c], o.Text(c), at)
	}
	for _, c := range slices.Sorted(maps.Keys(dmi)) {
		if v := strings.TrimSpace(o.Text(c)); v != "" && !observe.Placeholder(v) {
			r.b.Add(&h.Observations, evidence.DMIText, dmi[c]+"="+v, at)
		}
	}
	return true
}

// part adds a device on a bus with its numbers and the names beside them.
func (r *reader) part(host string, o jsonlist.Object, at string, attr evidence.Attr) bool {
	h := r.host(host, at)
	if h == nil || len(h.Components) >= maxParts {
		return false
	}
	p := asset.Part{Kind: "other", Place: r.b.Place(at)}
	vendor, model := hex(o.Text("vendor_id")), hex(o.Text("model_id"))
	if attr == evidence.USBID && vendor == "1d6b" { // the kernel's own root hubs
		return true
	}
	if vendor != "" && model != "" {
		r.b.Add(&p.Observations, attr, vendor+":"+model, at)
	}
	r.b.Add(&p.Observations, evidence.DMIText, strings.TrimSpace(o.Text("vendor")+" "+o.Text("model")), at)
	r.b.Add(&p.Observations, evidence.Serial, o.Text("serial"), at)
	if len(p.Observations) > 0 {
		h.Components = append(h.Components, p)
	}
	return true
}

// hex gives four hexadecimal digits, "" for what is none.
func hex(s string) string {
	s = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(s), "0x"))
	if len(s) == 0 || len(s) > 4 || strings.Trim(s, "0123456789abcdef") != "" {
		return ""
	}
	return strings.Repeat("0", 4-len(s)) + s
}
