package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/scheduler/policy"
)

// What people ask for is judged by the policy within the transaction that decides: the rows of those whose requests are counted are locked, after the
// testbeds, so that of two requests of one person the later sees the earlier, whichever testbeds they touch.

// Judgement records by which revision of the policy a request was last judged, which of its quotas counted it then, and which limits of open requests
// did when it was made, if that was under the same revision.
type Judgement struct {
	Policy int64    `json:"policy"`
	Quotas []string `json:"quotas,omitempty"`
	Limits []string `json:"limits,omitempty"`
	Hook   string   `json:"hook,omitempty"` // what another system said: allowed, waived, or unanswered
}

// Waiver records what the policy did not allow, who allowed it nonetheless, and why.
type Waiver struct {
	At       time.Time       `json:"at"`
	By       string          `json:"by"`
	Reason   string          `json:"reason"`
	Policy   int64           `json:"policy"` // the revision
	Refusals []policy.Breach `json:"refusals"`
}

// waivedAt reports whether something was waived for the request at an instant.
func (r Request) waivedAt(t time.Time) bool {
	return slices.ContainsFunc(r.Waived, func(w Waiver) bool { return w.At.Equal(t) })
}

// asks says what of a request is to be judged.
type asks struct{ terms, far, soon, new, hours bool }

// posed puts a request before the policy.
func (d *decision) posed(ctx context.Context, r Request, of asks) (a policy.Ask, err error) {
	a = policy.Ask{Experiment: r.Experimented(), Mentor: r.Mentor, Slot: r.Slot, Demand: r.Demand, Now: d.now, Terms: of.terms, Far: of.far, Soon: of.soon, New: of.new, Hours: of.hours}
	if d.whose != nil && d.whose.Username == r.Experimenter {
		a.Person = personIn(*d.whose, r.Experimenter, r.Organisation)
	} else if a.Person, err = personOf(ctx, d.tx, r.Experimenter, r.Organisation); err != nil {
		return a, err
	}
	_ = d.s.ledger.read(func(w snapshot) error {
		a.Zone = zonesIn(w)
		return nil
	})
	return a, nil
}

// counted lists what must be locked before a request is judged.
func (r *rules) counted(experimenter, experiment, organisation string) (lock []string) {
	if r == nil {
		return nil
	}
	for _, s := range r.Counts(experimenter, experiment, organisation) {
		lock = append(lock, LockOf(s))
	}
	return lock
}

// judges lists the steps that may be judged by the policy.
var judges = []Action{ActionEdit, ActionSchedule, ActionMove, ActionAcceptOffer}

// countedFor lists what a step with a request locks for the policy, as far as this process knows it. What was judged by the policy in force is granted as
// it is without another judgement.
func (s *Service) countedFor(action Action, r Request) []string {
	rules := s.policies.now.Load()
	if !slices.Contains(judges, action) || action == ActionSchedule && rules != nil && r.Judged != nil && r.Judged.Policy == rules.revision {
		return nil
	}
	return rules.counted(r.Experimenter, r.Experimented(), r.Organisation)
}

// judge refuses what the policy does not allow, unless that is overridden, and notes on the request by what it was judged.
func (d *decision) judge(ctx context.Context, r *Request, of asks, o *Override) error {
	if d.rules == nil || d.rules.Empty() && d.s.o.Hook == nil || of == (asks{}) {
		return nil
	}
	a, err := d.posed(ctx, *r, of)
	if err != nil {
		return err
	}
	refusals, err := d.ruledOut(ctx, a, r, of)
	if err != nil {
		return err
	}
	if len(refusals) == 0 || o.waives() {
		others, err := d.hooked(ctx, a, r)
		if err != nil {
			return err
		}
		refusals = append(refusals, d.stillRefused(*r, others)...)
	}
	if len(refusals) == 0 {
		return nil
	}
	if !o.waives() {
		return d.notAllowed(ctx, a, *r, refusals)
	}
	if !MayOverride(d.actor, d.action, *r) {
		return Errorf(CodeForbidden, "%s may not override the policy; the request's mentor or an administrator may", d.actor.Username)
	}
	r.Waived = append(slices.Clone(r.Waived), Waiver{At: d.now, By: d.actor.Username, Reason: o.Reason, Policy: d.rules.revision, Refusals: refusals})
	d.waived, d.overriding = refusals, o
	return nil
}

// ruledOut lists what the rules in force have against a request, and notes on it by what it was judged.
func (d *decision) ruledOut(ctx context.Context, a policy.Ask, r *Request, of asks) ([]policy.Breach, error) {
	if d.rules.Empty() {
		return nil, nil
	}
	d.s.policies.organisations.Store(a.Username, a.Organisation)
	counts := d.rules.counted(a.Username, a.Experiment, a.Organisation)
	if err := d.covered(counts); err != nil {
		return nil, err
	}
	if of.new && a.Organisation != r.Organisation && len(d.rules.counted("", "", a.Organisation)) > 0 {
		return nil, &Error{Code: CodeInvalid, Message: "the input breaks a rule", Fields: []FieldError{{Field: "organisation",
			Rule: fmt.Sprintf("must be %s, that of the account of %s: the policy counts by organisation", a.Organisation, a.Username)}}}
	}
	refusals, err := d.rules.Judge(a, d.rules.useOf(ctx, d.tx, r.Experimenter, r.Number))
	if err != nil {
		return nil, err
	}
	if of.hours {
		was := r.Judged
		r.Judged = &Judgement{Policy: d.rules.revision, Quotas: d.rules.Counting(a), Limits: d.rules.Opening(a)}
		if was != nil && was.Policy == d.rules.revision {
			r.Judged.Limits = was.Limits
		}
	}
	d.judged = d.rules.revision
	return d.stillRefused(*r, refusals), nil
}

// stillRefused leaves out what was waived before for a request that asks for no more since.
func (d *decision) stillRefused(r Request, list []policy.Breach) []policy.Breach {
	if !withinGrant(r, d.request) {
		return list
	}
	return slices.DeleteFunc(list, func(x policy.Breach) bool {
		return slices.ContainsFunc(r.Waived, func(w Waiver) bool {
			return slices.ContainsFunc(w.Refusals, func(was policy.Breach) bool { return was.Rule == x.Rule && was.Kind == x.Kind })
		})
	})
}

// withinGrant reports whether a request asks for no more than it did before.
func withinGrant(now, before Request) bool {
	return before.Slot.Contains(now.Slot) && now.Demand.Within(before.Demand) && now.Experimented() == before.Experimented()
}

// changes says what of a changed request is to be judged: nothing, where it asks for no more. Its owner asks; who decides needs no notice.
func (d *decision) changes(r Request) asks {
	if withinGrant(r, d.request) {
		return asks{}
	}
	elsewhere := slices.ContainsFunc(r.Demand.Testbeds(), func(t string) bool { return !slices.Contains(d.request.Demand.Testbeds(), t) })
	decides := MayOverride(d.actor, d.action, d.request)
	return asks{terms: true, hours: true, far: elsewhere || r.Slot.Start.After(d.request.Slot.Start), soon: !decides && (elsewhere || !r.Slot.Start.Equal(d.request.Slot.Start))}
}

// granting says what of a request is judged when it is granted: nothing, where it was judged before by the policy in force, and asks for no more.
func (d *decision) granting(r Request) asks {
	was := d.request.Judged
	if was != nil && d.rules != nil && was.Policy == d.rules.revision && (d.s.o.Hook == nil || was.Hook != "") && withinGrant(r, d.request) {
		return asks{}
	}
	return asks{terms: true, far: true, hours: true}
}

// waives reports whether an override is about the policy.
func (o *Override) waives() bool { return o != nil && (o.Mode == OverridePolicy || o.Policy) }

// checkPolicyOnly checks an override of a step that can be taken against nothing but the policy.
func (o *Override) checkPolicyOnly() error {
	if o == nil {
		return nil
	}
	var bad faults
	if o.Mode != OverridePolicy {
		bad.add("override.mode", "must be policy")
	}
	if len(o.Displace) > 0 {
		bad.add("override.displace", "applies only to the mode displace")
	}
	checkReason("override.reason", o.Reason, &bad)
	return bad.err()
}

// waiver returns the override that was needed against the policy; nil for none.
func (d *decision) waiver() *Override {
	if len(d.waived) == 0 {
		return nil
	}
	return d.overriding
}

// looked makes a decision that guessed what to lock begin anew where that was too little.
func (d *decision) looked(err error) error {
	if _, more := errors.AsType[errMoreTestbeds](err); more && d.quick {
		return errLook
	}
	return err
}

// beyond returns the part of an override that is about capacity and approvals; nil where it is about the policy alone.
func (o *Override) beyond() *Override {
	if o == nil || o.Mode == OverridePolicy {
		return nil
	}
	return o
}

// notAllowed makes the error of what the policy does not allow, with what it would allow.
func (d *decision) notAllowed(ctx context.Context, a policy.Ask, r Request, list []policy.Breach) error {
	e := &Error{Code: CodeConflict, Refusals: list, Overrides: d.overridesOf(r)}
	var words []string
	var bad faults
	for _, x := range list {
		words = append(words, x.Message)
		if x.Field() != "" {
			bad.add(x.Field(), "%s", x.Message)
		}
	}
	e.Message = "the policy does not allow it: " + strings.Join(words, "; ")
	if len(bad) == len(list) {
		e.Code, e.Fields = CodeInvalid, bad
	}
	if len(e.Overrides) > 0 { // who may take it nonetheless is asked, and not told that the input is wrong
		e.Code, e.Fields = CodeConflict, nil
	}
	_ = d.snapshot(func(w snapshot) error {
		found := within{s: d.s, rules: d.rules, ask: a, use: d.rules.useOf(ctx, d.tx, r.Experimenter, r.Number), fed: w.fed}
		e.Alternatives = found.nearest(askOf(r), list, limited(0))
		return nil
	}, r.bookings()...)
	return e
}

// overridesOf says whether the actor may override the policy for a request.
func (d *decision) overridesOf(r Request) []OverrideMode {
	if !MayOverride(d.actor, d.action, r) {
		return nil
	}
	return []OverrideMode{OverridePolicy}
}
