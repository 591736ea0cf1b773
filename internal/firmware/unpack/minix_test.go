package unpack

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func writeFile(t testing.TB, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// minixImage writes a file system of the version with one level of folders per path.
func minixImage(version int, o binary.ByteOrder, files []packedFile) []byte {
	const block, inodes, zones = 1024, 64, 4000
	isize, nameLen, width := 64, 30, 2
	if version == 1 {
		isize = 32
	}
	if version == 3 {
		nameLen, width = 60, 4
	}
	img := make([]byte, zones*block)
	tableAt := 4 * block
	next := 4 + inodes*isize/block
	sb := img[1024:]
	if version == 3 {
		o.PutUint32(sb, inodes)
		o.PutUint16(sb[6:], 1)
		o.PutUint16(sb[8:], 1)
		o.PutUint16(sb[10:], uint16(next))
		o.PutUint32(sb[20:], zones)
		o.PutUint16(sb[24:], 0x4d5a)
		o.PutUint16(sb[28:], block)
	} else {
		o.PutUint16(sb, inodes)
		o.PutUint16(sb[4:], 1)
		o.PutUint16(sb[6:], 1)
		o.PutUint16(sb[8:], uint16(next))
		if version == 1 {
			o.PutUint16(sb[2:], zones)
			o.PutUint16(sb[16:], 0x138f)
		} else {
			o.PutUint32(sb[20:], zones)
			o.PutUint16(sb[16:], 0x2478)
		}
	}
	put := func(at, zone int) { // one zone pointer
		if version == 1 {
			o.PutUint16(img[at:], uint16(zone))
		} else {
			o.PutUint32(img[at:], uint32(zone))
		}
	}
	ptr := 4
	if version == 1 {
		ptr = 2
	}
	store := func(ino int, mode uint16, content []byte) {
		at := tableAt + (ino-1)*isize
		o.PutUint16(img[at:], mode)
		zoneAt := at + 24
		if version == 1 {
			o.PutUint32(img[at+4:], uint32(len(content)))
			img[at+13], zoneAt = 1, at+14
		} else {
			o.PutUint16(img[at+2:], 1)
			o.PutUint32(img[at+8:], uint32(len(content)))
		}
		single, double := 0, 0
		for n := 0; len(content) > 0; n++ {
			k := min(block, len(content))
			z := 0
			if !bytes.Equal(content[:k], make([]byte, k)) {
				z = next
				next++
				copy(img[z*block:], content[:k])
			}
			content = content[k:]
			per := block / ptr
			switch {
			case n < 7:
				put(zoneAt+n*ptr, z)
			case n < 7+per:
				if single == 0 {
					single = next
					next++
					put(zoneAt+7*ptr, single)
				}
				put(single*block+(n-7)*ptr, z)
			default:
				m := n - 7 - per
				if double == 0 {
					double = next
					next++
					put(zoneAt+8*ptr, double)
				}
				if m%per == 0 {
					put(double*block+m/per*ptr, next)
					next++
				}
				var mid int
				if version == 1 {
					mid = int(o.Uint16(img[double*block+m/per*ptr:]))
				} else {
					mid = int(o.Uint32(img[double*block+m/per*ptr:]))
				}
				put(mid*block+m%per*ptr, z)
			}
		}
	}
	entry := func(ino int, name string) []byte {
		b := make([]byte, width+nameLen)
		if width == 2 {
			o.PutUint16(b, uint16(ino))
		} else {
			o.PutUint32(b, uint32(ino))
		}
		copy(b[width:], name)
		return b
	}
	ino := 1
	var build func(self, parent int, prefix string)
	build = func(self, parent int, prefix string) {
		dir := append(entry(self, "."), entry(parent, "..")...)
		done := map[string]bool{}
		for _, f := range files {
			rest, ok := strings.CutPrefix(f.name, prefix)
			if !ok {
				continue
			}
			name, below, deeper := strings.Cut(rest, "/")
			if done[name] {
				continue
			}
			done[name] = true
			ino++
			mine := ino
			dir = append(dir, entry(mine, name)...)
			switch {
			case deeper:
				_ = below
				build(mine, self, prefix+name+"/")
			case strings.HasSuffix(name, ".link"):
				store(mine, 0o120777, f.content)
			default:
				store(mine, 0o100755, f.content)
			}
		}
		store(self, 0o040755, dir)
	}
	build(1, 1, "")
	return img
}

func TestMinix(t *testing.T) {
	files := packedFiles()
	files = append(files, packedFile{"bin/large", append(noiseOf(700_000, 8), append(make([]byte, 300_000), "end"...)...)})
	link := packedFile{"etc/x.link", []byte("../bin/tool")}
	for _, version := range []int{1, 2, 3} {
		for _, o := range []binary.ByteOrder{le, be} {
			t.Run(string(rune('0'+version))+" "+orderName(o), func(t *testing.T) {
				img := minixImage(version, o, append(files, link))
				r := findRegion(t, openBytes(t, append(noiseOf(3000, 9), img...)), "minix")
				want := append(listed(files), "etc/x.link link ../bin/tool")
				got := inRegion(r)
				if len(got) != len(want) || r.State != OK || r.Offset != 3000 || r.Length != int64(len(img)) {
					t.Errorf("%q %v at %d+%d:\n%s", r.State, r.Reasons, r.Offset, r.Length, strings.Join(got, "\n"))
				}
				for _, w := range want {
					if !strings.Contains(strings.Join(got, "\n"), w) {
						t.Errorf("missing %s", w)
					}
				}
			})
		}
	}
}

// TestMinixMade wants the empty file systems of Debian's maker recognised whole.
func TestMinixMade(t *testing.T) {
	need(t, "mkfs.minix")
	for _, args := range [][]string{{"-1", "-n", "14"}, {"-1", "-n", "30"}, {"-2", "-n", "14"}, {"-2", "-n", "30"}, {"-3"}} {
		img := filepath.Join(t.TempDir(), "img")
		writeFile(t, img, make([]byte, 3<<20))
		run(t, "mkfs.minix", append(args, img)...)
		if r := findRegion(t, openFile(t, img), "minix"); r.Length != 3<<20 || r.State != OK {
			t.Errorf("%v: %d bytes, %q %v", args, r.Length, r.State, r.Reasons)
		}
	}
}

func TestMinixLoop(t *testing.T) {
	img := minixImage(2, le, []packedFile{{"a/b", []byte("x")}})
	i := bytes.Index(img[8*1024:], append([]byte{3, 0}, "b\x00"...)) + 8*1024
	img[i] = 1 // b is the root now
	r := findRegion(t, openBytes(t, img), "minix")
	if r.State != Partial || !strings.Contains(strings.Join(r.Reasons, " "), "loop") {
		t.Errorf("%q %v\n%v", r.State, r.Reasons, inRegion(r))
	}
}
