package inspect

import (
	"fmt"
	"regexp"
	"strings"
)

// Accounts that scripts make or give a constant password while the device starts.

var chpasswdLine = regexp.MustCompile(`^\s*([A-Za-z_][\w.-]{0,31}):(\S{1,64})\s*$`)

// setPasswords finds accounts a start script gives a constant password, or adds to the tables.
func (in *inspector) setPasswords(v *volume, l *launch) {
	switch l.name {
	case "chpasswd":
		for _, line := range strings.Split(l.input, "\n") {
			if m := chpasswdLine.FindStringSubmatch(line); m != nil && (!strings.Contains(m[2], "$") || scheme(m[2]) != "") {
				in.setPassword(v, l, m[1], m[2], line)
			}
		}
	case "passwd":
		word, _, _ := strings.Cut(strings.TrimSpace(l.input), "\n")
		if name := l.argv[len(l.argv)-1]; len(l.argv) > 1 && !strings.HasPrefix(name, "-") && word != "" && !strings.ContainsAny(word, "$ \t") {
			in.setPassword(v, l, name, strings.TrimSpace(word), "passwd "+name)
		} else if len(l.argv) > 2 && l.argv[1] == "-d" {
			in.scriptFinding(v, l, Finding{ID: "account.empty-password", Level: Confirmed, Rule: "script-account", Value: name, Title: fmt.Sprintf("A start script empties the password of account %q", name), Evidence: "passwd -d " + name,
				Consequence: "anybody who reaches a login prompt is in, after each start", Use: "a login prompt", Control: "the command takes the password away"})
		}
	case "echo", "printf":
		in.addAccount(v, l, printed(l.argv))
	case "cat":
		in.addAccount(v, l, l.input)
	case "useradd", "adduser", "usermod":
		in.userTool(v, l)
	case "sed":
		in.editAccount(v, l)
	}
}

func (in *inspector) scriptFinding(v *volume, l *launch, f Finding) {
	f.Path, f.Line, f.Where, f.Region, f.Conditions = chainFile(l.chain), chainLine(l.chain), v.name+"/"+last(l.chain), v.name, l.when
	if !l.started || never(l.when) {
		f.Level = Note
	} else if len(l.when) > 0 && f.Level.Rank() > Suspicious.Rank() {
		f.Level = Suspicious
	}
	in.add(f)
}

func (in *inspector) setPassword(v *volume, l *launch, name, word, evidence string) {
	in.rep.Accounts = append(in.rep.Accounts, Account{Name: name, UID: -1, Secret: "plain", Known: word, Where: v.name + "/" + last(l.chain)})
	in.scriptFinding(v, l, Finding{ID: "account.hardcoded", Level: Confirmed, Rule: "chpasswd", Value: name, Title: fmt.Sprintf("A start script sets the password of account %q to a constant", name), Evidence: evidence,
		Consequence: "every device has this password after each start, whatever the owner set", Use: "a login prompt and the password in the script", Control: "the password is a constant in the script; words filled in at run time do not count"})
}

// addAccount judges a line a script writes into the tables of accounts.
func (in *inspector) addAccount(v *volume, l *launch, text string) {
	shadow := strings.HasSuffix(l.into, "/shadow")
	if !shadow && !strings.HasSuffix(l.into, "/passwd") {
		return
	}
	for _, a := range parsePasswd(text, shadow) {
		if a.Secret == "locked" || a.UID >= 0 && !loginShell(a.Shell) || a.Secret == "none" && a.UID != 0 {
			continue
		}
		a.Known, a.Where = "", v.name+"/"+last(l.chain)
		in.rep.Accounts = append(in.rep.Accounts, a)
		f := Finding{ID: "account.hardcoded", Level: Confirmed, Rule: "script-account", Value: a.Name, Title: fmt.Sprintf("A start script writes the account %q into %s", a.Name, l.into), Evidence: text,
			Consequence: "the account is there after each start, whatever the owner removed", Use: "a login prompt", Control: "locked and shell-less accounts are left out"}
		switch {
		case a.UID == 0 && a.Name != "root":
			f.ID = "account.uid0-twin"
		case a.Secret == "empty":
			f.ID = "account.empty-password"
		}
		in.scriptFinding(v, l, f)
	}
}

// userTool judges the options of useradd and usermod: a constant password, user number 0.
func (in *inspector) userTool(v *volume, l *launch) {
	name, secret, uid := l.argv[len(l.argv)-1], "", ""
	for i, a := range l.argv[:len(l.argv)-1] {
		switch a {
		case "-p", "--password":
			secret = l.argv[i+1]
		case "-u", "--uid":
			uid = l.argv[i+1]
		}
	}
	if strings.HasPrefix(name, "-") || strings.HasPrefix(name, "$") {
		return
	}
	line := strings.Join(l.argv, " ")
	if uid == "0" && name != "root" {
		in.scriptFinding(v, l, Finding{ID: "account.uid0-twin", Level: Confirmed, Rule: "script-account", Value: name, Title: fmt.Sprintf("A start script makes the account %q with user number 0: it is root under another name", name), Evidence: line,
			Consequence: "a second way to all rights, there after each start", Use: "its password", Control: "the number and the name are constants of the command"})
		return
	}
	if secret != "" && scheme(secret) != "" {
		in.setPassword(v, l, name, secret, line)
	}
}

// editAccount judges a substitution in the tables of accounts: one that leaves a password empty, or puts a constant in.
func (in *inspector) editAccount(v *volume, l *launch) {
	table := l.argv[len(l.argv)-1]
	if !strings.HasSuffix(table, "/shadow") && !strings.HasSuffix(table, "/passwd") || !hasFlag(l.argv, 'i') {
		return
	}
	for _, a := range l.argv[1:] {
		if len(a) < 6 || a[0] != 's' || wordByte(a[1]) {
			continue
		}
		parts := strings.Split(a[2:], a[1:2])
		if len(parts) != 3 {
			continue
		}
		f := strings.Split(parts[1], ":")
		if len(f) < 3 || f[0] == "" || strings.ContainsAny(f[0], `\&$`) {
			continue
		}
		if f[1] == "" {
			in.scriptFinding(v, l, Finding{ID: "account.empty-password", Level: Confirmed, Rule: "script-account", Value: f[0], Title: fmt.Sprintf("A start script empties the password of account %q", f[0]), Evidence: strings.Join(l.argv, " "),
				Consequence: "anybody who reaches a login prompt is in, after each start", Use: "a login prompt", Control: "the substitution leaves the password's field empty"})
		} else if scheme(f[1]) != "" {
			in.setPassword(v, l, f[0], f[1], strings.Join(l.argv, " "))
		}
	}
}
