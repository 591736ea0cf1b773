// Package manifest reads lists of digests that makers publish with their
// images, and checks the signatures over such a list or an image.
//
// It is not for fetching them and holds no keys: whose key it is, is for the
// caller to know. A signature that was not checked is never called good.
//
// Forms read: the output of sha256sum and its relatives, plain and BSD style; any
// line or JSON object that names a file and a digest; signatures of minisign,
// usign and signify, and bare Ed25519, RSA (PKCS #1 v1.5 and PSS) and ECDSA ones over SHA-256.
package manifest

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"path"
	"regexp"
	"strings"
)

// Entry is what a list says of one file.
type Entry struct {
	Name string // as listed
	Alg  string // md5, sha1, sha256, sha384 or sha512
	Sum  string // lower-case hex
}

// maxList and maxEntries bound a list.
const (
	maxList    = 16 << 20
	maxEntries = 100_000
)

var (
	digest  = regexp.MustCompile(`(?i)(?:^|[^0-9a-f])([0-9a-f]{128}|[0-9a-f]{96}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?:[^0-9a-f]|$)`)
	bsdLine = regexp.MustCompile(`^(\w+)\s*\((.+)\)\s*=\s*([0-9a-fA-F]+)$`)
	algs    = map[int]string{32: "md5", 40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}
)

// New returns the hash of an Entry's algorithm, nil for one not known.
func New(alg string) hash.Hash {
	switch alg {
	case "md5":
		return md5.New()
	case "sha1":
		return sha1.New()
	case "sha256":
		return sha256.New()
	case "sha384":
		return sha512.New384()
	case "sha512":
		return sha512.New()
	}
	return nil
}

// Parse reads a list. Lines that name no file, or more than one digest, are left out.
func Parse(text []byte) []Entry {
	if len(text) > maxList {
		text = text[:maxList]
	}
	var v any
	if t := strings.TrimSpace(string(text)); (strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[")) && json.Unmarshal([]byte(t), &v) == nil {
		var out []Entry
		objects(v, "", 0, &out)
		return out
	}
	var out []Entry
	for _, l := range strings.Split(string(text), "\n") {
		if e, ok := parseLine(strings.TrimSpace(l)); ok && len(out) < maxEntries {
			out = append(out, e)
		}
	}
	return out
}

func parseLine(l string) (Entry, bool) {
	if len(l) > 4096 {
		return Entry{}, false
	}
	if m := bsdLine.FindStringSubmatch(l); m != nil && algs[len(m[3])] != "" {
		return Entry{m[2], algs[len(m[3])], strings.ToLower(m[3])}, true
	}
	m := digest.FindAllStringSubmatchIndex(l, 2)
	if len(m) != 1 {
		return Entry{}, false
	}
	sum := l[m[0][2]:m[0][3]]
	name := strings.TrimSpace(l[m[0][3]:])
	name = strings.TrimPrefix(name, "*")
	if m[0][2] > 0 || name == "" || strings.ContainsAny(name, "\"'<>=") {
		name = fileName(l[:m[0][2]] + " " + l[m[0][3]:])
	}
	return Entry{name, algs[len(sum)], strings.ToLower(sum)}, name != "" && !isDigest(name)
}

var nameLike = regexp.MustCompile(`[\w./+@~-]*\w\.[A-Za-z]\w{0,9}`)

// fileName is the one word of a line that looks like a file.
func fileName(s string) string {
	if l := nameLike.FindAllString(s, 2); len(l) == 1 {
		return l[0]
	}
	return ""
}

// objects walks JSON for {name, digest} in one object, and for {"name": "digest"}.
func objects(v any, key string, depth int, out *[]Entry) {
	if depth > 32 || len(*out) > maxEntries {
		return
	}
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			objects(e, key, depth+1, out)
		}
	case string:
		if nameLike.FindString(key) == key && key != "" && isDigest(x) {
			*out = append(*out, Entry{key, algs[len(x)], strings.ToLower(x)})
		}
	case map[string]any:
		name := ""
		for _, k := range []string{"name", "file", "filename", "FileName", "path", "url", "image"} {
			if s, ok := x[k].(string); ok && name == "" {
				name = s
			}
		}
		for k, e := range x {
			if s, ok := e.(string); ok && name != "" && isDigest(s) {
				*out = append(*out, Entry{name, algs[len(s)], strings.ToLower(s)})
			} else {
				objects(e, k, depth+1, out)
			}
		}
	}
}

func isDigest(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && algs[len(s)] != ""
}

// For returns what a list says of a file, by its path or, failing that, by its last part.
func For(list []Entry, name string) []Entry {
	var exact, loose []Entry
	for _, e := range list {
		n := strings.TrimPrefix(strings.ReplaceAll(e.Name, `\`, "/"), "./")
		switch {
		case n == name:
			exact = append(exact, e)
		case path.Base(n) == path.Base(name):
			loose = append(loose, e)
		}
	}
	if exact != nil {
		return exact
	}
	return loose
}

// String writes an entry as a list does.
func (e Entry) String() string { return fmt.Sprintf("%s %s  %s", e.Alg, e.Sum, e.Name) }
