package reconcile

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Look is one input of the wire: what was looked at, and when.
type Look struct {
	Input   string `json:"input"`
	Network string `json:"network,omitempty"`
	// From and To are the first and last time the input states, empty when it states none.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Blocks are the addresses it says it asked, answered or not: CIDR, ranges, single ones.
	Blocks []string `json:"blocks,omitempty"`
	Things int      `json:"things"`
}

type looks struct {
	list   []Look
	blocks [][]block // of each look
}

func newLooks(ls []Look) *looks {
	x := &looks{list: slices.Clone(ls)}
	if x.list == nil {
		x.list = []Look{}
	}
	slices.SortFunc(x.list, func(a, b Look) int { return cmp.Compare(a.Input, b.Input) })
	for i := range x.list {
		var bs []block
		for _, s := range x.list[i].Blocks {
			if b, ok := parseBlock(s); ok {
				bs = append(bs, b)
			}
		}
		x.blocks = append(x.blocks, bs)
	}
	return x
}

// covers reports whether a look asked an address.
func (x *looks) covers(n int, a netip.Addr) bool {
	return slices.ContainsFunc(x.blocks[n], func(b block) bool { return b.contains(a) })
}

// oneSpace reports whether an address means the same in two networks: it is public, or they are one.
func oneSpace(a netip.Addr, x, y string) bool {
	return x == y || !a.IsPrivate() && !a.IsLinkLocalUnicast() && !sharedSpace.Contains(a)
}

var sharedSpace = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598

// after returns a look that began after a time and asked the address, nil when there is none.
func (x *looks) after(text, network, at string) *Look {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return nil
	}
	var best *Look
	for i := range x.list {
		l := &x.list[i]
		if l.From > at && oneSpace(a, network, l.Network) && x.covers(i, a) && (best == nil || l.From > best.From) {
			best = l
		}
	}
	return best
}

// lacks reports whether the input is a later look that asked the address a thing had before.
func (x *looks) lacks(text string, before *Sight, input string) bool {
	l := x.after(text, before.Network, before.At)
	return l != nil && l.Input == input
}

// block is a set of addresses: a prefix, or IPv4 octets each from a range.
type block struct {
	prefix  netip.Prefix
	from    netip.Addr
	to      netip.Addr
	octets  [4][2]int
	octeted bool
}

func (b *block) contains(a netip.Addr) bool {
	switch {
	case b.prefix.IsValid():
		return b.prefix.Contains(a)
	case b.octeted:
		if !a.Is4() {
			return false
		}
		for i, o := range a.As4() {
			if int(o) < b.octets[i][0] || int(o) > b.octets[i][1] {
				return false
			}
		}
		return true
	}
	return b.from.Is4() == a.Is4() && b.from.Compare(a) <= 0 && a.Compare(b.to) <= 0
}

// parseBlock reads "192.0.2.0/24", "192.0.2.1", "192.0.2.1-192.0.2.9" and "192.0.2-3.1-50".
func parseBlock(s string) (block, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return block{prefix: p.Masked()}, true
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return block{from: a, to: a}, true
	}
	if f, t, ok := strings.Cut(s, "-"); ok {
		a, err := netip.ParseAddr(f)
		z, err2 := netip.ParseAddr(t)
		if err == nil && err2 == nil {
			return block{from: a, to: z}, true
		}
	}
	parts := strings.Split(s, ".")
	if len(parts) != 4 {
		return block{}, false
	}
	b := block{octeted: true}
	for i, p := range parts {
		if p == "*" {
			p = "0-255"
		}
		lo, hi, ok := strings.Cut(p, "-")
		if !ok {
			hi = lo
		}
		n, err := strconv.Atoi(lo)
		m, err2 := strconv.Atoi(hi)
		if err != nil || err2 != nil || n < 0 || m > 255 || n > m {
			return block{}, false
		}
		b.octets[i] = [2]int{n, m}
	}
	return b, true
}
