package inspect_test

import "testing"

// What starts a telnet server: conditions, settings as shipped, scripts that are written first, and other init systems.
func TestStartVariants(t *testing.T) {
	tel := prog("telnetd here")
	sysd := func(more ...string) []string {
		return append([]string{"etc/inittab", "", "etc/init.d/rcS", "", "usr/sbin/telnetd", tel, "lib/systemd/systemd", prog("systemd")}, more...)
	}
	and := func(more ...string) []string {
		return append([]string{"etc/inittab", "", "etc/init.d/rcS", "", "system/bin/telnetd", tel, "system/bin/sh", prog("mksh"), "system/bin/adbd", prog("adbd")}, more...)
	}
	wrt := func(more ...string) []string {
		return append([]string{"etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n", "sbin/procd", prog("procd"), "usr/sbin/telnetd", tel}, more...)
	}
	tryVariants(t, []variant{
		{"own run tested", started("pidof telnetd || telnetd\n"), telnetSure},
		{"own run tested by ps", started("if ! ps | grep -v grep | grep -q telnetd; then telnetd; fi\n"), telnetSure},
		{"own run tested by pgrep", started("pgrep telnetd >/dev/null || /usr/sbin/telnetd -p 99\n"), telnetSure},
		{"mount and", started("mkdir -p /dev/pts && mount -t devpts devpts /dev/pts && telnetd\n"), telnetSure},
		{"cd and", started("cd /usr/sbin && ./telnetd\n"), telnetSure},
		{"wait net", started("until ping -c1 192.0.2.1; do sleep 1; done\ntelnetd\n"), telnetSure},
		{"uci on", wrt("etc/config/system", "config telnet 'telnet'\n\toption enable '1'\n", "etc/init.d/telnet", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nstart() {\n [ \"$(uci -q get system.telnet.enable)\" = 1 ] && telnetd\n}\n", "etc/rc.d/S50telnet", "-> ../init.d/telnet"), telnetSure},
		{"uci off", wrt("etc/config/system", "config telnet 'telnet'\n\toption enable '0'\n", "etc/init.d/telnet", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nstart() {\n [ \"$(uci -q get system.telnet.enable)\" = 1 ] && telnetd\n}\n", "etc/rc.d/S50telnet", "-> ../init.d/telnet"), telnetMaybe},
		{"config_get on", wrt("etc/config/telnet", "config telnet 'main'\n\toption enable '1'\n\toption port '2323'\n", "etc/init.d/telnet", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nUSE_PROCD=1\nstart_service() {\n local enable port\n config_load telnet\n config_get_bool enable main enable 0\n config_get port main port 23\n [ \"$enable\" -eq 1 ] || return 1\n procd_open_instance\n procd_set_param command /usr/sbin/telnetd -F -p $port\n procd_close_instance\n}\n", "etc/rc.d/S50telnet", "-> ../init.d/telnet"), telnetSure + " tcp/2323"},
		{"config_get off", wrt("etc/config/telnet", "config telnet 'main'\n\toption enable '0'\n", "etc/init.d/telnet", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nstart_service() {\n config_load telnet\n config_get_bool enable main enable 0\n [ \"$enable\" -eq 1 ] || return 1\n telnetd\n}\n", "etc/rc.d/S50telnet", "-> ../init.d/telnet"), telnetMaybe},
		{"config_foreach", wrt("etc/config/telnet", "config telnet\n\toption enable '1'\n", "etc/init.d/telnet", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nrun_one() {\n local e\n config_get e \"$1\" enable\n [ \"$e\" = 1 ] && telnetd\n}\nstart() {\n config_load telnet\n config_foreach run_one telnet\n}\n", "etc/rc.d/S50telnet", "-> ../init.d/telnet"), telnetSure},
		{"uci-defaults", wrt("etc/uci-defaults/99-x", "telnetd -l /bin/login &\nexit 0\n"), telnetSure},
		{"uci-defaults password", wrt("etc/uci-defaults/99-x", "(echo secret9; echo secret9) | passwd root\n"), hardcoded},
		{"enable in script", wrt("etc/init.d/telnet", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nstart() {\n telnetd\n}\n", "etc/uci-defaults/99-x", "/etc/init.d/telnet enable\n"), telnetSure},
		{"grep conf on", started("grep -q '^telnet=1' /etc/conf.ini && telnetd\n", "etc/conf.ini", "a=2\ntelnet=1\n"), telnetSure},
		{"grep conf off", started("grep -q '^telnet=1' /etc/conf.ini && telnetd\n", "etc/conf.ini", "a=2\ntelnet=0\n"), telnetMaybe},
		{"grep cut conf", started("V=$(grep telnet= /etc/conf.ini | cut -d= -f2)\n[ \"$V\" = yes ] && telnetd\n", "etc/conf.ini", "a=2\ntelnet=yes\n"), telnetSure},
		{"awk conf", started("V=`awk -F= '/^telnet/{print $2}' /etc/conf.ini`\nif [ \"$V\" == \"yes\" ]; then telnetd; fi\n", "etc/conf.ini", "a=2\ntelnet=yes\n"), telnetSure},
		{"run-parts", started("run-parts /etc/start.d\n", "etc/start.d/10-telnet", "0755 #!/bin/sh\ntelnetd\n"), telnetSure},
		{"ls substitution", started("for i in $(ls /etc/start.d/S*); do $i start; done\n", "etc/start.d/S10", "0755 #!/bin/sh\ntelnetd\n"), telnetSure},
		{"ls while read", started("ls /etc/start.d/S* | while read f; do sh $f start; done\n", "etc/start.d/S10", "0755 #!/bin/sh\ntelnetd\n"), telnetSure},
		{"find exec", started("find /etc/start.d -name 'S*' -exec sh {} \\;\n", "etc/start.d/S10", "0755 #!/bin/sh\ntelnetd\n"), telnetSure},
		{"written script", started("cat > /tmp/x.sh <<E\n#!/bin/sh\ntelnetd -p 2399\nE\nchmod +x /tmp/x.sh\n/tmp/x.sh &\n"), telnetSure + " tcp/2399"},
		{"written by echo", started("echo '/usr/sbin/telnetd' > /var/run/a.sh; sh /var/run/a.sh\n"), telnetSure},
		{"written not run", started("echo '/usr/sbin/telnetd' > /var/run/a.sh\n"), ""},
		{"eval var", started("C='telnetd -l /bin/sh'\neval $C\n"), telnetSure},
		{"split name", started("A=tel; B=netd\n/usr/sbin/$A$B\n"), telnetSure},
		{"if elif else reached", started("if [ -f /etc/a ]; then :; elif [ -f /etc/b ]; then :; else telnetd; fi\n"), telnetSure},
		{"function in function", started("a() { b; }\nb() { telnetd; }\na\n"), telnetSure},
		{"function shadowed", started("telnetd() { :; }\ntelnetd\n"), ""},
		{"return before", started("f() { return 0; telnetd; }\nf\n"), ""},
		{"break before", started("while true; do break; telnetd; done\n"), ""},
		{"stop arm only", append(started("/etc/t start\n"), "etc/t", "0755 #!/bin/sh\ncase $1 in\nstop) telnetd;;\nstart) : ;;\nesac\n"), ""},
		{"exec", started("exec /usr/sbin/telnetd -F\n"), telnetSure},
		{"after exec", started("exec /bin/app\ntelnetd\n", "bin/app", prog("a")), ""},
		{"quoted assignment only", started("HELP='run telnetd'\n"), ""},
		{"symlink name", started("/usr/sbin/rmtd\n", "usr/sbin/rmtd", "-> telnetd"), telnetSure},
		{"utelnetd", []string{"usr/sbin/utelnetd", prog("u"), "etc/init.d/rcS", "0755 #!/bin/sh\nutelnetd -p 2300 -l /bin/login -d\n"}, telnetSure + " tcp/2300"},
		{"program missing", []string{"etc/init.d/rcS", "0755 #!/bin/sh\ntelnetd\n"}, "daemon.telnet-at-boot probable"},
		{"sysv no inittab level 5 d", []string{"etc/inittab", "", "usr/sbin/telnetd", tel, "etc/init.d/rcS", "", "etc/rc5.d/S10t", "0755 #!/bin/sh\ntelnetd\n"}, telnetSure},
		{"slackware", []string{"etc/inittab", "id:3:initdefault:\nrc:2345:wait:/etc/rc.d/rc.M\n", "usr/sbin/telnetd", tel, "etc/rc.d/rc.M", "0755 #!/bin/sh\nif [ -x /etc/rc.d/rc.net ]; then\n /etc/rc.d/rc.net start\nfi\n", "etc/rc.d/rc.net", "0755 #!/bin/sh\ntelnetd\n"}, telnetSure},
		{"slackware not executable", []string{"etc/inittab", "id:3:initdefault:\nrc:2345:wait:/etc/rc.d/rc.M\n", "usr/sbin/telnetd", tel, "etc/rc.d/rc.M", "0755 #!/bin/sh\nif [ -x /etc/rc.d/rc.net ]; then\n /etc/rc.d/rc.net start\nfi\n", "etc/rc.d/rc.net", "#!/bin/sh\ntelnetd\n"}, telnetMaybe},
		{"not executable S", []string{"usr/sbin/telnetd", tel, "etc/init.d/S50t", "#!/bin/sh\ntelnetd\n"}, telnetMaybe},
		{"inittab off", []string{"usr/sbin/telnetd", tel, "etc/inittab", "::sysinit:/etc/init.d/rcS\nt:3:off:/usr/sbin/telnetd -F\n"}, ""},
		{"inittab comment", []string{"usr/sbin/telnetd", tel, "etc/inittab", "::sysinit:/etc/init.d/rcS\n#::respawn:/usr/sbin/telnetd -F\n"}, ""},
		{"inittab askfirst", []string{"usr/sbin/telnetd", tel, "etc/inittab", "::sysinit:/etc/init.d/rcS\n::askfirst:/usr/sbin/telnetd -F\n"}, telnetMaybe},
		{"inittab once sh", []string{"usr/sbin/telnetd", tel, "etc/inittab", "::sysinit:/etc/init.d/rcS\n::once:/bin/sh -c \"telnetd -l /bin/sh\"\n"}, telnetSure},
		{"runit down", []string{"usr/sbin/telnetd", tel, "etc/service/telnet/run", "0755 #!/bin/sh\nexec telnetd -F -p 2324\n", "etc/service/telnet/down", " "}, telnetNote},
		{"runit linked dir", []string{"usr/sbin/telnetd", tel, "etc/sv/telnet/run", "0755 #!/bin/sh\nexec telnetd -F\n", "etc/runit/runsvdir/default/telnet", "-> /etc/sv/telnet"}, telnetSure},
		{"runit not linked", []string{"usr/sbin/telnetd", tel, "etc/sv/telnet/run", "0755 #!/bin/sh\nexec telnetd -F\n"}, telnetNote},
		{"s6-rc", []string{"usr/sbin/telnetd", tel, "etc/s6-overlay/s6-rc.d/telnet/run", "0755 #!/bin/execlineb -P\n/usr/sbin/telnetd -F -p 2325\n", "etc/s6-overlay/s6-rc.d/telnet/type", "longrun\n", "etc/s6-overlay/s6-rc.d/user/contents.d/telnet", " "}, telnetSure + " tcp/2325"},
		{"s6-rc not in bundle", []string{"usr/sbin/telnetd", tel, "etc/s6-overlay/s6-rc.d/telnet/run", "0755 #!/bin/execlineb -P\n/usr/sbin/telnetd -F\n", "etc/s6-overlay/s6-rc.d/telnet/type", "longrun\n"}, telnetNote},
		{"execline s6", []string{"usr/sbin/telnetd", tel, "etc/services.d/telnet/run", "0755 #!/usr/bin/execlineb -P\nfdmove -c 2 1\n/usr/sbin/telnetd -F\n"}, telnetSure},
		{"systemd instance", sysd("lib/systemd/system/td@.service", "[Service]\nExecStart=/usr/sbin/telnetd -F -p %i\n", "etc/systemd/system/multi-user.target.wants/td@2326.service", "-> /lib/systemd/system/td@.service"), telnetSure + " tcp/2326"},
		{"systemd kernel arg", sysd("lib/systemd/system/td.service", "[Unit]\nConditionKernelCommandLine=debug\n[Service]\nExecStart=/usr/sbin/telnetd -F\n", "etc/systemd/system/multi-user.target.wants/td.service", "-> /lib/systemd/system/td.service"), telnetMaybe},
		{"systemd neg condition", sysd("lib/systemd/system/td.service", "[Unit]\nConditionPathExists=!/etc/no\n[Service]\nExecStart=/usr/sbin/telnetd -F\n", "etc/systemd/system/multi-user.target.wants/td.service", "-> /lib/systemd/system/td.service"), telnetSure},
		{"systemd wants key", sysd("lib/systemd/system/a.service", "[Unit]\nWants=td.service\n[Service]\nExecStart=/bin/true\n", "lib/systemd/system/td.service", "[Service]\nExecStart=/usr/sbin/telnetd -F\n", "etc/systemd/system/multi-user.target.wants/a.service", "-> /lib/systemd/system/a.service"), telnetSure},
		{"systemd after only", sysd("lib/systemd/system/a.service", "[Unit]\nAfter=td.service\n[Service]\nExecStart=/bin/true\n", "lib/systemd/system/td.service", "[Service]\nExecStart=/usr/sbin/telnetd -F\n", "etc/systemd/system/multi-user.target.wants/a.service", "-> /lib/systemd/system/a.service"), telnetNote},
		{"systemd graphical", sysd("etc/systemd/system/default.target", "-> /lib/systemd/system/graphical.target", "lib/systemd/system/td.service", "[Service]\nExecStart=/usr/sbin/telnetd -F\n", "etc/systemd/system/graphical.target.wants/td.service", "-> /lib/systemd/system/td.service"), telnetSure},
		{"systemd rescue wants", sysd("lib/systemd/system/td.service", "[Service]\nExecStart=/usr/sbin/telnetd -F\n", "etc/systemd/system/rescue.target.wants/td.service", "-> /lib/systemd/system/td.service"), telnetNote},
		{"systemd drop-in", sysd("lib/systemd/system/a.service", "[Service]\nExecStart=/bin/true\n", "etc/systemd/system/a.service.d/x.conf", "[Service]\nExecStartPost=/usr/sbin/telnetd\n", "etc/systemd/system/multi-user.target.wants/a.service", "-> /lib/systemd/system/a.service"), telnetSure},
		{"systemd timer", sysd("lib/systemd/system/td.timer", "[Timer]\nOnBootSec=1min\n", "lib/systemd/system/td.service", "[Service]\nExecStart=/usr/sbin/telnetd -F\n", "etc/systemd/system/timers.target.wants/td.timer", "-> /lib/systemd/system/td.timer"), telnetSure},
		{"systemd path", sysd("lib/systemd/system/td.path", "[Path]\nPathExists=/mnt/usb/debug\n", "lib/systemd/system/td.service", "[Service]\nExecStart=/usr/sbin/telnetd -F\n", "etc/systemd/system/multi-user.target.wants/td.path", "-> /lib/systemd/system/td.path"), telnetMaybe},
		{"systemd exec condition", sysd("lib/systemd/system/td.service", "[Service]\nExecCondition=/usr/bin/is-factory\nExecStart=/usr/sbin/telnetd -F\n", "usr/bin/is-factory", prog("x"), "etc/systemd/system/multi-user.target.wants/td.service", "-> /lib/systemd/system/td.service"), telnetMaybe},
		{"systemd systemctl", sysd("lib/systemd/system/a.service", "[Service]\nExecStart=/bin/sh -c 'systemctl start td'\n", "bin/systemctl", prog("s"), "lib/systemd/system/td.service", "[Service]\nExecStart=/usr/sbin/telnetd -F\n", "etc/systemd/system/multi-user.target.wants/a.service", "-> /lib/systemd/system/a.service"), telnetSure},
		{"systemd env ExecStart", sysd("lib/systemd/system/a.service", "[Service]\nEnvironment=\"PORT=2555\"\nExecStart=/bin/sh -c '/usr/sbin/telnetd -p ${PORT}'\n", "etc/systemd/system/multi-user.target.wants/a.service", "-> /lib/systemd/system/a.service"), telnetSure + " tcp/2555"},
		{"systemd exec /usr/bin/env", sysd("lib/systemd/system/a.service", "[Service]\nExecStart=/usr/bin/env telnetd -F\n", "etc/systemd/system/multi-user.target.wants/a.service", "-> /lib/systemd/system/a.service"), telnetSure},
		{"android boot complete", and("init.rc", "service td /system/bin/telnetd\n    disabled\n    oneshot\n\non property:sys.boot_completed=1\n    start td\n"), telnetSure},
		{"android vendor rc", and("vendor/etc/init/td.rc", "service td /system/bin/telnetd -p 2327\n    class late_start\n    user root\n"), telnetSure + " tcp/2327"},
		{"android sh script", and("init.rc", "service boot /system/bin/sh /system/etc/boot.sh\n    class main\n    oneshot\n", "system/etc/boot.sh", "#!/system/bin/sh\ntelnetd &\n"), telnetSure},
		{"android exec", and("init.rc", "on boot\n    exec u:r:su:s0 root root -- /system/bin/telnetd\n"), telnetSure},
		{"android charger", and("init.rc", "on charger\n    start td\nservice td /system/bin/telnetd\n    disabled\n"), telnetMaybe},
		{"android comment", and("init.rc", "#service td /system/bin/telnetd\n"), ""},
	})
}

// How makers' own first scripts go about it, and how openers are veiled.
func TestScriptVariants(t *testing.T) {
	tel := prog("telnetd here")
	rc := "0755 #!/bin/sh\n# Start all init scripts in /etc/init.d\nfor i in /etc/init.d/S??* ;do\n     # Ignore dangling symlinks (if any).\n     [ ! -f \"$i\" ] && continue\n     case \"$i\" in\n\t*.sh)\n\t    # Source shell script for speed.\n\t    (\n\t\ttrap - INT QUIT TSTP\n\t\tset start\n\t\t. $i\n\t    )\n\t    ;;\n\t*)\n\t    # No sh extension, so fork subprocess.\n\t    $i start\n\t    ;;\n    esac\ndone\n"
	tryVariants(t, []variant{
		{"buildroot", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", rc, "etc/init.d/S50telnet", "0755 #!/bin/sh\nTELNETD_ARGS=-F\n[ -r /etc/default/telnet ] && . /etc/default/telnet\nstart() {\n  printf \"Starting telnetd: \"\n  start-stop-daemon -S -q -m -b -p /var/run/telnetd.pid \\\n\t\t    -x /usr/sbin/telnetd -- $TELNETD_ARGS\n  [ $? = 0 ] && echo OK || echo FAIL\n}\nstop() {\n  start-stop-daemon -K -q -p /var/run/telnetd.pid\n}\ncase \"$1\" in\n  start)\n\tstart\n\t;;\n  stop)\n\tstop\n\t;;\n  restart|reload)\n\tstop\n\tstart\n\t;;\n  *)\n\techo \"Usage: $0 {start|stop|restart}\"\n\texit 1\nesac\n"}, telnetSure},
		{"buildroot sourced", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", rc, "etc/init.d/S50x.sh", "telnetd &\n"}, telnetSure},
		{"xm", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #! /bin/sh\nfor initscript in /etc/init.d/S[0-9][0-9]*\ndo\n\tif [ -x $initscript ] ;\n\tthen\n\t\techo \"[RCS]: $initscript\"\n\t\t$initscript\n\tfi\ndone\n", "etc/init.d/S80network", "0755 #! /bin/sh\ntelnetd&\n"}, telnetSure},
		{"dev console", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\nexec </dev/console >/dev/console 2>&1\ntelnetd\n"}, telnetSure},
		{"set -e and trap", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\nset -e\ntrap 'exit 0' INT\nmount /dev/mtdblock2 /mnt || true\ntelnetd\n"}, telnetSure},
		{"failed mount leaves", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\nmount /dev/mtdblock2 /mnt || exit 1\ntelnetd\n"}, telnetMaybe},
		{"arith", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\ni=0\nwhile [ $i -lt 3 ]; do i=$((i+1)); sleep 1; done\ntelnetd\n"}, telnetSure},
		{"string concat test", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\nDBG=1\nif [ \"x$DBG\" = \"x1\" ]; then telnetd; fi\n"}, telnetSure},
		{"product check", []string{"usr/sbin/telnetd", tel, "etc/product", "IPC\n", "etc/init.d/rcS", "0755 #!/bin/sh\nif [ `cat /etc/product` = IPC ]; then\n telnetd\nelse\n httpd\nfi\n"}, telnetSure},
		{"product check other", []string{"usr/sbin/telnetd", tel, "etc/product", "NVR\n", "etc/init.d/rcS", "0755 #!/bin/sh\nif [ `cat /etc/product` = IPC ]; then\n telnetd\nelse\n httpd\nfi\n"}, telnetMaybe},
		{"killed afterwards", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\ntelnetd &\nsleep 1\nkillall telnetd\n"}, telnetSure},
		{"double fork", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\n{ { telnetd & } & }\n"}, telnetSure},
		{"heredoc to sh", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\nsh <<EOF\ntelnetd\nEOF\n"}, telnetSure},
		{"piped to sh", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\necho telnetd -p 99 | sh\n"}, telnetSure},
		{"base64", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\necho dGVsbmV0ZCAtcCA5OQo= | base64 -d | sh\n"}, telnetSure},
		{"env path", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\nPATH=/usr/sbin telnetd\n"}, telnetSure},
		{"until true", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\nuntil false; do telnetd -F; done\n"}, telnetSure},
		{"elif unknown", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\nM=$(nvram get mode)\nif [ \"$M\" = a ]; then x; elif [ \"$M\" = b ]; then telnetd; fi\n"}, telnetMaybe},
		{"no exec bit app", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\nsource /etc/app.rc\n", "etc/app.rc", "telnetd\n"}, telnetSure},
	})
}
