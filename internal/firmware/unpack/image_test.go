package unpack

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Large images for measurements: flash of a router from Debian's own files.

// debianTree links files of this system under a new folder until they are size bytes.
func debianTree(t testing.TB, size int64, roots ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "root")
	for _, root := range roots {
		filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil
			}
			fi, err := d.Info()
			if err != nil || fi.Size() == 0 || fi.Size() > 8<<20 {
				return nil
			}
			if size -= fi.Size(); size < 0 {
				return fs.SkipAll
			}
			to := filepath.Join(dir, p)
			if os.MkdirAll(filepath.Dir(to), 0o755) == nil {
				if b, err := os.ReadFile(p); err == nil {
					os.WriteFile(to, b, fi.Mode().Perm())
				}
			}
			return nil
		})
	}
	return dir
}

// flashParts are the pieces of the flash, each where its slot begins.
var flashParts = []struct {
	at     int64
	format string
}{{0x100000, "uimage"}, {0x700000, "squashfs"}, {0x2400000, "jffs2"}, {0x3000000, "ubi"}}

// flash is an image and the folders that were packed into it.
type flash struct {
	image string
	trees []string
}

// flashImage is 64 MiB: a boot loader, a kernel, squashfs (xz), jffs2 and UBI, with erased flash between them.
func flashImage(t testing.TB) flash {
	t.Helper()
	need(t, "mksquashfs", "mkfs.jffs2", "mkfs.ubifs", "ubinize", "mkimage", "gzip")
	work := t.TempDir()
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	t.Setenv("W", work)
	trees := []string{debianTree(t, 80<<20, "/usr/bin", "/usr/lib", "/usr/share"), debianTree(t, 18<<20, "/usr/share/perl", "/usr/share/doc", "/usr/sbin")}
	t.Setenv("A", trees[0])
	t.Setenv("B", trees[1])
	for _, step := range []string{
		`mksquashfs "$A" "$W/sq" -comp xz -quiet -no-progress`,
		`mkfs.jffs2 -l -e 64KiB -d "$B" -o "$W/jffs2"`,
		`mkfs.ubifs -x lzo -m 2048 -e 126976 -c 400 -d "$B" -o "$W/fs"`,
		`printf '[v]\nmode=ubi\nimage=%s\nvol_id=0\nvol_type=dynamic\nvol_name=rootfs\nvol_flags=autoresize\nvol_size=24MiB\n' "$W/fs" > "$W/cfg" && ubinize -m 2048 -p 131072 -o "$W/ubi" "$W/cfg"`,
		`cat /usr/bin/bash /usr/bin/openssl /usr/bin/perl | head -c 9000000 | gzip -9n > "$W/k.gz" && mkimage -A arm -O linux -T kernel -C gzip -a 0x8000 -e 0x8000 -n Linux-6.1 -d "$W/k.gz" "$W/uimage" >/dev/null`,
		`cp /usr/bin/gzip "$W/loader"`,
	} {
		run(t, "sh", "-c", step)
	}
	img := make([]byte, 64<<20)
	for i := range img {
		img[i] = 0xff
	}
	slot := func(at int64, name string, room int64) {
		b, err := os.ReadFile(filepath.Join(work, name))
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(b)) > room {
			if name != "jffs2" && name != "ubi" {
				t.Fatalf("%s has %d bytes, its slot %d", name, len(b), room)
			}
			b = b[:room] // a log that is cut stays a log
		}
		copy(img[at:], b)
	}
	slot(0, "loader", 0x100000)
	slot(0x100000, "uimage", 0x600000)
	slot(0x700000, "sq", 0x1d00000)
	slot(0x2400000, "jffs2", 0xc00000)
	slot(0x3000000, "ubi", 0x1000000)
	name := filepath.Join(work, "flash.bin")
	writeFile(t, name, img)
	return flash{name, trees}
}

// foundParts counts the parts of the flash that a list of findings names.
func foundParts(list []string) (n int) {
	for _, p := range flashParts {
		for _, l := range list {
			if strings.Contains(strings.ToLower(l), p.format) {
				n++
				break
			}
		}
	}
	return n
}
