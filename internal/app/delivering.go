package app

import (
	"context"
	"time"

	"berth/internal/delivery"
)

// courier makes a courier, whose attempts are counted.
func (p *Parts) courier(deliveries delivery.Deliveries, deliver delivery.Deliver, o delivery.Options) *delivery.Courier {
	o.Clock = p.Clock
	if p.metrics != nil {
		o.Attempted = func(channel string, r delivery.Result, since time.Duration) {
			p.metrics.Attempt(channel, string(r), since)
		}
	}
	return delivery.New(deliveries, deliver, o)
}

// delivering makes the job of a courier: round after round while there are deliveries.
func delivering(courier *delivery.Courier, clock func() time.Time) job {
	return func(ctx context.Context) (done int, next *time.Time, err error) {
		done, err = courier.Round(ctx)
		if done > 0 && err == nil {
			return done, new(clock()), nil // there may be more
		}
		return done, nil, err
	}
}
