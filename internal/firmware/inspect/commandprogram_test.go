package inspect_test

import (
	"encoding/binary"
	"strings"
	"testing"
)

// dynamicProg is a program of 32 bits that imports functions and holds texts.
func dynamicProg(machine uint16, big bool, imports []string, texts ...string) string {
	o := binary.ByteOrder(le)
	if big {
		o = be
	}
	b := []byte(progOf(machine, big, "")[5:])[:52]
	o.PutUint32(b[28:], 52)
	o.PutUint16(b[42:], 32)
	o.PutUint16(b[44:], 2)
	dyn := 52 + 2*32
	sym := dyn + 4*8
	str := sym + 16*(len(imports)+1)
	names, table := "\x00", make([]byte, 16)
	for _, n := range imports {
		table = append(table, words(o, uint32(len(names)), 0, 0, 0)...) // a symbol of section 0: one that is imported
		names += n + "\x00"
	}
	all := str + len(names)
	b = append(b, words(o, 1, 0, 0, 0, uint32(all), uint32(all), 5, 4096)...)
	b = append(b, words(o, 2, uint32(dyn), uint32(dyn), 0, 32, 32, 4, 4)...)
	b = append(b, words(o, 5, uint32(str), 6, uint32(sym), 10, uint32(len(names)), 0, 0)...)
	b = append(append(b, table...), names...)
	return "0755 " + string(b) + strings.Join(texts, "\x00") + "\x00"
}

// Web programs in machine code: what they import and hold says where to look, not that a way in is there.
func TestCommandPrograms(t *testing.T) {
	const maybe = "web.command-injection suspicious "
	tryVariants(t, []variant{
		{"cgi, big-endian", []string{"www/cgi-bin/diag.cgi", dynamicProg(8, true, []string{"getenv", "sprintf", "system"}, "QUERY_STRING", "ping -c 4 %s")}, maybe + "diag.cgi"},
		{"cgi by popen, arm", []string{"www/cgi-bin/diag.cgi", dynamicProg(40, false, []string{"getenv", "snprintf", "popen"}, "CONTENT_LENGTH", "REQUEST_METHOD", "/usr/sbin/traceroute -m %d %s 2>&1")}, maybe + "traceroute"},
		{"server with a kit's functions", []string{"bin/httpd", dynamicProg(8, false, []string{"websGetVar", "doSystemCmd"}, "cfg -a DDNS_HOST=%s")}, maybe + "doSystemCmd"},
		{"no shell", []string{"www/cgi-bin/diag.cgi", dynamicProg(40, false, []string{"getenv", "execv"}, "QUERY_STRING", "ping -c 4 %s")}, ""},
		{"no request", []string{"usr/bin/tool", dynamicProg(40, false, []string{"getenv", "system"}, "HOME", "ping -c 4 %s")}, ""},
		{"no hole", []string{"www/cgi-bin/reboot.cgi", dynamicProg(40, false, []string{"getenv", "system"}, "QUERY_STRING", "/sbin/reboot", "usage: ping %s")}, ""},
		{"a number alone", []string{"www/cgi-bin/t.cgi", dynamicProg(40, false, []string{"getenv", "system"}, "QUERY_STRING", "kill -9 %d", "%s")}, ""},
		{"in quotes", []string{"www/cgi-bin/t.cgi", dynamicProg(40, false, []string{"getenv", "system"}, "QUERY_STRING", "ping -c 1 '%s'")}, ""},
	})
}
