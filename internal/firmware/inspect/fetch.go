package inspect

import (
	"path"
	"strings"
)

// fetchAndRun finds downloads over connections anybody on the way can change, above all those that are run unchecked.
func (in *inspector) fetchAndRun(v *volume, all []launch, i int) {
	l := &all[i]
	if l.name != "wget" && l.name != "curl" && l.name != "tftp" && l.name != "ftpget" {
		return
	}
	line := strings.Join(l.argv, " ")
	plain := strings.Contains(line, "http://") || strings.Contains(line, "ftp://") || l.name == "tftp" || l.name == "ftpget"
	noCheck := strings.Contains(line, "--no-check-certificate") || strings.Contains(line, " -k") || strings.Contains(line, "--insecure")
	how, run := "", isShell(l.pipedTo)
	if run {
		how = "fetches a script and runs it"
	} else if use := usedLater(all, i); use != nil {
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

// usedLater is the command of the same script that runs or installs what was fetched, when nothing checks it before.
func usedLater(all []launch, i int) *launch {
	l := &all[i]
	file := fetched(l.argv)
	if file == "" {
		return nil
	}
	for j := i + 1; j < len(all) && j < i+40; j++ {
		n := &all[j]
		if chainFile(n.chain) != chainFile(l.chain) {
			continue
		}
		line := strings.Join(n.argv, " ")
		named := strings.Contains(line, file)
		if named && (strings.Contains(line, "verify") || n.name == "usign" || n.name == "gpg" || n.name == "gpgv" || n.name == "minisign" || n.name == "signify" || strings.HasSuffix(n.name, "sum") && strings.Contains(line, "-c")) {
			return nil
		}
		if n.argv[0] == file || named && (isShell(n.name) || installers[n.name]) {
			return n
		}
	}
	return nil
}

var installers = map[string]bool{"sysupgrade": true, "mtd": true, "flashcp": true, "nandwrite": true, "dd": true, "opkg": true, "dpkg": true, "rpm": true, "upgrade": true, "fw_upgrade": true, "mtd_write": true, "flash_eraseall": false, "insmod": true}

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
	if u := argv[len(argv)-1]; strings.Contains(u, "://") {
		return path.Base(u)
	}
	return ""
}
