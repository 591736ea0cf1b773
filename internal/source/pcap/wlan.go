package pcap

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// radiotap skips the header in front of a radio frame and the check sum it says
// comes last (radiotap.org: flags field, bit 0x10).
func (d *decoder) radiotap(b []byte) {
	le := binary.LittleEndian
	if len(b) < 8 || b[0] != 0 {
		return
	}
	n := int(le.Uint16(b[2:]))
	if n < 8 || n > len(b) {
		return
	}
	present := le.Uint32(b[4:])
	at := 8
	for more := present; more&(1<<31) != 0; at += 4 {
		if at+4 > n {
			return
		}
		more = le.Uint32(b[at:])
	}
	if present&1 != 0 { // time stamp, aligned to eight octets
		at = (at+7)&^7 + 8
	}
	f := b[n:]
	if present&2 != 0 && at < n && b[at]&0x10 != 0 && len(f) > 4 {
		f = f[:len(f)-4]
	}
	d.wlan(f)
}

// Parts of the frame control field of IEEE 802.11, 9.2.4.1.
const (
	wlanToDS      = 0x01
	wlanFromDS    = 0x02
	wlanProtected = 0x40
	wlanOrder     = 0x80
)

// wlan reads a radio frame: what an access point or a client announces, and what
// plain data frames carry. A protected frame names its sender only.
func (d *decoder) wlan(b []byte) {
	if len(b) < 24 {
		return
	}
	kind, subtype, flags := b[0]>>2&3, b[0]>>4, b[1]
	switch kind {
	case 0:
		d.wlanManagement(subtype, flags, b)
	case 2:
		d.wlanData(subtype, flags, b)
	}
}

// wlanFixed is how many octets come before the elements of a management frame.
var wlanFixed = map[byte]int{0: 4, 2: 10, 4: 0, 5: 12, 8: 12}

func (d *decoder) wlanManagement(subtype, flags byte, b []byte) {
	fixed, ok := wlanFixed[subtype]
	if !ok || flags&wlanProtected != 0 {
		return
	}
	n := 24 + fixed
	if flags&wlanOrder != 0 {
		n += 4
	}
	if n > len(b) {
		return
	}
	d.setMAC(mac(b[10:16]))
	s := d.g.of(d.src)
	for e := b[n:]; len(e) >= 2; {
		l := int(e[1])
		if l > len(e)-2 {
			return
		}
		if v := e[2 : 2+l]; e[0] == 221 && bytes.HasPrefix(v, []byte{0, 0x50, 0xf2, 4}) {
			d.wps(s, v[4:])
		}
		e = e[2+l:]
	}
}

// wpsAttrs are the attributes of Wi-Fi Simple Configuration (section 12) a device describes itself with.
var wpsAttrs = map[uint16]evidence.Attr{
	0x1011: evidence.Hostname, 0x1021: evidence.UPnPManufacturer, 0x1023: evidence.UPnPModel,
	0x1024: evidence.UPnPModel, 0x1042: evidence.Serial,
}

func (d *decoder) wps(s *station, b []byte) {
	for len(b) >= 4 {
		id, n := be.Uint16(b), int(be.Uint16(b[2:]))
		if n > len(b)-4 {
			return
		}
		v := b[4 : 4+n]
		b = b[4+n:]
		switch attr, ok := wpsAttrs[id]; {
		case ok && len(observe.Text(string(v))) > 1: // unset fields hold a space or a zero
			d.g.add(s, attr, string(v))
		case id == 0x1047 && n == 16:
			d.g.add(s, evidence.UUID, fmt.Sprintf("%x-%x-%x-%x-%x", v[:4], v[4:6], v[6:8], v[8:10], v[10:]))
		}
	}
}

func (d *decoder) wlanData(subtype, flags byte, b []byte) {
	n, from := 24, b[10:16]
	switch flags & (wlanToDS | wlanFromDS) {
	case wlanFromDS:
		from = b[16:22]
	case wlanToDS | wlanFromDS:
		if n = 30; len(b) < n {
			return
		}
		from = b[24:30]
	}
	aggregated := false
	if subtype&8 != 0 { // with quality of service control
		aggregated = at(b, n)&0x80 != 0
		if n += 2; flags&wlanOrder != 0 {
			n += 4
		}
	}
	d.setMAC(mac(from))
	if subtype&4 != 0 || flags&wlanProtected != 0 || n > len(b) {
		return
	}
	if aggregated {
		d.aggregate(b[n:])
		return
	}
	d.llc(b[n:])
}

// aggregate reads the frames of an A-MSDU (IEEE 802.11, 9.3.2.2.2).
func (d *decoder) aggregate(b []byte) {
	for range 64 {
		if len(b) < 14 {
			return
		}
		n := 14 + int(be.Uint16(b[12:]))
		if n > len(b) {
			return
		}
		d.setMAC(mac(b[6:12]))
		d.llc(b[14:n])
		b = b[min((n+3)&^3, len(b)):]
	}
}
