package unpack

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// yaffsWriter writes the log of a device page by page.
type yaffsWriter struct {
	g    yaffsGeometry
	b    bytes.Buffer
	seq  uint32
	next uint32
	dirs map[string]uint32
}

func (y *yaffsWriter) chunk(page []byte, object, chunk, n uint32) {
	o := y.g.o
	buf := bytes.Repeat([]byte{0xff}, y.g.page+y.g.spare)
	copy(buf, page)
	spare := buf[y.g.page:]
	if y.g.first {
		var w [8]byte
		if o == binary.ByteOrder(le) {
			o.PutUint32(w[:], chunk|1<<20|n<<22)
			o.PutUint32(w[4:], object)
		} else {
			o.PutUint32(w[:], chunk<<12|1<<10|n)
			o.PutUint32(w[4:], object<<14)
		}
		for i, k := range []int{0, 1, 2, 3, 6, 7, 11, 12} {
			spare[k] = w[i]
		}
	} else {
		for i, v := range []uint32{y.seq, object, chunk, n} {
			o.PutUint32(spare[y.g.tags+4*i:], v)
		}
	}
	y.b.Write(buf)
	if y.b.Len()/len(buf)%32 == 0 { // the next block of flash
		y.seq++
	}
}

func (y *yaffsWriter) header(object, kind, parent uint32, name string, mode uint32, size int, alias string, equal uint32) {
	o := y.g.o
	h := bytes.Repeat([]byte{0xff}, 512)
	o.PutUint32(h, kind)
	o.PutUint32(h[4:], parent)
	copy(h[10:266], make([]byte, 256))
	copy(h[10:], name)
	o.PutUint32(h[268:], mode)
	o.PutUint32(h[272:], 0)
	o.PutUint32(h[276:], 0)
	o.PutUint32(h[284:], 1700000000)
	o.PutUint32(h[292:], uint32(size))
	o.PutUint32(h[296:], equal)
	if alias != "" {
		copy(h[300:460], make([]byte, 160))
		copy(h[300:], alias)
	}
	o.PutUint32(h[460:], 0)
	y.chunk(h, object, 0, 0)
}

func (y *yaffsWriter) parent(name string) (uint32, string) {
	dir, base, ok := cutLast(name)
	if !ok {
		return yaffsRoot, name
	}
	if id, ok := y.dirs[dir]; ok {
		return id, base
	}
	up, last := y.parent(dir)
	y.next++
	y.dirs[dir] = y.next
	y.header(y.next, 3, up, last, 0o40755, 0, "", 0)
	return y.dirs[dir], base
}

func cutLast(p string) (dir, base string, ok bool) {
	i := strings.LastIndexByte(p, '/')
	if i < 0 {
		return "", p, false
	}
	return p[:i], p[i+1:], true
}

func (y *yaffsWriter) file(name string, content []byte) uint32 {
	up, base := y.parent(name)
	y.next++
	id := y.next
	y.header(id, 1, up, base, 0o100644, len(content), "", 0)
	y.body(id, content)
	return id
}

func (y *yaffsWriter) body(id uint32, content []byte) {
	for k := uint32(1); len(content) > 0; k++ {
		n := min(len(content), y.g.page)
		if page := content[:n]; !bytes.Equal(page, make([]byte, n)) || len(content) == n { // holes are not written
			y.chunk(page, id, k, uint32(n))
		}
		content = content[n:]
	}
}

// yaffsImage writes files, a link, a rewritten file and a deleted one.
func yaffsImage(g yaffsGeometry, files []packedFile) []byte {
	y := &yaffsWriter{g: g, seq: 0x1001, next: 256, dirs: map[string]uint32{}}
	y.header(yaffsRoot, 3, yaffsRoot, "", 0o40755, 0, "", 0)
	for _, f := range files {
		y.file(f.name, f.content)
	}
	y.next++
	y.header(y.next, 2, yaffsRoot, "link", 0o120777, 0, "bin/tool", 0)
	id := y.file("log", []byte("old text that is longer"))
	y.body(id, []byte("new"))
	y.header(id, 1, yaffsRoot, "log", 0o100644, 3, "", 0)
	gone := y.file("gone", []byte("secret"))
	y.header(gone, 1, yaffsDeleted, "deleted", 0o100644, 0, "", 0)
	y.next++
	y.header(y.next, 4, yaffsRoot, "hard", 0, 0, "", id)
	return y.b.Bytes()
}

var yaffsGeometries = []yaffsGeometry{
	{2048, 64, 0, false, le}, {2048, 64, 0, false, be}, {2048, 64, 2, false, le}, {2048, 64, 28, false, be}, {512, 16, 0, false, le}, {512, 16, 0, false, be},
	{4096, 128, 0, false, le}, {4096, 224, 30, false, le}, {8192, 256, 0, false, be}, {512, 16, 0, true, le}, {512, 16, 0, true, be},
}

func TestYaffs(t *testing.T) {
	files := append(packedFiles(), packedFile{"lib/sparse", append(make([]byte, 100_000), "end"...)})
	want := append(listed(append(files, packedFile{"log", []byte("new")})), "link link bin/tool", "hard file "+sumOf([]byte("new")).String())
	for _, g := range yaffsGeometries {
		t.Run(fmt.Sprintf("%d-%d-%d-%v-%s", g.page, g.spare, g.tags, g.first, orderName(g.o)), func(t *testing.T) {
			img := yaffsImage(g, files)
			r := findRegion(t, openBytes(t, append(append(noiseOf(777, 12), img...), bytes.Repeat([]byte{0xff}, 10000)...)), "yaffs")
			got := inRegion(r)
			if r.Offset != 777 || r.Length != int64(len(img)) || r.State != OK || r.Fact("page") != fmt.Sprint(g.page) || r.Fact("deleted objects in the log") != "1" {
				t.Errorf("%d+%d of %d, %q %v %v", r.Offset, r.Length, len(img), r.State, r.Reasons, r.Facts)
			}
			for _, w := range want {
				if !strings.Contains(strings.Join(got, "\n"), w) {
					t.Errorf("missing %s", w)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d entries, want %d", len(got), len(want))
			}
		})
	}
}

func TestYaffsBroken(t *testing.T) {
	g := yaffsGeometries[0]
	img := yaffsImage(g, packedFiles())
	if r := findRegion(t, openBytes(t, img[:len(img)-3000]), "yaffs"); len(r.Nodes) == 0 {
		t.Errorf("cut: %q %v", r.State, r.Reasons)
	}
	y := &yaffsWriter{g: g, seq: 0x1001, next: 300, dirs: map[string]uint32{}}
	y.header(yaffsRoot, 3, yaffsRoot, "", 0o40755, 0, "", 0)
	y.header(301, 3, 302, "a", 0o40755, 0, "", 0)
	y.header(302, 3, 301, "b", 0o40755, 0, "", 0)
	y.header(303, 1, yaffsRoot, "big", 0o100644, 1<<20, "", 0)
	r := findRegion(t, openBytes(t, y.b.Bytes()), "yaffs")
	if r.State != Truncated || !strings.Contains(strings.Join(r.Reasons, " "), "2 objects name a parent") {
		t.Errorf("loop: %q %v", r.State, r.Reasons)
	}
}
