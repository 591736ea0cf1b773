package unpack

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"
)

// plainTexts are contents that make deflate use all it has.
func plainTexts() map[string][]byte {
	words := bytes.Repeat([]byte("the same again, and then the same; "), 4000)
	mixed := append(append([]byte(nil), words[:70000]...), noiseOf(50000, 3)...)
	steps := make([]byte, 90000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range steps {
		steps[i] = byte(r.ExpFloat64() * 12)
	}
	return map[string][]byte{
		"nothing": nil, "a byte": {7}, "words": words, "noise": noiseOf(100000, 1), "mixed": mixed, "steps": steps,
		"zeros": make([]byte, 300000), "pairs": bytes.Repeat([]byte{1, 2}, 60000), "triples": bytes.Repeat([]byte{1, 2, 3, 4, 5}, 30000),
	}
}

func deflated(t testing.TB, plain []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(plain)
	w.Close()
	return b.Bytes()
}

// TestInflate decodes what the library packs at every level, as a block and as
// a stream that comes in odd pieces, and says of every cut that it is one.
func TestInflate(t *testing.T) {
	for name, plain := range plainTexts() {
		for level := -2; level <= 9; level++ {
			packed := deflated(t, plain, level)
			out, used, err := inflateBlock(append(packed, "behind it"...), nil, len(plain))
			if err != nil || used != len(packed) || !bytes.Equal(out, plain) {
				t.Errorf("%s at level %d: %d bytes of %d, used %d of %d: %v", name, level, len(out), len(plain), used, len(packed), err)
			}
			if _, _, err := inflateBlock(packed, nil, len(plain)-1); len(plain) > 1 && err != errTooLong {
				t.Errorf("%s at level %d, one byte less room: %v", name, level, err)
			}
			var got bytes.Buffer
			z := newInflateReader(&oddPieces{b: packed}, false)
			if err := z.to(&got, nil); err != nil || !bytes.Equal(got.Bytes(), plain) || z.f.consumed() != int64(len(packed)) {
				t.Errorf("%s at level %d in pieces: %d bytes, used %d: %v", name, level, got.Len(), z.f.consumed(), err)
			}
			for _, cut := range []int{0, 1, len(packed) / 3, len(packed) - 1} {
				out, _, err := inflateBlock(packed[:cut], nil, len(plain))
				if err != io.ErrUnexpectedEOF || !bytes.HasPrefix(plain, out) {
					t.Errorf("%s at level %d, %d of %d bytes: %d bytes, %v", name, level, cut, len(packed), len(out), err)
				}
			}
		}
	}
}

// oddPieces yields pieces of 1, 2, 3 ... bytes.
type oddPieces struct {
	b []byte
	n int
}

func (o *oddPieces) Read(p []byte) (int, error) {
	if len(o.b) == 0 {
		return 0, io.EOF
	}
	o.n++
	n := copy(p[:min(len(p), o.n)], o.b)
	o.b = o.b[n:]
	return n, nil
}

func TestInflateDict(t *testing.T) {
	dict, plain := noiseOf(20000, 5), append(noiseOf(20000, 5)[3000:9000], "and more"...)
	var b bytes.Buffer
	w, _ := flate.NewWriterDict(&b, 9, dict)
	w.Write(plain)
	w.Close()
	out, _, err := inflateBlock(b.Bytes(), dict, len(plain))
	if err != nil || !bytes.Equal(out, plain) || b.Len() > 1000 {
		t.Errorf("%d bytes of %d: %v", len(out), b.Len(), err)
	}
}

func TestGzipMembers(t *testing.T) {
	var b bytes.Buffer
	var want []byte
	for i, plain := range [][]byte{[]byte("one"), noiseOf(70000, 1), nil, []byte("four")} {
		w, _ := gzip.NewWriterLevel(&b, 9)
		w.Name, w.Comment, w.Extra = "name"[:i], "comment"[:i], []byte("extra")[:i]
		w.Write(plain)
		w.Close()
		want = append(want, plain...)
	}
	n := b.Len()
	b.WriteString("\x1f\x8bno member")
	var got bytes.Buffer
	in := newCounter(bytes.NewReader(b.Bytes()))
	err := gzipTo(&got, in)
	if used := in.used(); err != nil || used != int64(n) || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%d bytes of %d, used %d of %d: %v", got.Len(), len(want), used, n, err)
	}
	bad := bytes.Clone(b.Bytes()[:n])
	bad[n-5] ^= 1
	if err := gzipTo(io.Discard, bytes.NewReader(bad)); err != errGzipSum {
		t.Errorf("a wrong checksum: %v", err)
	}
}

// FuzzInflate holds our decoder against the library's: both give the same
// bytes, and both or none an error.
func FuzzInflate(f *testing.F) {
	for _, plain := range plainTexts() {
		for _, level := range []int{-2, 0, 1, 9} {
			if b := deflated(f, plain, level); len(b) < 4096 {
				f.Add(b)
			}
		}
	}
	f.Add(deflated(f, plainTexts()["steps"][:5000], 9))
	f.Add([]byte{5, 0xe0, 0x81, 8, 0, 0, 0, 0, 0x20, 0x7f, 0xeb, 0x0b})
	const max = 1 << 17
	f.Fuzz(func(t *testing.T, b []byte) {
		out, used, err := inflateBlock(b, nil, max)
		if err == errTooLong {
			return
		}
		in := bytes.NewReader(b)
		want, werr := io.ReadAll(io.LimitReader(flate.NewReader(in), max+1))
		if (err == nil) != (werr == nil) {
			t.Fatalf("%v, the library %v", err, werr)
		}
		if err == nil && (!bytes.Equal(out, want) || used != len(b)-in.Len()) {
			t.Fatalf("%d bytes, used %d; the library %d, used %d", len(out), used, len(want), len(b)-in.Len())
		}
		var got bytes.Buffer
		if serr := newInflateReader(&oddPieces{b: b}, false).to(&got, nil); (serr == nil) != (err == nil) || !bytes.HasPrefix(got.Bytes(), out) {
			t.Fatalf("in pieces %d bytes and %v, not %d and %v", got.Len(), serr, len(out), err)
		}
		var z bytes.Buffer
		zw := zlib.NewWriter(&z)
		zw.Write(out)
		zw.Close()
		if back, err := zlibBlock(z.Bytes(), len(out)); err != nil || !bytes.Equal(back, out) {
			t.Fatalf("packed again: %d bytes of %d: %v", len(back), len(out), err)
		}
	})
}

// BenchmarkInflate decodes a program of this system in blocks of 128 KiB, as
// squashfs keeps them, and in pages of 4 KiB, as logs on flash do; and the
// same with the library.
func BenchmarkInflate(b *testing.B) {
	plain, err := os.ReadFile("/usr/bin/perl")
	if err != nil {
		b.Skip(err)
	}
	for _, size := range []int{128 << 10, 4 << 10} {
		var packed [][]byte
		for at := 0; at+size <= len(plain); at += size {
			packed = append(packed, deflated(b, plain[at:at+size], 9))
		}
		b.Run(fmt.Sprintf("own/%d", size), func(b *testing.B) {
			b.SetBytes(int64(len(packed) * size))
			for b.Loop() {
				for _, p := range packed {
					if _, err := deflateBlock(p, size); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run(fmt.Sprintf("library/%d", size), func(b *testing.B) {
			b.SetBytes(int64(len(packed) * size))
			z := flate.NewReader(nil)
			for b.Loop() {
				for _, p := range packed {
					z.(flate.Resetter).Reset(bytes.NewReader(p), nil)
					if _, err := readMax(z, size); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
