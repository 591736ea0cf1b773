package unpack

import (
	"bytes"
	"compress/flate"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// packedFile is a file an independent writer packs.
type packedFile struct {
	name    string
	content []byte
}

// cabBlock is one block of data and how many plain bytes it holds.
type cabBlock struct {
	packed []byte
	plain  int
}

// cabImage writes one folder of all files, stored or MSZIP, with or without reserved bytes.
func cabImage(files []packedFile, mszip bool, reserve int) []byte {
	method := uint16(0)
	if mszip {
		method = 1
	}
	return cabOf(files, method, reserve, func(plain []byte) (out []cabBlock) {
		var last []byte
		for ; len(plain) > 0; plain = plain[len(last):] {
			b := plain[:min(32<<10, len(plain))]
			packed := b
			if mszip {
				var z bytes.Buffer
				z.WriteString("CK")
				w, _ := flate.NewWriterDict(&z, 9, last)
				w.Write(b)
				w.Close()
				packed = z.Bytes()
			}
			out, last = append(out, cabBlock{packed, len(b)}), b
		}
		return out
	})
}

// cabOf writes one folder of all files, packed by pack.
func cabOf(files []packedFile, method uint16, reserve int, pack func([]byte) []cabBlock) []byte {
	var plain, table, blocks []byte
	for _, f := range files {
		e := make([]byte, 16)
		le.PutUint32(e, uint32(len(f.content)))
		le.PutUint32(e[4:], uint32(len(plain)))
		le.PutUint16(e[10:], 0x5a21)
		le.PutUint16(e[14:], 0x20)
		table = append(append(append(table, e...), strings.ReplaceAll(f.name, "/", `\`)...), 0)
		plain = append(plain, f.content...)
	}
	list := pack(plain)
	for _, c := range list {
		b := c.packed
		h := make([]byte, 8+reserve)
		le.PutUint16(h[4:], uint16(len(b)))
		le.PutUint16(h[6:], uint16(c.plain))
		sum := uint32(0)
		for i := 0; i+4 <= len(b); i += 4 {
			sum ^= le.Uint32(b[i:])
		}
		switch tail := b[len(b)&^3:]; len(tail) {
		case 3:
			sum ^= uint32(tail[0])<<16 | uint32(tail[1])<<8 | uint32(tail[2])
		case 2:
			sum ^= uint32(tail[0])<<8 | uint32(tail[1])
		case 1:
			sum ^= uint32(tail[0])
		}
		le.PutUint32(h, sum^le.Uint32(h[4:]))
		blocks = append(append(blocks, h...), b...)
	}
	head := make([]byte, 36)
	if reserve > 0 {
		head = append(head, 6, 0, 2, byte(reserve), 1, 2, 3, 4, 5, 6)
		le.PutUint16(head[30:], 4)
	}
	folderAt := len(head)
	head = append(head, make([]byte, 8)...)
	if reserve > 0 {
		head = append(head, 9, 9)
	}
	copy(head, "MSCF")
	head[24], head[25] = 3, 1
	le.PutUint16(head[26:], 1)
	le.PutUint16(head[28:], uint16(len(files)))
	le.PutUint32(head[16:], uint32(len(head)))
	le.PutUint32(head[8:], uint32(len(head)+len(table)+len(blocks)))
	le.PutUint32(head[folderAt:], uint32(len(head)+len(table)))
	le.PutUint16(head[folderAt+4:], uint16(len(list)))
	le.PutUint16(head[folderAt+6:], method)
	return append(append(head, table...), blocks...)
}

func packedFiles() []packedFile {
	return []packedFile{
		{"etc/passwd", []byte("root:x:0:0::/:/bin/sh\n")}, {"empty", nil}, {"bin/tool", bytes.Repeat([]byte("some program text. "), 9000)},
		{"bin/noise", noiseOf(100_001, 5)}, {"a/b/c/deep", []byte("deep\n")},
	}
}

func listed(files []packedFile) []string {
	r := &Region{Format: "zip"}
	for _, f := range files {
		r.Nodes = append(r.Nodes, &Node{Path: f.name, Kind: File, Object: &Object{Blob: &Blob{sum: sumOf(f.content)}}})
	}
	return inRegion(r)
}

func TestCab(t *testing.T) {
	files := packedFiles()
	for name, img := range map[string][]byte{"stored": cabImage(files, false, 0), "mszip": cabImage(files, true, 0), "mszip reserved": cabImage(files, true, 3)} {
		t.Run(name, func(t *testing.T) {
			b := append(append(noiseOf(1000, 6), img...), noiseOf(5000, 7)...)
			r := findRegion(t, openBytes(t, b), "cab")
			sameTree(t, listed(files), r)
			if r.Offset != 1000 || r.Length != int64(len(img)) {
				t.Errorf("from %d, %d bytes; want 1000, %d", r.Offset, r.Length, len(img))
			}
		})
	}
}

func TestCabBroken(t *testing.T) {
	img := cabImage(packedFiles(), true, 0)
	img[len(img)-50] ^= 0x40
	if r := findRegion(t, openBytes(t, img), "cab"); r.State != Partial || !strings.Contains(strings.Join(r.Reasons, " "), "checksum") {
		t.Errorf("damaged: %q %v", r.State, r.Reasons)
	}
	if r := findRegion(t, openBytes(t, img[:len(img)/2]), "cab"); r.State != Truncated {
		t.Errorf("cut: %q %v", r.State, r.Reasons)
	}
}

// TestCabextract lets another program read what the writer of the tests wrote.
// It refuses the lone distance code of one bit that Go's packer writes and RFC 1951 (3.2.7) allows, so stored
// blocks are shown to it; the MSZIP blocks of another packer are in the table.
func TestCabextract(t *testing.T) {
	need(t, "cabextract")
	img := filepath.Join(t.TempDir(), "x.cab")
	images := append(lzxCases(), lzxCase{"stored", cabImage(lzxFiles(), false, 3)})
	for _, c := range images {
		writeFile(t, img, c.image)
		out := filepath.Join(t.TempDir(), "out")
		run(t, "cabextract", "-q", "-d", out, img)
		if got, want := onDisk(t, out), listed(lzxFiles()); !slices.Equal(got, want) {
			t.Errorf("%s: it reads %v", c.name, got)
		}
	}
}
