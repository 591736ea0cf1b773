package inspect

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"

	"telltale/internal/evidence"
)

func webPath(p string) bool {
	p = "/" + strings.ToLower(p)
	for _, d := range []string{"/www/", "/web/", "/cgi-bin/", "/htdocs/", "/html/", "/httpd/", "/webroot/", "/webs/", "/webpages/"} {
		if strings.Contains(p, d) {
			return true
		}
	}
	return strings.HasSuffix(p, ".cgi") || strings.HasSuffix(p, ".asp") || strings.HasSuffix(p, ".gch") || strings.HasSuffix(p, ".php") || strings.HasSuffix(p, ".lua")
}

var (
	ownServer  = regexp.MustCompile(`\brequire\(['"](?:express|http|koa|fastify|restify)['"]\)|\bfrom\s+(?:flask|bottle|django|aiohttp|tornado|sanic|fastapi)\b|\bimport\s+(?:flask|bottle|cherrypy|web)\b|\bapp\.(?:get|post|use|route)\s*\(`)
	serverCode = regexp.MustCompile(`\.(?:py|js|mjs|cjs)$`)
	// library is where the code of others lies, which holds every shape.
	library = regexp.MustCompile(`(?:^|/)(?:node_modules|site-packages|dist-packages|python[\d.]+)/`)
)

// servesItself says that a script is a web server's own program, wherever it lies.
func servesItself(f *file) bool {
	if f.kind != "script" && f.kind != "text" || !serverCode.MatchString(f.path) && f.kind != "script" || library.MatchString(f.path) {
		return false
	}
	return ownServer.Match(contentOf(f.obj, 256<<10))
}

// web looks at what a web server serves: injection shapes, and handlers no page leads to.
func (in *inspector) web() {
	for _, v := range in.volumes {
		var pages []*file
		var handlers []*file
		for _, f := range in.files {
			if f.vol != v || f.doc() || f.size > 1<<20 {
				continue
			}
			if !webPath(f.path) {
				if servesItself(f) {
					in.injection(f)
				}
				continue
			}
			if f.kind == "script" || f.kind == "text" {
				in.injection(f)
			}
			switch b := strings.ToLower(f.base()); {
			case strings.HasSuffix(b, ".html"), strings.HasSuffix(b, ".htm"), strings.HasSuffix(b, ".js"), strings.HasSuffix(b, ".asp"), strings.HasSuffix(b, ".xml"), strings.HasSuffix(b, ".json"):
				pages = append(pages, f)
			}
			if strings.Contains("/"+f.path, "/cgi-bin/") && f.node.Mode&0o111 != 0 || strings.HasSuffix(f.path, ".cgi") || strings.HasSuffix(f.path, ".gch") {
				handlers = append(handlers, f)
			}
		}
		in.hidden(pages, handlers)
	}
}

// hidden are handlers that no page of the image names.
func (in *inspector) hidden(pages, handlers []*file) {
	if len(pages) == 0 || len(handlers) == 0 || len(handlers) > 500 {
		return
	}
	var all bytes.Buffer
	for _, p := range pages {
		if all.Len() < 32<<20 {
			all.Write(contentOf(p.obj, 1<<20))
		}
	}
	text := all.Bytes()
	for _, h := range handlers {
		if bytes.Contains(text, []byte(h.base())) {
			continue
		}
		lv := Note
		if h.c != nil && (h.kind == "script" && len(h.c.hits["QUERY_STRING"]) > 0 || len(h.c.hits["telnetd"]) > 0) {
			lv = Suspicious
		}
		in.add(h.at(Finding{ID: "web.hidden-endpoint", Level: lv, Rule: "unlinked", Value: h.path, Title: fmt.Sprintf("No page of the image leads to %s", h.path), Evidence: fmt.Sprintf("pages searched: %d", len(pages)),
			Consequence: "a function the owner does not see", Use: "a request to its path", Control: "pages, scripts and tables of the same file system were searched for its name"}, -1))
	}
}

// remote looks at configuration: management accounts, TR-069, SNMP.
func (in *inspector) remote() {
	for _, f := range in.files {
		if f.c == nil || f.size > maxSQLite || f.doc() {
			continue
		}
		b := strings.ToLower(f.base())
		switch {
		case f.kind != "text" && f.size >= 512 && string(contentOf(f.obj, 16)) == sqliteMagic:
			sqliteTables(contentOf(f.obj, maxSQLite), func(table string, vals map[string]string) { in.configRow(f, row{table: table, vals: vals, off: -1}) })
		case f.size > 8<<20:
		case f.kind == "text" && looksXML(f):
			in.xmlConfig(f)
		case f.kind == "text" && (strings.HasSuffix(b, ".json") || strings.HasSuffix(b, ".lua")) && settingsName(f):
			in.tables(f)
		case f.kind == "text" && f.size < 256<<10 && strings.Contains(b, "digest") && !sourceCode.MatchString(b):
			in.digestTable(f)
		case f.kind == "text" && b == "smbpasswd":
			in.smbTable(f)
		case b == "httpd.conf" && f.kind == "text" && in.realms(f):
		case strings.Contains(b, "snmpd") && f.kind == "text":
			in.snmp(f)
		case f.kind == "text" && f.size < 1<<20 && (strings.HasPrefix(f.path, "etc/") || strings.Contains(b, "conf") || strings.Contains(b, "default") || strings.Contains(b, "nvram") || strings.HasSuffix(b, ".ini") || strings.HasSuffix(b, ".cfg")) && !sourceCode.MatchString(b):
			in.keyValues(f)
		}
	}
}

func looksXML(f *file) bool {
	h := strings.TrimSpace(string(contentOf(f.obj, 256)))
	return strings.HasPrefix(h, "<") && !strings.HasPrefix(strings.ToLower(h), "<!doctype html") && !strings.HasPrefix(strings.ToLower(h), "<html")
}

// row is the named values of one element of a configuration.
type row struct {
	table string
	vals  map[string]string // lower-case key
	off   int64
}

// xmlRows reads an XML configuration into rows, in the three forms makers use:
// <X name="K" val="V"/>, <K>V</K>, and attributes K="V".
func xmlRows(r io.Reader) []row {
	d := xml.NewDecoder(io.LimitReader(r, 8<<20))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	type open struct {
		name, table string
		row         row
		text        strings.Builder
	}
	var stack []*open
	var out []row
	for len(out) < 50_000 {
		tok, err := d.Token()
		if err != nil {
			break
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if len(stack) > 100 {
				return out
			}
			attr := map[string]string{}
			for _, a := range t.Attr {
				attr[strings.ToLower(a.Name.Local)] = a.Value
			}
			table := ""
			if len(stack) > 0 {
				table = stack[len(stack)-1].table
			}
			name := nonEmpty(attr["name"], attr["key"])
			val, hasVal := attr["val"]
			if !hasVal {
				val, hasVal = attr["value"]
			}
			if name != "" && hasVal && len(stack) > 0 {
				stack[len(stack)-1].row.vals[strings.ToLower(name)] = val
			} else if name != "" {
				table = name
			} else if len(t.Attr) > 1 {
				out = append(out, row{table: nonEmpty(table, t.Name.Local) + "/" + t.Name.Local, vals: attr, off: d.InputOffset()})
			}
			if table == "" {
				table = t.Name.Local
			}
			o := &open{name: t.Name.Local, table: table, row: row{table: table + "/" + t.Name.Local, vals: map[string]string{}, off: d.InputOffset()}}
			stack = append(stack, o)
		case xml.CharData:
			if len(stack) > 0 && stack[len(stack)-1].text.Len() < 4096 {
				stack[len(stack)-1].text.Write(t)
			}
		case xml.EndElement:
			if len(stack) == 0 {
				continue
			}
			o := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if len(o.row.vals) > 0 {
				out = append(out, o.row)
			} else if v := strings.TrimSpace(o.text.String()); v != "" && len(stack) > 0 {
				stack[len(stack)-1].row.vals[strings.ToLower(o.name)] = v
			}
		}
	}
	for _, o := range stack {
		if len(o.row.vals) > 0 {
			out = append(out, o.row)
		}
	}
	return out
}

// compact are the values by their names without marks between the words.
func (r *row) compact() map[string]string {
	out := make(map[string]string, len(r.vals))
	for k, v := range r.vals {
		out[strings.NewReplacer("_", "", "-", "", ".", "").Replace(k)] = v
	}
	return out
}

func pick(vals map[string]string, names ...string) string {
	for _, n := range names {
		if v := vals[n]; v != "" {
			return v
		}
	}
	return ""
}

func (in *inspector) xmlConfig(f *file) {
	for _, r := range xmlRows(io.NewSectionReader(f.obj, f.off, f.size)) {
		in.configRow(f, r)
	}
}

// configRow judges one group of settings that belong together.
func (in *inspector) configRow(f *file, r row) {
	v := r.compact()
	crUser := pick(v, "connectionrequestusername", "connreqname", "connrequestusername", "connrequsername", "connrequser", "connreqtusername", "cpeusername")
	crPass := pick(v, "connectionrequestpassword", "connreqpassword", "connrequestpassword", "connreqpasswd", "connreqpwd", "connreqpass", "connreqtpassword", "cpepassword")
	url := pick(v, "acsurl", "cwmpacsurl", "tr069url", "acsserver")
	if url == "" && (crUser != "" || crPass != "" || v["periodicinforminterval"] != "") {
		url = v["url"]
	}
	if crUser != "" || crPass != "" || url != "" && strings.Contains(url, "://") {
		in.tr069(f, r, url, crUser, crPass)
	}
	if crUser == "" && url == "" {
		in.configAccount(f, r, v)
	}
}

var trivial = map[string]bool{"admin": true, "password": true, "1234": true, "12345": true, "123456": true, "tr069": true, "cwmp": true, "acs": true, "itms": true, "hgw": true, "cpe": true, "user": true, "root": true, "default": true, "test": true, "telecom": true, "rms": true, "easycwmp": true}

func (in *inspector) tr069(f *file, r row, url, user, pass string) {
	lv, title := Note, "Remote management (TR-069) is set up in the default configuration"
	switch {
	case pass != "" && (strings.EqualFold(user, pass) || trivial[strings.ToLower(pass)]):
		lv, title = Suspicious, fmt.Sprintf("Remote management (TR-069) answers to a default password: user %q", user)
	case strings.HasPrefix(url, "http://"):
		lv, title = Suspicious, "Remote management (TR-069) goes to its server without encryption"
	case (user != "" || r.vals["connectionrequesturl"] != "") && pass == "":
		lv, title = Suspicious, "Remote management (TR-069) has an empty password for connection requests"
	}
	in.add(f.at(Finding{ID: "remote.tr069-default", Level: lv, Rule: "tr069", Value: nonEmpty(url, user), Title: title, Evidence: fmt.Sprintf("server %s, connection request user %s", nonEmpty(url, "none"), nonEmpty(user, "none")),
		Consequence: "who knows the default can make the device call its manager, or stand in for the manager and set or read everything", Use: "TCP 7547 of the device, or a place on the path to the server", Control: "an address with a password of its own stays a note"}, r.off))
	if url != "" {
		in.observe(evidence.FwUpdateURL, url, f.where, r.off)
	}
}

var optionLine = regexp.MustCompile(`^\s*(?:option\s+|set\s+)?([A-Za-z][\w.\-]{1,60})\s*(?:=|:|\s)\s*['"]?([^'"#\s=][^'"#]*?)['"]?\s*$`)

// keyValues reads key = value and uci files, section by section.
func (in *inspector) keyValues(f *file) {
	r := row{table: f.base(), vals: map[string]string{}}
	flush := func() {
		if len(r.vals) > 0 {
			in.configRow(f, r)
		}
	}
	off := int64(0)
	for _, l := range strings.SplitAfter(string(contentOf(f.obj, 1<<20)), "\n") {
		t := strings.TrimSpace(l)
		if item, ok := strings.CutPrefix(t, "- "); ok { // an element of a list in YAML
			flush()
			r = row{table: r.table, vals: map[string]string{}, off: off}
			t = strings.TrimSpace(item)
		}
		if strings.HasPrefix(t, "[") || strings.HasPrefix(t, "config ") || t == "" && len(r.vals) > 6 {
			flush()
			r = row{table: f.base() + " " + t, vals: map[string]string{}, off: off}
		} else if m := optionLine.FindStringSubmatch(t); m != nil && !strings.HasPrefix(t, "#") && assignment(t, m[2]) {
			k := strings.ToLower(m[1])
			if i := strings.LastIndexByte(k, '.'); i >= 0 {
				k = k[i+1:]
			}
			for _, p := range []string{"tr069_", "cwmp_", "http_", "web_", "login_", "sys_", "telnet_", "adm_", "admin_", "default_", "onvif_", "rtsp_"} {
				k = strings.TrimPrefix(k, p)
			}
			r.vals[k] = m[2]
		}
		off += int64(len(l))
	}
	flush()
}

// assignment says that a line sets a value: with a sign, as an option, or as two words; more words are a sentence or a table.
func assignment(line, value string) bool {
	return strings.ContainsAny(line, "=:") || strings.HasPrefix(line, "option") || strings.HasPrefix(line, "set ") || !strings.ContainsAny(value, " \t")
}

// hostFindings gathers hosts and says which nobody documented.
func (in *inspector) hostFindings() {
	named := map[string]bool{} // what the image has files of that name of is no host
	for _, f := range in.files {
		named[strings.ToLower(f.base())] = true
	}
	for _, f := range in.files {
		if f.c == nil || f.doc() || len(f.c.hits["-----BEGIN "]) > 4 {
			continue
		}
		code := f.kind == "elf" || f.kind == "script" || f.kind == "data"
		conf := f.kind == "text" && (strings.HasPrefix(f.path, "etc/") || strings.Contains(f.path, "conf") || f.vol == nil)
		if !code && !conf {
			continue
		}
		if n := distinctHosts(f.c.hosts); n > hostList {
			in.add(f.at(Finding{ID: "host.undocumented", Level: Note, Rule: "host-list", Value: f.path, Title: fmt.Sprintf("%s holds a list of %d hosts", nonEmpty(f.path, f.where), n), Evidence: f.c.hosts[0].host + " ...",
				Consequence: "such lists are of name suffixes, blocked or trusted places; which of them are called is not shown", Control: "more hosts than one program calls"}, f.c.hosts[0].off))
			continue
		}
		for _, h := range f.c.hosts {
			if h.url == "" && (named[h.host] || f.c.inFirmList(h.off)) {
				continue
			}
			in.host(f, h, code)
		}
	}
	var names []string
	for n := range in.hosts {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		in.rep.Hosts = append(in.rep.Hosts, *in.hosts[n])
	}
}

// hostList is the number of hosts from which on a content holds a list, not the places it calls.
const hostList = 150

func distinctHosts(l []hostHit) int {
	seen := map[string]bool{}
	for i := range l {
		seen[l[i].host] = true
	}
	return len(seen)
}

func (in *inspector) host(f *file, h hostHit, code bool) {
	x := in.hosts[h.host]
	if x == nil {
		if len(in.hosts) > 5000 {
			return
		}
		x = &Host{Host: h.host, Offset: h.off}
		for i := range in.facts.Hosts {
			d := &in.facts.Hosts[i]
			if h.host == d.Domain || strings.HasSuffix(h.host, "."+d.Domain) {
				x.Operator, x.Purpose = d.Org, d.Purpose
			}
		}
		in.hosts[h.host] = x
		in.observe(evidence.FwHost, h.host, f.where, h.off)
		title := "A program holds the host " + h.host
		if x.Operator != "" {
			title += fmt.Sprintf(" (%s, run by %s)", nonEmpty(x.Purpose, "service"), in.facts.name(x.Operator))
		}
		if code {
			in.add(f.at(Finding{ID: "host.undocumented", Level: Note, Rule: "host", Value: h.host, Title: title, Evidence: nonEmpty(h.url, h.host), Consequence: "the device may call it; what for is not shown by the name", Control: "standards bodies, licences and example names are left out"}, h.off))
		}
	}
	if h.url != "" && len(x.URLs) < 8 && !contains(x.URLs, h.url) {
		x.URLs = append(x.URLs, h.url)
	}
	if len(x.Where) < 8 && !contains(x.Where, f.where) {
		x.Where = append(x.Where, f.where)
	}
}
