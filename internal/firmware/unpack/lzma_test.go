package unpack

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/ulikunitz/xz/lzma"
)

func packLZMA(t testing.TB, plain []byte, lc, lp, pb int, marker bool) []byte {
	t.Helper()
	var b bytes.Buffer
	c := lzma.WriterConfig{Properties: &lzma.Properties{LC: lc, LP: lp, PB: pb}, DictCap: 1 << 16, Size: int64(len(plain)), SizeInHeader: !marker, EOSMarker: marker}
	w, err := c.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(plain)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ourLZMA decodes a stream with its header of 13 bytes, at most max bytes.
func ourLZMA(b []byte, max int64) ([]byte, error) {
	p, ok := lzmaPropsOf(b[0])
	if !ok {
		return nil, errLZMA
	}
	size := int64(le.Uint64(b[5:]))
	if size > max {
		size = max
	}
	var out bytes.Buffer
	_, err := lzmaStream(&limitWriter{&out, max + 1<<18}, bytes.NewReader(b[13:]), p, int64(le.Uint32(b[1:])), size)
	return out.Bytes(), err
}

// FuzzLZMADecoder holds our decoder against the library: what the library
// decodes without an error, ours decodes to the same bytes.
func FuzzLZMADecoder(f *testing.F) {
	text := bytes.Repeat([]byte("the same again, and then the same; "), 20)
	for i, plain := range [][]byte{nil, []byte("a"), text, noiseOf(700, 1), append(text, noiseOf(300, 2)...), make([]byte, 3000)} {
		for _, p := range [][3]int{{3, 0, 2}, {0, 0, 0}, {4, 0, 4}, {1, 3, 1}} {
			f.Add(packLZMA(f, plain, p[0], p[1], p[2], i%2 == 0))
		}
	}
	const max = 1 << 16
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 14 || le.Uint32(b[1:]) > 1<<20 {
			return
		}
		got, err := ourLZMA(b, max)
		r, lerr := lzma.NewReader(bytes.NewReader(b))
		if lerr != nil {
			return
		}
		want, lerr := io.ReadAll(io.LimitReader(r, max))
		if lerr != nil || len(want) == max {
			return
		}
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes and %v, the library %d", len(got), err, len(want))
		}
	})
}

// BenchmarkXZBlock decodes a program of this system in blocks of 128 KiB, as squashfs keeps them.
func BenchmarkXZBlock(b *testing.B) {
	need(b, "xz")
	const block = 128 << 10
	plain, err := os.ReadFile("/usr/bin/perl")
	if err != nil {
		b.Skip(err)
	}
	var packed [][]byte
	for at := 0; at+block <= len(plain); at += block {
		cmd := exec.Command("xz", "-c", "--check=crc32")
		cmd.Stdin = bytes.NewReader(plain[at : at+block])
		out, err := cmd.Output()
		if err != nil {
			b.Fatal(err)
		}
		packed = append(packed, out)
	}
	b.SetBytes(int64(len(packed) * block))
	for b.Loop() {
		for i, p := range packed {
			out, err := xzPlain(p, block)
			if err != nil || !bytes.Equal(out, plain[i*block:(i+1)*block]) {
				b.Fatalf("block %d: %v", i, err)
			}
		}
	}
}
