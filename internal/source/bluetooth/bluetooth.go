// Package bluetooth reads what BlueZ prints of the devices around a host:
// `bluetoothctl info`, one block a device.
//
// It is not for captures of the air. Source of truth: bluetoothctl(1), and the
// Bluetooth Core Specification (vol 3 part C 11, manufacturer specific data) for
// what the company number means: who made the radio or the product that advertises.
//
// One sighting a block: a device that the host heard of. Names are what people
// give; random addresses are nobody's number and are left out.
package bluetooth

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// Source reads the output of bluetoothctl.
type Source struct{}

var _ source.Source = Source{}

// Name is "bluetoothctl".
func (Source) Name() string { return "bluetoothctl" }

// forms are compiled when a first text asks for them.
var forms = sync.OnceValue(func() (f struct{ head, company, modalias *regexp.Regexp }) {
	f.head = regexp.MustCompile(`^Device ((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}) \((public|random)\)$`)
	f.company = regexp.MustCompile(`^ManufacturerData[ .]Key: 0x([0-9A-Fa-f]{4})\b`)
	f.modalias = regexp.MustCompile(`^Modalias: (usb|bluetooth):v([0-9A-Fa-f]{4})p([0-9A-Fa-f]{4})`)
	return f
})

// Recognise wants the line a block begins with.
func (Source) Recognise(head []byte, _ string) int {
	for line := range bytes.Lines(head[:min(len(head), 16<<10)]) {
		if forms().head.Match(bytes.TrimRight(line, " \r\n")) {
			return 90
		}
	}
	return 0
}

// maxDevices bounds the blocks of one text.
const maxDevices = 20_000

// Read yields one sighting a block.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	b := observe.Builder{Source: s.Name(), Input: in.Name}
	sc := bufio.NewScanner(in.Reader())
	sc.Buffer(make([]byte, 0, 64<<10), 1<<20)
	var open *asset.Sighting
	flush := func() error {
		d := open
		if open = nil; d == nil {
			return nil
		}
		if len(d.Observations) == 0 {
			cov.Fail(d.Place.At, "a random address and nothing else: it names no device", "")
			return nil
		}
		cov.Read++
		return yield(d)
	}
	for n := 1; sc.Scan() && cov.Read < maxDevices; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		at, text := fmt.Sprintf("line %d", n), strings.TrimSpace(sc.Text())
		if m := forms().head.FindStringSubmatch(text); m != nil {
			if err := flush(); err != nil {
				return err
			}
			open = &asset.Sighting{Kind: asset.Device, Seen: asset.Neighbour, Place: b.Place(at)}
			if mac, ok := observe.MAC(m[1]); ok && m[2] == "public" {
				b.Add(&open.Observations, evidence.BaseMAC, mac, at)
			}
			continue
		}
		if open != nil {
			line(b, open, text, at)
		}
	}
	if err := sc.Err(); err != nil && !errors.Is(err, io.EOF) {
		cov.Fail("", "a line longer than is read", "")
	}
	return flush()
}

// line reads one property of a device. The modalias names the Bluetooth or USB
// vendor of its Device ID record.
func line(b observe.Builder, d *asset.Sighting, text, at string) {
	if m := forms().company.FindStringSubmatch(text); m != nil {
		b.Add(&d.Observations, evidence.BluetoothCompany, strings.ToLower(m[1]), at)
		return
	}
	if m := forms().modalias.FindStringSubmatch(text); m != nil {
		if vendor := strings.ToLower(m[2]); m[1] == "usb" {
			b.Add(&d.Observations, evidence.USBID, vendor+":"+strings.ToLower(m[3]), at)
		} else {
			b.Add(&d.Observations, evidence.BluetoothCompany, vendor, at)
		}
		return
	}
	if name, ok := strings.CutPrefix(text, "Name: "); ok {
		b.Add(&d.Observations, evidence.Name, name, at)
	}
}
