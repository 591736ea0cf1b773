package unpack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	ulikunitz "github.com/ulikunitz/xz"
)

// hostileLimits are small enough that a bound is met within a second.
func hostileLimits(t testing.TB) Limits {
	return Limits{Entries: 20_000, Bytes: 64 << 20, File: 32 << 20, Time: time.Minute, Memory: 32 << 20, Spool: t.TempDir(), Workers: 2}
}

func zeroGzip(n int64) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, 9)
	writeZeros(w, n)
	w.Close()
	return b.Bytes()
}

func zeroXZ(t testing.TB, n int64) []byte {
	var b bytes.Buffer
	w, err := ulikunitz.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	writeZeros(w, n)
	w.Close()
	return b.Bytes()
}

func zipOf(t testing.TB, files ...packedFile) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		e, err := w.Create(f.name)
		if err != nil {
			t.Fatal(err)
		}
		e.Write(f.content)
	}
	w.Close()
	return b.Bytes()
}

// zipOverlapped lists one entry n times.
func zipOverlapped(t testing.TB, n int) []byte {
	b := zipOf(t, packedFile{"zeros", make([]byte, 1<<20)})
	cd := bytes.Index(b, []byte("PK\x01\x02"))
	end := bytes.Index(b, []byte("PK\x05\x06"))
	out := append(bytes.Clone(b[:cd]), bytes.Repeat(b[cd:end], n)...)
	e := bytes.Clone(b[end:])
	le.PutUint16(e[8:], uint16(n))
	le.PutUint16(e[10:], uint16(n))
	le.PutUint32(e[12:], uint32(n*(end-cd)))
	return append(out, e...)
}

func tarOf(heads ...tar.Header) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range heads {
		h.Size = 0
		if h.Typeflag == tar.TypeReg || h.Typeflag == 0 {
			h.Size = 4
		}
		if w.WriteHeader(&h) == nil && h.Size > 0 {
			w.Write([]byte("text"))
		}
	}
	w.Close()
	return b.Bytes()
}

func manyEmpty(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		name := fmt.Sprintf("%07d", i)
		fmt.Fprintf(&b, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\x00\x00\x00", i+1, 0o100644, 0, 0, 1, 0, 0, 0, 0, 0, 0, len(name)+1, 0, name)
	}
	fmt.Fprintf(&b, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08XTRAILER!!!\x00\x00\x00\x00", 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 11, 0)
	return b.Bytes()
}

func nested(t testing.TB, depth int) []byte {
	b := []byte("the innermost text")
	for range depth {
		b = zipOf(t, packedFile{"inner.zip", b})
	}
	return b
}

func deepTar(depth int) []byte {
	var list []tar.Header
	for i := 1; i <= depth; i++ {
		list = append(list, tar.Header{Name: strings.Repeat("d/", i), Typeflag: tar.TypeDir, Mode: 0o755})
	}
	return tarOf(list...)
}

// TestHostile opens what is made to harm: each is refused or bounded with a
// reason, no path leaves its root, and memory stays low.
func TestHostile(t *testing.T) {
	minixLoop := minixImage(2, le, []packedFile{{"a/b", []byte("x")}})
	i := bytes.Index(minixLoop[8*1024:], append([]byte{3, 0}, "b\x00"...)) + 8*1024
	minixLoop[i] = 1
	lying := cabImage(packedFiles(), false, 0)
	le.PutUint32(lying[36+8:], 0xfffffff0) // the first file's size
	mbr := make([]byte, 1<<16)
	for k := range 2 { // two partitions over each other
		copy(mbr[446+16*k+4:], "\x83\x00\x00\x00\x08\x00\x00\x00\x20\x00\x00\x00")
	}
	copy(mbr[510:], "\x55\xaa")
	for _, c := range append(hostileFileSystems(), []hostile{
		{"gzip bomb", zeroGzip(128 << 20), LimitHit, "limit hit"},
		{"xz bomb", zeroXZ(t, 80<<20), LimitHit, "limit hit"},
		{"bomb in a bomb", func() []byte { return zipOf(t, packedFile{"a.gz", zeroGzip(96 << 20)}) }(), LimitHit, "limit hit"},
		{"zip that lists one entry 5,000 times", zipOverlapped(t, 5000), LimitHit, "overlaps another entry"},
		{"zips nested 40 deep", nested(t, 40), LimitHit, "depth"},
		{"1,000,000 empty files", manyEmpty(1_000_000), LimitHit, "entries"},
		{"folders nested 2,000 deep", deepTar(2000), OK, ""},
		{"minix: folder that holds the root", minixLoop, Partial, "loop"},
		{"iso: folder that is its own parent", isoImage("x"), Partial, "loop"},
		{"cab: file of 4 GiB in a small folder", lying, Encrypted, "unexpected EOF"}, // cut, and the next file's noise behind its text
		{"7z: 4,294,967,295 files", sz([]byte("\x01\x05\xf0\xff\xff\xff\xff\x00")), Partial, "files in"},
		{"partitions over each other", mbr, Unknown, ""},
		{"names that climb", tarOf(tar.Header{Name: "../../etc/x"}, tar.Header{Name: "/etc/y"}, tar.Header{Name: "a/../../z"}), OK, ""},
		{"a link, then a file through it", tarOf(tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/etc"}, tar.Header{Name: "l/passwd"}), OK, ""},
		{"devices", tarOf(tar.Header{Name: "sda", Typeflag: tar.TypeBlock, Devmajor: 8}, tar.Header{Name: "mem", Typeflag: tar.TypeChar, Devmajor: 1}), OK, ""},
		{"names with line ends and no UTF-8", zipOf(t, packedFile{"a\nb\x1b[2J", []byte("x")}, packedFile{"\xff\xfe", []byte("y")}), OK, ""},
		{"a squashfs whose tables lie outside", func() []byte {
			b := squashOld(3, le)
			le.PutUint64(b[87:], 1<<40)
			return b
		}(), Truncated, "unexpected EOF"},
		{"yaffs: a file of 2 GiB without a chunk", func() []byte {
			y := &yaffsWriter{g: yaffsGeometries[0], seq: 0x1001, next: 300, dirs: map[string]uint32{}}
			y.header(yaffsRoot, 3, yaffsRoot, "", 0o40755, 0, "", 0)
			y.header(303, 1, yaffsRoot, "big", 0o100644, 1<<31-1, "", 0)
			return y.b.Bytes()
		}(), LimitHit, "limit hit"},
	}...) {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			tree, err := Open(context.Background(), bytes.NewReader(c.image), int64(len(c.image)), "image", hostileLimits(t), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer tree.Close()
			sound(t, tree)
			runtime.ReadMemStats(&after)
			if held := int64(after.HeapInuse) - int64(before.HeapInuse); held > 200<<20 {
				t.Errorf("%d MB are held", held>>20)
			}
			worst, why := OK, ""
			rank := map[State]int{OK: 0, Unknown: 1, Partial: 2, Truncated: 3, Encrypted: 4, LimitHit: 5}
			tree.EachRegion(func(_ string, _ *Object, r *Region) {
				if rank[r.State] > rank[worst] {
					worst = r.State
				}
				why += strings.Join(r.Reasons, "; ")
			})
			if worst != c.state || !strings.Contains(why+strings.Join(tree.Notes, " "), c.why) {
				t.Errorf("state %q, want %q: %.300s %v", worst, c.state, why, tree.Notes)
			}
			if err := Export(tree, t.TempDir()); err != nil {
				t.Errorf("export: %v", err)
			}
		})
	}
}
