package data

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"sync"
)

// Date is the day on which the embedded facts were last gone through.
const Date = "2026-11-22"

// Version names this edition of the embedded data: the day and the first eight
// hex digits of a hash over all files.
var Version = sync.OnceValue(func() string {
	h := sha256.New()
	for _, fsys := range []fs.FS{orgFiles, lawFiles, fingerprintFiles} {
		fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := fs.ReadFile(fsys, p)
			h.Write([]byte(p))
			h.Write(b)
			return err
		})
	}
	return Date + "-" + hex.EncodeToString(h.Sum(nil)[:4])
})
