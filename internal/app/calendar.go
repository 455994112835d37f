package app

import (
	"context"
	"time"

	"berth/scheduler"
)

// refresher brings the calendars in line with changes outside any request's own transaction.
type refresher interface {
	scheduler.Store
	RefreshCalendar(ctx context.Context, now time.Time) error
	AgeCalendar(ctx context.Context, now time.Time) error
}

// calendarJob redraws the calendars when the facility has changed, and at every start, since the program or its address may be new. Once an
// hour it removes old entries.
type calendarJob struct {
	store    refresher
	clock    func() time.Time
	facility int64     // revision of the last drawing; -1 for none
	aged     time.Time // when old entries were last removed
}

// ageEvery is the time between removals of old entries.
const ageEvery = time.Hour

func newCalendarJob(s refresher, clock func() time.Time) *calendarJob {
	return &calendarJob{store: s, clock: clock, facility: -1}
}

func (d *calendarJob) run(ctx context.Context) (done int, next *time.Time, err error) {
	var revision int64
	err = d.store.View(ctx, func(tx scheduler.Reader) error {
		revision, err = tx.FacilityRevision(ctx)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	now := d.clock()
	switch {
	case revision != d.facility:
		err = d.store.RefreshCalendar(ctx, now)
	case now.Sub(d.aged) >= ageEvery:
		err = d.store.AgeCalendar(ctx, now)
	default:
		return 0, nil, nil
	}
	if err == nil {
		done, d.facility, d.aged = 1, revision, now
	}
	return done, nil, err
}
