package scheduler_test

import (
	"slices"
	"testing"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// waiting returns a request in a status that asks three testbeds: north must approve and has not, south has, east is only informed.
func waiting(status scheduler.Status, mentor string) scheduler.Request {
	return scheduler.Request{Status: status, Experimenter: "eva", Mentor: mentor, Approvals: []scheduler.Approval{
		{Testbed: "north", Policy: testbeds.ApprovalRequired}, {Testbed: "south", Policy: testbeds.ApprovalRequired, Decision: scheduler.Approved},
		{Testbed: "east", Policy: testbeds.ApprovalInformed}}}
}

func someone(name string, roles ...account.Role) account.Actor {
	return account.Actor{Username: name, Roles: roles, Scopes: account.AllScopes()}
}

func providerOf(testbed string) account.Actor {
	a := someone("paddy", account.RoleProvider)
	a.Testbeds = []string{testbed}
	return a
}

// The actors that a request waits for, in every status: as it is, and with a move that waits for the same approvals.
func TestForWhomARequestWaits(t *testing.T) {
	t.Parallel()
	people := map[string]account.Actor{
		"its mentor": someone("monika", account.RoleMentor), "another mentor": someone("marek", account.RoleMentor), "its mentor of before": someone("monika", account.RoleOperator),
		"the experimenter": someone("eva", account.RoleExperimenter), "an administrator": someone("adele", account.RoleAdministrator),
		"who has to say yes": providerOf("north"), "who has said yes": providerOf("south"), "who is told": providerOf("east"), "of another testbed": providerOf("west"),
	}
	const mentor, provides = "its mentor", "who has to say yes"
	want := map[scheduler.Status]struct{ plain, moving []string }{
		scheduler.UnderReview: {[]string{mentor, provides}, []string{mentor, provides}},
		scheduler.Scheduled:   {nil, []string{provides}}, scheduler.Instantiating: {nil, []string{provides}}, scheduler.Running: {nil, []string{provides}},
		scheduler.Terminating: {}, scheduler.Completed: {}, scheduler.Rejected: {}, scheduler.Cancelled: {}, scheduler.Failed: {},
	}
	for _, status := range scheduler.Statuses {
		expected, known := want[status]
		if !known {
			t.Errorf("nobody said for whom a request waits that is %s", status)
		}
		plain, moving := waiting(status, "monika"), waiting(status, "monika")
		moving.PendingMove = &scheduler.PendingMove{Approvals: moving.Approvals}
		moving.Approvals = nil
		for name, who := range people {
			if got := plain.WaitsFor(who); got != slices.Contains(expected.plain, name) {
				t.Errorf("%s waits for %s: %v", status, name, got)
			}
			if got := moving.WaitsFor(who); got != slices.Contains(expected.moving, name) {
				t.Errorf("%s, with a move that waits, waits for %s: %v", status, name, got)
			}
		}
	}
}

func TestWithoutAMentorItWaitsForAnyMentor(t *testing.T) {
	t.Parallel()
	for _, status := range scheduler.Statuses {
		if got := waiting(status, "").WaitsFor(someone("marek", account.RoleMentor)); got != (status == scheduler.UnderReview) {
			t.Errorf("%s: %v", status, got)
		}
	}
}

// A testbed is asked for a decision wherever it has not given one, even where its approval is not required.
func TestForWhichTestbedARequestWaits(t *testing.T) {
	t.Parallel()
	for _, status := range scheduler.Statuses {
		r := waiting(status, "monika")
		r.PendingMove = &scheduler.PendingMove{Approvals: r.Approvals}
		for testbed, asked := range map[string]bool{"north": true, "south": false, "east": true, "west": false} {
			if got := r.WaitsForTestbed(testbed); got != (asked && status.Movable()) {
				t.Errorf("%s waits for %s: %v", status, testbed, got)
			}
		}
	}
}

func TestWhoDecidesWhichApprovals(t *testing.T) {
	t.Parallel()
	r := waiting(scheduler.UnderReview, "monika")
	testbedsOf := func(who account.Actor) (list []string) {
		for _, x := range r.Decidable(who) {
			list = append(list, x.Testbed)
		}
		return list
	}
	for _, tt := range []struct {
		who  account.Actor
		want []string
	}{
		{providerOf("north"), []string{"north"}}, {providerOf("west"), nil}, {someone("monika", account.RoleMentor), nil},
		{someone("adele", account.RoleAdministrator), []string{"north", "south", "east"}},
	} {
		if got := testbedsOf(tt.who); !slices.Equal(got, tt.want) {
			t.Errorf("%s of %v decides for %v, want %v", tt.who.Username, tt.who.Testbeds, got, tt.want)
		}
	}
	r.PendingMove = &scheduler.PendingMove{Approvals: []scheduler.Approval{{Testbed: "west"}}}
	if got := testbedsOf(providerOf("west")); !slices.Equal(got, []string{"west"}) {
		t.Errorf("of a move that waits: %v", got)
	}
}
