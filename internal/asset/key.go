package asset

import (
	"net/netip"
	"strings"
	"unicode"

	"telltale/internal/evidence"
)

// The key types. docs/format/store.md lists what each is made from.
const (
	KeySerial    KeyType = "serial"     // chassis serial; counts within one maker text
	KeyGPON      KeyType = "gponSerial" // ITU-T G.984 serial
	KeyUUID      KeyType = "uuid"
	KeyIMEI      KeyType = "imei"     // fourteen digits, without check digit or software version
	KeyMAC       KeyType = "mac"      // burned-in: strong; locally administered: weak
	KeyEngineID  KeyType = "engineID" // SNMP engine; one made from an IP address is weak
	KeyChassisID KeyType = "chassisID"
	KeySSH       KeyType = "sshKey"
	KeyTLS       KeyType = "tlsKey"
	KeyAssetTag  KeyType = "assetTag"
	KeyIP        KeyType = "ip"
	KeyHostname  KeyType = "hostname"
)

// MaxKeys bounds the keys of one sighting; MaxSerials the chassis serials. A
// sighting with more serials is a list of other things, none of which names it.
const (
	MaxKeys    = 1024
	MaxSerials = 16
)

// KeysOf returns the keys of a sighting, each once, in the order of its
// observations. Parts and links are things of their own and give none.
//
// Model, part number, FCC ID and vendor prefixes name a type, never a thing,
// and are no keys. Values that many things share by mistake (placeholders,
// factory defaults, virtual router addresses) are no keys either; what the
// lists below do not know, resolve finds out from the serials seen with it.
func KeysOf(s *Sighting) []Key { return AppendKeys(nil, s) }

// AppendKeys is KeysOf that appends to dst, so that a caller may use one slice again.
func AppendKeys(dst []Key, s *Sighting) []Key {
	k := keyList{keys: dst, from: len(dst)}
	maker := ""
	known := false
	for i := range s.Observations {
		o := &s.Observations[i]
		if o.Attr == evidence.Serial && !known {
			maker, known = MakerOf(s), true
		}
		k.observe(o, maker)
		if len(k.keys)-k.from >= MaxKeys {
			break
		}
	}
	if k.serials > MaxSerials {
		k.dropSerials()
	}
	return k.keys
}

type keyList struct {
	keys    []Key
	from    int
	serials int
	seen    map[Key]bool // only for long lists
}

func (k *keyList) observe(o *evidence.Observation, maker string) {
	switch o.Attr {
	case evidence.Serial:
		k.serial(o.Value, maker)
	case evidence.GPONSerial:
		if v := gponSerial(o.Value); v != "" {
			k.add(KeyGPON, v, true)
		}
	case evidence.BaseMAC, evidence.IfMAC:
		k.mac(o.Value)
	case evidence.ChassisID:
		k.chassis(o.Value)
	case evidence.EngineID:
		if v, strong := engineID(o.Value); v != "" {
			k.add(KeyEngineID, v, strong)
		}
	case evidence.SSHKey:
		k.hash(KeySSH, o.Value)
	case evidence.TLSKey:
		k.hash(KeyTLS, o.Value)
	case evidence.UUID:
		if v := hexDigits(o.Value, 32, 32); v != "" && !sharedUUIDs[v] && !monotonous(v) {
			k.add(KeyUUID, v, true)
		}
	case evidence.IMEI:
		if v := imei(o.Value); v != "" {
			k.add(KeyIMEI, v, true)
		}
	case evidence.AssetTag:
		if v := Normal(o.Value); !placeholder(v) {
			k.add(KeyAssetTag, v, false)
		}
	case evidence.IP:
		k.ip(o.Value)
	case evidence.Hostname, evidence.SysName, evidence.LLDPSysName:
		v := strings.ToLower(strings.TrimSpace(strings.TrimRightFunc(o.Value, func(r rune) bool { return r == '.' || unicode.IsSpace(r) })))
		if a, err := netip.ParseAddr(v); err == nil {
			k.ip(a.String())
		} else if len(v) > 1 && !sharedNames[v] && !placeholder(Normal(v)) {
			k.add(KeyHostname, v, false)
		}
	}
}

// serial adds a chassis serial. With a maker text it is strong: it counts
// among serials of that maker. Without one it is strong when it is long enough
// that two makers would not both hand it out by chance; a short one is weak.
// A short one of a known maker is both, so that it can meet its like of
// unknown maker where another key or the network agrees.
func (k *keyList) serial(raw, maker string) {
	if excelNumber(raw) {
		return
	}
	v := serialValue(raw)
	if placeholder(v) {
		return
	}
	// An ONT has two serials; a register holds either under one heading. The
	// PON one must not contradict the other.
	if g := gponSerial(v); g != "" {
		k.add(KeyGPON, g, true)
		return
	}
	rare := rareSerial(v)
	if maker != "" || rare {
		if k.add(KeySerial, v, true) {
			k.serials++
		}
	}
	if !rare {
		k.add(KeySerial, v, false)
	}
}

func (k *keyList) dropSerials() {
	keep := k.keys[:k.from]
	for _, key := range k.keys[k.from:] {
		if key.Type != KeySerial {
			keep = append(keep, key)
		}
	}
	k.keys = keep
}

func (k *keyList) mac(raw string) {
	v := MAC(raw)
	if v == "" || sharedMAC(v) {
		return
	}
	first := hexByte(v[0], v[1])
	if first&1 != 0 {
		return // group address: nobody's own
	}
	k.add(KeyMAC, v, first&2 == 0)
}

// chassis adds an LLDP chassis ID (IEEE 802.1AB 8.5.2), "subtype:value".
// Only the subtypes a maker assigns are strong; names somebody configured are weak.
func (k *keyList) chassis(raw string) {
	sub, v, ok := strings.Cut(raw, ":")
	v = strings.TrimSpace(v)
	if !ok || v == "" {
		return
	}
	switch strings.ToLower(strings.TrimSpace(sub)) {
	case "4", "mac", "macaddress":
		k.mac(v)
	case "5", "ip", "networkaddress":
		k.ip(v)
	case "1", "chassiscomponent", "component":
		if n := serialValue(v); !placeholder(n) && rareSerial(n) {
			k.add(KeyChassisID, n, true)
		}
	default:
		if n := Normal(v); !placeholder(n) {
			k.add(KeyChassisID, strings.ToLower(sub)+":"+n, false)
		}
	}
}

func (k *keyList) ip(raw string) {
	a, err := netip.ParseAddr(strings.TrimSpace(raw))
	if err != nil {
		return
	}
	a = a.Unmap().WithZone("")
	if a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() || a == broadcast4 {
		return
	}
	k.add(KeyIP, a.String(), false)
}

var broadcast4 = netip.AddrFrom4([4]byte{255, 255, 255, 255})

func (k *keyList) hash(t KeyType, raw string) {
	if v := hexDigits(raw, 32, 128); v != "" && !monotonous(v) {
		k.add(t, v, true)
	}
}

func (k *keyList) add(t KeyType, v string, strong bool) bool {
	key := Key{Type: t, Value: v, Strong: strong}
	own := k.keys[k.from:]
	if len(own) < 16 {
		for _, o := range own {
			if o == key {
				return false
			}
		}
	} else {
		if k.seen == nil {
			k.seen = make(map[Key]bool, 2*len(own))
			for _, o := range own {
				k.seen[o] = true
			}
		}
		if k.seen[key] {
			return false
		}
		k.seen[key] = true
	}
	k.keys = append(k.keys, key)
	return true
}
