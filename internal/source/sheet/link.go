package sheet

import (
	"regexp"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// Meanings of columns that say how things are connected.
const (
	linkPeer     evidence.Attr = "connected to"
	linkPort     evidence.Attr = "port"     // of the row's own thing; of use beside a peer only
	linkPeerPort evidence.Attr = "far port" // of the peer
)

// links are the columns of a table that say what its things are connected to.
type links struct {
	peers          []int
	port, peerPort int // -1 when there is none
	// bare is true for a list of cables: its rows name things and say nothing else of them.
	bare bool
}

// maxPeers bounds the things named in one cell.
const maxPeers = 64

func linksOf(cols []column) links {
	l := links{port: -1, peerPort: -1, bare: true}
	for i := range cols {
		switch c := &cols[i]; c.attr {
		case linkPeer:
			l.peers = append(l.peers, c.index)
		case linkPort:
			l.port = c.index
		case linkPeerPort:
			l.peerPort = c.index
		default:
			l.bare = l.bare && !(identifying(c.attr, asset.Device) && c.attr != evidence.Name && c.attr != evidence.Hostname && c.attr != evidence.Description)
		}
	}
	if len(l.peers) != 1 { // which peer a port is for is not told
		l.port, l.peerPort = -1, -1
	}
	return l
}

// used reports whether a meaning that no observation has is read all the same.
func (l *links) used(a evidence.Attr) bool {
	return a == linkPeer || len(l.peers) == 1 && (a == linkPort || a == linkPeerPort)
}

// link adds what a row says of its connections. Things that are connected by
// their names are called by them: the names are host names too when they can be.
func (it *interpreter) link(e *emission, s *asset.Sighting) {
	cell := func(i int) string {
		if i < 0 || i >= len(e.row.Cells) || isEmpty(e.row.Cells[i]) {
			return ""
		}
		return string(e.row.Cells[i])
	}
	if it.links.bare {
		s.Seen, s.Complete = asset.Neighbour, false
	}
	for i := range s.Observations {
		if o := s.Observations[i]; o.Attr == evidence.Name && namesHost(o.Value) {
			o.Attr = evidence.Hostname
			if !slices.ContainsFunc(s.Observations, func(x evidence.Observation) bool { return x.Attr == evidence.Hostname }) {
				s.Observations = append(s.Observations, o)
			}
			break
		}
	}
	for _, col := range it.links.peers {
		for _, text := range peersIn(cell(col)) {
			if len(s.Links) == maxPeers {
				return
			}
			name, port := text, cell(it.links.peerPort)
			if port == "" {
				name, port = namePort(text)
			}
			if l := it.peer(e, col, name, port); l != nil {
				l.LocalPort = cut(cell(it.links.port))
				s.Links = append(s.Links, *l)
			}
		}
	}
}

// peer is a link to a thing known by the name, address or MAC in a cell.
func (it *interpreter) peer(e *emission, col int, name, port string) *asset.Link {
	if name == "" || rate.MatchString(name) {
		return nil
	}
	r := emission{it: it, row: e.row, place: e.place}
	c := &column{index: col}
	mac, isMAC := parseMAC(nil, []byte(name))
	ip, isIP := parseIP([]byte(name))
	switch {
	case isMAC:
		r.add(c, evidence.IfMAC, string(mac))
	case isIP:
		r.add(c, evidence.IP, ip)
	default:
		r.add(c, evidence.Name, cut(name))
		if namesHost(name) {
			r.add(c, evidence.Hostname, cut(name))
		}
	}
	for i := range r.obs {
		r.obs[i].At = it.at
	}
	place := r.obs[0].Place
	return &asset.Link{Via: "sheet", RemotePort: cut(port), Remote: asset.Sighting{Kind: asset.Device, Seen: asset.Neighbour, Place: place, Observations: r.obs}}
}

// rate recognises a speed under a heading such as "Uplink": "10G", "1 Gbit/s".
var rate = regexp.MustCompile(`(?i)^\d+(?:[.,]\d+)?\s*[kmgt](?:b|bps|bit|bit/s|be|ig|e)?$`)

// namesHost reports whether a text can be the name of a host.
func namesHost(s string) bool {
	return len(s) > 1 && len(s) <= 253 && !strings.ContainsAny(s, " \t,;/()") && strings.ContainsFunc(s, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
}

// peersIn parts a cell that names several things.
func peersIn(s string) []string {
	var out []string
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ';' || r == ',' || r == '\n' }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// withPort takes "sw-1 Gi1/0/3", "sw-1:Gi0/1", "sw-1 port 5" and "sw-1 (Gi0/1)" apart.
var withPort = regexp.MustCompile(`^([^\s:(]+)(?:\s*[:(]\s*|\s+(?:[Pp]ort\s+)?)([A-Za-z][A-Za-z-]*\s?\d[\w/.:-]*|\d[\d/.]*)\)?$`)

func namePort(s string) (name, port string) {
	if _, ok := parseIP([]byte(s)); ok {
		return s, ""
	}
	if _, ok := parseMAC(nil, []byte(s)); ok {
		return s, ""
	}
	if m := withPort.FindStringSubmatch(s); m != nil && namesHost(m[1]) {
		return m[1], m[2]
	}
	return s, ""
}
