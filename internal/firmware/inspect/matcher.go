package inspect

// matcher is an Aho-Corasick automaton over bytes: it finds all literals of
// the facts in one pass. Safe for concurrent use once built.
type matcher struct {
	texts []string
	ids   map[string]int
	next  [][256]int32
	out   [][]int32 // literals that end in a state
	fail  []int32
}

func newMatcher() *matcher { return &matcher{ids: map[string]int{}} }

func (m *matcher) add(t string) {
	if _, ok := m.ids[t]; !ok && t != "" {
		m.ids[t] = len(m.texts)
		m.texts = append(m.texts, t)
	}
}

func (m *matcher) build() {
	m.next, m.out, m.fail = make([][256]int32, 1), make([][]int32, 1), make([]int32, 1)
	for id, t := range m.texts {
		s := int32(0)
		for i := 0; i < len(t); i++ {
			n := m.next[s][t[i]]
			if n == 0 {
				n = int32(len(m.next))
				m.next = append(m.next, [256]int32{})
				m.out = append(m.out, nil)
				m.fail = append(m.fail, 0)
				m.next[s][t[i]] = n
			}
			s = n
		}
		m.out[s] = append(m.out[s], int32(id))
	}
	var queue []int32
	for c := range 256 {
		if n := m.next[0][c]; n != 0 {
			queue = append(queue, n)
		}
	}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		for c := range 256 {
			n := m.next[s][c]
			if n == 0 {
				m.next[s][c] = m.next[m.fail[s]][c]
				continue
			}
			m.fail[n] = m.next[m.fail[s]][c]
			m.out[n] = append(m.out[n], m.out[m.fail[n]]...)
			queue = append(queue, n)
		}
	}
}

// scan goes on from state over b and calls hit with each literal and the index just behind it.
func (m *matcher) scan(state int32, b []byte, hit func(id int32, end int)) int32 {
	for i := 0; i < len(b); i++ {
		state = m.next[state][b[i]]
		if m.out[state] != nil {
			for _, id := range m.out[state] {
				hit(id, i+1)
			}
		}
	}
	return state
}
