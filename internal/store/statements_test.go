package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	newid "github.com/google/uuid"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// traffic collects what a store sends to its database.
type traffic struct {
	mu    sync.Mutex
	trips [][]string
}

func (x *traffic) seen(statements ...string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.trips = append(x.trips, statements)
}

// take returns the statements since the last call, one a line, with their number and that of the round trips.
func (x *traffic) take() (statements, trips int, lines string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var b strings.Builder
	for i, list := range x.trips {
		for _, s := range list {
			statements++
			fmt.Fprintf(&b, "%3d %.120s\n", i+1, strings.Join(strings.Fields(s), " "))
		}
	}
	trips, x.trips = len(x.trips), nil
	return statements, trips, b.String()
}

// figures count what goes to a database.
type figures struct{ statements, trips int }

// are makes sure of the figures since the last call.
func (x *traffic) are(t *testing.T, want figures) {
	t.Helper()
	statements, trips, lines := x.take()
	if got := (figures{statements, trips}); got != want {
		t.Fatalf("%d statements in %d round trips, expected are %d in %d:\n%s", got.statements, got.trips, want.statements, want.trips, lines)
	}
}

// TestStatementsUnderAPolicy: a policy with quotas asks the database for nothing more, once what it counts is known, but for the lock of those whose
// requests it counts, which goes with the other locks.
func TestStatementsUnderAPolicy(t *testing.T) {
	t.Parallel()
	most := map[string]figures{"sqlite": {24, 24}, "postgres": {28, 9}}
	for _, e := range testdb.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			db := testdb.Open(t, e.Fresh(t))
			var x traffic
			store.Watch(db, x.seen)
			decide := decider(t, db)
			svc := scheduler.New(db, scheduler.Options{Clock: time.Now, NewID: newid.NewString})
			rules := "terms: [{name: now, from: " + time.Now().AddDate(0, 0, -7).Format(time.DateOnly) + ", to: " + time.Now().AddDate(0, 2, 0).Format(time.DateOnly) + "}]\n" +
				"limits: [{name: open, open: 100}]\nquotas: [{name: mine, quantity: vcpu, hours: 1000, per: person, every: term}, {name: ours, quantity: memory_mb, hours: 1000, per: experiment, every: term}]"
			if _, err := svc.PutPolicy(t.Context(), account.System, []byte(rules), scheduler.ChangeOptions{}); err != nil {
				t.Fatal(err)
			}
			decide() // the first one reads the policy, and what is used
			x.take()
			for range 3 {
				decide()
				x.are(t, most[e.Name])
			}
		})
	}
}

// TestStatementsPerDecision counts what a submission and its grant together send to the database, those that begin and end transactions
// included. The figures do not grow with what was booked before.
func TestStatementsPerDecision(t *testing.T) {
	t.Parallel()
	most := map[string]figures{"sqlite": {24, 24}, "postgres": {27, 9}}
	for _, e := range testdb.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			db := testdb.Open(t, e.Fresh(t))
			var x traffic
			store.Watch(db, x.seen)
			decide := decider(t, db)
			decide() // the first one reads the facility
			x.take()
			for range 3 {
				decide()
				x.are(t, most[e.Name])
			}
		})
	}
}

// TestStatementsPerLook counts what it takes to find the first of many who wait for a freed slot, and to make them the offer: from one look at what is
// due to the next. The figures do not grow with the number of those who wait.
func TestStatementsPerLook(t *testing.T) {
	t.Parallel()
	most := map[string]figures{"sqlite": {27, 27}, "postgres": {28, 19}}
	for _, e := range testdb.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			db := testdb.Open(t, e.Fresh(t))
			var x traffic
			store.Watch(db, x.seen)
			svc, slot := waitingHouse(t, db)
			wish := func(wait *scheduler.WaitFor) scheduler.Request {
				out, err := svc.Submit(t.Context(), account.System, scheduler.Submission{Name: "wish", Experimenter: "grace", Wait: wait, Ask: scheduler.Ask{Slot: slot,
					Devices: []testbeds.DeviceNeed{{Testbed: "t", Device: "radio", Count: 4}}}})
				if err != nil {
					t.Fatal(err)
				}
				return out.Request
			}
			holder := wish(nil)
			if _, err := svc.Schedule(t.Context(), account.System, holder.ID, scheduler.Schedule{}); err != nil {
				t.Fatal(err)
			}
			for round := range 3 {
				for range 20 * (round + 1) {
					wish(&scheduler.WaitFor{})
				}
				if _, err := svc.Cancel(t.Context(), account.System, holder.ID, scheduler.Step{}); err != nil {
					t.Fatal(err)
				}
				x.take()
				done, _, err := svc.RunDue(t.Context())
				if err != nil || done != 1 {
					t.Fatalf("%d offers, %v", done, err)
				}
				x.are(t, most[e.Name])
				list, err := svc.Waitlist(t.Context(), account.System, "", "", 1)
				if err != nil || len(list.Items) != 1 {
					t.Fatal(list, err)
				}
				out, err := svc.AcceptOffer(t.Context(), account.System, list.Items[0].ID, "1", false)
				if err != nil {
					t.Fatal(err)
				}
				if holder = out.Request; holder.Status != scheduler.Scheduled {
					if _, err := svc.Schedule(t.Context(), account.System, holder.ID, scheduler.Schedule{}); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}

// waitingHouse returns a service with one testbed of four radios, and a slot that can be had there.
func waitingHouse(t testing.TB, db *store.Store) (*scheduler.Service, testbeds.Slot) {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Second)
	svc := scheduler.New(db, scheduler.Options{Clock: func() time.Time { return now }, NewID: newid.NewString})
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "t", Name: "T", Timezone: "UTC", Devices: []testbeds.Device{{ID: "radio", Count: 4}}}}}
	if _, err := svc.PutFacility(t.Context(), account.System, f, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"grace", "ada", "edsger"} {
		p := account.Person{Username: name, Name: name, Roles: []account.Role{account.RoleExperimenter}}
		if _, err := testdb.NewDirectory(t, svc, db, time.Now).PutPerson(t.Context(), account.System, p); err != nil {
			t.Fatal(err)
		}
	}
	return svc, testbeds.NewSlot(now.Truncate(time.Hour).Add(10*24*time.Hour), time.Hour)
}

// decider returns a function that submits a request for an hour of its own and grants it.
func decider(t testing.TB, db *store.Store) func() {
	t.Helper()
	svc := scheduler.New(db, scheduler.Options{Clock: time.Now, NewID: newid.NewString, Horizon: 20 * 365 * 24 * time.Hour})
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "t", Name: "T", Timezone: "UTC",
		VIMs: []testbeds.VIM{{ID: "v", Capacity: testbeds.Quantities{"vcpu": 8, "memory_mb": 8192, "storage_gb": 80}}}}}}
	if _, err := svc.PutFacility(t.Context(), account.System, f, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	grace := account.Person{Username: "grace", Name: "Grace", Roles: []account.Role{account.RoleExperimenter}}
	if _, err := testdb.NewDirectory(t, svc, db, time.Now).PutPerson(t.Context(), account.System, grace); err != nil {
		t.Fatal(err)
	}
	next := time.Now().UTC().Truncate(time.Hour).Add(24 * time.Hour)
	return func() {
		t.Helper()
		next = next.Add(time.Hour)
		in := scheduler.Submission{Name: "wish", Experimenter: "grace", Ask: scheduler.Ask{Slot: testbeds.NewSlot(next, time.Hour),
			Placement: testbeds.Placement{"1": "t/v"}, Components: []testbeds.Component{{Member: "1", Onboarded: []string{"t/v"},
				Size: testbeds.Quantities{"vcpu": 4, "memory_mb": 4096, "storage_gb": 40}}}}}
		out, err := svc.Submit(t.Context(), account.System, in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Schedule(t.Context(), account.System, out.Request.ID, scheduler.Schedule{}); err != nil {
			t.Fatal(err)
		}
	}
}
