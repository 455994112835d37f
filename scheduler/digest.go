package scheduler

import (
	"berth/scheduler/account"
	"berth/scheduler/trace"
	"context"
)

// Digest records in the change log, once, that the digest of a day is due; the day is written as 2026-11-24. It reports whether this call did it. It
// returns no code of its own.
func (s *Service) Digest(ctx context.Context, day string) (now bool, err error) {
	err = s.store.Change(ctx, nil, func(tx Tx) error {
		now = false
		d := &decision{s: s, tx: tx, actor: account.System, action: ActionDigest, now: s.now()}
		c := Creation{Key: "digest " + day}
		if before, err := d.replayed(ctx, c); err != nil || before != "" {
			return err
		}
		now = true
		if err := tx.AddEvent(ctx, Event{At: d.now, Kind: EventDigest, Action: ActionDigest, Actor: account.System.Username, Text: day, Cause: trace.Of(ctx).String()}); err != nil {
			return err
		}
		return d.remember(ctx, c, day)
	})
	if CodeOf(err) == CodeConflict { // another process was faster
		return false, nil
	}
	return now, err
}
