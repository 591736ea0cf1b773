//go:build compare && linux

package pcap

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/asset"
	"telltale/internal/source"
	"telltale/internal/source/pcap/traffic"
)

// TestCompare writes a capture of 1,100 MiB (TELLTALE_COMPARE_MIB states another
// size) and reads the same file, cached, by plain reads of 1 MiB, by this
// package, by tshark and by p0f, one after the other; then 10 GiB of it for the
// memory. It prints seconds, ratios, and whether we and tshark tell the same facts:
//
//	go test ./internal/source/pcap -tags compare -run TestCompare -v -timeout 60m
func TestCompare(t *testing.T) {
	mib := 1100
	if n, err := strconv.Atoi(os.Getenv("TELLTALE_COMPARE_MIB")); err == nil {
		mib = n
	}
	path := filepath.Join(t.TempDir(), "compare.pcap")
	writeTraffic(t, path, int64(mib)<<20)
	plain := best(t, 5, func() spent { return ours(t, path, plainRead) })
	telltale := best(t, 5, func() spent { return ours(t, path, readAll) })
	t.Logf("%d MiB, each read from the cache of the system, the best of 5 for us", mib)
	show := func(name string, s spent) {
		t.Logf("%-9s %8.2f s, %8.2f s of processor, %7.0f MiB/s", name, s.wall.Seconds(), s.cpu.Seconds(), float64(mib)/s.wall.Seconds())
	}
	show("plain", plain)
	show("telltale", telltale)
	t.Logf("telltale reads at %.0f %% of the rate of plain reads (%.0f %% by processor time)", 100*plain.wall.Seconds()/telltale.wall.Seconds(), 100*plain.cpu.Seconds()/telltale.cpu.Seconds())
	for _, argv := range [][]string{{"p0f", "-r", path}, append([]string{"tshark", "-n", "-r", path, "-T", "fields"}, commonFields...)} {
		s, ok := theirs(t, path, argv)
		if !ok {
			t.Logf("%s does not run here", argv[0])
			continue
		}
		show(argv[0], s)
		t.Logf("telltale is %.1f times as fast as %s, %.1f times by processor time", s.wall.Seconds()/telltale.wall.Seconds(), argv[0], s.cpu.Seconds()/telltale.cpu.Seconds())
	}
	if _, err := exec.LookPath("tshark"); err == nil {
		want := tsharkFacts(t, path)
		got := ourFacts(t, path, want)
		t.Logf("facts in the common fields: %d by tshark, %d by us", len(want), len(got))
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("facts (-tshark +ours):\n%s", d)
		}
	}
	memory(t)
}

func writeTraffic(t *testing.T, path string, size int64) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := traffic.Write(w, size, 1); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// spent is what one reading took.
type spent struct{ wall, cpu time.Duration }

// best is the fastest of n after one that fills the cache.
func best(t *testing.T, n int, f func() spent) spent {
	t.Helper()
	f()
	b := f()
	for range n - 1 {
		if s := f(); s.wall < b.wall {
			b = s
		}
	}
	return b
}

func plainRead(f *os.File) error {
	_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{f}, make([]byte, 1<<20))
	return err
}

func readAll(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	in := &source.Input{Name: "b", Data: f, Size: info.Size(), Options: &source.Options{}}
	return Source{}.Read(context.Background(), in, &asset.Coverage{}, func(*asset.Sighting) error { return nil })
}

// ours measures this process while it reads.
func ours(t *testing.T, path string, read func(*os.File) error) spent {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cpu, begun := used(t), time.Now()
	if err := read(f); err != nil {
		t.Fatal(err)
	}
	return spent{time.Since(begun), used(t) - cpu}
}

func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func theirs(t *testing.T, path string, argv []string) (spent, bool) {
	t.Helper()
	if _, err := exec.LookPath(argv[0]); err != nil {
		return spent{}, false
	}
	begun := time.Now()
	c := exec.Command(argv[0], argv[1:]...)
	if err := c.Run(); err != nil {
		t.Logf("%s: %v", argv[0], err)
		return spent{}, false
	}
	return spent{time.Since(begun), c.ProcessState.UserTime() + c.ProcessState.SystemTime()}, true
}

// ourFacts are the facts of a capture in the fields tshark tells too.
func ourFacts(t *testing.T, path string, want []string) []string {
	t.Helper()
	var list []*asset.Sighting
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	in := &source.Input{Name: "t", Data: f, Size: info.Size(), Options: &source.Options{}}
	if err := (Source{}).Read(context.Background(), in, &asset.Coverage{}, func(s *asset.Sighting) error { list = append(list, s); return nil }); err != nil {
		t.Fatal(err)
	}
	return commonFacts(list, want)
}

// memory reads 10 GiB and looks at the heap while it does.
func memory(t *testing.T) {
	t.Helper()
	c := benchCapture(t, 10<<30/(32<<20))
	runtime.GC()
	var before, m runtime.MemStats
	runtime.ReadMemStats(&before)
	most, stop, done := uint64(0), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	in := &source.Input{Name: "b", Data: c, Size: c.size(), Options: &source.Options{}}
	begun := time.Now()
	if err := (Source{}).Read(context.Background(), in, &asset.Coverage{}, func(*asset.Sighting) error { return nil }); err != nil {
		t.Fatal(err)
	}
	close(stop)
	<-done
	t.Logf("10 GiB read in %.1f s with at most %d MiB of heap more than before", time.Since(begun).Seconds(), (int64(most)-int64(before.HeapAlloc))>>20)
	runtime.KeepAlive(c)
}
