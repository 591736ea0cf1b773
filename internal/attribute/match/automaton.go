package match

// automaton is an Aho-Corasick machine over folded byte classes: a flat table
// of rows, one row a state, one column a class of bytes that no literal tells apart.
type automaton struct {
	class [256]uint8
	width int32
	// next holds the row offset of the following state; loud marks states that end a literal.
	next []int32
	// own is the literal a state ends, -1 for none; also is the next shorter
	// literal-ending state, -1 for none. Both are indexed by state number.
	own, also []int32
}

// loud is the flag in next of a state with at least one literal.
const loud = int32(-1 << 31)

// build makes the machine; literals are folded and not empty. One that is
// rooted finds literals at the beginning of a text only.
func build(lits []string, rooted bool) *automaton {
	a := &automaton{}
	classes := 1 // class 0: every byte no literal holds
	for _, l := range lits {
		for i := range len(l) {
			if a.class[l[i]] == 0 {
				a.class[l[i]] = uint8(classes)
				classes++
			}
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		a.class[c] = a.class[c+32]
	}
	a.width = int32(classes)
	states := 1
	for _, l := range lits {
		states += len(l) // an upper bound: beginnings are shared
	}
	a.next = make([]int32, 0, states*classes)
	a.own, a.also = make([]int32, 0, states), make([]int32, 0, states)

	a.grow()
	for i, l := range lits {
		s := int32(0)
		for j := range len(l) {
			at := s*a.width + int32(a.class[l[j]])
			if a.next[at] == 0 {
				a.next[at] = a.grow()
			}
			s = a.next[at]
		}
		a.own[s] = int32(i)
	}
	fail := make([]int32, len(a.own))
	if !rooted {
		a.link(fail)
	}
	a.number()
	return a
}

func (a *automaton) grow() int32 {
	n := int32(len(a.own))
	a.next = a.next[:len(a.next)+int(a.width)]
	a.own = append(a.own, -1)
	a.also = append(a.also, -1)
	return n
}

// link fills the failure moves breadth first.
func (a *automaton) link(fail []int32) {
	queue := make([]int32, 0, len(a.own))
	for c := int32(0); c < a.width; c++ {
		if s := a.next[c]; s != 0 {
			queue = append(queue, s)
		}
	}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		f := fail[s]
		a.also[s] = a.also[f]
		if a.own[f] >= 0 {
			a.also[s] = f
		}
		for c := int32(0); c < a.width; c++ {
			t := &a.next[s*a.width+c]
			if *t == 0 {
				*t = a.next[f*a.width+c]
				continue
			}
			fail[*t] = a.next[f*a.width+c]
			queue = append(queue, *t)
		}
	}
}

// number turns state numbers into row offsets and marks the loud ones.
func (a *automaton) number() {
	for i, s := range a.next {
		v := s * a.width
		if a.own[s] >= 0 || a.also[s] >= 0 {
			v |= loud
		}
		a.next[i] = v
	}
}

// scan calls hit with each literal found and the offset behind it.
func (a *automaton) scan(text string, hit func(literal int32, end int)) {
	row := int32(0)
	for i := range len(text) {
		row = a.next[row+int32(a.class[text[i]])]
		if row >= 0 {
			continue
		}
		row &^= loud
		for s := row / a.width; s >= 0; s = a.also[s] {
			if l := a.own[s]; l >= 0 {
				hit(l, i+1)
			}
		}
	}
}

// begin is scan of a rooted machine.
func (a *automaton) begin(text string, hit func(literal int32, end int)) {
	row := int32(0)
	for i := range len(text) {
		row = a.next[row+int32(a.class[text[i]])]
		if row == 0 {
			return
		}
		if row >= 0 {
			continue
		}
		row &^= loud
		hit(a.own[row/a.width], i+1)
	}
}
