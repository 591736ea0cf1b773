package render

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// CycloneDX writes a bill of materials, version 1.6.
func CycloneDX(w io.Writer, r *Result) error {
	type m = map[string]any
	var comps []m
	for i, c := range r.Components {
		typ := map[string]string{"library": "library", "kernel": "operating-system", "bootloader": "firmware", "package": "library"}[c.Kind]
		if typ == "" {
			typ = "application"
		}
		conf := 0.7
		if c.Method == "package-database" {
			conf = 1
		} else if c.Method == "soname" {
			conf = 0.4
		}
		x := m{"type": typ, "bom-ref": fmt.Sprintf("c%d", i), "name": c.Name, "evidence": m{"identity": []m{{"field": "name", "confidence": conf,
			"methods": []m{{"technique": technique(c.Method), "confidence": conf, "value": c.Evidence}}}}, "occurrences": occurrences(c.Where)}}
		if c.Version != "" {
			x["version"] = c.Version
		}
		if c.PURL != "" && c.Version != "" {
			x["purl"] = c.PURL
		}
		if c.CPE != "" {
			x["cpe"] = c.CPE
		}
		if c.Licence != "" {
			x["licenses"] = []m{licence(c.Licence)}
		}
		comps = append(comps, x)
	}
	if comps == nil {
		comps = []m{}
	}
	return encode(w, m{"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": serial(r), "version": 1, "metadata": m{"component": m{"type": "firmware", "bom-ref": "image", "name": r.Image.Name,
		"hashes": []m{{"alg": "SHA-256", "content": r.Image.SHA256}}}}, "components": comps})
}

// serial is a UUID (version 8) of the image's own, so that two bills of one image bear one number.
func serial(r *Result) string {
	s := sha256.Sum256([]byte("bill " + r.Image.SHA256 + " " + r.DataVersion))
	s[6], s[8] = s[6]&0x0f|0x80, s[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", s[0:4], s[4:6], s[6:8], s[8:10], s[10:16])
}

var (
	// licenceIDs are the SPDX identifiers met in firmware; another text is kept as a name, which any reader accepts.
	licenceIDs  = " " + `0BSD AFL-2.1 AGPL-3.0-only AGPL-3.0-or-later Apache-1.1 Apache-2.0 Artistic-1.0 Artistic-2.0 BSD-2-Clause BSD-3-Clause BSD-4-Clause BSL-1.0 CC0-1.0 CC-BY-4.0 CDDL-1.0 EPL-1.0 EPL-2.0 FTL GFDL-1.3-only GPL-1.0-or-later GPL-2.0 GPL-2.0+ GPL-2.0-only GPL-2.0-or-later GPL-3.0 GPL-3.0+ GPL-3.0-only GPL-3.0-or-later HPND ICU IJG ISC LGPL-2.0 LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1 LGPL-2.1+ LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0 LGPL-3.0-only LGPL-3.0-or-later Libpng libpng-2.0 MIT MIT-0 MPL-1.1 MPL-2.0 NCSA NTP OFL-1.1 OLDAP-2.8 OpenSSL PHP-3.01 PostgreSQL PSF-2.0 Python-2.0 Ruby Sleepycat SSH-OpenSSH Unlicense Vim W3C WTFPL X11 Zlib ZPL-2.1 blessing curl bzip2-1.0.6` + " "
	licenceExpr = regexp.MustCompile(`^\(?[A-Za-z0-9.+-]+(?: (?:OR|AND|WITH) \(?[A-Za-z0-9.+-]+\)?)+$`)
)

// licence is an SPDX identifier or expression where the text has the shape of one, else a name.
func licence(s string) map[string]any {
	switch {
	case s != "" && !strings.ContainsAny(s, " \t") && strings.Contains(licenceIDs, " "+s+" "):
		return map[string]any{"license": map[string]any{"id": s}}
	case licenceExpr.MatchString(s):
		return map[string]any{"expression": s}
	}
	return map[string]any{"license": map[string]any{"name": s}}
}

func technique(method string) string {
	switch method {
	case "package-database", "changelog":
		return "manifest-analysis"
	case "soname":
		return "filename"
	}
	return "binary-analysis"
}

func occurrences(where []string) []map[string]any {
	out := []map[string]any{}
	for _, w := range where {
		out = append(out, map[string]any{"location": w})
	}
	return out
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
