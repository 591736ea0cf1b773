package judge

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
)

// keyTable numbers keys in the order in which they come. It is a map laid out
// for very many look-ups: a slot is one word and leads straight to its record,
// and the records stand one behind the other, so that a look-up touches two
// places of memory, and most of those stay in the processor's cache.
type keyTable struct {
	seed maphash.Seed
	// slots hold the upper half of a hash and one more than the place of a
	// record, in words of eight bytes; 0 is free.
	slots []uint64
	// records are a number and a length of four bytes each and the key, filled up to whole words.
	records []byte
	places  []uint32 // number → place of its record
}

const wordSize = 8

func newKeyTable() *keyTable {
	return &keyTable{seed: maphash.MakeSeed(), slots: make([]uint64, 1024)}
}

// number returns the number of a key, and whether it is new.
func (t *keyTable) number(key []byte) (n uint32, fresh bool) {
	if 2*len(t.places) > len(t.slots) {
		t.grow()
	}
	h := maphash.Bytes(t.seed, key)
	mask := uint64(len(t.slots) - 1)
	i := h & mask
	for ; t.slots[i] != 0; i = (i + 1) & mask {
		if s := t.slots[i]; s>>32 == h>>32 {
			if n, k := t.record(uint32(s) - 1); bytes.Equal(k, key) {
				return n, false
			}
		}
	}
	n = uint32(len(t.places))
	place := uint32(len(t.records) / wordSize)
	t.slots[i] = h>>32<<32 | uint64(place+1)
	t.places = append(t.places, place)
	t.records = binary.LittleEndian.AppendUint32(t.records, n)
	t.records = binary.LittleEndian.AppendUint32(t.records, uint32(len(key)))
	t.records = append(t.records, key...)
	for len(t.records)%wordSize > 0 {
		t.records = append(t.records, 0)
	}
	return n, true
}

// record is the number and the key at a place.
func (t *keyTable) record(place uint32) (uint32, []byte) {
	r := t.records[uint64(place)*wordSize:]
	n, size := binary.LittleEndian.Uint32(r), binary.LittleEndian.Uint32(r[4:])
	return n, r[8 : 8+size]
}

// key is the key of a number.
func (t *keyTable) key(n uint32) []byte {
	_, k := t.record(t.places[n])
	return k
}

func (t *keyTable) grow() {
	t.slots = make([]uint64, 2*len(t.slots))
	mask := uint64(len(t.slots) - 1)
	for _, place := range t.places {
		_, key := t.record(place)
		h := maphash.Bytes(t.seed, key)
		i := h & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = h>>32<<32 | uint64(place+1)
	}
}
