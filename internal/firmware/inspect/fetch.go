package inspect

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// fetchAndRun finds downloads over connections anybody on the way can change, above all those that are run unchecked.
func (in *inspector) fetchAndRun(v *volume, all []launch, i int) {
	l := &all[i]
	line := strings.Join(l.argv, " ")
	inner := fetchedText.MatchString(line) && (isShell(l.name) || strings.HasPrefix(l.argv[0], "$(") || strings.HasPrefix(l.argv[0], "`"))
	inner = inner || runsScripts.MatchString(l.name) && fetchedCode.MatchString(line)
	if !fetchers[l.name] && !inner || onlyAsks(l.argv) {
		return
	}
	plain := strings.Contains(line, "http://") || strings.Contains(line, "ftp://") || l.name == "tftp" || l.name == "ftpget"
	noCheck := strings.Contains(line, "--no-check-certificate") || strings.Contains(line, " -k") || strings.Contains(line, "--insecure")
	how, run := "", isShell(l.pipedTo) || inner
	if run {
		how = "fetches a script and runs it"
	} else if l.pipedTo == "tar" || l.pipedTo == "cpio" || l.pipedTo == "dd" {
		run, how = true, "fetches files and puts them in place without a check"
	} else if use, checked := usedLater(all, i); checked || signatureName.MatchString(fetched(l.argv)) {
		return
	} else if use != nil {
		run, how = true, "fetches a file and runs or installs it ("+last(use.chain)+") without a check"
	}
	if !plain && !noCheck {
		return
	}
	lv := Suspicious
	if run {
		lv = Probable
	}
	in.scriptFinding(v, l, Finding{ID: "update.unsigned", Level: lv, Rule: "fetch", Value: line, Title: "A start script " + nonEmpty(how, "fetches a file over a connection anybody on the way can change"), Evidence: line,
		Consequence: "who controls the server, the name or the path decides what the device runs", Use: "a place on the network path, or the server", Control: "only commands reached by the boot graph count above note; a signature or checksum check between fetching and use clears it"})
}

// fetchedText is a command substitution that fetches what is then run.
var fetchedText = regexp.MustCompile("(?:\\$\\(|`)\\s*(?:wget|curl)\\b")

// fetchers are programs that fetch what they are told to; a bare "tftp" or "ftpget" does so in the clear.
var fetchers = map[string]bool{"wget": true, "curl": true, "tftp": true, "ftpget": true, "git": true, "pip": true, "pip3": true}

// checksItself says that an installer checks a signature of what it is given.
func checksItself(n *launch) bool {
	return n.name == "rauc" || n.name == "swupdate" && (contains(n.argv, "-k") || contains(n.argv, "--key"))
}

// fetchedCode is code given to an interpreter that fetches what it then runs.
var fetchedCode = regexp.MustCompile(`(?:exec|eval|system|loadstring|dofile)\s*\(.*(?:urlopen|urlretrieve|requests\.get|http\.request|LWP|file_get_contents)|(?:urlopen|urlretrieve|requests\.get|file_get_contents).*\b(?:exec|eval|system)\b`)

// onlyAsks says that a fetch keeps nothing: it asks whether a server is there.
func onlyAsks(argv []string) bool {
	for i, a := range argv {
		if a == "--spider" || a == "-I" || a == "--head" || (a == "-O" || a == "-o" || a == "--output") && i+1 < len(argv) && argv[i+1] == "/dev/null" || a == "-O/dev/null" {
			return true
		}
	}
	return false
}

// checksSums says that a command compares sums: of a list that names the file, or of a line it is given.
func checksSums(n *launch, named bool, file string) bool {
	return strings.HasSuffix(n.name, "sum") && hasFlag(n.argv, 'c') && (named || strings.Contains(n.input, file) || n.pipedFrom == "echo" || n.pipedFrom == "printf")
}

// usedLater is the command of the same script that runs or installs what was fetched; checked says that something checks it before.
func usedLater(all []launch, i int) (use *launch, checked bool) {
	l := &all[i]
	file := fetched(l.argv)
	if file == "" {
		return nil, false
	}
	for j := i + 1; j < len(all) && j < i+40; j++ {
		n := &all[j]
		if chainFile(n.chain) != chainFile(l.chain) {
			continue
		}
		line := strings.Join(n.argv, " ")
		named := strings.Contains(line, file)
		if named && (strings.Contains(line, "verify") || n.name == "usign" || n.name == "gpg" || n.name == "gpgv" || n.name == "minisign" || n.name == "signify") || checksSums(n, named, file) || named && checksItself(n) {
			return nil, true
		}
		if n.argv[0] == file || named && (isShell(n.name) || installers[n.name]) {
			return n, false
		}
	}
	return nil, false
}

var installers = map[string]bool{"sysupgrade": true, "mtd": true, "flashcp": true, "nandwrite": true, "dd": true, "opkg": true, "ipkg": true, "apk": true, "dpkg": true, "fwupdate": true, "rpm": true, "upgrade": true, "fw_upgrade": true, "mtd_write": true, "flash_eraseall": false, "insmod": true}

// fetched is where a download is put.
func fetched(argv []string) string {
	for i, a := range argv {
		if (a == "-O" || a == "-o" || a == "-l" || a == "--output") && i+1 < len(argv) && argv[i+1] != "-" {
			return argv[i+1]
		}
		if f, ok := strings.CutPrefix(a, "-O"); ok && f != "" && f != "-" {
			return f
		}
	}
	for _, u := range argv[1:] {
		if strings.Contains(u, "://") {
			return path.Base(u)
		}
	}
	return ""
}

// feeds are package sources whose packages nobody signs.
func (in *inspector) feeds() {
	for _, v := range in.volumes {
		signed := false
		for _, p := range append(v.Glob("/etc/opkg/*.conf"), "/etc/opkg.conf") {
			signed = signed || optionSigned.MatchString(v.Read(p))
		}
		for _, f := range in.files {
			if f.vol != v || f.kind != "text" || f.size > 64<<10 || !strings.HasPrefix(f.path, "etc/") {
				continue
			}
			what := ""
			switch {
			case strings.HasPrefix(f.path, "etc/opkg") && !signed:
				what = openFeed.FindString(string(contentOf(f.obj, 64<<10)))
			case strings.HasPrefix(f.path, "etc/apt/"):
				what = trustedFeed.FindString(string(contentOf(f.obj, 64<<10)))
			}
			if what == "" {
				continue
			}
			in.add(f.at(Finding{ID: "update.unsigned", Level: Suspicious, Rule: "feed", Value: f.path, Title: fmt.Sprintf("Packages are taken from a source whose signature is not checked (%s)", f.path), Evidence: strings.TrimSpace(what),
				Consequence: "who controls the server, the name or the path decides what is installed", Use: "a place on the network path, or the server, and somebody who installs a package", Control: "sources over plain HTTP without a wish to check signatures, or marked as trusted"}, -1))
		}
	}
}

var (
	optionSigned = regexp.MustCompile(`(?m)^\s*option\s+check_signature\b`)
	openFeed     = regexp.MustCompile(`(?m)^\s*src(?:/gz)?\s+\S+\s+(?:http|ftp)://\S+`)
	trustedFeed  = regexp.MustCompile(`(?mi)^\s*deb\s+\[[^\]\n]*trusted=yes[^\n]*|^\s*(?:Apt::Get::AllowUnauthenticated|Acquire::AllowInsecureRepositories)\s+"?(?:true|1)[^\n]*`)
)
