package inspect_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// Generators of the containers no packer in Debian writes. They follow the
// published layouts and share no code with the readers.

var (
	be = binary.BigEndian
	le = binary.LittleEndian
)

func save(t testing.TB, name string, b []byte) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return p
}

func load(t testing.TB, p string) []byte {
	t.Helper()
	b, err := os.ReadFile(p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// noise is n bytes that look random and are the same in every run.
func noise(seed uint64, n int) []byte {
	r := rand.NewChaCha8([32]byte{byte(seed)})
	b := make([]byte, n)
	r.Read(b)
	return b
}

func words(o binary.ByteOrder, w ...uint32) []byte {
	b := make([]byte, 4*len(w))
	for i, v := range w {
		o.PutUint32(b[4*i:], v)
	}
	return b
}

type hwnpItem struct{ path, section, version, data string }

// makeHWNP writes an optical terminal's image; short leaves the 36 bytes of the head out of the stored header size.
func makeHWNP(products string, short bool, items ...hwnpItem) []byte {
	const plist, isize = 256, 360
	head := 36 + plist + isize*len(items)
	table := make([]byte, isize*len(items))
	var body []byte
	for i, it := range items {
		b := table[i*isize:]
		le.PutUint32(b, uint32(i))
		le.PutUint32(b[4:], crc32.ChecksumIEEE([]byte(it.data)))
		le.PutUint32(b[8:], uint32(head+len(body)))
		le.PutUint32(b[12:], uint32(len(it.data)))
		copy(b[16:272], it.path)
		copy(b[272:288], it.section)
		copy(b[288:352], it.version)
		body = append(body, it.data...)
	}
	h := make([]byte, 36+plist)
	copy(h, "HWNP")
	stored := head
	if short {
		stored -= 36
	}
	le.PutUint32(h[12:], uint32(stored))
	le.PutUint32(h[20:], uint32(len(items)))
	le.PutUint16(h[26:], plist)
	le.PutUint32(h[28:], isize)
	copy(h[36:], products)
	all := append(append(h, table...), body...)
	be.PutUint32(all[4:], uint32(len(all)-0x4c))
	le.PutUint32(all[16:], crc32.ChecksumIEEE(all[20:head]))
	le.PutUint32(all[8:], crc32.ChecksumIEEE(all[12:]))
	return all
}

// makeDigicap writes a camera's image with its header veiled by key.
func makeDigicap(key [16]byte, oem uint32, files map[string][]byte) []byte {
	names := sortedKeys(files)
	head := 0x40 + 44*len(names)
	h := make([]byte, head)
	copy(h, words(le, 0x484b5753, 0, uint32(head), uint32(len(names)), 2, 0x26, oem, 0, 0))
	var body []byte
	le.PutUint32(h[4:], 0x1234)
	for i, n := range names {
		b := h[0x40+44*i:]
		copy(b[:32], n)
		copy(b[32:], words(le, uint32(len(files[n])), uint32(head+len(body)), 0))
		body = append(body, files[n]...)
	}
	for i := range h {
		h[i] ^= key[(i+i>>4)&15]
	}
	return append(h, body...)
}

var digicapKey = [16]byte{0xba, 0xcd, 0xbc, 0xfe, 0xd6, 0xca, 0xdd, 0xd3, 0xba, 0xb9, 0xa3, 0xab, 0xbf, 0xcb, 0xb5, 0xbe}

func sortedKeys[T any](m map[string]T) []string {
	var l []string
	for k := range m {
		l = append(l, k)
	}
	sort.Strings(l)
	return l
}

// makeUImage wraps data in a boot loader's header of a type.
func makeUImage(typ byte, name string, data []byte) []byte {
	h := words(be, 0x27051956, 0, 1700000000, uint32(len(data)), 0x80008000, 0x80008000, crc32.ChecksumIEEE(data), 0)
	h[28], h[29], h[30], h[31] = 5, 2, typ, 0
	h = append(h, make([]byte, 32)...)
	copy(h[32:], name)
	be.PutUint32(h[4:], crc32.ChecksumIEEE(h))
	return append(h, data...)
}

// makeZip writes a plain zip whose members may be marked encrypted.
func makeZip(encrypted bool, names []string, files map[string][]byte) []byte {
	var out, dir []byte
	flag := uint16(0)
	if encrypted {
		flag = 1
	}
	for _, n := range names {
		d := files[n]
		at := len(out)
		h := make([]byte, 30)
		copy(h, "PK\x03\x04")
		le.PutUint16(h[4:], 20)
		le.PutUint16(h[6:], flag)
		le.PutUint32(h[14:], crc32.ChecksumIEEE(d))
		le.PutUint32(h[18:], uint32(len(d)))
		le.PutUint32(h[22:], uint32(len(d)))
		le.PutUint16(h[26:], uint16(len(n)))
		out = append(append(append(out, h...), n...), d...)
		c := make([]byte, 46)
		copy(c, "PK\x01\x02")
		le.PutUint16(c[4:], 20)
		le.PutUint16(c[6:], 20)
		copy(c[8:], h[6:30])
		le.PutUint32(c[42:], uint32(at))
		dir = append(append(dir, c...), n...)
	}
	e := make([]byte, 22)
	copy(e, "PK\x05\x06")
	le.PutUint16(e[8:], uint16(len(names)))
	le.PutUint16(e[10:], uint16(len(names)))
	le.PutUint32(e[12:], uint32(len(dir)))
	le.PutUint32(e[16:], uint32(len(out)))
	return append(append(out, dir...), e...)
}

// makeDHZip is the same with the first two letters changed.
func makeDHZip(encrypted bool, names []string, files map[string][]byte) []byte {
	b := makeZip(encrypted, names, files)
	copy(b, "DH")
	return b
}

// makeGatewayConfig writes a gateway's configuration file around an XML text.
func makeGatewayConfig(model, xml string, chunks bool) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write([]byte(xml))
	w.Close()
	pay := words(be, 0x01020304, 0, uint32(len(xml)), uint32(60+z.Len()), 65536, crc32.ChecksumIEEE(z.Bytes()), 0, 0, 0, 0, 0, 0, 0, 0, 0)
	if chunks {
		pay = append(pay, words(be, uint32(len(xml)), uint32(z.Len()), 0)...)
	}
	pay = append(pay, z.Bytes()...)
	sig := append(words(be, 0x04030201, 0, uint32(len(model))), model...)
	w28 := make([]uint32, 28)
	w28[2], w28[13], w28[14] = 4, 128, uint32(len(sig)+len(pay))
	out := append(words(be, 0x99999999, 0x44444444, 0x55555555, 0xaaaaaaaa), words(be, w28...)...)
	return append(append(out, sig...), pay...)
}

type cpioEntry struct {
	name string
	mode uint32
	data string
}

// makeCPIO writes the "newc" form.
func makeCPIO(entries ...cpioEntry) []byte {
	var b bytes.Buffer
	one := func(n int, e cpioEntry) {
		fmt.Fprintf(&b, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", n, e.mode, 0, 0, 1, 1700000000, len(e.data), 0, 0, 0, 0, len(e.name)+1, 0)
		b.WriteString(e.name + "\x00")
		for b.Len()%4 != 0 {
			b.WriteByte(0)
		}
		b.WriteString(e.data)
		for b.Len()%4 != 0 {
			b.WriteByte(0)
		}
	}
	for i, e := range entries {
		one(i+1, e)
	}
	one(0, cpioEntry{name: "TRAILER!!!"})
	return b.Bytes()
}

// cpioTree makes entries of the maps the other generators take.
func cpioTree(files map[string]string) []byte {
	var l []cpioEntry
	dirs := map[string]bool{}
	for _, p := range sortedKeys(files) {
		for d := filepath.Dir(p); d != "." && !dirs[d]; d = filepath.Dir(d) {
			dirs[d] = true
		}
	}
	for _, d := range sortedKeys(dirs) {
		l = append(l, cpioEntry{d, 0o40755, ""})
	}
	for _, p := range sortedKeys(files) {
		v, mode := files[p], uint32(0o100644)
		if to, ok := strings.CutPrefix(v, "-> "); ok {
			l = append(l, cpioEntry{p, 0o120777, to})
			continue
		}
		if len(v) > 5 && v[4] == ' ' && strings.Trim(v[:4], "01234567") == "" {
			var m uint32
			fmt.Sscanf(v[:4], "%o", &m)
			mode, v = 0o100000|m, v[5:]
		}
		l = append(l, cpioEntry{p, mode, v})
	}
	return makeCPIO(l...)
}

func gz(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// makeBootImage writes an Android boot image, header version 0.
func makeBootImage(kernel, ramdisk []byte, cmdline string) []byte {
	const page = 2048
	h := make([]byte, page)
	copy(h, "ANDROID!")
	copy(h[8:], words(le, uint32(len(kernel)), 0x10008000, uint32(len(ramdisk)), 0x11000000, 0, 0x10f00000, 0x10000100, page))
	copy(h[48:64], "board")
	copy(h[64:], cmdline)
	pad := func(b []byte) []byte { return append(b, make([]byte, (page-len(b)%page)%page)...) }
	return append(append(h, pad(kernel)...), pad(ramdisk)...)
}

type tarEntry struct {
	name, link string
	typ        byte
	data       string
}

// makeTar writes plain ustar with whatever names it is given.
func makeTar(entries ...tarEntry) []byte {
	var out []byte
	for _, e := range entries {
		if len(e.name) > 100 { // the GNU form for long names
			out = append(out, makeTarHead(tarEntry{"././@LongLink", "", 'L', e.name + "\x00"})...)
			e.name = e.name[:100]
		}
		out = append(out, makeTarHead(e)...)
	}
	return append(out, make([]byte, 1024)...)
}

func makeTarHead(e tarEntry) []byte {
	h := make([]byte, 512)
	copy(h, e.name)
	copy(h[100:], "0000644\x000000000\x000000000\x00")
	fmt.Fprintf(sliceWriter(h[124:136]), "%011o", len(e.data))
	copy(h[136:], "14524612400\x00        ")
	h[156] = e.typ
	copy(h[157:257], e.link)
	copy(h[257:], "ustar\x0000")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	fmt.Fprintf(sliceWriter(h[148:155]), "%06o\x00", sum)
	d := append(h, e.data...)
	return append(d, make([]byte, (512-len(e.data)%512)%512)...)
}

type sliceWriter []byte

func (s sliceWriter) Write(b []byte) (int, error) { return copy(s, b), nil }
