package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	"berth/scheduler/phrases"
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
	Ways    []wayForm
	Offered []offeredWay
	Victims []victim // the requests that an override could displace
}

type hidden struct{ Name, Value string }

// wayForm is an alternative slot that the same decision can be tried with.
type wayForm struct {
	Slot    testbeds.Slot
	Changes []string
}

// victim is a request in the way.
type victim struct {
	Number int64
	Name   string
}

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
	out, err := s.acceptOffer(ctx, who, v, form, dry)
	if err == nil && !dry {
		to := v.Request
		if out.Created != nil {
			to = *out.Created
		}
		return done(w, r, fmt.Sprintf("/requests/%d", to.Number), "done")
	}
	p := decidePage{Number: v.Number, Name: v.Name, Title: deciding[scheduler.Action(form.Get("action"))], Can: err == nil}
	status := http.StatusOK
	if err != nil {
		code, f, ours := explained(err)
		if ours {
			return err
		}
		status, p.Failure = code, &f
		p.conflict(err, v)
	} else {
		p.Lines = effects(v.Request, out)
		if p.Offered, err = offeredWays(v.Request, out.Request); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			if name != "step" && name != "alternative" && name != "choose" && len(value) > 0 {
				p.Hidden = append(p.Hidden, hidden{name, value})
			}
		}
	}
	s.show(w, r, status, "decide.html", p.Title, who, p)
	return nil
}

// deciding holds the titles of decisions.
var deciding = map[scheduler.Action]string{
	scheduler.ActionSchedule: "Schedule", scheduler.ActionReject: "Reject", scheduler.ActionMove: "Move", scheduler.ActionCancel: "Cancel", scheduler.ActionStart: "Start",
	scheduler.ActionComplete: "End", scheduler.ActionFail: "Report a failure", scheduler.ActionAssign: "Change mentor", scheduler.ActionApprove: "Decide for a testbed",
	scheduler.ActionAcceptOffer: "Accept the offer", scheduler.ActionEdit: "Change name and description",
}

// acceptOffer reads the step from a form.
func (s *site) acceptOffer(ctx context.Context, who account.Actor, v scheduler.View, form url.Values, dry bool) (scheduler.Outcome, error) {
	zone, err := readZone(form)
	if err != nil {
		return scheduler.Outcome{}, err
	}
	slot, given, err := readSlot(form, zone)
	if err != nil {
		return scheduler.Outcome{}, err
	}
	var wanted *testbeds.Slot
	if given && !slot.Equal(v.Slot) {
		wanted = &slot
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
		return s.service.Schedule(ctx, who, v.ID, scheduler.Schedule{Slot: wanted, Reason: reason, Override: override(form), DryRun: dry, Revision: revision})
	case scheduler.ActionMove:
		return s.service.Move(ctx, who, v.ID, scheduler.Move{Slot: wanted, Reason: reason, Override: override(form), DryRun: dry, Revision: revision})
	case scheduler.ActionReject:
		count, err := number(form, "count")
		if err != nil {
			return scheduler.Outcome{}, err
		}
		days, err := number(form, "hold")
		if err != nil {
			return scheduler.Outcome{}, err
		}
		if most := int64(testbeds.MaxPeriod / (24 * time.Hour)); days > most {
			return scheduler.Outcome{}, invalid("hold", "must be from 0 to %d", most)
		}
		chosen, err := chosenOffers(form)
		if err != nil {
			return scheduler.Outcome{}, err
		}
		if form.Has("alternative") { // the user has seen the list, and chose these
			count = 0
		}
		return s.service.Reject(ctx, who, v.ID, scheduler.Reject{Reason: reason, Count: int(count), Offers: chosen, HoldFor: testbeds.Period{Clock: time.Duration(days) * 24 * time.Hour}, DryRun: dry, Revision: revision})
	case scheduler.ActionEdit:
		name, description := strings.TrimSpace(form.Get("name")), strings.ReplaceAll(form.Get("description"), "\r\n", "\n")
		return s.service.Edit(ctx, who, v.ID, scheduler.Edit{Name: &name, Description: &description, Anyway: true, DryRun: dry, Revision: revision})
	case scheduler.ActionCancel:
		return s.service.Cancel(ctx, who, v.ID, step)
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
	case scheduler.ActionAcceptOffer:
		return s.service.AcceptOffer(ctx, who, v.ID, form.Get("offer"), dry)
	default:
		return scheduler.Outcome{}, invalid("action", "is not a known action")
	}
}

// offeredWay is one of the alternatives that a rejection would offer, for the user's choice.
type offeredWay struct {
	Number int
	Text   string
	JSON   string // as a form sends it back
}

func offeredWays(before, after scheduler.Request) (list []offeredWay, err error) {
	for i, o := range after.Offers[min(len(before.Offers), len(after.Offers)):] {
		b, err := json.Marshal(testbeds.Alternative{Slot: o.What.Slot, Placement: o.What.Placement, Devices: o.What.Devices})
		if err != nil {
			return nil, err
		}
		list = append(list, offeredWay{i, phrases.Offer(o), string(b)})
	}
	return list, nil
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
		var a testbeds.Alternative
		d := json.NewDecoder(strings.NewReader(all[i]))
		d.DisallowUnknownFields()
		if err := d.Decode(&a); err != nil {
			return nil, invalid("alternative", "cannot be read")
		}
		list = append(list, testbeds.Alternative{Slot: a.Slot, Placement: a.Placement, Devices: a.Devices})
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

// effects words the effects of a decision.
func effects(before scheduler.Request, out scheduler.Outcome) (lines []string) {
	r := out.Request
	if r.Status != before.Status {
		lines = append(lines, fmt.Sprintf("The request is %s, and would be %s.", phrases.Status(before.Status), phrases.Status(r.Status)))
	}
	if !r.Slot.Equal(before.Slot) {
		lines = append(lines, fmt.Sprintf("Its slot would be %s, instead of %s.", phrases.Slot(r.Slot, time.UTC), phrases.Slot(before.Slot, time.UTC)))
	}
	if r.Name != before.Name {
		lines = append(lines, fmt.Sprintf("It would be called %q, instead of %q.", r.Name, before.Name))
	}
	if r.Description != before.Description {
		lines = append(lines, "Its description would change.")
	}
	if r.Mentor != before.Mentor {
		lines = append(lines, fmt.Sprintf("Its mentor would be %s.", r.Mentor))
	}
	for i, a := range r.Approvals {
		if i < len(before.Approvals) && a.Decision != before.Approvals[i].Decision {
			what := string(a.Decision)
			if what == "" {
				what = "asked again"
			}
			lines = append(lines, fmt.Sprintf("%s would be %s.", a.Testbed, what))
		}
	}
	if m := r.PendingMove; m != nil && before.PendingMove == nil {
		lines = append(lines, fmt.Sprintf("It keeps its slot until the move to %s is approved.", phrases.Slot(m.Slot, time.UTC)))
	}
	for _, d := range out.Displaced {
		lines = append(lines, fmt.Sprintf("#%d %s would go back to review%s.", d.Number, d.Name, elsewhere(d.Alternatives)))
	}
	if n := len(r.Overbooked); n > len(before.Overbooked) {
		for _, c := range r.Overbooked[n-1].Conflicts {
			lines = append(lines, "Overbooked: "+c.String()+".")
		}
	}
	if out.Created != nil {
		lines = append(lines, fmt.Sprintf("A new request would be created for %s.", phrases.Slot(out.Created.Slot, time.UTC)))
	}
	if len(lines) == 0 {
		lines = []string{"Nothing else would change."}
	}
	return lines
}

// elsewhere names the places where a displaced request could go.
func elsewhere(list []testbeds.Alternative) string {
	if len(list) == 0 {
		return ", and no other slot was found for it"
	}
	var slots []string
	for _, a := range list[:min(len(list), 3)] {
		slots = append(slots, phrases.Slot(a.Slot, time.UTC))
	}
	return "; it could go to " + strings.Join(slots, ", or to ")
}

// conflict gathers the user's options for a slot that does not fit.
func (p *decidePage) conflict(err error, v scheduler.View) {
	e, ok := asError(err)
	if !ok || e.Verdict == nil {
		return
	}
	for _, a := range e.Alternatives {
		x := wayForm{Slot: a.Slot}
		if len(a.Placement) > 0 {
			continue // another placement makes another request: a rejection offers it
		}
		for _, c := range a.Changes {
			x.Changes = append(x.Changes, c.Text)
		}
		p.Ways = append(p.Ways, x)
	}
	seen := map[int64]bool{v.Number: true}
	for _, c := range e.Verdict.Conflicts {
		for _, t := range c.TakenBy {
			if t.Request != 0 && !seen[t.Request] {
				seen[t.Request] = true
				p.Victims = append(p.Victims, victim{t.Request, t.Summary})
			}
		}
	}
}
