package text

import "strings"

// multiplied reads the count of a line whose prices prove it: "10 cable 3.00
// 30.00" is ten pieces. It is 0 when no bare number makes one amount of another.
func multiplied(words []string) int {
	var amounts, numbers []int
	for _, w := range words {
		w = strings.Trim(w, ",;()[]\"'")
		if n := small(w); n > 0 {
			numbers = append(numbers, n)
		} else if a, ok := amount(w); ok {
			amounts = append(amounts, a)
		}
	}
	if len(amounts) < 2 || len(amounts) > 6 {
		return 0
	}
	for _, n := range numbers {
		for i, a := range amounts {
			for _, b := range amounts[i+1:] {
				if a > 0 && n <= 1_000_000 && a*n == b {
					return n
				}
			}
		}
	}
	return 0
}

// amount reads a sum with two decimals, "$1,497.00" or "1.497,00 €", in hundredths.
func amount(w string) (int, bool) {
	w = strings.Trim(w, "$€£¥@")
	if len(w) < 4 || len(w) > 14 || w[len(w)-3] != '.' && w[len(w)-3] != ',' {
		return 0, false
	}
	n, since := 0, 0
	for i := 0; i < len(w); i++ {
		switch c := w[i]; {
		case '0' <= c && c <= '9':
			n = n*10 + int(c-'0')
			since++
		case i == len(w)-3 && i > 0:
			since = 0
		case (c == ',' || c == '.' || c == '\'') && i > 0 && c != w[len(w)-3] && (since == 3 || since == i):
			since = 0
		default:
			return 0, false
		}
	}
	return n, true
}

// behind reports whether nothing but amounts, currencies and numbers stands from word i on.
func behind(words []string, i int) bool {
	for _, w := range words[i:] {
		w = strings.Trim(w, ",;()[]\"'")
		if _, sum := amount(w); !sum && !currency(w) && small(w) == 0 && strings.Trim(w, "$€£¥@%") != "" {
			return false
		}
	}
	return true
}
