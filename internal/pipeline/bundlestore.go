package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"telltale/data"
	"telltale/internal/calendar"
)

// BundleStore keeps the bundles a user took in, in one folder:
//
//	trusted.key        the key that updates must be signed with
//	current/           bundle, and key: the one that signed it
//	previous/          the same of the bundle before, for going back
type BundleStore struct{ Dir string }

const (
	bundleFile  = "bundle"
	keyFile     = "key"
	trustedFile = "trusted.key"
)

// UserBundles is the store of the user, in the configuration folder.
func UserBundles() (BundleStore, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return BundleStore{}, err
	}
	return BundleStore{Dir: filepath.Join(dir, "telltale", "data")}, nil
}

func (s BundleStore) path(parts ...string) string {
	return filepath.Join(append([]string{s.Dir}, parts...)...)
}

// Key returns the key to check a bundle with: the pinned one, or given, which
// is pinned by Install. A given key that is not the pinned one is refused unless replace is set.
func (s BundleStore) Key(given string, replace bool) (string, error) {
	given = strings.TrimSpace(given)
	if given != "" {
		if _, err := note.NewVerifier(given); err != nil {
			return "", fmt.Errorf("key: %w: want the line that `telltale data key` printed", err)
		}
	}
	b, err := os.ReadFile(s.path(trustedFile))
	pinned := strings.TrimSpace(string(b))
	switch {
	case errors.Is(err, fs.ErrNotExist) && given == "":
		return "", errNoKey
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", err
	case given == "":
		return pinned, nil
	case pinned != "" && pinned != given && !replace:
		return "", fmt.Errorf("another key is trusted (%s): if its owner told you on another way that the key changed, add --replace-key", signerOf(pinned))
	}
	return given, nil
}

var errNoKey = errors.New("no key is trusted yet")

// IsNoKey reports whether an update failed because no key was ever trusted.
func IsNoKey(err error) bool { return errors.Is(err, errNoKey) }

func signerOf(key string) string {
	if i := strings.LastIndexByte(key, '+'); i > 0 {
		return key[:i]
	}
	return key
}

// Install makes a bundle that OpenBundle accepted with key the one in use, and pins the key.
func (s BundleStore) Install(raw []byte, key string) error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	in := s.path("incoming")
	if err := errors.Join(os.RemoveAll(in), os.Mkdir(in, 0o700)); err != nil {
		return err
	}
	if err := errors.Join(os.WriteFile(filepath.Join(in, bundleFile), raw, 0o600), os.WriteFile(filepath.Join(in, keyFile), []byte(key+"\n"), 0o600)); err != nil {
		return err
	}
	if _, err := os.Stat(s.path("current")); err == nil {
		if err := errors.Join(os.RemoveAll(s.path("previous")), os.Rename(s.path("current"), s.path("previous"))); err != nil {
			return err
		}
	}
	return errors.Join(os.Rename(in, s.path("current")), os.WriteFile(s.path(trustedFile), []byte(key+"\n"), 0o600))
}

// Current opens the bundle in use, nil when there is none.
func (s BundleStore) Current() (*Bundle, error) {
	raw, key, err := s.read("current")
	if err != nil || raw == nil {
		return nil, err
	}
	return openWith(raw, key)
}

// read reads a bundle kept, current or previous, and the key that signed it; nothing when there is none.
func (s BundleStore) read(which string) (raw []byte, key string, err error) {
	raw, err = os.ReadFile(s.path(which, bundleFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	b, err := os.ReadFile(s.path(which, keyFile))
	return raw, strings.TrimSpace(string(b)), err
}

// Rollback brings the bundle before back, byte for byte; where there was none, the program's own data.
func (s BundleStore) Rollback() error {
	if _, err := os.Stat(s.path("current")); errors.Is(err, fs.ErrNotExist) {
		return errors.New("roll back: no bundle was taken in: the data of the program are in use")
	}
	undone := s.path("undone")
	if err := errors.Join(os.RemoveAll(undone), os.Rename(s.path("current"), undone)); err != nil {
		return fmt.Errorf("roll back: %w", err)
	}
	if err := os.Rename(s.path("previous"), s.path("current")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("roll back: %w", err)
	}
	return os.RemoveAll(undone)
}

// OpenEdition opens an edition of the data by name: installed (the one in
// use), own (the program's), a data folder, or a bundle file, which must be
// signed with the trusted key, or with key where none is trusted yet.
func OpenEdition(name, key string) (*data.Tree, error) {
	switch name {
	case "installed":
		return editionInUse()
	case "own":
		return data.Embedded, nil
	}
	st, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("open edition %q: no day, no edition and no file", name)
	}
	if st.IsDir() {
		return data.Open(os.DirFS(name)), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := readBounded(f, name)
	if err != nil {
		return nil, err
	}
	s, err := UserBundles()
	if err != nil {
		return nil, err
	}
	if key, err = s.Key(key, false); err != nil {
		return nil, err
	}
	b, err := openWith(raw, key)
	if err != nil {
		return nil, err
	}
	return b.Tree, nil
}

func openWith(raw []byte, key string) (*Bundle, error) {
	v, err := note.NewVerifier(strings.TrimSpace(key))
	if err != nil {
		return nil, refused("the key cannot be read: %v", err)
	}
	return OpenBundle(raw, v)
}

// Update is a bundle that was checked and is about to be taken in.
type Update struct {
	// Now is the bundle, Before the edition in use.
	Now    *Bundle
	Before *data.Tree
	store  BundleStore
	raw    []byte
	key    string
}

// NewUpdate checks a bundle: signature, form, every set of facts in it, and
// that it is no older than what is in use, unless older is asked for.
func (s BundleStore) NewUpdate(raw []byte, key string, older bool) (*Update, error) {
	b, err := openWith(raw, key)
	if err != nil {
		return nil, err
	}
	if err := b.Lint(); err != nil {
		return nil, refused("%w", err)
	}
	u := &Update{Now: b, Before: data.Embedded, store: s, raw: raw, key: key}
	current, err := s.Current()
	if err != nil {
		return nil, fmt.Errorf("the installed data bundle: %w: `telltale data rollback` goes back", err)
	}
	made := calendar.Of(b.Made)
	own, err := calendar.Parse(data.Date)
	if err != nil {
		return nil, err
	}
	switch {
	case current != nil && b.Made.Before(current.Made) && !older:
		return nil, refused("it was made on %s, before the one in use (%s): --older takes it all the same", made, current.Made.Format(time.RFC3339))
	case made < own && !older:
		return nil, refused("it was made on %s, before the data of this program (%s): --older takes it all the same", made, own)
	}
	if current != nil {
		u.Before = current.Tree
	}
	return u, nil
}

// Apply makes the bundle the one in use and pins its key.
func (u *Update) Apply() error { return u.store.Install(u.raw, u.key) }
