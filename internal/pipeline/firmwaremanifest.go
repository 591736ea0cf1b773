package pipeline

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"telltale/internal/firmware/inspect"
	"telltale/internal/firmware/manifest"
	"telltale/internal/firmware/render"
)

// maxSigned bounds what a signature is checked over, in bytes.
const maxSigned = 2 << 30

// vendorList is a maker's list of digests with what is known of its signature.
type vendorList struct {
	path    string
	entries []manifest.Entry
	finding *inspect.Finding // on its signature; nil when it holds
	signer  string
}

// integrity is how an image stands to what its maker published.
func (o *FirmwareOptions) integrity() (*vendorList, []*manifest.Key, error) {
	var keys []*manifest.Key
	for _, p := range o.Keys {
		b, err := os.ReadFile(p)
		if err != nil {
			return nil, nil, fmt.Errorf("read key: %w", err)
		}
		k, err := manifest.ReadKey(b)
		if err != nil {
			return nil, nil, fmt.Errorf("read key %q: %w", p, err)
		}
		keys = append(keys, k)
	}
	if o.Manifest == "" {
		return nil, keys, nil
	}
	b, err := os.ReadFile(o.Manifest)
	if err != nil {
		return nil, nil, fmt.Errorf("read manifest: %w", err)
	}
	text := b
	if t, ok := manifest.SignedText(b); ok { // what stands around it is nobody's
		text = t
	}
	l := &vendorList{path: o.Manifest, entries: manifest.Parse(text)}
	if len(l.entries) == 0 {
		return nil, nil, fmt.Errorf("read manifest %q: no line names a file and a digest; give the output of sha256sum, or JSON with names and digests", o.Manifest)
	}
	l.signer, l.finding = signed(o.Manifest, b, keys, "the list of digests "+filepath.Base(o.Manifest))
	return l, keys, nil
}

// signatureEndings are the names a signature beside a file has.
var signatureEndings = []string{".minisig", ".sig", ".sign", ".asc", ".usig", ".p7s", ".p7", ".cms", ".gpg"}

// signed looks for a signature beside a file and checks it. The finding says what is wrong, nil when it holds.
func signed(p string, content []byte, keys []*manifest.Key, what string) (string, *inspect.Finding) {
	f := &inspect.Finding{Rule: "signature", Where: filepath.Base(p), Region: filepath.Base(p), Value: filepath.Base(p)}
	beside := signatureEndings
	if _, ok := manifest.SignedText(content); ok {
		beside = []string{""} // it carries its signature itself
	}
	for _, e := range beside {
		sig, err := os.ReadFile(p + e)
		if err != nil {
			continue
		}
		f.Value, f.Evidence = filepath.Base(p+e), "signature in "+filepath.Base(p+e)
		who, err := manifest.Verify(content, sig, keys)
		switch {
		case err == nil:
			return who, nil
		case errors.Is(err, manifest.ErrBad):
			f.ID, f.Level, f.Title, f.Consequence = "integrity.hash-mismatch", inspect.Confirmed, "The signature over "+what+" does not hold", "the content was changed after it was signed"
			f.Control = "the signature names one of the keys given and was computed over the whole content"
		case errors.Is(err, manifest.ErrOtherKey):
			f.ID, f.Level, f.Title, f.Consequence = "integrity.unknown-key", inspect.Suspicious, fmt.Sprintf("The signature over %s was made with none of the %d keys given, or over another content", what, len(keys)), "nothing shows that the maker signed it"
			f.Evidence += strings.TrimSuffix("; "+who, "; ")
		default:
			f.ID, f.Level, f.Title = "integrity.unknown-key", inspect.Note, "The signature over "+what+" was not checked: "+err.Error()
		}
		return "", f
	}
	f.ID, f.Level, f.Title = "integrity.unsigned", inspect.Note, "Nothing beside "+what+" is a signature"
	f.Consequence = "who can change the list can change the digests"
	return "", f
}

// vendor compares an image with its maker's list and its signature.
func (o *FirmwareOptions) vendor(p string, r *inspect.Report, l *vendorList, keys []*manifest.Key) (*render.Vendor, error) {
	v := &render.Vendor{Digest: "not checked"}
	if l != nil {
		v.Manifest, v.Signature = filepath.Base(l.path), l.signer
		if l.finding != nil {
			r.Add(*l.finding)
		}
		if err := compareListed(p, r, l, v); err != nil {
			return nil, err
		}
	}
	if len(keys) > 0 {
		return v, o.imageSignature(p, r, keys, v)
	}
	return v, nil
}

func compareListed(p string, r *inspect.Report, l *vendorList, v *render.Vendor) error {
	found := manifest.For(l.entries, filepath.Base(p))
	v.Digest = "not listed"
	for _, e := range found {
		got, err := digestOf(p, e.Alg)
		if err != nil {
			return err
		}
		v.Listed = e.String()
		if got == e.Sum {
			v.Digest = "as listed"
			continue
		}
		v.Digest = "differs"
		r.Add(inspect.Finding{ID: "integrity.hash-mismatch", Level: inspect.Confirmed, Rule: "manifest", Where: r.Image.Name, Region: r.Image.Name, Value: r.Image.Name,
			Title: "The image is not the one its maker lists under this name", Evidence: fmt.Sprintf("%s listed %s, computed %s", e.Alg, e.Sum, got),
			Consequence: "it was changed or damaged, or is another build", Use: "nothing: get the image again from its maker and compare", Control: "the digest was computed over the whole file"})
		return nil
	}
	if v.Digest != "not listed" {
		return nil
	}
	for _, e := range l.entries {
		if e.Alg == "sha256" && e.Sum == r.Image.SHA256 {
			v.Digest, v.Listed = "as listed", e.String()
			return nil
		}
	}
	r.Add(inspect.Finding{ID: "integrity.unknown-key", Level: inspect.Suspicious, Rule: "manifest", Where: r.Image.Name, Region: r.Image.Name, Value: r.Image.Name,
		Title: fmt.Sprintf("The list %s names neither the image nor its digest", v.Manifest), Consequence: "nothing shows that the maker published this image"})
	return nil
}

func (o *FirmwareOptions) imageSignature(p string, r *inspect.Report, keys []*manifest.Key, v *render.Vendor) error {
	st, err := os.Stat(p)
	if err != nil {
		return fmt.Errorf("check signature: %w", err)
	}
	if st.Size() > maxSigned {
		r.Add(inspect.Finding{ID: "integrity.unknown-key", Level: inspect.Note, Rule: "signature", Where: r.Image.Name, Region: r.Image.Name, Title: "The signature was not checked: the image is larger than 2 GiB"})
		return nil
	}
	b, err := os.ReadFile(p)
	if err != nil {
		return fmt.Errorf("check signature: %w", err)
	}
	who, f := signed(p, b, keys, "the image")
	switch {
	case f == nil:
		v.Signature = who
	case f.ID != "integrity.unsigned" || v.Manifest == "": // with a list, its own signature is judged
		r.Add(*f)
	}
	return nil
}

func digestOf(p, alg string) (string, error) {
	f, err := os.Open(p)
	if err != nil {
		return "", fmt.Errorf("compare with the manifest: %w", err)
	}
	defer f.Close()
	h := manifest.New(alg)
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("compare with the manifest: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
