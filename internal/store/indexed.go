package store

import (
	"context"

	"berth/scheduler"
)

// indexed is what a request is found by, beside its columns: the testbeds that it touches, with its open offers, the weeks of its slot, its text,
// what it waits for.
type indexed struct {
	known    bool // it is in the database
	testbeds []string
	weeks    []int64
	text     string
	waits    []waitRow
}

func indexedOf(r scheduler.Request) indexed {
	return indexed{true, scheduler.Touched(r), weeksOf(seconds(r.Slot.Start), seconds(r.Slot.End)), searched(r), waitRows(r)}
}

// indexed reads what a request is found by at present.
func (w *writer) indexed(ctx context.Context, id string) (x indexed, err error) {
	if x.testbeds, err = all(ctx, w.tx, words, `SELECT testbed FROM request_testbeds WHERE request = $1`, id); err != nil {
		return x, err
	}
	var from, to int64
	list, err := all(ctx, w.tx, func(s scan) (text string, err error) { return text, s(&from, &to, &text) }, `SELECT starts, ends, words FROM requests WHERE id = $1`, id)
	if err != nil || len(list) == 0 {
		return x, err
	}
	x.known, x.weeks, x.text = true, weeksOf(from, to), list[0]
	x.waits, err = all(ctx, w.tx, readWaitRow, waitColumns+`WHERE number = (SELECT number FROM requests WHERE id = $1)`, id)
	return x, err
}

// putIndexed puts off writing what a changed request is found by; was is what it was found by before the change.
func (w *writer) putIndexed(id string, was indexed) {
	if _, earlier := w.off.indexed[id]; !earlier {
		w.off.indexed[id] = was
	}
}

// writeIndexed writes what the changed requests are found by now, where that differs from what is written.
func (w *writer) writeIndexed(ctx context.Context, changed map[string]indexed) error {
	var testbeds, weeks, texts [][]any
	for _, id := range w.requests.list {
		was, ok := changed[id]
		if !ok {
			continue
		}
		r := w.latest[id]
		now := indexedOf(r)
		if gone := without(was.testbeds, now.testbeds); len(gone) > 0 {
			if _, err := w.exec(ctx, "request", `DELETE FROM request_testbeds WHERE request = $1 AND testbed IN (`+places(2, len(gone))+`)`, append([]any{id}, anys(gone)...)...); err != nil {
				return err
			}
		}
		for _, testbed := range without(now.testbeds, was.testbeds) {
			testbeds = append(testbeds, []any{testbed, id, r.Number})
		}
		if gone := without(was.weeks, now.weeks); len(gone) > 0 {
			if _, err := w.exec(ctx, "request", `DELETE FROM request_weeks WHERE number = $1 AND week IN (`+places(2, len(gone))+`)`, append([]any{r.Number}, anys(gone)...)...); err != nil {
				return err
			}
		}
		for _, week := range without(now.weeks, was.weeks) {
			weeks = append(weeks, []any{week, r.Number})
		}
		if err := w.writeWaiting(ctx, r.Number, was.waits, now.waits); err != nil {
			return err
		}
		if !was.known {
			texts = append(texts, []any{r.Number, now.text})
		} else if was.text != now.text {
			if err := w.reindexText(ctx, r.Number, now.text); err != nil {
				return err
			}
		}
	}
	if err := w.add(ctx, "request", `INSERT INTO request_testbeds (testbed, request, number) VALUES`, ``, testbeds); err != nil {
		return err
	}
	if err := w.add(ctx, "request", `INSERT INTO request_weeks (week, number) VALUES`, ``, weeks); err != nil {
		return err
	}
	return w.indexTexts(ctx, texts)
}
