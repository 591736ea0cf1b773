package inspect

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// setsOwner is a mode that makes a program run with its owner's rights.
var setsOwner = regexp.MustCompile(`^(?:0?[4-7][0-7]{3}|[ugoa]*u[ugoa]*\+[rwxt]*s[rwxst]*|a?\+[rwxt]*s[rwxst]*)$`)

// givesRights finds a start script that lets a program run with all rights whoever starts it.
func (in *inspector) givesRights(v *volume, l *launch) {
	if l.name != "chmod" || len(l.argv) < 3 {
		return
	}
	mode := ""
	for _, a := range l.argv[1:] {
		if mode == "" {
			if !strings.HasPrefix(a, "-") {
				mode = a
			}
			continue
		}
		if !setsOwner.MatchString(mode) {
			return
		}
		lv := Note
		if isShell(a) || interpreter.MatchString(path.Base(a)) || v.Volatile(a) || strings.HasPrefix(path.Base(a), ".") {
			lv = Suspicious
		}
		in.scriptFinding(v, l, Finding{ID: "exec.setuid", Level: lv, Rule: "chmod", Value: a, Title: fmt.Sprintf("A start script lets %s run with its owner's rights whoever starts it", a), Evidence: strings.Join(l.argv, " "),
			Consequence: "an ordinary account gets all rights through it", Use: "an account on the device", Control: "shells, programs that run what they are told and files outside the image's own folders; others stay notes"})
	}
}
