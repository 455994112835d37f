package scheduler

import (
	"cmp"
	"context"
	"errors"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

// MaySubmit reports whether the actor may make requests.
func MaySubmit(a account.Actor) bool { return maySubmit(a) == nil }

func maySubmit(a account.Actor) error {
	return Require(a, account.ScopeWrite, account.RoleExperimenter, account.RoleMentor, account.RoleAdministrator)
}

// Submit makes a request. It refuses a slot that does not fit, with the conflicts and alternatives, unless the caller submits it anyway. It returns
// CodeForbidden where the actor may not submit, CodeInvalid for the input, and CodeConflict where the slot does not fit, or the experimenter has too
// many open requests.
func (s *Service) Submit(ctx context.Context, a account.Actor, in Submission) (out Outcome, err error) {
	defer func(began time.Time) { s.tried(ActionSubmit, in.DryRun, began, err) }(s.o.Clock())
	return s.submit(ctx, a, in)
}

func (s *Service) submit(ctx context.Context, a account.Actor, in Submission) (Outcome, error) {
	if err := maySubmit(a); err != nil {
		return Outcome{}, err
	}
	if err := checkWait(a, in); err != nil {
		return Outcome{}, err
	}
	if err := in.Override.checkPolicyOnly(); err != nil {
		return Outcome{}, err
	}
	in.Experimenter = cmp.Or(in.Experimenter, a.Username)
	if in.Experimenter != a.Username && !a.Is(account.RoleMentor) && !a.Is(account.RoleAdministrator) {
		return Outcome{}, Errorf(CodeForbidden, "%s may not submit for another user", a.Username)
	}
	ctx = s.listening(ctx)
	if lock, ok := s.guess(in.Ask); ok {
		known := Request{NSD: in.NSD, Name: in.Name}
		lock = append(lock, s.policies.now.Load().counted(in.Experimenter, known.Experimented(), s.policies.organisation(in))...)
		out, err := s.submitOn(ctx, a, in, lock, true)
		if !errors.Is(err, errLook) && CodeOf(err) != CodeInvalid { // looking finds all faults at once
			return out, err
		}
	}
	if out, err := s.submitted(ctx, a, in.Creation); err != nil || out.Repeated {
		return out, err
	}
	lock, at, err := s.wanted(ctx, in)
	if err != nil {
		return Outcome{}, err
	}
	s.settle(ctx, at, lock)
	var out Outcome
	err = growing(lock, nil, func(lock []string) (err error) {
		out, err = s.submitOn(ctx, a, in, lock, false)
		return err
	})
	return out, err
}

// submitOn makes a request with testbeds locked; quick if nothing was looked at before.
func (s *Service) submitOn(ctx context.Context, a account.Actor, in Submission, lock []string, quick bool) (out Outcome, err error) {
	err = s.change(ctx, lock, func(tx Tx) error {
		d := &decision{s: s, tx: tx, actor: a, action: ActionSubmit, now: s.now(), locked: lock, quick: quick, dry: in.DryRun} // lock need not be sorted: Change does that
		if err := d.caughtUp(ctx); err != nil {
			return err
		}
		if before, err := d.replayed(ctx, in.Creation); err != nil || before != "" {
			out, err = s.again(ctx, tx, a, before, err)
			return err
		}
		if err := s.roomForRequest(ctx, tx, in.Experimenter); err != nil {
			return err
		}
		tx.OnCommit(s.ledger.take)
		if err := d.submit(ctx, in); err != nil {
			return err
		}
		out = d.outcome
		if err := s.maskOutcome(ctx, tx, a, &out); err != nil {
			return err
		}
		if in.DryRun {
			return errDryRun
		}
		return d.remember(ctx, in.Creation, out.Request.ID)
	})
	if errors.Is(err, errDryRun) {
		out.DryRun, err = true, nil
	}
	if err != nil {
		return Outcome{}, s.masked(ctx, a, err)
	}
	return out, nil
}

// wanted lists the testbeds that a submission touches, with the state that it read. It reports all faults of the submission at once.
func (s *Service) wanted(ctx context.Context, in Submission) (lock []string, at State, err error) {
	err = s.store.View(ctx, func(tx Reader) (err error) {
		if at, err = s.ledger.catchUp(ctx, tx, s.now()); err != nil {
			return err
		}
		askErr := s.ledger.read(func(w snapshot) error {
			wish, err := s.checkAsk(in.Ask, w, s.now())
			lock = wish.experiment.Demand().Testbeds()
			return err
		})
		r, _, wordsErr := draft(ctx, tx, in)
		if err := allFaults(wordsErr, askErr); err != nil {
			return err
		}
		rules, err := s.policies.at(ctx, tx, at)
		lock = append(lock, rules.counted(r.Experimenter, r.Experimented(), r.Organisation)...)
		return err
	})
	return lock, at, err
}

// allFaults joins the faults that several checks of one input found. Another kind of error takes precedence.
func allFaults(errs ...error) error {
	var bad faults
	for _, err := range errs {
		switch e, ok := errors.AsType[*Error](err); {
		case err == nil:
		case !ok || e.Code != CodeInvalid:
			return err
		default:
			bad = append(bad, e.Fields...)
		}
	}
	return bad.err()
}

func (d *decision) submit(ctx context.Context, in Submission) error {
	var w checkedAsk
	var wish within
	err := d.snapshot(func(world snapshot) (err error) {
		if w, err = d.s.checkAsk(in.Ask, world, d.now); err != nil {
			return err
		}
		d.outcome.Fit = world.fed.Check(w.experiment, w.slot)
		if !d.outcome.Fit.Fits {
			d.outcome.Alternatives = d.s.alternatives(world.fed, w, limited(in.Limit), false)
			wish = within{s: d.s, rules: d.rules, fed: world.fed}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := d.covered(w.experiment.Demand().Testbeds()); err != nil && d.quick {
		return errLook
	} else if err != nil {
		return err
	}
	r, whose, err := draft(ctx, d.tx, in)
	if err != nil {
		return err
	}
	d.whose = &whose
	e := w.experiment
	r.ID, r.Status, r.Created, r.Priority, r.Series = d.s.o.NewID(), UnderReview, d.now, in.Priority.kept(), d.place
	r.Slot, r.Requested, r.Window, r.MinDuration = w.slot, new(w.slot), w.window, w.shortest
	r.Components, r.Devices, r.Placement, r.Demand = e.Components, e.Devices, e.Placement, e.Demand()
	if !d.outcome.Fit.Fits && in.Wait != nil {
		if err := d.enlist(ctx, &r, *in.Wait); err != nil {
			return err
		}
	} else if !d.outcome.Fit.Fits && !in.Anyway {
		if d.outcome.Alternatives, err = d.possibleFor(ctx, wish, r, w); err != nil {
			return err
		}
		return d.refusal("the slot does not fit")
	}
	if err := d.judge(ctx, &r, asks{terms: true, far: true, soon: true, new: true, hours: true}, in.Override); err != nil {
		return d.looked(err)
	}
	if err := d.create(ctx, r, d.fresh(r, testbeds.Pending)); err != nil {
		return err
	}
	if r.Wait == nil {
		return d.looked(d.byRule(ctx))
	}
	made := d.outcome.Request
	return d.record(ctx, made.Status, made, note{action: ActionWait, text: made.Wait.Words()})
}

// refusal makes the error for a slot that does not fit.
func (d *decision) refusal(message string, modes ...OverrideMode) error {
	return &Error{Code: CodeConflict, Message: message, Verdict: &d.outcome.Fit, Alternatives: d.outcome.Alternatives, Overrides: d.overrides(modes...)}
}

// overrides returns the modes with which the actor may take the step nonetheless: all of the given ones, or none.
func (d *decision) overrides(modes ...OverrideMode) []OverrideMode {
	if !MayOverride(d.actor, d.action, d.request) {
		return nil
	}
	return modes
}

// draft checks the texts and people of a submission, and makes a request of them. It returns whose it is as well.
func draft(ctx context.Context, tx Reader, in Submission) (r Request, experimenter account.Person, err error) {
	var bad faults
	checkName("name", in.Name, maxName, &bad)
	checkText("description", in.Description, maxText, &bad)
	if in.Organisation != "" {
		checkName("organisation", in.Organisation, maxName, &bad)
	}
	experimenter, err = tx.Person(ctx, in.Experimenter)
	switch {
	case CodeOf(err) == CodeNotFound:
		bad.add("experimenter", "there is no user %q", clip(in.Experimenter))
	case err != nil:
		return r, experimenter, err
	case experimenter.Disabled:
		bad.add("experimenter", "the account of %s is disabled", experimenter.Username)
	}
	if err := checkMentor(ctx, tx, "mentor", in.Mentor, &bad); err != nil {
		return r, experimenter, err
	}
	r = Request{Name: in.Name, NSD: in.NSD, Description: in.Description, Organisation: cmp.Or(in.Organisation, experimenter.Organisation),
		Experimenter: experimenter.Username, Mentor: in.Mentor, Portal: in.Portal}
	return r, experimenter, bad.err()
}

// checkMentor makes sure that a user can be a mentor.
func checkMentor(ctx context.Context, tx Reader, field, username string, bad *faults) error {
	if username == "" {
		return nil
	}
	p, err := tx.Person(ctx, username)
	if CodeOf(err) == CodeNotFound || err == nil && (p.Disabled || !account.MayMentor(p.Roles)) {
		bad.add(field, "there is no mentor %q", clip(username))
		return nil
	}
	return err
}

// create stores a new request with its approvals and its booking.
func (d *decision) create(ctx context.Context, r Request, b testbeds.Booking) error {
	r.Approvals = d.approvals(r)
	d.toDecide(Request{}, &r)
	r.Revision, r.Updated = 0, d.now // saved again below, with its booking
	if err := d.tx.CreateRequest(ctx, &r); err != nil {
		return err
	}
	b.ID, b.Request = 0, r.Number
	if r.Series != nil && r.Series.Number == 0 { // it is the first of its series, which has its number
		r.Series = new(*r.Series)
		r.Series.Number = r.Number
	}
	before := r
	r, err := d.occupy(ctx, r, b)
	if err != nil {
		return err
	}
	d.outcome.Deployable = deployable(d.outcome.Fit)
	r, err = d.save(ctx, before, r, note{action: ActionSubmit, text: r.Name + ", " + r.Slot.String() + overrideWords(d.waiver()), reason: reasonOf(d.waiver(), ""), verdict: &d.outcome.Fit})
	d.outcome.Request = r
	return err
}

// deployable returns the part of a verdict that does not depend on time.
func deployable(v testbeds.Verdict) Deployable {
	return Deployable{OK: len(v.Problems) == 0, Problems: v.Problems}
}

// submitted returns the outcome of an earlier submission with the same key. It does not check that again: the slot may have begun meanwhile.
func (s *Service) submitted(ctx context.Context, a account.Actor, c Creation) (out Outcome, err error) {
	if c.Key == "" {
		return out, nil
	}
	err = s.snapshot(ctx, func(tx Reader, _ snapshot) error {
		out = Outcome{}
		before, err := replayed(ctx, tx, a, c)
		if err != nil || before == "" {
			return err
		}
		out, err = s.again(ctx, tx, a, before, nil)
		return err
	})
	return out, err
}

// replayed returns the id that the actor's idempotency key created before, empty for a new key.
func (d *decision) replayed(ctx context.Context, c Creation) (string, error) {
	return replayed(ctx, d.tx, d.actor, c)
}

func replayed(ctx context.Context, tx Reader, a account.Actor, c Creation) (string, error) {
	if c.Key == "" {
		return "", nil
	}
	r, found, err := tx.Replay(ctx, a.Username, c.Key)
	if err != nil || !found {
		return "", err
	}
	if r.Fingerprint != c.Fingerprint {
		bad := faults{}
		bad.add("Idempotency-Key", "was already used with another input")
		return "", bad.err()
	}
	return r.Result, nil
}

// remember stores the object of an idempotency key, in the transaction that created it.
func (d *decision) remember(ctx context.Context, c Creation, result string) error {
	if c.Key == "" {
		return nil
	}
	return d.tx.PutReplay(ctx, d.actor.Username, c.Key, Replay{Fingerprint: c.Fingerprint, Result: result, At: d.now})
}

// again returns the outcome of an earlier submission as the actor may see it: the request as it is now, and the verdict from then.
func (s *Service) again(ctx context.Context, tx Reader, a account.Actor, id string, err error) (Outcome, error) {
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{Repeated: true}
	if out.Request, err = tx.Request(ctx, id); err != nil {
		return Outcome{}, err
	}
	entries, err := tx.History(ctx, id, 0, 1)
	if err != nil {
		return Outcome{}, err
	}
	if len(entries) > 0 && entries[0].Verdict != nil {
		out.Fit = *entries[0].Verdict
		out.Deployable = deployable(out.Fit)
	}
	return out, s.maskOutcome(ctx, tx, a, &out)
}
