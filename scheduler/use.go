package scheduler

import (
	"context"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/report"
	"berth/testbeds"
)

// Used is what a report needs to know of a request.
type Used struct {
	Experimenter string
	Organisation string
	NSD          string
	Status       Status
	Slot         testbeds.Slot
	Scheduled    *testbeds.Slot
	Released     *time.Time // when the rest of its slot was given back
	Actual       *Actual
	Demand       testbeds.Demand
	Refused      bool // a testbed refused it
	Overbooked   bool
	Created      time.Time
	Decided      *time.Time // when it was first granted or rejected
	Closed       *Entry     // the entry that rejected or cancelled it, if it is so
}

// Question asks for a report.
type Question struct {
	From, To time.Time
	Zone     *time.Location   // where months begin; nil for UTC
	By       report.Dimension // default: testbeds
	Testbed  string           // only this one
}

func (q Question) check() error {
	var bad faults
	if !slices.Contains(report.Dimensions, q.By) {
		bad.add("by", "must be one of %s", report.DimensionWords())
	}
	switch {
	case q.From.IsZero():
		bad.add("from", "must be given")
	case q.To.IsZero():
		bad.add("to", "must be given")
	case !q.From.Before(q.To):
		bad.add("to", "must be after from")
	case q.To.Sub(q.From) > report.Longest:
		bad.add("to", "must be at most %d days after from", report.Longest/day)
	}
	return bad.err()
}

// Use counts how testbeds were planned and used: all of it for mentors, operators and administrators, their testbeds for providers, and everybody's own
// requests. It returns CodeForbidden without the scope to read, CodeInvalid for the question, and CodeNotFound for a testbed that there is not.
func (s *Service) Use(ctx context.Context, a account.Actor, q Question) (r report.Report, err error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return r, err
	}
	if q.By == "" {
		q.By = report.ByTestbed
	}
	if q.Zone == nil {
		q.Zone = time.UTC
	}
	if err := q.check(); err != nil {
		return r, err
	}
	now := s.now()
	err = s.store.View(ctx, func(tx Reader) error {
		f, err := tx.Facility(ctx)
		if err != nil {
			return err
		}
		if _, ok := f.Testbed(q.Testbed); q.Testbed != "" && !ok {
			return Errorf(CodeNotFound, "there is no testbed %q", clip(q.Testbed))
		}
		c := report.New(testbeds.Slot{Start: q.From.UTC(), End: q.To.UTC()}, q.Zone, q.By)
		err = tx.Uses(ctx, q.From.Add(-report.Reach), q.To.Add(report.Reach), VisibleTo(a), func(u Used) error {
			fact := u.fact(now)
			if fact.Needs = q.needs(a, u); q.Testbed == "" || len(fact.Needs) > 0 {
				c.Add(fact)
			}
			return nil
		})
		if err != nil {
			return err
		}
		r = c.Report()
		return nameLines(ctx, tx, f, &r)
	})
	return r, err
}

// needs returns what a request takes, as far as it is asked for and the actor's to count: providers count others' requests at their own testbeds.
func (q Question) needs(a account.Actor, u Used) testbeds.Demand {
	own := knowsAll(a) || u.Experimenter == a.Username
	return slices.DeleteFunc(slices.Clone(u.Demand), func(n testbeds.Need) bool {
		return q.Testbed != "" && n.Testbed != q.Testbed || !own && !a.Provides(n.Testbed)
	})
}

// fact says what a report counts of a request.
func (u Used) fact(now time.Time) report.Fact {
	f := report.Fact{Experimenter: u.Experimenter, Organisation: u.Organisation, Experiment: u.NSD, Slot: u.Slot, Overbooked: u.Overbooked, Fate: u.Fate(now)}
	if u.Decided != nil {
		f.Decided = new(u.Decided.Sub(u.Created))
	}
	if f.Fate == report.Rejected {
		f.Refusal = u.Refusal()
	}
	f.Planned, f.Used = u.Times(now)
	return f
}

// Times returns when a request was planned, as far as that was not taken back before it passed, and when it really ran; zero slots for never.
func (u Used) Times(now time.Time) (planned, used testbeds.Slot) {
	if u.Scheduled != nil {
		planned = *u.Scheduled
	}
	if u.Released != nil {
		planned.End = sooner(planned.End, *u.Released)
	}
	if u.Status == Cancelled {
		until := planned.Start
		if u.Closed != nil && u.Closed.At.After(until) {
			until = sooner(planned.End, u.Closed.At)
		}
		planned.End = until
	}
	return planned, u.ran(now)
}

// ran returns when a request really ran; a zero slot if it did not.
func (u Used) ran(now time.Time) (s testbeds.Slot) {
	var told Actual
	if u.Actual != nil {
		told = *u.Actual
	}
	switch {
	case told.Start != nil:
		s.Start = *told.Start
	case u.Status == Completed && told.End != nil:
		s.Start = u.Slot.Start
	default:
		return s
	}
	switch {
	case told.End != nil:
		s.End = *told.End
	case u.Status.Begun():
		s.End = now
	}
	if !s.Start.Before(s.End) {
		return testbeds.Slot{}
	}
	return s
}

// Fate says how far the request has come.
func (u Used) Fate(now time.Time) report.Fate {
	switch {
	case u.Status == UnderReview:
		return report.Waiting
	case u.Status == Scheduled && now.Before(u.Slot.End):
		return report.Ahead
	case u.Status == Scheduled:
		return report.NoShow
	case u.Status == Cancelled && u.Closed != nil && u.Closed.Action == ActionNoShow:
		return report.NoShow
	case u.Status.Begun():
		return report.Running
	}
	return map[Status]report.Fate{Completed: report.Completed, Failed: report.Failed, Rejected: report.Rejected, Cancelled: report.Cancelled}[u.Status]
}

// Refusal says why a request was rejected: by what a testbed said, else by what the check said at that moment.
func (u Used) Refusal() report.Refusal {
	switch {
	case u.Refused:
		return report.ByTheTestbed
	case u.Closed == nil || u.Closed.Verdict == nil || u.Closed.Verdict.Fits:
		return report.Otherwise
	case len(u.Closed.Verdict.Problems) > 0:
		return report.Impossible
	}
	return report.Taken
}

// nameLines gives the lines of a report the names of what they are about.
func nameLines(ctx context.Context, tx Reader, f testbeds.Facility, r *report.Report) error {
	for i := range r.Lines {
		l := &r.Lines[i]
		switch r.By {
		case report.ByTestbed:
			if t, ok := f.Testbed(l.Key); ok {
				l.Name = t.Name
			}
		case report.ByResource:
			l.Name = l.Resource.Words()
		case report.ByExperimenter:
			if i >= maxNames {
				return nil
			}
			p, err := tx.Person(ctx, l.Key)
			if err != nil && CodeOf(err) != CodeNotFound {
				return err
			}
			l.Name = p.Name
		}
	}
	return nil
}
