package inspect_test

import (
	"encoding/base64"
	"strings"
	"testing"
)

// Keys, accounts and communities in further forms and encodings.
func TestSecretForms(t *testing.T) {
	key, auth := freshKey(t)
	utf16 := func(s string) string {
		var b strings.Builder
		b.WriteString("\xff\xfe")
		for _, c := range []byte(s) {
			b.WriteByte(c)
			b.WriteByte(0)
		}
		return b.String()
	}
	indent := "    " + strings.ReplaceAll(strings.TrimSpace(key), "\n", "\n    ") + "\n"
	sus := "key.private suspicious"
	tryVariants(t, []variant{
		{"utf16 pem", []string{"etc/k.txt", utf16(key)}, sus},
		{"crlf pem", []string{"etc/k.pem", strings.ReplaceAll(key, "\n", "\r\n")}, sus},
		{"yaml pem", []string{"etc/a.yaml", "tls:\n  key: |\n" + indent}, sus},
		{"base64 of pem", []string{"etc/a.conf", "KEY_B64=" + base64.StdEncoding.EncodeToString([]byte(key)) + "\n"}, sus},
		{"one line der", []string{"etc/a.json", "{\"privateKey\":\"" + strings.Join(strings.Split(strings.TrimSpace(key), "\n")[1:2], "") + "\"}\n"}, sus},
		{"wireguard", []string{"etc/wireguard/wg0.conf", "[Interface]\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\nListenPort = 51820\n[Peer]\nPublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\n"}, sus},
		{"wireguard uci", []string{"etc/config/network", "config interface 'wg0'\n option proto 'wireguard'\n option private_key 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk='\n"}, sus},
		{"wireguard empty", []string{"etc/wireguard/wg0.conf", "[Interface]\nPrivateKey = <your key>\n"}, ""},
		{"openvpn inline", []string{"etc/openvpn/c.conf", "client\nremote 203.0.113.4 1194\n<key>\n" + key + "</key>\n"}, sus},
		{"openvpn static", []string{"etc/openvpn/ta.key", "#\n# 2048 bit OpenVPN static key\n#\n-----BEGIN OpenVPN Static key V1-----\n" + strings.Repeat("e5e4d6af39289d53171ecc237a8f996a\n", 16) + "-----END OpenVPN Static key V1-----\n"}, sus},
		{"ppk", []string{"root/k.ppk", "PuTTY-User-Key-File-2: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 2\nAAAAC3NzaC1lZDI1NTE5AAAAIGbmNdDzKyTkfuaDdYPfKVQdFUeYSKqVhzBOCGF7\nXXXX\nPrivate-Lines: 1\nAAAAIIH5oeYlUpvgcOYvtV8GEzP4bbYnKx5fzrC4UBMy8vJy\nPrivate-MAC: 1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c\n"}, sus},
		{"jwk", []string{"etc/k.jwk", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"mWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}\n"}, sus},
		{"jwk public", []string{"etc/k.jwk", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}\n"}, ""},
		{"known_hosts", []string{"root/.ssh/known_hosts", "203.0.113.4 " + auth, "root/.ssh/id_ed25519.pub", auth}, ""},
		{"authorized forced", started("dropbear\n", "root/.ssh/authorized_keys", "command=\"/bin/sh\",no-pty "+auth), "key.authorized confirmed"},
		{"authorized keysfile", started("/usr/sbin/sshd\n", "usr/sbin/sshd", prog("OpenSSH_9.2"), "etc/ssh/sshd_config", "AuthorizedKeysFile /etc/ssh/keys/%u\n", "etc/ssh/keys/root", auth), "key.authorized confirmed"},
		{"authorized by user home", []string{"etc/passwd", "root:x:0:0::/root:/bin/sh\nsvc:x:1000:1000::/opt/svc:/bin/sh\n", "opt/svc/.ssh/authorized_keys", auth}, "key.authorized probable"},

		{"passwd -d", started("passwd -d root\n"), "account.empty-password confirmed"},
		{"passwd -l", started("passwd -l root\n"), ""},
		{"chpasswd -e", started("echo 'root:$1$RYIwEiRA$d5iRRVQ5ZeRTrJwGjRy.B0' | chpasswd -e\n"), hardcoded},
		{"openssl passwd", started("usermod -p \"$(openssl passwd -1 s3cretX)\" root\n"), hardcoded},
		{"useradd then passwd", started("useradd -m svc\necho svc:Svc99x | chpasswd\n"), hardcoded},
		{"random password", started("P=$(head -c 8 /dev/urandom | md5sum | cut -c1-8)\necho \"root:$P\" | chpasswd\n"), ""},
		{"password from serial", started("SN=$(cat /sys/class/net/eth0/address)\necho \"root:$SN\" | chpasswd\n"), ""},
		{"passwd linked to tmp", started("cp /etc/passwd.dist /tmp/passwd\n", "etc/passwd", "-> /tmp/passwd", "etc/passwd.dist", "root::0:0::/root:/bin/sh\n", "etc/shadow", ""), "account.empty-password confirmed"},
		{"tar of etc", started("tar xzf /etc/default.tgz -C /var\n", "etc/default.tgz", string(gz(makeTar(tarEntry{"etc/passwd", "", '0', "root:$1$RYIwEiRA$d5iRRVQ5ZeRTrJwGjRy.B0:0:0:root:/:/bin/sh\n"})))), "account.known-hash confirmed"},
		{"md5 xml", []string{"etc/users.xml", "<users><user><name>admin</name><password>21232f297a57a5a743894a0e4a801fc3</password></user></users>\n"}, "account.known-hash confirmed"},
		{"htdigest", []string{"etc/lighttpd/digest.user", "admin:cam:2b7d4ae2b0d5f7d3b7f7e5b1b9f5e2a1\n"}, "account.hardcoded suspicious"},
		{"uci rpcd p", []string{"etc/config/rpcd", "config login\n option username 'root'\n option password '$p$root'\n list read '*'\n"}, ""},
		{"uci rpcd hash", []string{"etc/config/rpcd", "config login\n option username 'tech'\n option password '$1$RYIwEiRA$d5iRRVQ5ZeRTrJwGjRy.B0'\n"}, "account.known-hash confirmed"},
		{"wpa psk", []string{"etc/wpa_supplicant.conf", "network={\n ssid=\"lab\"\n psk=\"hunter222\"\n}\n"}, ""},
		{"hostapd", []string{"etc/hostapd.conf", "interface=wlan0\nssid=AP\nwpa_passphrase=12345678\n"}, ""},
		{"chap", []string{"etc/ppp/chap-secrets", "# client server secret IP\n"}, ""},
		{"nis line", []string{"etc/passwd", "root:x:0:0::/root:/bin/sh\n+::::::\n"}, ""},
		{"sync false", []string{"etc/passwd", "root:x:0:0::/root:/bin/sh\nsync:x:4:65534:sync:/bin:/bin/sync\nhalt:x:7:0:halt:/sbin:/sbin/halt\n"}, ""},
		{"bsd toor", []string{"etc/passwd", "root:x:0:0::/root:/bin/sh\ntoor:*:0:0::/root:\n"}, ""},
		{"doc sample", []string{"usr/share/doc/x/passwd.sample", "root::0:0::/root:/bin/sh\nevil:x:0:0::/:/bin/sh\n"}, ""},
		{"snmp com2sec", []string{"etc/snmp/snmpd.conf", "com2sec notConfigUser default private\ngroup g v2c notConfigUser\nview all included .1\naccess g \"\" any noauth exact all all none\n"}, "remote.snmp-default suspicious"},
		{"snmp com2sec local", []string{"etc/snmp/snmpd.conf", "com2sec local 127.0.0.1 private\n"}, ""},
		{"snmp v3", []string{"etc/snmp/snmpd.conf", "createUser ops SHA \"Zq81kkzzzz\" AES\nrouser ops priv\n"}, ""},
		{"snmp commented", []string{"etc/snmp/snmpd.conf", "#rwcommunity private\nagentAddress udp:127.0.0.1:161\n"}, ""},
		{"tr069 xml off", []string{"etc/tr.xml", "<ManagementServer><EnableCWMP>0</EnableCWMP><URL></URL><ConnectionRequestUsername></ConnectionRequestUsername><ConnectionRequestPassword></ConnectionRequestPassword></ManagementServer>\n"}, ""},
		{"tr069 xml", []string{"etc/tr.xml", "<ManagementServer><EnableCWMP>1</EnableCWMP><URL>http://acs.example.invalid:7547/</URL><ConnectionRequestUsername>tr069</ConnectionRequestUsername><ConnectionRequestPassword>tr069</ConnectionRequestPassword></ManagementServer>\n"}, "remote.tr069-default suspicious"},
		{"tr069 tls own", []string{"etc/cwmpd.conf", "acs_url = https://acs.example.invalid/\nconnection_request_username = \nconnection_request_password = \n"}, ""},
	})
}
