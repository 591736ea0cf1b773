package inspect_test

import "testing"

// Further init systems, supervisors, languages and veils, and what only looks like a start.
func TestOtherStarters(t *testing.T) {
	tel := prog("telnetd here")
	bare := func(more ...string) []string {
		return append([]string{"etc/inittab", "", "etc/init.d/rcS", "", "usr/sbin/telnetd", tel}, more...)
	}
	rc := "#!/sbin/openrc-run\ncommand=/usr/sbin/telnetd\ncommand_args=\"-F -p 2340\"\ncommand_background=yes\npidfile=/run/t.pid\ndepend() {\n need net\n}\n"
	orc := func(more ...string) []string {
		return append([]string{"etc/inittab", "::sysinit:/sbin/openrc sysinit\n::sysinit:/sbin/openrc boot\n::wait:/sbin/openrc default\n", "sbin/openrc", prog("openrc"), "usr/sbin/telnetd", tel, "etc/init.d/telnetd", "0755 " + rc, "etc/init.d/rcS", ""}, more...)
	}
	tryVariants(t, []variant{
		{"openrc in runlevel", orc("etc/runlevels/default/telnetd", "-> /etc/init.d/telnetd"), telnetSure + " 2340"},
		{"openrc not in runlevel", orc(), ""},
		{"openrc function", orc("etc/init.d/telnetd", "0755 #!/sbin/openrc-run\nstart() {\n ebegin x\n start-stop-daemon --start --exec /usr/sbin/telnetd -- -F\n eend $?\n}\n", "etc/runlevels/boot/telnetd", "-> /etc/init.d/telnetd"), telnetSure},
		{"openrc conf.d args", orc("etc/init.d/telnetd", "0755 #!/sbin/openrc-run\ncommand=/usr/sbin/telnetd\ncommand_args=\"${TELNET_OPTS}\"\n", "etc/conf.d/telnetd", "TELNET_OPTS=\"-F -p 2341\"\n", "etc/runlevels/default/telnetd", "-> /etc/init.d/telnetd"), telnetSure + " 2341"},
		{"openrc needed", orc("etc/init.d/app", "0755 #!/sbin/openrc-run\ncommand=/bin/true\ndepend() {\n need telnetd\n}\n", "etc/runlevels/default/app", "-> /etc/init.d/app"), telnetSure},
		{"upstart", bare("sbin/init", prog("upstart 1.12"), "etc/init/telnet.conf", "description \"x\"\nstart on runlevel [2345]\nstop on runlevel [!2345]\nrespawn\nexec /usr/sbin/telnetd -F -p 2342\n"), telnetSure + " 2342"},
		{"upstart script", bare("sbin/init", prog("upstart 1.12"), "etc/init/telnet.conf", "start on startup\nscript\n  /usr/sbin/telnetd -F\nend script\n"), telnetSure},
		{"upstart manual", bare("sbin/init", prog("upstart 1.12"), "etc/init/telnet.conf", "start on runlevel [2345]\nexec /usr/sbin/telnetd -F\nmanual\n"), ""},
		{"upstart override", bare("sbin/init", prog("upstart 1.12"), "etc/init/telnet.conf", "start on runlevel [2345]\nexec /usr/sbin/telnetd -F\n", "etc/init/telnet.override", "manual\n"), ""},
		{"finit", bare("sbin/init", "-> finit", "sbin/finit", prog("finit"), "etc/finit.conf", "service [2345] /usr/sbin/telnetd -F -p 2343 -- Telnet\n"), telnetSure + " 2343"},
		{"finit available only", bare("sbin/init", "-> finit", "sbin/finit", prog("finit"), "etc/finit.conf", "runlevel 2\n", "etc/finit.d/available/telnet.conf", "service [2345] /usr/sbin/telnetd -F -- Telnet\n"), ""},
		{"finit enabled", bare("sbin/init", "-> finit", "sbin/finit", prog("finit"), "etc/finit.conf", "runlevel 2\n", "etc/finit.d/available/telnet.conf", "service [2345] /usr/sbin/telnetd -F -- Telnet\n", "etc/finit.d/enabled/telnet.conf", "-> ../available/telnet.conf"), telnetSure},
		{"dinit", bare("sbin/init", "-> dinit", "sbin/dinit", prog("dinit"), "etc/dinit.d/boot", "type = internal\nwaits-for.d = boot.d\n", "etc/dinit.d/telnet", "type = process\ncommand = /usr/sbin/telnetd -F\n", "etc/dinit.d/boot.d/telnet", "-> ../telnet"), telnetSure},
		{"dinit not enabled", bare("sbin/init", "-> dinit", "sbin/dinit", prog("dinit"), "etc/dinit.d/boot", "type = internal\nwaits-for.d = boot.d\n", "etc/dinit.d/telnet", "type = process\ncommand = /usr/sbin/telnetd -F\n"), ""},
		{"sysv lsb", bare("etc/inittab", "id:2:initdefault:\nsi::sysinit:/etc/init.d/rcS\nl2:2:wait:/etc/init.d/rc 2\n", "etc/init.d/telnetd", "0755 #!/bin/sh\n### BEGIN INIT INFO\n# Provides: telnetd\n# Default-Start: 2 3\n### END INIT INFO\n. /lib/lsb/init-functions\ncase \"$1\" in\n  start)\n    log_daemon_msg x\n    start-stop-daemon --start --quiet --exec /usr/sbin/telnetd\n    ;;\nesac\n", "etc/rc2.d/S20telnetd", "-> ../init.d/telnetd"), telnetSure},
		{"sysv other level", bare("etc/inittab", "id:2:initdefault:\nl2:2:wait:/etc/init.d/rc 2\n", "etc/init.d/telnetd", "0755 #!/bin/sh\ncase \"$1\" in\n  start) /usr/sbin/telnetd;;\nesac\n", "etc/rc1.d/S20telnetd", "-> ../init.d/telnetd"), ""},
		{"sysv K link", bare("etc/inittab", "id:2:initdefault:\nl2:2:wait:/etc/init.d/rc 2\n", "etc/init.d/telnetd", "0755 #!/bin/sh\ncase \"$1\" in\n  start) /usr/sbin/telnetd;;\nesac\n", "etc/rc2.d/K20telnetd", "-> ../init.d/telnetd"), ""},
		{"supervisord", started("supervisord -c /etc/supervisord.conf\n", "usr/bin/supervisord", "0755 #!/usr/bin/python3\nimport supervisor\n", "etc/supervisord.conf", "[supervisord]\nnodaemon=false\n[program:t]\ncommand=/usr/sbin/telnetd -F -p 2344\nautostart=true\n"), telnetSure + " 2344"},
		{"supervisord off", started("supervisord -c /etc/supervisord.conf\n", "usr/bin/supervisord", "0755 #!/usr/bin/python3\nimport supervisor\n", "etc/supervisord.conf", "[supervisord]\nnodaemon=false\n[program:t]\ncommand=/usr/sbin/telnetd -F\nautostart=false\n"), ""},
		{"monit", started("monit -c /etc/monitrc\n", "usr/bin/monit", prog("monit"), "etc/monitrc", "set daemon 30\ncheck process telnetd matching \"telnetd\"\n  start program = \"/usr/sbin/telnetd\"\n  stop program = \"/usr/bin/killall telnetd\"\n"), telnetSure},
		{"interfaces up", started("ifup -a\n", "etc/network/interfaces", "auto lo eth0\niface lo inet loopback\niface eth0 inet dhcp\n  post-up /usr/sbin/telnetd -p 2345\n"), telnetSure + " 2345"},
		{"interfaces not auto", started("ifup -a\n", "etc/network/interfaces", "auto lo\niface lo inet loopback\niface usb0 inet dhcp\n  post-up /usr/sbin/telnetd -p 2345\n"), telnetMaybe},
		{"cron reboot", started("crond\n", "usr/sbin/crond", "-> ../../bin/busybox", "etc/cron.d/x", "@reboot root /usr/sbin/telnetd\n"), telnetSure},
		{"cron no crond", []string{"usr/sbin/telnetd", tel, "etc/cron.d/x", "@reboot root /usr/sbin/telnetd\n"}, ""},
		{"cron commented", started("crond\n", "usr/sbin/crond", "-> ../../bin/busybox", "etc/cron.d/x", "#@reboot root /usr/sbin/telnetd\n"), ""},
		{"lua start", started("/usr/bin/boot.lua\n", "usr/bin/lua", prog("Lua 5.1"), "usr/bin/boot.lua", "0755 #!/usr/bin/lua\nos.execute(\"/usr/sbin/telnetd -l /bin/sh\")\n"), telnetSure},
		{"python start", started("python3 /opt/boot.py\n", "usr/bin/python3", prog("py"), "opt/boot.py", "import os\nos.system('telnetd -p 2346')\n"), telnetSure},
		{"python not called", started("true\n", "usr/bin/python3", prog("py"), "opt/boot.py", "import os\nos.system('telnetd -p 2346')\n"), ""},
		{"printf octal", started("printf '\\164\\145\\154\\156\\145\\164\\144\\n' | sh\n"), telnetSure},
		{"printf hex", started("$(printf '\\x74\\x65\\x6c\\x6e\\x65\\x74\\x64') -p 2347\n"), telnetSure + " 2347"},
		{"dollar quote", started("$'\\x74elnetd' &\n"), telnetSure},
		{"xxd", started("echo 74656c6e657464 | xxd -r -p | sh\n"), telnetSure},
		{"openssl base64", started("echo dGVsbmV0ZCAtcCA5OQo= | openssl base64 -d | sh\n"), telnetSure},
		{"rot13", started("echo gryargq | tr 'a-z' 'n-za-m' | sh\n"), telnetSure},
		{"rev", started("echo dtenlet | rev | sh\n"), telnetSure},
		{"base64 of a picture", started("echo aGVsbG8gd29ybGQK | base64 -d > /tmp/x.png\n"), ""},
		{"array", started("A=(telnetd -p 2348)\n\"${A[@]}\" &\n"), telnetSure + " 2348"},
		{"crlf", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\r\n\r\ntelnetd -l /bin/sh &\r\n"}, telnetSure},
		{"bom", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 \ufeff#!/bin/sh\ntelnetd &\n"}, telnetSure},
		{"line continued", started("/usr/sbin/tel\\\nnetd \\\n -p 2349 &\n"), telnetSure + " 2349"},
		{"busybox path", started("/bin/busybox telnetd -p 2350\n"), telnetSure + " 2350"},
		{"toybox", started("toybox telnetd -p 2351\n", "bin/toybox", prog("toybox 0.8.9")), telnetSure + " 2351"},
		{"nohup nice setsid", started("nohup setsid nice -n 5 /usr/sbin/telnetd >/dev/null 2>&1 &\n"), telnetSure},
		{"chroot", started("chroot / /usr/sbin/telnetd\n"), telnetSure},
		{"timeout", started("timeout 60 telnetd -F &\n"), telnetSure},
		{"cmdline", started("grep -q factory /proc/cmdline && telnetd\n"), telnetMaybe},
		{"gpio", started("if [ \"$(cat /sys/class/gpio/gpio12/value)\" = 0 ]; then telnetd; fi\n"), telnetMaybe},
		{"not production", started("[ ! -f /etc/production ] && telnetd\n"), telnetSure},
		{"production", started("[ ! -f /etc/production ] && telnetd\n", "etc/production", "1\n"), telnetMaybe},
		{"serial number", started("SN=$(fw_printenv -n serial)\ncase $SN in ENG*) telnetd;; esac\n"), telnetMaybe},
		{"eth link", started("while ! ifconfig eth0 | grep -q RUNNING; do sleep 1; done\ntelnetd\n"), telnetSure},
		{"loopback only", started("telnetd -b 127.0.0.1:23\n"), telnetNote},
		{"killall only", started("killall telnetd\nkill `pidof telnetd`\n"), ""},
		{"removed", started("rm -f /usr/sbin/telnetd\nchmod -x /usr/sbin/telnetd\n"), ""},
		{"ln only", started("ln -sf /bin/busybox /usr/sbin/telnetd\n"), ""},
		{"ssd stop", started("start-stop-daemon -K -x /usr/sbin/telnetd\nservice telnetd stop\n"), ""},
		{"test only", started("[ -x /usr/sbin/telnetd ] && echo telnetd present\nlogger -t telnetd off\n"), ""},
		{"client", started("telnet 192.0.2.1 23 </dev/null\n", "usr/bin/telnet", "-> ../../bin/busybox"), ""},
		{"firewall", started("iptables -A INPUT -p tcp --dport 23 -j DROP\n"), ""},
		{"heredoc help", started("cat <<EOF\nusage:\ntelnetd -l /bin/sh\nEOF\n"), ""},
		{"colon comment", started(": telnetd -l /bin/sh\n"), ""},
		{"if false", started("if false; then telnetd; fi\nif [ 0 = 1 ]; then telnetd; fi\n"), ""},
		{"here no-op", started(": <<'EOF'\ntelnetd\nEOF\n"), ""},
		{"exit first", started("exit 0\ntelnetd\n"), ""},
		{"inetd off xinetd", started("xinetd\n", "usr/sbin/xinetd", prog("x"), "etc/xinetd.d/telnet", "service telnet\n{\n disable = yes\n server = /usr/sbin/telnetd\n}\n"), telnetMaybe},
		{"kernel init", []string{"usr/sbin/telnetd", tel, "etc/inittab", "", "linuxrc", "0755 #!/bin/sh\nmount -t proc proc /proc\n/usr/sbin/telnetd\nexec /sbin/init\n", "sbin/init", "-> ../bin/busybox"}, telnetSure},
		{"trap", started("trap telnetd USR1\n"), telnetMaybe},
		{"ppp ip-up", []string{"usr/sbin/telnetd", tel, "etc/ppp/ip-up", "0755 #!/bin/sh\ntelnetd\n"}, telnetMaybe},
		{"acpi", []string{"usr/sbin/telnetd", tel, "etc/acpi/events/pwr", "event=button/power\naction=/usr/sbin/telnetd\n"}, telnetMaybe},
		{"udev", []string{"usr/sbin/telnetd", tel, "etc/udev/rules.d/99-x.rules", "ACTION==\"add\", KERNEL==\"sd*\", RUN+=\"/usr/sbin/telnetd\"\n"}, telnetMaybe},
	})
}
