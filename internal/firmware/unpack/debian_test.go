package unpack

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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

// inRegion lists the nodes of a region in the same form.
func inRegion(r *Region) []string {
	var out []string
	for _, n := range r.Nodes {
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

func TestSquashfsRoundTrip(t *testing.T) {
	need(t, "mksquashfs")
	dir := sampleTree(t)
	want := onDisk(t, dir)
	for _, c := range []struct {
		name string
		args []string
	}{
		{"gzip", []string{"-comp", "gzip"}}, {"lzo", []string{"-comp", "lzo"}}, {"lz4", []string{"-comp", "lz4"}}, {"lz4hc", []string{"-comp", "lz4", "-Xhc"}},
		{"xz", []string{"-comp", "xz"}}, {"xz-bcj", []string{"-comp", "xz", "-Xbcj", "arm,x86"}}, {"zstd", []string{"-comp", "zstd"}}, {"lzma", []string{"-comp", "lzma"}},
		{"small-blocks", []string{"-b", "4096"}}, {"big-blocks", []string{"-b", "1048576"}}, {"no-fragments", []string{"-no-fragments"}},
		{"always-fragments", []string{"-always-use-fragments"}}, {"stored", []string{"-noI", "-noD", "-noF"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			img := filepath.Join(t.TempDir(), "img")
			run(t, "mksquashfs", append([]string{dir, img, "-noappend", "-quiet", "-no-progress"}, c.args...)...)
			r := findRegion(t, openFile(t, img), "squashfs")
			sameTree(t, want, r)
		})
	}
}

// TestDebianRoundTrip packs one tree with each Debian packer and wants it back byte for byte.
func TestDebianRoundTrip(t *testing.T) {
	dir := sampleTree(t)
	want := onDisk(t, dir)
	sh := func(cmd string) []string { return []string{"sh", "-c", cmd} }
	for _, c := range []struct {
		name, format string
		tools        []string
		cmd          []string
	}{
		{"jffs2-le", "jffs2", []string{"mkfs.jffs2"}, sh(`mkfs.jffs2 -l -e 64KiB -d "$D" -o "$I"`)},
		{"jffs2-be", "jffs2", []string{"mkfs.jffs2"}, sh(`mkfs.jffs2 -b -e 128KiB -d "$D" -o "$I"`)},
		{"jffs2-pad", "jffs2", []string{"mkfs.jffs2"}, sh(`mkfs.jffs2 -l -e 64KiB -p -d "$D" -o "$I"`)},
		{"jffs2-lzo", "jffs2", []string{"mkfs.jffs2"}, sh(`mkfs.jffs2 -l -e 64KiB -X lzo -x zlib -d "$D" -o "$I"`)},
		{"jffs2-rtime", "jffs2", []string{"mkfs.jffs2"}, sh(`mkfs.jffs2 -l -e 64KiB -x zlib -x lzo -X rtime -d "$D" -o "$I"`)},
		{"jffs2-nocleanmarkers", "jffs2", []string{"mkfs.jffs2"}, sh(`mkfs.jffs2 -n -l -e 16KiB -d "$D" -o "$I"`)},
		{"cramfs", "cramfs", []string{"mkfs.cramfs"}, sh(`mkfs.cramfs "$D" "$I"`)},
		{"cramfs-be", "cramfs", []string{"mkfs.cramfs", "cramfsswap"}, sh(`mkfs.cramfs "$D" "$I.le" && cramfsswap "$I.le" "$I"`)},
		{"romfs", "romfs", []string{"genromfs"}, sh(`genromfs -d "$D" -f "$I" -V test`)},
		{"tar-gnu", "tar", []string{"tar"}, sh(`tar -C "$D" --format=gnu --sparse -cf "$I" .`)},
		{"tar-pax", "tar", []string{"tar"}, sh(`tar -C "$D" --format=pax -cf "$I" .`)},
		{"tar-v7", "tar", []string{"tar"}, sh(`tar -C "$D" --format=v7 -cf "$I" .`)},
		{"tar-zst", "tar", []string{"tar", "zstd"}, sh(`tar -C "$D" -cf - . | zstd -q -o "$I"`)},
		{"tar-gz", "tar", []string{"tar"}, sh(`tar -C "$D" -czf "$I" .`)},
		{"tar-xz", "tar", []string{"tar", "xz"}, sh(`tar -C "$D" -cJf "$I" .`)},
		{"tar-bz2", "tar", []string{"tar", "bzip2"}, sh(`tar -C "$D" -cjf "$I" .`)},
		{"tar-lzma", "tar", []string{"tar", "xz"}, sh(`tar -C "$D" -cf - . | xz --format=lzma -c > "$I"`)},
		{"tar-lzip", "tar", []string{"tar", "lzip"}, sh(`tar -C "$D" -cf - . | lzip -c > "$I"`)},
		{"tar-lz4", "tar", []string{"tar", "lz4"}, sh(`tar -C "$D" -cf - . | lz4 -qc > "$I"`)},
		{"tar-lz4-legacy", "tar", []string{"tar", "lz4"}, sh(`tar -C "$D" -cf - . | lz4 -qlc > "$I"`)},
		{"tar-lzop", "tar", []string{"tar", "lzop"}, sh(`tar -C "$D" -cf - . | lzop -c > "$I"`)},
		{"cpio-newc", "cpio", []string{"cpio"}, sh(`cd "$D" && find . | cpio -o -H newc --quiet > "$I"`)},
		{"cpio-crc", "cpio", []string{"cpio"}, sh(`cd "$D" && find . | cpio -o -H crc --quiet > "$I"`)},
		{"cpio-odc", "cpio", []string{"cpio"}, sh(`cd "$D" && find . | cpio -o -H odc --quiet > "$I"`)},
		{"cpio-bin", "cpio", []string{"cpio"}, sh(`cd "$D" && find . | cpio -o -H bin --quiet > "$I"`)},
		{"zip", "zip", []string{"zip"}, sh(`cd "$D" && zip -qry "$I.zip" . && mv "$I.zip" "$I"`)},
		{"zip-bzip2", "zip", []string{"zip"}, sh(`cd "$D" && zip -qry -Z bzip2 "$I.zip" . && mv "$I.zip" "$I"`)},
		{"iso-rock-ridge", "iso9660", []string{"genisoimage"}, sh(`genisoimage -quiet -R -o "$I" "$D"`)},
		{"iso-xorriso", "iso9660", []string{"xorriso"}, sh(`xorriso -outdev "stdio:$I" -padding 0 -map "$D" / >/dev/null 2>&1`)},
		{"ext2", "ext", []string{"mke2fs"}, sh(`mke2fs -q -t ext2 -b 1024 -d "$D" "$I" 8M`)},
		{"ext3", "ext", []string{"mke2fs"}, sh(`mke2fs -q -t ext3 -d "$D" "$I" 16M`)},
		{"ext4", "ext", []string{"mke2fs"}, sh(`mke2fs -q -t ext4 -d "$D" "$I" 16M`)},
		{"ext4-inline", "ext", []string{"mke2fs"}, sh(`mke2fs -q -t ext4 -O inline_data -I 256 -d "$D" "$I" 16M`)},
		{"ext4-sparse", "ext", []string{"mke2fs", "img2simg"}, sh(`mke2fs -q -t ext4 -d "$D" "$I.raw" 16M && img2simg "$I.raw" "$I"`)},
		{"ubifs-lzo", "ubifs", []string{"mkfs.ubifs"}, sh(`mkfs.ubifs -x lzo -m 2048 -e 126976 -c 200 -d "$D" -o "$I"`)},
		{"ubifs-zlib", "ubifs", []string{"mkfs.ubifs"}, sh(`mkfs.ubifs -x zlib -m 2048 -e 126976 -c 200 -d "$D" -o "$I"`)},
		{"ubifs-zstd", "ubifs", []string{"mkfs.ubifs"}, sh(`mkfs.ubifs -x zstd -m 512 -e 15872 -c 2000 -d "$D" -o "$I"`)},
		{"ubi", "ubifs", []string{"mkfs.ubifs", "ubinize"}, sh(`mkfs.ubifs -x lzo -m 2048 -e 126976 -c 200 -d "$D" -o "$I.fs" && printf '[v]\nmode=ubi\nimage=%s\nvol_id=0\nvol_type=dynamic\nvol_name=rootfs\nvol_flags=autoresize\nvol_size=16MiB\n' "$I.fs" > "$I.cfg" && ubinize -m 2048 -p 131072 -o "$I" "$I.cfg"`)},
		{"boot-cpio", "cpio", []string{"mkbootimg", "cpio"}, sh(`cd "$D" && find . | cpio -o -H newc --quiet | gzip > "$I.rd" && head -c 5000 /dev/zero > "$I.k" && mkbootimg --kernel "$I.k" --ramdisk "$I.rd" --cmdline console=ttyS0 -o "$I"`)},
		{"uimage-squashfs", "squashfs", []string{"mkimage", "mksquashfs"}, sh(`mksquashfs "$D" "$I.sq" -quiet -no-progress && mkimage -A arm -O linux -T filesystem -C none -n rootfs -d "$I.sq" "$I" >/dev/null`)},
		{"erofs-plain", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet  "$I" "$D" >/dev/null`)},
		{"erofs-lz4", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -zlz4 "$I" "$D" >/dev/null`)},
		{"erofs-lz4hc", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -zlz4hc,12 "$I" "$D" >/dev/null`)},
		{"erofs-lz4-legacy", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -zlz4 -Elegacy-compress "$I" "$D" >/dev/null`)},
		{"erofs-big", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -zlz4hc -C65536 "$I" "$D" >/dev/null`)},
		{"erofs-big-legacy", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -zlz4 -C65536 -Elegacy-compress "$I" "$D" >/dev/null`)},
		{"erofs-tails", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -zlz4hc -Eztailpacking "$I" "$D" >/dev/null`)},
		{"erofs-tails-big", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -zlz4 -C32768 -Eztailpacking "$I" "$D" >/dev/null`)},
		{"erofs-fragments", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -zlz4hc -Efragments "$I" "$D" >/dev/null`)},
		{"erofs-fragments-big", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -zlz4hc -C65536 -Efragments "$I" "$D" >/dev/null`)},
		{"erofs-all-fragments", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -zlz4 -C16384 -Eall-fragments "$I" "$D" >/dev/null`)},
		{"erofs-dedupe", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -zlz4 -Ededupe "$I" "$D" >/dev/null`)},
		{"erofs-chunks", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet --chunksize=4096 "$I" "$D" >/dev/null`)},
		{"erofs-extended", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -zlz4 -Eforce-inode-extended "$I" "$D" >/dev/null`)},
		{"erofs-not-inline", "erofs", []string{"mkfs.erofs"}, sh(`mkfs.erofs --quiet -Enoinline_data "$I" "$D" >/dev/null`)},
		{"f2fs-plain", "f2fs", []string{"mkfs.f2fs", "sload.f2fs"}, sh(`truncate -s 64M "$I" && mkfs.f2fs -q  "$I" >/dev/null && sload.f2fs -f "$D" "$I" >/dev/null`)},
		{"f2fs-extra", "f2fs", []string{"mkfs.f2fs", "sload.f2fs"}, sh(`truncate -s 64M "$I" && mkfs.f2fs -q -O extra_attr,inode_checksum "$I" >/dev/null && sload.f2fs -f "$D" "$I" >/dev/null`)},
		{"f2fs-compression-off", "f2fs", []string{"mkfs.f2fs", "sload.f2fs"}, sh(`truncate -s 64M "$I" && mkfs.f2fs -q -O extra_attr,compression "$I" >/dev/null && sload.f2fs -f "$D" "$I" >/dev/null`)},
		{"fat12", "fat", []string{"mkfs.vfat", "mcopy"}, sh(`mkfs.vfat -C -F 12 "$I" 4096 >/dev/null && rm -f "$D/etc/link" && mcopy -s -i "$I" "$D"/* ::/`)},
		{"fat16", "fat", []string{"mkfs.vfat", "mcopy"}, sh(`mkfs.vfat -C -F 16 "$I" 20480 >/dev/null && mcopy -s -i "$I" "$D"/* ::/`)},
		{"fat32", "fat", []string{"mkfs.vfat", "mcopy"}, sh(`mkfs.vfat -C -F 32 "$I" 40960 >/dev/null && mcopy -s -i "$I" "$D"/* ::/`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			need(t, c.tools...)
			img := filepath.Join(t.TempDir(), "img")
			t.Setenv("D", dir)
			t.Setenv("I", img)
			t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
			run(t, c.cmd[0], c.cmd[1:]...)
			want := want
			if c.format == "fat" { // knows no links
				want = slices.DeleteFunc(slices.Clone(want), func(s string) bool { return strings.Contains(s, " link ") })
			}
			tree := openFile(t, img)
			sameTree(t, want, findRegion(t, tree, c.format))
			if r := tree.Root.Regions[0]; len(tree.Root.Regions) != 1 && tree.Root.Regions[len(tree.Root.Regions)-1].Format != "padding" {
				t.Errorf("not one region: %s", dump(tree))
			} else if r.Offset != 0 {
				t.Errorf("starts at %#x", r.Offset)
			}
		})
	}
}
