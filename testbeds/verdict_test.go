package testbeds

import "testing"

func TestVerdictsAreSaid(t *testing.T) {
	t.Parallel()
	usrp, at := Resource{Testbed: "iris", Device: "usrp"}, Slot{bookedHour(12), bookedHour(16)}
	const when = " (2026-03-02 12:00:00Z – 2026-03-02 16:00:00Z)"
	for want, said := range map[string]interface{ String() string }{
		"iris usrp: needs 3, free 1, short by 2" + when: Conflict{Resource: usrp, Interval: at, Needed: 3, Free: 1, ShortBy: 2},
		"iris usrp: needs 3, free 1, short by 2, taken by #7, #…, repair, 1 more" + when: Conflict{Resource: usrp, Interval: at, Needed: 3, Free: 1, ShortBy: 2, More: 1,
			TakenBy: []Taker{{Kind: TakerBooking, Booking: 1, Request: 7}, {Kind: TakerBooking, Booking: 2}, {Kind: TakerClosure, Summary: "repair"}}},
		"iris usrp: 3 booked, there are 2" + when:    Overcommitment{Resource: usrp, Interval: at, Booked: 3, Total: 2},
		"iris usrp u1: 2 booked, there are 1" + when: Overcommitment{Resource: usrp, Unit: "u1", Interval: at, Booked: 2, Total: 1},
	} {
		if got := said.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
