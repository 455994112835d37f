package capacity

import (
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"berth/testbeds"
)

// row is a booking as a federation keeps it: only what differs from one booking to the next. What many have in common stands in their form.
// Rows never change, and know nothing of the facility, so that federations share them.
type row struct {
	form       *form
	amounts    string // per claim the amount as a varint, and of a form with units their number and each with its length
	request    int64
	start, end int64 // of the slot
}

// form is what the bookings of one experiment on the same VIMs and devices have in common.
type form struct {
	strength   testbeds.Strength
	overbooked bool
	units      bool // whether any claim names units
	claims     []formClaim
}

// formClaim is a claim less its amount. Setup and teardown are those that it was granted, in seconds.
type formClaim struct {
	testbeds.Resource
	setup, teardown int64
}

// forms finds the form of a booking among those in use, so that equal ones are kept once.
type forms struct {
	mu    sync.Mutex
	known map[formKey][]*form
	count int
}

// formKey has enough of a form that few others have the same.
type formKey struct {
	first    formClaim
	claims   int
	strength testbeds.Strength
}

// maxForms bounds the forms that are remembered; behind it all are forgotten, and those that are still used are made once more.
const maxForms = 1 << 16

// of returns the form of a booking.
func (k *forms) of(b testbeds.Booking) *form {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := formKey{claims: len(b.Claims), strength: b.Strength}
	if len(b.Claims) > 0 {
		key.first = formOf(b, b.Claims[0])
	}
	for _, f := range k.known[key] {
		if f.fits(b) {
			return f
		}
	}
	if k.count++; k.known == nil || k.count > maxForms {
		k.known, k.count = map[formKey][]*form{}, 1
	}
	f := newForm(b)
	k.known[key] = append(k.known[key], f)
	return f
}

func newForm(b testbeds.Booking) *form {
	f := &form{strength: b.Strength, overbooked: b.Overbooked}
	for _, c := range b.Claims {
		f.claims = append(f.claims, formOf(b, c))
		f.units = f.units || len(c.Units) > 0
	}
	return f
}

func formOf(b testbeds.Booking, c testbeds.Claim) formClaim {
	return formClaim{Resource: c.Resource, setup: b.Slot.Start.Unix() - c.From.Unix(), teardown: c.To.Unix() - b.Slot.End.Unix()}
}

// fits reports whether the form is that of a booking. Bookings that name no units also fit a form of those that do.
func (f *form) fits(b testbeds.Booking) bool {
	if f.strength != b.Strength || f.overbooked != b.Overbooked || len(f.claims) != len(b.Claims) {
		return false
	}
	for i := range b.Claims {
		c := &b.Claims[i]
		if f.claims[i] != formOf(b, *c) || len(c.Units) > 0 && !f.units {
			return false
		}
	}
	return true
}

// row makes the row of a booking of this form.
func (f *form) row(b testbeds.Booking) *row {
	var room [64]byte
	code := room[:0]
	for i := range b.Claims {
		c := &b.Claims[i]
		code = binary.AppendVarint(code, c.Amount)
		if !f.units {
			continue
		}
		code = binary.AppendUvarint(code, uint64(len(c.Units)))
		for _, u := range c.Units {
			code = binary.AppendUvarint(code, uint64(len(u)))
			code = append(code, u...)
		}
	}
	return &row{form: f, amounts: string(code), request: b.Request, start: b.Slot.Start.Unix(), end: b.Slot.End.Unix()}
}

// booking makes the booking of a row.
func (r *row) booking(id int64) testbeds.Booking {
	b := testbeds.Booking{ID: id, Request: r.request, Strength: r.form.strength, Slot: slotOf(r.start, r.end), Overbooked: r.form.overbooked}
	if len(r.form.claims) > 0 {
		b.Claims = make([]testbeds.Claim, 0, len(r.form.claims))
	}
	r.claims(func(c *formClaim, amount int64, units []string) {
		b.Claims = append(b.Claims, testbeds.Claim{Need: testbeds.Need{Resource: c.Resource, Amount: amount, Units: units},
			From: instant(r.start - c.setup), To: instant(r.end + c.teardown)})
	})
	return b
}

// claims calls yield with each claim, its amount and its units.
func (r *row) claims(yield func(c *formClaim, amount int64, units []string)) {
	rest := decoder(r.amounts)
	for i := range r.form.claims {
		amount := rest.varint()
		var units []string
		if r.form.units {
			units = rest.units()
		}
		yield(&r.form.claims[i], amount, units)
	}
}

// blocks reports whether the booking takes capacity.
func (r *row) blocks() bool { return r.form.strength.Blocks() }

// amount adds up what the booking claims of a resource.
func (r *row) amount(of testbeds.Resource) (sum int64) {
	r.claims(func(c *formClaim, amount int64, _ []string) {
		if c.Resource == of {
			sum += amount
		}
	})
	return sum
}

// units lists the units of a device that the booking names.
func (r *row) units(of testbeds.Resource) (all []string) {
	r.claims(func(c *formClaim, _ int64, units []string) {
		if len(units) > 0 && c.Resource == of {
			all = append(all, units...)
		}
	})
	return all
}

// until returns when the last claim ends, the slot's end where there is none.
func (r *row) until() time.Time {
	end := r.end
	for _, c := range r.form.claims {
		end = max(end, r.end+c.teardown)
	}
	return instant(end)
}

// decoder is what is left to read of the amounts of a row.
type decoder string

func (d *decoder) uvarint() uint64 {
	var n uint64
	for i := 0; ; i++ {
		c := (*d)[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			*d = (*d)[i+1:]
			return n
		}
	}
}

// varint undoes binary.AppendVarint, which writes 0, -1, 1, -2 … as 0, 1, 2, 3 ….
func (d *decoder) varint() int64 {
	n := d.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}

func (d *decoder) units() []string {
	var all []string
	for n := d.uvarint(); n > 0; n-- {
		size := d.uvarint()
		all = append(slices.Grow(all, int(n)), string((*d)[:size]))
		*d = (*d)[size:]
	}
	return all
}
