package timeline

import (
	"time"

	"berth/testbeds"
)

// scale maps instants, in whole seconds, to places from left to right.
type scale struct {
	from, to    int64 // Unix seconds, from < to
	left, right float64
}

// x is where an instant is, kept within the scale.
func (s scale) x(unix int64) float64 {
	unix = min(max(unix, s.from), s.to)
	return s.left + (s.right-s.left)*(float64(unix-s.from)/float64(s.to-s.from))
}

// at is the instant at a place.
func (s scale) at(x float64) time.Time {
	x = min(max(x, s.left), s.right)
	return time.Unix(s.from+int64((x-s.left)/(s.right-s.left)*float64(s.to-s.from)), 0)
}

// span is where a slot is, cut off at the ends of the scale; ok is false where nothing of it is to be seen.
func (s scale) span(slot testbeds.Slot) (x0, x1 float64, ok bool) {
	a, b := slot.Start.Unix(), slot.End.Unix()
	if a >= b || b <= s.from || a >= s.to {
		return s.left, s.left, false
	}
	return s.x(a), s.x(b), true
}

// pixels is how wide that many seconds are.
func (s scale) pixels(seconds int64) float64 {
	return (s.right - s.left) * float64(seconds) / float64(s.to-s.from)
}
