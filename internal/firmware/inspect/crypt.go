package inspect

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// Password hashes as crypt(3) writes them, to test a short list of known
// passwords: traditional DES, MD5, SHA-256 and SHA-512 after their published
// descriptions, bcrypt by library.
const crypt64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// scheme names the kind of hash, "" when s is none.
func scheme(s string) string {
	switch {
	case strings.HasPrefix(s, "$1$"), strings.HasPrefix(s, "$apr1$"):
		return "md5"
	case strings.HasPrefix(s, "$5$"):
		return "sha256"
	case strings.HasPrefix(s, "$6$"):
		return "sha512"
	case strings.HasPrefix(s, "$2"):
		return "bcrypt"
	case strings.HasPrefix(s, "$y$"), strings.HasPrefix(s, "$7$"):
		return "yescrypt"
	case strings.HasPrefix(s, "$"):
		return "other"
	}
	if len(s) == 13 {
		for i := range 13 {
			if strings.IndexByte(crypt64, s[i]) < 0 {
				return ""
			}
		}
		return "des"
	}
	return ""
}

// crack returns which of the passwords gives the hash; ok is false when none does or the scheme is not tested.
func crack(h string, passwords []string) (string, bool) {
	sch := scheme(h)
	for _, p := range passwords {
		switch sch {
		case "des":
			if desCrypt(p, h[:2]) == h {
				return p, true
			}
		case "md5":
			if md5Crypt(p, h) == h {
				return p, true
			}
		case "sha256", "sha512":
			if shaCrypt(p, h) == h {
				return p, true
			}
		case "bcrypt":
			if c, err := bcrypt.Cost([]byte(h)); err != nil || c > 8 {
				return "", false
			}
			if bcrypt.CompareHashAndPassword([]byte(h), []byte(p)) == nil {
				return p, true
			}
		default:
			return "", false
		}
	}
	return "", false
}

func saltOf(h, prefix string, max int) string {
	s, _, _ := strings.Cut(strings.TrimPrefix(h, prefix), "$")
	return s[:min(len(s), max)]
}

func to64(b *strings.Builder, v uint32, n int) {
	for ; n > 0; n-- {
		b.WriteByte(crypt64[v&63])
		v >>= 6
	}
}

func md5Crypt(pw, h string) string {
	magic := "$1$"
	if strings.HasPrefix(h, "$apr1$") { // the web server's own form of the same
		magic = "$apr1$"
	}
	salt := saltOf(h, magic, 8)
	alt := md5.Sum([]byte(pw + salt + pw))
	d := md5.New()
	d.Write([]byte(pw + magic + salt))
	for n := len(pw); n > 0; n -= 16 {
		d.Write(alt[:min(n, 16)])
	}
	for n := len(pw); n > 0; n >>= 1 {
		if n&1 != 0 {
			d.Write([]byte{0})
		} else {
			d.Write([]byte(pw[:1]))
		}
	}
	f := d.Sum(nil)
	for i := range 1000 {
		d.Reset()
		if i&1 != 0 {
			d.Write([]byte(pw))
		} else {
			d.Write(f)
		}
		if i%3 != 0 {
			d.Write([]byte(salt))
		}
		if i%7 != 0 {
			d.Write([]byte(pw))
		}
		if i&1 != 0 {
			d.Write(f)
		} else {
			d.Write([]byte(pw))
		}
		f = d.Sum(f[:0])
	}
	var b strings.Builder
	b.WriteString(magic + salt + "$")
	for _, t := range [][3]int{{0, 6, 12}, {1, 7, 13}, {2, 8, 14}, {3, 9, 15}, {4, 10, 5}} {
		to64(&b, uint32(f[t[0]])<<16|uint32(f[t[1]])<<8|uint32(f[t[2]]), 4)
	}
	to64(&b, uint32(f[11]), 2)
	return b.String()
}

func shaCrypt(pw, h string) string {
	prefix, mk := "$5$", func() hash.Hash { return sha256.New() }
	if strings.HasPrefix(h, "$6$") {
		prefix, mk = "$6$", func() hash.Hash { return sha512.New() }
	}
	rest := strings.TrimPrefix(h, prefix)
	rounds, rtext := 5000, ""
	if r, ok := strings.CutPrefix(rest, "rounds="); ok {
		n, after, _ := strings.Cut(r, "$")
		v, err := strconv.Atoi(n)
		if err != nil || v > 20_000 {
			return "" // too slow to be worth it
		}
		rounds, rtext, rest = max(v, 1000), "rounds="+n+"$", after
	}
	salt, _, _ := strings.Cut(rest, "$")
	salt = salt[:min(len(salt), 16)]
	d := mk()
	size := d.Size()
	d.Write([]byte(pw + salt + pw))
	alt := d.Sum(nil)
	d = mk()
	d.Write([]byte(pw + salt))
	for n := len(pw); n > 0; n -= size {
		d.Write(alt[:min(n, size)])
	}
	for n := len(pw); n > 0; n >>= 1 {
		if n&1 != 0 {
			d.Write(alt)
		} else {
			d.Write([]byte(pw))
		}
	}
	a := d.Sum(nil)
	fill := func(src []byte, n int) []byte {
		var out []byte
		for len(out) < n {
			out = append(out, src[:min(size, n-len(out))]...)
		}
		return out
	}
	d = mk()
	for range len(pw) {
		d.Write([]byte(pw))
	}
	p := fill(d.Sum(nil), len(pw))
	d = mk()
	for range 16 + int(a[0]) {
		d.Write([]byte(salt))
	}
	s := fill(d.Sum(nil), len(salt))
	d = mk()
	for i := range rounds {
		d.Reset()
		if i&1 != 0 {
			d.Write(p)
		} else {
			d.Write(a)
		}
		if i%3 != 0 {
			d.Write(s)
		}
		if i%7 != 0 {
			d.Write(p)
		}
		if i&1 != 0 {
			d.Write(a)
		} else {
			d.Write(p)
		}
		a = d.Sum(a[:0])
	}
	var b strings.Builder
	b.WriteString(prefix + rtext + salt + "$")
	if size == 32 {
		for _, t := range [][3]int{{0, 10, 20}, {21, 1, 11}, {12, 22, 2}, {3, 13, 23}, {24, 4, 14}, {15, 25, 5}, {6, 16, 26}, {27, 7, 17}, {18, 28, 8}, {9, 19, 29}} {
			to64(&b, uint32(a[t[0]])<<16|uint32(a[t[1]])<<8|uint32(a[t[2]]), 4)
		}
		to64(&b, uint32(a[31])<<8|uint32(a[30]), 3)
		return b.String()
	}
	i, j, k := 0, 21, 42
	for range 21 {
		to64(&b, uint32(a[i])<<16|uint32(a[j])<<8|uint32(a[k]), 4)
		i, j, k = j+1, k+1, i+1
	}
	to64(&b, uint32(a[63]), 2)
	return b.String()
}
