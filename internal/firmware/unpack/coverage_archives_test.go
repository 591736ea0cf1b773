package unpack

import (
	"strings"
	"testing"
)

// Archives and compressed streams packed by Debian's tools.

func archivePackings() []packing {
	tar := func(name, args string, shows ...property) packing {
		return mk("tar", "tar", name, "", `tar -C "$D" `+args+` -cf "$I" .`, shows...)
	}
	cpio := func(form string, shows ...property) packing {
		return mk("cpio", "cpio", form, "", `cd "$D" && find . | cpio -o -H `+form+` --quiet > "$I"`, shows...)
	}
	zip := func(name, args string, shows ...property) packing {
		return mk("zip", "zip", name, "", `cd "$D" && zip -qry `+args+` "$I.zip" . && mv "$I.zip" "$I"`, shows...)
	}
	sevenZip := func(name, args string, shows ...property) packing {
		return mk("7z", "7z", name, "", `cd "$D" && 7z a -bd -snl `+args+` "$I.7z" . >/dev/null && mv "$I.7z" "$I"`, shows...)
	}
	long := strings.Repeat("a-long-folder-name/", 14)
	longNames := func(all []string) []string {
		for i, s := range all {
			all[i] = long + s
		}
		return all
	}
	list := []packing{
		tar("gnu", "--format=gnu"), tar("gnu sparse", "--format=gnu --sparse", holes), tar("pax sparse", "--format=pax --sparse", holes),
		tar("pax sparse 0.0", "--format=pax --sparse --sparse-version=0.0", holes), tar("pax sparse 0.1", "--format=pax --sparse --sparse-version=0.1", holes),
		tar("pax", "--format=pax"), tar("ustar", "--format=ustar"), tar("v7", "--format=v7"), tar("blocks of 512", "-b 1", sizes), tar("blocks of 1 MiB", "-b 2048", sizes),
		tar("attributes", `--format=pax --xattrs --xattrs-include="*"`, xattrs),
		cpio("newc"), cpio("crc"), cpio("odc"), cpio("bin", orders), cpio("hpodc"), cpio("hpbin", orders),
		zip("deflate", ""), zip("bzip2", "-Z bzip2"), zip("stored", "-0"), zip("no extra fields", "-X"),
		mk("zip", "zip", "to a pipe: sizes behind the data", "", `cp -a "$D" "$I.d" && cd "$I.d" && find . -type l -delete && zip -qry - . | cat > "$I"`),
		mk("zip", "zip", "zip64, to a pipe", "", `cp -a "$D" "$I.d" && cd "$I.d" && find . -type l -delete && zip -qry -fz - . | cat > "$I"`),
		mk("zip", "zip", "zip64 asked for", "", `cd "$D" && zip -qry -fz "$I.zip" . && mv "$I.zip" "$I"`),
		mk("zip", "7z", "7z, deflate64", "", `cp -a "$D" "$I.d" && cd "$I.d" && find . -type l -delete && 7z a -bd -tzip -mm=Deflate64 "$I.zip" . >/dev/null && mv "$I.zip" "$I"`),
		sevenZip("LZMA2", ""), sevenZip("LZMA", "-m0=LZMA"), sevenZip("PPMd", "-m0=PPMd"), sevenZip("bzip2", "-m0=BZip2"), sevenZip("deflate", "-m0=Deflate"), sevenZip("copy", "-m0=Copy"),
		sevenZip("not solid", "-ms=off"), sevenZip("plain header", "-mhc=off"), sevenZip("BCJ", "-m0=BCJ -m1=LZMA"), sevenZip("ARM", "-m0=ARM -m1=LZMA2"),
		sevenZip("PPC", "-m0=PPC -m1=LZMA2"), sevenZip("SPARC", "-m0=SPARC -m1=LZMA2"), sevenZip("Delta", "-m0=Delta:4 -m1=LZMA"), sevenZip("ARM Thumb", "-m0=ARMT -m1=LZMA2"), sevenZip("IA-64", "-m0=IA64 -m1=LZMA2"),
		sevenZip("blocks of 100 KiB, chunks of 2 MiB", "-ms=100k -m0=LZMA2:d=1m:c=2m", sizes),
		sevenZip("BCJ2", "-m0=BCJ2 -m1=LZMA -m2=LZMA -m3=LZMA -mb0:1 -mb0s1:2 -mb0s2:3"), sevenZip("window of 64 KiB", "-m0=LZMA:d=64k", sizes), sevenZip("window of 48 MiB", "-m0=LZMA2:d=48m", sizes),
	}
	names := mk("tar", "tar", "names of 300 bytes", "", `mkdir -p "$I.d/`+long+`" && cp -a "$D"/. "$I.d/`+long+`" && tar -C "$I.d" --format=gnu -cf "$I" .`)
	names.want = longNames
	names2 := mk("tar", "tar", "names of 300 bytes, pax", "", `mkdir -p "$I.d/`+long+`" && cp -a "$D"/. "$I.d/`+long+`" && tar -C "$I.d" --format=pax -cf "$I" .`)
	names2.want = longNames
	for i := range list {
		if strings.Contains(list[i].script, "-type l -delete") {
			list[i].want = without(" link ")
		}
	}
	return append(list, names, names2)
}

// streamPackings wrap a tar of the sample tree in each stream.
func streamPackings() (list []packing) {
	add := func(format, by, name, script string, shows ...property) {
		p := mk(format, by, name, "tar", `tar -C "$D" -cf "$I.tar" . && `+script, shows...)
		p.inner = "tar"
		list = append(list, p)
	}
	add("gzip", "gzip", "default", `gzip -c "$I.tar" > "$I"`)
	add("gzip", "gzip", "fastest", `gzip -1nc "$I.tar" > "$I"`)
	add("gzip", "gzip", "two members", `head -c 200000 "$I.tar" | gzip -c > "$I" && tail -c +200001 "$I.tar" | gzip -c >> "$I"`)
	add("bzip2", "bzip2", "blocks of 900 k", `bzip2 -c "$I.tar" > "$I"`)
	add("bzip2", "bzip2", "blocks of 100 k", `bzip2 -1c "$I.tar" > "$I"`, sizes)
	add("xz", "xz", "default", `xz -c "$I.tar" > "$I"`)
	add("xz", "xz", "blocks of 64 KiB, SHA-256", `xz -c --block-size=65536 -C sha256 "$I.tar" > "$I"`, sizes)
	add("xz", "xz", "no check", `xz -c -C none "$I.tar" > "$I"`)
	for _, f := range []string{"x86", "arm", "armthumb", "powerpc", "ia64", "sparc"} {
		add("xz", "xz", "filter "+f, `xz -c --`+f+` --lzma2=preset=1 "$I.tar" > "$I"`)
	}
	add("xz", "xz", "filter delta", `xz -c --delta=dist=4 --lzma2=preset=1 "$I.tar" > "$I"`)
	add("xz", "xz", "window of 4 KiB, lc 0 lp 2 pb 0", `xz -c --lzma2=dict=4KiB,lc=0,lp=2,pb=0 "$I.tar" > "$I"`, sizes)
	add("lzma", "xz", "default", `xz --format=lzma -c "$I.tar" > "$I"`)
	add("lzma", "xz", "window of 64 KiB", `xz --format=lzma --lzma1=dict=64KiB -c "$I.tar" > "$I"`, sizes)
	add("lzma", "xz", "window of 8 MiB, lc 4", `xz --format=lzma --lzma1=dict=8MiB,lc=4 -c "$I.tar" > "$I"`, sizes)
	add("lzma", "xz", "lc 0 lp 1 pb 1", `xz --format=lzma --lzma1=lc=0,lp=1,pb=1 -c "$I.tar" > "$I"`)
	add("zstd", "zstd", "default", `zstd -qc "$I.tar" > "$I"`)
	add("zstd", "zstd", "19, with a check", `zstd -qc -19 --check "$I.tar" > "$I"`)
	add("zstd", "zstd", "window of 128 MiB", `zstd -qc --long=27 "$I.tar" > "$I"`, sizes)
	add("zstd", "zstd", "fast, from a pipe", `cat "$I.tar" | zstd -qc --fast=5 > "$I"`)
	add("lz4", "lz4", "default", `lz4 -qc "$I.tar" > "$I"`)
	add("lz4", "lz4", "blocks of 64 KiB that depend", `lz4 -qc -B4 -BD "$I.tar" > "$I"`, sizes)
	add("lz4", "lz4", "blocks of 300 bytes, checks, size", `lz4 -qc -B300 -BX --content-size -9 "$I.tar" > "$I"`, sizes)
	add("lz4-legacy", "lz4", "default", `lz4 -qlc "$I.tar" > "$I"`)
	add("lz4-legacy", "lz4", "best", `lz4 -ql9c "$I.tar" > "$I"`)
	for _, level := range []string{"1", "3", "9"} {
		add("lzop", "lzop", "level "+level, `lzop -`+level+`c "$I.tar" > "$I"`)
	}
	add("lzop", "lzop", "CRC-32 checks", `lzop --crc32 -c "$I.tar" > "$I"`)
	add("lzop", "lzop", "no checks", `lzop -F -c "$I.tar" > "$I"`)
	add("lzip", "lzip", "default", `lzip -c "$I.tar" > "$I"`)
	add("lzip", "lzip", "window of 4 KiB", `lzip -s 4KiB -c "$I.tar" > "$I"`, sizes)
	add("lzip", "lzip", "window of 20 MiB, five eighths", `lzip -s 20MiB -c "$I.tar" > "$I"`, sizes)
	add("zlib", "perl", "default", `perl -MCompress::Zlib -e 'undef $/; binmode STDOUT; print compress(<>)' "$I.tar" > "$I"`)
	add("zlib", "perl", "fastest", `perl -MCompress::Zlib -e 'undef $/; binmode STDOUT; print compress(<>, 1)' "$I.tar" > "$I"`)
	for _, bits := range []string{"9", "10", "12", "14"} {
		add("zlib", "perl", "window of 2^"+bits, `perl -MCompress::Zlib -e 'undef $/; binmode STDOUT; $d = deflateInit(-WindowBits => `+bits+`, -Level => 9); ($a) = $d->deflate(<>); ($b) = $d->flush; print $a . $b' "$I.tar" > "$I"`, sizes)
	}
	list = append(list, packing{format: "lzip", name: "own writer", make: func(t testing.TB) []byte { return packLzip(t, packedFiles()[2].content) }, parts: map[string][]byte{"content": packedFiles()[2].content}})
	return list
}
