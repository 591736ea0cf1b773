package unpack

// huffmanMax is the length of the longest code any of our formats has.
const huffmanMax = 16

// huffman decodes canonical codes: how many of each length, and the symbols in order.
type huffman struct {
	count  [huffmanMax + 1]int
	symbol []uint16
}

func newHuffman(lengths []byte) (huffman, bool) {
	h := huffman{symbol: make([]uint16, len(lengths))}
	for _, n := range lengths {
		if n > huffmanMax {
			return h, false
		}
		h.count[n]++
	}
	h.count[0] = 0
	left, at := 1, [huffmanMax + 2]int{}
	for n := 1; n <= huffmanMax; n++ {
		if left = left<<1 - h.count[n]; left < 0 {
			return h, false
		}
		at[n+1] = at[n] + h.count[n]
	}
	for s, n := range lengths {
		if n != 0 {
			h.symbol[at[n]] = uint16(s)
			at[n]++
		}
	}
	return h, true
}
