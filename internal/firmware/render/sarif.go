package render

import (
	"fmt"
	"io"
	"strings"

	"telltale/internal/firmware/inspect"
)

// SARIF writes the findings of all images, version 2.1.0.
func SARIF(w io.Writer, rs []*Result) error {
	type m = map[string]any
	results, rules, index := []m{}, []m{}, map[string]int{}
	for _, r := range rs {
		for _, f := range r.Findings {
			at, ok := index[f.ID]
			if !ok {
				at = len(rules)
				index[f.ID] = at
				rules = append(rules, m{"id": f.ID, "name": f.ID, "shortDescription": m{"text": ruleText(f.ID)}})
			}
			loc := m{"artifactLocation": m{"uri": uri(f.Where)}}
			if f.Line > 0 {
				loc["region"] = m{"startLine": f.Line}
			} else if f.Offset != nil {
				loc["region"] = m{"byteOffset": *f.Offset, "byteLength": 0}
			}
			results = append(results, m{"ruleId": f.ID, "ruleIndex": at, "level": map[inspect.Level]string{inspect.Confirmed: "error", inspect.Probable: "error", inspect.Suspicious: "warning", inspect.Note: "note"}[f.Level],
				"message": m{"text": f.Title + nonEmpty(". "+f.Consequence, f.Consequence)}, "locations": []m{{"physicalLocation": loc}},
				"properties": m{"level": f.Level, "rule": f.Rule, "evidence": f.Evidence, "use": f.Use, "conditions": f.Conditions, "image": r.Image.SHA256}})
		}
	}
	return encode(w, m{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": []m{{"tool": m{"driver": m{"name": "telltale", "rules": rules}}, "results": results}}})
}

func nonEmpty(s, cond string) string {
	if cond == "" {
		return ""
	}
	return s
}

// uri escapes what a URI may not hold.
func uri(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~/!@:", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return "./" + b.String()
}

// families are the first parts of the names of findings, in words.
var families = map[string]string{"maker": "Who made it", "component": "What is in it", "account": "An account somebody could use", "key": "A key in the image", "daemon": "A program that opens a way in at boot",
	"exec": "Rights of a program", "web": "A fault or function of the web pages", "string": "A fixed word that opens a door", "host": "A host the device may call", "module": "A kernel module that does not belong", "remote": "A default of remote management",
	"update": "An update that is not checked", "integrity": "Whether it is what its maker made", "state": "What could not be read", "archive": "A trap in an archive"}

func ruleText(id string) string {
	family, rest, _ := strings.Cut(id, ".")
	text := families[family]
	if text == "" {
		text = family
	}
	return text + ": " + strings.ReplaceAll(rest, "-", " ")
}
