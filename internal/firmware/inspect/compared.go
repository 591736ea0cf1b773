package inspect

import (
	"fmt"
	"regexp"
	"strings"
)

// Passwords pages compare with: a constant in a script that a login must equal.

// comparedWith are comparisons of something called a password with a constant, by language.
var comparedWith = map[string]*regexp.Regexp{
	"shell":  regexp.MustCompile(`(?i)\[\[?\s+"?\$\{?(\w*(?:pass|pwd)\w*)\}?"?\s*={1,2}\s*["']?([^\s"'$\]]{4,40})["']?\s`),
	"php":    regexp.MustCompile(`(?i)\$\w*(?:\[['"])?(\w*(?:pass|pwd)\w*)(?:['"]\])?\s*={2,3}\s*['"]([^'"$\s]{4,40})['"]`),
	"lua":    regexp.MustCompile(`(?i)\b(\w*(?:pass|pwd)\w*)\s*==\s*['"]([^'"\s]{4,40})['"]`),
	"python": regexp.MustCompile(`(?i)\b(\w*(?:pass|pwd)\w*)['"\])]*\s*==\s*['"]([^'"\s]{4,40})['"]`),
	"perl":   regexp.MustCompile(`(?i)\$(\w*(?:pass|pwd)\w*)\s*(?:eq|==)\s*['"]([^'"$\s]{4,40})['"]`),
}

// plainWord are constants that say how a password is, not what it is.
var plainWord = regexp.MustCompile(`(?i)^(?:null|none|true|false|undefined|string|object|number|yes|no|enabled?|disabled?|empty|confirm|set|unset|0+|\*+|password|passwd)$`)

// aboutPassword are names of what a password is like.
var aboutPassword = regexp.MustCompile(`(?i)(?:type|hash|len|length|mode|field|file|policy|state|status|result|format|flag|mask|enc)$`)

var userCompared = regexp.MustCompile(`(?i)(?:user|login|account|name)\w*['"\]}]*"?\s*(?:={1,3}|eq)\s*["']?([\w.@-]{2,32})`)

// comparedPassword looks for such a constant in one page.
func (in *inspector) comparedPassword(f *file, src, lang string) {
	re := comparedWith[lang]
	if re == nil {
		return
	}
	for _, m := range re.FindAllStringSubmatchIndex(src, 16) {
		name, word := src[m[2]:m[3]], src[m[4]:m[5]]
		if plainWord.MatchString(word) || aboutPassword.MatchString(name) {
			continue
		}
		start := strings.LastIndexByte(src[:m[0]], '\n') + 1
		end := m[1] + strings.IndexByte(src[m[1]:]+"\n", '\n')
		lv, who := Suspicious, ""
		if u := userCompared.FindStringSubmatch(src[start:end]); u != nil {
			lv, who = Probable, u[1]
		}
		in.rep.Accounts = append(in.rep.Accounts, Account{Name: who, UID: -1, Secret: "plain", Known: word, Where: f.where, Service: "web"})
		in.add(f.at(Finding{ID: "account.hardcoded", Level: lv, Rule: "compared", Value: nonEmpty(who, name), Line: 1 + strings.Count(src[:m[0]], "\n"), Title: fmt.Sprintf("%s lets in whoever gives a password that stands in it%s", f.path, map[bool]string{true: " (account " + who + ")", false: ""}[who != ""]),
			Evidence: fmt.Sprintf("%s is compared with a constant of %d characters", name, len(word)), Consequence: "every device with this image has this password and its owner cannot change it", Use: "a request to this page and the password in the file",
			Control: "the constant is compared with something called a password; words such as none or true do not count; probable only where an account's name is compared beside it"}, int64(m[0])))
	}
}
