package unpack

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Headers, partitions, packages and kernels: containers whose parts come back.

// piped runs a script of shell with b in $I.in and returns what it wrote to $I.
func piped(t testing.TB, b []byte, script string) []byte {
	t.Helper()
	dir := t.TempDir()
	img := filepath.Join(dir, "x")
	writeFile(t, img+".in", b)
	run(t, "sh", "-ec", `I="`+img+`"; export I; cd "`+dir+`"; `+script)
	out, err := os.ReadFile(img)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// partsBy is an image a Debian tool makes from the content b, and its parts.
func partsBy(format, by, name string, b []byte, parts map[string][]byte, script string, shows ...property) packing {
	return packing{format: format, by: by, name: name, tools: []string{by}, parts: parts, shows: shows, make: func(t testing.TB) []byte { return piped(t, b, script) }}
}

func imagePackings() []packing {
	a := noiseOf(50_001, 30)
	one := func(name string) map[string][]byte { return map[string][]byte{name: a} }
	its := `printf '/dts-v1/; / { description = "d"; images { kernel { description = "k"; data = /incbin/("x.in"); type = "kernel"; arch = "arm"; os = "linux"; compression = "none"; load = <0>; entry = <0>; hash-1 { algo = "sha256"; }; hash-2 { algo = "crc32"; }; }; }; configurations { default = "c"; c { kernel = "kernel"; }; }; };' > x.its && mkimage `
	list := []packing{
		partsBy("uimage", "mkimage", "kernel", a, one("kernel"), `mkimage -A arm -O linux -T kernel -C none -n x -d x.in x >/dev/null`, orders),
		partsBy("uimage", "mkimage", "ramdisk said to be gzip", a, one("ramdisk"), `mkimage -A mips -O linux -T ramdisk -C gzip -n x -d x.in x >/dev/null`),
		partsBy("uimage", "mkimage", "several files", a, map[string][]byte{"multi0": a, "multi1": a[:101], "multi2": a[:4096]}, `head -c 101 x.in > 1; head -c 4096 x.in > 2; mkimage -A ppc -O linux -T multi -C none -n x -d x.in:1:2 x >/dev/null`, sizes),
		partsBy("fit", "mkimage", "data inside", a, one("kernel"), its+`-f x.its x >/dev/null`, orders),
		partsBy("fit", "mkimage", "data outside", a, one("kernel"), its+`-E -f x.its x >/dev/null`),
		partsBy("fit", "mkimage", "data outside at 0x2000", a, one("kernel"), its+`-E -p 0x2000 -f x.its x >/dev/null`, sizes),
		partsBy("gpt", "sfdisk", "two partitions", a, map[string][]byte{"partition1": a[:49152], "partition2": bytes.Repeat([]byte{0}, 65536)}, `truncate -s 1M x && printf 'label: gpt\nstart=64,size=96\nstart=192,size=128\n' | sfdisk -q x && dd if=x.in of=x bs=512 seek=64 count=96 conv=notrunc 2>/dev/null`),
		partsBy("gpt", "sfdisk", "16 entries", a, map[string][]byte{"partition3": a[:49152]}, `truncate -s 1M x && printf 'label: gpt\ntable-length: 16\n3 : start=64,size=96\n' | sfdisk -q x && dd if=x.in of=x bs=512 seek=64 count=96 conv=notrunc 2>/dev/null`, sizes),
		partsBy("mbr", "sfdisk", "two partitions", a, map[string][]byte{"partition1": a[:49152]}, `truncate -s 1M x && printf 'label: dos\nstart=64,size=96\nstart=192,size=128\n' | sfdisk -q x && dd if=x.in of=x bs=512 seek=64 count=96 conv=notrunc 2>/dev/null`),
		partsBy("mbr", "sfdisk", "logical partitions", a, map[string][]byte{"partition5": a[:49152]}, `truncate -s 4M x && printf 'label: dos\nstart=64,size=96\nstart=2048,size=4096,type=5\nstart=3072,size=96\n' | sfdisk -q x && dd if=x.in of=x bs=512 seek=3072 count=96 conv=notrunc 2>/dev/null`, sizes),
		partsBy("android-boot", "mkbootimg", "version 0", a, map[string][]byte{"kernel": a, "ramdisk": a[:5000]}, `head -c 5000 x.in > rd; mkbootimg --kernel x.in --ramdisk rd --cmdline console=ttyS0 -o x`),
		partsBy("android-boot", "mkbootimg", "pages of 16 KiB", a, map[string][]byte{"kernel": a, "ramdisk": a[:5000]}, `head -c 5000 x.in > rd; mkbootimg --kernel x.in --ramdisk rd --pagesize 16384 -o x`, sizes),
		partsBy("android-boot", "mkbootimg", "version 2 with a device tree", a, map[string][]byte{"kernel": a, "dtb": a[:700]}, `head -c 700 x.in > dtb; mkbootimg --header_version 2 --kernel x.in --ramdisk dtb --dtb dtb -o x`),
		partsBy("android-boot", "mkbootimg", "version 3", a, map[string][]byte{"kernel": a, "ramdisk": a[:700]}, `head -c 700 x.in > rd; mkbootimg --header_version 3 --kernel x.in --ramdisk rd -o x`),
		partsBy("android-vendor-boot", "mkbootimg", "version 3", a, map[string][]byte{"ramdisk": a, "dtb": a[:700]}, `head -c 700 x.in > dtb; mkbootimg --header_version 3 --vendor_ramdisk x.in --dtb dtb --vendor_boot x`),
		sparseImage("blocks of 4 KiB", ""), sparseImage("blocks of 1 KiB", "1024", sizes), sparseImage("blocks of 64 KiB", "65536", sizes),
		partsBy("ar", "ar", "GNU long names", a, map[string][]byte{"x.in": a, "a-name-longer-than-fifteen-bytes": a[:777]}, `head -c 777 x.in > a-name-longer-than-fifteen-bytes; ar rc x x.in a-name-longer-than-fifteen-bytes`),
	}
	for _, c := range [][3]string{{"gzip", "gzip", "gzip -9nc"}, {"bzip2", "bzip2", "bzip2 -c"}, {"lzma", "lzma", "xz --format=lzma -c"}, {"lzo", "lzop", "lzop -c <"}, {"lz4", "lz4", "lz4 -qc"}, {"zstd", "zstd", "zstd -qc"}} {
		tool, _, _ := strings.Cut(c[2], " ")
		p := partsBy("uimage", "mkimage", "packed by "+c[0], a, one("content"), c[2]+` x.in > k && mkimage -A arm64 -O linux -T kernel -C `+c[0]+` -n x -d k x >/dev/null`)
		p.tools, p.inner = append(p.tools, tool), c[1]
		list = append(list, p)
	}
	dts := `printf '/dts-v1/; / { model = "A board"; compatible = "maker,board", "maker,chip"; chosen { bootargs = "console=ttyS0"; }; memory@0 { reg = <0 1 2 3>; }; };' > x.dts && dtc -q -O dtb -o x `
	facts := map[string]string{"model": "A board", "compatible": "maker,board, maker,chip", "bootargs": "console=ttyS0"}
	for _, c := range []struct{ name, args string }{{"version 17", "-V 17"}, {"version 16", "-V 16"}, {"room behind and before", "-S 9000 -R 8"}} {
		p := partsBy("dtb", "dtc", c.name, a, nil, dts+c.args+" x.dts", sizes)
		p.facts = facts
		list = append(list, p)
	}
	list = append(list, packing{format: "dtb", name: "own writer", make: fixedImage(packDTB("board")), facts: map[string]string{"model": "board"}})
	list = append(list, packing{format: "android-payload", name: "blocks packed by bzip2 and xz", tools: []string{"bzip2", "xz"}, parts: map[string][]byte{"system": a[:12*4096]}, make: func(t testing.TB) []byte {
		return packPayloadOf(12*4096, payloadPiece{0, a[:4*4096], 4 * 4096}, payloadPiece{1, piped(t, a[4*4096:8*4096], `bzip2 -c x.in > x`), 4 * 4096}, payloadPiece{8, piped(t, a[8*4096:12*4096], `xz -c x.in > x`), 4 * 4096})
	}})
	return append(list, packages()...)
}

func sparseImage(name, block string, shows ...property) packing {
	raw := append(noiseOf(70_000, 31), make([]byte, 400_000)...)
	raw = append(append(raw, bytes.Repeat([]byte("\xde\xad\xbe\xef"), 100_000)...), noiseOf(1<<20-870_000+6000, 32)...)
	raw = append(raw, make([]byte, alignUp(int64(len(raw)), 65536)-int64(len(raw)))...)
	return partsBy("android-sparse", "img2simg", name, raw, map[string][]byte{"image": raw}, `img2simg x.in x `+block, append(shows, holes)...)
}

// inTmp begins a script whose tool can work in some folders only: $W is one in /tmp, whatever TMPDIR says.
const inTmp = `W=$(mktemp -d /tmp/telltale-XXXXXX) && trap 'rm -rf "$W"' EXIT && `

// packages are those of Debian, of routers and of Red Hat, made from the sample tree.
func packages() []packing {
	deb := func(name, compression string) packing {
		p := mk("ar", "dpkg-deb", "deb, "+name, "", `mkdir "$I.d" && cp -a "$D"/. "$I.d" && mkdir "$I.d/DEBIAN" && printf 'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.invalid>\nDescription: x\n' > "$I.d/DEBIAN/control" && dpkg-deb `+compression+` -b "$I.d" "$I" >/dev/null`)
		p.inner = "tar"
		return p
	}
	ipk := mk("ar", "ar", "ipk", "tar", `printf '2.0\n' > debian-binary && printf 'Package: x\nVersion: 1\n' > control && tar -czf control.tar.gz ./control && tar -C "$D" -czf data.tar.gz . && ar rc "$I" debian-binary control.tar.gz data.tar.gz`)
	ipk.script = `mkdir "$I.d" && cd "$I.d" && ` + ipk.script
	ipk.inner = "tar"
	tarIpk := mk("gzip", "tar", "ipk of a tar", "", `mkdir "$I.d" && cd "$I.d" && printf '2.0\n' > debian-binary && tar -czf control.tar.gz ./debian-binary && tar -C "$D" -czf data.tar.gz . && tar -czf "$I" ./debian-binary ./control.tar.gz ./data.tar.gz`)
	tarIpk.inner = "tar"
	list := []packing{deb("xz", "-Zxz"), deb("gzip", "-Zgzip"), deb("zstd", "-Zzstd"), deb("not compressed", "-Znone"), ipk, tarIpk}
	for _, c := range []string{"w1.gzdio", "w1.xzdio", "w1.zstdio", "w1.lzdio"} { // rpmbuild works in no path with a space
		p := mk("rpm", "rpmbuild", c, "", inTmp+`printf 'Name: x\nVersion: 1\nRelease: 1\nSummary: x\nLicense: x\nBuildArch: noarch\n%%define __os_install_post %%{nil}\n%%description\nx\n%%install\nmkdir -p %%{buildroot}\ncp -a "`+"$D"+`"/. %%{buildroot}\n%%files\n/*\n' > "$W/spec" && HOME="$W/home" rpmbuild -bb --quiet --define "_topdir $W/top" --define "_binary_payload `+c+`" "$W/spec" >/dev/null 2>&1 && cp "$W"/top/RPMS/noarch/*.rpm "$I"`)
		p.inner = "cpio"
		list = append(list, p)
	}
	return list
}

// ownKernels are the wrappers of kernels around a payload of each compression.
func ownKernels() (list []packing) {
	plain := append([]byte("Linux version 6.1.0 (someone@builder) #1\x00"), bytes.Repeat([]byte("text of a kernel, quite compressible. "), 20_000)...)
	plain = append(plain, noiseOf(40_000, 33)...)
	for _, c := range []struct{ name, script string }{
		{"gzip", `gzip -9nc x.in > x`}, {"xz", `xz -c --check=crc32 --arm --lzma2=dict=32MiB x.in > x`}, {"lzma", `xz --format=lzma -c x.in > x`}, {"bzip2", `bzip2 -c x.in > x`},
		{"lzop", `lzop -9c < x.in > x`}, {"lz4", `lz4 -ql9c x.in > x`}, {"zstd", `zstd -qc -19 x.in > x`},
	} {
		tool, _, _ := strings.Cut(c.script, " ")
		wrap := func(format string, around func(packed []byte) []byte, shows ...property) {
			list = append(list, packing{format: format, name: c.name, tools: []string{tool}, parts: map[string][]byte{"content": plain}, inner: c.name, shows: shows, many: true,
				make: func(t testing.TB) []byte { return around(piped(t, plain, c.script)) }})
			if p := &list[len(list)-1]; c.name == "lz4" {
				p.inner = "lz4-legacy"
			}
		}
		wrap("zimage", func(p []byte) []byte { return armKernel(le, p, len(plain)) }, orders)
		wrap("zimage", func(p []byte) []byte { return armKernel(be, p, len(plain)) }, orders)
		wrap("bzimage", func(p []byte) []byte { return x86Kernel(p, len(plain), true) })
		wrap("bzimage", func(p []byte) []byte { return x86Kernel(p, len(plain), false) }, sizes)
	}
	raw := append(make([]byte, 64), plain...)
	raw = append(raw, make([]byte, 1<<20-len(raw))...)
	copy(raw[0x38:], "ARM\x64")
	le.PutUint64(raw[16:], 1<<20)
	config := bytes.Repeat([]byte("CONFIG_A=y\n# CONFIG_B is not set\n"), 500)
	return append(list, packing{format: "arm64-image", name: "not packed", make: fixedImage(raw), lossy: "its size counts memory that is not in the file", facts: map[string]string{"arch": "arm64", "version": "Linux version 6.1.0 (someone@builder) #1"}},
		packing{format: "kernel-config", by: "gzip", name: "between its marks", tools: []string{"gzip"}, parts: map[string][]byte{"content": config}, make: func(t testing.TB) []byte {
			return join([]byte("IKCFG_ST"), piped(t, config, `gzip -9nc x.in > x`), []byte("IKCFG_ED"))
		}})
}

// armKernel is a zImage: code, the packed kernel, its plain size, and a device tree's worth of zeros.
func armKernel(o binary.ByteOrder, packed []byte, plain int) []byte {
	code := bytes.Repeat(words(o, 0xe1a00000), 2000)
	img := join(code, packed, words(le, uint32(plain)), make([]byte, 512))
	for len(img)%4 != 0 {
		img = append(img, 0)
	}
	copy(img[0x24:], words(o, 0x016f2818, 0, uint32(len(img))))
	return img
}

// x86Kernel is a bzImage of five sectors of setup; a new one says where its payload lies.
func x86Kernel(packed []byte, plain int, says bool) []byte {
	setup := make([]byte, 5*512)
	setup[0x1f1] = 4
	copy(setup[0x1fe:], "\x55\xaa\xeb\x66HdrS\x06\x02")
	copy(setup[0x300:], "6.1.0 (someone@builder) #1\x00")
	le.PutUint16(setup[0x20e:], 0x100)
	code := bytes.Repeat([]byte{0x90, 0x0f, 0xaf, 0xc1}, 3000)
	body := join(code, packed, words(le, uint32(plain)), bytes.Repeat([]byte{0xcc}, 700))
	for len(body)%16 != 0 {
		body = append(body, 0)
	}
	le.PutUint32(setup[0x1f4:], uint32(len(body)/16))
	if says {
		le.PutUint16(setup[0x206:], 0x20f)
		le.PutUint32(setup[0x248:], uint32(len(code)))
		le.PutUint32(setup[0x24c:], uint32(len(packed)+4))
	}
	return join(setup, body)
}
