package data

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"strings"
	"sync"

	"telltale/internal/attribute"
	"telltale/internal/firmware/inspect"
	"telltale/internal/law"
	"telltale/internal/org"
	"telltale/internal/registry"
	"telltale/internal/scan"
	"telltale/internal/screen"
)

// embedded are all facts the program carries. What stands here is what a
// bundle carries too: Holds reads it from here.
//
//go:embed category.yaml maker.yaml law organisation fingerprint profile firmware scan registry/*.bin screening/*.txt
var embedded embed.FS

// Tree is one edition of the facts: the embedded one, or that of a bundle.
// Every set is loaded and linted once, when first asked for; do not change
// what the functions return.
type Tree struct {
	// Files has the layout of this folder.
	Files fs.FS

	// OrgIndex is the index over all organisations and reserved makers,
	// OrgSources are the sources their facts name.
	OrgIndex   func() (*org.Index, error)
	OrgSources func() (map[string]org.Source, error)
	// Rulebook is the law, Categories the tree of kinds of things.
	Rulebook   func() (*law.Rulebook, error)
	Categories func() (law.Categories, error)
	// Attribution are fingerprints, number rules, weights and categories;
	// Attributor is the engine over them, the registries and the organisations.
	Attribution func() (attribute.Facts, error)
	Attributor  func() (*attribute.Engine, error)
	// Registry are the number registries, joined to the organisations.
	Registry func() (*registry.Tables, error)
	// Screening compares names with those of the organisations by the ScreeningTables.
	Screening       func() (*screen.Engine, error)
	ScreeningTables func() (*screen.Tables, error)
	// Firmware are the facts firmware inspection rests on, Scan the rules of live scans.
	Firmware func() (*inspect.Facts, error)
	Scan     func() (*scan.Rules, error)
	// Version is the day the facts were gone through and eight hex digits of a hash over all files.
	Version func() string
}

// Open returns the tree over files with the layout of this folder. It reads nothing yet.
func Open(files fs.FS) *Tree {
	t := &Tree{Files: files}
	t.OrgIndex = sync.OnceValues(func() (*org.Index, error) { return LoadOrgIndex(files) })
	t.OrgSources = sync.OnceValues(func() (map[string]org.Source, error) { return loadOrgSources(files) })
	t.Rulebook = sync.OnceValues(t.loadRulebook)
	t.Categories = sync.OnceValues(func() (law.Categories, error) { return LoadCategories(files) })
	t.Attribution = sync.OnceValues(func() (attribute.Facts, error) { return LoadAttribution(files) })
	t.Attributor = sync.OnceValues(t.loadAttributor)
	t.Registry = sync.OnceValues(t.loadRegistry)
	t.Screening = sync.OnceValues(t.loadScreening)
	t.ScreeningTables = sync.OnceValues(func() (*screen.Tables, error) { return loadScreeningTables(files) })
	t.Firmware = sync.OnceValues(t.loadFirmware)
	t.Scan = sync.OnceValues(func() (*scan.Rules, error) { return loadScan(files) })
	t.Version = sync.OnceValue(func() string { return Date + "-" + filesHash(files) })
	return t
}

// Lint loads every set of the tree and returns the first fault, with file, line and remedy where the fault has them.
func (t *Tree) Lint() error {
	for _, load := range []func() error{
		func() error { _, err := t.OrgIndex(); return err },
		func() error { _, err := t.Rulebook(); return err },
		func() error { _, err := t.Attributor(); return err },
		func() error { _, err := t.Screening(); return err },
		func() error { _, err := t.Scan(); return err },
		t.lintProfiles,
	} {
		if err := load(); err != nil {
			return err
		}
	}
	tables, err := t.Registry()
	if err != nil {
		return err
	}
	_, err = tables.Info()
	return err
}

// Holds reports whether a file of that path is one the program reads: it
// stands in a folder of the embedded facts and is of the kind found there.
func Holds(name string) bool {
	if !strings.Contains(name, "/") {
		_, err := fs.Stat(embedded, name)
		return err == nil
	}
	return kinds()[kindOf(name)]
}

// kindOf is the top folder and the extension of a file.
func kindOf(name string) string {
	top, _, _ := strings.Cut(name, "/")
	return top + "/*" + path.Ext(name)
}

var kinds = sync.OnceValue(func() map[string]bool {
	k := map[string]bool{}
	fs.WalkDir(embedded, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			k[kindOf(p)] = true
		}
		return err
	})
	return k
})

// filesHash is the first eight hex digits of a hash over all files the program reads.
func filesHash(files fs.FS) string {
	h := sha256.New()
	fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !Holds(p) {
			return err
		}
		b, err := fs.ReadFile(files, p)
		h.Write([]byte(p))
		h.Write(b)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// Embedded is the edition the program carries.
var Embedded = Open(embedded)

// The sets of the embedded edition; see Tree.
var (
	OrgIndex         = Embedded.OrgIndex
	OrgSources       = Embedded.OrgSources
	Rulebook         = Embedded.Rulebook
	Categories       = Embedded.Categories
	Attribution      = Embedded.Attribution
	Attributor       = Embedded.Attributor
	AttributionFacts = Embedded.AttributionFacts
	Registry         = Embedded.Registry
	Screening        = Embedded.Screening
	ScreeningTables  = Embedded.ScreeningTables
	Firmware         = Embedded.Firmware
	Scan             = Embedded.Scan
	Version          = Embedded.Version
	Profile          = Embedded.Profile
	ProfileNames     = Embedded.ProfileNames
	LawText          = Embedded.LawText
)

// Date is the day on which the embedded facts were last gone through.
const Date = "2026-11-22"
