package orchestration

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
)

// wanted reports whether a request wants its service to run now.
func wanted(q scheduler.Request, now time.Time) bool {
	return now.Before(ends(q)) && (q.Status.Started() || q.Status == scheduler.Scheduled && !now.Before(begins(q)))
}

// drive takes the one next step in the orchestrator that brings a service to what its request wants. The next round goes on.
func (r *round) drive(ctx context.Context, t *tie, v scheduler.View, busy bool) (over bool, err error) {
	now := r.now()
	asked := t.Asked != nil && now.Before(t.Asked.Add(patience))
	if wanted(v.Request, now) {
		switch {
		case t.Phase == "" && t.Creating != nil && now.Before(t.Creating.Add(patience)):
			return false, nil // it may still come through
		case t.Phase == "":
			return false, r.create(ctx, t, v)
		case t.Phase == Created && !busy && !asked:
			return false, r.launch(ctx, t, v)
		}
		return false, nil
	}
	switch t.Phase {
	case "":
		return t.Creating == nil || !now.Before(t.Creating.Add(patience)), nil
	case Created:
		if !busy && !asked {
			return false, r.remove(ctx, t)
		}
	case Terminated:
		if !now.Before(t.Changed.Add(r.o.Keep)) {
			return false, r.remove(ctx, t)
		}
	case Running, Broken:
		if !busy && !asked {
			return false, r.terminate(ctx, t)
		}
	case Stuck:
		if !busy && !now.Before(t.Changed.Add(again.After(t.Tries))) {
			return false, r.terminate(ctx, t)
		}
	}
	return false, nil
}

// begin makes the services of requests whose setup has begun, on testbeds that Berth drives here.
func (r *round) begin(ctx context.Context) error {
	if len(r.o.Drive) == 0 {
		return nil
	}
	now := r.now()
	f := scheduler.RequestFilter{Status: []scheduler.Status{scheduler.Scheduled}, Testbeds: r.o.Drive, From: now, To: now.Add(r.setup() + time.Second), Limit: atOnce}
	for cursor := ""; ; {
		page, err := r.requests.List(ctx, r.actor, f, cursor)
		if err != nil {
			return err
		}
		for _, q := range page.Items {
			if !wanted(q, now) || !r.drives(q) || slices.ContainsFunc(r.ties, func(t *tie) bool { return t.saved.Request == q.ID }) {
				continue
			}
			if err := r.first(ctx, q); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

// first ties a request to a service that is to be made.
func (r *round) first(ctx context.Context, q scheduler.Request) error {
	saved, err := r.store.Deployment(ctx, q.ID)
	if err != nil {
		return err
	}
	old, err := readTie(saved)
	if err != nil || saved.Revision > 0 && (!saved.Over || old.HandsOff) {
		return err
	}
	v, err := r.requests.Get(ctx, r.actor, q.ID)
	if err != nil || !wanted(v.Request, r.now()) {
		return err
	}
	t := &tie{saved: scheduler.DeploymentTie{Request: q.ID, Number: q.Number, System: r.o.Name, Revision: saved.Revision}}
	t.tieState = tieState{Name: fmt.Sprintf("%s%d", r.o.Prefix, q.Number), Since: r.now(), Made: true}
	r.ties = append(r.ties, t)
	if err := r.create(ctx, t, v); err != nil {
		return r.passed(err)
	}
	if err := r.flag(ctx, t); err != nil {
		return err
	}
	return r.passed(r.save(ctx, t))
}

// setup returns the longest setup of the testbeds that Berth drives here.
func (r *round) setup() (longest time.Duration) {
	for _, t := range r.facility.Testbeds {
		for _, v := range t.VIMs {
			longest = max(longest, t.VIMBuffers(v).Setup)
		}
		for _, d := range t.Devices {
			longest = max(longest, t.DeviceBuffers(d).Setup)
		}
	}
	return longest + 24*time.Hour // an earlier facility may have had a longer one
}

// drives reports whether all members of a request run on testbeds that Berth drives here.
func (s *Sync) drives(q scheduler.Request) bool {
	for _, vim := range q.Placement {
		if testbed, _, _ := strings.Cut(vim, "/"); !slices.Contains(s.o.Drive, testbed) {
			return false
		}
	}
	return len(q.Placement) > 0
}

// create asks for the record of a service, and remembers that before it does.
func (r *round) create(ctx context.Context, t *tie, v scheduler.View) error {
	if t.Trouble != "" && t.TroubledAt == v.Revision || !r.drives(v.Request) {
		return nil
	}
	n, trouble, err := r.plan(ctx, t.Name, v.Request)
	if err != nil || trouble != "" {
		t.trouble(trouble, v)
		return err
	}
	if err := r.held(); err != nil {
		return err
	}
	t.Creating, t.Placed, t.Trouble = new(r.now()), maps.Clone(v.Placement), ""
	if err := r.save(ctx, t); err != nil {
		return err
	}
	id, err := r.system.Create(ctx, n)
	if err != nil {
		return r.refused(t, v, err)
	}
	return r.created(ctx, t, id)
}

// created records that a service that Berth asked for is there.
func (r *round) created(ctx context.Context, t *tie, id string) error {
	r.done++
	t.Service, t.Phase, t.Changed, t.Made = id, Created, r.now(), true
	r.tied[id] = t
	return r.save(ctx, t)
}

// plan works out what is to be created; trouble says why it cannot be.
func (r *round) plan(ctx context.Context, name string, q scheduler.Request) (n NewService, trouble string, err error) {
	if q.NSD == "" {
		return n, fmt.Sprintf("%s cannot deploy it: it has no NSD, only components", r.called()), nil
	}
	if r.designs == nil {
		if r.designs, err = r.system.Designs(ctx); err != nil {
			return n, "", err
		}
	}
	i := slices.IndexFunc(r.designs, func(d Design) bool { return d.ID == q.NSD })
	if i < 0 {
		return n, fmt.Sprintf("%s cannot deploy it: NSD %s is not onboarded there", r.called(), q.NSD), nil
	}
	n = NewService{Name: name, Design: r.designs[i].Key, Pools: map[string]string{}}
	for _, m := range r.designs[i].Members {
		vim := q.Placement[m.Index]
		at := slices.IndexFunc(r.p.Pools, func(p scheduler.Pool) bool { return p.VIM == vim && vim != "" })
		if at < 0 {
			return n, fmt.Sprintf("%s cannot deploy it: member %s is placed on %q, of which no VIM account there is known", r.called(), m.Index, vim), nil
		}
		n.Pools[m.Index] = r.p.Pools[at].ID
	}
	for member := range q.Placement {
		if _, ok := n.Pools[member]; !ok {
			return n, fmt.Sprintf("%s cannot deploy it: NSD %s has no member %s there", r.called(), q.NSD, member), nil
		}
	}
	return n, "", nil
}

// trouble records why a request cannot be driven, until it changes.
func (t *tie) trouble(text string, v scheduler.View) { t.Trouble, t.TroubledAt = text, v.Revision }

// launch lets a created service run. The request takes its step first: what was moved or cancelled meanwhile is refused it, and nothing is started.
func (r *round) launch(ctx context.Context, t *tie, v scheduler.View) error {
	if t.Trouble != "" && t.TroubledAt == v.Revision {
		return nil
	}
	if !same(t.Placed, v.Placement) {
		return r.remove(ctx, t) // and a new one is made
	}
	n, trouble, err := r.plan(ctx, t.Name, v.Request)
	if err != nil || trouble != "" {
		t.trouble(trouble, v)
		return err
	}
	if err := r.held(); err != nil {
		return err
	}
	if v.Status == scheduler.Scheduled {
		out, err := r.requests.Start(ctx, r.actor, v.ID, scheduler.Step{State: scheduler.Instantiating, Reason: "it is deployed in " + r.called(), Revision: v.Revision, Driven: true})
		switch {
		case scheduler.CodeOf(err) == scheduler.CodePrecondition:
			return nil // it was changed meanwhile
		case refusal(err):
			t.trouble(fmt.Sprintf("%s does not deploy it: %s", r.called(), strings.Join(scheduler.Explain(err), "; ")), v)
			return nil
		case err != nil:
			return err
		}
		r.done++
		v.Request = out.Request
	}
	t.Asked, t.Trouble = new(r.now()), ""
	if err := r.save(ctx, t); err != nil {
		return err
	}
	if err := r.system.Instantiate(ctx, t.Service, n); err != nil && !r.system.Fault(err).Conflict {
		return r.refused(t, v, err)
	}
	return nil
}

// terminate asks for the end of a service.
func (r *round) terminate(ctx context.Context, t *tie) error {
	if err := r.held(); err != nil {
		return err
	}
	t.Asked, t.Ending = new(r.now()), true
	if err := r.save(ctx, t); err != nil {
		return err
	}
	r.done++
	return r.harmless(r.system.Terminate(ctx, t.Service))
}

// remove deletes the record of a service that holds no machines.
func (r *round) remove(ctx context.Context, t *tie) error {
	if err := r.held(); err != nil {
		return err
	}
	err := r.system.Delete(ctx, t.Service)
	if err != nil && !r.system.Fault(err).Missing {
		return r.harmless(err)
	}
	r.done++
	if t.Phase == Created {
		t.Service, t.Phase, t.Placed = "", "", nil // when it was asked for stays: the call may have come through twice
	}
	return nil
}

// refused judges a failed call: what all calls meet ends the round; what only this one meets is told to people.
func (r *round) refused(t *tie, v scheduler.View, err error) error {
	f := r.system.Fault(err)
	if f.Open || f.Outage != "" || f.Text == "" {
		return err
	}
	t.trouble(fmt.Sprintf("%s refuses to deploy it: %s", r.called(), f.Text), v)
	t.Asked = nil
	if t.Phase == "" {
		t.Creating = nil
	}
	return nil
}
