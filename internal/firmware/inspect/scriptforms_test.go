package inspect_test

import "testing"

// How scripts compute what they start, and which programs run a script they are given.
func TestScriptForms(t *testing.T) {
	tel := prog("telnetd here")
	owrt12 := "0755 #!/bin/sh /etc/rc.common\nSTART=50\nhas_root_pwd() {\n\tlocal pwd=$([ -f \"$1\" ] && cat \"$1\")\n\tpwd=\"${pwd#*root:}\"\n\tpwd=\"${pwd%%:*}\"\n\ttest -n \"${pwd#[\\!x]}\"\n}\nhas_ssh_pubkey() {\n\t( /etc/init.d/dropbear enabled 2> /dev/null && grep -qs \"^ssh-\" /etc/dropbear/authorized_keys )\n}\nstart() {\n\tif ( ! has_ssh_pubkey && ! has_root_pwd /etc/passwd && ! has_root_pwd /etc/shadow ); then\n\t\tservice_start /usr/sbin/telnetd -l /bin/login.sh\n\tfi\n}\n"
	tryVariants(t, []variant{
		{"owrt12", []string{"etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n", "sbin/procd", prog("p"), "usr/sbin/telnetd", tel, "etc/init.d/telnet", owrt12, "etc/rc.d/S50telnet", "-> ../init.d/telnet"}, telnetMaybe},
		{"failsafe", []string{"etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n", "sbin/procd", prog("p"), "usr/sbin/telnetd", tel, "etc/preinit", "0755 #!/bin/sh\n. /lib/functions/preinit.sh\nfor pi_source_file in /lib/preinit/*; do\n\t. $pi_source_file\ndone\nboot_run_hook preinit_main\n", "lib/functions/preinit.sh", "boot_hook_add() { eval \"$1_hook=\\\"\\$$1_hook $2\\\"\"; }\nboot_run_hook() { :; }\n", "lib/preinit/99_10_failsafe_login", "failsafe_netlogin () {\n\ttelnetd -l /bin/login.sh <> /dev/null 2>&1\n}\nboot_hook_add failsafe failsafe_netlogin\n"}, ""},
		{"realtek flash get", started("eval `flash get TELNET_ENABLED`\nif [ \"$TELNET_ENABLED\" = \"1\" ]; then\n telnetd &\nfi\n"), telnetMaybe},
		{"hisi profile", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #! /bin/sh\n/bin/mount -a\necho \"\n            _ _ _\n\"\nfor initscript in /etc/init.d/S[0-9][0-9]*\ndo\n\tif [ -x $initscript ] ;\n\tthen\n\t\t$initscript\n\tfi\ndone\n", "etc/init.d/S00devs", "0755 #!/bin/sh\nmknod /dev/console c 5 1\n", "etc/init.d/S80network", "0755 #!/bin/sh\nifconfig lo 127.0.0.1\ntelnetd&\n"}, telnetSure},
		{"busybox inetd line", started("inetd\n", "usr/sbin/inetd", "-> ../../bin/busybox", "etc/inetd.conf", "23 stream tcp nowait root /bin/busybox busybox telnetd -i -l /bin/sh\n"), telnetSure},
		{"mtd partition script", started("dd if=/dev/mtdblock5 of=/tmp/run.sh\nsh /tmp/run.sh\n"), ""},
		{"sd card script", started("[ -f /mnt/sd/autorun.sh ] && sh /mnt/sd/autorun.sh\n"), ""},
		{"watchdog restart", started("while true; do\n /usr/sbin/telnetd -F -p 2360\n sleep 1\ndone &\n"), telnetSure + " 2360"},
		{"env default var", started("PORT=${TELNET_PORT:-2361}\ntelnetd -p $PORT\n"), telnetSure + " 2361"},
		{"read conf loop", started("while IFS='=' read k v; do [ \"$k\" = telnet ] && [ \"$v\" = 1 ] && telnetd; done < /etc/app.conf\n", "etc/app.conf", "http=1\ntelnet=1\n"), telnetSure},
		{"read conf loop off", started("while IFS='=' read k v; do [ \"$k\" = telnet ] && [ \"$v\" = 1 ] && telnetd; done < /etc/app.conf\n", "etc/app.conf", "http=1\ntelnet=0\n"), telnetMaybe},
		{"case default arm", started("case \"$(cat /etc/mode)\" in\n factory) : ;;\n *) telnetd ;;\nesac\n", "etc/mode", "user\n"), telnetSure},
		{"arith if", started("n=3\nif [ $((n-3)) -eq 0 ]; then telnetd; fi\n"), telnetSure},
		{"arith if not", started("n=3\nif (( n > 5 )); then telnetd; fi\n"), ""},
		{"let", started("let x=1+1\n[ $x = 2 ] && telnetd\n"), telnetSure},
		{"string strip", started("M=cam-debug\nif [ \"${M##*-}\" = debug ]; then telnetd; fi\n"), telnetSure},
		{"string strip no", started("M=cam-release\nif [ \"${M##*-}\" = debug ]; then telnetd; fi\n"), telnetNote},
		{"string length", started("K=\n[ ${#K} -eq 0 ] && telnetd\n"), telnetSure},
		{"regex", started("V=1.2.3-dbg\n[[ $V =~ dbg$ ]] && telnetd\n"), telnetSure},
		{"pattern test", started("V=1.2.3-dbg\n[[ $V == *-dbg ]] && telnetd\n"), telnetSure},
		{"substring", started("V=debug1\n[ \"${V:0:5}\" = debug ] && telnetd\n"), telnetSure},
		{"replace", started("V=te_lne_td\n${V//_/}\n"), telnetSure},
		{"seq loop", started("for i in $(seq 1 3); do sleep 1; done; telnetd\n"), telnetSure},
		{"expr", started("X=`expr 1 + 1`\n[ $X -eq 2 ] && telnetd\n"), telnetSure},
		{"which", started("which telnetd && telnetd\ncommand -v telnetd >/dev/null && telnetd -p 99\n"), telnetSure},
		{"which missing", []string{"etc/init.d/rcS", "0755 #!/bin/sh\nwhich telnetd >/dev/null && telnetd\n"}, telnetNote},
		{"subshell cd", started("(cd /usr/sbin; ./telnetd)\n"), telnetSure},
		{"alias", started("alias t=telnetd\nt -p 98\n"), telnetSure},
		{"local var func", started("go() { local p=$1; telnetd -p $p; }\ngo 2362\n"), telnetSure + " 2362"},
		{"getopts", started("/usr/bin/net.sh -t\n", "usr/bin/net.sh", "0755 #!/bin/sh\nwhile getopts th o; do\n case $o in\n  t) telnetd ;;\n  h) echo usage ;;\n esac\ndone\n"), telnetSure},
		{"dollar at", started("/usr/bin/run.sh telnetd -p 2363\n", "usr/bin/run.sh", "0755 #!/bin/sh\nexec \"$@\"\n"), telnetSure + " 2363"},
		{"shift loop", started("/usr/bin/run.sh web telnet\n", "usr/bin/run.sh", "0755 #!/bin/sh\nwhile [ $# -gt 0 ]; do\n case $1 in\n web) httpd;;\n telnet) telnetd;;\n esac\n shift\ndone\n"), telnetSure},
		{"ubus", started("ubus call service add '{\"name\":\"t\",\"instances\":{\"i\":{\"command\":[\"/usr/sbin/telnetd\",\"-F\"]}}}'\n"), telnetSure},
		{"at daemon", started("echo telnetd | at now\n", "usr/bin/at", prog("at")), telnetSure},
		{"sysctl core_pattern", started("echo '|/usr/sbin/telnetd' > /proc/sys/kernel/core_pattern\n"), telnetMaybe},
		{"hotplug helper", started("echo /sbin/hp.sh > /proc/sys/kernel/hotplug\n", "sbin/hp.sh", "0755 #!/bin/sh\n[ \"$SUBSYSTEM\" = usb ] && telnetd\n"), telnetMaybe},
		{"dnsmasq script", started("dnsmasq --dhcp-script=/etc/dhcp.sh\n", "usr/sbin/dnsmasq", prog("d"), "etc/dhcp.sh", "0755 #!/bin/sh\ntelnetd\n"), telnetMaybe},
		{"udhcpc script", started("udhcpc -i eth0 -s /etc/dhcp.sh\n", "etc/dhcp.sh", "0755 #!/bin/sh\n[ \"$1\" = bound ] && telnetd\n"), telnetMaybe},
		{"wpa_cli action", started("wpa_cli -a /etc/act.sh -B\n", "usr/sbin/wpa_cli", prog("w"), "etc/act.sh", "0755 #!/bin/sh\ntelnetd\n"), telnetMaybe},
		{"inotifyd", started("inotifyd /etc/ev.sh /mnt &\n", "etc/ev.sh", "0755 #!/bin/sh\ntelnetd\n"), telnetMaybe},
		{"telnetd package doc", []string{"usr/sbin/telnetd", tel, "usr/lib/opkg/info/telnetd.control", "Package: telnetd\nDescription: telnetd -l /bin/sh server\n"}, ""},
		{"busybox config", []string{"etc/busybox.conf", "[SUID]\nsu = ssx root.0\ntelnetd = ssx root.0\n"}, ""},
		{"services file", []string{"etc/services", "telnet 23/tcp\nssh 22/tcp\nadb 5555/tcp\n"}, ""},
		{"rsyslog filter", []string{"etc/rsyslog.d/t.conf", ":programname, isequal, \"telnetd\" /var/log/t.log\n"}, ""},
		{"securetty", []string{"etc/securetty", "console\nttyS0\npts/0\n"}, ""},
		{"pam", []string{"etc/pam.d/telnetd", "auth required pam_unix.so nullok\n"}, ""},
		{"apparmor", []string{"etc/apparmor.d/usr.sbin.telnetd", "/usr/sbin/telnetd {\n  /bin/login ux,\n}\n"}, ""},
		{"fail2ban", []string{"etc/fail2ban/jail.conf", "[telnetd]\nenabled = true\nport = 23\nfilter = telnetd\n"}, ""},
	})
}
