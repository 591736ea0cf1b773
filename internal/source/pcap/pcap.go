// Package pcap reads packet captures (pcap and pcapng, any size, constant
// memory) and tells of the stations in them what they say of themselves: ARP,
// DHCP, LLDP, CDP, FDP, mDNS, SSDP, WS-Discovery, SNMP answers, server
// certificates, HTTP, SSH, Telnet, FTP, SMTP, RTSP and SIP greetings, CAPWAP,
// PPPoE, CWMP, ONVIF, RADIUS requests, neighbour discovery, Wi-Fi beacons, and
// the names and maker numbers of S1AP, NGAP, GTP-C and Diameter; also inside
// VLAN, QinQ, MPLS, PPPoE, VXLAN, GENEVE, GTP-U, GRE, ERSPAN and IP in IP.
//
// It is not a flow analyser and keeps nothing that does not identify a thing.
// Sources of truth: draft-ietf-opsawg-pcap and -pcapng, and the RFC or IEEE
// standard each parser names.
//
// Who a packet speaks of:
//   - A station is a MAC that sends. An IP address is its own only when the
//     packet cannot have been routed: a link-local protocol says so (ARP, DHCP),
//     or the TTL is still an initial value (32, 64, 128, 255; a router counts down).
//   - What came through a router is told of its IP address alone: a device when
//     the address is private, else a visited service, which is no evidence on
//     the client that visited it.
//
// Flow: file.go cuts packets, frame.go and ip.go unwrap, flow.go collects the
// beginnings of TCP connections, the protocol files parse, station.go gathers. When more stations are held than fit, all are
// yielded and gathered anew; identity resolution joins them by their MAC.
package pcap

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"telltale/internal/asset"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// Source reads captures.
type Source struct{}

var _ source.Source = Source{}

// Name is "pcap".
func (Source) Name() string { return "pcap" }

// Recognise looks for the magic number and a sane first header.
func (Source) Recognise(head []byte, _ string) int {
	if len(head) < 24 {
		return 0
	}
	switch binary.LittleEndian.Uint32(head) {
	case magicMicroLE, magicMicroBE, magicNanoLE, magicNanoBE, magicKuznetzov:
		return 99
	case blockSection:
		if m := binary.LittleEndian.Uint32(head[8:]); m == byteOrderLE || m == byteOrderBE {
			return 99
		}
	}
	return 0
}

// Read yields a sighting for each station and each address seen through a router.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	f, err := open(in.Reader(), in.Size)
	if err != nil {
		return fmt.Errorf("open capture: %w", err)
	}
	g := newGatherer(observe.Builder{Source: s.Name(), Input: in.Name}, yield)
	if in.Options != nil {
		g.cloud = in.Options.CloudOf
	}
	d := &decoder{g: g}
	for {
		err := d.run(ctx, f, cov)
		if errors.Is(err, errPanic) {
			continue
		}
		if e := g.flush(cov); e != nil {
			return e
		}
		d.notes(cov)
		if err == io.EOF {
			return nil
		}
		return err
	}
}

var errPanic = errors.New("parser gave up on a packet")

// run decodes packets until the file ends. A panic in a parser costs that packet
// alone: it is counted, and run is called again. One recover for many packets
// keeps the loop free of it.
func (d *decoder) run(ctx context.Context, f *file, cov *asset.Coverage) (err error) {
	defer func() {
		if r := recover(); r != nil {
			cov.Fail(fmt.Sprintf("packet %d", f.n), "a malformed packet was skipped", "")
			err = errPanic
		}
	}()
	for {
		if f.n&0x3ff == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if d.g.full() {
				if err := d.g.flush(cov); err != nil {
					return err
				}
			}
		}
		p, err := f.next()
		if err != nil {
			d.finishAll()
			if errors.Is(err, errTruncated) {
				cov.Fail(fmt.Sprintf("packet %d", f.n+1), "the capture ends in the middle of a packet", "it was cut off while written; what came before is read")
				return io.EOF
			}
			return err
		}
		d.g.n, d.g.sec = f.n, p.sec
		d.link(p.link, p.data)
	}
}

// decoder unwraps packets down to the identity protocols.
type decoder struct {
	g *gatherer
	// src is who sent the packet at hand.
	src    sender
	depth  int
	frags  map[fragKey]*fragment
	flows  flows
	counts struct{ unknownLink, wlan int }
}

// notes says what was passed over on purpose.
func (d *decoder) notes(cov *asset.Coverage) {
	if n := d.counts.unknownLink; n > 0 {
		cov.Fail("", source.Count(n, "packet", "packets")+" of a link type that is not read", "capture on Ethernet, raw IP or a Linux cooked interface")
	}
}
