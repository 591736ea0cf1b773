package unpack

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

func guidBytes(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil {
		panic(err)
	}
	for _, r := range [][2]int{{0, 3}, {1, 2}, {4, 5}, {6, 7}} {
		b[r[0]], b[r[1]] = b[r[1]], b[r[0]]
	}
	return b
}

func fvPad(b []byte, align int, v byte) []byte {
	for len(b)%align != 0 {
		b = append(b, v)
	}
	return b
}

// fvSection writes one section; large uses the extended size.
func fvSection(kind byte, large bool, body ...[]byte) []byte {
	b := bytes.Join(body, nil)
	if large {
		h := append([]byte{0xff, 0xff, 0xff, kind}, make([]byte, 4)...)
		le.PutUint32(h[4:], uint32(len(b)+8))
		return append(h, b...)
	}
	n := len(b) + 4
	return append([]byte{byte(n), byte(n >> 8), byte(n >> 16), kind}, b...)
}

func fvSections(list ...[]byte) []byte {
	var out []byte
	for _, s := range list {
		out = append(fvPad(out, 4, 0), s...)
	}
	return out
}

func fvUI(name string) []byte {
	var b []byte
	for _, u := range append(utf16.Encode([]rune(name)), 0) {
		b = append(b, byte(u), byte(u>>8))
	}
	return fvSection(0x15, false, b)
}

func fvGuided(id string, body []byte) []byte {
	return fvSection(2, false, guidBytes(id), []byte{24, 0, 1, 0}, body)
}

func fvFile(kind byte, large bool, body []byte) []byte {
	h := make([]byte, 24)
	copy(h, guidBytes("11111111-2222-3333-4444-5555555555"+hex.EncodeToString([]byte{kind})))
	h[18], h[17] = kind, 0xaa
	n := len(body) + 24
	if large {
		n += 8
		h[19] = 1
		h = append(h, make([]byte, 8)...)
		le.PutUint64(h[24:], uint64(n))
	} else {
		h[20], h[21], h[22] = byte(n), byte(n>>8), byte(n>>16)
	}
	var sum byte
	for i, c := range h {
		if i != 17 && i != 23 {
			sum += c
		}
	}
	h[16], h[23] = -sum, 0xf8
	return append(h, body...)
}

func fvVolume(fs string, free int, files ...[]byte) []byte {
	b := make([]byte, 72)
	copy(b[16:], guidBytes(fs))
	copy(b[40:], "_FVH")
	le.PutUint32(b[44:], 0x800)
	le.PutUint16(b[48:], 72)
	b[55] = 2
	for _, f := range files {
		b = append(fvPad(b, 8, 0xff), f...)
	}
	b = append(fvPad(b, 8, 0xff), bytes.Repeat([]byte{0xff}, free)...)
	le.PutUint64(b[32:], uint64(len(b)))
	le.PutUint32(b[56:], 1)
	le.PutUint32(b[60:], uint32(len(b)))
	var sum uint16
	for i := 0; i < 72; i += 2 {
		sum += le.Uint16(b[i:])
	}
	le.PutUint16(b[50:], -sum)
	return b
}

// tianoWrite codes plain: literals of eight bits each and, where the same
// bytes stood n before, one match; position codes have bits of count.
func tianoWrite(plain []byte, bits uint) []byte {
	var out []byte
	var acc uint64
	var have uint
	put := func(v uint32, n uint) {
		acc, have = acc<<n|uint64(v), have+n
		for have >= 8 {
			have -= 8
			out = append(out, byte(acc>>have))
		}
	}
	type symbol struct{ s, back int }
	var list []symbol
	for i := 0; i < len(plain); {
		if n := min(256, len(plain)-i); i >= 64 && n >= 3 && bytes.Equal(plain[i:i+n], plain[i-64:i-64+n]) {
			list = append(list, symbol{256 + n - 3, 64})
			i += n
			continue
		}
		list = append(list, symbol{s: int(plain[i])})
		i++
	}
	for len(list) > 0 {
		n := min(60000, len(list))
		put(uint32(n), 16)
		// All 510 symbols have nine bits. Extra code: its one symbol is the length nine, written as 9 + 2.
		put(0, 5)
		put(11, 5)
		put(510, 9)
		// Positions: seven bits of distance above the first, as the one symbol 6 of an empty code.
		put(0, bits)
		put(6, bits)
		for _, s := range list[:n] {
			put(uint32(s.s), 9)
			if s.s >= 256 {
				put(uint32(s.back-1-32), 5)
			}
		}
		list = list[n:]
	}
	put(0, 7)
	head := make([]byte, 8)
	le.PutUint32(head, uint32(len(out)))
	le.PutUint32(head[4:], uint32(len(plain)))
	return append(head, out...)
}

func lzmaPacked(t testing.TB, b []byte) []byte {
	t.Helper()
	need(t, "xz")
	cmd := exec.Command("xz", "--format=lzma", "-c")
	cmd.Stdin = bytes.NewReader(b)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	le.PutUint64(out[5:], uint64(len(b))) // the size instead of an end mark
	return out
}

const (
	ffs2 = "8c8ce578-8a3d-4f1c-9935-896185c32dd3"
	ffs3 = "5473c07a-3dcb-4dca-bd6f-1e9689e7349a"
)

func TestUEFI(t *testing.T) {
	pe, raw := append([]byte("MZ"), noiseOf(70_000, 20)...), noiseOf(5000, 21)
	text := bytes.Repeat([]byte("a line of sixty-four bytes that comes again and again: 0123456789\n"), 900)
	inner := fvVolume(ffs2, 64, fvFile(7, false, fvSections(fvUI("Inner"), fvSection(0x10, false, pe))))
	img := fvVolume(ffs3, 4096,
		fvFile(9, false, fvSections(fvSection(0x13, false, []byte{8}), fvUI("Shell"), fvSection(0x10, true, pe))),
		fvFile(0xf0, false, make([]byte, 100)),
		fvFile(1, false, raw),
		fvFile(11, true, fvSections(fvGuided("ee4e5898-3914-4259-9d6e-dc7bd79403cf", lzmaPacked(t, fvSections(fvSection(0x19, false, make([]byte, 12)), fvSection(0x17, false, inner)))))),
		fvFile(2, false, fvSections(fvUI("Five"), fvGuided("a31280ad-481e-41b6-95e8-127f4c984779", tianoWrite(fvSections(fvSection(0x19, false, text)), 5)))),
		fvFile(4, false, fvSections(fvUI("Four"), fvSection(1, false, []byte{byte(len(text) + 4), byte((len(text) + 4) >> 8), 0, 0, 1}, tianoWrite(fvSections(fvSection(0x19, false, text)), 4)))),
	)
	tree := openBytes(t, append(noiseOf(4096, 22), img...))
	var r *Region
	have := map[string]string{}
	tree.EachRegion(func(_ string, _ *Object, g *Region) {
		if g.Format == "uefi-volume" {
			if r == nil {
				r = g
			}
			for name, sum := range partsOf(g) {
				have[name] = sum
			}
			if g.State != OK {
				t.Errorf("%q %v", g.State, g.Reasons)
			}
		}
	})
	if r == nil || r.Offset != 4096 || r.Length != int64(len(img)) {
		t.Fatalf("no volume of the right place:\n%s", dump(tree))
	}
	for name, want := range map[string][]byte{"Shell/pe32": pe, "11111111-2222-3333-4444-555555555501/raw": raw, "11111111-2222-3333-4444-55555555550b/2-volume": inner, "Inner/pe32": pe, "Five/raw": text, "Four/raw": text} {
		if have[name] != sumOf(want).String() {
			t.Errorf("%s differs; have %v", name, have)
		}
	}
}

func TestUEFIBroken(t *testing.T) {
	img := fvVolume(ffs2, 0, fvFile(7, false, fvSections(fvUI("A"), fvSection(0x10, false, []byte("MZ program")))), fvFile(7, false, fvGuided("ee4e5898-3914-4259-9d6e-dc7bd79403cf", []byte("\x5d\x00\x00\x80\x00\xff\xff\xff\xff\x00\x00\x00\x00 nothing"))))
	if r := findRegion(t, openBytes(t, img), "uefi-volume"); r.State != LimitHit || len(r.Nodes) != 2 {
		t.Errorf("lying size: %q %v, %d nodes", r.State, r.Reasons, len(r.Nodes))
	}
	img[72+20] = 0
	img[72+21] = 0x70
	if r := findRegion(t, openBytes(t, img), "uefi-volume"); r.State != Partial {
		t.Errorf("file beyond the volume: %q %v", r.State, r.Reasons)
	}
}

// TestX86Filter undoes what xz's filter did.
func TestX86Filter(t *testing.T) {
	need(t, "xz")
	plain := bytes.Repeat([]byte("\xe8\x10\x00\x00\x00\x90\xe9\x00\x01\x00\x00\x55\xe8\xe8\xf0\xff\xff\xff\xc3\xe9\xe8\x01\xff\xff\x00"), 500)
	in := filepath.Join(t.TempDir(), "in")
	writeFile(t, in, plain)
	run(t, "xz", "-k", "--format=raw", "--x86", "--lzma2=preset=0", in, "--suffix=.raw")
	run(t, "xz", "-d", "-k", "--format=raw", "--lzma2=preset=0", in+".raw", "--suffix=.raw", "-f")
	filtered, err := os.ReadFile(in)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(filtered, plain) || !bytes.Equal(unfilterX86(filtered), plain) {
		t.Error("the filter is not undone")
	}
}
