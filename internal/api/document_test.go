package api

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write client/openapi.json, and generated.go where the generator can be run")

// clientDir is the client that is made of the document.
const clientDir = "../../client"

// The client is made of the document that is served: the file beside it is that document.
func TestClientHasTheDocumentServed(t *testing.T) {
	a := &API{Config: Config{Version: "1"}}
	want, err := a.document()
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	path := filepath.Join(clientDir, "openapi.json")
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not the document served: go test ./internal/api -run 'Client(Has|Is)' -update", path)
	}
}

// clientTool runs a tool of client/tools.mod, or skips when its module was
// not downloaded: tests fetch nothing.
func clientTool(t *testing.T, tool string, args ...string) []byte {
	t.Helper()
	probe := exec.Command("go", "list", "-modfile=tools.mod", "-f", "{{.Dir}}", tool)
	probe.Dir, probe.Env = clientDir, append(os.Environ(), "GOPROXY=off", "GOFLAGS=-trimpath")
	if out, err := probe.CombinedOutput(); err != nil {
		t.Skipf("%s is not there: cd client && go mod download -modfile=tools.mod (%s)", tool, bytes.TrimSpace(out))
	}
	c := exec.CommandContext(t.Context(), "go", append([]string{"run", "-modfile=tools.mod", tool}, args...)...)
	c.Dir, c.Env = clientDir, probe.Env
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", tool, err, out)
	}
	return out
}

// Made again, the client is the same.
func TestClientIsGenerated(t *testing.T) {
	out := filepath.Join(t.TempDir(), "generated.go")
	if *update {
		out = "generated.go"
	}
	clientTool(t, "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen", "-config", "oapi-codegen.yaml", "-o", out, "openapi.json")
	if *update {
		return
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(clientDir, "generated.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("client/generated.go is not what the generator makes of openapi.json: go generate ./client")
	}
}

// A validator of others, with the official schema of OpenAPI 3.1, finds no fault with the document.
func TestDocumentIsValid(t *testing.T) {
	out := clientTool(t, "github.com/pb33f/libopenapi-validator/cmd/validate", "openapi.json")
	if !bytes.Contains(out, []byte("passes all validations")) {
		t.Errorf("the validator says: %s", out)
	}
}
