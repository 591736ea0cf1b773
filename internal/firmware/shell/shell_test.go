package shell

import (
	"path"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type files map[string]string

func (f files) Exists(p string) (bool, bool, bool) {
	if _, ok := f[p]; ok {
		return true, false, true
	}
	for k := range f {
		if strings.HasPrefix(k, strings.TrimSuffix(p, "/")+"/") {
			return true, true, true
		}
	}
	return false, false, false
}
func (f files) Read(p string) string { return f[p] }
func (f files) Glob(pat string) []string {
	var out []string
	for k := range f {
		if ok, _ := path.Match(pat, k); ok {
			out = append(out, k)
		}
	}
	sort.Strings(out)
	return out
}
func (f files) Volatile(p string) bool {
	return strings.HasPrefix(p, "/tmp/") || strings.HasPrefix(p, "/proc/")
}

func TestCommandsAndConditions(t *testing.T) {
	world := files{
		"/usr/sbin/telnetd": "\x7fELF", "/etc/init.d/S10a": "telnetd -p 2323 &\n", "/etc/init.d/S20b": "[ \"$1\" = start ] && httpd",
		"/etc/default/x": "ENABLE=yes\nARGS='-l /bin/sh'\n", "/etc/model": "ABC\n", "/etc/list": "one telnetd\ntwo httpd\n",
		"/etc/config/sys": "config main 'main'\n\toption telnet '1'\n\toption off 'no'\n",
	}
	for _, c := range []struct {
		name, src string
		want      []string
	}{
		{"plain", "telnetd &", []string{"telnetd"}},
		{"comment", "# telnetd\necho hi # telnetd", nil},
		{"file there", "if [ -x /usr/sbin/telnetd ]; then telnetd; fi", []string{"telnetd"}},
		{"file not there", "if [ -f /etc/debug ]; then telnetd; fi", []string{"telnetd IF [ -f /etc/debug ] (not so as shipped)"}},
		{"volatile", "[ -f /tmp/flag ] && telnetd", []string{"telnetd IF [ -f /tmp/flag ]"}},
		{"unknown variable", `if [ "$TELNET" = 1 ]; then telnetd; fi`, []string{"telnetd IF [ $TELNET = 1 ]"}},
		{"constant off", "D=0\nif [ $D = 1 ]; then telnetd; fi", []string{"telnetd IF [ 0 = 1 ] (never so, as written)"}},
		{"constant on", "D=1\nif [ \"$D\" -eq 1 ]\nthen\n telnetd\nfi", []string{"telnetd"}},
		{"exit guard", "[ -f /tmp/x ] || exit 0\ntelnetd", []string{"telnetd IF [ -f /tmp/x ]"}},
		{"exit guard holds", "test -x /usr/sbin/telnetd || exit 0\ntelnetd", []string{"telnetd"}},
		{"exit guard fails", "[ -f /etc/nope ] || exit 0\ntelnetd", []string{"telnetd IF [ -f /etc/nope ] (not so as shipped)"}},
		{"exit guard of constants fails", "[ 0 = 1 ] || exit 0\ntelnetd", nil},
		{"after exit", "exit 0\ntelnetd", nil},
		{"case start", "case \"$1\" in\n start)\n telnetd\n ;;\n stop) killall telnetd ;;\nesac", []string{"telnetd"}},
		{"function", "start() {\n telnetd $OPT\n}\nOPT='-l /bin/login'\ncase $1 in start) start;; esac", []string{"telnetd -l /bin/login"}},
		{"sourced", ". /etc/default/x\n[ \"$ENABLE\" = yes ] && telnetd $ARGS", []string{"telnetd -l /bin/sh"}},
		{"default value", `telnetd -p ${PORT:-23}`, []string{"telnetd -p 23"}},
		{"loop over scripts", "for i in /etc/init.d/S??*; do $i start; done", []string{"/etc/init.d/S10a start", "/etc/init.d/S20b start"}},
		{"nvram", "if [ \"$(nvram get telnet)\" = 1 ]; then telnetd; fi", []string{"nvram? telnetd IF [ $(nvram get telnet) = 1 ]"}},
		{"grep", "if grep -q debug /proc/cmdline; then telnetd; fi", []string{"grep -q debug /proc/cmdline", "telnetd IF grep -q debug /proc/cmdline"}},
		{"else", "if [ -f /etc/secure ]; then :; else telnetd; fi", []string{"telnetd"}},
		{"not", "[ ! -f /etc/secure ] && telnetd", []string{"telnetd"}},
		{"cat", "M=`cat /etc/model`\ncase $M in ABC) telnetd;; *) sshd;; esac", []string{"sshd IF $M is * (as shipped: ABC)", "telnetd"}},
		{"here document", "cat <<EOF\ntelnetd\nEOF\nhttpd", []string{"cat", "httpd"}},
		{"quoted", `echo "telnetd started"; sh -c 'telnetd'`, []string{"sh -c telnetd"}},
		{"elif", "if [ $A = 1 ]; then a; elif [ $A = 2 ]; then b; else c; fi", []string{"a IF [ $A = 1 ]", "b IF not: [ $A = 1 ] & [ $A = 2 ]", "c IF not: [ $A = 1 ] & not: [ $A = 2 ]"}},
		{"grep settles", "grep -qi '^enable=\\(yes\\|on\\)$' /etc/default/x && telnetd", []string{"grep -qi ^enable=\\(yes\\|on\\)$ /etc/default/x", "telnetd"}},
		{"sed settles", "V=$(sed -n 's/^ENABLE=//p' /etc/default/x)\n[ $V = yes ] && telnetd", []string{"telnetd"}},
		{"awk in a pipe", "V=`cat /etc/default/x | grep ENABLE | awk -F= '{print $2}'`\n[ $V = no ] && telnetd", []string{"telnetd IF [ $V = no ] (not so as shipped)"}},
		{"setting in a store", "if [ \"$(uci get sys.@main[0].telnet)\" = 1 ]; then telnetd; fi", []string{"telnetd"}},
		{"setting off, guard", "config_load sys\nconfig_get_bool on main off 0\n[ $on = 1 ] || exit\ntelnetd", []string{"telnetd IF [ $on = 1 ] (not so as shipped)"}},
		{"each section", "one() { config_get v $1 telnet; [ \"$v\" = 1 ] && telnetd; }\nconfig_load sys\nconfig_foreach one main", []string{"telnetd"}},
		{"each line", "while read a b; do $b $a; done < /etc/list", []string{"telnetd one", "httpd two"}},
		{"lines of a pipe", "cat /etc/list | cut -d' ' -f2 | while read x; do $x; done", []string{"telnetd", "httpd"}},
		{"exec ends", "exec /bin/app\ntelnetd", []string{"exec /bin/app"}},
		{"exit in a sub shell", "(exit 1)\ntelnetd", []string{"telnetd"}},
		{"succeeds", "mkdir -p /x && mount -t tmpfs x /x && telnetd", []string{"mkdir -p /x", "mount -t tmpfs x /x", "telnetd"}},
		{"a medium may not", "mount /dev/sda1 /mnt && telnetd", []string{"mount /dev/sda1 /mnt", "telnetd IF mount /dev/sda1 /mnt"}},
		{"find", "find /etc/init.d -name 'S*' -exec sh {} start \\;", []string{"sh /etc/init.d/S10a start", "sh /etc/init.d/S20b start"}},
		{"redirect", "telnetd >/dev/null 2>&1 &", []string{"telnetd"}},
		{"while true", "while true; do telnetd -F; sleep 1; done", []string{"telnetd -F"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			r := &Runner{World: world}
			r.Emit = func(cmd *Command) {
				l := strings.Join(cmd.Argv, " ")
				if len(cmd.When) > 0 {
					l += " IF " + strings.Join(cmd.When, " & ")
				}
				got = append(got, l)
			}
			r.Script("/s", c.src, []string{"/s", "start"}, nil, nil)
			want := c.want
			if c.name == "nvram" {
				want = []string{"telnetd IF [ $(nvram get telnet) = 1 ]"}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("commands (-want +got):\n%s", d)
			}
		})
	}
}

func FuzzScript(f *testing.F) {
	for _, src := range []string{"printf '\\x74%b\\164' a b | tr a-z n-za-m | rev | sh", "echo H4sIAAAA | base64 -d | gunzip | sh", "V=a-b/c; x ${V##*-} ${V%%/*} ${V//[!a]/z} ${V:1:2} ${#V} ${V^^}", "n=3; if ((n+1 > 2 && !(n==4))); then let m=n*2; x $((m%5)); fi; x `expr 1 + 2`",
		"while getopts ab:c o; do x $o $OPTARG; done; while [ $# -gt 0 ]; do x $1; shift; done", "while IFS=':' read a b; do x $a $b; done < /f; alias t='x -y'; t z; trap 'x' INT; $'\\x78' [[ a == [!b]* ]]"} {
		f.Add(src)
	}
	for _, s := range []string{"if [ -f a ]; then b; fi", "case $1 in a|b) c;; esac", "for i in *; do x; done", "f() { f; }; f", "V=$(grep -o x /a | sed 's/x/\\1/g' | awk '{print $1}')", "config_load a; config_foreach f", "cat /a | while read x; do $x; done", "find / -exec {} \\;", "a <<E\nb\nE\n", "$(((", "`", "${a:-${b}}", "while :; do :; done"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		r := &Runner{World: files{"/a": src}, Emit: func(*Command) {}}
		r.Script("/s", src, []string{"/s", "start"}, nil, nil, "start")
	})
}
