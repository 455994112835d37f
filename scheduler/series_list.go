package scheduler

import (
	"context"
	"slices"
	"strconv"

	"berth/scheduler/account"
)

const (
	listedAtOnce = 50  // series that a list reads together
	mostListed   = 500 // series among which a page looks for a status
)

// ListSeries reads the series that the actor may see, newest first; the cursor is the Page.Next of the previous page. A page of those with a status may
// be short, and have a next one all the same. It returns CodeForbidden without the scope to read, and CodeInvalid for the cursor, the limit or the
// status.
func (s *Service) ListSeries(ctx context.Context, a account.Actor, f SeriesFilter, cursor string) (Page[ListedSeries], error) {
	page := Page[ListedSeries]{}
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return page, err
	}
	before, limit, err := Position(cursor, f.Limit)
	if err != nil {
		return page, err
	}
	if f.Status != "" && !slices.Contains(Statuses, f.Status) {
		var bad faults
		bad.add("status", "there is no status %q", clip(string(f.Status)))
		return page, bad.err()
	}
	f.Before, f.Limit, f.Visible = before, listedAtOnce, VisibleTo(a)
	err = s.store.View(ctx, func(tx Reader) error {
		list, last, err := listSeries(ctx, tx, a, f, limit)
		page = pageOf(list, limit, func(x ListedSeries) int64 { return x.Number })
		if page.Next == "" && last > 0 {
			page.Next = strconv.FormatInt(last, 10)
		}
		return err
	})
	return page, err
}

// listSeries reads one series more than the limit, if there are so many. last is the number up to which it has looked; 0 for all.
func listSeries(ctx context.Context, tx Reader, a account.Actor, f SeriesFilter, limit int) (list []ListedSeries, last int64, err error) {
	for read := 0; len(list) <= limit && read < mostListed+limit; read += f.Limit {
		batch, err := tx.SeriesList(ctx, f)
		if err != nil {
			return nil, 0, err
		}
		found, err := statusesOf(ctx, tx, a, batch)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, slices.DeleteFunc(found, func(x ListedSeries) bool { return f.Status != "" && x.Statuses[f.Status] == 0 })...)
		if len(batch) < f.Limit {
			return list, 0, nil
		}
		f.Before = batch[len(batch)-1].Number
	}
	return list, f.Before, nil
}

// statusesOf tells what became of some series, as far as the actor may know.
func statusesOf(ctx context.Context, tx Reader, a account.Actor, batch []Series) (list []ListedSeries, err error) {
	var numbers []int64
	for _, x := range batch {
		numbers = append(numbers, x.numbers()...)
	}
	requests, err := tx.RequestsByNumber(ctx, numbers)
	if err != nil {
		return nil, err
	}
	of := map[string][]Request{}
	for _, r := range requests {
		if r, err = latest(ctx, tx, r); err != nil {
			return nil, err
		}
		if r.Series != nil && sees(a, r) {
			of[r.Series.ID] = append(of[r.Series.ID], r)
		}
	}
	for _, x := range batch {
		l := ListedSeries{Series: x, Said: x.Plan.String(), Statuses: map[Status]int{}}
		if !knowsAll(a) {
			l.Series = x.shown()
		}
		for _, r := range of[x.ID] {
			l.Statuses[r.Status]++
			if r.Status.Live() && (l.Next == nil || r.Slot.Start.Before(l.Next.Start)) {
				l.Next = &r.Slot
			}
		}
		list = append(list, l)
	}
	return list, nil
}

// latest returns what a request became by accepted offers.
func latest(ctx context.Context, tx Reader, r Request) (Request, error) {
	for next := r.successor(); next != ""; next = r.successor() {
		var err error
		if r, err = tx.Request(ctx, next); err != nil {
			return r, err
		}
	}
	return r, nil
}
