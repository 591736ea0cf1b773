package pipeline

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/mod/sumdb/note"

	"telltale/data"
	"telltale/internal/law"
)

// madeAt is when the bundles of these tests count as made: after the data of the program.
var madeAt = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)

type keys struct {
	signer note.Signer
	public string
}

func newKeys(t testing.TB, name string) keys {
	t.Helper()
	secret, public, err := note.GenerateKey(nil, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return keys{s, public}
}

// bundle is BuildBundle without the lint.
func (k keys) bundle(t testing.TB, files fs.FS, at time.Time) []byte {
	t.Helper()
	archive, err := packFiles(files)
	if err != nil {
		t.Fatal(err)
	}
	return k.signed(t, archive, at)
}

func (k keys) built(t testing.TB, files fs.FS, at time.Time) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := BuildBundle(files, k.signer, at, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ownFiles copies the embedded data.
func ownFiles(t testing.TB) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	if err := eachDataFile(data.Embedded.Files, func(p string, b []byte) error {
		m[p] = &fstest.MapFile{Data: b}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func (u *Update) apply(t *testing.T) {
	t.Helper()
	if err := u.Apply(); err != nil {
		t.Fatal(err)
	}
}

// A bundle carries every data file of the tree, the same bytes each time;
// one is taken in after another and rolled back byte for byte.
func TestBundleThereAndBack(t *testing.T) {
	k, files := newKeys(t, "acme-law"), ownFiles(t)
	first := k.built(t, os.DirFS("../../data"), madeAt)
	if again := k.built(t, files, madeAt); !bytes.Equal(first, again) {
		t.Error("the data folder and the embedded data give different bundles")
	}
	old := files["law/us/us-fcc-54-9.yaml"]
	files["law/us/us-fcc-54-9.yaml"] = &fstest.MapFile{Data: bytes.Replace(old.Data, []byte("{from: 2020-06-30}"), []byte("{from: 2020-07-01}"), 1)}
	second := k.bundle(t, files, madeAt.Add(time.Hour))
	s := BundleStore{Dir: t.TempDir()}
	for _, raw := range [][]byte{first, second} {
		u, err := s.NewUpdate(raw, k.public, false)
		if err != nil {
			t.Fatal(err)
		}
		u.apply(t)
	}
	u, err := s.NewUpdate(second, k.public, false)
	if err != nil {
		t.Fatal(err)
	}
	b, err := openWith(first, k.public)
	if err != nil {
		t.Fatal(err)
	}
	d, err := DiffEditions(b.Tree, u.Before)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(d.Files); got != "[{~ law/us/us-fcc-54-9.yaml}]" {
		t.Errorf("files that differ: %s", got)
	}
	if len(d.Fields) == 0 || d.Fields[0].From != "2020-06-30" || d.Fields[0].To != "2020-07-01" {
		t.Errorf("fields that differ: %+v", d.Fields)
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	if back, err := os.ReadFile(s.path("current", bundleFile)); err != nil || !bytes.Equal(back, first) {
		t.Errorf("rolling back does not bring the same bytes: %v", err)
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	if now, err := s.Current(); now != nil || err != nil {
		t.Errorf("after the second rollback: %v, %v", now, err)
	}
	if err := s.Rollback(); err == nil {
		t.Error("a third rollback has nothing to go back to")
	}
}

// A bundle older than what is in use is refused unless asked for.
func TestBundleDoesNotGoBackInTime(t *testing.T) {
	k, files := newKeys(t, "acme-law"), ownFiles(t)
	s := BundleStore{Dir: t.TempDir()}
	u, err := s.NewUpdate(k.bundle(t, files, madeAt), k.public, false)
	if err != nil {
		t.Fatal(err)
	}
	u.apply(t)
	older := k.bundle(t, files, madeAt.Add(-time.Hour))
	if _, err := s.NewUpdate(older, k.public, false); !errors.Is(err, ErrBundle) || !strings.Contains(err.Error(), "--older") {
		t.Errorf("an older bundle: %v", err)
	}
	if _, err := s.NewUpdate(older, k.public, true); err != nil {
		t.Errorf("an older bundle that was asked for: %v", err)
	}
	ancient := k.bundle(t, files, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if _, err := (BundleStore{Dir: t.TempDir()}).NewUpdate(ancient, k.public, false); !errors.Is(err, ErrBundle) {
		t.Errorf("a bundle older than the program's data: %v", err)
	}
}

// The first key is pinned; another is taken only when the user says so.
func TestBundleKeyIsPinned(t *testing.T) {
	a, b := newKeys(t, "acme-law"), newKeys(t, "acme-other")
	s := BundleStore{Dir: t.TempDir()}
	if _, err := s.Key("", false); !IsNoKey(err) {
		t.Errorf("no key yet: %v", err)
	}
	if _, err := s.Key("nonsense", false); err == nil {
		t.Error("nonsense is taken for a key")
	}
	if err := s.Install(a.bundle(t, ownFiles(t), madeAt), a.public); err != nil {
		t.Fatal(err)
	}
	if k, err := s.Key("", false); err != nil || k != a.public {
		t.Errorf("the pinned key: %q, %v", k, err)
	}
	if _, err := s.Key(b.public, false); err == nil || !strings.Contains(err.Error(), "--replace-key") {
		t.Errorf("another key: %v", err)
	}
	if k, err := s.Key(b.public, true); err != nil || k != b.public {
		t.Errorf("another key that replaces: %q, %v", k, err)
	}
}

type zipped struct{ name, body string }

// signedZip signs an archive of any files at all.
func (k keys) signedZip(t testing.TB, files ...zipped) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return k.signed(t, b.Bytes(), madeAt)
}

func (k keys) signed(t testing.TB, archive []byte, at time.Time) []byte {
	t.Helper()
	text := fmt.Sprintf("%s\nmade %s\nversion 2026-12-01-00000000\narchive %d %x\n", bundleTitle, at.Format(time.RFC3339), len(archive), sha256.Sum256(archive))
	return k.withNote(t, text, archive)
}

func (k keys) withNote(t testing.TB, text string, archive []byte) []byte {
	t.Helper()
	n, err := note.Sign(&note.Note{Text: text}, k.signer)
	if err != nil {
		t.Fatal(err)
	}
	return append(fmt.Appendf(nil, "%s%d\n%s", bundleMagic, len(n), n), archive...)
}

// Every hostile bundle is refused with one error that says what and what to do.
func TestHostileBundles(t *testing.T) {
	k, stranger := newKeys(t, "acme-law"), newKeys(t, "acme-other")
	files := ownFiles(t)
	good := k.bundle(t, files, madeAt)
	typo := ownFiles(t)
	typo["law/us/us-fcc-54-9.yaml"] = &fstest.MapFile{Data: bytes.Replace(typo["law/us/us-fcc-54-9.yaml"].Data, []byte("\nstatus:"), []byte("\nstatsu:"), 1)}
	typoZip, err := packFiles(typo)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	for _, c := range []struct {
		name string
		raw  []byte
		want string
	}{
		{"empty", nil, "this is no data bundle"},
		{"something else", []byte("PK\x03\x04"), "this is no data bundle"},
		{"a length that is none", []byte(bundleMagic + "-7\n"), "this is no data bundle"},
		{"a stranger's signature", stranger.bundle(t, files, madeAt), "the signature is not that of the trusted key"},
		{"no signature", []byte(bundleMagic + "4\nabcd"), "the signature is not that of the trusted key"},
		{"ends in its signature", good[:60], "it ends within its signature: fetch it again"},
		{"truncated", good[:len(good)-100], "bytes: fetch it again"},
		{"one bit changed", flipped, "its files are not those that were signed"},
		{"a note that states nothing", k.withNote(t, "hello\n", nil), "its note does not say what was signed"},
		{"no archive", k.signed(t, []byte("hello"), madeAt), "its files are no zip archive"},
		{"zip bomb", k.signedZip(t, zipped{"maker.yaml", strings.Repeat("x", maxBundle+1)}), "unpacked it is larger than"},
		{"traversal", k.signedZip(t, zipped{"law/../../etc/passwd.yaml", "x"}), "leads out of the bundle"},
		{"absolute path", k.signedZip(t, zipped{"/law/us/x.yaml", "x"}), "leads out of the bundle"},
		{"backslashes", k.signedZip(t, zipped{`law\..\x.yaml`, "x"}), "leads out of the bundle"},
		{"unknown file", k.signedZip(t, zipped{"law/us/x.exe", "x"}), "this program reads no file"},
		{"unknown folder", k.signedZip(t, zipped{"autorun/x.yaml", "x"}), "this program reads no file"},
		{"duplicate names", k.signedZip(t, zipped{"maker.yaml", "a"}, zipped{"maker.yaml", "b"}), "stands in it twice"},
		{"half the data", k.signedZip(t, zipped{"maker.yaml", "makers: []"}), "read data file"},
		{"wrong schema", k.signed(t, typoZip, madeAt), "data/law/us/us-fcc-54-9.yaml:8: unknown field or element \"statsu\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := (BundleStore{Dir: t.TempDir()}).NewUpdate(c.raw, k.public, false)
			if !errors.Is(err, ErrBundle) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// Whatever byte is changed, the bundle is refused; the last letter of the
// signature has two bits that say nothing, so it may pass there with the same files.
func TestEveryByteOfABundleIsSigned(t *testing.T) {
	k := newKeys(t, "acme-law")
	good := k.bundle(t, ownFiles(t), madeAt)
	for i := range 400 {
		at := i
		if i >= 300 { // the head whole, the rest in steps
			at = 300 + (i-300)*(len(good)-300)/100
		}
		bad := bytes.Clone(good)
		bad[at] ^= 1
		if _, err := openWith(bad, k.public); !errors.Is(err, ErrBundle) && !bytes.HasPrefix(good[at+1:], []byte("=\n")) {
			t.Fatalf("byte %d changed: %v", at, err)
		}
	}
}

// The fingerprints and organisations of a bundle are those a check uses.
func TestBundledFactsAreUsed(t *testing.T) {
	k, files := newKeys(t, "acme-law"), ownFiles(t)
	files["organisation/zz_testmaker.yaml"] = &fstest.MapFile{Data: []byte("id: zz_testmaker\nname: Zonkwerk Test Ltd\ncountry: NZ\nconfidence: memory\n")}
	files["fingerprint/zz_testmaker.yaml"] = &fstest.MapFile{Data: []byte(`id: zz_testmaker
about: a maker that only this test knows
sources: [{what: this test, url: "https://example.org", read: "2026-12-01"}]
makers:
  - org: zz_testmaker
    words:
      - {is: 'Zonkwerk', why: its name}
    models:
      - {is: 'ZNK-\d{4}', category: router_enterprise, why: the form of its model numbers}
`)}
	b, err := openWith(k.bundle(t, files, madeAt), k.public)
	if err != nil {
		t.Fatal(err)
	}
	register := filepath.Join(t.TempDir(), "register.csv")
	if err := os.WriteFile(register, []byte("Name,Make,Model,Type\nr-1,Zonkwerk,ZNK-4711,router\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		of   *data.Tree
		want string
	}{{data.Embedded, ""}, {b.Tree, "zz_testmaker"}} {
		kn, err := knowledgeOf(c.of)
		if err != nil {
			t.Fatal(err)
		}
		if kn.Version != c.of.Version() {
			t.Errorf("version %q, want %q", kn.Version, c.of.Version())
		}
		p, err := c.of.Profile("private")
		if err != nil {
			t.Fatal(err)
		}
		f, err := Check(context.Background(), kn, t.TempDir(), &Options{Inputs: []string{register}, Profiles: []*law.Profile{p}, AsOf: 20789, KnownAt: 20789, All: true, Now: madeAt})
		if err != nil {
			t.Fatal(err)
		}
		for a, err := range f.Assets() {
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(string(a), `"org":"zz_testmaker"`); got != (c.want != "") {
				t.Errorf("data %s: %s", c.of.Version(), a)
			}
		}
		f.Close()
	}
}

func TestReadBundle(t *testing.T) {
	body := []byte("a bundle")
	mux := http.NewServeMux()
	mux.HandleFunc("/good", func(w http.ResponseWriter, _ *http.Request) { w.Write(body) })
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://192.0.2.1/bundle", http.StatusFound)
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		chunk := make([]byte, 1<<20)
		for range maxSent/len(chunk) + 2 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	for _, c := range []struct{ from, want string }{
		{srv.URL + "/good", ""},
		{srv.URL + "/none", "404"},
		{srv.URL + "/loop", "more than five redirections"},
		{srv.URL + "/away", "is not encrypted"},
		{srv.URL + "/endless", "is larger than"},
		{"http://192.0.2.1/bundle", "is not encrypted"},
		{"http://user:secret@192.0.2.1/bundle", "xxxxx"},
		{"ftp://example.org/bundle", "only https"},
		{"https:///bundle", "only https"},
		{filepath.Join(t.TempDir(), "none"), "no such file"},
	} {
		got, err := ReadBundle(context.Background(), c.from)
		switch {
		case c.want == "" && (err != nil || !bytes.Equal(got, body)):
			t.Errorf("%s: %q, %v", c.from, got, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", c.from, err, c.want)
		}
	}
}

// FuzzOpenBundle: whatever the bytes, a refusal or a bundle that was signed, never a panic.
func FuzzOpenBundle(f *testing.F) {
	k := newKeys(f, "acme-law")
	good := k.signedZip(f, zipped{"maker.yaml", "makers: []"})
	for _, seed := range [][]byte{nil, []byte("PK\x03\x04"), []byte(bundleMagic + "4\nabcd"), good[:len(good)/2]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := openWith(b, k.public); !errors.Is(err, ErrBundle) {
			t.Fatalf("not refused: %v", err)
		}
	})
}

// FuzzUnpackFiles: whatever a signed archive holds, files of the data folder or a refusal.
func FuzzUnpackFiles(f *testing.F) {
	k := newKeys(f, "acme-law")
	for _, files := range [][]zipped{{{"maker.yaml", "makers: []"}}, {{"../x", ""}}, {{"law/us/x.yaml", "a"}, {"law/us/x.yaml", "b"}}} {
		_, archive, err := splitBundle(k.signedZip(f, files...))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		files, err := unpackFiles(b)
		if err != nil {
			if !errors.Is(err, ErrBundle) {
				t.Fatalf("not refused: %v", err)
			}
			return
		}
		fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && !data.Holds(p) {
				t.Fatalf("took %q", p)
			}
			return nil
		})
	})
}
