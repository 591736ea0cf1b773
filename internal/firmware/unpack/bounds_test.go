package unpack

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Bounds one by one, where the table of hostile images would need hours or gigabytes.

func openLimited(t *testing.T, img []byte, lim Limits) *Tree {
	t.Helper()
	lim.Spool = t.TempDir()
	tree, err := Open(context.Background(), bytes.NewReader(img), int64(len(img)), "image", lim, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

// TestRatio feeds streams of given growth to the bound: where each is ended, in MiB; 0 is never, within 1 GiB.
func TestRatio(t *testing.T) {
	for _, c := range []struct {
		name  string
		ratio int64
		end   int64
	}{
		{"text", 4, 0},
		{"an image that is mostly empty", 90, 0},
		{"zeros in the fast mode", 220, LongStream>>20 + 1},
		{"zeros in the best mode", 1030, RatioFree>>20 + 1},
	} {
		s := &session{lim: Limits{}.withDefaults(1 << 30), ctx: context.Background()}
		var used int64
		w := &bounded{x: &xtr{s: s}, w: io.Discard, in: func() int64 { return used }}
		end, mib := int64(0), make([]byte, 1<<20)
		for i := int64(1); i <= 1024 && end == 0; i++ {
			used = i << 20 / c.ratio
			if _, err := w.Write(mib); err != nil {
				end = i
				if !isLimit(err) || !strings.Contains(err.Error(), "bytes out for each byte in") {
					t.Errorf("%s: %v", c.name, err)
				}
			}
		}
		if end != c.end {
			t.Errorf("%s: ended after %d MiB, want %d", c.name, end, c.end)
		}
	}
}

// TestZipOfZips nests zips, 16 in each, the innermost full of zeros: alike and
// so opened once, or all different, when the bound of the whole run ends them.
func TestZipOfZips(t *testing.T) {
	for _, c := range []struct {
		name  string
		alike bool
		zeros int
		note  string
	}{
		{"alike", true, 40 << 20, "bytes out for each byte in"},
		{"different", false, 1 << 20, "unpacked bytes in all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := 0
			var of func(level int) []byte
			of = func(level int) []byte {
				if level == 0 {
					n++
					b := make([]byte, c.zeros)
					if !c.alike {
						copy(b, fmt.Sprint(n))
					}
					return zipOf(t, packedFile{"0.dll", b})
				}
				var list []packedFile
				inner := of(level - 1)
				for i := range 16 {
					if !c.alike && i > 0 {
						inner = of(level - 1)
					}
					list = append(list, packedFile{fmt.Sprintf("lib %x.zip", i), inner})
				}
				return zipOf(t, list...)
			}
			levels := 5
			if !c.alike {
				levels = 2
			}
			tree := openLimited(t, of(levels), hostileLimits(t))
			if len(tree.Notes) != 1 || !strings.Contains(tree.Notes[0], c.note) {
				t.Errorf("notes %q, want one of %q", tree.Notes, c.note)
			}
			if tree.Bytes > 65<<20 {
				t.Errorf("%d bytes unpacked", tree.Bytes)
			}
		})
	}
}

// TestCutHeader cuts images of many formats within their first header.
func TestCutHeader(t *testing.T) {
	for format, img := range map[string][]byte{
		"squashfs": squashOld(3, le), "uimage": join([]byte("\x27\x05\x19\x56"), noiseOf(60, 1)), "zip": zipOf(t, packedFile{"a", nil}),
		"ubi": join([]byte("UBI#\x01"), make([]byte, 59)), "xz": zeroXZ(t, 1000), "rpm": packRPM([]byte("payload")),
	} {
		for _, n := range []int{8, 10} {
			tree := openLimited(t, img[:n], Limits{})
			r := tree.Root.Regions
			if len(r) != 1 || r[0].State != Truncated || !strings.Contains(strings.Join(r[0].Reasons, " "), format) {
				t.Errorf("%s cut after %d bytes: %+v", format, n, r[0])
			}
		}
		behind := openLimited(t, join(noiseOf(9000, 2), img[:10]), Limits{}) // not where an object begins
		for _, r := range behind.Root.Regions {
			if r.State == Truncated && !strings.Contains(strings.Join(r.Reasons, " "), format) {
				t.Errorf("%s behind noise: %+v", format, r)
			}
		}
	}
}

// TestNodeTooLong: a jffs2 node of 4 GiB is told as cut, with how much is there.
func TestNodeTooLong(t *testing.T) {
	n := make([]byte, 4096)
	le.PutUint16(n, 0x1985)
	le.PutUint16(n[2:], jffsInode)
	le.PutUint32(n[4:], 0xffffffff)
	le.PutUint32(n[8:], jffsCRC(n[:8]))
	r := openLimited(t, n, Limits{}).Root.Regions[0]
	if r.Format != "jffs2" || r.State != Truncated || !strings.Contains(strings.Join(r.Reasons, " "), "4294967295 bytes, only 4096") {
		t.Errorf("%+v", r)
	}
}

// TestNamesInArchives: what climbs, is absolute, doubled or too long stays inside, and stands in the tree.
func TestNamesInArchives(t *testing.T) {
	long := strings.Repeat("n", 300)
	cpio := func(name, content string) []byte {
		b := fmt.Sprintf("070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\x00", 1, 0o100644, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name)+1, 0, name)
		b += strings.Repeat("\x00", (4-len(b)%4)%4) + content
		return []byte(b + strings.Repeat("\x00", (4-len(b)%4)%4))
	}
	tree := openLimited(t, join(cpio("etc/a", "first"), cpio("etc/a", "second"), cpio("../../x", "out"), cpio(long, "long"), cpio("TRAILER!!!", "")), Limits{})
	dir := t.TempDir()
	if err := Export(tree, dir); err != nil {
		t.Fatal(err)
	}
	var states []bool
	for _, n := range tree.Root.Regions[0].Nodes {
		if n.Path == "etc/a" {
			states = append(states, n.Superseded)
		}
	}
	if fmt.Sprint(states) != "[true false]" {
		t.Errorf("superseded: %v", states)
	}
	var got []string
	filepath.Walk(dir, func(p string, fi os.FileInfo, err error) error {
		if err == nil && !fi.IsDir() {
			b, _ := os.ReadFile(p)
			got = append(got, string(b))
		}
		return err
	})
	if fmt.Sprint(got) != "[second long out]" {
		t.Errorf("written: %q", got)
	}
}

// TestSelfContaining: an image that holds itself is walked and written once.
func TestSelfContaining(t *testing.T) {
	tree := openLimited(t, tarOf(tar.Header{Name: "copy", Typeflag: tar.TypeReg}), Limits{})
	tree.Root.Regions[0].Nodes[0].Object = tree.Root // what no packer can make without a quine
	seen := 0
	tree.Walk(func(*Entry) bool { seen++; return true })
	if seen != 1 {
		t.Errorf("%d nodes are walked", seen)
	}
	if err := Export(tree, t.TempDir()); err != nil {
		t.Error(err)
	}
}

// TestDirectoryLoop: an ext file system whose directory holds its own parent.
func TestDirectoryLoop(t *testing.T) {
	need(t, "mke2fs", "debugfs")
	dir := t.TempDir()
	os.MkdirAll(filepath.Join(dir, "root", "a", "b"), 0o755)
	writeFile(t, filepath.Join(dir, "root", "a", "b", "file"), []byte("text"))
	img := filepath.Join(dir, "img")
	run(t, "mke2fs", "-q", "-t", "ext2", "-b", "1024", "-N", "32", "-d", filepath.Join(dir, "root"), img, "256K")
	run(t, "debugfs", "-w", "-R", "link a a/b/up", img)
	b, err := os.ReadFile(img)
	if err != nil {
		t.Fatal(err)
	}
	r := openLimited(t, b, Limits{}).Root.Regions[0]
	if r.Format != "ext" || r.State != Partial || !strings.Contains(strings.Join(r.Reasons, " "), "loop") {
		t.Errorf("%s %s %q", r.Format, r.State, r.Reasons)
	}
}

// TestHalfSquashfs: a file system cut in its middle says what is missing.
func TestHalfSquashfs(t *testing.T) {
	whole := squashOld(3, le)
	r := openLimited(t, whole[:len(whole)/2], Limits{}).Root.Regions[0]
	if r.Format != "squashfs" || r.State != Truncated || len(r.Reasons) == 0 || r.Length != int64(len(whole)/2) {
		t.Errorf("%+v", r)
	}
}
