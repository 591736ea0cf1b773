package inspect

import (
	"encoding/hex"
	"fmt"
	"strings"

	"telltale/internal/firmware/unpack"
)

// fileList lists every entry with hash and type.
func (in *inspector) fileList() {
	in.tree.Walk(func(e *unpack.Entry) bool {
		n := e.Node
		f := File{Where: strings.ToValidUTF8(e.Full, "?"), Path: strings.ToValidUTF8(e.Path, "?"), Kind: string(n.Kind), UID: n.UID, GID: n.GID, Size: n.Size, Link: strings.ToValidUTF8(n.Link, "?"), State: string(n.State), Reason: n.Reason}
		if n.Kind != unpack.Part {
			f.Mode = fmt.Sprintf("%04o", n.Mode)
		}
		if n.Kind == unpack.Char || n.Kind == unpack.Block {
			f.Device = fmt.Sprintf("%d:%d", n.Major, n.Minor)
		}
		if n.Object != nil {
			f.SHA256, f.Type = n.Object.Sum().String(), n.Object.Type
			if c := in.contents[contentKey{n.Object, 0}]; c != nil && n.Object.Size() >= 1024 && n.Object.Size() <= 16<<20 && (len(n.Object.Regions) == 0) {
				f.Fuzzy = in.fuzzy(n.Object)
			}
		}
		if n.Superseded {
			f.State, f.Reason = "superseded", "a later entry has the same path"
		}
		for k, v := range n.Xattr {
			if f.Xattr == nil {
				f.Xattr = map[string]string{}
			}
			f.Xattr[k] = hex.EncodeToString([]byte(v))
		}
		in.rep.Files = append(in.rep.Files, f)
		return true
	})
}

func (in *inspector) fuzzy(o *unpack.Object) string { return FuzzyHash(contentOf(o, 16<<20)) }
