package inspect

import (
	"fmt"
	"path"
	"regexp"
	"sort"
	"strings"

	"telltale/internal/firmware/shell"
	"telltale/internal/firmware/unpack"
)

// services turns launches into the list of what runs, and into findings about ways in.
func (in *inspector) services() {
	for _, v := range in.volumes {
		b := in.boots[v]
		best := map[string]Service{}
		var order []string
		for i := range b.launches {
			l := &b.launches[i]
			in.setPasswords(v, l)
			in.fetchAndRun(v, b.launches, i)
			in.rawShell(v, l)
			in.givesRights(v, l)
			d := in.daemon(l)
			if d == nil {
				continue
			}
			s := service(v, l, d)
			in.daemonFinding(v, l, d, &s)
			key := s.Name + " " + s.Command
			old, ok := best[key]
			if !ok {
				order = append(order, key)
			}
			if !ok || rank(s.State) > rank(old.State) {
				best[key] = s
			}
		}
		for _, k := range order {
			in.rep.Services = append(in.rep.Services, best[k])
		}
		in.hiddenTelnet(v, b)
	}
}

func rank(state string) int { return strings.Index("not-started conditional unconditional", state) }

// daemon returns the fact on what a launch starts. A script that only carries a daemon's name is not the daemon.
func (in *inspector) daemon(l *launch) *Daemon {
	name := l.name
	if base := path.Base(l.program); l.program != "" && in.facts.daemons[base] != nil && base != "busybox" {
		name = base
	}
	d := in.facts.daemons[name]
	if d == nil && strings.HasPrefix(name, "in.") {
		d = in.facts.daemons[strings.TrimPrefix(name, "in.")]
	}
	if d == nil {
		return nil
	}
	for _, a := range l.argv[1:] {
		if a == "--help" || a == "-?" || a == "-V" || a == "--version" || a == "stop" || d.Kind == "ssh" && (a == "-t" || a == "-T" || a == "-G") || testsSettings.MatchString(name+" "+a) {
			return nil
		}
	}
	return d
}

// testsSettings is a web server told to look at its settings only.
var testsSettings = regexp.MustCompile(`^(?:nginx|lighttpd|apache2|httpd) -(?:tt?|T|configtest)$`)

func service(v *volume, l *launch, d *Daemon) Service {
	s := Service{Name: l.name, Kind: d.Kind, Command: strings.Join(visible(l.argv), " "), Conditions: l.when, Chain: l.chain, Volume: v.name, Program: l.program, State: "unconditional"}
	if len(l.when) > 0 {
		s.State = "conditional"
	}
	if !l.started {
		s.State = "not-started"
	}
	port := d.Port
	for i, a := range l.argv {
		if svc, ok := strings.CutPrefix(a, "inetd:"); ok {
			if svc != "" && svc[0] >= '0' && svc[0] <= '9' {
				port = "tcp/" + svc
			}
			continue
		}
		if d.PortArg == "" {
			continue
		}
		val := ""
		if a == d.PortArg && i+1 < len(l.argv) {
			val = l.argv[i+1]
		} else if strings.HasPrefix(a, d.PortArg) && len(a) > len(d.PortArg) && a[len(d.PortArg)] != '-' {
			val = strings.TrimPrefix(a[len(d.PortArg):], "=")
		}
		if val != "" {
			val = val[strings.LastIndexByte(val, ':')+1:]
			if _, err := fmt.Sscanf(val, "%d", new(int)); err == nil {
				proto, _, _ := strings.Cut(nonEmpty(d.Port, "tcp/"), "/")
				port = proto + "/" + val
			}
		}
	}
	if port != "" {
		s.Ports = []string{port}
	}
	return s
}

// never says that one of the conditions cannot hold.
func never(when []string) bool {
	for _, w := range when {
		if strings.HasSuffix(w, shell.Never) {
			return true
		}
	}
	return false
}

func visible(argv []string) []string {
	var out []string
	for _, a := range argv {
		if !strings.HasPrefix(a, "inetd:") {
			out = append(out, a)
		}
	}
	return out
}

func (in *inspector) daemonFinding(v *volume, l *launch, d *Daemon, s *Service) {
	if d.Finding == "" {
		return
	}
	if on, _ := debugBridge(in.boots[v].props()); on && d.Kind == "adb" {
		return // judged by its properties, once
	}
	lv := d.Level
	how := "started at every boot, without condition"
	switch s.State {
	case "conditional":
		lv, how = d.Conditional, "started when: "+strings.Join(l.when, "; and ")
		if never(l.when) {
			lv = Note
		}
	case "not-started":
		lv, how = Note, "a script would start it; nothing was seen to run that script"
	}
	if onLoopback(d, l.argv) {
		lv, how = Note, how+"; it listens for the device itself alone"
	}
	missing := ""
	if l.program == "" {
		missing = "; the program itself is not in this file system"
		// What is not there cannot run, unless another volume brings it.
		if !in.elsewhere(l.name) && lv.Rank() > Note.Rank() {
			lv = lower(lv)
		}
	}
	args := " " + strings.Join(l.argv[1:], " ") + " "
	if d.Kind == "ssh" && s.State == "unconditional" && lv.Rank() > Note.Rank() {
		if emptyAllowed(v, l, args) {
			lv = Confirmed
		} else if keysOnly(v, l) {
			lv, how = Note, how+"; it takes keys, no passwords"
		}
	}
	if d.Kind == "terminal" && lv.Rank() > Note.Rank() && len(l.when) == 0 && freeTerminal(l.argv) {
		lv = Confirmed
	}
	if d.Kind == "adb" && in.boots[v].props()["ro.adb.secure"] == "1" && lv.Rank() > Suspicious.Rank() {
		lv = Suspicious
	}
	use := d.Use
	if d.Kind == "telnet" && (strings.Contains(args, "/sh ") || strings.Contains(args, "/bash ") || strings.Contains(args, "/ash ") || strings.Contains(args, "-l sh ")) {
		use = "a connection to the port: the shell is given without a login"
	}
	in.add(Finding{ID: d.Finding, Level: lv, Rule: "boot-graph", Value: l.name, Path: chainFile(l.chain), Line: chainLine(l.chain), Where: v.name + "/" + last(l.chain), Region: v.name, Conditions: l.when,
		Title:    fmt.Sprintf("%s (%s) is %s%s", l.name, nonEmpty(strings.Join(s.Ports, ", "), "no fixed port"), how, missing),
		Evidence: s.Command + "  [" + strings.Join(l.chain, " → ") + "]", Consequence: d.Consequence, Use: use,
		Control: "the chain from init to the command was followed; files and settings are judged as shipped; a program that is only present is not reported"})
}

// onLoopback says that a server is told to listen on the device's own address.
func onLoopback(d *Daemon, argv []string) bool {
	for i, a := range argv {
		if d.BindArg != "" && a == d.BindArg && i+1 < len(argv) {
			a = argv[i+1]
		} else if d.BindArg == "" || !strings.HasPrefix(a, d.BindArg) {
			continue
		}
		if a = strings.TrimPrefix(a, d.BindArg); strings.HasPrefix(a, "127.") || strings.HasPrefix(a, "localhost") || strings.HasPrefix(a, "[::1]") || a == "::1" {
			return true
		}
	}
	return false
}

// elsewhere says that some volume has a program of that name.
func (in *inspector) elsewhere(name string) bool {
	for _, v := range in.volumes {
		if v.find(name) != "" {
			return true
		}
	}
	return false
}

func lower(l Level) Level {
	switch l {
	case Confirmed:
		return Probable
	case Probable:
		return Suspicious
	}
	return Note
}

// hiddenTelnet looks for telnet command lines inside programs: the shell graph cannot see what a program itself starts.
func (in *inspector) hiddenTelnet(v *volume, b *booter) {
	started := map[string]*launch{}
	for i := range b.launches {
		if l := &b.launches[i]; l.started && l.program != "" {
			if old := started[l.program]; old == nil || len(l.when) < len(old.when) {
				started[l.program] = l
			}
		}
	}
	for _, f := range in.files {
		if f.vol != v || f.kind != "elf" && !foreignScript(f) || f.doc() || len(f.c.hits["BusyBox v"]) > 0 || f.base() == "telnetd" || foreignScript(f) && b.scripts[f.path] {
			continue
		}
		text, off, ok := f.c.telnetCommands()
		if !ok {
			continue
		}
		lv, how := Note, "nothing was seen to start this program"
		if l := started[f.path]; l != nil {
			lv, how = Suspicious, "the program is started at boot ("+strings.Join(l.chain, " → ")+")"
		}
		in.add(f.at(Finding{ID: "daemon.telnet-at-boot", Level: lv, Rule: "telnet-string", Value: f.base(), Title: fmt.Sprintf("Program %s holds a command that starts telnet; %s", f.base(), how), Evidence: text,
			Consequence: "the program can open a telnet login; on which trigger is in its code, not in scripts", Use: "whatever makes the program run that command", Control: "the text is a command line, not a name or help; BusyBox itself is left out"}, off))
	}
}

// foreignScript says that a script is in a language the boot graph does not read.
func foreignScript(f *file) bool {
	return f.kind == "script" && foreignHead(f.obj)
}

func foreignHead(o *unpack.Object) bool {
	first, _, _ := strings.Cut(string(contentOf(o, 64)), "\n")
	if !strings.HasPrefix(first, "#!") {
		return false
	}
	for _, l := range []string{"python", "perl", "lua", "php", "tcl", "ruby", "node"} {
		if strings.Contains(first, l) {
			return true
		}
	}
	return false
}

// debugBridge says whether an image's properties, as shipped and as its init sets them, switch the bridge on, and on which TCP port.
func debugBridge(props map[string]string) (on bool, port string) {
	usb := nonEmpty(props["persist.sys.usb.config"], props["sys.usb.config"])
	port = nonEmpty(props["service.adb.tcp.port"], props["persist.adb.tcp.port"])
	if port == "-1" || port == "0" {
		port = ""
	}
	return port != "" || strings.Contains(usb, "adb") || props["persist.service.adb.enable"] == "1", port
}

// property is a property as shipped by any volume of the image: systems split theirs over partitions.
func (in *inspector) property(name string) string {
	for _, v := range in.volumes {
		if val := in.boots[v].props()[name]; val != "" {
			return val
		}
	}
	return ""
}

// adb judges Android's debug bridge by its properties.
func (in *inspector) adb() {
	for _, v := range in.volumes {
		b := in.boots[v]
		props := b.props()
		on, port := debugBridge(props)
		if !on {
			continue
		}
		tcp := port != ""
		file := ""
		for _, p := range append(propFiles[:len(propFiles):len(propFiles)], "init.rc") {
			if strings.Contains(v.Read(p), "adb") {
				file = p
				break
			}
		}
		secure := nonEmpty(props["ro.adb.secure"], in.property("ro.adb.secure"))
		open := secure == "0" || secure == "" && tcp || props["ro.secure"] == "0" || secure == "" && props["ro.debuggable"] == "1"
		lv, title := Suspicious, "The Android debug bridge is on at boot; it asks for a key"
		if open {
			lv, title = Confirmed, "The Android debug bridge is on at boot and lets anybody in"
		}
		if tcp {
			title += ", over the network on TCP port " + port
		}
		var ports []string
		if tcp {
			ports = []string{"tcp/" + port}
		}
		var ev []string
		for _, k := range []string{"ro.adb.secure", "ro.secure", "ro.debuggable", "persist.sys.usb.config", "service.adb.tcp.port", "persist.adb.tcp.port"} {
			if props[k] != "" {
				ev = append(ev, k+"="+props[k])
			}
		}
		sort.Strings(ev)
		in.rep.Services = append(in.rep.Services, Service{Name: "adbd", Kind: "adb", Command: "adbd", State: "unconditional", Ports: ports, Chain: []string{file}, Volume: v.name})
		in.add(Finding{ID: "daemon.adb-at-boot", Level: lv, Rule: "android-properties", Value: "adbd", Path: file, Where: v.name + "/" + file, Region: v.name, Title: title, Evidence: strings.Join(ev, " "),
			Consequence: "a command line on the device, as root where the build is debuggable", Use: "a cable, or the network port when one is set", Control: "only properties the image ships or its init sets at every boot are read; an image that sets none is not reported"})
	}
}
