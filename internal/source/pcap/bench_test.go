package pcap

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

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

// BenchmarkReaders reads the capture TELLTALE_CAPTURE names with this package,
// with plain reads of 1 MiB, and with the other readers that are installed. Each
// tells its processor seconds, ours and the others', for one reading:
//
//	go run ./internal/source/pcap/traffic/write -out /tmp/t.pcap -size 1100
//	TELLTALE_CAPTURE=/tmp/t.pcap go test ./internal/source/pcap -run - -bench Readers -benchtime 1x
func BenchmarkReaders(b *testing.B) {
	path := os.Getenv("TELLTALE_CAPTURE")
	if path == "" {
		b.Skip("TELLTALE_CAPTURE is not set: no capture to read")
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	measure := func(name string, read func(b *testing.B) (cpu time.Duration)) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(info.Size())
			read(b) // into the cache of the system
			var cpu time.Duration
			for b.Loop() {
				cpu += read(b)
			}
			b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/op")
		})
	}
	measure("plain", func(b *testing.B) time.Duration {
		return ours(b, path, func(f *os.File) error {
			_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{f}, make([]byte, 1<<20))
			return err
		})
	})
	measure("telltale", func(b *testing.B) time.Duration {
		return ours(b, path, func(f *os.File) error {
			in := &source.Input{Name: "b", Data: f, Size: info.Size(), Options: &source.Options{}}
			return Source{}.Read(context.Background(), in, &asset.Coverage{}, func(*asset.Sighting) error { return nil })
		})
	})
	for _, argv := range [][]string{{"p0f", "-r", path}, append([]string{"tshark", "-n", "-r", path, "-T", "fields"}, commonFields...)} {
		if _, err := exec.LookPath(argv[0]); err != nil {
			continue
		}
		measure(argv[0], func(b *testing.B) time.Duration {
			c := exec.Command(argv[0], argv[1:]...)
			if err := c.Run(); err != nil {
				b.Fatal(err)
			}
			return c.ProcessState.UserTime() + c.ProcessState.SystemTime()
		})
	}
}

// ours measures the processor time this process takes for read.
func ours(b *testing.B, path string, read func(*os.File) error) time.Duration {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	before := used(b)
	if err := read(f); err != nil {
		b.Fatal(err)
	}
	return used(b) - before
}

func used(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
