package inspect

import (
	"regexp"
	"sort"
	"strings"
)

// Identity is what an image says it is, in its headers and version files. Empty lists: it says nothing.
type Identity struct {
	Models   []string `json:"models"`
	Versions []string `json:"versions"`
	// Built is the day it was built, YYYY-MM-DD, "" when not stated.
	Built string `json:"built,omitempty"`
}

var (
	modelLine   = regexp.MustCompile(`(?im)^\s*"?(?:[\w.]*\.)?(?:product[ _.]?model|device[ _.]?model|model(?:[ _.]?name)?|product[ _.]?(?:name|class|type)|hardware[ _.]?model|board[ _.]?name|device[ _.]?type|distrib_target|hwid)"?\s*[=:]\s*["']?([^"'\r\n,;]{2,60}?)["']?,?\s*$`)
	versionLine = regexp.MustCompile(`(?im)^\s*"?(?:[\w.]*\.)?(?:(?:soft(?:ware)?|fw|firmware|sys(?:tem)?|app|product|build|image|main)[ _.]?(?:ver(?:sion)?|release)|version(?:[ _.]?(?:id|name|incremental))?|display\.id|distrib_release|build[ _.]?(?:id|number))"?\s*[=:]\s*["']?([^"'\r\n,;]{1,80}?)["']?,?\s*$`)
	versionWord = regexp.MustCompile(`\b[Vv]?\d+(?:\.\d+)+[\w.\-]*|\bV\d{3}R\d{3}\w*`)
)

// identity gathers what the image says of itself.
func (in *inspector) identity() {
	models, versions := map[string]bool{}, map[string]bool{}
	for _, r := range in.rep.Regions {
		for _, k := range []string{"model", "board", "products"} {
			if v := strings.TrimSpace(r.Facts[k]); v != "" && r.Format != "dtb" && len(v) < 80 {
				models[v] = true
			}
		}
		if v := strings.TrimSpace(r.Facts["version"]); v != "" && (in.maker(r.Format) || r.Format == "trx") && len(v) < 80 {
			versions[v] = true
		}
	}
	for _, f := range in.files {
		if f.c == nil || f.doc() || !versionFile(f) || f.kind != "text" && f.kind != "" {
			continue
		}
		text := string(contentOf(f.obj, 16<<10))
		for _, m := range modelLine.FindAllStringSubmatch(text, 20) {
			models[strings.TrimSpace(m[1])] = true
		}
		for _, m := range versionLine.FindAllStringSubmatch(text, 20) {
			versions[strings.TrimSpace(m[1])] = true
		}
		if line := strings.TrimSpace(text); !strings.ContainsAny(line, "\n=") && len(line) < 100 && versionWord.MatchString(line) {
			versions[line] = true
		}
	}
	in.rep.Identity = Identity{listed(models), listed(versions), in.made}
}

// maker says that the format is one maker's own container.
func (in *inspector) maker(format string) bool {
	for i := range in.facts.Containers {
		if in.facts.Containers[i].Format == format {
			return true
		}
	}
	return false
}

func listed(set map[string]bool) []string {
	out := []string{}
	for v := range set {
		out = append(out, strings.ToValidUTF8(v, "?"))
	}
	sort.Strings(out)
	return out[:min(len(out), 20)]
}

// Name says in a few words which image it is: file, model, version, day.
func (r *Report) Name() string {
	s := r.Image.Name
	var more []string
	if len(r.Identity.Models) > 0 {
		more = append(more, r.Identity.Models[0])
	}
	if len(r.Identity.Versions) > 0 {
		more = append(more, r.Identity.Versions[0])
	}
	if r.Identity.Built != "" && !strings.Contains(strings.Join(more, " "), r.Identity.Built) {
		more = append(more, "built "+r.Identity.Built)
	}
	if len(more) > 0 {
		s += " (" + strings.Join(more, ", ") + ")"
	}
	return s
}

// Told compares what a device says of itself with what the image says it is.
// Each verdict is "agrees", "differs" or "not stated" (by the image, or by the text).
type Told struct {
	Text    string `json:"text"`
	Model   string `json:"model"`
	Version string `json:"version"`
	// TextVersions are the versions the text names.
	TextVersions []string `json:"text_versions"`
}

// Compare judges a device's own words, such as its sysDescr or the answer to "show version".
func (r *Report) Compare(text string) Told {
	t := Told{Text: text, Model: "not stated", Version: "not stated", TextVersions: []string{}}
	flat := plainWords(text)
	for _, m := range r.Identity.Models {
		if t.Model == "not stated" {
			t.Model = "differs"
		}
		if w := strings.TrimSpace(plainWords(m)); w != "" && strings.Contains(flat, " "+w+" ") {
			t.Model = "agrees"
		}
	}
	seen := map[string]bool{}
	for _, v := range versionWord.FindAllString(text, 20) {
		seen[strings.TrimLeft(strings.ToUpper(v), "V")] = true
	}
	t.TextVersions = listed(seen)
	own := map[string]bool{}
	for _, v := range r.Identity.Versions {
		for _, w := range versionWord.FindAllString(v, 20) {
			own[strings.TrimLeft(strings.ToUpper(w), "V")] = true
		}
	}
	if len(own) > 0 && len(seen) > 0 {
		t.Version = "differs"
		for v := range own {
			if seen[v] {
				t.Version = "agrees"
			}
		}
	}
	return t
}

var notWord = regexp.MustCompile(`[^a-z0-9.+]+`)

func plainWords(s string) string {
	return " " + notWord.ReplaceAllString(strings.ToLower(s), " ") + " "
}
