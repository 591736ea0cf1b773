package pipeline

import (
	"context"
	"fmt"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/firmware/diff"
	"telltale/internal/firmware/inspect"
)

// maxCompared bounds the devices told of one image.
const maxCompared = 50

// openedImage is a firmware image of a check: what later images and devices are compared with.
type openedImage struct {
	report *inspect.Report // without what is not compared
	cov    *asset.Coverage
}

// compareImages says of each image of a check which images it is kin to, of
// the same check and of the database, and whether the devices that name its model say
// they run its version. The database keeps what later images are compared with.
func (in *intake) compareImages(ctx context.Context, st *stored) error {
	if len(in.opened) == 0 {
		return nil
	}
	var known []*inspect.Report
	if st != nil {
		var err error
		if known, err = keptImages(ctx, st.Store); err != nil {
			return err
		}
	}
	for _, x := range in.opened {
		known = append(known, x.report)
	}
	for _, x := range in.opened {
		for _, l := range kin(x.report, apartFrom(known, x.report)) {
			x.cov.Notes = append(x.cov.Notes, fmt.Sprintf("lineage: %.0f %% of this image's files are those of %s; %.0f %% are the same or alike", 100*l.Same, l.Name, 100*l.Alike))
		}
		for _, f := range diff.SharedKeys(x.report, known) {
			x.cov.Notes = append(x.cov.Notes, fmt.Sprintf("%s %s: %s (%s)", f.Level, f.ID, f.Title, f.Where))
		}
		if st != nil {
			if err := keepImage(ctx, st.Store, x.report, st.at, st.author); err != nil {
				return err
			}
		}
	}
	return in.compareDevices(ctx)
}

// apartFrom are the images that are not this one.
func apartFrom(known []*inspect.Report, r *inspect.Report) []*inspect.Report {
	var out []*inspect.Report
	for _, k := range known {
		if k.Image.SHA256 != r.Image.SHA256 {
			out = append(out, k)
		}
	}
	return out
}

// devicesSay are the attributes in which devices name their model and version.
var devicesSay = map[evidence.Attr]bool{evidence.ModelText: true, evidence.FirmwareText: true, evidence.SoftwareText: true, evidence.OSText: true, evidence.Description: true, evidence.SysDescr: true,
	evidence.EntPhysicalModelName: true, evidence.EntPhysicalDescr: true, evidence.LLDPSysDesc: true, evidence.CDPPlatform: true, evidence.CDPVersion: true, evidence.CLIText: true, evidence.CLIModel: true,
	evidence.UPnPModel: true, evidence.UPnPDescription: true, evidence.ONVIFModel: true, evidence.CWMPProductClass: true, evidence.PONEquipmentID: true, evidence.ISAPIText: true, evidence.HTTPTitle: true, evidence.TelnetBanner: true}

// compareDevices reads the things of the check once and tells each image what devices of its model say they run.
func (in *intake) compareDevices(ctx context.Context) error {
	var images []openedImage
	for _, x := range in.opened {
		if len(x.report.Identity.Models) > 0 {
			images = append(images, x)
		}
	}
	told := make([]int, len(images))
	for i := 0; len(images) > 0 && i < in.spill.Len(); i++ {
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		s, err := in.spill.Get(i)
		if err != nil {
			return err
		}
		text := saysOfItself(s)
		if text == "" {
			continue
		}
		for n, x := range images {
			t := x.report.Compare(text)
			if t.Model != "agrees" || told[n] >= maxCompared {
				continue
			}
			told[n]++
			x.cov.Notes = append(x.cov.Notes, deviceNote(s, &t, x.report))
		}
	}
	return nil
}

// saysOfItself joins the texts in which a device names its model and version; "" for what is no device.
func saysOfItself(s *asset.Sighting) string {
	if s.Kind != asset.Device {
		return ""
	}
	var texts []string
	for i := range s.Observations {
		if o := &s.Observations[i]; devicesSay[o.Attr] && len(o.Value) < 4096 {
			texts = append(texts, o.Value)
		}
	}
	return strings.Join(texts, "\n")
}

func deviceNote(s *asset.Sighting, t *inspect.Told, r *inspect.Report) string {
	name := s.Place.Input
	if s.Place.At != "" {
		name += " " + s.Place.At
	}
	for _, a := range []evidence.Attr{evidence.Name, evidence.SysName, evidence.Hostname, evidence.IP} {
		if v := valueOf(s, a); v != "" {
			name = v + " (" + s.Place.Input + ")"
			break
		}
	}
	image := strings.Join(r.Identity.Versions, ", ")
	switch t.Version {
	case "agrees":
		return fmt.Sprintf("device %s is of this image's model and says it runs this image's version (%s)", name, image)
	case "differs":
		return fmt.Sprintf("device %s is of this image's model and says it runs another version: %s, the image says %s", name, strings.Join(t.TextVersions, ", "), image)
	}
	return fmt.Sprintf("device %s is of this image's model; which version it runs cannot be compared: one of both does not state it", name)
}

func valueOf(s *asset.Sighting, a evidence.Attr) string {
	for i := range s.Observations {
		if s.Observations[i].Attr == a {
			return s.Observations[i].Value
		}
	}
	return ""
}
