package app

import (
	"context"
	"time"

	"berth/scheduler"
)

// What has served its purpose is kept for a while and then forgotten: deliveries, so that somebody can look what was told; idempotency
// keys, so that a repeated call is still recognised; the trail of accounts, so that somebody can look into what happened a year ago.
const (
	keepDeliveries = 30 * 24 * time.Hour
	keepReplays    = 30 * 24 * time.Hour
	keepAccounts   = 400 * 24 * time.Hour
	forgetEvery    = time.Hour
)

// cleaner forgets what is old.
type cleaner interface {
	scheduler.Store
	ForgetDeliveries(ctx context.Context, before time.Time) error
}

// cleanupJob forgets once an hour what nobody needs any more.
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
		return tx.ForgetAccountEvents(ctx, now.Add(-keepAccounts))
	})
	if err != nil {
		return 0, nil, err
	}
	d.last = now
	return 0, new(now.Add(forgetEvery)), nil
}
