package web

import (
	"cmp"
	"math"
	"slices"
)

// point is a place of a drawing.
type point struct{ X, Y float64 }

// Sizes of the drawing of a network, in its own units.
const (
	leafGap  = 15.0  // between leaves around their node
	linkGap  = 46.0  // between the rims of two joined nodes
	pushCell = 220.0 // beyond this nodes do not push each other
	rounds   = 160
)

// placeAll lays out a graph of n nodes: those with one link sit around their
// neighbour, the others settle under springs and mutual pushing, each
// connected part by itself; the parts are put side by side. The same graph
// always gives the same places. Time grows with n times the crowd near a node.
func placeAll(n int, links [][2]int) []point {
	g := newSprings(n, links)
	at := make([]point, n)
	var blocks []block
	for _, part := range g.parts() {
		g.settle(part, at)
		g.leaves(part, at)
		blocks = append(blocks, g.block(part, at))
	}
	pack(blocks, at)
	return at
}

// springs is the graph that settles.
type springs struct {
	next  [][]int
	under [][]int // leaves of a node
	leaf  []bool
	size  []float64
}

func newSprings(n int, links [][2]int) *springs {
	g := &springs{next: make([][]int, n), under: make([][]int, n), leaf: make([]bool, n), size: make([]float64, n)}
	for _, l := range links {
		if l[0] != l[1] {
			g.next[l[0]] = append(g.next[l[0]], l[1])
			g.next[l[1]] = append(g.next[l[1]], l[0])
		}
	}
	for i := range g.next {
		slices.Sort(g.next[i])
		g.next[i] = slices.Compact(g.next[i])
	}
	for i, ns := range g.next {
		if len(ns) == 1 && len(g.next[ns[0]]) > 1 {
			g.leaf[i] = true
			g.under[ns[0]] = append(g.under[ns[0]], i)
		}
	}
	for i := range g.size {
		g.size[i] = 12 + leafGap*math.Sqrt(float64(len(g.under[i])))
	}
	return g
}

// parts are the connected parts without leaves, each in breadth-first order from its busiest node, the largest first.
func (g *springs) parts() [][]int {
	order := make([]int, 0, len(g.next))
	for i := range g.next {
		if !g.leaf[i] {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(g.next[b]), len(g.next[a])) })
	seen := make([]bool, len(g.next))
	var out [][]int
	for _, root := range order {
		if seen[root] {
			continue
		}
		seen[root] = true
		part := []int{root}
		for k := 0; k < len(part); k++ {
			for _, x := range g.next[part[k]] {
				if !seen[x] && !g.leaf[x] {
					seen[x] = true
					part = append(part, x)
				}
			}
		}
		out = append(out, part)
	}
	slices.SortStableFunc(out, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	return out
}

// golden is the angle that spreads points evenly on a disc.
var golden = math.Pi * (3 - math.Sqrt(5))

func (g *springs) settle(part []int, at []point) {
	for k, i := range part {
		r := 60 * math.Sqrt(float64(k))
		at[i] = point{r * math.Cos(float64(k)*golden), r * math.Sin(float64(k)*golden)}
	}
	move := make(map[int]point, len(part))
	for round := range rounds {
		clear(move)
		g.push(part, at, move)
		for _, i := range part {
			for _, j := range g.next[i] {
				if j > i && !g.leaf[j] {
					g.pull(i, j, at, move)
				}
			}
		}
		heat := 40 * (1 - float64(round)/rounds)
		for _, i := range part {
			m := move[i]
			if d := math.Hypot(m.X, m.Y); d > heat {
				m.X, m.Y = m.X*heat/d, m.Y*heat/d
			}
			at[i].X += m.X
			at[i].Y += m.Y
		}
	}
}

// push moves nodes away from those in the cells around them.
func (g *springs) push(part []int, at []point, move map[int]point) {
	cells := map[[2]int][]int{}
	cell := func(p point) [2]int { return [2]int{int(math.Floor(p.X / pushCell)), int(math.Floor(p.Y / pushCell))} }
	for _, i := range part {
		c := cell(at[i])
		cells[c] = append(cells[c], i)
	}
	for _, i := range part {
		c := cell(at[i])
		m := move[i]
		for dx := -1; dx <= 1; dx++ {
			for dy := -1; dy <= 1; dy++ {
				for _, j := range cells[[2]int{c[0] + dx, c[1] + dy}] {
					x, y := at[i].X-at[j].X, at[i].Y-at[j].Y
					d := math.Hypot(x, y)
					if i == j || d > pushCell {
						continue
					}
					if d < 0.01 {
						x, y, d = float64(i-j), 1, 1
					}
					room := g.size[i] + g.size[j] + linkGap/2
					f := room * room / (d * d) * 4
					m.X += x / d * f
					m.Y += y / d * f
				}
			}
		}
		move[i] = m
	}
}

// pull brings joined nodes to the length of their link.
func (g *springs) pull(i, j int, at []point, move map[int]point) {
	x, y := at[j].X-at[i].X, at[j].Y-at[i].Y
	d := max(math.Hypot(x, y), 0.01)
	f := (d - (g.size[i] + g.size[j] + linkGap)) * 0.12 / d
	a, b := move[i], move[j]
	a.X, a.Y, b.X, b.Y = a.X+x*f, a.Y+y*f, b.X-x*f, b.Y-y*f
	move[i], move[j] = a, b
}

// leaves puts the leaves of each node around it.
func (g *springs) leaves(part []int, at []point) {
	for _, i := range part {
		for k, l := range g.under[i] {
			r := 12 + leafGap*math.Sqrt(float64(k+1))*0.85
			at[l] = point{at[i].X + r*math.Cos(float64(k)*golden), at[i].Y + r*math.Sin(float64(k)*golden)}
		}
	}
}

// block is a part with the room it takes.
type block struct {
	nodes      []int
	left, top  float64
	wide, high float64
}

func (g *springs) block(part []int, at []point) block {
	b := block{left: math.Inf(1), top: math.Inf(1)}
	right, low := math.Inf(-1), math.Inf(-1)
	for _, i := range part {
		b.nodes = append(append(b.nodes, i), g.under[i]...)
		r := g.size[i] + 20
		b.left, b.top = min(b.left, at[i].X-r), min(b.top, at[i].Y-r)
		right, low = max(right, at[i].X+r), max(low, at[i].Y+r)
	}
	b.wide, b.high = right-b.left, low-b.top
	return b
}

// pack puts blocks into rows of about the width of a square of all.
func pack(blocks []block, at []point) {
	area, widest := 0.0, 0.0
	for _, b := range blocks {
		area += b.wide * b.high
		widest = max(widest, b.wide)
	}
	limit := max(widest, 1.3*math.Sqrt(area))
	x, y, row := 0.0, 0.0, 0.0
	for _, b := range blocks {
		if x > 0 && x+b.wide > limit {
			x, y, row = 0, y+row, 0
		}
		for _, i := range b.nodes {
			at[i].X += x - b.left
			at[i].Y += y - b.top
		}
		x += b.wide
		row = max(row, b.high)
	}
}
