package capacity

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/testbeds"
)

// drawKept draws a booking of any shape, as nobody would grant it.
func drawKept(t *rapid.T) testbeds.Booking {
	second := func(name string, from, to int64) time.Time { return instant(rapid.Int64Range(from, to).Draw(t, name)) }
	b := testbeds.Booking{ID: rapid.Int64().Draw(t, "id"), Request: rapid.Int64().Draw(t, "request"), Overbooked: rapid.Bool().Draw(t, "overbooked"),
		Strength: rapid.SampledFrom([]testbeds.Strength{testbeds.Firm, testbeds.Held, testbeds.Pending, ""}).Draw(t, "strength"),
		Slot:     testbeds.Slot{Start: second("start", -9e9, 9e9), End: second("end", -9e9, 9e9)}}
	name := rapid.SampledFrom([]string{"", "a", "b", "a/b"})
	for range drawInt(t, "claims", 0, 4) {
		c := testbeds.Claim{From: second("from", -9e9, 9e9), To: second("to", -9e9, 9e9)}
		c.Resource = testbeds.Resource{Testbed: name.Draw(t, "testbed"), VIM: name.Draw(t, "VIM"), Quantity: name.Draw(t, "quantity"), Device: name.Draw(t, "device")}
		c.Amount = rapid.OneOf(rapid.Int64(), rapid.Int64Range(-70, 70)).Draw(t, "amount")
		for range drawInt(t, "units", 0, 2) {
			c.Units = append(c.Units, rapid.String().Draw(t, "unit"))
		}
		b.Claims = append(b.Claims, c)
	}
	return b
}

// TestARowGivesBackItsBooking, of whatever form it is kept.
func TestARowGivesBackItsBooking(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		known := &forms{}
		for range drawInt(t, "bookings", 1, 4) {
			b := drawKept(t)
			for name, f := range map[string]*form{"its own": newForm(b), "a known": known.of(b)} {
				if diff := cmp.Diff(b, f.row(b).booking(b.ID)); diff != "" {
					t.Fatalf("of %s form (-put +got):\n%s", name, diff)
				}
			}
			last := b.Slot.End
			for _, c := range b.Claims {
				last = later(last, c.To)
			}
			if got := newForm(b).row(b).until(); !got.Equal(last) {
				t.Fatalf("it ends at %s, want %s", got, last)
			}
		}
	})
}

// TestBookingsShareTheirForm where they differ in times and amounts only.
func TestBookingsShareTheirForm(t *testing.T) {
	t.Parallel()
	vcpu := testbeds.Resource{Testbed: "hall", VIM: "iris", Quantity: "vcpu"}
	usrp := testbeds.Resource{Testbed: "hall", Device: "usrp"}
	booking := func(hour int, change func(*testbeds.Booking)) testbeds.Booking {
		s := hoursFrom(hour, 2)
		b := testbeds.Booking{ID: int64(hour), Request: int64(hour), Strength: testbeds.Firm, Slot: s, Claims: []testbeds.Claim{
			{Need: testbeds.Need{Resource: vcpu, Amount: int64(hour)}, From: s.Start.Add(-time.Minute), To: s.End},
			{Need: testbeds.Need{Resource: usrp, Amount: 2}, From: s.Start, To: s.End}}}
		change(&b)
		return b
	}
	known := &forms{}
	first := known.of(booking(1, func(*testbeds.Booking) {}))
	for name, tt := range map[string]struct {
		change func(*testbeds.Booking)
		shared bool
	}{
		"another time and amount":  {func(*testbeds.Booking) {}, true},
		"another strength":         {func(b *testbeds.Booking) { b.Strength = testbeds.Held }, false},
		"overbooked":               {func(b *testbeds.Booking) { b.Overbooked = true }, false},
		"a longer setup":           {func(b *testbeds.Booking) { b.Claims[0].From = b.Claims[0].From.Add(-time.Second) }, false},
		"a longer second teardown": {func(b *testbeds.Booking) { b.Claims[1].To = b.Claims[1].To.Add(time.Second) }, false},
		"other resources":          {func(b *testbeds.Booking) { b.Claims[1].Device = "uhd" }, false},
		"fewer claims":             {func(b *testbeds.Booking) { b.Claims = b.Claims[:1] }, false},
		"named units":              {func(b *testbeds.Booking) { b.Claims[1].Units = []string{"u1"} }, false},
	} {
		if got := known.of(booking(5, tt.change)) == first; got != tt.shared {
			t.Errorf("%s: one form for both: %v, want %v", name, got, tt.shared)
		}
	}
}

// TestFormsAreForgottenBeyondTheirBound, so that they do not grow for ever.
func TestFormsAreForgottenBeyondTheirBound(t *testing.T) {
	t.Parallel()
	known := &forms{}
	at := func(i int) *form {
		return known.of(testbeds.Booking{Claims: make([]testbeds.Claim, 1), Slot: slotOf(int64(i), 0)})
	}
	first := at(0)
	for i := range maxForms {
		at(i)
	}
	if at(0) != first {
		t.Errorf("one of %d forms is forgotten", maxForms)
	}
	at(maxForms)
	if at(0) == first || len(known.known) > 2 {
		t.Errorf("%d forms are remembered, the bound is %d", len(known.known), maxForms)
	}
}

// TestTakersOfManyColumns: who takes of one of the columns beyond those that are told apart by a bit is no taker of the others.
func TestTakersOfManyColumns(t *testing.T) {
	t.Parallel()
	v := testbeds.VIM{ID: "iris", Capacity: testbeds.Quantities{}}
	for i := range 34 {
		v.Capacity[fmt.Sprintf("q%02d", i)] = 1
	}
	fed := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Timezone: "UTC", VIMs: []testbeds.VIM{v}}}}, nil)
	demand := func(i int) testbeds.Demand {
		return testbeds.Demand{{Resource: testbeds.Resource{Testbed: "hall", VIM: "iris", Quantity: fmt.Sprintf("q%02d", i)}, Amount: 1}}
	}
	for i := range 34 {
		fed.Put(testbeds.Booking{ID: int64(100 + i), Strength: testbeds.Firm, Slot: hoursFrom(10, 2), Claims: fed.Claims(demand(i), hoursFrom(10, 2))})
	}
	for _, i := range []int{0, 30, 31, 32, 33} {
		e := testbeds.Experiment{Placement: testbeds.Placement{"1": "hall/iris"}, Components: []testbeds.Component{{Member: "1",
			Onboarded: []string{"hall/iris"}, Size: testbeds.Quantities{fmt.Sprintf("q%02d", i): 1}}}}
		got := fed.Check(e, hoursFrom(11, 2)).Conflicts
		if len(got) != 1 || len(got[0].TakenBy) != 1 || got[0].TakenBy[0].Booking != int64(100+i) || got[0].More != 0 {
			t.Errorf("column %d: %v", i, got)
		}
	}
}
