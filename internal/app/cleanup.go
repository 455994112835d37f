package app

import (
	"context"
	"time"

	"berth/scheduler"
)

// Finished records are kept for a while: deliveries, so that an administrator can look them up; idempotency keys, so that a repeated call
// is recognised; the trail of accounts, so that events of a year ago can be examined.
const (
	keepDeliveries = 30 * 24 * time.Hour
	keepReplays    = 30 * 24 * time.Hour
	keepAccounts   = 400 * 24 * time.Hour
	forgetEvery    = time.Hour
)

// cleaner deletes old records.
type cleaner interface {
	scheduler.Store
	ForgetDeliveries(ctx context.Context, before time.Time) error
}

// cleanupJob deletes old records once an hour.
type cleanupJob struct {
	store cleaner
	clock func() time.Time
	last  time.Time
}

func (d *cleanupJob) run(ctx context.Context) (done int, next *time.Time, err error) {
	now := d.clock()
	if now.Sub(d.last) < forgetEvery {
		return 0, new(d.last.Add(forgetEvery)), nil
	}
	if err := d.store.ForgetDeliveries(ctx, now.Add(-keepDeliveries)); err != nil {
		return 0, nil, err
	}
	err = d.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		if err := tx.Forget(ctx, now.Add(-keepReplays)); err != nil {
			return err
		}
		if err := tx.ForgetDeviceLogins(ctx, now); err != nil {
			return err
		}
		return tx.ForgetAccountEvents(ctx, now.Add(-keepAccounts))
	})
	if err != nil {
		return 0, nil, err
	}
	d.last = now
	return 0, new(now.Add(forgetEvery)), nil
}
