package store

import (
	"context"
	"slices"
	"time"

	"berth/calendar"
	"berth/scheduler"
)

const (
	redrawAtOnce    = 50
	bedsAtOnce      = 100
	closuresBehind  = 30 * 24 * time.Hour
	closuresAhead   = calendar.FeedFuture
	keepRemovals    = 100 * 24 * time.Hour
	requestsPerRead = 500
)

// RefreshCalendar updates the part of the calendars that no transaction of a request writes: the names and closures of the facility,
// the site, the drawings of a new version of this program, and objects that have become too old. It looks at the requests of the testbeds that changed
// since the last time, or at all of them if the program or its site did. Any number of processes may do it at once; the second finds nothing to do.
func (s *Store) RefreshCalendar(ctx context.Context, now time.Time) error {
	now = now.UTC().Truncate(time.Second)
	was, text, err := s.lastDrawn(ctx)
	if err != nil {
		return err
	}
	var is drawnWith
	err = s.View(ctx, func(tx scheduler.Reader) error {
		f, err := tx.Facility(ctx)
		if err == nil {
			is, err = s.drawsWith(f)
		}
		return err
	})
	if err != nil {
		return err
	}
	beds, all := is.since(was)
	if all {
		err = s.refresh(ctx, now, nil)
	}
	for part := range slices.Chunk(beds, chunk) {
		if err == nil {
			err = s.refresh(ctx, now, part)
		}
	}
	if err == nil {
		err = s.drew(ctx, is, was, text)
	}
	if err != nil {
		return err
	}
	return s.AgeCalendar(ctx, now)
}

// refresh redraws the requests whose drawings are out of date, of some testbeds or of all.
func (s *Store) refresh(ctx context.Context, now time.Time, among []string) error {
	for before := int64(0); ; {
		stale, last, err := s.stale(ctx, now, among, before)
		if err != nil {
			return err
		}
		if err := s.redraw(ctx, now, stale); err != nil {
			return err
		}
		if last == 0 {
			return nil
		}
		before = last
	}
}

// stale lists the requests of one batch, newest first, whose drawings are out of date. last is the start of the next batch, 0 for none.
func (s *Store) stale(ctx context.Context, now time.Time, among []string, before int64) (ids []string, last int64, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		ids, last = nil, 0
		r := tx.(*reader)
		f, err := r.facility(ctx)
		if err != nil {
			return err
		}
		list, err := r.Requests(ctx, scheduler.RequestFilter{Testbeds: among, Before: before, Limit: requestsPerRead})
		if err != nil || len(list) == 0 {
			return err
		}
		if len(list) == requestsPerRead {
			last = list[len(list)-1].Number
		}
		w := &writer{reader: *r}
		for _, x := range list {
			d, err := w.draw(ctx, f, x, now)
			if err != nil {
				return err
			}
			if !d.empty() {
				ids = append(ids, x.ID)
			}
		}
		return nil
	})
	return ids, last, err
}

// redraw draws requests anew, each in its state under the lock.
func (s *Store) redraw(ctx context.Context, now time.Time, ids []string) error {
	for part := range slices.Chunk(slices.Sorted(slices.Values(ids)), redrawAtOnce) {
		err := s.Change(ctx, nil, func(tx scheduler.Tx) error {
			w := tx.(*writer)
			w.now, w.redrawn = now, nil
			for _, id := range part {
				r, err := w.LockRequest(ctx, id)
				if err != nil {
					return err
				}
				w.redrawn = append(w.redrawn, r)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// AgeCalendar removes objects that are too old, adds the closures of the coming days, and forgets old removals.
func (s *Store) AgeCalendar(ctx context.Context, now time.Time) error {
	now = now.UTC().Truncate(time.Second)
	var old []string
	err := s.View(ctx, func(tx scheduler.Reader) (err error) {
		old, err = all(ctx, tx.(*reader).tx, words, `SELECT DISTINCT request FROM calendar_objects WHERE kept < $1 AND request <> ''`, seconds(now))
		return err
	})
	if err != nil {
		return err
	}
	if err := s.redraw(ctx, now, old); err != nil {
		return err
	}
	if err := s.ageClosures(ctx, now); err != nil {
		return err
	}
	if forget, err := s.removalsBefore(ctx, now.Add(-keepRemovals)); err != nil || !forget {
		return err
	}
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		return tx.(*writer).forgetRemovals(ctx, now.Add(-keepRemovals))
	})
}

// removalsBefore reports whether there are removals to forget.
func (s *Store) removalsBefore(ctx context.Context, before time.Time) (some bool, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		list, err := all(ctx, tx.(*reader).tx, words, `SELECT name FROM calendar_removals WHERE at < $1 LIMIT 1`, seconds(before))
		some = len(list) > 0
		return err
	})
	return some, err
}

// forgetRemovals deletes removals that hardly any client still asks for; one that does must read its collection
// anew.
func (w *writer) forgetRemovals(ctx context.Context, before time.Time) error {
	last, err := one(ctx, w.tx, "removal", func(s scan) (n *int64, err error) { return n, s(&n) },
		`SELECT MAX(sequence) FROM calendar_removals WHERE at < $1`, seconds(before))
	if err != nil || last == nil {
		return err
	}
	if _, err := w.exec(ctx, "removals", `DELETE FROM calendar_removals WHERE at < $1`, seconds(before)); err != nil {
		return err
	}
	_, err = w.exec(ctx, "counter", `UPDATE counters SET value = $1 WHERE name = 'calendar_pruned' AND value < $1`, *last)
	return err
}
