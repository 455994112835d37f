package testbeds

import "testing"

func TestVerdictsAreSaid(t *testing.T) {
	t.Parallel()
	usrp, at := Resource{Testbed: "iris", Device: "usrp"}, Slot{bookedHour(12), bookedHour(16)}
	const when = "2026-03-02 12:00:00Z – 2026-03-02 16:00:00Z"
	for want, said := range map[string]interface{ String() string }{
		"iris usrp: short by 2 (3 needed, 1 free), " + when: Conflict{Resource: usrp, Interval: at, Needed: 3, Free: 1, ShortBy: 2},
		"iris usrp: short by 2 (3 needed, 1 free), " + when + "; taken by #7, a closure (repair), 2 other experiments": Conflict{Resource: usrp, Interval: at, Needed: 3, Free: 1, ShortBy: 2, More: 1,
			TakenBy: []Taker{{Kind: TakerBooking, Booking: 1, Request: 7}, {Kind: TakerBooking, Booking: 2}, {Kind: TakerClosure, Summary: "repair"}}},
		"iris usrp: 3 booked, only 2 there, " + when:            Overcommitment{Resource: usrp, Interval: at, Booked: 3, Total: 2},
		"iris a memory: 12 GB booked, only 8 GB there, " + when: Overcommitment{Resource: Resource{Testbed: "iris", VIM: "a", Quantity: "memory_mb"}, Interval: at, Booked: 12288, Total: 8192},
		"iris usrp u1: 2 booked, only 1 there, " + when:         Overcommitment{Resource: usrp, Unit: "u1", Interval: at, Booked: 2, Total: 1},
		"iris usrp: 1 booked, none there, " + when:              Overcommitment{Resource: usrp, Interval: at, Booked: 1},
		"iris usrp: 1 booked, overbooked by 2, " + when:         Overcommitment{Resource: usrp, Interval: at, Booked: 1, Total: -2},
	} {
		if got := said.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestShortagesAndCausesAreSaid(t *testing.T) {
	t.Parallel()
	usrp, memory := Resource{Testbed: "hall", Device: "usrp"}, Resource{Testbed: "hall", VIM: "iris", Quantity: "memory_mb"}
	unknown, named := Taker{Kind: TakerBooking, Summary: "busy"}, Taker{Kind: TakerBooking, Request: 26, Summary: "MARATHON"}
	closed := Taker{Kind: TakerClosure, Summary: "painting"}
	for _, tt := range []struct {
		c        Conflict
		shortage string
		cause    string
	}{
		{Conflict{Resource: usrp, Needed: 3, Free: 2, ShortBy: 1}, "short by 1 (3 needed, 2 free)", ""},
		{Conflict{Resource: usrp, Needed: 3, ShortBy: 3, TakenBy: []Taker{unknown}}, "short by 3 (3 needed, none free)", "; taken by another experiment"},
		{Conflict{Resource: memory, Needed: 8192, Free: -20480, ShortBy: 28672, TakenBy: []Taker{named, unknown}},
			"short by 28 GB (8 GB needed, overbooked by 20 GB)", "; taken by #26 MARATHON, one more experiment"},
		{Conflict{Resource: usrp, Needed: 1, ShortBy: 1, TakenBy: []Taker{closed, unknown}, More: 2},
			"short by 1 (1 needed, none free)", "; taken by a closure (painting), 3 other experiments"},
		{Conflict{Resource: usrp, Needed: 1, ShortBy: 1, Units: []string{"u1"}, TakenBy: []Taker{{Kind: TakerBooking, Request: 26, Units: []string{"u1", "u2"}}}},
			"u1 is not free", "; taken by #26"},
		{Conflict{Resource: usrp, Needed: 3, Free: 1, ShortBy: 2, Units: []string{"u1", "u2"}, TakenBy: []Taker{{Kind: TakerBooking, Request: 26, Units: []string{"u1"}}, unknown}},
			"short by 2 (3 needed, 1 free), u1, u2 are not free", "; taken by #26 (u1), one more experiment"},
		{Conflict{Resource: usrp, Needed: 1, ShortBy: 1, TakenBy: []Taker{{Kind: TakerOutsideOpening, Summary: "outside laboratory hours"}}},
			"short by 1 (1 needed, none free)", "; outside laboratory hours"},
		{Conflict{Resource: usrp, Needed: 2, Free: 1, ShortBy: 1, TakenBy: []Taker{{Kind: TakerCapacityChange, Summary: "one USRP lent"}, named}},
			"short by 1 (2 needed, 1 free)", "; taken by #26 MARATHON; one USRP lent"},
	} {
		if got := tt.c.Shortage(); got != tt.shortage {
			t.Errorf("got %q, want %q", got, tt.shortage)
		}
		if got := tt.c.Cause(); got != tt.cause {
			t.Errorf("got %q, want %q", got, tt.cause)
		}
	}
	if got := memory.Words(); got != "hall iris memory" {
		t.Error(got)
	}
	if got := (Quantities{"storage_gb": 10, "memory_mb": 2048, "vcpu": 2, "gpu": 0}).Words(); got != "2 vCPU, 2 GB memory, 10 GB storage" {
		t.Error(got)
	}
}
