package inspect

import (
	"fmt"
	"path"
	"strings"

	"telltale/internal/firmware/shell"
	"telltale/internal/firmware/unpack"
)

// launch is one program something starts.
type launch struct {
	name    string // base name or applet
	argv    []string
	program string // path it resolves to, "" when not in the image
	when    []string
	chain   []string // "etc/inittab:1" first
	input   string
	into    string
	pipedTo string
	// pipedFrom is the command whose output it reads.
	pipedFrom string
	started   bool // reached from init; false: a script nothing was seen to start
	event     string
}

// booter follows what init starts through scripts, links and units.
type booter struct {
	v        *volume
	launches []launch
	seen     map[string]bool
	scripts  map[string]bool // scripts reached
	budget   int
	texts    int
	started  bool
	vars     map[string]string
	written  map[string]string // files scripts write while the device starts
	mounts   []string          // folders other file systems are put on
	away     []away            // scripts called that are not in this volume
}

const bootBudget = 4000

// bootGraph reads how one volume starts.
func bootGraph(v *volume) *booter {
	b := &booter{v: v, seen: map[string]bool{}, scripts: map[string]bool{}, written: map[string]string{}, budget: bootBudget, started: true}
	b.inittab()
	b.initScripts()
	b.rcLinks()
	b.systemd()
	b.androidInit()
	b.upstart()
	b.supervisors()
	b.finit()
	b.dinit()
	b.superServers()
	b.cron()
	b.monit()
	b.firstBoot()
	b.events()
	return b
}

// run reads a shell script of the volume.
func (b *booter) run(p string, args, when, chain []string, entry ...string) {
	r := b.v.resolve(p)
	e := b.v.nodes[r]
	if e == nil || e.Node.Object == nil || len(chain) > 16 || b.budget <= 0 {
		return
	}
	src := b.v.Read(r)
	if src == "" {
		return
	}
	key := fmt.Sprint(r, args, when, b.started)
	if b.seen[key] {
		return
	}
	b.seen[key] = true
	b.scripts[r] = true
	b.budget--
	first, _, _ := strings.Cut(src, "\n")
	if len(entry) == 0 && (strings.Contains(first, "rc.common") || strings.Contains(first, "openrc-run") || strings.Contains(first, "runscript")) {
		entry = []string{"boot", "start", "start_service"}
	}
	runner := &shell.Runner{World: b, Texts: &b.texts}
	runner.Emit = func(c *shell.Command) { b.command(c, chain) }
	var env map[string]string
	if strings.Contains(first, "openrc-run") || strings.Contains(first, "runscript") {
		env = shell.Vars(b.v.Read("/etc/conf.d/" + path.Base(p)))
		b.needed(src, when, append(chain[:len(chain):len(chain)], r))
	}
	runner.Script(r, src, append([]string{"/" + r}, args...), when, env, entry...)
}

// text reads a command line as a script of its own.
func (b *booter) text(line string, file string, no int, when, chain []string, env map[string]string) {
	if b.budget--; b.budget < 0 {
		return
	}
	runner := &shell.Runner{World: b, Texts: &b.texts}
	here := fmt.Sprintf("%s:%d", file, no)
	runner.Emit = func(c *shell.Command) {
		c.File, c.Line = file, no
		b.argv(c, c.Argv, append(chain[:len(chain):len(chain)], here))
	}
	runner.Script(file, line, []string{"sh"}, when, env)
}

func (b *booter) command(c *shell.Command, chain []string) {
	b.argv(c, c.Argv, append(chain[:len(chain):len(chain)], fmt.Sprintf("%s:%d", c.File, c.Line)))
}

// wrappers run what follows their own arguments.
var wrappers = map[string]int{"nohup": 0, "setsid": 0, "exec": 0, "command": 0, "time": 0, "sudo": 0, "stdbuf": 1, "busybox": 0, "env": 0, "nice": 0, "ionice": 0, "timeout": 1,
	"taskset": 1, "chroot": 1, "service_start": 0, "daemon": 0, "procd_set_param": 1, "respawn": 0, "daemonize": 0, "softlimit": 0, "cttyhack": 0, "linux32": 0, "watchdog_run": 0,
	"toybox": 0, "toolbox": 0, "start_daemon": 0, "daemontools": 0}

func (b *booter) argv(c *shell.Command, argv []string, chain []string) {
	if len(argv) == 0 || argv[0] == "" || len(chain) > 20 {
		return
	}
	base := path.Base(argv[0])
	if skip, ok := wrappers[base]; ok && (base != "busybox" || len(argv) > 1) && (base != "procd_set_param" || len(argv) > 1 && argv[1] == "command") {
		rest := argv[1:]
		for len(rest) > 0 && (strings.HasPrefix(rest[0], "-") || base == "env" && strings.Contains(rest[0], "=")) {
			if (rest[0] == "-n" || rest[0] == "-u" || rest[0] == "-c") && len(rest) > 1 {
				rest = rest[1:]
			}
			rest = rest[1:]
		}
		if len(rest) > skip {
			before := len(b.launches)
			b.argv(c, rest[skip:], chain)
			if box := b.v.find(argv[0]); base == "busybox" && box != "" {
				for i := before; i < len(b.launches); i++ {
					b.launches[i].program = nonEmpty(b.launches[i].program, box)
				}
			}
		}
		return
	}
	switch base {
	case "procd_append_param":
		if n := len(b.launches); n > 0 && len(argv) > 2 && argv[1] == "command" {
			l := &b.launches[n-1]
			l.argv = append(l.argv[:len(l.argv):len(l.argv)], argv[2:]...)
		}
		return
	case "procd_open_instance", "procd_close_instance", "procd_set_param":
		return
	case "mount":
		if p := argv[len(argv)-1]; strings.HasPrefix(p, "/") && len(b.mounts) < 100 && !contains(b.mounts, p) {
			b.mounts = append(b.mounts, p)
		}
	case "setprop":
		if len(argv) > 2 && b.started && len(c.When) == 0 {
			b.props()[argv[1]] = argv[2]
		}
	case "cat", "echo", "printf":
		b.writes(c, argv)
		if strings.HasPrefix(c.Into, "/proc/sys/kernel/") && argv[0] != "cat" {
			b.kernelHelper(c, printed(argv), chain)
		}
	case "at", "batch", "ubus":
		b.handedOver(c, argv, chain)
	case "sh", "ash", "bash", "dash", "su", "/bin/sh":
		b.subShell(c, argv, chain)
		return
	case "tcpsvd", "udpsvd", "tcpserver":
		if rest := perConnection(argv); rest != nil {
			b.argv(c, rest, chain)
		}
	case "start-stop-daemon":
		b.startStop(c, argv, chain)
		return
	case "service", "invoke-rc.d", "rc-service":
		if len(argv) > 2 && (argv[2] == "start" || argv[2] == "restart") {
			b.call("/etc/init.d/"+argv[1], argv[2:], c, chain)
		}
		return
	case "systemctl":
		for i, a := range argv[1:] {
			if (a == "start" || a == "restart") && i+2 < len(argv) {
				b.unit(unitName(argv[i+2]), c.When, chain, map[string]bool{})
			}
		}
		return
	case "run-parts":
		for _, p := range b.v.Glob(strings.TrimSuffix(argv[len(argv)-1], "/") + "/*") {
			b.call(p, nil, c, chain)
		}
		return
	case "ifup":
		b.bringUp(c, argv, chain)
	case "rc", "rc.sysinit":
		if len(argv) > 1 {
			b.runlevel(argv[1], c.When, chain)
		}
	}
	b.call(argv[0], argv[1:], c, chain)
	b.scriptGiven(c, argv, chain)
}

// subShell reads sh -c TEXT, su USER -c TEXT and sh FILE.
func (b *booter) subShell(c *shell.Command, argv, chain []string) {
	for i := 1; i < len(argv); i++ {
		if strings.HasPrefix(argv[i], "-") && strings.HasSuffix(argv[i], "c") && i+1 < len(argv) {
			if b.budget--; b.budget < 0 {
				return
			}
			runner := &shell.Runner{World: b, Texts: &b.texts}
			runner.Emit = func(k *shell.Command) { b.argv(k, k.Argv, chain) }
			runner.Script(c.File, argv[i+1], []string{"sh"}, c.When, c.Env)
			return
		}
		if strings.HasPrefix(argv[i], "inetd:") { // its ends are a connection
			break
		}
		if !strings.HasPrefix(argv[i], "-") && path.Base(argv[0]) != "su" {
			b.call(argv[i], argv[i+1:], c, chain)
			return
		}
	}
	if c.Input != "" && len(chain) < 16 {
		b.text(c.Input, c.File, c.Line, c.When, chain, c.Env)
	}
	b.record(c, argv, "", chain)
}

func (b *booter) startStop(c *shell.Command, argv, chain []string) {
	prog, start := "", false
	var args []string
	for i := 1; i < len(argv); i++ {
		a := argv[i]
		next := ""
		if i+1 < len(argv) {
			next = argv[i+1]
		}
		switch {
		case a == "--":
			args = argv[i+1:]
			i = len(argv)
		case a == "--start":
			start = true
		case a == "--exec" || a == "--startas":
			prog = next
			i++
		case strings.HasPrefix(a, "--exec="):
			prog = strings.TrimPrefix(a, "--exec=")
		case strings.HasPrefix(a, "--"):
		case strings.HasPrefix(a, "-"):
			start = start || strings.Contains(a, "S")
			if strings.HasSuffix(a, "x") || strings.HasSuffix(a, "a") {
				prog = next
				i++
			} else if strings.HasSuffix(a, "p") || strings.HasSuffix(a, "n") || strings.HasSuffix(a, "c") || strings.HasSuffix(a, "u") {
				i++
			}
		}
	}
	if start && prog != "" {
		b.call(prog, args, c, chain)
	}
}

// call goes into a script or records a program.
func (b *booter) call(name string, args []string, c *shell.Command, chain []string) {
	p := b.v.find(name)
	if e := b.v.nodes[p]; e != nil && e.Node.Object != nil && isScript(e.Node.Object) {
		if foreignHead(e.Node.Object) {
			b.foreign(p, c, append(chain[:len(chain):len(chain)], p))
		}
		if len(args) > 0 && args[0] == "enable" && strings.Contains(b.v.Read(p), "rc.common") { // links itself into the start
			args = []string{"start"}
		}
		b.run(p, args, c.When, chain)
		b.record(c, append([]string{name}, args...), p, chain)
		return
	}
	if runsScripts.MatchString(path.Base(name)) {
		b.interpreted(args, c, chain)
	}
	if text := b.written[path.Clean("/"+name)]; p == "" && text != "" && len(chain) < 16 {
		b.text(text, strings.TrimPrefix(name, "/"), 1, c.When, chain, c.Env)
	} else if p == "" && strings.HasPrefix(name, "/") && b.started && len(b.away) < 200 {
		b.away = append(b.away, away{name, args, c.When, chain})
	}
	b.record(c, append([]string{name}, args...), p, chain)
}

func isScript(o *unpack.Object) bool { return o.Type == "script" || o.Type == "text" }

func (b *booter) record(c *shell.Command, argv []string, program string, chain []string) {
	if len(b.launches) > 20_000 {
		return
	}
	b.launches = append(b.launches, launch{name: path.Base(argv[0]), argv: argv, program: program, when: apartFromItself(c.When, path.Base(argv[0])), chain: chain,
		input: c.Input, into: c.Into, pipedTo: c.PipedTo, pipedFrom: c.PipedFrom, started: b.started})
}

// inittab reads BusyBox and System V tables; without one BusyBox runs rcS.
func (b *booter) inittab() {
	src := b.v.Read("/etc/inittab")
	level := ""
	for _, l := range strings.Split(src, "\n") {
		if f := strings.SplitN(l, ":", 4); len(f) == 4 && f[2] == "initdefault" {
			level = f[1]
		}
	}
	for i, l := range strings.Split(src, "\n") {
		l = strings.TrimSpace(l)
		f := strings.SplitN(l, ":", 4)
		if len(f) < 4 || strings.HasPrefix(l, "#") {
			continue
		}
		var when []string
		switch f[2] {
		case "sysinit", "wait", "once", "respawn", "boot", "bootwait", "respawnlate":
		case "askfirst", "askconsole", "askconsolelate":
			when = []string{"when a key is pressed on the console"}
		case "ondemand", "powerfail", "ctrlaltdel", "restart", "shutdown", "off", "initdefault":
			continue
		default:
			continue
		}
		if level != "" && f[1] != "" && f[2] != "sysinit" && f[2] != "boot" && f[2] != "bootwait" && !strings.Contains(f[1], level) {
			when = append(when, "run level "+f[1]+" (default: "+level+")")
		}
		b.text(strings.TrimLeft(f[3], "-+"), "etc/inittab", i+1, when, nil, nil)
	}
	if level != "" {
		b.runlevel("S", nil, []string{"etc/inittab"})
		b.runlevel(level, nil, []string{"etc/inittab"})
	}
}

// initScripts starts what init runs without a table.
func (b *booter) initScripts() {
	start := []string{"/init", "/linuxrc", "/etc/preinit", "/sbin/preinit", "/etc/init.d/rcS", "/etc/rcS", "/etc/rc", "/etc/rc.sysinit"}
	for _, p := range start {
		r := b.v.resolve(p)
		e := b.v.nodes[r]
		if e == nil || e.Node.Object == nil || !isScript(e.Node.Object) || b.scripts[r] {
			continue
		}
		// With a table, only what it names counts; preinit and init run before any.
		if b.v.has("etc/inittab") && strings.HasPrefix(p, "/etc/") && p != "/etc/preinit" {
			continue
		}
		b.run(p, []string{"start"}, nil, []string{"init"})
	}
	// BusyBox's rcS in turn names these by custom; Buildroot and many vendors keep to it.
	if r := b.v.resolve("/etc/init.d/rcS"); r == "" && !b.v.has("etc/inittab") {
		for _, p := range b.v.Glob("/etc/init.d/S[0-9]*") {
			b.run(p, []string{"start"}, nil, []string{"init"})
		}
	}
}

// runlevel starts the S links of one System V level.
func (b *booter) runlevel(level string, when, chain []string) {
	for _, pat := range []string{"/etc/rc" + level + ".d/S*", "/etc/rc.d/rc" + level + ".d/S*"} {
		for _, p := range b.v.Glob(pat) {
			b.run(p, []string{"start"}, when, append(chain[:len(chain):len(chain)], strings.TrimPrefix(p, "/")))
		}
	}
}

// rcLinks are links that enable a script by being there: OpenWrt's rc.d, OpenRC's runlevels, System V without a table.
func (b *booter) rcLinks() {
	for _, pat := range []string{"/etc/rc.d/S*", "/etc/runlevels/default/*", "/etc/runlevels/boot/*", "/etc/runlevels/sysinit/*"} {
		for _, p := range b.v.Glob(pat) {
			b.run(p, []string{"start"}, nil, []string{strings.TrimPrefix(p, "/")})
		}
	}
	systemd := b.v.resolve("/lib/systemd/systemd") != "" || b.v.resolve("/usr/lib/systemd/systemd") != ""
	if !b.v.has("etc/inittab") && !systemd {
		for _, l := range []string{"S", "2", "3", "5"} {
			if len(b.v.Glob("/etc/rc"+l+".d/S*")) > 0 {
				b.runlevel(l, nil, nil)
			}
		}
	}
}

// rest reads the scripts nothing was seen to start, so that what they would start is known, as not started.
func (b *booter) rest() {
	b.started = false
	for _, p := range b.v.ordered {
		e := b.v.nodes[p]
		if e.Node.Object == nil || e.Node.Object.Type != "script" || b.scripts[p] || e.Node.Size > 256<<10 {
			continue
		}
		if strings.Contains(p, "/doc/") || strings.Contains(p, "/examples/") {
			continue
		}
		if first := string(contentOf(e.Node.Object, 64)); !strings.Contains(first, "sh") && !strings.Contains(first, "rc.common") && !strings.Contains(first, "openrc") && !strings.Contains(first, "execline") {
			continue
		}
		b.run(p, []string{"start"}, nil, []string{"(nothing seen to start it)"})
	}
	b.started = true
}
