package unpack

import (
	"fmt"
	"hash/crc32"
)

// The U-Boot legacy image: 64 bytes, big-endian, CRC over the header with its
// own field zero and CRC over the data.
var (
	uImageOS   = []string{"", "openbsd", "netbsd", "freebsd", "4.4bsd", "linux", "svr4", "esix", "solaris", "irix", "sco", "dell", "ncr", "lynxos", "vxworks", "psos", "qnx", "u-boot", "rtems", "artos", "unity", "integrity", "ose", "plan9", "openrtos", "arm-trusted-firmware", "tee", "opensbi", "efi"}
	uImageArch = []string{"", "alpha", "arm", "x86", "ia64", "mips", "mips64", "ppc", "s390", "sh", "sparc", "sparc64", "m68k", "nios", "microblaze", "nios2", "blackfin", "avr32", "st200", "sandbox", "nds32", "openrisc", "arm64", "arc", "x86_64", "xtensa", "riscv"}
	uImageType = []string{"", "standalone", "kernel", "ramdisk", "multi", "firmware", "script", "filesystem", "flat-dt", "kwb", "imx", "ublimage", "omap", "aisimage", "kernel-noload", "pbl"}
	uImageComp = []string{"none", "gzip", "bzip2", "lzma", "lzo", "lz4", "zstd"}
)

func probeUImage(d *data, off int64) *claim {
	h := d.at(off, 64)
	if h == nil {
		return nil
	}
	z := append([]byte(nil), h...)
	copy(z[4:8], []byte{0, 0, 0, 0})
	size := int64(be.Uint32(h[12:]))
	c := &claim{off: off, length: 64 + size, format: "uimage", conf: Checked}
	if sum := crc32.ChecksumIEEE(z); sum != be.Uint32(h[4:]) {
		// A header with a broken checksum is believed only when all else is sane.
		if h[28] == 0 || int(h[28]) >= len(uImageOS) || h[29] == 0 || int(h[29]) >= len(uImageArch) || int(h[31]) >= len(uImageComp) ||
			h[30] == 0 || int(h[30]) >= len(uImageType) || size == 0 || off+64+size > d.size || !printable(nonEmpty(cstr(h[32:]), "x")) {
			return nil
		}
		c.conf, c.state = Structural, Partial
		c.reason = fmt.Sprintf("header checksum: has %08x, says %08x", sum, be.Uint32(h[4:]))
	}
	typ, comp := at(uImageType, int(h[30])), at(uImageComp, int(h[31]))
	c.fact("name", "%s", cstr(h[32:]))
	c.fact("os", "%s", at(uImageOS, int(h[28])))
	c.fact("arch", "%s", at(uImageArch, int(h[29])))
	c.fact("type", "%s", typ)
	c.fact("compression", "%s", comp)
	c.fact("made", "%d", be.Uint32(h[8:]))
	c.fact("load", "%#x", be.Uint32(h[16:]))
	c.extract = func(x *xtr) error {
		if off+64+size <= x.d.size {
			if sum := crcRange(x.d, off+64, size); sum != be.Uint32(h[24:]) {
				x.warn(Partial, "data checksum: has %08x, says %08x", sum, be.Uint32(h[24:]))
				x.r.Facts = append(x.r.Facts, Fact{"bad checksum", "data"})
			}
		}
		name := nonEmpty(typ, "data")
		if typ == "multi" || typ == "script" {
			return uImageParts(x, off+64, size, typ)
		}
		_, err := x.part(Node{Path: name}, off+64, size)
		return err
	}
	return c
}

// uImageParts opens images of several parts: a list of sizes ended by zero, each part padded to four bytes.
func uImageParts(x *xtr, off, size int64, typ string) error {
	var sizes []int64
	pos := off
	for pos < off+size && len(sizes) < 64 {
		n := int64(x.d.u32(be, pos))
		pos += 4
		if n == 0 {
			break
		}
		sizes = append(sizes, n)
	}
	for i, n := range sizes {
		if _, err := x.part(Node{Path: fmt.Sprintf("%s%d", typ, i)}, pos, n); err != nil {
			return err
		}
		pos += alignUp(n, 4)
	}
	return nil
}

// crcRange is the IEEE CRC-32 of a range.
func crcRange(d *data, off, n int64) uint32 {
	h := crc32.NewIEEE()
	copyRange(h, d, off, n)
	return h.Sum32()
}

// TRX, the header of Broadcom-based routers: magic, length, CRC (complement), flags and version, offsets of up to four parts.
func probeTRX(d *data, off int64) *claim {
	h := d.at(off, 32)
	if h == nil {
		return nil
	}
	length, version := int64(le.Uint32(h[4:])), le.Uint16(h[14:])
	if version < 1 || version > 2 || length < 32 || length > 1<<30 {
		return nil
	}
	var offs []int64
	for i := range 1 + 2 + int(version) - 1 {
		if v := int64(le.Uint32(h[16+4*i:])); v > 0 {
			if v < 28 || v >= length {
				return nil
			}
			offs = append(offs, v)
		}
	}
	if len(offs) == 0 {
		return nil
	}
	c := &claim{off: off, length: length, format: "trx", conf: Structural}
	c.fact("version", "%d", version)
	c.extract = func(x *xtr) error {
		if off+length <= x.d.size {
			if sum := ^crcRange(x.d, off+12, length-12); sum == le.Uint32(h[8:]) {
				x.r.Confidence = Checked
			} else {
				x.warn(Partial, "checksum: has %08x, says %08x", sum, le.Uint32(h[8:]))
				x.r.Facts = append(x.r.Facts, Fact{"bad checksum", "image"})
			}
		}
		for i, o := range offs {
			end := length
			if i+1 < len(offs) && offs[i+1] > o {
				end = offs[i+1]
			}
			if _, err := x.part(Node{Path: fmt.Sprintf("part%d", i)}, off+o, end-o); err != nil {
				return err
			}
		}
		return nil
	}
	return c
}
