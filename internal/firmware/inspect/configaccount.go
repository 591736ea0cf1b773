package inspect

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"

	"golang.org/x/crypto/md4" // what file servers keep
)

// Accounts in settings: a name and a password, or its digest, in one group.

// ofUsers names groups of settings whose "name" is that of an account.
var ofUsers = regexp.MustCompile(`(?i)users?\b|accounts?\b|login|admin`)

// dialUp names settings of lines to others: their accounts are the owner's there.
var dialUp = regexp.MustCompile(`(?i)mgtserver|ppp|ddns|voip|wan`)

// configAccount judges the account of one group of settings; v are its values by compact names.
func (in *inspector) configAccount(f *file, r row, v map[string]string) {
	user := pick(v, "user", "username", "loginname", "account", "login", "usr")
	if user == "" && ofUsers.MatchString(r.table) {
		user = v["name"]
	}
	pass := pick(v, "pass", "password", "passwd", "pwd", "userpassword")
	if user == "" || pass == "" || dialUp.MatchString(r.table) || !loginName.MatchString(user) || placeholder.MatchString(pass) {
		return
	}
	if kind := digestKind(pass); kind != "" {
		in.digestAccount(f, user, "", pass, kind, r.table, r.off)
		return
	}
	in.rep.Accounts = append(in.rep.Accounts, Account{Name: user, UID: -1, Secret: "plain", Known: pass, Where: f.where, Service: r.table})
	lv := Probable
	if farService.MatchString(r.table) { // an account the device has elsewhere
		lv = Suspicious
	}
	in.add(f.at(Finding{ID: "account.hardcoded", Level: lv, Rule: "config", Value: user, Title: fmt.Sprintf("The default configuration has the account %q with a fixed password", user), Evidence: fmt.Sprintf("%s: user %s, password of %d characters", r.table, user, len(pass)),
		Consequence: "every device starts with this login until its owner changes it; some of these accounts are not shown to the owner", Use: "the login page, telnet or SSH of the device, and the password in the file", Control: "user and password stand in the same record; dial-up and telephony accounts are left out"}, r.off))
}

// digests are plain digests settings keep passwords as, by the length of their hexadecimal form.
var digests = map[int]struct {
	kind string
	sum  func(string) string
}{
	32:  {"md5", func(s string) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) }},
	40:  {"sha1", func(s string) string { h := sha1.Sum([]byte(s)); return hex.EncodeToString(h[:]) }},
	64:  {"sha256", func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }},
	128: {"sha512", func(s string) string { h := sha512.Sum512([]byte(s)); return hex.EncodeToString(h[:]) }},
}

// digestKind names the kind of hash a setting is, "" for none.
func digestKind(s string) string {
	if strings.HasPrefix(s, "$") {
		return scheme(s)
	}
	if d, ok := digests[len(s)]; ok {
		if _, err := hex.DecodeString(s); err == nil {
			return d.kind
		}
	}
	return ""
}

// opened is the known password a hash of an account was made of, with or without its name and realm.
func (in *inspector) opened(user, realm, sum, kind string) (string, bool) {
	list := in.passwordsFor(user)
	if kind == ntKind {
		for _, p := range list {
			if strings.EqualFold(ntHash(p), sum) {
				return p, true
			}
		}
		return "", false
	}
	if strings.HasPrefix(sum, "$") {
		return crack(sum, list)
	}
	d, low := digests[len(sum)], strings.ToLower(sum)
	for _, p := range list {
		if low == d.sum(p) || realm != "" && low == d.sum(user+":"+realm+":"+p) {
			return p, true
		}
	}
	return "", false
}

// digestAccount judges an account whose password a file has as a hash.
func (in *inspector) digestAccount(f *file, user, realm, sum, kind, where string, off int64) {
	id := sha256.Sum256([]byte(sum))
	a := Account{Name: user, UID: -1, Secret: "hash", Scheme: kind, SecretID: hex.EncodeToString(id[:4]), Where: f.where, Service: where}
	x := Finding{ID: "account.hardcoded", Level: asRead(f, Suspicious), Rule: "config", Value: user, Title: fmt.Sprintf("The default configuration has the account %q with a fixed password, as a hash", user), Evidence: fmt.Sprintf("%s: user %s, %s hash", where, user, kind),
		Consequence: "who breaks or knows the one password is in everywhere", Use: "the password, not in our small list", Control: "user and hash stand in the same record; dial-up and telephony accounts are left out"}
	if p, ok := in.opened(user, realm, sum, kind); ok {
		a.Known = p
		x.ID, x.Level, x.Title = "account.known-hash", asRead(f, Confirmed), fmt.Sprintf("The default configuration has the account %q with the known password %q", user, p)
		if p == "" {
			a.Secret, x.ID, x.Title = "empty", "account.empty-password", fmt.Sprintf("The default configuration has the account %q without a password", user)
		}
		x.Consequence, x.Use, x.Control = "every device with this image lets in whoever knows the published password", "a login and the password above", "the hash was computed and compared, not guessed from its text"
	}
	in.rep.Accounts = append(in.rep.Accounts, a)
	in.add(f.at(x, off))
}

var digestLine = regexp.MustCompile(`(?m)^([\w.@-]{1,63}):([^:\n]{1,128}):([0-9a-fA-F]{32})\r?$`)

// ntKind is the hash of file servers' accounts: MD4 of the password in UTF-16.
const ntKind = "nt"

func ntHash(password string) string {
	h := md4.New()
	for _, u := range utf16.Encode([]rune(password)) {
		h.Write([]byte{byte(u), byte(u >> 8)})
	}
	return hex.EncodeToString(h.Sum(nil))
}

var smbLine = regexp.MustCompile(`(?m)^([\w.$@-]{1,63}):\d+:[0-9A-FX]{32}:([0-9A-Fa-f]{32}):\[([A-Z ]*)\]`)

// smbTable reads the accounts of a file server: NAME:NUMBER:LM:NT:[FLAGS]:, of which D is switched off.
func (in *inspector) smbTable(f *file) {
	src := string(contentOf(f.obj, 256<<10))
	for _, m := range smbLine.FindAllStringSubmatchIndex(src, 64) {
		if !strings.Contains(src[m[6]:m[7]], "D") {
			in.digestAccount(f, src[m[2]:m[3]], "", src[m[4]:m[5]], ntKind, "file server", int64(m[0]))
		}
	}
}

// digestTable reads a web server's table USER:REALM:MD5.
func (in *inspector) digestTable(f *file) {
	src := string(contentOf(f.obj, 256<<10))
	for _, m := range digestLine.FindAllStringSubmatchIndex(src, 64) {
		in.digestAccount(f, src[m[2]:m[3]], src[m[4]:m[5]], src[m[6]:m[7]], "md5", "digest table", int64(m[0]))
	}
}

// placeholder is a value a program fills in later: a template, not a password.
var placeholder = regexp.MustCompile(`^<.*>$|^\$p\$|\$\{|\$\(|^\$\w+$|\{\{|^%[\w.-]*%?$|%[sd]`)

// farService names settings of clients: the account is one of the device at somebody else's service.
var farService = regexp.MustCompile(`(?i)ddclient|inadyn|dyndns|smtp|mail|proxy|mqtt|mosquitto|pptp|l2tp|ipsec|vpn|radius|sip|netrc|wgetrc|cups|database|mysql|postgres|\bsql`)

// loginName is the form of an account's name.
var loginName = regexp.MustCompile(`^[\w.@+\\/-]{1,63}$`)
