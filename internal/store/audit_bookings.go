package store

import (
	"context"
	"hash/maphash"
	"math"
	"strings"
	"time"

	"berth/testbeds"
)

// auditedBooking is a row of bookings, with its claims.
type auditedBooking struct {
	testbeds.Booking
	request     string
	ends, until int64
	released    bool
}

// Bookings streams the bookings in force that end after the given instant, by id, and looks at all of them.
func (a *audit) Bookings(ctx context.Context, endAfter time.Time, yield func(testbeds.Booking) error) error {
	known := map[string]testbeds.Resource{}
	for after := int64(0); ; {
		page, err := all(ctx, a.tx, auditedRow, `SELECT id, request, number, strength, starts, ends, until, overbooked, released FROM bookings WHERE id > $1 ORDER BY id LIMIT $2`, after, auditPage)
		if err != nil {
			return err
		}
		last := int64(math.MaxInt64)
		if len(page) == auditPage {
			last = page[len(page)-1].ID
		}
		if err := a.claims(ctx, page, after, last, known); err != nil {
			return err
		}
		for _, b := range page {
			a.own(b)
			if b.released || b.until <= seconds(endAfter) {
				continue
			}
			if err := yield(b.Booking); err != nil {
				return err
			}
		}
		if after = last; len(page) < auditPage {
			return nil
		}
	}
}

func auditedRow(s scan) (b auditedBooking, err error) {
	var starts, overbooked, released int64
	err = s(&b.ID, &b.request, &b.Request, &b.Strength, &starts, &b.ends, &b.until, &overbooked, &released)
	b.Slot = testbeds.Slot{Start: fromSeconds(starts), End: fromSeconds(b.ends)}
	b.Overbooked, b.released = overbooked == 1, released == 1
	return b, err
}

// claims gives each booking of a page its claims: those of the bookings after one, up to another. What a claim takes is one text, because each column
// costs as much as a row: that is how many there are.
func (a *audit) claims(ctx context.Context, page []auditedBooking, after, last int64, known map[string]testbeds.Resource) error {
	claims, counts, at := make([]testbeds.Claim, 0, 4*len(page)), make([]int, len(page)), 0
	err := a.each(ctx, func(s scan) error {
		var booking, amount, from, to int64
		var resource, units string
		if err := s(&booking, &resource, &amount, &from, &to, &units); err != nil {
			return err
		}
		for at < len(page) && page[at].ID < booking {
			at++
		}
		if at == len(page) || page[at].ID != booking {
			a.doubt(aboutClaims, true)
			return nil
		}
		r, ok := known[resource]
		if !ok {
			names := strings.SplitN(resource, between, 4)
			r = testbeds.Resource{Testbed: names[0], VIM: names[1], Quantity: names[2], Device: names[3]}
			known[resource] = r
		}
		c := testbeds.Claim{Need: testbeds.Need{Resource: r, Amount: amount}, From: fromSeconds(from), To: fromSeconds(to)}
		if units != "" {
			var err error
			if c.Units, err = parsed[[]string]("units", units); err != nil {
				return err
			}
		}
		claims = append(claims, c)
		counts[at], page[at].ends = counts[at]+1, max(page[at].ends, to)
		return nil
	}, claimsOfBookings, after, last)
	for i := range page {
		a.doubt(aboutUntil, page[i].until != page[i].ends)
		page[i].Claims, claims = claims[:counts[i]:counts[i]], claims[counts[i]:]
	}
	return err
}

// between separates the names in a text; no name has it.
const between = "\x1f"

const claimsOfBookings = `SELECT booking, testbed || '` + between + `' || vim || '` + between + `' || quantity || '` + between + `' || device, amount, starts, ends, units
	FROM claims WHERE booking > $1 AND booking <= $2 ORDER BY booking, ordinal`

// own notes which request a booking belongs to, and under which number.
func (a *audit) own(b auditedBooking) {
	owner := maphash.String(a.seed, b.request)
	if other, named := a.owners[b.Request]; named && other != owner {
		a.doubt(aboutOwners, true)
	}
	a.owners[b.Request] = owner
}
