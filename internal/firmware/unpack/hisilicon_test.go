package unpack

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
	"testing"
)

// packFwpkg writes either form: the second has names of 260 bytes and one of its own.
func packFwpkg(second bool, a, b []byte) []byte {
	head, name, entry, magic := 12, 32, 52, uint32(0xefbeaddf)
	if second {
		head, name, entry, magic = 272, 260, 284, 0xefbeadd0
	}
	table := make([]byte, head+2*entry)
	le.PutUint32(table, magic)
	le.PutUint16(table[6:], 2)
	le.PutUint32(table[8:], uint32(len(table)+len(a)+len(b)))
	if second {
		copy(table[12:], "a package")
	}
	at := len(table)
	for i, p := range [][]byte{a, b} {
		e := table[head+i*entry:]
		copy(e, []string{"root_loaderboot_sign.bin", "app-sign.bin"}[i])
		copy(e[name:], words(le, uint32(at), uint32(len(p)), 0x230000, uint32(len(p)), uint32(i)))
		at += len(p)
	}
	le.PutUint16(table[4:], crc16(table[6:]))
	return join(table, a, b)
}

// packPIHC writes the container of a camera: parts in their order, absent ones empty.
func packPIHC(parts ...[]byte) []byte {
	h := make([]byte, 512)
	copy(h, "PIHC")
	le.PutUint32(h[4:], 4098)
	copy(h[32:], "upgrade.pkg")
	for i, p := range parts {
		if len(p) > 0 {
			le.PutUint32(h[8+4*i:], uint32(len(p)))
			sum := md5.Sum(append(append([]byte(nil), p...), "IPCAM"...))
			copy(h[72+40*i:], hex.EncodeToString(sum[:]))
		}
	}
	return join(h, join(parts...))
}

// mangled is a zip as the container holds it.
func mangled(b []byte) []byte {
	s := string(b)
	for _, k := range [][2]string{{"PK\x03\x04", "PK\x03\x07"}, {"PK\x01\x02", "PK\x01\x08"}, {"PK\x05\x06", "PK\x05\x09"}} {
		s = strings.ReplaceAll(s, k[0], k[1])
	}
	return []byte(s)
}

func TestPIHC(t *testing.T) {
	small := zipOf(t, packedFile{"a.sh", []byte("echo hello\n")})
	r := findRegion(t, openBytes(t, packPIHC(nil, nil, noiseOf(5000, 80), []byte("root"), nil, mangled(small))), "pihc")
	if got := partsOf(r)["upgrade.zip"]; got != sumOf(small).String() || r.State != OK || r.Confidence != Checked {
		t.Errorf("small zip: %v %q %v", partsOf(r), r.State, r.Reasons)
	}
	large := packPIHC(nil, nil, []byte("kernel"), nil, nil, noiseOf(5000, 81))
	if r := findRegion(t, openBytes(t, large), "pihc"); r.State != Encrypted || !strings.Contains(strings.Join(r.Reasons, " "), "cipher") {
		t.Errorf("large zip: %q %v", r.State, r.Reasons)
	}
	large[514] ^= 1
	if r := findRegion(t, openBytes(t, large), "pihc"); !strings.Contains(strings.Join(r.Reasons, " "), "kernel: checksum") {
		t.Errorf("damaged: %q %v", r.State, r.Reasons)
	}
}
