package inspect_test

import (
	"strings"
	"testing"
)

// What requests run, what is fetched, and what runs with all rights.
func TestWebVariants(t *testing.T) {
	php := func(s string) []string { return []string{"www/a.php", s} }
	tryVariants(t, []variant{
		{"eval case-validated", cgiScript("IP=${QUERY_STRING#ip=}\ncase \"$IP\" in\n *[!0-9.]*) exit 1;;\nesac\neval \"ping $IP\"\n"), ""},
		{"eval grep-validated", cgiScript("IP=${QUERY_STRING#ip=}\necho \"$IP\" | grep -Eq '^[0-9.]+$' || exit 1\nsh -c \"ping $IP\"\n"), ""},
		{"quoted arg", cgiScript("IP=${QUERY_STRING#ip=}\nping -c 1 \"$IP\"\n"), ""},
		{"unquoted arg", cgiScript("IP=${QUERY_STRING#ip=}\nping -c 1 $IP\n"), ""},
		{"sh -c", cgiScript("IP=`echo $QUERY_STRING | cut -d= -f2`\nsh -c \"ping -c 1 $IP\"\n"), injected},
		{"subst replaced", cgiScript("IP=${QUERY_STRING#ip=}\nIP=${IP//[^0-9.]/}\neval \"ping $IP\"\n"), ""},
		{"sed cleaned", cgiScript("IP=$(echo \"$QUERY_STRING\" | sed 's/[^0-9.]//g')\neval \"ping $IP\"\n"), ""},
		{"pipe sh", cgiScript("echo \"ping $QUERY_STRING\" | sh\n"), injected},
		{"function arg", cgiScript("run() { eval \"$1\"; }\nrun \"ping ${QUERY_STRING#ip=}\"\n"), injected},
		{"php reassigned", php("<?php $h=$_GET['h']; $h=escapeshellarg($h); system('ping '.$h); ?>"), ""},
		{"php in array", php("<?php $a=$_GET['a']; if (!in_array($a, ['up','down'])) die(); system('ifconfig eth0 '.$a); ?>"), ""},
		{"php preg", php("<?php $a=$_GET['a']; if (!preg_match('/^[0-9.]+$/', $a)) exit; system('ping '.$a); ?>"), ""},
		{"php interp", php("<?php $a=$_POST['a']; exec(\"ping -c 1 $a\", $o); ?>"), injected},
		{"php backtick", php("<?php $a=$_POST['a']; $o=`ping $a`; ?>"), injected},
		{"php constant", php("<?php if ($_GET['a']=='1') system('reboot'); ?>"), ""},
		{"php commented", php("<?php // system($_GET['c']);\n echo 1; ?>"), ""},
		{"python", []string{"www/cgi-bin/p.py", "0755 #!/usr/bin/python3\nimport cgi, os\nf = cgi.FieldStorage()\nip = f.getvalue('ip')\nos.system('ping ' + ip)\n"}, injected},
		{"python safe", []string{"www/cgi-bin/p.py", "0755 #!/usr/bin/python3\nimport cgi, subprocess, shlex\nf = cgi.FieldStorage()\nip = f.getvalue('ip')\nsubprocess.call(['ping', ip])\nos.system('ping ' + shlex.quote(ip))\n"}, ""},
		{"perl", []string{"www/cgi-bin/p.pl", "0755 #!/usr/bin/perl\nuse CGI;\nmy $q = CGI->new;\nmy $ip = $q->param('ip');\nsystem(\"ping -c 1 $ip\");\n"}, injected},
		{"perl list", []string{"www/cgi-bin/p.pl", "0755 #!/usr/bin/perl\nuse CGI;\nmy $q = CGI->new;\nmy $ip = $q->param('ip');\nsystem('ping', '-c', '1', $ip);\n"}, ""},
		{"lua popen", []string{"www/cgi-bin/x.lua", "0755 #!/usr/bin/lua\nlocal q = os.getenv('QUERY_STRING')\nlocal p = io.popen(string.format('ping %s', q))\n"}, injected},
		{"lua checked", []string{"usr/lib/lua/luci/controller/x.lua", "local h = luci.http.formvalue('h')\nif not h:match('^[%w%.]+$') then return end\nos.execute('ping ' .. h)\n"}, ""},
		{"curl k sh", started("curl -k https://u.example.invalid/x.sh | sh\n"), "update.unsigned probable"},
		{"tftp dd", started("tftp -g -r fw.bin -l /tmp/fw.bin 192.0.2.5 && dd if=/tmp/fw.bin of=/dev/mtdblock2\n"), "update.unsigned probable"},
		{"wget gpg", started("wget -O /tmp/f http://u.example.invalid/f && gpg --verify /tmp/f.sig /tmp/f && sh /tmp/f\n"), ""},
		{"wget usign", started("wget -O /tmp/f http://u.example.invalid/f\nwget -O /tmp/f.sig http://u.example.invalid/f.sig\nusign -V -m /tmp/f -P /etc/opkg/keys || exit 1\nsysupgrade /tmp/f\n"), ""},
		{"wget md5", started("wget -O /tmp/f http://u.example.invalid/f\nwget -O /tmp/f.md5 http://u.example.invalid/f.md5\ncd /tmp; md5sum -c f.md5 && sysupgrade /tmp/f\n"), "update.unsigned probable"},
		{"bash proc subst", started("bash -c \"$(wget -qO- http://u.example.invalid/x)\"\n"), "update.unsigned probable"},
		{"wget tar", started("wget -qO- http://u.example.invalid/x.tgz | tar xz -C /\n"), "update.unsigned probable"},
		{"update in variable", started("URL=http://u.example.invalid/fw\nF=/tmp/fw\nwget -q $URL -O $F\nmtd -r write $F firmware\n"), "update.unsigned probable"},
		{"opkg feeds", []string{"etc/opkg.conf", "src/gz base http://feeds.example.invalid/base\ndest root /\n", "bin/opkg", prog("opkg")}, "update.unsigned suspicious"},
		{"opkg signed", []string{"etc/opkg.conf", "src/gz base http://feeds.example.invalid/base\noption check_signature\n", "bin/opkg", prog("opkg")}, ""},
		{"apt trusted", []string{"etc/apt/sources.list", "deb [trusted=yes] http://deb.example.invalid/ bookworm main\n"}, "update.unsigned suspicious"},
		{"apt plain", []string{"etc/apt/sources.list", "deb http://deb.example.invalid/ bookworm main\n"}, ""},
		{"https wget", started("wget -O /tmp/x https://u.example.invalid/x && sh /tmp/x\n"), ""},
		{"ntp fetch", started("wget -O /tmp/list http://u.example.invalid/list\n"), "update.unsigned suspicious"},
		{"setuid python", []string{"usr/bin/python3", "4755 " + strings.TrimPrefix(prog("python"), "0755 ")}, "exec.setuid suspicious"},
		{"setuid su", []string{"bin/su", "4755 " + strings.TrimPrefix(prog("su"), "0755 ")}, ""},
		{"ftpd root", []string{"etc/init.d/rcS", "0755 #!/bin/sh\ntcpsvd -vE 0.0.0.0 21 ftpd -w / &\n", "usr/bin/tcpsvd", "-> ../../bin/busybox"}, "daemon.debug-at-boot suspicious"},
		{"script opener", []string{"usr/bin/op", "0755 #!/bin/sh\n[ \"$1\" = OpenTelnet:OpenOnce ] && telnetd\n"}, "string.magic-backdoor confirmed + maker.platform probable"},
		{"magic word in php", []string{"www/login.php", "<?php if ($_SERVER['HTTP_USER_AGENT'] == 'xmlset_roodkcableoj28840ybtide') { $ok = 1; } ?>"}, "string.magic-backdoor confirmed login.php"},
		{"magic word in lua", []string{"usr/lib/lua/auth.lua", "if ua == 'xmlset_roodkcableoj28840ybtide' then return true end\n"}, "string.magic-backdoor confirmed auth.lua"},
		{"password in php", php("<?php if ($_POST['user'] == 'support' && $_POST['password'] == 'Qx81!zz') { $_SESSION['ok'] = 1; } ?>"), "account.hardcoded probable support"},
		{"password in shell", cgiScript("[ \"$LOGIN_USER\" = support ] && [ \"$LOGIN_PASS\" = \"Qx81zz\" ] && echo ok\n"), "account.hardcoded probable support"},
		{"password in lua, no name", []string{"www/cgi-bin/x.lua", "0755 #!/usr/bin/lua\nif password == 'Qx81zz' then ok = true end\n"}, "account.hardcoded suspicious"},
		{"password compared with a setting", php("<?php if ($_POST['user'] == 'admin' && $_POST['password'] == $stored) { $ok = 1; } if ($pass == '') die(); ?>"), ""},
		{"password word", cgiScript("[ \"$PASS\" = \"none\" ] && exit\n[ -z \"$PASS\" ] && exit\n"), ""},
		{"console shell", []string{"etc/inittab", "::sysinit:/etc/init.d/rcS\nttyS0::respawn:/bin/sh\n"}, "daemon.debug-at-boot suspicious console"},
		{"console shell after a key", []string{"etc/inittab", "::sysinit:/etc/init.d/rcS\nttyS0::askfirst:-/bin/sh\n"}, "daemon.debug-at-boot note"},
		{"getty shell", []string{"etc/inittab", "::sysinit:/etc/init.d/rcS\nttyS0::respawn:/sbin/getty -n -l /bin/sh 115200 ttyS0\n"}, "daemon.debug-at-boot suspicious console"},
		{"packed program", []string{"usr/bin/app", prog("x\x00UPX!\x0d\x16")}, "state.partial note packed"},
		{"php names of another function", php("<?php function a() { $s = $_GET['x']; return $s; }\nfunction b() { $s = 'uptime'; $s .= ' -p'; exec($s); } ?>"), ""},
		{"php in a function", php("<?php function a() { $s = $_GET['x']; exec(\"ping $s\"); } ?>"), injected},
		{"php given to a function", php("<?php $h = $_GET['h'];\nfunction p($h) { exec(\"ping $h\"); }\np($h); ?>"), injected},
		{"php after a function", php("<?php function f() { return 1; }\nif (isset($_GET['h'])) { $h = $_GET['h']; } else { $h = '127.0.0.1'; }\nsystem(\"ping $h\"); ?>"), injected},
	})
}
