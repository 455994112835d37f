package capacity

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/testbeds"
)

// drawCrowd books a VIM of three quantities and more than it has, by bookings that take of some of them.
func drawCrowd(rng *rand.Rand, fed *Federation, n int) []testbeds.Booking {
	var all []testbeds.Booking
	for i := range n {
		s := hoursFrom(rng.IntN(60), 1+rng.IntN(1+rng.IntN(40)))
		var d testbeds.Demand
		for _, q := range []string{"disk", "memory_mb", "vcpu"} {
			if rng.IntN(3) > 0 {
				d = append(d, testbeds.Need{Resource: testbeds.Resource{Testbed: "hall", VIM: "iris", Quantity: q}, Amount: 1 + rng.Int64N(3)})
			}
		}
		strength := []testbeds.Strength{testbeds.Firm, testbeds.Held, testbeds.Pending}[rng.IntN(3)]
		all = append(all, testbeds.Booking{ID: int64(i + 1), Request: int64(i + 101), Strength: strength, Slot: s, Claims: fed.Claims(d, s)})
	}
	return all
}

// takersOf goes through all bookings for those that take of a conflict's resource during it.
func takersOf(c testbeds.Conflict, bookings []testbeds.Booking) []testbeds.Taker {
	var list []testbeds.Taker
	for _, b := range bookings {
		for _, part := range b.Claims {
			in := testbeds.Slot{Start: part.From, End: part.To}
			if b.Strength.Blocks() && part.Resource == c.Resource && in.Overlaps(c.Interval) {
				list = append(list, testbeds.Taker{Kind: testbeds.TakerBooking, Booking: b.ID, Request: b.Request, Strength: b.Strength, Amount: part.Amount, Interval: in})
			}
		}
	}
	slices.SortFunc(list, func(a, b testbeds.Taker) int {
		return cmp.Or(a.Interval.Start.Compare(b.Interval.Start), cmp.Compare(a.Booking, b.Booking))
	})
	return list
}

// TestTakersAreAllThatOverlap: each conflict names the first twenty bookings that take of its resource during it, and counts the others; so does a
// fork, of what it does not hide.
func TestTakersAreAllThatOverlap(t *testing.T) {
	t.Parallel()
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Timezone: "UTC", VIMs: []testbeds.VIM{{ID: "iris",
		Capacity: testbeds.Quantities{"disk": 20, "memory_mb": 30, "vcpu": 40}}}}}}
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		fed := build(t, f, nil)
		bookings := drawCrowd(rng, fed, drawInt(t, "bookings", 0, 150))
		fed.Load(bookings)
		if drawInt(t, "fork", 0, 1) == 1 {
			fed = fed.Without()
			for i := range bookings {
				switch rng.IntN(4) {
				case 0:
					fed.Remove(bookings[i].ID)
					bookings[i].Claims = nil
				case 1:
					bookings[i].Claims = fed.Claims(testbeds.Demand{{Resource: testbeds.Resource{Testbed: "hall", VIM: "iris", Quantity: "disk"}, Amount: 5}}, bookings[i].Slot)
					fed.Put(bookings[i])
				}
			}
		}
		e := testbeds.Experiment{Placement: testbeds.Placement{"1": "hall/iris"}, Components: []testbeds.Component{{Member: "1", Onboarded: []string{"hall/iris"},
			Size: testbeds.Quantities{"disk": 1 + rng.Int64N(20), "memory_mb": 1 + rng.Int64N(30), "vcpu": 1 + rng.Int64N(40)}}}}
		for _, c := range fed.Check(e, hoursFrom(rng.IntN(60), 1+rng.IntN(60))).Conflicts {
			want := takersOf(c, bookings)
			more := max(0, len(want)-20)
			want = want[:len(want)-more]
			if diff := gocmp.Diff(want, c.TakenBy); diff != "" || c.More != more {
				t.Fatalf("%s: %d more, want %d; takers (-want +got):\n%s", c, c.More, more, diff)
			}
		}
	})
}
