package unpack

import (
	"archive/tar"
	"bytes"
	"context"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// Names that climb: each format that stores names holds one that leads out.
// It stays inside, what it was is still to be seen, and nothing is written elsewhere.

// The plain name is packed and then exchanged for one of the same length.
const (
	plainName = "XXYXXYclimb"
	climbName = "../../climb"
)

// climber is an image with such a name.
type climber struct {
	format, by string
	tools      []string
	script     string                    // packs $D into $I
	image      func(t testing.TB) []byte // or the writer of the tests
	repair     func(b []byte)            // puts checksums right again
}

func climbers() []climber {
	a := noiseOf(20_000, 70)
	own := func(format string, image []byte, repair func([]byte)) climber {
		return climber{format: format, image: func(testing.TB) []byte { return image }, repair: repair}
	}
	deb := func(format, by, script string, repair func([]byte)) climber {
		return climber{format: format, by: by, tools: []string{by}, script: script, repair: repair}
	}
	files := []packedFile{{"ok.txt", []byte("fine\n")}, {plainName, []byte("climbs\n")}}
	named := bytes.Clone(a)
	copy(named[0x24:], plainName+"\x00")
	y := yaffsImage(yaffsGeometries[0], files)
	return []climber{
		deb("squashfs", "mksquashfs", `mksquashfs "$D" "$I" -noI -noappend -quiet -no-progress`, nil),
		own("squashfs", (&sqWriter{version: 1, order: le, block: 4096, pack: func(b []byte) []byte { return b }}).image(append(files, packedFile{"b-small", nil})), nil),
		deb("jffs2", "mkfs.jffs2", `mkfs.jffs2 -l -e 64KiB -d "$D" -o "$I"`, nil),
		deb("ubifs", "mkfs.ubifs", `mkfs.ubifs -x none -m 2048 -e 126976 -c 200 -d "$D" -o "$I"`, repairUbifs),
		deb("ubi", "ubinize", `head -c 100000 /dev/urandom > "$I.v" && printf '[v]\nmode=ubi\nimage=%s\nvol_id=0\nvol_type=static\nvol_name=`+plainName+`\n' "$I.v" > "$I.cfg" && ubinize -m 2048 -p 131072 -o "$I" "$I.cfg"`, repairUBI),
		deb("ext", "mke2fs", `mke2fs -q -t ext4 -O ^metadata_csum -b 1024 -d "$D" "$I" 2M`, nil),
		deb("erofs", "mkfs.erofs", `mkfs.erofs --quiet -E^sb_chksum "$I" "$D" >/dev/null 2>&1 || mkfs.erofs --quiet "$I" "$D" >/dev/null`, nil),
		deb("f2fs", "sload.f2fs", `truncate -s 64M "$I" && mkfs.f2fs -q "$I" >/dev/null && sload.f2fs -f "$D" "$I" >/dev/null`, nil),
		deb("cramfs", "mkfs.cramfs", `mkfs.cramfs "$D" "$I"`, func(b []byte) { copy(b[32:], zeros[:4]); le.PutUint32(b[32:], crcOf(b)) }),
		deb("romfs", "genromfs", `genromfs -d "$D" -f "$I"`, repairRomfs),
		deb("fat", "mcopy", `mkfs.vfat -C -F 12 "$I" 1024 >/dev/null && mcopy -s -i "$I" "$D"/* ::/`, nil),
		deb("iso9660", "genisoimage", `genisoimage -quiet -R -o "$I" "$D"`, nil),
		deb("iso9660", "genisoimage", `genisoimage -quiet -J -o "$I" "$D"`, nil),
		own("minix", minixImage(2, le, files), nil),
		own("yaffs", y, nil),
		own("tar", tarOf(tar.Header{Name: climbName}), nil),
		deb("cpio", "cpio", `cd "$D" && find . | cpio -o -H newc --quiet > "$I"`, nil),
		deb("cpio", "cpio", `cd "$D" && find . | cpio -o -H odc --quiet > "$I"`, nil),
		deb("zip", "zip", `cd "$D" && zip -qr "$I.zip" . && mv "$I.zip" "$I"`, nil),
		own("dhzip", bytes.ReplaceAll(dhZip(a), []byte("Install"), []byte("../../x")), nil),
		deb("7z", "7z", `cd "$D" && 7z a -bd -mhc=off "$I.7z" . >/dev/null && mv "$I.7z" "$I"`, repair7z),
		own("cab", cabImage(files, false, 0), nil),
		own("ar", packAr(files), nil),
		deb("gzip", "gzip", `cd "$D" && head -c 3000 /dev/zero > "`+plainName+`" && gzip -Nc "`+plainName+`" > "$I"`, nil),
		deb("lzop", "lzop", `cd "$D" && head -c 3000 /dev/zero > "`+plainName+`" && lzop -c "`+plainName+`" > "$I"`, repairLzop),
		own("hwnp", bytes.ReplaceAll(packHWNP(a, a[:99], true), []byte("file:/var/UpgradeCheck.xml"), []byte("file:/../../etc/passwd.xml")), nil),
		own("digicap", climbDigicap(a), nil),
		own("hdr1", bytes.ReplaceAll(packHDR1(a), []byte("root.squashfs"), []byte("../../climb\x00\x00")), nil),
		own("tplink-safeloader", bytes.ReplaceAll(packSafeloader(a, a[:99]), []byte("os-image"), []byte("../../os")), nil),
		own("fwpkg", climbFwpkg(a), nil),
		own("vrp-table", packVRP(named, a), nil),
		own("android-payload", bytes.ReplaceAll(packPayload(a[:4*4096]), []byte("system"), []byte("../sys")), nil),
		deb("fit", "mkimage", `cd "$D" && printf '/dts-v1/; / { description = "d"; images { `+plainName+` { data = [01 02 03]; type = "kernel"; compression = "none"; }; }; };' > "$I.its" && dtc -q -O dtb -o "$I" "$I.its"`, nil),
		own("uefi-volume", fvVolume(ffs2, 64, fvFile(7, false, fvSections(fvUI(climbName), fvSection(0x10, false, append([]byte("MZ"), a...))))), nil),
	}
}

// TestCoverageClimb opens them all.
func TestCoverageClimb(t *testing.T) {
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	for _, c := range climbers() {
		t.Run(c.format, func(t *testing.T) {
			need(t, c.tools...)
			b := exchangeNames(c.pack(t))
			if c.repair != nil {
				c.repair(b)
			}
			tree, err := Open(context.Background(), bytes.NewReader(b), int64(len(b)), "image", Limits{Spool: t.TempDir()}, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer tree.Close()
			sound(t, tree)
			r := findRegion(t, tree, c.format)
			seen := strings.Contains(strings.Join(r.Reasons, " "), "impossible name")
			for _, n := range r.Nodes {
				if strings.Contains("/"+n.Path+"/", "/../") {
					t.Errorf("path %q", n.Path)
				}
				seen = seen || strings.Contains(n.Raw, "../")
			}
			if !seen {
				t.Errorf("nothing shows the name that climbs: %s", dump(tree))
			}
			insideOnly(t, tree)
		})
	}
}

func (c *climber) pack(t *testing.T) []byte {
	t.Helper()
	if c.image != nil {
		return c.image(t)
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "ok.txt"), []byte("fine\n"))
	writeFile(t, filepath.Join(dir, plainName), []byte("climbs\n"))
	img := filepath.Join(t.TempDir(), "img")
	t.Setenv("D", dir)
	t.Setenv("I", img)
	run(t, "sh", "-ec", c.script)
	b, err := os.ReadFile(img)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// exchangeNames puts the climbing name in place of the plain one, in bytes and
// in words of 16 bits, which FAT keeps in pieces of five and six.
func exchangeNames(b []byte) []byte {
	wide := func(s string, big bool) []byte {
		var out []byte
		for _, u := range utf16.Encode([]rune(s)) {
			if big {
				out = be.AppendUint16(out, u)
			} else {
				out = le.AppendUint16(out, u)
			}
		}
		return out
	}
	b = bytes.ReplaceAll(b, []byte(plainName), []byte(climbName))
	for _, big := range []bool{true, false} {
		b = bytes.ReplaceAll(b, wide("XXYXX", big), wide("../..", big))
		b = bytes.ReplaceAll(b, wide("Yclimb", big), wide("/climb", big))
	}
	return b
}

// insideOnly exports the tree and wants every file below the folder's "files".
func insideOnly(t *testing.T, tree *Tree) {
	t.Helper()
	top := t.TempDir()
	if err := Export(tree, filepath.Join(top)); err != nil {
		t.Errorf("export: %v", err)
	}
	filepath.WalkDir(top, func(p string, e fs.DirEntry, err error) error {
		if rel, _ := filepath.Rel(top, p); rel != "." && rel != "files" && !strings.HasPrefix(rel, "files"+string(filepath.Separator)) {
			t.Errorf("wrote %s", rel)
		}
		return err
	})
}

// repairRomfs makes the words of the first 512 bytes add up to nothing again.
func repairRomfs(b []byte) {
	copy(b[12:16], zeros[:4])
	var sum uint32
	for i := 0; i < 512 && i+4 <= len(b); i += 4 {
		sum += be.Uint32(b[i:])
	}
	be.PutUint32(b[12:], -sum)
}

func repairUbifs(b []byte) {
	for at := 0; at+24 < len(b); at += 8 {
		if n := int(le.Uint32(b[at+16:])); le.Uint32(b[at:]) == ubifsMagic && b[at+20] == 2 && n >= 56 && at+n <= len(b) {
			le.PutUint32(b[at+4:], ubiCRC(b[at+8:at+n]))
		}
	}
}

func repairUBI(b []byte) {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(climbName))
		if i < 0 {
			return
		}
		at += i - 16 // the record begins with sizes and the length of the name
		be.PutUint32(b[at+168:], ubiCRC(b[at:at+168]))
		at += 172
	}
}

func repair7z(b []byte) {
	at, n := 32+int(le.Uint64(b[12:])), int(le.Uint64(b[20:]))
	le.PutUint32(b[28:], crcOf(b[at:at+n]))
	le.PutUint32(b[8:], crcOf(b[12:32]))
}

// repairLzop puts the checksum of the header right: it stands behind the name.
func repairLzop(b []byte) {
	i := bytes.Index(b, []byte(climbName))
	end := i + len(climbName)
	sum := adler(b[9:end])
	if be.Uint32(b[17:])&0x1000 != 0 {
		sum = crc32.ChecksumIEEE(b[9:end])
	}
	be.PutUint32(b[end:], sum)
}

func adler(b []byte) uint32 {
	x, y := uint32(1), uint32(0)
	for _, c := range b {
		x = (x + uint32(c)) % 65521
		y = (y + x) % 65521
	}
	return y<<16 | x
}

func climbFwpkg(a []byte) []byte {
	b := packFwpkg(false, a, a[:99])
	copy(b[12:], climbName+"\x00")
	le.PutUint16(b[4:], crc16(b[6:12+2*52]))
	return b
}

func climbDigicap(a []byte) []byte {
	b := packDigicap(a, a[:100])
	for i, c := range []byte("../../climb\x00") {
		at := 0x40 + i
		b[at] ^= "hroot.img\x00\x00\x00"[i] ^ c
	}
	return b
}
