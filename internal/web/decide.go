package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// fresh makes a new key for a form, so that sending it twice is harmless.
func fresh() string { return rand.Text() }

// once turns the key of a form into a creation, so that the form creates one thing only.
func once(form url.Values) scheduler.Creation {
	key := form.Get("once")
	if key == "" || len(key) > 100 {
		return scheduler.Creation{}
	}
	sum := sha256.Sum256([]byte(form.Encode()))
	return scheduler.Creation{Key: "form " + key, Fingerprint: hex.EncodeToString(sum[:])}
}

// decidePage previews a decision, and asks for confirmation.
type decidePage struct {
	Number  int64
	Name    string
	Title   string
	Failure *failure
	Lines   []string // the effects
	Hidden  []hidden // the form, to be sent again
	Can     bool     // whether it may be confirmed
	Ways    []wayOut
	Modes   map[string]bool // the overrides that the reader may use
}

type hidden struct{ Name, Value string }

// decide takes a decision, or first shows its effects: the same form goes through twice.
func (s *site) decide(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	ctx, id, form := r.Context(), r.PathValue("number"), r.PostForm
	v, err := s.service.Get(ctx, who, id)
	if err != nil {
		return err
	}
	dry := form.Get("step") != "confirm"
	out, err := s.step(ctx, who, v, form, dry)
	if err == nil && !dry {
		to := v.Request
		if out.Created != nil {
			to = *out.Created
		}
		page := fmt.Sprintf("/requests/%d", to.Number)
		if r.URL.Query().Get("then") == "decide" {
			page += "/decide"
		}
		return done(w, r, page, "decided")
	}
	if e, ok := asError(err); ok && e.Code == scheduler.CodeConflict && (e.Verdict != nil || len(e.Overrides) > 0) && weighed(who, v, form) {
		return s.decides(w, r, who, v, onDesk(form), http.StatusConflict)
	}
	p := decidePage{Number: v.Number, Name: v.Name, Title: deciding[scheduler.Action(form.Get("action"))], Can: err == nil}
	status := http.StatusOK
	if err != nil {
		e, ok := asError(err)
		if !ok || e.Verdict == nil && len(e.Overrides) == 0 {
			return err
		}
		status, p.Failure = s.explained(who, err)
		p.conflict(*e, who, v, scheduler.Action(form.Get("action")))
	} else {
		p.Lines = s.readerOf(who).effects(v.Request, out)
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			if name != "step" && len(value) > 0 {
				p.Hidden = append(p.Hidden, hidden{name, value})
			}
		}
	}
	s.show(w, r, status, "decide.html", p.Title, who, p)
	return nil
}

// weighed reports whether a step that is in conflict is weighed on the page for decisions: a grant, or a move by somebody who may override.
func weighed(who account.Actor, v scheduler.View, form url.Values) bool {
	switch action := scheduler.Action(form.Get("action")); action {
	case scheduler.ActionSchedule:
		return slices.Contains(v.Actions, action)
	case scheduler.ActionMove:
		return v.Status.Granted() && slices.Contains(v.Actions, action) && scheduler.MayOverride(who, action, v.Request)
	}
	return false
}

// onDesk turns the form of a step into that of the page for decisions: the slot that it is about, and its reason.
func onDesk(form url.Values) url.Values {
	out := url.Values{"reason": {form.Get("reason")}, "zone": {form.Get("zone")}, "start": {form.Get("start")}, "end": {form.Get("end")}}
	if a, err := readTaken(form); err == nil && a != nil {
		out.Set("start", a.Slot.Start.Format(time.RFC3339))
		out.Set("end", a.Slot.End.Format(time.RFC3339))
	}
	return out
}

// Without lists the fields of the form without some of them, which are given anew.
func (p decidePage) Without(names ...string) []hidden {
	return slices.DeleteFunc(slices.Clone(p.Hidden), func(h hidden) bool { return slices.Contains(names, h.Name) })
}

// deciding holds the titles of decisions.
var deciding = map[scheduler.Action]string{
	scheduler.ActionSchedule: "Schedule", scheduler.ActionMove: "Move", scheduler.ActionCancel: "Cancel", scheduler.ActionStart: "Start",
	scheduler.ActionComplete: "End", scheduler.ActionFail: "Report a failure", scheduler.ActionAssign: "Change mentor", scheduler.ActionApprove: "Decide for a testbed",
	scheduler.ActionAcceptOffer: "Accept the offer", scheduler.ActionEdit: "Change the request",
	scheduler.ActionWait: "Wait for it", scheduler.ActionStopWaiting: "Stop waiting", scheduler.ActionPriority: "Change the priority",
	scheduler.ActionConfirm: "Keep the slot",
}

// step takes the step that a form describes.
func (s *site) step(ctx context.Context, who account.Actor, v scheduler.View, form url.Values, dry bool) (scheduler.Outcome, error) {
	zone, err := readZone(form, s.readerOf(who).zone)
	if err != nil {
		return scheduler.Outcome{}, err
	}
	wish, err := readWish(form, zone, v.Request)
	if err != nil {
		return scheduler.Outcome{}, err
	}
	revision, err := number(form, "revision")
	if err != nil {
		return scheduler.Outcome{}, err
	}
	reason := strings.TrimSpace(form.Get("reason"))
	actual, err := readActual(form, zone)
	if err != nil {
		return scheduler.Outcome{}, err
	}
	step := scheduler.Step{State: scheduler.Status(form.Get("state")), Override: override(form), Actual: actual, Reason: reason, DryRun: dry, Revision: revision}
	switch action := scheduler.Action(form.Get("action")); action {
	case scheduler.ActionSchedule:
		return s.service.Schedule(ctx, who, v.ID, scheduler.Schedule{Slot: wish.slot, Placement: wish.placement, Devices: wish.devices, Reason: reason, Override: override(form), DryRun: dry, Revision: revision})
	case scheduler.ActionMove:
		return s.service.Move(ctx, who, v.ID, scheduler.Move{Slot: wish.slot, Placement: wish.placement, Devices: wish.devices, Reason: reason, Override: override(form), DryRun: dry, Revision: revision})
	case scheduler.ActionEdit:
		in, err := readEdit(form, wish, v.Request)
		if err != nil {
			return scheduler.Outcome{}, err
		}
		in.DryRun, in.Revision = dry, revision
		return s.service.Edit(ctx, who, v.ID, in)
	case scheduler.ActionCancel:
		return s.service.Cancel(ctx, who, v.ID, step)
	case scheduler.ActionConfirm:
		return s.service.Confirm(ctx, who, v.ID, scheduler.Confirm{Needed: true, Reason: reason, DryRun: dry, Revision: revision})
	case scheduler.ActionStart:
		return s.service.Start(ctx, who, v.ID, step)
	case scheduler.ActionComplete:
		return s.service.Complete(ctx, who, v.ID, step)
	case scheduler.ActionFail:
		return s.service.Fail(ctx, who, v.ID, step)
	case scheduler.ActionAssign:
		return s.service.Assign(ctx, who, v.ID, scheduler.Assign{Mentor: form.Get("mentor"), Reason: reason, DryRun: dry, Revision: revision})
	case scheduler.ActionApprove:
		return s.service.Approve(ctx, who, v.ID, form.Get("testbed"), scheduler.Approve{Decision: scheduler.Decision(form.Get("decision")), Reason: reason, DryRun: dry, Revision: revision})
	case scheduler.ActionWait:
		in, err := readWaitFor(form, zone)
		if err != nil {
			return scheduler.Outcome{}, err
		}
		in.DryRun, in.Revision = dry, revision
		out, err := s.service.Wait(ctx, who, v.ID, in)
		return out, ofWaiting(err)
	case scheduler.ActionStopWaiting:
		return s.service.StopWaiting(ctx, who, v.ID, step)
	case scheduler.ActionPriority:
		return s.service.Prioritise(ctx, who, v.ID, scheduler.Prioritise{Priority: scheduler.Priority(form.Get("priority")), Reason: reason, DryRun: dry, Revision: revision})
	case scheduler.ActionAcceptOffer:
		return s.service.AcceptOffer(ctx, who, v.ID, form.Get("offer"), dry)
	default:
		return scheduler.Outcome{}, invalid("action", "is not a known action")
	}
}

// wish is where a form wants a request: nil for what stays as it is.
type wish struct {
	slot      *testbeds.Slot
	placement testbeds.Placement
	devices   *[]testbeds.DeviceNeed
}

// readWish reads the slot of a form, or the alternative that it takes.
func readWish(form url.Values, zone *time.Location, r scheduler.Request) (w wish, err error) {
	a, err := readTaken(form)
	if err != nil {
		return w, err
	}
	if a == nil {
		slot, given, err := readSlot(form, zone)
		if err == nil && given && !slot.Equal(r.Slot) {
			w.slot = &slot
		}
		return w, err
	}
	if !a.Slot.Equal(r.Slot) {
		w.slot = &a.Slot
	}
	if p := replaced(r, a.Placement); len(p) > 0 {
		w.placement = p
	}
	if a.Devices != nil && devicesOf(a.Devices) != devicesOf(r.Devices) {
		w.devices = &a.Devices
	}
	return w, nil
}

// maxOffered exceeds the number that a rejection may offer, which the rules check.
const maxOffered = 20

// chosenOffers reads the ticked alternatives of a form.
func chosenOffers(form url.Values) (list []testbeds.Alternative, err error) {
	all := form["alternative"]
	for _, text := range form["choose"] {
		i, err := strconv.Atoi(text)
		if err != nil || i < 0 || i >= len(all) || len(list) == maxOffered {
			return nil, invalid("choose", "is not one of the alternatives")
		}
		a, err := readAlternative("alternative", all[i])
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

// override reads the form's permission to grant a request that does not fit.
func override(form url.Values) *scheduler.Override {
	mode := scheduler.OverrideMode(form.Get("override"))
	if mode == "" {
		return nil
	}
	return &scheduler.Override{Mode: mode, Reason: strings.TrimSpace(form.Get("why")), Displace: form["displace"]}
}

// conflict gathers the reader's options for a step that does not fit, or lacks an approval.
func (p *decidePage) conflict(e scheduler.Error, who account.Actor, v scheduler.View, action scheduler.Action) {
	p.Modes = map[string]bool{}
	for _, m := range e.Overrides {
		p.Modes[string(m)] = true
	}
	list := e.Alternatives
	if e.Verdict != nil {
		list = withLongest(list, *e.Verdict)
	}
	p.Ways = waysOut(action, who, v.Request, list)
}
