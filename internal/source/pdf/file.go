package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Bounds on what is unpacked from one file.
const (
	maxObjects  = 1 << 20
	maxUnpacked = 64 << 20  // one stream
	maxTotal    = 512 << 20 // all streams
	maxFilters  = 6
)

// file is a PDF held in memory, its objects found by looking for "N G obj"
// instead of trusting its cross-reference table: damaged tables are common,
// and a hostile one cannot ask for memory. The last object of a number wins,
// as in a file that was changed by appending.
type file struct {
	data    []byte
	offsets map[int]int
	order   []int
	packed  map[int]packed // objects inside object streams
	cache   map[int]any
	left    int64 // bytes that may still be unpacked
	root    any
	encrypt bool
}

type packed struct {
	in     int // number of the object stream
	offset int // behind the stream's First
}

func openFile(data []byte) (*file, error) {
	f := &file{data: data, offsets: map[int]int{}, packed: map[int]packed{}, cache: map[int]any{}, left: maxTotal}
	f.scan()
	f.order = slices.Sorted(maps.Keys(f.offsets))
	if len(f.offsets) == 0 {
		return nil, fmt.Errorf("%w: no objects found", errSyntax)
	}
	f.trailers()
	if f.encrypt {
		return nil, errors.New("the PDF is encrypted: open it and print or save it without protection")
	}
	f.objectStreams()
	return f, nil
}

// scan notes where objects begin. It jumps over streams, whose bytes may look like anything.
func (f *file) scan() {
	d := f.data
	last := bytes.LastIndex(d, []byte("endstream"))
	for pos := 0; len(f.offsets) < maxObjects; {
		i := bytes.Index(d[pos:], []byte("obj"))
		if i < 0 {
			return
		}
		at := pos + i
		pos = at + 3
		if at > 2 && string(d[at-3:at]) == "end" {
			continue
		}
		if num, ok := numberBefore(d, at); ok {
			f.offsets[num] = pos
			// "stream" follows the dictionary, if at all, before the next "endobj".
			window := d[pos:min(len(d), pos+1<<16)]
			end, s := bytes.Index(window, []byte("endobj")), bytes.Index(window, []byte("stream"))
			if s >= 0 && (end < 0 || s < end) && pos < last {
				if e := bytes.Index(d[pos+s:], []byte("endstream")); e >= 0 {
					pos += s + e
				}
			}
		}
	}
}

// numberBefore reads "12 0 " backwards from the word obj.
func numberBefore(d []byte, at int) (int, bool) {
	i := at - 1
	back := func() (int, bool) {
		for i >= 0 && isSpace(d[i]) {
			i--
		}
		n, scale, digits := 0, 1, 0
		for i >= 0 && d[i] >= '0' && d[i] <= '9' && digits < 9 {
			n += int(d[i]-'0') * scale
			scale *= 10
			digits++
			i--
		}
		return n, digits > 0
	}
	if _, ok := back(); !ok {
		return 0, false
	}
	return back()
}

// trailers looks for the root and for encryption in trailers and cross-reference streams.
func (f *file) trailers() {
	for pos := 0; ; {
		i := bytes.Index(f.data[pos:], []byte("trailer"))
		if i < 0 {
			break
		}
		pos += i + len("trailer")
		l := lexer{b: f.data, pos: pos}
		if o, ok := l.object(0); ok {
			if d, ok := o.(dict); ok {
				f.trailer(d)
			}
		}
	}
	for _, num := range f.order {
		if s, ok := f.direct(num).(*stream); ok && s.dict["Type"] == name("XRef") {
			f.trailer(s.dict)
		}
	}
}

func (f *file) trailer(d dict) {
	if d["Encrypt"] != nil {
		f.encrypt = true
	}
	if r, ok := d["Root"].(ref); ok {
		// The later file section has the greater object number more often than not; the catalogue is checked by its type.
		if c, ok := f.resolve(r).(dict); ok && c["Pages"] != nil || f.root == nil {
			f.root = r
		}
	}
}

// direct parses the object of a number at its place in the file.
func (f *file) direct(num int) any {
	if o, ok := f.cache[num]; ok {
		return o
	}
	pos, ok := f.offsets[num]
	if !ok {
		return nil
	}
	l := lexer{b: f.data, pos: pos}
	o, _ := l.object(0)
	if n, isNumber := o.(float64); isNumber {
		// "5 0 obj 12 0 R endobj" is a reference to another object.
		save := l.pos
		if _, ok := l.object(0); ok {
			if k, _ := l.object(0); k == keyword("R") {
				f.cache[num] = ref(clampInt(n))
				return f.cache[num]
			}
		}
		l.pos = save
	}
	if d, isDict := o.(dict); isDict {
		l.skipSpace()
		if bytes.HasPrefix(l.b[l.pos:], []byte("stream")) {
			o = &stream{d, f.streamBytes(d, l.pos+len("stream"))}
		}
	}
	f.cache[num] = o
	return o
}

// streamBytes returns the bytes of a stream: by its length when that leads to
// "endstream", else up to that word.
func (f *file) streamBytes(d dict, pos int) []byte {
	b := f.data
	if pos < len(b) && b[pos] == '\r' {
		pos++
	}
	if pos < len(b) && b[pos] == '\n' {
		pos++
	}
	if n, ok := d["Length"].(float64); ok {
		if end := pos + clampInt(n); n >= 0 && end <= len(b) && end >= pos {
			tail := bytes.TrimLeft(b[end:min(len(b), end+16)], "\r\n ")
			if bytes.HasPrefix(tail, []byte("endstream")) {
				return b[pos:end]
			}
		}
	}
	if i := bytes.Index(b[min(pos, len(b)):], []byte("endstream")); i >= 0 {
		return bytes.TrimRight(b[pos:pos+i], "\r\n")
	}
	return b[min(pos, len(b)):]
}

// objectStreams notes the objects packed into streams (7.5.7).
func (f *file) objectStreams() {
	for _, num := range f.order {
		s, ok := f.direct(num).(*stream)
		if !ok || s.dict["Type"] != name("ObjStm") {
			continue
		}
		n, _ := f.resolve(s.dict["N"]).(float64)
		data, err := f.unpack(s)
		if err != nil && len(data) == 0 {
			continue
		}
		l := lexer{b: data}
		for range min(clampInt(n), maxObjects) {
			id, ok1 := l.number()
			off, ok2 := l.number()
			if !ok1 || !ok2 {
				break
			}
			// Of two streams that hold the number the later one counts.
			if old, dup := f.packed[id]; !dup || f.offsets[old.in] < f.offsets[num] {
				f.packed[id] = packed{num, off}
			}
		}
	}
}

func (l *lexer) number() (int, bool) {
	o, ok := l.object(0)
	n, isNumber := o.(float64)
	return clampInt(n), ok && isNumber
}

// resolve follows references.
func (f *file) resolve(o any) any {
	for range 20 {
		r, ok := o.(ref)
		if !ok {
			return o
		}
		if _, here := f.offsets[int(r)]; here {
			o = f.direct(int(r))
		} else {
			o = f.fromStream(int(r))
		}
	}
	return nil
}

func (f *file) fromStream(num int) any {
	if o, ok := f.cache[num]; ok {
		return o
	}
	p, ok := f.packed[num]
	if !ok {
		return nil
	}
	s, _ := f.direct(p.in).(*stream)
	if s == nil {
		return nil
	}
	data, _ := f.unpack(s)
	first, _ := f.resolve(s.dict["First"]).(float64)
	l := lexer{b: data}
	at := clampInt(first) + p.offset
	if at < 0 || at > len(data) {
		return nil
	}
	l.pos = at
	o, _ := l.object(0)
	f.cache[num] = o
	return o
}

func (f *file) dict(o any) dict {
	switch v := f.resolve(o).(type) {
	case dict:
		return v
	case *stream:
		return v.dict
	}
	return nil
}

func (f *file) array(o any) array {
	a, _ := f.resolve(o).(array)
	return a
}

func (f *file) number(o any, def float64) float64 {
	if n, ok := f.resolve(o).(float64); ok {
		return n
	}
	return def
}

var errBudget = errors.New("the PDF unpacks to more than is allowed")

// unpack undoes the filters of a stream. What could be read before damage is returned with the error.
func (f *file) unpack(s *stream) ([]byte, error) {
	if d, ok := s.dict["\x00unpacked"].([]byte); ok {
		return d, nil
	}
	filters := f.list(s.dict["Filter"])
	params := f.list(s.dict["DecodeParms"])
	if len(filters) > maxFilters {
		return nil, errSyntax
	}
	data := s.raw
	var err error
	for i, flt := range filters {
		var p dict
		if i < len(params) {
			p = f.dict(params[i])
		}
		n, _ := f.resolve(flt).(name)
		if data, err = f.filter(n, data, p); err != nil && len(data) == 0 {
			return nil, err
		}
	}
	if f.left -= int64(len(data)); f.left < 0 {
		return nil, errBudget
	}
	s.dict["\x00unpacked"] = data
	return data, err
}

// list makes a single value a list of one.
func (f *file) list(o any) array {
	switch v := f.resolve(o).(type) {
	case nil:
		return nil
	case array:
		return v
	default:
		return array{v}
	}
}

func (f *file) filter(n name, data []byte, p dict) ([]byte, error) {
	switch n {
	case "FlateDecode", "Fl":
		z, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		out, err := io.ReadAll(io.LimitReader(z, maxUnpacked+1))
		if len(out) > maxUnpacked {
			return nil, errBudget
		}
		return f.predict(out, p), err
	case "LZWDecode", "LZW":
		return f.predict(lzw(data, f.number(p["EarlyChange"], 1) != 0), p), nil
	case "ASCII85Decode", "A85":
		return ascii85(data), nil
	case "ASCIIHexDecode", "AHx":
		l := lexer{b: append([]byte{'<'}, data...)}
		return []byte(l.hex()), nil
	case "RunLengthDecode", "RL":
		return runLength(data), nil
	case "Crypt", "":
		return data, nil
	}
	return nil, fmt.Errorf("filter %s is not for text", n)
}
