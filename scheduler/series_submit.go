package scheduler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/series"
	"berth/testbeds"
)

// SubmitSeries makes a series: one request for each occurrence, all in one transaction. Each is checked beside those before it as if they were granted.
// Unless the series is submitted anyway, an occurrence that does not fit refuses all of it, with ways in which all would fit; or, where it need not be
// all or nothing, is left out. It returns CodeForbidden where the actor may not submit, CodeInvalid for the input, and CodeConflict where it does not
// fit, or the experimenter has too many open requests.
func (s *Service) SubmitSeries(ctx context.Context, a account.Actor, in SeriesSubmission) (SeriesOutcome, error) {
	if err := maySubmit(a); err != nil {
		return SeriesOutcome{}, err
	}
	in.Experimenter = cmp.Or(in.Experimenter, a.Username)
	if in.Experimenter != a.Username && !a.Is(account.RoleMentor) && !a.Is(account.RoleAdministrator) {
		return SeriesOutcome{}, Errorf(CodeForbidden, "%s may not submit for another user", a.Username)
	}
	if out, err := s.submittedSeries(ctx, a, in.Creation); err != nil || out.Repeated {
		return out, err
	}
	ctx = s.listening(ctx)
	wish, err := s.wantedSeries(ctx, a, in)
	if err != nil {
		return SeriesOutcome{}, err
	}
	out, err := s.submitSome(ctx, a, in, wish)
	if e, ok := errors.AsType[*Error](err); ok && len(e.Parts) > 0 && e.Code == CodeConflict {
		refused := *e
		refused.Ways, err = s.waysOf(ctx, a, in.about(), in.SeriesAsk, wish)
		return SeriesOutcome{}, cmp.Or[error](err, &refused)
	}
	if err != nil {
		return SeriesOutcome{}, err
	}
	if out.DryRun {
		if out.Refused > 0 {
			out.Ways, err = s.waysOf(ctx, a, in.about(), in.SeriesAsk, wish)
		}
		return out, err
	}
	return s.withView(ctx, a, out)
}

// about returns for whom a series is, and what it counts as.
func (in SeriesSubmission) about() Request {
	return Request{Name: in.Name, NSD: in.NSD, Experimenter: in.Experimenter, Organisation: in.Organisation, Mentor: in.Mentor}
}

// wish is a series that was asked for, and checked.
type wish struct {
	occurrences []series.Occurrence // as asked for, changes included
	asks        []Ask               // one for each of them
	of          int                 // places of the series, those that are left out included
	lock        []string
}

// seriesWish expands a series. It reports the faults of the plan or of its change.
func (s *Service) seriesWish(in SeriesAsk) (w wish, err error) {
	all, err := in.Plan.Expand()
	if err != nil {
		return w, invalid(err)
	}
	w.of = len(all)
	if w.occurrences, err = in.Plan.Apply(all, in.Change); err != nil {
		return w, invalid(err)
	}
	for _, o := range w.occurrences {
		w.asks = append(w.asks, in.at(o))
	}
	return w, nil
}

// at returns the ask of one occurrence.
func (in SeriesAsk) at(o series.Occurrence) Ask {
	q := Ask{NSD: in.NSD, Components: in.Components, Placement: in.Placement, Devices: in.Devices, Slot: o.Slot, MinDuration: in.MinDuration, Limit: in.Limit}
	if m, ok := in.Change.Of(o.Place); ok {
		if m.Placement != nil {
			q.Placement = m.Placement
		}
		if m.Devices != nil {
			q.Devices = m.Devices
		}
	}
	q.MinDuration = min2(q.MinDuration, o.Slot)
	return q
}

// invalid turns the faults of a plan into an error for users.
func invalid(err error) error {
	if bad, ok := errors.AsType[testbeds.Faults](err); ok {
		return Invalid(bad)
	}
	return err
}

// checkedSeries checks every ask of a series. The faults of an occurrence name it.
func (s *Service) checkedSeries(w wish, world snapshot) (list []checkedAsk, err error) {
	var bad faults
	for i, q := range w.asks {
		c, err := s.checkAsk(q, world, s.now())
		if e, ok := errors.AsType[*Error](err); ok {
			for _, f := range e.Fields {
				if len(f.Field) >= 4 && f.Field[:4] == "slot" {
					f.Field = fmt.Sprintf("occurrences[%d].%s", w.occurrences[i].Place, f.Field)
				}
				if !slices.Contains(bad, f) {
					bad = append(bad, f)
				}
			}
		} else if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, bad.err()
}

// wantedSeries checks a submission, and finds the testbeds that it touches.
func (s *Service) wantedSeries(ctx context.Context, a account.Actor, in SeriesSubmission) (w wish, err error) {
	w, planErr := s.seriesWish(in.SeriesAsk)
	var at State
	err = s.store.View(ctx, func(tx Reader) (err error) {
		if at, err = s.ledger.catchUp(ctx, tx, s.now()); err != nil {
			return err
		}
		askErr := s.ledger.read(func(world snapshot) error {
			list, err := s.checkedSeries(w, world)
			for _, c := range list {
				w.lock = append(w.lock, c.experiment.Demand().Testbeds()...)
			}
			return err
		})
		r, _, wordsErr := draft(ctx, tx, in.of(Ask{NSD: in.NSD}))
		if err := allFaults(wordsErr, planErr, askErr); err != nil {
			return err
		}
		rules, err := s.policies.at(ctx, tx, at)
		if err != nil {
			return err
		}
		w.lock = append(w.lock, rules.counted(r.Experimenter, r.Experimented(), r.Organisation)...)
		w.lock = sorted(w.lock)
		return nil
	})
	if err == nil {
		s.settle(ctx, at, w.lock)
	}
	return w, err
}

// of returns the submission of one occurrence.
func (in SeriesSubmission) of(q Ask) Submission {
	return Submission{Ask: q, Name: in.Name, Description: in.Description, Organisation: in.Organisation, Mentor: in.Mentor, Experimenter: in.Experimenter, Anyway: in.Anyway}
}

// submitSome submits all of a series, or what of it fits.
func (s *Service) submitSome(ctx context.Context, a account.Actor, in SeriesSubmission, w wish) (out SeriesOutcome, err error) {
	defer func(began time.Time) { s.tried(ActionSubmit, in.DryRun, began, err) }(s.o.Clock())
	whole := in.AllOrNothing == nil || *in.AllOrNothing
	var left []Part
	for range seriesTries {
		out, err := s.submitSeriesOn(ctx, a, in, w, whole)
		if more, ok := errors.AsType[errMoreTestbeds](err); ok {
			w.lock = sorted(append(w.lock, more...))
			continue
		}
		some, ok := errors.AsType[errSome](err)
		if !ok {
			if err == nil {
				out.Parts = append(out.Parts, left...)
				out.counted()
			}
			return out, err
		}
		for _, p := range out.Parts {
			if p.Refused != nil {
				left = append(left, p)
			}
		}
		if len(some) == len(w.occurrences) {
			return out, refusedParts("nothing of the series can be had", left)
		}
		w = w.without(some)
	}
	return SeriesOutcome{}, Errorf(CodeUnavailable, "the testbeds involved change too fast; try again")
}

func (w wish) without(places []int) wish {
	out := wish{of: w.of, lock: w.lock}
	for i, o := range w.occurrences {
		if !slices.Contains(places, o.Place) {
			out.occurrences, out.asks = append(out.occurrences, o), append(out.asks, w.asks[i])
		}
	}
	return out
}

// submitSeriesOn makes the requests of a series and its record in one transaction.
func (s *Service) submitSeriesOn(ctx context.Context, a account.Actor, in SeriesSubmission, w wish, whole bool) (out SeriesOutcome, err error) {
	err = s.change(ctx, w.lock, func(tx Tx) error {
		out = SeriesOutcome{}
		shared, err := s.share(ctx, tx, joint{action: ActionSubmit})
		if err != nil {
			return err
		}
		if before, err := replayed(ctx, tx, a, in.Creation); err != nil || before != "" {
			out.Series, out.Repeated = &SeriesView{Series: Series{ID: before}}, true
			return err
		}
		made, err := s.submitAll(ctx, shared, a, in, w, whole, &out)
		if err != nil {
			return err
		}
		if in.DryRun {
			unborn(out.Parts)
			return errDryRun
		}
		out.Series = &SeriesView{Series: made}
		if err := tx.CreateSeries(ctx, made); err != nil {
			return err
		}
		d := decision{s: s, tx: tx, actor: a, now: s.now()}
		return d.remember(ctx, in.Creation, made.ID)
	})
	dry := errors.Is(err, errDryRun)
	if _, some := errors.AsType[errSome](err); err != nil && !dry && !some && CodeOf(err) == "" {
		return SeriesOutcome{}, err
	}
	if masked := s.maskParts(ctx, a, out.Parts); masked != nil {
		return SeriesOutcome{}, masked
	}
	out.counted()
	if dry {
		out.DryRun, err = true, nil
	}
	return out, err
}

// unborn takes the numbers of requests from the answers about occurrences that are not submitted: nobody will find them. Where one occurrence is in the way
// of another, its start names it.
func unborn(parts []Part) {
	starts := map[int64]time.Time{}
	for i, p := range parts {
		if p.Number != 0 {
			starts[p.Number] = p.Slot.Start
		}
		parts[i].Request, parts[i].Number, parts[i].Revision = "", 0, 0
	}
	named := func(list []testbeds.Taker) {
		for i, t := range list {
			if start, is := starts[t.Request]; is && t.Kind == testbeds.TakerBooking {
				list[i] = testbeds.Taker{Kind: testbeds.TakerOccurrence, Summary: "the occurrence of " + start.UTC().Format(time.RFC3339), Amount: t.Amount, Units: t.Units, Interval: t.Interval}
			}
		}
	}
	for _, p := range parts {
		if p.Fit != nil {
			named(p.Fit.Contenders)
			for _, c := range p.Fit.Conflicts {
				named(c.TakenBy)
			}
		}
	}
}

// submitAll makes the requests of a series.
func (s *Service) submitAll(ctx context.Context, tx *sharedTx, a account.Actor, in SeriesSubmission, w wish, whole bool, out *SeriesOutcome) (Series, error) {
	made := Series{ID: s.o.NewID(), Plan: in.Plan, Name: in.Name, Experimenter: in.Experimenter, AllOrNothing: whole, Created: s.now()}
	if !in.Change.IsZero() {
		made.Change = &in.Change
	}
	step := SeriesStep{Series: made.ID, Step: s.o.NewID(), Of: len(w.occurrences)}
	at, err := tx.State(ctx)
	if err != nil {
		return made, err
	}
	rules, err := s.policies.at(ctx, tx, at)
	if err != nil {
		return made, err
	}
	var failed errSome
	for i, o := range w.occurrences {
		step.Number, step.Lead = made.Number, i == len(w.occurrences)-1
		d := &decision{s: s, tx: tx, actor: a, action: ActionSubmit, now: s.now(), locked: w.lock, rules: rules, dry: in.DryRun, series: new(step),
			place: &InSeries{ID: made.ID, Number: made.Number, Place: o.Place, Of: w.of}}
		if step.Lead {
			d.made = made.numbers()
		}
		d.tx.OnCommit(s.ledger.take)
		err := s.roomForRequest(ctx, tx, in.Experimenter)
		if err == nil {
			err = d.submit(ctx, in.of(w.asks[i]))
		}
		refusal, expected := errors.AsType[*Error](err)
		switch {
		case err == nil:
			r := d.outcome.Request
			tx.add(d.changed)
			p := partOf(r).of(d.outcome)
			p.Done = true
			out.Parts = append(out.Parts, p)
			made.Number = cmp.Or(made.Number, r.Number)
			made.Members = append(made.Members, SeriesMember{Place: o.Place, Request: r.ID, Number: r.Number})
			made.Testbeds = sorted(append(made.Testbeds, r.Testbeds()...))
		case expected && refusal.Code == CodeConflict:
			out.Parts = append(out.Parts, Part{Place: o.Place, Slot: o.Slot}.refused(refusal))
			failed = append(failed, o.Place)
		default:
			return made, err
		}
	}
	if len(failed) == 0 {
		return made, nil
	}
	unborn(out.Parts)
	if !whole {
		return made, failed
	}
	return made, refusedParts("the series cannot be had as a whole", out.Parts)
}

// numbers lists the numbers of a series' requests.
func (x Series) numbers() (list []int64) {
	for _, m := range x.Members {
		list = append(list, m.Number)
	}
	return list
}

// submittedSeries returns the series of an earlier submission with the same key, as it is now.
func (s *Service) submittedSeries(ctx context.Context, a account.Actor, c Creation) (out SeriesOutcome, err error) {
	if c.Key == "" {
		return out, nil
	}
	before := ""
	err = s.store.View(ctx, func(tx Reader) error {
		before, err = replayed(ctx, tx, a, c)
		return err
	})
	if err != nil || before == "" {
		return out, err
	}
	return s.withView(ctx, a, SeriesOutcome{Repeated: true, Series: &SeriesView{Series: Series{ID: before}}})
}

// withView adds to an outcome the series as it is afterwards.
func (s *Service) withView(ctx context.Context, a account.Actor, out SeriesOutcome) (SeriesOutcome, error) {
	v, err := s.GetSeries(ctx, a, out.Series.ID)
	if err != nil {
		return SeriesOutcome{}, err
	}
	out.Series = &v
	if out.Repeated {
		out.Parts = v.Parts
	}
	return out, nil
}
