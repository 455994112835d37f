package scheduler

import (
	"context"

	"berth/scheduler/proof"
)

// seriesAtOnce is the number of series and of entries that Verify reads together.
const seriesAtOnce = 500

// tellSeries tells the judge of series what a request and its history say.
func (v *verifying) tellSeries(ctx context.Context, r Request) error {
	if r.Series == nil {
		return nil
	}
	o := proof.Occurrence{Request: r.ID, Number: r.Number, Series: r.Series.ID, First: r.Series.Number, Place: r.Series.Place, Origin: r.Origin}
	for after := int64(0); ; {
		entries, err := v.tx.History(ctx, r.ID, after, seriesAtOnce)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if after = e.ID; e.Series != nil {
				o.Steps = append(o.Steps, proof.SeriesStep{ID: e.Series.Step, Of: e.Series.Of})
			}
		}
		if len(entries) < seriesAtOnce {
			v.series.Tell(o)
			return nil
		}
	}
}

// proveSeries judges every series, after the requests were read.
func (v *verifying) proveSeries(ctx context.Context) error {
	for before := int64(0); ; {
		list, err := v.tx.SeriesList(ctx, SeriesFilter{Before: before, Limit: seriesAtOnce})
		if err != nil {
			return err
		}
		for _, x := range list {
			record := proof.Record{ID: x.ID, Number: x.Number}
			for _, m := range x.Members {
				record.Members = append(record.Members, proof.Member{Place: m.Place, Request: m.Request, Number: m.Number})
			}
			v.series.Add(record)
			before = x.Number
		}
		if len(list) < seriesAtOnce {
			v.found.Inconsistencies = append(v.found.Inconsistencies, v.series.Findings()...)
			return nil
		}
	}
}
