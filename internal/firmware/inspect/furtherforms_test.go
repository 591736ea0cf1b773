package inspect_test

import "testing"

// Known cases and what names them, accounts in further settings, fetches that are checked.
func TestFurtherForms(t *testing.T) {
	su := func(n string) string { return "4755 " + prog(n)[5:] }
	tryVariants(t, []variant{
		{"word in renamed agent", []string{"vendor/bin/syncd", su("ztex1609523")}, "string.magic-backdoor probable"},
		{"word not setuid renamed", []string{"vendor/bin/syncd", prog("ztex1609523")}, ""},
		{"dlink agent elf", []string{"bin/webs", prog("xmlset_roodkcableoj28840ybtide")}, "string.magic-backdoor confirmed"},
		{"yara rule file", []string{"etc/yara/x.yar", "rule z { strings: $a = \"ztex1609523\" $b = \"OpenTelnet:OpenOnce\" condition: any of them }\n"}, ""},
		{"clam db", []string{"var/lib/clamav/x.ndb", "Z.Agent:6:*:7a746578313630393532333b\nOpenTelnet:OpenOnce\n"}, ""},
		{"gch deep", []string{"usr/share/web/pages/web_shell_cmd.gch", "<% x %>"}, "web.known-vuln-handler confirmed + maker.platform probable zte"},
		{"gch linked", []string{"home/httpd/web_shell_cmd.gch", "-> /tmp/x"}, ""},
		{"upnp desc", []string{"etc/upnp/DeviceUpgrade.xml", "<scpd><actionList><action><name>Upgrade</name><argumentList><argument><name>NewDownloadURL</name></argument><argument><name>NewStatusURL</name></argument></argumentList></action></actionList></scpd>\n"}, "web.known-vuln-handler suspicious"},
		{"upnp other", []string{"etc/upnp/igd.xml", "<scpd><action><name>GetStatusInfo</name></action></scpd>\n"}, ""},

		{"cgi hidden runs", []string{"www/index.html", "<a href=/cgi-bin/a.cgi>a</a>", "www/cgi-bin/a.cgi", "0755 #!/bin/sh\necho a\n", "www/cgi-bin/engtest.cgi", "0755 #!/bin/sh\n[ \"$QUERY_STRING\" = on ] && telnetd\n"}, "web.hidden-endpoint suspicious engtest.cgi"},
		{"cgi linked by js", []string{"www/index.html", "<script src=m.js></script>", "www/m.js", "load('/cgi-bin/eng.cgi')", "www/cgi-bin/eng.cgi", "0755 #!/bin/sh\necho $QUERY_STRING\n"}, ""},

		{"yaml accounts", []string{"etc/users.yaml", "users:\n  - username: tech\n    password: Zq81kk\n"}, "account.hardcoded probable tech"},
		{"toml accounts", []string{"etc/app.toml", "[login]\nusername = \"tech\"\npassword = \"Zq81kk\"\n"}, "account.hardcoded probable tech"},
		{"env file", []string{"etc/default/app", "ADMIN_USER=tech\nADMIN_PASSWORD=Zq81kk\n"}, "account.hardcoded probable tech"},
		{"vsftpd users", []string{"etc/vsftpd/virtual_users.txt", "tech\nZq81kk\n"}, ""},
		{"file server's account", []string{"etc/samba/smbpasswd", "# comment\nroot:0:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:209C6174DA490CAEB422F3FA5A7AE634:[U          ]:LCT-4BFA1F41:\n"}, "account.known-hash confirmed root"},
		{"file server's account off", []string{"etc/samba/smbpasswd", "root:0:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:209C6174DA490CAEB422F3FA5A7AE634:[UD         ]:LCT-4BFA1F41:\n"}, ""},
		{"mosquitto passwd", []string{"etc/mosquitto/passwd", "tech:$6$abcdefgh$oUXkNxEt/dJGKMZko2I9OuwP6aAVJQkygN==\n"}, "account.hardcoded suspicious"},
		{"git url", []string{"etc/x.conf", "url=ssh://git@host.example.invalid/x\n"}, ""},
		{"email", []string{"etc/x.conf", "mail=root@example.invalid\nuser=smtp\n"}, ""},
		{"password policy", []string{"etc/pwquality.conf", "minlen = 8\npassword_history = 5\n", "etc/login.defs", "PASS_MAX_DAYS 99999\nUID_MIN 1000\n"}, ""},
		{"pam config", []string{"etc/pam.d/common-password", "password [success=1 default=ignore] pam_unix.so obscure yescrypt\n"}, ""},
		{"wpa uci", []string{"etc/config/wireless", "config wifi-iface\n option ssid 'OpenWrt'\n option encryption 'psk2'\n option key '12345678'\n"}, ""},
		{"ppp uci", []string{"etc/config/network", "config interface 'wan'\n option proto 'pppoe'\n option username 'u'\n option password 'p'\n"}, ""},
		{"ddns uci", []string{"etc/config/ddns", "config service 'my'\n option username 'you'\n option password 'secret'\n"}, ""},
		{"capability", []string{"bin/x", prog("x")}, ""},

		{"tr069 disabled uci", []string{"etc/config/cwmp", "config cwmp\n option enable '0'\n option acs_url 'http://acs.example.invalid/'\n"}, "remote.tr069-default suspicious"},
		{"snmp rw any user", []string{"etc/snmp/snmpd.conf", "rwuser admin noauth\n"}, "remote.snmp-default suspicious"},
		{"snmp own community narrow", []string{"etc/snmp/snmpd.conf", "rocommunity Zq81kk 10.0.0.0/8\n"}, ""},
		{"opkg https", []string{"etc/opkg/distfeeds.conf", "src/gz core https://downloads.example.invalid/core\n", "etc/opkg.conf", "option check_signature\n"}, ""},
		{"rauc", started("wget -O /tmp/b.raucb http://u.example.invalid/b.raucb && rauc install /tmp/b.raucb\n"), ""},
		{"swupdate key", started("wget -O /tmp/b.swu http://u.example.invalid/b.swu && swupdate -k /etc/k.pem -i /tmp/b.swu\n"), ""},
		{"sysupgrade F", started("wget -O /tmp/f http://u.example.invalid/f\nsysupgrade -F /tmp/f\n"), "update.unsigned probable"},
		{"curl bash https", started("curl -fsSL https://u.example.invalid/i.sh | bash\n"), ""},
		{"git pull", started("cd /opt/app && git pull http://u.example.invalid/app.git && ./run.sh\n", "usr/bin/git", prog("git")), "update.unsigned suspicious"},
		{"pip http", started("pip install --index-url http://u.example.invalid/ app\n", "usr/bin/pip", "0755 #!/usr/bin/python3\n"), "update.unsigned suspicious"},
	})
}
