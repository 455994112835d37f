package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"berth/calendar"
	"berth/scheduler"
	"berth/testbeds"
)

// closedBeds remembers for which testbeds this process found everything drawn: as they were, on which day.
type closedBeds struct {
	mu   sync.Mutex
	beds map[string]string
}

// unknown returns the testbeds of a facility that are not remembered, with what to remember of them, and those that have gone.
func (c *closedBeds) unknown(f testbeds.Facility, today time.Time) (beds map[string]string, gone []string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	beds, left := map[string]string{}, map[string]bool{}
	for _, t := range f.Testbeds {
		sum, err := digest(t)
		if err != nil {
			return nil, nil, err
		}
		left[t.ID] = true
		if sum += today.Format(time.DateOnly); c.beds[t.ID] != sum {
			beds[t.ID] = sum
		}
	}
	for id := range c.beds {
		if !left[id] {
			gone = append(gone, id)
		}
	}
	return beds, gone, nil
}

func (c *closedBeds) remember(beds map[string]string, gone []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.beds == nil {
		c.beds = map[string]string{}
	}
	maps.Copy(c.beds, beds)
	for _, id := range gone {
		delete(c.beds, id)
	}
}

// ageClosures draws the closures of the coming days. It looks for the testbeds with something to draw while everybody goes on, and draws these alone, many at a time,
// with the facility held so that they cannot change meanwhile.
func (s *Store) ageClosures(ctx context.Context, now time.Time) error {
	var beds map[string]string
	var gone, stale []string
	err := s.View(ctx, func(tx scheduler.Reader) error {
		r := tx.(*reader)
		f, err := r.facility(ctx)
		if err != nil {
			return err
		}
		if beds, gone, err = s.closed.unknown(f, now.Truncate(24*time.Hour)); err != nil || len(beds)+len(gone) == 0 {
			return err
		}
		have, err := r.closures(ctx)
		if err != nil {
			return err
		}
		stale, err = r.staleClosures(f, have, beds, now)
		return err
	})
	if err != nil {
		return err
	}
	for part := range slices.Chunk(stale, bedsAtOnce) { // a thousand, drawn for the first time, take longer than a change may
		err = s.Change(ctx, []string{scheduler.TheFacility}, func(tx scheduler.Tx) error {
			w := tx.(*writer)
			f, err := w.Facility(ctx)
			if err != nil {
				return err
			}
			have, err := w.closures(ctx)
			if err != nil {
				return err
			}
			for _, id := range part {
				if err := w.redrawClosures(f, id, have[id], now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	s.closed.remember(beds, gone)
	return nil
}

// closures reads what is stored of the closures' drawings, by testbed.
func (r *reader) closures(ctx context.Context) (map[string][]calendar.Object, error) {
	list, err := all(ctx, r.tx, func(s scan) (o calendar.Object, err error) {
		var drawn int64
		var keys string
		err = s(&o.Name, &o.Tag, &drawn, &keys)
		o.Drawn, o.Collections = time.Unix(drawn, 0).UTC(), strings.Split(keys, "\n")
		return o, err
	}, `SELECT name, tag, drawn, collections FROM calendar_objects WHERE request = ''`)
	beds := map[string][]calendar.Object{}
	for _, o := range list {
		id := o.ClosedTestbed()
		beds[id] = append(beds[id], o)
	}
	return beds, err
}

// staleClosures lists, of some testbeds and of those that the facility no longer has, the ones whose drawings are out of date.
func (r *reader) staleClosures(f testbeds.Facility, have map[string][]calendar.Object, beds map[string]string, now time.Time) ([]string, error) {
	var stale []string
	for id := range have {
		if _, there := f.Testbed(id); !there {
			stale = append(stale, id)
		}
	}
	for id := range beds {
		d, err := closuresOf(f, id, have[id], now)
		if err != nil {
			return nil, err
		}
		if !d.empty() {
			stale = append(stale, id)
		}
	}
	return slices.Sorted(slices.Values(stale)), nil
}

// redrawClosures draws the closures of a testbed around now.
func (w *writer) redrawClosures(f testbeds.Facility, id string, have []calendar.Object, now time.Time) error {
	d, err := closuresOf(f, id, have, now)
	if err == nil && !d.empty() {
		w.drawn = append(w.drawn, d)
	}
	return err
}

// closuresOf compares the closures that a testbed should have around now with the stored ones. An unchanged one keeps its time of modification.
func closuresOf(f testbeds.Facility, id string, have []calendar.Object, now time.Time) (drawing, error) {
	var only testbeds.Facility
	if t, there := f.Testbed(id); there {
		only.Testbeds = []testbeds.Testbed{t}
	}
	today := now.Truncate(24 * time.Hour)
	span := testbeds.Slot{Start: today.Add(-closuresBehind), End: today.Add(closuresAhead)}
	tags, drawn := map[string]string{}, map[string]time.Time{}
	for _, o := range have {
		tags[o.Name], drawn[o.Name] = o.Tag, o.Drawn
	}
	closures, err := calendar.Closures(only, span, drawn, now)
	if err != nil {
		return drawing{}, err
	}
	changed := false
	for _, o := range closures {
		if tags[o.Name] != o.Tag {
			delete(drawn, o.Name)
			changed = true
		}
	}
	if changed {
		if closures, err = calendar.Closures(only, span, drawn, now); err != nil {
			return drawing{}, err
		}
	}
	return differing(closures, have, now), nil
}
