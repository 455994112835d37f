package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/waitlist"
	"berth/testbeds"
)

// waitRow is a row by which a request that waits is found when capacity comes back.
type waitRow struct {
	testbed, pool       string
	week                int64
	rank, since, number int64
	amount              int64
	starts, ends        int64
}

// waitRows lists the rows of a request; none for one that does not wait.
func waitRows(r scheduler.Request) (rows []waitRow) {
	for _, x := range scheduler.WaitSpans(r) {
		p, from, to := scheduler.WaitPlace(r), seconds(x.Interval.Start), seconds(x.Interval.End)
		for _, week := range weeksOf(from, to) {
			rows = append(rows, waitRow{x.Testbed, poolKey(x.Pool), week, p.Rank, seconds(p.Since), p.Number, x.Amount, from, to})
		}
	}
	return rows
}

// poolKey names a quantity of a VIM, or a device, of a testbed; empty for all.
func poolKey(p testbeds.Resource) string {
	switch {
	case p.VIM != "":
		return "vim/" + p.VIM + "/" + p.Quantity
	case p.Device != "":
		return "device/" + p.Device
	}
	return ""
}

const waitColumns = `SELECT testbed, pool, week, rank, since, number, amount, starts, ends FROM waiting `

func readWaitRow(s scan) (x waitRow, err error) {
	return x, s(&x.testbed, &x.pool, &x.week, &x.rank, &x.since, &x.number, &x.amount, &x.starts, &x.ends)
}

// writeWaiting writes what a changed request waits for, where that differs from what is written.
func (w *writer) writeWaiting(ctx context.Context, number int64, was, now []waitRow) error {
	if slices.Equal(was, now) {
		return nil
	}
	if len(was) > 0 {
		if _, err := w.exec(ctx, "waiting", `DELETE FROM waiting WHERE number = $1`, number); err != nil {
			return err
		}
	}
	var rows [][]any
	for _, x := range now {
		rows = append(rows, []any{x.testbed, x.pool, x.week, x.rank, x.since, x.number, x.amount, x.starts, x.ends})
	}
	return w.add(ctx, "waiting", `INSERT INTO waiting (testbed, pool, week, rank, since, number, amount, starts, ends) VALUES`, ``, rows)
}

func placeRow(s scan) (p waitlist.Place, err error) {
	var since int64
	if err = s(&p.Rank, &since, &p.Number); err == nil {
		p.Since = fromSeconds(since)
	}
	return p, err
}

// after adds the condition that rows come after a place.
func (w *where) after(p waitlist.Place) {
	if !p.IsZero() {
		w.and(`(rank, since, number) > (?, ?, ?)`, p.Rank, seconds(p.Since), p.Number)
	}
}

// mostWeeks is the most weeks and blocks that are asked one by one; for more, all blocks are asked at once.
const mostWeeks = 40

// mostRanges bounds the ranges of the index that one statement asks.
const mostRanges = 100

// WaitingFor lists the first of those who wait for capacity that came back, in their order. Each of the ranges of the index that may hold them is
// asked for its first ones, all in one statement: nobody else is looked at.
func (r *reader) WaitingFor(ctx context.Context, f scheduler.Freed, limit int) ([]waitlist.Place, error) {
	var found []waitlist.Place
	for ranges := range slices.Chunk(freedRanges(f), mostRanges) {
		var args []any
		var parts []string
		for _, x := range ranges {
			w := &where{args: args}
			x(w)
			w.after(f.Passed)
			w.and(`starts < ?`, seconds(f.Interval.End))
			w.and(`ends > ?`, seconds(f.Interval.Start))
			args = append(w.args, limit)
			parts = append(parts, fmt.Sprintf(`SELECT * FROM (SELECT DISTINCT rank, since, number FROM waiting %sORDER BY rank, since, number LIMIT $%d) x%d`, w, len(args), len(parts)))
		}
		list, err := all(ctx, r.tx, placeRow, strings.Join(parts, ` UNION ALL `), args...)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	slices.SortFunc(found, waitlist.Compare)
	found = slices.Compact(found)
	return found[:min(len(found), limit)], nil
}

// freedRanges lists the ranges of the index in which those may be who wait for capacity that came back, as conditions. Where every pool is known to be
// taken again, there are none.
func freedRanges(f scheduler.Freed) (list []func(*where)) {
	if len(f.Pools) == 0 {
		return []func(*where){func(w *where) { w.and(`testbed = ? AND week < 0`, f.Testbed) }}
	}
	weeks := cover(seconds(f.Interval.Start), seconds(f.Interval.End), mostWeeks)
	of := func(pool string, most int64) {
		if weeks == nil {
			list = append(list, func(w *where) { w.and(`testbed = ? AND pool = ? AND week < 0 AND amount <= ?`, f.Testbed, pool, most) })
		}
		for _, week := range weeks {
			list = append(list, func(w *where) {
				w.and(`testbed = ? AND pool = ? AND week = ? AND amount <= ?`, f.Testbed, pool, week, most)
			})
		}
	}
	for i, p := range f.Pools {
		most := int64(testbeds.MaxAmount) * maxParts
		if f.Free != nil {
			most = f.Free[i]
		}
		if most > 0 {
			of(poolKey(p), most)
		}
	}
	if len(list) > 0 {
		of("", 0) // those who wait for anything of the testbed
	}
	return list
}

// maxParts is more than the components and devices of a request: their amounts add up.
const maxParts = 1000

// WaitingBefore counts the requests that wait for some of the same capacity and come before r.
func (r *reader) WaitingBefore(ctx context.Context, q scheduler.Request) (int, error) {
	p := scheduler.WaitPlace(q)
	before := map[int64]bool{}
	for _, x := range scheduler.WaitSpans(q) {
		if x.Testbed == "" {
			continue // those who wait for anything anywhere are found at their testbeds
		}
		var w where
		w.and(`testbed = ?`, x.Testbed)
		if pool := poolKey(x.Pool); pool != "" {
			w.and(`pool IN (?, '')`, pool)
		}
		from, to := seconds(x.Interval.Start), seconds(x.Interval.End)
		if weeks := cover(from, to, mostWeeks); weeks != nil {
			w.and(`week IN (`+strings.TrimSuffix(strings.Repeat("?,", len(weeks)), ",")+`)`, anys(weeks)...)
		}
		w.and(`(rank, since, number) < (?, ?, ?)`, p.Rank, seconds(p.Since), p.Number)
		w.and(`starts < ?`, to)
		w.and(`ends > ?`, from)
		list, err := all(ctx, r.tx, number, `SELECT DISTINCT number FROM waiting `+w.String(), w.args...)
		if err != nil {
			return 0, err
		}
		for _, n := range list {
			before[n] = true
		}
	}
	return len(before), nil
}

// Waiters lists those who wait after a place, of all or of a testbed.
func (r *reader) Waiters(ctx context.Context, testbed string, after waitlist.Place, limit int) ([]waitlist.Place, error) {
	w := where{}
	w.and(`week < 0`)
	if testbed != "" {
		w.and(`testbed = ?`, testbed)
	}
	w.after(after)
	w.args = append(w.args, limit)
	return all(ctx, r.tx, placeRow, `SELECT DISTINCT rank, since, number FROM waiting `+w.String()+fmt.Sprintf(`ORDER BY rank, since, number LIMIT $%d`, len(w.args)), w.args...)
}

// Freed reads capacity that came back.
func (r *reader) Freed(ctx context.Context, id string) (scheduler.Freed, error) {
	return one(ctx, r.tx, "such freed capacity", freedRow, `SELECT document FROM freed WHERE id = $1`, id)
}

// FreedAmong lists capacity that came back, the oldest first. What came back anywhere comes back on each testbed.
func (r *reader) FreedAmong(ctx context.Context, among []string, limit int) ([]scheduler.Freed, error) {
	w := where{}
	if len(among) > 0 && !slices.Equal(among, scheduler.AllTestbeds) {
		w.and(`testbed IN (`+strings.Repeat("?,", len(among))+`'')`, anys(among)...)
	}
	w.args = append(w.args, limit)
	return all(ctx, r.tx, freedRow, `SELECT document FROM freed `+w.String()+fmt.Sprintf(`ORDER BY at, id LIMIT $%d`, len(w.args)), w.args...)
}

func freedRow(s scan) (f scheduler.Freed, err error) {
	var text string
	if err := s(&text); err != nil {
		return f, err
	}
	return parsed[scheduler.Freed]("freed capacity", text)
}

// PutFreed creates or replaces capacity that came back.
func (w *writer) PutFreed(ctx context.Context, f scheduler.Freed) error {
	text, err := document("freed capacity", f)
	if err != nil {
		return err
	}
	return w.aside(func() error {
		_, err := w.exec(ctx, "freed capacity", `INSERT INTO freed (id, testbed, at, document) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET document = excluded.document`, f.ID, f.Testbed, seconds(f.At), text)
		return err
	})
}

// DeleteFreed deletes capacity that came back and was passed on.
func (w *writer) DeleteFreed(ctx context.Context, id string) error {
	_, err := w.exec(ctx, "freed capacity", `DELETE FROM freed WHERE id = $1`, id)
	return err
}

// aside runs statements that have nothing to do with what was put off.
func (w *writer) aside(fn func() error) error { return w.out.aside(fn) }

// WaitingFor lists the first of those who wait for capacity that came back. The step that gives it back changes nothing of what others wait for, so
// that what it has put off need not be written first.
func (w *writer) WaitingFor(ctx context.Context, f scheduler.Freed, limit int) (list []waitlist.Place, err error) {
	err = w.aside(func() error {
		list, err = w.reader.WaitingFor(ctx, f, limit)
		return err
	})
	return list, err
}
