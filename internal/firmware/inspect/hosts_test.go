package inspect_test

import (
	"strings"
	"testing"
)

// What the device may call, and what only looks like a name of a host.
func TestHostsOfAnImage(t *testing.T) {
	r := bounded(t, cpioTree(with(base(), "etc/app.conf", "# see http://manual.example.org/x or peer.foo.net\nserver=cloud.acme-guard.com\n; log.bar.net\n", "usr/bin/create-mime.conf.pl", "0755 #!/usr/bin/perl\nexec 'create-mime.conf.pl'; # usage\n",
		"usr/bin/app", prog("privdrop.group.id\x00net.if.in\x00out.info\x00up.acme-guard.net\x00"), "usr/bin/btmon", prog(strings.Join([]string{"Alarm.com Holdings, Inc", "Amazon.com Services, LLC.", "Acme Corp.", "Bolt Ltd.", "Corax GmbH", "Dyna Inc."}, "\x00")))))
	var got []string
	for _, h := range r.Hosts {
		got = append(got, h.Host)
	}
	if s := strings.Join(got, " "); s != "cloud.acme-guard.com up.acme-guard.net" {
		t.Errorf("hosts %q", s)
	}
}
