package unpack

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// TestOverlappingNodes: every 24 bytes a node of UBIFS that says it is as long
// as the rest; their checksums are not all computed.
func TestOverlappingNodes(t *testing.T) {
	b := bytes.Clone(tinyUBIFS())
	node := make([]byte, 24)
	le.PutUint32(node, ubifsMagic)
	le.PutUint32(node[16:], 900_000)
	b = append(b, bytes.Repeat(node, 50_000)...)
	u := &ubifs{x: &xtr{r: &Region{}}, d: &data{r: bytes.NewReader(b), size: int64(len(b))}, leb: int64(len(b))}
	u.x.s = &session{}
	u.inodes, u.ents = map[uint32]ubifsNode{}, map[ubifsKey]ubifsEnt{}
	u.data, u.trun = map[uint32]map[uint32]ubifsNode{}, map[uint32]ubifsTrun{}
	u.scan()
	if r := u.x.r; r.State != LimitHit || !strings.Contains(strings.Join(r.Reasons, " "), "checksum") {
		t.Errorf("%q %q", r.State, r.Reasons)
	}
}

// TestDirectoriesWithoutEnd: directories of holes, one after the other, end
// when they are longer together than the image could ever say.
func TestDirectoriesWithoutEnd(t *testing.T) {
	x := &xtr{d: &data{size: 1 << 20}}
	var err error
	n := 0
	for ; err == nil && n < 100; n++ {
		err = writeZeros(x.dirBytes(), 1<<20)
	}
	if !isLimit(err) || n != 20 {
		t.Errorf("%d directories of 1 MiB: %v", n, err)
	}
	if err := writeZeros(x.dirBytes(), 1); !isLimit(err) {
		t.Errorf("one more byte: %v", err)
	}
	if out := (&xtr{d: &data{size: 5}}).dirBytes(); writeZeros(out, 3) != nil || !slices.Equal(out.bytesWriter, []byte{0, 0, 0}) {
		t.Errorf("what is written: %v", out.bytesWriter)
	}
}
