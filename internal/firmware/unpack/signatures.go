package unpack

func sig(name, magic string, at int64, p probe) signature {
	return signature{name: name, magic: []byte(magic), at: at, probe: p}
}

func head(name string, p probe) signature { return signature{name: name, probe: p, head: true} }

// signatures are all formats recognised. Those under head have no magic worth
// looking for and are tried only where an object begins.
var signatures = []signature{
	sig("gzip", "\x1f\x8b\x08", 0, probeGzip),
	sig("zlib", "\x78\x01", 0, probeZlib),
	sig("zlib", "\x78\x5e", 0, probeZlib),
	sig("zlib", "\x78\x9c", 0, probeZlib),
	sig("zlib", "\x78\xda", 0, probeZlib),
	sig("xz", "\xfd7zXZ\x00", 0, probeXZ),
	sig("bzip2", "BZh", 0, probeBzip2),
	sig("lzma", "\x5d\x00\x00", 0, probeLZMA),
	sig("lzma", "\x6d\x00\x00", 0, probeLZMA),
	sig("lzma", "\x5d\x00\x10", 0, probeLZMA),
	sig("lzma", "\x6e\x00\x00", 0, probeLZMA),
	sig("lzma", "\x5a\x00\x00", 0, probeLZMA),
	sig("lzip", "LZIP", 0, probeLzip),
	sig("zstd", "\x28\xb5\x2f\xfd", 0, probeZstd),
	sig("lz4", "\x04\x22\x4d\x18", 0, probeLZ4),
	sig("lz4-legacy", "\x02\x21\x4c\x18", 0, probeLZ4Legacy),
	sig("tar", "ustar", 257, probeTar),
	sig("cpio", "070701", 0, probeCpio),
	sig("cpio", "070702", 0, probeCpio),
	sig("cpio", "070707", 0, probeCpio),
	head("cpio", probeCpio),
	head("tar", probeTarV7),
	sig("ar", "!<arch>\n", 0, probeAr),
	sig("rpm", "\xed\xab\xee\xdb", 0, probeRPM),
	sig("zip", "PK\x03\x04", 0, probeZip),
	sig("dhzip", "DH\x03\x04", 0, probeDHZip),
	sig("uimage", "\x27\x05\x19\x56", 0, probeUImage),
	sig("uimage", "OKLI", 0, probeUImage),
	sig("trx", "HDR0", 0, probeTRX),
	sig("cramfs", "\x45\x3d\xcd\x28", 0, probeCramfs),
	sig("cramfs", "\x28\xcd\x3d\x45", 0, probeCramfs),
	sig("romfs", "-rom1fs-", 0, probeRomfs),
	sig("jffs2", "\x85\x19", 0, probeJFFS2),
	sig("jffs2", "\x19\x85", 0, probeJFFS2),
	sig("dtb", "\xd0\x0d\xfe\xed", 0, probeFDT),
	sig("android-sparse", "\x3a\xff\x26\xed", 0, probeSparse),
	sig("android-boot", "ANDROID!", 0, probeBoot),
	sig("android-vendor-boot", "VNDRBOOT", 0, probeVendorBoot),
	sig("android-payload", "CrAU", 0, probePayload),
	sig("ext", "\x53\xef", 1080, probeExt),
	sig("ubi", "UBI#", 0, probeUBI),
	sig("ubifs", "\x31\x18\x10\x06", 0, probeUBIFS),
	sig("squashfs", "hsqs", 0, probeSquashfs),
	sig("squashfs", "sqsh", 0, probeSquashfs),
	sig("squashfs", "sqlz", 0, probeSquashfs),
	sig("squashfs", "zlqs", 0, probeSquashfs),
	sig("squashfs", "qshs", 0, probeSquashfs),
	sig("squashfs", "shsq", 0, probeSquashfs),
	sig("squashfs", "tqsh", 0, probeSquashfs),
	sig("squashfs", "hsqt", 0, probeSquashfs),
	sig("lzop", "\x89LZO\x00\x0d\x0a\x1a\x0a", 0, probeLzop),
}

// recognised says how much a magic at offset 0 speaks for a firmware image.
var recognised = map[string]int{}
