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
// its last element counts. It fails with ErrTooLarge when all that waits or is
// on its way would exceed the bound of the workspace; nothing of the file is kept then.
func (w *Workspace) Upload(name, by string, r io.Reader) (*Upload, error) {
	u := &Upload{ID: newID(), Name: SafeName(name), By: by, At: w.Now().UTC()}
	w.forgetStale(u.At)
	dir := filepath.Join(w.Dir, "uploads", u.ID)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keep the file: %w", err)
	}
	u.path = filepath.Join(dir, u.Name)
	in := &taking{Reader: r, w: w}
	if err := w.enter(u, in, spoolFile(u.path, in)); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return u, nil
}

// taking counts the bytes of a file as they come: files handed in at once share the room that is left.
type taking struct {
	io.Reader
	w *Workspace
	n int64
}

func (t *taking) Read(b []byte) (int, error) {
	n, err := t.Reader.Read(b)
	t.w.mu.Lock()
	defer t.w.mu.Unlock()
	t.n += int64(n)
	t.w.spooled += int64(n)
	if t.w.spooled > t.w.MaxUpload {
		return n, ErrTooLarge
	}
	return n, err
}

// enter makes a file that came an upload; what failed gives back its room.
func (w *Workspace) enter(u *Upload, in *taking, err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil && len(w.uploads) >= maxUploads {
		err = fmt.Errorf("%w: %d files wait already; check them first", ErrTooLarge, maxUploads)
	}
	if err != nil {
		w.spooled -= in.n
		return err
	}
	u.Size = in.n
	w.uploads[u.ID] = u
	return nil
}

func spoolFile(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep the file: %w", err)
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("keep the file: %w", err)
	}
	return nil
}

// Discard removes uploads that nobody will check. Those that are not there any more are no error.
func (w *Workspace) Discard(ids []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		if u := w.uploads[id]; u != nil {
			w.forget(u)
		}
	}
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
