package pipeline

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"telltale/data"
)

// The edition of the data that all doors work with: the bundle the user took
// in, else the program's own. It is read when first asked for; a server that
// takes a bundle in has it read anew, and what runs ends on what it began with.

// edition is one edition with all that is loaded of it.
type edition struct {
	tree *data.Tree
	load func() (*Knowledge, error) // once
}

var inUse struct {
	mu sync.Mutex
	of *edition
}

// nowInUse is the edition in use.
func nowInUse() (*edition, error) {
	inUse.mu.Lock()
	defer inUse.mu.Unlock()
	if inUse.of == nil {
		e, err := readInUse()
		if err != nil {
			return nil, err
		}
		inUse.of = e
	}
	return inUse.of, nil
}

func readInUse() (*edition, error) {
	t := data.Embedded
	if s, err := UserBundles(); err == nil { // without a configuration folder nothing was taken in
		b, err := s.Current()
		if err != nil {
			return nil, fmt.Errorf("the installed data bundle: %w: `telltale data rollback` goes back", err)
		}
		if b != nil {
			t = b.Tree
		}
	}
	return &edition{t, sync.OnceValues(func() (*Knowledge, error) { return knowledgeOf(t) })}, nil
}

// Load loads the data in use once: those of the bundle the user took in, else the embedded ones.
func Load() (*Knowledge, error) {
	e, err := nowInUse()
	if err != nil {
		return nil, err
	}
	return e.load()
}

// Reload reads what is in use anew and makes it what all doors work with; when
// it cannot be loaded whole, all stays as it was.
func Reload() (*Knowledge, error) {
	e, err := readInUse()
	if err != nil {
		return nil, err
	}
	k, err := e.load()
	if err != nil {
		return nil, err
	}
	if _, err := k.Attribution(); err != nil {
		return nil, err
	}
	if _, err := k.Judge(); err != nil {
		return nil, err
	}
	inUse.mu.Lock()
	defer inUse.mu.Unlock()
	inUse.of = e
	return k, nil
}

func editionInUse() (*data.Tree, error) {
	e, err := nowInUse()
	if err != nil {
		return nil, err
	}
	return e.tree, nil
}

// EditionInfo names an edition of the data.
type EditionInfo struct {
	Version string `json:"version"`
	// Signer and Made are those of a bundle; Signer is empty for the program's own data.
	Signer string     `json:"signer,omitempty"`
	Made   *time.Time `json:"made,omitempty"`
}

func infoOf(b *Bundle) EditionInfo {
	if b == nil {
		return EditionInfo{Version: data.Embedded.Version()}
	}
	return EditionInfo{Version: b.Version(), Signer: b.Signer, Made: &b.Made}
}

// InUse names the edition of the data in use, and who signed it where a bundle was taken in.
func InUse() (EditionInfo, error) {
	t, err := editionInUse()
	if err != nil || t == data.Embedded {
		return infoOf(nil), err
	}
	s, err := UserBundles()
	if err != nil {
		return EditionInfo{}, err
	}
	e, ok, err := s.stated("current")
	if err != nil || !ok || e.Version != t.Version() {
		return EditionInfo{Version: t.Version()}, err // changed on disk since: the next start uses that
	}
	return e, nil
}

// Before names the edition that a rollback brings back; false where no bundle was taken in.
func (s BundleStore) Before() (EditionInfo, bool, error) {
	if _, taken, err := s.stated("current"); err != nil || !taken {
		return EditionInfo{}, false, err
	}
	before, ok, err := s.stated("previous")
	if !ok {
		before = infoOf(nil)
	}
	return before, err == nil, err
}

// stated is what the signed note of a bundle kept, current or previous, says
// of it; false when there is none. Its files are not looked at.
func (s BundleStore) stated(which string) (EditionInfo, bool, error) {
	raw, key, err := s.read(which)
	if err != nil || raw == nil {
		return EditionInfo{}, false, err
	}
	v, err := note.NewVerifier(key)
	if err != nil {
		return EditionInfo{}, false, refused("the key cannot be read: %v", err)
	}
	signed, _, err := splitBundle(raw)
	if err != nil {
		return EditionInfo{}, false, err
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return EditionInfo{}, false, refused("the signature is not that of its key: %v", err)
	}
	x, err := readStatement(n.Text)
	return EditionInfo{Version: x.version, Signer: n.Sigs[0].Name, Made: &x.made}, err == nil, err
}
