package unpack

import (
	"bytes"
	"path"
	"sort"
	"testing"
)

// putUbifsXattrs adds nodes of attributes to an image: Debian's packer writes
// none. Each is an entry that names it and an inode that holds its value.
func putUbifsXattrs(t testing.TB, image []byte, attrs map[string]map[string]string) []byte {
	t.Helper()
	at := len(bytes.TrimRight(image, "\xff"))
	at = int(alignUp(int64(at), 2048)) + 4096
	sqn, value := uint64(1<<40), uint32(1<<20)
	put := func(typ byte, body []byte) {
		n := make([]byte, 24+len(body))
		le.PutUint32(n, ubifsMagic)
		le.PutUint64(n[8:], sqn)
		le.PutUint32(n[16:], uint32(len(n)))
		n[20] = typ
		copy(n[24:], body)
		le.PutUint32(n[4:], ubiCRC(n[8:]))
		if at+len(n) > len(image) {
			t.Skip("no room for attributes in the image")
		}
		at += copy(image[at:], n)
		at = int(alignUp(int64(at), 8))
		sqn++
	}
	var names []string
	for name := range attrs {
		if name == "etc/again" {
			continue // the same inode as another
		}
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		owner := ubifsInodeOf(image, path.Base(name))
		for key, v := range attrs[name] {
			inode := make([]byte, 136+len(v))
			le.PutUint32(inode, value)
			le.PutUint64(inode[24:], uint64(len(v)))
			le.PutUint32(inode[80:], 0o100777)
			le.PutUint32(inode[88:], uint32(len(v)))
			copy(inode[136:], v)
			put(0, inode)
			entry := make([]byte, 32+len(key)+1)
			le.PutUint32(entry, owner)
			le.PutUint32(entry[4:], 3<<29)
			le.PutUint64(entry[16:], uint64(value))
			le.PutUint16(entry[26:], uint16(len(key)))
			copy(entry[32:], key)
			put(3, entry)
			value++
		}
	}
	return image
}

// ubifsInodeOf is the number of the inode a name means.
func ubifsInodeOf(image []byte, name string) uint32 {
	for at := 0; at+64 < len(image); at += 8 {
		if le.Uint32(image[at:]) == ubifsMagic && image[at+20] == 2 && int(le.Uint16(image[at+50:])) == len(name) && string(image[at+56:at+56+len(name)]) == name {
			return le.Uint32(image[at+40:])
		}
	}
	return 0
}
