package inspect_test

import "testing"

// What else listens: debug bridges, shells behind general tools, servers that take empty passwords.
func TestListenVariants(t *testing.T) {
	tel := prog("telnetd here")
	sysd := func(more ...string) []string {
		return append([]string{"etc/inittab", "", "etc/init.d/rcS", "", "usr/sbin/telnetd", tel, "lib/systemd/systemd", prog("systemd")}, more...)
	}
	and := func(more ...string) []string {
		return append([]string{"etc/inittab", "", "etc/init.d/rcS", "", "system/bin/telnetd", tel, "system/bin/sh", prog("mksh"), "system/bin/adbd", prog("adbd")}, more...)
	}
	tryVariants(t, []variant{
		{"adb script", and("init.rc", "service boot /system/bin/sh /system/etc/boot.sh\n    class main\n", "system/etc/boot.sh", "#!/system/bin/sh\nsetprop service.adb.tcp.port 5555\nstop adbd\nstart adbd\n"), "daemon.adb-at-boot confirmed"},
		{"adb by rcS", []string{"usr/bin/adbd", prog("adbd"), "etc/init.d/rcS", "0755 #!/bin/sh\n/usr/bin/adbd &\n"}, "daemon.adb-at-boot confirmed"},
		{"adb conditional", []string{"usr/bin/adbd", prog("adbd"), "etc/init.d/rcS", "0755 #!/bin/sh\n[ -f /mnt/flag ] && /usr/bin/adbd &\n"}, "daemon.adb-at-boot suspicious"},
		{"adb secure usb", and("default.prop", "ro.adb.secure=1\nro.debuggable=0\npersist.sys.usb.config=mtp,adb\n"), "daemon.adb-at-boot suspicious"},
		{"adb off", and("default.prop", "ro.adb.secure=1\nro.debuggable=0\npersist.sys.usb.config=mtp\n"), ""},
		{"adb persist port", and("system/build.prop", "persist.adb.tcp.port=5555\nro.adb.secure=0\n"), "daemon.adb-at-boot confirmed"},
		{"adb commented", and("default.prop", "#persist.sys.usb.config=adb\nro.adb.secure=1\n"), ""},
		{"inetd shell", []string{"usr/sbin/inetd", prog("i"), "etc/init.d/rcS", "0755 #!/bin/sh\ninetd\n", "etc/inetd.conf", "9999 stream tcp nowait root /bin/sh sh -i\n"}, "daemon.debug-at-boot confirmed"},
		{"xinetd shell", []string{"usr/sbin/xinetd", prog("i"), "etc/init.d/rcS", "0755 #!/bin/sh\nxinetd\n", "etc/xinetd.d/x", "service x\n{\n port = 9998\n server = /bin/sh\n server_args = -i\n}\n"}, "daemon.debug-at-boot confirmed"},
		{"tcpsvd shell", []string{"etc/init.d/rcS", "0755 #!/bin/sh\ntcpsvd -v 0.0.0.0 4444 sh &\n", "usr/bin/tcpsvd", "-> ../../bin/busybox"}, "daemon.debug-at-boot confirmed"},
		{"tcpsvd telnet", []string{"etc/init.d/rcS", "0755 #!/bin/sh\ntcpsvd 0 2323 telnetd -i &\n", "usr/bin/tcpsvd", "-> ../../bin/busybox", "usr/sbin/telnetd", tel}, telnetSure},
		{"socket shell", sysd("lib/systemd/system/d.socket", "[Socket]\nListenStream=7777\nAccept=yes\n", "lib/systemd/system/d@.service", "[Service]\nExecStart=/bin/sh -i\nStandardInput=socket\n", "etc/systemd/system/sockets.target.wants/d.socket", "-> /lib/systemd/system/d.socket"), "daemon.debug-at-boot confirmed"},
		{"ncat exec", []string{"usr/bin/ncat", prog("n"), "etc/init.d/rcS", "0755 #!/bin/sh\nncat -lk 4444 --sh-exec /bin/ash\n"}, "daemon.debug-at-boot confirmed"},
		{"nc -lp -e ash", []string{"bin/nc", "-> busybox", "etc/init.d/rcS", "0755 #!/bin/sh\nnc -lp 4444 -e ash &\n"}, "daemon.debug-at-boot confirmed"},
		{"busybox nc", []string{"etc/init.d/rcS", "0755 #!/bin/sh\nbusybox nc -ll -p 4445 -e /bin/login &\n"}, "daemon.debug-at-boot confirmed"},
		{"socat short", []string{"usr/bin/socat", prog("s"), "etc/init.d/rcS", "0755 #!/bin/sh\nsocat tcp-l:5555,reuseaddr,fork exec:'/bin/sh -i',pty &\n"}, "daemon.debug-at-boot confirmed"},
		{"socat serial", []string{"usr/bin/socat", prog("s"), "etc/init.d/rcS", "0755 #!/bin/sh\nsocat TCP-LISTEN:5555,fork /dev/ttyS1,raw &\n"}, ""},
		{"sh from fifo", []string{"bin/nc", "-> busybox", "etc/init.d/rcS", "0755 #!/bin/sh\nmknod /tmp/p p\nnc -l -p 4242 < /tmp/p | sh > /tmp/p 2>&1 &\n"}, "daemon.debug-at-boot confirmed"},
		{"nc conditional", []string{"bin/nc", "-> busybox", "etc/init.d/rcS", "0755 #!/bin/sh\n[ -f /mnt/x ] && nc -l -p 4242 -e /bin/sh\n"}, "daemon.debug-at-boot suspicious"},
		{"nc client", []string{"bin/nc", "-> busybox", "etc/init.d/rcS", "0755 #!/bin/sh\necho hi | nc 192.0.2.1 514\n"}, ""},
		{"gdbserver cond", []string{"usr/bin/gdbserver", prog("g"), "etc/init.d/rcS", "0755 #!/bin/sh\n[ \"$(fw_printenv -n dbg)\" = 1 ] && gdbserver :1234 /bin/app\n"}, "daemon.debug-at-boot suspicious"},
		{"rlogin inetd", []string{"usr/sbin/inetd", prog("i"), "usr/sbin/in.rlogind", prog("r"), "etc/init.d/rcS", "0755 #!/bin/sh\ninetd\n", "etc/inetd.conf", "login stream tcp nowait root /usr/sbin/in.rlogind in.rlogind\n"}, "daemon.debug-at-boot confirmed"},
		{"inetd commented", []string{"usr/sbin/inetd", prog("i"), "usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\ninetd\n", "etc/inetd.conf", "#telnet stream tcp nowait root /usr/sbin/telnetd telnetd\n"}, ""},
		{"inetd other conf", []string{"usr/sbin/inetd", prog("i"), "usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\ninetd /etc/my_inetd.conf\n", "etc/my_inetd.conf", "telnet stream tcp nowait root /usr/sbin/telnetd telnetd\n"}, telnetSure},
		{"dropbear -B", []string{"etc/init.d/rcS", "0755 #!/bin/sh\ndropbear -R -B\n"}, "daemon.ssh-at-boot confirmed"},
		{"dropbear cond", []string{"etc/init.d/rcS", "0755 #!/bin/sh\n[ -e /mnt/x ] && dropbear\n"}, "daemon.ssh-at-boot note"},
		{"sshd empty", []string{"usr/sbin/sshd", prog("OpenSSH_9.2"), "etc/init.d/rcS", "0755 #!/bin/sh\n/usr/sbin/sshd\n", "etc/ssh/sshd_config", "PermitEmptyPasswords yes\nPermitRootLogin yes\n"}, "daemon.ssh-at-boot confirmed"},
	})
}

// What an event starts is started when it happens, whatever the event says.
func TestEventVariants(t *testing.T) {
	tel := prog("telnetd here")
	tryVariants(t, []variant{
		{"telnet in profile", []string{"usr/sbin/telnetd", tel, "etc/profile", "telnetd\n"}, "daemon.telnet-at-boot suspicious"},
		{"telnet in profile.d", []string{"usr/sbin/telnetd", tel, "etc/profile.d/x.sh", "telnetd\n"}, "daemon.telnet-at-boot suspicious"},
		{"telnet by udhcpc", []string{"usr/sbin/telnetd", tel, "usr/share/udhcpc/default.script", "0755 #!/bin/sh\ncase $1 in bound) telnetd;; esac\n"}, "daemon.telnet-at-boot suspicious"},
		{"telnet by button", []string{"usr/sbin/telnetd", tel, "etc/rc.button/reset", "0755 #!/bin/sh\ntelnetd\n"}, "daemon.telnet-at-boot suspicious"},
		{"telnet by mdev", []string{"usr/sbin/telnetd", tel, "etc/mdev.conf", "sd[a-z] 0:0 660 @/bin/usb.sh\n", "bin/usb.sh", "0755 #!/bin/sh\ntelnetd\n"}, "daemon.telnet-at-boot suspicious"},
		{"telnet by cgi", []string{"usr/sbin/telnetd", tel, "www/index.html", "x.cgi", "www/cgi-bin/x.cgi", "0755 #!/bin/sh\n[ \"$QUERY_STRING\" = on ] && telnetd\n"}, "daemon.telnet-at-boot note"},
		{"telnet in preinit", []string{"usr/sbin/telnetd", tel, "etc/preinit", "0755 #!/bin/sh\n. /lib/functions.sh\nfor f in /lib/preinit/*; do . $f; done\n", "lib/preinit/99_t", "telnetd\n"}, "daemon.telnet-at-boot confirmed"},
		{"rc.local app", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\n/etc/rc.local\n", "etc/rc.local", "0755 #!/bin/sh\n/bin/busybox telnetd -l/bin/sh -p 60023 &\n"}, "daemon.telnet-at-boot confirmed tcp/60023"},
		{"watch dog", []string{"usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\n(\nwhile true\ndo\n  n=`ps | grep telnetd | grep -v grep | wc -l`\n  if [ $n -eq 0 ]; then\n    telnetd\n  fi\n  sleep 5\ndone\n) &\n"}, "daemon.telnet-at-boot suspicious"},
	})
}
