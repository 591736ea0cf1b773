package inspect

import (
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"telltale/internal/firmware/manifest"
	"telltale/internal/firmware/unpack"
)

// Integrity: what a package says of its own members, and whether anything in it is signed.

var sumsName = regexp.MustCompile(`(?i)(?:sums?(?:\.txt)?$|\.(?:md5|sha1|sha256|sha512|digest)$|manifest|checksum|^md5|^sha\d|filelist|update\.json|ota\.json|package\.json$|info\.json$)`)

// packages are volumes that hold the parts of an update, not a system.
func (v *volume) isPackage() bool {
	return v.nodes["etc/passwd"] == nil && v.dirs["bin"] == nil && v.dirs["usr"] == nil && v.dirs["lib"] == nil && len(v.nodes) < 2000
}

// integrity checks the lists of digests inside packages, and looks for signatures.
func (in *inspector) integrity() {
	for _, v := range in.volumes {
		if !v.isPackage() {
			continue
		}
		lists, signed := 0, v.signature()
		for _, p := range v.ordered {
			e := v.nodes[p]
			if e.Node.Object == nil || e.Node.Size > 1<<20 || e.Node.Kind != unpack.File && e.Node.Kind != unpack.Part || !sumsName.MatchString(path.Base(p)) {
				continue
			}
			if list := manifest.Parse(contentOf(e.Node.Object, 1<<20)); in.compareSums(v, e, list) > 0 {
				lists++
			}
		}
		if lists > 0 && signed == "" {
			in.unsigned(v.name, "The package lists digests of its parts, and nothing signs the list", "sums")
		}
	}
	in.tree.EachRegion(func(full string, _ *unpack.Object, r *unpack.Region) {
		if place := signaturePlaces[r.Format]; place != "" && !regionSigned(r) {
			in.unsigned(full, fmt.Sprintf("The %s image has %s for a signature and holds none", r.Format, place), r.Format)
		}
	})
}

// signaturePlaces are containers that can carry a signature, and where.
var signaturePlaces = map[string]string{"fit": "nodes", "hwnp": "an item"}

// regionSigned says that a region holds a signature, or may: what was not read in whole is not called unsigned.
func regionSigned(r *unpack.Region) bool {
	if r.State == unpack.Encrypted || r.State == unpack.Partial {
		return true // not known
	}
	for _, f := range r.Facts {
		if f.Name == "signature" {
			return true
		}
	}
	for _, n := range r.Nodes {
		if n.State != unpack.OK {
			return true // what could not be read may be one
		}
		if signatureName.MatchString(path.Base(n.Path)) {
			return true
		}
		for _, f := range n.Facts {
			if f.Name == "signature" {
				return true
			}
		}
	}
	return false
}

var signatureName = regexp.MustCompile(`(?i)(?:\.(?:sig|sign|asc|minisig|p7[bsm]|cms|rsa|gpg|usig|ucert)$|signature|sign(?:list|info)|^sig(?:n|$))`)

func (v *volume) signature() string {
	for _, p := range v.ordered {
		if signatureName.MatchString(path.Base(p)) {
			return p
		}
	}
	return ""
}

func (in *inspector) unsigned(where, title, rule string) {
	in.add(Finding{ID: "integrity.unsigned", Level: Suspicious, Rule: "unsigned/" + rule, Where: where, Region: where, Title: title,
		Consequence: "who can change the image on its way, or the place it is fetched from, can change what the device runs; checksums guard against damage only",
		Use:         "a place on the way of the update, or an account that may install one", Control: "said only of formats that have a place for a signature, and of packages that list digests; a signature published beside the image is not seen here: give the list with --manifest"})
}

// compareSums compares members with a list and returns how many it speaks of.
func (in *inspector) compareSums(v *volume, list *unpack.Entry, entries []manifest.Entry) int {
	n := 0
	for _, e := range entries {
		m := in.listed(v, list.Path, e.Name)
		if m == nil || m == list {
			continue
		}
		n++
		if got := digestOf(m.Node.Object, e.Alg); got != "" && got != e.Sum {
			in.add(Finding{ID: "integrity.hash-mismatch", Level: Confirmed, Rule: "sums", Value: m.Path, Path: m.Path, Where: m.Full, Region: v.name,
				Title: fmt.Sprintf("%s is not what %s lists", m.Path, list.Path), Evidence: fmt.Sprintf("%s listed %s, computed %s", e.Alg, e.Sum, got),
				Consequence: "the part was changed or damaged after the list was made", Control: "the digest was computed over the whole part; parts that could not be read whole are left out"})
		}
	}
	return n
}

// listed is the member a list names: beside it, or by the end of its path when only one has that.
func (in *inspector) listed(v *volume, list, name string) *unpack.Entry {
	name = strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "./")
	for _, p := range []string{path.Join(path.Dir(list), name), strings.TrimPrefix(path.Clean("/"+name), "/")} {
		if e := v.nodes[p]; e != nil && e.Node.Object != nil && e.Node.State == unpack.OK {
			return e
		}
	}
	if l := v.base[path.Base(name)]; len(l) == 1 && strings.HasSuffix("/"+l[0], "/"+name) {
		if e := v.nodes[l[0]]; e.Node.Object != nil && e.Node.State == unpack.OK {
			return e
		}
	}
	return nil
}

func digestOf(o *unpack.Object, alg string) string {
	h := manifest.New(alg)
	if h == nil || o.Size() > 1<<30 {
		return ""
	}
	if _, err := io.Copy(h, io.NewSectionReader(o, 0, o.Size())); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
