package scheduler_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"berth/scheduler"
	"berth/scheduler/account"
)

// table says a second time which actor may take which step in which state: any other step must be refused. The request is maeve's, its mentor is
// monika, it touches radio (paddy's) and not cloud (carla's).
const table = `
edit        UNDER_REVIEW   maeve monika adele
schedule    UNDER_REVIEW   monika adele
reject      UNDER_REVIEW   monika adele
reject      SCHEDULED      monika adele
approve     UNDER_REVIEW   paddy adele
approve     SCHEDULED      paddy adele
move        UNDER_REVIEW   maeve monika adele
move        SCHEDULED      monika adele
shorten     UNDER_REVIEW   maeve monika adele
shorten     SCHEDULED      maeve monika adele
shorten     INSTANTIATING  monika adele
shorten     RUNNING        monika adele
cancel      UNDER_REVIEW   maeve monika adele
cancel      SCHEDULED      maeve monika adele
start       SCHEDULED      oskar adele
start       INSTANTIATING  oskar adele
complete    INSTANTIATING  oskar adele
complete    RUNNING        oskar adele
complete    TERMINATING    oskar adele
fail        INSTANTIATING  oskar adele
fail        RUNNING        oskar adele
fail        TERMINATING    oskar adele
accept      REJECTED       maeve adele
wait        UNDER_REVIEW   maeve monika adele
prioritise  UNDER_REVIEW   maeve monika marco adele
prioritise  SCHEDULED      maeve monika marco adele
prioritise  INSTANTIATING  maeve monika marco adele
prioritise  RUNNING        maeve monika marco adele
prioritise  TERMINATING    maeve monika marco adele
feedback    *              maeve monika marco paddy oskar adele
view        *              maeve monika marco paddy oskar adele
`

// trials lists the steps of the table, each as a dry run where there is one.
var trials = map[string]func(context.Context, *house, account.Actor, scheduler.Request) error{
	"edit": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		name := "another name"
		_, err := h.Edit(ctx, a, r.ID, scheduler.Edit{Name: &name, DryRun: true})
		return err
	},
	"schedule": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		_, err := h.Schedule(ctx, a, r.ID, scheduler.Schedule{DryRun: true})
		return err
	},
	"reject": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		_, err := h.Reject(ctx, a, r.ID, scheduler.Reject{Reason: "no", DryRun: true})
		return err
	},
	"approve": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		_, err := h.Approve(ctx, a, r.ID, "radio", scheduler.Approve{Decision: scheduler.Approved, DryRun: true})
		return err
	},
	"move": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		to := hours(60, 3)
		_, err := h.Move(ctx, a, r.ID, scheduler.Move{Slot: &to, DryRun: true})
		return err
	},
	"shorten": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		to := r.Slot
		to.End = hours(25.5, 1).End
		_, err := h.Move(ctx, a, r.ID, scheduler.Move{Slot: &to, DryRun: true})
		return err
	},
	"cancel": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		_, err := h.Cancel(ctx, a, r.ID, scheduler.Step{Reason: "ill", DryRun: true})
		return err
	},
	"start": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		_, err := h.Start(ctx, a, r.ID, scheduler.Step{DryRun: true})
		return err
	},
	"complete": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		_, err := h.Complete(ctx, a, r.ID, scheduler.Step{DryRun: true})
		return err
	},
	"fail": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		_, err := h.Fail(ctx, a, r.ID, scheduler.Step{Reason: "smoke", DryRun: true})
		return err
	},
	"accept": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		offer := "none"
		if len(r.Offers) > 0 {
			offer = r.Offers[0].ID
		}
		_, err := h.AcceptOffer(ctx, a, r.ID, offer, true)
		return err
	},
	"prioritise": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		_, err := h.Prioritise(ctx, a, r.ID, scheduler.Prioritise{Priority: "low", DryRun: true})
		return err
	},
	"wait": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		_, err := h.Wait(ctx, a, r.ID, scheduler.WaitFor{DryRun: true})
		if err != nil && strings.Contains(err.Error(), "nothing to wait for") {
			return nil // it would be allowed
		}
		return err
	},
	"feedback": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		_, err := h.AddFeedback(ctx, a, r.ID, "a remark", scheduler.Creation{})
		return err
	},
	"view": func(ctx context.Context, h *house, a account.Actor, r scheduler.Request) error {
		_, err := h.Get(ctx, a, r.ID)
		return err
	},
}

// brought returns a request in a status, with the clock where steps from there are possible.
func (h *house) brought(to scheduler.Status) scheduler.Request {
	h.Helper()
	ctx := h.t.Context()
	step := func(out scheduler.Outcome, err error) { h.Helper(); h.ok(out, err) }
	switch to {
	case scheduler.UnderReview:
		r := h.submitted("hydra", hours(24, 4))
		h.approve(r)
		return h.get(r.ID).Request
	case scheduler.Rejected:
		return h.rejected("hydra", hours(24, 4), 1)
	}
	r := h.scheduled("hydra", hours(24, 4))
	switch to {
	case scheduler.Cancelled:
		step(h.Cancel(ctx, as("maeve"), r.ID, scheduler.Step{}))
		return h.get(r.ID).Request
	case scheduler.Scheduled:
		h.at(23.75)
		return h.get(r.ID).Request
	}
	h.at(24)
	step(h.Start(ctx, as("oskar"), r.ID, scheduler.Step{State: scheduler.Instantiating}))
	h.at(25)
	if to == scheduler.Instantiating {
		return h.get(r.ID).Request
	}
	step(h.Start(ctx, as("oskar"), r.ID, scheduler.Step{}))
	switch to {
	case scheduler.Terminating:
		step(h.Complete(ctx, as("oskar"), r.ID, scheduler.Step{State: scheduler.Terminating}))
	case scheduler.Completed:
		step(h.Complete(ctx, as("oskar"), r.ID, scheduler.Step{}))
	case scheduler.Failed:
		step(h.Fail(ctx, as("oskar"), r.ID, scheduler.Step{Reason: "smoke"}))
	}
	return h.get(r.ID).Request
}

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	allowed := map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(table)) {
		f := strings.Fields(line)
		allowed[f[0]+" "+f[1]] = f[2:]
	}
	for _, status := range scheduler.Statuses {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r := h.brought(status)
			if r.Status != status {
				t.Fatalf("the request is %s", r.Status)
			}
			for name, try := range trials {
				for _, p := range people() {
					a := account.ActorOf(p)
					err := try(t.Context(), h, a, r)
					want := slices.Contains(allowed[name+" "+string(status)], p.Username) || slices.Contains(allowed[name+" *"], p.Username)
					if (err == nil) != want {
						t.Errorf("%s by %s: got %v, want allowed = %t", name, p.Username, err, want)
					}
					readOnly := a
					readOnly.Scopes = []account.Scope{account.ScopeRead}
					if name != "view" && try(t.Context(), h, readOnly, r) == nil {
						t.Errorf("%s by %s with a token for reading", name, p.Username)
					}
				}
				if err := try(t.Context(), h, account.Actor{}, r); err == nil {
					t.Errorf("%s by nobody", name)
				}
			}
		})
	}
}

// TestWhoMayOverride: its mentor and administrators, in the steps that take an override, with rights to write.
func TestWhoMayOverride(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.brought(scheduler.Scheduled)
	may := map[scheduler.Action]string{scheduler.ActionSchedule: "monika adele", scheduler.ActionMove: "monika adele", scheduler.ActionStart: "adele", scheduler.ActionEdit: "monika adele"}
	for _, action := range []scheduler.Action{scheduler.ActionSchedule, scheduler.ActionMove, scheduler.ActionStart, scheduler.ActionEdit, scheduler.ActionCancel, scheduler.ActionFail} {
		for _, p := range people() {
			a := account.ActorOf(p)
			if got, want := scheduler.MayOverride(a, action, r), slices.Contains(strings.Fields(may[action]), p.Username); got != want {
				t.Errorf("%s by %s: %t", action, p.Username, got)
			}
			a.Scopes = []account.Scope{account.ScopeRead}
			if scheduler.MayOverride(a, action, r) {
				t.Errorf("%s by %s with a token for reading", action, p.Username)
			}
		}
	}
}

// TestRefusalsNameTheOverridesOfTheReader, and only those that would help.
func TestRefusalsNameTheOverridesOfTheReader(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	waiting := h.submitted("hydra", hours(48, 4))
	_, err := h.Schedule(t.Context(), as("monika"), waiting.ID, scheduler.Schedule{DryRun: true})
	if e := h.refused(scheduler.CodeConflict, err); !slices.Equal(e.Overrides, []scheduler.OverrideMode{scheduler.OverrideApprovals}) {
		t.Errorf("without its approval: %v", e.Overrides)
	}
	h.scheduled("hydra", hours(24, 4))
	to := hours(24, 4)
	for who, want := range map[string][]scheduler.OverrideMode{"monika": {scheduler.OverrideDisplace, scheduler.OverrideOverbook}, "maeve": nil} {
		r := h.scheduled("hydra", hours(72, 4))
		_, err := h.Move(t.Context(), as(who), r.ID, scheduler.Move{Slot: &to, DryRun: true})
		if err == nil {
			t.Fatalf("%s: it fits", who)
		}
		var e *scheduler.Error
		if !errors.As(err, &e) || !slices.Equal(e.Overrides, want) {
			t.Errorf("%s: %v, %v", who, err, e)
		}
		h.ok(h.Cancel(t.Context(), as("maeve"), r.ID, scheduler.Step{}))
	}
}

func TestRefusedStepNamesThoseThatAreAllowed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.brought(scheduler.Running)
	_, err := h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{})
	e := h.refused(scheduler.CodeConflict, err)
	if !slices.Contains(e.Allowed, scheduler.ActionMove) || slices.Contains(e.Allowed, scheduler.ActionSchedule) || slices.Contains(e.Allowed, scheduler.ActionComplete) {
		t.Errorf("allowed %v", e.Allowed)
	}
}

func TestAssignment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := wants("video", hours(24, 2))
	in.Mentor = ""
	r := h.ok(h.Submit(t.Context(), as("maeve"), in))
	_, err := h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{})
	h.refused(scheduler.CodeForbidden, err)
	for _, mentor := range []string{"maeve", "nobody", ""} {
		_, err = h.Assign(t.Context(), as("monika"), r.ID, scheduler.Assign{Mentor: mentor})
		if err == nil {
			t.Errorf("%q became a mentor", mentor)
		}
	}
	h.ok(h.Assign(t.Context(), as("monika"), r.ID, scheduler.Assign{Mentor: "monika"}))
	h.ok(h.Assign(t.Context(), as("monika"), r.ID, scheduler.Assign{Mentor: "marco", Reason: "holidays"}))
	_, err = h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{})
	h.refused(scheduler.CodeForbidden, err)
	h.ok(h.Schedule(t.Context(), as("marco"), r.ID, scheduler.Schedule{}))
}

func TestFacilityAndPeopleRights(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	for _, p := range people() {
		a := account.ActorOf(p)
		writer := a
		writer.Scopes = []account.Scope{account.ScopeRead, account.ScopeWrite}
		admin := p.Username == "adele"
		closes := func(testbed string) bool { return admin || slices.Contains(p.Testbeds, testbed) }
		dry := scheduler.ChangeOptions{DryRun: true}
		for name, trial := range map[string]struct {
			do   func(account.Actor) error
			want bool // with all scopes
			less bool // with the scopes to read and write
		}{
			"replace the facility":  {func(a account.Actor) error { _, err := h.PutFacility(ctx, a, facility(), dry); return err }, admin, false},
			"replace the catalogue": {func(a account.Actor) error { _, err := h.PutCatalogue(ctx, a, catalogue(), dry); return err }, admin, false},
			"change radio":          {func(a account.Actor) error { _, err := h.PutTestbed(ctx, a, facility().Testbeds[0], dry); return err }, closes("radio"), false},
			"delete spare":          {func(a account.Actor) error { _, err := h.DeleteTestbed(ctx, a, "spare", dry); return err }, admin, false},
			"close radio":           {func(a account.Actor) error { return closeFor(h, a, "radio", dry) }, closes("radio"), closes("radio") && !admin},
			"close cloud":           {func(a account.Actor) error { return closeFor(h, a, "cloud", dry) }, closes("cloud"), closes("cloud") && !admin},
		} {
			if err := trial.do(writer); (err == nil) != trial.less {
				t.Errorf("%s by %s with a token to write: got %v, want allowed = %t", name, p.Username, err, trial.less)
			}
			if err := trial.do(a); (err == nil) != trial.want {
				t.Errorf("%s by %s: got %v, want allowed = %t", name, p.Username, err, trial.want)
			}
		}
	}
}

// A user who may not know of bookings sees that capacity is taken, but not that it is overbooked.
func TestOverbooksAreForThoseWhoMayKnow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.scheduled("marathon", hours(24, 4))
	r := h.submitted("hydra", hours(24, 4))
	h.ok(h.Schedule(t.Context(), as("adele"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverrideOverbook)}))
	for who, want := range map[string]int64{"hector": 0, "monika": -3, "paddy": -3, "carla": 0} {
		v, err := h.Check(t.Context(), as(who), scheduler.Ask{NSD: "c2gran", Slot: hours(24, 4)})
		if err != nil {
			t.Fatal(err)
		}
		c := v.Conflicts[len(v.Conflicts)-1]
		if c.Resource.Device != "usrp" || c.Free != want || c.ShortBy != 2-want {
			t.Errorf("%s: a conflict says %+v, want free %d", who, c, want)
		}
		series, err := h.Availability(t.Context(), as(who), "radio", hours(20, 10))
		if err != nil {
			t.Fatal(err)
		}
		least := int64(4)
		for _, s := range series {
			for _, step := range s.Steps {
				if s.Resource.Device == "usrp" {
					least = min(least, step.Free)
				}
			}
		}
		if least != want {
			t.Errorf("%s: the least that is free is %d, want %d", who, least, want)
		}
		board, err := h.board(as(who), "radio", hours(20, 10))
		if err != nil {
			t.Fatal(err)
		}
		over := slices.ContainsFunc(board, func(p scheduler.Placed) bool { return p.Overbooked })
		if over != (want < 0) {
			t.Errorf("%s: the schedule shows an overbook: %v", who, over)
		}
	}
	_, err := h.Submit(t.Context(), as("hector"), wants("c2gran", hours(24, 4)))
	for _, c := range h.refused(scheduler.CodeConflict, err).Verdict.Conflicts {
		if c.Free < 0 {
			t.Errorf("a refusal says %+v", c)
		}
	}
}
