package inspect

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// Settings as JSON and Lua write them, and the realms of BusyBox's web server.

// settingsName says that a file is where a device keeps its settings.
func settingsName(f *file) bool {
	b := strings.ToLower(f.base())
	for _, w := range []string{"conf", "default", "setting", "nvram", "user", "account", "login", "auth"} {
		if strings.Contains(b, w) {
			return !webPath(f.path) || w == "conf" || w == "default" // the words of pages are no settings
		}
	}
	return strings.HasPrefix(f.path, "etc/") || strings.Contains(f.path, "/etc/")
}

// sourceCode are the endings of programs' texts: what they set is an example or a variable.
var sourceCode = regexp.MustCompile(`\.(?:pm|pl|py|rb|js|c|h|cpp|hpp|go|rs|java|tcl|pot?|php|inc|css|scss|ts|vim|el|awk|m4|ac|am|in|tmpl|tpl|j2)$`)

// tables judges the groups of settings of a JSON or Lua file.
func (in *inspector) tables(f *file) {
	text := contentOf(f.obj, 1<<20)
	if strings.HasSuffix(strings.ToLower(f.base()), ".lua") {
		in.luaTables(f, dialects["lua"].uncommented(string(text)))
		return
	}
	var v any
	if json.Unmarshal(text, &v) == nil {
		in.jsonRows(f, f.base(), v, 0)
	}
}

// jsonRows takes each object for one group of settings; key says under which name it stands.
func (in *inspector) jsonRows(f *file, key string, v any, depth int) {
	if depth > 32 {
		return
	}
	switch x := v.(type) {
	case []any:
		for _, e := range x[:min(len(x), 5000)] {
			in.jsonRows(f, key, e, depth+1)
		}
	case map[string]any:
		r := row{table: key, vals: map[string]string{}, off: -1}
		var names []string
		for k, e := range x {
			names = append(names, k)
			if s, ok := e.(string); ok {
				r.vals[strings.ToLower(k)] = s
			}
		}
		if len(r.vals) > 0 {
			in.configRow(f, r)
		}
		sort.Strings(names)
		for _, k := range names {
			in.jsonRows(f, k, x[k], depth+1)
		}
	}
}

var (
	luaTable = regexp.MustCompile(`\{[^{}]+\}`)
	luaField = regexp.MustCompile(`([A-Za-z_]\w*)\s*=\s*["']([^"'\n]*)["']`)
)

func (in *inspector) luaTables(f *file, src string) {
	for _, loc := range luaTable.FindAllStringIndex(src, 2000) {
		r := row{table: f.base(), vals: map[string]string{}, off: int64(loc[0])}
		for _, m := range luaField.FindAllStringSubmatch(src[loc[0]:loc[1]], 64) {
			r.vals[strings.ToLower(m[1])] = m[2]
		}
		if len(r.vals) > 1 {
			in.configRow(f, r)
		}
	}
}

var realmLine = regexp.MustCompile(`(?m)^(/[^:#\s]*):([^:\s]{1,64}):(\S{1,128})$`)

// realms are lines PATH:USER:PASSWORD of BusyBox's web server; it says whether there are any.
func (in *inspector) realms(f *file) bool {
	src := string(contentOf(f.obj, 64<<10))
	all := realmLine.FindAllStringSubmatchIndex(src, 64)
	for _, m := range all {
		path, user, pass := src[m[2]:m[3]], src[m[4]:m[5]], src[m[6]:m[7]]
		lv, how := Probable, "in the clear"
		if scheme(pass) != "" {
			lv, how = Suspicious, "as a hash"
		}
		in.rep.Accounts = append(in.rep.Accounts, Account{Name: user, UID: -1, Secret: map[bool]string{true: "plain", false: "hash"}[lv == Probable], Where: f.where, Service: "web " + path})
		in.add(f.at(Finding{ID: "account.hardcoded", Level: lv, Rule: "web-realm", Value: user, Title: fmt.Sprintf("The web server lets the account %q in with a fixed password (%s)", user, how), Evidence: path + ":" + user + ":...",
			Consequence: "every device has this login until its owner changes it", Use: "a request to the path and the password in the file", Control: "path, user and password stand on one line of the server's own form"}, int64(m[0])))
	}
	return len(all) > 0
}
