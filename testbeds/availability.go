package testbeds

import (
	"slices"
	"time"

	"berth/testbeds/profile"
)

// Step is the capacity of a resource from an instant on, until the next step.
type Step struct {
	At    time.Time `json:"at"`
	Free  int64     `json:"free"`  // negative where more is booked than there is
	Total int64     `json:"total"` // what there is then, closures taken off
}

// Series is the capacity of a resource over a span; the first step stands at the span's start.
type Series struct {
	Resource Resource `json:"resource"`
	Steps    []Step   `json:"steps"`
}

// Availability is the free and total capacity of each resource of a testbed over a span, in the order of the facility. ok is
// false where there is no such testbed.
func (f *Federation) Availability(testbed string, span Slot) (series []Series, ok bool) {
	if _, ok := f.facility.Testbed(testbed); !ok {
		return nil, false
	}
	for _, key := range f.order {
		if key.Testbed == testbed {
			series = append(series, f.pools[key].series(span)...)
		}
	}
	return series, true
}

func (p *pool) series(span Slot) []Series {
	var at []int64
	for _, of := range []*profile.Profile{p.free, p.total} {
		of.Steps(span.Start.Unix(), span.End.Unix(), func(t int64, _ []int64) bool {
			at = append(at, t)
			return true
		})
	}
	slices.Sort(at)
	all := make([]Series, len(p.columns))
	free, total := make([]int64, len(p.columns)), make([]int64, len(p.columns))
	for _, t := range slices.Compact(at) {
		p.free.At(t, free)
		p.total.At(t, total)
		for col := range p.columns {
			steps := all[col].Steps
			if n := len(steps); n == 0 || steps[n-1].Free != free[col] || steps[n-1].Total != total[col] {
				all[col].Steps = append(steps, Step{At: instant(t), Free: free[col], Total: total[col]})
			}
		}
	}
	for col := range p.columns {
		all[col].Resource = p.resource(col)
	}
	return all
}
