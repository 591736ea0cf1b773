package inspect

import (
	"fmt"
	"path"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Keys that may log in: in the lists SSH servers read, and those scripts put there.

// authorizedKeys reads the lists of keys that may log in. With a server started at every boot the way is open; without, it is one step short.
func (in *inspector) authorizedKeys() {
	open := map[string]bool{}
	for _, s := range in.rep.Services {
		open[s.Volume] = open[s.Volume] || s.Kind == "ssh" && s.State == "unconditional"
	}
	for _, f := range in.files {
		if f.node == nil || !strings.HasPrefix(f.base(), "authorized_keys") && !in.keyListed(f) {
			continue
		}
		lv := Probable
		if open[f.region] {
			lv = Confirmed
		}
		if f.doc() || strings.Contains(f.base(), ".") && strings.HasPrefix(f.base(), "authorized_keys") {
			lv = Note // a sample or a copy: servers read the plain name
		}
		in.authorized(contentOf(f.obj, 256<<10), f.at(Finding{Level: lv, Rule: "authorized-keys"}, 0))
	}
	for _, v := range in.volumes {
		for i := range in.boots[v].launches {
			in.scriptKeys(v, &in.boots[v].launches[i], open[v.name])
		}
	}
}

// keyListed says that the SSH server's configuration names the file as a list of keys.
func (in *inspector) keyListed(f *file) bool {
	if f.vol == nil || f.kind != "text" || f.size > 64<<10 {
		return false
	}
	for _, line := range strings.Split(f.vol.Read("/etc/ssh/sshd_config"), "\n") {
		w := strings.Fields(line)
		if len(w) < 2 || !strings.EqualFold(w[0], "AuthorizedKeysFile") {
			continue
		}
		for _, p := range w[1:] {
			if ok, _ := path.Match(strings.NewReplacer("%u", "*", "%h", "*").Replace(p), "/"+f.path); ok {
				return true
			}
		}
	}
	return false
}

// scriptKeys finds keys a script writes or copies into a list.
func (in *inspector) scriptKeys(v *volume, l *launch, open bool) {
	var text []byte
	switch to := l.argv[len(l.argv)-1]; {
	case isKeyList(l.into) && l.name == "cat" && len(l.argv) > 1:
		text = []byte(v.Read(l.argv[1]))
	case isKeyList(l.into):
		text = []byte(nonEmpty(l.input, strings.Join(l.argv[1:], " ")))
	case (l.name == "cp" || l.name == "mv" || l.name == "ln" || l.name == "install") && len(l.argv) > 2 && isKeyList(to):
		text = []byte(v.Read(l.argv[len(l.argv)-2]))
	}
	if len(text) == 0 {
		return
	}
	lv := Probable
	switch {
	case !l.started || never(l.when):
		lv = Note
	case len(l.when) > 0:
		lv = Suspicious
	case open:
		lv = Confirmed
	}
	in.authorized(text, Finding{Level: lv, Rule: "script-key", Path: chainFile(l.chain), Line: chainLine(l.chain), Where: v.name + "/" + last(l.chain), Region: v.name, Conditions: l.when})
}

func isKeyList(p string) bool {
	return strings.HasSuffix(p, "/authorized_keys") || strings.HasSuffix(p, "/authorized_keys2")
}

// authorized reports the keys of a list, at the place given.
func (in *inspector) authorized(rest []byte, x Finding) {
	for len(rest) > 0 {
		pub, comment, _, r, err := ssh.ParseAuthorizedKey(rest)
		if err != nil {
			return
		}
		rest = r
		in.rep.Keys = append(in.rep.Keys, Key{Kind: "authorized", Algorithm: pub.Type(), SPKI: ssh.FingerprintSHA256(pub), Subject: comment, Where: x.Where})
		x.ID, x.Value, x.Title = "key.authorized", ssh.FingerprintSHA256(pub), fmt.Sprintf("Whoever holds a certain SSH key may log in (%s)", nonEmpty(comment, "no comment"))
		x.Evidence = pub.Type() + " " + ssh.FingerprintSHA256(pub) + " " + comment
		x.Consequence, x.Use = "the holder of the private half logs in without a password on every device with this image", "the private key, and an SSH server that reads this file"
		x.Control = "the key was parsed; comments and broken lines do not count; confirmed only when an SSH server is started at every boot"
		in.add(x)
	}
}
