package bugzilla_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/internal/bugzilla"
	"berth/internal/bugzilla/bugzillatest"
)

// bench is a client and the server that it talks to.
type bench struct {
	*bugzilla.Client
	server *bugzillatest.Server
	now    *atomic.Int64
}

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func newBench(t *testing.T, v bugzillatest.Version) bench {
	t.Helper()
	now := new(atomic.Int64)
	s := bugzillatest.New(t, v, func() time.Time { return start.Add(time.Duration(now.Load()) * time.Second) }, "alice@bugs.example", "monika@bugs.example")
	return bench{client(t, s.URL, bugzillatest.Key), s, now}
}

func client(t *testing.T, url, key string) *bugzilla.Client {
	t.Helper()
	// The server cuts every connection on purpose: none is used twice.
	c, err := bugzilla.New(bugzilla.Options{URL: url, Login: bugzillatest.Login, Key: key, Timeout: 5 * time.Second, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// each runs a test against a server like each of those that were seen.
func each(t *testing.T, run func(t *testing.T, b bench)) {
	t.Helper()
	t.Parallel()
	for _, v := range []bugzillatest.Version{bugzillatest.V50, bugzillatest.V52, bugzillatest.V53} {
		t.Run(string(v), func(t *testing.T) {
			t.Parallel()
			run(t, newBench(t, v))
		})
	}
}

func request(alias string) bugzilla.NewBug {
	return bugzilla.NewBug{Product: bugzillatest.Product, Component: bugzillatest.Component, Version: "unspecified", OpSys: "All", Platform: "All", Alias: alias,
		Summary: "[PORTAL] Deployment Request of NSD:hydra_baseline_nsd,User: hector", Description: "Ein Versuch über 5G. 📡", CC: []string{"alice@bugs.example"},
		URL: "https://berth.example/requests/42", Deadline: "2026-12-01"}
}

func ours(b bugzilla.Bug) bool { return b.Creator == bugzillatest.Login }

func made(t *testing.T, b bench, alias string) int64 {
	t.Helper()
	id, err := b.Create(t.Context(), request(alias), ours)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Fact 2: a status of 200 is not success.
func TestAnErrorWithAStatusOf200IsAnError(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		for name, fault := range map[string]bugzillatest.Fault{"deadlock": bugzillatest.Deadlock, "nothing": bugzillatest.Empty, "maintenance": bugzillatest.Maintenance, "cut": bugzillatest.CutBefore} {
			b.server.SetFaults(func(*http.Request) bugzillatest.Fault { return fault })
			_, err := b.Bug(t.Context(), 1)
			if err == nil || !bugzilla.IsTemporary(err) {
				t.Errorf("%s: %v, want a temporary error", name, err)
			}
			if strings.Contains(err.Error(), "DBD") || strings.Contains(err.Error(), bugzillatest.Key) {
				t.Errorf("%s: the error says too much: %v", name, err)
			}
		}
	})
}

// Facts 3, 4: the status says nothing, the code decides, be it a number or a string.
func TestTheCodeSaysWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		id := made(t, b, "r-1")
		wrong := func(change func(*bugzilla.NewBug)) error {
			n := request("r-2")
			change(&n)
			_, err := b.Create(ctx, n, ours)
			return err
		}
		hidden := made(t, b, "r-hidden")
		b.server.Hide(hidden)
		_, notThere := b.Bug(ctx, 999)
		_, notOurs := b.Bug(ctx, hidden)
		for name, c := range map[string]struct {
			err error
			is  func(error) bool
		}{
			"no such bug":        {notThere, bugzilla.IsNotFound},
			"a hidden one":       {notOurs, bugzilla.IsHidden},
			"CC without account": {wrong(func(n *bugzilla.NewBug) { n.CC = []string{"ghost@bugs.example"} }), bugzilla.IsNoSuchPerson},
			"CC on update":       {second(b.Update(ctx, id, bugzilla.Change{AddCC: []string{"ghost@bugs.example"}})), bugzilla.IsNoSuchPerson},
			"assignee":           {second(b.Update(ctx, id, bugzilla.Change{Assignee: "ghost@bugs.example"})), bugzilla.IsNoSuchPerson},
			"workflow":           {second(b.Update(ctx, id, bugzilla.Change{Status: "VERIFIED"})), bugzilla.IsTransition},
			"product":            {wrong(func(n *bugzilla.NewBug) { n.Product = "x" }), func(err error) bool { return strings.Contains(bugzilla.Remedy(err), "product's name") }},
			"component":          {wrong(func(n *bugzilla.NewBug) { n.Component = "x" }), func(err error) bool { return strings.Contains(bugzilla.Remedy(err), "component") }},
			"platform":           {wrong(func(n *bugzilla.NewBug) { n.Platform = "" }), func(err error) bool { return strings.Contains(bugzilla.Remedy(err), "platform") }},
			"key":                {func() error { _, err := client(t, b.server.URL, "wrong").Bug(ctx, id); return err }(), bugzilla.IsSignIn},
		} {
			if c.err == nil || !c.is(c.err) || bugzilla.IsTemporary(c.err) {
				t.Errorf("%s: %v", name, c.err)
			}
		}
		b.server.Disable(bugzillatest.Login)
		if _, err := b.Bug(ctx, id); !bugzilla.IsSignIn(err) {
			t.Errorf("a disabled account: %v", err)
		}
	})
}

// Facts 5, 6, 7: of any number of attempts to make a bug of one alias, cut off or at once, one bug comes, and all end with its number.
func TestABugIsMadeOnce(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		first := made(t, b, "r-1")
		if again := made(t, b, "r-1"); again != first || b.server.Count() != 1 {
			t.Errorf("bugs %d and %d of %d", first, again, b.server.Count())
		}
		b.server.SetFaults(func(r *http.Request) bugzillatest.Fault {
			if r.Method == http.MethodPost {
				return bugzillatest.CutAfter
			}
			return bugzillatest.None
		})
		if id := made(t, b, "r-2"); id != 2 || b.server.Count() != 2 {
			t.Errorf("after a cut it is bug %d of %d", id, b.server.Count())
		}
		b.server.SetFaults(func(r *http.Request) bugzillatest.Fault { return bugzillatest.CutAfter })
		if _, err := b.Create(ctx, request("r-3"), ours); err == nil || !bugzilla.IsTemporary(err) || b.server.Count() != 3 {
			t.Errorf("with everything cut: %v, %d bugs", err, b.server.Count())
		}
		b.server.SetFaults(nil)
		if id := made(t, b, "r-3"); id != 3 {
			t.Errorf("later it is bug %d", id)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if id, err := b.Create(ctx, request("r-4"), ours); err != nil || id != 4 {
					t.Errorf("at once: bug %d, %v", id, err)
				}
			})
		}
		wg.Wait()
		if n := b.server.Count(); n != 4 {
			t.Errorf("%d bugs", n)
		}
	})
}

func TestAnAliasOfSomebodyElseIsReported(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		made(t, b, "r-1")
		_, err := b.Create(t.Context(), request("r-1"), func(bugzilla.Bug) bool { return false })
		if taken, ok := errors.AsType[bugzilla.AliasTaken](err); !ok || taken.By != 1 {
			t.Errorf("error %v", err)
		}
		b.server.Hide(1)
		_, err = b.Create(t.Context(), request("r-1"), ours)
		if taken, ok := errors.AsType[bugzilla.AliasTaken](err); !ok || taken.By != 0 {
			t.Errorf("of a hidden one: %v", err)
		}
	})
}

// Fact 10: a change can bear a stamp from before the last poll; a poll with an overlap sees it.
func TestALateStampIsSeenWithAnOverlap(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		id, other := made(t, b, "r-1"), made(t, b, "r-2")
		b.now.Store(60)
		if _, err := b.Update(ctx, other, bugzilla.Change{Comment: "x"}); err != nil {
			t.Fatal(err)
		}
		list, err := b.ChangedSince(ctx, bugzillatest.Product, start.Add(60*time.Second))
		if err != nil || len(list) != 1 || list[0].ID != other {
			t.Fatalf("changed %v, %v", list, err)
		}
		cursor := list[0].Changed
		b.now.Store(63)
		b.server.SetLate(6 * time.Second)
		if _, err := b.Update(ctx, id, bugzilla.Change{Status: "IN_PROGRESS"}); err != nil {
			t.Fatal(err)
		}
		if list, _ := b.ChangedSince(ctx, bugzillatest.Product, cursor); len(list) != 1 {
			t.Errorf("from the last stamp on: %d bugs", len(list))
		}
		list, err = b.ChangedSince(ctx, bugzillatest.Product, cursor.Add(-2*time.Minute))
		if err != nil || len(list) != 2 {
			t.Errorf("with an overlap: %d bugs, %v", len(list), err)
		}
	})
}

func TestManyChangesAreReadInPages(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		for i := range 450 { // all but the last fifty within the same second
			if i == 400 {
				b.now.Store(1)
			}
			n := request("r-" + strings.Repeat("x", i%7) + "-" + string(rune('a'+i%26)) + "-" + time.Duration(i).String())
			n.Alias = strings.ReplaceAll(n.Alias, "µ", "u")
			if _, err := b.Create(t.Context(), n, ours); err != nil {
				t.Fatal(err)
			}
		}
		list, err := b.ChangedSince(t.Context(), bugzillatest.Product, start)
		ids := map[int64]bool{}
		for _, x := range list {
			ids[x.ID] = true
		}
		if err != nil || len(ids) != 450 {
			t.Errorf("%d bugs of 450, %v", len(ids), err)
		}
		var all []int64
		for i := range 460 {
			all = append(all, int64(i+1))
		}
		known, err := b.Bugs(t.Context(), all)
		if err != nil || len(known) != 450 {
			t.Errorf("by their numbers %d bugs, %v", len(known), err)
		}
	})
}

// An administrator may lower max_search_results: a page shorter than was asked for is not the last one.
func TestAShortPageIsNotTheLastOne(t *testing.T) {
	for _, most := range []int{1, 2, 5, 6, 7, 200} {
		t.Run(strconv.Itoa(most), func(t *testing.T) {
			each(t, func(t *testing.T, b bench) {
				var all []int64
				for i := range 13 { // the first seven within one second, which is more than some pages hold
					if i >= 7 {
						b.now.Add(1)
					}
					all = append(all, made(t, b, "r-"+strconv.Itoa(i)))
				}
				b.server.SetMost(most)
				list, err := b.ChangedSince(t.Context(), bugzillatest.Product, start)
				if err != nil || !slices.Equal(ids(list), all) {
					t.Errorf("changed are %v, %v", ids(list), err)
				}
				known, err := b.Bugs(t.Context(), append([]int64{99}, all...))
				if err != nil || !slices.Equal(slices.Sorted(slices.Values(ids(known))), all) {
					t.Errorf("known are %v, %v", ids(known), err)
				}
			})
		})
	}
}

func ids(list []bugzilla.Bug) (ids []int64) {
	for _, b := range list {
		ids = append(ids, b.ID)
	}
	return ids
}

// Facts 11, 12: comments after an instant are those after that second; one person's changes within a second are one entry.
func TestCommentsAndHistory(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		id := made(t, b, "r-1")
		b.now.Store(5)
		for _, to := range []string{"IN_PROGRESS", "CONFIRMED"} {
			if _, err := b.Update(ctx, id, bugzilla.Change{Status: to, Comment: "to " + to + "  \r\n"}); err != nil {
				t.Fatal(err)
			}
		}
		all, err := b.Comments(ctx, id, time.Time{})
		if err != nil || len(all) != 3 || all[0].Text != "Ein Versuch über 5G. 📡" || all[1].Text != "to IN_PROGRESS" {
			t.Errorf("comments %+v, %v", all, err)
		}
		if list, _ := b.Comments(ctx, id, start.Add(5*time.Second)); len(list) != 0 {
			t.Errorf("after their own second: %+v", list)
		}
		if list, _ := b.Comments(ctx, id, start.Add(4*time.Second)); len(list) != 2 {
			t.Errorf("after the second before: %+v", list)
		}
		entries, err := b.History(ctx, id, time.Time{})
		if err != nil || len(entries) != 1 || len(entries[0].Changes) != 1 || entries[0].Changes[0].Added != "IN_PROGRESS CONFIRMED" {
			t.Errorf("history %+v, %v", entries, err)
		}
	})
}

func TestACommentIsFoundThoughTheAnswerWasLost(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		id := made(t, b, "r-1")
		b.server.SetFaults(func(r *http.Request) bugzillatest.Fault {
			if r.Method == http.MethodPost {
				return bugzillatest.CutAfter
			}
			return bugzillatest.None
		})
		if err := b.AddComment(ctx, id, "Scheduled. [berth:r-1/3]"); !bugzilla.IsTemporary(err) {
			t.Fatalf("error %v", err)
		}
		b.server.SetFaults(nil)
		for token, want := range map[string]bool{"[berth:r-1/3]": true, "[berth:r-1/4]": false} {
			if there, err := b.Said(ctx, id, token); err != nil || there != want {
				t.Errorf("a comment with %s: %v, %v", token, there, err)
			}
		}
	})
}

func TestAnUpdateIsAllOrNothingAndSafeToRepeat(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		id := made(t, b, "r-1")
		if _, err := b.Update(ctx, id, bugzilla.Change{Status: "IN_PROGRESS", AddCC: []string{"ghost@bugs.example"}}); err == nil {
			t.Error("somebody without an account is in CC")
		}
		if bug, _ := b.Bug(ctx, id); bug.Status != "CONFIRMED" {
			t.Errorf("half of a refused change is there: %s", bug.Status)
		}
		day := "2026-12-24"
		change := bugzilla.Change{Status: "IN_PROGRESS", Assignee: "monika@bugs.example", AddCC: []string{"monika@bugs.example"}, Deadline: &day, URL: "https://berth.example/requests/43"}
		for range 2 {
			if _, err := b.Update(ctx, id, change); err != nil {
				t.Fatal(err)
			}
		}
		want := bugzilla.Bug{ID: id, Alias: []string{"r-1"}, Product: bugzillatest.Product, Component: bugzillatest.Component, Summary: request("").Summary, Status: "IN_PROGRESS", Open: true,
			Creator: bugzillatest.Login, Assignee: "monika@bugs.example", CC: []string{"alice@bugs.example", "monika@bugs.example"}, URL: change.URL, Deadline: day, Estimated: new(0.0), Changed: start}
		got, err := b.Bug(ctx, id)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if _, err := b.Update(ctx, id, bugzilla.Change{Status: "RESOLVED"}); err == nil || bugzilla.IsTemporary(err) {
			t.Errorf("closed without a resolution: %v", err)
		}
	})
}

func TestTheWorkflowIsReadAndFollowed(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		w, err := b.Workflow(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			from, to string
			want     []string
		}{
			{"CONFIRMED", "CONFIRMED", nil}, {"CONFIRMED", "IN_PROGRESS", []string{"IN_PROGRESS"}}, {"RESOLVED", "IN_PROGRESS", []string{"CONFIRMED", "IN_PROGRESS"}},
			{"VERIFIED", "RESOLVED", []string{"CONFIRMED", "RESOLVED"}}, {"UNCONFIRMED", "RESOLVED", []string{"RESOLVED"}},
		} {
			got, ok := w.Path(tt.from, tt.to)
			if diff := cmp.Diff(tt.want, got); !ok || diff != "" {
				t.Errorf("from %s to %s (-want +got):\n%s", tt.from, tt.to, diff)
			}
		}
		if _, ok := w.Path("CONFIRMED", "NOWHERE"); ok {
			t.Error("there is a way to a status that there is not")
		}
	})
}

func TestThePeopleAndThingsOfAnInstallation(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		p, found, err := b.Person(ctx, bugzillatest.Login)
		if err != nil || !found || !p.In("editbugs") || p.In("admin") || !p.CanLogin {
			t.Errorf("%+v, %t, %v", p, found, err)
		}
		if _, found, err := b.Person(ctx, "ghost@bugs.example"); err != nil || found {
			t.Errorf("a ghost: %t, %v", found, err)
		}
		product, found, err := b.Product(ctx, bugzillatest.Product)
		if err != nil || !found || len(product.Components) != 1 || product.Components[0].Name != bugzillatest.Component || product.Versions[0].Name != "unspecified" {
			t.Errorf("%+v, %t, %v", product, found, err)
		}
		if _, found, err := b.Product(ctx, "x"); err != nil || found {
			t.Errorf("no product: %t, %v", found, err)
		}
		web, db, err := b.Time(ctx)
		if err != nil || !web.Equal(start) || !db.Equal(start) {
			t.Errorf("%s, %s, %v", web, db, err)
		}
	})
}

func TestASlowServerIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}))
	defer s.Close()
	defer close(held)
	c, err := bugzilla.New(bugzilla.Options{URL: s.URL, Login: bugzillatest.Login, Key: "secret-key", Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Bug(context.Background(), 1)
	if !errors.Is(err, context.DeadlineExceeded) || !bugzilla.IsTemporary(err) || strings.Contains(err.Error(), "secret-key") {
		t.Errorf("error %v", err)
	}
}

func second[T any](_ T, err error) error { return err }
