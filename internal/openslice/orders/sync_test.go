package orders_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/internal/intake"
	"berth/internal/openslice/openslicetest"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TestTheWholeWay of an order: it is made in Openslice, granted and run in Berth, and Openslice says so all along.
func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	b := stored(t)
	d := b.beside(t, t, intake.FollowProgress)
	ctx := t.Context()
	id := d.orders(24, "vCPU", "2", "memory", "2 GB", "instances", "2", "VIM", "Iris DC", "devices", "wins-5g/usrp=1")
	d.server.Say(id, "maeve", "for the review")
	d.round()
	v := d.taken(id)
	if v.NSD != "" || len(v.Components) != 2 || v.Placement["2"] != "wins-5g/iris" || v.Devices[0].Count != 1 || !v.Deployable.OK || !v.Fit.Fits || v.Status != scheduler.UnderReview {
		t.Fatalf("%+v, %+v", v.Request, v.Deployable)
	}
	if !strings.Contains(string(v.Portal), `"externalId"`) {
		t.Errorf("kept of it: %s", v.Portal)
	}
	maeve, found, err := d.people.PersonByMail(ctx, account.System, "maeve@tcd.example")
	if err != nil || !found || maeve.Username != v.Experimenter || !slices.Equal(maeve.Roles, []account.Role{account.RoleExperimenter}) {
		t.Errorf("%+v, %v", maeve, err)
	}
	if all := strings.Join(d.remarks(v.ID), "\n"); strings.Count(all, "for the review") != 1 {
		t.Errorf("remarks: %s", all)
	}
	later := v.Slot.Shift(time.Hour)
	d.must(d.svc.Assign(ctx, monika, v.ID, scheduler.Assign{Mentor: "monika"}))
	d.must(d.svc.Schedule(ctx, monika, v.ID, scheduler.Schedule{Slot: &later, Reason: "an hour later"}))
	d.must(nil, d.tell(v.ID))
	if x := d.says(id, "ACKNOWLEDGED", "an hour later"); !x.StartDate.Equal(later.Start) || !x.ExpectedCompletionDate.Equal(later.End) || !x.RequestedStartDate.Equal(later.Start.Add(-time.Hour)) {
		t.Errorf("%+v", x)
	}
	d.until(later.Start)
	d.must(d.svc.Start(ctx, oskar, v.ID, scheduler.Step{}))
	d.must(nil, d.tell(v.ID))
	d.says(id, "INPROGRESS")
	d.until(later.End)
	d.must(d.svc.Complete(ctx, oskar, v.ID, scheduler.Step{}))
	d.must(nil, d.tell(v.ID))
	if x := d.says(id, "COMPLETED"); x.CompletionDate == nil {
		t.Errorf("%+v", x)
	}
	requests := len(d.server.Requests())
	for range 3 {
		d.sweep()
	}
	d.says(id, "COMPLETED")
	if wrote := slices.ContainsFunc(d.server.Requests()[requests:], func(r string) bool { return strings.HasPrefix(r, http.MethodPatch) }); wrote {
		t.Error("Berth goes on writing")
	}
	if got := d.taken(id); got.Status != scheduler.Completed || got.ID != v.ID {
		t.Errorf("%+v", got.Request)
	}
	if wrongs := d.server.Wrongs(); len(wrongs) > 0 {
		t.Error(wrongs)
	}
}

// TestOpensliceRunsIt: its own orchestrator begins at the granted start, and Berth follows what it shows.
func TestOpensliceRunsIt(t *testing.T) {
	t.Parallel()
	d := stored(t).beside(t, t, intake.FollowProgress)
	d.server.SetOrchestrator(true)
	id := d.orders(24)
	d.round()
	v := d.taken(id)
	d.must(d.svc.Assign(t.Context(), monika, v.ID, scheduler.Assign{Mentor: "monika"}))
	d.must(d.svc.Schedule(t.Context(), monika, v.ID, scheduler.Schedule{}))
	d.must(nil, d.tell(v.ID))
	d.says(id, "ACKNOWLEDGED")
	d.until(v.Slot.Start.Add(time.Second))
	for range 4 {
		d.round()
	}
	if got := d.view(v.ID); got.Status != scheduler.Running {
		t.Fatalf("it is %s while the order is %+v", got.Status, d.says(id, "COMPLETED"))
	}
	d.says(id, "COMPLETED") // which means that its services are there
	d.until(v.Slot.End.Add(time.Second))
	for range 2 {
		d.sweep()
	}
	if got := d.view(v.ID); got.Status != scheduler.Completed {
		t.Errorf("it is %s after its end", got.Status)
	}
	if list := d.via(v.ID); !slices.Contains(list, "start via openslice "+d.name) || !slices.Contains(list, "complete via openslice "+d.name) {
		t.Errorf("%v", list)
	}
}

// TestOpensliceEndsIt: a person ends the services of their order early, and Berth has the rest of the slot back. It changes nothing in the order meanwhile.
func TestOpensliceEndsIt(t *testing.T) {
	t.Parallel()
	d := stored(t).beside(t, t, intake.FollowProgress)
	d.server.SetOrchestrator(true)
	id := d.orders(24)
	d.round()
	v := d.taken(id)
	d.must(d.svc.Assign(t.Context(), monika, v.ID, scheduler.Assign{Mentor: "monika"}))
	d.must(d.svc.Schedule(t.Context(), monika, v.ID, scheduler.Schedule{}))
	d.must(nil, d.tell(v.ID))
	d.until(v.Slot.Start.Add(time.Second))
	for range 4 {
		d.round()
	}
	if got := d.view(v.ID); got.Status != scheduler.Running {
		t.Fatalf("%s", got.Status)
	}
	d.server.End(id)
	wrote := len(d.server.Requests())
	for range 4 {
		d.round()
	}
	if got := d.view(v.ID); got.Status != scheduler.Completed || got.Actual == nil || !got.Actual.End.Before(v.Slot.End) {
		t.Errorf("%s, %+v", got.Status, got.Actual)
	}
	d.says(id, "COMPLETED")
	for _, r := range d.server.Requests()[wrote:] {
		if strings.HasPrefix(r, http.MethodPatch) {
			t.Errorf("Berth changes an order that is being ended: %s", r)
		}
	}
	// One that Berth sees for the first time as it ends is no request.
	other := d.orders(30)
	d.server.End(other)
	d.round()
	if v, ok := d.request(other); ok {
		t.Errorf("%+v", v.Request)
	}
}

// TestARejectionNamesAlternatives: in a note of the order.
func TestARejectionNamesAlternatives(t *testing.T) {
	t.Parallel()
	d := stored(t).beside(t, t, intake.FollowProgress)
	id := d.orders(24)
	d.round()
	v := d.taken(id)
	d.must(d.svc.Assign(t.Context(), monika, v.ID, scheduler.Assign{Mentor: "monika"}))
	d.must(d.svc.Reject(t.Context(), monika, v.ID, scheduler.Reject{Reason: "the hall is being cleaned", Count: 2}))
	d.must(nil, d.tell(v.ID))
	d.says(id, "REJECTED", "the hall is being cleaned")
	d.sweep()
	d.says(id, "REJECTED")
}

// TestDecisionsInOpenslice count where the settings say so, with the rights of the mentor, and only what fits.
func TestDecisionsInOpenslice(t *testing.T) {
	t.Parallel()
	b := stored(t)
	d := b.beside(t, t, intake.FollowAll)
	var ids []string
	for range 2 {
		ids = append(ids, d.orders(24, "devices", "wins-5g/usrp=2"))
	}
	d.round()
	for _, id := range ids {
		d.must(d.svc.Assign(t.Context(), monika, d.taken(id).ID, scheduler.Assign{Mentor: "monika"}))
		d.round()
		d.server.Change(id, map[string]any{"state": "ACKNOWLEDGED"})
		d.round()
	}
	if first := d.taken(ids[0]); first.Status != scheduler.Scheduled || !slices.Contains(d.via(first.ID), "schedule via openslice "+d.name) {
		t.Errorf("%s, %v", first.Status, d.via(first.ID))
	}
	d.says(ids[0], "ACKNOWLEDGED")
	if second := d.taken(ids[1]); second.Status != scheduler.UnderReview {
		t.Errorf("the second, which does not fit, is %s", second.Status)
	}
	d.says(ids[1], "INITIAL", "stays UNDER_REVIEW")
	d.server.Change(ids[1], map[string]any{"state": "CANCELLED"})
	d.round()
	if second := d.taken(ids[1]); second.Status != scheduler.Cancelled {
		t.Errorf("%s", second.Status)
	}
	// Where decisions are made in Berth alone, they are put back.
	other := b.beside(t, t, intake.FollowProgress)
	id := other.orders(48)
	other.round()
	other.server.Change(id, map[string]any{"state": "ACKNOWLEDGED"})
	other.round()
	if v := other.taken(id); v.Status != scheduler.UnderReview {
		t.Errorf("%s", v.Status)
	}
	other.says(id, "INITIAL", "decisions are made in Berth")
}

// TestOrdersThatAreNotTaken say why, and are taken as soon as that is mended.
func TestOrdersThatAreNotTaken(t *testing.T) {
	t.Parallel()
	d := stored(t).beside(t, t, intake.FollowProgress)
	unknown := d.orders(24, "NSD", "nobody_knows_it")
	nowhere := d.orders(24, "vcpu", "1", "VIM", "elsewhere")
	strange := d.orders(24, "memory", "lots")
	good := d.orders(24)
	d.round()
	d.taken(good)
	for _, id := range []string{unknown, nowhere, strange} {
		if v, ok := d.request(id); ok {
			t.Errorf("%s became %+v", id, v.Request)
		}
	}
	d.says(unknown, "INITIAL", "nobody_knows_it")
	d.says(nowhere, "INITIAL", "elsewhere")
	list, err := d.desk[0].List(t.Context(), oskar)
	d.must(nil, err)
	if !slices.ContainsFunc(list[0].Loose, func(l scheduler.LooseOrder) bool {
		return l.Key == strange && strings.Contains(l.Why, `"lots" is no amount`)
	}) {
		t.Errorf("%+v", list[0].Loose)
	}
	cat, revision, err := d.svc.Catalogue(t.Context(), account.System)
	d.must(nil, err)
	cat.NSDs = append(cat.NSDs, testbeds.NSD{ID: "nobody_knows_it", Members: cat.NSDs[0].Members, Placement: cat.NSDs[0].Placement})
	d.must(d.svc.PutCatalogue(t.Context(), account.System, cat, scheduler.ChangeOptions{Revision: revision}))
	d.sweep()
	if v := d.taken(unknown); v.NSD != "nobody_knows_it" {
		t.Errorf("%+v", v.Request)
	}
}

// TestWhatIsSaidIsSaidOnce, on either side, whatever is repeated.
func TestWhatIsSaidIsSaidOnce(t *testing.T) {
	t.Parallel()
	d := stored(t).beside(t, t, intake.FollowProgress)
	id := d.orders(24)
	d.round()
	v := d.taken(id)
	d.server.Say(id, "maeve", "is the hall heated?")
	d.round()
	d.must(d.svc.AddFeedback(t.Context(), monika, v.ID, "yes, it is", scheduler.Creation{}))
	d.must(nil, d.tell(v.ID))
	for range 2 {
		d.sweep()
	}
	x := d.says(id, "INITIAL", "yes, it is")
	count := map[string]int{}
	for _, n := range x.Note {
		count[n.Text]++
	}
	if count["yes, it is"] != 1 || count["is the hall heated?"] != 1 {
		t.Errorf("%+v", x.Note)
	}
	said := strings.Join(d.remarks(v.ID), "\n")
	if strings.Count(said, "is the hall heated?") != 1 || strings.Count(said, "yes, it is") != 1 {
		t.Errorf("%s", said)
	}
}

// TestTheClientIsRefused: nothing is believed, everybody is told why, and it goes on where it was.
func TestTheClientIsRefused(t *testing.T) {
	t.Parallel()
	d := stored(t).beside(t, t, intake.FollowAll)
	id := d.orders(24)
	d.round()
	v := d.taken(id)
	d.server.SetSecret("another")
	d.server.ForgetTokens()
	for range 3 {
		d.sweep()
	}
	list, err := d.desk[0].List(t.Context(), oskar)
	d.must(nil, err)
	if !strings.Contains(list[0].Failure, "Invalid client") || list[0].Remedy == "" || d.server.Wrong() != 1 {
		t.Errorf("%+v, %d attempts", list[0], d.server.Wrong())
	}
	if got := d.view(v.ID); got.Status != scheduler.UnderReview {
		t.Errorf("%s", got.Status)
	}
	// An account that sees nothing any more has not made anybody delete an order.
	d.server.SetSecret(openslicetest.Secret)
	d.server.SetRoles("USER")
	for _, s := range d.desk[1] {
		d.pass(3 * time.Hour)
		_, _, err := s.Round(context.Background())
		d.must(nil, err)
	}
	if got := d.view(v.ID); got.Status != scheduler.UnderReview {
		t.Errorf("without the role ADMIN it is %s", got.Status)
	}
}

// TestADeletedOrder is withdrawn where decisions in Openslice count, and asked about where they do not.
func TestADeletedOrder(t *testing.T) {
	t.Parallel()
	b := stored(t)
	for follow, want := range map[intake.Follow]scheduler.Status{intake.FollowAll: scheduler.Cancelled, intake.FollowProgress: scheduler.UnderReview} {
		d := b.beside(t, t, follow)
		id := d.orders(24)
		d.orders(30) // it is not all that there is
		d.round()
		v := d.taken(id)
		d.server.Delete(id)
		d.sweep()
		if got := d.view(v.ID); got.Status != want {
			t.Errorf("follow %s: it is %s", follow, got.Status)
		}
	}
}

// TestTwoProcesses poll and deliver at once: each order is one request, and each remark one note.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	d := stored(t).beside(t, t, intake.FollowAll)
	var ids []string
	for i := range 6 {
		ids = append(ids, d.orders(24+4*i))
	}
	for range 6 {
		d.pass(time.Minute)
		var both sync.WaitGroup
		for p := range d.desk {
			both.Go(func() {
				for _, s := range d.desk[p] {
					if _, _, err := s.Round(context.Background()); err != nil {
						t.Error(err)
					}
				}
				for _, id := range ids {
					if saved, err := d.kept.Order(context.Background(), d.name, id); err == nil && saved.Request != "" {
						_ = d.tellBy(p, saved.Request) // one of them may be told that the other is at it
					}
				}
			})
		}
		both.Wait()
	}
	d.pass(10 * time.Minute)
	d.sweep()
	numbers := map[string]bool{}
	for _, id := range ids {
		numbers[d.taken(id).ID] = true
		notes := map[string]int{}
		for _, n := range d.says(id, "INITIAL").Note {
			notes[n.System+n.Text]++
		}
		for text, n := range notes {
			if n != 1 {
				t.Errorf("%q stands there %d times", text, n)
			}
		}
	}
	page, err := d.svc.List(t.Context(), account.System, scheduler.RequestFilter{Limit: 100}, "")
	d.must(nil, err)
	if diff := cmp.Diff([]int{6, 6}, []int{len(numbers), len(page.Items)}); diff != "" {
		t.Errorf("requests: %s", diff)
	}
}
