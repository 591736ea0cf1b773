package inspect

import (
	"io"
	"path"
	"sort"
	"strings"

	"telltale/internal/firmware/unpack"
)

// volume is one file system or archive with its paths, as its programs see it. It implements shell.World.
type volume struct {
	name    string
	region  *unpack.Region
	nodes   map[string]*unpack.Entry
	dirs    map[string][]string // directory → names, sorted
	base    map[string][]string // base name → paths
	ordered []string
}

func newVolume(name string, r *unpack.Region) *volume {
	return &volume{name: name, region: r, nodes: map[string]*unpack.Entry{}, dirs: map[string][]string{}, base: map[string][]string{}}
}

func (v *volume) add(e *unpack.Entry) {
	if e.Node.Superseded {
		return
	}
	v.nodes[e.Path] = e
}

func (v *volume) index() {
	for p := range v.nodes {
		v.ordered = append(v.ordered, p)
		// A folder nobody listed exists all the same.
		for dir, name := path.Dir(p), path.Base(p); ; dir, name = path.Dir(dir), path.Base(dir) {
			key := strings.TrimPrefix(dir, ".")
			known := contains(v.dirs[key], name)
			if !known {
				v.dirs[key] = append(v.dirs[key], name)
			}
			if dir == "." || known {
				break
			}
		}
		v.base[path.Base(p)] = append(v.base[path.Base(p)], p)
	}
	sort.Strings(v.ordered)
	for d := range v.dirs {
		sort.Strings(v.dirs[d])
	}
	for b := range v.base {
		sort.Strings(v.base[b])
	}
}

// resolve follows links inside the volume; "" when the path leads nowhere.
func (v *volume) resolve(p string) string {
	p = strings.TrimPrefix(path.Clean("/"+p), "/")
	for range 40 {
		if e := v.nodes[p]; e != nil && e.Node.Kind == unpack.Symlink {
			p = v.target(p, e.Node.Link)
			continue
		}
		// A link among the parents.
		again := false
		for i := 0; i < len(p); i++ {
			if p[i] != '/' {
				continue
			}
			if e := v.nodes[p[:i]]; e != nil && e.Node.Kind == unpack.Symlink {
				p = strings.TrimPrefix(path.Clean("/"+v.target(p[:i], e.Node.Link)+p[i:]), "/")
				again = true
				break
			}
		}
		if !again {
			break
		}
	}
	if v.nodes[p] != nil || v.dirs[p] != nil || p == "" {
		return p
	}
	return ""
}

func (v *volume) target(from, link string) string {
	if strings.HasPrefix(link, "/") {
		return strings.TrimPrefix(path.Clean(link), "/")
	}
	return strings.TrimPrefix(path.Clean("/"+path.Join(path.Dir(from), link)), "/")
}

func (v *volume) entry(p string) *unpack.Entry {
	if r := v.resolve(p); r != "" {
		return v.nodes[r]
	}
	return nil
}

// Exists implements shell.World.
func (v *volume) Exists(p string) (exists, dir, exec bool) {
	r := v.resolve(p)
	if r == "" && path.Clean("/"+p) != "/" {
		// A dangling link into another volume still says the name is there.
		e := v.nodes[strings.TrimPrefix(path.Clean("/"+p), "/")]
		return e != nil, false, e != nil
	}
	e := v.nodes[r]
	if e == nil || e.Node.Kind == unpack.Dir {
		return true, true, true
	}
	return true, false, e.Node.Mode&0o111 != 0
}

// Read implements shell.World.
func (v *volume) Read(p string) string {
	e := v.entry(p)
	if e == nil || e.Node.Object == nil || e.Node.Size > 256<<10 {
		return ""
	}
	b := contentOf(e.Node.Object, 256<<10)
	if strings.IndexByte(string(b), 0) >= 0 {
		return ""
	}
	return string(b)
}

// Glob implements shell.World, one level of pattern a path part.
func (v *volume) Glob(pattern string) []string {
	parts := strings.Split(strings.Trim(path.Clean(pattern), "/"), "/")
	level := []string{""}
	for _, part := range parts {
		var next []string
		for _, d := range level {
			names := v.dirs[v.resolve(d)]
			for _, n := range names {
				if ok, _ := path.Match(part, n); ok && (n[0] != '.' || part[0] == '.') {
					next = append(next, strings.TrimPrefix(d+"/"+n, "/"))
				}
			}
			if len(next) > 4096 {
				break
			}
		}
		level = next
	}
	for i := range level {
		level[i] = "/" + level[i]
	}
	return level
}

var volatileRoots = []string{"/tmp", "/proc", "/sys", "/dev", "/run", "/var/run", "/var/tmp", "/var/lock", "/mnt", "/media", "/overlay", "/nvram", "/cfg", "/sdcard"}

// Volatile implements shell.World.
func (v *volume) Volatile(p string) bool {
	p = path.Clean("/" + p)
	for _, r := range volatileRoots {
		if p == r || strings.HasPrefix(p, r+"/") {
			// What the image itself ships there is settled.
			if e := v.entry(p); e != nil && e.Node.Kind == unpack.File {
				return false
			}
			return true
		}
	}
	return false
}

// find resolves a command's name as a shell would, then anywhere in the volume.
func (v *volume) find(name string) string {
	if strings.Contains(name, "/") {
		if r := v.resolve(name); r != "" && v.nodes[r] != nil {
			return r
		}
		return ""
	}
	for _, d := range []string{"sbin", "usr/sbin", "bin", "usr/bin", "usr/local/sbin", "usr/local/bin", "system/bin", "system/xbin", "vendor/bin"} {
		if r := v.resolve(d + "/" + name); r != "" && v.nodes[r] != nil && v.nodes[r].Node.Kind == unpack.File {
			return r
		}
	}
	for _, p := range v.base[name] {
		if e := v.nodes[p]; e.Node.Kind == unpack.File && (e.Node.Mode&0o111 != 0 || e.Node.Object != nil && e.Node.Object.Type == "elf") {
			return p
		}
	}
	return ""
}

// linked is the path a name resolves to before its last link: a BusyBox applet keeps its own name.
func (v *volume) has(p string) bool {
	_, ok := v.nodes[strings.TrimPrefix(path.Clean("/"+p), "/")]
	return ok
}

// contentOf reads up to max bytes of an object.
func contentOf(o *unpack.Object, max int64) []byte {
	if o == nil {
		return nil
	}
	b := make([]byte, min(o.Size(), max))
	n, _ := io.ReadFull(io.NewSectionReader(o, 0, int64(len(b))), b)
	return b[:n]
}

func contains(l []string, s string) bool {
	for _, x := range l {
		if x == s {
			return true
		}
	}
	return false
}
