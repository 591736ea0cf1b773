package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// OpenPGP (RFC 9580): armoured or bare detached signatures, and texts signed in the clear.

const (
	pgpKeyHead   = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
	pgpSigHead   = "-----BEGIN PGP SIGNATURE-----"
	pgpClearHead = "-----BEGIN PGP SIGNED MESSAGE-----"
	maxPGP       = 4 << 20
)

// guarded keeps a fault of the library on hostile input (found by fuzzing: texts signed in the clear that end early) an unreadable input.
func guarded(f func()) (fine bool) {
	defer func() { fine = recover() == nil }()
	f()
	return true
}

// readPGPKey reads a key ring, armoured or bare; ok is false when the text is none.
func readPGPKey(text []byte) (k *Key, err error, ok bool) {
	armoured := bytes.Contains(text, []byte(pgpKeyHead))
	if !armoured && (len(text) == 0 || text[0]&0x80 == 0 || len(text) > maxPGP) {
		return nil, nil, false
	}
	var ring openpgp.EntityList
	fine := guarded(func() {
		if armoured {
			ring, err = openpgp.ReadArmoredKeyRing(bytes.NewReader(text[bytes.Index(text, []byte(pgpKeyHead)):]))
		} else {
			ring, err = openpgp.ReadKeyRing(bytes.NewReader(text))
		}
	})
	if !fine || err != nil || len(ring) == 0 {
		return nil, errKeyFormat, armoured
	}
	return &Key{ID: fmt.Sprintf("%X", ring[0].PrimaryKey.Fingerprint), ring: ring}, nil, true
}

// SignedText returns the text a clear-signed message signs; ok is false for another content.
// Only that text may be believed: what stands before and after it is nobody's.
func SignedText(b []byte) (text []byte, ok bool) {
	if !bytes.HasPrefix(bytes.TrimSpace(b), []byte(pgpClearHead)) {
		return nil, false
	}
	var blk *clearsign.Block
	if !guarded(func() { blk, _ = clearsign.Decode(b) }) || blk == nil {
		return nil, false
	}
	return blk.Plaintext, true
}

// pgpSignature returns the packets of a signature and what it is over; ok is false when it is none of OpenPGP's.
func pgpSignature(content, signature []byte) (packets, over []byte, ok bool) {
	if len(signature) > maxPGP {
		return nil, nil, false
	}
	fine := guarded(func() { packets, over, ok = findPGP(content, signature) })
	return packets, over, ok && fine
}

func findPGP(content, signature []byte) (packets, over []byte, ok bool) {
	if blk, _ := clearsign.Decode(signature); blk != nil && bytes.Equal(content, signature) {
		b, err := io.ReadAll(io.LimitReader(blk.ArmoredSignature.Body, maxPGP))
		return b, blk.Bytes, err == nil
	}
	if i := bytes.Index(signature, []byte(pgpSigHead)); i >= 0 {
		blk, err := armor.Decode(bytes.NewReader(signature[i:]))
		if err != nil {
			return nil, nil, false
		}
		b, err := io.ReadAll(io.LimitReader(blk.Body, maxPGP))
		return b, content, err == nil
	}
	// A bare signature packet: tag 2 in either form of packet head. Other makers' signatures may begin with such a byte too.
	if len(signature) > 8 && (signature[0]&0xfc == 0x88 || signature[0] == 0xc2) {
		p, err := packet.Read(bytes.NewReader(signature))
		_, isSig := p.(*packet.Signature)
		return signature, content, err == nil && isSig
	}
	return nil, nil, false
}

// verifyPGP checks a signature with the rings among the keys, at the time it says it was made: keys of makers run out, their old signatures do not.
func verifyPGP(packets, over []byte, keys []*Key) (who string, err error) {
	if !guarded(func() { who, err = checkPGP(packets, over, keys) }) {
		return "", ErrNotAForm
	}
	return who, err
}

func checkPGP(packets, over []byte, keys []*Key) (string, error) {
	p, err := packet.Read(bytes.NewReader(packets))
	sig, isSig := p.(*packet.Signature)
	if err != nil || !isSig {
		return "", ErrNotAForm
	}
	var ring openpgp.EntityList
	for _, k := range keys {
		ring = append(ring, k.ring...)
	}
	issuer := "key not named"
	if sig.IssuerKeyId != nil {
		issuer = fmt.Sprintf("key %016X", *sig.IssuerKeyId)
	}
	who, err := openpgp.CheckDetachedSignature(ring, bytes.NewReader(over), bytes.NewReader(packets), &packet.Config{Time: func() time.Time { return sig.CreationTime }})
	switch {
	case err == nil:
		return fmt.Sprintf("OpenPGP key %X", who.PrimaryKey.Fingerprint), nil
	case errors.Is(err, pgperrors.ErrUnknownIssuer):
		return "OpenPGP " + issuer, ErrOtherKey
	}
	return "", fmt.Errorf("%w (OpenPGP %s): %v", ErrBad, issuer, err)
}
