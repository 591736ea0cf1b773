package inspect

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Listeners made of general tools: what listens hands whoever connects a shell.

// rawShell finds listeners made of general tools: nc -l -e sh, socat EXEC.
func (in *inspector) rawShell(v *volume, l *launch) {
	line := strings.Join(visible(l.argv), " ")
	if l.into != "" {
		line += " > " + l.into
	}
	port, ok := "", false
	switch l.name {
	case "sh", "ash", "bash", "dash", "login":
		port, ok = shellEnds(l)
	case "nc", "netcat", "ncat", "busybox-nc":
		port, ok = netcatShell(l, line)
	case "socat":
		ok = socatShell(line)
	case "ftpd":
		if in.openFTP(v, l) {
			return
		}
	}
	if !ok {
		ok = pipesBack(l) || codeCallsBack(l.argv)
	}
	if !ok && !in.consoleShell(v, l) {
		in.tunnelBack(v, l)
	}
	if !ok {
		return
	}
	lv := Confirmed
	if len(l.when) > 0 || hasFlag(l.argv, 'U') { // a socket in the file system is for the device itself
		lv = Suspicious
	}
	if !l.started || never(l.when) {
		lv = Note
	}
	in.add(Finding{ID: "daemon.debug-at-boot", Level: lv, Rule: "raw-shell", Value: l.name, Path: chainFile(l.chain), Line: chainLine(l.chain), Where: v.name + "/" + last(l.chain), Region: v.name, Conditions: l.when,
		Title: fmt.Sprintf("%s gives a shell to whoever is at the other end (%s)", l.name, nonEmpty(port, "see the command")), Evidence: line + "  [" + strings.Join(l.chain, " → ") + "]",
		Consequence: "a command line with the rights of the script, without a login", Use: "the other end of the connection", Control: "the command itself joins a connection and a shell"})
	in.rep.Services = append(in.rep.Services, Service{Name: l.name, Kind: "debug", Command: line, State: map[bool]string{true: "unconditional", false: "conditional"}[len(l.when) == 0 && l.started], Conditions: l.when, Chain: l.chain, Volume: v.name, Program: l.program})
}

// consoleShell finds a console that gives a shell to whoever is at it: one init starts itself, or a getty that asks for no login.
func (in *inspector) consoleShell(v *volume, l *launch) bool {
	line := " " + strings.Join(l.argv[1:], " ") + " "
	switch l.name {
	case "sh", "ash", "bash", "dash":
		if len(l.chain) != 1 || !strings.HasPrefix(l.chain[0], "etc/inittab:") || strings.Trim(line, "- il") != "" && !strings.Contains(line, "--login") {
			return false
		}
	case "getty", "agetty":
		if !gettyShell.MatchString(line) {
			return false
		}
	default:
		return false
	}
	lv := Suspicious
	if len(l.when) > 0 {
		lv = Note
	}
	in.scriptFinding(v, l, Finding{ID: "daemon.debug-at-boot", Level: lv, Rule: "console-shell", Value: l.name, Title: "The console gives a shell without a login", Evidence: strings.Join(l.argv, " ") + "  [" + strings.Join(l.chain, " → ") + "]",
		Consequence: "who opens the box, or reaches its serial port through a server, has all rights", Use: "the serial console", Control: "a login, or a key that must be pressed first, makes it a note or nothing"})
	return true
}

// gettyShell is a getty told to start a shell in place of the login.
var gettyShell = regexp.MustCompile(`\s(?:-l|--login-program)[ =]?\S*/(?:sh|ash|bash|dash)\s`)

// shellEnds says that a shell's own ends are a connection: a network path, or a server that starts it for each.
func shellEnds(l *launch) (port string, ok bool) {
	if far, found := strings.CutPrefix(l.into, "/dev/tcp/"); found {
		return "to " + far, true
	}
	for _, a := range l.argv {
		if svc, found := strings.CutPrefix(a, "inetd:"); found {
			return svc, l.name != "login"
		}
	}
	return "", false
}

func netcatShell(l *launch, line string) (port string, ok bool) {
	given := execShell.MatchString(line)
	if hasFlag(l.argv, 'l') || strings.Contains(line, "--listen") {
		ok = given || isShell(l.pipedTo) || isShell(l.pipedFrom)
		for i, a := range l.argv[1:] {
			if strings.HasPrefix(a, "-") && strings.HasSuffix(a, "p") && i+2 < len(l.argv) {
				return l.argv[i+2], ok
			}
			if _, err := strconv.Atoi(a); err == nil {
				port = a
			}
		}
		return port, ok
	}
	// The other way round: a shell to a far host.
	return "to " + strings.Join(l.argv[1:], " "), given || isShell(l.pipedFrom) && strings.Contains(line, "/")
}

// execShell is netcat's wish to run a shell or a login for whoever connects.
var execShell = regexp.MustCompile(`(?:\s-[a-z]*[ec]|--exec|--sh-exec)[\s=]+['"]?(?:\S*/)?(?:sh|ash|bash|dash|hush|ksh|login)\b`)

var (
	socatListens = regexp.MustCompile(`(?i)\b(?:tcp[46]?|udp[46]?|openssl|unix|vsock|sctp[46]?)-l(?:isten)?:`)
	socatRuns    = regexp.MustCompile(`(?i)\bsystem:|\bexec:\s*['"]?(?:\S*/)?(?:sh|ash|bash|dash|hush|ksh|login)\b`)
)

func socatShell(line string) bool {
	return socatListens.MatchString(line) && socatRuns.MatchString(line)
}

// openFTP finds a file server that lets anybody write in the whole system.
func (in *inspector) openFTP(v *volume, l *launch) bool {
	if !hasFlag(l.argv, 'w') || visible(l.argv)[len(visible(l.argv))-1] != "/" {
		return false
	}
	in.scriptFinding(v, l, Finding{ID: "daemon.debug-at-boot", Level: Suspicious, Rule: "open-ftp", Value: l.name, Title: "A file server (FTP) is started that lets whoever connects write in the whole system", Evidence: strings.Join(l.argv, " ") + "  [" + strings.Join(l.chain, " → ") + "]",
		Consequence: "programs and accounts can be replaced over the network", Use: "a connection to the port; some builds ask for an account's password", Control: "the server is told to write, and its folder is the root"})
	return true
}

// perConnection splits the command line of a server that starts a program for each connection: tcpsvd ADDRESS PORT PROGRAM.
func perConnection(argv []string) []string {
	for i := 2; i+1 < len(argv); i++ {
		if _, err := strconv.Atoi(argv[i]); err != nil || strings.HasPrefix(argv[i-1], "-") {
			continue
		}
		if _, err := strconv.Atoi(argv[i+1]); err != nil {
			return append(append([]string(nil), argv[i+1:]...), "inetd:"+argv[i])
		}
	}
	return nil
}

// emptyAllowed says that an SSH server takes accounts without a password.
func emptyAllowed(v *volume, l *launch, args string) bool {
	if strings.Contains(args, " -B ") || strings.Contains(args, "PermitEmptyPasswords=yes") {
		return true
	}
	if !strings.HasPrefix(l.name, "sshd") {
		return false
	}
	for _, line := range strings.Split(v.Read("/etc/ssh/sshd_config"), "\n") {
		f := strings.Fields(line)
		if len(f) > 1 && strings.EqualFold(f[0], "Match") {
			return false // what follows holds for some alone
		}
		if len(f) > 1 && strings.EqualFold(f[0], "PermitEmptyPasswords") {
			return strings.EqualFold(f[1], "yes") // the first value holds
		}
	}
	return false
}

// keysOnly says that an SSH server takes no passwords.
func keysOnly(v *volume, l *launch) bool {
	if !strings.HasPrefix(l.name, "sshd") {
		return hasFlag(l.argv, 's') // dropbear
	}
	for _, line := range strings.Split(v.Read("/etc/ssh/sshd_config"), "\n") {
		f := strings.Fields(line)
		if len(f) > 1 && strings.EqualFold(f[0], "Match") {
			return false
		}
		if len(f) > 1 && strings.EqualFold(f[0], "PasswordAuthentication") {
			return strings.EqualFold(f[1], "no") // the first value holds
		}
	}
	return false
}

// freeTerminal says that a terminal over the web gives a shell and asks for nothing.
func freeTerminal(argv []string) bool {
	gives := false
	for _, a := range argv[1:] {
		gives = gives || isShell(a) || strings.HasSuffix(a, ":SHELL")
		if a == "-c" || a == "--credential" || strings.HasPrefix(a, "--credential=") {
			return false
		}
	}
	return gives
}

func isShell(name string) bool {
	switch path.Base(name) {
	case "sh", "ash", "bash", "dash", "hush", "ksh":
		return true
	}
	return false
}

func hasFlag(argv []string, c byte) bool {
	for _, a := range argv[1:] {
		if len(a) > 1 && a[0] == '-' && a[1] != '-' && strings.IndexByte(a, c) > 0 {
			return true
		}
	}
	return false
}
