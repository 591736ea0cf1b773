package inspect

import (
	"path"
	"regexp"
	"strings"
)

// Connections the device itself makes that let the far end in: shells over a socket, tunnels back.

var (
	codeSocket = regexp.MustCompile(`(?i)\bsocket\b|fsockopen|TCPSocket|/inet/tcp/|/dev/tcp/`)
	codeShell  = regexp.MustCompile(`/(?:ba|a|da)?sh\b`)
	codeEnds   = regexp.MustCompile(`dup2|>&\s*\$?\w|exec|popen|spawn|system|subprocess`)
)

// codeCallsBack says that a line of code given to an interpreter joins a shell and a connection.
func codeCallsBack(argv []string) bool {
	if !runsScripts.MatchString(path.Base(argv[0])) {
		return false
	}
	for i, a := range argv[1:] {
		code := a
		if a == "-e" || a == "-c" || a == "-r" {
			if i+2 >= len(argv) {
				return false
			}
			code = argv[i+2]
		} else if !strings.Contains(argv[0], "awk") {
			continue
		}
		return codeSocket.MatchString(code) && codeShell.MatchString(code) && codeEnds.MatchString(code)
	}
	return false
}

// pipesBack says that a client of the network is joined to a shell: what the far end says is run.
func pipesBack(l *launch) bool {
	switch l.name {
	case "telnet", "socat", "nc", "ncat", "netcat":
	case "openssl":
		if !contains(l.argv, "s_client") {
			return false
		}
	default:
		return false
	}
	return len(l.argv) > 2 && (isShell(l.pipedTo) || isShell(l.pipedFrom))
}

// tunnelBack finds a tunnel that leads a port of a far host to the device: ssh -R.
func (in *inspector) tunnelBack(v *volume, l *launch) bool {
	switch l.name {
	case "ssh", "autossh", "dbclient", "dropbearmulti", "sshpass":
	default:
		return false
	}
	back := ""
	for i, a := range l.argv {
		if n := strings.IndexByte(a, 'R'); n > 0 && a[0] == '-' && a[1] != '-' && strings.Trim(a[1:n], "fNnTqgCvAaxX4") == "" {
			if back = a[n+1:]; back == "" && i+1 < len(l.argv) {
				back = l.argv[i+1]
			}
		}
	}
	if back == "" {
		return false
	}
	line := strings.Join(visible(l.argv), " ")
	in.scriptFinding(v, l, Finding{ID: "daemon.debug-at-boot", Level: Probable, Rule: "tunnel-back", Value: l.name, Title: "A tunnel is opened from the device to a far host, which reaches the device through it (" + back + ")", Evidence: line + "  [" + strings.Join(l.chain, " → ") + "]",
		Consequence: "who holds the far host is inside the network, past any firewall that lets the device call out", Use: "the far host", Control: "tunnels that lead from the device outwards (-L, -D) do not count"})
	return true
}
