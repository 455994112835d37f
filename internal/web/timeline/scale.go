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

// x returns the place of an instant, clipped to the scale.
func (s scale) x(unix int64) float64 {
	unix = min(max(unix, s.from), s.to)
	return s.left + (s.right-s.left)*(float64(unix-s.from)/float64(s.to-s.from))
}

// at returns the instant at a place.
func (s scale) at(x float64) time.Time {
	x = min(max(x, s.left), s.right)
	return time.Unix(s.from+int64((x-s.left)/(s.right-s.left)*float64(s.to-s.from)), 0)
}

// span returns the place of a slot, clipped to the scale; ok is false if it is out of sight.
func (s scale) span(slot testbeds.Slot) (x0, x1 float64, ok bool) {
	a, b := slot.Start.Unix(), slot.End.Unix()
	if a >= b || b <= s.from || a >= s.to {
		return s.left, s.left, false
	}
	return s.x(a), s.x(b), true
}

// pixels converts a duration to a width.
func (s scale) pixels(seconds int64) float64 {
	return (s.right - s.left) * float64(seconds) / float64(s.to-s.from)
}
