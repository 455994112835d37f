package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/calendar"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// drawn maps the names of all calendar objects to the objects.
func drawn(t testing.TB, s *store.Store) map[string]calendar.Object {
	t.Helper()
	c, err := s.Calendar(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]calendar.Object{}
	for _, o := range c.Objects {
		list[o.Name] = o
	}
	return list
}

func refresh(t testing.TB, s *store.Store, now time.Time) {
	t.Helper()
	if err := s.RefreshCalendar(t.Context(), now); err != nil {
		t.Fatal(err)
	}
}

// update changes a request like a step of its life.
func update(t testing.TB, s *store.Store, r scheduler.Request, fn func(*scheduler.Request)) scheduler.Request {
	t.Helper()
	fn(&r)
	r.Revision++
	r.Updated = r.Updated.Add(time.Minute)
	change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.UpdateRequest(ctx, r) })
	return r
}

func TestCalendarsAreWrittenWithTheRequest(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)))[0]
		before := sequence(t, s)
		o := drawn(t, s)[r.ID]
		if want := []string{"deployments", "testbed-wins-5g", "mine:ada", "decisions"}; !slices.Equal(o.Collections, want) || o.Sequence != before {
			t.Errorf("in %v at %d, want %v at %d", o.Collections, o.Sequence, want, before)
		}
		r = update(t, s, r, func(r *scheduler.Request) { r.Mentor = "grace"; r.Status = scheduler.Scheduled; r.Scheduled = &r.Slot })
		c, err := s.Calendar(t.Context(), before)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Objects) != 3 || len(c.Removals) != 0 || c.Sequence != before+1 {
			t.Errorf("%d objects, removals %v, sequence %d", len(c.Objects), c.Removals, c.Sequence)
		}
		cancelled := update(t, s, r, func(r *scheduler.Request) { r.Status = scheduler.Cancelled }).Updated
		c, err = s.Calendar(t.Context(), before+1)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(c.Removals, func(a, b calendar.Removal) int { return strings.Compare(a.Collection, b.Collection) })
		want := []calendar.Removal{{Collection: "decisions", Name: r.ID}, {Collection: "decisions:grace", Name: r.ID}, {Collection: "mine:ada", Name: r.ID}}
		for i := range want {
			want[i].At, want[i].Sequence = cancelled, before+2
		}
		if diff := cmp.Diff(want, c.Removals); diff != "" {
			t.Errorf("removals (-want +got):\n%s", diff)
		}
		// The failed transaction left no trace.
		_ = s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
			r := plain(uuid(2))
			if err := tx.CreateRequest(t.Context(), &r); err != nil {
				return err
			}
			return context.Canceled
		})
		if _, there := drawn(t, s)[uuid(2)]; there {
			t.Error("a request that was never made is shown")
		}
	})
}

func TestRefreshingTheCalendarsIsDoneOnce(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		moved := store.Options{Site: calendar.Site{URL: "https://berth.example"}}
		before, s, other := testdb.Open(t, dsn), testdb.OpenWith(t, dsn, moved), testdb.OpenWith(t, dsn, moved)
		for i := range 60 {
			create(t, before, plain(uuid(i)))
		}
		f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "wins-5g", Name: "Iris", Timezone: "Europe/Dublin", Closures: []testbeds.Closure{{Summary: "Maintenance",
			Start: testbeds.LocalTime{Time: start.Add(48 * time.Hour)}, Duration: testbeds.Period{Clock: time.Hour}, RRule: "FREQ=WEEKLY;COUNT=200"}}}}}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.PutFacility(ctx, f) })
		refresh(t, s, start)
		first := drawn(t, s)
		if o := first[uuid(1)]; !strings.Contains(o.Full, "CATEGORIES:Iris") || !strings.Contains(o.Full, "https://berth.example/requests/") {
			t.Errorf("drawn anew:\n%s", o.Full)
		}
		closures := 0
		for _, o := range first {
			if o.Kind == calendar.KindClosure {
				closures++
				if !o.Modified.Equal(start) { // not its start, which may be in the future
					t.Fatalf("%s, drawn at %s, is of %s:\n%s", o.Name, start, o.Modified, o.Full)
				}
			}
		}
		if closures < 50 || closures > 54 {
			t.Errorf("%d closures, want those of a year", closures)
		}
		at := sequence(t, s)
		refresh(t, s, start.Add(time.Minute))
		refresh(t, other, start.Add(2*time.Minute))
		if now := sequence(t, s); now != at {
			t.Errorf("refreshing again moves the log from %d to %d", at, now)
		}
		f.Testbeds[0].Closures[0].Summary = "Repair"
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.PutFacility(ctx, f) })
		refresh(t, s, start.Add(time.Hour))
		for _, o := range drawn(t, s) {
			if o.Kind == calendar.KindClosure && !o.Modified.Equal(start.Add(time.Hour)) {
				t.Fatalf("changed at %s, it is of %s", start.Add(time.Hour), o.Modified)
			}
		}
		f.Testbeds[0].Closures = nil
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.PutFacility(ctx, f) })
		refresh(t, other, start)
		for _, o := range drawn(t, s) {
			if o.Kind == calendar.KindClosure {
				t.Fatalf("a closure is left: %s", o.Name)
			}
		}
	})
}

func TestWhatIsOldLeavesTheCalendars(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)), plain(uuid(2)))
		update(t, s, r[0], func(r *scheduler.Request) { r.Status = scheduler.Rejected })
		has := func(days int) (list []string) {
			now := start.Add(time.Duration(days) * 24 * time.Hour)
			if err := s.AgeCalendar(t.Context(), now); err != nil {
				t.Fatal(err)
			}
			for name := range drawn(t, s) {
				list = append(list, name)
			}
			slices.Sort(list)
			return list
		}
		same(t, "after two weeks", []string{uuid(1), uuid(2)}, has(14))
		same(t, "after three weeks", []string{uuid(2)}, has(21))
		same(t, "after a year", []string{uuid(2)}, has(365))
		same(t, "after two years", []string(nil), has(730))
		c, err := s.Calendar(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Removals) != 4 || c.Pruned == 0 { // those of the second; the first's are forgotten
			t.Errorf("removals %v, pruned %d", c.Removals, c.Pruned)
		}
	})
}

func TestCalendarPropertiesAreTheirOwners(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			if err := tx.PutPerson(ctx, person("ada")); err != nil {
				return err
			}
			return tx.PutPerson(ctx, person("bob"))
		})
		value := "Meine <Kalender>"
		set := func(owner string, values map[string]*string) error {
			return s.SetCalendarProperties(t.Context(), owner, "mine", values)
		}
		if err := set("ada", map[string]*string{"{DAV:}displayname": &value, "{x}y": &value}); err != nil {
			t.Fatal(err)
		}
		if err := set("ada", map[string]*string{"{x}y": nil}); err != nil {
			t.Fatal(err)
		}
		got, err := s.CalendarProperties(t.Context(), "ada")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "ada's", map[string]map[string]string{"mine": {"{DAV:}displayname": value}}, got)
		if got, err := s.CalendarProperties(t.Context(), "bob"); err != nil || len(got) != 0 {
			t.Errorf("bob has %v (%v)", got, err)
		}
		many := map[string]*string{}
		for i := range 41 {
			many[uuid(i)] = &value
		}
		code(t, "too many", set("ada", many), scheduler.CodeInvalid)
		nul := "a\x00b"
		code(t, "what cannot be stored", set("ada", map[string]*string{"z": &nul}), scheduler.CodeInvalid)
	})
}

func TestAnObjectIsRenewedOncePerVersion(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)))[0]
		first, before := drawn(t, s)[r.ID], sequence(t, s)
		for range 2 { // of two clients with the same write, the second changes nothing
			if err := s.RenewCalendarObject(t.Context(), r.ID, first.Version()); err != nil {
				t.Fatal(err)
			}
		}
		c, err := s.Calendar(t.Context(), before)
		if err != nil || len(c.Objects) != 1 || c.Sequence != before+1 {
			t.Fatalf("%d objects changed up to %d (%v), want one up to %d", len(c.Objects), c.Sequence, err, before+1)
		}
		second := c.Objects[0]
		if second.Version() == first.Version() || second.Tag != first.Tag || !strings.Contains(second.Full, "\r\nX-BERTH-VERSION:"+second.Version()+"\r\n") {
			t.Errorf("version %s becomes %s:\n%s", first.Version(), second.Version(), second.Full)
		}
		update(t, s, r, func(r *scheduler.Request) { r.Name = "another" })
		if third := drawn(t, s)[r.ID]; third.Version() == second.Version() || third.Tag == second.Tag {
			t.Errorf("changed, it is still version %s", third.Version())
		}
		if err := s.RenewCalendarObject(t.Context(), "none", "none"); err != nil {
			t.Errorf("renewing what is not there: %v", err)
		}
	})
}
