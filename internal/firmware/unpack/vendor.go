package unpack

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// Containers of single makers whose layout independent open readers agree on.
// The format is named by its own magic; who uses it is data, not code.

// HWNP, optical network terminals: little-endian but for the raw size, two
// CRCs over everything and over header and item table, items of 360 bytes with their own CRC.
func probeHWNP(d *data, off int64) *claim {
	h := d.at(off, 36)
	if h == nil {
		return nil
	}
	count, plist, item := int64(le.Uint32(h[20:])), int64(le.Uint16(h[26:])), int64(le.Uint32(h[28:]))
	if count < 1 || count > 4096 || item < 356 || item > 4096 || plist > 1<<16 {
		return nil
	}
	table := off + 36 + plist
	length := int64(be.Uint32(h[4:])) + 0x4c
	c := &claim{off: off, length: -1, format: "hwnp", conf: Structural}
	c.fact("products", "%s", cstr(d.upto(off+36, int(plist))))
	c.extract = func(x *xtr) error {
		head := x.d.upto(off+20, int(16+plist+count*item))
		headOK, badHead := crc32.ChecksumIEEE(head) == le.Uint32(h[16:]), false
		if headOK {
			x.r.Confidence = Checked
		} else {
			// Some writers leave the checksums zero.
			if le.Uint32(h[16:]) != 0 {
				x.warn(Partial, "header checksum: has %08x, says %08x", crc32.ChecksumIEEE(head), le.Uint32(h[16:]))
				badHead = true
			}
		}
		end := table + count*item
		outside := 0
		for i := range count {
			b := x.d.at(table+i*item, int(item))
			if b == nil {
				x.warn(Truncated, "item table: %d of %d items are there", i, count)
				break
			}
			at, n := off+int64(le.Uint32(b[8:])), int64(le.Uint32(b[12:]))
			path := cstr(b[16:272])
			node := Node{Path: hwnpPath(path, i), Facts: []Fact{{"stored path", path}, {"section", cstr(b[272:288])}, {"version", cstr(b[288:352])}}}
			if at+n > x.d.size {
				outside++
			} else {
				end = max(end, at+n)
			}
			p, err := x.part(node, at, n)
			if err != nil {
				return err
			}
			if sum := le.Uint32(b[4:]); p.State == OK && sum != 0 && sum != crcRange(x.d, at, n) {
				p.State, p.Reason = Partial, fmt.Sprintf("checksum: has %08x, says %08x", crcRange(x.d, at, n), sum)
				p.Facts = append(p.Facts, Fact{"bad checksum", "item"})
				x.warn(Partial, "item %s: %s", p.Path, p.Reason)
			}
		}
		if outside > 0 {
			x.warn(Truncated, "%d items point past the end", outside)
			end = x.d.size
		} else if badHead { // a head whose items hold: it was changed after it was sealed
			x.r.Facts = append(x.r.Facts, Fact{"bad checksum", "header"})
		}
		if length > end-off && length <= x.d.size-off {
			end = off + length
		}
		x.r.Length = min(end, x.d.size) - off
		if raw := le.Uint32(h[8:]); raw != 0 && outside == 0 && x.r.Length > 12 && x.r.Confidence != Checked {
			if crcRange(x.d, off+12, x.r.Length-12) == raw {
				x.r.Confidence = Checked
			}
		}
		return nil
	}
	return c
}

// hwnpPath makes "flash:rootfs" and "file:/var/x" paths of their own.
func hwnpPath(p string, i int64) string {
	p = strings.ReplaceAll(strings.Replace(p, ":", "/", 1), "//", "/")
	return nonEmpty(p, fmt.Sprintf("item%d", i))
}

// digicap, cameras and recorders: the header is XORed with a key of 16 bytes
// whose index moves on with each block of sixteen.
var digicapKey = [16]byte{0xba, 0xcd, 0xbc, 0xfe, 0xd6, 0xca, 0xdd, 0xd3, 0xba, 0xb9, 0xa3, 0xab, 0xbf, 0xcb, 0xb5, 0xbe}

func digicapPlain(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		out[i] = c ^ digicapKey[(i+i>>4)&15]
	}
	return out
}

func probeDigicap(d *data, off int64) *claim {
	clear := false
	h := d.upto(off, 0x40)
	if len(h) < 0x40 {
		return nil
	}
	if le.Uint32(h) == 0x484b5753 || string(h[:4]) == "HKWS" { // a header left in the clear
		clear = true
	} else if h = digicapPlain(h); le.Uint32(h) != 0x484b5753 {
		return nil
	}
	headLen, count := int64(le.Uint32(h[8:])), int64(le.Uint32(h[12:]))
	lang := le.Uint32(h[16:])
	// Four veiled bytes alone prove little: the fixed fields must make sense together.
	if !clear && (count > 256 || headLen < 0x40 || headLen > 1<<20 || lang > 0xffff) {
		return nil
	}
	c := &claim{off: off, format: "digicap", conf: Structural}
	c.fact("language", "%d", lang)
	c.fact("device class", "%#x", le.Uint32(h[20:]))
	c.fact("OEM code", "%d", le.Uint32(h[24:]))
	c.fact("features", "%#x", le.Uint32(h[32:]))
	if count < 1 || count > 256 || headLen < 0x40 || headLen > 1<<20 || off+0x40+44*count > d.size {
		// The magic holds and nothing after it does: an encrypted body, or a layout not known.
		c.length, c.conf = d.size-off, Magic
		st := measure(d, off+0x40, d.size-off-0x40)
		c.state, c.reason = Partial, fmt.Sprintf("header recognised, file table does not hold; the rest has entropy %.3f bits a byte", st.entropy)
		if st.random() {
			c.state = Encrypted
		}
		if table := 0x40 + 44*count; count >= 1 && count <= 256 && headLen >= table && headLen < table+64 {
			c.length, c.state, c.reason = headLen, OK, "cut in its table of files"
		}
		return c
	}
	full := d.at(off, int(0x40+44*count))
	if !clear {
		full = digicapPlain(full)
	}
	end := off + headLen
	type ent struct {
		name  string
		at, n int64
	}
	var ents []ent
	for i := range count {
		b := full[0x40+44*i:]
		e := ent{cstr(b[:32]), off + int64(le.Uint32(b[36:])), int64(le.Uint32(b[32:]))}
		if !printable(e.name) {
			c.length, c.conf = d.size-off, Magic
			st := measure(d, off+0x40, d.size-off-0x40)
			c.state, c.reason = Partial, fmt.Sprintf("header recognised, file table does not hold; the rest has entropy %.3f bits a byte", st.entropy)
			if st.random() {
				c.state = Encrypted
			}
			return c
		}
		ents = append(ents, e)
		end = max(end, min(e.at+e.n, d.size))
	}
	c.length = end - off
	c.extract = func(x *xtr) error {
		for _, e := range ents {
			p, err := x.part(Node{Path: e.name}, e.at, e.n)
			if err != nil {
				return err
			}
			markRandom(x, p, e.at)
		}
		return nil
	}
	return c
}

// markRandom calls a part encrypted when nothing in its head is known and its bytes cannot be told from random ones.
func markRandom(x *xtr, p *Node, at int64) {
	if p.Object == nil || p.Size < 4096 || len(candidatesAt(x.d.sub(at, p.Size), 0)) > 0 {
		return
	}
	if st := measure(x.d, at, p.Size); st.random() {
		p.State = Encrypted
		p.Reason = fmt.Sprintf("entropy %.3f bits a byte, even spread of byte values (chi-square %.0f for 255)", st.entropy, st.chi)
		x.warn(Encrypted, "%s: %s", p.Path, p.Reason)
	}
}

// The configuration of ZXHN gateways: an outer header of four repeated words
// in newer ones, a signature block with the model, a payload block of zlib or AES chunks.
func probeZTEConfig(d *data, off int64) *claim {
	h := d.at(off, 128)
	if h == nil || !bytes.Equal(h[4:16], []byte("\x44\x44\x44\x44\x55\x55\x55\x55\xaa\xaa\xaa\xaa")) {
		return nil
	}
	var o binary.ByteOrder = be
	word := func(i int) int64 { return int64(o.Uint32(h[4*i:])) }
	c := &claim{off: off, length: d.size - off, format: "zxhn-config", conf: Structural}
	// Word numbers count with or without the four magic words; the header's own length finds the rest.
	if o = be; word(13) != 128 && word(17) != 128 {
		o = le
	}
	for _, skip := range []int64{128, 0x70, 144, 16 * 4} {
		if model, pay, ok := zteBlocks(d, off+skip); ok {
			c.fact("model", "%s", model)
			c.extract = func(x *xtr) error { return zteConfig(x, pay) }
			return c
		}
	}
	c.conf, c.state, c.reason = Magic, Partial, "header recognised, no payload block where one must stand"
	next := off + 128
	if d.u32(be, next) == 0x04030201 {
		next += 12 + min(int64(d.u32(be, next+8)), int64(d.u32(le, next+8)), 256)
	}
	if next+12 > d.size {
		c.state, c.reason = Truncated, "ends before the payload block that must follow its header"
	}
	return c
}

func probeZTESig(d *data, off int64) *claim {
	model, pay, ok := zteBlocks(d, off)
	if !ok {
		return nil
	}
	c := &claim{off: off, length: d.size - off, format: "zxhn-config", conf: Structural}
	c.fact("model", "%s", model)
	c.extract = func(x *xtr) error { return zteConfig(x, pay) }
	return c
}

// zteBlocks reads an optional signature block, then finds the payload block.
func zteBlocks(d *data, pos int64) (model string, pay int64, ok bool) {
	if d.u32(be, pos) == 0x04030201 {
		n := int64(d.u32(be, pos+8))
		if n > 256 {
			n = int64(d.u32(le, pos+8))
		}
		if n > 256 {
			return "", 0, false
		}
		model = strings.TrimRight(string(d.upto(pos+12, int(n))), "\x00")
		pos += 12 + n
	}
	for range 4 { // padding to a word at most
		if d.u32(be, pos) == 0x01020304 || d.u32(le, pos) == 0x01020304 {
			return model, pos, d.u32(be, pos+4) < 8 || d.u32(le, pos+4) < 8
		}
		pos++
	}
	return model, 0, false
}

func zteConfig(x *xtr, pos int64) error {
	typ := x.d.u32(be, pos+4)
	if typ > 8 {
		typ = x.d.u32(le, pos+4)
	}
	x.r.Facts = append(x.r.Facts, Fact{"payload type", fmt.Sprint(typ)})
	body := pos + 60
	if typ != 0 && typ != 1 {
		st := measure(x.d, body, x.d.size-body)
		x.warn(Encrypted, "payload of type %d is encrypted (AES); entropy %.3f bits a byte", typ, st.entropy)
		return nil
	}
	_, err := x.file(Node{Path: "config.xml", Kind: Part}, func(w io.Writer) error {
		// Chunks: sizes plain and packed, mark of the last, zlib; or one zlib stream right behind the header.
		if b := x.d.at(body, 2); b != nil && b[0] == 0x78 {
			return zlibTo(w, x.d.reader(body, x.d.size-body))
		}
		for at := body; ; {
			h := x.d.at(at, 12)
			if h == nil {
				return io.ErrUnexpectedEOF
			}
			plain, packed, next := int64(be.Uint32(h)), int64(be.Uint32(h[4:])), be.Uint32(h[8:])
			if plain > 16<<20 || packed > x.d.size {
				return fmt.Errorf("chunk at %#x says %d bytes", at, packed)
			}
			if err := zlibTo(w, x.d.reader(at+12, packed)); err != nil {
				return err
			}
			if next == 0 {
				return nil
			}
			at += 12 + packed
		}
	})
	return err
}

// xV4, drones and their accessories: a header of 64 bytes, entries of 52 with MD5 sums.
func probeXV4(d *data, off int64) *claim {
	h := d.at(off, 64)
	if h == nil {
		return nil
	}
	count, end := int64(le.Uint16(h[44:])), int64(le.Uint16(h[6:]))
	if count < 1 || count > 512 || end < 64+count*52 {
		return nil
	}
	c := &claim{off: off, length: -1, format: "xv4", conf: Structural}
	c.fact("manufacturer", "%s", cstr(h[12:28]))
	c.fact("model", "%s", cstr(h[28:44]))
	c.fact("made", "%d", le.Uint32(h[8:]))
	c.extract = func(x *xtr) error {
		stop := off + end
		for i := range count {
			b := x.d.at(off+64+i*52, 52)
			if b == nil {
				x.warn(Truncated, "entry %d is not there", i)
				break
			}
			at, n := off+int64(le.Uint32(b[8:])), int64(le.Uint32(b[12:]))
			node := Node{Path: fmt.Sprintf("m%02d%02d.bin", b[0]&31, b[0]>>5), Facts: []Fact{{"target", fmt.Sprintf("%#02x", b[0])}, {"version", fmt.Sprintf("%d.%d.%d.%d", b[7], b[6], b[5], b[4])}}}
			p, err := x.part(node, at, n)
			if err != nil {
				return err
			}
			stop = max(stop, min(at+n, x.d.size))
			if p.State != OK {
				continue
			}
			hsh := md5.New()
			copyRange(hsh, x.d, at, n)
			if !bytes.Equal(hsh.Sum(nil), b[20:36]) {
				p.State, p.Reason = Partial, "MD5 of the stored data does not hold"
				p.Facts = append(p.Facts, Fact{"bad checksum", "md5"})
				x.warn(Partial, "%s: %s", p.Path, p.Reason)
			} else {
				x.r.Confidence = Checked
			}
			if b[1]>>4 != 0 {
				p.State, p.Reason = Encrypted, "entry is marked encrypted"
				x.warn(Encrypted, "%s is marked encrypted", p.Path)
			}
		}
		x.r.Length = stop - off
		return nil
	}
	return c
}

// IM*H, the signed and encrypted module of the same maker.
func probeIMaH(d *data, off int64) *claim {
	h := d.at(off, 192)
	if h == nil {
		return nil
	}
	size, headLen, sigLen, payload := int64(le.Uint32(h[8:])), int64(le.Uint32(h[16:])), int64(le.Uint32(h[20:])), int64(le.Uint32(h[24:]))
	chunks := int64(le.Uint32(h[156:]))
	if headLen < 192 || headLen > 1<<16 || sigLen > 1<<12 || chunks > 512 {
		return nil
	}
	c := &claim{off: off, length: headLen + sigLen + payload, format: "imah", conf: Structural}
	_ = size
	c.fact("name", "%s", cstr(h[64:96]))
	c.fact("authentication key", "%s", strings.TrimRight(string(h[40:44]), "\x00"))
	c.fact("encryption key", "%s", strings.TrimRight(string(h[44:48]), "\x00"))
	c.extract = func(x *xtr) error {
		if sum := shaRange(x.d, off+headLen+sigLen, payload); bytes.Equal(sum, h[160:192]) {
			x.r.Confidence = Checked
		}
		p, err := x.part(Node{Path: "payload"}, off+headLen+sigLen, payload)
		if err != nil {
			return err
		}
		markRandom(x, p, off+headLen+sigLen)
		return nil
	}
	return c
}

func shaRange(d *data, off, n int64) []byte {
	h := sha256.New()
	copyRange(h, d, off, n)
	return h.Sum(nil)
}

// crc16 is CRC-16/XMODEM.
func crc16(b []byte) uint16 {
	var c uint16
	for _, v := range b {
		c ^= uint16(v) << 8
		for range 8 {
			if c&0x8000 != 0 {
				c = c<<1 ^ 0x1021
			} else {
				c <<= 1
			}
		}
	}
	return c
}
