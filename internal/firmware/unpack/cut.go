package unpack

import (
	"bytes"
	"fmt"
	"slices"
)

// What ends before it can be read: the magic of a format, and less behind it
// than the least of its images takes.

// leastSize is how many bytes an image of a format takes at least, where that
// is more than most headers do. Formats without a line here, whose header is
// longer than shortHead, say themselves that they are cut.
var leastSize = map[string]int64{
	"cpio": 110 + 124, "romfs": 512, "ubifs": 4096, "ext": 2048, "erofs": 1024 + 128, "f2fs": 4096, "minix": 4096, "fat": 512,
	"tar": 512, "squashfs": 120, "rpm": 96 + 16, "fwpkg": 128, "pihc": 512, "imah": 192, "android-boot": 2048, "android-vendor-boot": 2112, "android-payload": 128,
	"yaffs": 2 * (4096 + 256), "bzimage": 0x268, "zimage": 0x40, "arm64-image": 64, "zxhn-config": 140, "iso9660": longHead,
	"tplink-safeloader": safeloaderTable + safeloaderLines, "gpt": 2 * 512, "uefi-volume": 0x48,
}

// shortHead is how many bytes the longest of the usual headers takes.
const shortHead = 96

// longHead is the longest of all.
const longHead = 18 * isoSector

// cutHead names the format whose magic a stretch holds that is the last of its
// object, padding apart, and too short for any image of that format; "" when
// there is none. Two bytes are no magic, nor are few letters at the head of a text.
func (sc *scanner) cutHead(off int64) string {
	n := sc.d.size - off
	if n > longHead {
		return ""
	}
	text := isText(sc.d.upto(off, 512))
	for _, g := range slices.Concat(tables().lists...) {
		if n >= max(leastSize[g.name], shortHead) {
			continue
		}
		there := min(len(g.magic), int(max(n-g.at, 0)))
		short := g.at >= 1024 && there == 2 && fill(sc.d, off, 1024) == 1024 // a superblock behind an empty boot block
		if short && bytes.Equal(sc.d.at(off+g.at, there), g.magic[:there]) {
			return g.name
		}
		if there < 3 || there < 4 && (text || g.at != 0) || there < 6 && text {
			continue
		}
		if bytes.Equal(sc.d.at(off+g.at, there), g.magic[:there]) {
			return g.name
		}
	}
	return ""
}

// cutWhole explains an object that is nothing but the beginning of a format.
func (sc *scanner) cutWhole() {
	if len(sc.regions) > 0 || sc.d.size < 6 {
		return
	}
	if f := sc.cutHead(0); f != "" {
		sc.o.Type = ""
		sc.regions = append(sc.regions, cutRegion(f, 0, sc.d.size))
	}
}

func cutRegion(format string, off, n int64) *Region {
	return &Region{Offset: off, Length: n, Format: "data", Confidence: Leftover, State: Truncated,
		Reasons: []string{fmt.Sprintf("begins with the magic of %s and ends after %d bytes, before it can be read", format, n)}}
}
