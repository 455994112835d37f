package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"berth/scheduler"
)

// Series reads the record of a series.
func (d *data) Series(_ context.Context, id string) (scheduler.Series, error) {
	x, ok := d.series[id]
	if !ok {
		return x, absent("series")
	}
	return deep(x), nil
}

// SeriesList lists series, newest first.
func (d *data) SeriesList(_ context.Context, f scheduler.SeriesFilter) ([]scheduler.Series, error) {
	var list []scheduler.Series
	for _, x := range d.series {
		if d.matches(x, f) && (f.Before == 0 || x.Number < f.Before) && f.Visible.Includes(x.Experimenter, x.Testbeds) {
			list = append(list, deep(x))
		}
	}
	slices.SortFunc(list, func(a, b scheduler.Series) int { return cmp.Compare(b.Number, a.Number) })
	if f.Limit > 0 {
		list = list[:min(f.Limit, len(list))]
	}
	return list, nil
}

// matches reports whether a series is what a filter asks for, as its first request says.
func (d *data) matches(x scheduler.Series, f scheduler.SeriesFilter) bool {
	first := d.pick(func(r scheduler.Request) bool { return r.Number == x.Number })
	ofFirst := func(want string, has func(scheduler.Request) bool) bool {
		return want == "" || slices.ContainsFunc(first, has)
	}
	return (f.Experimenter == "" || f.Experimenter == x.Experimenter) && (f.Testbed == "" || slices.Contains(x.Testbeds, f.Testbed)) &&
		ofFirst(f.Experiment, func(r scheduler.Request) bool { return r.Experimented() == f.Experiment }) &&
		ofFirst(f.Text, func(r scheduler.Request) bool {
			return strings.Contains(strings.ToLower(r.Name+" "+r.NSD), strings.ToLower(f.Text))
		})
}

// CreateSeries stores the record of a new series.
func (d *data) CreateSeries(_ context.Context, x scheduler.Series) error {
	d.series[x.ID] = deep(x)
	return nil
}
