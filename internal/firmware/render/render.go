// Package render shows a firmware report: as a table for a terminal, as one
// HTML page, as a CycloneDX bill of materials and as SARIF. It adds no judgement.
//
// JSON is the report itself; docs/format/firmware.md explains it.
package render

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"telltale/internal/firmware/diff"
	"telltale/internal/firmware/inspect"
)

// Result is one image with what it was compared to.
type Result struct {
	*inspect.Report
	Baseline    string            `json:"baseline,omitempty"`
	Changes     []diff.Change     `json:"changes,omitempty"`
	FileChanges []diff.FileChange `json:"file_changes,omitempty"`
	Vendor      *Vendor           `json:"vendor,omitempty"`
	Told        *inspect.Told     `json:"told,omitempty"`
}

// Vendor is how an image stands to the list of its maker.
type Vendor struct {
	Manifest string `json:"manifest,omitempty"`
	Digest   string `json:"digest"` // "as listed", "differs", "not listed", "not checked"
	// Signature is who signed image or list, "" when no signature holds; the findings say why.
	Signature string `json:"signature,omitempty"`
	Listed    string `json:"listed,omitempty"`
}

// plain makes foreign text safe for a terminal: control bytes become "?".
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x2066 {
			return '?'
		}
		return r
	}, s)
}

// mostLost is how many notes of missing parts are shown without being asked for.
const mostLost = 3

// Table writes findings first, then what the image is made of, in short.
func Table(w io.Writer, r *Result, all bool) error {
	fmt.Fprintf(w, "%s  %d bytes  sha256 %s\n%s\n\n", plain(r.Image.Name), r.Image.Size, r.Image.SHA256, plain(r.Summary))
	tw := tabwriter.NewWriter(w, 2, 8, 2, ' ', 0)
	notes, lost := 0, 0
	for _, f := range r.Findings {
		if f.Lost() {
			lost++
		}
		if f.Level == inspect.Note && !all && (!f.Lost() || lost > mostLost) {
			notes++
			continue
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", strings.ToUpper(string(f.Level)), f.ID, plain(f.Title))
		fmt.Fprintf(tw, "\t\t  at %s\n", plain(f.Where))
		for _, l := range [][2]string{{"seen: ", f.Evidence}, {"means: ", f.Consequence}, {"to use it: ", f.Use}, {"only if: ", strings.Join(f.Conditions, "; and ")}} {
			if l[1] != "" {
				fmt.Fprintf(tw, "\t\t  %s%s\n", l[0], plain(l[1]))
			}
		}
	}
	if notes > 0 {
		fmt.Fprintf(tw, "\t\t%s shown with --all\n", inspect.Plural(notes, "note is", "notes are"))
	}
	against(tw, r)
	fmt.Fprintln(tw)
	for _, s := range r.Services {
		fmt.Fprintf(tw, "service\t%s\t%s  %s  %s\n", s.State, plain(s.Name), strings.Join(s.Ports, ","), plain(s.Command))
	}
	calls(tw, r, all)
	for _, c := range r.Components {
		if c.Version != "" {
			fmt.Fprintf(tw, "component\t%s\t%s  (%s)\n", plain(c.Name), plain(c.Version), c.Method)
		}
	}
	return tw.Flush()
}

// mostCalls bounds the hosts of the table; the other forms list all.
const mostCalls = 30

// calls lists the hosts the image holds, those whose operator is known first.
func calls(w io.Writer, r *Result, all bool) {
	n := 0
	for _, known := range []bool{true, false} {
		for i := range r.Hosts {
			h := &r.Hosts[i]
			if (h.Operator != "" || h.ASN != "") != known {
				continue
			}
			if n++; n > mostCalls && !all {
				continue
			}
			who := strings.TrimSpace(h.Operator + " " + h.ASN + " " + h.Network)
			if who == "" {
				if who = "operator not known"; isAddress(h.Host) {
					who += ": --routes FILE tells"
				}
			}
			fmt.Fprintf(w, "host\t%s\t%s\n", plain(h.Host), plain(strings.TrimSpace(who+"  "+h.Purpose)))
		}
	}
	if n > mostCalls && !all {
		fmt.Fprintf(w, "host\t%d more\tshown with --all\n", n-mostCalls)
	}
}

// against says how the image stands to its maker's list, to a device, to known images and to the baseline.
func against(w io.Writer, r *Result) {
	if v := r.Vendor; v != nil {
		if v.Manifest != "" {
			fmt.Fprintf(w, "manifest\tdigest %s\t%s\n", v.Digest, plain(v.Manifest))
		}
		if v.Signature != "" {
			fmt.Fprintf(w, "signature\tholds\t%s\n", plain(v.Signature))
		}
	}
	if t := r.Told; t != nil {
		fmt.Fprintf(w, "device\tmodel %s\tversion %s; it says %q\n", t.Model, t.Version, plain(t.Text))
	}
	for _, l := range r.Lineage {
		fmt.Fprintf(w, "lineage\t%.0f %%\tof this image's files are those of %s; %.0f %% the same or alike\n", 100*l.Same, plain(l.Name), 100*l.Alike)
	}
	if r.Baseline == "" {
		return
	}
	for _, c := range r.Changes {
		fmt.Fprintf(w, "%s\t%s\t%s  %s %s\n", c.ID, c.What, plain(c.Name), plain(c.Old), plain(arrow(c)))
	}
	if n := len(r.FileChanges); n > 0 {
		fmt.Fprintf(w, "files\t%d differ\t%d of them with no change above that explains it; --format html or json lists them\n", n, unexplained(r))
	} else if len(r.Changes) == 0 {
		fmt.Fprintf(w, "baseline\tthe same\tno file and nothing of meaning differs from %s\n", plain(r.Baseline))
	}
}

func arrow(c diff.Change) string {
	if c.New == "" {
		return ""
	}
	return "→ " + c.New
}
