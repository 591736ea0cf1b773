package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/firmware/inspect"
	"telltale/internal/firmware/unpack"
	"telltale/internal/source"
	"telltale/internal/source/all"
)

// Firmware images among the inputs of a check: opened, inspected, and handed
// on as one piece of software with what it shows of its makers, its parts and the ways in.

const (
	imageFormat = "firmware-image"
	// minImage is the least size worth opening, in bytes.
	minImage = 1 << 10
	// maxImages bounds the images of one check.
	maxImages = 200
	// maxImageParts, maxImageMarks and maxWaysIn bound what one image adds to a check; telltale firmware lists all.
	maxImageParts, maxImageMarks, maxWaysIn = 400, 200, 60
)

// imageLimits bound one image within a check; telltale firmware allows more.
func imageLimits() unpack.Limits {
	return unpack.Limits{Bytes: 4 << 30, Time: 3 * time.Minute}
}

// notImages begin files that are never firmware; opening them costs time only.
var notImages = []string{"%PDF-", "\x89PNG", "\xFF\xD8\xFF", "GIF8", "II*\x00", "MM\x00*", "MZ", "SQLite format 3\x00", "\xD0\xCF\x11\xE0", "\xD4\xC3\xB2\xA1", "\xA1\xB2\xC3\xD4", "\x4D\x3C\xB2\xA1", "\x0A\x0D\x0D\x0A", "ElfFile\x00", "\x7FELF", "{", "<", "-----BEGIN"}

// image opens an input no source recognised. It returns false when the input is no firmware image; its coverage then stays as it was.
func (in *intake) image(ctx context.Context, l *all.Leaf) (bool, error) {
	if l.Input == nil || l.Input.Size < minImage || in.images >= maxImages || !maybeImage(l.Input) {
		return false, nil
	}
	facts, err := in.edition.Firmware()
	if err != nil {
		return false, err
	}
	r, ok, err := in.inspect(ctx, l, facts)
	if err != nil || !ok {
		return false, err
	}
	in.images++
	cov := l.Coverage
	*cov = asset.Coverage{Input: cov.Input, Named: cov.Named, Format: imageFormat, Read: 1, Notes: imageNotes(r)}
	for _, u := range r.Coverage.Unread {
		if u.State == "encrypted" {
			cov.Notes = append(cov.Notes, fmt.Sprintf("%d bytes at %#x are encrypted or random: what is in them is not known", u.Length, u.Offset))
		}
	}
	in.opened = append(in.opened, openedImage{compared(r), cov})
	in.read++
	return true, in.add(imageSighting(r, l.Input.Name))
}

func maybeImage(in *source.Input) bool {
	head := make([]byte, min(in.Size, 512))
	n, _ := in.Data.ReadAt(head, 0)
	head = head[:n]
	for _, m := range notImages {
		if bytes.HasPrefix(head, []byte(m)) {
			return false
		}
	}
	return bytes.IndexByte(head, 0) >= 0 || bytes.HasPrefix(head, []byte("07070")) || !printableText(head)
}

func printableText(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}

// inspect unpacks and looks; a fault of either on foreign data is a failed input, never the end of the check.
func (in *intake) inspect(ctx context.Context, l *all.Leaf, facts *inspect.Facts) (r *inspect.Report, ok bool, err error) {
	name := path.Base(l.Input.Name)
	told := func(done, total int64, _ string) {
		if in.progress != nil {
			in.progress(Progress{Stage: "read", Input: l.Input.Name, Done: int(done >> 10), Total: int(total >> 10)})
		}
	}
	fault := guard(func() error {
		tree, err := unpack.Open(ctx, l.Input.Data, l.Input.Size, name, imageLimits(), told)
		if err != nil {
			return err
		}
		defer tree.Close()
		if ok = isImage(tree, facts); !ok {
			return nil
		}
		r, err = inspect.Inspect(ctx, tree, facts, told)
		return err
	})
	if fault == nil {
		return r, ok, nil
	}
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	l.Coverage.Fail("", "opening it as a firmware image failed: "+fault.Error(), "telltale firmware FILE may tell more")
	return nil, false, nil
}

// loaders are formats that only firmware has, besides file systems and makers' containers.
var loaders = map[string]bool{"uimage": true, "fit": true, "dtb": true, "zimage": true, "bzimage": true, "arm64-image": true, "android-boot": true, "sparse": true, "ubi": true, "trx": true, "seama": true, "npk": true, "hdr1": true, "uefi": true}

// isImage says that something only firmware has was recognised by more than its magic, or a maker's container by its head.
func isImage(t *unpack.Tree, facts *inspect.Facts) bool {
	found := false
	t.EachRegion(func(_ string, _ *unpack.Object, r *unpack.Region) {
		for i := range facts.Containers {
			found = found || facts.Containers[i].Format == r.Format
		}
		sure := r.Confidence == unpack.Checked || r.Confidence == unpack.Structural
		found = found || sure && (loaders[r.Format] || r.FileSystem() && r.Format != "zip" && len(r.Nodes) > 0)
	})
	return found
}

// imageNotes are what a reader of the check should see of an image at once.
func imageNotes(r *inspect.Report) []string {
	out := []string{"firmware image: " + r.Summary}
	for _, m := range r.Makers {
		out = append(out, fmt.Sprintf("%s %s (%s)", m.Role, m.Org, m.Level))
	}
	for _, f := range r.Findings {
		if strings.HasPrefix(f.ID, "maker.") || f.Level.Rank() < inspect.Probable.Rank() || len(out) >= 24 {
			continue
		}
		out = append(out, fmt.Sprintf("%s %s: %s (%s)", f.Level, f.ID, f.Title, f.Where))
	}
	return append(out, "telltale firmware shows the whole, with places, conditions and what it takes to use each")
}

// imageSighting is an image as a thing: who wrote it and the ways in as
// observations, the chip and the software as parts. Chip evidence stays with the chip.
func imageSighting(r *inspect.Report, input string) *asset.Sighting {
	s := &asset.Sighting{Kind: asset.Software, Seen: asset.Direct, Place: evidence.Place{Input: input}, Complete: true}
	see := func(list *[]evidence.Observation, a evidence.Attr, v string, at string) {
		*list = append(*list, evidence.Observation{Source: "firmware", Attr: a, Value: cut(v), Place: evidence.Place{Input: input, At: at}})
	}
	see(&s.Observations, evidence.Name, r.Image.Name, "")
	soc := asset.Part{Kind: "soc", Place: s.Place}
	for _, o := range r.Observed {
		switch {
		case o.Attr == evidence.FwSDK || o.Attr == evidence.FwMark && strings.HasPrefix(o.Value, "soc "):
			if len(soc.Observations) < maxImageMarks {
				see(&soc.Observations, o.Attr, o.Value, o.Place.At)
			}
		case len(s.Observations) < maxImageMarks:
			see(&s.Observations, o.Attr, o.Value, o.Place.At)
		}
	}
	ways := 0
	for _, f := range r.Findings {
		if f.Level == inspect.Note || strings.HasPrefix(f.ID, "maker.") || ways >= maxWaysIn {
			continue
		}
		ways++
		see(&s.Observations, evidence.FwFinding, fmt.Sprintf("%s %s: %s", f.Level, f.ID, f.Title), placeOf(&f))
	}
	if len(soc.Observations) > 0 {
		s.Components = append(s.Components, soc)
	}
	for i := range r.Components {
		if len(s.Components) >= maxImageParts {
			break
		}
		s.Components = append(s.Components, imagePart(&r.Components[i], input, see))
	}
	return s
}

func imagePart(c *inspect.Component, input string, see func(*[]evidence.Observation, evidence.Attr, string, string)) asset.Part {
	at := ""
	if len(c.Where) > 0 {
		at = c.Where[0]
	}
	p := asset.Part{Kind: "library", Place: evidence.Place{Input: input, At: at}}
	see(&p.Observations, evidence.Name, strings.TrimSpace(c.Name+" "+c.Version), at)
	see(&p.Observations, evidence.SoftwareText, strings.TrimSpace(c.Name+" "+c.Version), at)
	if c.CPE != "" {
		see(&p.Observations, evidence.CPE, c.CPE, at)
	}
	if c.PURL != "" && c.Version != "" {
		see(&p.Observations, evidence.PURL, c.PURL, at)
	}
	return p
}

// placeOf is where in the image a finding stands: the chain of containers, then line or offset.
func placeOf(f *inspect.Finding) string {
	switch {
	case f.Line > 0 && !strings.HasSuffix(f.Where, fmt.Sprintf(":%d", f.Line)):
		return fmt.Sprintf("%s line %d", f.Where, f.Line)
	case f.Offset != nil:
		return fmt.Sprintf("%s offset %#x", f.Where, *f.Offset)
	}
	return f.Where
}

func cut(s string) string {
	s = strings.ToValidUTF8(s, "?")
	if len(s) > evidence.MaxValue {
		s = strings.ToValidUTF8(s[:evidence.MaxValue], "")
	}
	return s
}
