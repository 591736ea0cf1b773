package unpack

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// fuzzLimits keep one run of the fuzzer short, whatever its input asks for.
func fuzzLimits() Limits {
	return Limits{Depth: 4, Entries: 2000, Bytes: 4 << 20, File: 1 << 20, Time: 10 * time.Second, Memory: 16 << 20, Workers: 1}
}

// fuzz opens what the fuzzer makes of the seeds. Regions lie inside the
// object in order, paths stay inside, and the bounds hold.
func fuzz(f *testing.F, seeds ...[]byte) {
	f.Helper()
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<20 {
			return
		}
		tree, err := Open(context.Background(), bytes.NewReader(b), int64(len(b)), "image", fuzzLimits(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tree.Close()
		sound(t, tree)
	})
}

// sound checks what holds of every tree.
func sound(t *testing.T, tree *Tree) {
	t.Helper()
	tree.EachRegion(func(full string, o *Object, r *Region) {
		if r.Offset < 0 || r.Length < 0 || r.Offset+r.Length > o.Size() {
			t.Fatalf("%s: %d+%d of %d", full, r.Offset, r.Length, o.Size())
		}
		if r.State != OK && r.State != Unknown && len(r.Reasons) == 0 {
			t.Fatalf("%s: %q without a reason", full, r.State)
		}
		for _, n := range r.Nodes {
			if p, _ := clean(n.Path); p != n.Path {
				t.Fatalf("%s: path %q", full, n.Path)
			}
		}
	})
	if tree.Bytes > 64<<20 || tree.Entries > 20_000 {
		t.Fatalf("%d bytes, %d entries", tree.Bytes, tree.Entries)
	}
}

// made packs a few small files with Debian's tools; without them there is no seed.
func made(f *testing.F, script string) []byte {
	f.Helper()
	dir := f.TempDir()
	for _, p := range []packedFile{{"etc/passwd", []byte("root:x:0:0::/:/bin/sh\n")}, {"bin/tool", bytes.Repeat([]byte("text "), 2000)}, {"empty", nil}} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, "d", p.name)), 0o755); err != nil {
			f.Fatal(err)
		}
		writeFile(f, filepath.Join(dir, "d", p.name), p.content)
	}
	cmd := exec.Command("sh", "-ec", script)
	cmd.Dir = filepath.Join(dir, "d")
	cmd.Env = append(os.Environ(), "I="+filepath.Join(dir, "img"), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin")
	if out, err := cmd.CombinedOutput(); err != nil {
		f.Logf("no seed: %s: %v %s", script, err, out)
		return nil
	}
	b, err := os.ReadFile(filepath.Join(dir, "img"))
	if err != nil || len(b) > 1<<20 {
		return nil
	}
	return b
}

// ofCase is the container of that name.
func ofCase(f *testing.F, format string) (list [][]byte) {
	for _, c := range containerCases() {
		if c.format == format {
			list = append(list, c.image)
		}
	}
	if len(list) == 0 {
		f.Fatalf("no container %q", format)
	}
	return list
}

const tarred = `tar -cf "$I.tar" . && `

func FuzzGzip(f *testing.F)      { fuzz(f, made(f, tarred+`gzip -c "$I.tar" > "$I"`)) }
func FuzzZlib(f *testing.F)      { fuzz(f, packZTE(bytes.Repeat([]byte("text "), 500))[160:]) }
func FuzzXZ(f *testing.F)        { fuzz(f, made(f, tarred+`xz -c "$I.tar" > "$I"`)) }
func FuzzBzip2(f *testing.F)     { fuzz(f, made(f, tarred+`bzip2 -c "$I.tar" > "$I"`)) }
func FuzzLZMA(f *testing.F)      { fuzz(f, made(f, tarred+`xz --format=lzma -c "$I.tar" > "$I"`)) }
func FuzzLzip(f *testing.F)      { fuzz(f, []byte("LZIP\x01\x0c\x00\x3a\x1a\x09\x00\x00\x00\x00\x00")) }
func FuzzZstd(f *testing.F)      { fuzz(f, made(f, tarred+`zstd -qc "$I.tar" > "$I"`)) }
func FuzzLZ4(f *testing.F)       { fuzz(f, made(f, tarred+`lz4 -qc "$I.tar" > "$I"`)) }
func FuzzLZ4Legacy(f *testing.F) { fuzz(f, made(f, tarred+`lz4 -qlc "$I.tar" > "$I"`)) }
func FuzzLzop(f *testing.F)      { fuzz(f, made(f, tarred+`lzop -c "$I.tar" > "$I"`)) }
func FuzzTar(f *testing.F) {
	fuzz(f, made(f, `tar -cf "$I" .`), made(f, `tar --format=v7 -cf "$I" .`), made(f, `tar --format=pax -cf "$I" .`))
}
func FuzzCpio(f *testing.F) {
	fuzz(f, made(f, `find . | cpio -o -H newc --quiet > "$I"`), made(f, `find . | cpio -o -H odc --quiet > "$I"`), made(f, `find . | cpio -o -H bin --quiet > "$I"`))
}
func FuzzISO(f *testing.F) {
	fuzz(f, isoImage("plain text\n"), made(f, `genisoimage -quiet -J -o "$I" .`), made(f, `xorriso -outdev "stdio:$I" -padding 0 -zisofs default -map . / -set_filter_r --zisofs / -- >/dev/null 2>&1`))
}
func FuzzAr(f *testing.F)  { fuzz(f, ofCase(f, "ar")...) }
func FuzzRPM(f *testing.F) { fuzz(f, packRPM([]byte("payload"))) }
func FuzzZip(f *testing.F) {
	fuzz(f, made(f, `zip -qr "$I.zip" . && mv "$I.zip" "$I"`), made(f, `zip -qr -fz - . | cat > "$I"`), made(f, `7z a -bd -tzip -mm=Deflate64 "$I.zip" . >/dev/null && mv "$I.zip" "$I"`))
}
func FuzzInflate64(f *testing.F) { // the decoder alone: most changes of a zip never reach it
	b := zip64Bomb()
	f.Add(b[31 : len(b)-23])
	f.Fuzz(func(t *testing.T, b []byte) { inflate64(&limitWriter{io.Discard, 1 << 20}, bytes.NewReader(b)) })
}
func FuzzDHZip(f *testing.F) { fuzz(f, ofCase(f, "dhzip")...) }
func FuzzCab(f *testing.F) {
	fuzz(f, cabImage(packedFiles(), false, 0), cabImage(packedFiles(), true, 3))
}
func FuzzLZX(f *testing.F) { // the decoder alone: the checksums of a cabinet hide it
	for _, kind := range []int{1, 2, 3} {
		f.Add(packLZX(bytes.Repeat([]byte("some text "), 300), 30, 1<<15, 1000, kind == 1, kind)[0].packed, uint16(15))
	}
	f.Fuzz(func(t *testing.T, b []byte, window uint16) {
		d, err := newLZX(window)
		for err == nil && len(b) > 0 {
			n := min(len(b), 4096)
			_, err = d.frame(b[:n], lzxFrame)
			b = b[n:]
		}
	})
}
func Fuzz7z(f *testing.F) { fuzz(f, made(f, `7z a -bd "$I.7z" . >/dev/null && mv "$I.7z" "$I"`)) }
func FuzzUImage(f *testing.F) {
	fuzz(f, made(f, `mkimage -A arm -O linux -T kernel -C none -n x -d bin/tool "$I"`))
}
func FuzzTRX(f *testing.F)    { fuzz(f, ofCase(f, "trx")...) }
func FuzzCramfs(f *testing.F) { fuzz(f, made(f, `mkfs.cramfs . "$I"`)) }
func FuzzRomfs(f *testing.F)  { fuzz(f, made(f, `genromfs -d . -f "$I"`)) }
func FuzzJFFS2(f *testing.F) {
	fuzz(f, jffsBomb(), made(f, `mkfs.jffs2 -l -e 16KiB -d . -o "$I"`), made(f, `mkfs.jffs2 -b -e 16KiB -d . -o "$I"`))
}
func FuzzFDT(f *testing.F) {
	fuzz(f, made(f, `printf '/dts-v1/; / { model = "x"; images { a { data = <1 2 3>; type = "kernel"; }; }; };' | dtc -q -O dtb -o "$I"`))
}
func FuzzAndroidSparse(f *testing.F) {
	fuzz(f, made(f, `truncate -s 64K "$I.raw" && printf x | dd of="$I.raw" conv=notrunc 2>/dev/null && img2simg "$I.raw" "$I"`))
}
func FuzzAndroidBoot(f *testing.F) {
	fuzz(f, made(f, `mkbootimg --kernel bin/tool --ramdisk etc/passwd -o "$I"`))
}
func FuzzAndroidVendorBoot(f *testing.F) { fuzz(f, ofCase(f, "android-vendor-boot")...) }
func FuzzAndroidPayload(f *testing.F)    { fuzz(f, ofCase(f, "android-payload")...) }
func FuzzExt(f *testing.F) {
	fuzz(f, made(f, `mke2fs -q -t ext2 -b 1024 -N 32 -d . "$I" 128K`), made(f, `mke2fs -q -t ext4 -O ^has_journal -b 1024 -N 32 -d . "$I" 256K`))
}
func FuzzUBI(f *testing.F) {
	fuzz(f, made(f, `printf '[v]\nmode=ubi\nimage=bin/tool\nvol_id=0\nvol_type=static\nvol_name=v\n' > "$I.cfg" && ubinize -m 512 -p 16KiB -o "$I" "$I.cfg"`))
}
func FuzzUBIFS(f *testing.F)      { fuzz(f, tinyUBIFS()) }
func FuzzHWNP(f *testing.F)       { fuzz(f, ofCase(f, "hwnp")...) }
func FuzzDigicap(f *testing.F)    { fuzz(f, ofCase(f, "digicap")...) }
func FuzzZXHNConfig(f *testing.F) { fuzz(f, ofCase(f, "zxhn-config")...) }
func FuzzXV4(f *testing.F)        { fuzz(f, ofCase(f, "xv4")...) }
func FuzzIMaH(f *testing.F)       { fuzz(f, ofCase(f, "imah")...) }
func FuzzCHK(f *testing.F)        { fuzz(f, ofCase(f, "chk")...) }
func FuzzSeama(f *testing.F)      { fuzz(f, ofCase(f, "seama")...) }
func FuzzHDR1(f *testing.F)       { fuzz(f, ofCase(f, "hdr1")...) }
func FuzzNPK(f *testing.F)        { fuzz(f, ofCase(f, "npk")...) }
func FuzzTPLink(f *testing.F) {
	fuzz(f, append(append(ofCase(f, "tplink-v1"), ofCase(f, "tplink-v2")...), ofCase(f, "tplink-safeloader")...)...)
}
func FuzzHiSilicon(f *testing.F) { fuzz(f, append(ofCase(f, "fwpkg"), ofCase(f, "pihc")...)...) }
func FuzzVRPTable(f *testing.F)  { fuzz(f, ofCase(f, "vrp-table")...) }
func FuzzKernels(f *testing.F) {
	arm, arm64, x86 := make([]byte, 8192), make([]byte, 1<<17), make([]byte, 1<<16)
	copy(arm[0x24:], words(le, 0x016f2818, 0, 8192))
	copy(arm[0x30:], "Linux version 6.1 (a@b)")
	copy(arm64[0x38:], "ARM\x64")
	le.PutUint64(arm64[16:], 1<<17)
	copy(x86[0x1fe:], "\x55\xaa\x00\x00HdrS\x08\x02")
	x86[0x1f4+1] = 8
	fuzz(f, arm, arm64, x86)
}
func FuzzKernelConfig(f *testing.F) {
	gz := made(f, `gzip -9nc bin/tool > "$I"`)
	fuzz(f, join([]byte("IKCFG_ST"), gz, []byte("IKCFG_ED")))
}
func FuzzPartitions(f *testing.F) {
	mbr := make([]byte, 1<<16)
	copy(mbr[446+4:], "\x83\x00\x00\x00\x08\x00\x00\x00\x10\x00\x00\x00")
	copy(mbr[510:], "\x55\xaa")
	fuzz(f, mbr, ebrLoop(), gptOverlapped(), made(f, `truncate -s 1M "$I" && printf 'label: gpt\n,64K\n,64K\n' | sfdisk -q "$I"`))
}
func FuzzFAT(f *testing.F) {
	fuzz(f, made(f, `mkfs.vfat -C -F 12 "$I" 128 >/dev/null && mcopy -s -i "$I" etc bin ::/`), made(f, `mkfs.vfat -C -F 16 -s 1 "$I" 900 >/dev/null || mkfs.vfat -C "$I" 900`))
}
func FuzzSquashfs(f *testing.F) {
	opt := ` -quiet -no-progress -noappend -nopad`
	fuzz(f, made(f, `mksquashfs . "$I" -comp gzip`+opt), made(f, `mksquashfs . "$I" -comp lzma`+opt), made(f, `mksquashfs . "$I" -noI -noD -noF`+opt), squashOld(3, le), squashOld(2, be), squashOld(1, le), squashLoop())
}
func FuzzIntelHex(f *testing.F) { fuzz(f, []byte(intelHexText(0x10000, noiseOf(300, 50), true))) }
func FuzzSRecord(f *testing.F)  { fuzz(f, []byte(sRecordText(0x10000, noiseOf(300, 50)))) }
func FuzzMinix(f *testing.F) {
	small := []packedFile{{"a/b", []byte("text")}, {"c.link", []byte("a/b")}}
	fuzz(f, minixImage(1, le, small)[:40<<10], minixImage(3, be, small)[:40<<10])
}
func FuzzErofs(f *testing.F) {
	fuzz(f, made(f, `mkfs.erofs --quiet -zlz4 "$I" . >/dev/null`), made(f, `mkfs.erofs --quiet -zlz4 -Elegacy-compress "$I" . >/dev/null`), made(f, `mkfs.erofs --quiet -zlz4 -Eztailpacking,fragments "$I" . >/dev/null`), made(f, `mkfs.erofs --quiet --chunksize=4096 "$I" . >/dev/null`))
}
func FuzzF2FSCluster(f *testing.F) {
	f.Add(join(words(le, 9, 0, 0, 0, 0, 0), []byte("\x80some text")), byte(1))
	f.Add(join(words(le, 22, 0, 0, 0, 0, 0), packLZORLE([]byte("text\x00\x00\x00\x00\x00\x00\x00\x00\x00end"))), byte(3))
	f.Fuzz(func(t *testing.T, b []byte, packing byte) { f2fsCluster(b, packing, 4*f2fsBlock) })
}
func FuzzF2FS(f *testing.F) { fuzz(f, tinyF2FS()) }
func FuzzYaffs(f *testing.F) {
	small := []packedFile{{"a/b", []byte("text")}}
	fuzz(f, yaffsImage(yaffsGeometries[0], small), yaffsImage(yaffsGeometries[4], small), yaffsImage(yaffsGeometries[9], small))
}
func FuzzUEFI(f *testing.F) {
	tiano := tianoWrite(fvSections(fvSection(0x19, false, bytes.Repeat([]byte("text "), 100))), 5)
	fuzz(f, fvVolume(ffs2, 64, fvFile(7, false, fvSections(fvUI("A"), fvSection(0x10, false, []byte("MZ program")))), fvFile(2, false, fvGuided("a31280ad-481e-41b6-95e8-127f4c984779", tiano))))
}
