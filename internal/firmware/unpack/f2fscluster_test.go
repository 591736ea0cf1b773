package unpack

import (
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// packClusters packs the files of an image in clusters of 1<<log blocks:
// Debian's loader is built without the codecs. Addresses of the inodes alone are changed.
func packClusters(packing byte, log int) func(testing.TB, []byte, map[string]map[string]string) []byte {
	return func(t testing.TB, image []byte, _ map[string]map[string]string) []byte {
		done := 0
		for at := f2fsBlock; at+f2fsBlock <= len(image); at += f2fsBlock {
			b := image[at : at+f2fsBlock]
			if le.Uint32(b[4072:]) != le.Uint32(b[4076:]) || le.Uint32(b[4072:]) == 0 || int(le.Uint32(b[4072:])) > len(image)/f2fsBlock || unixKind(uint32(le.Uint16(b))) != File || b[3]&(f2fsExtraAttr|f2fsInlineData) != f2fsExtraAttr || le.Uint64(b[16:]) < f2fsBlock {
				continue // not the inode of a file with blocks of its own
			}
			le.PutUint32(b[80:], le.Uint32(b[80:])|4)
			b[392], b[393] = packing, byte(log)
			for addr := 360 + int(le.Uint16(b[360:])); addr+4<<log <= 4052; addr += 4 << log {
				if packCluster(t, image, b[addr:addr+4<<log], packing) {
					done++
				}
			}
		}
		if done < 5 {
			t.Fatalf("%d clusters were packed", done)
		}
		return image
	}
}

// lzopBlock is the one block lzop makes of b, without its file's header.
func lzopBlock(t testing.TB, b []byte) []byte {
	t.Helper()
	f := piped(t, b, `lzop -F < x.in > x`)
	at := 34 + int(f[33]) + 4 // behind the name and the header's checksum
	return f[at+8 : at+8+int(be.Uint32(f[at+4:]))]
}

// packCluster packs the blocks at the addresses, when that saves one.
func packCluster(t testing.TB, image, addrs []byte, packing byte) bool {
	t.Helper()
	var plain []byte
	for i := 0; i < len(addrs); i += 4 {
		block := int(le.Uint32(addrs[i:]))
		if block == 0 || (block+1)*f2fsBlock > len(image) {
			return false
		}
		plain = append(plain, image[block*f2fsBlock:(block+1)*f2fsBlock]...)
	}
	packed := make([]byte, 2*len(plain)+1000)
	var err error
	n := 0
	switch packing {
	case 0:
		n = copy(packed, lzopBlock(t, plain))
	case 1:
		n, err = lz4.CompressBlock(plain, packed, nil)
	case 3:
		n = copy(packed, packLZORLE(plain))
	default:
		w, _ := zstd.NewWriter(nil)
		n = copy(packed, w.EncodeAll(plain, nil))
	}
	if err != nil {
		t.Fatal(err)
	}
	used := (24 + n + f2fsBlock - 1) / f2fsBlock
	if n == 0 || used >= len(addrs)/4 {
		return false
	}
	packed = join(words(le, uint32(n), 0, 0, 0, 0, 0), packed[:n], make([]byte, f2fsBlock))
	blocks := append([]byte(nil), addrs...)
	for i := range used {
		block := int(le.Uint32(blocks[4*i:]))
		copy(image[block*f2fsBlock:(block+1)*f2fsBlock], packed[i*f2fsBlock:])
	}
	clear(addrs)
	le.PutUint32(addrs, 0xfffffffe)
	copy(addrs[4:], blocks[:4*used])
	return true
}
