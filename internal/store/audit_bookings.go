package store

import (
	"context"
	"fmt"
	"hash/maphash"
	"time"

	"berth/testbeds"
)

// Bookings streams the bookings in force that end after the given instant, by id, and looks at all of them.
func (a *audit) Bookings(ctx context.Context, endAfter time.Time, yield func(testbeds.Booking) error) error {
	known := newClaimReader()
	return a.each(ctx, func(s scan) error {
		var b testbeds.Booking
		var request, claims string
		var starts, ends, until, overbooked, released int64
		if err := s(&b.ID, &request, &b.Request, &b.Strength, &starts, &ends, &until, &overbooked, &released, &claims); err != nil {
			return err
		}
		a.own(b.Request, request)
		b.Slot, b.Overbooked = testbeds.Slot{Start: fromSeconds(starts), End: fromSeconds(ends)}, overbooked == 1
		var err error
		if b.Claims, err = known.claims(claims); err != nil {
			a.faults = append(a.faults, fmt.Sprintf("request #%d: the claims of booking %d cannot be read: %v", b.Request, b.ID, err))
			return nil
		}
		for _, c := range b.Claims {
			ends = max(ends, seconds(c.To))
		}
		if until != ends {
			a.faults = append(a.faults, fmt.Sprintf("request #%d: booking %d does not last until the end of its last claim", b.Request, b.ID))
		}
		if released == 1 || until <= seconds(endAfter) {
			return nil
		}
		return yield(b)
	}, `SELECT id, request, number, strength, starts, ends, until, overbooked, released, claims FROM bookings ORDER BY id`)
}

// own notes which request a booking belongs to, and under which number.
func (a *audit) own(number int64, request string) {
	owner := maphash.String(a.seed, request)
	if other, named := a.owners[number]; named && other != owner {
		a.doubt(aboutOwners, true)
	}
	a.owners[number] = owner
}
