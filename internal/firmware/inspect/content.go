package inspect

import (
	"bytes"
	"io"
	"net/netip"
	"regexp"
	"strings"
	"sync"

	"telltale/internal/firmware/unpack"
)

// builtinLiterals are texts the checks themselves look for.
var builtinLiterals = []string{"-----BEGIN ", "Linux version ", "telnetd", "QUERY_STRING", "CONTENT_LENGTH", "REQUEST_METHOD", "ssh-rsa AAAA", "ssh-ed25519 AAAA", "ecdsa-sha2-nistp256 AAAA", "NetBSD ", "GCC: (", "UPX!", "init=/"}

// content is what one pass over a stretch of bytes found.
type content struct {
	obj   *unpack.Object
	off   int64 // where it begins in obj
	size  int64
	kind  string
	elf   *elfFile
	hits  map[string][]int64 // literal → offsets in obj, a few
	hosts []hostHit
}

type hostHit struct {
	host string
	url  string
	off  int64
}

// maxContent bounds what is searched of one content.
const maxContent = 256 << 20

// scanContent makes one pass over a stretch.
func (in *inspector) scanContent(o *unpack.Object, off, size int64, kind string) *content {
	c := &content{obj: o, off: off, size: size, kind: kind, hits: map[string][]int64{}}
	if kind == "elf" {
		c.elf = readELF(io.NewSectionReader(o, off, size), size)
	}
	m := in.facts.literals
	state := int32(0)
	const step, over = 1 << 20, 1 << 10
	buf := stepBufs.Get().(*[]byte)
	defer stepBufs.Put(buf)
	for pos := int64(0); pos < min(size, maxContent); pos += step {
		if in.ctx.Err() != nil {
			break
		}
		n := min(step+over, size-pos)
		b := (*buf)[:n]
		if k, _ := o.ReadAt(b, off+pos); int64(k) < n {
			b = b[:k]
		}
		part := b[:min(len(b), step)]
		state = m.scan(state, part, func(id int32, end int) {
			t := m.texts[id]
			if l := c.hits[t]; len(l) < 8 {
				c.hits[t] = append(l, off+pos+int64(end-len(t)))
			}
		})
		if kind != "cert" && len(c.hosts) < 4000 {
			in.hostsIn(c, b, len(part), off+pos)
		}
	}
	return c
}

var stepBufs = sync.Pool{New: func() any { b := make([]byte, 1<<20+1<<10); return &b }}

// around returns printable text about an offset, from the start of its string to its end.
func (c *content) around(off int64, before, after int) string {
	from := max(off-int64(before), c.off)
	b := make([]byte, min(int64(before+after), c.off+c.size-from))
	n, _ := c.obj.ReadAt(b, from)
	b = b[:n]
	at := int(off - from)
	if at > len(b) {
		return ""
	}
	lo, hi := at, at
	for lo > 0 && texty(b[lo-1]) {
		lo--
	}
	for hi < len(b) && texty(b[hi]) {
		hi++
	}
	return string(b[lo:hi])
}

// window returns the bytes about an offset with everything unprintable turned into line breaks.
func (c *content) window(off int64, before, after int) string {
	from := max(off-int64(before), c.off)
	b := make([]byte, min(int64(before+after), c.off+c.size-from))
	n, _ := c.obj.ReadAt(b, from)
	b = b[:n]
	for i, v := range b {
		if !texty(v) {
			b[i] = '\n'
		}
	}
	return string(b)
}

func texty(c byte) bool { return c >= 0x20 && c < 0x7f || c == '\t' }

// program says that the content is run: machine code or a script.
func (c *content) program() bool { return c.kind == "elf" || c.kind == "script" }

func (c *content) isKind(kinds []string) bool {
	if len(kinds) == 0 {
		return true
	}
	for _, k := range kinds {
		if k == c.kind || k == "program" && c.program() || k == "code" && c.kind != "text" && c.kind != "script" {
			return true
		}
	}
	return false
}

var hostByte = func() (t [256]bool) {
	for c := '0'; c <= '9'; c++ {
		t[c] = true
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-32] = true, true
	}
	t['-'], t['.'] = true, true
	return t
}()

// tlds are the last labels a bare name must end in; names behind "://" need not.
// Labels that are also suffixes of file names or words count only with three labels or more.
var tlds = func() map[string]int {
	m := map[string]int{}
	for _, t := range strings.Fields("com net org biz edu gov mil invalid example xyz") {
		m[t] = 2
	}
	for _, t := range strings.Fields("info cn de uk ru jp kr tw hk eu fr it nl br au ca ch at be se no fi dk pl cz es pt ua tr vn th sg my ph ir il sa ae za mx ar cl us me tv cc co ws ai io cloud mobi vip ltd wang ren") {
		m[t] = 3
	}
	for _, t := range strings.Fields("int in is to id test top online site club tech dev app link work group") { // words of code
		m[t] = 4
	}
	return m
}()

// hostsIn finds names and addresses in b, of which the first n bytes are new.
func (in *inspector) hostsIn(c *content, b []byte, n int, base int64) {
	for i := 0; i < n; {
		if !hostByte[b[i]] {
			i++
			continue
		}
		if i > 0 && hostByte[b[i-1]] {
			i++
			continue
		}
		j, dots := i, 0
		for j < len(b) && hostByte[b[j]] && j-i < 256 {
			if b[j] == '.' {
				dots++
			}
			j++
		}
		if dots > 0 && j-i >= 6 && i < n {
			in.hostAt(c, b, i, j, dots, base)
		}
		i = max(j, i+1)
		for i < n && hostByte[b[i]] {
			i++
		}
	}
}

func (in *inspector) hostAt(c *content, b []byte, i, j, dots int, base int64) {
	if (c.kind == "text" || c.kind == "script") && commented(b, i) {
		return // told to a reader, not to the device
	}
	h := strings.ToLower(strings.Trim(string(b[i:j]), ".-"))
	url := ""
	scheme := i >= 3 && string(b[i-3:i]) == "://"
	if scheme {
		k := i - 3
		for k > 0 && k > i-12 && b[k-1] >= 'a' && b[k-1] <= 'z' {
			k--
		}
		e := j
		for e < len(b) && e-k < 200 && b[e] > 0x20 && b[e] < 0x7f && b[e] != '"' && b[e] != '\'' && b[e] != '<' && b[e] != '>' {
			e++
		}
		url = string(b[k:e])
	} else if i > 0 && (b[i-1] == '/' || b[i-1] == '_' || b[i-1] == '@' && j < len(b) && b[j] == '>') {
		return // a path, a symbol, a mail address
	} else if j < len(b) && (b[j] == '_' || b[j] == '(') {
		return
	}
	if h[0] >= '0' && h[0] <= '9' {
		if a, err := netip.ParseAddr(h); err == nil {
			if a.Is4() && dots == 3 && publicAddr(a) && (scheme || c.kind == "elf" || c.kind == "script" || c.kind == "text") {
				if !scheme && (!lonely(b, i, j) || !c.likelyAddress(a, j < len(b) && b[j] == ':')) {
					return
				}
				c.hosts = append(c.hosts, hostHit{h, url, base + int64(i)})
			}
			return
		}
	}
	labels := strings.Split(h, ".")
	last := labels[len(labels)-1]
	if need := tlds[last]; !scheme && (need == 0 || len(labels) < need) || len(labels) < 2 || len(last) < 2 {
		return
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 {
			return
		}
	}
	if !scheme && (len(labels[len(labels)-2]) < 2 || i > 0 && b[i-1] == '@') {
		return
	}
	for _, ig := range in.facts.Ignore {
		if h == ig || strings.HasSuffix(h, "."+ig) {
			return
		}
	}
	c.hosts = append(c.hosts, hostHit{h, url, base + int64(i)})
}

// commented says that the line a place is in begins as a comment.
func commented(b []byte, i int) bool {
	line := bytes.TrimLeft(b[bytes.LastIndexByte(b[:i], '\n')+1:i], " \t")
	return len(line) > 0 && (line[0] == '#' || line[0] == ';' || bytes.HasPrefix(line, []byte("//")) || bytes.HasPrefix(line, []byte("* ")))
}

// likelyAddress tells a bare address from the version or section number it looks
// like. Scripts give addresses to commands; drivers name sections of standards.
func (c *content) likelyAddress(a netip.Addr, port bool) bool {
	if c.kind == "script" || port {
		return true
	}
	b := a.As4()
	if c.elf != nil && c.elf.Type == "relocatable" || b[3] == 0 || b[3] == 255 {
		return false
	}
	return b[0] == b[1] && b[1] == b[2] || max(b[0], b[1], b[2], b[3]) >= 64 || b == [4]byte{8, 8, 4, 4} || b[0] == 4 && b[1] == 2 && b[2] == 2
}

// lonely says that the stretch is a text of its own: an address, not a version or an OID.
func lonely(b []byte, i, j int) bool {
	ok := func(c byte) bool {
		return c == 0 || c == '\n' || c == ' ' || c == '"' || c == '\'' || c == '=' || c == ':' || c == ',' || c == '>' || c == '<' || c == '@' || c == '/' || c == '\r'
	}
	return (i == 0 || ok(b[i-1])) && (j >= len(b) || ok(b[j]))
}

func publicAddr(a netip.Addr) bool {
	b := a.As4()
	if !a.IsGlobalUnicast() || a.IsPrivate() || b[0] == 0 || b[0] >= 224 || b[0] == 100 && b[1]&0xc0 == 64 || b[0] == 255 {
		return false
	}
	// Netmasks, counting-up examples and versions in dotted form.
	return !(b[2] == 0 && b[3] == 0) && b[0] > 1 && !(b == [4]byte{1, 2, 3, 4}) && !(b[1] == 0 && b[0] < 16)
}

var telnetCommand = regexp.MustCompile(`(^|[\s;&|/'"(])u?telnetd(\s+-[a-zA-Z]|\s*&|\s*;|$)`)

// shellCommands are the telnet-starting command lines inside a program.
func (c *content) telnetCommands() (text string, off int64, ok bool) {
	for _, o := range c.hits["telnetd"] {
		s := c.around(o, 120, 200)
		if telnetCommand.MatchString(s) && (strings.ContainsAny(s, " /&;")) && len(s) < 200 && !strings.Contains(s, "Usage") && !strings.Contains(s, "killall") && !strings.Contains(s, "[OPTIONS]") {
			return s, o, true
		}
	}
	return "", 0, false
}

func bytesIndex(b []byte, s string) int { return bytes.Index(b, []byte(s)) }
