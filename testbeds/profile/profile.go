package profile

import "math"

// Profile is the free amounts over all time. Use New or Build.
type Profile struct {
	width  int
	root   *node
	points int
	own    *owner
}

// Delta adds By, one amount per column, to what is free in [From, To).
type Delta struct {
	From, To int64
	By       []int64
}

const (
	beginning = math.MinInt64
	forever   = math.MaxInt64
)

// New is a profile in which the capacity is free at all times.
func New(capacity []int64) *Profile {
	p := &Profile{width: len(capacity), points: 1, own: new(owner)}
	p.root = p.newLeaf()
	p.root.n = 1
	p.root.times[0] = beginning
	copy(p.root.vals, capacity)
	return p
}

// Width is the number of columns.
func (p *Profile) Width() int { return p.width }

// Points is the number of breakpoints, the one at the beginning of time included.
func (p *Profile) Points() int { return p.points }

// Fork is a copy that can be changed on its own. It shares every node with p until one of its changes touches it, and is valid until
// p itself is next changed. It writes nothing that p's readers read.
func (p *Profile) Fork() *Profile {
	f := *p
	f.own = new(owner)
	return &f
}

// Add adds by, one amount per column, to what is free in [from, to). An empty interval changes nothing.
func (p *Profile) Add(from, to int64, by []int64) {
	if from >= to || zero(by) {
		return
	}
	p.ensure(from)
	p.ensure(to)
	p.root = p.writable(p.root)
	p.addRange(p.root, forever, from, to, by)
	p.coalesce(from)
	p.coalesce(to)
}

func zero(by []int64) bool {
	for _, n := range by {
		if n != 0 {
			return false
		}
	}
	return true
}
