package proof_test

import (
	"testing"
	"time"

	"berth/scheduler/proof"
)

func TestWaitingThatIsNotAsPromised(t *testing.T) {
	t.Parallel()
	// #4 waits since three hours. Where it has an offer, that was made two hours ago, 52 hours before its slot begins.
	waits := func(h house, offer string) *proof.Request {
		r := h.requests["pending"]
		r.Wait, r.Due = &proof.Wait{Since: *at(-3), Until: *at(5), Offer: offer}, at(5)
		return r
	}
	offered := func(h house, until time.Time) *proof.Request {
		r := waits(h, "2")
		r.Offers = h.requests["rejected"].Offers
		h.requests["rejected"].Offers = nil
		r.Offers[1].Made, r.Offers[1].Waited, r.Offers[1].Until = *at(-2), at(-3), until
		return r
	}
	checkAll(t, []damage{
		{"it waits", func(h house) { waits(h, "") }, ""},
		{"it waits too long", func(h house) { waits(h, "").Wait.Until = now }, "4 (UNDER_REVIEW): waits, although it should have only until 2026-03-02 12:00:00Z"},
		{"it waits too long, and is due", func(h house) { r := waits(h, ""); r.Wait.Until, r.Due = now, at(0) }, ""},
		{"it is granted", func(h house) {
			h.requests["scheduled"].Wait = &proof.Wait{Since: *at(-1), Until: *at(5)}
		}, "1 (SCHEDULED): waits for capacity, and is not under review"},
		{"it has its offer", func(h house) { offered(h, *at(11)) }, ""},
		{"an offer for too long", func(h house) {
			offered(h, at(11).Add(time.Second))
		}, "4 (UNDER_REVIEW): offer 2 was held until 2026-03-02 23:00:01Z, which is more than a quarter of the time until its slot begins at 2026-03-04 14:00:00Z"},
		{"an offer that it has not", func(h house) { waits(h, "7") }, "4 (UNDER_REVIEW): waits with offer 7, which is not open"},
		{"an offer that it had", func(h house) { offered(h, *at(9)).Wait.Offer = "" }, "4 (UNDER_REVIEW): waits since 2026-03-02 09:00:00Z without its offer 2"},
		{"offered twice", func(h house) {
			r := offered(h, *at(9))
			r.Offers[0].Slot, r.Offers[0].Waited, r.Offers[0].Made, r.Offers[0].Until = slot(50, 54), at(-3), *at(-3), *at(-3)
		}, "4 (UNDER_REVIEW): waited since 2026-03-02 09:00:00Z, and was offered something twice: offers 1 and 2"},
		{"offered once for each time that it waited", func(h house) {
			r := offered(h, *at(9))
			r.Offers[0].Slot, r.Offers[0].Waited, r.Offers[0].Made, r.Offers[0].Until = slot(50, 54), at(-5), *at(-4), *at(-4)
		}, ""},
	})
}
