package manifest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	"golang.org/x/crypto/blake2b"
)

// Key is a public key a signature may be checked with.
type Key struct {
	ID  string // of minisign, usign and signify, hex; for others the start of the SHA-256 of the key
	pub crypto.PublicKey
	// cert is the certificate the key was given as, ring the OpenPGP keys; nil for others.
	cert *x509.Certificate
	ring openpgp.EntityList
}

// Errors of Verify. ErrOtherKey says nothing of the content: the signature is by a key we do not have.
var (
	ErrOtherKey  = errors.New("made with another key")
	ErrBad       = errors.New("the signature does not hold")
	ErrNotAForm  = errors.New("not a form of signature that is read: OpenPGP, CMS (DER), minisign, usign, signify, or a bare Ed25519, RSA or ECDSA signature")
	errKeyFormat = errors.New("not a public key that is read: PEM, OpenPGP, or one of minisign, usign or signify")
)

// ReadKey reads a public key: PEM (a key or a certificate), an OpenPGP key ring, or the two-line form of minisign, usign and signify.
func ReadKey(text []byte) (*Key, error) {
	if k, err, ok := readPGPKey(text); ok {
		return k, err
	}
	if blk, _ := pem.Decode(text); blk != nil {
		var pub crypto.PublicKey
		var cert *x509.Certificate
		if c, err := x509.ParseCertificate(blk.Bytes); err == nil {
			pub, cert = c.PublicKey, c
		} else if k, err := x509.ParsePKIXPublicKey(blk.Bytes); err == nil {
			pub = k
		} else if k, err := x509.ParsePKCS1PublicKey(blk.Bytes); err == nil {
			pub = k
		} else {
			return nil, errKeyFormat
		}
		der, err := x509.MarshalPKIXPublicKey(pub)
		if err != nil {
			return nil, errKeyFormat
		}
		sum := sha256.Sum256(der)
		return &Key{ID: hex.EncodeToString(sum[:8]), pub: pub, cert: cert}, nil
	}
	for _, l := range strings.Split(string(text), "\n") {
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(l))
		if err == nil && len(b) == 42 && string(b[:2]) == "Ed" {
			return &Key{ID: hex.EncodeToString(b[2:10]), pub: ed25519.PublicKey(b[10:])}, nil
		}
	}
	return nil, errKeyFormat
}

// Verify checks a signature over content; of a text signed in the clear, content and signature are the same. It returns what made it and nil when
// it holds, ErrOtherKey when none of the keys made it, ErrBad when one did and it does not hold.
func Verify(content, signature []byte, keys []*Key) (string, error) {
	if s, ok := shortForm(signature); ok {
		return s.verify(content, keys)
	}
	if packets, over, ok := pgpSignature(content, signature); ok {
		return verifyPGP(packets, over, keys)
	}
	if s := readCMS(signature); s != nil {
		return s.verify(content, keys)
	}
	sig := signature
	if b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(signature))); err == nil && len(b) >= 64 {
		sig = b
	}
	if len(sig) < 64 || len(sig) > 1024 {
		return "", ErrNotAForm
	}
	sum := sha256.Sum256(content)
	for _, k := range keys {
		switch p := k.pub.(type) {
		case ed25519.PublicKey:
			if len(sig) == ed25519.SignatureSize && ed25519.Verify(p, content, sig) {
				return "Ed25519 key " + k.ID, nil
			}
		case *rsa.PublicKey:
			if rsa.VerifyPKCS1v15(p, crypto.SHA256, sum[:], sig) == nil || rsa.VerifyPSS(p, crypto.SHA256, sum[:], sig, nil) == nil {
				return fmt.Sprintf("RSA %d key %s", p.N.BitLen(), k.ID), nil
			}
		case *ecdsa.PublicKey:
			if ecdsa.VerifyASN1(p, sum[:], sig) {
				return "ECDSA key " + k.ID, nil
			}
		}
	}
	// A bare signature does not say whose it is: another key, or another content.
	return "", ErrOtherKey
}

// short is a signature of minisign, usign or signify.
type short struct {
	hashed  bool // over the BLAKE2b-512 of the content
	id      string
	sig     []byte
	trusted string // minisign's comment that is signed too
	global  []byte
}

func shortForm(text []byte) (*short, bool) {
	lines := strings.Split(strings.ReplaceAll(string(bytes.TrimSpace(text)), "\r", ""), "\n")
	if len(lines) < 2 || !strings.HasPrefix(lines[0], "untrusted comment:") {
		return nil, false
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(lines[1]))
	if err != nil || len(b) != 74 || string(b[:2]) != "Ed" && string(b[:2]) != "ED" {
		return nil, false
	}
	s := &short{hashed: b[1] == 'D', id: hex.EncodeToString(b[2:10]), sig: b[10:]}
	if len(lines) >= 4 {
		if c, ok := strings.CutPrefix(lines[2], "trusted comment: "); ok {
			s.trusted = c
			s.global, _ = base64.StdEncoding.DecodeString(strings.TrimSpace(lines[3]))
		}
	}
	return s, true
}

func (s *short) verify(content []byte, keys []*Key) (string, error) {
	for _, k := range keys {
		pub, ok := k.pub.(ed25519.PublicKey)
		if !ok || k.ID != s.id {
			continue
		}
		msg := content
		if s.hashed {
			h := blake2b.Sum512(content)
			msg = h[:]
		}
		if !ed25519.Verify(pub, msg, s.sig) {
			return "", ErrBad
		}
		if s.global != nil && !ed25519.Verify(pub, append(s.sig[:len(s.sig):len(s.sig)], s.trusted...), s.global) {
			return "", fmt.Errorf("%w: its comment was changed", ErrBad)
		}
		return "Ed25519 key " + s.id, nil
	}
	return "key " + s.id, ErrOtherKey
}
