package inspect_test

import (
	"strings"
	"testing"
)

// variant is one way in as a maker may write it, or the harmless thing that looks like it.
type variant struct {
	name string
	add  []string
	want string // findings joined by " + "; "" for nothing above a note
}

func tryVariants(t *testing.T, l []variant) {
	t.Helper()
	for _, c := range l {
		t.Run(c.name, func(t *testing.T) {
			r := bounded(t, cpioTree(with(base(), c.add...)))
			if c.want != "" {
				check(t, r, strings.Split(c.want, " + ")...)
				return
			}
			check(t, r)
			for _, x := range r.Findings {
				if x.Level != "note" {
					t.Errorf("%s %s: %s [%s]", x.ID, x.Level, x.Title, x.Evidence)
				}
			}
		})
	}
}

// started is a system whose first script holds the lines given; it has a telnet server.
func started(lines string, more ...string) []string {
	return append([]string{"usr/sbin/telnetd", prog("telnetd here"), "etc/init.d/rcS", "0755 #!/bin/sh\n" + lines}, more...)
}

func cgiScript(lines string) []string {
	return []string{"www/index.html", "<a href=/cgi-bin/x.cgi>x</a>", "www/cgi-bin/x.cgi", "0755 #!/bin/sh\necho Content-type: text/html\necho\n" + lines}
}

const (
	telnetSure  = "daemon.telnet-at-boot confirmed"
	telnetMaybe = "daemon.telnet-at-boot suspicious"
	telnetNote  = "daemon.telnet-at-boot note"
	hardcoded   = "account.hardcoded confirmed"
	injected    = "web.command-injection probable"
)
