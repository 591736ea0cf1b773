package pipeline

import (
	"archive/zip"
	"bytes"
	"io"
	"path"
	"strings"

	"telltale/internal/source"
)

// inventoryEndings are files a user puts in an archive to have them read one by one.
var inventoryEndings = []string{".csv", ".tsv", ".xlsx", ".xls", ".ods", ".pdf", ".eml", ".msg", ".pcap", ".pcapng", ".docx", ".zip"}

// imageHeads begin the parts of firmware packages.
var imageHeads = []string{"\x27\x05\x19\x56", "hsqs", "sqsh", "\xd0\x0d\xfe\xed", "ANDROID!", "UBI#", "\x45\x3d\xcd\x28", "\x28\xcd\x3d\x45", "-rom1fs-", "\x3a\xff\x26\xed", "HWNP", "CrAU", "HDR0", "070701"}

// updatePackage says that a zip is one firmware package: a member has an image's head, another
// the name of a package's part, and none is a file of an inventory.
func updatePackage(in *source.Input) bool {
	head := make([]byte, 4)
	if n, _ := in.Data.ReadAt(head, 0); n < 4 || in.Size < minImage || string(head) != "PK\x03\x04" {
		return false
	}
	t, err := editionInUse()
	if err != nil {
		return false
	}
	facts, err := t.Firmware()
	if err != nil {
		return false
	}
	z, err := zip.NewReader(in.Data, in.Size)
	if err != nil || len(z.File) < 2 || len(z.File) > 5000 {
		return false
	}
	named, image, looked := false, false, 0
	for _, f := range z.File {
		low := strings.ToLower(f.Name)
		for _, e := range inventoryEndings {
			if strings.HasSuffix(low, e) {
				return false
			}
		}
		for _, p := range facts.PackageMembers {
			ok, _ := path.Match(p, path.Base(f.Name))
			named = named || ok
		}
		if !image && f.UncompressedSize64 >= minImage && looked < 64 {
			looked++
			image = imageHead(f)
		}
	}
	return named && image
}

func imageHead(f *zip.File) bool {
	r, err := f.Open()
	if err != nil {
		return false
	}
	defer r.Close()
	b := make([]byte, 8)
	n, _ := io.ReadFull(r, b)
	for _, h := range imageHeads {
		if bytes.HasPrefix(b[:n], []byte(h)) {
			return true
		}
	}
	return false
}
