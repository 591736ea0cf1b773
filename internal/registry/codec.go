package registry

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"telltale/internal/org"
)

// A table file is the magic, the length of Info in two bytes, Info as JSON,
// and a zstd frame of: number of names, length of each, the names; number of
// rows, and for each the difference of its key to the one before and its name
// (0: the next name not used yet; else 1 + the name's number). All numbers are uvarints.
const magic = "TTREG1\n"

// Bounds of what a table may hold. Real tables stay below a tenth of them.
const (
	maxRows     = 1 << 20
	maxNames    = 1 << 20
	maxText     = 64 << 20
	maxDenseKey = 1 << 22
	maxInfo     = 4 << 10
)

var errTable = errors.New("damaged number registry: build it again or take back the last one")

// Row is one number and its registrant. The key of a MAC block is
// OUIKey(prefix, length), that of the other tables the number itself.
type Row struct {
	Key  uint64
	Name string
}

// OUIKey packs a MAC block so that blocks sort by address: prefix is the
// leading length bits as a number.
func OUIKey(prefix uint64, length int) uint64 { return prefix<<(48-length)<<8 | uint64(length) }

// Encode writes a table file. Rows are sorted by key; of two with one key the first stays.
func Encode(info Info, rows []Row) ([]byte, error) {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b Row) int {
		if a.Key < b.Key {
			return -1
		}
		return min(1, int(min(a.Key-b.Key, 1)))
	})
	rows = slices.CompactFunc(rows, func(a, b Row) bool { return a.Key == b.Key })
	number := map[string]uint64{}
	var lengths, text, body []byte
	last := uint64(0)
	for _, r := range rows {
		body = binary.AppendUvarint(body, r.Key-last)
		last = r.Key
		n, seen := number[r.Name]
		if !seen {
			number[r.Name] = uint64(len(number))
			lengths = binary.AppendUvarint(lengths, uint64(len(r.Name)))
			text = append(text, r.Name...)
			body = binary.AppendUvarint(body, 0)
			continue
		}
		body = binary.AppendUvarint(body, n+1)
	}
	plain := binary.AppendUvarint(nil, uint64(len(number)))
	plain = append(append(plain, lengths...), text...)
	plain = append(binary.AppendUvarint(plain, uint64(len(rows))), body...)
	info.Rows, info.Registrants = len(rows), len(number)
	return pack(info, plain)
}

func pack(info any, plain []byte) ([]byte, error) {
	head, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	out := append([]byte(magic), byte(len(head)>>8), byte(len(head)))
	return w.EncodeAll(plain, append(out, head...)), nil
}

var reader = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxText), zstd.WithDecodeAllCapLimit(false))
})

// head returns the JSON at the top of a table and the frame after it.
func head(b []byte) (info, frame []byte, err error) {
	rest, ok := bytes.CutPrefix(b, []byte(magic))
	if !ok || len(rest) < 2 {
		return nil, nil, errTable
	}
	n := int(rest[0])<<8 | int(rest[1])
	if rest = rest[2:]; n > maxInfo || n > len(rest) {
		return nil, nil, errTable
	}
	return rest[:n], rest[n:], nil
}

func decodeInfo(b []byte) (Info, error) {
	var in Info
	h, _, err := head(b)
	if err != nil {
		return in, err
	}
	if err := json.Unmarshal(h, &in); err != nil {
		return in, errTable
	}
	return in, nil
}

func unpack(b []byte) ([]byte, error) {
	_, frame, err := head(b)
	if err != nil {
		return nil, err
	}
	r, err := reader()
	if err != nil {
		return nil, err
	}
	plain, err := r.DecodeAll(frame, nil)
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", errTable, err)
	}
	return plain, nil
}

// cursor reads uvarints and remembers the first fault.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) uint(limit uint64) uint64 {
	v, n := binary.Uvarint(c.b)
	if n <= 0 || v > limit {
		c.bad = true
		c.b = nil
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) bytes(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.bad = true
		return nil
	}
	v := c.b[:n]
	c.b = c.b[n:]
	return v
}

// decodeTable calls row for each row in order of keys and returns the names.
// start is called before the first with the number of rows.
func decodeTable(b []byte, start func(rows int), row func(key uint64, name uint32) bool) (names, error) {
	plain, err := unpack(b)
	if err != nil {
		return names{}, err
	}
	c := &cursor{b: plain}
	n := names{ends: make([]uint32, min(c.uint(maxNames), uint64(len(plain))))}
	total := uint64(0)
	for i := range n.ends {
		total += c.uint(maxText)
		n.ends[i] = uint32(min(total, maxText))
	}
	n.text = string(c.bytes(min(total, maxText+1)))
	rows := c.uint(maxRows)
	if c.bad || total > maxText || rows > uint64(len(c.b)) {
		return names{}, errTable
	}
	start(int(rows))
	key, fresh := uint64(0), uint64(0)
	for range rows {
		key += c.uint(1 << 57)
		name := c.uint(maxNames)
		if name == 0 {
			fresh++
			name = fresh
		}
		if c.bad || name > uint64(len(n.ends)) || !row(key, uint32(name-1)) {
			return names{}, errTable
		}
	}
	return n, nil
}

func (t *Tables) buildOUI() (*ouis, error) {
	var o *ouis
	n, err := decodeTable(t.raw[OUITable],
		func(rows int) { o = newOUIs(2 * rows) },
		func(key uint64, name uint32) bool {
			l := int(key & 0xff)
			if l != large && l != medium && l != small || key>>56 != 0 {
				return false
			}
			o.add(key>>8>>(48-l), l, name)
			return true
		})
	if err != nil {
		return nil, fmt.Errorf("registry %s: %w", OUITable, err)
	}
	o.names = n
	return o, t.join(OUITable, &o.names)
}

func (t *Tables) buildDense(table string) (*dense, error) {
	d := &dense{}
	n, err := decodeTable(t.raw[table], func(int) {}, func(key uint64, name uint32) bool {
		if key >= maxDenseKey {
			return false
		}
		for uint64(len(d.name)) <= key {
			d.name = append(d.name, 0)
		}
		d.name[key] = name + 1
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("registry %s: %w", table, err)
	}
	d.names = n
	return d, t.join(table, &d.names)
}

func (t *Tables) join(table string, n *names) error {
	m, err := t.makers()
	if err != nil {
		return err
	}
	n.join(m[table])
	return nil
}

// Names returns the distinct registrants of a table in the order of their
// numbers, for the generator and its test.
func Names(table []byte) ([]string, error) {
	n, err := decodeTable(table, func(int) {}, func(uint64, uint32) bool { return true })
	if err != nil {
		return nil, err
	}
	out := make([]string, len(n.ends))
	for i := range out {
		out[i] = n.at(uint32(i))
	}
	return out, nil
}

// Makers is which registrants of which table are which organisation: table → name number → ID.
type Makers map[string]map[uint32]org.ID

// EncodeMakers writes the file that joins registrants to organisations: the
// head of a table, then the IDs, then for each table of TableNames the pairs of name and ID.
func EncodeMakers(m Makers) ([]byte, error) {
	var ids []org.ID
	number := map[org.ID]uint64{}
	var body []byte
	for _, table := range TableNames {
		keys := make([]uint32, 0, len(m[table]))
		for k := range m[table] {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		body = binary.AppendUvarint(body, uint64(len(keys)))
		last := uint32(0)
		for _, k := range keys {
			id := m[table][k]
			if _, ok := number[id]; !ok {
				number[id] = uint64(len(ids))
				ids = append(ids, id)
			}
			body = binary.AppendUvarint(binary.AppendUvarint(body, uint64(k-last)), number[id])
			last = k
		}
	}
	plain := binary.AppendUvarint(nil, uint64(len(ids)))
	for _, id := range ids {
		plain = append(binary.AppendUvarint(plain, uint64(len(id))), id...)
	}
	return pack(Info{Title: "registrants that are organisations of the data", Rows: len(ids)}, append(plain, body...))
}

func decodeMakers(b []byte) (map[string]owners, error) {
	plain, err := unpack(b)
	if err != nil {
		return nil, fmt.Errorf("registry %s: %w", MakerFile, err)
	}
	c := &cursor{b: plain}
	ids := make([]org.ID, min(c.uint(maxNames), uint64(len(plain))))
	for i := range ids {
		ids[i] = org.ID(c.bytes(c.uint(256)))
	}
	out := map[string]owners{}
	for _, table := range TableNames {
		n := c.uint(uint64(len(plain)))
		o := make(owners, n)
		key := uint32(0)
		for range n {
			key += uint32(c.uint(maxNames))
			id := c.uint(uint64(max(len(ids), 1) - 1))
			if c.bad || len(ids) == 0 {
				break
			}
			o[key] = ids[id]
		}
		out[table] = o
	}
	if c.bad {
		return nil, fmt.Errorf("registry %s: %w", MakerFile, errTable)
	}
	return out, nil
}
