package unpack

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// Two containers of devices with chips of HiSilicon, as open tools describe
// them (read 2026-11-29): "fwpkg" of the chip maker's burn tools (two readers
// agree on it), and "PIHC" of one platform maker of cameras (one description, made
// from its own program; the cipher inside is not public).

const (
	fwpkgMagic = 0xefbeaddf // the first form; the second ends in d0 to de
	fwpkgMost  = 255
)

// fwpkgTypes are the types of parts.
var fwpkgTypes = []string{"loader", "normal", "key-value store", "efuse", "otp", "flashboot", "factory", "version", "security A", "security B", "security C", "protocol A", "apps A", "radio configuration", "rom", "emmc", "database"}

// probeFwpkg: magic, CRC-16 of all that follows to the end of the table, count, length, a name in the second form, the table.
func probeFwpkg(d *data, off int64) *claim {
	h := d.at(off, 12)
	if h == nil {
		return nil
	}
	magic, count, length := le.Uint32(h), int(le.Uint16(h[6:])), int64(le.Uint32(h[8:]))
	head, name, entry := 12, 32, 52
	if magic != fwpkgMagic {
		head, name, entry = 272, 260, 284
	}
	if magic&^0xf != fwpkgMagic&^0xf || count == 0 || count > fwpkgMost || length < int64(head+count*entry) {
		return nil
	}
	table := d.at(off, head+count*entry)
	if table == nil && length > d.size-off && length < 1<<30 {
		return &claim{off: off, length: length, format: "fwpkg", conf: Structural} // cut in its table
	}
	if table == nil || crc16(table[6:]) != le.Uint16(h[4:]) {
		return nil
	}
	c := &claim{off: off, length: length, format: "fwpkg", conf: Checked}
	c.fact("parts", "%d", count)
	if head > 12 {
		c.fact("name", "%s", cstr(table[12:272]))
	}
	c.extract = func(x *xtr) error {
		for i := range count {
			e := table[head+i*entry:]
			u := func(k int) uint32 { return le.Uint32(e[name+4*k:]) }
			at, n := int64(u(0)), int64(u(1))
			if at+n > length {
				x.warn(Partial, "part %q lies from %#x to %#x of %#x: left out", cstr(e[:name]), at, at+n, length)
				continue
			}
			node := Node{Path: nonEmpty(cstr(e[:name]), fmt.Sprintf("part%d", i)), Facts: []Fact{{"flash address", fmt.Sprintf("%#x", u(2))}, {"type", fwpkgType(u(4))}}}
			if _, err := x.part(node, off+at, n); err != nil {
				return err
			}
		}
		return nil
	}
	return c
}

func fwpkgType(v uint32) string {
	if v < uint32(len(fwpkgTypes)) {
		return fwpkgTypes[v]
	}
	return fmt.Sprint(v)
}

const (
	pihcHead  = 512
	pihcPlain = 1024 // of the last part, this much is not enciphered
)

var pihcParts = []string{"boot", "bootarg", "kernel", "rootfs", "ipc", "upgrade.zip"}

// probePIHC: a type, six lengths, a name, six MD5 sums in hex, each over a part and the word "IPCAM".
func probePIHC(d *data, off int64) *claim {
	h := d.at(off, pihcHead)
	if h == nil || le.Uint32(h[4:]) != 4097 && le.Uint32(h[4:]) != 4098 {
		return nil
	}
	length := int64(pihcHead)
	for i := range pihcParts {
		n := int64(le.Uint32(h[8+4*i:]))
		if sum := cstr(h[72+40*i : 112+40*i]); n > 256<<20 || n > 0 && len(sum) != 32 {
			return nil
		}
		length += n
	}
	if length == pihcHead {
		return nil
	}
	c := &claim{off: off, length: length, format: "pihc", conf: Structural}
	c.fact("name", "%s", cstr(h[32:72]))
	c.extract = func(x *xtr) error {
		at := off + pihcHead
		for i, name := range pihcParts {
			n := int64(le.Uint32(h[8+4*i:]))
			if n == 0 {
				continue
			}
			if err := pihcPart(x, name, at, n, strings.ToLower(cstr(h[72+40*i:112+40*i]))); err != nil {
				return err
			}
			at += n
		}
		return nil
	}
	return c
}

// pihcPart is a part with its sum. The last is a zip whose signatures are
// altered; beyond its first kilobyte, one of sixteen is enciphered.
func pihcPart(x *xtr, name string, at, n int64, want string) error {
	var node *Node
	var err error
	if name == "upgrade.zip" && n <= pihcPlain {
		node, err = x.file(Node{Path: name, Kind: Part}, func(w io.Writer) error {
			_, err := w.Write(pihcZip(x.d.upto(at, int(n))))
			return err
		})
	} else {
		node, err = x.part(Node{Path: name}, at, n)
	}
	if err != nil {
		return err
	}
	if name == "upgrade.zip" && n > pihcPlain {
		node.State, node.Reason = Encrypted, "one kilobyte of each sixteen is enciphered by a cipher that is not public"
		x.warn(Encrypted, "%s: %s", name, node.Reason)
	}
	sum := md5.New()
	copyRange(sum, x.d, at, n)
	sum.Write([]byte("IPCAM"))
	if got := hex.EncodeToString(sum.Sum(nil)); at+n <= x.d.size && got != want {
		x.warn(Partial, "%s: checksum: has %s, says %s", name, got, want)
		node.Facts = append(node.Facts, Fact{"bad checksum", "md5"})
	} else if got == want {
		x.r.Confidence = Checked
	}
	return nil
}

// pihcZip puts the signatures of a zip right: the fourth byte of each is changed.
func pihcZip(b []byte) []byte {
	s := string(b)
	for _, k := range []string{"\x03\x04\x07", "\x01\x02\x08", "\x05\x06\x09"} {
		s = strings.ReplaceAll(s, "PK"+k[:1]+k[2:], "PK"+k[:2])
	}
	return []byte(s)
}
