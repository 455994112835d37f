package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// lists makes requests and filters at random, of few values, so that filters meet.
type lists struct{ *rand.Rand }

func (l lists) one(of ...string) string { return of[l.IntN(len(of))] }

func (l lists) some(of ...string) (list []string) {
	for _, x := range of {
		if l.IntN(3) == 0 {
			list = append(list, x)
		}
	}
	return list
}

func (l lists) text() string {
	return l.one("video", "Vid", "deo tri", "AL 1", "al_", "%", "Ü", "übe", "1", "zzz", "'q\"", `\n`, "5g", "", "trial 12", "core\nnsd")
}

func (l lists) slot() testbeds.Slot {
	from := start.Add(time.Duration(l.IntN(40*7*24)-20*7*24) * time.Hour)
	return testbeds.NewSlot(from, time.Duration(1+l.IntN([]int{5, 200, 366 * 24}[l.IntN(3)]))*time.Hour)
}

func (l lists) change(r *scheduler.Request) {
	r.Name = fmt.Sprintf("%s trial %d %s", l.one("video", "Über_", "5G%", "'quoted\""), l.IntN(300), l.text())
	r.NSD, r.Experimenter, r.Mentor = l.one("", "core", "nsd_5g"), l.one("ada", "bob", "eve"), l.one("", "grace", "linus")
	r.Status, r.Slot, r.Demand = scheduler.Statuses[l.IntN(len(scheduler.Statuses))], l.slot(), on(l.some("a", "b", "c", "d")...)
}

func (l lists) filter() (f scheduler.RequestFilter) {
	rarely := func(do func()) {
		if l.IntN(4) == 0 {
			do()
		}
	}
	rarely(func() { f.Status = []scheduler.Status{scheduler.Statuses[l.IntN(4)], scheduler.Statuses[l.IntN(4)]} })
	rarely(func() { f.Testbed = l.one("a", "b", "x") })
	rarely(func() { f.Testbeds = l.some("a", "b", "c", "x") })
	rarely(func() { f.Mentor = l.one("grace", "nobody") })
	rarely(func() { f.Experimenter = l.one("ada", "nobody") })
	rarely(func() { f.Text = l.text() })
	rarely(func() {
		f.Visible = &scheduler.Visible{Experimenter: l.one("", "ada"), Mentor: l.one("", "linus"), Testbeds: l.some("a", "d", "x")}
	})
	s := l.slot()
	rarely(func() { f.From = s.Start })
	rarely(func() { f.To = s.End })
	rarely(func() { f.From, f.To = s.Start, s.End })
	rarely(func() { f.Before = int64(1 + l.IntN(300)) })
	f.Limit = 1 + l.IntN(20)
	return f
}

// What an index nominates is what the whole list would give, whatever was changed before.
func TestAnIndexLeavesNothingOut(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		l := lists{rand.New(rand.NewPCG(7, 11))}
		all := make([]scheduler.Request, 300) // more than SQLite indexes at a time
		for i := range all {
			all[i] = plain(uuid(i + 1))
			l.change(&all[i])
		}
		all = create(t, s, all...)
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			for i := range all {
				r := &all[i]
				if l.IntN(3) > 0 {
					continue
				}
				if l.IntN(2) == 0 {
					if _, err := tx.LockRequest(ctx, r.ID); err != nil {
						return err
					}
				}
				l.change(r)
				r.Revision++
				if err := tx.UpdateRequest(ctx, *r); err != nil {
					return err
				}
			}
			return nil
		})
		found := 0
		for range 600 {
			f := l.filter()
			var got, want []int64
			err := s.View(t.Context(), func(r scheduler.Reader) error {
				a, err := r.Requests(t.Context(), f)
				if err != nil {
					return err
				}
				b, err := store.Filtered(t.Context(), r, f)
				for _, x := range a {
					got = append(got, x.Number)
				}
				for _, x := range b {
					want = append(want, x.Number)
				}
				return err
			})
			if err != nil {
				t.Fatalf("%+v: %v", f, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%+v (-want +got):\n%s", f, diff)
			}
			found += len(got)
		}
		if found < 600 {
			t.Errorf("%d found by 600 filters: they are too narrow to show anything", found)
		}
	})
}

func TestGramsOfATextAreThoseOfItsParts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "ab": "", "abc": "616263", "abcd": "616263 626364", "aaaaa": "616161", "aüb": "61c3bc62", "a\nb": "610a62"} {
		if got := store.Grams(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	whole := strings.Fields(store.Grams("straße über ölberg\nnsd_5g"))
	for _, part := range []string{"straße", "ße ü", "g\nn", "_5g"} {
		for _, g := range strings.Fields(store.Grams(part)) {
			if !slices.Contains(whole, g) {
				t.Errorf("%s of %q is missing", g, part)
			}
		}
	}
}

func TestWeeksAtTheirLimits(t *testing.T) {
	t.Parallel()
	const week = 7 * 24 * 3600
	for _, tt := range []struct {
		from, to    int64
		weeks, over []int64
	}{
		{0, 1, []int64{0, -1}, []int64{0}},
		{0, week, []int64{0, -1}, []int64{0}},
		{0, week + 1, []int64{0, 1, -1}, []int64{0, 1}},
		{week - 1, week, []int64{0, -1}, []int64{0}},
		{15 * week, 16*week + 1, []int64{15, 16, -1, -2}, []int64{15, 16}},
		{0, 16 * week, []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, -1}, []int64{-1}},
		{-1, 1, []int64{0, -1}, []int64{0}},
	} {
		same(t, fmt.Sprint("weeks of ", tt.from, " to ", tt.to), tt.weeks, store.Weeks(tt.from, tt.to))
		same(t, fmt.Sprint("cover of ", tt.from, " to ", tt.to), tt.over, store.Cover(tt.from, tt.to, 64))
	}
	if got := store.Cover(15*week, 33*week, 3); len(got) != 3 {
		t.Errorf("%v, want a week, a block and a week", got)
	}
	if got := store.Cover(15*week, 33*week, 2); got != nil {
		t.Errorf("%v is more than allowed", got)
	}
}
