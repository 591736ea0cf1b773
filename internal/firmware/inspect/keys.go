package inspect

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/ssh"

	"telltale/internal/evidence"
)

// keys finds private keys, certificates and authorised keys: PEM anywhere,
// DER and dropbear files as a whole, each proved by parsing it.
func (in *inspector) keys() {
	tests := map[string]string{}
	for _, t := range in.facts.TestKeys {
		tests[strings.ToLower(t.SPKI)] = t.Name
	}
	for _, f := range in.files {
		if f.c == nil || len(in.rep.Keys) > 5000 {
			continue
		}
		for _, off := range f.c.hits["-----BEGIN "] {
			in.pemAt(f, off, tests)
		}
		if f.kind == "der" && f.size < 1<<20 || f.size > 32 && f.size < 16<<10 && f.node != nil && isDER(f) {
			in.derFile(f, tests)
		}
		if f.size < 8192 && f.size > 64 && (f.kind == "" || f.kind == "data") {
			in.dropbearKey(f, tests)
		}
		in.keyTexts(f, tests)
	}
}

func (in *inspector) pemAt(f *file, off int64, tests map[string]string) {
	b := make([]byte, min(16<<10, f.off+f.size-off))
	n, _ := f.obj.ReadAt(b, off)
	blk, text := decodePEM(b[:n])
	if blk == nil {
		return
	}
	switch {
	case blk.Type == "CERTIFICATE":
		in.certificate(f, off, blk.Bytes)
	case strings.HasSuffix(blk.Type, "PRIVATE KEY"):
		if strings.Contains(blk.Type, "ENCRYPTED") || blk.Headers["DEK-Info"] != "" {
			in.sealedKey(f, off, blk.Type)
			return
		}
		if _, err := ssh.ParseRawPrivateKey(text); isLocked(err) {
			in.sealedKey(f, off, blk.Type)
		} else if k := parsePrivate(blk.Bytes, blk.Type, text); k != nil {
			in.private(f, off, k, tests)
		}
	}
}

func isLocked(err error) bool {
	var locked *ssh.PassphraseMissingError
	return errors.As(err, &locked)
}

func (in *inspector) sealedKey(f *file, off int64, typ string) {
	in.rep.Keys = append(in.rep.Keys, Key{Kind: "private", Algorithm: "encrypted", Where: f.where, Offset: off})
	in.add(f.at(Finding{ID: "key.private", Level: Note, Rule: "pem", Value: typ, Title: "A private key, protected by a password", Evidence: "-----BEGIN " + typ + "-----"}, off))
}

// isDER says that a file is one DER sequence from its first to its last byte.
func isDER(f *file) bool {
	var v asn1.RawValue
	b := contentOf(f.obj, f.size)
	if len(b) == 0 || b[0] != 0x30 {
		return false
	}
	rest, err := asn1.Unmarshal(b, &v)
	return err == nil && len(rest) == 0
}

func parsePrivate(der []byte, typ string, pemText []byte) crypto.Signer {
	if k, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		if s, ok := k.(crypto.Signer); ok {
			return s
		}
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k
	}
	if strings.Contains(typ, "OPENSSH") {
		if k, err := ssh.ParseRawPrivateKey(pemText); err == nil {
			switch s := k.(type) {
			case *ed25519.PrivateKey:
				return *s
			case crypto.Signer:
				return s
			}
		}
	}
	return nil
}

func spkiOf(pub crypto.PublicKey) (sum, alg string) {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		alg = fmt.Sprintf("RSA %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		alg = "ECDSA " + k.Params().Name
	case ed25519.PublicKey:
		alg = "Ed25519"
	default:
		alg = fmt.Sprintf("%T", pub)
	}
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return "", alg
	}
	h := sha256.Sum256(der)
	return hex.EncodeToString(h[:]), alg
}

func (in *inspector) private(f *file, off int64, k crypto.Signer, tests map[string]string) {
	sum, alg := spkiOf(k.Public())
	key := Key{Kind: "private", Algorithm: alg, SPKI: sum, Where: f.where, Offset: off}
	if name, ok := tests[sum]; ok {
		key.Test = name
	} else if f.doc() {
		key.Test = "documentation or test folder"
	}
	in.rep.Keys = append(in.rep.Keys, key)
	if key.Test != "" {
		in.add(f.at(Finding{ID: "key.public-test", Level: Note, Rule: "test-keys", Value: sum, Title: "A private key that is a public test key (" + key.Test + ")", Evidence: alg,
			Consequence: "harmless as a sample; if a service uses it, anybody can pass for the device", Control: "the key itself is on the list of published test keys, or lies among documentation and tests"}, off))
		return
	}
	lv := Suspicious
	for _, v := range in.volumes {
		if v == f.vol && in.referred(v, f.path) {
			lv = Probable
		}
	}
	if b := f.base(); strings.HasPrefix(b, "ssh_host_") || strings.HasPrefix(b, "dropbear_") && strings.HasSuffix(b, "_key") {
		lv = Probable
	}
	in.add(f.at(Finding{ID: "key.private", Level: lv, Rule: "private-key", Value: sum, Title: fmt.Sprintf("A private key (%s) is in the image: every device has the same", alg), Evidence: alg + ", public key SHA-256 " + sum[:min(16, len(sum))],
		Consequence: "who has the image can pass for the device or read what is encrypted to it", Use: "this file, and a place in the network path",
		Control: "the key was parsed and is valid; published test keys and samples are told apart"}, off))
}

// referred says that a configuration or a command that is started names the file.
func (in *inspector) referred(v *volume, p string) bool {
	for i := range in.boots[v].launches {
		if l := &in.boots[v].launches[i]; l.started && contains(l.argv, "/"+p) {
			return true
		}
	}
	for _, f := range in.files {
		if f.vol == v && f.kind == "text" && !f.doc() && f.size < 64<<10 && strings.HasPrefix(f.path, "etc/") && f.path != p {
			if strings.Contains(string(contentOf(f.obj, 64<<10)), "/"+p) {
				return true
			}
		}
	}
	return false
}

func (in *inspector) certificate(f *file, off int64, der []byte) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return
	}
	h := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	k := Key{Kind: "certificate", Subject: c.Subject.String(), Issuer: c.Issuer.String(), NotAfter: c.NotAfter.UTC().Format("2006-01-02"), SPKI: hex.EncodeToString(h[:]), Where: f.where, Offset: off}
	_, k.Algorithm = spkiOf(c.PublicKey)
	in.rep.Keys = append(in.rep.Keys, k)
	// A store of public authorities says nothing of the maker.
	if store := strings.Contains(f.path, "ssl/certs") || strings.Contains(f.path, "ca-certificates") || strings.Contains(f.path, "cacerts") || len(f.c.hits["-----BEGIN "]) > 4; !store {
		in.observe(evidence.FwCertificate, k.Subject+" | issuer "+k.Issuer, f.where, off)
	}
}

func (in *inspector) derFile(f *file, tests map[string]string) {
	b := contentOf(f.obj, 1<<20)
	if c, err := x509.ParseCertificate(b); err == nil {
		in.certificate(f, 0, c.Raw)
		return
	}
	if k := parsePrivate(b, "", nil); k != nil {
		in.private(f, 0, k, tests)
	}
}

// dropbearKey reads dropbear's own host key files: length-prefixed strings as in RFC 4253.
func (in *inspector) dropbearKey(f *file, tests map[string]string) {
	b := contentOf(f.obj, 8192)
	field := func() []byte {
		if len(b) < 4 {
			return nil
		}
		n := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
		if n < 0 || n > len(b)-4 {
			return nil
		}
		v := b[4 : 4+n]
		b = b[4+n:]
		return v
	}
	switch string(field()) {
	case "ssh-rsa":
		e, n, d := field(), field(), field()
		if len(n) < 64 || len(d) < 32 {
			return
		}
		k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, D: new(big.Int).SetBytes(d)}
		in.private(f, 0, k, tests)
	case "ssh-ed25519":
		if v := field(); len(v) == 64 {
			in.private(f, 0, ed25519.NewKeyFromSeed(v[:32]), tests)
		}
	case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521":
		curve := map[string]elliptic.Curve{"nistp256": elliptic.P256(), "nistp384": elliptic.P384(), "nistp521": elliptic.P521()}[string(field())]
		point, d := field(), field()
		if curve == nil {
			return
		}
		size := (curve.Params().BitSize + 7) / 8
		d = bytes.TrimLeft(d, "\x00")
		if len(d) > size {
			return
		}
		k, err := ecdsa.ParseRawPrivateKey(curve, append(make([]byte, size-len(d)), d...))
		if pub, err2 := ecdsa.ParseUncompressedPublicKey(curve, point); err == nil && err2 == nil && k.PublicKey.Equal(pub) {
			in.private(f, 0, k, tests)
		}
	}
}
