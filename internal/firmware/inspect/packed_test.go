package inspect_test

import (
	"bytes"
	"testing"

	"github.com/ulikunitz/xz/lzma"
)

// packedProg packs a program as UPX does, with LZMA.
func packedProg(t *testing.T, plain string) string {
	t.Helper()
	src := []byte(plain[5:])
	le.PutUint32(src[28:], 52)
	le.PutUint16(src[42:], 32)
	le.PutUint16(src[44:], 1)
	copy(src[52:], words(le, 1, 0, 0, 0, uint32(len(src)), uint32(len(src)), 5, 4096))
	out := append([]byte(nil), src[:52]...)
	out = append(out, make([]byte, 64)...)
	out = append(out, "\x01\x02\x03\x04UPX!\x00\x08\x0d\x17"...)
	out = append(out, words(le, 0, uint32(len(src)), uint32(len(src)))...)
	for _, b := range [][]byte{src[:84], src[84:]} {
		packed, method := b, byte(0)
		var z bytes.Buffer
		w, err := lzma.WriterConfig{Properties: &lzma.Properties{LC: 3, LP: 0, PB: 2}, Size: int64(len(b)), SizeInHeader: true}.NewWriter(&z)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(b)
		w.Close()
		if p := append([]byte{3<<3 | 2, 3}, z.Bytes()[13:]...); len(p) < len(b) {
			packed, method = p, 14
		}
		out = append(append(out, words(le, uint32(len(b)), uint32(len(packed)))...), method, 0, 0, 0)
		out = append(out, packed...)
	}
	out = append(out, words(le, 0, 0x21585055)...)
	return plain[:5] + string(append(out, bytes.Repeat([]byte("the loader of the packer"), 40)...))
}

// A packed program is looked at as it is unpacked, under its own name and with its own rights.
func TestPackedPrograms(t *testing.T) {
	agent := "4755 " + prog("ztex1609523" + string(bytes.Repeat([]byte(" some text of it"), 40)))[5:]
	tryVariants(t, []variant{
		{"agent", []string{"system/bin/sync_agent", packedProg(t, agent)}, "string.magic-backdoor confirmed sync_agent + exec.setuid note"},
		{"no agent", []string{"usr/bin/app", packedProg(t, prog("nothing of note"+string(bytes.Repeat([]byte(" some text of it"), 40))))}, ""},
		{"not the packer's blocks", []string{"usr/bin/app", prog("x\x00UPX!\x0d\x16")}, "state.partial note packed"},
		{"starts telnet", append(started("/usr/bin/app &\n"), "usr/bin/app", packedProg(t, prog("/usr/sbin/telnetd -l /bin/sh -p 9527 &\x00"+string(bytes.Repeat([]byte(" some text of it"), 40))))), "daemon.telnet-at-boot suspicious app"},
	})
	r := bounded(t, []byte(packedProg(t, prog("BusyBox v1.35.0 (Debian 1:1.35.0-4) multi-call binary."+string(bytes.Repeat([]byte(" some text of it"), 40))))[5:]))
	if !component(r, "busybox", "1.35.0") {
		t.Errorf("a packed program alone: components %v\n%s", r.Components, list(r))
	}
}
