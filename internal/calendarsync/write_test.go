package calendarsync

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// TestTheCollectionHoldsWhatItShould: what people and time do to bookings arrives, what people do to it there is put right, and what Berth did not write stays.
func TestTheCollectionHoldsWhatItShould(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	out := b.process(Settings{Name: "out", Write: true, Full: true})
	others := map[string]string{"foreign.ics": event("foreign", 30), "berth-of-somebody.ics": event("somebody", 30)}
	for name, text := range others {
		b.server.Put("bookings", name, text)
	}
	first, second := b.granted(30), b.granted(60)
	b.round(out)
	name := func(r scheduler.Request) string { return namePrefix + r.ID + nameSuffix }
	good := b.server.Objects("bookings")
	if len(good) != 4 || !strings.Contains(good[name(first)], "SUMMARY:#1 Trial") || !strings.Contains(good[name(second)], "X-BERTH-INSTANCE:this-one") {
		t.Fatalf("%v", good)
	}
	puts := b.server.Calls("PUT")
	same := func() {
		t.Helper()
		if got := b.server.Objects("bookings"); !maps.Equal(got, good) {
			t.Errorf("%v", got)
		}
	}
	for _, s := range []*Sync{out, b.process(Settings{Name: "out", Write: true, Full: true})} {
		b.round(s)
		same()
	}
	if b.server.Calls("PUT") != puts {
		t.Error("what is right is written again")
	}
	b.server.Put("bookings", name(first), strings.Replace(good[name(first)], "DTSTART:2026", "DTSTART:2027", 1))
	b.server.Delete("bookings", name(second))
	b.round(out)
	same()
	if c := b.state(out, "paddy"); len(c.Notes) != 1 || c.Notes[0].Event != "berth-of-somebody.ics" || c.Events != 2 {
		t.Errorf("%+v", c)
	}

	if _, err := b.svc.Cancel(t.Context(), as("eva"), first.ID, scheduler.Step{}); err != nil {
		t.Fatal(err)
	}
	later := testbeds.NewSlot(second.Slot.Start.Add(5*time.Hour), 2*time.Hour)
	if _, err := b.svc.Move(t.Context(), as("monika"), second.ID, scheduler.Move{Slot: &later}); err != nil {
		t.Fatal(err)
	}
	b.server.Fail = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(503); return true }
	for range 5 {
		b.round(out)
	}
	same()
	if c := b.state(out, "paddy"); !c.Stale || c.Failure == "" {
		t.Errorf("%+v", c)
	}
	b.server.Fail = nil
	b.round(out)
	got := b.server.Objects("bookings")
	if _, there := got[name(first)]; there || !strings.Contains(got[name(second)], "DTSTART:20261127T020000Z") {
		t.Errorf("%v", got)
	}
	for n, text := range others {
		if got[n] != text {
			t.Errorf("%s was touched", n)
		}
	}
}

// TestRoomsAreThoseOfTheLastStep: a booking beside another does not make its copy new.
func TestRoomsAreThoseOfTheLastStep(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	out := b.process(Settings{Name: "out", Write: true, Full: true})
	first := b.granted(30)
	b.round(out)
	name := namePrefix + first.ID + nameSuffix
	before := b.server.Objects("bookings")[name]
	for range 3 {
		b.granted(33)
	}
	b.round(out)
	if after := b.server.Objects("bookings"); len(after) != 4 || after[name] != before || !strings.Contains(before, "Room to grow: ") {
		t.Errorf("%d copies; before:\n%s\nafter:\n%s", len(after), before, after[name])
	}
}

// TestOwnBookingsCloseNothing: what Berth wrote is no closure, wherever people copy it.
func TestOwnBookingsCloseNothing(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	out := b.process(Settings{Name: "out", Write: true, Full: true})
	b.granted(30)
	b.round(out)
	for name, text := range b.server.Objects("bookings") {
		b.server.Put("upkeep", name, text)
		b.server.Put("upkeep", "stripped.ics", strings.ReplaceAll(text, "X-BERTH-INSTANCE", "X-OTHER"))
		b.server.Put("upkeep", "another.ics", strings.ReplaceAll(strings.ReplaceAll(text, "@berth", "@elsewhere"), "X-BERTH-INSTANCE:this-one", "X-BERTH-INSTANCE:another"))
	}
	b.round(b.sync)
	if got := b.closed("radio"); len(got) != 1 || !strings.Contains(got[0], "#1 Trial") {
		t.Errorf("only the booking of another Berth closes: %v", got)
	}
}

// TestMaskedBookings: unless all is to be written, the collection shows what the testbed shows to everybody.
func TestMaskedBookings(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	b.granted(30)
	b.round(b.process(Settings{Name: "out", Write: true}))
	for _, text := range b.server.Objects("bookings") {
		if strings.Contains(text, "Trial") || strings.Contains(text, "eva") || !strings.Contains(text, "SUMMARY:Busy") {
			t.Error(text)
		}
	}
}

// TestWhatAServerRefusesStopsNothingElse: one object that cannot be written is noted, the others are.
func TestWhatAServerRefusesStopsNothingElse(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	first := b.granted(30)
	b.granted(60)
	b.server.Put("bookings", "copy.ics", event(first.ID+"@berth", 30))
	out := b.process(Settings{Name: "out", Write: true})
	b.round(out)
	if c := b.state(out, "paddy"); len(c.Notes) != 1 || c.Failure != "" || len(b.server.Objects("bookings")) != 2 {
		t.Errorf("%+v, %v", c, b.server.Objects("bookings"))
	}
}
