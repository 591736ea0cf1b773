package unpack

import (
	"bytes"
	"testing"

	ulikunitz "github.com/ulikunitz/xz/lzma"
)

// lzmaForm is how makers of routers write a block of LZMA.
type lzmaForm int

const (
	lzmaWhole lzmaForm = iota // 13 bytes of header
	lzmaFive                  // properties and dictionary
	lzmaOne                   // properties alone
	lzmaBare                  // no header, the usual properties
	lzmaOdd                   // 5 bytes, unusual properties
)

// packForm packs one block with an encoder that is not ours.
func packForm(t testing.TB, b []byte, form lzmaForm) []byte {
	t.Helper()
	c := ulikunitz.WriterConfig{Properties: &ulikunitz.Properties{LC: 3, LP: 0, PB: 2}, DictCap: 1 << 16, SizeInHeader: true, Size: int64(len(b))}
	if form == lzmaOdd {
		c.Properties = &ulikunitz.Properties{LC: 0, LP: 2, PB: 2}
	}
	var z bytes.Buffer
	w, err := c.NewWriter(&z)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	p := z.Bytes()
	switch form {
	case lzmaFive, lzmaOdd:
		return join(p[:5], p[13:])
	case lzmaOne:
		return join(p[:1], p[13:])
	case lzmaBare:
		return p[13:]
	}
	return p
}

// packLzip writes a member after the manual of lzip.
func packLzip(t testing.TB, b []byte) []byte {
	t.Helper()
	c := ulikunitz.WriterConfig{Properties: &ulikunitz.Properties{LC: 3, LP: 0, PB: 2}, DictCap: 1 << 16, EOSMarker: true}
	var z bytes.Buffer
	w, err := c.NewWriter(&z)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(b)
	w.Close()
	body := z.Bytes()[13:]
	trailer := make([]byte, 20)
	le.PutUint32(trailer, crcOf(b))
	le.PutUint64(trailer[4:], uint64(len(b)))
	le.PutUint64(trailer[12:], uint64(6+len(body)+20))
	return join([]byte("LZIP\x01\x10"), body, trailer)
}
