package inspect

import (
	"path"
	"regexp"
	"strings"

	"telltale/internal/firmware/shell"
)

// Further programs that start others: finit, dinit, monit, and the tables of network interfaces.

// finit reads its tables: KEYWORD [LEVELS] <CONDITION> OPTION:VALUE COMMAND -- TEXT.
func (b *booter) finit() {
	if b.v.find("finit") == "" {
		return
	}
	for _, p := range append(append([]string{"/etc/finit.conf"}, b.v.Glob("/etc/finit.d/*.conf")...), b.v.Glob("/etc/finit.d/enabled/*.conf")...) {
		for i, l := range strings.Split(b.v.Read(p), "\n") {
			f := strings.Fields(l)
			if len(f) < 2 || !contains([]string{"service", "task", "run", "sysv"}, f[0]) {
				continue
			}
			var when []string
			rest := f[1:]
			for ; len(rest) > 0 && rest[0][0] != '/'; rest = rest[1:] {
				switch o := rest[0]; {
				case o[0] == '<' && strings.Contains(o, "usr/"):
					when = append(when, "the condition "+strings.Trim(o, "<>"))
				case o[0] == '[' && !strings.ContainsAny(o, "S2345789"):
					when = append(when, "run level "+strings.Trim(o, "[]"))
				}
			}
			line, _, _ := strings.Cut(strings.Join(rest, " "), " -- ")
			b.text(line, strings.TrimPrefix(p, "/"), i+1, when, []string{"finit"}, nil)
		}
	}
}

// dinit follows the services its first one, boot, depends on and waits for.
func (b *booter) dinit() {
	if b.v.find("dinit") == "" {
		return
	}
	b.dinitService("boot", []string{"dinit"}, map[string]bool{})
}

func (b *booter) dinitService(name string, chain []string, seen map[string]bool) {
	if seen[name] || len(chain) > 16 || strings.Contains(name, "/") {
		return
	}
	seen[name] = true
	for _, dir := range []string{"/etc/dinit.d/", "/usr/lib/dinit.d/", "/lib/dinit.d/"} {
		src := b.v.Read(dir + name)
		if src == "" {
			continue
		}
		for i, l := range strings.Split(src, "\n") {
			k, v, ok := strings.Cut(l, "=")
			if !ok {
				k, v, _ = strings.Cut(l, ":")
			}
			switch v = strings.TrimSpace(v); strings.TrimSpace(k) {
			case "depends-on", "depends-ms", "waits-for":
				b.dinitService(v, append(chain[:len(chain):len(chain)], name), seen)
			case "depends-on.d", "depends-ms.d", "waits-for.d":
				if !strings.HasPrefix(v, "/") {
					v = dir + v
				}
				for _, p := range b.v.Glob(v + "/*") {
					b.dinitService(path.Base(p), append(chain[:len(chain):len(chain)], name), seen)
				}
			case "command":
				b.text(v, strings.TrimPrefix(dir+name, "/"), i+1, nil, chain, nil)
			}
		}
		return
	}
}

var monitStart = regexp.MustCompile(`^\s*start(?:\s+program)?\s*=?\s*(?:"([^"]+)"|'([^']+)')`)

// monit starts the processes it watches when they do not run, if it runs itself.
func (b *booter) monit() {
	host, when := b.running("monit")
	if host == nil {
		return
	}
	files := []string{"/etc/monitrc", "/etc/monit/monitrc"}
	for _, pat := range []string{"/etc/monit.d/*", "/etc/monit/conf.d/*", "/etc/monit/conf-enabled/*"} {
		files = append(files, b.v.Glob(pat)...)
	}
	for _, p := range files {
		process := false
		for i, l := range strings.Split(b.v.Read(p), "\n") {
			if f := strings.Fields(l); len(f) > 1 && f[0] == "check" {
				process = f[1] == "process"
			}
			if m := monitStart.FindStringSubmatch(l); m != nil && process {
				b.text(m[1]+m[2], strings.TrimPrefix(p, "/"), i+1, when, host.chain, nil)
			}
		}
	}
}

// upLine is a command a network interface runs when it comes up.
type upLine struct {
	iface, command, file string
	line                 int
	auto                 bool
}

// upLines reads the tables of network interfaces as Debian and BusyBox have them.
func (b *booter) upLines() []upLine {
	var out []upLine
	auto := map[string]bool{}
	for _, p := range append([]string{"/etc/network/interfaces"}, b.v.Glob("/etc/network/interfaces.d/*")...) {
		iface := ""
		for i, l := range strings.Split(b.v.Read(p), "\n") {
			f := strings.Fields(l)
			if len(f) < 2 {
				continue
			}
			switch f[0] {
			case "auto", "allow-auto", "allow-hotplug":
				for _, n := range f[1:] {
					auto[n] = true
				}
			case "iface":
				iface = f[1]
			case "up", "pre-up", "post-up":
				if iface != "" {
					out = append(out, upLine{iface: iface, command: strings.Join(f[1:], " "), file: strings.TrimPrefix(p, "/"), line: i + 1})
				}
			}
		}
	}
	for i := range out {
		out[i].auto = auto[out[i].iface]
	}
	return out
}

// bringUp runs what ifup makes the interfaces run: those named, with -a those marked so.
func (b *booter) bringUp(c *shell.Command, argv, chain []string) {
	for _, u := range b.upLines() {
		if contains(argv, u.iface) || u.auto && (contains(argv, "-a") || contains(argv, "--all")) {
			b.text(u.command, u.file, u.line, c.When, chain, nil)
		}
	}
}

// interfaceEvents are the same commands where nothing was seen to bring the interface up.
func (b *booter) interfaceEvents() {
	for _, u := range b.upLines() {
		b.text(u.command, u.file, u.line, []string{"when the network interface " + u.iface + " comes up"}, nil, nil)
	}
}

var openrcNeeds = regexp.MustCompile(`(?m)^\s*(?:need|want)[ \t]+([^\n#]+)`)

// needed starts the services an OpenRC script needs.
func (b *booter) needed(src string, when, chain []string) {
	for _, m := range openrcNeeds.FindAllStringSubmatch(src, 16) {
		for _, n := range strings.Fields(m[1]) {
			if !strings.ContainsAny(n, "$/") {
				b.run("/etc/init.d/"+n, []string{"start"}, when, chain)
			}
		}
	}
}

// foreignCall is a command a script of another language runs; the text before it on its line says whether it stands by itself.
var foreignCall = regexp.MustCompile("(?m)^([ \t]*)(?:(?:local[ \t]+|my[ \t]+)?[$\\w]+[ \t]*=[ \t]*)?(?:os\\.(?:system|popen|execute)|io\\.popen|subprocess\\.(?:call|run|Popen|check_call|check_output|getoutput)|system|exec|shell_exec|passthru)[ \t]*\\(?[ \t]*(?:\"((?:[^\"\\\\\n]|\\\\.)*)\"|'((?:[^'\\\\\n]|\\\\.)*)'|\\[([^\\]\n]*)\\])")

// foreign reads what a script in a language other than the shell's runs as constants: what
// stands at the left margin runs as the script does, what is indented on a condition that is not read.
func (b *booter) foreign(p string, c *shell.Command, chain []string) {
	src := b.v.Read(p)
	if b.scripts[p] || src == "" {
		return
	}
	b.scripts[p] = true
	for _, loc := range foreignCall.FindAllStringSubmatchIndex(src, 64) {
		group := func(i int) string {
			if loc[2*i] < 0 {
				return ""
			}
			return src[loc[2*i]:loc[2*i+1]]
		}
		line := strings.NewReplacer(`\"`, `"`, `\'`, `'`, `\\`, `\`).Replace(group(2) + group(3))
		if list := group(4); list != "" {
			line = strings.NewReplacer(",", " ").Replace(list)
		}
		when := c.When
		if group(1) != "" {
			when = append(when[:len(when):len(when)], "the program's own choice")
		}
		b.text(line, p, 1+strings.Count(src[:loc[0]], "\n"), when, chain, nil)
	}
}

// runsScripts names the interpreters of other languages.
var runsScripts = regexp.MustCompile(`^(?:python|perl|lua|luajit|ruby|php|php-cgi|php-cli|node|tclsh|[gm]?awk)[\d.]*$`)

// interpreted reads the script an interpreter is given.
func (b *booter) interpreted(args []string, c *shell.Command, chain []string) {
	for _, a := range args {
		if strings.HasPrefix(a, "-") {
			continue
		}
		if p := b.v.find(a); p != "" && b.v.nodes[p].Node.Object != nil && isScript(b.v.nodes[p].Node.Object) {
			b.foreign(p, c, append(chain[:len(chain):len(chain)], p))
		}
		return
	}
}
