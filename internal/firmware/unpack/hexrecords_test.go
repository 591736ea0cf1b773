package unpack

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// intelHexText writes b at addr as records of 16 bytes, the high half of the address in records of its own.
func intelHexText(addr uint32, b []byte, end bool) string {
	var s strings.Builder
	record := func(kind byte, at uint16, body []byte) {
		raw := append([]byte{byte(len(body)), byte(at >> 8), byte(at), kind}, body...)
		var sum byte
		for _, c := range raw {
			sum += c
		}
		fmt.Fprintf(&s, ":%X%02X\n", raw, -sum)
	}
	high := uint32(1 << 31)
	for len(b) > 0 {
		if addr>>16 != high {
			high = addr >> 16
			record(4, 0, []byte{byte(high >> 8), byte(high)})
		}
		n := min(16, len(b), int(0x10000-addr&0xffff))
		record(0, uint16(addr), b[:n])
		b, addr = b[n:], addr+uint32(n)
	}
	if end {
		record(1, 0, nil)
	}
	return s.String()
}

// sRecordText writes b at addr as S3 records with a header.
func sRecordText(addr uint32, b []byte) string {
	var s strings.Builder
	record := func(kind byte, wide int, at uint32, body []byte) {
		raw := []byte{byte(wide + len(body) + 1)}
		for i := wide - 1; i >= 0; i-- {
			raw = append(raw, byte(at>>(8*i)))
		}
		raw = append(raw, body...)
		var sum byte
		for _, c := range raw {
			sum += c
		}
		fmt.Fprintf(&s, "S%c%X%02X\r\n", kind, raw, ^sum)
	}
	record('0', 2, 0, []byte("test board"))
	for len(b) > 0 {
		n := min(32, len(b))
		record('3', 4, addr, b[:n])
		b, addr = b[n:], addr+uint32(n)
	}
	record('7', 4, 0x8000, nil)
	return s.String()
}

func noiseOf(n int, seed int64) []byte {
	b := make([]byte, n)
	rand.New(rand.NewSource(seed)).Read(b)
	return b
}

func partsOf(r *Region) map[string]string {
	out := map[string]string{}
	for _, n := range r.Nodes {
		if n.Object != nil {
			out[n.Path] = n.Object.Sum().String()
		}
	}
	return out
}

func TestHexText(t *testing.T) {
	a, b := noiseOf(70_001, 1), noiseOf(500, 2)
	filled := append(append(bytes.Clone(a), bytes.Repeat([]byte{0xff}, 99)...), b...)
	for _, c := range []struct {
		name, format, text string
		parts              map[string][]byte
		state              State
	}{
		{"intel plain", "intel-hex", intelHexText(0x08000000, a, true), map[string][]byte{"08000000.bin": a}, OK},
		{"intel small gap", "intel-hex", intelHexText(0x100, a, false) + intelHexText(0x100+70_100, b, true), map[string][]byte{"00000100.bin": filled}, OK},
		{"intel out of order", "intel-hex", intelHexText(0x100+70_100, b, false) + intelHexText(0x100, a, true), map[string][]byte{"00000100.bin": filled}, OK},
		{"intel far apart", "intel-hex", intelHexText(0x1000, a, false) + intelHexText(0x90000000, b, true), map[string][]byte{"00001000.bin": a, "90000000.bin": b}, OK},
		{"intel without end", "intel-hex", intelHexText(0x1000, a, false), map[string][]byte{"00001000.bin": a}, Truncated},
		{"intel overlap", "intel-hex", intelHexText(0x1000, a, false) + intelHexText(0x1001, b, true), map[string][]byte{"00001000.bin": a}, Partial},
		{"s-record", "s-record", sRecordText(0xbfc00000, a), map[string][]byte{"bfc00000.bin": a}, OK},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := openBytes(t, []byte(c.text+"\xff\xff\xff\xff trailing"))
			r := findRegion(t, tree, c.format)
			got := partsOf(r)
			for name, want := range c.parts {
				if got[name] != sumOf(want).String() {
					t.Errorf("%s differs; have %v", name, got)
				}
			}
			if len(got) != len(c.parts) || r.State != c.state || r.Length != int64(len(c.text)) {
				t.Errorf("%d parts, state %q %v, length %d of %d", len(got), r.State, r.Reasons, r.Length, len(c.text))
			}
		})
	}
}

func TestHexBadChecksum(t *testing.T) {
	text := []byte(intelHexText(0, noiseOf(4096, 3), true))
	text[1000] ^= 1
	if r := findRegion(t, openBytes(t, text), "intel-hex"); r.State != Partial || !strings.Contains(strings.Join(r.Reasons, " "), "checksum") {
		t.Errorf("state %q %v", r.State, r.Reasons)
	}
}

// TestHexObjcopy compares with what the GNU tool writes.
func TestHexObjcopy(t *testing.T) {
	need(t, "objcopy")
	b := noiseOf(200_003, 4)
	bin := filepath.Join(t.TempDir(), "bin")
	if err := os.WriteFile(bin, b, 0o644); err != nil {
		t.Fatal(err)
	}
	for target, format := range map[string]string{"ihex": "intel-hex", "srec": "s-record"} {
		run(t, "objcopy", "-I", "binary", "-O", target, "--change-addresses", "0x80000", bin, bin+target)
		r := findRegion(t, openFile(t, bin+target), format)
		if got := partsOf(r); got["00080000.bin"] != sumOf(b).String() || r.State != OK {
			t.Errorf("%s: %v %q %v", target, got, r.State, r.Reasons)
		}
	}
}
