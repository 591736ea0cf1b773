package unpack

import "slices"

// Why cells of the table have no case.

var (
	streamFormats = []string{"gzip", "zlib", "xz", "bzip2", "lzma", "lzip", "zstd", "lz4", "lz4-legacy", "lzop", "kernel-config"}
	partFormats   = []string{"uimage", "fit", "dtb", "trx", "android-sparse", "android-boot", "android-vendor-boot", "android-payload", "hwnp", "digicap", "zxhn-config", "xv4", "imah",
		"chk", "seama", "hdr1", "npk", "tplink-v1", "tplink-v2", "tplink-safeloader", "fwpkg", "pihc", "vrp-table", "zimage", "arm64-image", "bzimage", "gpt", "mbr", "intel-hex", "s-record", "ar", "rpm", "uefi-volume", "ubi", "upx"}
	fixedNames = []string{"uimage", "trx", "android-sparse", "android-boot", "android-vendor-boot", "zxhn-config", "imah", "chk", "seama", "npk", "tplink-v1", "tplink-v2", "pihc", "zimage", "arm64-image", "bzimage",
		"gpt", "mbr", "intel-hex", "s-record", "rpm", "dtb", "xv4", "upx"}
	archives = []string{"tar", "cpio", "zip", "dhzip", "7z", "cab"}
)

// exact are reasons of one cell; they go before those of groups.
var exact = map[string]map[property]reason{
	"squashfs":   {},
	"jffs2":      {holes: applies("the packer writes zeros out"), tails: applies("every node is as long as its data")},
	"ubifs":      {tails: applies("every node is as long as its data"), orders: applies("the format is little-endian")},
	"ext":        {orders: applies("the format is little-endian")},
	"erofs":      {orders: applies("the format is little-endian")},
	"f2fs":       {tails: applies("Debian's packer writes no inline data"), orders: applies("the format is little-endian"), xattrs: applies("Debian's packer stores none but SELinux labels")},
	"cramfs":     {tails: applies("every block ends where it ends"), xattrs: applies("the format knows none")},
	"romfs":      {tails: applies("files are stored whole"), xattrs: applies("the format knows none"), holes: applies("files are stored whole"), orders: applies("the format is big-endian")},
	"fat":        {tails: applies("files end inside a cluster"), xattrs: applies("the format knows none"), holes: applies("the format knows none"), orders: applies("the format is little-endian")},
	"iso9660":    {tails: applies("files end inside a sector"), xattrs: applies("the packers' own form of them is not a part of the standards"), holes: applies("the format knows none")},
	"minix":      {sizes: applies("blocks are 1 KiB but in version 3, whose packer makes no others"), tails: applies("files end inside a block"), xattrs: applies("the format knows none")},
	"yaffs":      {tails: applies("the tags of a page say how much is in it"), xattrs: applies("its packers store none")},
	"ubi":        {orders: applies("the format is big-endian")},
	"gzip":       {sizes: applies("its window is 32 KiB")},
	"lz4-legacy": {sizes: applies("its blocks are 8 MiB")}, "lzop": {sizes: applies("its packer's blocks are 256 KiB")}, "kernel-config": {sizes: applies("gzip between two marks")},
}

func reasonOf(format string, p property) (reason, bool) {
	if r, ok := exact[format][p]; ok {
		return r, true
	}
	is := func(list []string) bool { return slices.Contains(list, format) }
	switch {
	case p == climb && is(streamFormats), p == climb && is(fixedNames):
		return applies("the names of its parts are ours"), true
	case (p == tails || p == xattrs || p == holes) && is(streamFormats):
		return applies("a stream of bytes: it has no files"), true
	case p == orders && is(streamFormats):
		return applies("the format fixes one order"), true
	case (p == tails || p == xattrs || p == holes) && is(partFormats):
		return applies("its parts are stretches of bytes, whole"), true
	case (p == orders || p == sizes) && is(partFormats):
		return applies("the format fixes one"), true
	case (p == tails || p == orders) && is(archives):
		return applies("the format fixes one form"), true
	case (p == xattrs || p == holes) && is(archives):
		return applies("the format knows none"), true
	case p == sizes && is(archives):
		return applies("entries are as long as they are"), true
	}
	return reason{"not tried yet", true}, true
}
