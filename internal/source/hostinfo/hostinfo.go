// Package hostinfo reads what Linux hosts print of their hardware: lsusb, lspci
// (also -nn and -vmm) and dmidecode.
//
// It is not for parsing sysfs or other system reports. Sources of truth:
// lsusb(8), lspci(8), dmidecode(8) with DMTF DSP0134 (SMBIOS).
//
// One sighting a text: the host. USB and PCI devices are its parts, each with
// "vvvv:pppp" and the names the tool printed beside it.
package hostinfo

import (
	"bufio"
	"bytes"
	"context"
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

// Source reads lsusb, lspci and dmidecode output.
type Source struct{}

var _ source.Source = Source{}

// Name is "hostinfo".
func (Source) Name() string { return "hostinfo" }

// expressions are compiled when a first text asks for them.
type expressions struct{ usb, pci, quoted *regexp.Regexp }

var forms = sync.OnceValue(func() expressions {
	return expressions{
		usb: regexp.MustCompile(`^Bus \d{3} Device \d{3}: ID ([0-9a-f]{4}:[0-9a-f]{4})\s*(.*)$`),
		pci: regexp.MustCompile(`^(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7] (.+?)(?: \[([0-9a-f]{4})\])?: (.+)$`),
		// lspci -nn ends "[8086:15f3] (rev 03)".
		quoted: regexp.MustCompile(`\[([0-9a-f]{4}:[0-9a-f]{4})\]`),
	}
})

// Recognise looks for the fixed beginnings of the three tools.
func (Source) Recognise(head []byte, _ string) int {
	if bytes.Contains(head, []byte("# dmidecode ")) || bytes.Contains(head, []byte("System Information\n\tManufacturer:")) {
		return 92
	}
	hits := 0
	for line := range strings.Lines(string(head[:min(len(head), 16<<10)])) {
		line = strings.TrimRight(line, "\r\n")
		if forms().usb.MatchString(line) || forms().pci.MatchString(line) {
			hits++
		}
	}
	switch {
	case hits >= 2:
		return 90
	case hits == 1:
		return 80
	}
	return 0
}

const (
	maxLines = 200_000
	maxParts = 5_000
)

// Read yields one direct sighting, the host.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	r := &reader{b: observe.Builder{Source: s.Name(), Input: in.Name}}
	r.host = &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: r.b.Place("")}
	sc := bufio.NewScanner(in.Reader())
	sc.Buffer(make([]byte, 0, 64<<10), 1<<20)
	n := 0
	for sc.Scan() && n < maxLines {
		n++
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r.line(strings.TrimRight(sc.Text(), "\r"), fmt.Sprintf("line %d", n))
	}
	r.endDMI()
	if err := sc.Err(); err != nil && err != io.EOF {
		cov.Fail(fmt.Sprintf("line %d", n+1), "a line longer than is read", "")
	}
	if len(r.host.Observations)+len(r.host.Components) == 0 {
		cov.Fail("", "no device of the host is named", "give the output of lsusb, lspci -nn or dmidecode")
		return nil
	}
	cov.Read++
	return yield(r.host)
}

type reader struct {
	b       observe.Builder
	host    *asset.Sighting
	section string // DMI structure
	part    asset.Part
}

func (r *reader) line(text, at string) {
	if m := forms().usb.FindStringSubmatch(text); m != nil {
		p := asset.Part{Kind: "other", Place: r.b.Place(at)}
		if !strings.HasPrefix(m[1], "1d6b:") { // the kernel's own root hubs
			for _, w := range []string{"lte", "modem", "wwan", "5g"} {
				if strings.Contains(strings.ToLower(m[2]), w) {
					p.Kind = "cellular_module"
				}
			}
			r.b.Add(&p.Observations, evidence.USBID, m[1], at)
			r.b.Add(&p.Observations, evidence.DMIText, m[2], at) // from the tool's list of numbers: no second witness
			r.add(p)
		}
		return
	}
	if m := forms().pci.FindStringSubmatch(text); m != nil {
		r.pci(m, at)
		return
	}
	r.dmi(text, at)
}

func (r *reader) pci(m []string, at string) {
	p := asset.Part{Kind: "other", Place: r.b.Place(at)}
	if class := strings.ToLower(m[1]); strings.Contains(class, "storage") || strings.Contains(class, "non-volatile") {
		p.Kind = "storage"
	}
	if q := forms().quoted.FindStringSubmatch(m[3]); q != nil {
		r.b.Add(&p.Observations, evidence.PCIID, q[1], at)
	}
	r.b.Add(&p.Observations, evidence.DMIText, m[1]+": "+m[3], at)
	r.add(p)
}

func (r *reader) add(p asset.Part) {
	if len(p.Observations) > 0 && len(r.host.Components) < maxParts {
		r.host.Components = append(r.host.Components, p)
	}
}

// own are the DMI values of the system itself.
var own = map[string]evidence.Attr{"Serial Number": evidence.Serial, "UUID": evidence.UUID}

// dmiParts are DMI structures that are parts, and their kind.
var dmiParts = map[string]asset.ComponentKind{"Base Board Information": "board", "Memory Device": "other", "System Power Supply": "psu", "Processor Information": "soc"}

// partKeys are DMI values of parts.
var partKeys = map[string]evidence.Attr{"Manufacturer": evidence.EntPhysicalMfgName, "Product Name": evidence.EntPhysicalModelName, "Part Number": evidence.EntPhysicalModelName,
	"Model Part Number": evidence.EntPhysicalModelName, "Version": evidence.EntPhysicalDescr, "Serial Number": evidence.Serial, "Name": evidence.EntPhysicalName}

// dmi reads "Structure" headings and "\tKey: Value" lines under them.
func (r *reader) dmi(text, at string) {
	if text == "" || text[0] != '\t' {
		if strings.HasPrefix(text, "Handle ") {
			return
		}
		r.endDMI()
		r.section = strings.TrimSpace(text)
		r.part = asset.Part{Kind: dmiParts[r.section], Place: r.b.Place(at)}
		return
	}
	key, value, ok := strings.Cut(strings.TrimSpace(text), ":")
	value = strings.TrimSpace(value)
	if !ok || value == "" || observe.Placeholder(value) || strings.HasPrefix(text, "\t\t") {
		return
	}
	switch r.section {
	case "System Information":
		if attr, known := own[key]; known {
			r.b.Add(&r.host.Observations, attr, value, at)
		} else if key != "Wake-up Type" {
			r.b.Add(&r.host.Observations, evidence.DMIText, key+"="+value, at)
		}
	case "BIOS Information":
		if key == "Vendor" || key == "Version" {
			r.b.Add(&r.host.Observations, evidence.DMIText, "BIOS "+key+"="+value, at)
		}
	case "Chassis Information":
		if key == "Asset Tag" {
			r.b.Add(&r.host.Observations, evidence.AssetTag, value, at)
		}
	default:
		if attr, known := partKeys[key]; known && r.part.Kind != "" {
			r.b.Add(&r.part.Observations, attr, value, at)
		}
	}
}

// endDMI takes the part at hand if it names a maker or a model.
func (r *reader) endDMI() {
	for _, o := range r.part.Observations {
		if o.Attr == evidence.EntPhysicalMfgName || o.Attr == evidence.EntPhysicalModelName {
			r.add(r.part)
			break
		}
	}
	r.part = asset.Part{}
}
