package store_test

import (
	"context"
	"errors"
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
	"berth/scheduler/series"
	"berth/testbeds"
)

// daily asks for one of the hall's experiments on so many days.
func daily(name string, days int) scheduler.SeriesSubmission {
	in := scheduler.SeriesSubmission{Name: name, Experimenter: "ada", SeriesAsk: scheduler.SeriesAsk{
		Plan:    series.Plan{Zone: "Europe/Madrid", Rule: fmt.Sprintf("FREQ=DAILY;COUNT=%d", days), Duration: testbeds.Period{Clock: 4 * time.Hour}},
		Devices: []testbeds.DeviceNeed{{Testbed: "hall", Device: "usrp", Count: 3}}}}
	in.Start.Time = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	return in
}

func TestSeriesAreKept(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		plan := daily("x", 2).Plan
		plan.Except = []testbeds.LocalTime{{Time: start.Truncate(24 * time.Hour)}}
		x := scheduler.Series{ID: uuid(1), Number: 7, Plan: plan, Change: &series.Change{Shift: 30, Skip: []int{2}, Moves: []series.Move{{Place: 1, Slot: slot(1, 2)}}},
			Name: "Grüße", Experimenter: "ada", AllOrNothing: true, Testbeds: []string{"hall", "wins-5g"}, Created: start,
			Members: []scheduler.SeriesMember{{Place: 1, Request: uuid(2), Number: 7}}}
		whole(t, x)
		other := scheduler.Series{ID: uuid(3), Number: 9, Experimenter: "bob", Testbeds: []string{"wins"}}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			return errors.Join(tx.CreateSeries(ctx, x), tx.CreateSeries(ctx, other))
		})
		same(t, "series", x, look(t, s, func(ctx context.Context, r scheduler.Reader) (scheduler.Series, error) { return r.Series(ctx, uuid(1)) }))
		code(t, "another one", s.View(t.Context(), func(r scheduler.Reader) error { _, err := r.Series(t.Context(), uuid(9)); return err }), scheduler.CodeNotFound)
		for _, tt := range []struct {
			filter scheduler.SeriesFilter
			want   []int64
		}{
			{scheduler.SeriesFilter{}, []int64{9, 7}},
			{scheduler.SeriesFilter{Limit: 1}, []int64{9}},
			{scheduler.SeriesFilter{Before: 9}, []int64{7}},
			{scheduler.SeriesFilter{Experimenter: "bob"}, []int64{9}},
			{scheduler.SeriesFilter{Testbed: "wins"}, []int64{9}},
			{scheduler.SeriesFilter{Testbed: "win"}, nil},
			{scheduler.SeriesFilter{Visible: &scheduler.Visible{Experimenter: "ada"}}, []int64{7}},
			{scheduler.SeriesFilter{Visible: &scheduler.Visible{Experimenter: "eve", Testbeds: []string{"wins"}}}, []int64{9}}, // and not wins-5g
			{scheduler.SeriesFilter{Visible: &scheduler.Visible{Experimenter: "eve", Testbeds: []string{"hall", "wins"}}}, []int64{9, 7}},
			{scheduler.SeriesFilter{Visible: &scheduler.Visible{Experimenter: "eve"}}, nil},
		} {
			var got []int64
			for _, x := range look(t, s, func(ctx context.Context, r scheduler.Reader) ([]scheduler.Series, error) {
				return r.SeriesList(ctx, tt.filter)
			}) {
				got = append(got, x.Number)
			}
			same(t, fmt.Sprintf("%+v", tt.filter), tt.want, got)
		}
	})
}

// seriesHouse returns services over a database, as several processes have them.
func seriesHouse(t *testing.T, dsn string, processes int) (list []*scheduler.Service, dbs []*store.Store) {
	t.Helper()
	for i := range processes {
		db, clock := testdb.Open(t, dsn), func() time.Time { return start }
		d := testdb.NewDirectory(t, scheduler.New(db, scheduler.Options{Clock: clock, NewID: newid.NewString}), db, clock)
		list, dbs = append(list, d.Service), append(dbs, db)
		if i > 0 {
			continue
		}
		hour := testbeds.Period{Clock: time.Hour}
		f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Name: "Hall", Timezone: "Europe/Madrid", Approval: testbeds.ApprovalInformed, Setup: hour, Teardown: hour,
			Devices: []testbeds.Device{{ID: "usrp", Count: 4}}}}}
		if _, err := d.PutFacility(t.Context(), account.System, f, scheduler.ChangeOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.PutPerson(t.Context(), account.System, account.Person{Username: "ada", Name: "Ada", Roles: []account.Role{account.RoleExperimenter}}); err != nil {
			t.Fatal(err)
		}
	}
	return list, dbs
}

// TestSeriesAreFoundByTheirRequests: by what is repeated, by a text in its name, and by what became of an occurrence, page by page.
func TestSeriesAreFoundByTheirRequests(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		services, _ := seriesHouse(t, dsn, 1)
		svc := services[0]
		var first int64
		for i, name := range []string{"Größe", "beam", "Beam"} {
			in := daily(name, 2)
			in.Start.Time = in.Start.AddDate(0, 0, 7*i)
			out, err := svc.SubmitSeries(t.Context(), account.System, in)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				first = out.Series.Number
				continue
			}
			if _, err := svc.CancelSeries(t.Context(), account.System, out.Series.ID, scheduler.SeriesCancel{SeriesChoice: scheduler.SeriesChoice{Places: []int{1}, AllOrNothing: new(false)}}); err != nil {
				t.Fatal(err)
			}
		}
		for name, tt := range map[string]struct {
			filter scheduler.SeriesFilter
			want   []int64
		}{
			"experiment":       {scheduler.SeriesFilter{Experiment: "beam"}, []int64{first + 2}},
			"text":             {scheduler.SeriesFilter{Text: "BEA"}, []int64{first + 4, first + 2}},
			"text beyond":      {scheduler.SeriesFilter{Text: "gRÖ"}, []int64{first}},
			"status":           {scheduler.SeriesFilter{Status: scheduler.Cancelled}, []int64{first + 4, first + 2}},
			"status of nobody": {scheduler.SeriesFilter{Status: scheduler.Running}, nil},
			"both":             {scheduler.SeriesFilter{Status: scheduler.UnderReview, Text: "ö"}, []int64{first}},
		} {
			var got []int64
			tt.filter.Limit = 1
			for cursor := ""; ; {
				page, err := svc.ListSeries(t.Context(), account.System, tt.filter, cursor)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range page.Items {
					got = append(got, x.Number)
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			same(t, name, tt.want, got)
		}
	})
}

func verifyClean(t *testing.T, s *scheduler.Service) {
	t.Helper()
	v, err := s.Verify(t.Context())
	if err != nil || !v.Clean() {
		t.Errorf("verify: %v, %v, %v", v.Overcommitments, v.Inconsistencies, err)
	}
}

// Of two series that want the same, granted at once by several processes, one is granted as a whole and of the other nothing; and so it stays when they
// are moved about.
func TestSeriesOfSeveralProcesses(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		services, _ := seriesHouse(t, dsn, 2)
		var ids []string
		for i := range 2 {
			out, err := services[i].SubmitSeries(t.Context(), account.System, daily(fmt.Sprint(i), 5))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, out.Series.ID)
		}
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = services[i%2].ScheduleSeries(t.Context(), account.System, ids[i/2], scheduler.SeriesSchedule{})
			})
		}
		wg.Wait()
		granted := 0
		for i, err := range errs {
			if err == nil {
				granted++
			} else if c := scheduler.CodeOf(err); c != scheduler.CodeConflict {
				t.Errorf("%d: %v", i, err)
			}
		}
		if granted != 1 {
			t.Errorf("%d of 4 succeeded: %v", granted, errs)
		}
		for i := range 8 { // one day on, and back, while somebody takes it back
			wg.Go(func() {
				_, err := services[i%2].MoveSeries(t.Context(), account.System, ids[i/4], scheduler.SeriesMove{Change: series.Change{Shift: (1 - i%4) * 24 * 60}})
				if c := scheduler.CodeOf(err); err != nil && c != scheduler.CodeConflict && c != scheduler.CodeInvalid {
					t.Errorf("moving: %v", err)
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			v, err := services[0].GetSeries(t.Context(), account.System, id)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range v.Parts {
				if p.Status != v.Parts[0].Status || p.Slot.Start.Sub(v.Parts[0].Slot.Start) != time.Duration(p.Place-1)*24*time.Hour {
					t.Errorf("series of #%d: number %d is %s %s, the first is %s %s", v.Number, p.Place, p.Status, p.Slot, v.Parts[0].Status, v.Parts[0].Slot)
				}
			}
		}
		verifyClean(t, services[1])
	})
}

// A step that is broken off, whenever that is, has been taken with all occurrences or with none.
func TestSeriesStepThatIsBrokenOff(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		services, _ := seriesHouse(t, dsn, 1)
		s := services[0]
		out, err := s.SubmitSeries(t.Context(), account.System, daily("x", 20))
		if err != nil {
			t.Fatal(err)
		}
		for n := range 12 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n*n)*time.Millisecond)
			shift := (n%2*2 - 1) * 60
			_, err := s.MoveSeries(ctx, account.System, out.Series.ID, scheduler.SeriesMove{Change: series.Change{Shift: shift}})
			cancel()
			if c := scheduler.CodeOf(err); c == scheduler.CodeConflict || c == scheduler.CodeInvalid {
				t.Fatal(err)
			}
			v, err := s.GetSeries(t.Context(), account.System, out.Series.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range v.Parts {
				if p.Slot.Start.Hour() != v.Parts[0].Slot.Start.Hour() || p.Revision != v.Parts[0].Revision {
					t.Fatalf("after %d: number %d is at %s, the first at %s", n, p.Place, p.Slot, v.Parts[0].Slot)
				}
			}
		}
		verifyClean(t, s)
	})
}

func TestVerifyNamesWhatIsWrongWithSeries(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		services, _ := seriesHouse(t, dsn, 1)
		out, err := services[0].SubmitSeries(t.Context(), account.System, daily("x", 2))
		if err != nil {
			t.Fatal(err)
		}
		verifyClean(t, services[0])
		raw := connect(t, dsn)
		for _, damage := range []struct{ statement, want string }{
			{`DELETE FROM history WHERE request = '` + out.Parts[1].Request + `'`, "was taken with 1 of its 2 occurrences"},
			{`UPDATE requests SET document = replace(document, '"place":2', '"place":3')`, "which says that it is #2 at place 3"},
			{`DELETE FROM series`, "request #1 belongs to a series that does not exist"},
		} {
			execute(t, raw, damage.statement)
			v, err := services[0].Verify(t.Context())
			if err != nil || !strings.Contains(strings.Join(v.Inconsistencies, "\n"), damage.want) {
				t.Errorf("after %s: %v, %v", damage.statement, v.Inconsistencies, err)
			}
		}
	})
}
