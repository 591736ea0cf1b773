package telltale

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// floors lists the rooms of the house from the ground up; docs/architecture.md
// draws them. Imports point down only, or sideways where sideways says so.
var floors = map[string]int{
	"evidence": 0, "asset": 0, "answer": 0, "org": 0, "law": 0, "calendar": 0, "finding": 0,
	"resolve": 1, "browse": 1, "attribute": 1, "screen": 1, "judge": 1, "topology": 1, "reconcile": 1, "exposure": 1, "plan": 1, "registry": 1,
	"source": 2, "firmware": 2, "scan": 2, "report": 2, "ledger": 2, "store": 2, "stream": 2,
	"pipeline": 3, "people": 3,
	"api": 4, "web": 4, "cli": 4,
}

// fault says what is wrong with file (module-relative, slash-separated) importing path, or "".
func fault(file, path string) string {
	const module = "telltale/"
	std := !strings.Contains(strings.SplitN(path, "/", 2)[0], ".") && !strings.HasPrefix(path, module)
	from, ok := room(file)
	if !ok {
		return ""
	}
	ff, known := floors[from]
	if !known {
		return "room internal/" + from + " stands on no floor: add it to floors"
	}
	if std {
		if ff == 1 && (path == "os" || path == "net" || path == "net/http" || path == "database/sql" || path == "os/exec") {
			return "floor 1 is pure: no " + path
		}
		return ""
	}
	if !strings.HasPrefix(path, module) {
		if ff == 0 {
			return "floor 0 imports the standard library and its own floor only, not " + path
		}
		return ""
	}
	rest := strings.TrimPrefix(path, module)
	if rest == "data" || strings.HasPrefix(rest, "data/") {
		if ff < 3 {
			return "data is wired by pipeline only: " + path
		}
		return ""
	}
	to, ok := room(rest + "/x.go")
	if !ok {
		return ""
	}
	ft := floors[to]
	switch {
	case to == from:
		return ""
	case ft > ff:
		return "imports point down only: " + from + " (floor " + strconv.Itoa(ff) + ") imports " + to + " (floor " + strconv.Itoa(ft) + ")"
	case ff == 2 && ft == 2:
		return "rooms on floor 2 do not know each other: " + from + " imports " + to
	case ff == 4 && ft == 4 && from != "cli":
		return "doors do not know each other: " + from + " imports " + to
	case ff == 4 && ft == 2 && to != "report": // report only shows what pipeline hands it
		return "only pipeline wires floor 2: " + from + " imports " + to
	}
	return ""
}

func room(file string) (string, bool) {
	rest, ok := strings.CutPrefix(file, "internal/")
	if !ok {
		return "", false
	}
	return strings.SplitN(rest, "/", 2)[0], true
}

func TestImportsPointDown(t *testing.T) {
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return err
		}
		p = filepath.ToSlash(p)
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, im := range f.Imports {
			path, _ := strconv.Unquote(im.Path.Value)
			if why := fault(p, path); why != "" {
				t.Errorf("%s: %s", p, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFaultNamesTheRule(t *testing.T) {
	for _, c := range []struct {
		name, file, path string
		bad              bool
	}{
		{"up", "internal/org/a.go", "telltale/internal/judge", true},
		{"down", "internal/judge/a.go", "telltale/internal/org", false},
		{"third party on the ground", "internal/law/a.go", "github.com/goccy/go-yaml", true},
		{"disk on floor 1", "internal/resolve/a.go", "os", true},
		{"source sees a store", "internal/source/nmap/a.go", "telltale/internal/store", true},
		{"door shows through report", "internal/cli/a.go", "telltale/internal/report", false},
		{"inside one room", "internal/source/all/a.go", "telltale/internal/source/nmap", false},
		{"door past the pipeline", "internal/web/a.go", "telltale/internal/store", true},
		{"cli may use web", "internal/cli/a.go", "telltale/internal/web", false},
		{"nobody's room", "internal/utils/a.go", "telltale/internal/org", true},
	} {
		if got := fault(c.file, c.path); (got != "") != c.bad {
			t.Errorf("%s: fault = %q, want bad = %v", c.name, got, c.bad)
		}
	}
}
