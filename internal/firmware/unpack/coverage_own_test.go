package unpack

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What the writers of the tests packed, where Debian has no packer.

// own is an image of the tests' own writer that gives a tree of files.
func own(format, name string, files []packedFile, extra []string, image func(t testing.TB) []byte, shows ...property) packing {
	want := append(listed(files), extra...)
	slices.Sort(want)
	return packing{format: format, name: name, make: image, want: func([]string) []string { return want }, shows: shows}
}

func fixedImage(b []byte) func(testing.TB) []byte { return func(testing.TB) []byte { return b } }

func ownPackings() (list []packing) {
	for _, c := range containerCases() {
		p := packing{format: c.format, name: "container " + c.name, make: fixedImage(c.image), parts: c.parts}
		switch c.format {
		case "android-payload":
			p.shows = []property{holes}
		case "cab":
			continue
		}
		list = append(list, p)
	}
	return slices.Concat(list, ownSquashfs(), ownFlash(), ownArchives(), ownText(), ownKernels())
}

func ownSquashfs() (list []packing) {
	for _, version := range []int{1, 2, 3} {
		for _, o := range []binary.ByteOrder{le, be} {
			for _, block := range []int{4096, 8192, 32768} {
				w := sqWriter{version: version, order: o, block: block, pack: zlibPacked}
				shows := []property{orders, holes, tails}
				if block != 4096 {
					shows = append(shows, sizes)
				}
				list = append(list, own("squashfs", fmt.Sprintf("version %d %s, blocks of %d", version, orderName(o), block), oldFiles(), oldLinks(), func(testing.TB) []byte { return w.image(oldFiles()) }, shows...))
			}
		}
	}
	for _, c := range []struct {
		name, magic string
		version     int
		order       binary.ByteOrder
		form        lzmaForm
	}{
		{"vendor LZMA, 13 bytes of header, sqlz", "sqlz", 3, be, lzmaWhole}, {"vendor LZMA, 5 bytes of header, shsq", "shsq", 3, le, lzmaFive},
		{"vendor LZMA, no header, hsqt", "hsqt", 3, le, lzmaBare}, {"vendor LZMA, no header, tqsh", "tqsh", 3, be, lzmaBare}, {"vendor LZMA in version 2", "sqsh", 2, be, lzmaFive},
		{"vendor LZMA, one byte of properties, zlqs", "zlqs", 3, le, lzmaOne}, {"vendor LZMA, lc 0 lp 2, qshs", "qshs", 3, be, lzmaOdd},
	} {
		list = append(list, own("squashfs", c.name, oldFiles(), oldLinks(), func(t testing.TB) []byte {
			w := sqWriter{version: c.version, order: c.order, block: 8192, magic: c.magic, pack: func(b []byte) []byte { return packForm(t, b, c.form) }}
			return w.image(oldFiles())
		}, orders))
	}
	return list
}

func ownFlash() (list []packing) {
	files := append(packedFiles(), packedFile{"lib/sparse", append(make([]byte, 100_000), "end"...)})
	for i, g := range yaffsGeometries {
		shows := []property{orders, holes}
		if i > 1 {
			shows = append(shows, sizes)
		}
		p := own("yaffs", fmt.Sprintf("pages of %d+%d, tags at %d, %s", g.page, g.spare, g.tags, orderName(g.o)), append(files, packedFile{"log", []byte("new")}), []string{"link link bin/tool", "hard file " + sumOf([]byte("new")).String()},
			func(testing.TB) []byte { return yaffsImage(g, files) }, shows...)
		p.lossy = "a log has no stated end"
		list = append(list, p)
	}
	large := append(packedFiles(), packedFile{"bin/large", append(noiseOf(700_000, 8), append(make([]byte, 300_000), "end"...)...)})
	link := packedFile{"etc/x.link", []byte("../bin/tool")}
	for _, version := range []int{1, 2, 3} {
		for _, o := range []binary.ByteOrder{le, be} {
			list = append(list, own("minix", fmt.Sprintf("version %d %s", version, orderName(o)), large, []string{"etc/x.link link ../bin/tool"}, func(testing.TB) []byte { return minixImage(version, o, append(large, link)) }, orders, holes))
		}
	}
	return list
}

func ownArchives() []packing {
	gcab := `cp -a "$D" "$I.d" && cd "$I.d" && find . -type l -delete && gcab -c "$I" $(find . -type f | sed "s,^./,,")`
	files := packedFiles()
	cab := func(name string, image []byte, shows ...property) packing {
		return own("cab", name, files, nil, fixedImage(image), shows...)
	}
	pe := append([]byte("MZ"), noiseOf(70_000, 20)...)
	text := []byte(strings.Repeat("a line of sixty-four bytes that comes again and again: 0123456789\n", 900))
	volume := func(name, fs string, file []byte, parts map[string][]byte) packing {
		return packing{format: "uefi-volume", name: name, make: fixedImage(fvVolume(fs, 4096, file)), parts: parts}
	}
	guided := func(id string, body func(t testing.TB) []byte, parts map[string][]byte) packing {
		return packing{format: "uefi-volume", name: "sections in " + id, parts: parts, make: func(t testing.TB) []byte {
			return fvVolume(ffs3, 512, fvFile(2, false, fvSections(fvUI("In"), fvGuided(id, body(t)))))
		}}
	}
	list := []packing{
		mk("cab", "gcab", "gcab stored", "", gcab, sizes), mk("cab", "gcab", "gcab MSZIP", "", strings.Replace(gcab, "-c", "-c -z", 1)),
		cab("stored", cabImage(files, false, 0)), cab("MSZIP", cabImage(files, true, 0)), cab("MSZIP, bytes reserved", cabImage(files, true, 3), sizes),
		volume("FFS2", ffs2, fvFile(7, false, fvSections(fvUI("Shell"), fvSection(0x10, false, pe))), map[string][]byte{"Shell/pe32": pe}),
		volume("FFS3, large file", ffs3, fvFile(7, true, fvSections(fvUI("Shell"), fvSection(0x10, true, pe))), map[string][]byte{"Shell/pe32": pe}),
		guided("ee4e5898-3914-4259-9d6e-dc7bd79403cf", func(t testing.TB) []byte { return lzmaPacked(t, fvSections(fvSection(0x19, false, text))) }, map[string][]byte{"In/raw": text}),
		guided("a31280ad-481e-41b6-95e8-127f4c984779", func(testing.TB) []byte { return tianoWrite(fvSections(fvSection(0x19, false, text)), 5) }, map[string][]byte{"In/raw": text}),
	}
	for _, c := range lzxCases() {
		list = append(list, own("cab", c.name, lzxFiles(), nil, fixedImage(c.image), sizes))
	}
	for i := range 2 {
		list[i].want = without(" link ")
	}
	return list
}

func ownText() []packing {
	a := noiseOf(70_001, 1)
	record := func(format, name, text string, shows ...property) packing {
		return packing{format: format, name: name, make: fixedImage([]byte(text)), parts: map[string][]byte{"00001000.bin": a}, shows: shows}
	}
	b := noiseOf(100_003, 4)
	copyOf := func(format, target string) packing {
		return packing{format: format, by: "objcopy", name: "objcopy " + target, tools: []string{"objcopy"}, parts: map[string][]byte{"00080000.bin": b}, make: func(t testing.TB) []byte {
			return piped(t, b, `objcopy -I binary -O `+target+` --change-addresses 0x80000 "$I.in" "$I"`)
		}}
	}
	return []packing{record("intel-hex", "own", intelHexText(0x1000, a, true)), copyOf("intel-hex", "ihex"), record("s-record", "own", sRecordText(0x1000, a)), copyOf("s-record", "srec")}
}
