package pcap

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
)

// flowKey names one direction of a connection while one side speaks.
type flowKey struct {
	src    netip.Addr
	ack    uint32 // stays the same while the other side is silent
	sp, dp uint16
}

// flow collects the beginning of what one side says until the parser has seen enough.
type flow struct {
	key   flowKey
	src   sender
	n     int   // packet that began it
	sec   int64 // its time
	next  uint32
	data  []byte
	ahead []segment
	done  bool
	// enough reports whether more octets would tell nothing more.
	enough func(b []byte) bool
	parse  func(d *decoder, b []byte)
}

// segment is one that came before its turn.
type segment struct {
	seq  uint32
	data []byte
}

const (
	maxFlows     = 512
	maxHandshake = 32 << 10 // of one flow
	maxAhead     = 4
	markSize     = 1 << 12
)

// flows is the bounded table of what is being collected; the oldest makes room.
type flows struct {
	table map[flowKey]*flow
	queue []*flow
	marks [markSize]uint16 // open flows by a hash of their ports: a look-up for each segment costs too much
}

func mark(sp, dp uint16) uint32 { return (uint32(sp)*31 + uint32(dp)) & (markSize - 1) }

// start collects from the segment b with payload p on, unless p is enough.
func (d *decoder) start(b, p []byte, enough func([]byte) bool, parse func(*decoder, []byte)) {
	if enough(p) {
		parse(d, p)
		return
	}
	t := &d.flows
	if t.table == nil {
		t.table = map[flowKey]*flow{}
	}
	for len(t.table) >= maxFlows {
		f := t.queue[0]
		t.queue = t.queue[1:]
		d.finish(f)
	}
	f := &flow{key: d.key(b), src: d.src, n: d.g.n, sec: d.g.sec, next: be.Uint32(b[4:]) + uint32(len(p)),
		data: append(make([]byte, 0, 2*len(p)), p...), enough: enough, parse: parse}
	f.src.st = nil // the station may be gone by then
	if old := t.table[f.key]; old != nil {
		d.finish(old)
	}
	t.table[f.key] = f
	t.marks[mark(f.key.sp, f.key.dp)]++
	t.queue = append(t.queue, f)
}

// finish parses what was collected, as a statement of the packet that began it.
func (d *decoder) finish(f *flow) {
	if f.done {
		return
	}
	f.done = true
	t := &d.flows
	delete(t.table, f.key)
	t.marks[mark(f.key.sp, f.key.dp)]--
	src, n, sec := d.src, d.g.n, d.g.sec
	d.src, d.g.n, d.g.sec = f.src, f.n, f.sec
	f.parse(d, f.data)
	d.src, d.g.n, d.g.sec = src, n, sec
	f.data, f.ahead = nil, nil
	for len(t.queue) > 0 && t.queue[0].done {
		t.queue = t.queue[1:]
	}
}

// finishAll parses what is still open, in the order it began.
func (d *decoder) finishAll() {
	for _, f := range d.flows.queue {
		d.finish(f)
	}
	d.flows.queue = nil
}

func (d *decoder) key(b []byte) flowKey {
	return flowKey{d.src.ip, be.Uint32(b[8:]), be.Uint16(b), be.Uint16(b[2:])}
}

// continued adds a segment to the flow it belongs to.
func (d *decoder) continued(b, p []byte) bool {
	f := d.flows.table[d.key(b)]
	if f == nil {
		return false
	}
	seq := be.Uint32(b[4:])
	if int32(seq-f.next) > 0 {
		if len(f.ahead) >= maxAhead {
			d.finish(f) // a segment is missing
			return true
		}
		f.ahead = append(f.ahead, segment{seq, bytes.Clone(p)})
		return true
	}
	f.take(seq, p)
	for i := 0; i < len(f.ahead); i++ {
		if s := f.ahead[i]; int32(s.seq-f.next) <= 0 {
			f.take(s.seq, s.data)
			f.ahead = append(f.ahead[:i], f.ahead[i+1:]...)
			i = -1
		}
	}
	if len(f.data) >= maxHandshake || f.enough(f.data) {
		d.finish(f)
	}
	return true
}

// take appends what is new of a segment that begins at or before the next octet.
func (f *flow) take(seq uint32, p []byte) {
	if old := f.next - seq; old < uint32(len(p)) {
		f.data, f.next = append(f.data, p[old:]...), f.next+uint32(len(p))-old
	}
}

// wholeMessage reports whether a message of HTTP's form is complete as far as it
// identifies: the header, and of text the title or the whole document.
func wholeMessage(b []byte) bool {
	i := bytes.Index(b, []byte("\r\n\r\n"))
	if i < 0 {
		return false
	}
	text, length := false, -1
	body := header(b, func(name, value string) {
		switch name {
		case "content-type":
			v := strings.ToLower(value)
			text = strings.Contains(v, "html") || strings.Contains(v, "xml")
		case "content-length":
			if n, err := strconv.Atoi(value); err == nil {
				length = n
			}
		}
	})
	if !text || length >= 0 && len(body) >= length {
		return true
	}
	return bytes.Contains(body, []byte("</title>")) || bytes.Contains(body, []byte("Envelope>\r\n")) || len(body) > 16<<10
}
