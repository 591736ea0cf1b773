package unpack

import (
	"bytes"
	"compress/zlib"
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
)

// Independent writers of containers that have no packer in Debian, after the
// layouts the readers' comments name.

func words(o binary.ByteOrder, v ...uint32) []byte {
	b := make([]byte, 4*len(v))
	for i, w := range v {
		o.PutUint32(b[4*i:], w)
	}
	return b
}

func fixed(s string, n int) []byte {
	b := make([]byte, n)
	copy(b, s)
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func packTRX(a, b []byte) []byte {
	for len(a)%4 != 0 {
		a = append(a, 0)
	}
	img := join([]byte("HDR0"), words(le, uint32(28+len(a)+len(b)), 0, 1<<16, 28, uint32(28+len(a)), 0), a, b)
	le.PutUint32(img[8:], ^crc32.ChecksumIEEE(img[12:]))
	return img
}

func packHWNP(a, b []byte, withHeader bool) []byte {
	const item = 360
	products := fixed("494|4B4|;COMMON|CMCC|", 256)
	head := make([]byte, 36)
	copy(head, "HWNP")
	le.PutUint32(head[20:], 2)
	le.PutUint16(head[26:], 256)
	le.PutUint32(head[28:], item)
	table := make([]byte, 2*item)
	at := uint32(36 + 256 + 2*item)
	if le.PutUint32(head[12:], at-36); withHeader {
		le.PutUint32(head[12:], at)
	}
	for i, p := range []struct {
		path string
		b    []byte
	}{{"flash:rootfs", a}, {"file:/var/UpgradeCheck.xml", b}} {
		e := table[i*item:]
		le.PutUint32(e, uint32(i))
		le.PutUint32(e[4:], crc32.ChecksumIEEE(p.b))
		le.PutUint32(e[8:], at)
		le.PutUint32(e[12:], uint32(len(p.b)))
		copy(e[16:], p.path)
		copy(e[272:], "SECTION")
		copy(e[288:], "V1R2")
		at += uint32(len(p.b))
	}
	img := join(head, products, table, a, b)
	be.PutUint32(img[4:], uint32(len(img)-0x4c))
	le.PutUint32(img[16:], crc32.ChecksumIEEE(img[20:36+256+2*item]))
	le.PutUint32(img[8:], crc32.ChecksumIEEE(img[12:]))
	return img
}

func packDigicap(a, b []byte) []byte {
	head := make([]byte, 0x40+2*44)
	for i, v := range []uint32{0x484b5753, 0, uint32(len(head)), 2, 1, 0x26, 1234, 0, 7} {
		le.PutUint32(head[4*i:], v)
	}
	at := uint32(len(head))
	for i, p := range [][]byte{a, b} {
		e := head[0x40+44*i:]
		copy(e, []string{"hroot.img", "app.img"}[i])
		le.PutUint32(e[32:], uint32(len(p)))
		le.PutUint32(e[36:], at)
		at += uint32(len(p))
	}
	key := []byte{0xba, 0xcd, 0xbc, 0xfe, 0xd6, 0xca, 0xdd, 0xd3, 0xba, 0xb9, 0xa3, 0xab, 0xbf, 0xcb, 0xb5, 0xbe}
	for i := range head {
		head[i] ^= key[(i+i/16)%16]
	}
	return join(head, a, b)
}

func packZTE(xml []byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write(xml)
	w.Close()
	outer := make([]byte, 128)
	copy(outer, join(words(be, 0x99999999, 0x44444444, 0x55555555, 0xaaaaaaaa)))
	be.PutUint32(outer[4*13:], 128)
	sign := join(words(be, 0x04030201, 0, 4), []byte("F660"))
	pay := make([]byte, 60)
	be.PutUint32(pay, 0x01020304)
	chunk := join(words(be, uint32(len(xml)), uint32(z.Len()), 0), z.Bytes())
	return join(outer, sign, pay, chunk)
}

func packXV4(a, b []byte) []byte {
	head := make([]byte, 64+2*52)
	le.PutUint32(head, 0x12345678)
	le.PutUint16(head[6:], uint16(len(head)))
	copy(head[12:], "MAKER")
	copy(head[28:], "MODEL")
	le.PutUint16(head[44:], 2)
	at := uint32(len(head))
	for i, p := range [][]byte{a, b} {
		e := head[64+52*i:]
		e[0] = byte(i + 1)
		le.PutUint32(e[8:], at)
		le.PutUint32(e[12:], uint32(len(p)))
		sum := md5.Sum(p)
		copy(e[20:], sum[:])
		copy(e[36:], sum[:])
		at += uint32(len(p))
	}
	return join(head, a, b)
}

func packIMaH(a []byte) []byte {
	h := make([]byte, 192)
	copy(h, "IM*H")
	le.PutUint32(h[8:], uint32(len(a)+212))
	le.PutUint32(h[16:], 192)
	le.PutUint32(h[20:], 20)
	le.PutUint32(h[24:], uint32(len(a)))
	copy(h[40:], "PRAK")
	sum := sha256.Sum256(a)
	copy(h[160:], sum[:])
	return join(h, make([]byte, 20), a)
}

func packVRP(a, b []byte) []byte {
	const base = 0x182c
	head := make([]byte, base)
	le.PutUint32(head[12:], 2)
	at := uint32(base)
	for i, p := range [][]byte{a, b} {
		e := head[0x28+24*i:]
		le.PutUint16(e, uint16(i))
		le.PutUint32(e[4:], at)
		le.PutUint32(e[8:], uint32(len(p)))
		at += uint32(len(p))
	}
	return join(head, a, b)
}

func packCHK(a, b []byte) []byte {
	h := make([]byte, 40)
	copy(h, "*#$^")
	be.PutUint32(h[4:], 48)
	be.PutUint32(h[24:], uint32(len(a)))
	be.PutUint32(h[28:], uint32(len(b)))
	return join(h, []byte("U12H0000"), a, b)
}

func packSeama(a []byte) []byte {
	sum := md5.Sum(a)
	meta := fixed("dev=/dev/mtdblock/2\x00type=firmware\x00", 36)
	return join(words(be, 0x5ea3a417, uint32(len(meta)), uint32(len(a))), sum[:], meta, a)
}

func packHDR1(a []byte) []byte {
	blob := join(words(le, 0xbabe, 0, uint32(len(a)), 0), fixed("root.squashfs", 32), a)
	h := join([]byte("HDR1"), words(le, uint32(48+len(blob)), 0, 1, 48, 0, 0, 0, 0, 0, 0, 0))
	return join(h, blob, make([]byte, 64))
}

func packNPK(a, b []byte) []byte {
	part := func(kind uint16, p []byte) []byte {
		h := make([]byte, 6)
		le.PutUint16(h, kind)
		le.PutUint32(h[2:], uint32(len(p)))
		return join(h, p)
	}
	body := join(part(1, a), part(21, b))
	return join([]byte{0x1e, 0xf1, 0xd0, 0xba}, words(le, uint32(len(body))), body)
}

func packTPLink(a, b []byte) []byte {
	h := make([]byte, 512)
	be.PutUint32(h, 0x01000000)
	copy(h[4:], "MAKER Technologies")
	copy(h[28:], "ver. 1.0")
	be.PutUint32(h[0x80:], 512)
	be.PutUint32(h[0x84:], uint32(len(a)))
	be.PutUint32(h[0x88:], uint32(512+len(a)))
	be.PutUint32(h[0x8c:], uint32(len(b)))
	return join(h, a, b)
}

func packTPLink2(a, b []byte) []byte {
	h := bytes.Repeat([]byte{0}, 512)
	be.PutUint32(h, 0x02000000)
	copy(h[4:], "ver. 2.0")
	for i, v := range []uint32{uint32(512 + len(a) + len(b)), 512, uint32(len(a)), uint32(512 + len(a)), uint32(len(b))} {
		be.PutUint32(h[0x70+4*i:], v)
	}
	copy(h[0x8c:], "\x55\xaa\x01\x00\xa5")
	return join(h, a, b)
}

func packSafeloader(a, b []byte) []byte {
	text := bytes.Repeat([]byte{0xff}, 0x1000-4)
	copy(text, "product_name:CPE210\n\x00")
	lines := bytes.Repeat([]byte{0xff}, 0x800)
	n := copy(lines, fmt.Sprintf("fwup-ptn os-image base 0x%05x size 0x%05x\t\r\n", 0x800, len(a)))
	n += copy(lines[n:], fmt.Sprintf("fwup-ptn file-system base 0x%05x size 0x%05x\t\r\n", 0x800+len(a), len(b)))
	lines[n] = 0
	size := 0x1814 + len(a) + len(b)
	return join(words(be, uint32(size)), noiseOf(16, 72), words(be, 0x1000), text, lines, a, b)
}

// packTRX2 has four parts behind a header of 32 bytes.
func packTRX2(parts ...[]byte) []byte {
	head, body := words(le, 0, 0, 2<<16), []byte(nil)
	for _, p := range parts {
		head = append(head, words(le, uint32(32+len(body)))...)
		body = append(body, p...)
	}
	img := join([]byte("HDR0"), head, body)
	le.PutUint32(img[4:], uint32(len(img)))
	le.PutUint32(img[8:], ^crc32.ChecksumIEEE(img[12:]))
	return img
}

// payloadPiece is one operation of an OTA payload: its kind, its data, the bytes they give.
type payloadPiece struct {
	kind  int
	data  []byte
	plain int
}

// packPayload writes an OTA payload of one partition: a stored operation, a hole, and a stored one.
func packPayload(a []byte) []byte {
	half := len(a) / 2 / 4096 * 4096
	return packPayloadOf(len(a)+3*4096, payloadPiece{0, a[:half], half}, payloadPiece{6, nil, 3 * 4096}, payloadPiece{0, a[half:], len(a) - half})
}

func packPayloadOf(size int, pieces ...payloadPiece) []byte {
	field := func(num int, b []byte) []byte {
		return join([]byte{byte(num<<3 | 2)}, binary.AppendUvarint(nil, uint64(len(b))), b)
	}
	number := func(num int, v uint64) []byte { return binary.AppendUvarint([]byte{byte(num << 3)}, v) }
	part, data, block := field(1, []byte("system")), []byte(nil), 0
	for _, p := range pieces {
		e := join(number(1, uint64(block)), number(2, uint64(p.plain/4096)))
		b := join(number(1, uint64(p.kind)), number(2, uint64(len(data))), number(3, uint64(len(p.data))), field(6, e))
		if len(p.data) > 0 {
			sum := sha256.Sum256(p.data)
			b = append(b, field(8, sum[:])...)
		}
		part, data, block = append(part, field(8, b)...), append(data, p.data...), block+p.plain/4096
	}
	if block*4096 != size {
		panic("pieces do not add up")
	}
	manifest := join(number(3, 4096), field(13, part))
	h := make([]byte, 24)
	copy(h, "CrAU")
	be.PutUint64(h[4:], 2)
	be.PutUint64(h[12:], uint64(len(manifest)))
	return join(h, manifest, data)
}

func packVendorBoot(ram, dtb []byte) []byte {
	const page = 4096
	pad := func(b []byte) []byte { return append(b, make([]byte, int(alignUp(int64(len(b)), page))-len(b))...) }
	h := make([]byte, 2112)
	copy(h, "VNDRBOOT")
	le.PutUint32(h[8:], 3)
	le.PutUint32(h[12:], page)
	le.PutUint32(h[24:], uint32(len(ram)))
	copy(h[28:], "console=ttyS0")
	le.PutUint32(h[2096:], uint32(len(h)))
	le.PutUint32(h[2100:], uint32(len(dtb)))
	return join(pad(h), pad(ram), pad(dtb))
}

// packRPM writes a lead, a signature header and a header of three tags around a payload.
func packRPM(payload []byte) []byte {
	header := func(tags map[uint32]string, order ...uint32) []byte {
		var index, store []byte
		for _, tag := range order {
			index = append(index, words(be, tag, 6, uint32(len(store)), 1)...)
			store = append(append(store, tags[tag]...), 0)
		}
		return join([]byte{0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0}, words(be, uint32(len(order)), uint32(len(store))), index, store)
	}
	lead := make([]byte, 96)
	copy(lead, "\xed\xab\xee\xdb\x03\x00")
	main := header(map[uint32]string{1000: "busybox", 1001: "1.36", 1011: "maker"}, 1000, 1001, 1011)
	sign := header(map[uint32]string{1000: string(words(be, uint32(len(main)+len(payload))))}, 1000)
	sign[16+7] = 4 // a number
	for len(sign)%8 != 0 {
		sign = append(sign, 0)
	}
	return join(lead, sign, main, payload)
}

func packAr(files []packedFile) []byte {
	out := []byte("!<arch>\n")
	for _, f := range files {
		h := bytes.Repeat([]byte(" "), 60)
		copy(h, strings.ReplaceAll(f.name, "/", "-")+"/")
		copy(h[16:], "0")
		copy(h[40:], "100644")
		copy(h[48:], itoa(len(f.content)))
		copy(h[58:], "`\n")
		out = append(append(out, h...), f.content...)
		if len(out)&1 != 0 {
			out = append(out, '\n')
		}
	}
	return out
}

// packDTB writes a device tree of one property.
func packDTB(model string) []byte {
	text := append([]byte(model), 0)
	for len(text)%4 != 0 {
		text = append(text, 0)
	}
	tree := join(words(be, 1, 0, 3, uint32(len(model)+1), 0), text, words(be, 2, 9))
	names := []byte("model\x00")
	at := 40 + 16
	head := words(be, 0xd00dfeed, uint32(at+len(tree)+len(names)), uint32(at), uint32(at+len(tree)), 40, 17, 16, 0, uint32(len(names)), uint32(len(tree)))
	return join(head, make([]byte, 16), tree, names)
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

// containerCase is a container, what must come out of it, and the format.
type containerCase struct {
	name, format string
	image        []byte
	parts        map[string][]byte
}

func containerCases() []containerCase {
	a, b := noiseOf(5*4096, 40), bytes.Repeat([]byte("settings of a device\n"), 301)
	return []containerCase{
		{"trx", "trx", packTRX(a, b), map[string][]byte{"part0": a, "part1": b}},
		{"trx 2", "trx", packTRX2(a, b, a[:999], b[:77]), map[string][]byte{"part0": a, "part1": b, "part2": a[:999], "part3": b[:77]}},
		{"tplink-v2", "tplink-v2", packTPLink2(a, b), map[string][]byte{"kernel": a, "rootfs": b}},
		{"tplink-safeloader", "tplink-safeloader", packSafeloader(a, b), map[string][]byte{"os-image": a, "file-system": b}},
		{"fwpkg 1", "fwpkg", packFwpkg(false, a, b), map[string][]byte{"root_loaderboot_sign.bin": a, "app-sign.bin": b}},
		{"fwpkg 2", "fwpkg", packFwpkg(true, a, b), map[string][]byte{"root_loaderboot_sign.bin": a, "app-sign.bin": b}},
		{"pihc", "pihc", packPIHC(b[:400], nil, a, b), map[string][]byte{"boot": b[:400], "kernel": a, "rootfs": b}},
		{"hwnp with header", "hwnp", packHWNP(a, b, true), map[string][]byte{"flash/rootfs": a, "file/var/UpgradeCheck.xml": b}},
		{"hwnp without header", "hwnp", packHWNP(a, b, false), map[string][]byte{"flash/rootfs": a, "file/var/UpgradeCheck.xml": b}},
		{"digicap", "digicap", packDigicap(b, b[:100]), map[string][]byte{"hroot.img": b, "app.img": b[:100]}},
		{"zxhn-config", "zxhn-config", packZTE(b), map[string][]byte{"config.xml": b}},
		{"xv4", "xv4", packXV4(a, b), map[string][]byte{"m0100.bin": a, "m0200.bin": b}},
		{"imah", "imah", packIMaH(b), map[string][]byte{"payload": b}},
		{"vrp-table", "vrp-table", packVRP(a, b), map[string][]byte{"record0": a, "record1": b}},
		{"chk", "chk", packCHK(a, b), map[string][]byte{"kernel": a, "rootfs": b}},
		{"seama", "seama", packSeama(a), map[string][]byte{"image": a}},
		{"hdr1", "hdr1", packHDR1(a), map[string][]byte{"root.squashfs": a}},
		{"npk", "npk", packNPK(a, b), map[string][]byte{"part0.type1": a, "part1.type21": b}},
		{"tplink-v1", "tplink-v1", packTPLink(a, b), map[string][]byte{"kernel": a, "rootfs": b}},
		{"android-payload", "android-payload", packPayload(a), map[string][]byte{"system": join(a[:2*4096], make([]byte, 3*4096), a[2*4096:])}},
		{"android-vendor-boot", "android-vendor-boot", packVendorBoot(a, b), map[string][]byte{"ramdisk": a, "dtb": b}},
		{"ar", "ar", packAr([]packedFile{{"one", a}, {"odd", b[:101]}}), map[string][]byte{"one": a, "odd": b[:101]}},
		{"rpm", "rpm", packRPM(b), map[string][]byte{"payload": b}},
		{"cab", "cab", cabImage(packedFiles(), true, 0), map[string][]byte{"etc/passwd": packedFiles()[0].content}},
		{"dhzip", "dhzip", dhZip(b), map[string][]byte{"Install": b}},
	}
}

// dhZip is a zip of one stored file whose first magic is changed.
func dhZip(b []byte) []byte {
	h := join([]byte("DH\x03\x04\x0a\x00"), make([]byte, 8), words(le, crc32.ChecksumIEEE(b), uint32(len(b)), uint32(len(b))), []byte{7, 0, 0, 0}, []byte("Install"))
	cd := join([]byte("PK\x01\x02\x14\x03\x0a\x00"), make([]byte, 8), words(le, crc32.ChecksumIEEE(b), uint32(len(b)), uint32(len(b))), []byte{7, 0}, make([]byte, 16), []byte("Install"))
	at := uint32(len(h) + len(b))
	return join(h, b, cd, []byte("PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"), words(le, uint32(len(cd)), at), []byte{0, 0})
}
