package inspect_test

import "testing"

// The same opener under other init systems, spellings and conditions: what starts it decides, not where it stands.
func TestHowThingsStart(t *testing.T) {
	tel := prog("telnetd here")
	note, sure, maybe := "daemon.telnet-at-boot note", "daemon.telnet-at-boot confirmed", "daemon.telnet-at-boot suspicious"
	rcS := func(s string) []string {
		return []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\n" + s}
	}
	for _, c := range []struct {
		name string
		add  []string
		want string // "" for nothing above a note
	}{
		{"system v level", []string{"etc/inittab", "id:3:initdefault:\nl3:3:wait:/etc/rc.d/rc 3\n", "usr/sbin/telnetd", tel, "etc/init.d/remote", "0755 #!/bin/sh\nstart() { /usr/sbin/telnetd; }\ncase \"$1\" in start) start;; esac\n", "etc/rc3.d/S20remote", "-> ../init.d/remote"}, sure},
		{"system v other level", []string{"etc/inittab", "id:3:initdefault:\nl3:3:wait:/etc/rc.d/rc 3\n", "usr/sbin/telnetd", tel, "etc/init.d/remote", "0755 #!/bin/sh\ncase \"$1\" in start) /usr/sbin/telnetd;; esac\n", "etc/rc5.d/S20remote", "-> ../init.d/remote"}, note},
		{"system v kill link", []string{"etc/inittab", "id:3:initdefault:\nl3:3:wait:/etc/rc.d/rc 3\n", "usr/sbin/telnetd", tel, "etc/init.d/remote", "0755 #!/bin/sh\ncase \"$1\" in start) /usr/sbin/telnetd;; esac\n", "etc/rc3.d/K20remote", "-> ../init.d/remote"}, note},
		{"never: false", rcS("if false; then telnetd; fi\n"), ""},
		{"never: constants", rcS("[ 0 = 1 ] && telnetd\n"), ""},
		{"never: set to 0", rcS("DEBUG=0\nif [ \"$DEBUG\" = \"1\" ]; then\n telnetd\nfi\n"), ""},
		{"never: after exit", rcS("exit 0\ntelnetd\n"), ""},
		{"never: function not called", rcS("open() { telnetd; }\necho ok\n"), ""},
		{"never: comment", rcS("# telnetd -l /bin/sh\necho 'run telnetd to debug'\n"), ""},
		{"never: here document", rcS("cat <<E > /tmp/readme\ntelnetd -l /bin/sh\nE\n"), ""},
		{"never: killed", rcS("killall telnetd\n"), ""},
		{"port in a variable", rcS("P=2323\ntelnetd -p $P\n"), sure + " tcp/2323"},
		{"port in a sourced file", append(rcS(". /etc/net.conf\ntelnetd -p ${TPORT}\n"), "etc/net.conf", "TPORT=10023\n"), sure + " tcp/10023"},
		{"port by default value", rcS("telnetd -p ${TPORT:-8023}\n"), sure + " tcp/8023"},
		{"port glued to its flag", rcS("telnetd -p26\n"), sure + " tcp/26"},
		{"command in a variable", rcS("CMD=\"telnetd -l /bin/sh\"\n$CMD &\n"), sure},
		{"loop over names", rcS("for d in telnetd crond; do\n /usr/sbin/$d &\ndone\n"), sure},
		{"kept alive", rcS("while true; do telnetd -F; sleep 1; done &\n"), sure},
		{"sub shell", rcS("(sleep 10; /usr/sbin/telnetd) &\n"), sure},
		{"sh -c", rcS("sh -c 'sleep 3 && telnetd'\n"), sure},
		{"busybox applet by argument", []string{"etc/init.d/rcS", "0755 #!/bin/sh\nbusybox telnetd -l /bin/sh &\n"}, sure},
		{"busybox by full path", []string{"etc/init.d/rcS", "0755 #!/bin/sh\n/bin/busybox telnetd &\n"}, sure},
		{"its own presence tested", rcS("[ -x /usr/sbin/telnetd ] && /usr/sbin/telnetd\n"), sure},
		{"switch file absent", rcS("[ -f /etc/no_telnet ] || telnetd\n"), sure},
		{"switch file present", append(rcS("[ -f /etc/no_telnet ] || telnetd\n"), "etc/no_telnet", "1\n"), ""},
		{"kernel command line", rcS("grep -q debug /proc/cmdline && telnetd\n"), maybe + " cmdline"},
		{"kernel command line in a case", rcS("case `cat /proc/cmdline` in *factory*) telnetd;; esac\n"), maybe},
		{"boot variable", rcS("if [ \"$(fw_printenv -n telnet)\" = on ]; then telnetd; fi\n"), maybe + " fw_printenv"},
		{"settings store", rcS("[ \"`cfg get telnetEnable`\" -eq 1 ] && telnetd\n"), maybe},
		{"usb stick", rcS("if [ -e /mnt/usb/debug.sh ]; then telnetd; fi\n"), maybe},
		{"through two scripts", append(rcS("/etc/net/up.sh\n"), "etc/net/up.sh", "0755 #!/bin/sh\n. /etc/net/fn.sh\nopen_remote\n", "etc/net/fn.sh", "open_remote() {\n  telnetd -l /bin/login\n}\n"), sure + " fn.sh"},
		{"table elsewhere", []string{"etc/inittab", "::sysinit:/etc_ro/rcS\n", "usr/sbin/telnetd", tel, "etc_ro/rcS", "0755 #!/bin/sh\ntelnetd\n"}, sure + " etc_ro/rcS"},
		{"no table", []string{"etc/inittab", "", "usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\ntelnetd\n"}, sure},
		{"init script in the ramdisk", []string{"etc/inittab", "", "etc/init.d/rcS", "", "usr/sbin/telnetd", tel, "init", "0755 #!/bin/sh\nmount -t proc proc /proc\ntelnetd &\nexec /sbin/init\n"}, sure},
		{"procd without its link", []string{"usr/sbin/telnetd", tel, "etc/init.d/telnet", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nUSE_PROCD=1\nstart_service() {\n procd_open_instance\n procd_set_param command /usr/sbin/telnetd -F\n procd_close_instance\n}\n"}, note},
		{"procd with a setting", []string{"etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n", "usr/sbin/telnetd", tel, "etc/init.d/telnet", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nstart_service() {\n [ \"$(uci get system.telnet.enable)\" = 1 ] || return 0\n procd_open_instance\n procd_set_param command /usr/sbin/telnetd -F\n procd_close_instance\n}\n", "etc/rc.d/S50telnet", "-> ../init.d/telnet"}, maybe},
		{"procd with arguments appended", []string{"etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n", "usr/sbin/telnetd", tel, "etc/init.d/telnet", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nPROG=/usr/sbin/telnetd\nstart_service() {\n procd_open_instance\n procd_set_param command \"$PROG\" -F\n procd_append_param command -p 2300\n procd_close_instance\n}\n", "etc/rc.d/S50telnet", "-> ../init.d/telnet"}, sure + " tcp/2300"},
		{"openrc", []string{"etc/inittab", "::sysinit:/sbin/openrc sysinit\n", "usr/sbin/telnetd", tel, "etc/init.d/telnetd", "0755 #!/sbin/openrc-run\ncommand=\"/usr/sbin/telnetd\"\ncommand_args=\"-p 24\"\n", "etc/runlevels/default/telnetd", "-> /etc/init.d/telnetd"}, sure + " tcp/24"},
		{"openrc not enabled", []string{"etc/inittab", "::sysinit:/sbin/openrc sysinit\n", "usr/sbin/telnetd", tel, "etc/init.d/telnetd", "0755 #!/sbin/openrc-run\ncommand=\"/usr/sbin/telnetd\"\n"}, note},
		{"upstart", []string{"etc/inittab", "", "etc/init.d/rcS", "", "usr/sbin/telnetd", tel, "etc/init/telnet.conf", "start on runlevel [2345]\nrespawn\nexec /usr/sbin/telnetd -F -p 2423\n"}, sure + " tcp/2423"},
		{"upstart by hand", []string{"etc/inittab", "", "etc/init.d/rcS", "", "usr/sbin/telnetd", tel, "etc/init/telnet.conf", "manual\nexec /usr/sbin/telnetd -F\n"}, note},
		{"runit", []string{"usr/sbin/telnetd", tel, "etc/service/telnet/run", "0755 #!/bin/sh\nexec telnetd -F -p 2324\n"}, sure + " tcp/2324"},
		{"runit switched off", []string{"usr/sbin/telnetd", tel, "etc/service/telnet/run", "0755 #!/bin/sh\nexec telnetd -F -p 2324\n", "etc/service/telnet/down", " "}, note},
		{"systemd through a script", []string{"etc/inittab", "", "usr/sbin/telnetd", tel, "lib/systemd/systemd", prog("systemd"), "usr/lib/systemd/system/app.service", "[Service]\nExecStart=/opt/app/start.sh\n", "etc/systemd/system/multi-user.target.wants/app.service", "-> /usr/lib/systemd/system/app.service", "opt/app/start.sh", "0755 #!/bin/bash\nsource /opt/app/env\n\"$TD\" -l /bin/sh\n", "opt/app/env", "TD=/usr/sbin/telnetd\n"}, sure + " start.sh"},
		{"systemd masked", []string{"etc/inittab", "", "usr/sbin/telnetd", tel, "lib/systemd/systemd", prog("systemd"), "lib/systemd/system/telnet.service", "[Service]\nExecStart=/usr/sbin/telnetd -F\n", "etc/systemd/system/telnet.service", "-> /dev/null", "etc/systemd/system/multi-user.target.wants/telnet.service", "-> /lib/systemd/system/telnet.service"}, ""},
		{"systemd environment", []string{"etc/inittab", "", "usr/sbin/telnetd", tel, "lib/systemd/systemd", prog("systemd"), "lib/systemd/system/telnet.service", "[Service]\nEnvironmentFile=-/etc/default/td\nExecStart=/usr/sbin/telnetd -F $OPTS\n", "etc/default/td", "OPTS=\"-p 2525\"\n", "etc/systemd/system/multi-user.target.wants/telnet.service", "-> /lib/systemd/system/telnet.service"}, sure + " tcp/2525"},
		{"android service", []string{"etc/inittab", "", "etc/init.d/rcS", "", "system/bin/telnetd", tel, "init.rc", "service remote /system/bin/telnetd -p 2326\n    class core\n    user root\n"}, sure + " tcp/2326"},
		{"android disabled", []string{"etc/inittab", "", "etc/init.d/rcS", "", "system/bin/telnetd", tel, "init.rc", "service remote /system/bin/telnetd\n    class core\n    disabled\n"}, note},
		{"android by property", []string{"etc/inittab", "", "etc/init.d/rcS", "", "system/bin/telnetd", tel, "init.rc", "service remote /system/bin/telnetd\n    disabled\n\non property:persist.sys.factory=1\n    start remote\n"}, maybe + " persist.sys.factory"},
		{"android property as shipped", []string{"etc/inittab", "", "etc/init.d/rcS", "", "system/bin/telnetd", tel, "init.rc", "service remote /system/bin/telnetd\n    disabled\n\non property:ro.debuggable=1\n    start remote\n", "default.prop", "ro.debuggable=1\n"}, sure},
		{"cron at start", append(rcS("crond\n"), "usr/sbin/crond", "-> ../../bin/busybox", "etc/crontabs/root", "@reboot /usr/sbin/telnetd\n"), sure},
		{"cron every minute", append(rcS("crond\n"), "usr/sbin/crond", "-> ../../bin/busybox", "etc/crontabs/root", "* * * * * pidof telnetd || /usr/sbin/telnetd\n"), sure},
		{"xinetd", append(rcS("xinetd\n"), "usr/sbin/xinetd", prog("x"), "etc/xinetd.d/t", "service telnet\n{\n disable = no\n server = /usr/sbin/telnetd\n}\n"), sure},
		{"xinetd off", append(rcS("xinetd\n"), "usr/sbin/xinetd", prog("x"), "etc/xinetd.d/t", "service telnet\n{\n disable = yes\n server = /usr/sbin/telnetd\n}\n"), maybe},
		{"application script", append(rcS("/app/run\n"), "app/run", "0755 #!/bin/sh\ncd /app\n./main &\n/usr/sbin/telnetd -b 0.0.0.0:2327\n", "app/main", prog("m")), sure},
		{"hot plug", []string{"usr/sbin/telnetd", tel, "etc/hotplug.d/usb/10-x", "0755 #!/bin/sh\ntelnetd\n"}, maybe},
		{"local start", append(rcS("[ -f /etc/rc.local ] && sh /etc/rc.local\n"), "etc/rc.local", "telnetd &\n"), sure},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := bounded(t, cpioTree(with(base(), c.add...)))
			if c.want == "" {
				check(t, r)
				for _, x := range r.Findings {
					if x.ID == "daemon.telnet-at-boot" && x.Level != "note" {
						t.Errorf("%s: %s %s", x.Level, x.Title, x.Evidence)
					}
				}
				return
			}
			check(t, r, c.want)
		})
	}
}
