package unpack

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// putXattrs gives files of the tree extended attributes, as far as this
// system lets us, and returns them by path. security.capability needs root.
func putXattrs(t testing.TB, dir string) map[string]map[string]string {
	t.Helper()
	netAdmin := "\x01\x00\x00\x02\x00\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	all := map[string]map[string]string{}
	for _, a := range []struct{ path, name, value string }{
		{"bin/tool", "security.capability", netAdmin}, {"bin/tool", "user.short", "v"}, {"bin/noise", "user.long", strings.Repeat("value ", 30)},
		{"etc/passwd", "user.one", "1"}, {"etc/passwd", "user.two", "\x00\xff binary"}, {"lib/exact", "user.one", "1"}, {"usr/share", "user.folder", "yes"},
	} {
		if err := syscall.Setxattr(filepath.Join(dir, a.path), a.name, []byte(a.value), 0); err != nil {
			t.Logf("extended attribute %s: %v: not tried", a.name, err)
			continue
		}
		if all[a.path] == nil {
			all[a.path] = map[string]string{}
		}
		all[a.path][a.name] = a.value
	}
	if all["bin/tool"] != nil {
		all["etc/again"] = all["bin/tool"] // a hard link to it
	}
	return all
}
