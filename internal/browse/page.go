package browse

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"telltale/internal/calendar"
)

// Page is which part of a list is wanted.
type Page struct {
	// Order is a name of AssetOrders or FindingOrders, with "-" before it for the
	// contrary order. Empty means worst verdict first.
	Order string
	// After is the Next of the page before, empty for the first page.
	After string
	// Limit is the number of rows wanted, 1 to MaxLimit; 0 means DefaultLimit.
	Limit int
}

// Bounds of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// Rows is one page of row numbers (assets) or finding numbers.
type Rows struct {
	// Total is the number of rows that meet the query, on all pages.
	Total int
	Rows  []int
	// Next is the cursor of the next page, empty on the last.
	Next string
}

// ErrCursor means that a cursor is damaged, of another result, or of another order.
var ErrCursor = errors.New("the cursor belongs to another list; begin again without it")

// ErrPage means that a page was asked for in a way that cannot be met.
var ErrPage = errors.New("no such page")

// Orders of lists.
var (
	AssetOrders   = []string{"verdict", "name", Maker, Brand, Category, Model, Site, Kind, Seen, "id"}
	FindingOrders = []string{"verdict", "due", Provision, Regime, Act, "asset"}
)

// selection is what a query found, kept for the next pages. However many ask
// at once, it is found and counted once.
type selection struct {
	found   sync.Once
	rows    set
	total   int
	counted sync.Once
	facets  []Facet
}

// kept is the number of selections kept for next pages and counts.
const keptSelections = 64

func (x *Index) ready() {
	x.recent, x.orders = map[string]*selection{}, map[string][]uint32{}
	x.sieve = newSieve(&x.assets)
}

// selected returns the rows of a query, from memory when it was asked lately.
func (x *Index) selected(list string, q Query, find func(Query) set) *selection {
	key := list + " " + q.String()
	x.mu.Lock()
	s := x.recent[key]
	if s == nil {
		s = &selection{}
		if x.oldest = append(x.oldest, key); len(x.oldest) > keptSelections {
			delete(x.recent, x.oldest[0])
			x.oldest = x.oldest[1:]
		}
		x.recent[key] = s
	}
	x.mu.Unlock()
	s.found.Do(func() {
		s.rows = find(q)
		s.total = s.rows.count()
	})
	return s
}

// Warm makes what every first page asks for, so that nobody waits for it.
func (x *Index) Warm() {
	x.assetOrder(AssetOrders[0])
	x.findingOrder(FindingOrders[0])
	x.FacetsOfAssets(Query{})
	x.FacetsOfFindings(Query{})
}

// Assets returns one page of the assets that meet a query.
func (x *Index) Assets(q Query, p Page) (Rows, error) {
	return x.page("assets", AssetOrders, p, x.selected("assets", q, x.assetSet), x.assetOrder)
}

// Findings returns one page of the findings that meet a query.
func (x *Index) Findings(q Query, p Page) (Rows, error) {
	return x.page("findings", FindingOrders, p, x.selected("findings", q, x.findingSet), x.findingOrder)
}

func (x *Index) page(list string, orders []string, p Page, s *selection, order func(string) []uint32) (Rows, error) {
	name, back := strings.CutPrefix(p.Order, "-")
	if name == "" {
		name = orders[0]
	}
	n := slices.Index(orders, name)
	if n < 0 {
		return Rows{}, fmt.Errorf("%w: no order is called %q; orders: %s, each also with - before it", ErrPage, name, strings.Join(orders, ", "))
	}
	if p.Limit < 0 || p.Limit > MaxLimit {
		return Rows{}, fmt.Errorf("%w: limit %d: want 1 to %d", ErrPage, p.Limit, MaxLimit)
	}
	if p.Limit == 0 {
		p.Limit = DefaultLimit
	}
	mark := byte(n)<<1 | byte(len(list)&1)<<7
	if back {
		mark |= 1
	}
	rows := order(name)
	at, err := readCursor(p.After, mark, len(rows))
	if err != nil {
		return Rows{}, err
	}
	out := Rows{Total: s.total, Rows: make([]int, 0, min(p.Limit, s.total))}
	for ; at < len(rows); at++ {
		i := at
		if back {
			i = len(rows) - 1 - at
		}
		if r := int(rows[i]); s.rows.has(r) {
			if len(out.Rows) == p.Limit {
				out.Next = cursor(mark, at, len(rows))
				break
			}
			out.Rows = append(out.Rows, r)
		}
	}
	return out, nil
}

func cursor(mark byte, at, n int) string {
	b := binary.BigEndian.AppendUint32([]byte{mark}, uint32(at))
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(b, uint32(n)))
}

func readCursor(s string, mark byte, n int) (int, error) {
	if s == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 9 || b[0] != mark || binary.BigEndian.Uint32(b[5:]) != uint32(n) {
		return 0, ErrCursor
	}
	at := int(binary.BigEndian.Uint32(b[1:]))
	if at > n {
		return 0, ErrCursor
	}
	return at, nil
}

// order returns the rows in an order, made once.
func (x *Index) order(key string, make func() []uint32) []uint32 {
	x.mu.Lock()
	defer x.mu.Unlock()
	o, ok := x.orders[key]
	if !ok {
		o = make()
		x.orders[key] = o
	}
	return o
}

func (x *Index) assetOrder(name string) []uint32 {
	t := &x.assets
	switch name {
	case "name":
		return t.byName
	case "id":
		return x.order(name, func() []uint32 { return count(t.n, nil, 1, func(uint32) uint32 { return 0 }) })
	case "verdict":
		return x.order(name, func() []uint32 {
			return count(t.n, t.byName, noVerdict+1, func(r uint32) uint32 { return worst(t.mask[r]) })
		})
	}
	c := t.columns[name]
	return x.order(name, func() []uint32 {
		return count(t.n, t.byName, len(c.values), func(r uint32) uint32 { return emptyLast(c.codes[r], len(c.values)) })
	})
}

// emptyLast puts what is not known behind what is.
func emptyLast(code uint32, n int) uint32 {
	if code == 0 {
		return uint32(n - 1)
	}
	return code - 1
}

func worst(mask uint8) uint32 {
	for v := range uint32(noVerdict) {
		if mask>>v&1 != 0 {
			return v
		}
	}
	return noVerdict
}

func (x *Index) findingOrder(name string) []uint32 {
	f := &x.findings
	byDue := func() []uint32 {
		days := map[int32]uint32{}
		for _, d := range f.due {
			days[d] = 0
		}
		for i, d := range slices.SortedFunc(maps.Keys(days), dueOrder) {
			days[d] = uint32(i)
		}
		return count(f.n, x.byAssetName(), len(days), func(r uint32) uint32 { return days[f.due[r]] })
	}
	switch name {
	case "asset":
		return x.order("f"+name, x.byAssetName)
	case "due":
		return x.order("f"+name, byDue)
	case "verdict":
		return x.order("f"+name, func() []uint32 {
			return count(f.n, byDue(), noVerdict, func(r uint32) uint32 { return uint32(f.verdict[r]) })
		})
	}
	c := f.columns[name]
	return x.order("f"+name, func() []uint32 {
		return count(f.n, x.byAssetName(), len(c.values), func(r uint32) uint32 { return emptyLast(c.codes[r], len(c.values)) })
	})
}

// byAssetName returns the findings in the order of their assets' names, those about no asset last.
func (x *Index) byAssetName() []uint32 {
	out := make([]uint32, 0, x.findings.n)
	for _, row := range x.assets.byName {
		for f, to := x.FindingsOf(int(row)); f < to; f++ {
			out = append(out, uint32(f))
		}
	}
	for f, a := range x.findings.asset {
		if a == noRow {
			out = append(out, uint32(f))
		}
	}
	return out
}

// dueOrder puts the nearest day first and what has none last.
func dueOrder(a, b int32) int {
	const none = int32(calendar.NoDate)
	switch {
	case a == b:
		return 0
	case a == none:
		return 1
	case b == none:
		return -1
	case a < b:
		return -1
	}
	return 1
}

// count sorts the rows of from (all below n when nil) by a key below keys, keeping the order of equals.
func count(n int, from []uint32, keys int, key func(uint32) uint32) []uint32 {
	if from == nil {
		from = make([]uint32, n)
		for i := range from {
			from[i] = uint32(i)
		}
	}
	start := make([]uint32, keys+1)
	for _, r := range from {
		start[key(r)+1]++
	}
	for k := range keys {
		start[k+1] += start[k]
	}
	out := make([]uint32, len(from))
	for _, r := range from {
		k := key(r)
		out[start[k]] = r
		start[k]++
	}
	return out
}
