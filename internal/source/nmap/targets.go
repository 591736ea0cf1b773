package nmap

import (
	"net/netip"
	"strings"
)

// valued are the options of nmap whose next word is a value that looks like a target. Source: nmap(1).
var valued = map[string]bool{"-S": true, "-D": true, "-e": true, "-g": true, "--dns-servers": true, "--source-port": true, "--proxies": true, "-sI": true, "-b": true, "-oN": true, "-oX": true, "-oG": true, "-oA": true, "-oS": true, "-p": true}

// targets returns the addresses of a command line that were asked: CIDR,
// octet ranges and single ones. With exclusions, lists in files, host names or
// random targets it is not known which were, and the answer is none.
func targets(args string) []string {
	words := strings.Fields(args)
	var out []string
	for i := 1; i < len(words); i++ {
		w := words[i]
		switch {
		case strings.HasPrefix(w, "--exclude"), strings.HasPrefix(w, "-iL"), strings.HasPrefix(w, "-iR"):
			return nil
		case valued[w]:
			i++
		case strings.HasPrefix(w, "-"):
		case isTarget(w):
			out = append(out, w)
		}
	}
	return out
}

// isTarget reports whether a word has the form of an address, a block or octet ranges.
func isTarget(w string) bool {
	if _, err := netip.ParsePrefix(w); err == nil {
		return true
	}
	if _, err := netip.ParseAddr(w); err == nil {
		return true
	}
	return strings.Count(w, ".") == 3 && strings.Trim(w, "0123456789.-*") == ""
}
