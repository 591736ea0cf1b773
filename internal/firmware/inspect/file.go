package inspect

import (
	"path"
	"strings"

	"telltale/internal/firmware/unpack"
)

// file is a leaf to look into: a node, or a stretch of a container no format explains.
type file struct {
	where, path, region string
	node                *unpack.Node // nil for a stretch
	vol                 *volume
	obj                 *unpack.Object
	off, size           int64
	kind                string
	c                   *content
}

// base is the name rules look at.
func (f *file) base() string { return path.Base(f.path) }

// doc says that the file is documentation, an example, a test or a tool's reference: what it says is not what the device does.
func (f *file) doc() bool {
	p := "/" + strings.ToLower(f.path)
	if !strings.Contains(f.path, "/") { // what a compressed document holds is a document
		p = "/" + strings.ToLower(f.where)
	}
	for _, d := range []string{"/doc/", "/docs/", "/man/", "/info/", "/examples/", "/example/", "/licenses/", "/readme", "/changelog", "/test/", "/tests/", "/testing/", "/_test/", "/_tests/", "/testdata/", "/sample/", "/samples/", "/demos/", "/locale/"} {
		if strings.Contains(p, d) {
			return true
		}
	}
	// What tools know of the devices of the world says nothing of this one.
	for _, d := range []string{"/share/nmap/", "/share/wireshark/", "/share/hwdata/", "/share/misc/", "/share/zoneinfo/", "/snmp/mibs/", "/share/mibs/", "/share/recog/", "/hwdb.d/"} {
		if strings.Contains(p, d) {
			return true
		}
	}
	for _, e := range []string{".md", ".rst", ".txt", ".1", ".8", ".5", ".html.gz"} {
		if strings.HasSuffix(p, e) && f.kind == "text" {
			return true
		}
	}
	return false
}

// at fills the place of a finding from a file.
func (f *file) at(x Finding, off int64) Finding {
	x.Path, x.Where, x.Region = f.path, f.where, f.region
	if off >= 0 {
		o := off
		x.Offset = &o
	}
	return x
}
