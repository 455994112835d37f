package app

import (
	"context"
	"time"

	"berth/internal/delivery"
)

// delivering is the duty of a courier: round after round for as long as there is something to deliver.
func delivering(courier *delivery.Courier, clock func() time.Time) job {
	return func(ctx context.Context) (done int, next *time.Time, err error) {
		done, err = courier.Round(ctx)
		if done > 0 && err == nil {
			return done, new(clock()), nil // there may be more
		}
		return done, nil, err
	}
}
