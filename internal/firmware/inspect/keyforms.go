package inspect

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"regexp"
	"strings"
	"unicode/utf16"
)

// Private keys in other forms than a PEM block at the margin of an ASCII text: indented,
// in UTF-16, coded once more, and the forms of VPNs, web tokens and PuTTY.

// maxKeyText bounds a text that is searched for keys as a whole.
const maxKeyText = 256 << 10

// plainText is a text without indents, and in UTF-8 where its first bytes say UTF-16.
func plainText(b []byte) []byte {
	if len(b) > 3 && (b[0] == 0xff && b[1] == 0xfe || b[0] == 0xfe && b[1] == 0xff) {
		var order binary.ByteOrder = binary.LittleEndian
		if b[0] == 0xfe {
			order = binary.BigEndian
		}
		u := make([]uint16, 0, len(b)/2)
		for b = b[2:]; len(b) > 1; b = b[2:] {
			u = append(u, order.Uint16(b))
		}
		b = []byte(string(utf16.Decode(u)))
	}
	return indent.ReplaceAll(b, []byte("\n"))
}

var indent = regexp.MustCompile(`\r?\n[ \t]+`)

// decodePEM reads the PEM block a text begins with, however it is written: line ends as
// in program texts and JSON, indented as in YAML. It returns the text it understood.
func decodePEM(text []byte) (*pem.Block, []byte) {
	if blk, _ := pem.Decode(text); blk != nil {
		return blk, text
	}
	escaped := []byte(strings.NewReplacer(`\r`, "", `\n`, "\n").Replace(string(text)))
	for _, t := range [][]byte{escaped, plainText(text)} {
		if blk, _ := pem.Decode(t); blk != nil {
			return blk, t
		}
	}
	return nil, nil
}

// inlinePEM is the base64 of "-----BEGIN ", whole.
var inlinePEM = regexp.MustCompile(`LS0tLS1CRUdJTi[A-Za-z0-9+/]{60,}={0,2}`)

// namedKey is a setting called a private key: 32 bytes, or a key in DER, as base64.
var namedKey = regexp.MustCompile(`(?i)private_?key["']?\s*(?:[:=]|\s)\s*["']?([A-Za-z0-9+/]{42,}={0,2})(?:["'\s,;]|$)`)

// keyTexts looks for the other forms in one text.
func (in *inspector) keyTexts(f *file, tests map[string]string) {
	if f.kind != "text" && f.kind != "script" && f.kind != "" && f.kind != "data" || f.size > maxKeyText || f.size < 48 {
		return
	}
	raw := contentOf(f.obj, maxKeyText)
	if bytes.IndexByte(raw[:min(len(raw), 512)], 0) >= 0 {
		if raw[0] != 0xff && raw[0] != 0xfe {
			return
		}
		text := plainText(raw)
		if blk, _ := pem.Decode(text); blk != nil && strings.HasSuffix(blk.Type, "PRIVATE KEY") {
			if k := parsePrivate(blk.Bytes, blk.Type, text); k != nil {
				in.private(f, 0, k, tests)
			}
		}
		return
	}
	for _, loc := range inlinePEM.FindAllIndex(raw, 8) {
		b, _ := base64.RawStdEncoding.DecodeString(strings.TrimRight(string(raw[loc[0]:loc[1]]), "="))
		if blk, _ := pem.Decode(b); blk != nil && strings.HasSuffix(blk.Type, "PRIVATE KEY") {
			if k := parsePrivate(blk.Bytes, blk.Type, b); k != nil {
				in.private(f, int64(loc[0]), k, tests)
			}
		}
	}
	for _, loc := range namedKey.FindAllSubmatchIndex(raw, 8) {
		b, err := base64.StdEncoding.DecodeString(string(raw[loc[2]:loc[3]]))
		switch {
		case err != nil:
		case len(b) == 32:
			in.bareKey(f, int64(loc[2]), "Curve25519", "32 bytes as base64, set as a private key")
		default:
			if k := parsePrivate(b, "", nil); k != nil {
				in.private(f, int64(loc[2]), k, tests)
			}
		}
	}
	in.otherKey(f, raw, tests)
}

// otherKey reads a text that is as a whole a key: PuTTY's, a web token's, OpenVPN's shared one.
func (in *inspector) otherKey(f *file, raw []byte, tests map[string]string) {
	switch {
	case bytes.HasPrefix(raw, []byte("PuTTY-User-Key-File-")) && bytes.Contains(raw, []byte("\nPrivate-Lines:")):
		if !puttyLocked.Match(raw) {
			in.bareKey(f, 0, "PuTTY", "a key file of PuTTY without a password")
		}
	case bytes.Contains(raw, []byte("-----BEGIN OpenVPN Static key V1-----")):
		in.bareKey(f, int64(bytes.Index(raw, []byte("-----BEGIN"))), "OpenVPN static key", "a shared key of OpenVPN")
	case bytes.Contains(raw, []byte(`"kty"`)):
		var k struct{ Kty, Crv, D string }
		if json.Unmarshal(raw, &k) != nil || k.Kty == "" {
			return
		}
		d, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.D, "="))
		if err != nil || len(d) < 24 {
			return
		}
		if k.Crv == "Ed25519" && len(d) == ed25519.SeedSize {
			in.private(f, 0, ed25519.NewKeyFromSeed(d), tests)
			return
		}
		in.bareKey(f, 0, "JWK "+k.Kty+" "+k.Crv, "a private key of web tokens")
	}
}

var puttyLocked = regexp.MustCompile(`(?m)^Encryption: *[^n\s]`)

// bareKey reports a key that is known by its form alone: its public half is not worked out.
func (in *inspector) bareKey(f *file, off int64, alg, how string) {
	in.rep.Keys = append(in.rep.Keys, Key{Kind: "private", Algorithm: alg, Where: f.where, Offset: off})
	lv := Suspicious
	if f.doc() {
		lv = Note
	}
	in.add(f.at(Finding{ID: "key.private", Level: lv, Rule: "private-key", Value: alg, Title: "A private key (" + alg + ") is in the image: every device has the same", Evidence: how,
		Consequence: "who has the image can pass for the device or read what is encrypted to it", Use: "this file, and a place in the network path", Control: "the value has the form and the length of such a key; samples among documentation stay notes"}, off))
}
