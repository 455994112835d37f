//go:build unix

package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	newid "github.com/google/uuid"

	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// benchPolicy limits generously: every request passes all of it.
const benchPolicy = `
limits:
  - {name: usual, longest: PT12H, ahead: P366D, open: 1000}
quotas:
  - {name: mine, quantity: vcpu, hours: 100000, per: person, every: week, free_nights: 20:00-08:00, free_weekends: true}
  - {name: ours, quantity: vcpu, hours: 100000, per: organisation, every: week}
`

// BenchmarkDecisionsUnderAPolicy compares decisions that a policy with two quotas judges with the same ones without a policy: 8 clients, each a person
// with a testbed of its own, who has some requests in each week. Rounds alternate; the figures are medians, so give their number: -benchtime 7x.
func BenchmarkDecisionsUnderAPolicy(b *testing.B) {
	for _, e := range benchmarked(b) {
		b.Run(e.name, func(b *testing.B) {
			compare(b, 8, decisionsPerRound, judgedDeciders(b, e.fresh(b), benchPolicy), judgedDeciders(b, e.fresh(b), ""))
		})
	}
}

// judgedDeciders returns a function that submits a request and grants it, for people of their own, under a policy.
func judgedDeciders(tb testing.TB, dsn, text string) pair {
	tb.Helper()
	db := testdb.Open(tb, dsn)
	s := scheduler.New(db, scheduler.Options{Clock: time.Now, NewID: newid.NewString})
	var f testbeds.Facility
	for i := range 8 {
		f.Testbeds = append(f.Testbeds, testbeds.Testbed{ID: fmt.Sprintf("t%d", i), Name: "T", Timezone: "UTC", VIMs: []testbeds.VIM{{ID: "v", Capacity: testbeds.Quantities{"vcpu": 1000}}}})
	}
	if _, err := s.PutFacility(tb.Context(), account.System, f, scheduler.ChangeOptions{}); err != nil {
		tb.Fatal(err)
	}
	for i := range 8 {
		p := account.Person{Username: fmt.Sprintf("p%d", i), Name: "P", Roles: []account.Role{account.RoleExperimenter}, Organisation: fmt.Sprintf("O%d", i)}
		if _, err := testdb.NewDirectory(tb, s, db, time.Now).PutPerson(tb.Context(), account.System, p); err != nil {
			tb.Fatal(err)
		}
	}
	if text != "" {
		if _, err := s.PutPolicy(tb.Context(), account.System, []byte(text), scheduler.ChangeOptions{}); err != nil {
			tb.Fatal(err)
		}
	}
	first := time.Now().UTC().Truncate(time.Hour).Add(24 * time.Hour)
	var hours atomic.Int64
	return func(tb testing.TB, client, _ int) {
		place := fmt.Sprintf("t%d/v", client)
		at := first.Add(time.Duration(hours.Add(1)%(300*24)) * time.Hour)
		in := scheduler.Submission{Name: fmt.Sprintf("wish %d", client), Experimenter: fmt.Sprintf("p%d", client), Ask: scheduler.Ask{Slot: testbeds.NewSlot(at, time.Hour),
			Placement: testbeds.Placement{"1": place}, Components: []testbeds.Component{{Member: "1", Onboarded: []string{place}, Size: testbeds.Quantities{"vcpu": 1}}}}}
		out, err := s.Submit(tb.Context(), account.System, in)
		if err == nil {
			_, err = s.Schedule(tb.Context(), account.System, out.Request.ID, scheduler.Schedule{})
		}
		if err == nil {
			_, err = s.Cancel(tb.Context(), account.System, out.Request.ID, scheduler.Step{})
		}
		if err != nil {
			tb.Error(err)
		}
	}
}

// TestPolicyBenchmarksRun keeps the benchmark from rotting.
func TestPolicyBenchmarksRun(t *testing.T) {
	t.Parallel()
	measured(t, 3, 6, judgedDeciders(t, testdb.SQLite(t), benchPolicy))
}
