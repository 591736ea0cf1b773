package manifest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha512" // hashes a signer may name
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
)

// CMS (RFC 5652), also called PKCS #7: signed data in DER, content beside it or inside.

var (
	oidSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidDigest     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	cmsHashes     = map[string]crypto.Hash{"2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512}
)

type cmsContent struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
}

type cmsSigned struct {
	Version int
	Digests []pkix.AlgorithmIdentifier `asn1:"set"`
	Content cmsContent
	Certs   asn1.RawValue `asn1:"optional,tag:0"`
	CRLs    asn1.RawValue `asn1:"optional,tag:1"`
	Signers []cmsSigner   `asn1:"set"`
}

type cmsSigner struct {
	Version   int
	ID        asn1.RawValue
	Digest    pkix.AlgorithmIdentifier
	Attrs     asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
	Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
}

type cmsAttr struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue `asn1:"set"`
}

// readCMS reads signed data, bare or in PEM; nil when it is none.
func readCMS(b []byte) *cmsSigned {
	if blk, _ := pem.Decode(b); blk != nil {
		b = blk.Bytes
	}
	var outer cmsContent
	if rest, err := asn1.Unmarshal(b, &outer); err != nil || len(rest) > 0 || !outer.Type.Equal(oidSignedData) {
		return nil
	}
	var s cmsSigned
	if _, err := asn1.Unmarshal(outer.Content.Bytes, &s); err != nil {
		return nil
	}
	return &s
}

// verify checks the signers against the keys given: a signer's own key or certificate, or one that signed the signer's certificate.
func (s *cmsSigned) verify(content []byte, keys []*Key) (string, error) {
	if inside := s.Content.Content.Bytes; len(inside) > 0 {
		var octets []byte
		if _, err := asn1.Unmarshal(inside, &octets); err != nil || !bytes.Equal(octets, content) {
			return "", fmt.Errorf("%w: it is over another content, which it holds itself", ErrBad)
		}
	}
	certs, _ := x509.ParseCertificates(s.Certs.Bytes)
	named := "CMS signer not named"
	for i := range s.Signers {
		x := &s.Signers[i]
		if len(certs) > 0 {
			named = "CMS signer " + certs[0].Subject.String()
		}
		for _, k := range keys {
			for _, pub := range k.signers(certs) {
				switch ok, bad := x.by(pub, content); {
				case ok:
					return "CMS, key " + k.ID, nil
				case bad:
					return "", ErrBad
				}
			}
		}
	}
	return named, ErrOtherKey
}

// signers are the keys a given key stands for: itself, and those of certificates it signed.
func (k *Key) signers(certs []*x509.Certificate) []crypto.PublicKey {
	if k.pub == nil {
		return nil
	}
	out := []crypto.PublicKey{k.pub}
	for _, c := range certs[:min(len(certs), 32)] {
		if k.cert != nil && c.CheckSignatureFrom(k.cert) == nil {
			out = append(out, c.PublicKey)
		}
	}
	return out
}

// by says whether a signer signed with a key; bad says that it did and that the content is another one.
func (x *cmsSigner) by(pub crypto.PublicKey, content []byte) (ok, bad bool) {
	h, known := cmsHashes[x.Digest.Algorithm.String()]
	if !known {
		return false, false
	}
	sum := func(b []byte) []byte { d := h.New(); d.Write(b); return d.Sum(nil) }
	if len(x.Attrs.FullBytes) == 0 {
		return signedBy(pub, h, content, sum(content), x.Signature), false
	}
	attrs := bytes.Clone(x.Attrs.FullBytes)
	attrs[0] = 0x31 // signed as a SET, carried under a tag of its own
	if !signedBy(pub, h, attrs, sum(attrs), x.Signature) {
		return false, false
	}
	same := bytes.Equal(x.digest(), sum(content))
	return same, !same
}

// digest is the digest of the content the signed attributes state.
func (x *cmsSigner) digest() []byte {
	for rest := x.Attrs.Bytes; len(rest) > 0; {
		var a cmsAttr
		var err error
		if rest, err = asn1.Unmarshal(rest, &a); err != nil {
			return nil
		}
		var d []byte
		if a.Type.Equal(oidDigest) {
			if _, err := asn1.Unmarshal(a.Values.Bytes, &d); err == nil {
				return d
			}
		}
	}
	return nil
}

func signedBy(pub crypto.PublicKey, h crypto.Hash, msg, sum, sig []byte) bool {
	switch p := pub.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(p, h, sum, sig) == nil || rsa.VerifyPSS(p, h, sum, sig, nil) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(p, sum, sig)
	case ed25519.PublicKey:
		return len(sig) == ed25519.SignatureSize && ed25519.Verify(p, msg, sig)
	}
	return false
}
