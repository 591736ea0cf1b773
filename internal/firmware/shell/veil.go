package shell

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
)

// What a script veils its words with: escapes, codes, turned letters.

// unescape resolves the backslash escapes of printf, echo -e and $'...'.
func unescape(t string) string {
	if !strings.Contains(t, `\`) {
		return t
	}
	var b strings.Builder
	for i := 0; i < len(t); i++ {
		if t[i] != '\\' || i+1 == len(t) {
			b.WriteByte(t[i])
			continue
		}
		i++
		if c := strings.IndexByte(`abefnrtv\'"`, t[i]); c >= 0 {
			b.WriteByte("\a\b\x1b\f\n\r\t\v\\'\""[c])
			continue
		}
		from, base, most := i, 8, 3
		if t[i] == 'x' {
			from, base, most = i+1, 16, 2
		} else if t[i] == '0' {
			most = 4
		}
		n := from
		for n < len(t) && n < from+most && digit(t[n], base) {
			n++
		}
		v, err := strconv.ParseUint(t[from:n], base, 16)
		if err != nil {
			b.WriteString(t[i-1 : i+1])
			continue
		}
		b.WriteByte(byte(v))
		i = n - 1
	}
	return b.String()
}

func digit(c byte, base int) bool {
	return c >= '0' && c <= '7' || base == 16 && strings.IndexByte("89abcdefABCDEF", c) >= 0
}

// Formatted is what printf prints of its arguments; false for conversions other than of texts and whole numbers.
func Formatted(args []string) (string, bool) {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return "", false
	}
	format, rest := args[0], args[1:]
	var b strings.Builder
	for {
		before := len(rest)
		for i := 0; i < len(format) && b.Len() < maxText; i++ {
			if format[i] == '\\' { // as far as the next conversion
				end := i + 1
				for end < len(format) && format[end] != '%' {
					end++
				}
				b.WriteString(unescape(format[i:end]))
				i = end - 1
				continue
			}
			if format[i] != '%' || i+1 == len(format) {
				b.WriteByte(format[i])
				continue
			}
			i++
			v := ""
			if format[i] != '%' && len(rest) > 0 {
				v, rest = rest[0], rest[1:]
			}
			switch format[i] {
			case '%':
				b.WriteByte('%')
			case 's', 'd', 'i', 'u':
				b.WriteString(v)
			case 'b':
				b.WriteString(unescape(v))
			default:
				return "", false
			}
		}
		if len(rest) == 0 || len(rest) == before || b.Len() >= maxText {
			return b.String(), true
		}
	}
}

// Echoed is what echo prints of its arguments, its options read.
func Echoed(args []string) string {
	end, escapes := "\n", false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], "neE") == "" {
		if strings.Contains(args[0], "n") {
			end = ""
		}
		escapes = escapes || strings.Contains(args[0], "e")
		args = args[1:]
	}
	t := strings.Join(args, " ")
	if escapes {
		return unescape(t) + end
	}
	return strings.ReplaceAll(t, `\n`, "\n") + end
}

func formats(_ *state, args []string, _ string, _ bool) (string, bool) { return Formatted(args) }

func echoes(_ *state, args []string, _ string, _ bool) (string, bool) {
	return strings.TrimSuffix(Echoed(args), "\n") + "\n", true
}

// decodes is base64 -d.
func decodes(s *state, args []string, input string, fed bool) (string, bool) {
	flags, files := options(args, "w")
	text, ok := s.read(files, input, fed)
	_, d := flags['d']
	_, capital := flags['D']
	if !d && !capital && !strings.Contains(strings.Join(args, " "), "--decode") || !ok {
		return "", false
	}
	return fromBase64(text)
}

func fromBase64(text string) (string, bool) {
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	return string(b), err == nil
}

// opens is openssl where it only decodes: openssl base64 -d, openssl enc -base64 -d.
func opens(s *state, args []string, input string, fed bool) (string, bool) {
	if len(args) == 0 || args[0] != "base64" && args[0] != "enc" {
		return "", false
	}
	code, back, file := args[0] == "base64", false, ""
	for i, a := range args[1:] {
		switch a {
		case "-base64", "-a":
			code = true
		case "-d":
			back = true
		case "-A":
		case "-in":
			if i+2 < len(args) {
				file = args[i+2]
			}
		default:
			if a != file {
				return "", false
			}
		}
	}
	var files []string
	if file != "" {
		files = []string{file}
	}
	text, ok := s.read(files, input, fed)
	if !ok || !code || !back {
		return "", false
	}
	return fromBase64(text)
}

// fromHex is xxd -r -p.
func fromHex(s *state, args []string, input string, fed bool) (string, bool) {
	flags, files := options(args, "lsc")
	_, back := flags['r']
	_, plain := flags['p']
	text, ok := s.read(files, input, fed)
	if !back || !plain || !ok {
		return "", false
	}
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	return string(b), err == nil
}

func turns(s *state, args []string, input string, fed bool) (string, bool) {
	text, ok := s.read(args, input, fed)
	return perLine(text, func(l string) (string, bool) {
		b := []byte(l)
		for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
		return string(b), true
	}), ok
}

// inflates is gunzip, zcat and gzip -d of what it is fed.
func inflates(s *state, args []string, input string, fed bool) (string, bool) {
	_, files := options(args, "")
	text, ok := s.read(files, input, fed)
	r, err := gzip.NewReader(strings.NewReader(text))
	if !ok || err != nil {
		return "", false
	}
	b, err := io.ReadAll(io.LimitReader(r, maxText))
	return string(bytes.TrimSuffix(b, []byte("\n"))), err == nil
}

// letters writes a set of tr out: ranges, escapes, the usual classes; false for others.
func letters(set string) (string, bool) {
	for class, all := range map[string]string{"[:space:]": " \t\n\v\f\r", "[:upper:]": "A-Z", "[:lower:]": "a-z", "[:digit:]": "0-9", "[:alpha:]": "A-Za-z", "[:alnum:]": "0-9A-Za-z"} {
		set = strings.ReplaceAll(set, class, all)
	}
	if strings.Contains(set, "[:") || strings.Contains(set, "[=") {
		return "", false
	}
	set = unescape(set)
	var b strings.Builder
	for i := 0; i < len(set); i++ {
		if i+2 < len(set) && set[i+1] == '-' && set[i] <= set[i+2] {
			for c := int(set[i]); c <= int(set[i+2]); c++ {
				b.WriteByte(byte(c))
			}
			i += 2
			continue
		}
		b.WriteByte(set[i])
	}
	return b.String(), true
}

// changes is tr: it deletes letters, or puts others in their place.
func changes(_ *state, args []string, input string, fed bool) (string, bool) {
	if len(args) != 2 || !fed {
		return "", false
	}
	del := args[0] == "-d"
	from, ok1 := letters(args[0])
	to, ok2 := letters(args[1])
	if !ok2 || !del && (!ok1 || strings.HasPrefix(args[0], "-") || from == "" || to == "") {
		return "", false
	}
	var b strings.Builder
	for i := 0; i < len(input); i++ {
		switch {
		case del && strings.IndexByte(to, input[i]) >= 0:
		case del || strings.IndexByte(from, input[i]) < 0:
			b.WriteByte(input[i])
		default:
			b.WriteByte(to[min(strings.IndexByte(from, input[i]), len(to)-1)])
		}
	}
	return b.String(), true
}
