package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// TestUsesAreThoseOfTheSpan: what a report needs of each request, on both databases: the slots that touch the span, those that the reader may see, the
// first decision and the entry that closed the request.
func TestUsesAreThoseOfTheSpan(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		entry := func(r scheduler.Request, a scheduler.Action, hour int) scheduler.Entry {
			return scheduler.Entry{Request: r.ID, At: start.Add(time.Duration(hour) * time.Hour), Action: a, Actor: "grace", Reason: `he said "action":"schedule"`, Text: "x"}
		}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			for i, x := range []struct {
				status  scheduler.Status
				slot    testbeds.Slot
				who     string
				actions []scheduler.Action
			}{
				{scheduler.Completed, slot(0, 4), "ada", []scheduler.Action{scheduler.ActionSubmit, scheduler.ActionSchedule, scheduler.ActionSchedule}},
				{scheduler.Rejected, slot(4, 8), "bob", []scheduler.Action{scheduler.ActionSubmit, scheduler.ActionReject}},
				{scheduler.Cancelled, slot(8, 12), "ada", []scheduler.Action{scheduler.ActionSubmit, scheduler.ActionSchedule, scheduler.ActionCancel}},
				{scheduler.UnderReview, slot(-24*400, 24*400), "bob", []scheduler.Action{scheduler.ActionSubmit}},
			} {
				r := full(uuid(20 + i))
				r.Status, r.Slot, r.Experimenter, r.Ticket = x.status, x.slot, x.who, nil
				if err := tx.CreateRequest(ctx, &r); err != nil {
					return err
				}
				for hour, a := range x.actions {
					e := entry(r, a, hour)
					if err := tx.AddEntry(ctx, &e); err != nil {
						return err
					}
				}
			}
			return nil
		})
		for _, tt := range []struct {
			from, to int
			v        *scheduler.Visible
			want     string
		}{
			{-1, 24, nil, "[COMPLETED 1h no, REJECTED 1h reject, CANCELLED 1h cancel, UNDER_REVIEW - no]"},
			{4, 8, nil, "[REJECTED 1h reject, UNDER_REVIEW - no]"},
			{3, 4, nil, "[COMPLETED 1h no, UNDER_REVIEW - no]"},
			{-1, 24, &scheduler.Visible{Experimenter: "ada"}, "[COMPLETED 1h no, CANCELLED 1h cancel]"},
			{-1, 24, &scheduler.Visible{Testbeds: []string{"elsewhere"}}, "[]"},
			{24 * 390, 24 * 500, nil, "[UNDER_REVIEW - no]"},
			{-24 * 900, 24 * 900, nil, "[COMPLETED 1h no, REJECTED 1h reject, CANCELLED 1h cancel, UNDER_REVIEW - no]"},
			{24 * 401, 24 * 500, nil, "[]"},
		} {
			got := ""
			err := s.View(t.Context(), func(r scheduler.Reader) error {
				got = ""
				span := slot(tt.from, tt.to)
				return r.Uses(t.Context(), span.Start, span.End, tt.v, func(u scheduler.Used) error {
					decided, closed := "-", "no"
					if u.Decided != nil {
						decided = fmt.Sprintf("%.0fh", u.Decided.Sub(start).Hours())
					}
					if u.Closed != nil {
						closed = string(u.Closed.Action)
					}
					if got != "" {
						got += ", "
					}
					got += fmt.Sprintf("%s %s %s", u.Status, decided, closed)
					if !u.Overbooked || u.Refused || u.Scheduled == nil || u.Actual == nil || len(u.Demand) == 0 || u.Organisation == "" || u.NSD == "" || u.Created.IsZero() || u.Slot.IsZero() {
						t.Errorf("something is missing in %+v", u)
					}
					return nil
				})
			})
			if got = "[" + got + "]"; err != nil || got != tt.want {
				t.Errorf("from %d to %d for %+v: %s, %v; want %s", tt.from, tt.to, tt.v, got, err, tt.want)
			}
		}
	})
}
