package store

import (
	"context"
	"fmt"
	"strings"

	"berth/scheduler"
)

const seriesColumns = `SELECT x.number, x.document FROM series x `

func seriesRow(s scan) (scheduler.Series, error) {
	var number int64
	var text string
	if err := s(&number, &text); err != nil {
		return scheduler.Series{}, err
	}
	x, err := parsed[scheduler.Series]("series", text)
	x.Number = number
	return x, err
}

// Series reads the record of a series.
func (r *reader) Series(ctx context.Context, id string) (scheduler.Series, error) {
	return one(ctx, r.tx, "such series", seriesRow, seriesColumns+`WHERE x.id = $1`, id)
}

// SeriesList lists series, newest first.
func (r *reader) SeriesList(ctx context.Context, f scheduler.SeriesFilter) ([]scheduler.Series, error) {
	var w where
	if f.Experimenter != "" {
		w.and(`x.experimenter = ?`, f.Experimenter)
	}
	if f.Testbed != "" {
		w.and(`replace(x.testbeds, ?, '') <> x.testbeds`, "|"+f.Testbed+"|")
	}
	if f.Experiment != "" {
		w.and(`EXISTS (SELECT 1 FROM requests r WHERE r.number = x.number AND r.experiment = ?)`, f.Experiment)
	}
	if f.Text != "" {
		w.and(`EXISTS (SELECT 1 FROM requests r WHERE r.number = x.number AND replace(r.words, ?, '') <> r.words)`, strings.ToLower(f.Text))
	}
	if f.Before > 0 {
		w.and(`x.number < ?`, f.Before)
	}
	if v := f.Visible; v != nil {
		either, args := []string{`x.experimenter = ?`}, []any{v.Experimenter}
		for _, t := range v.Testbeds { // whose names are free of bars
			either, args = append(either, `replace(x.testbeds, ?, '') <> x.testbeds`), append(args, "|"+t+"|")
		}
		w.and(`(`+strings.Join(either, ` OR `)+`)`, args...)
	}
	query := seriesColumns + w.String() + `ORDER BY x.number DESC`
	if f.Limit > 0 {
		w.args = append(w.args, f.Limit)
		query += fmt.Sprintf(` LIMIT $%d`, len(w.args))
	}
	return all(ctx, r.tx, seriesRow, query, w.args...)
}

// CreateSeries stores the record of a new series.
func (w *writer) CreateSeries(ctx context.Context, x scheduler.Series) error {
	text, err := document("series", x)
	if err != nil {
		return err
	}
	args := []any{x.ID, x.Number, x.Experimenter, "|" + strings.Join(x.Testbeds, "|") + "|", text}
	if err := storable("series", args); err != nil {
		return err
	}
	_, err = w.exec(ctx, "series", `INSERT INTO series (id, number, experimenter, testbeds, document) VALUES ($1, $2, $3, $4, $5)`, args...)
	return err
}
