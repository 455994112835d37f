package profile

import "math"

// Profile holds the free amounts over all time. Use New or Build.
type Profile struct {
	width  int
	points int
	root   *node
	own    *owner
}

// Delta adds By, one amount per column, to the free amounts in [From, To).
type Delta struct {
	From, To int64
	By       []int64
}

const (
	beginning = math.MinInt64
	forever   = math.MaxInt64
)

// New makes a profile in which the capacity is free at all times.
func New(capacity []int64) *Profile {
	p := &Profile{width: len(capacity), points: 1, own: new(owner)}
	p.root = p.newLeaf()
	p.root.n = 1
	p.root.times[0] = beginning
	p.root.set(p.root.min, 0, capacity)
	return p
}

// Width returns the number of columns.
func (p *Profile) Width() int { return p.width }

// Points returns the number of breakpoints, including the one at the beginning of time.
func (p *Profile) Points() int { return p.points }

// Fork makes a copy that can be changed on its own, for what-if questions. The copy shares every node with p until one of its
// changes touches it, and is valid until the next change of p itself. Fork writes nothing that readers of p read, so several of
// them may fork at once.
func (p *Profile) Fork() *Profile {
	f := *p
	f.own = new(owner)
	return &f
}
