package scheduler

import (
	"context"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/policy"
)

// maxTrial bounds how many requests a policy is tried on: the latest of them.
const maxTrial = 5000

// PolicyTrial says what a policy would have done to the requests of a time.
type PolicyTrial struct {
	policy.Replayed
	Since time.Time `json:"since"`
	More  bool      `json:"more,omitempty"` // there are older requests in that time, which were not judged
}

// TestPolicy judges the requests of the last months, in the order in which they were made, as if a policy had been in force. It changes nothing.
// The faults of the policy are testbeds.Faults; it returns CodeForbidden to all but administrators, and CodeInvalid for the number of months.
func (s *Service) TestPolicy(ctx context.Context, a account.Actor, text []byte, months int) (out PolicyTrial, err error) {
	if err := Require(a, account.ScopeAdmin, account.RoleAdministrator); err != nil {
		return out, err
	}
	if months < 1 || months > 12 {
		return out, Errorf(CodeInvalid, "a policy is tried on the requests of 1 to 12 months")
	}
	out.Since = s.now().AddDate(0, -months, 0)
	var cases []policy.Case
	var draft *policy.Policy
	err = s.snapshot(ctx, func(tx Reader, w snapshot) error {
		cases = nil
		var err error
		if draft, err = policy.Parse("", text, w.fed.Facility()); err != nil {
			return err
		}
		cases, out.More, err = s.cases(ctx, tx, w, out.Since)
		return err
	})
	if err != nil {
		return out, err
	}
	out.Replayed, err = draft.Replay(cases, func(done int) { s.told("judging requests", done, len(cases)) })
	return out, err
}

// cases reads the requests that were made since an instant, the oldest first.
func (s *Service) cases(ctx context.Context, tx Reader, w snapshot, since time.Time) (cases []policy.Case, more bool, err error) {
	zones, people := zonesIn(w), map[string]policy.Person{}
	f := RequestFilter{Limit: maxPage}
	for len(cases) < maxTrial {
		list, err := tx.Requests(ctx, f)
		if err != nil {
			return nil, false, err
		}
		for _, r := range list {
			if r.Created.Before(since) || len(cases) == maxTrial {
				more = !r.Created.Before(since)
				slices.Reverse(cases)
				return cases, more, nil
			}
			c, err := caseOf(ctx, tx, r, people)
			if err != nil {
				return nil, false, err
			}
			c.Ask.Zone = zones
			cases = append(cases, c)
			s.told("reading requests", len(cases), 0)
		}
		if len(list) < maxPage {
			break
		}
		f.Before = list[len(list)-1].Number
	}
	slices.Reverse(cases)
	return cases, false, nil
}

// caseOf is a request as it was asked for, as far as that is known: with the slot that was last asked for, and the check of its first step.
func caseOf(ctx context.Context, tx Reader, r Request, people map[string]policy.Person) (policy.Case, error) {
	p, known := people[r.Experimenter]
	if !known {
		var err error
		if p, err = personOf(ctx, tx, r.Experimenter, ""); err != nil {
			return policy.Case{}, err
		}
		people[r.Experimenter] = p
	}
	if p.Organisation == "" {
		p.Organisation = r.Organisation
	}
	slot := r.Slot
	if r.Requested != nil {
		slot = *r.Requested
	}
	c := policy.Case{Request: r.ID, Number: r.Number, Name: r.Name, Fits: true, Runs: true,
		Ask: policy.Ask{Person: p, Experiment: r.Experimented(), Mentor: r.Mentor, Slot: slot, Demand: r.Demand, Now: r.Created, Terms: true, Far: true, Soon: true, New: true, Hours: true}}
	if r.Status.Over() {
		c.Over = r.Updated
	}
	if x, counts := r.charged().charge(); counts {
		c.Charge = &x
	}
	first, err := tx.History(ctx, r.ID, 0, 1)
	if err != nil {
		return c, err
	}
	if len(first) > 0 && first[0].Verdict != nil {
		c.Fits, c.Runs = first[0].Verdict.Fits, len(impossible(*first[0].Verdict)) == 0
	}
	return c, nil
}
