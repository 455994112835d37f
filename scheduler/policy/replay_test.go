package policy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestReplay: requests are judged in their order; what is refused counts for none of those after it.
func TestReplay(t *testing.T) {
	t.Parallel()
	p := parse(t, "limits: [{name: open, open: 2}]\nquotas: [{name: gpus, quantity: gpus, hours: 10, per: person, every: week}]\n"+
		"grants: [{name: short, longest: PT1H, then: schedule}, {name: middle, longest: PT2H, then: approve}]\nrejects: {offers: 1}\n")
	made := instantOf(t, thursday)
	n := int64(0)
	one := func(hours int, amount int64, over time.Duration, set func(*Case)) Case {
		n++
		a := asked(t, "2026-12-01T08:00:00Z", "2026-12-01T09:00:00Z", gpus(amount))
		a.Slot.End = a.Slot.Start.Add(time.Duration(hours) * time.Hour)
		a.Now = made.Add(time.Duration(n) * time.Minute)
		c := Case{Number: n, Ask: a, Fits: true, Runs: true, Charge: &Charge{a.Slot, a.Demand}}
		if over > 0 {
			c.Over = a.Now.Add(over)
		}
		set(&c)
		return c
	}
	same := func(*Case) {}
	got, err := p.Replay([]Case{
		one(1, 1, time.Second, same), // 1: scheduled
		one(2, 1, time.Second, same), // 2: approved
		one(3, 3, 0, same),           // 3: 12 hours in all: refused
		one(7, 1, 0, same),           // 4: just 10 hours: a person decides
		one(1, 1, 0, same),           // 5: one hour too many
		one(1, 1, 0, func(c *Case) { c.Ask.Username = "bob" }),                // 6: scheduled, another person's
		one(1, 9, 0, func(c *Case) { c.Ask.Username = "bob" }),                // 7: scheduled
		one(1, 0, 0, func(c *Case) { c.Ask.Username = "bob" }),                // 8: the third open one
		one(1, 1, 0, func(c *Case) { c.Ask.Username, c.Fits = "eve", false }), // 9: a person decides
		one(1, 1, 0, func(c *Case) { c.Ask.Username, c.Runs, c.Fits = "eve", false, false }),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	numbers := func(list []Judged) (n []int64) {
		for _, j := range list {
			n = append(n, j.Number)
		}
		return n
	}
	want := map[string][]int64{"refused": {3, 5, 8}, "approved": {2}, "scheduled": {1, 6, 7}, "rejected": {10}}
	if diff := cmp.Diff(want, map[string][]int64{"refused": numbers(got.Refused), "approved": numbers(got.Approved), "scheduled": numbers(got.Scheduled), "rejected": numbers(got.Rejected)}); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got.Requests != 10 || got.People != 3 {
		t.Errorf("%d requests, %d for people", got.Requests, got.People)
	}
	if diff := cmp.Diff([]string{"gpus"}, got.Refused[0].Rules); diff != "" {
		t.Error(diff)
	}
	if _, err := (*Policy)(nil).Replay([]Case{one(1, 1, 0, same)}, func(int) {}); err != nil {
		t.Error(err)
	}
}
