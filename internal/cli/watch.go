package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"telltale/internal/pipeline"
)

type watchCmd struct {
	Input string `arg:"" name:"interface" help:"A network interface, a capture file that is still written, or - for a capture on standard input."`
	judging
	For         time.Duration `help:"Stop after this time (30s, 10m, 8h)." placeholder:"DURATION"`
	Promiscuous bool          `help:"Ask the interface for frames to other stations too. Off by default."`
	DB          string        `help:"Add what is seen to this database file." placeholder:"FILE"`
	Network     string        `help:"Name of the address space; weak keys unite only inside one." placeholder:"NAME"`
	Format      string        `help:"Form of the output: ${enum}." enum:"table,jsonl" default:"table" short:"f"`
}

// Help is the long text of telltale watch --help.
func (c *watchCmd) Help() string {
	return `Listens and prints a line for each device seen for the first time and for each whose
maker or verdict changed. Nothing is ever sent. Ctrl-C stops within a second.

Examples:
  telltale watch eth0 --for 1h --db inventory.db
  tcpdump -U -w - -i eth0 | telltale watch -
  telltale watch capture.pcap -f jsonl

Exit codes: 0 no finding, 3 findings, 1 the interface or capture could not be read, 2 wrong usage.`
}

func (c *watchCmd) Run(e *env) error {
	if c.For < 0 {
		return usage{errors.New("--for must be positive")}
	}
	k, err := pipeline.Load()
	if err != nil {
		return err
	}
	opt, err := c.options(k)
	if err != nil {
		return err
	}
	opt.Inputs, opt.Network = []string{c.Input}, c.Network
	if c.DB != "" {
		opt.DB = c.DB
	}
	ctx := e.ctx
	if c.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.For)
		defer cancel()
	}
	mode := "promiscuous mode is off"
	if c.Promiscuous {
		mode = "promiscuous mode is on"
	}
	opened := func() {
		fmt.Fprintf(e.stderr, "telltale: listening to %s; nothing is sent, %s; Ctrl-C stops\n", c.Input, mode)
	}
	begun := time.Now()
	n, err := pipeline.Watch(ctx, k, pipeline.WatchOptions{Input: c.Input, Stdin: e.stdin, Promiscuous: c.Promiscuous, Opened: opened}, opt, func(ev *pipeline.WatchEvent) error {
		if len(ev.Findings) > 0 {
			e.code = exitFindings
		}
		return c.show(e, ev)
	})
	if errors.Is(err, fs.ErrPermission) {
		return hinted{err, "run it as root, or: setcap cap_net_raw+ep $(command -v telltale), or: sudo tcpdump -U -w - -i " + c.Input + " | telltale watch -"}
	}
	if err != nil {
		return err
	}
	lost := ""
	if n.Dropped > 0 {
		lost = fmt.Sprintf(", %d more were lost because they came too fast", n.Dropped)
	}
	fmt.Fprintf(e.stderr, "telltale: %d packets in %s%s\n", n.Packets, time.Since(begun).Round(100*time.Millisecond), lost)
	return nil
}

// show prints one event as a line.
func (c *watchCmd) show(e *env, ev *pipeline.WatchEvent) error {
	if c.Format == "jsonl" {
		return json.NewEncoder(e.stdout).Encode(ev)
	}
	maker := "maker unknown"
	if ev.Maker != "" {
		maker = fmt.Sprintf("%s (%s)", ev.Maker, ev.Asset.Manufacturer.Wording)
	}
	verdict := "no finding"
	if ev.Verdict != "" {
		verdict = fmt.Sprintf("%s, %d findings", ev.Verdict, len(ev.Findings))
	}
	if ev.Event == "changed" && ev.Was != ev.Verdict {
		was := string(ev.Was)
		if was == "" {
			was = "no finding"
		}
		verdict += " (was: " + was + ")"
	}
	_, err := fmt.Fprintf(e.stdout, "%s  %-7s  %s  %s  %s  %s\n", ev.At, ev.Event, maker, ev.Asset.Name, strings.Join(ev.Asset.Keys[:min(len(ev.Asset.Keys), 4)], " "), verdict)
	return err
}
