package inspect_test

import (
	"strings"
	"testing"
)

// What the kernel is told to start, and texts that only speak of it.
func TestKernelLines(t *testing.T) {
	kernel := []byte("\x00Linux version 4.9.117 (b@h) (gcc version 6.3) #1 SMP Mon Jan 4 12:00:00 CST 2021\n\x00" + strings.Repeat("kernel code ", 500))
	env := func(args string) []byte {
		return append([]byte("\x11\x22\x33\x44bootcmd=bootm 0x1000\x00bootargs="+args+"\x00bootdelay=3\x00\x00"), make([]byte, 65536)...)
	}
	const want = "daemon.debug-at-boot suspicious init"
	for _, c := range []struct {
		name string
		img  []byte
		want []string
	}{
		{"boot image", makeBootImage(kernel, gz(cpioTree(base())), "console=ttyS0,115200 init=/bin/sh"), []string{want}},
		{"boot image, init", makeBootImage(kernel, gz(cpioTree(base())), "console=ttyS0,115200 init=/sbin/init"), nil},
		{"loader's settings", env("console=ttyS0,115200 root=/dev/mtdblock2 init=/bin/sh"), []string{want}},
		{"loader's settings, init", env("console=ttyS0,115200 root=/dev/mtdblock2 init=/linuxrc mem=64M"), nil},
		{"told of", cpioTree(with(base(), "etc/notes", "boot with console=ttyS0 init=/bin/sh to get in\n", "usr/bin/tool", prog("add init=/bin/sh to the line"))), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := bounded(t, c.img)
			check(t, r, c.want...)
			for _, x := range r.Findings {
				if c.want == nil && x.ID == "daemon.debug-at-boot" {
					t.Errorf("%s %s", x.Level, x.Title)
				}
			}
		})
	}
}
