package store

import (
	"context"
	"slices"
	"time"

	"berth/calendar"
	"berth/scheduler"
	"berth/testbeds"
)

const (
	redrawAtOnce    = 50
	closuresBehind  = 30 * 24 * time.Hour
	closuresAhead   = calendar.FeedFuture
	keepRemovals    = 100 * 24 * time.Hour
	requestsPerRead = 500
)

// RefreshCalendar updates the part of the calendars that no transaction of a request writes: the names and closures of the facility,
// the site, the drawings of a new version of this program, and objects that have become too old. Any number of processes may do it at
// once; the second finds nothing to do.
func (s *Store) RefreshCalendar(ctx context.Context, now time.Time) error {
	now = now.UTC().Truncate(time.Second)
	for before := int64(0); ; {
		stale, last, err := s.stale(ctx, now, before)
		if err != nil {
			return err
		}
		if err := s.redraw(ctx, now, stale); err != nil {
			return err
		}
		if last == 0 {
			break
		}
		before = last
	}
	return s.AgeCalendar(ctx, now)
}

// stale lists the requests of one batch, newest first, whose drawings are out of date. last is the start of the next batch, 0 for none.
func (s *Store) stale(ctx context.Context, now time.Time, before int64) (ids []string, last int64, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		ids, last = nil, 0
		r := tx.(*reader)
		f, err := r.Facility(ctx)
		if err != nil {
			return err
		}
		list, err := r.Requests(ctx, scheduler.RequestFilter{Before: before, Limit: requestsPerRead})
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
	return s.Change(ctx, scheduler.AllTestbeds, func(tx scheduler.Tx) error {
		w := tx.(*writer)
		f, err := w.Facility(ctx)
		if err != nil {
			return err
		}
		if err := w.redrawClosures(ctx, f, now); err != nil {
			return err
		}
		return w.forgetRemovals(ctx, now.Add(-keepRemovals))
	})
}

// redrawClosures draws the closures around now. An unchanged one keeps its time of modification.
func (w *writer) redrawClosures(ctx context.Context, f testbeds.Facility, now time.Time) error {
	today := now.Truncate(24 * time.Hour)
	span := testbeds.Slot{Start: today.Add(-closuresBehind), End: today.Add(closuresAhead)}
	have, err := all(ctx, w.tx, func(s scan) (o calendar.Object, err error) {
		var drawn int64
		err = s(&o.Name, &o.Tag, &drawn)
		o.Drawn = time.Unix(drawn, 0).UTC()
		return o, err
	}, `SELECT name, tag, drawn FROM calendar_objects WHERE request = ''`)
	if err != nil {
		return err
	}
	tags, drawn := map[string]string{}, map[string]time.Time{}
	for _, o := range have {
		tags[o.Name], drawn[o.Name] = o.Tag, o.Drawn
	}
	closures, err := calendar.Closures(f, span, drawn, now)
	if err != nil {
		return err
	}
	for _, o := range closures {
		if tags[o.Name] != o.Tag {
			delete(drawn, o.Name)
		}
	}
	if closures, err = calendar.Closures(f, span, drawn, now); err != nil {
		return err
	}
	d, err := w.compare(ctx, "", closures, now)
	if err == nil && !d.empty() {
		w.drawn = append(w.drawn, d)
	}
	return err
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
