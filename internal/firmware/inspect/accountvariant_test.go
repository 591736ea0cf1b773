package inspect_test

import (
	"strings"
	"testing"
)

// Accounts in tables, scripts and settings, and keys that let in or are let out.
func TestAccountVariants(t *testing.T) {
	key, auth := freshKey(t)
	tryVariants(t, []variant{
		{"locked twin in shadow", []string{"etc/passwd", "root:x:0:0::/root:/bin/sh\nsvc:x:0:0::/:/bin/sh\n", "etc/shadow", "root:*:1:0:99999:7:::\nsvc:!:1:0:99999:7:::\n"}, "account.uid0-twin suspicious"},
		{"twin other uid", []string{"etc/passwd", "root:x:0:0::/root:/bin/sh\nsvc:x:100:0::/:/bin/sh\n"}, ""},
		{"backup shadow", []string{"etc/shadow-", "root::1:0:99999:7:::\n"}, ""},
		{"commented passwd", []string{"etc/passwd", "root:x:0:0::/root:/bin/sh\n#help::0:0::/:/bin/sh\n"}, ""},
		{"yescrypt", []string{"etc/shadow", "root:$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7:1:0:99999:7:::\n"}, "account.hardcoded suspicious"},
		{"printf passwd", started("printf 'pw99\\npw99\\n' | passwd root\n"), hardcoded},
		{"echo -e passwd", started("echo -e \"pw99\\npw99\" | passwd root\n"), hardcoded},
		{"heredoc passwd", started("passwd root <<EOF\npw99\npw99\nEOF\n"), hardcoded},
		{"usermod", started("usermod -p '$1$RYIwEiRA$d5iRRVQ5ZeRTrJwGjRy.B0' root\n"), hardcoded},
		{"useradd uid0", started("useradd -o -u 0 -g 0 -p '$1$RYIwEiRA$d5iRRVQ5ZeRTrJwGjRy.B0' maint\n"), "account.uid0-twin confirmed"},
		{"adduser locked", started("adduser -D -H -s /sbin/nologin svc\n"), ""},
		{"heredoc into passwd", started("cat >> /etc/passwd <<EOF\nmaint::0:0::/:/bin/sh\nEOF\n"), "account.uid0-twin confirmed"},
		{"sed empties shadow", started("sed -i 's/^root:[^:]*:/root::/' /etc/shadow\n"), "account.empty-password confirmed"},
		{"chpasswd heredoc", started("chpasswd <<EOF\nroot:pw99\nEOF\n"), hardcoded},
		{"chpasswd file", started("chpasswd < /etc/pw.txt\n", "etc/pw.txt", "root:pw99\n"), hardcoded},
		{"chpasswd from var", started("echo \"root:$(nvram get pw)\" | chpasswd\n"), ""},
		{"chpasswd cond", started("[ -f /mnt/f ] && echo root:pw99 | chpasswd\n"), "account.hardcoded suspicious"},
		{"json accounts", []string{"etc/config.json", "{\"users\":[{\"username\":\"admin\",\"password\":\"Qx81!\",\"level\":3}]}\n"}, "account.hardcoded probable"},
		{"json wifi", []string{"etc/config.json", "{\"wifi\":{\"ssid\":\"x\",\"password\":\"Qx81!\"}}\n"}, ""},
		{"lua accounts", []string{"etc/defaults.lua", "users = {\n { username = \"support\", password = \"Qx81!\" },\n}\n"}, "account.hardcoded probable"},
		{"ini accounts", []string{"etc/default.ini", "[account0]\nusername=support\npassword=Qx81!\n"}, "account.hardcoded probable"},
		{"ini pppoe", []string{"etc/default.ini", "[pppoe]\nusername=isp@x\npassword=Qx81!\n"}, ""},
		{"nvram accounts", []string{"etc/nvram_default", "http_username=admin\nhttp_passwd=Qx81!\nlan_ipaddr=192.168.1.1\n"}, "account.hardcoded probable"},
		{"xml empty tmpl", []string{"etc/c.xml", "<c><user name=\"a\"/><password>$PASS</password></c>\n"}, ""},
		{"json words of a page", []string{"www/lang/login.json", "{\"username\":\"Username\",\"password\":\"Password\"}\n"}, ""},
		{"account elsewhere", []string{"etc/ddclient.conf", "login=acme\npassword=Qx81!\n"}, "account.hardcoded suspicious"},
		{"htpasswd", []string{"etc/httpd.passwd", "admin:$apr1$abc$abcdefghijklmnopqrstu/\n"}, "account.hardcoded suspicious"},
		{"httpd.conf auth", []string{"etc/httpd.conf", "/cgi-bin:admin:admin\n"}, "account.hardcoded probable"},
		{"authorized by script", started("mkdir -p /root/.ssh\necho '" + strings.TrimSpace(auth) + "' >> /root/.ssh/authorized_keys\ndropbear\n"), "key.authorized confirmed"},
		{"authorized by copy", started("cp /etc/vendor.pub /root/.ssh/authorized_keys\ndropbear\n", "etc/vendor.pub", auth), "key.authorized confirmed"},
		{"pub alone", []string{"etc/vendor.pub", auth}, ""},
		{"authorized sample", []string{"root/.ssh/authorized_keys.sample", auth}, ""},
		{"authorized commented", []string{"root/.ssh/authorized_keys", "#" + auth}, ""},
		{"key escaped json", []string{"etc/c.json", "{\"key\":\"" + strings.ReplaceAll(key, "\n", "\\n") + "\"}"}, "key.private suspicious"},
		{"key used by lighttpd", []string{"etc/lighttpd/server.pem", key, "etc/lighttpd/lighttpd.conf", "ssl.pemfile = \"/etc/lighttpd/server.pem\"\n"}, "key.private probable"},
		{"key used by argument", started("/usr/sbin/app -k /usr/share/k.pem\n", "usr/share/k.pem", key), "key.private probable"},
		{"key in tests", []string{"usr/share/app/tests/key.pem", key}, ""},
	})
}
