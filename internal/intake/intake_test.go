package intake_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/internal/intake"
	"berth/internal/portal/portaltest"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// each runs a test for both generations of the portal.
func each(t *testing.T, run func(t *testing.T, g portaltest.Generation)) {
	for _, g := range []portaltest.Generation{portaltest.First, portaltest.Second} {
		t.Run(string(g), func(t *testing.T) {
			t.Parallel()
			run(t, g)
		})
	}
}

// TestTheWholeWay of a deployment: it is asked for in the portal, granted and run in Berth, and the portal says so all along.
func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g portaltest.Generation) {
		d := newBench(t, t, g, intake.FollowProgress)
		ctx := t.Context()
		id := d.asks(24)
		d.round()
		v := d.taken(id)
		if v.Experimenter != "alice" || v.NSD != design || v.Name != "Trial" || v.Status != scheduler.UnderReview || v.Placement["1"] != "patras/a" || v.Placement["2"] != "volos/b" {
			t.Fatalf("%+v", v.Request)
		}
		if want := map[portaltest.Generation]string{portaltest.First: "", portaltest.Second: "monika"}[g]; v.Mentor != want {
			t.Errorf("the mentor is %q", v.Mentor)
		}
		if strings.Contains(string(v.Portal), "a-secret-of-the-mentor") || !strings.Contains(string(v.Portal), `"uuid"`) {
			t.Errorf("kept of it: %s", v.Portal)
		}
		alice, err := d.people.Person(ctx, account0, "alice")
		if err != nil || alice.Email != "alice@example.org" || alice.Name != "Alice Example" || alice.Password != "" {
			t.Errorf("the person: %+v, %v", alice, err)
		}
		d.says(id, "UNDER_REVIEW", "Request #1 in Berth: https://berth.example.org/requests/1")
		d.must(d.svc.Assign(ctx, as("monika"), v.ID, scheduler.Assign{Mentor: "monika"}))
		later := v.Slot.Shift(time.Hour)
		d.must(d.svc.Schedule(ctx, as("monika"), v.ID, scheduler.Schedule{Slot: &later, Reason: "an hour later"}))
		d.must(nil, d.tell(v.ID))
		d.says(id, "SCHEDULED", "an hour later")
		if x := d.server.Look(id); x["startDate"] != later.Start.UnixMilli() || x["endDate"] != later.End.UnixMilli() {
			t.Errorf("scheduled: %v", x)
		}
		d.until(later.Start)
		d.must(d.svc.Start(ctx, as("oskar"), v.ID, scheduler.Step{}))
		d.must(nil, d.tell(v.ID))
		d.says(id, map[portaltest.Generation]string{portaltest.First: "RUNNING", portaltest.Second: "SCHEDULED"}[g]) // that would start it
		d.must(d.svc.AddFeedback(ctx, as("oskar"), v.ID, "It runs well.", scheduler.Creation{}))
		d.must(nil, d.tell(v.ID))
		d.says(id, map[portaltest.Generation]string{portaltest.First: "RUNNING", portaltest.Second: "SCHEDULED"}[g], "oskar: It runs well.")
		d.must(d.svc.Complete(ctx, as("oskar"), v.ID, scheduler.Step{}))
		d.must(nil, d.tell(v.ID))
		d.says(id, map[portaltest.Generation]string{portaltest.First: "COMPLETED", portaltest.Second: "SCHEDULED"}[g])
		before := len(d.server.Mails())
		for range 20 {
			d.sweep()
		}
		if n := len(d.server.Mails()); n != before {
			t.Errorf("%d more writes", n-before)
		}
		if len(d.requests()) != 1 || len(d.server.Wrongs()) > 0 || len(d.remarks(v.ID)) != 1 {
			t.Errorf("%d requests, %v, %v", len(d.requests()), d.server.Wrongs(), d.remarks(v.ID))
		}
	})
}

// TestThePortalDeploysByItself, in its second generation: Berth follows.
func TestThePortalDeploysByItself(t *testing.T) {
	t.Parallel()
	d := newBench(t, t, portaltest.Second, intake.FollowProgress)
	ctx := t.Context()
	d.server.SetDeploys(true, 3*time.Minute)
	id := d.asks(2)
	d.round()
	v := d.taken(id)
	d.must(d.svc.Schedule(ctx, as("monika"), v.ID, scheduler.Schedule{}))
	d.must(nil, d.tell(v.ID))
	d.until(v.Slot.Start.Add(time.Minute))
	var seen []scheduler.Status
	for range 40 {
		d.round()
		if now := d.view(v.ID).Status; len(seen) == 0 || seen[len(seen)-1] != now {
			seen = append(seen, now)
		}
	}
	d.until(v.Slot.End.Add(time.Minute))
	for range 10 {
		d.round()
		if now := d.view(v.ID).Status; seen[len(seen)-1] != now {
			seen = append(seen, now)
		}
	}
	if want := []scheduler.Status{scheduler.Instantiating, scheduler.Running, scheduler.Terminating, scheduler.Completed}; !slices.Equal(seen, want) {
		t.Errorf("seen %v, want %v; %s; %v", seen, want, shown(d, id), d.remarks(v.ID))
	}
	d.says(id, "COMPLETED")
	if r := d.remarks(v.ID); len(r) != 0 {
		t.Errorf("a program's texts became remarks: %q", r)
	}
	history, err := d.svc.History(ctx, account0, v.ID, "", 100)
	if err != nil || history.Items[len(history.Items)-1].Via != "portal 5ginfire" {
		t.Errorf("the history: %+v, %v", history.Items, err)
	}
	if w := d.server.Wrongs(); len(w) > 0 {
		t.Errorf("%v", w)
	}
}

// TestAFailureInThePortal fails the request, with the reason.
func TestAFailureInThePortal(t *testing.T) {
	t.Parallel()
	d := newBench(t, t, portaltest.Second, intake.FollowProgress)
	d.server.SetDeploys(true, time.Hour)
	id := d.asks(2)
	d.round()
	v := d.taken(id)
	d.must(d.svc.Schedule(t.Context(), as("monika"), v.ID, scheduler.Schedule{}))
	d.must(nil, d.tell(v.ID))
	d.until(v.Slot.Start.Add(time.Minute))
	d.round()
	d.server.Break(id, "FAILED", "ERROR: no valid host")
	d.round()
	if v := d.view(v.ID); v.Status != scheduler.Failed {
		t.Fatalf("the request is %s", v.Status)
	}
	history, _ := d.svc.History(t.Context(), account0, v.ID, "", 100)
	if last := history.Items[len(history.Items)-1]; !strings.Contains(last.Reason, "no valid host") {
		t.Errorf("the reason is %q", last.Reason)
	}
}

// TestDecisionsInThePortal count where the settings let them, with the rights of the request's mentor; else they are put back, and the reason is said.
func TestDecisionsInThePortal(t *testing.T) {
	t.Parallel()
	for _, follow := range intake.Follows {
		t.Run(string(follow), func(t *testing.T) {
			t.Parallel()
			d := newBench(t, t, portaltest.First, follow)
			ctx := t.Context()
			id := d.asks(24)
			d.round()
			v := d.taken(id)
			d.must(d.svc.Assign(ctx, as("monika"), v.ID, scheduler.Assign{Mentor: "monika"}))
			d.must(nil, d.tell(v.ID))
			was := d.server.Look(id)["feedback"].(string)
			later := v.Slot.Shift(2 * time.Hour)
			d.server.Edit(id, map[string]any{"status": "SCHEDULED", "startDate": later.Start, "endDate": later.End, "feedback": was + "\n\nAn hour or two later."})
			d.round()
			d.must(nil, d.tell(v.ID))
			if follow != intake.FollowAll {
				if now := d.view(v.ID); now.Status != scheduler.UnderReview {
					t.Fatalf("the request is %s", now.Status)
				}
				d.says(id, "UNDER_REVIEW", "An hour or two later.", "decisions are made in Berth")
				return
			}
			now := d.view(v.ID)
			if now.Status != scheduler.Scheduled || !now.Scheduled.Equal(later) {
				t.Fatalf("the request is %s, %v", now.Status, now.Scheduled)
			}
			d.says(id, "SCHEDULED", "An hour or two later.")
			much := later.Shift(100 * 24 * time.Hour * 30)
			d.server.Edit(id, map[string]any{"startDate": much.Start, "endDate": much.End})
			d.round()
			d.must(nil, d.tell(v.ID))
			if x := d.server.Look(id); x["startDate"] != later.Start.UnixMilli() {
				t.Errorf("what was refused is not put back: %s", shown(d, id))
			}
			d.says(id, "SCHEDULED", "was set to the dates")
			d.server.Edit(id, map[string]any{"status": "REJECTED", "feedback": "The hall is closed."})
			d.round()
			d.must(nil, d.tell(v.ID))
			if now := d.view(v.ID); now.Status != scheduler.Rejected || len(now.Offers) == 0 {
				t.Fatalf("the request is %s with %d offers", now.Status, len(now.Offers))
			}
			d.says(id, "REJECTED", "The hall is closed.", "slots are offered")
		})
	}
}

// TestWhatPeopleWriteInThePortal becomes a remark once, wherever they put it, and what they took away comes back.
func TestWhatPeopleWriteInThePortal(t *testing.T) {
	t.Parallel()
	d := newBench(t, t, portaltest.First, intake.FollowProgress)
	id := d.asks(24)
	d.round()
	v := d.taken(id)
	for i, write := range []func(was string) string{
		func(was string) string { return was + "\nBelow." },
		func(was string) string { return "Above.\r\n\r\n" + was },
		func(string) string { return "Instead of everything." },
		func(was string) string { return strings.Replace(was, "\n", "\nBetween.\n", 1) },
		func(string) string { return "" },
	} {
		d.server.Edit(id, map[string]any{"feedback": write(d.server.Look(id)["feedback"].(string))})
		d.round()
		d.must(nil, d.tell(v.ID))
		d.sweep()
		want := []string{"Below.", "Above.", "Instead of everything.", "Between."}[:min(i+1, 4)]
		all := d.remarks(v.ID)
		if len(all) != len(want) {
			t.Fatalf("%d: the remarks are %q", i, all)
		}
		for j, text := range want {
			if all[j] != "berth: In portal 5ginfire: "+text {
				t.Errorf("%d: remark %q, want %q", i, all[j], text)
			}
			d.says(id, "UNDER_REVIEW", text, "Request #1 in Berth")
		}
	}
}

// TestWhatCannotBeTaken is said to people in the portal once, shown to administrators with its remedy, and taken as soon as that has been done.
func TestWhatCannotBeTaken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g portaltest.Generation) {
		d := newBench(t, t, g, intake.FollowProgress)
		ctx := t.Context()
		at := d.clock().Add(24 * time.Hour)
		id := d.server.Ask(portaltest.Ask{Key: d.alice, Name: "Other", Experiment: "unknown_nsd", Places: map[int]string{1: "Cloudville"}, Start: at, End: at.Add(time.Hour)})
		good := d.asks(30)
		d.round()
		d.taken(good) // one that fails keeps no other one from being taken
		d.says(id, "UNDER_REVIEW", "Berth cannot take this yet")
		if x := d.order(id); !strings.Contains(x.Trouble, "unknown_nsd") || x.Remedy == "" || x.Owner != "alice" {
			t.Errorf("shown: %+v", x)
		}
		writes := len(d.server.Requests())
		d.server.Edit(id, map[string]any{"feedback": d.server.Look(id)["feedback"].(string) + "\nWhy not?"})
		for range 3 {
			d.round()
		}
		if n := strings.Count(strings.Join(d.server.Requests()[writes:], "\n"), "PUT"); n > 0 {
			t.Errorf("it was said %d times more", n)
		}
		c, _, err := d.svc.Catalogue(ctx, account0)
		d.must(nil, err)
		c.VNFs = append(c.VNFs, testbeds.VNF{ID: "other_vnfd", Size: testbeds.Quantities{"vcpu": 1, "memory_mb": 512, "storage_gb": 2}, Onboarded: []string{"patras/a"}})
		c.NSDs = append(c.NSDs, testbeds.NSD{ID: "unknown_nsd", Members: []testbeds.Member{{Index: "1", VNF: "other_vnfd"}}})
		d.must(d.svc.PutCatalogue(ctx, account0, c, scheduler.ChangeOptions{}))
		d.round()
		v := d.taken(id)
		if r := d.remarks(v.ID); len(r) != 1 || r[0] != "berth: In portal 5ginfire: Why not?" {
			t.Errorf("the remarks are %q", r)
		}
		d.says(id, "UNDER_REVIEW", "Request #2 in Berth", "Why not?")
		if x := d.order(id); x.Trouble != "" {
			t.Errorf("shown: %+v", x)
		}
	})
}

// TestUntrustworthyRecords are named with their fault, and keep no other record from being taken.
func TestUntrustworthyRecords(t *testing.T) {
	t.Parallel()
	d := newBench(t, t, portaltest.Second, intake.FollowProgress)
	soon := d.clock().Add(time.Hour).UnixMilli()
	broken := func(id int, change map[string]any) {
		r := map[string]any{"id": id, "name": "Broken", "status": "UNDER_REVIEW", "startReqDate": soon, "endReqDate": soon + 3600_000, "instanceId": nil,
			"experiment": map[string]any{"name": design}, "owner": map[string]any{"email": "alice@example.org"}}
		for k, v := range change {
			r[k] = v
		}
		d.server.Put(r)
	}
	broken(501, map[string]any{"startReqDate": "tomorrow"})
	broken(502, map[string]any{"status": "DREAMING"})
	broken(503, map[string]any{"endReqDate": soon - 1000})
	broken(504, map[string]any{"startReqDate": int64(1) << 52})
	broken(505, map[string]any{"experiment": nil})
	broken(506, map[string]any{"description": strings.Repeat("x", 300<<10)})
	broken(507, map[string]any{"vxfPlacements": []any{map[string]any{"constituentVxF": map[string]any{"membervnfIndex": 1}}}})
	broken(508, map[string]any{"name": []any{1}})
	broken(509, map[string]any{"status": "RUNNING", "startDate": soon, "endDate": soon + 1000})
	broken(510, map[string]any{"startReqDate": soon - 80_000_000, "endReqDate": soon - 70_000_000})
	broken(511, map[string]any{"endReqDate": soon})
	id := d.asks(24)
	d.round()
	d.taken(id)
	list, err := d.desk.List(t.Context(), as("oskar"))
	d.must(nil, err)
	why := map[string]string{}
	for _, x := range list[0].Loose {
		why[x.Key] = x.Why
	}
	for key, want := range map[string]string{"501": "startReqDate", "502": "status", "503": "endReqDate", "504": "startReqDate", "505": "experiment.name", "506": "description", "507": "vxfPlacements[0].infrastructure",
		"508": "name", "509": "it was RUNNING before", "510": "its time is over", "511": "endReqDate is not after"} {
		if !strings.Contains(why[key], want) {
			t.Errorf("%s: %q, want %q", key, why[key], want)
		}
	}
	if len(d.requests()) != 1 {
		t.Errorf("%d requests", len(d.requests()))
	}
}

// TestAPortalThatFails stops no other one, is no news about any request, and is shown with a remedy; it goes on where it was.
func TestAPortalThatFails(t *testing.T) {
	t.Parallel()
	d := newBench(t, t, portaltest.First, intake.FollowAll)
	other := portaltest.New(t, portaltest.Second, d.clock)
	other.AddInfrastructure("Cloudville", "Cloudville", "691c8956-vim")
	other.AddExperiment(design, "cirros_vnfd", "cirros_vnfd")
	key := other.AddUser("bob", "Bob", "bob@example.org")
	d.desk = append(d.desk, d.process("second", other))
	id := d.asks(24)
	d.round()
	v := d.taken(id)
	d.server.SetKey("another-key")
	at := d.clock().Add(24 * time.Hour)
	other.Ask(portaltest.Ask{Key: key, Name: "Bob's", Experiment: design, Places: map[int]string{0: "Cloudville"}, Start: at, End: at.Add(time.Hour)})
	for range 5 {
		d.round()
	}
	if len(d.requests()) != 2 {
		t.Fatalf("%d requests", len(d.requests()))
	}
	if v := d.view(v.ID); v.Status != scheduler.UnderReview {
		t.Errorf("the request is %s: who is not logged in sees nothing, and that is no news", v.Status)
	}
	list, err := d.desk.List(t.Context(), as("oskar"))
	if err != nil || !strings.Contains(list[0].Failure, "not logged in") || !strings.Contains(list[0].Remedy, "X-APIKEY") || strings.Contains(list[0].Failure, portaltest.Key) || list[1].Failure != "" {
		t.Errorf("%+v, %v", list, err)
	}
	if err := d.tell(v.ID); err == nil {
		t.Error("a delivery to a portal that refuses the key succeeds")
	}
	d.server.SetKey(portaltest.Key)
	d.must(nil, d.desk.TryAgain(t.Context(), account0, "5ginfire"))
	d.pass(time.Minute)
	d.must(d.svc.Cancel(t.Context(), as("alice"), v.ID, scheduler.Step{}))
	d.round()
	d.says(id, "REJECTED")
}

// TestWhatIsDeletedInThePortal withdraws a request where decisions there count; else a person is asked. An empty portal is not believed.
func TestWhatIsDeletedInThePortal(t *testing.T) {
	t.Parallel()
	for _, follow := range []intake.Follow{intake.FollowProgress, intake.FollowAll} {
		d := newBench(t, t, portaltest.Second, follow)
		id, stays := d.asks(24), d.asks(48)
		d.round()
		v := d.taken(id)
		d.server.Delete(id)
		for range 3 {
			d.round()
		}
		if want := map[intake.Follow]scheduler.Status{intake.FollowProgress: scheduler.UnderReview, intake.FollowAll: scheduler.Cancelled}[follow]; d.view(v.ID).Status != want {
			t.Errorf("%s: the request is %s, want %s", follow, d.view(v.ID).Status, want)
		}
		if follow == intake.FollowProgress {
			if x := d.order(id); !strings.Contains(x.Trouble, "deleted there") || len(d.remarks(v.ID)) != 1 {
				t.Errorf("shown: %+v, %q", x, d.remarks(v.ID))
			}
			d.must(nil, d.desk.Untie(t.Context(), account0, "5ginfire", d.order(id).Key))
		}
		other := d.taken(stays)
		d.server.Delete(stays)
		d.sweep()
		if v := d.view(other.ID); v.Status != scheduler.UnderReview {
			t.Errorf("%s: the portal lost everything, and the request is %s", follow, v.Status)
		}
	}
}

// TestWholeDays are kept as the first generation's forms send them.
func TestWholeDays(t *testing.T) {
	t.Parallel()
	d := newBench(t, t, portaltest.First, intake.FollowAll)
	day := d.clock().Truncate(24 * time.Hour).Add(72 * time.Hour)
	id := d.server.Ask(portaltest.Ask{Key: d.alice, Name: "A day", Experiment: design, Places: map[int]string{1: "Cloudville", 2: "Volos"}, Start: day, End: day})
	d.round()
	v := d.taken(id)
	if want := testbeds.NewSlot(day, 24*time.Hour); !v.Slot.Equal(want) {
		t.Fatalf("the slot is %v, want %v", v.Slot, want)
	}
	d.must(d.svc.Assign(t.Context(), as("monika"), v.ID, scheduler.Assign{Mentor: "monika"}))
	d.must(d.svc.Schedule(t.Context(), as("monika"), v.ID, scheduler.Schedule{}))
	d.must(nil, d.tell(v.ID))
	if x := d.server.Look(id); x["startDate"] != day.UnixMilli() || x["endDate"] != day.UnixMilli() {
		t.Errorf("scheduled: %s", shown(d, id))
	}
	short := testbeds.NewSlot(day.Add(9*time.Hour), 4*time.Hour)
	d.must(d.svc.Move(t.Context(), as("monika"), v.ID, scheduler.Move{Slot: &short}))
	d.must(nil, d.tell(v.ID))
	d.server.Edit(id, map[string]any{"startDate": day, "endDate": day}) // as a form of days leaves it
	for range 3 {
		d.sweep()
	}
	if v := d.view(v.ID); !v.Scheduled.Equal(short) {
		t.Errorf("the hours were lost: %v", v.Scheduled)
	}
}

// TestOneOfSeveralProcessesPolls, and one that was frozen does nothing any more.
func TestOneOfSeveralProcessesPolls(t *testing.T) {
	t.Parallel()
	d := newBench(t, t, portaltest.Second, intake.FollowProgress)
	second := d.process("5ginfire", d.server)
	for range 5 {
		d.asks(24)
	}
	d.pass(time.Minute)
	done := make(chan error)
	for _, s := range []*intake.Sync{d.desk[0], second} {
		go func() {
			_, _, err := s.Round(context.Background())
			done <- err
		}()
	}
	for range 2 {
		d.must(nil, <-done)
	}
	lists := strings.Count(strings.Join(d.server.Requests(), "\n")+"\n", "GET /admin/deployments\n")
	if lists != 1 || len(d.requests()) != 5 {
		t.Errorf("%d polls, %d requests", lists, len(d.requests()))
	}
}

// TestAnAddressGivesNoRights: an order with an administrator's address is an experimenter's, and an address without an experimenter's rights has none.
func TestAnAddressGivesNoRights(t *testing.T) {
	t.Parallel()
	d := newBench(t, t, portaltest.First, intake.FollowAll)
	for name, role := range map[string]account.Role{"root": account.RoleAdministrator, "vera": account.RoleProvider} {
		p := account.Person{Username: name, Name: name, Email: name + "@example.org", Roles: []account.Role{role}}
		if role == account.RoleProvider {
			p.Testbeds = []string{"patras"}
		}
		d.must(d.people.PutPerson(t.Context(), account.System, p))
	}
	at := d.clock().Add(24 * time.Hour)
	ids := map[string]int64{}
	for _, name := range []string{"root", "vera", "oskar"} {
		ids[name] = d.server.Ask(portaltest.Ask{Key: d.server.AddUser(name, name, strings.ToUpper(name)+"@example.org"), Name: name, Experiment: design,
			Places: map[int]string{1: "Cloudville", 2: "Volos"}, Start: at, End: at.Add(time.Hour)})
	}
	d.round()
	if v := d.taken(ids["root"]); v.Experimenter != "root" || v.Status != scheduler.UnderReview {
		t.Errorf("%+v", v.Request)
	}
	for _, name := range []string{"vera", "oskar"} {
		if x := d.order(ids[name]); x.Number != 0 || !strings.Contains(x.Trouble, "experimenter") {
			t.Errorf("%s: %+v", name, x)
		}
	}
	d.server.Edit(ids["root"], map[string]any{"status": "SCHEDULED", "startDate": at, "endDate": at.Add(time.Hour)})
	d.round()
	if v := d.taken(ids["root"]); v.Status != scheduler.UnderReview { // it has no mentor, and an administrator's address is none
		t.Errorf("the request is %s", v.Status)
	}
}
