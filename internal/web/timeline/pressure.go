package timeline

import (
	"math"
	"slices"

	"berth/testbeds"
)

// pressure is how scarce a lane is during an interval: the used share of its scarcest resource.
type pressure struct {
	from, to int64
	share    float64 // of what is there, 0 to 1
	over     bool    // more is booked than there is
	closed   bool    // nothing is there
	band     int     // the scarcest resource; -1 if nothing is there
	at       testbeds.Step
}

// The steps of pressure, as pictures show them.
const (
	idle = iota
	light
	half
	tight
	full
)

// stepWords names the steps of pressure.
var stepWords = [...]string{"idle", "less than half used", "more than half used", "nearly full", "full"}

// stepHeights are the heights of the steps in a strip.
var stepHeights = [...]float64{2, 4, 7, 10, stripHeight}

// step returns the step of an interval.
func (p pressure) step() int {
	switch {
	case p.over || p.share >= 1:
		return full
	case p.share >= .75:
		return tight
	case p.share >= .5:
		return half
	case p.share > 0:
		return light
	}
	return idle
}

// scarcer reports whether an interval is scarcer than another one.
func (p pressure) scarcer(o pressure) bool {
	if p.over != o.over {
		return p.over
	}
	if p.closed != o.closed {
		return o.closed
	}
	return p.share > o.share
}

// pressures returns the pressure of bands between two instants, in order, without the times of which nothing is known.
func pressures(bands []Band, from, to int64) (list []pressure) {
	times := []int64{from, to}
	for _, b := range bands {
		for _, s := range b.Steps {
			if at := s.At.Unix(); at > from && at < to {
				times = append(times, at)
			}
		}
	}
	slices.Sort(times)
	times = slices.Compact(times)
	next := make([]int, len(bands)) // the first step of each band after the instant
	for i, at := range times[:len(times)-1] {
		p := pressure{from: at, to: times[i+1], closed: true, band: -1}
		known := false
		for k := range bands {
			steps := bands[k].Steps
			for next[k] < len(steps) && steps[next[k]].At.Unix() <= at {
				next[k]++
			}
			if next[k] == 0 {
				continue
			}
			known = true
			s := steps[next[k]-1]
			q := pressure{share: share(s), over: s.Free < 0, closed: s.Total <= 0 && s.Free >= 0, band: k, at: s}
			if !q.closed && (p.band < 0 || q.scarcer(p)) {
				q.from, q.to = p.from, p.to
				p = q
			}
		}
		if known {
			list = append(list, p)
		}
	}
	return list
}

// share returns the used share of what is there.
func share(s testbeds.Step) float64 {
	switch {
	case s.Free < 0:
		return 1
	case s.Total <= 0 || s.Free >= s.Total:
		return 0
	}
	return 1 - float64(s.Free)/float64(s.Total)
}

// stretch is a part of a strip with one step of pressure; worst is its scarcest interval.
type stretch struct {
	x0, x1 float64
	pressure
}

// strip turns pressures into stretches on a grid of pixels: a cell that several intervals touch has the scarcest of them.
func (s scale) strip(list []pressure) (strip []stretch) {
	cells := make([]*pressure, int(math.Ceil(s.right-s.left)))
	for i := range list {
		p := &list[i]
		end := min(int(math.Ceil(s.x(p.to)-s.left)), len(cells))
		for k := min(int(s.x(p.from)-s.left), len(cells)-1); k < end; k++ {
			if cells[k] == nil || p.scarcer(*cells[k]) {
				cells[k] = p
			}
		}
	}
	for k, p := range cells {
		if p == nil {
			continue
		}
		x0, x1 := s.left+float64(k), min(s.left+float64(k+1), s.right)
		n := len(strip) - 1
		if n < 0 || strip[n].x1 != x0 || !alike(strip[n].pressure, *p) {
			strip = append(strip, stretch{x0, x1, *p})
			continue
		}
		from := strip[n].from
		if p.scarcer(strip[n].pressure) {
			strip[n].pressure = *p
		}
		strip[n].from, strip[n].to, strip[n].x1 = from, max(strip[n].to, p.to), x1
	}
	return strip
}

// alike reports whether two intervals look the same in a strip.
func alike(a, b pressure) bool {
	return a.closed == b.closed && a.over == b.over && a.step() == b.step()
}

// Pressure returns the mean used share of the scarcest resource over a range, and whether more is ever booked than there is.
func (l Lane) Pressure(span testbeds.Slot) (mean float64, over bool) {
	var known int64
	for _, p := range pressures(l.Bands, span.Start.Unix(), span.End.Unix()) {
		known += p.to - p.from
		mean += p.share * float64(p.to-p.from)
		over = over || p.over
	}
	if known > 0 {
		mean /= float64(known)
	}
	return mean, over
}
