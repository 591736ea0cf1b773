package cli

import (
	"io"
	"time"

	"telltale/internal/pipeline"
)

type firmwareCmd struct {
	Images   []string `arg:"" name:"image" help:"Firmware images: anything, also a raw flash dump." type:"path"`
	Out      string   `help:"Write the files of the images and their reports into this folder; finished images are not read again." type:"path" placeholder:"DIR"`
	Baseline string   `help:"Compare with this image, or with a report of it in JSON." type:"path" placeholder:"IMAGE"`
	Known    []string `help:"Tell which of these images it is kin to: a folder of images or of reports, such as one --out filled, or a single one." type:"path" placeholder:"DIR" sep:"none"`
	DB       string   `help:"Tell which images of this database it is kin to, and keep it there; telltale check --db keeps images too." type:"path" placeholder:"FILE"`
	Manifest string   `help:"The maker's list of digests (sha256sum, JSON); a signature beside it is checked with --key." type:"path" placeholder:"FILE"`
	Key      []string `help:"A public key or certificate of the maker: PEM, OpenPGP, minisign, usign or signify." type:"path" placeholder:"FILE" sep:"none"`
	Told     string   `help:"What a device that should run the image says of itself, such as its sysDescr." placeholder:"TEXT"`
	Routes   string   `help:"A table of prefixes and AS numbers (CSV, pfx2as or iptoasn, also gzip): tells who runs the addresses an image holds." type:"path" placeholder:"FILE"`
	Format   string   `help:"Form of the output: ${enum}." enum:"table,json,html,cyclonedx,sarif" default:"table" short:"f"`
	All      bool     `help:"Show notes too."`
	Save     string   `help:"Write the report to this file instead of standard output." type:"path" placeholder:"FILE" short:"o"`
}

// Help is the long text of telltale firmware --help.
func (c *firmwareCmd) Help() string {
	return `Unpacks firmware images in this process, as an ordinary user, and reports who wrote
them, what is in them, how somebody could get in, what they call, and what could not
be read. Nothing of an image is run and no link or device is made.

Examples:
  telltale firmware camera.bin
  telltale firmware new.bin --baseline old.bin --format html --save report.html
  telltale firmware *.bin --out unpacked/
  telltale firmware new.bin --known unpacked/
  telltale firmware new.bin --db stock.db
  telltale firmware new.bin --manifest SHA256SUMS --key maker.pub
  telltale firmware new.bin --routes ip2asn-v4.tsv.gz
  telltale firmware new.bin --told "$(snmpget -v2c -c public -Oqv 192.0.2.7 sysDescr.0)"

Exit codes: 0 nothing above a note, 3 findings, 1 an image was unreadable, 2 usage.`
}

func (c *firmwareCmd) Run(e *env) error {
	o := pipeline.FirmwareOptions{Out: c.Out, Baseline: c.Baseline, Known: c.Known, Manifest: c.Manifest, Keys: c.Key, Told: c.Told, Routes: c.Routes, DB: c.DB, At: time.Now().UTC(), Author: author()}
	out := e.stdout
	if line := lineOn(e.stderr); line != nil {
		defer line.close()
		o.Progress = func(p pipeline.Progress) {
			if p.Total == 0 {
				line.tell("%s: %s", p.Input, p.Stage)
				return
			}
			line.tell("%s: %s, %d of %d MiB", p.Input, p.Stage, p.Done>>20, p.Total>>20)
		}
		out = line.before(out)
	}
	rs, err := pipeline.FirmwareReport(e.ctx, c.Images, o)
	if len(rs) > 0 {
		if werr := c.show(out, rs); werr != nil {
			return werr
		}
		if pipeline.FirmwareFound(rs) {
			e.code = exitFindings
		}
	}
	return err
}

func (c *firmwareCmd) show(out io.Writer, rs []*pipeline.FirmwareResult) error {
	return toFile(c.Save, out, func(w io.Writer) error { return pipeline.WriteFirmware(w, rs, c.Format, c.All) })
}
