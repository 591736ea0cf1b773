// Package cli is the command line: it reads flags, calls the pipeline and
// prints what it returns. It decides nothing about makers or law.
//
// Exit codes: 0 no finding; 1 a named input was unreadable or the run was cut
// short (wins over 3); 2 wrong usage; 3 findings.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes of telltale.
const (
	exitOK       = 0
	exitFailed   = 1
	exitUsage    = 2
	exitFindings = 3
)

// env is what a command may touch of the outside.
type env struct {
	ctx    context.Context
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	code   int
}

// hinted is an error with the next thing to type.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// usage is an error of the caller's words: exit code 2.
type usage struct{ error }

func (u usage) Unwrap() error { return u.error }

type commands struct {
	Check     checkCmd     `cmd:"" help:"Read anything and print findings: the main job."`
	Scan      scanCmd      `cmd:"" help:"Look at a live network, gently, and print findings."`
	Watch     watchCmd     `cmd:"" help:"Listen to an interface or a growing capture and print what is new."`
	Ask       askCmd       `cmd:"" help:"Ask about one MAC, model, FCC ID, serial, name, IP, AS number or product line."`
	Explain   explainCmd   `cmd:"" help:"Show the whole chain from a finding or asset to law and raw data."`
	Answer    answerCmd    `cmd:"" help:"Settle what was not known, and see what changes."`
	Serve     serveCmd     `cmd:"" help:"Show it in the browser: pages, API, several people."`
	Firmware  firmwareCmd  `cmd:"" help:"Unpack firmware images and say who wrote them and how they can be entered."`
	Law       lawCmd       `cmd:"" help:"List, show, test and compare the law on any date."`
	Screen    screenCmd    `cmd:"" help:"Compare names of suppliers with listed organisations and their owners."`
	Org       orgCmd       `cmd:"" help:"Show organisations and who owns whom."`
	Data      dataCmd      `cmd:"" help:"Show the data this program carries, with their dates."`
	Topology  topologyCmd  `cmd:"" help:"Show which device of the last check is joined to which, and how that is known."`
	Reconcile reconcileCmd `cmd:"" help:"Compare what is on paper with what is on the wire: never seen, never bought, sold as another, moved, gone."`
	Init      initCmd      `cmd:"" help:"Write telltale.yaml: who you are and what binds you."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

// memoryLimit is from where the garbage collector works harder to stay within 1 GiB, in bytes.
const memoryLimit = 640 << 20

const description = `Telltale says what in your network and your purchases really comes from whom,
which law forbids or restricts it for you, on which date, and why.

Examples:
  telltale check inventory.xlsx scan.xml walks/
  telltale ask "Lorex N843A8"
  telltale explain 3f2a9c41d0

Exit codes: 0 no finding, 3 findings, 1 a named input was unreadable or the
run was cut short, 2 wrong usage.`

// Main runs one command and returns the exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := &env{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr}
	var c commands
	exited := -1
	p, err := kong.New(&c, kong.Name("telltale"), kong.Description(description), kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}), kong.Bind(e))
	if err != nil {
		return fail(stderr, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := p.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		return fail(stderr, usage{err})
	}
	if err := k.Run(e); err != nil {
		return fail(stderr, err)
	}
	return e.code
}

func fail(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "telltale: error: %v\n", err)
	var h hinted
	if errors.As(err, &h) {
		fmt.Fprintf(stderr, "telltale: hint: %s\n", h.hint)
	}
	var u usage
	if errors.As(err, &u) {
		if h.hint == "" {
			fmt.Fprintln(stderr, "telltale: hint: telltale --help")
		}
		return exitUsage
	}
	return exitFailed
}
