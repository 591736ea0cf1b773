package inspect

import (
	"bytes"
	"debug/elf"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// hostPrograms are programs and libraries of the machine the test runs on, and of the packages given.
func hostPrograms(t testing.TB) []string {
	var out []string
	for _, p := range []string{"/bin/ls", "/bin/su", "/usr/bin/passwd", "/usr/bin/openssl", "/bin/busybox", "/usr/sbin/sshd", "/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "/lib/aarch64-linux-gnu/libc.so.6"} {
		if _, err := os.Stat(p); err == nil {
			out = append(out, p)
		}
	}
	if dir := os.Getenv("TELLTALE_FIRMWARE_PROGRAMS"); dir != "" {
		l, _ := filepath.Glob(filepath.Join(dir, "*"))
		out = append(out, l...)
	}
	if len(out) == 0 {
		t.Skip("no ELF programs on this machine")
	}
	return out
}

// What our reader says is what the standard library's reader says of the same file.
func TestELFFactsAgree(t *testing.T) {
	for _, p := range hostPrograms(t) {
		b, err := os.ReadFile(p)
		if err != nil {
			continue // no right to read it
		}
		want, err := elf.NewFile(bytes.NewReader(b))
		if err != nil {
			continue
		}
		f := readELF(bytes.NewReader(b), int64(len(b)))
		if f == nil {
			t.Errorf("%s: not read", p)
			continue
		}
		needed, _ := want.ImportedLibraries()
		if strings.Join(needed, " ") != strings.Join(f.Needed, " ") {
			t.Errorf("%s: needs %v, want %v", p, f.Needed, needed)
		}
		syms, _ := want.ImportedSymbols()
		imports := map[string]bool{}
		for _, s := range syms {
			imports[s.Name] = true
		}
		for n := range imports {
			if !f.imports[n] {
				t.Errorf("%s: import %s is missing", p, n)
				break
			}
		}
		var shown []string
		for n := range imports {
			if telling[n] {
				shown = append(shown, n)
			}
		}
		sort.Strings(shown)
		if strings.Join(shown, " ") != strings.Join(f.Imports, " ") {
			t.Errorf("%s: shows %v, want %v", p, f.Imports, shown)
		}
		if s := want.Section(".note.gnu.build-id"); s != nil {
			if d, err := s.Data(); err == nil && len(d) > 16 && hex.EncodeToString(d[16:]) != f.BuildID {
				t.Errorf("%s: build ID %s, want %x", p, f.BuildID, d[16:])
			}
		}
		if pie := want.Type == elf.ET_DYN && interp(want) != ""; pie != f.PIE || interp(want) != f.Interp {
			t.Errorf("%s: PIE %v loader %q", p, f.PIE, f.Interp)
		}
		if full, partial := relro(want); f.RELRO == "full" != full || f.RELRO == "none" == partial {
			t.Errorf("%s: RELRO %s, want full %v, any %v", p, f.RELRO, full, partial)
		}
		if stripped := want.Section(".symtab") == nil; stripped != f.Stripped {
			t.Errorf("%s: stripped %v", p, f.Stripped)
		}
		if f.Canary != imports["__stack_chk_fail"] {
			t.Errorf("%s: canary %v", p, f.Canary)
		}
		if strings.Contains(interp(want), "ld-linux") && f.Libc != "glibc" {
			t.Errorf("%s: libc %q", p, f.Libc)
		}
	}
}

func interp(f *elf.File) string {
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			b, _ := io.ReadAll(p.Open())
			return strings.TrimRight(string(b), "\x00")
		}
	}
	return ""
}

func relro(f *elf.File) (full, partial bool) {
	for _, p := range f.Progs {
		partial = partial || p.Type == elf.PT_GNU_RELRO
	}
	flags, _ := f.DynValue(elf.DT_FLAGS)
	flags1, _ := f.DynValue(elf.DT_FLAGS_1)
	now := len(flags) > 0 && elf.DynFlag(flags[0])&elf.DF_BIND_NOW != 0 || len(flags1) > 0 && elf.DynFlag1(flags1[0])&elf.DF_1_NOW != 0
	return partial && now, partial
}

// A small program of another machine: what its head says.
func TestELFOfOtherMachines(t *testing.T) {
	for _, c := range []struct {
		machine uint16
		big     bool
		is64    bool
		arch    string
	}{{40, false, false, "arm"}, {40, true, false, "armeb"}, {8, true, false, "mips"}, {8, false, false, "mipsel"}, {183, false, true, "arm64"}, {20, true, false, "ppc"}, {243, false, true, "riscv"}, {62, false, true, "x86_64"}, {999, false, false, "machine 999"}} {
		h := make([]byte, 128)
		copy(h, "\x7fELF\x01\x01\x01")
		put := func(at int, v uint16) { h[at], h[at+1] = byte(v), byte(v>>8) }
		if c.big {
			h[5] = 2
			put = func(at int, v uint16) { h[at], h[at+1] = byte(v>>8), byte(v) }
		}
		if c.is64 {
			h[4] = 2
		}
		put(16, 2)
		put(18, c.machine)
		f := readELF(bytes.NewReader(h), int64(len(h)))
		if f == nil || f.Arch != c.arch || f.Type != "executable" {
			t.Errorf("%s: %+v", c.arch, f)
		}
	}
}

func TestLibc(t *testing.T) {
	for _, c := range []struct{ interp, needed, want string }{{"/lib/ld-linux-armhf.so.3", "", "glibc"}, {"/lib/ld-musl-mipsel-sf.so.1", "", "musl"}, {"/lib/ld-uClibc.so.0", "libc.so.0", "uclibc"}, {"/system/bin/linker64", "libc.so", "bionic"}, {"", "libc.so.6", "glibc"}, {"", "libc.so.0", "uclibc"}, {"", "libz.so.1", ""}} {
		if got := libcOf(c.interp, strings.Fields(c.needed)); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func FuzzELF(f *testing.F) {
	if b, err := os.ReadFile("/bin/ls"); err == nil {
		f.Add(b[:min(len(b), 64<<10)])
	}
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Fuzz(func(t *testing.T, b []byte) { readELF(bytes.NewReader(b), int64(len(b))) })
}
