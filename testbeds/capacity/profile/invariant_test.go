package profile

import (
	"fmt"
	"slices"
)

// fataler is a test or a property.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// sound checks the invariants of every tree: leaves at one depth and none empty; instants ascending; neighbours
// different; least and greatest amounts equal to those of the kids; the number of breakpoints.
func sound(t fataler, p *Profile) {
	t.Helper()
	in := inspection{p: p, depth: -1}
	if err := in.node(p.root, 0, make([]int64, p.width)); err != nil {
		t.Fatal(err)
	}
	if in.points != p.points {
		t.Fatalf("%d breakpoints, %d counted", in.points, p.points)
	}
	if p.root.n == 1 && !p.root.leaf() {
		t.Fatal("the root has a single kid")
	}
}

type inspection struct {
	p      *Profile
	depth  int
	points int
	last   int64
	free   []int64
}

func (in *inspection) node(x *node, depth int, add []int64) error {
	if x.n == 0 || x.n >= x.size() {
		return fmt.Errorf("a node has %d of %d parts", x.n, x.size())
	}
	if x.leaf() {
		return in.leaf(x, depth, add)
	}
	for i, k := range x.kids[:x.n] {
		if k.leaf() == (k.kids != nil) || k.times[0] != x.times[i] {
			return fmt.Errorf("kid %d begins at %d, its parent says %d", i, k.times[0], x.times[i])
		}
		below := slices.Clone(add)
		for c := range below {
			more := x.column(x.add, c)[i]
			below[c] += more
			if got, want := x.column(x.min, c)[i], slices.Min(k.column(k.min, c))+more; got != want {
				return fmt.Errorf("least amount of kid %d, column %d: %d, want %d", i, c, got, want)
			}
			if got, want := x.column(x.max, c)[i], slices.Max(k.column(k.max, c))+more; got != want {
				return fmt.Errorf("greatest amount of kid %d, column %d: %d, want %d", i, c, got, want)
			}
		}
		if err := in.node(k, depth+1, below); err != nil {
			return err
		}
	}
	for i, k := range x.kids[x.n:] {
		if k != nil {
			return fmt.Errorf("kid %d is out of use and still there", x.n+i)
		}
	}
	return nil
}

func (in *inspection) leaf(x *node, depth int, add []int64) error {
	if in.depth >= 0 && in.depth != depth {
		return fmt.Errorf("leaves at depths %d and %d", in.depth, depth)
	}
	in.depth = depth
	for i, at := range x.times[:x.n] {
		free := slices.Clone(add)
		x.plus(free, x.min, i, 1)
		if in.points == 0 && at != beginning {
			return fmt.Errorf("the first breakpoint is at %d", at)
		}
		if in.points > 0 && (at <= in.last || slices.Equal(free, in.free)) {
			return fmt.Errorf("breakpoint at %d with %v after one at %d with %v", at, free, in.last, in.free)
		}
		in.points++
		in.last, in.free = at, free
	}
	return nil
}
