package profile

import (
	"cmp"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// oracle is the slow and obvious profile: every delta, added up at every question.
type oracle struct {
	capacity []int64
	deltas   []Delta
}

func (o *oracle) at(t int64) []int64 {
	free := slices.Clone(o.capacity)
	for _, d := range o.deltas {
		if d.From <= t && t < d.To {
			plus(free, d.By)
		}
	}
	return free
}

func (o *oracle) fits(need []int64, from, to int64) bool {
	for t := from; t < to; t++ {
		for c, n := range o.at(t) {
			if need[c] > 0 && n < need[c] {
				return false
			}
		}
	}
	return true
}

// steps are the coalesced breakpoints in [from, to).
func (o *oracle) steps(from, to int64) (at []int64, free [][]int64) {
	for t := from; t < to; t++ {
		f := o.at(t)
		if t == from || !slices.Equal(f, free[len(free)-1]) {
			at, free = append(at, t), append(free, f)
		}
	}
	return at, free
}

// span is short, so that instants coincide, intervals touch and breakpoints vanish.
const span = 60

func draw(t *rapid.T, name string, lo, hi int64) int64 { return rapid.Int64Range(lo, hi).Draw(t, name) }

func drawDelta(t *rapid.T, width int) Delta {
	from := draw(t, "from", 0, span)
	d := Delta{From: from, To: draw(t, "to", from, span), By: make([]int64, width)}
	for c := range d.By {
		d.By[c] = draw(t, "by", -4, 4)
	}
	return d
}

func TestProfileAgreesWithTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		width := int(draw(t, "width", 1, 3))
		o := &oracle{capacity: make([]int64, width)}
		for c := range o.capacity {
			o.capacity[c] = draw(t, "capacity", 0, 8)
		}
		p := New(o.capacity)
		for range draw(t, "changes", 0, 60) {
			if n := len(o.deltas); n > 0 && draw(t, "undo", 0, 3) == 0 {
				i := int(draw(t, "which", 0, int64(n-1)))
				d := o.deltas[i]
				o.deltas = slices.Delete(o.deltas, i, i+1)
				p.Add(d.From, d.To, negated(d.By))
			} else {
				d := drawDelta(t, width)
				o.deltas = append(o.deltas, d)
				p.Add(d.From, d.To, d.By)
			}
			agree(t, p, o)
		}
		if diff := gocmp.Diff(list(Build(o.capacity, o.deltas)), list(p)); diff != "" {
			t.Fatalf("built at once (-) and one by one (+):\n%s", diff)
		}
		for i := len(o.deltas) - 1; i >= 0; i-- {
			p.Add(o.deltas[i].From, o.deltas[i].To, negated(o.deltas[i].By))
		}
		if p.Points() != 1 {
			t.Fatalf("%d breakpoints are left after everything was taken out, want 1", p.Points())
		}
	})
}

func negated(by []int64) []int64 {
	out := make([]int64, len(by))
	for c, n := range by {
		out[c] = -n
	}
	return out
}

type step struct {
	At   int64
	Free []int64
}

func list(p *Profile) []step {
	var steps []step
	p.Steps(-1, span+1, func(at int64, free []int64) bool {
		steps = append(steps, step{at, slices.Clone(free)})
		return true
	})
	return steps
}

// agree compares one random question of every kind.
func agree(t *rapid.T, p *Profile, o *oracle) {
	check(t, p)
	from := draw(t, "ask from", -2, span)
	to := draw(t, "ask to", from+1, span+3)
	length := draw(t, "length", 1, 20)
	need := make([]int64, p.width)
	for c := range need {
		need[c] = draw(t, "need", -1, 9)
	}
	col := int(draw(t, "col", 0, int64(p.width-1)))

	least, below, above := int64(forever), int64(none), int64(none)
	for i := from; i < to; i++ {
		f := o.at(i)[col]
		least = min(least, f)
		if f < need[col] {
			below = min(below, i)
		} else {
			above = min(above, i)
		}
	}
	if got := p.Min(col, from, to); got != least {
		t.Fatalf("Min(%d, %d, %d) = %d, want %d", col, from, to, got, least)
	}
	expect(t, "FirstBelow", below, below != none, func() (int64, bool) { return p.FirstBelow(col, need[col], from, to) })
	expect(t, "FirstAtLeast", above, above != none, func() (int64, bool) { return p.FirstAtLeast(col, need[col], from, to) })
	if got, want := p.Fits(need, from, to), o.fits(need, from, to); got != want {
		t.Fatalf("Fits(%v, %d, %d) = %t, want %t", need, from, to, got, want)
	}
	var fits []int64
	for at := from; at+length <= to; at++ {
		if o.fits(need, at, at+length) {
			fits = append(fits, at)
		}
	}
	first, last := int64(0), int64(0)
	if len(fits) > 0 {
		first, last = fits[0], fits[len(fits)-1]
	}
	expect(t, "Earliest", first, len(fits) > 0, func() (int64, bool) { return p.Earliest(need, from, to, length) })
	expect(t, "Latest", last, len(fits) > 0, func() (int64, bool) { return p.Latest(need, from, to, length) })
}

func expect(t *rapid.T, what string, want int64, ok bool, ask func() (int64, bool)) {
	got, found := ask()
	if found != ok || ok && got != want {
		t.Fatalf("%s = %d, %t; want %d, %t", what, got, found, want, ok)
	}
}

// check is what always holds of the tree itself.
func check(t *rapid.T, p *Profile) {
	points := 0
	var last []int64
	lastAt := int64(0)
	var walk func(x *node, add []int64)
	walk = func(x *node, add []int64) {
		for i := range x.n {
			if x.leaf() {
				row := slices.Clone(add)
				plus(row, p.row(x.vals, i))
				if points > 0 && (x.times[i] <= lastAt || slices.Equal(row, last)) {
					t.Fatalf("breakpoint %d at %d repeats %d: %v", points, x.times[i], lastAt, row)
				}
				last, lastAt = row, x.times[i]
				points++
				continue
			}
			k := x.kids[i]
			if k.n == 0 || k.times[0] != x.times[i] || i > 0 && cmp.Compare(x.times[i-1], x.times[i]) >= 0 {
				t.Fatalf("kid %d begins at %d, its parent says %d", i, k.times[0], x.times[i])
			}
			lo, hi := slices.Clone(p.row(x.min, i)), slices.Clone(p.row(x.max, i))
			p.bounds(x, i)
			if !slices.Equal(lo, p.row(x.min, i)) || !slices.Equal(hi, p.row(x.max, i)) {
				t.Fatalf("bounds of kid %d: %v %v, want %v %v", i, lo, hi, p.row(x.min, i), p.row(x.max, i))
			}
			sum := slices.Clone(add)
			plus(sum, p.row(x.add, i))
			walk(k, sum)
		}
	}
	walk(p.root, make([]int64, p.width))
	if points != p.points {
		t.Fatalf("%d breakpoints, %d counted", points, p.points)
	}
}

func TestForkAndOriginalDoNotTouchEachOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := New([]int64{8})
		for range draw(t, "changes", 0, 200) {
			d := drawDelta(t, 1)
			p.Add(d.From, d.To, d.By)
		}
		before := list(p)
		f := p.Fork()
		o := &oracle{capacity: []int64{0}}
		for range draw(t, "changes of the fork", 1, 30) {
			d := drawDelta(t, 1)
			f.Add(d.From, d.To, d.By)
			o.deltas = append(o.deltas, d)
		}
		check(t, f)
		if diff := gocmp.Diff(before, list(p)); diff != "" {
			t.Fatalf("the original changed with its fork (-before +after):\n%s", diff)
		}
		for i := int64(-1); i <= span; i++ {
			a, b := make([]int64, 1), make([]int64, 1)
			p.At(i, a)
			f.At(i, b)
			if want := a[0] + o.at(i)[0]; b[0] != want {
				t.Fatalf("fork at %d: %d, want %d", i, b[0], want)
			}
		}
	})
}
