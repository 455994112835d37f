package store_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/waitlist"
	"berth/testbeds"
)

// waitingOne returns a request that waits for devices or a VIM of testbeds.
func waitingOne(n int, since time.Time, within testbeds.Slot, pools ...testbeds.Resource) scheduler.Request {
	r := scheduler.Request{ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", n), Name: "patient", Status: scheduler.UnderReview, Experimenter: "maeve", Slot: within, Created: since, Updated: since}
	for _, p := range pools {
		r.Demand = append(r.Demand, testbeds.Need{Resource: p, Amount: int64(1 + n%4)})
	}
	r.Wait = &scheduler.Wait{For: scheduler.WaitSlot, Since: since, Until: within.Start, Reach: within}
	return r
}

func createWaiting(t testing.TB, s *store.Store, list ...scheduler.Request) []scheduler.Request {
	t.Helper()
	change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
		for i := range list {
			list[i].Revision = 1
			if err := tx.CreateRequest(ctx, &list[i]); err != nil {
				return err
			}
			if err := tx.AddEvent(ctx, scheduler.Event{Kind: scheduler.EventRequest, Request: list[i].ID, Number: list[i].Number, At: start}); err != nil {
				return err
			}
		}
		return nil
	})
	return list
}

var (
	radioPool = testbeds.Resource{Testbed: "radio", Device: "usrp"}
	irisPool  = testbeds.Resource{Testbed: "radio", VIM: "iris", Quantity: "vcpu"}
	bigPool   = testbeds.Resource{Testbed: "cloud", VIM: "big", Quantity: "vcpu"}
)

// Who waits for some of what came back is found by the index exactly as by looking at everybody, from any place on, and also after changes.
func TestThoseWhoWaitAreFoundAsByLookingAtAll(t *testing.T) {
	t.Parallel()
	for _, e := range testdb.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			s := testdb.Open(t, e.Fresh(t))
			made := 0
			rapid.Check(t, func(rt *rapid.T) {
				span := rapid.Custom(func(rt *rapid.T) testbeds.Slot {
					return testbeds.NewSlot(start.Add(time.Duration(rapid.IntRange(0, 4000).Draw(rt, "from"))*time.Hour), time.Duration(rapid.SampledFrom([]int{1, 5, 200, 3000, 9000}).Draw(rt, "length"))*time.Hour)
				})
				var all []scheduler.Request
				for range rapid.IntRange(1, 6).Draw(rt, "requests") {
					made++
					r := waitingOne(made, start.Add(time.Duration(rapid.IntRange(0, 2).Draw(rt, "since"))*time.Hour), span.Draw(rt, "reach"),
						rapid.SliceOfNDistinct(rapid.SampledFrom([]testbeds.Resource{radioPool, irisPool, bigPool}), 1, 3, rapid.ID[testbeds.Resource]).Draw(rt, "pools")...)
					r.Priority = rapid.SampledFrom([]scheduler.Priority{"high", "", "low"}).Draw(rt, "priority")
					if rapid.IntRange(0, 4).Draw(rt, "alternative") == 0 {
						r.Wait.For, r.Wait.Places = scheduler.WaitAlternative, rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"radio", "cloud"}), 1, 2, rapid.ID[string]).Draw(rt, "places")
					}
					all = append(all, r)
				}
				all = createWaiting(t, s, all...)
				defer change(t, s, func(ctx context.Context, tx scheduler.Tx) error { // nobody waits any more
					for _, r := range all {
						if r.Wait != nil {
							put(ctx, t, tx, r, func(r *scheduler.Request) { r.Wait = nil })
						}
					}
					return nil
				})
				if i := rapid.IntRange(0, len(all)-1).Draw(rt, "changed"); rapid.Bool().Draw(rt, "change") {
					change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
						all[i] = put(ctx, t, tx, all[i], func(r *scheduler.Request) {
							r.Wait = new(*r.Wait)
							r.Wait.Since, r.Priority = r.Wait.Since.Add(90*time.Minute), "low"
						})
						return nil
					})
				}
				f := scheduler.Freed{Testbed: rapid.SampledFrom([]string{"radio", "cloud", ""}).Draw(rt, "testbed"), Interval: span.Draw(rt, "freed")}
				if f.Testbed != "" && rapid.Bool().Draw(rt, "pools") {
					f.Pools = []testbeds.Resource{{Testbed: f.Testbed, Device: "usrp"}, {Testbed: f.Testbed, VIM: rapid.SampledFrom([]string{"iris", "big"}).Draw(rt, "vim"), Quantity: "vcpu"}}
					if rapid.Bool().Draw(rt, "looked") {
						f.Free = []int64{rapid.Int64Range(0, 4).Draw(rt, "radios"), rapid.Int64Range(0, 4).Draw(rt, "vcpu")}
					}
				}
				if i := rapid.IntRange(0, len(all)).Draw(rt, "passed"); i < len(all) {
					f.Passed = scheduler.WaitPlace(all[i])
				}
				var want []waitlist.Place
				for _, r := range all {
					if p := scheduler.WaitPlace(r); p.After(f.Passed) && slices.ContainsFunc(scheduler.WaitSpans(r), func(x scheduler.WaitSpan) bool {
						return x.Testbed == f.Testbed && x.Interval.Overlaps(f.Interval) && (len(f.Pools) == 0 || x.Pool == testbeds.Resource{} && some(f) || little(f, x))
					}) {
						want = append(want, p)
					}
				}
				slices.SortFunc(want, waitlist.Compare)
				limit := rapid.IntRange(1, 7).Draw(rt, "limit")
				got := look(t, s, func(ctx context.Context, r scheduler.Reader) ([]waitlist.Place, error) {
					return r.WaitingFor(ctx, f, limit)
				})
				same(t, "those who wait", want[:min(len(want), limit)], got)
				for _, q := range all {
					before := 0
					for _, r := range all {
						if waitlist.Compare(scheduler.WaitPlace(r), scheduler.WaitPlace(q)) < 0 && shares(r, q) {
							before++
						}
					}
					if n := look(t, s, func(ctx context.Context, r scheduler.Reader) (int, error) { return r.WaitingBefore(ctx, q) }); n != before {
						rt.Fatalf("%d come before #%d, want %d", n, q.Number, before)
					}
				}
				list := look(t, s, func(ctx context.Context, r scheduler.Reader) ([]waitlist.Place, error) {
					return r.Waiters(ctx, "", waitlist.Place{}, 100)
				})
				if len(list) != len(all) || !slices.IsSortedFunc(list, waitlist.Compare) {
					rt.Fatalf("all: %v", list)
				}
			})
		})
	}
}

// some reports whether anything of what came back is still free.
func some(f scheduler.Freed) bool { return f.Free == nil || slices.Max(f.Free) > 0 }

// little reports whether some of what came back is as much as a request needs.
func little(f scheduler.Freed, x scheduler.WaitSpan) bool {
	i := slices.Index(f.Pools, x.Pool)
	return i >= 0 && (f.Free == nil || x.Amount <= f.Free[i])
}

// shares reports whether two requests wait for some of the same.
func shares(a, b scheduler.Request) bool {
	for _, x := range scheduler.WaitSpans(a) {
		for _, y := range scheduler.WaitSpans(b) {
			none := testbeds.Resource{}
			if x.Testbed != "" && x.Testbed == y.Testbed && x.Interval.Overlaps(y.Interval) && (x.Pool == y.Pool || x.Pool == none || y.Pool == none) {
				return true
			}
		}
	}
	return false
}

// put changes a request.
func put(ctx context.Context, t testing.TB, tx scheduler.Tx, r scheduler.Request, change func(*scheduler.Request)) scheduler.Request {
	t.Helper()
	r, err := tx.LockRequest(ctx, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	change(&r)
	r.Revision++
	if err := tx.UpdateRequest(ctx, r); err != nil {
		t.Fatal(err)
	}
	return r
}

// Capacity that came back is kept until it is deleted, and makes the store due; a transaction that fails leaves none.
func TestFreedCapacityIsKept(t *testing.T) {
	t.Parallel()
	for _, e := range testdb.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			s := testdb.Open(t, e.Fresh(t))
			f := scheduler.Freed{ID: "f1", Testbed: "radio", Pools: []testbeds.Resource{radioPool}, Interval: slot(1, 5), At: start}
			anywhere := scheduler.Freed{ID: "f2", Interval: slot(1, 500), At: start.Add(time.Hour)}
			change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
				return cmp.Or(tx.PutFreed(ctx, anywhere), tx.PutFreed(ctx, f))
			})
			err := s.Change(t.Context(), []string{"radio"}, func(tx scheduler.Tx) error {
				if err := tx.DeleteFreed(t.Context(), f.ID); err != nil {
					return err
				}
				return scheduler.Errorf(scheduler.CodeConflict, "no")
			})
			if scheduler.CodeOf(err) != scheduler.CodeConflict {
				t.Fatal(err)
			}
			f.Passed = waitlist.Place{Rank: 1, Since: start, Number: 7}
			change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.PutFreed(ctx, f) })
			same(t, "what came back", f, look(t, s, func(ctx context.Context, r scheduler.Reader) (scheduler.Freed, error) { return r.Freed(ctx, "f1") }))
			for _, c := range []struct{ among, want []string }{{nil, []string{"f1", "f2"}}, {[]string{"radio"}, []string{"f1", "f2"}}, {[]string{"cloud"}, []string{"f2"}}, {scheduler.AllTestbeds, []string{"f1", "f2"}}} {
				same(t, fmt.Sprint(c.among), c.want, look(t, s, func(ctx context.Context, r scheduler.Reader) ([]string, error) {
					list, err := r.FreedAmong(ctx, c.among, 9)
					var ids []string
					for _, f := range list {
						ids = append(ids, f.ID)
					}
					return ids, err
				}))
			}
			due := func() *time.Time {
				a := look(t, s, func(ctx context.Context, r scheduler.Reader) (*time.Time, error) { return r.NextDue(ctx) })
				b := look(t, s, func(ctx context.Context, r scheduler.Reader) (scheduler.State, error) { return r.State(ctx) })
				same(t, "due", a, b.Due)
				return a
			}
			if at := due(); at == nil || !at.Equal(start) {
				t.Errorf("due at %v", at)
			}
			change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
				return cmp.Or(tx.DeleteFreed(ctx, "f1"), tx.DeleteFreed(ctx, "f2"), tx.DeleteFreed(ctx, "f3"))
			})
			if at := due(); at != nil {
				t.Errorf("still due at %v", at)
			}
			if _, err := gone(t, s); scheduler.CodeOf(err) != scheduler.CodeNotFound {
				t.Errorf("it is still there: %v", err)
			}
		})
	}
}

func gone(t *testing.T, s *store.Store) (f scheduler.Freed, err error) {
	t.Helper()
	viewErr := s.View(t.Context(), func(r scheduler.Reader) error {
		f, err = r.Freed(t.Context(), "f1")
		return nil
	})
	if viewErr != nil {
		t.Fatal(viewErr)
	}
	return f, err
}
