package pipeline

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/browse"
)

// TestIndexedKeepsNoFileOpen: a machine may allow 256 open files, and several checks run at once.
func TestIndexedKeepsNoFileOpen(t *testing.T) {
	for _, random := range []bool{false, true} {
		x, err := createIndexed(t.TempDir(), "things")
		if err != nil {
			t.Fatal(err)
		}
		x.random = random
		body := bytes.Repeat([]byte("x"), bucketRoom/3)
		for k := range 5 * 256 {
			if err := x.add(fmt.Sprintf("%02x%018x", k%256, k), append(body, fmt.Sprint(k)...), false); err != nil {
				t.Fatal(err)
			}
		}
		if n := filesOpen(x.dir); n != 0 {
			t.Errorf("%d files are held open", n)
		}
		if err := x.close(); err != nil {
			t.Fatal(err)
		}
		if random {
			if b, err := os.ReadFile(filepath.Join(x.dir, "things.jsonl")); err != nil || bytes.Count(b, []byte("\n")) != 5*256 {
				t.Errorf("%d lines, %v", bytes.Count(b, []byte("\n")), err)
			}
			continue
		}
		for n := range 256 {
			entries, err := readBucket(x.dir, "things", n)
			if err != nil || len(entries) != 5 || !bytes.HasSuffix(entries[4], fmt.Append(nil, "x", 4*256+n)) {
				t.Errorf("bucket %d holds %d entries, %v", n, len(entries), err)
			}
			f := &Folder{dir: x.dir}
			b, err := f.at("things", fmt.Sprintf("%02x", n), browse.Place{Offset: entryHead, Length: len(body)})
			if err != nil || !bytes.Equal(b, body) {
				t.Errorf("entry of bucket %d: %d bytes, %v", n, len(b), err)
			}
		}
		if n := filesOpen(x.dir); n != 0 {
			t.Errorf("%d files are held open by reading", n)
		}
	}
}

// filesOpen counts this process's open files below a folder, where the system tells.
func filesOpen(dir string) (n int) {
	fds, _ := filepath.Glob("/proc/self/fd/*")
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, dir) {
			n++
		}
	}
	return n
}
