package cli

import (
	"errors"
	"fmt"
	"io"
	"time"

	"telltale/internal/pipeline"
)

type scanCmd struct {
	Target []string `arg:"" name:"target" help:"Addresses, CIDR blocks, ranges (192.0.2.1-50), or files that list them." required:""`
	judging
	output
	Plan        bool     `help:"Print what would be sent, to whom and for how long, and send nothing."`
	ScanProfile string   `name:"profile-scan" help:"What is asked: ${enum}." enum:"light,normal,deep" default:"normal"`
	Exclude     []string `help:"Never touch these: addresses, blocks, ranges or files (repeat)." placeholder:"TARGET"`
	Crawl       []string `help:"Also ask hosts that LLDP, CDP, ARP tables and routes tell of, inside this net (repeat)." placeholder:"NET"`
	Only        []string `help:"Send these probes only: sweep, echo, live, snmp, http, ..." placeholder:"PROBE"`
	PerHost     int      `help:"At most so many packets a second to one host." default:"40"`
	Rate        int      `help:"At most so many packets a second in all; -1 for no cap." default:"1000"`
	Window      []string `help:"Send only in these hours, local time (repeat)." placeholder:"22:00-05:00"`
	Passes      int      `help:"How often a silent address is asked." default:"2"`
	Hosts       int      `help:"How many hosts are asked at a time." default:"64"`
	Sealed      string   `name:"credentials-of" help:"Use the credentials that lie sealed in this folder of a server (telltale serve --team DIR --keep-credentials)." placeholder:"DIR" type:"existingdir"`
	Credentials string   `help:"File with SNMP communities, SNMPv3 users and SSH logins; only its owner may read it." placeholder:"FILE"`
	Answers     string   `help:"Keep the raw answers in this file; telltale check reads it." placeholder:"FILE" type:"path"`
	Fresh       bool     `help:"Begin anew instead of going on with a scan that was cut short."`
	DB          string   `help:"Add to this database file." placeholder:"FILE"`
	Network     string   `help:"Name of the address space; weak keys unite only inside one." placeholder:"NAME"`
	Keep        bool     `help:"Keep the result in the cache folder for explain and answer." default:"true" negatable:""`
	SNMPPort    uint16   `name:"snmp-port" help:"Port of SNMP agents." default:"161" hidden:""`
}

// Help is the long text of telltale scan --help.
func (c *scanCmd) Help() string {
	return `Looks at a live network, gently, and prints findings as check does. Only the targets
named are sent to. Nothing is ever set or logged in to; SSH logins are used only when
given, and then only for show and display commands. Ctrl-C stops within a second; the
same command goes on where it stopped.

Examples:
  telltale scan 192.0.2.0/24 --plan
  telltale scan 192.0.2.0/24 --exclude 192.0.2.10 --window 22:00-05:00
  telltale scan 192.0.2.1 --crawl 192.0.2.0/24 --crawl 198.51.100.0/24 --db inventory.db

Exit codes: 0 no finding, 3 findings, 1 the scan was cut short, 2 wrong usage.`
}

func (c *scanCmd) Run(e *env) error {
	show, done := progress(e.stderr)
	o := &pipeline.ScanOptions{
		Targets: c.Target, Exclude: c.Exclude, Crawl: c.Crawl, Profile: c.ScanProfile, Only: c.Only, PerHost: c.PerHost, Rate: c.Rate, Windows: c.Window,
		Passes: c.Passes, Hosts: c.Hosts, Credentials: c.Credentials, Journal: c.Answers, Fresh: c.Fresh, SNMPPort: c.SNMPPort, Progress: scanProgress(show),
	}
	if c.PerHost < 1 || c.Rate == 0 || c.Passes < 1 || c.Hosts < 1 {
		return usage{errors.New("--per-host, --rate, --passes and --hosts must be positive")}
	}
	var err error
	if o.Opened, err = openCredentials(e.ctx, c.Sealed); err != nil {
		return err
	}
	s, err := pipeline.NewScan(o)
	if err != nil {
		return usage{err}
	}
	if c.Plan {
		return c.write(e, func(w io.Writer) error {
			if c.Format == "table" {
				return s.Plan().Write(w)
			}
			return writeJSON(w, s.Plan())
		})
	}
	k, err := pipeline.Load()
	if err != nil {
		return err
	}
	opt, err := c.options(k)
	if err != nil {
		return err
	}
	if err := c.scan(e, s, done); err != nil {
		return err
	}
	opt.Inputs, opt.Scanned, opt.Network, opt.All, opt.Progress = []string{s.Name}, s.Journal, c.Network, c.All, show
	if c.DB != "" {
		opt.DB = c.DB
	}
	return c.check(e, k, c.Keep, opt, done)
}

// scan sends and says in one line what was done.
func (c *scanCmd) scan(e *env, s *pipeline.Scan, done func()) error {
	begun := time.Now()
	r, err := s.Run(e.ctx)
	done()
	if e.ctx.Err() != nil && r != nil {
		return hinted{fmt.Errorf("stopped; %d hosts are finished and kept", r.Hosts), "the same command goes on where it stopped"}
	}
	if err != nil {
		return err
	}
	note := ""
	if r.Resumed {
		note = fmt.Sprintf(" (%d of them in an earlier run that was cut short)", r.Earlier)
	}
	fmt.Fprintf(e.stderr, "telltale: %d hosts answered%s, about %d packets sent, %s\n", r.Hosts, note, r.Packets, time.Since(begun).Round(100*time.Millisecond))
	return nil
}
