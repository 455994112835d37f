package app

import (
	"context"
	"time"

	"berth/internal/delivery"
)

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
