package unpack

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// need skips the test with one clear line when a packer is not installed.
func need(t testing.TB, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			if _, err := os.Stat("/usr/sbin/" + tool); err != nil {
				t.Skipf("%s is not installed: the round trip with it is not tested", tool)
			}
		}
	}
}

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if p, err := exec.LookPath(name); err == nil {
		name = p
	} else {
		name = "/usr/sbin/" + name
	}
	cmd := exec.Command(name, args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// sampleTree writes a small tree with the shapes that go wrong: empty, tiny,
// block-sized, odd-sized, incompressible and sparse files, links, deep folders.
func sampleTree(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	rnd := rand.New(rand.NewSource(1))
	noise := make([]byte, 300_001)
	rnd.Read(noise)
	put := func(name string, b []byte, mode os.FileMode) {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, b, mode); err != nil {
			t.Fatal(err)
		}
	}
	put("etc/passwd", []byte("root:x:0:0:root:/root:/bin/sh\n"), 0o644)
	put("etc/empty", nil, 0o600)
	put("bin/tool", []byte(strings.Repeat("some program text, quite compressible. ", 9000)), 0o755)
	put("bin/noise", noise, 0o755)
	put("lib/exact", []byte(strings.Repeat("x", 131072)), 0o644)
	put("lib/sparse", append(make([]byte, 400_000), "end"...), 0o644)
	put("usr/share/deep/er/and/deeper/file.txt", []byte("deep\n"), 0o644)
	for i := range 40 {
		put(fmt.Sprintf("usr/many/f%02d", i), []byte(strings.Repeat(fmt.Sprint(i), i*37)), 0o644)
	}
	if err := os.Link(filepath.Join(dir, "bin/tool"), filepath.Join(dir, "etc/again")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../bin/tool", filepath.Join(dir, "etc/link")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// onDisk lists a folder as "path kind content-hash-or-target".
func onDisk(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.Walk(dir, func(p string, fi os.FileInfo, err error) error {
		if err != nil || p == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		switch {
		case fi.IsDir():
		case fi.Mode()&os.ModeSymlink != 0:
			to, _ := os.Readlink(p)
			out = append(out, rel+" link "+to)
		default:
			b, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			out = append(out, rel+" file "+sumOf(b).String())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(out)
	return out
}

// inRegion lists the nodes of a region in the same form; a hard link counts as what it means.
func inRegion(r *Region) []string {
	var out []string
	byPath := map[string]*Node{}
	for _, n := range r.Nodes {
		byPath[n.Path] = n
	}
	for _, n := range r.Nodes {
		if to := byPath[strings.TrimPrefix(n.Link, "./")]; n.Kind == Hardlink && to != nil && to.Object != nil {
			out = append(out, n.Path+" file "+to.Object.Sum().String())
			continue
		}
		switch {
		case n.Superseded:
		case n.Kind == Symlink:
			out = append(out, n.Path+" link "+n.Link)
		case n.Kind == File && n.Object != nil:
			out = append(out, n.Path+" file "+n.Object.Sum().String())
		case n.Kind == File, n.Kind == Hardlink:
			out = append(out, n.Path+" "+string(n.Kind)+" without content "+n.Reason)
		}
	}
	sort.Strings(out)
	return out
}

func openFile(t testing.TB, path string) *Tree {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	fi, _ := f.Stat()
	tree, err := Open(context.Background(), f, fi.Size(), filepath.Base(path), Limits{Spool: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close(); f.Close() })
	return tree
}

// findRegion returns the first region of a format anywhere in the tree.
func findRegion(t testing.TB, tree *Tree, format string) *Region {
	t.Helper()
	var got *Region
	tree.EachRegion(func(_ string, _ *Object, r *Region) {
		if got == nil && r.Format == format {
			got = r
		}
	})
	if got == nil {
		t.Fatalf("no %s region; have:\n%s", format, dump(tree))
	}
	return got
}

func dump(tree *Tree) string {
	var b strings.Builder
	tree.EachRegion(func(full string, _ *Object, r *Region) {
		fmt.Fprintf(&b, "%s +%d %s %s %v %d nodes %v\n", full, r.Length, r.Confidence, r.State, r.Reasons, len(r.Nodes), r.Facts)
	})
	return b.String()
}

func sameTree(t *testing.T, want []string, r *Region) {
	t.Helper()
	got := inRegion(r)
	if a, b := strings.Join(want, "\n"), strings.Join(got, "\n"); a != b {
		t.Errorf("tree differs (%v %v)\nwant:\n%s\ngot:\n%s", r.State, r.Reasons, a, b)
	}
	if r.State != OK {
		t.Errorf("state %q: %v", r.State, r.Reasons)
	}
}
