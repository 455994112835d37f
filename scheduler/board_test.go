package scheduler_test

import (
	"testing"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// board returns what the schedule of a testbed shows.
func (h *house) board(a account.Actor, testbed string, span testbeds.Slot) ([]scheduler.Placed, error) {
	all, err := h.Boards(h.t.Context(), a, []string{testbed}, span, false)
	return all[testbed].Bookings, err
}

// TestBoardsOfSeveralTestbeds: of those that there are, with names or, in brief, with the reader's own only, and capacity as far as one can book.
func TestBoardsOfSeveralTestbeds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	for _, tt := range []struct {
		who    string
		brief  bool
		named  bool
		number bool
	}{{"maeve", false, true, true}, {"maeve", true, true, true}, {"monika", true, r.Mentor == "monika", true}, {"adele", false, true, true}, {"adele", true, false, true}, {"hector", true, false, false}, {"hector", false, false, false}} {
		all, err := h.Boards(t.Context(), as(tt.who), []string{"radio", "nowhere"}, hours(0, 48), tt.brief)
		if err != nil || len(all) != 1 || len(all["radio"].Bookings) != 1 || len(all["radio"].Series) == 0 {
			t.Fatal(tt.who, all, err)
		}
		p := all["radio"].Bookings[0]
		if (p.Request != nil) != tt.named || (p.Number == r.Number) != tt.number || p.Slot != r.Slot {
			t.Errorf("%s, brief %t: %+v", tt.who, tt.brief, p)
		}
	}
	_, err := h.Boards(t.Context(), as("maeve"), []string{"radio"}, testbeds.Slot{Start: hours(1, 1).Start, End: hours(1, 1).Start}, false)
	h.refused(scheduler.CodeInvalid, err)
	for _, span := range []testbeds.Slot{hours(-24*400, 24*401), hours(24*200, 24*3000)} {
		all, err := h.Boards(t.Context(), as("maeve"), []string{"radio"}, span, true)
		if err != nil || len(all["radio"].Series) == 0 || all["radio"].Series[0].Steps[0].At.Before(span.Start) {
			t.Errorf("%s: %+v, %v", span, all, err)
		}
	}
	all, err := h.Boards(t.Context(), as("maeve"), []string{"radio"}, hours(24*365*20, 24), true)
	if err != nil || all["radio"].Series != nil {
		t.Errorf("beyond the bookable time: %+v, %v", all, err)
	}
}
