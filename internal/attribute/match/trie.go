package match

// trie finds literals at the beginning of a text: a flat table of rows, one row
// a state, one column a class of bytes that no literal tells apart.
type trie struct {
	class [256]uint8
	width int32
	next  []int32 // the following state, 0 for none
	users [][]user
}

// newTrie files literals, folded and not empty.
func newTrie(lits []needle) *trie {
	t := &trie{}
	classes := 1 // class 0: every byte no literal holds
	states := 1
	for _, l := range lits {
		states += len(l.text) // an upper bound: beginnings are shared
		for i := range len(l.text) {
			if c := &t.class[l.text[i]]; *c == 0 {
				*c = uint8(classes)
				classes++
			}
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		t.class[c] = t.class[lower(c)]
	}
	t.width = int32(classes)
	t.users = make([][]user, 0, states)
	t.grow()
	for _, l := range lits {
		s := int32(0)
		for i := range len(l.text) {
			at := s*t.width + int32(t.class[l.text[i]])
			if t.next[at] == 0 {
				t.next[at] = t.grow()
			}
			s = t.next[at]
		}
		t.users[s] = l.users
	}
	return t
}

func (t *trie) grow() int32 {
	t.next = append(t.next, make([]int32, t.width)...)
	t.users = append(t.users, nil)
	return int32(len(t.users)) - 1
}

// begin calls hit with the users of each literal the text begins with with where it begins and ends.
func (t *trie) begin(text string, hit func(users []user, at, end int)) {
	s := int32(0)
	for i := range len(text) {
		if s = t.next[s*t.width+int32(t.class[text[i]])]; s == 0 {
			return
		}
		if t.users[s] != nil {
			hit(t.users[s], 0, i+1)
		}
	}
}
