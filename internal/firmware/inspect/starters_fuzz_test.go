package inspect_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"telltale/internal/firmware/inspect"
	"telltale/internal/firmware/unpack"
)

// FuzzTables puts one text in the place of every table that starts something, holds accounts or keys: whatever it says, the inspection ends.
func FuzzTables(f *testing.F) {
	for _, s := range []string{"service [2345] <usr/x> /usr/sbin/telnetd -F -- T\n", "type = process\nwaits-for.d = boot.d\ncommand = /bin/a\n", "check process a matching b\n start program = \"/bin/a\"\n",
		"auto eth0\niface eth0 inet dhcp\n post-up /bin/a\n", "action=/bin/a\n", "admin:realm:2b7d4ae2b0d5f7d3b7f7e5b1b9f5e2a1\n", "PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n", "{\"kty\":\"OKP\",\"d\":\"AAAA\"}",
		"\xff\xfe-\x00-\x00", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ==", "import os\nos.system('a -b')\nsubprocess.call(['a', 'b'])\n", "<users><user><name>a</name><password>21232f297a57a5a743894a0e4a801fc3</password></user></users>",
		"const { exec } = require('child_process'); app.get('/', (req, res) => exec('a ' + req.query.b))"} {
		f.Add(s)
	}
	known := facts(f)
	places := []string{"etc/finit.conf", "etc/dinit.d/boot", "etc/monitrc", "etc/network/interfaces", "etc/acpi/events/a", "etc/digest.user", "etc/keys.conf", "opt/boot.py", "opt/server.js", "etc/users.xml", "etc/init/a.conf", "etc/conf.d/a"}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		m := with(base(), "sbin/finit", prog("f"), "sbin/dinit", prog("d"), "usr/bin/monit", prog("m"), "usr/bin/python3", prog("p"), "etc/init.d/rcS", "0755 #!/bin/sh\nmonit\nifup -a\npython3 /opt/boot.py\n")
		for _, p := range places {
			m[p] = text + " "
		}
		b := cpioTree(m)
		ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
		defer stop()
		tr, err := unpack.Open(ctx, bytes.NewReader(b), int64(len(b)), "image", unpack.Limits{Spool: t.TempDir(), Workers: 1, Memory: 16 << 20}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		if _, err := inspect.Inspect(ctx, tr, known, nil); err != nil {
			t.Fatal(err)
		}
	})
}
