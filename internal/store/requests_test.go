package store_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/deadline"
	"berth/scheduler/lateness"
	"berth/scheduler/policy"
	"berth/testbeds"
)

// full returns a request with every field set.
func full(id string) scheduler.Request {
	later, verdict := slot(24, 30), conflict()
	return scheduler.Request{
		ID: id, Name: "HyDRA – \"Basis\" 🛰", NSD: "hydra_baseline_nsd", Description: "line\nline\ttab \u2028 <b>&amp;</b>", Organisation: "Org",
		Experimenter: "ada", Mentor: "grace", Status: scheduler.Scheduled, Slot: slot(0, 4), Window: &later, MinDuration: testbeds.Period{Clock: 30 * time.Minute},
		Components: []testbeds.Component{{Member: "1", VNF: "v", Size: testbeds.Quantities{"vcpu": testbeds.MaxAmount},
			Requires: []string{"sdr"}, Onboarded: []string{"wins-5g/iris"}}},
		Devices:   []testbeds.DeviceNeed{{Testbed: "wins-5g", Device: "usrp", Count: 2, Units: []string{"n210-1"}}},
		Placement: testbeds.Placement{"1": "wins-5g/iris"},
		Demand: testbeds.Demand{{Resource: testbeds.Resource{Testbed: "wins-5g", VIM: "iris", Quantity: "vcpu"}, Amount: testbeds.MaxAmount},
			{Resource: testbeds.Resource{Testbed: "wins-5g", Device: "usrp"}, Amount: 2, Units: []string{"n210-1"}}},
		Approvals: []scheduler.Approval{{Testbed: "wins-5g", Policy: testbeds.ApprovalRequired, Decision: scheduler.Approved, By: "paddy", At: &later.Start, Reason: "yes",
			Slot: &later, Revision: 7, Demand: testbeds.Demand{{Resource: testbeds.Resource{Testbed: "wins-5g", Device: "usrp"}, Amount: 2, Units: []string{"n210-1"}}}}},
		Headroom: &scheduler.Headroom{Start: start, End: later.End, By: scheduler.LimitedByCapacity, At: start, Then: verdict.Conflicts},
		Occupied: new(slot(-1, 5)), Requested: new(slot(1, 5)), Actual: &scheduler.Actual{Start: &later.Start, End: &later.End},
		PendingMove: &scheduler.PendingMove{Slot: later, Placement: testbeds.Placement{"1": "bristol/core"}, Devices: &[]testbeds.DeviceNeed{}, By: "grace", At: start, Reason: "asked", Booking: 78,
			Demand:    testbeds.Demand{{Resource: testbeds.Resource{Testbed: "bristol", VIM: "core", Quantity: "vcpu"}, Amount: 1}},
			Approvals: []scheduler.Approval{{Testbed: "bristol", Policy: testbeds.ApprovalRequired}}},
		Offers: []scheduler.Offer{{ID: "o1", State: scheduler.OfferOpen, Expires: later.End, Booking: 77,
			What: testbeds.Alternative{Slot: later, Placement: testbeds.Placement{"1": "bristol/core"}, Devices: []testbeds.DeviceNeed{},
				Changes: []testbeds.Change{{Kind: testbeds.ChangeShift, Seconds: -60, Text: "starts 1 min earlier"}}, Cost: 0.1 + 0.2}},
			{ID: "o2", State: scheduler.OfferAccepted, Expires: later.End, Accepted: uuid(9)}},
		Scheduled: &later, Units: []scheduler.AssignedUnits{{Testbed: "wins-5g", Device: "usrp", Units: []string{"n210-1", "n210-2"}}},
		Booking: 12, HoldUntil: &later.Start, Ticket: &scheduler.Ticket{Key: "4711", URL: "https://bugs.example.org/4711", Series: true}, Origin: uuid(8), Series: &scheduler.InSeries{ID: uuid(7), Number: 3, Place: 2, Of: 6},
		Overbooked: []scheduler.Overbook{{At: start, By: "root", Reason: "demo", Conflicts: verdict.Conflicts}},
		Flags:      []scheduler.Flag{{Kind: "overrun", At: start, Text: "late"}}, Overrun: true, Driven: true, Priority: scheduler.PriorityHigh, Judged: &scheduler.Judgement{Policy: 4, Quotas: []string{"gpus"}, Limits: []string{"usual"}, Hook: scheduler.HookAllowed},
		Waived:   []scheduler.Waiver{{At: start, By: "eva", Reason: "The jury comes.", Policy: 4, Refusals: []policy.Breach{{Rule: "gpus"}}}},
		Wait:     &scheduler.Wait{For: scheduler.WaitAlternative, Within: &later, MaxCost: 2.5, Until: later.End, Since: start, Offer: "o1", Places: []string{"bristol"}, Reach: later},
		Lateness: &lateness.Terms{Grace: testbeds.Period{Clock: time.Minute}, ReleaseAfter: testbeds.Period{Clock: time.Hour}, AskAhead: testbeds.Period{Days: 1}},
		Deadline: &deadline.Deadline{Asked: start, At: later.Start, Stage: deadline.Reminded, Default: testbeds.DefaultRefused},
		Released: &later.End, NoShow: &later.End, Needed: &scheduler.Needed{Asked: start, Confirmed: &later.End, By: "eva"},
		Remark:   &scheduler.CalendarNote{At: start, By: "eva", Slot: &testbeds.Slot{Start: start, End: start.Add(time.Hour)}, Text: "Move refused"},
		Portal:   json.RawMessage(`{"id": 12345678901234567890, "name": "<x>", "a": [1.50, null]}`),
		Revision: 1, Created: start.Add(123456 * time.Microsecond), Updated: start.Add(time.Hour), Due: &later.End, Reminded: []string{"P1D", "units"},
		Care: &scheduler.Care{At: later.End, Replace: testbeds.ReplaceTold, Terms: scheduler.CareTerms{By: "paddy", Via: "calendar", Reason: "paint", Testbeds: []string{"wins-5g"}, Everywhere: true}},
	}
}

func conflict() testbeds.Verdict {
	return testbeds.Verdict{Truncated: true, Longest: new(slot(0, 1)), Problems: []testbeds.Problem{{Rule: testbeds.RuleHorizon, Message: "too far"}},
		Conflicts: []testbeds.Conflict{{Resource: testbeds.Resource{Testbed: "wins-5g", Device: "usrp"}, Interval: slot(1, 2), Needed: 3, Free: -1, ShortBy: 4,
			TakenBy: []testbeds.Taker{{Kind: testbeds.TakerBooking, Booking: 5, Request: 6, Strength: testbeds.Firm, Amount: 5, Interval: slot(1, 2)}}, More: 2}}}
}

func request(t testing.TB, s *store.Store, id string) scheduler.Request {
	t.Helper()
	return look(t, s, func(ctx context.Context, r scheduler.Reader) (scheduler.Request, error) { return r.Request(ctx, id) })
}

func TestRequestRoundTrip(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		whole(t, full(uuid(1)), "Number", "Sequence") // the store assigns both
		want := create(t, s, full(uuid(1)))[0]
		if want.Number != 1 {
			t.Fatalf("the first request has number %d, want 1", want.Number)
		}
		want.Sequence = sequence(t, s)
		same(t, "by id", want, request(t, s, want.ID))
		same(t, "by number", want, look(t, s, func(ctx context.Context, r scheduler.Reader) (scheduler.Request, error) {
			return r.RequestByNumber(ctx, 1)
		}))
		same(t, "locked", want, locked(t, s, want.ID))
		if got := request(t, s, want.ID).Portal; !json.Valid(got) || !sameNumbers(got) {
			t.Errorf("the portal's descriptor came back as %s", got)
		}
	})
}

// sameNumbers reports whether a number that no float64 holds survived.
func sameNumbers(raw json.RawMessage) bool {
	var v struct {
		ID json.Number `json:"id"`
	}
	return json.Unmarshal(raw, &v) == nil && v.ID == "12345678901234567890"
}

func locked(t testing.TB, s *store.Store, id string) (r scheduler.Request) {
	t.Helper()
	change(t, s, func(ctx context.Context, tx scheduler.Tx) (err error) {
		r, err = tx.LockRequest(ctx, id)
		return err
	})
	return r
}

func TestAcceptLinksAreNotStored(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := full(uuid(1))
		r.Offers[0].Link = "https://berth.example.org/accept?signature=secret"
		create(t, s, r)
		if got := request(t, s, r.ID).Offers[0].Link; got != "" {
			t.Errorf("the link %q was stored", got)
		}
	})
}

func TestRequestIsUpdated(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, full(uuid(1)))[0]
		empty := scheduler.Request{ID: r.ID, Number: r.Number, Name: "less", Experimenter: "bob", Status: scheduler.Cancelled, Slot: slot(5, 6),
			Revision: 2, Created: r.Created, Updated: start}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			if err := tx.UpdateRequest(ctx, empty); err != nil {
				return err
			}
			empty.Revision, empty.Name = 3, "less and less" // twice in one transaction
			if err := tx.UpdateRequest(ctx, empty); err != nil {
				return err
			}
			return tx.AddEvent(ctx, scheduler.Event{At: start, Kind: "request"})
		})
		empty.Sequence = sequence(t, s)
		same(t, "after the update", empty, request(t, s, r.ID))
		same(t, "nothing is due any more", (*time.Time)(nil), nextDue(t, s))
	})
}

func TestUpdateOfAnotherRevisionIsRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)))[0]
		for _, revision := range []int64{0, 1, 3, 1 << 40} {
			lost := r
			lost.Revision, lost.Name = revision, "lost"
			err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error { return tx.UpdateRequest(t.Context(), lost) })
			code(t, "update", err, scheduler.CodePrecondition)
		}
		missing := plain(uuid(2))
		missing.Revision = 2
		err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error { return tx.UpdateRequest(t.Context(), missing) })
		code(t, "a request that there is not", err, scheduler.CodePrecondition)
		r.Sequence = sequence(t, s)
		same(t, "afterwards", r, request(t, s, r.ID))
	})
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		create(t, s, plain(uuid(1)))
		for what, read := range map[string]func(ctx context.Context, r scheduler.Reader) error{
			"request":     func(ctx context.Context, r scheduler.Reader) error { _, err := r.Request(ctx, uuid(2)); return err },
			"no id":       func(ctx context.Context, r scheduler.Reader) error { _, err := r.Request(ctx, ""); return err },
			"number":      func(ctx context.Context, r scheduler.Reader) error { _, err := r.RequestByNumber(ctx, 2); return err },
			"person":      func(ctx context.Context, r scheduler.Reader) error { _, err := r.Person(ctx, "nobody"); return err },
			"token":       func(ctx context.Context, r scheduler.Reader) error { _, err := r.TokenByHash(ctx, "00"); return err },
			"NUL":         func(ctx context.Context, r scheduler.Reader) error { _, err := r.Request(ctx, "a\x00b"); return err },
			"not UTF-8":   func(ctx context.Context, r scheduler.Reader) error { _, err := r.Person(ctx, "\xff\xfe"); return err },
			"hash of NUL": func(ctx context.Context, r scheduler.Reader) error { _, err := r.TokenByHash(ctx, "\x00"); return err },
		} {
			code(t, what, s.View(t.Context(), func(r scheduler.Reader) error { return read(t.Context(), r) }), scheduler.CodeNotFound)
		}
		err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
			_, err := tx.LockRequest(t.Context(), uuid(2))
			return err
		})
		code(t, "locking a request", err, scheduler.CodeNotFound)
	})
}

func TestRequestsByNumber(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		list := create(t, s, plain(uuid(1)), plain(uuid(2)), plain(uuid(3)))
		var asked []int64
		for n := int64(1); n <= 1200; n++ { // more than exist, and more than fit one statement
			asked = append(asked, n)
		}
		for i := range list {
			list[i].Sequence = sequence(t, s)
		}
		for _, test := range []struct {
			name  string
			asked []int64
			want  []scheduler.Request
		}{
			{"none", nil, nil},
			{"some, one that there is not, one twice", []int64{3, 99, 1, 3}, []scheduler.Request{list[2], list[0]}},
			{"many", asked, []scheduler.Request{list[2], list[1], list[0]}},
		} {
			same(t, test.name, test.want, look(t, s, func(ctx context.Context, r scheduler.Reader) ([]scheduler.Request, error) {
				return r.RequestsByNumber(ctx, test.asked)
			}))
		}
	})
}

func TestDueAloneIsNoChangeOfARequest(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, full(uuid(1)))[0]
		before := sequence(t, s)
		r = request(t, s, r.ID)
		later := start.Add(90 * time.Hour)
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.SetDue(ctx, r.ID, &later) })
		r.Due = &later
		same(t, "the request", r, request(t, s, r.ID))
		if now := sequence(t, s); now != before {
			t.Errorf("the change log went from %d to %d", before, now)
		}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.SetDue(ctx, r.ID, nil) })
		same(t, "nothing is due", (*time.Time)(nil), nextDue(t, s))
	})
}
