package inspect

import (
	"fmt"
	"path"
	"regexp"
	"sort"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/firmware/unpack"
)

// components lists software: package databases first, changelogs of packages
// next, then texts inside programs. A guess is never merged into a database fact.
func (in *inspector) components() {
	all := map[string]*Component{}
	put := func(c Component, where string) {
		key := c.Kind + "|" + c.Name + "|" + c.Version + "|" + c.Method
		if old := all[key]; old != nil {
			if len(old.Where) < 20 && !contains(old.Where, where) {
				old.Where = append(old.Where, where)
			}
			return
		}
		c.Where = []string{where}
		all[key] = &c
	}
	for _, v := range in.volumes {
		in.packages(v, put)
	}
	for _, f := range in.files {
		if f.c == nil || f.kind == "text" && f.node != nil && !strings.Contains(f.base(), "version") || f.doc() {
			continue
		}
		in.identify(f, put)
	}
	for _, c := range all {
		sort.Strings(c.Where)
		in.rep.Components = append(in.rep.Components, *c)
	}
	sort.Slice(in.rep.Components, func(i, j int) bool {
		a, b := in.rep.Components[i], in.rep.Components[j]
		return a.Name+"\x00"+a.Version+"\x00"+a.Method+"\x00"+a.Kind < b.Name+"\x00"+b.Version+"\x00"+b.Method+"\x00"+b.Kind
	})
}

var changelogHead = regexp.MustCompile(`^([a-z0-9][a-z0-9+.-]+) \(([^)\s]+)\) `)

// packages reads dpkg, opkg and apk databases and Debian changelogs.
func (in *inspector) packages(v *volume, put func(Component, string)) {
	dbs := []string{"var/lib/dpkg/status", "usr/lib/opkg/status", "var/lib/opkg/status", "usr/lib/ipkg/status", "var/opkg-lists/status"}
	dbs = append(dbs, trimAll(append(v.Glob("/usr/lib/opkg/info/*.control"), v.Glob("/var/lib/dpkg/status.d/*")...))...)
	for _, p := range dbs {
		e := v.entry(p)
		if e == nil || e.Node.Object == nil || e.Node.Size > 32<<20 {
			continue
		}
		kind := "deb"
		if strings.Contains(p, "opkg") || strings.Contains(p, "ipkg") {
			kind = "opkg"
		}
		for _, para := range strings.Split(string(contentOf(e.Node.Object, 32<<20)), "\n\n") {
			f := map[string]string{}
			for _, l := range strings.Split(para, "\n") {
				if k, val, ok := strings.Cut(l, ": "); ok && !strings.HasPrefix(l, " ") {
					f[k] = strings.TrimSpace(val)
				}
			}
			if f["Package"] == "" || strings.Contains(f["Status"], "deinstall") || strings.Contains(f["Status"], "not-installed") {
				continue
			}
			put(Component{Name: f["Package"], Version: f["Version"], Kind: "package", Method: "package-database", Licence: f["License"],
				PURL: fmt.Sprintf("pkg:%s/%s@%s", kind, f["Package"], f["Version"]), Evidence: p}, v.name+"/"+p)
			if m := f["Maintainer"]; m != "" && kind == "opkg" {
				in.observe(evidence.FwVendorString, m, v.name+"/"+p, -1)
			}
		}
	}
	if db := v.entry("lib/apk/db/installed"); db != nil && db.Node.Object != nil {
		for _, para := range strings.Split(string(contentOf(db.Node.Object, 32<<20)), "\n\n") {
			f := map[byte]string{}
			for _, l := range strings.Split(para, "\n") {
				if len(l) > 2 && l[1] == ':' {
					f[l[0]] = l[2:]
				}
			}
			if f['P'] != "" {
				put(Component{Name: f['P'], Version: f['V'], Kind: "package", Method: "package-database", Licence: f['L'], PURL: fmt.Sprintf("pkg:apk/%s@%s", f['P'], f['V'])}, v.name+"/lib/apk/db/installed")
			}
		}
	}
	in.linkedPackages(v, put)
	// A package unpacked without its database still carries its changelog.
	for _, f := range in.files {
		if f.region == "" || !strings.Contains(f.where, "usr/share/doc/") || !strings.HasPrefix(f.where, v.name+"/") || !strings.Contains(f.where, "changelog") {
			continue
		}
		text := string(contentOf(f.obj, 512))
		m := changelogHead.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		name := m[1]
		if rest, ok := strings.CutPrefix(f.where, v.name+"/usr/share/doc/"); ok {
			dir, _, _ := strings.Cut(rest, "/")
			put(Component{Name: dir, Version: m[2], Kind: "package", Method: "changelog", PURL: fmt.Sprintf("pkg:deb/%s@%s", dir, m[2]), Licence: in.debLicence(v, dir), Evidence: strings.TrimSpace(m[0]) + sourceNote(name, dir)}, f.where)
		}
	}
}

// linkedPackages are those whose documents are a link to those of a package of the same source, which has the same version.
func (in *inspector) linkedPackages(v *volume, put func(Component, string)) {
	const docs = "usr/share/doc/"
	for _, name := range v.dirs["usr/share/doc"] {
		e := v.nodes[docs+name]
		if e == nil || e.Node.Kind != unpack.Symlink || strings.Contains(e.Node.Link, "/") {
			continue
		}
		c := Component{Name: name, Kind: "package", Method: "changelog", Licence: in.debLicence(v, e.Node.Link), Evidence: "documents are those of " + e.Node.Link}
		for _, p := range v.Glob("/" + docs + e.Node.Link + "/changelog*") {
			if m := changelogHead.FindStringSubmatch(changelogText(v.entry(p))); m != nil {
				c.Version, c.PURL = m[2], fmt.Sprintf("pkg:deb/%s@%s", name, m[2])
			}
		}
		put(c, v.name+"/"+docs+name)
	}
}

// changelogText is the start of a changelog, packed or not.
func changelogText(e *unpack.Entry) string {
	if e == nil || e.Node.Object == nil {
		return ""
	}
	o := e.Node.Object
	for _, r := range o.Regions {
		for _, n := range r.Nodes {
			if n.Object != nil {
				o = n.Object
			}
		}
	}
	return string(contentOf(o, 512))
}

func sourceNote(src, dir string) string {
	if src == dir {
		return ""
	}
	return " (source " + src + ")"
}

func trimAll(l []string) []string {
	for i := range l {
		l[i] = strings.TrimPrefix(l[i], "/")
	}
	return l
}

// debLicence reads the first machine-readable licence of a package's copyright file.
func (in *inspector) debLicence(v *volume, name string) string {
	for _, l := range strings.Split(v.Read("/usr/share/doc/"+name+"/copyright"), "\n") {
		if lic, ok := strings.CutPrefix(l, "License: "); ok {
			return strings.TrimSpace(lic)
		}
	}
	return ""
}

// identify looks for the marks of known components in one content.
func (in *inspector) identify(f *file, put func(Component, string)) {
	for i := range in.facts.Components {
		id := &in.facts.Components[i]
		if len(id.Names) > 0 && f.node != nil && !matchAny(id.Names, f.base()) {
			continue
		}
		version, ev, hit := "", "", false
		for _, t := range id.Texts {
			for _, off := range f.c.hits[t] {
				hit = true
				if id.version == nil {
					ev = t
					continue
				}
				w := f.c.window(off, 96, 512)
				if m := id.version.FindStringSubmatch(w); m != nil && (version == "" || len(m) > 1 && len(m[1]) > len(version)) {
					version, ev = m[len(m)-1], strings.TrimSpace(m[0])
				}
			}
		}
		if !hit || id.version != nil && version == "" {
			continue
		}
		kind := nonEmpty(id.Kind, "program")
		c := Component{Name: id.Name, Version: version, Kind: kind, Method: "string", Licence: id.Licence, Evidence: clip(ev, 200)}
		if id.CPE != "" && version != "" {
			c.CPE = "cpe:2.3:a:" + id.CPE + ":" + version + ":*:*:*:*:*:*:*"
		}
		c.PURL = "pkg:generic/" + id.Name + "@" + version
		put(c, f.where)
		if kind == "kernel" || kind == "bootloader" {
			in.observe(evidence.FwBuildHost, clip(ev, 300), f.where, -1)
		}
	}
	// Libraries that no text identifies keep their name and soname, without a version.
	if e := f.c.elf; e != nil && e.SOName != "" && f.node != nil {
		if m := sonameVersion.FindStringSubmatch(e.SOName); m != nil {
			put(Component{Name: m[1], Version: "", Kind: "library", Method: "soname", Evidence: e.SOName}, f.where)
		}
	}
}

var sonameVersion = regexp.MustCompile(`^(lib[\w+.-]+?)(?:-[\d.]+)?\.so`)

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

func matchAny(patterns []string, name string) bool {
	for _, p := range patterns {
		if ok, _ := path.Match(p, name); ok {
			return true
		}
	}
	return false
}
