package scan

import (
	"context"
	"fmt"

	"telltale/internal/answer"
	"telltale/internal/scan/probe"
)

// commands types the read-only commands of the host's family, when logins were
// given and the host speaks SSH.
func (v *visit) commands(ctx context.Context) {
	if len(v.s.o.Secrets.SSH) == 0 || !v.s.wants("cli") || ctx.Err() != nil {
		return
	}
	var ssh *answer.Answer
	for i := range v.out.Answers {
		if v.out.Answers[i].Probe == "ssh" {
			ssh = &v.out.Answers[i]
		}
	}
	if ssh == nil || !v.allowed("cli", ssh.Port) {
		return
	}
	lines := v.s.o.Rules.commands(string(ssh.Data[:min(len(ssh.Data), 256)]) + "\n" + v.f.sys.descr)
	for _, l := range v.s.o.Secrets.SSH {
		actx, cancel := context.WithTimeout(ctx, askTime*2)
		list, err := v.guard(func() ([]answer.Answer, error) {
			return probe.Commands(actx, v.host, ssh.Port, l.Name, l.Password, lines)
		})
		cancel()
		v.take("cli", ssh.Port, list, err)
		if err == nil {
			return
		}
	}
}

// commands returns the lines of the first family that matches, each checked once more.
func (r *Rules) commands(about string) []string {
	for _, c := range r.Commands {
		if c.Match != nil && !c.Match.MatchString(about) {
			continue
		}
		var out []string
		for _, l := range c.Lines {
			if readOnly.MatchString(l) {
				out = append(out, l)
			}
		}
		return out
	}
	return nil
}

// String hides what a login holds from every log and error.
func (l Login) String() string { return fmt.Sprintf("login %q (password hidden)", l.Name) }

// GoString is String: %#v must not show it either.
func (l Login) GoString() string { return l.String() }

// String hides all secrets.
func (s Secrets) String() string {
	return fmt.Sprintf("%d communities, %d SNMPv3 users, %d logins (hidden)", len(s.Communities), len(s.Users), len(s.SSH))
}

// GoString is String.
func (s Secrets) GoString() string { return s.String() }
