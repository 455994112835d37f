package demo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"berth/internal/demo"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

// fill makes a demo at a given time, and returns the service that continues it.
func fill(t *testing.T, s *store.Store, now time.Time) testdb.Directory {
	t.Helper()
	service := func(clock func() time.Time) *scheduler.Service {
		return scheduler.New(s, scheduler.Options{Clock: clock, NewID: uuid.NewString})
	}
	accounts := func(clock func() time.Time) demo.Accounts { return testdb.NewDirectory(t, nil, s, clock) }
	if err := demo.Fill(t.Context(), demo.Options{Now: now, Service: service, Accounts: accounts}); err != nil {
		t.Fatal(err)
	}
	at := func() time.Time { return now }
	return testdb.NewDirectory(t, service(at), s, at)
}

// requests lists all requests of a demo, the first one first.
func requests(t *testing.T, s testdb.Directory) []scheduler.Request {
	t.Helper()
	var list []scheduler.Request
	for cursor := ""; ; {
		page, err := s.List(t.Context(), account.System, scheduler.RequestFilter{Limit: 50}, cursor)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, page.Items...)
		if cursor = page.Next; cursor == "" {
			slices.Reverse(list)
			return list
		}
	}
}

var tuesday = time.Date(2026, 11, 24, 10, 30, 0, 0, time.UTC)

func TestTheDemoShowsEverything(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		service := fill(t, s, tuesday)
		list := requests(t, service)
		if len(list) < 60 {
			t.Errorf("there are %d requests, want about sixty", len(list))
		}
		seen := map[string]int{}
		for _, r := range list {
			v, err := service.Get(t.Context(), account.System, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			for what, is := range kinds(v) {
				if is {
					seen[what]++
				}
			}
			history, err := service.History(t.Context(), account.System, r.ID, "", 50)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range history.Items {
				seen["done: "+string(e.Action)]++
				if strings.Contains(e.Reason, "by the rule small-at-vino") {
					seen["by a rule"]++
				}
				if e.To == scheduler.Completed && strings.HasPrefix(e.Text, "early") {
					seen["completed early"]++
				}
			}
		}
		want := []string{"open offers", "displaced", "overbooked", "overrun", "waiting for approvals", "under review and conflicting",
			"never deployable", "several testbeds", "from an offer", "units chosen", "completed early", "refused by a provider",
			"done: move", "done: accept_offer", "done: feedback", "done: displace", "done: offer_expire", "done: remind",
			"waits for its turn", "has an offer from the waitlist", "by a rule", "against the policy", "of a series", "unreported", "with a deadline"}
		for _, status := range scheduler.Statuses {
			want = append(want, string(status))
		}
		for _, what := range want {
			if seen[what] == 0 {
				t.Errorf("no request is there for %q", what)
			}
		}
		found, err := service.Verify(t.Context())
		if err != nil || !found.Clean() {
			t.Errorf("verify says %+v (%v)", found, err)
		}
		if len(found.Recorded) == 0 {
			t.Error("no overbook is recorded")
		}
		if state, err := demo.Look(t.Context(), service.Service, service); err != nil || state != demo.Demo {
			t.Errorf("the demo is taken for %v (%v)", state, err)
		}
		checkPeople(t, service)
	})
}

// kinds lists the cases that a request is an example of.
func kinds(v scheduler.View) map[string]bool {
	open := slices.ContainsFunc(v.Offers, func(o scheduler.Offer) bool { return o.State == scheduler.OfferOpen })
	asked := slices.ContainsFunc(v.Approvals, func(a scheduler.Approval) bool { return a.Policy == "required" && a.Decision == "" })
	no := slices.ContainsFunc(v.Approvals, func(a scheduler.Approval) bool { return a.Decision == scheduler.Refused })
	review := v.Status == scheduler.UnderReview
	return map[string]bool{
		string(v.Status):                 true,
		"open offers":                    v.Status == scheduler.Rejected && open,
		"displaced":                      review && slices.ContainsFunc(v.Flags, func(f scheduler.Flag) bool { return f.Kind == scheduler.FlagDisplaced }),
		"overbooked":                     len(v.Overbooked) > 0,
		"overrun":                        v.Overrun,
		"waiting for approvals":          review && asked && v.Fit.Fits,
		"under review and conflicting":   review && len(v.Fit.Conflicts) > 0,
		"never deployable":               review && !v.Deployable.OK,
		"several testbeds":               len(v.Demand.Testbeds()) > 1,
		"from an offer":                  v.Origin != "",
		"units chosen":                   len(v.Units) > 0,
		"refused by a provider":          no,
		"waits for its turn":             v.Wait != nil && v.Wait.Offer == "",
		"has an offer from the waitlist": v.Wait != nil && v.Wait.Offer != "",
		"against the policy":             len(v.Waived) > 0,
		"unreported":                     slices.ContainsFunc(v.Flags, func(f scheduler.Flag) bool { return f.Kind == scheduler.FlagUnreported }),
		"with a deadline":                v.DecideBy() != nil,
		"of a series":                    v.Series != nil,
	}
}

func TestTheDemoIsTheSameEveryDay(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("playing the demo on several days takes long")
	}
	shape := func(now time.Time) []string {
		var lines []string
		for _, r := range requests(t, fill(t, testdb.Open(t, testdb.SQLite(t)), now)) {
			lines = append(lines, fmt.Sprintf("#%d %s %s", r.Number, r.Name, r.Status))
		}
		return lines
	}
	want := shape(tuesday)
	for name, now := range map[string]time.Time{
		"just after midnight":     time.Date(2026, 11, 24, 0, 0, 1, 0, time.UTC),
		"a Sunday":                time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC),
		"around the end of March": time.Date(2027, 3, 24, 12, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, shape(now)); diff != "" {
				t.Errorf("requests (-on a Tuesday +got):\n%s", diff)
			}
		})
	}
}

func TestTheDemoIsToldFromOtherDatabases(t *testing.T) {
	t.Parallel()
	service := func(s *store.Store) testdb.Directory {
		at := func() time.Time { return tuesday }
		return testdb.NewDirectory(t, scheduler.New(s, scheduler.Options{Clock: at, NewID: uuid.NewString}), s, at)
	}
	look := func(t *testing.T, s *store.Store, want demo.State) {
		t.Helper()
		got, err := demo.Look(t.Context(), service(s).Service, service(s))
		if err != nil || got != want {
			t.Errorf("the database is taken for %v (%v), want %v", got, err, want)
		}
	}
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		look(t, testdb.Open(t, testdb.SQLite(t)), demo.Empty)
	})
	t.Run("somebody is there", func(t *testing.T) {
		t.Parallel()
		s := testdb.Open(t, testdb.SQLite(t))
		p := account.Person{Username: "adele", Name: "Another Adele", Email: "adele@example.org", Roles: []account.Role{account.RoleMentor}}
		if _, err := service(s).PutPerson(t.Context(), account.System, p); err != nil {
			t.Fatal(err)
		}
		look(t, s, demo.Foreign)
	})
}

// checkPeople gives all people a password, and checks that every role has a person.
func checkPeople(t *testing.T, service testdb.Directory) {
	t.Helper()
	people, err := demo.SetPassword(t.Context(), service, "hash")
	if err != nil {
		t.Fatal(err)
	}
	roles := map[account.Role]bool{}
	for _, p := range people {
		if p.Password != "hash" {
			t.Errorf("%s has another password", p.Username)
		}
		for _, r := range p.Roles {
			roles[r] = true
		}
	}
	if len(roles) != len(account.Roles) {
		t.Errorf("the demo has people for %v, want all of %v", roles, account.Roles)
	}
}
