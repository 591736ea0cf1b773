package unpack

// The index of UBIFS, followed only to learn what should be there: a tree of
// nodes whose leaves say where each node of the newest state stands.

const ubifsIndexNode = 9

// checkIndex counts the nodes the index names and the image does not hold.
func (u *ubifs) checkIndex() {
	m := u.d.at(u.master.pos, int(u.master.n))
	if len(m) < 60 {
		u.x.warn(Truncated, "no node says where the index is: files may be missing")
		return
	}
	u.lost = map[uint32]int{}
	todo := []int64{u.place(m[48:])}
	total, seen := 0, map[int64]bool{}
	for len(todo) > 0 && len(seen) < 1<<20 {
		pos := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[pos] {
			continue
		}
		seen[pos] = true
		typ, _, b := ubifsAt(u.d, pos)
		if typ != ubifsIndexNode || len(b) < 28 {
			u.x.warn(Truncated, "a part of the index, at %#x, is not in the image: files may be missing", pos)
			continue
		}
		level := le.Uint16(b[26:])
		for i := range int(le.Uint16(b[24:])) {
			if 28+20*(i+1) > len(b) {
				break
			}
			branch := b[28+20*i:]
			at := u.place(branch)
			if level > 0 {
				todo = append(todo, at)
			} else if u.d.u32(le, at) != ubifsMagic {
				u.lost[le.Uint32(branch[12:])]++
				total++
			}
		}
	}
	if total > 0 {
		u.x.warn(Truncated, "%d nodes that the index names are not in the image", total)
	}
}

// place is where an erase block's number and an offset in it lead.
func (u *ubifs) place(b []byte) int64 {
	return int64(le.Uint32(b))*u.leb + int64(le.Uint32(b[4:]))
}
