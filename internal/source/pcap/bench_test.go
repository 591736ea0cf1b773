package pcap

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"testing"

	"telltale/internal/asset"
	"telltale/internal/source"
	"telltale/internal/source/pcap/traffic"
)

// repeated is a capture whose packets come n times, without holding them n times.
type repeated struct {
	head, body []byte
	n          int64
}

func (r *repeated) size() int64 { return int64(len(r.head)) + r.n*int64(len(r.body)) }

func (r *repeated) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		if off >= r.size() {
			return done, io.EOF
		}
		from := r.head
		at := off
		if off >= int64(len(r.head)) {
			from, at = r.body, (off-int64(len(r.head)))%int64(len(r.body))
		}
		m := copy(p[done:], from[at:])
		done, off = done+m, off+int64(m)
	}
	return done, nil
}

func benchCapture(tb testing.TB, copies int64) *repeated {
	tb.Helper()
	var b bytes.Buffer
	if err := traffic.Write(&b, 32<<20, 1); err != nil {
		tb.Fatal(err)
	}
	return &repeated{head: b.Bytes()[:24], body: b.Bytes()[24:], n: copies}
}

// BenchmarkRead reads 256 MiB of generated traffic; compare with BenchmarkBytes, which only moves the octets.
func BenchmarkRead(b *testing.B) {
	c := benchCapture(b, 8)
	b.SetBytes(c.size())
	b.ReportAllocs()
	for b.Loop() {
		in := &source.Input{Name: "b", Data: c, Size: c.size(), Options: &source.Options{}}
		cov := &asset.Coverage{}
		if err := (Source{}).Read(context.Background(), in, cov, func(*asset.Sighting) error { return nil }); err != nil {
			b.Fatal(err)
		}
		if cov.Read < 2000 || cov.Failed > 0 {
			b.Fatalf("read %d stations, failed %d", cov.Read, cov.Failed)
		}
	}
}

func BenchmarkBytes(b *testing.B) {
	c := benchCapture(b, 8)
	b.SetBytes(c.size())
	buf := make([]byte, readSize)
	for b.Loop() {
		r := io.NewSectionReader(c, 0, c.size())
		var sum uint64
		for {
			n, err := r.Read(buf)
			for i := 0; i+8 <= n; i += 64 {
				sum += binary.LittleEndian.Uint64(buf[i:]) // touch each cache line
			}
			if err == io.EOF {
				break
			}
		}
		_ = sum
	}
}
