package topology

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

func count(n int) string { return strconv.Itoa(n) }

// side is what one end told of the cables to the other, one a local port.
type side struct {
	key           string // portKey of the local port
	local, remote string
	evidence      []Evidence
}

// cables unites what both ends of a pair announced: one link a cable.
func cables(pair [2]string, ts []Telling) []Link {
	a, b := sides(pair[0], ts), sides(pair[1], ts)
	taken := make([]bool, len(b))
	partner := make([]int, len(a))
	for i := range a {
		partner[i] = -1
	}
	match := func(same func(x, y *side) bool) {
		for i := range a {
			for j := range b {
				if partner[i] < 0 && !taken[j] && same(&a[i], &b[j]) {
					partner[i], taken[j] = j, true
				}
			}
		}
	}
	match(func(x, y *side) bool { return samePort(x.remote, y.local) && samePort(y.remote, x.local) })
	match(func(x, y *side) bool {
		return (samePort(x.remote, y.local) && !contradict(y.remote, x.local)) || (samePort(y.remote, x.local) && !contradict(x.remote, y.local))
	})
	if free(partner) == 1 && len(b)-trues(taken) == 1 {
		match(func(x, y *side) bool { return !contradict(x.remote, y.local) && !contradict(y.remote, x.local) })
	}
	var out []Link
	for i := range a {
		l := Link{Kind: Announced, A: End{pair[0], a[i].local}, B: End{pair[1], a[i].remote}, Evidence: a[i].evidence}
		if j := partner[i]; j >= 0 {
			l.A.Port, l.B.Port = cmp.Or(a[i].local, b[j].remote), cmp.Or(b[j].local, a[i].remote)
			l.Evidence = append(l.Evidence, b[j].evidence...)
		}
		out = append(out, l)
	}
	for j := range b {
		if !taken[j] {
			out = append(out, Link{Kind: Announced, A: End{pair[0], b[j].remote}, B: End{pair[1], b[j].local}, Evidence: b[j].evidence})
		}
	}
	for i := range out {
		out[i].finish()
	}
	return out
}

// sides gathers what one end told, one entry a local port.
func sides(host string, ts []Telling) []side {
	var out []side
	for _, t := range ts {
		if t.Host != host {
			continue
		}
		key := portKey(t.LocalPort)
		n := slices.IndexFunc(out, func(s side) bool { return s.key == key })
		if n < 0 {
			out = append(out, side{key: key, local: t.LocalPort, remote: t.RemotePort, evidence: []Evidence{evidenceOf(t)}})
			continue
		}
		out[n].remote = cmp.Or(out[n].remote, t.RemotePort)
		out[n].evidence = append(out[n].evidence, evidenceOf(t))
	}
	return out
}

func free(partner []int) int {
	n := 0
	for _, p := range partner {
		if p < 0 {
			n++
		}
	}
	return n
}

func trues(bs []bool) int {
	n := 0
	for _, b := range bs {
		if b {
			n++
		}
	}
	return n
}

// samePort reports whether two texts name one port.
func samePort(a, b string) bool { return a != "" && b != "" && portKey(a) == portKey(b) }

// contradict reports whether two texts name two ports: both are interface
// names, so that neither is a MAC, an alias or a number of another table.
func contradict(a, b string) bool {
	ka, kb := portKey(a), portKey(b)
	return ka != kb && interfaceName(ka) && interfaceName(kb)
}

// interfaceName reports whether a key has the form of letters and a number with slashes.
func interfaceName(key string) bool {
	return strings.ContainsRune(key, '/') && !strings.ContainsRune(key, ' ') && key[0] >= 'a' && key[0] <= 'z'
}

// speeds are the spellings of interface types in the command lines and MIBs of
// makers, longest first, by the rate they name. Documented in each maker's
// interface naming; only the letters before the first digit count.
var speeds = []struct{ word, as string }{
	{"twohundredgigabitethernet", "200g"}, {"twohundredgige", "200g"}, {"fourhundredgige", "400g"},
	{"hundredgigabitethernet", "100g"}, {"hundredgige", "100g"}, {"100ge", "100g"}, {"hu", "100g"},
	{"fortygigabitethernet", "40g"}, {"fortygige", "40g"}, {"40ge", "40g"}, {"fo", "40g"},
	{"twentyfivegigabitethernet", "25g"}, {"twentyfivegige", "25g"}, {"25ge", "25g"}, {"twe", "25g"},
	{"tengigabitethernet", "10g"}, {"ten-gigabitethernet", "10g"}, {"xgigabitethernet", "10g"}, {"tengige", "10g"}, {"10ge", "10g"}, {"xge", "10g"}, {"te", "10g"},
	{"gigabitethernet", "1g"}, {"gige", "1g"}, {"gi", "1g"}, {"ge", "1g"},
	{"fastethernet", "100m"}, {"fa", "100m"}, {"ethernet", "eth"}, {"eth", "eth"}, {"et", "eth"},
	{"port-channel", "lag"}, {"portchannel", "lag"}, {"bridge-aggregation", "lag"}, {"eth-trunk", "lag"}, {"po", "lag"},
}

// portKey folds the spellings of one port: case, blanks, long and short names of interface types.
func portKey(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), ""))
	for _, x := range speeds {
		if rest, ok := strings.CutPrefix(s, x.word); ok && rest != "" && (rest[0] >= '0' && rest[0] <= '9') {
			return x.as + "/" + rest
		}
	}
	return s
}
