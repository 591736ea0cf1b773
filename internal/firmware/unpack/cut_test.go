package unpack

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// cuttable are images by format and how many bytes of each must be there for
// its beginning to prove what it is.
func cuttable(t *testing.T) (list []struct {
	format string
	image  []byte
	proves int
}) {
	add := func(format string, image []byte, proves int) {
		list = append(list, struct {
			format string
			image  []byte
			proves int
		}{format, image, proves})
	}
	for _, c := range containerCases() {
		switch c.format {
		case "tplink-v1":
			add(c.format, c.image, 0x90)
		case "tplink-v2":
			add(c.format, c.image, 0x94)
		case "tplink-safeloader":
			add(c.format, c.image, safeloaderTable+9)
		case "vrp-table":
			add(c.format, c.image, 0x2000)
		case "cab":
		default:
			add(c.format, c.image, 12)
		}
	}
	plain := append(noiseOf(150_000, 9), bytes.Repeat([]byte("and words, many of them; "), 4000)...)
	for _, p := range []struct{ format, command string }{
		{"gzip", "gzip -c"}, {"bzip2", "bzip2 -c"}, {"xz", "xz -c"}, {"zstd", "zstd -qc"}, {"lz4", "lz4 -qc"}, {"lz4-legacy", "lz4 -qlc"}, {"lzop", "lzop -c"}, {"lzip", "lzip -c"},
	} {
		args := strings.Fields(p.command)
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Stdin = bytes.NewReader(plain)
		b, err := cmd.Output()
		if err != nil {
			t.Logf("%s: %v: not cut", args[0], err)
			continue
		}
		add(p.format, b, 10)
	}
	add("squashfs", squashOld(3, le), 10)
	add("rpm", packRPM([]byte("payload")), 10)
	for i, p := range ownFlash() {
		if p.format == "minix" && i%2 == 0 {
			add("minix", p.make(t), 1024+32)
		}
	}
	return list
}

// TestCutEverywhere cuts images at odd places: in the first header, in tables,
// in the middle, and before the last byte. Once its beginning proves the
// format, what is left is said to be cut, never whole, unknown or random.
func TestCutEverywhere(t *testing.T) {
	for _, c := range cuttable(t) {
		n := len(c.image)
		for _, at := range []int{11, 13, 17, 23, 29, 37, 47, 61, 79, 95, 97, 111, 130, 199, 257, 300, 511, 700, 1050, 1500, 2100, 4100, 5000, n / 7, n / 3, n / 2, n * 4 / 5, n - 600, n - 100, n - 17, n - 5, n - 1} {
			if at < c.proves || at >= n || len(bytes.Trim(c.image[at:], "\x00\xff\n")) == 0 {
				continue // nothing but filling is missing
			}
			tree := openLimited(t, c.image[:at], Limits{})
			if said := saidCut(tree, c.format); said == "" {
				t.Errorf("%s cut to %d of %d bytes is not said to be cut:\n%s", c.format, at, n, dump(tree))
			}
		}
	}
}

// saidCut returns what a tree says of a format that is cut, or of a part of it that is.
func saidCut(tree *Tree, format string) (said string) {
	tree.EachRegion(func(full string, _ *Object, r *Region) {
		if r.State == Truncated && (r.Format == format || strings.Contains(strings.Join(r.Reasons, " "), format) || strings.Contains(full, ":"+format)) {
			said = fmt.Sprint(r.Reasons)
		}
	})
	return said
}

// TestTextIsNotCut: a text that begins with the letters of a magic is a text.
func TestTextIsNotCut(t *testing.T) {
	for _, text := range []string{"HDR0 is the magic of TRX\n", "HWNP\n", "LZIP is a format\n", "PIHC", "UBI# 1\n", "BZh91AY", "sqsh it\n", "070 is octal\n"} {
		tree := openLimited(t, []byte(text), Limits{})
		if len(tree.Root.Regions) > 0 || tree.Root.Type != "text" {
			t.Errorf("%q: %s", text, dump(tree))
		}
	}
	if b, err := os.ReadFile("cut.go"); err == nil && saidCut(openLimited(t, b, Limits{}), "ext") != "" {
		t.Error("our own source is said to be cut")
	}
}
