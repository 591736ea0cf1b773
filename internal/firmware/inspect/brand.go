package inspect

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/firmware/unpack"
)

// Brands: the names other than the maker's own that a maker's containers and packages carry.

var brandText = regexp.MustCompile(`(?im)^[\s{]*(?:["']?[\w.]*(?:vendor|brand|company|manufacturer|oem_?name|factory)[\w.]*["']?\s*[=:]\s*["']?|<\w*(?:vendor|brand|company|manufacturer|oem_?name)\w*>\s*)([A-Za-z][\w .&-]{1,40}?)(?:["']?[,;}\s]*$|\s*</)`)

// brandMember looks into the member that carries branding: names it gives that are not the maker's.
func (in *inspector) brandMember(c *Container, full string, r *unpack.Region) {
	for _, f := range in.files {
		if !strings.HasPrefix(f.where, full+"/"+c.Brand) || f.size > 256<<10 || f.kind != "text" {
			continue
		}
		text := string(contentOf(f.obj, 64<<10))
		name := ""
		if m := brandText.FindStringSubmatch(text); m != nil {
			name = strings.TrimSpace(m[1])
		} else if words := strings.Fields(text); len(text) < 200 && len(words) > 0 && len(words) <= 6 && strings.Count(strings.TrimSpace(text), "\n") == 0 {
			name = strings.Join(words, " ")
		}
		if name == "" || noBrand.MatchString(name) || strings.Contains(strings.ToLower(name), strings.ToLower(c.Org)) {
			continue
		}
		in.brand(name, f)
	}
}

var (
	labelFile = regexp.MustCompile(`(?i)(?:^|/)(?:oem|brand|custom)[^/]*(?:/[^/]*)?$`)
	noBrand   = regexp.MustCompile(`(?i)^(?:generic|general|default|unknown|none|null|openwrt|lede|debian|custom|oem|android|test|n/?a|\d+)$`)
)

// labels reads the files that say under which name an image is sold, wherever a maker put them.
func (in *inspector) labels() {
	for _, f := range in.files {
		if f.vol == nil || f.kind != "text" || f.size > 64<<10 || f.doc() || !labelFile.MatchString(f.path) {
			continue
		}
		m := brandText.FindStringSubmatch(string(contentOf(f.obj, 64<<10)))
		if m == nil {
			continue
		}
		name := strings.TrimSpace(m[1])
		if !noBrand.MatchString(name) && !in.ownName(name) {
			in.brand(name, f)
		}
	}
}

// ownName says that a name is that of a platform's maker already claimed.
func (in *inspector) ownName(name string) bool {
	low := strings.ToLower(name)
	for _, m := range in.claims {
		if m.Role != "platform" {
			continue
		}
		full := strings.ToLower(in.facts.name(m.Org))
		if strings.Contains(low, strings.ReplaceAll(m.Org, "_", " ")) || strings.Contains(full, low) || strings.Contains(low, full) {
			return true
		}
	}
	return false
}

// brand claims a brand by the name a file gives, as the organisation of the data it belongs to where there is one.
func (in *inspector) brand(name string, f *file) {
	org := name
	for i := range in.facts.Marks {
		m := &in.facts.Marks[i]
		if m.Role == "brand" {
			for _, t := range m.Texts {
				if strings.EqualFold(t, name) || strings.Contains(strings.ToLower(name), strings.ToLower(t)) {
					org = m.Org
				}
			}
		}
	}
	in.claim("brand", org, Probable, "branding text in "+f.path)
	in.claims["brand|"+org].Text = org == name
	in.observe(evidence.FwOEM, name, f.where, 0)
}

// packageLists reads the lists of contents that update packages of one maker carry.
func (in *inspector) packageLists() {
	for i := range in.facts.PackageLists {
		p := &in.facts.PackageLists[i]
		for _, f := range in.files {
			if f.base() != p.Name || f.size > 256<<10 || f.node == nil {
				continue
			}
			var list map[string]any
			text := contentOf(f.obj, 256<<10)
			if json.Unmarshal(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), &list) != nil || list[p.Key] == nil {
				continue
			}
			in.claim("platform", p.Org, Probable, p.Name+" in "+f.where)
			in.mark("platform", "list-"+p.Name, p.Key, f.where, -1)
			if name, ok := list[p.Brand].(string); ok && name != "" && len(name) < 64 && !contains(p.Own, name) {
				in.brand(name, f)
			}
		}
	}
}
