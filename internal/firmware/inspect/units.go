package inspect

import (
	"path"
	"strings"

	"telltale/internal/firmware/shell"
)

// systemd units and Android init files.

var unitDirs = []string{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}

type unitFile struct {
	name, path string
	keys       map[string][]string // "Section.Key" → values
	lines      map[string]int
	masked     bool
}

func unitName(s string) string {
	if !strings.Contains(s, ".") {
		return s + ".service"
	}
	return s
}

// loadUnit reads a unit with its drop-ins; the first folder that has it wins.
func (b *booter) loadUnit(name string) *unitFile {
	u := &unitFile{name: name, keys: map[string][]string{}, lines: map[string]int{}}
	base := name
	inst := ""
	if i := strings.IndexByte(name, '@'); i >= 0 {
		if j := strings.LastIndexByte(name, '.'); j > i {
			base, inst = name[:i+1]+name[j:], name[i+1:j]
		}
	}
	for _, n := range []string{name, base} {
		for _, d := range unitDirs {
			p := strings.TrimPrefix(d+"/"+n, "/")
			e := b.v.nodes[p]
			if e == nil {
				continue
			}
			if e.Node.Link == "/dev/null" {
				u.masked, u.path = true, p
				return u
			}
			u.path = p
			u.parse(b.v.Read(p), inst)
			break
		}
		if u.path != "" {
			break
		}
	}
	if u.path == "" {
		return nil
	}
	for _, d := range unitDirs {
		for _, p := range b.v.Glob(d + "/" + name + ".d/*.conf") {
			u.parse(b.v.Read(p), inst)
		}
	}
	return u
}

func (u *unitFile) parse(src, inst string) {
	section := ""
	src = strings.ReplaceAll(src, "\\\n", " ")
	for i, l := range strings.Split(src, "\n") {
		l = strings.TrimSpace(l)
		if l == "" || l[0] == '#' || l[0] == ';' {
			continue
		}
		if l[0] == '[' {
			section = strings.Trim(l, "[]")
			continue
		}
		k, v, ok := strings.Cut(l, "=")
		if !ok {
			continue
		}
		key := section + "." + strings.TrimSpace(k)
		v = strings.TrimSpace(v)
		v = strings.NewReplacer("%i", inst, "%I", inst, "%%", "%").Replace(v)
		if v == "" {
			delete(u.keys, key) // an empty value resets a list
			continue
		}
		u.keys[key] = append(u.keys[key], v)
		u.lines[key] = i + 1
	}
}

func (u *unitFile) list(key string) []string {
	var out []string
	for _, v := range u.keys[key] {
		out = append(out, strings.Fields(v)...)
	}
	return out
}

// systemd starts at the default target and follows what each unit wants.
func (b *booter) systemd() {
	hasUnits := false
	for _, d := range unitDirs {
		hasUnits = hasUnits || b.v.dirs[strings.TrimPrefix(d, "/")] != nil
	}
	if !hasUnits {
		return
	}
	seen := map[string]bool{}
	target := "multi-user.target"
	for _, d := range unitDirs {
		if e := b.v.nodes[strings.TrimPrefix(d+"/default.target", "/")]; e != nil && e.Node.Link != "" {
			target = path.Base(e.Node.Link)
			break
		}
	}
	for _, t := range []string{"sysinit.target", "basic.target", "sockets.target", "timers.target", "getty.target", "local-fs.target", "paths.target", target} {
		b.unit(t, nil, []string{"systemd"}, seen)
	}
	if target == "graphical.target" {
		b.unit("multi-user.target", nil, []string{"systemd"}, seen)
	}
	if e := b.v.entry("/etc/rc.local"); e != nil && e.Node.Mode&0o111 != 0 { // systemd's generator runs it when executable
		b.run("/etc/rc.local", []string{"start"}, nil, []string{"systemd", "rc-local.service"})
	}
	// Units nobody enables are told apart as not started.
	keep := b.started
	b.started = false
	for _, d := range unitDirs {
		for _, p := range b.v.Glob(d + "/*.service") {
			if n := path.Base(p); !seen[n] && !strings.Contains(n, "@") {
				b.unit(n, nil, []string{"(no target wants it)"}, seen)
			}
		}
	}
	b.started = keep
}

// unit follows one unit: what it wants, its conditions, its commands.
func (b *booter) unit(name string, when, chain []string, seen map[string]bool) {
	if seen[name] || len(chain) > 16 {
		return
	}
	seen[name] = true
	chain = append(chain[:len(chain):len(chain)], name)
	for _, d := range unitDirs {
		for _, kind := range []string{".wants", ".requires"} {
			for _, p := range b.v.Glob(d + "/" + name + kind + "/*") {
				b.unit(path.Base(p), when, chain, seen)
			}
		}
	}
	u := b.loadUnit(name)
	if u == nil || u.masked {
		return
	}
	when = append(when[:len(when):len(when)], b.unitConditions(u)...)
	for _, k := range []string{"Unit.Wants", "Unit.Requires", "Unit.BindsTo", "Unit.Upholds"} {
		for _, n := range u.list(k) {
			b.unit(n, when, chain, seen)
		}
	}
	switch path.Ext(name) {
	case ".service":
		b.unitCommands(u, when, chain)
	case ".socket":
		svc := strings.TrimSuffix(name, ".socket") + ".service"
		if s := u.list("Socket.Service"); len(s) > 0 {
			svc = s[0]
		}
		if len(u.list("Socket.Accept")) > 0 && b.loadUnit(svc) == nil {
			svc = strings.TrimSuffix(name, ".socket") + "@.service"
		}
		before := len(b.launches)
		b.unit(svc, when, chain, seen)
		for i := before; i < len(b.launches); i++ {
			for _, l := range append(u.list("Socket.ListenStream"), u.list("Socket.ListenDatagram")...) {
				b.launches[i].argv = append(b.launches[i].argv, "inetd:"+l[strings.LastIndexByte(l, ':')+1:])
			}
		}
	case ".timer", ".path":
		svc := strings.TrimSuffix(name, path.Ext(name)) + ".service"
		if s := append(u.list("Timer.Unit"), u.list("Path.Unit")...); len(s) > 0 {
			svc = s[0]
		}
		b.unit(svc, append(when, b.watched(u)...), chain, seen)
	}
}

// watched are the paths a path unit waits for, as far as they are not there as shipped.
func (b *booter) watched(u *unitFile) []string {
	var out []string
	for _, k := range []string{"PathExists", "PathExistsGlob", "DirectoryNotEmpty", "PathChanged", "PathModified"} {
		for _, p := range u.list("Path." + k) {
			if exists, _, _ := b.v.Exists(p); !exists || b.v.Volatile(p) || strings.HasPrefix(k, "PathC") || strings.HasPrefix(k, "PathM") {
				out = append(out, k+"="+p)
			}
		}
	}
	return out
}

// unitConditions judges Condition... and Assert... lines as shipped.
func (b *booter) unitConditions(u *unitFile) []string {
	var out []string
	for key, vals := range u.keys {
		k := strings.TrimPrefix(key, "Unit.")
		if !strings.HasPrefix(k, "Condition") && !strings.HasPrefix(k, "Assert") {
			continue
		}
		for _, v := range vals {
			neg := strings.HasPrefix(v, "!")
			p := strings.TrimLeft(v, "!|")
			text := k + "=" + v
			switch strings.TrimPrefix(strings.TrimPrefix(k, "Condition"), "Assert") {
			case "PathExists", "FileNotEmpty", "FileIsExecutable", "PathIsDirectory", "DirectoryNotEmpty":
				if b.v.Volatile(p) {
					out = append(out, text)
					continue
				}
				if exists, _, _ := b.v.Exists(p); exists == neg {
					out = append(out, text+" (not so as shipped)")
				}
			case "Virtualization", "Security", "Capability", "Architecture", "User", "NeedsUpdate", "CPUs", "Memory", "PathIsReadWrite", "PathIsMountPoint":
			default:
				out = append(out, text)
			}
		}
	}
	sortStrings(out)
	return out
}

func (b *booter) unitCommands(u *unitFile, when, chain []string) {
	env := map[string]string{}
	for _, v := range u.keys["Service.EnvironmentFile"] {
		for k, val := range shell.Vars(b.v.Read(strings.TrimPrefix(v, "-"))) {
			env[k] = val
		}
	}
	for _, v := range u.keys["Service.Environment"] {
		for _, f := range strings.Fields(strings.Trim(v, `"`)) {
			if k, val, ok := strings.Cut(strings.Trim(f, `"'`), "="); ok {
				env[k] = val
			}
		}
	}
	for _, v := range u.keys["Service.ExecCondition"] {
		when = append(when[:len(when):len(when)], "ExecCondition="+v)
	}
	for _, k := range []string{"Service.ExecStartPre", "Service.ExecStart", "Service.ExecStartPost"} {
		for _, v := range u.keys[k] {
			b.text(strings.TrimLeft(v, "-@+!:"), u.path, u.lines[k], when, chain, env)
		}
	}
}

// androidInit reads *.rc files: services start with their class unless disabled; "on" blocks start them by name.
func (b *booter) androidInit() {
	type svc struct {
		argv     []string
		file     string
		line     int
		disabled bool
	}
	services := map[string]*svc{}
	starts := map[string][]launch{}
	var order []string
	for _, p := range b.v.ordered {
		if path.Ext(p) != ".rc" || !(strings.HasPrefix(path.Base(p), "init") || strings.Contains(p, "etc/init/")) {
			continue
		}
		var cur *svc
		trigger := ""
		for i, l := range strings.Split(b.v.Read(p), "\n") {
			f := strings.Fields(l)
			if len(f) == 0 || strings.HasPrefix(f[0], "#") {
				continue
			}
			switch f[0] {
			case "service":
				trigger, cur = "", nil
				if len(f) > 2 {
					cur = &svc{argv: f[2:], file: p, line: i + 1}
					services[f[1]] = cur
					order = append(order, f[1])
				}
			case "on":
				cur, trigger = nil, strings.Join(f[1:], " ")
			case "disabled":
				if cur != nil {
					cur.disabled = true
				}
			case "setprop":
				if trigger != "" && len(f) > 2 && b.trigger(trigger) == "" {
					b.props()[f[1]] = f[2]
				}
			case "start", "exec", "exec_start", "restart":
				if trigger == "" || len(f) < 2 {
					continue
				}
				var when []string
				if c := b.trigger(trigger); c != "" {
					when = []string{c}
				}
				if f[0] == "exec" {
					argv := f[1:]
					for k, a := range f {
						if a == "--" {
							argv = f[k+1:]
						}
					}
					b.argv(&shell.Command{Argv: argv, When: when, File: p, Line: i + 1}, argv, []string{p + ":" + itoa(i+1)})
					continue
				}
				starts[f[1]] = append(starts[f[1]], launch{when: when, chain: []string{p + ":" + itoa(i+1)}})
			}
		}
	}
	for _, n := range order {
		s := services[n]
		here := s.file + ":" + itoa(s.line)
		if !s.disabled {
			b.argv(&shell.Command{Argv: s.argv, File: s.file, Line: s.line}, s.argv, []string{here})
			continue
		}
		for _, l := range starts[n] {
			b.argv(&shell.Command{Argv: s.argv, When: l.when, File: s.file, Line: s.line}, s.argv, append(l.chain, here))
		}
		if len(starts[n]) == 0 {
			keep := b.started
			b.started = false
			b.argv(&shell.Command{Argv: s.argv, File: s.file, Line: s.line}, s.argv, []string{here + " (disabled)"})
			b.started = keep
		}
	}
}

// trigger turns an "on" line into a condition; "" when it happens at every boot or its properties are set as shipped.
func (b *booter) trigger(t string) string {
	props := b.props()
	for _, part := range strings.Split(t, "&&") {
		part = strings.TrimSpace(part)
		p, ok := strings.CutPrefix(part, "property:")
		if !ok {
			switch strings.Fields(part + " ?")[0] {
			case "charger":
				return "when " + t
			}
			continue
		}
		k, v, _ := strings.Cut(p, "=")
		if reached[k] == v && v != "" {
			continue
		}
		if got, ok := props[k]; !ok || v != "*" && got != v {
			return "property " + p
		}
	}
	return ""
}

// reached are properties every start sets once it is through.
var reached = map[string]string{"sys.boot_completed": "1", "dev.bootcomplete": "1", "service.bootanim.exit": "1", "vold.decrypt": "trigger_restart_framework", "ro.crypto.state": "encrypted"}

var propFiles = []string{"default.prop", "prop.default", "system/build.prop", "build.prop", "vendor/build.prop", "system/etc/prop.default", "vendor/default.prop", "system/default.prop", "data/local.prop", "system_root/default.prop"}

// props are Android properties as shipped.
func (b *booter) props() map[string]string {
	if b.vars != nil {
		return b.vars
	}
	b.vars = map[string]string{}
	for _, p := range propFiles {
		for _, l := range strings.Split(b.v.Read(p), "\n") {
			if k, v, ok := strings.Cut(strings.TrimSpace(l), "="); ok && !strings.HasPrefix(k, "#") {
				b.vars[k] = v
			}
		}
	}
	return b.vars
}
