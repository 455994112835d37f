package capacity_test

import (
	"fmt"
	"testing"
	"time"

	"berth/testbeds"
	"berth/testbeds/capacity"
)

// many makes a facility of n testbeds.
func many(n int) (f testbeds.Facility) {
	for i := range n {
		f.Testbeds = append(f.Testbeds, testbeds.Testbed{ID: fmt.Sprintf("testbed-%04d", i), Name: "T", Timezone: "UTC"})
	}
	return f
}

func TestAFederationFindsTheTestbedsOfItsFacility(t *testing.T) {
	t.Parallel()
	f := many(30)
	fed, err := capacity.NewFederation(f, testbeds.NewSlot(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []*capacity.Federation{fed, fed.Without(1)} {
		for _, want := range f.Testbeds {
			if got, ok := of.Testbed(want.ID); !ok || got.ID != want.ID {
				t.Errorf("for %s it finds %q, %t", want.ID, got.ID, ok)
			}
		}
		if got, ok := of.Testbed("nowhere"); ok || got.ID != "" {
			t.Errorf("it finds %q, which is nowhere", got.ID)
		}
	}
}

// BenchmarkTestbed looks up one of a thousand testbeds in the facility, by a search, and in the federation, by an index.
func BenchmarkTestbed(b *testing.B) {
	f := many(1000)
	fed, err := capacity.NewFederation(f, testbeds.NewSlot(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), time.Hour))
	if err != nil {
		b.Fatal(err)
	}
	for name, find := range map[string]func(string) (testbeds.Testbed, bool){"facility": f.Testbed, "federation": fed.Testbed} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, ok := find("testbed-0900"); !ok {
					b.Fatal("it is not there")
				}
			}
		})
	}
}
