//go:build compare && linux

package unpack

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The comparison with Debian's binwalk on one image of 64 MiB:
//
//	go test -tags compare -run TestCompare -v ./internal/firmware/unpack
//
// TELLTALE_IMAGE names another image; without it the flash of image_test.go is made.

func cpuTime() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

type cost struct{ wall, cpu time.Duration }

func (c cost) String() string {
	return fmt.Sprintf("%.2f s, %.2f s of CPU", c.wall.Seconds(), c.cpu.Seconds())
}

func ours(f func()) cost {
	start, cpu := time.Now(), cpuTime()
	f()
	return cost{time.Since(start), cpuTime() - cpu}
}

func theirs(t *testing.T, dir string, args ...string) (string, cost) {
	t.Helper()
	cmd := exec.Command("binwalk", args...)
	cmd.Dir = dir
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("binwalk %v: %v\n%s", args, err, out)
	}
	return string(out), cost{time.Since(start), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
}

// contents hashes every regular file under dir.
func contents(t *testing.T, dir string) (sums map[Sum]bool, size int64) {
	t.Helper()
	sums = map[Sum]bool{}
	filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if b, err := os.ReadFile(p); err == nil {
				sums[sumOf(b)] = true
				size += int64(len(b))
			}
		}
		return nil
	})
	return sums, size
}

func TestCompare(t *testing.T) {
	need(t, "binwalk")
	name := os.Getenv("TELLTALE_IMAGE")
	if name == "" {
		name = flashImage(t)
	}
	img, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	mb := float64(len(img)) / 1e6

	text, scanB := theirs(t, work, name)
	var found []string
	scanA := ours(func() {
		tree, err := Scan(context.Background(), bytes.NewReader(img), int64(len(img)), "image", Limits{Spool: work})
		if err != nil {
			t.Fatal(err)
		}
		defer tree.Close()
		for _, r := range tree.Root.Regions {
			found = append(found, fmt.Sprintf("%d %#x %s", r.Offset, r.Offset, r.Format))
		}
	})
	t.Logf("scan: binwalk %v (%.1f MB/s); this %v (%.1f MB/s); ratio %.1f wall, %.1f CPU", scanB, mb/scanB.wall.Seconds(), scanA, mb/scanA.wall.Seconds(),
		scanB.wall.Seconds()/scanA.wall.Seconds(), scanB.cpu.Seconds()/scanA.cpu.Seconds())
	t.Logf("pieces of the flash found: binwalk %d, this %d, of %d", foundParts(strings.Split(text, "\n")), foundParts(found), len(flashParts))
	if foundParts(found) < foundParts(strings.Split(text, "\n")) {
		t.Errorf("binwalk finds more:\n%s\nthis:\n%s", text, strings.Join(found, "\n"))
	}
	t.Logf("binwalk says:\n%s\nthis says:\n%s", text, strings.Join(found, "\n"))

	there, here := filepath.Join(work, "there"), filepath.Join(work, "here")
	os.Mkdir(there, 0o755)
	os.Mkdir(here, 0o755)
	_, extractB := theirs(t, there, "-e", "-q", "--run-as=root", name)
	extractA := ours(func() {
		tree, err := Open(context.Background(), bytes.NewReader(img), int64(len(img)), "image", Limits{Spool: work}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tree.Close()
		if err := Export(tree, here); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("extract: binwalk %v (%.1f MB/s); this %v (%.1f MB/s); ratio %.1f wall, %.1f CPU", extractB, mb/extractB.wall.Seconds(), extractA, mb/extractA.wall.Seconds(),
		extractB.wall.Seconds()/extractA.wall.Seconds(), extractB.cpu.Seconds()/extractA.cpu.Seconds())
	b, sizeB := contents(t, there)
	a, sizeA := contents(t, here)
	only := 0
	for sum := range b {
		if !a[sum] {
			only++
		}
	}
	t.Logf("distinct contents: binwalk %d in %d MB, this %d in %d MB; %d of binwalk's are not among ours (raw carves of a tail of the image)", len(b), sizeB>>20, len(a), sizeA>>20, only)
}
