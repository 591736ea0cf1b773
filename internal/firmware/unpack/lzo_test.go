package unpack

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	lzo "github.com/anchore/go-lzo"
)

// packLZORLE packs zeros as runs and all else as literals.
func packLZORLE(plain []byte) []byte {
	out := []byte{17, 1}
	last := -1 // where the instruction stands that may name up to three literals
	for first := true; len(plain) > 0; first = false {
		n := 0
		if first { // a stream begins with literals
			n = min(4, len(plain))
		}
		for n < len(plain) && (plain[n] != 0 || len(bytes.TrimLeft(plain[n:min(len(plain), n+4)], "\x00")) > 0 || len(plain)-n < 4) {
			n++
		}
		switch {
		case n == 0:
		case n < 4 && last >= 0:
			out[last] |= byte(n)
		case first && n <= 238:
			out = append(out, byte(17+n))
		case n < 4:
			panic("too few literals to say")
		case n <= 18:
			out = append(out, byte(n-3))
		default:
			out = append(out, 0)
			left := n - 18
			for ; left > 255; left -= 255 {
				out = append(out, 0)
			}
			out = append(out, byte(left))
		}
		out = append(out, plain[:n]...)
		plain = plain[n:]
		run := 0
		for run < len(plain) && run < 2051 && plain[run] == 0 {
			run++
		}
		if run >= 4 {
			out = append(out, 0x18|byte(run-4)&7, 0xfc, 0xff, byte((run-4)>>3))
			last = len(out) - 3
			plain = plain[run:]
		}
	}
	return append(out, 17, 0, 0)
}

func TestLZORLE(t *testing.T) {
	sparse := make([]byte, 20000)
	copy(sparse[100:], "some text")
	copy(sparse[5000:], noiseOf(700, 1))
	copy(sparse[9000:], "abc")
	sparse[19990] = 7
	for name, plain := range map[string][]byte{"sparse": sparse, "zeros": make([]byte, 4096), "text behind zeros": []byte("\x00\x00\x00\x00\x00\x00and text, and text"), "text": []byte("only text, no zeros"), "noise": noiseOf(3000, 2)} {
		packed := packLZORLE(plain)
		out, err := lzoDecode(packed, len(plain), true)
		if err != nil || !bytes.Equal(out, plain) {
			t.Errorf("%s: %d bytes of %d: %v", name, len(out), len(plain), err)
		}
		if out, err := lzoDecode(packed[:len(packed)/2], len(plain), true); err != io.ErrUnexpectedEOF || !bytes.HasPrefix(plain, out) {
			t.Errorf("%s, half of it: %d bytes, %v", name, len(out), err)
		}
		if _, err := lzoDecode(packed, len(plain)-1, true); err != errTooLong {
			t.Errorf("%s, one byte less room: %v", name, err)
		}
	}
}

// TestLZORLEMixed packs short literals and short runs in any order.
func TestLZORLEMixed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		b := append([]byte("head"), make([]byte, 1+r.IntN(300))...)
		for k := 4; k < len(b); k += r.IntN(9) {
			for n := r.IntN(9); n > 0 && k < len(b); n-- {
				b[k] = byte(1 + r.IntN(250))
				k++
			}
		}
		if out, err := lzoDecode(packLZORLE(b), len(b), true); err != nil || !bytes.Equal(out, b) {
			t.Fatalf("%x gives %x, %v", b, out, err)
		}
	}
}

// FuzzLZO holds our decoder against the library: what the library decodes
// without an error, ours decodes to the same bytes.
func FuzzLZO(f *testing.F) {
	f.Add([]byte("\x15text\x11\x00\x00"))
	f.Add([]byte{0x16, 'a', 'b', 'c', 'd', 'e', 0x20, 0, 0, 9, 16, 0, 0x44, 0, 0x11, 0, 0})
	if _, err := os.Stat("/usr/bin/lzop"); err == nil {
		f.Add(lzopBlock(f, bytes.Repeat([]byte("the same again, and then the same; "), 40)))
		f.Add(lzopBlock(f, append(make([]byte, 900), noiseOf(300, 4)...)))
	}
	const max = 1 << 16
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := lzoDecode(b, max, false)
		lzoDecode(b, max, true)
		want := make([]byte, max)
		n, werr := lzo.Decompress(b, want)
		if werr == nil && (err != nil || !bytes.Equal(out, want[:n])) {
			t.Fatalf("%d bytes and %v, the library %d", len(out), err, n)
		}
	})
}

// BenchmarkLZO decodes a program of this system in blocks of 128 KiB, as squashfs keeps them.
func BenchmarkLZO(b *testing.B) {
	need(b, "lzop")
	plain, err := os.ReadFile("/usr/bin/perl")
	if err != nil {
		b.Skip(err)
	}
	const block = 128 << 10
	var packed [][]byte
	for at := 0; at+block <= len(plain); at += block {
		packed = append(packed, lzopBlock(b, plain[at:at+block]))
	}
	for name, decode := range map[string]codec{"own": func(in []byte, max int) ([]byte, error) { return lzoDecode(in, max, false) }, "library": lzoBlock} {
		b.Run(fmt.Sprint(name), func(b *testing.B) {
			b.SetBytes(int64(len(packed) * block))
			for b.Loop() {
				for _, p := range packed {
					if _, err := decode(p, block); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
