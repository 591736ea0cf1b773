package unpack

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

// isoImage is a volume of one directory and one file, without Rock Ridge.
func isoImage(content string) []byte {
	b := make([]byte, 24*isoSector)
	both := func(at int, v uint32) { le.PutUint32(b[at:], v); be.PutUint32(b[at+4:], v) }
	entry := func(at int, name string, sector, size uint32, flags byte) int {
		n := 33 + len(name) + (1 - len(name)&1)
		b[at], b[at+25], b[at+32] = byte(n), flags, byte(len(name))
		both(at+2, sector)
		both(at+10, size)
		copy(b[at+33:], name)
		return at + n
	}
	pvd := 16 * isoSector
	copy(b[pvd:], "\x01CD001\x01")
	copy(b[pvd+40:], "VOLUME")
	both(pvd+80, 24)
	le.PutUint16(b[pvd+128:], isoSector)
	be.PutUint16(b[pvd+130:], isoSector)
	entry(pvd+156, "\x00", 18, isoSector, 2)
	at := entry(18*isoSector, "\x00", 18, isoSector, 2)
	at = entry(at, "\x01", 18, isoSector, 2)
	at = entry(at, "README.TXT;1", 20, uint32(len(content)), 0)
	entry(at, "LOOP", 18, isoSector, 2) // a directory that is its own parent
	copy(b[20*isoSector:], content)
	return b
}

func openBytes(t testing.TB, b []byte) *Tree {
	t.Helper()
	tree, err := Open(context.Background(), bytes.NewReader(b), int64(len(b)), "image", Limits{Spool: t.TempDir(), Bytes: 64 << 20}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

func TestISOLoop(t *testing.T) {
	r := findRegion(t, openBytes(t, isoImage("plain text\n")), "iso9660")
	sizes := map[string]int64{}
	for _, n := range r.Nodes {
		sizes[n.Path] = n.Size
	}
	if r.State != Partial || r.Fact("volume") != "VOLUME" || len(sizes) != 2 || sizes["README.TXT"] != 11 {
		t.Errorf("state %q, reasons %v, facts %v, sizes %v", r.State, r.Reasons, r.Facts, sizes)
	}
}

func TestISOTruncated(t *testing.T) {
	r := findRegion(t, openBytes(t, isoImage("plain text\n")[:22*isoSector]), "iso9660")
	if r.State != Truncated || len(r.Nodes) == 0 {
		t.Errorf("state %q, reasons %v, %d nodes", r.State, r.Reasons, len(r.Nodes))
	}
}

// TestFormatsAreListed holds the page of what is opened against the code's own list.
func TestFormatsAreListed(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "format", "unpacked.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range signatures() {
		if !bytes.Contains(page, []byte("`"+s.name+"`")) {
			t.Errorf("format %q is not in docs/format/unpacked.md", s.name)
		}
	}
}
