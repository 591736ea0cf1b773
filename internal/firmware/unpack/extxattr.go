package unpack

// Extended attributes of ext: behind the inode, and in a block of their own.

// inlineRest finds the "system.data" attribute that holds what does not fit in the inode.
func (f *extFS) inlineRest(in *extInode) []byte {
	var out []byte
	f.eachXattr(in, func(idx byte, name string, v []byte) {
		if idx == 7 && name == "data" {
			out = v
		}
	})
	return out
}

func (f *extFS) eachXattr(in *extInode, fn func(idx byte, name string, v []byte)) {
	list := func(b []byte, base int) {
		for at := base; at+16 <= len(b); {
			nl, idx := int(b[at]), b[at+1]
			if nl == 0 && idx == 0 {
				return
			}
			off, n := int(le.Uint16(b[at+2:])), int(le.Uint32(b[at+8:]))
			vbase := base
			if base == 32 {
				vbase = 0
			}
			if at+16+nl > len(b) || n < 0 || n > len(b) || vbase+off+n > len(b) {
				return
			}
			fn(idx, string(b[at+16:at+16+nl]), b[vbase+off:vbase+off+n])
			at += (16 + nl + 3) &^ 3
		}
	}
	if len(in.raw) > 128+4 {
		extra := 128 + int(le.Uint16(in.raw[128:]))
		if extra+4 <= len(in.raw) && le.Uint32(in.raw[extra:]) == 0xea020000 {
			list(in.raw[extra+4:], 0)
		}
	}
	if acl := int64(le.Uint32(in.raw[104:])); acl != 0 {
		if b := f.d.at(acl*f.block, int(f.block)); b != nil && le.Uint32(b) == 0xea020000 {
			list(b, 32)
		}
	}
}

var extXattrs = map[byte]string{1: "user.", 2: "system.posix_acl_access", 3: "system.posix_acl_default", 4: "trusted.", 6: "security.", 7: "system."}
