package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/testbeds"
	newid "github.com/google/uuid"
)

// ruled returns services of several processes on one database, with a facility of so many testbeds, people and a policy.
func ruled(tb testing.TB, dsn string, processes, sites int, text string) (list []*scheduler.Service, stores []*store.Store) {
	tb.Helper()
	for range processes {
		s := testdb.Open(tb, dsn)
		stores = append(stores, s)
		list = append(list, scheduler.New(s, scheduler.Options{Clock: func() time.Time { return start }, NewID: newid.NewString}))
	}
	var f testbeds.Facility
	for i := range sites {
		f.Testbeds = append(f.Testbeds, testbeds.Testbed{ID: fmt.Sprintf("t%d", i), Name: "T", Timezone: "UTC",
			VIMs: []testbeds.VIM{{ID: "v", Capacity: testbeds.Quantities{"vcpu": 1000, "gpus": 1000}}}})
	}
	if _, err := list[0].PutFacility(tb.Context(), account.System, f, scheduler.ChangeOptions{}); err != nil {
		tb.Fatal(err)
	}
	for _, name := range []string{"grace", "heidi"} {
		p := account.Person{Username: name, Name: name, Roles: []account.Role{account.RoleExperimenter}, Organisation: "TCD"}
		if _, err := testdb.NewDirectory(tb, list[0], stores[0], time.Now).PutPerson(tb.Context(), account.System, p); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := list[0].PutPolicy(tb.Context(), account.System, []byte(text), scheduler.ChangeOptions{}); err != nil {
		tb.Fatal(err)
	}
	return list, stores
}

func wish(who string, site int, gpus int64, from, to int) scheduler.Submission {
	place := fmt.Sprintf("t%d/v", site)
	return scheduler.Submission{Name: "wish", Experimenter: who, Ask: scheduler.Ask{Slot: slot(from, to), Placement: testbeds.Placement{"1": place},
		Components: []testbeds.Component{{Member: "1", Onboarded: []string{place}, Size: testbeds.Quantities{"vcpu": 1, "gpus": gpus}}}}}
}

// TestParallelSubmitsAtALimit: of many requests of one person at once, on testbeds of their own and through several processes, exactly as many pass as
// the limits allow, and what each process then says is the same.
func TestParallelSubmitsAtALimit(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		for _, tt := range []struct {
			name, policy string
			allowed      int64
			who          func(i int) string
		}{
			{"open", "limits: [{name: open, open: 3}]", 3, func(int) string { return "grace" }},
			{"quota", "quotas: [{name: gpus, quantity: gpus, hours: 20, per: person, every: month}]", 5, func(int) string { return "grace" }},
			{"organisation", "quotas: [{name: gpus, quantity: gpus, hours: 28, per: organisation, every: month}]", 7, func(i int) string { return []string{"grace", "heidi"}[i%2] }},
			{"experiment", "quotas: [{name: gpus, quantity: gpus, hours: 8, per: experiment, every: month}]", 2, func(i int) string { return []string{"grace", "heidi"}[i%2] }},
		} {
			const sites, tries = 8, 24
			services, _ := ruled(t, empty(t, dsn), 2, sites, tt.policy)
			var passed, refused atomic.Int64
			var wg sync.WaitGroup
			for i := range tries {
				wg.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
					defer cancel()
					_, err := services[i%2].Submit(ctx, account.System, wish(tt.who(i), i%sites, 2, 24+i, 26+i))
					switch e, ok := asSchedulerError(err); {
					case err == nil:
						passed.Add(1)
					case ok && len(e.Refusals) == 1 && e.Refusals[0].Rule == ruleOf(tt.name):
						refused.Add(1)
					default:
						t.Errorf("%s: %v", tt.name, err)
					}
				})
			}
			wg.Wait()
			if passed.Load() != tt.allowed || passed.Load()+refused.Load() != tries {
				t.Errorf("%s: %d passed, %d were refused; want %d of %d to pass", tt.name, passed.Load(), refused.Load(), tt.allowed, tries)
			}
			for _, s := range services {
				v, err := s.Verify(t.Context())
				if err != nil || !v.Clean() {
					t.Errorf("%s: %+v, %v", tt.name, v, err)
				}
			}
		}
	})
}

func ruleOf(name string) string {
	if name == "open" {
		return "open"
	}
	return "gpus"
}

func asSchedulerError(err error) (*scheduler.Error, bool) {
	e, ok := err.(*scheduler.Error)
	return e, ok
}

// TestQuotasHoldWhateverHappens: random people submit, edit, cancel and move through two processes, in parallel; afterwards no quota is exceeded.
func TestQuotasHoldWhateverHappens(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		for seed := range uint64(5) {
			const sites = 3
			random := rand.New(rand.NewPCG(seed, 1))
			hours := 4 + random.Int64N(36)
			services, stores := ruled(t, empty(t, dsn), 2, sites, fmt.Sprintf("quotas:\n  - {name: mine, quantity: gpus, hours: %d, per: person, every: week, free_weekends: true}\n"+
				"  - {name: ours, quantity: gpus, hours: %d, per: organisation, every: week}\nlimits: [{name: open, open: 6}]", hours, hours*3/2))
			type deed struct {
				who         string
				site        int
				gpus        int64
				from, hours int
				then        int
			}
			var deeds []deed
			for range 20 {
				deeds = append(deeds, deed{[]string{"grace", "heidi"}[random.IntN(2)], random.IntN(sites), 1 + random.Int64N(4), 1 + random.IntN(150), 1 + random.IntN(12), random.IntN(4)})
			}
			var wg sync.WaitGroup
			for i, x := range deeds {
				wg.Go(func() {
					s := services[i%2]
					out, err := s.Submit(t.Context(), account.System, wish(x.who, x.site, x.gpus, x.from, x.from+x.hours))
					if err != nil {
						return
					}
					longer := slot(x.from, x.from+2*x.hours)
					switch x.then {
					case 0:
						_, _ = s.Cancel(t.Context(), account.System, out.Request.ID, scheduler.Step{})
					case 1:
						_, _ = s.Edit(t.Context(), account.System, out.Request.ID, scheduler.Edit{Slot: &longer})
					case 2:
						if _, err := s.Schedule(t.Context(), account.System, out.Request.ID, scheduler.Schedule{}); err == nil {
							_, _ = s.Move(t.Context(), account.System, out.Request.ID, scheduler.Move{Slot: &longer})
						}
					}
				})
			}
			wg.Wait()
			sums := map[string]int64{}
			err := stores[0].View(t.Context(), func(tx scheduler.Reader) error {
				list, err := tx.Requests(t.Context(), scheduler.RequestFilter{Limit: 100})
				for _, r := range list {
					if r.Status == scheduler.Cancelled {
						continue
					}
					for h := r.Slot.Start; h.Before(r.Slot.End); h = h.Add(time.Hour) {
						week := policyWeek(h)
						sums["TCD"+week] += r.Components[0].Size["gpus"]
						if h.Weekday() != time.Saturday && h.Weekday() != time.Sunday {
							sums[r.Experimenter+week] += r.Components[0].Size["gpus"]
						}
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for who, sum := range sums {
				if limit := map[bool]int64{true: hours * 3 / 2, false: hours}[who[:3] == "TCD"]; sum > limit {
					t.Errorf("seed %d: %s has %d of %d", seed, who, sum, limit)
				}
			}
			if v, err := services[1].Verify(t.Context()); err != nil || !v.Clean() {
				t.Errorf("seed %d: %+v, %v", seed, v, err)
			}
		}
	})
}

func policyWeek(t time.Time) string {
	y, w := t.ISOWeek()
	return fmt.Sprint(" ", y, w)
}

// TestPolicyIsKept: each revision is there as it was written, and a process sees at once what another has put in force.
func TestPolicyIsKept(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		services, stores := ruled(t, dsn, 2, 1, "limits: [{name: a, open: 1}] # one")
		v, err := services[1].Policy(t.Context(), account.System)
		if err != nil || v.Revision != 1 || v.Text != "limits: [{name: a, open: 1}] # one" || v.By != account.System.Username || len(v.Words) != 1 {
			t.Errorf("got %+v, %v", v, err)
		}
		again, err := services[1].PutPolicy(t.Context(), account.System, []byte(v.Text), scheduler.ChangeOptions{Revision: 1})
		if err != nil || again.Changed || again.Revision != 1 {
			t.Errorf("the same again: %+v, %v", again, err)
		}
		if _, err := services[1].PutPolicy(t.Context(), account.System, []byte("zone: UTC"), scheduler.ChangeOptions{Revision: 7}); scheduler.CodeOf(err) != scheduler.CodePrecondition {
			t.Errorf("got %v", err)
		}
		dry, err := services[1].PutPolicy(t.Context(), account.System, []byte("zone: UTC"), scheduler.ChangeOptions{DryRun: true})
		if err != nil || !dry.DryRun || dry.Revision != 2 || !dry.Changed {
			t.Errorf("got %+v, %v", dry, err)
		}
		if _, err := services[1].Submit(t.Context(), account.System, wish("grace", 0, 1, 24, 25)); err != nil {
			t.Error(err)
		}
		if _, err := services[0].Submit(t.Context(), account.System, wish("grace", 0, 1, 26, 27)); scheduler.CodeOf(err) != scheduler.CodeConflict {
			t.Errorf("got %v", err)
		}
		if _, err := services[1].PutPolicy(t.Context(), account.System, []byte("zone: UTC"), scheduler.ChangeOptions{}); err != nil {
			t.Error(err)
		}
		if _, err := services[0].Submit(t.Context(), account.System, wish("grace", 0, 1, 26, 27)); err != nil {
			t.Errorf("under the new policy: %v", err)
		}
		for revision, want := range map[int64]string{0: "zone: UTC", 1: v.Text, 2: "zone: UTC"} {
			got := look(t, stores[0], func(ctx context.Context, r scheduler.Reader) (scheduler.StoredPolicy, error) {
				return r.Policy(ctx, revision)
			})
			if got.Text != want {
				t.Errorf("revision %d is %+v", revision, got)
			}
		}
		err = stores[0].View(t.Context(), func(r scheduler.Reader) error { _, err := r.Policy(t.Context(), 3); return err })
		code(t, "a revision that there is not", err, scheduler.CodeNotFound)
	})
}

// seconds counts a request by the length of its slot.
var seconds = scheduler.Counting{Name: "seconds", Of: func(c scheduler.Charged) int64 { return int64(c.Slot.Duration() / time.Second) }}

// TestCountedSeesTheTransaction: what a transaction has written counts in it, and is forgotten with it.
func TestCountedSeesTheTransaction(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)))[0]
		me := policy.Subject{Per: policy.PerPerson, Name: "ada"}
		length := func(ctx context.Context, tx scheduler.Reader) (time.Duration, error) {
			n, err := tx.Counted(ctx, me, slot(-100, 100), seconds, 0)
			return time.Duration(n) * time.Second, err
		}
		was := r.Slot.Duration()
		same(t, "before", was, look(t, s, length))
		for range 2 {
			err := s.Change(t.Context(), []string{"wins-5g", scheduler.LockOf(me)}, func(tx scheduler.Tx) error {
				x, err := tx.LockRequest(t.Context(), r.ID)
				if err != nil {
					return err
				}
				got, err := length(t.Context(), tx)
				same(t, "at the beginning", was, got)
				if err != nil {
					return err
				}
				x.Revision, x.Slot.End = x.Revision+1, x.Slot.End.Add(time.Hour)
				if err := tx.UpdateRequest(t.Context(), x); err != nil {
					return err
				}
				got, err = length(t.Context(), tx)
				same(t, "within", was+time.Hour, got)
				if err != nil {
					return err
				}
				others, err := tx.Counted(t.Context(), me, slot(-100, 100), seconds, x.Number)
				same(t, "without it", int64(0), others)
				if err == nil {
					err = context.Canceled
				}
				return err
			})
			if err != context.Canceled {
				t.Fatal(err)
			}
			same(t, "after it was given up", was, look(t, s, length))
		}
		same(t, "elsewhen", int64(0), look(t, s, func(ctx context.Context, tx scheduler.Reader) (int64, error) {
			return tx.Counted(ctx, me, slot(4, 8), seconds, 0)
		}))
		same(t, "open", int64(1), look(t, s, func(ctx context.Context, tx scheduler.Reader) (int64, error) { return tx.Open(ctx, "ada") }))
	})
}

// TestWhatIsRememberedIsWhatIsThere: whatever happens to requests, through two stores, a transaction counts what the database holds.
func TestWhatIsRememberedIsWhatIsThere(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		for seed := range uint64(4) {
			random := rand.New(rand.NewPCG(seed, 2))
			dsn := empty(t, dsn)
			stores := []*store.Store{testdb.Open(t, dsn), testdb.Open(t, dsn)}
			people, names := []string{"grace", "heidi"}, []string{"radio", "vision"}
			var subjects []policy.Subject
			var lock []string
			for i, per := range policy.Pers {
				for _, name := range [][]string{people, names, {"TCD", "UoP"}}[i] {
					subjects = append(subjects, policy.Subject{Per: per, Name: name})
					lock = append(lock, scheduler.LockOf(subjects[len(subjects)-1]))
				}
			}
			spans := []testbeds.Slot{slot(0, 24), slot(24, 48), slot(0, 100)}
			counts := func(ctx context.Context, tx scheduler.Reader) (list []int64, err error) {
				for _, s := range subjects {
					for _, x := range spans {
						n, err := tx.Counted(ctx, s, x, seconds, 3)
						if list = append(list, n); err != nil {
							return nil, err
						}
					}
				}
				for _, who := range people {
					n, err := tx.Open(ctx, who)
					if list = append(list, n); err != nil {
						return nil, err
					}
				}
				return list, nil
			}
			alter := func(r *scheduler.Request) {
				from := random.IntN(60)
				r.Slot = slot(from, from+1+random.IntN(30))
				r.Name, r.NSD, r.Organisation, r.Experimenter = names[random.IntN(2)], "", []string{"", "TCD", "UoP"}[random.IntN(3)], people[random.IntN(2)]
				r.Status = []scheduler.Status{scheduler.UnderReview, scheduler.Scheduled, scheduler.Cancelled, scheduler.Completed, scheduler.Rejected}[random.IntN(5)]
			}
			var ids []string
			for i := range 60 {
				s := stores[random.IntN(2)]
				keep := random.IntN(5) > 0
				read := look(t, s, counts)
				made := []string{}
				err := s.Change(t.Context(), append([]string{"wins-5g"}, lock...), func(tx scheduler.Tx) error {
					made = nil
					got, err := counts(t.Context(), tx)
					same(t, fmt.Sprintf("seed %d, step %d", seed, i), read, got)
					if err != nil {
						return err
					}
					for j := range 1 + random.IntN(2) {
						if len(ids) == 0 || random.IntN(3) == 0 {
							r := plain(uuid(1000*int(seed) + 10*i + j + 1))
							alter(&r)
							if err := tx.CreateRequest(t.Context(), &r); err != nil {
								return err
							}
							made = append(made, r.ID)
							continue
						}
						r, err := tx.LockRequest(t.Context(), ids[random.IntN(len(ids))])
						if err != nil {
							return err
						}
						r.Revision++
						alter(&r)
						if err := tx.UpdateRequest(t.Context(), r); err != nil {
							return err
						}
					}
					within, err := counts(t.Context(), tx)
					if err != nil || keep {
						read = within
						return err
					}
					return context.Canceled
				})
				switch {
				case err == nil:
					ids = append(ids, made...)
					same(t, fmt.Sprintf("seed %d, step %d, afterwards", seed, i), read, look(t, s, counts))
				case err != context.Canceled:
					t.Fatal(err)
				}
			}
		}
	})
}
