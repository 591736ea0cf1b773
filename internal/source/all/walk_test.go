package all

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const plantRegister = "Name,Serial number,Manufacturer\nsw-1,A1,Acme\n"

func zipOf(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte(files[i+1]))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// walked lists leaves as "name format first-reason", with dir taken off the names.
func walked(t *testing.T, dir, name string, l Limits) []string {
	t.Helper()
	var out []string
	err := Walk(context.Background(), name, nil, l, func(f *Leaf) error {
		s := "-"
		if f.Source != nil {
			s = f.Source.Name()
		} else if f.Coverage.Format != "" {
			s = "(" + f.Coverage.Format + ")"
		}
		line := filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(f.Coverage.Input, dir), string(filepath.Separator))) + " " + s
		for _, r := range f.Coverage.Reasons {
			line += " | " + r.Reason
		}
		for _, n := range f.Coverage.Notes {
			line += " # " + n
		}
		if f.Coverage.Unreadable {
			line += fmt.Sprintf(" unreadable named=%v", f.Coverage.Named)
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWalkListsEveryFileInAFixedOrder(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, b []byte) {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("b.csv", []byte(plantRegister))
	write("a/empty.csv", nil)
	write("a/picture.csv", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00"))
	write("a/inner.zip", zipOf(t, "z.csv", plantRegister, "../../etc/a.csv", plantRegister, "deep.zip", string(zipOf(t, "x.csv", plantRegister)), "__MACOSX/x", "junk"))
	write(".git/config", []byte("[core]"))
	write("note.txt", []byte("dear all, thank you\n"))
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "out.csv")); err != nil {
		t.Skip("no symbolic links here")
	}
	want := []string{
		"a/empty.csv - | the file is empty unreadable named=false",
		"a/inner.zip!etc/a.csv csv",
		"a/inner.zip!deep.zip!x.csv csv",
		"a/inner.zip!deep.zip (zip)",
		"a/inner.zip!z.csv csv",
		"a/inner.zip (zip)",
		"a/picture.csv - | format not recognised: looks like a picture (PNG) unreadable named=false",
		"b.csv csv",
		"note.txt - | format not recognised: looks like plain text unreadable named=false",
		" (folder) # 1 hidden files or folders left out # 1 symbolic links not followed",
	}
	if diff := cmp.Diff(want, walked(t, dir, dir, Limits{})); diff != "" {
		t.Errorf("leaves (-want +got):\n%s", diff)
	}
}

func TestWalkSaysWhyANamedInputCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	deep := []byte(plantRegister)
	for range 4 {
		deep = zipOf(t, "a.zip", string(deep))
	}
	bomb := zipOf(t, "bomb.csv", strings.Repeat("0", 80<<20))
	cut := zipOf(t, "a.csv", plantRegister)
	cut = cut[:len(cut)-10]
	for _, c := range []struct {
		name string
		data []byte
		want []string
	}{
		{"missing.csv", nil, []string{"missing.csv - | no such file or folder unreadable named=true"}},
		{"deep.zip", deep, []string{
			"deep.zip!a.zip!a.zip (zip) | archives stand more than 2 deep in each other unreadable named=false",
			"deep.zip!a.zip (zip)", "deep.zip (zip)"}},
		{"bomb.zip", bomb, []string{"bomb.zip (zip) | unpacks to more than 67108864 bytes unreadable named=true"}},
		{"cut.zip", cut, []string{"cut.zip (zip) | open zip: zip: not a valid zip file (cut off or damaged: get the file again) unreadable named=true"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := filepath.Join(dir, c.name)
			if c.data != nil {
				if err := os.WriteFile(p, c.data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(c.want, walked(t, dir, p, Limits{Depth: 2})); diff != "" {
				t.Errorf("leaves (-want +got):\n%s", diff)
			}
		})
	}
}
