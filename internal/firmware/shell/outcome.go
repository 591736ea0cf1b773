package shell

import (
	"path"
	"strings"
)

// prepares are commands that set something up and succeed on a device that works.
var prepares = map[string]bool{"mkdir": true, "mknod": true, "touch": true, "chmod": true, "chown": true, "ln": true, "rm": true, "ifconfig": true, "ip": true, "route": true, "hostname": true, "sysctl": true,
	"sync": true, "stty": true, "setprop": true, "logger": true, "mkfifo": true, "swapon": true, "ldconfig": true}

// memoryFS are file systems that need no medium.
var memoryFS = map[string]bool{"proc": true, "sysfs": true, "tmpfs": true, "ramfs": true, "devpts": true, "devtmpfs": true, "debugfs": true, "usbfs": true}

// outcome says whether a command succeeds, as far as the image settles it.
func (s *state) outcome(argv []string, known []bool) tri {
	base := path.Base(argv[0])
	switch {
	case prepares[base]:
		return yes
	case base == "busybox" && len(argv) > 1:
		return s.outcome(argv[1:], known[1:])
	case base == "mount":
		for i, a := range argv {
			if a == "-t" && i+1 < len(argv) && memoryFS[argv[i+1]] || a == "-a" || strings.Contains(a, "remount") {
				return yes
			}
		}
	case base == "insmod" || base == "cp" || base == "mv":
		return s.sourceThere(argv, known)
	case isGrep(base):
		for _, k := range known {
			if !k {
				return may
			}
		}
		if s.r.textLeft() {
			if text, ok := greps(s, argv[1:], "", false); ok {
				return truth(true, text != "" && text != "0")
			}
		}
	}
	return may
}

// sourceThere says yes when the file a command takes is part of the image.
func (s *state) sourceThere(argv []string, known []bool) tri {
	for i := 1; i < len(argv); i++ {
		if strings.HasPrefix(argv[i], "-") {
			continue
		}
		if exists, _, _ := s.r.World.Exists(argv[i]); known[i] && exists && !s.r.World.Volatile(argv[i]) {
			return yes
		}
		return may
	}
	return may
}

// findExec runs what find -exec runs, on the paths of the image that match.
func (s *state) findExec(n *node, argv []string) bool {
	dirs, name, run := []string{}, "*", []string(nil)
	for i := 1; i < len(argv); i++ {
		switch a := argv[i]; {
		case a == "-name" && i+1 < len(argv):
			i++
			name = argv[i]
		case a == "-exec":
			run = argv[i+1:]
			i = len(argv)
		case !strings.HasPrefix(a, "-") && len(dirs) == i-1:
			dirs = append(dirs, a)
		}
	}
	for len(run) > 0 && (run[len(run)-1] == ";" || run[len(run)-1] == "+") {
		run = run[:len(run)-1]
	}
	if len(run) == 0 {
		return false
	}
	for _, d := range dirs {
		for _, below := range []string{"/", "/*/"} {
			for _, p := range s.r.World.Glob(strings.TrimSuffix(d, "/") + below + name) {
				one := make([]string, len(run))
				for i, a := range run {
					one[i] = strings.ReplaceAll(a, "{}", p)
				}
				if s.r.steps++; s.r.steps > maxSteps {
					return true
				}
				s.emit(n, one, allKnown(one))
			}
		}
	}
	return true
}
