package profile

import (
	gocmp "cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// model is a profile, its oracle, and the deltas that can be removed again.
type model struct {
	p      *Profile
	o      *oracle
	deltas []Delta
}

func (m *model) add(d Delta) {
	m.p.Add(d.From, d.To, d.By)
	m.o.add(d)
	m.deltas = append(m.deltas, d)
}

func (m *model) undo(i int) {
	d := m.deltas[i]
	back := Delta{d.From, d.To, negated(d.By)}
	m.p.Add(back.From, back.To, back.By)
	m.o.add(back)
	m.deltas = slices.Delete(m.deltas, i, i+1)
}

func negated(by []int64) []int64 {
	out := make([]int64, len(by))
	for c, n := range by {
		out[c] = -n
	}
	return out
}

// world draws the values of the properties. Its time is short, so that instants coincide, intervals touch and breakpoints
// vanish.
type world struct {
	*rapid.T
	width int
	span  int64
}

func newWorld(t *rapid.T) *world {
	return &world{t, rapid.IntRange(1, 3).Draw(t, "width"), rapid.SampledFrom([]int64{20, 200, 1500, 1500}).Draw(t, "span")}
}

func (w *world) draw(name string, lo, hi int64) int64 {
	return rapid.Int64Range(lo, hi).Draw(w.T, name)
}

func (w *world) row(name string, lo, hi int64) []int64 {
	return rapid.SliceOfN(rapid.Int64Range(lo, hi), w.width, w.width).Draw(w.T, name)
}

func (w *world) delta() Delta {
	from := w.draw("from", -1, w.span)
	d := Delta{from, w.draw("to", from, w.span), w.row("by", -4, 4)}
	switch w.draw("unbounded", 0, 7) {
	case 6:
		d.From = beginning
	case 7:
		d.To = forever
	}
	return d
}

// many draws deltas from a seed: enough for a tree of several levels, most of them short.
func (w *world) many() []Delta {
	rng := rand.New(rand.NewPCG(uint64(w.draw("seed", 0, 1<<30)), 0))
	deltas := make([]Delta, rapid.SampledFrom([]int64{w.span, w.span, 30, 3, 0}).Draw(w.T, "many"))
	for i := range deltas {
		from := rng.Int64N(w.span)
		by := make([]int64, w.width)
		for c := range by {
			by[c] = rng.Int64N(9) - 4
		}
		deltas[i] = Delta{from, min(w.span, from+rng.Int64N(1+rng.Int64N(w.span))), by}
		if i%16 == 15 {
			deltas[i].From = beginning
		}
	}
	return deltas
}

// start builds a profile with some deltas at once, and its oracle.
func (w *world) start() *model {
	capacity := w.row("capacity", 0, 8)
	m := &model{o: newOracle(capacity), deltas: w.many()}
	for _, d := range m.deltas {
		m.o.add(d)
	}
	m.p = Build(capacity, m.deltas)
	return m
}

// change adds a delta or removes one.
func (w *world) change(m *model) {
	if n := len(m.deltas); n > 0 && w.draw("undo", 0, 2) > 0 {
		m.undo(int(w.draw("which", 0, int64(n-1))))
		return
	}
	m.add(w.delta())
}

// need draws about the amounts free at some instant, and now and then any amount from negative to excessive.
func (w *world) need(m *model) []int64 {
	need := w.row("need", -2, 2)
	if w.draw("about", 0, 3) > 0 {
		for c, n := range m.o.points[w.draw("as at", 0, int64(len(m.o.points)-1))].Free {
			need[c] += n
		}
	}
	return need
}

func TestProfileAgreesWithTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		m := w.start()
		for range w.draw("changes", 1, 20) {
			w.change(m)
			sound(t, m.p)
			agree(t, m)
			w.ask(m, -3, w.span+3)
		}
	})
}

// agree compares a profile with its oracle at all times.
func agree(t fataler, m *model) {
	t.Helper()
	if got := list(m.p, beginning, forever); !slices.EqualFunc(m.o.points, got, equal) {
		t.Fatalf("steps (-want +got):\n%s", cmp.Diff(m.o.points, got))
	}
	if got, want := m.p.Points(), len(m.o.points); got != want {
		t.Fatalf("%d breakpoints, want %d", got, want)
	}
}

func list(p *Profile, from, to int64) []point {
	var all []point
	p.Steps(from, to, func(at int64, free []int64) bool {
		all = append(all, point{at, slices.Clone(free)})
		return true
	})
	return all
}

// ask puts one drawn question of every kind about [lo, hi).
func (w *world) ask(m *model, lo, hi int64) {
	need, col := w.need(m), int(w.draw("col", 0, int64(w.width-1)))
	from := w.draw("ask from", lo, hi-1)
	to := w.draw("ask to", from, hi)
	length := w.draw("length", 0, 1+(to-from)/w.draw("part", 1, 9))

	free := make([]int64, w.width)
	m.p.At(from, free)
	w.same("At", m.o.within(from, from+1)[0].Free, free)
	w.same("Steps", m.o.within(from, to), list(m.p, from, to))
	w.same("Min", m.o.least(col, from, to), m.p.Min(col, from, to))
	w.same("Fits", m.o.fits(need, from, to), m.p.Fits(need, from, to))
	w.same("FirstBelow", answerOf(m.o.first(col, need[col], from, to, false)), answerOf(m.p.FirstBelow(col, need[col], from, to)))
	w.same("FirstAtLeast", answerOf(m.o.first(col, need[col], from, to, true)), answerOf(m.p.FirstAtLeast(col, need[col], from, to)))
	w.same("Earliest", answerOf(m.o.earliest(need, from, to, length)), answerOf(m.p.Earliest(need, from, to, length)))
	w.same("Latest", answerOf(m.o.latest(need, from, to, length)), answerOf(m.p.Latest(need, from, to, length)))
}

func equal(a, b point) bool { return a.At == b.At && slices.Equal(a.Free, b.Free) }

func (w *world) same(what string, want, got any) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// answer is an instant, or none.
type answer struct {
	At int64
	OK bool
}

func answerOf(at int64, ok bool) answer {
	if !ok {
		at = 0
	}
	return answer{at, ok}
}

// TestDeepTree queries a tree of four levels, grown one by one, and shrinks it to a single leaf again.
func TestDeepTree(t *testing.T) {
	t.Parallel()
	const bookings, span = 20_000, 300_000
	rng := rand.New(rand.NewPCG(5, 5))
	m := &model{p: New([]int64{40, 40})}
	for range bookings {
		from := rng.Int64N(span)
		d := Delta{from, from + 1 + rng.Int64N(500), []int64{-rng.Int64N(3), -1}}
		m.p.Add(d.From, d.To, d.By)
		m.deltas = append(m.deltas, d)
	}
	sound(t, m.p)
	if depth := m.p.depth(); depth < 4 {
		t.Fatalf("%d levels, want 4", depth)
	}
	m.o = &oracle{list(m.p, beginning, forever)}
	rapid.Check(t, func(t *rapid.T) {
		w := &world{t, 2, span}
		lo := w.draw("lo", 0, span)
		w.ask(m, lo, lo+w.draw("wide", 1, 300))
	})
	for i, at := range rng.Perm(bookings) {
		d := m.deltas[at]
		m.p.Add(d.From, d.To, negated(d.By))
		if i%1000 == 0 {
			sound(t, m.p)
		}
	}
	if depth := m.p.depth(); depth != 1 || m.p.Points() != 1 {
		t.Fatalf("%d levels with %d breakpoints are left, want one with one", depth, m.p.Points())
	}
}

func (p *Profile) depth() int {
	depth := 1
	for x := p.root; !x.leaf(); x = x.kids[0] {
		depth++
	}
	return depth
}

func TestBuildEqualsAddOneByOneInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		capacity, deltas := w.row("capacity", 0, 8), w.many()
		built, added := Build(capacity, deltas), New(capacity)
		for _, d := range w.order(deltas) {
			added.Add(d.From, d.To, d.By)
		}
		sound(t, built)
		sound(t, added)
		w.same("steps, one by one and built", list(added, beginning, forever), list(built, beginning, forever))
	})
}

// order returns the deltas as drawn, or by time: going from one side to the other empties whole nodes beside full
// ones.
func (w *world) order(deltas []Delta) []Delta {
	deltas = slices.Clone(deltas)
	switch by := func(a, b Delta) int { return gocmp.Compare(a.From, b.From) }; w.draw("order", 0, 2) {
	case 0:
		slices.SortFunc(deltas, by)
	case 1:
		slices.SortFunc(deltas, func(a, b Delta) int { return by(b, a) })
	}
	return deltas
}

func TestTakingEverythingOutLeavesOneBreakpoint(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		capacity, deltas := w.row("capacity", 0, 8), w.many()
		p := Build(capacity, deltas)
		for _, d := range w.order(deltas) {
			p.Add(d.From, d.To, negated(d.By))
		}
		sound(t, p)
		w.same("what is left", []point{{beginning, capacity}}, list(p, beginning, forever))
		if !p.root.leaf() {
			t.Fatal("a single breakpoint needs no inner node")
		}
	})
}

func TestAddThenRemoveRestores(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		m, d := w.start(), w.delta()
		before := list(m.p, beginning, forever)
		m.p.Add(d.From, d.To, d.By)
		m.p.Add(d.From, d.To, negated(d.By))
		sound(t, m.p)
		w.same("steps, before and after", before, list(m.p, beginning, forever))
	})
}
