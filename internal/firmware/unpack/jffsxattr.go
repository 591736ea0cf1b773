package unpack

// Extended attributes of JFFS2: nodes that hold one, and nodes that say which
// inode has it.

const (
	jffsXattr = 0xe008
	jffsXref  = 0xe009
)

var jffsPrefix = []string{"", "user.", "security.", "system.posix_acl_access", "system.posix_acl_default", "trusted."}

type jffsAttr struct {
	version     uint32
	name, value string
}

// addXattr records an attribute or a reference; it reports false when its checksums do not hold.
func (j *jffs2) addXattr(n jffsNode) bool {
	size := map[uint16]int{jffsXattr: 32, jffsXref: 28}[n.typ]
	b := j.d.at(n.pos, size)
	if b == nil || jffsCRC(b[:size-4]) != j.o.Uint32(b[size-4:]) {
		return false
	}
	if n.typ == jffsXref {
		key, seq := [2]uint32{j.o.Uint32(b[12:]), j.o.Uint32(b[16:])}, j.o.Uint32(b[20:])
		j.refs[key] = max(j.refs[key], seq)
		return true
	}
	nl, vl := int(b[21]), int(j.o.Uint16(b[22:]))
	v := j.d.at(n.pos+32, nl+1+vl)
	if v == nil || jffsCRC(v) != j.o.Uint32(b[24:]) {
		return false
	}
	id, version := j.o.Uint32(b[12:]), j.o.Uint32(b[16:])
	if old, ok := j.attrs[id]; !ok || old.version <= version {
		j.attrs[id] = jffsAttr{version, nonEmpty(at(jffsPrefix, int(b[20])), "?.") + string(v[:nl]), string(v[nl+1:])}
	}
	return true
}

// xattrs are those of an inode; an odd number of a reference says it was taken back.
func (j *jffs2) xattrs(ino uint32) map[string]string {
	var out map[string]string
	for key, seq := range j.refs {
		if a, ok := j.attrs[key[1]]; ok && key[0] == ino && seq&1 == 0 {
			if out == nil {
				out = map[string]string{}
			}
			out[a.name] = a.value
		}
	}
	return out
}
