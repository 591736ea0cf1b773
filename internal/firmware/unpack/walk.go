package unpack

import (
	"io"
)

// dirWalk goes through the directories of a file system without recursion. A
// directory met twice is a loop, one nested deeper than 64 is not followed,
// and impossible names are refused: each is said once in the region.
type dirWalk struct {
	x    *xtr
	todo []dirTodo
	seen map[uint64]bool
	// path and ino are those of the directory next went to.
	path string
	ino  uint64
}

type dirTodo struct {
	path string
	ino  uint64
}

const maxNesting = 64

// dirEnt is a name in a directory and the number of the inode it means.
type dirEnt struct {
	name string
	ino  uint64
}

// run goes through all directories from the root. list reads the names of one,
// as many as it can; entry takes a name and says whether it is a directory to go into.
func (t *dirWalk) run(root uint64, list func(ino uint64) ([]dirEnt, error), entry func(path string, ino uint64) (dir bool, err error)) error {
	t.push("", root)
	for t.next() {
		ents, err := list(t.ino)
		if err != nil {
			t.x.warn(stateOf(err), "directory %s: %v", nonEmpty(t.path, "/"), err)
		}
		for _, e := range ents {
			p, ok := t.name(e.name)
			if !ok {
				continue
			}
			dir, err := entry(p, e.ino)
			if err != nil {
				return err
			}
			if dir {
				t.push(p, e.ino)
			}
		}
	}
	return nil
}

func newWalk(x *xtr) *dirWalk { return &dirWalk{x: x, seen: map[uint64]bool{}} }

func (t *dirWalk) push(path string, ino uint64) { t.todo = append(t.todo, dirTodo{path, ino}) }

func (t *dirWalk) next() bool {
	for len(t.todo) > 0 {
		e := t.todo[len(t.todo)-1]
		t.todo = t.todo[:len(t.todo)-1]
		switch {
		case t.seen[e.ino]:
			t.x.warn(Partial, "directory %.80s is met twice: a loop, not followed", nonEmpty(e.path, "/"))
		case pathDepth(e.path) > maxNesting:
			t.x.warn(LimitHit, "limit hit: directories nested deeper than %d at %.80s", maxNesting, e.path)
		default:
			t.seen[e.ino] = true
			t.path, t.ino = e.path, e.ino
			return true
		}
	}
	return false
}

// name joins a name of the current directory to its path; ok is false for
// "." and "..", and for names no honest packer writes.
func (t *dirWalk) name(name string) (p string, ok bool) {
	if name == "." || name == ".." {
		return "", false
	}
	if name == "" || containsSlash(name) {
		t.x.warn(Partial, "directory %s holds the impossible name %q", nonEmpty(t.path, "/"), name)
		return "", false
	}
	return joinPath(t.path, name), true
}

func containsSlash(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '/' || s[i] == 0 {
			return true
		}
	}
	return false
}

func joinPath(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

func pathDepth(p string) int {
	n := 0
	for i := 0; i < len(p); i++ {
		if p[i] == '/' {
			n++
		}
	}
	return n
}

// dirBytes collects a directory's content. A hostile file system names the same
// blocks, or holes, in directory after directory: all of them together may be
// so many times as long as the image, and a little more.
type dirBytes struct {
	bytesWriter
	room *int64
}

const (
	dirTimes = 4
	dirSpare = 16 << 20
)

func (x *xtr) dirBytes() *dirBytes {
	if x.dirRoom == 0 {
		x.dirRoom = dirTimes*x.d.size + dirSpare
	}
	return &dirBytes{room: &x.dirRoom}
}

// Write implements io.Writer.
func (b *dirBytes) Write(p []byte) (int, error) {
	if *b.room -= int64(len(p)); *b.room <= 0 {
		*b.room = -1
		return 0, limitf("directories more than %d times as long as their file system", dirTimes)
	}
	return b.bytesWriter.Write(p)
}

var zeros [1 << 16]byte

func writeZeros(w io.Writer, n int64) error {
	for n > 0 {
		k := min(n, int64(len(zeros)))
		if _, err := w.Write(zeros[:k]); err != nil {
			return err
		}
		n -= k
	}
	return nil
}
