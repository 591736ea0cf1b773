package unpack

import "math"

// spread is how the byte values of a stretch are distributed.
type spread struct {
	entropy float64 // bits a byte
	chi     float64 // chi-square against an even distribution; about 255 for random bytes
	n       int64
}

// measure looks at no more than 4 MiB, in 64 stretches spread over the range.
func measure(d *data, off, n int64) spread {
	const most, parts = 4 << 20, 64
	var count [256]int64
	var total int64
	step, take := n, n
	if n > most {
		step, take = n/parts, most/parts
	}
	for p := int64(0); p < n && total < most; p += step {
		for done := int64(0); done < take; {
			b := d.upto(off+p+done, int(min(take-done, 1<<18, n-p-done)))
			if len(b) == 0 {
				break
			}
			for _, c := range b {
				count[c]++
			}
			done += int64(len(b))
			total += int64(len(b))
		}
	}
	return spreadOf(&count, total)
}

func spreadOf(count *[256]int64, total int64) spread {
	s := spread{n: total}
	if total == 0 {
		return s
	}
	even := float64(total) / 256
	for _, c := range count {
		if c > 0 {
			p := float64(c) / float64(total)
			s.entropy -= p * math.Log2(p)
		}
		s.chi += (float64(c) - even) * (float64(c) - even) / even
	}
	return s
}

// random says that the bytes cannot be told from random ones. Compressed data
// fails this: over some tens of kilobytes its byte values are uneven. 255
// degrees of freedom have a standard deviation of 22.6; five of them are allowed.
func (s spread) random() bool { return s.n >= 4096 && s.chi < 255+5*22.6 }
