package unpack

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// treeText lists all that a tree says, without the contents themselves.
func treeText(t *Tree) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d objects, %d entries, %d bytes, %q\n", t.Objects, t.Entries, t.Bytes, t.Notes)
	t.EachRegion(func(full string, o *Object, r *Region) {
		fmt.Fprintf(&b, "%s depth %d, trial %v, %d+%d %s %q %q %v\n", full, o.depth, o.trial, r.Offset, r.Length, r.Confidence, r.State, r.Reasons, r.Facts)
		for _, n := range r.Nodes {
			fmt.Fprintf(&b, "  %s %s %o %d %q %q %q %v", n.Path, n.Kind, n.Mode, n.Size, n.Link, n.State, n.Reason, n.Superseded)
			if n.Object != nil {
				fmt.Fprintf(&b, " %s", n.Object.Sum())
			}
			b.WriteByte('\n')
		}
	})
	return b.String()
}

// damagedZip has entries whose checksums fail, so that many files have something to say.
func damagedZip(t *testing.T, n int) []byte {
	var list []packedFile
	for i := range n {
		list = append(list, packedFile{fmt.Sprintf("dir%d/file%03d", i%7, i), bytes.Repeat([]byte{byte(i), byte(i >> 8), 'x'}, 500+i)})
	}
	z := zipOf(t, list...)
	for at := 0; ; {
		i := bytes.Index(z[at:], []byte("PK\x01\x02"))
		if i < 0 {
			return z
		}
		at += i + 4
		if z[at+12]%3 == 0 {
			z[at+12] ^= 0xff // the checksum in the directory
		}
	}
}

// TestWorkers opens one image with one worker and with many: the tree is the same.
func TestWorkers(t *testing.T) {
	files := packedFiles()
	inner := zipOf(t, append(files, packedFile{"inner.tar", tarOf()})...)
	img := join(damagedZip(t, 200), noiseOf(5000, 1), minixImage(2, le, files), noiseOf(3000, 2), squashOld(3, le), squashOld(2, be),
		zeroGzip(100_000), damagedZip(t, 90), inner, zipOf(t, packedFile{"a.zip", inner}, packedFile{"b/a.zip", inner}))
	want := ""
	for _, workers := range []int{1, 2, 3, 8, 8, 8} {
		tree, err := Open(context.Background(), bytes.NewReader(img), int64(len(img)), "image", Limits{Workers: workers, Spool: t.TempDir()}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := treeText(tree)
		tree.Close()
		if want == "" {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%d workers (-one +many):\n%s", workers, diff)
		}
	}
	if n := strings.Count(want, "checksum: has"); n < 40 {
		t.Errorf("only %d damaged files are told", n)
	}
}

// TestPoolFull adds more tasks from a task than the pool holds.
func TestPoolFull(t *testing.T) {
	p := newPool()
	done := make([]int, 3*poolRoom)
	p.add(func() {
		for i := range done {
			p.add(func() { done[i]++ })
		}
	})
	p.work(3)
	for i, n := range done {
		if n != 1 {
			t.Fatalf("task %d ran %d times", i, n)
		}
	}
}

// TestExport writes names that collide, equal contents, and over what an earlier run left.
func TestExport(t *testing.T) {
	z := zipOf(t, packedFile{"a", []byte("one")}, packedFile{"a/b", []byte("two")}, packedFile{"c:d", []byte("three")},
		packedFile{"c?d", []byte("four")}, packedFile{"again", []byte("one")}, packedFile{"empty", nil}, packedFile{"empty2", nil})
	dir := t.TempDir()
	for range 2 {
		tree, err := Open(context.Background(), bytes.NewReader(z), int64(len(z)), "image", Limits{Spool: t.TempDir()}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := Export(tree, dir); err != nil {
			t.Fatal(err)
		}
		tree.Close()
		want := map[string]string{"a": "one", "a~/b": "two", "c_d": "three", "c_d~": "four", "again": "one", "empty": "", "empty2": ""}
		got := map[string]string{}
		top := filepath.Join(dir, "files", "image_zip")
		filepath.Walk(top, func(p string, fi os.FileInfo, err error) error {
			if err != nil || fi.IsDir() {
				return err
			}
			b, err := os.ReadFile(p)
			rel, _ := filepath.Rel(top, p)
			got[filepath.ToSlash(rel)] = string(b)
			return err
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	}
	one, _ := os.Stat(filepath.Join(dir, "files", "image_zip", "a"))
	again, _ := os.Stat(filepath.Join(dir, "files", "image_zip", "again"))
	if one == nil || !os.SameFile(one, again) {
		t.Error("equal contents are two files")
	}
}

// TestExportUnopened: a piece that is recognised and not opened is written as it is.
func TestExportUnopened(t *testing.T) {
	old := packDTB("board") // there is nothing inside to open
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(old)
	w.Close()
	tree, err := Open(context.Background(), bytes.NewReader(b.Bytes()), int64(b.Len()), "image", Limits{Spool: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	dir := t.TempDir()
	if err := Export(tree, dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "files", "image_gzip!content")); err != nil || !bytes.Equal(got, old) {
		t.Errorf("%d bytes, %v; want the %d of the device tree", len(got), err, len(old))
	}
}

// TestTwins: a file system that stands in an image twice is unpacked once and shown twice; one changed byte makes another.
func TestTwins(t *testing.T) {
	a := squashOld(3, le)
	changed := bytes.Clone(a)
	changed[39]++ // when it was made
	img := join(a, noiseOf(500, 1), a, noiseOf(500, 2), changed)
	one, all := openLimited(t, a, Limits{}), openLimited(t, img, Limits{})
	var found []*Region
	for _, r := range all.Root.Regions {
		if r.Format == "squashfs" {
			found = append(found, r)
		}
	}
	if len(found) != 3 {
		t.Fatalf("%d file systems", len(found))
	}
	if diff := cmp.Diff(nodeText(found[0]), nodeText(found[1])); diff != "" || len(found[1].Nodes) != len(one.Root.Regions[0].Nodes) {
		t.Errorf("(-first +second):\n%s", diff)
	}
	if got := found[1].Fact("same bytes as"); got != "the region at 0x0" || found[2].Fact("same bytes as") != "" {
		t.Errorf("same bytes as %q, %q", got, found[2].Fact("same bytes as"))
	}
	if all.Bytes != 2*one.Bytes {
		t.Errorf("%d bytes unpacked, %d in one", all.Bytes, one.Bytes)
	}
}

func nodeText(r *Region) (list []string) {
	for _, n := range r.Nodes {
		list = append(list, fmt.Sprintf("%s %s %d %v", n.Path, n.Kind, n.Size, n.Object != nil))
	}
	return list
}
