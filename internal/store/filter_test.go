package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

func numbers(t testing.TB, s *store.Store, f scheduler.RequestFilter) []int64 {
	t.Helper()
	var list []int64
	for _, r := range look(t, s, func(ctx context.Context, r scheduler.Reader) ([]scheduler.Request, error) { return r.Requests(ctx, f) }) {
		list = append(list, r.Number)
	}
	return list
}

// on demands a device of each of the testbeds.
func on(ids ...string) (d testbeds.Demand) {
	for _, id := range ids {
		d = append(d, testbeds.Need{Resource: testbeds.Resource{Testbed: id, Device: "usrp"}, Amount: 1})
	}
	return d
}

// mixed returns requests that differ in the filtered fields; their numbers begin with 1.
func mixed() []scheduler.Request {
	list := make([]scheduler.Request, 6)
	for i := range list {
		list[i] = plain(uuid(i + 1))
	}
	set := func(n int, name, nsd, experimenter, mentor string, st scheduler.Status, at testbeds.Slot, where ...string) {
		r := &list[n-1]
		r.Name, r.NSD, r.Experimenter, r.Mentor, r.Status, r.Slot, r.Demand = name, nsd, experimenter, mentor, st, at, on(where...)
	}
	set(1, "MARATHON", "marathon_nsd", "ada", "grace", scheduler.Running, slot(0, 4), "a")
	set(2, "Straße über Ölberg", "road", "bob", "grace", scheduler.Scheduled, slot(4, 8), "a", "b")
	set(3, "100% sure", "under_score", "ada", "", scheduler.UnderReview, slot(8, 12), "b")
	set(4, `back\slash`, "underXscore", "eve", "linus", scheduler.Completed, slot(-20, -10), "c")
	set(5, "1000 sure", "", "bob", "linus", scheduler.UnderReview, slot(0, 12))
	set(6, "'quoted' $1 ?", "hydra", "bob", "", scheduler.Rejected, slot(3, 5), "a", "c")
	list[5].Offers = []scheduler.Offer{{ID: "o", State: scheduler.OfferOpen, What: testbeds.Alternative{Slot: slot(9, 11),
		Devices: []testbeds.DeviceNeed{{Testbed: "d", Device: "usrp", Count: 1}}}}}
	return list
}

func TestRequestFilters(t *testing.T) {
	t.Parallel()
	at := func(h int) time.Time { return start.Add(time.Duration(h) * time.Hour) }
	tests := []struct {
		name string
		f    scheduler.RequestFilter
		want []int64
	}{
		{"nothing", scheduler.RequestFilter{}, []int64{6, 5, 4, 3, 2, 1}},
		{"status", scheduler.RequestFilter{Status: []scheduler.Status{scheduler.UnderReview}}, []int64{5, 3}},
		{"several statuses", scheduler.RequestFilter{Status: []scheduler.Status{scheduler.Running, scheduler.Rejected}}, []int64{6, 1}},
		{"status of nobody", scheduler.RequestFilter{Status: []scheduler.Status{scheduler.Failed}}, nil},
		{"testbed", scheduler.RequestFilter{Testbed: "b"}, []int64{3, 2}},
		{"testbeds, each request once", scheduler.RequestFilter{Testbeds: []string{"a", "c"}}, []int64{6, 4, 2, 1}},
		{"testbed and testbeds", scheduler.RequestFilter{Testbed: "a", Testbeds: []string{"b", "c"}}, []int64{6, 2}},
		{"testbed of an open offer", scheduler.RequestFilter{Testbed: "d"}, []int64{6}},
		{"mentor", scheduler.RequestFilter{Mentor: "grace"}, []int64{2, 1}},
		{"experimenter", scheduler.RequestFilter{Experimenter: "ada"}, []int64{3, 1}},
		{"from: what ends then is over", scheduler.RequestFilter{From: at(4)}, []int64{6, 5, 3, 2}},
		{"to: what begins then is outside", scheduler.RequestFilter{To: at(4)}, []int64{6, 5, 4, 1}},
		{"from and to", scheduler.RequestFilter{From: at(4), To: at(8)}, []int64{6, 5, 2}},
		{"text in the name, whatever the case", scheduler.RequestFilter{Text: "mARath"}, []int64{1}},
		{"text beyond ASCII", scheduler.RequestFilter{Text: "ÜBER ö"}, []int64{2}},
		{"text in the NSD", scheduler.RequestFilter{Text: "HYDRA"}, []int64{6}},
		{"a percent sign is one", scheduler.RequestFilter{Text: "100%"}, []int64{3}},
		{"an underscore is one", scheduler.RequestFilter{Text: "r_s"}, []int64{3}},
		{"a backslash is one", scheduler.RequestFilter{Text: `k\s`}, []int64{4}},
		{"a backslash at the end", scheduler.RequestFilter{Text: `back\`}, []int64{4}},
		{"signs of SQL", scheduler.RequestFilter{Text: "'quoted' $1 ?"}, []int64{6}},
		{"text of nobody", scheduler.RequestFilter{Text: "nowhere"}, nil},
		{"text that cannot be stored", scheduler.RequestFilter{Text: "a\x00"}, nil},
		{"names that cannot be stored", scheduler.RequestFilter{Testbed: "a\x00", Mentor: "\xff", Status: []scheduler.Status{scheduler.Running}}, nil},
		{"text that is no UTF-8", scheduler.RequestFilter{Text: "\xff"}, nil},
		{"very long text", scheduler.RequestFilter{Text: strings.Repeat("x", 100_000)}, nil},
		{"who may see nothing", scheduler.RequestFilter{Visible: &scheduler.Visible{}}, nil},
		{"own ones", scheduler.RequestFilter{Visible: &scheduler.Visible{Experimenter: "ada"}}, []int64{3, 1}},
		{"mentored ones", scheduler.RequestFilter{Visible: &scheduler.Visible{Mentor: "linus"}}, []int64{5, 4}},
		{"own, mentored or on one's testbeds", scheduler.RequestFilter{Visible: &scheduler.Visible{Experimenter: "eve", Mentor: "linus",
			Testbeds: []string{"b"}}}, []int64{5, 4, 3, 2}},
		{"visible narrows the rest", scheduler.RequestFilter{Visible: &scheduler.Visible{Experimenter: "ada"}, Mentor: "grace", Testbed: "a",
			Status: []scheduler.Status{scheduler.Running}, From: at(0), To: at(1), Text: "mara", Experimenter: "ada", Before: 5}, []int64{1}},
	}
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		create(t, s, mixed()...)
		for _, test := range tests {
			same(t, test.name, test.want, numbers(t, s, test.f))
			test.f.Limit = 100
			same(t, test.name+", with a limit", test.want, numbers(t, s, test.f))
		}
	})
}

func TestFilterFollowsAnUpdate(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, mixed()...)[1]
		r.Name, r.Mentor, r.Status, r.Slot, r.Demand, r.Revision = "renamed", "linus", scheduler.Failed, slot(40, 41), on("b", "z"), 2
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.UpdateRequest(ctx, r) })
		for _, f := range []scheduler.RequestFilter{{Text: "renamed"}, {Mentor: "linus", Testbed: "b"},
			{Status: []scheduler.Status{scheduler.Failed}}, {From: slot(40, 41).Start}, {Testbed: "z"}} {
			same(t, "found by what is new", []int64{2}, numbers(t, s, f))
		}
		for _, f := range []scheduler.RequestFilter{{Text: "ölberg"}, {Status: []scheduler.Status{scheduler.Scheduled}}, {Testbed: "a", Mentor: "linus"}} {
			same(t, "found by what was", []int64(nil), numbers(t, s, f))
		}
	})
}

func TestPagesOfRequests(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		create(t, s, mixed()...)
		for size := 1; size <= 7; size++ {
			var all []int64
			for before := int64(0); ; {
				page := numbers(t, s, scheduler.RequestFilter{Before: before, Limit: size})
				if len(page) > size {
					t.Fatalf("a page of %d has %d requests", size, len(page))
				}
				if len(page) == 0 {
					break
				}
				all = append(all, page...)
				before = page[len(page)-1]
			}
			same(t, "all pages together", []int64{6, 5, 4, 3, 2, 1}, all)
		}
	})
}

func nextDue(t testing.TB, s *store.Store) *time.Time {
	t.Helper()
	return look(t, s, func(ctx context.Context, r scheduler.Reader) (*time.Time, error) { return r.NextDue(ctx) })
}

func TestDueRequests(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		same(t, "nothing is due in an empty database", (*time.Time)(nil), nextDue(t, s))
		list := mixed()
		for i, h := range []int{5, 1, 3, 1, -7, 9} { // the 5th loses it again
			list[i].Due = new(start.Add(time.Duration(h) * time.Hour))
		}
		list[4].Due = nil
		create(t, s, list...)
		same(t, "the next one", new(start.Add(time.Hour)), nextDue(t, s))

		tests := []struct {
			name  string
			hour  int
			among []string
			limit int
			want  []int
		}{
			{"nothing yet", 0, nil, 10, nil},
			{"at the very instant", 1, nil, 10, []int{2, 4}},
			{"the longest overdue first", 9, nil, 10, []int{2, 4, 3, 1, 6}},
			{"a limit", 9, nil, 3, []int{2, 4, 3}},
			{"on a testbed", 9, []string{"a"}, 10, []int{2, 1, 6}},
			{"on testbeds", 9, []string{"b", "c"}, 10, []int{2, 4, 3, 6}},
			{"on the testbed of an open offer", 9, []string{"d"}, 10, []int{6}},
			{"on a testbed that there is not", 9, []string{"x"}, 10, nil},
		}
		for _, test := range tests {
			var want []string
			for _, n := range test.want {
				want = append(want, uuid(n))
			}
			got := look(t, s, func(ctx context.Context, r scheduler.Reader) ([]string, error) {
				return r.DueRequests(ctx, start.Add(time.Duration(test.hour)*time.Hour), test.among, test.limit)
			})
			same(t, test.name, want, got)
		}
	})
}

func TestFeedbackAndHistoryInPages(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		list := create(t, s, plain(uuid(1)), plain(uuid(2)))
		verdict := conflict()
		var remarks []scheduler.Feedback
		var entries []scheduler.Entry
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			for i := range 7 {
				at := start.Add(time.Duration(i) * time.Microsecond)
				f := scheduler.Feedback{Request: list[i%2].ID, Author: "ada", At: at, Text: "remark\n" + strings.Repeat("ß", i)}
				e := scheduler.Entry{ID: int64(i) + 1, Request: list[i%2].ID, At: at, Actor: "ada", Via: "bugzilla", Action: scheduler.ActionReject, From: scheduler.UnderReview,
					To: scheduler.Rejected, Reason: "because", Text: "what", Verdict: &verdict, Policy: 4, Series: &scheduler.SeriesStep{Series: uuid(7), Number: 3, Step: uuid(6), Of: 2, Lead: true, All: []int64{3, 4}}}
				if err := tx.AddFeedback(ctx, &f); err != nil {
					return err
				}
				if err := tx.AddEntry(ctx, &e); err != nil {
					return err
				}
				whole(t, f)
				whole(t, e)
				remarks, entries = append(remarks, f), append(entries, e)
			}
			return nil
		})
		for i, r := range list {
			wantF := slices.DeleteFunc(slices.Clone(remarks), func(f scheduler.Feedback) bool { return f.Request != r.ID })
			wantE := slices.DeleteFunc(slices.Clone(entries), func(e scheduler.Entry) bool { return e.Request != r.ID })
			var gotF []scheduler.Feedback
			var gotE []scheduler.Entry
			for range 5 - i {
				afterF, afterE := int64(0), int64(0)
				if n := len(gotF); n > 0 {
					afterF, afterE = gotF[n-1].ID, gotE[n-1].ID
				}
				gotF = append(gotF, look(t, s, func(ctx context.Context, rd scheduler.Reader) ([]scheduler.Feedback, error) {
					return rd.Feedback(ctx, r.ID, afterF, 1)
				})...)
				gotE = append(gotE, look(t, s, func(ctx context.Context, rd scheduler.Reader) ([]scheduler.Entry, error) {
					return rd.History(ctx, r.ID, afterE, 1)
				})...)
			}
			same(t, "feedback", wantF, gotF)
			same(t, "history", wantE, gotE)
		}
	})
}
