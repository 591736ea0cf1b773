package inspect

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"telltale/internal/firmware/shell"
)

// upstart reads jobs: "start on" says when, exec or a script what.
func (b *booter) upstart() {
	for _, p := range b.v.Glob("/etc/init/*.conf") {
		j := readJob(b.v.Read(p) + "\n" + b.v.Read(strings.TrimSuffix(p, ".conf")+".override"))
		file := strings.TrimPrefix(p, "/")
		keep := b.started
		b.started = j.on != "" && !j.manual
		var when []string
		if on := j.on; !strings.Contains(on, "runlevel") && !strings.Contains(on, "startup") && !strings.Contains(on, "filesystem") && !strings.Contains(on, "net-device-up") && !strings.Contains(on, "started") {
			when = []string{"on " + on}
		}
		b.text(j.run, file, j.line, when, []string{"upstart"}, nil)
		b.started = keep
	}
}

type job struct {
	on, run string
	manual  bool
	line    int
}

func readJob(src string) job {
	var j job
	inside := ""
	for i, l := range strings.Split(src, "\n") {
		t := strings.TrimSpace(l)
		switch {
		case inside != "":
			if t == "end script" {
				inside = ""
			} else if inside != "stop" {
				j.run += l + "\n"
			}
		case strings.HasPrefix(t, "start on "):
			j.on = strings.TrimPrefix(t, "start on ")
		case t == "manual":
			j.manual = true
		case strings.HasPrefix(t, "exec "):
			j.run, j.line = j.run+strings.TrimPrefix(t, "exec ")+"\n", i+1
		case strings.HasSuffix(t, "script"):
			inside, j.line = "start", i+1
			if strings.Contains(t, "stop") {
				inside = "stop"
			}
		}
	}
	return j
}

// supervised are the folders whose services runit and s6 start.
var supervised = []string{"/etc/service", "/service", "/var/service", "/etc/runit/runsvdir/default", "/etc/runit/runsvdir/current", "/etc/s6", "/etc/services.d", "/run/service"}

// supervisors: runit, s6 and supervisord keep services in folders and tables.
func (b *booter) supervisors() {
	for _, dir := range supervised {
		for _, p := range b.v.Glob(dir + "/*/run") {
			b.supervisedBy(p, "service supervisor")
		}
	}
	for _, dir := range []string{"/etc/s6-overlay/s6-rc.d", "/etc/s6-rc/source", "/etc/s6-rc.d"} {
		for _, p := range append(b.v.Glob(dir+"/user/contents.d/*"), b.v.Glob(dir+"/default/contents.d/*")...) {
			for _, run := range []string{"run", "up"} {
				b.supervisedBy(dir+"/"+path.Base(p)+"/"+run, "s6-rc")
			}
		}
	}
	for _, p := range append(b.v.Glob("/etc/supervisor/conf.d/*.conf"), "/etc/supervisord.conf") {
		auto, cmd, line := true, "", 0
		flush := func() {
			if cmd != "" && auto {
				b.text(cmd, strings.TrimPrefix(p, "/"), line, nil, []string{"supervisord"}, nil)
			}
			auto, cmd = true, ""
		}
		for i, l := range strings.Split(b.v.Read(p), "\n") {
			k, v, _ := strings.Cut(strings.TrimSpace(l), "=")
			switch k = strings.TrimSpace(k); {
			case strings.HasPrefix(k, "["):
				flush()
			case k == "command":
				cmd, line = strings.TrimSpace(v), i+1
			case k == "autostart":
				auto = strings.TrimSpace(v) != "false"
			}
		}
		flush()
	}
}

// supervisedBy runs a service's script; a file "down" beside it keeps it from starting by itself.
func (b *booter) supervisedBy(run, by string) {
	keep := b.started
	b.started = keep && !b.v.has(path.Join(path.Dir(b.v.resolve(run)), "down"))
	b.run(run, nil, nil, []string{by})
	b.started = keep
}

// superServers: inetd and xinetd start a server when somebody connects, if they run themselves.
func (b *booter) superServers() {
	host, when := b.running("inetd", "xinetd")
	tables := append([]string{"/etc/inetd.conf"}, b.v.Glob("/etc/inetd.d/*")...)
	if host != nil && len(host.argv) > 1 {
		if p := host.argv[len(host.argv)-1]; strings.HasPrefix(p, "/") && !contains(tables, p) {
			tables = append(tables, p)
		}
	}
	for _, p := range tables {
		for i, l := range strings.Split(b.v.Read(p), "\n") {
			f := strings.Fields(l)
			if len(f) < 6 || strings.HasPrefix(f[0], "#") {
				continue
			}
			argv := f[5:]
			if len(f) > 6 {
				argv = append([]string{f[5]}, f[7:]...)
			}
			b.served(argv, f[0], p, i+1, host, when)
		}
	}
	for _, p := range append([]string{"/etc/xinetd.conf"}, b.v.Glob("/etc/xinetd.d/*")...) {
		var name, server, args, disable string
		line := 0
		for i, l := range strings.Split(b.v.Read(p), "\n") {
			l = strings.TrimSpace(l)
			if n, ok := strings.CutPrefix(l, "service "); ok {
				name, line, server, args, disable = strings.Fields(n + " ?")[0], i+1, "", "", ""
			}
			k, v, _ := strings.Cut(l, "=")
			switch v = strings.TrimSpace(v); strings.TrimSpace(k) {
			case "server":
				server = v
			case "server_args":
				args = v
			case "disable":
				disable = v
			}
			if l == "}" && server != "" {
				w := when
				if disable == "yes" {
					w = append(w[:len(w):len(w)], "disable is set to no (as shipped: yes)")
				}
				b.served(append([]string{server}, strings.Fields(args)...), name, p, line, host, w)
			}
		}
	}
}

// served records what a super server would start.
func (b *booter) served(argv []string, service, p string, line int, host *launch, when []string) {
	keep := b.started
	chain := []string{fmt.Sprintf("%s:%d", strings.TrimPrefix(p, "/"), line)}
	if host == nil {
		b.started = false
	} else {
		chain = append(append([]string(nil), host.chain...), chain...)
	}
	b.argv(&shell.Command{Argv: argv, When: when, File: p, Line: line}, append(argv, "inetd:"+service), chain)
	b.started = keep
}

// running finds the launch of one of the programs, preferring one without conditions.
func (b *booter) running(names ...string) (*launch, []string) {
	var best *launch
	for i := range b.launches {
		l := &b.launches[i]
		if l.started && contains(names, l.name) && (best == nil || len(l.when) < len(best.when)) {
			best = l
		}
	}
	if best == nil {
		return nil, nil
	}
	return best, best.when
}

// cron tables: each line runs on its schedule, if the daemon runs.
func (b *booter) cron() {
	host, when := b.running("crond", "cron", "busybox-crond")
	var files []string
	for _, pat := range []string{"/etc/crontab", "/etc/crontabs/*", "/etc/cron.d/*", "/var/spool/cron/*", "/var/spool/cron/crontabs/*"} {
		files = append(files, b.v.Glob(pat)...)
	}
	for _, p := range files {
		withUser := p == "/etc/crontab" || strings.HasPrefix(p, "/etc/cron.d/")
		for i, l := range strings.Split(b.v.Read(p), "\n") {
			f := strings.Fields(l)
			n := 5
			if len(f) > 0 && strings.HasPrefix(f[0], "@") {
				n = 1
			}
			if withUser {
				n++
			}
			if len(f) <= n || strings.HasPrefix(f[0], "#") || strings.Contains(f[0], "=") {
				continue
			}
			keep := b.started
			chain := []string{}
			if host == nil {
				b.started = false
			} else {
				chain = append(chain, host.chain...)
			}
			b.text(strings.Join(f[n:], " "), strings.TrimPrefix(p, "/"), i+1, when, chain, nil)
			b.started = keep
		}
	}
}

// mdevCommand is what a line of BusyBox's device table runs: after @ when a device comes, $ when it goes, * both.
var mdevCommand = regexp.MustCompile(`^[^#\s]\S*\s+\S+\s+\d+\s+(?:[=>!]\S*\s+)?[@*](\S.*)$`)

// events: scripts a hot-plug, network or login event runs.
func (b *booter) events() {
	for _, e := range []struct{ pat, what string }{
		{"/etc/hotplug.d/*/*", "a hot-plug event"}, {"/etc/hotplug/*", "a hot-plug event"}, {"/etc/network/if-up.d/*", "a network interface comes up"}, {"/etc/ppp/ip-up.d/*", "a dialled link comes up"},
		{"/etc/ppp/ip-up", "a dialled link comes up"}, {"/etc/udhcpc.script", "an address is assigned"}, {"/usr/share/udhcpc/default.script", "an address is assigned"}, {"/etc/profile", "somebody logs in"}, {"/etc/profile.d/*.sh", "somebody logs in"}, {"/etc/acpi/*.sh", "a power event"},
		{"/etc/rc.button/*", "a button is pressed"}, {"/etc/ifplugd/ifplugd.action", "a cable is plugged in"}, {"/etc/NetworkManager/dispatcher.d/*", "a network interface comes up"},
	} {
		for _, p := range b.v.Glob(e.pat) {
			if !b.scripts[b.v.resolve(p)] {
				b.run(p, []string{"$1", "$2", "$3"}, []string{"when " + e.what}, []string{strings.TrimPrefix(p, "/")})
			}
		}
	}
	b.interfaceEvents()
	for _, p := range b.v.Glob("/etc/acpi/events/*") {
		for i, l := range strings.Split(b.v.Read(p), "\n") {
			if cmd, ok := strings.CutPrefix(strings.TrimSpace(l), "action="); ok {
				b.text(cmd, strings.TrimPrefix(p, "/"), i+1, []string{"when a button is pressed"}, nil, nil)
			}
		}
	}
	for i, l := range strings.Split(b.v.Read("/etc/mdev.conf"), "\n") {
		if m := mdevCommand.FindStringSubmatch(l); m != nil {
			b.text(m[1], "etc/mdev.conf", i+1, []string{"when a device is plugged in"}, nil, nil)
		}
	}
	for _, p := range append(b.v.Glob("/etc/udev/rules.d/*"), b.v.Glob("/lib/udev/rules.d/*")...) {
		for i, l := range strings.Split(b.v.Read(p), "\n") {
			if _, cmd, ok := strings.Cut(l, `RUN+="`); ok && !strings.HasPrefix(l, "#") {
				cmd, _, _ = strings.Cut(cmd, `"`)
				b.text(cmd, strings.TrimPrefix(p, "/"), i+1, []string{"when a device is plugged in"}, nil, nil)
			}
		}
	}
}
