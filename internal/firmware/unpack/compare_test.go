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
	"sort"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"
)

// The comparison with Debian's binwalk on one image of 64 MiB, both in one run:
//
//	go test -tags compare -run TestCompare -v ./internal/firmware/unpack
//
// Where the file system has many files just deleted, making new ones takes most
// of the time of either, and go test deletes many in /tmp: /var/tmp is used unless TMPDIR is set.
// TELLTALE_IMAGE names another image; without it the flash of image_test.go is made.

func cpuTime() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

type cost struct{ wall, cpu time.Duration }

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

// contents gives every distinct content of a regular file under the folders, with one of its names.
func contents(dirs ...string) map[Sum]string {
	out := map[Sum]string{}
	for _, dir := range dirs {
		filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				if b, err := os.ReadFile(p); err == nil {
					out[sumOf(b)] = p
				}
			}
			return nil
		})
	}
	return out
}

// among counts the contents that are in all.
func among(list, all map[Sum]string) (n int) {
	for sum := range list {
		if _, ok := all[sum]; ok {
			n++
		}
	}
	return n
}

// comparison is a table of both programs, line by line.
type comparison struct {
	w     *tabwriter.Writer
	b     strings.Builder
	notes []string // on what binwalk writes and we do not
	mb    float64
}

func (c *comparison) line(format string, args ...any) { fmt.Fprintf(c.w, format+"\n", args...) }

func (c *comparison) costs(what string, them, us cost, wanted float64) {
	c.line("%s, wall\t%.2f s (%.1f MB/s)\t%.2f s (%.1f MB/s)\t%.1f times (at least %.0f wanted)", what,
		them.wall.Seconds(), c.mb/them.wall.Seconds(), us.wall.Seconds(), c.mb/us.wall.Seconds(), them.wall.Seconds()/us.wall.Seconds(), wanted)
	c.line("%s, CPU\t%.2f s\t%.2f s\t%.1f times", what, them.cpu.Seconds(), us.cpu.Seconds(), them.cpu.Seconds()/us.cpu.Seconds())
}

func TestCompare(t *testing.T) {
	need(t, "binwalk")
	if os.Getenv("TMPDIR") == "" {
		t.Setenv("TMPDIR", "/var/tmp")
	}
	f := flash{image: os.Getenv("TELLTALE_IMAGE")}
	if f.image == "" {
		f = flashImage(t)
	}
	img, err := os.ReadFile(f.image)
	if err != nil {
		t.Fatal(err)
	}
	c := &comparison{mb: float64(len(img)) / 1e6}
	c.w = tabwriter.NewWriter(&c.b, 0, 0, 2, ' ', 0)
	c.line("\tbinwalk\tthis\t")
	c.scan(t, f.image, img)
	c.extract(t, &f, img)
	c.w.Flush()
	sort.Strings(c.notes)
	load, _ := os.ReadFile("/proc/loadavg")
	t.Logf("%.1f MB; load of the machine at the end: %s\n%s", c.mb, strings.TrimSpace(string(load)), c.b.String()+strings.Join(c.notes, "\n"))
}

func (c *comparison) scan(t *testing.T, name string, img []byte) {
	text, them := theirs(t, t.TempDir(), name)
	var found []string
	us := ours(func() {
		tree, err := Scan(context.Background(), bytes.NewReader(img), int64(len(img)), "image", Limits{Spool: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		defer tree.Close()
		for _, r := range tree.Root.Regions {
			found = append(found, fmt.Sprintf("%d %#x %s", r.Offset, r.Offset, r.Format))
		}
	})
	c.costs("scan", them, us, 10)
	theirFound, ourFound := foundParts(strings.Split(text, "\n")), foundParts(found)
	c.line("pieces of the flash found, of %d\t%d\t%d\t", len(flashParts), theirFound, ourFound)
	if ourFound < theirFound {
		t.Errorf("binwalk finds more:\n%s\nthis:\n%s", text, strings.Join(found, "\n"))
	}
}

func (c *comparison) extract(t *testing.T, f *flash, img []byte) {
	there, here, spool := t.TempDir(), t.TempDir(), t.TempDir()
	_, them := theirs(t, there, "-e", "-q", "--run-as=root", f.image)
	var tree *Tree
	var writing cost
	us := ours(func() {
		var err error
		if tree, err = Open(context.Background(), bytes.NewReader(img), int64(len(img)), "image", Limits{Spool: spool}, nil); err != nil {
			t.Fatal(err)
		}
		writing = ours(func() { err = Export(tree, here) })
		if err != nil {
			t.Fatal(err)
		}
	})
	defer tree.Close()
	c.costs("extraction", them, us, 5)
	c.line("  of which writing the files\t\t%.2f s, %.2f s of CPU\t", writing.wall.Seconds(), writing.cpu.Seconds())
	b, a := contents(there), contents(here)
	if f.trees != nil {
		packed := contents(f.trees...)
		c.line("contents packed into the flash and got back, of %d\t%d\t%d\t", len(packed), among(packed, b), among(packed, a))
	}
	c.line("distinct contents written\t%d\t%d\t", len(b), len(a))
	c.line("of binwalk's, not among ours\t%d\t\t", len(b)-among(b, a))
	for sum, p := range b {
		if _, ok := a[sum]; ok {
			continue
		}
		why, ok := explain(tree, img, p)
		c.notes = append(c.notes, fmt.Sprintf("  %s: %s", filepath.Base(p), why))
		if !ok {
			t.Errorf("binwalk extracts %s, and we do not", p)
		}
	}
}

// explain says what a content of binwalk's is that we do not write: ok when it
// is nothing but bytes of the image copied out, from the offset it is named by,
// of which every one is explained by a region of ours that is opened, or is padding.
func explain(tree *Tree, img []byte, name string) (why string, ok bool) {
	hex, _, _ := strings.Cut(filepath.Base(name), ".")
	off, err := strconv.ParseInt(hex, 16, 64)
	b, rerr := os.ReadFile(name)
	if err != nil || rerr != nil || off > int64(len(img)) || !bytes.HasPrefix(img[off:], b) {
		return fmt.Sprintf("%d bytes, not a range of the image", len(b)), false
	}
	end := off + int64(len(b))
	var parts []string
	ok = true
	for _, r := range tree.Root.Regions {
		if r.Offset+r.Length <= off || r.Offset >= end {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s to %#x", r.Format, r.Offset+r.Length))
		ok = ok && (len(r.Nodes) > 0 || r.Format == "padding")
	}
	return fmt.Sprintf("no content: bytes %#x-%#x of the image as they are, which we open as %s", off, end, strings.Join(parts, ", ")), ok
}
