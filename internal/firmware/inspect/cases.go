package inspect

import (
	"fmt"
	"path"
	"regexp"
	"sort"
	"strings"
)

var (
	kernelDate = regexp.MustCompile(`#\d+[^\n]*? (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(\d{1,2}) [\d:]+ (?:\w+ )?(\d{4})`)
	isoDate    = regexp.MustCompile(`\b(20[0-3]\d)[-./](0[1-9]|1[0-2])[-./](0[1-9]|[12]\d|3[01])\b`)
	buildTag   = regexp.MustCompile(`(?i)build[ _:-]?(\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\b`)
	months     = "JanFebMarAprMayJunJulAugSepOctNovDec"
)

// versionFile says that a file states what the image is.
func versionFile(f *file) bool {
	b := strings.ToLower(f.base())
	return f.size < 16<<10 && (strings.Contains(b, "version") || strings.Contains(b, "release") || strings.HasSuffix(b, ".prop") || b == "issue" || b == "banner" || strings.Contains(b, "productinfo") || strings.Contains(b, "model") || b == "installdesc" || strings.Contains(b, "firmware_info") || strings.Contains(b, "hwid"))
}

// buildDate reads when the image was built: version files first, the kernel's stamp next, the newest of each.
func (in *inspector) buildDate() {
	var fromFiles, fromKernel string
	var traits []string
	for _, f := range in.files {
		if f.c == nil || f.doc() {
			continue
		}
		if versionFile(f) && (f.kind == "text" || f.kind == "") {
			t := string(contentOf(f.obj, 16<<10))
			traits = append(traits, t)
			for _, m := range isoDate.FindAllStringSubmatch(t, -1) {
				fromFiles = max(fromFiles, m[1]+"-"+m[2]+"-"+m[3])
			}
			for _, m := range buildTag.FindAllStringSubmatch(t, -1) {
				fromFiles = max(fromFiles, "20"+m[1]+"-"+m[2]+"-"+m[3])
			}
		}
		for _, off := range f.c.hits["Linux version "] {
			if m := kernelDate.FindStringSubmatch(f.c.window(off, 0, 400)); m != nil {
				fromKernel = max(fromKernel, fmt.Sprintf("%s-%02d-%02s", m[3], strings.Index(months, m[1])/3+1, fmt.Sprintf("%02s", m[2])))
			}
		}
	}
	in.made = nonEmpty(fromFiles, fromKernel)
	in.traits = strings.Join(traits, "\n") + "\n" + in.tree.Name
	for _, r := range in.rep.Regions {
		for _, v := range r.Facts {
			in.traits += "\n" + v
		}
	}
}

// cases tries every known case on every file.
func (in *inspector) cases() {
	for i := range in.facts.Cases {
		c := &in.facts.Cases[i]
		for _, f := range in.files {
			if f.c == nil {
				continue
			}
			off, ok := in.holds(&c.Match, f)
			if !ok || c.Unless != "" && in.seen[caseIn(c.Unless, f)] {
				continue
			}
			lv := c.Level
			if off2, ok := in.holds(&c.Confirm, f); !ok {
				lv = c.Else
			} else if off < 0 {
				off = off2
			}
			if f.doc() && lv.Rank() > Note.Rank() {
				lv = Note
			}
			if lv == "" {
				continue
			}
			in.known1(c, f, lv, off)
		}
	}
}

func caseIn(id string, f *file) string { return "case|" + id + "|" + f.where }

func (in *inspector) known1(c *Case, f *file, lv Level, off int64) {
	in.seen[caseIn(c.ID, f)] = true
	ev := f.path
	if off >= 0 {
		ev = strings.TrimSpace(f.c.around(off, 40, 120))
	}
	not := ""
	if len(c.NotAuthor) > 0 {
		not = " Not by " + in.names(c.NotAuthor) + ", whom early reports named."
	}
	title := c.Title
	if c.Author != "" {
		title += " (author: " + in.facts.name(c.Author) + ")"
	}
	in.add(f.at(Finding{ID: c.Finding, Level: lv, Rule: "case/" + c.ID, Value: c.ID, Title: title, Evidence: ev, Consequence: strings.TrimSpace(c.Consequence + not), Use: c.Use, Control: c.Control, Sources: sources(c.Sources)}, off))
	if c.Author != "" && c.Role != "" && lv.Rank() >= Probable.Rank() {
		in.claim(c.Role, c.Author, Probable, "known case "+c.ID+" in "+f.where)
		in.mark(c.Role, "case-"+c.ID, clip(ev, 200), f.where, off)
	}
}

// pageCode are endings of pages and modules that are run without a first line that says by what.
var pageCode = regexp.MustCompile(`(?i)\.(?:php\d?|lua|cgi|asp|gch|pl|py|js|sh)$`)

// holds judges a condition on a file and returns where its text stands, -1 when it has none.
func (in *inspector) holds(c *Cond, f *file) (int64, bool) {
	off := int64(-1)
	if len(c.Names) > 0 {
		ok := false
		for _, p := range c.Names {
			if m, _ := path.Match(p, f.base()); m && f.path != "" {
				ok = true
			}
		}
		if !ok {
			return -1, false
		}
	}
	if c.paths != nil && !c.paths.MatchString(f.path) {
		return -1, false
	}
	if !f.c.isKind(c.Kinds) && !(f.kind == "text" && pageCode.MatchString(f.base()) && contains(c.Kinds, "program")) {
		return -1, false
	}
	if c.SetUID && (f.node == nil || f.node.Mode&0o4000 == 0) {
		return -1, false
	}
	for _, t := range c.Contains {
		l := f.c.hits[t]
		if len(l) == 0 {
			return -1, false
		}
		if off < 0 {
			off = l[0]
		}
	}
	if len(c.Any) > 0 {
		ok := false
		for _, t := range c.Any {
			if l := f.c.hits[t]; len(l) > 0 {
				ok = true
				if off < 0 {
					off = l[0]
				}
			}
		}
		if !ok {
			return -1, false
		}
	}
	if len(c.Image) > 0 {
		ok := false
		for _, t := range c.Image {
			if strings.Contains(in.traits, t) {
				ok = true
			}
		}
		for _, m := range in.claims {
			if contains(c.Image, m.Role+":"+m.Org) {
				ok = true
			}
		}
		if !ok {
			return -1, false
		}
	}
	if c.BuiltBy != "" && (in.made == "" || in.made >= c.BuiltBy) {
		return -1, false
	}
	return off, true
}

// finish fills the lists that show everything and sorts the report.
func (in *inspector) finish() {
	in.fileList()
	for _, f := range in.files {
		if f.c != nil && f.c.elf != nil && len(in.rep.Programs) < 20_000 {
			p := f.c.elf.Program
			p.Where = f.where
			in.rep.Programs = append(in.rep.Programs, p)
		}
	}
	r := in.rep
	sort.SliceStable(r.Makers, func(i, j int) bool {
		return r.Makers[i].Level.Rank() > r.Makers[j].Level.Rank()
	})
	r.order()
	r.nonNil()
}

// Add puts in findings made outside of the image, such as against a list of digests, and says the summary anew.
func (r *Report) Add(fs ...Finding) {
	r.Findings = append(r.Findings[:len(r.Findings):len(r.Findings)], fs...)
	r.order()
}

// urgency orders the families of findings of one level: what opens the device from afar to anybody comes first.
func urgency(id string) int {
	family, _, _ := strings.Cut(id, ".")
	for i, f := range []string{"string", "web", "daemon", "account", "key", "update", "remote", "integrity", "exec"} {
		if f == family {
			return i
		}
	}
	return 99
}

func (r *Report) order() {
	sort.SliceStable(r.Findings, func(i, j int) bool {
		a, b := r.Findings[i], r.Findings[j]
		if a.Level != b.Level {
			return a.Level.Rank() > b.Level.Rank()
		}
		if fa, fb := urgency(a.ID), urgency(b.ID); fa != fb {
			return fa < fb
		}
		if a.ID != b.ID {
			return a.ID < b.ID
		}
		return a.Where+"\x00"+a.Value < b.Where+"\x00"+b.Value
	})
	r.Summary = r.summary()
}

// nonNil makes empty lists of nil ones, so that the JSON has the same shape always.
func (r *Report) nonNil() {
	fix(&r.Makers)
	fix(&r.Findings)
	fix(&r.Services)
	fix(&r.Accounts)
	fix(&r.Keys)
	fix(&r.Hosts)
	fix(&r.Components)
	fix(&r.Programs)
	fix(&r.Modules)
	fix(&r.Regions)
	fix(&r.Files)
	fix(&r.Observed)
}

func fix[T any](l *[]T) {
	if *l == nil {
		*l = []T{}
	}
}

// Lost counts the parts of which something is missing: cut short, or read in part only.
func (r *Report) Lost() int {
	n := 0
	for i := range r.Findings {
		if r.Findings[i].Lost() {
			n++
		}
	}
	return n
}

// Lost reports whether the finding says that something of a part is missing.
func (f *Finding) Lost() bool { return f.ID == "state.truncated" || f.ID == "state.partial" }

// Coded is how many bytes outside files have no known structure and are too dense for code or texts.
func (r *Report) Coded() int64 {
	told := map[string]bool{}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.ID == "state.unknown" {
			told[f.Where] = true
		}
	}
	n := int64(0)
	for _, x := range r.Regions {
		if told[x.Where] && coded(x.Entropy, x.Length) {
			n += x.Length
		}
	}
	return n
}

// summary says in one or two sentences what was found. It never clears an image.
func (r *Report) summary() string {
	n := map[Level]int{}
	for _, f := range r.Findings {
		n[f.Level]++
	}
	share := fmt.Sprintf("%.1f %% of %d bytes explained", r.Coverage.Share*100, r.Coverage.Bytes)
	enc := int64(0)
	for _, r := range r.Regions {
		if r.State == "encrypted" {
			enc += r.Length
		}
	}
	dense := r.Coded()
	notes := Plural(n[Note], "note", "notes")
	s := fmt.Sprintf("%d confirmed, %d probable, %d suspicious, %s; %s", n[Confirmed], n[Probable], n[Suspicious], notes, share)
	if n[Confirmed]+n[Probable]+n[Suspicious] == 0 {
		s = fmt.Sprintf("no indicator found in what could be read, %s; %s", notes, share)
	}
	if lost := r.Lost(); lost > 0 {
		s += "; " + Plural(lost, "part is", "parts are") + " cut short or read in part only: what is missing there is not judged"
	}
	if enc > 0 {
		s += fmt.Sprintf("; %d bytes are encrypted or random and were not looked into", enc)
	}
	if dense > 0 {
		s += fmt.Sprintf("; %d bytes are compressed or coded in a way not known and were not looked into", dense)
	}
	if len(r.Coverage.Limits) > 0 {
		s += "; bounds were hit: " + strings.Join(r.Coverage.Limits, ", ")
	}
	return s + "."
}

// Plural counts in words: "1 part", "2 parts".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
