package inspect_test

import (
	"bytes"
	"strings"
	"testing"
)

// Whole images: containers and their twins, volumes that call into each other, known cases and what looks like them.
func TestImageVariants(t *testing.T) {
	tel := prog("telnetd here")
	fs := func(kv ...string) []byte { return cpioTree(with(base(), kv...)) }
	cpio := func(kv ...string) []byte { return cpioTree(with(map[string]string{}, kv...)) }
	two := func(a, b []byte) []byte { return makeTRX(gz(a), gz(b)) }
	dh := func(custom map[string]string) []byte {
		return makeDHZip(false, []string{"Install", "hwid", "romfs-x.squashfs.img", "custom-x.squashfs.img"}, map[string][]byte{"Install": []byte("{}"), "hwid": []byte("X\n"),
			"romfs-x.squashfs.img": makeUImage(7, "romfs", gz(fs())), "custom-x.squashfs.img": makeUImage(7, "custom", cpioTree(custom))})
	}
	item := hwnpItem{"flash:rootfs", "ROOTFS", "V300R017", string(gz(fs()))}
	for _, c := range []struct {
		name string
		img  []byte
		want string // findings joined by " + "
	}{
		{"mounted app", two(fs("usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\nmount -t squashfs /dev/mtdblock3 /app\n/app/start.sh &\n"), cpio("start.sh", "0755 #!/bin/sh\ntelnetd &\n", "main", prog("m"))), telnetSure},
		{"mounted in fstab", two(fs("usr/sbin/telnetd", tel, "etc/fstab", "/dev/mtdblock3 /usr/local squashfs defaults 0 0\n", "etc/init.d/rcS", "0755 #!/bin/sh\nmount -a\nsh /usr/local/bin/run.sh\n"), cpio("bin/run.sh", "0755 #!/bin/sh\ntelnetd &\n")), telnetSure},
		{"mounted conditional", two(fs("usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\nmount -t jffs2 /dev/mtdblock3 /app\n[ -f /mnt/flag ] && /app/start.sh &\n"), cpio("start.sh", "0755 #!/bin/sh\ntelnetd &\n", "main", prog("m"))), telnetMaybe},
		{"not called", two(fs("usr/sbin/telnetd", tel, "etc/init.d/rcS", "0755 #!/bin/sh\nmount -t jffs2 /dev/mtdblock3 /app\n"), cpio("start.sh", "0755 #!/bin/sh\ntelnetd &\n", "main", prog("m"))), ""},
		{"openrc conf.d", fs("etc/inittab", "::sysinit:/sbin/openrc sysinit\n", "usr/sbin/telnetd", tel, "etc/conf.d/telnetd", "command_args=\"-p 2424\"\n", "etc/init.d/telnetd", "0755 #!/sbin/openrc-run\ncommand=\"/usr/sbin/telnetd\"\n", "etc/runlevels/default/telnetd", "-> /etc/init.d/telnetd"), telnetSure + " tcp/2424"},
		{"lua starter", fs("usr/sbin/telnetd", tel, "usr/bin/app.lua", "0755 #!/usr/bin/lua\nos.execute(\"telnetd -l /bin/sh &\")\n", "etc/init.d/rcS", "0755 #!/bin/sh\n/usr/bin/app.lua &\n"), telnetSure},
		{"lua starter in a function", fs("usr/sbin/telnetd", tel, "usr/bin/app.lua", "0755 #!/usr/bin/lua\nlocal function on()\n  os.execute(\"telnetd -l /bin/sh &\")\nend\n", "etc/init.d/rcS", "0755 #!/bin/sh\n/usr/bin/app.lua &\n"), telnetMaybe},
		{"DH own brand", dh(map[string]string{"oem.txt": "Vendor=Dahua\n"}), "maker.platform confirmed dahua"},
		{"DH default brand", dh(map[string]string{"oem.txt": "Vendor=General\n"}), "maker.platform confirmed dahua"},
		{"DH json brand", dh(map[string]string{"oem.json": "{\n \"Vendor\" : \"Acme Guard\",\n \"x\" : 1\n}\n"}), "maker.platform confirmed dahua + maker.brand probable Acme Guard + maker.conflict suspicious"},
		{"DH xml brand", dh(map[string]string{"oem.xml": "<OEM><Vendor>Acme Guard</Vendor></OEM>\n"}), "maker.platform confirmed dahua + maker.brand probable Acme Guard + maker.conflict suspicious"},
		{"DH lorex", dh(map[string]string{"brand.txt": "Lorex\n"}), "maker.platform confirmed dahua + maker.brand probable lorex + maker.conflict suspicious"},
		{"DH no custom", makeDHZip(false, []string{"Install", "a.img"}, map[string][]byte{"Install": []byte("{}"), "a.img": makeUImage(7, "romfs", gz(fs()))}), "maker.platform confirmed dahua"},
		{"plain zip", makeZip(false, []string{"Install", "a.img"}, map[string][]byte{"Install": []byte("{}"), "a.img": makeUImage(7, "romfs", gz(fs()))}), ""},
		{"HWNP no tag", makeHWNP("494|", false, item), "maker.platform confirmed huawei"},
		{"HWNP telecom tag", makeHWNP("494|;COMMON|CTCC|", false, item), "maker.platform confirmed huawei + maker.operator note CTCC"},
		{"HWNP text", []byte("HWNP is a container used by optical terminals.\n" + strings.Repeat("It has items.\n", 100)), ""},
		{"digicap oem 1", makeDigicap(digicapKey, 1, map[string][]byte{"hroot.img": gz(fs())}), "maker.platform confirmed hikvision"},
		{"digicap in flash", append(bytes.Repeat([]byte{0xff}, 4096), makeDigicap(digicapKey, 7, map[string][]byte{"hroot.img": gz(fs())})...), "maker.platform confirmed hikvision + maker.brand note 7"},
		{"sync agent in sbin", fs("sbin/sync_agent", "4755 "+prog("ztex1609523")[5:]), "string.magic-backdoor confirmed sbin/sync_agent + exec.setuid note"},
		{"sync agent no word", fs("system/bin/sync_agent", "4755 "+prog("something")[5:]), "exec.setuid note"},
		{"sync agent in a script", fs("system/bin/sync_agent", "4755 #!/bin/sh\n[ \"$1\" = ztex1609523 ] && /system/bin/sh\n"), "string.magic-backdoor confirmed + exec.setuid suspicious"},
		{"word in doc", fs("usr/share/doc/x/README", "ztex1609523\n", "usr/share/doc/x/sync_agent", "4755 "+prog("ztex1609523")[5:]), ""},
		{"dvr helper no phrase", fs("usr/bin/macGuarder", prog("listen 9530")), "string.magic-backdoor suspicious + maker.platform probable xiongmai"},
		{"phrase in text", fs("etc/notes", "OpenTelnet:OpenOnce is what they say\n"), ""},
		{"hisi only", fs("lib/modules/hi3516cv300_base.ko", prog("x")), "maker.soc probable hisilicon"},
		{"goke and xm", fs("usr/bin/dvrHelper", prog("OpenTelnet:OpenOnce\x009530"), "lib/modules/x.ko", prog("GK7205V200")), "string.magic-backdoor confirmed + maker.soc probable goke + maker.platform probable xiongmai"},
		{"gch in doc", fs("usr/share/doc/web_shell_cmd.gch", "x"), ""},
		{"gch link named in text", fs("etc/readme", "web_shell_cmd.gch was removed\n"), ""},
		{"gch other", fs("home/httpd/status.gch", "<% x %>"), "maker.platform probable zte"},
		{"bad uimage crc", func() []byte { b := makeUImage(7, "romfs", gz(fs())); b[80] ^= 1; return b }(), "integrity.bad-checksum suspicious"},
		{"zxhn encrypted", func() []byte {
			b := makeGatewayConfig("F660", gatewayXML, true)
			i := bytes.Index(b, []byte{1, 2, 3, 4, 0, 0, 0, 0})
			b[i+7] = 2
			copy(b[i+60:], noise(3, len(b)-i-60))
			return b
		}(), "maker.platform probable zte + state.encrypted note"},
		{"hik handler new", fs("usr/bin/httpd", prog("/SDK/webLanguage"), "etc/version", "V5.7.0 build 220101\n"), "web.known-vuln-handler suspicious"},
		{"hik handler old", fs("usr/bin/httpd", prog("/SDK/webLanguage"), "etc/version", "V5.5.0 build 190101\n"), "web.known-vuln-handler confirmed + maker.platform probable hikvision"},
		{"dahua netkeyboard old", fs("usr/bin/sonia", prog("NetKeyboard"), "etc/version", "2.800 build 2020-03-04\n"), "web.known-vuln-handler probable + maker.platform probable dahua"},
		{"tz", fs("usr/share/zoneinfo/Europe/Sofia", "TZif2\x00\x00"), ""},
		{"hostnames only", fs("usr/bin/app", prog("http://10.0.0.1/x http://192.168.1.1/ 127.0.0.1")), ""},
		{"linux boot prop conflict", fs("default.prop", "ro.adb.secure=1\nservice.adb.tcp.port=5555\npersist.sys.usb.config=adb\n", "sbin/adbd", prog("adbd")), "daemon.adb-at-boot suspicious"},
		{"android boot adb", makeBootImage([]byte("\x00Linux version 4.9.117 (b@h) (gcc version 6.3) #1 SMP Mon Jan 4 12:00:00 CST 2021\n\x00"+strings.Repeat("kernel code ", 500)), gz(cpio("default.prop", "ro.adb.secure=0\nro.debuggable=1\npersist.sys.usb.config=adb\nservice.adb.tcp.port=5555\n", "init.rc", "on boot\n", "sbin/adbd", prog("adbd"))), "console=ttyS0"), "daemon.adb-at-boot confirmed"},
		{"tr069 https own pw", fs("etc/cwmp.xml", `<c><ManagementServer URL="https://acs.example.invalid/" ConnectionRequestUsername="u8s7" ConnectionRequestPassword="Zx81-qq_9"/></c>`), ""},
		{"snmp v3 only", fs("etc/snmp/snmpd.conf", "createUser u SHA x AES y\nrouser u priv\n"), ""},
		{"world writable started", fs("etc/init.d/S60x", "0777 #!/bin/sh\necho hi\n"), "exec.world-writable suspicious"},
		{"password in cmdline", fs("etc/init.d/S60x", "0755 #!/bin/sh\n/usr/bin/app --user admin --password Qx81\n", "usr/bin/app", prog("a")), ""},
		{"random 8M", noise(44, 8<<20), "state.encrypted note"},
		{"hik head short", append(makeDigicap(digicapKey, 1, map[string][]byte{})[:0x40], noise(1, 1<<20)...), "maker.platform probable hikvision"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want []string
			if c.want != "" {
				want = strings.Split(c.want, " + ")
			}
			check(t, bounded(t, c.img), want...)
		})
	}
}
