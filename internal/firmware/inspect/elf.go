package inspect

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
)

// An ELF reader of our own: firmware strips section tables and hostile files
// lie in them, so what can be is read from program headers, every range is checked, and nothing panics.
type elfFile struct {
	Program
	module   map[string]string // .modinfo of a kernel module
	imports  map[string]bool
	sections map[string][2]int64
}

var elfMachines = map[uint16]string{2: "sparc", 3: "x86", 4: "m68k", 8: "mips", 10: "mips", 20: "ppc", 21: "ppc64", 40: "arm", 42: "sh", 45: "arc", 50: "ia64", 62: "x86_64",
	83: "avr", 93: "arc", 94: "xtensa", 113: "nios2", 164: "hexagon", 167: "nds32", 183: "arm64", 189: "microblaze", 195: "arc", 243: "riscv", 252: "csky", 258: "loongarch"}

var elfTypes = []string{"none", "relocatable", "executable", "shared", "core"}

// telling are imports worth showing.
var telling = map[string]bool{"system": true, "popen": true, "execl": true, "execlp": true, "execle": true, "execv": true, "execvp": true, "execve": true, "strcpy": true, "strcat": true,
	"sprintf": true, "gets": true, "setuid": true, "setreuid": true, "setresuid": true, "bind": true, "listen": true, "ptrace": true, "dlopen": true, "crypt": true}

type elfReader struct {
	r    io.ReaderAt
	size int64
	o    binary.ByteOrder
	is64 bool
}

func (e *elfReader) at(off int64, n int) []byte {
	if off < 0 || n < 0 || n > 8<<20 || off > e.size-int64(n) {
		return nil
	}
	b := make([]byte, n)
	if k, _ := e.r.ReadAt(b, off); k < n {
		return nil
	}
	return b
}

func (e *elfReader) word(b []byte) int64 {
	if e.is64 {
		return int64(e.o.Uint64(b))
	}
	return int64(e.o.Uint32(b))
}

// readELF returns nil when r is no ELF file.
func readELF(r io.ReaderAt, size int64) (f *elfFile) {
	defer func() {
		if recover() != nil && f != nil {
			f.imports = map[string]bool{}
		}
	}()
	e := &elfReader{r: r, size: size}
	h := e.at(0, 64)
	if h == nil {
		if h = e.at(0, 52); h == nil {
			return nil
		}
		h = append(h, make([]byte, 12)...)
	}
	if string(h[:4]) != "\x7fELF" || h[4] < 1 || h[4] > 2 || h[5] < 1 || h[5] > 2 {
		return nil
	}
	e.is64 = h[4] == 2
	e.o = binary.LittleEndian
	if h[5] == 2 {
		e.o = binary.BigEndian
	}
	f = &elfFile{imports: map[string]bool{}, sections: map[string][2]int64{}}
	f.Arch = elfMachines[e.o.Uint16(h[18:])]
	if f.Arch == "" {
		f.Arch = "machine " + itoa(int(e.o.Uint16(h[18:])))
	}
	if f.Arch == "mips" && h[5] == 1 {
		f.Arch = "mipsel"
	}
	if f.Arch == "arm" && h[5] == 2 {
		f.Arch = "armeb"
	}
	f.Type, f.RELRO, f.NX, f.Stripped = "other", "none", false, true
	if t := e.o.Uint16(h[16:]); int(t) < len(elfTypes) {
		f.Type = elfTypes[t]
	}
	var phoff, shoff int64
	var phsize, phnum, shsize, shnum, shstr int
	if e.is64 {
		phoff, shoff = int64(e.o.Uint64(h[32:])), int64(e.o.Uint64(h[40:]))
		phsize, phnum, shsize, shnum, shstr = int(e.o.Uint16(h[54:])), int(e.o.Uint16(h[56:])), int(e.o.Uint16(h[58:])), int(e.o.Uint16(h[60:])), int(e.o.Uint16(h[62:]))
	} else {
		phoff, shoff = int64(e.o.Uint32(h[28:])), int64(e.o.Uint32(h[32:]))
		phsize, phnum, shsize, shnum, shstr = int(e.o.Uint16(h[42:])), int(e.o.Uint16(h[44:])), int(e.o.Uint16(h[46:])), int(e.o.Uint16(h[48:])), int(e.o.Uint16(h[50:]))
	}
	e.sections(f, shoff, shsize, shnum, shstr)
	e.segments(f, phoff, phsize, min(phnum, 256))
	if c, ok := f.sections[".comment"]; ok {
		for _, s := range strings.Split(string(e.at(c[0], int(min(c[1], 4096)))), "\x00") {
			if s != "" && len(f.Compiler) < 4 && !contains(f.Compiler, s) {
				f.Compiler = append(f.Compiler, s)
			}
		}
	}
	if c, ok := f.sections[".modinfo"]; ok {
		f.module = map[string]string{}
		for _, s := range strings.Split(string(e.at(c[0], int(min(c[1], 64<<10)))), "\x00") {
			if k, v, ok := strings.Cut(s, "="); ok && f.module[k] == "" {
				f.module[k] = v
			}
		}
	}
	if _, ok := f.sections[".symtab"]; ok {
		f.Stripped = false
	}
	for name := range f.imports {
		if telling[name] {
			f.Imports = append(f.Imports, name)
		}
		f.Canary = f.Canary || name == "__stack_chk_fail" || name == "__stack_smash_handler"
		f.Fortify = f.Fortify || strings.HasSuffix(name, "_chk") && name != "__stack_chk_fail"
	}
	sortStrings(f.Imports)
	f.Libc = libcOf(f.Interp, f.Needed)
	return f
}

// libcOf names the C library a program is linked to, by its loader or by the name the library has.
func libcOf(interp string, needed []string) string {
	switch base := interp[strings.LastIndexByte(interp, '/')+1:]; {
	case strings.HasPrefix(base, "ld-linux"), strings.HasPrefix(base, "ld.so.1"), strings.HasPrefix(base, "ld64.so"):
		return "glibc"
	case strings.HasPrefix(base, "ld-musl"):
		return "musl"
	case strings.HasPrefix(base, "ld-uClibc"), strings.HasPrefix(base, "ld64-uClibc"):
		return "uclibc"
	case base == "linker", base == "linker64":
		return "bionic"
	}
	for _, n := range needed {
		switch {
		case n == "libc.so.6":
			return "glibc"
		case n == "libc.so.0", n == "libc.so.1":
			return "uclibc"
		case strings.HasPrefix(n, "libc.musl-"):
			return "musl"
		}
	}
	return ""
}

func (e *elfReader) sections(f *elfFile, off int64, size, num, str int) {
	if num == 0 || num > 4096 || size < 40 || str >= num {
		return
	}
	sh := func(i int) (name uint32, at, n int64) {
		b := e.at(off+int64(i*size), size)
		if b == nil {
			return 0, 0, 0
		}
		if e.is64 {
			return e.o.Uint32(b), int64(e.o.Uint64(b[24:])), int64(e.o.Uint64(b[32:]))
		}
		return e.o.Uint32(b), int64(e.o.Uint32(b[16:])), int64(e.o.Uint32(b[20:]))
	}
	_, sAt, sN := sh(str)
	names := e.at(sAt, int(min(sN, 1<<20)))
	for i := range num {
		n, at, size := sh(i)
		if int(n) < len(names) {
			end := strings.IndexByte(string(names[n:min(len(names), int(n)+64)]), 0)
			if end > 0 {
				f.sections[string(names[n:int(n)+end])] = [2]int64{at, size}
			}
		}
	}
}

type elfLoad struct{ vaddr, off, n int64 }

func (e *elfReader) segments(f *elfFile, off int64, size, num int) {
	if size < 32 {
		return
	}
	var loads []elfLoad
	var dynAt, dynN int64
	for i := range num {
		b := e.at(off+int64(i*size), size)
		if b == nil {
			return
		}
		typ := e.o.Uint32(b)
		var at, vaddr, n int64
		var flags uint32
		if e.is64 {
			flags, at, vaddr, n = e.o.Uint32(b[4:]), int64(e.o.Uint64(b[8:])), int64(e.o.Uint64(b[16:])), int64(e.o.Uint64(b[32:]))
		} else {
			at, vaddr, n, flags = int64(e.o.Uint32(b[4:])), int64(e.o.Uint32(b[8:])), int64(e.o.Uint32(b[16:])), e.o.Uint32(b[24:])
		}
		switch typ {
		case 1:
			loads = append(loads, elfLoad{vaddr, at, n})
		case 2:
			dynAt, dynN = at, n
		case 3:
			f.Interp = cstring(e.at(at, int(min(n, 256))))
		case 4:
			e.notes(f, at, n)
		case 0x6474e551:
			f.NX = flags&1 == 0
		case 0x6474e552:
			f.RELRO = "partial"
		}
	}
	f.PIE = f.Type == "shared" && f.Interp != ""
	if f.PIE {
		f.Type = "executable"
	}
	e.dynamic(f, loads, dynAt, dynN)
}

func (e *elfReader) notes(f *elfFile, at, n int64) {
	b := e.at(at, int(min(n, 4096)))
	for len(b) >= 12 {
		ns, ds, typ := int(e.o.Uint32(b)), int(e.o.Uint32(b[4:])), e.o.Uint32(b[8:])
		d := 12 + (ns+3)&^3
		if ns < 0 || ds < 0 || ns > len(b) || ds > len(b) || d+ds > len(b) {
			return
		}
		if typ == 3 && ns == 4 && string(b[12:15]) == "GNU" {
			f.BuildID = hex.EncodeToString(b[d : d+ds])
		}
		step := d + (ds+3)&^3
		if step > len(b) {
			return
		}
		b = b[step:]
	}
}

func (e *elfReader) dynamic(f *elfFile, loads []elfLoad, at, n int64) {
	b := e.at(at, int(min(n, 64<<10)))
	if b == nil {
		return
	}
	file := func(v int64) int64 {
		for _, l := range loads {
			if v >= l.vaddr && v < l.vaddr+l.n {
				return v - l.vaddr + l.off
			}
		}
		return -1
	}
	w := 4
	if e.is64 {
		w = 8
	}
	var needed []int64
	tags := map[int64]int64{}
	for i := 0; i+2*w <= len(b); i += 2 * w {
		tag, v := e.word(b[i:]), e.word(b[i+w:])
		if tag == 0 {
			break
		}
		if tag == 1 && len(needed) < 256 {
			needed = append(needed, v)
		}
		tags[tag] = v
	}
	strAt, strN := file(tags[5]), tags[10]
	names := e.at(strAt, int(min(max(strN, 0), 4<<20, max(e.size-strAt, 0))))
	str := func(v int64) string {
		if v < 0 || v >= int64(len(names)) {
			return ""
		}
		return cstring(names[v:])
	}
	for _, v := range needed {
		f.Needed = append(f.Needed, str(v))
	}
	if v, ok := tags[14]; ok {
		f.SOName = str(v)
	}
	if v, ok := tags[15]; ok {
		f.RPath = str(v)
	}
	if v, ok := tags[29]; ok {
		f.RPath = str(v)
	}
	if _, now := tags[24]; f.RELRO == "partial" && (now || tags[30]&8 != 0 || tags[0x6ffffffb]&1 != 0) {
		f.RELRO = "full"
	}
	e.symbols(f, file(tags[6]), strAt, str)
}

// symbols reads the dynamic symbols; the string table follows them in every linker's layout, which bounds their number.
func (e *elfReader) symbols(f *elfFile, at, strAt int64, str func(int64) string) {
	size := 16
	if e.is64 {
		size = 24
	}
	if at < 0 || strAt <= at {
		return
	}
	num := int(min((strAt-at)/int64(size), 50_000))
	b := e.at(at, num*size)
	for i := 0; i+size <= len(b); i += size {
		var shndx uint16
		if e.is64 {
			shndx = e.o.Uint16(b[i+6:])
		} else {
			shndx = e.o.Uint16(b[i+14:])
		}
		if name := e.o.Uint32(b[i:]); shndx == 0 && name != 0 {
			if n := str(int64(name)); n != "" {
				f.imports[n] = true
			}
		}
	}
}

func cstring(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
