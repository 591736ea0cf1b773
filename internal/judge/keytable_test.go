package judge

import (
	"testing"

	"pgregory.net/rapid"
)

// A table numbers keys as a map would, also while it grows.
func TestKeyTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, want := newKeyTable(), map[string]uint32{}
		base := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 20), 1, 20).Draw(t, "keys")
		for i := range 3000 {
			key := append([]byte{byte(i), byte(i >> 9)}, base[i%len(base)]...)
			n, known := want[string(key)]
			if !known {
				n = uint32(len(want))
				want[string(key)] = n
			}
			if got, fresh := table.number(key); got != n || fresh == known {
				t.Fatalf("key %d is number %d, new %v; want %d, %v", i, got, fresh, n, !known)
			}
		}
		for key, n := range want {
			if got := table.key(n); string(got) != key {
				t.Fatalf("number %d is %q, want %q", n, got, key)
			}
		}
	})
}
