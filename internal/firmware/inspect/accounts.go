package inspect

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// accounts reads passwd and shadow files of every volume, wherever a maker put them.
func (in *inspector) accounts() {
	tested := 0
	for _, v := range in.volumes {
		var found []Account
		files := map[string]*file{}
		for _, f := range in.files {
			if f.vol != v || f.size > 1<<20 || f.doc() {
				continue
			}
			b := f.base()
			isShadow := strings.HasPrefix(b, "shadow")
			isPasswd := strings.HasPrefix(b, "passwd") || strings.HasSuffix(b, "passwd")
			if !isShadow && !isPasswd || f.kind == "elf" || f.kind == "script" {
				continue
			}
			for _, a := range parsePasswd(string(contentOf(f.obj, 1<<20)), isShadow) {
				a.Where = f.where
				files[a.Where] = f
				found = append(found, a)
			}
		}
		shadow := map[string]Account{}
		for _, a := range found {
			if a.UID < 0 {
				shadow[a.Name] = a
			}
		}
		for i := range found {
			a := &found[i]
			if a.Secret == "hash" {
				sum := sha256.Sum256([]byte(a.Known))
				a.SecretID = hex.EncodeToString(sum[:4])
			}
			if a.Secret == "hash" && tested < 40 {
				tested++
				h := a.Known
				a.Known = ""
				if p, ok := crack(h, in.passwordsFor(a.Name)); ok {
					a.Known = p
					if p == "" {
						a.Secret = "empty"
					}
				}
			} else if a.Secret == "hash" {
				a.Known = ""
			}
			in.account(v, a, files[a.Where], shadow)
		}
		in.twins(found, files, shadow)
		in.rep.Accounts = append(in.rep.Accounts, found...)
	}
}

func (in *inspector) passwordsFor(name string) []string {
	return append([]string{"", name, name + "123", name + "1234", name + "@123"}, in.facts.Passwords...)
}

// parsePasswd reads passwd or shadow lines; lines that are neither are left out. The hash is passed on in Known.
func parsePasswd(src string, shadow bool) []Account {
	var out []Account
	sc := bufio.NewScanner(strings.NewReader(src))
	for sc.Scan() && len(out) < 1000 {
		f := strings.Split(strings.TrimRight(sc.Text(), "\r"), ":")
		if len(f) == 2 && len(f[0]) < 64 && !strings.ContainsAny(f[0], " \t#<>{}\"'/$") && scheme(f[1]) != "" && f[1][0] == '$' { // a web server's table
			out = append(out, Account{Name: f[0], UID: -1, Secret: "hash", Scheme: scheme(f[1]), Known: f[1]})
			continue
		}
		if len(f) < 3 || f[0] == "" || strings.ContainsAny(f[0], " \t#<>{}\"'/$") || len(f[0]) > 64 {
			continue
		}
		a := Account{Name: f[0], UID: -1}
		secret := f[1]
		if !shadow {
			if len(f) < 6 {
				continue
			}
			uid, err := strconv.Atoi(f[2])
			if err != nil {
				continue
			}
			a.UID = uid
			if len(f) > 6 {
				a.Shell = f[6]
			}
		} else if len(f) < 8 && scheme(secret) == "" {
			continue
		}
		switch {
		case secret == "":
			a.Secret = "empty"
		case secret == "x" && !shadow:
			a.Secret = "none"
		case scheme(strings.TrimPrefix(secret, "!")) != "" && !strings.HasPrefix(secret, "!"):
			a.Secret, a.Scheme, a.Known = "hash", scheme(secret), secret
		default:
			a.Secret = "locked"
		}
		out = append(out, a)
	}
	return out
}

func loginShell(s string) bool {
	return !strings.HasSuffix(s, "nologin") && !strings.HasSuffix(s, "/false") && !strings.HasSuffix(s, "/sync") && !strings.HasSuffix(s, "/true") && !strings.HasSuffix(s, "/shutdown") && !strings.HasSuffix(s, "/halt")
}

// backup says that a name is that of a copy nothing reads.
var backup = regexp.MustCompile(`(?:-|~|\.(?:bak|old|orig|save|sample|example|dpkg-\w+))$`)

// asRead lowers what a copy says to a note.
func asRead(f *file, lv Level) Level {
	if backup.MatchString(f.base()) {
		return Note
	}
	return lv
}

func (in *inspector) account(v *volume, a *Account, f *file, shadow map[string]Account) {
	if a.UID >= 0 && !loginShell(a.Shell) {
		return
	}
	if a.Secret == "empty" && a.UID < 0 {
		// Shadow alone does not say the shell; daemons' empty fields are rare and their accounts mostly locked otherwise.
		for _, p := range v.Glob("/etc/passwd") {
			for _, b := range parsePasswd(v.Read(p), false) {
				if b.Name == a.Name && !loginShell(b.Shell) {
					return
				}
			}
		}
	}
	where := ""
	if a.UID == 0 || a.Name == "root" {
		where = " with all rights"
	}
	switch {
	case a.Secret == "empty":
		if s, ok := shadow[a.Name]; ok && a.UID >= 0 && s.Secret != "empty" {
			break // the shadow file decides
		}
		in.add(f.at(Finding{ID: "account.empty-password", Level: asRead(f, Confirmed), Rule: "passwd", Value: a.Name,
			Title: fmt.Sprintf("Account %q%s has no password", a.Name, where), Evidence: a.Name + " in " + f.path,
			Consequence: "anybody who reaches a login prompt is in", Use: "a login prompt: console, telnet, SSH where it allows empty passwords",
			Control: "accounts without a login shell and those a shadow file locks are left out"}, -1))
	case a.Secret == "hash" && a.Known != "":
		in.add(f.at(Finding{ID: "account.known-hash", Level: asRead(f, Confirmed), Rule: "passwd", Value: a.Name,
			Title: fmt.Sprintf("Account %q%s has the known password %q", a.Name, where, a.Known), Evidence: fmt.Sprintf("%s hash of %s falls to the list of %d known passwords", a.Scheme, a.Name, len(in.facts.Passwords)),
			Consequence: "every device with this image lets in whoever knows the published password", Use: "a login prompt and the password above",
			Control: "the hash was computed and compared, not guessed from its text"}, -1))
	case a.Secret == "hash":
		in.add(f.at(Finding{ID: "account.hardcoded", Level: asRead(f, Suspicious), Rule: "passwd", Value: a.Name,
			Title: fmt.Sprintf("Account %q%s has a fixed password, the same on every device", a.Name, where), Evidence: a.Scheme + " hash",
			Consequence: "who breaks or knows the one password is in everywhere", Use: "the password, not in our small list", Control: "locked and shell-less accounts are left out"}, -1))
	}
}

// twins are accounts besides the first that have user number 0.
func (in *inspector) twins(found []Account, files map[string]*file, shadow map[string]Account) {
	by := map[string][]Account{}
	for _, a := range found {
		if a.UID == 0 {
			by[a.Where] = append(by[a.Where], a)
		}
	}
	for where, l := range by {
		for _, a := range l {
			if a.Name == "root" || len(l) == 1 {
				continue
			}
			if l[0].Name == a.Name && l[0].Name != "root" && !hasRoot(l) {
				continue // the first stands in for root: makers rename it
			}
			lv := Confirmed
			if a.Secret == "locked" || !loginShell(a.Shell) {
				lv = Note
			} else if s, ok := shadow[a.Name]; ok && a.Secret == "none" && s.Secret == "locked" {
				lv = Suspicious // no password opens it; a key may
			}
			in.add(files[where].at(Finding{ID: "account.uid0-twin", Level: asRead(files[where], lv), Rule: "passwd", Value: a.Name, Title: fmt.Sprintf("Account %q has user number 0: it is root under another name", a.Name),
				Evidence: fmt.Sprintf("%s: uid 0, shell %s", a.Name, a.Shell), Consequence: "a second way to all rights that changing root's password does not close", Use: "its password",
				Control: "a single account with number 0 under another name than root is taken for the maker's root"}, -1))
		}
	}
}

func hasRoot(l []Account) bool {
	for _, a := range l {
		if a.Name == "root" {
			return true
		}
	}
	return false
}

func last(l []string) string {
	if len(l) == 0 {
		return ""
	}
	return l[len(l)-1]
}

func chainFile(l []string) string {
	s := last(l)
	if i := strings.LastIndexByte(s, ':'); i > 0 {
		return strings.TrimPrefix(s[:i], "/")
	}
	return s
}

func chainLine(l []string) int {
	s := last(l)
	n, _ := strconv.Atoi(s[strings.LastIndexByte(s, ':')+1:])
	return n
}
