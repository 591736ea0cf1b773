//go:build unix

package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A file appears whole or not at all; a pipe, a device or a link is written to and stays what it is.
func TestToFile(t *testing.T) {
	says := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	dir := t.TempDir()
	plain, link, pipe := filepath.Join(dir, "plain"), filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := toFile(plain, nil, says("first")); err != nil {
		t.Fatal(err)
	}
	if err := toFile(plain, nil, func(w io.Writer) error { return errors.Join(says("half")(w), errors.New("stopped")) }); err == nil {
		t.Error("a write that failed is not told")
	}
	if b, _ := os.ReadFile(plain); string(b) != "first" {
		t.Errorf("after a write that failed the file holds %q", b)
	}
	if err := errors.Join(os.Symlink("plain", link), toFile(link, nil, says("through the link"))); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(plain); string(b) != "through the link" {
		t.Errorf("the file behind the link holds %q", b)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("no named pipes here:", err)
	}
	got := make(chan string)
	go func() { b, _ := os.ReadFile(pipe); got <- string(b) }()
	if err := toFile(pipe, nil, says("through the pipe")); err != nil {
		t.Fatal(err)
	}
	if s := <-got; s != "through the pipe" {
		t.Errorf("the pipe's reader got %q", s)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".telltale-*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

// A file that was there keeps its rights, also behind a link; a new one has those the umask leaves.
func TestToFileKeepsRights(t *testing.T) {
	dir := t.TempDir()
	held, link, fresh, like := filepath.Join(dir, "held"), filepath.Join(dir, "link"), filepath.Join(dir, "fresh"), filepath.Join(dir, "like")
	none := func(io.Writer) error { return nil }
	if err := errors.Join(os.WriteFile(held, nil, 0o600), os.Symlink("held", link), os.WriteFile(like, nil, 0o666)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(toFile(link, nil, none), toFile(fresh, nil, none)); err != nil {
		t.Fatal(err)
	}
	mode := func(path string) os.FileMode {
		st, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		return st.Mode()
	}
	if m := mode(held); m != 0o600 {
		t.Errorf("a file of 0600 is now of %v", m)
	}
	if m := mode(link); m&os.ModeSymlink == 0 {
		t.Errorf("the link is now of %v", m)
	}
	if m := mode(fresh); m != mode(like) {
		t.Errorf("a new file is of %v, others here are of %v", m, mode(like))
	}
}
