package memory

import (
	"cmp"
	"context"
	"slices"

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
		if (f.Experimenter == "" || f.Experimenter == x.Experimenter) && (f.Before == 0 || x.Number < f.Before) && f.Visible.Includes(x.Experimenter, x.Testbeds) {
			list = append(list, deep(x))
		}
	}
	slices.SortFunc(list, func(a, b scheduler.Series) int { return cmp.Compare(b.Number, a.Number) })
	if f.Limit > 0 {
		list = list[:min(f.Limit, len(list))]
	}
	return list, nil
}

// CreateSeries stores the record of a new series.
func (d *data) CreateSeries(_ context.Context, x scheduler.Series) error {
	d.series[x.ID] = deep(x)
	return nil
}
