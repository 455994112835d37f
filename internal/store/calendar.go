package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"berth/calendar"
	"berth/scheduler"
	"berth/testbeds"
)

// Calendars are written in the transactions that change requests: the objects of a request are drawn anew at commit, and share the
// request's sequence of the change log.

// Calendar returns what changed after a sequence; 0 for everything. Where nothing has, only the numbers are filled in.
func (s *Store) Calendar(ctx context.Context, since int64) (c calendar.Changes, err error) {
	var objects []calendar.Object
	c, err = s.changes(ctx, since, func(o *calendar.Object) { objects = append(objects, *o) })
	c.Objects = objects
	return c, err
}

// LoadCalendar hands every object to put, one after the other, and returns the rest of what there is. The objects need not be in memory at once.
func (s *Store) LoadCalendar(ctx context.Context, put func(*calendar.Object)) (calendar.Changes, error) {
	return s.changes(ctx, 0, put)
}

func (s *Store) changes(ctx context.Context, since int64, put func(*calendar.Object)) (c calendar.Changes, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		at, err := tx.State(ctx)
		if err != nil {
			return err
		}
		if c = (calendar.Changes{Sequence: at.Sequence, Accounts: at.Accounts}); c.Sequence == since && since > 0 {
			return nil
		}
		c, err = tx.(*reader).calendar(ctx, since, put)
		c.Accounts = at.Accounts // not newer than what is read after it
		return err
	})
	return c, err
}

func (r *reader) calendar(ctx context.Context, since int64, put func(*calendar.Object)) (c calendar.Changes, err error) {
	if c.Sequence, err = r.Sequence(ctx); err != nil { // of the snapshot, of which the objects are
		return c, err
	}
	if c.Facility, err = r.facility(ctx); err != nil {
		return c, err
	}
	secret, err := r.Secret(ctx)
	if err != nil {
		return c, err
	}
	restored, err := one(ctx, r.tx, "mark", words, `SELECT COALESCE(MAX(value), '') FROM marks WHERE name = $1`, restoredMark)
	if err != nil {
		return c, err
	}
	epoch := sha256.Sum256(append(append([]byte("calendar epoch"), secret...), restored...)) // clients of a database before its restoration know another past
	c.Epoch = hex.EncodeToString(epoch[:6])
	key := sha256.Sum256(append([]byte("calendar names"), secret...))
	c.Key = key[:]
	if c.Pruned, err = one(ctx, r.tx, "counter", number, `SELECT value FROM counters WHERE name = 'calendar_pruned'`); err != nil {
		return c, err
	}
	if err = r.each(ctx, func(s scan) error {
		o, err := objectRow(s)
		if err == nil {
			put(&o)
		}
		return err
	}, objectRows+`WHERE sequence > $1`, since); err != nil {
		return c, err
	}
	c.Removals, err = all(ctx, r.tx, func(s scan) (x calendar.Removal, err error) {
		var at int64
		err = s(&x.Collection, &x.Name, &at, &x.Sequence)
		x.At = time.Unix(at, 0).UTC()
		return x, err
	}, `SELECT collection, name, at, sequence FROM calendar_removals WHERE sequence > $1`, since)
	return c, err
}

// CalendarObjects reads objects by their names, in no order.
func (s *Store) CalendarObjects(ctx context.Context, names []string) (list []calendar.Object, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		list = nil
		for part := range slices.Chunk(names, chunk) {
			more, err := all(ctx, tx.(*reader).tx, objectRow, objectRows+`WHERE name IN (`+places(1, len(part))+`)`, anys(part)...)
			if err != nil {
				return err
			}
			list = append(list, more...)
		}
		return nil
	})
	return list, err
}

const objectRows = `SELECT name, request, tag, renewed, drawn, sequence, collections, document FROM calendar_objects `

func objectRow(s scan) (calendar.Object, error) {
	var name, request, tag, keys, text string
	var renewed, drawn, sequence int64
	if err := s(&name, &request, &tag, &renewed, &drawn, &sequence, &keys, &text); err != nil {
		return calendar.Object{}, err
	}
	o, err := parsed[calendar.Object]("calendar object", text)
	o.Name, o.Request, o.Tag, o.Sequence, o.Collections = name, request, tag, sequence, strings.Split(keys, "\n")
	o.Renewed, o.Drawn = renewed, time.Unix(drawn, 0).UTC()
	return o.Versioned(), err
}

// drawing holds the changes to the calendar's objects of one request, or of all closures.
type drawing struct {
	at      time.Time
	put     []calendar.Object
	gone    []string // names
	removed []calendar.Removal
	renewed []string // names
}

func (d drawing) empty() bool { return len(d.put)+len(d.gone)+len(d.removed)+len(d.renewed) == 0 }

// draw compares the objects that a request should have with the stored ones.
func (w *writer) draw(ctx context.Context, f testbeds.Facility, r scheduler.Request, now time.Time) (drawing, error) {
	return w.compare(ctx, r.ID, w.wanted(f, r, now), now)
}

// wanted lists the objects that a request should have.
func (w *writer) wanted(f testbeds.Facility, r scheduler.Request, now time.Time) []calendar.Object {
	return slices.DeleteFunc(w.s.site.Objects(r, f), func(o calendar.Object) bool { return !o.Kept(now) })
}

func (w *writer) compare(ctx context.Context, request string, wanted []calendar.Object, now time.Time) (drawing, error) {
	have, err := all(ctx, w.tx, drawnRow, `SELECT request, name, tag, collections FROM calendar_objects WHERE request = $1`, request)
	return differing(wanted, have, now), err
}

// drawnRow reads what a drawing compares.
func drawnRow(s scan) (o calendar.Object, err error) {
	var keys string
	err = s(&o.Request, &o.Name, &o.Tag, &keys)
	o.Collections = strings.Split(keys, "\n")
	return o, err
}

// differing compares the wanted objects with those that are there.
func differing(wanted, have []calendar.Object, now time.Time) drawing {
	d := drawing{at: now}
	old := map[string]calendar.Object{}
	for _, o := range have {
		old[o.Name] = o
	}
	for _, o := range wanted {
		before, there := old[o.Name]
		delete(old, o.Name)
		if there && before.Tag == o.Tag {
			continue
		}
		d.put = append(d.put, o)
		for _, key := range without(before.Collections, o.Collections) {
			d.removed = append(d.removed, calendar.Removal{Collection: key, Name: o.Name})
		}
	}
	for _, o := range have {
		if _, left := old[o.Name]; !left {
			continue
		}
		d.gone = append(d.gone, o.Name)
		for _, key := range o.Collections {
			d.removed = append(d.removed, calendar.Removal{Collection: key, Name: o.Name})
		}
	}
	return d
}

// keep writes a drawing, with its sequence.
func (w *writer) keep(ctx context.Context, d drawing, sequence int64) error {
	var put, removed [][]any
	for _, o := range d.put {
		text, err := document("calendar object", o)
		if err != nil {
			return err
		}
		put = append(put, []any{o.Name, o.Request, seconds(o.KeptUntil()), o.Tag, seconds(d.at), sequence, strings.Join(o.Collections, "\n"), text})
	}
	if err := w.add(ctx, "calendar object", `INSERT INTO calendar_objects (name, request, kept, tag, drawn, sequence, collections, document) VALUES`,
		` ON CONFLICT (name) DO UPDATE SET request = excluded.request, kept = excluded.kept, tag = excluded.tag, drawn = excluded.drawn, sequence = excluded.sequence,
			collections = excluded.collections, document = excluded.document`, put); err != nil {
		return err
	}
	for _, name := range d.renewed {
		if _, err := w.exec(ctx, "calendar object", `UPDATE calendar_objects SET renewed = $1, sequence = $1 WHERE name = $2`, sequence, name); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(d.gone, chunk) {
		if _, err := w.exec(ctx, "calendar object", `DELETE FROM calendar_objects WHERE name IN (`+places(1, len(part))+`)`, anys(part)...); err != nil {
			return err
		}
	}
	for _, x := range d.removed {
		removed = append(removed, []any{x.Collection, x.Name, seconds(d.at), sequence})
	}
	return w.add(ctx, "calendar removal", `INSERT INTO calendar_removals (collection, name, at, sequence) VALUES`,
		` ON CONFLICT (collection, name) DO UPDATE SET at = excluded.at, sequence = excluded.sequence`, removed)
}

// RenewCalendarObject makes clients read an unchanged object anew: its new version appears in their next sync. If the given version is no
// longer the present one, they do so anyway, and nothing is written.
func (s *Store) RenewCalendarObject(ctx context.Context, name, version string) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		w := tx.(*writer)
		now, err := all(ctx, w.tx, func(s scan) (o calendar.Object, err error) {
			return o, s(&o.Tag, &o.Renewed)
		}, `SELECT tag, renewed FROM calendar_objects WHERE name = $1`, name)
		if err == nil && len(now) == 1 && now[0].Version() == version {
			w.drawn = append(w.drawn, drawing{renewed: []string{name}})
		}
		return err
	})
}

// drawnBefore reads the objects of all requests that the transaction changed or must redraw; new ones have none.
func (w *writer) drawnBefore() (drawn map[string][]calendar.Object, read []statement) {
	drawn = map[string][]calendar.Object{}
	var ids []any
	for _, id := range w.requests.list {
		if !w.created[id] {
			ids = append(ids, id)
		}
	}
	for _, r := range w.redrawn {
		ids = append(ids, r.ID)
	}
	for part := range slices.Chunk(ids, chunk) {
		read = append(read, statement{what: "calendar object", args: part, row: func(s scan) error {
			o, err := drawnRow(s)
			drawn[o.Request] = append(drawn[o.Request], o)
			return err
		}, query: `SELECT request, name, tag, collections FROM calendar_objects WHERE request IN (` + places(1, len(part)) + `)`})
	}
	return drawn, read
}

// drawings draws all requests that the transaction changed or must redraw, where they differ from what was drawn.
func (w *writer) drawings(f testbeds.Facility, drawn map[string][]calendar.Object) []drawing {
	list := w.drawn
	add := func(r scheduler.Request, now time.Time) {
		if d := differing(w.wanted(f, r, now), drawn[r.ID], now); !d.empty() {
			list = append(list, d)
		}
	}
	for _, id := range w.requests.list {
		if r := w.latest[id]; r.ID != "" {
			add(r, r.Updated)
		}
	}
	for _, r := range w.redrawn {
		add(r, w.now)
	}
	return list
}

// drawingFacility returns the facility for drawing requests, if there are any.
func (w *writer) drawingFacility(ctx context.Context) (testbeds.Facility, error) {
	if len(w.requests.list)+len(w.redrawn) == 0 {
		return testbeds.Facility{}, nil
	}
	return w.facility(ctx)
}

// facility reads the facility as this transaction sees it; a committed one is read once per revision.
func (w *writer) facility(ctx context.Context) (testbeds.Facility, error) {
	if w.refitted {
		return w.Facility(ctx)
	}
	if !w.steady { // it may have been changed since
		w.revision = 0
	}
	return w.reader.facility(ctx)
}

func (r *reader) facility(ctx context.Context) (testbeds.Facility, error) {
	revision := r.revision
	if revision == 0 {
		var err error
		if revision, err = r.FacilityRevision(ctx); err != nil {
			return testbeds.Facility{}, err
		}
	}
	if known := r.s.facility.Load(); known != nil && known.revision == revision {
		return known.facility, nil
	}
	f, err := r.Facility(ctx)
	if err == nil {
		r.s.facility.Store(&revised{revision, f})
	}
	return f, err
}

// revised is a facility at a revision.
type revised struct {
	revision int64
	facility testbeds.Facility
}
