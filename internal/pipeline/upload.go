package pipeline

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Upload is a file handed in that waits for a check.
type Upload struct {
	ID   string    `json:"id"`
	Name string    `json:"name"`
	Size int64     `json:"size"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	path string
}

// ErrTooLarge means that uploads have no room left.
var ErrTooLarge = errors.New("the file is larger than what may still be handed in")

// Bounds of uploads.
const (
	maxUploads   = 10_000
	maxName      = 200 // bytes
	uploadsStale = 24 * time.Hour
)

// Upload keeps a file that somebody hands in. Name is what they call it; only
// its last element counts. It fails with ErrTooLarge when all that waits would
// exceed the bound of the workspace; nothing of the file is kept then.
func (w *Workspace) Upload(name, by string, r io.Reader) (*Upload, error) {
	u := &Upload{ID: newID(), Name: SafeName(name), By: by, At: w.Now().UTC()}
	w.forgetStale(u.At)
	w.mu.Lock()
	room, many := w.MaxUpload-w.spooled, len(w.uploads) >= maxUploads
	w.mu.Unlock()
	if many {
		return nil, fmt.Errorf("%w: %d files wait already; check them first", ErrTooLarge, maxUploads)
	}
	dir := filepath.Join(w.Dir, "uploads", u.ID)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keep the file: %w", err)
	}
	u.path = filepath.Join(dir, u.Name)
	size, err := spoolFile(u.path, r, room)
	if err == nil {
		err = w.enter(u, size)
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return u, nil
}

// enter counts an upload, unless others filled the room meanwhile.
func (w *Workspace) enter(u *Upload, size int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.spooled+size > w.MaxUpload {
		return ErrTooLarge
	}
	u.Size = size
	w.spooled += size
	w.uploads[u.ID] = u
	return nil
}

func spoolFile(path string, r io.Reader, room int64) (int64, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("keep the file: %w", err)
	}
	n, err := io.Copy(f, io.LimitReader(r, room+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, fmt.Errorf("keep the file: %w", err)
	}
	if n > room {
		return 0, ErrTooLarge
	}
	return n, nil
}

// SafeName makes the name of a file out of what somebody calls it: the last
// element of a path of any system, without control characters, at most 200 bytes.
func SafeName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`:*?"<>|!`, r) {
			return -1
		}
		return r
	}, name)
	for len(name) > maxName {
		_, n := utf8.DecodeRuneInString(name)
		name = name[n:] // the end tells the kind of file
	}
	if name = strings.TrimLeft(strings.TrimSpace(name), "."); name == "" {
		return "upload"
	}
	return name
}

// forgetStale removes uploads that nobody checked for a day.
func (w *Workspace) forgetStale(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, u := range w.uploads {
		if now.Sub(u.At) > uploadsStale {
			w.forget(u)
		}
	}
}

// forget removes an upload; the caller holds mu.
func (w *Workspace) forget(u *Upload) {
	delete(w.uploads, u.ID)
	w.spooled -= u.Size
	os.RemoveAll(filepath.Dir(u.path))
}

// gather moves uploads into a folder of a job under names of their own, so
// that results name files as users do. All are there, or none is taken.
func (w *Workspace) gather(ids []string, dir string) ([]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var us []*Upload
	for _, id := range ids {
		u := w.uploads[id]
		if u == nil {
			return nil, fmt.Errorf("no upload %q waits; hand the file in again: %w", id, ErrNotFound)
		}
		us = append(us, u)
	}
	var out []string
	used := map[string]bool{}
	for _, u := range us {
		name := u.Name
		for n := 2; used[name]; n++ {
			ext := filepath.Ext(u.Name)
			name = strings.TrimSuffix(u.Name, ext) + " (" + strconv.Itoa(n) + ")" + ext
		}
		used[name] = true
		to := filepath.Join(dir, name)
		if err := os.Rename(u.path, to); err != nil {
			return nil, fmt.Errorf("take the file: %w", err)
		}
		w.forget(u)
		out = append(out, to)
	}
	return out, nil
}

// newID is 96 random bits in hex.
func newID() string {
	var b [12]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
