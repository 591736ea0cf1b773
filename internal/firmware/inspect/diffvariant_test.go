package inspect_test

import (
	"fmt"
	"strings"
	"testing"

	"telltale/internal/firmware/diff"
)

// What an update changed, said once in the words that mean most, and nothing else.
func TestDiffVariants(t *testing.T) {
	key, auth := freshKey(t)
	tel := prog("telnetd here")
	for _, c := range []struct {
		name     string
		old, new []string
		want     string
	}{
		{"nothing", nil, nil, ""},
		{"telnet added", []string{"usr/sbin/telnetd", tel}, []string{"usr/sbin/telnetd", tel, "etc/init.d/S60t", "0755 #!/bin/sh\ntelnetd\n"}, "diff.added daemon.telnet-at-boot telnetd confirmed"},
		{"telnet removed", []string{"usr/sbin/telnetd", tel, "etc/init.d/S60t", "0755 #!/bin/sh\ntelnetd\n"}, []string{"usr/sbin/telnetd", tel}, "diff.removed daemon.telnet-at-boot telnetd"},
		{"telnet port", []string{"usr/sbin/telnetd", tel, "etc/init.d/S60t", "0755 #!/bin/sh\ntelnetd\n"}, []string{"usr/sbin/telnetd", tel, "etc/init.d/S60t", "0755 #!/bin/sh\ntelnetd -p 99\n"}, "diff.changed daemon.telnet-at-boot telnetd"},
		{"telnet conditional now", []string{"usr/sbin/telnetd", tel, "etc/init.d/S60t", "0755 #!/bin/sh\ntelnetd\n"}, []string{"usr/sbin/telnetd", tel, "etc/init.d/S60t", "0755 #!/bin/sh\n[ -f /mnt/x ] && telnetd\n"}, "diff.changed daemon.telnet-at-boot telnetd suspicious"},
		{"key added", nil, []string{"etc/k.pem", key}, "diff.added key.private"},
		{"authorized added", nil, []string{"root/.ssh/authorized_keys", auth}, "diff.added key.authorized"},
		{"password changed", []string{"etc/shadow", "root:$1$abcdefgh$0123456789abcdefghijk0:1:0:99999:7:::\n"}, []string{"etc/shadow", "root::1:0:99999:7:::\n"}, "diff.changed account.empty-password root confirmed"},
		{"hash changed", []string{"etc/shadow", "root:$1$abcdefgh$0123456789abcdefghijk0:1:0:99999:7:::\n"}, []string{"etc/shadow", "root:$1$abcdefgh$9123456789abcdefghijk0:1:0:99999:7:::\n"}, "diff.changed account.hardcoded root"},
		{"cgi injection", nil, []string{"www/cgi-bin/x.cgi", "0755 #!/bin/sh\necho; eval \"$QUERY_STRING\"\n"}, "diff.added web.command-injection"},
		{"setuid", []string{"usr/bin/h", prog("h")}, []string{"usr/bin/h", "4755 " + prog("h")[5:]}, "diff.added exec.setuid usr/bin/h"},
		{"version", []string{"etc/version", "model=A1\nversion=V1.0\n"}, []string{"etc/version", "model=A1\nversion=V1.1\n"}, "diff.changed image version"},
		{"host", []string{"usr/bin/a", prog("x")}, []string{"usr/bin/a", prog("https://collector.example.invalid/in")}, "diff.added host.undocumented collector.example.invalid"},
		{"component", nil, []string{"usr/sbin/dropbear", prog("SSH-2.0-dropbear_2024.85")}, "diff.changed component dropbear"},
		{"maker", nil, []string{"usr/bin/sonia", prog("/usr/bin/sonia easy4ip.com")}, "diff.added host.undocumented easy4ip.com + diff.added maker.platform dahua"},
		{"doc only", nil, []string{"usr/share/doc/x/README", "hello"}, ""},
		{"moved program", []string{"usr/bin/h", prog("h")}, []string{"usr/sbin/h", prog("h")}, ""},
		{"relay", []string{"usr/bin/a", prog("x")}, []string{"usr/bin/a", prog("IOTC_Device_Login")}, "diff.added host ThroughTek + diff.added remote.relay usr/bin/a"},
		{"tr069", nil, []string{"etc/config/cwmp", "config cwmp\n option acs_url 'http://acs.example.invalid/'\n option conn_req_username 'cpe'\n option conn_req_password 'cpe'\n"}, "diff.added host acs.example.invalid + diff.added remote.tr069-default"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := bounded(t, cpioTree(with(base(), c.old...))), bounded(t, cpioTree(with(base(), c.new...)))
			var want []string
			if c.want != "" {
				want = strings.Split(c.want, " + ")
			}
			var got []string
			for _, x := range diff.Compare(a, b) {
				got = append(got, fmt.Sprintf("%s %s %s %s", x.ID, x.What, x.Name, x.Level))
			}
			same := len(got) == len(want)
			for i := range want {
				same = same && strings.HasPrefix(got[i], want[i])
			}
			if !same {
				t.Errorf("changes:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}
