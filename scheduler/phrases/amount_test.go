package phrases_test

import (
	"testing"

	"berth/scheduler/phrases"
	"berth/testbeds"
)

func TestAmountsAreInPeoplesUnits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		quantity string
		n        int64
		want     string
	}{
		{"vcpu", 32, "32 vCPU"}, {"memory_mb", 131072, "128 GB memory"}, {"memory_mb", 1024, "1 GB memory"}, {"memory_mb", 1023, "1023 MB memory"},
		{"memory_mb", 1536, "1.5 GB memory"}, {"memory_mb", 512, "512 MB memory"}, {"memory_mb", 2500, "2500 MB memory"}, {"memory_mb", 0, "0 MB memory"},
		{"memory_mb", 2 << 20, "2 TB memory"}, {"storage_gb", 500, "500 GB storage"}, {"storage_gb", 2048, "2 TB storage"}, {"gpu", 4, "4 gpu"},
		{"memory_mb", -20480, "-20 GB memory"},
	} {
		if got := phrases.Amount(tt.quantity, tt.n); got != tt.want {
			t.Errorf("%d %s: got %q, want %q", tt.n, tt.quantity, got, tt.want)
		}
	}
	if got := phrases.Amounts(testbeds.Quantities{"storage_gb": 10, "memory_mb": 2048, "vcpu": 2, "gpu": 0}); got != "2 vCPU, 2 GB memory, 10 GB storage" {
		t.Error(got)
	}
}

func TestShortagesAndTakersAreSaid(t *testing.T) {
	t.Parallel()
	usrp, memory := testbeds.Resource{Testbed: "hall", Device: "usrp"}, testbeds.Resource{Testbed: "hall", VIM: "iris", Quantity: "memory_mb"}
	unknown, named := testbeds.Taker{Kind: testbeds.TakerBooking, Summary: "busy"}, testbeds.Taker{Kind: testbeds.TakerBooking, Request: 26, Summary: "MARATHON"}
	closed := testbeds.Taker{Kind: testbeds.TakerClosure, Summary: "painting"}
	for _, tt := range []struct {
		c        testbeds.Conflict
		shortage string
		takers   string
	}{
		{testbeds.Conflict{Resource: usrp, Needed: 3, Free: 2, ShortBy: 1}, "short by 1 (3 needed, 2 free)", ""},
		{testbeds.Conflict{Resource: usrp, Needed: 3, ShortBy: 3, TakenBy: []testbeds.Taker{unknown}}, "short by 3 (3 needed, none free)", "another experiment"},
		{testbeds.Conflict{Resource: memory, Needed: 8192, Free: -20480, ShortBy: 28672, TakenBy: []testbeds.Taker{named, unknown}},
			"short by 28 GB (8 GB needed, overbooked by 20 GB)", "#26 MARATHON, one more experiment"},
		{testbeds.Conflict{Resource: usrp, Needed: 1, ShortBy: 1, TakenBy: []testbeds.Taker{closed, unknown}, More: 2},
			"short by 1 (1 needed, none free)", "a closure (painting), 3 other experiments"},
	} {
		if got := phrases.Shortage(tt.c); got != tt.shortage {
			t.Errorf("got %q, want %q", got, tt.shortage)
		}
		if got := phrases.Takers(tt.c); got != tt.takers {
			t.Errorf("got %q, want %q", got, tt.takers)
		}
	}
	if got := phrases.Resource(memory); got != "hall iris memory" {
		t.Error(got)
	}
}
