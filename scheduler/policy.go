package scheduler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/scheduler/trace"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// rules is a revision of the policy as it is judged by. Nothing in it ever changes.
type rules struct {
	revision int64
	*policy.Policy
}

// policies keeps the policy in force, as far as this process knows. A decision takes the one that its transaction sees.
type policies struct {
	now atomic.Pointer[rules]

	organisations sync.Map // of people, as they were last judged: a submission guesses by it what to lock
}

// organisation guesses for which organisation a submission is counted.
func (p *policies) organisation(in Submission) string {
	if in.Organisation == "" {
		if known, ok := p.organisations.Load(in.Experimenter); ok {
			return known.(string)
		}
	}
	return in.Organisation
}

// at returns the policy of a state of tx.
func (p *policies) at(ctx context.Context, tx Reader, at State) (*rules, error) {
	known := p.now.Load()
	switch {
	case at.Policy == 0:
		return &rules{}, nil
	case known != nil && known.revision == at.Policy:
		return known, nil
	}
	stored, err := tx.Policy(ctx, at.Policy)
	if err != nil {
		return nil, err
	}
	read, err := policy.Trusted([]byte(stored.Text))
	if err != nil {
		return nil, fmt.Errorf("reading revision %d of the policy: %w", at.Policy, err)
	}
	next := &rules{at.Policy, read}
	if known == nil || known.revision < next.revision {
		p.now.Store(next)
	}
	return next, nil
}

// PolicyView is the policy in force for a reader, with what they have used of it.
type PolicyView struct {
	StoredPolicy
	Policy *policy.Policy    `json:"policy"`
	Words  []policy.Sentence `json:"words"`
	Shares []policy.Share    `json:"shares"`
}

// Policy reads the policy in force, and what the actor has used of its quotas. It returns CodeForbidden without the scope to read.
func (s *Service) Policy(ctx context.Context, a account.Actor) (v PolicyView, err error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return v, err
	}
	err = s.snapshot(ctx, func(tx Reader, w snapshot) error {
		at, err := tx.State(ctx)
		if err != nil {
			return err
		}
		r, err := s.policies.at(ctx, tx, at)
		if err != nil {
			return err
		}
		if v.StoredPolicy, err = tx.Policy(ctx, at.Policy); err != nil {
			return err
		}
		v.Policy, v.Words, v.Shares = r.Policy, r.Words(), []policy.Share{}
		if v.Policy == nil {
			v.Policy, v.Words = &policy.Policy{}, []policy.Sentence{}
			return nil
		}
		ask := policy.Ask{Now: s.now(), Zone: zonesIn(w)}
		if ask.Person, err = personOf(ctx, tx, a.Username, ""); err != nil {
			return err
		}
		shares, err := r.Shares(ask, r.useOf(ctx, tx, a.Username, 0))
		v.Shares = append(v.Shares, shares...)
		return err
	})
	return v, err
}

// PolicyChange is the answer to a new policy.
type PolicyChange struct {
	Revision int64             `json:"revision"` // in force afterwards
	Changed  bool              `json:"changed"`
	Words    []policy.Sentence `json:"words"`
	DryRun   bool              `json:"dry_run,omitempty"`
}

// PutPolicy puts a policy in force, as a whole: YAML or JSON. It binds what is decided from then on; what was granted stays granted. Every decision
// that is under way ends before it. The faults of a policy are testbeds.Faults, each with its line. Otherwise it returns CodeForbidden where the actor
// may not change it, and CodePrecondition where it was changed since the caller saw it.
func (s *Service) PutPolicy(ctx context.Context, a account.Actor, text []byte, o ChangeOptions) (out PolicyChange, err error) {
	if err := Require(a, account.ScopeAdmin, account.RoleAdministrator); err != nil {
		return out, err
	}
	var bad faults
	checkText("reason", o.Reason, maxReason, &bad)
	if err := bad.err(); err != nil {
		return out, err
	}
	return s.putPolicy(ctx, a, policyText{text: text}, o)
}

// putPolicy puts a policy in force, unless it is already.
func (s *Service) putPolicy(ctx context.Context, a account.Actor, t policyText, o ChangeOptions) (out PolicyChange, err error) {
	err = s.store.Change(ctx, AllTestbeds, func(tx Tx) error {
		at, err := tx.State(ctx)
		if err != nil {
			return err
		}
		if o.Revision != 0 && o.Revision != at.Policy {
			return Errorf(CodePrecondition, "the policy was changed in between: it is at revision %d, not %d", at.Policy, o.Revision)
		}
		was, err := tx.Policy(ctx, at.Policy)
		if err != nil {
			return err
		}
		if out = (PolicyChange{Revision: at.Policy}); t.applied(was) {
			return nil
		}
		f, err := tx.Facility(ctx)
		if err != nil {
			return err
		}
		p, err := policy.Parse(t.file, t.text, f)
		if err != nil {
			return err
		}
		if out.Changed, out.Words = t.changes(was), p.Words(); !out.Changed {
			return nil
		}
		out.Revision++
		if err := tx.PutPolicy(ctx, StoredPolicy{Revision: out.Revision, Text: string(t.text), At: s.now(), By: a.Username, Reason: o.Reason, File: t.mark(was)}); err != nil {
			return err
		}
		if err := tx.AddEvent(ctx, Event{At: s.now(), Kind: EventFacility, Action: ActionFacility, Actor: a.Username, Reason: o.Reason, Cause: trace.Of(ctx).String(),
			Text: fmt.Sprintf("%s changed the policy%s; revision %d is in force", a.Username, t.origin(), out.Revision)}); err != nil {
			return err
		}
		if o.DryRun {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		out.DryRun, err = true, nil
	}
	if o.DryRun {
		out.DryRun = err == nil
	}
	return out, err
}

// personOf reads who an ask is for: the organisation is that of the account, or else the one that the request gives.
func personOf(ctx context.Context, tx Reader, username, organisation string) (policy.Person, error) {
	p, err := tx.Person(ctx, username)
	if err != nil && CodeOf(err) != CodeNotFound {
		return policy.Person{}, err
	}
	return personIn(p, username, organisation), nil
}

func personIn(p account.Person, username, organisation string) policy.Person {
	out := policy.Person{Username: username, Organisation: p.Organisation}
	if out.Organisation == "" {
		out.Organisation = organisation
	}
	for _, r := range p.Roles {
		out.Roles = append(out.Roles, string(r))
	}
	return out
}

// zonesIn finds the zones of testbeds.
func zonesIn(w snapshot) func(testbed string) *time.Location {
	return func(id string) *time.Location {
		if t, ok := w.fed.Testbed(id); ok {
			if zone, err := wallclock.Zone(t.Timezone); err == nil {
				return zone
			}
		}
		return time.UTC
	}
}

// useOf looks up what is counted besides a request.
func (r *rules) useOf(ctx context.Context, tx Reader, person string, own int64) policy.Use {
	return policy.Use{
		Open: func() (int64, error) { return tx.Open(ctx, person) },
		Sum: func(q policy.Quota, s policy.Subject, period testbeds.Slot) (int64, error) {
			by := Counting{Name: fmt.Sprintf("%d/%s", r.revision, q.Name), Of: func(c Charged) int64 {
				x, counts := c.charge()
				if !counts {
					return 0
				}
				return r.Taken(q, x, period)
			}}
			return tx.Counted(ctx, s, period, by, own)
		},
	}
}
