package unpack

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// packUPX packs an ELF file as the packer does: blocks of the headers and of each loaded segment, in the file's byte order.
// squeeze packs one block with its method; one that does not shrink is stored.
func packUPX(t testing.TB, plain []byte, method byte, blockSize int, squeeze func([]byte) []byte) []byte {
	t.Helper()
	var o binary.ByteOrder = le
	if plain[5] == 2 {
		o = be
	}
	from, entry, n := 52, 32, int(o.Uint16(plain[44:]))
	if plain[4] == 2 {
		from, entry, n = 64, 56, int(o.Uint16(plain[56:]))
	}
	head := from + entry*n
	u32 := func(v ...int) (b []byte) {
		for _, x := range v {
			b = append(b, 0, 0, 0, 0)
			o.PutUint32(b[len(b)-4:], uint32(x))
		}
		return b
	}
	out := append([]byte(nil), plain[:from]...)
	out = append(out, make([]byte, 2*entry)...)                      // the packed program's own segments
	out = append(append(out, 1, 2, 3, 4), "UPX!\x00\x08\x0d\x16"...) // l_info
	out = append(out, u32(0, len(plain), blockSize)...)              // p_info
	block := func(b []byte) {
		for len(b) > 0 {
			one := b[:min(len(b), blockSize)]
			b = b[len(one):]
			packed, m := squeeze(one), method
			if packed == nil || len(packed) >= len(one) {
				packed, m = one, 0
			}
			out = append(append(out, u32(len(one), len(packed))...), m, 0x49, 1, 0)
			out = append(out, packed...)
		}
	}
	block(plain[:head])
	for i, l := range upxLoads(plain, o) {
		at := l.off
		if i == 0 {
			at = int64(head)
		}
		block(plain[at : l.off+l.n])
	}
	for _, l := range upxGaps(upxLoads(plain, o), int64(len(plain))) {
		block(plain[l.off : l.off+l.n])
	}
	out = append(out, u32(0, 0x21585055)...)
	out = append(out, bytes.Repeat([]byte("loader "), 300)...)
	return append(append(out, "UPX!\x0d\x16\x08\x09"...), make([]byte, 28)...)
}

// squeezers are the codecs, packed by others: the UCL library and an LZMA library.
func squeezers(t testing.TB) map[byte]func([]byte) []byte {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "p.c"), []byte(uclPacker))
	list := map[byte]func([]byte) []byte{14: func(b []byte) []byte {
		p := packLZMA(t, b, 3, 0, 2, false)
		return append([]byte{3<<3 | 2, 3}, p[13:]...)
	}}
	if out, err := exec.Command("gcc", "-o", filepath.Join(dir, "p"), filepath.Join(dir, "p.c"), "-lucl").CombinedOutput(); err != nil {
		t.Logf("packed with LZMA alone: no UCL library (libucl-dev): %s", bytes.TrimSpace(out))
		return list
	}
	for m, how := range map[byte][2]string{2: {"nrv2b", "4"}, 3: {"nrv2b", "1"}, 5: {"nrv2d", "4"}, 8: {"nrv2e", "4"}, 9: {"nrv2e", "1"}} {
		list[m] = func(b []byte) []byte {
			cmd := exec.Command(filepath.Join(dir, "p"), how[0], how[1], "7")
			cmd.Stdin = bytes.NewReader(b)
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
	}
	return list
}

// tinyELF is a program of two segments with a hole between them.
func tinyELF(wide, big bool) []byte {
	b := make([]byte, 9300)
	var o binary.ByteOrder = le
	copy(b, "\x7fELF\x01\x01\x01")
	if wide {
		b[4] = 2
	}
	if big {
		b[5], o = 2, be
	}
	o.PutUint16(b[16:], 2)
	o.PutUint16(b[18:], 8)
	for i, l := range []upxLoad{{0, 5000}, {8192, 808}} {
		if wide {
			p := b[64+56*i:]
			o.PutUint32(p, 1)
			o.PutUint64(p[8:], uint64(l.off))
			o.PutUint64(p[32:], uint64(l.n))
			o.PutUint16(b[56:], 2)
		} else {
			p := b[52+32*i:]
			o.PutUint32(p, 1)
			o.PutUint32(p[4:], uint32(l.off))
			o.PutUint32(p[16:], uint32(l.n))
			o.PutUint16(b[44:], 2)
		}
	}
	copy(b[200:5000], bytes.Repeat([]byte("BusyBox v1.35.0 (text of a program) "), 200))
	copy(b[8192:], bytes.Repeat([]byte("data "), 161))
	copy(b[9000:], "the table of sections, which is not loaded")
	return b
}

func TestUPX(t *testing.T) {
	plains := map[string][]byte{"32 bits": tinyELF(false, false), "32 bits, big-endian": tinyELF(false, true), "64 bits": tinyELF(true, false)}
	if b, err := os.ReadFile("/bin/true"); err == nil && bytes.HasPrefix(b, []byte("\x7fELF")) && b[4] == 2 && b[5] == 1 {
		plains["/bin/true"] = b
	}
	for m, squeeze := range squeezers(t) {
		for name, plain := range plains {
			for _, size := range []int{1 << 20, 4096} {
				tree := openBytes(t, packUPX(t, plain, m, size, squeeze))
				r := findRegion(t, tree, "upx")
				if r.State != OK || len(r.Nodes) != 1 {
					t.Errorf("method %d, %s, blocks of %d: %s %v", m, name, size, r.State, r.Reasons)
					continue
				}
				got := make([]byte, r.Nodes[0].Size)
				r.Nodes[0].Object.ReadAt(got, 0)
				if !bytes.Equal(got, plain) {
					t.Errorf("method %d, %s, blocks of %d: %d bytes differ from the %d packed", m, name, size, len(got), len(plain))
				}
			}
		}
	}
}

// upxPackings are the cases of the table: LZMA by another's library, NRV by the UCL library where it is.
func upxPackings() []packing {
	one := func(name, by string, plain []byte, size int, method byte, tools []string, shows ...property) packing {
		return packing{format: "upx", name: name, by: by, tools: tools, parts: map[string][]byte{"program": plain}, shows: shows, make: func(t testing.TB) []byte {
			squeeze := squeezers(t)[method]
			if squeeze == nil {
				t.Skip("no UCL library (libucl-dev): this case is not packed")
			}
			return packUPX(t, plain, method, size, squeeze)
		}}
	}
	gcc := []string{"gcc"}
	return []packing{
		one("LZMA", "", tinyELF(false, false), 1<<20, 14, nil, orders), one("LZMA, big-endian, blocks of 1000", "", tinyELF(false, true), 1000, 14, nil, orders, sizes),
		one("NRV2B", "libucl", tinyELF(true, false), 1<<20, 2, gcc), one("NRV2D", "libucl", tinyELF(false, true), 4096, 5, gcc, orders), one("NRV2E", "libucl", tinyELF(false, false), 1<<20, 9, gcc),
	}
}

// Many small programs that unpack to large ones stop at the bound of the whole run.
func TestUPXBounded(t *testing.T) {
	plain := tinyELF(false, false)
	le.PutUint32(plain[52+32+16:], 4<<20)
	plain = append(plain, make([]byte, 8192+4<<20-len(plain))...)
	packed := packUPX(t, plain, 14, 1<<20, func(b []byte) []byte { return append([]byte{3<<3 | 2, 3}, packLZMA(t, b, 3, 0, 2, false)[13:]...) })
	var files []packedFile
	for i := range 40 {
		files = append(files, packedFile{fmt.Sprintf("p%d", i), append(bytes.Clone(packed), byte(i))})
	}
	img := tarFiles(t, files)
	tree, err := Open(context.Background(), bytes.NewReader(img), int64(len(img)), "image", Limits{Bytes: 16 << 20, Spool: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	hit := 0
	tree.EachRegion(func(_ string, _ *Object, r *Region) {
		if r.State == LimitHit {
			hit++
		}
	})
	if hit == 0 || tree.Bytes > 64<<20 {
		t.Errorf("%d bytes were unpacked, %d regions say that a bound was hit", tree.Bytes, hit)
	}
}

// tarFiles packs files plainly.
func tarFiles(t testing.TB, files []packedFile) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o755, Size: int64(len(f.content))}); err != nil {
			t.Fatal(err)
		}
		w.Write(f.content)
	}
	w.Close()
	return b.Bytes()
}

func FuzzUPX(f *testing.F) {
	lzma := func(b []byte) []byte { return append([]byte{3<<3 | 2, 3}, packLZMA(f, b, 3, 0, 2, false)[13:]...) }
	stored := func([]byte) []byte { return nil }
	fuzz(f, packUPX(f, tinyELF(false, false), 14, 4096, lzma), packUPX(f, tinyELF(true, true), 14, 1<<20, lzma), packUPX(f, tinyELF(false, true), 2, 1000, stored))
}

// FuzzNRV holds the decoder to its size and its input, whatever it is given.
func FuzzNRV(f *testing.F) {
	for _, form := range []byte("bde") {
		f.Add(form, byte(1), 40, []byte("\xfftext of it\x00\x00\x00\x00\x00\x00\x48\xff"))
	}
	f.Fuzz(func(t *testing.T, form, unit byte, size int, in []byte) {
		size = min(max(size, 0), 1<<20)
		out, err := nrv{"bde"[form%3], 1 << (unit % 3)}.decode(in, size)
		if len(out) > size || err == nil && len(out) != size {
			t.Fatalf("%d bytes of %d, %v", len(out), size, err)
		}
	})
}
