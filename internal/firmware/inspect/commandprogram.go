package inspect

import (
	"fmt"
	"regexp"
	"strings"
)

// Command injection in machine code, as far as it can be told without following the code:
// a program that reads requests, hands texts to a shell and holds a command with a hole
// for a text. What fills the hole is not known, so it is never more than suspicious.

// commandWithHole is a text that is a command line with %s in it.
var commandWithHole = regexp.MustCompile(`(?:^|[;&|]\s*)(?:/(?:usr/)?s?bin/)?(?:ping6?|traceroute6?|nslookup|arping|arp|route|ip6?tables|ip|ifconfig|iwconfig|iwpriv|ebtables|tc|brctl|vconfig|echo|date|hostname|wget|curl|tftp|ftpput|ftpget|kill|killall|rm|cp|mv|tar|mkdir|touch|chmod|mount|umount|sh -c|passwd|adduser|deluser|telnetd|nvram|uci|cfg|cat|sed|grep|reboot|insmod|openssl|mail|sendmail|ntpdate|ntpclient|udhcpc|pppd|smbclient|mtd|flash|dd)\s[^\n]*%s`)

// quotedHoles are the holes a shell takes for one word, as long as the text brings no such quote itself.
var quotedHoles = regexp.MustCompile(`'[^'%]*%s[^'%]*'`)

// reach of the search for texts of one program.
const (
	maxProgram  = 16 << 20
	maxCommands = 200
)

// commandPrograms looks for such programs.
func (in *inspector) commandPrograms() {
	for _, f := range in.files {
		if f.c == nil || f.c.elf == nil || f.doc() || f.size > maxProgram || strings.Contains(f.base(), ".so") || runsScripts.MatchString(f.base()) {
			continue
		}
		reads, runs := in.requestReader(f), ""
		for _, n := range in.facts.CommandRunners {
			if f.c.elf.imports[n] {
				runs = n
				break
			}
		}
		if reads == "" || runs == "" {
			continue
		}
		if text, off, quoted := commandTexts(f); text != "" {
			in.commandProgram(f, reads, runs, text, off, quoted)
		}
	}
}

// requestReader names how a program gets what a request says: a library's function, or the variables a web server hands on.
func (in *inspector) requestReader(f *file) string {
	for _, n := range in.facts.RequestReaders {
		if f.c.elf.imports[n] {
			return n
		}
	}
	if f.c.elf.imports["getenv"] && (len(f.c.hits["QUERY_STRING"]) > 0 || len(f.c.hits["CONTENT_LENGTH"]) > 0 && len(f.c.hits["REQUEST_METHOD"]) > 0) {
		return "getenv"
	}
	return ""
}

// commandTexts finds the commands with a hole in a program's texts: the first without quotes round the hole, else the first.
func commandTexts(f *file) (text string, off int64, quoted bool) {
	b := contentOf(f.obj, f.off+f.size)
	if int64(len(b)) <= f.off {
		return "", 0, false
	}
	n := 0
	for at := f.off; at < int64(len(b)) && n < maxCommands; {
		if !texty(b[at]) {
			at++
			continue
		}
		end := at
		for end < int64(len(b)) && texty(b[end]) {
			end++
		}
		if s := b[at:min(end, at+512)]; len(s) > 6 && commandWithHole.Match(s) {
			n++
			if !strings.Contains(quotedHoles.ReplaceAllString(string(s), ""), "%s") {
				if text == "" {
					text, off, quoted = string(s), at, true
				}
			} else {
				return string(s), at, false
			}
		}
		at = end + 1
	}
	return text, off, quoted
}

func (in *inspector) commandProgram(f *file, reads, runs, text string, off int64, quoted bool) {
	lv, how := Suspicious, ""
	if quoted {
		lv, how = Note, "; the hole stands in quotes, which a quote in the text ends"
	}
	in.add(f.at(Finding{ID: "web.command-injection", Level: lv, Rule: "injection/program", Value: f.path, Title: fmt.Sprintf("%s reads requests and builds commands for a shell: whether a request reaches one was not followed", f.path),
		Evidence: fmt.Sprintf("reads with %s, runs with %s, command %q%s", reads, runs, clip(text, 120), how), Consequence: "if a value of a request fills the command unchecked, a request can run commands with the web server's rights, mostly root",
		Use: "a request to the page this program serves", Control: "the program imports both functions and holds a command with a hole for a text; machine code is not followed, so this is never more than suspicious"}, off))
}
