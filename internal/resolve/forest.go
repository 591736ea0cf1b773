package resolve

// forest is a union-find over sightings.
type forest []int32

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = int32(i)
	}
	return f
}

func (f forest) find(x int32) int32 {
	for f[x] != x {
		f[x] = f[f[x]]
		x = f[x]
	}
	return x
}

// union joins a and b and reports whether they were apart.
func (f forest) union(a, b int32) bool {
	a, b = f.find(a), f.find(b)
	if a == b {
		return false
	}
	if a > b {
		a, b = b, a
	}
	f[b] = a
	return true
}

// flatten lets every sighting point to its root.
func (f forest) flatten() {
	for i := range f {
		f[i] = f[f[i]] // roots are smaller than what points to them
	}
}
