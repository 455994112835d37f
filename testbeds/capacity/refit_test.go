package capacity

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/testbeds"
)

// alteredFacility changes, adds or removes one testbed.
func alteredFacility(t *rapid.T, f testbeds.Facility) testbeds.Facility {
	beds := slices.Clone(f.Testbeds)
	id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "altered")
	at := slices.IndexFunc(beds, func(b testbeds.Testbed) bool { return b.ID == id })
	switch drawn := drawTestbed(t, id); {
	case at < 0:
		beds = append(beds, drawn)
	case len(beds) > 1 && drawInt(t, "removed", 0, 2) == 0:
		beds = slices.Delete(beds, at, at+1)
	default:
		beds[at] = drawn
	}
	return testbeds.Facility{Testbeds: beds}
}

// kept lists the bookings of a federation by id, and those that claim what its facility does not have.
func kept(f *Federation) (all []testbeds.Booking, strays []int64) {
	f.bookings.Scan(func(id int64, r *row) bool {
		all = append(all, r.booking(id))
		return true
	})
	return all, f.strays.Keys()
}

// TestARefittedFederationEqualsOneBuiltFromNothing, whatever changed before: facility, bookings, horizon. What it was made from stays as it was.
func TestARefittedFederationEqualsOneBuiltFromNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		fed := build(t, w.facility, w.bookings)
		for range drawInt(t, "steps", 1, 6) {
			before, was := fed, picture(fed)
			switch drawInt(t, "step", 0, 3) {
			case 0:
				fed = fed.Next()
				b := testbeds.Booking{ID: int64(drawInt(t, "id", 1, 14)), Request: 7, Strength: testbeds.Firm, Slot: drawSlot(t, 20)}
				b.Claims = fed.Claims(drawExperiment(t, w.facility).Demand(), b.Slot)
				fed.Put(b)
			case 1:
				fed = fed.Next()
				fed.Remove(int64(drawInt(t, "gone", 1, 14)))
			case 2:
				var err error
				if fed, err = fed.Relay(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "laid anew"), testHorizon); err != nil {
					t.Fatal(err)
				}
			default:
				w.facility = alteredFacility(t, w.facility)
				var err error
				if fed, err = fed.Refit(w.facility, testHorizon); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(was, picture(before)); diff != "" {
				t.Fatalf("a federation changed with the next one:\n%s", diff)
			}
		}
		bookings, strays := kept(fed)
		nothing := build(t, w.facility, bookings)
		if diff := cmp.Diff(picture(nothing), picture(fed)); diff != "" {
			t.Fatalf("built from nothing (-) and refitted (+):\n%s", diff)
		}
		if all, lost := kept(nothing); !cmp.Equal(all, bookings) || !cmp.Equal(lost, strays) {
			t.Fatalf("%d bookings with strays %v, and %d with %v", len(all), lost, len(bookings), strays)
		}
		e, s := drawExperiment(t, w.facility), drawSlot(t, 8)
		if diff := cmp.Diff(nothing.Check(e, s), fed.Check(e, s)); diff != "" {
			t.Fatalf("check: built from nothing (-) and refitted (+):\n%s", diff)
		}
		for _, b := range bookings {
			if x, y := nothing.Without(b.ID).Holds(b), fed.Without(b.ID).Holds(b); x != y {
				t.Fatalf("booking %d holds: %v, refitted %v", b.ID, x, y)
			}
		}
	})
}

// TestATestbedThatReturnsHasItsBookings: nothing forgets them while the facility is without it.
func TestATestbedThatReturnsHasItsBookings(t *testing.T) {
	t.Parallel()
	bed := testbeds.Testbed{ID: "hall", Timezone: "UTC", Devices: []testbeds.Device{{ID: "usrp", Count: 3}}}
	fed, err := NewFederation(testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, testHorizon)
	if err != nil {
		t.Fatal(err)
	}
	s := testbeds.NewSlot(testStart.Add(time.Hour), time.Hour)
	fed.Put(testbeds.Booking{ID: 1, Strength: testbeds.Firm, Slot: s,
		Claims: []testbeds.Claim{{Need: testbeds.Need{Resource: testbeds.Resource{Testbed: "hall", Device: "usrp"}, Amount: 2}, From: s.Start, To: s.End}}})
	for _, f := range []testbeds.Facility{{}, {Testbeds: []testbeds.Testbed{bed}}} {
		if fed, err = fed.Refit(f, testHorizon); err != nil {
			t.Fatal(err)
		}
	}
	if series, _ := fed.Availability("hall", s); series[0].Steps[0].Free != 1 {
		t.Errorf("%d are free, want 1", series[0].Steps[0].Free)
	}
}

// TestAHorizonMovesOnlyAsFarAsTestbedsAreLaidOut, and what can be booked ends where it says.
func TestAHorizonMovesOnlyAsFarAsTestbedsAreLaidOut(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	bed := testbeds.Testbed{ID: "hall", Timezone: "UTC", Devices: []testbeds.Device{{ID: "usrp", Count: 3}}}
	laid := testbeds.Slot{Start: testStart, End: testStart.Add(12 * day)}
	fed, err := NewFederation(testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, laid)
	if err != nil {
		t.Fatal(err)
	}
	ask := testbeds.Experiment{Devices: []testbeds.DeviceNeed{{Testbed: "hall", Device: "usrp", Count: 1}}}
	for days := range 4 {
		horizon := testHorizon.Shift(time.Duration(days) * day)
		fed = fed.Within(horizon)
		last := testbeds.Slot{Start: horizon.End.Add(-time.Hour), End: horizon.End}
		if !fed.Fits(ask, last) || fed.Fits(ask, last.Shift(time.Second)) {
			t.Errorf("after %d days: the last hour fits: %v, and a second later: %v", days, fed.Fits(ask, last), fed.Fits(ask, last.Shift(time.Second)))
		}
	}
	for _, tt := range []struct {
		end  time.Time
		want bool
	}{{laid.End, true}, {laid.End.Add(time.Second), false}} {
		if got := fed.Reaches(testbeds.Slot{Start: testStart, End: tt.end}); got != tt.want {
			t.Errorf("it reaches %s: %v", tt.end, got)
		}
	}
	if fed, err = fed.Relay("hall", laid.Shift(day)); err != nil || !fed.Reaches(laid.Shift(day)) || fed.Reaches(laid) {
		t.Errorf("laid out a day later: %v", err)
	}
}
