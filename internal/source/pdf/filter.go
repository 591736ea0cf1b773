package pdf

// predict undoes the PNG predictors of a Flate or LZW stream (7.4.4.4).
func (f *file) predict(data []byte, p dict) []byte {
	if f.number(p["Predictor"], 1) < 10 {
		return data
	}
	colors, bits, columns := clampInt(f.number(p["Colors"], 1)), clampInt(f.number(p["BitsPerComponent"], 8)), clampInt(f.number(p["Columns"], 1))
	if colors < 1 || colors > 32 || bits < 1 || bits > 16 || columns < 1 || columns > 1<<16 {
		return nil
	}
	bpp := max(1, colors*bits/8)
	width := (colors*bits*columns + 7) / 8
	out := make([]byte, 0, len(data))
	prev := make([]byte, width)
	for len(data) > 1 {
		kind := data[0]
		row := make([]byte, width)
		n := copy(row, data[1:])
		data = data[1+n:]
		for i := range row {
			var left, up, corner byte
			up = prev[i]
			if i >= bpp {
				left, corner = row[i-bpp], prev[i-bpp]
			}
			switch kind {
			case 1:
				row[i] += left
			case 2:
				row[i] += up
			case 3:
				row[i] += byte((int(left) + int(up)) / 2)
			case 4:
				row[i] += paeth(left, up, corner)
			}
		}
		out = append(out, row[:n]...)
		prev = row
	}
	return out
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	pa, pb, pc := abs(p-int(a)), abs(p-int(b)), abs(p-int(c))
	if pa <= pb && pa <= pc {
		return a
	}
	if pb <= pc {
		return b
	}
	return c
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

func ascii85(data []byte) []byte {
	var out []byte
	var group [5]byte
	n := 0
	flush := func(k int) {
		for i := k; i < 5; i++ {
			group[i] = 84
		}
		v := uint32(0)
		for _, c := range group {
			v = v*85 + uint32(c)
		}
		for i := 0; i < k-1; i++ {
			out = append(out, byte(v>>(24-8*i)))
		}
	}
	for i, c := range data {
		switch {
		case c == '~':
			data = data[:i]
		case c == 'z' && n == 0:
			out = append(out, 0, 0, 0, 0)
			continue
		case c >= '!' && c <= 'u':
			group[n] = c - '!'
			if n++; n == 5 {
				flush(5)
				n = 0
			}
			continue
		default:
			continue
		}
		break
	}
	if n > 1 {
		flush(n)
	}
	return out
}

func runLength(data []byte) []byte {
	var out []byte
	for i := 0; i < len(data) && len(out) < maxUnpacked; {
		n := int(data[i])
		i++
		switch {
		case n < 128:
			end := min(len(data), i+n+1)
			out = append(out, data[i:end]...)
			i = end
		case n == 128:
			return out
		case i < len(data):
			for range 257 - n {
				out = append(out, data[i])
			}
			i++
		}
	}
	return out
}

// lzw undoes LZWDecode (7.4.4.2): codes of 9 to 12 bits, high bit first.
func lzw(data []byte, early bool) []byte {
	type entry struct {
		prefix int
		last   byte
		size   int
	}
	table := make([]entry, 258, 4097)
	for i := range 256 {
		table[i] = entry{-1, byte(i), 1}
	}
	var out []byte
	width, prev, acc, bits := 9, -1, 0, 0
	shift := 0
	if early {
		shift = 1
	}
	write := func(code int) byte {
		n := table[code].size
		start := len(out)
		out = append(out, make([]byte, n)...)
		for i := start + n - 1; i >= start; i-- {
			out[i] = table[code].last
			code = table[code].prefix
		}
		return out[start]
	}
	for _, c := range data {
		acc, bits = acc<<8|int(c), bits+8
		if bits < width {
			continue
		}
		bits -= width
		code := acc >> bits & (1<<width - 1)
		acc &= 1<<bits - 1
		switch {
		case code == 257 || len(out) > maxUnpacked:
			return out
		case code == 256:
			table, width, prev = table[:258], 9, -1
			continue
		case code < len(table) && code != 256:
			first := write(code)
			if prev >= 0 && len(table) < 4096 {
				table = append(table, entry{prev, first, table[prev].size + 1})
			}
		case code == len(table) && prev >= 0 && len(table) < 4096:
			p := prev
			for table[p].prefix >= 0 {
				p = table[p].prefix
			}
			table = append(table, entry{prev, table[p].last, table[prev].size + 1})
			write(code)
		default:
			return out
		}
		prev = code
		for width < 12 && len(table)+shift >= 1<<width {
			width++
		}
	}
	return out
}
