package inspect

import (
	"fmt"
	"regexp"

	"telltale/internal/firmware/unpack"
)

// Kernel command lines, in the heads of boot images and in boot loaders' settings,
// that start a shell in place of init: who is at the console has all rights.

// shellForInit is such a line; kernelWords is what shows that it is one the kernel is given.
var (
	shellForInit = regexp.MustCompile(`(?:^|[\s"'=])(?:rd)?init=/(?:bin/|sbin/)?(?:sh|ash|bash|busybox sh)(?:[\s"';]|$)`)
	kernelWords  = regexp.MustCompile(`\b(?:console|root|mtdparts|rootfstype)=`)
)

// kernelLines looks for them.
func (in *inspector) kernelLines() {
	in.tree.EachRegion(func(full string, _ *unpack.Object, r *unpack.Region) {
		for _, f := range r.Facts {
			if (f.Name == "cmdline" || f.Name == "command line" || f.Name == "bootargs") && shellForInit.MatchString(f.Value) {
				off := r.Offset
				in.kernelLine(Finding{Where: full, Region: full, Offset: &off}, f.Value)
			}
		}
	})
	for _, f := range in.files {
		if f.c == nil || f.kind == "text" || f.kind == "script" || f.doc() {
			continue
		}
		for _, off := range f.c.hits["init=/"] {
			if s := f.c.around(off, 400, 400); shellForInit.MatchString(s) && kernelWords.MatchString(s) {
				in.kernelLine(f.at(Finding{}, off), s)
				break
			}
		}
	}
}

func (in *inspector) kernelLine(x Finding, line string) {
	x.ID, x.Level, x.Rule, x.Value = "daemon.debug-at-boot", Suspicious, "kernel-line", "init"
	x.Title, x.Evidence = "The kernel is told to start a shell in place of init", fmt.Sprintf("%.200s", line)
	x.Consequence, x.Use = "who opens the box, or reaches its serial port through a server, has all rights", "the serial console"
	x.Control = "the line is one a boot image or a boot loader's settings give the kernel; texts that speak of it do not count"
	in.add(x)
}
