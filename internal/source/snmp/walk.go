package snmp

import (
	"encoding/hex"
	"strings"

	"telltale/internal/evidence"
)

// walkParser joins the lines of one value and decodes it. A value may run over
// several lines (a sysDescr with line ends, a long Hex-STRING); it ends where
// the next row begins.
type walkParser struct {
	form form
	name string
	text strings.Builder
	open bool
}

// line takes a line and returns the row that it completes, if any.
func (w *walkParser) line(s string) (name string, v Value, ok bool) {
	n, rest, starts := splitRow(s, w.form)
	if !starts {
		if w.open && w.text.Len()+len(s) < 4*evidence.MaxValue {
			w.text.WriteByte('\n')
			w.text.WriteString(s)
		}
		return "", v, false
	}
	name, v, ok = w.flush()
	w.name, w.open = n, true
	w.text.WriteString(rest)
	return name, v, ok
}

// flush returns the row that is still open.
func (w *walkParser) flush() (string, Value, bool) {
	if !w.open {
		return "", Value{}, false
	}
	v := walkValue(w.text.String())
	w.open = false
	w.text.Reset()
	return w.name, v, v.Kind != None
}

// splitRow splits "name = value" or, in the quick form, "name value". ok is
// false when the line does not begin a row.
func splitRow(line string, f form) (name, rest string, ok bool) {
	if f == formQuick {
		name, rest, ok = strings.Cut(line, " ")
		return name, rest, ok && isName(name, true) && !strings.HasPrefix(rest, "= ")
	}
	i := strings.Index(line, " = ")
	if i < 0 {
		if n, found := strings.CutSuffix(line, " ="); found && isName(n, false) {
			return n, "", true
		}
		return "", "", false
	}
	return line[:i], line[i+3:], isName(line[:i], false)
}

// isName reports whether s is written as snmpwalk writes the name of a
// variable. Text inside a value may look like one, so the quick form, which
// has no mark between name and value, wants an OID of at least six arcs.
func isName(s string, quick bool) bool {
	if len(s) == 0 || len(s) > 1024 {
		return false
	}
	if c := s[0]; c == '.' || c >= '0' && c <= '2' {
		if isOID(s) {
			return strings.Count(s, ".") >= 5 || !quick && s[0] == '.' && strings.Count(s, ".") >= 2
		}
	}
	if rest, ok := strings.CutPrefix(s, "iso."); ok {
		return strings.Count(rest, ".") >= 3 && isOID("1."+rest)
	}
	if module, object, ok := strings.Cut(s, "::"); ok {
		return isWord(module) && module[0] <= 'Z' && len(object) > 0 && object[0] >= 'a' && object[0] <= 'z'
	}
	_, known := resolve(s)
	return known
}

func isWord(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isLetter(c) && c != '-' && c != '_' && (c < '0' || c > '9') {
			return false
		}
	}
	return len(s) > 0 && isLetter(s[0])
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// walkValue decodes a value as snmpwalk prints it, with its type or (-OQ, -Oq) without.
func walkValue(s string) Value {
	s = strings.TrimRight(s, "\r\n")
	for _, none := range []string{"No Such Object", "No Such Instance", "No more variables", "NULL"} {
		if strings.HasPrefix(s, none) {
			return Value{}
		}
	}
	if strings.HasPrefix(s, "Wrong Type (should be ") {
		if _, rest, ok := strings.Cut(s, "): "); ok {
			s = rest
		}
	}
	if kind, rest, ok := strings.Cut(s, ":"); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\n') {
		if v, known := typedWalk(kind, strings.TrimPrefix(rest, " ")); known {
			return v
		}
	}
	return untyped(s)
}

func typedWalk(kind, s string) (Value, bool) {
	switch kind {
	case "STRING":
		return Value{Octets, []byte(unquote(s))}, true
	case "Hex-STRING", "BITS", "OPAQUE", "Opaque":
		return Value{Octets, hexBytes(s)}, true
	case "INTEGER", "Gauge32", "Counter32", "Counter64", "Unsigned32", "UInteger32", "Integer32", "Timeticks":
		if kind == "Timeticks" && strings.HasPrefix(s, "(") {
			s, _, _ = strings.Cut(s[1:], ")")
		}
		n, _, _ := strings.Cut(s, " ") // units may follow
		return Value{Integer, []byte(n)}, true
	case "IpAddress":
		return Value{Address, []byte(strings.TrimSpace(s))}, true
	case "Network Address":
		return Value{Octets, hexBytes(strings.ReplaceAll(s, ":", " "))}, true
	case "OID":
		return oidValue(strings.TrimSpace(s)), true
	}
	return Value{}, false
}

// oidValue keeps a name it cannot resolve as text: it still says what the agent calls itself.
func oidValue(s string) Value {
	if oid, ok := resolve(s); ok {
		return Value{OID, []byte(oid)}
	}
	return Value{Octets, []byte(s)}
}

// untyped reads the value of the quick forms by its looks.
func untyped(s string) Value {
	switch {
	case s == "":
		return Value{Octets, nil}
	case s[0] == '"':
		t := unquote(s)
		if len(t) > 3 && strings.HasSuffix(t, " ") {
			if b := hexBytes(t); b != nil {
				return Value{Octets, b}
			}
		}
		return Value{Octets, []byte(t)}
	case s[0] == '.' && isOID(s) || strings.Contains(s, "::") && !strings.Contains(s, " "):
		return oidValue(s)
	}
	if _, ok := (Value{Kind: Integer, Bytes: []byte(s)}).Int(); ok {
		return Value{Integer, []byte(s)}
	}
	return Value{Octets, []byte(s)}
}

// hexBytes reads "00 1A 2B", over any number of lines; nil when it is no hex.
// net-snmp adds a printable copy in brackets when asked to (-OT); it is cut.
func hexBytes(s string) []byte {
	if i := strings.IndexByte(s, '['); i >= 0 {
		s = s[:i]
	}
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil || len(b) == 0 {
		return nil
	}
	return b
}

// unquote removes the quotes around a whole value and the escapes inside.
func unquote(s string) string {
	t := strings.TrimRight(s, "\r\n")
	if len(t) < 2 || t[0] != '"' || t[len(t)-1] != '"' {
		return s
	}
	t = t[1 : len(t)-1]
	if !strings.Contains(t, `\`) {
		return t
	}
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(t)
}
