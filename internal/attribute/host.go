package attribute

import (
	"regexp"
	"strings"

	"telltale/internal/attribute/match"
	"telltale/internal/evidence"
)

// uname is how an agent without a description of its own tells its system:
// kernel, the name people gave the host, release (uname(1) -a).
var uname = regexp.MustCompile(`^(?:Linux|FreeBSD|NetBSD|OpenBSD|SunOS|Darwin) (\S+) (?:[1-9][0-9]?\.[0-9]|#)`)

// distribution is what the kernels of general-purpose systems say of themselves: people install and name those.
var distribution = regexp.MustCompile(`-generic\b|-amd64\b|-pve\b|-azure\b|-aws\b|\.el[6-9]|\.fc[1-9]|-default\b|Debian|Ubuntu|raspi|-rpi|-arch`)

// node gives where the name of the host stands in a description, empty where it holds none.
func node(a evidence.Attr, v string) (from, to int) {
	if a != evidence.SysDescr && a != evidence.LLDPSysDesc {
		return 0, 0
	}
	if m := uname.FindStringSubmatchIndex(v); m != nil {
		return m[2], m[3]
	}
	return 0, 0
}

// ownNode reports whether v[from:to], within the name of a host, is all of it
// and no person's choice: devices come with such a name.
func ownNode(v string, from, to int, h *match.Hit) bool {
	return from == h.At && to == ends(h) && !distribution.MatchString(v)
}

// inHost reports whether v[from:to] is a piece of a host name other than the
// label that its owner registered: whoever owns "x.example.net" chose the x.
func inHost(v string, from, to int) bool {
	name, start, end := v[from:to], from, to
	for start > 0 && hostByte(v[start-1]) {
		start--
	}
	for end < len(v) && hostByte(v[end]) {
		end++
	}
	labels := strings.Split(strings.Trim(v[start:end], "."), ".")
	n := len(labels) - 1
	if n < 1 || len(labels[n]) < 2 || !letters(labels[n]) || strings.Contains(name, ".") {
		return false // no host name, or a name with a dot in it
	}
	if n > 1 && len(labels[n]) == 2 && len(labels[n-1]) <= 3 { // as in com.cn, co.uk
		n--
	}
	return labels[n-1] != name
}

func hostByte(c byte) bool {
	return c == '.' || c == '-' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
