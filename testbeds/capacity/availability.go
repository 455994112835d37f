package capacity

import (
	"slices"

	"berth/testbeds"
	"berth/testbeds/capacity/profile"
)

// Availability returns the free and total capacity of each resource of a testbed over a span, in the order of the facility. ok is false for
// an unknown testbed.
func (f *Federation) Availability(testbed string, span testbeds.Slot) (series []testbeds.Series, ok bool) {
	if _, ok := f.Testbed(testbed); !ok {
		return nil, false
	}
	for _, p := range f.poolsOf(testbed) {
		series = append(series, p.series(span)...)
	}
	return series, true
}

func (p *pool) series(span testbeds.Slot) []testbeds.Series {
	var at []int64
	for _, of := range []*profile.Profile{p.free, p.total} {
		of.Steps(span.Start.Unix(), span.End.Unix(), func(t int64, _ []int64) bool {
			at = append(at, t)
			return true
		})
	}
	slices.Sort(at)
	all := make([]testbeds.Series, len(p.columns))
	free, total := make([]int64, len(p.columns)), make([]int64, len(p.columns))
	for _, t := range slices.Compact(at) {
		p.free.At(t, free)
		p.total.At(t, total)
		for col := range p.columns {
			steps := all[col].Steps
			if n := len(steps); n == 0 || steps[n-1].Free != free[col] || steps[n-1].Total != total[col] {
				all[col].Steps = append(steps, testbeds.Step{At: instant(t), Free: free[col], Total: total[col]})
			}
		}
	}
	for col := range p.columns {
		all[col].Resource = p.resource(col)
	}
	return all
}
