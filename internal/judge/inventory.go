package judge

import (
	"runtime"
	"slices"
	"sync"

	"telltale/internal/calendar"
)

// Inventory holds very many things, packed by what law can see of them: each
// is a number into the classes of things alike but for their dates, and one
// into the tuples of dates that occur. It belongs to no session, so that it
// can be judged again after law or ownership changed.
type Inventory struct {
	classes []Item    // dates left out
	index   *keyTable // of what can be seen of a class
	tuples  [][8]calendar.Date
	tupleOf map[[8]calendar.Date]uint32
	class   []uint32 // asset → class
	dates   []uint32 // asset → tuple
	// order lists the assets by class, start says where each class begins.
	order, start []uint32
	// sorted are the tuples of dates in the order of order.
	sorted []uint32
	buf    []byte
}

// NewInventory returns an empty inventory; n is how many things are expected.
func NewInventory(n int) *Inventory {
	return &Inventory{
		index: newKeyTable(), tupleOf: map[[8]calendar.Date]uint32{},
		class: make([]uint32, 0, n), dates: make([]uint32, 0, n),
	}
}

// Add takes a thing in and returns its number, counting from 0. What the item
// points to must not be changed afterwards.
func (v *Inventory) Add(it *Item) int {
	k := keyer{b: v.buf[:0]}
	k.body(it)
	v.buf = k.b
	c, fresh := v.index.number(k.b)
	if fresh {
		item := *it
		item.setDates([8]calendar.Date{})
		v.classes = append(v.classes, item)
	}
	v.class = append(v.class, c)
	v.dates = append(v.dates, v.tuple(it.dates()))
	v.order = nil
	return len(v.class) - 1
}

// tuple numbers a tuple of dates.
func (v *Inventory) tuple(d [8]calendar.Date) uint32 {
	t, ok := v.tupleOf[d]
	if !ok {
		t = uint32(len(v.tuples))
		v.tupleOf[d] = t
		v.tuples = append(v.tuples, d)
	}
	return t
}

// Load returns an inventory of n things. item fills in the thing of a number,
// given zero; it is called for each number once, by several goroutines.
func Load(n int, item func(i int, it *Item)) *Inventory {
	parts := max(1, min(runtime.GOMAXPROCS(0), n>>10))
	v := NewInventory(n)
	v.class, v.dates = v.class[:n], v.dates[:n]
	shards := make([]*Inventory, parts)
	parallel(parts, func(k int) {
		from, to := n*k/parts, n*(k+1)/parts
		w := NewInventory(0)
		w.class, w.dates = v.class[from:from:to], v.dates[from:from:to] // filled in place
		var it Item
		for i := from; i < to; i++ {
			it = Item{}
			item(i, &it)
			w.Add(&it)
		}
		shards[k] = w
	})
	for _, w := range shards { // in their order, so that the numbers are those of one after the other
		w.renumber(v)
	}
	return v
}

// renumber makes the numbers of a shard those of the whole.
func (v *Inventory) renumber(whole *Inventory) {
	class, tuple := make([]uint32, len(v.classes)), make([]uint32, len(v.tuples))
	for c := range v.classes {
		n, fresh := whole.index.number(v.index.key(uint32(c)))
		if fresh {
			whole.classes = append(whole.classes, v.classes[c])
		}
		class[c] = n
	}
	for t, d := range v.tuples {
		tuple[t] = whole.tuple(d)
	}
	for i := range v.class {
		v.class[i], v.dates[i] = class[v.class[i]], tuple[v.dates[i]]
	}
}

// parallel calls f with 0 to n-1, each in a goroutine of its own.
func parallel(n int, f func(k int)) {
	var wg sync.WaitGroup
	for k := range n {
		wg.Go(func() { f(k) })
	}
	wg.Wait()
}

// Len is the number of things, Classes that of the classes.
func (v *Inventory) Len() int     { return len(v.class) }
func (v *Inventory) Classes() int { return len(v.classes) }

// Item returns what law can see of one thing.
func (v *Inventory) Item(n int) *Item {
	it := v.classes[v.class[n]]
	it.setDates(v.tuples[v.dates[n]])
	return &it
}

// sort makes the lists of assets by class.
func (v *Inventory) sort() {
	if v.order != nil {
		return
	}
	v.start = make([]uint32, len(v.classes)+1)
	for _, c := range v.class {
		v.start[c+1]++
	}
	for i := range v.classes {
		v.start[i+1] += v.start[i]
	}
	next := slices.Clone(v.start)
	v.order, v.sorted = make([]uint32, len(v.class)), make([]uint32, len(v.class))
	for a, c := range v.class {
		v.order[next[c]], v.sorted[next[c]] = uint32(a), v.dates[a]
		next[c]++
	}
}
