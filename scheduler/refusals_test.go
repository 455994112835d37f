package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/proof"
	"berth/testbeds"
)

var sixOClock = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

func TestRefusalsSayWhatWouldHelp(t *testing.T) {
	t.Parallel()
	request := Request{ID: "6b1d", Number: 7, Experimenter: "maeve", Mentor: "monika", Status: UnderReview, Slot: testbeds.NewSlot(sixOClock, time.Hour)}
	alone := request
	alone.Mentor = ""
	actor := func(name string, roles ...account.Role) account.Actor {
		return account.Actor{Username: name, Roles: roles, Scopes: account.AllScopes()}
	}
	offer := func(state OfferState, expires time.Duration) Offer {
		return Offer{ID: "2", State: state, Expires: sixOClock.Add(expires), What: testbeds.Alternative{Slot: testbeds.NewSlot(sixOClock.Add(2*time.Hour), time.Hour)}}
	}
	for _, tt := range []struct {
		err  error
		code Code
		want string
	}{
		{permit(actor("marco", account.RoleMentor), ActionSchedule, request, sixOClock), CodeForbidden, "marco may not schedule request #7; it is assigned to monika (a mentor takes a request over by assigning it to themself)"},
		{permit(actor("marco", account.RoleMentor), ActionSchedule, alone, sixOClock), CodeForbidden, "marco may not schedule request #7; it is assigned to nobody (a mentor takes a request over by assigning it to themself)"},
		{permit(actor("monika", account.RoleMentor), ActionStart, request, sixOClock), CodeForbidden, "monika may not start request #7"},
		{permit(actor("maeve", account.RoleExperimenter), ActionSchedule, request, sixOClock), CodeForbidden, "maeve may not schedule request #7"},
		{permit(actor("hector", account.RoleExperimenter), ActionSchedule, request, sixOClock), CodeNotFound, `there is no request "6b1d"`},
		{permit(actor("oskar", account.RoleOperator), ActionStart, request, sixOClock), CodeConflict, "request #7 is UNDER_REVIEW: you cannot start it now"},
		{permit(actor("monika", account.RoleMentor), ActionSchedule, request, sixOClock), "", ""},
		{Require(actor("maeve", account.RoleExperimenter), account.ScopeRead, account.RoleMentor), CodeForbidden, "maeve may not do this; it needs the role mentor"},
		{Require(actor("maeve", account.RoleExperimenter), account.ScopeRead, account.RoleMentor, account.RoleOperator, account.RoleProvider), CodeForbidden, "maeve may not do this; it needs the role mentor or operator or provider"},
		{Require(actor("maeve", account.RoleExperimenter), account.ScopeFeed, account.Roles...), CodeForbidden, `this needs a token with the scope "feed"`},
		{offerGone(request, offer(OfferOpen, time.Hour), sixOClock.Add(time.Hour)), CodeConflict, "offer 2 of request #7 is expired"},
		{offerGone(request, offer(OfferOpen, 3*time.Hour), sixOClock.Add(2*time.Hour)), CodeConflict, "offer 2 of request #7 is expired"}, // its slot has begun
		{offerGone(request, offer(OfferExpired, time.Hour), sixOClock), CodeConflict, "offer 2 of request #7 is expired"},
		{offerGone(request, offer(OfferWithdrawn, time.Hour), sixOClock.Add(time.Hour)), CodeConflict, "offer 2 of request #7 is withdrawn"},
		{offerGone(request, offer(OfferAccepted, time.Hour), sixOClock.Add(time.Hour)), CodeConflict, "offer 2 of request #7 was already accepted; an offer works only once"},
	} {
		if got := fmt.Sprint(tt.err); CodeOf(tt.err) != tt.code || tt.want != "" && got != tt.want || tt.want == "" && tt.err != nil {
			t.Errorf("%s: %s, want %s: %s", CodeOf(tt.err), got, tt.code, tt.want)
		}
	}
}

func TestWhatABrokenBookingLacksIsSaidInShort(t *testing.T) {
	t.Parallel()
	broken := func(problems, short int) (b BrokenBooking) {
		for i := range problems {
			b.Problems = append(b.Problems, testbeds.Problem{Message: fmt.Sprint("p", i)})
		}
		for range short {
			b.Short = append(b.Short, testbeds.Overcommitment{})
		}
		return b
	}
	one := testbeds.Overcommitment{}.String()
	for _, tt := range []struct {
		b    BrokenBooking
		want []string
	}{
		{broken(1, 0), []string{"p0"}}, {broken(1, 1), []string{"p0", one}}, {broken(3, 0), []string{"p0", "p1", "p2"}}, {broken(2, 1), []string{"p0", "p1", one}},
		{broken(3, 1), []string{"p0", "p1", "p2", "and 1 more"}}, {broken(4, 3), []string{"p0", "p1", "p2", "and 4 more"}},
	} {
		if got := tt.b.why(); got != strings.Join(tt.want, "; ") {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

// TestWhatTheProofIsTold checks the evidence of a request, which must not depend on the code that decides.
func TestWhatTheProofIsTold(t *testing.T) {
	t.Parallel()
	over := func(conflicts int) Overbook { return Overbook{Conflicts: make([]testbeds.Conflict, conflicts)} }
	hold := sixOClock.Add(time.Hour)
	for name, tt := range map[string]struct {
		request Request
		is      func(proof.Request) bool
		want    bool
	}{
		"a slot of nobody's is flagged":     {Request{}, func(x proof.Request) bool { return x.Flagged }, false},
		"a facility change flags":           {Request{Flags: []Flag{{Kind: FlagFacility}}}, func(x proof.Request) bool { return x.Flagged }, true},
		"an overrun flags":                  {Request{Flags: []Flag{{Kind: FlagDisplaced}, {Kind: FlagOverrun}}}, func(x proof.Request) bool { return x.Flagged }, true},
		"being displaced does not":          {Request{Flags: []Flag{{Kind: FlagDisplaced}, {Kind: FlagApproval}}}, func(x proof.Request) bool { return x.Flagged }, false},
		"what is not overbooked is unfit":   {Request{}, func(x proof.Request) bool { return x.Unfit || x.Overbooked }, false},
		"an overbook with conflicts is":     {Request{Overbooked: []Overbook{over(0), over(1)}}, func(x proof.Request) bool { return x.Unfit }, false},
		"an overbook without any is":        {Request{Overbooked: []Overbook{over(1), over(0)}}, func(x proof.Request) bool { return x.Unfit && x.Overbooked }, true},
		"a hold ends with its slot's start": {Request{HoldUntil: &hold, Slot: testbeds.NewSlot(sixOClock, time.Hour)}, func(x proof.Request) bool { return x.HoldUntil.Equal(sixOClock) }, true},
		"a hold ends when it says":          {Request{HoldUntil: &hold, Slot: testbeds.NewSlot(sixOClock.Add(day), time.Hour)}, func(x proof.Request) bool { return x.HoldUntil.Equal(hold) }, true},
		"an approval is required":           {Request{Approvals: []Approval{{Policy: testbeds.ApprovalRequired}}}, func(x proof.Request) bool { return x.Approvals[0].Required }, true},
		"an information is required":        {Request{Approvals: []Approval{{Policy: testbeds.ApprovalInformed}}}, func(x proof.Request) bool { return x.Approvals[0].Required }, false},
		"an open offer is open":             {Request{Offers: []Offer{{State: OfferOpen}}}, func(x proof.Request) bool { return x.Offers[0].Open }, true},
		"one that was accepted is":          {Request{Offers: []Offer{{State: OfferAccepted}}}, func(x proof.Request) bool { return x.Offers[0].Open }, false},
	} {
		if got := tt.is(evidence(tt.request)); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "a", Devices: []testbeds.Device{{ID: "d", Count: 1, Units: []string{"u"}}, {ID: "e", Count: 1}}}}}
	if got := named(f); len(got) != 1 || !got[testbeds.Resource{Testbed: "a", Device: "d"}] {
		t.Errorf("units have names in %v", got)
	}
}

// TestWhenItReallyWasIsTold checks the instants that are reported with a step at six.
func TestWhenItReallyWasIsTold(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) *time.Time { return new(sixOClock.Add(d)) }
	for _, tt := range []struct {
		what   string
		action Action
		actual *Actual
		field  string
	}{
		{"nothing", ActionCancel, nil, ""},
		{"now", ActionStart, &Actual{Start: at(0)}, ""},
		{"a second ahead", ActionStart, &Actual{Start: at(time.Second)}, "actual.start"},
		{"between seconds", ActionStart, &Actual{Start: at(-1)}, "actual.start"},
		{"an end of what starts", ActionStart, &Actual{End: at(0)}, "actual.end"},
		{"with a cancellation", ActionCancel, &Actual{Start: at(0)}, "actual.start"},
		{"from then to then", ActionComplete, &Actual{Start: at(-time.Hour), End: at(0)}, ""},
		{"no time at all", ActionComplete, &Actual{Start: at(0), End: at(0)}, ""},
		{"the wrong way round", ActionComplete, &Actual{Start: at(0), End: at(-time.Second)}, "actual.end"},
		{"an end alone", ActionFail, &Actual{End: at(-time.Second)}, ""},
	} {
		var bad faults
		checkActual(tt.action, tt.actual, sixOClock, &bad)
		if got := slices.ContainsFunc(bad, func(f FieldError) bool { return f.Field == tt.field }); len(bad) > 1 || got != (tt.field != "") || len(bad) == 1 && !got {
			t.Errorf("%s: %v, want %q", tt.what, bad, tt.field)
		}
	}
	for mode, actions := range map[OverrideMode][]bool{OverrideOverbook: {true, false}, OverrideApprovals: {true, false}, OverrideDisplace: {false, false}, "": {false, false}} {
		for i, action := range []Action{ActionStart, ActionComplete} {
			var bad faults
			if checkStartOverride(action, &Override{Mode: mode, Reason: "so"}, &bad); (len(bad) == 0) != actions[i] {
				t.Errorf("%s with %q: %v", action, mode, bad)
			}
		}
	}
	var bad faults
	if checkStartOverride(ActionStart, &Override{Mode: OverrideOverbook}, &bad); len(bad) != 1 || bad[0].Field != "override.reason" {
		t.Errorf("without a reason: %v", bad)
	}
}

// TestWhichMarksOfRemindersStay: those of present or future instants, and those without an instant.
func TestWhichMarksOfRemindersStay(t *testing.T) {
	t.Parallel()
	s := New(nil, Options{Clock: func() time.Time { return sixOClock }, Reminders: []time.Duration{time.Hour}})
	r := Request{Status: Scheduled, Slot: testbeds.NewSlot(sixOClock.Add(-time.Minute), time.Hour)}
	for mark, want := range map[string]bool{
		"orchestrate 1h0m0s 2026-03-02T05:59:00Z": true,  // its own, though past
		"orchestrate 1h0m0s 2026-03-02T05:58:00Z": false, // of a start that it had
		"orchestrate 1h0m0s 2026-03-02T06:00:00Z": true,  // now
		"orchestrate 1h0m0s 2026-03-02T07:00:00Z": true,
		"units 2026-03-02T05:59:00Z":              true,
		"units 2026-03-02T05:00:00Z":              false,
		"told #7":                                 true,
		"offer 1":                                 true,
	} {
		r.Reminded = []string{mark}
		if got := len(s.stillReminded(r, sixOClock)) == 1; got != want {
			t.Errorf("%q stays: %t", mark, got)
		}
	}
}
