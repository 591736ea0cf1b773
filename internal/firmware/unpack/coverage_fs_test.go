package unpack

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// File systems packed by Debian's tools, from the sample tree.

func without(part string) func([]string) []string {
	return func(all []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return strings.Contains(s, part) })
	}
}

func mk(format, by, name, tools, script string, shows ...property) packing {
	return packing{format: format, by: by, name: name, tools: append([]string{by}, strings.Fields(tools)...), script: script, shows: shows}
}

// padded is an image whose format begins behind something else.
func padded(format, by, name, tools, script string, shows ...property) packing {
	p := mk(format, by, name, tools, script, shows...)
	p.many = true
	return p
}

func fileSystemPackings() []packing {
	return slices.Concat(squashfsPackings(), flashPackings(), extPackings(), erofsPackings(), otherFileSystems())
}

func squashfsPackings() (list []packing) {
	for _, c := range []struct {
		name, args string
		shows      []property
	}{
		{"gzip", "-comp gzip", []property{xattrs, holes, tails}}, {"lzo", "-comp lzo", nil}, {"lz4", "-comp lz4", nil}, {"lz4hc", "-comp lz4 -Xhc", nil},
		{"xz", "-comp xz", []property{xattrs}}, {"xz-bcj", "-comp xz -Xbcj arm,x86", nil}, {"xz-dictionary", "-comp xz -Xdict-size 50%", nil},
		{"zstd", "-comp zstd", nil}, {"lzma", "-comp lzma", nil},
		{"blocks of 4 KiB", "-b 4096", []property{sizes}}, {"blocks of 16 KiB, lzma", "-comp lzma -b 16384", []property{sizes}}, {"blocks of 1 MiB", "-b 1048576", []property{sizes}},
		{"no fragments", "-no-fragments", []property{tails}}, {"all fragments", "-always-use-fragments", []property{tails}}, {"holes written out", "-no-sparse", []property{holes}},
		{"stored", "-noI -noD -noF -noX", []property{xattrs}}, {"tails packed, blocks of 4 KiB", "-comp xz -b 4096 -tailends", []property{tails, sizes}},
		{"nodes stored, blocks of 1 MiB", "-comp zstd -noI -noF -b 1048576", []property{sizes}}, {"owners stored, all of one, blocks of 512 KiB", "-comp lzma -noId -all-root -b 524288 -no-fragments", []property{sizes, tails}},
		{"window of 256 bytes", "-comp gzip -Xwindow-size 8 -Xcompression-level 1", []property{sizes}}, {"strategies", "-comp gzip -Xstrategy huffman_only,run_length_encoded,fixed,filtered,default", nil},
		{"lzo1x_1_15", "-comp lzo -Xalgorithm lzo1x_1_15", nil}, {"xz-ia64, blocks of 16 KiB", "-comp xz -b 16384 -Xbcj ia64,sparc,powerpc,armthumb", []property{sizes}},
		{"no duplicates, no export", "-no-duplicates -no-exports -nopad", nil},
	} {
		list = append(list, mk("squashfs", "mksquashfs", c.name, "", `mksquashfs "$D" "$I" -noappend -quiet -no-progress `+c.args, c.shows...))
	}
	return list
}

func flashPackings() []packing {
	jffs2 := func(name, args string, shows ...property) packing {
		p := mk("jffs2", "mkfs.jffs2", name, "", `mkfs.jffs2 `+args+` -d "$D" -o "$I"`, shows...)
		p.lossy = "a log has no stated end"
		return p
	}
	ubifs := func(name, args string, shows ...property) packing {
		return mk("ubifs", "mkfs.ubifs", name, "", `mkfs.ubifs `+args+` -d "$D" -o "$I"`, shows...)
	}
	summed := jffs2("summaries by sumtool", "-l -e 64KiB -n")
	summed.tools = append(summed.tools, "sumtool")
	summed.script = `mkfs.jffs2 -l -n -e 64KiB -d "$D" -o "$I.1" && sumtool -l -n -e 64KiB -i "$I.1" -o "$I"`
	ubifsXattrs := ubifs("attributes put in by the tests", "-x lzo -m 2048 -e 126976 -c 200", xattrs)
	ubifsXattrs.alter = putUbifsXattrs
	ubi := func(name, fs, args string, shows ...property) packing {
		p := mk("ubi", "ubinize", name, "mkfs.ubifs", `mkfs.ubifs -x lzo `+fs+` -d "$D" -o "$I.fs" && printf '[v]\nmode=ubi\nimage=%s\nvol_id=0\nvol_type=dynamic\nvol_name=rootfs\nvol_flags=autoresize\nvol_size=16MiB\n' "$I.fs" > "$I.cfg" && ubinize `+args+` -o "$I" "$I.cfg"`, shows...)
		p.inner = "ubifs"
		return p
	}
	worn := ubi("erase blocks in another order, erased ones between", "-m 2048 -e 126976 -c 200", "-m 2048 -p 131072")
	worn.alter = func(_ testing.TB, b []byte, _ map[string]map[string]string) []byte {
		const peb = 131072
		var out []byte
		for at := len(b) - peb; at >= 0; at -= peb {
			out = append(out, b[at:at+peb]...)
			if at/peb%4 == 1 {
				out = append(out, bytes.Repeat([]byte{0xff}, peb)...)
			}
		}
		return out
	}
	several := ubi("several volumes, one of them static, one empty", "-m 2048 -e 126976 -c 200", "-m 2048 -p 131072 -x 1 -Q 77 -e 3")
	several.script = `head -c 300000 /dev/urandom > "$I.bin" && ` + strings.Replace(several.script, `'[v]`, `'[a]\nmode=ubi\nimage='"$I.bin"'\nvol_id=5\nvol_type=static\nvol_name=kernel\n[c]\nmode=ubi\nvol_id=9\nvol_type=dynamic\nvol_name=data\nvol_size=1MiB\n[v]`, 1)
	return []packing{
		worn, several, jffs2("little-endian", "-l -e 64KiB", orders), jffs2("big-endian", "-b -e 128KiB", orders), jffs2("padded", "-l -e 64KiB -p"),
		jffs2("lzo", "-l -e 64KiB -X lzo -x zlib"), jffs2("rtime, big-endian", "-b -e 64KiB -x zlib -x lzo -X rtime", orders), jffs2("stored", "-l -e 64KiB -m none"),
		jffs2("smallest", "-l -e 64KiB -m size"), jffs2("no clean markers, 16 KiB", "-n -l -e 16KiB", sizes), jffs2("pages of 512", "-l -e 8KiB -s 512", sizes),
		summed, jffs2("erase blocks of 12 KiB", "-b -p -e 12KiB", sizes, orders), jffs2("erase blocks of 1 MiB, owners squashed", "-l -e 1MiB -q", sizes), jffs2("attributes", "-l -e 64KiB --with-xattr", xattrs), jffs2("attributes, big-endian", "-b -e 64KiB --with-xattr", xattrs, orders),
		ubifs("lzo", "-x lzo -m 2048 -e 126976 -c 200", holes), ubifsXattrs, ubifs("zlib", "-x zlib -m 2048 -e 126976 -c 200"), ubifs("zstd", "-x zstd -m 512 -e 15872 -c 2000", sizes),
		ubifs("fan-out of 3, zstd", "-x zstd -f 3 -m 2048 -e 126976 -c 400", sizes), ubifs("fan-out of 64, test hash, large log", "-x zlib -f 64 -k test -j 8MiB -l 6 -F -m 4096 -e 253952 -c 400", sizes), ubifs("stored", "-x none -m 2048 -e 126976 -c 200"), ubifs("favour lzo", "-X 20 -x favor_lzo -m 2048 -e 126976 -c 200"),
		ubifs("LEB of 258,048, page of 4096", "-x lzo -m 4096 -e 258048 -c 100", sizes), ubifs("NOR, min I/O 8", "-x lzo -m 8 -e 65408 -c 200", sizes),
		ubi("NAND 2048", "-m 2048 -e 126976 -c 200", "-m 2048 -p 131072"), ubi("sub-pages", "-m 2048 -e 129024 -c 200", "-m 2048 -p 131072 -s 512", sizes),
		ubi("PEB of 256 KiB, page of 4096", "-m 4096 -e 253952 -c 100", "-m 4096 -p 262144", sizes), ubi("NOR, PEB of 64 KiB", "-m 8 -e 65408 -c 300", "-m 1 -p 65536", sizes),
		ubi("offsets chosen", "-m 2048 -e 122880 -c 200", "-m 2048 -p 131072 -O 4096", sizes),
	}
}

func extPackings() (list []packing) {
	ext := func(name, args, size string, shows ...property) {
		list = append(list, mk("ext", "mke2fs", name, "", `mke2fs -q `+args+` -d "$D" "$I" `+size, shows...))
	}
	ext("ext2", "-t ext2 -b 1024", "8M", xattrs, holes)
	ext("ext3", "-t ext3", "16M")
	ext("ext4", "-t ext4", "16M", xattrs, holes)
	ext("ext4 inline data", "-t ext4 -O inline_data -I 256", "16M", tails, xattrs)
	ext("ext4 blocks of 2 KiB", "-t ext4 -b 2048", "16M", sizes)
	ext("ext2 blocks of 4 KiB", "-t ext2 -b 4096", "16M", sizes)
	ext("ext4 inodes of 128", "-t ext4 -I 128", "16M", sizes, xattrs)
	ext("ext4 inodes of 1024", "-t ext4 -I 1024", "16M", sizes, xattrs)
	ext("ext4 no extents, no 64bit", "-t ext4 -O ^extents,^64bit,^metadata_csum", "16M")
	ext("ext4 meta_bg, 64bit", "-t ext4 -O meta_bg,^resize_inode,64bit", "16M")
	ext("ext4 sparse_super2, bigalloc", "-t ext4 -O bigalloc -C 16384", "32M", sizes)
	ext("ext2 revision 0", "-t ext2 -r 0", "8M")
	ext("ext2 no file types", "-t ext2 -I 128 -O ^filetype,^dir_index", "24M")
	ext("ext4 encryption and case folding allowed", "-t ext4 -O encrypt,verity,casefold", "16M")
	ext("ext4 inline data, quotas, inodes of 512", "-t ext4 -O inline_data,large_dir,project,quota -I 512", "24M", tails, sizes)
	ext("ext4 groups of 512 blocks, mmp", "-t ext4 -O 64bit,mmp,uninit_bg,^metadata_csum -g 512 -b 1024", "24M", sizes)
	ext("ext4 bigalloc, clusters of 64 KiB", "-t ext4 -O bigalloc,^resize_inode -C 65536 -b 1024", "64M", sizes)
	ext("ext4 attributes in inodes of their own", "-t ext4 -O ea_inode", "16M", xattrs)
	for _, n := range []int{1, 3} { // many names: a folder with a hash tree
		list = append(list, mk("ext", "mke2fs", "ext4 hash tree of "+itoa(n*400), "e2fsck",
			`cp -a "$D" "$I.d" && mkdir "$I.d/many" && (cd "$I.d/many" && seq -f a-name-that-fills-the-blocks-of-a-folder-%.0f `+itoa(n*400)+` | xargs touch) && mke2fs -q -t ext4 -b 1024 -N 4000 -d "$I.d" "$I" 16M && { e2fsck -fyD "$I" >/dev/null || [ $? -le 1 ]; }`))
		list[len(list)-1].want = func(all []string) []string {
			for i := range n * 400 {
				all = append(all, "many/a-name-that-fills-the-blocks-of-a-folder-"+itoa(i+1)+" file "+sumOf(nil).String())
			}
			slices.Sort(all)
			return all
		}
	}
	return list
}

func erofsPackings() (list []packing) {
	for _, c := range []struct {
		name, args string
		shows      []property
	}{
		{"plain", "", []property{xattrs}}, {"lz4", "-zlz4", []property{xattrs}}, {"lz4hc", "-zlz4hc,12", nil}, {"lz4, older index", "-zlz4 -Elegacy-compress", nil},
		{"clusters of 64 KiB", "-zlz4hc -C65536", []property{sizes}}, {"clusters of 64 KiB, older index", "-zlz4 -C65536 -Elegacy-compress", []property{sizes}},
		{"packed tails", "-zlz4hc -Eztailpacking", []property{tails}}, {"packed tails, clusters of 32 KiB", "-zlz4 -C32768 -Eztailpacking", []property{tails, sizes}},
		{"fragments", "-zlz4hc -Efragments", []property{tails}}, {"fragments, clusters of 64 KiB", "-zlz4hc -C65536 -Efragments", []property{tails, sizes}},
		{"all fragments", "-zlz4 -C16384 -Eall-fragments", []property{tails}}, {"one copy of equal data", "-zlz4 -Ededupe", nil},
		{"chunks of 4 KiB", "--chunksize=4096", []property{holes, sizes}}, {"chunks of 64 KiB", "--chunksize=65536", []property{holes, sizes}},
		{"long inodes", "-zlz4 -Eforce-inode-extended", []property{xattrs}}, {"no inline data", "-Enoinline_data", []property{tails}},
		{"shared attributes", "-x1", []property{xattrs}},
	} {
		// chunks are collected in /tmp and cannot be brought to another file system
		list = append(list, mk("erofs", "mkfs.erofs", c.name, "", inTmp+`mkfs.erofs --quiet `+c.args+` "$W/img" "$D" >/dev/null && cp "$W/img" "$I"`, c.shows...))
	}
	return list
}

func otherFileSystems() []packing {
	f2fs := func(name, make, load string, shows ...property) packing {
		return mk("f2fs", "sload.f2fs", name, "mkfs.f2fs", `truncate -s 64M "$I" && mkfs.f2fs -q `+make+` "$I" >/dev/null && sload.f2fs `+load+` -f "$D" "$I" >/dev/null`, shows...)
	}
	sections := f2fs("sections of two segments", "-s 2", "", sizes) // its packer wants more room then
	sections.script = strings.Replace(sections.script, "64M", "100M", 1)
	extra := f2fs("extra", "-O extra_attr,inode_checksum", "") // its loader fails on hard links then
	extra.script = `cp -a "$D" "$I.d" && rm "$I.d/etc/again" && ` + strings.Replace(extra.script, `-f "$D"`, `-f "$I.d"`, 1)
	extra.want = without("etc/again")
	packed := func(name string, method byte, log int, shows ...property) packing {
		p := f2fs(name, "-O extra_attr,compression", "", shows...)
		p.alter = packClusters(method, log)
		if method == 0 {
			p.tools = append(p.tools, "lzop")
		}
		return p
	}
	fat := func(name, args string, shows ...property) packing {
		p := mk("fat", "mcopy", name, "mkfs.vfat", `mkfs.vfat -C `+args+` >/dev/null && cp -r "$D" "$I.d" && find "$I.d" -type l -delete && mcopy -s -i "$I" "$I.d"/* ::/`, shows...)
		p.want = without(" link ")
		return p
	}
	iso := func(name, by, script string, shows ...property) packing {
		return mk("iso9660", by, name, "", script, shows...)
	}
	joliet := iso("Joliet", "genisoimage", `cp -r "$D" "$I.d" && find "$I.d" -type l -delete && genisoimage -quiet -J -o "$I" "$I.d"`)
	joliet.want = without(" link ")
	long := fat("long names, hidden sectors, 1024 entries in the root", `-F 16 -s 2 -h 63 -r 1024 "$I" 40960`)
	long.script = strings.Replace(long.script, "mcopy", `mkdir -p "$I.d/A very long name, with spaces/Ünïcödé" && echo hi > "$I.d/A very long name, with spaces/Ünïcödé/日本語.txt" && LC_ALL=C.UTF-8 mcopy`, 1)
	long.want = func(all []string) []string {
		return append([]string{"A very long name, with spaces/Ünïcödé/日本語.txt file " + sumOf([]byte("hi\n")).String()}, without(" link ")(all)...)
	}
	multi := iso("both", "genisoimage", `genisoimage -quiet -R -J -o "$I" "$D"`)
	return []packing{
		mk("cramfs", "mkfs.cramfs", "little-endian", "", `mkfs.cramfs "$D" "$I"`, orders),
		mk("cramfs", "mkfs.cramfs", "big-endian", "", `mkfs.cramfs -N big "$D" "$I"`, orders),
		mk("cramfs", "mkfs.cramfs", "holes", "", `mkfs.cramfs -z "$D" "$I"`, holes),
		mk("cramfs", "mkfs.cramfs", "pages of 8 KiB", "", `mkfs.cramfs -b 8192 "$D" "$I"`, sizes),
		padded("cramfs", "mkfs.cramfs", "room for a boot loader, edition 7", "", `mkfs.cramfs -p -e 7 -n name "$D" "$I"`, sizes),
		mk("cramfs", "cramfsswap", "swapped", "mkfs.cramfs", `mkfs.cramfs "$D" "$I.le" && cramfsswap "$I.le" "$I"`, orders),
		mk("romfs", "genromfs", "plain", "", `genromfs -d "$D" -f "$I" -V test`, orders),
		mk("romfs", "genromfs", "aligned to 256", "", `genromfs -d "$D" -f "$I" -V a-longer-name-of-the-volume -a 256`, sizes),
		f2fs("plain", "", "", holes), extra, f2fs("compression off", "-O extra_attr,compression", ""),
		packed("clusters of 4 packed by the tests, LZO", 0, 2), packed("clusters of 4, LZ4", 1, 2), packed("clusters of 16, LZ4", 1, 4, sizes), packed("clusters of 8, zstd", 2, 3, sizes), packed("clusters of 8, LZO-RLE", 3, 3, sizes),
		sections,
		fat("fat12", `-F 12 "$I" 4096`), fat("fat16", `-F 16 "$I" 20480`), fat("fat32", `-F 32 "$I" 40960`),
		long, fat("fat12, one table, sectors reserved", `-F 12 -f 1 -R 4 "$I" 8192`), fat("fat32, copy of the boot sector at 8", `-F 32 -b 8 -R 64 -s 4 "$I" 200000`), fat("fat32, clusters of 512", `-F 32 -s 1 "$I" 40960`, sizes), fat("fat16, sectors of 2048", `-F 16 -S 2048 -s 1 "$I" 20480`, sizes), fat("fat12, clusters of 8 KiB", `-F 12 -s 16 "$I" 8192`, sizes),
		iso("Rock Ridge", "genisoimage", `genisoimage -quiet -R -o "$I" "$D"`, orders), joliet, multi,
		iso("two sessions", "xorriso", `mkdir "$I.1" && cp -a "$D/etc" "$I.1/" && xorriso -outdev "stdio:$I" -map "$I.1" /old >/dev/null 2>&1 && xorriso -dev "stdio:$I" -map "$D" / -rm_r /old -- >/dev/null 2>&1`),
		iso("with UDF", "genisoimage", `genisoimage -quiet -R -udf -o "$I" "$D"`),
		iso("xorriso", "xorriso", `xorriso -outdev "stdio:$I" -padding 0 -map "$D" / >/dev/null 2>&1`),
		iso("zisofs", "xorriso", `xorriso -outdev "stdio:$I" -padding 0 -zisofs default -map "$D" / -set_filter_r --zisofs / -- >/dev/null 2>&1`, sizes),
	}
}
