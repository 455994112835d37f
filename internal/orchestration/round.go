package orchestration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// round is one poll.
type round struct {
	*Sync
	p        *Progress
	within   time.Time // the end of the lease
	services map[string]Service
	list     []Service
	ties     []*tie
	tied     map[string]*tie // by the id of the service
	facility testbeds.Facility
	designs  []Design
	done     int
}

// errLost says that the lease is over: another process may be polling.
var errLost = errors.New("the round took too long; the next one goes on")

// run reads the list once, and looks at each tie.
func (r *round) run(ctx context.Context) (err error) {
	if err := r.read(ctx); err != nil {
		return err
	}
	if err := r.tieByName(ctx); err != nil {
		return err
	}
	for _, t := range r.ties {
		if err := r.one(ctx, t); err != nil {
			return err
		}
	}
	return r.begin(ctx)
}

// read reads everything that a round needs.
func (r *round) read(ctx context.Context) (err error) {
	if r.facility, _, err = r.requests.Facility(ctx, r.actor); err != nil {
		return err
	}
	if r.list, err = r.system.Services(ctx); err != nil {
		return err
	}
	if r.p.Total = len(r.list); r.now().Sub(r.p.PoolsRead) >= poolsFor || len(r.p.Pools) == 0 {
		if r.p.Pools, err = r.system.Pools(ctx); err != nil {
			return err
		}
		r.p.PoolsRead = r.now()
	}
	for i := range r.p.Pools {
		r.p.Pools[i].VIM = r.place(r.p.Pools[i])
	}
	r.services, r.tied = map[string]Service{}, map[string]*tie{}
	for _, x := range r.list {
		r.services[x.ID] = x
	}
	for after := int64(0); ; {
		saved, err := r.store.Deployments(ctx, r.o.Name, after, atOnce)
		if err != nil {
			return err
		}
		for _, x := range saved {
			t, err := readTie(x)
			if err != nil {
				return err
			}
			after = x.Number
			r.ties, r.tied[t.Service] = append(r.ties, t), t
		}
		if len(saved) < atOnce {
			return nil
		}
	}
}

// place returns the VIM of a pool: as the settings say, else as the facility does.
func (r *round) place(p scheduler.Pool) string { return placeOf(p, r.o.VIMs, r.facility) }

func placeOf(p scheduler.Pool, vims map[string]string, f testbeds.Facility) string {
	for _, key := range []string{p.ID, p.Name} {
		if vim := vims[key]; vim != "" && key != "" {
			return vim
		}
	}
	for _, t := range f.Testbeds {
		for _, v := range t.VIMs {
			if v.Account != "" && v.Account == p.ID {
				return t.ID + "/" + v.ID
			}
		}
	}
	return ""
}

// named returns the number of the request for which a service is named.
func (s *Sync) named(name string) (number string, ok bool) {
	number, ok = strings.CutPrefix(name, s.o.Prefix)
	n, err := strconv.ParseInt(number, 10, 64)
	return number, ok && err == nil && n > 0 && strconv.FormatInt(n, 10) == number
}

// tieByName ties services that are named for a request, and lists those that are tied to none.
func (r *round) tieByName(ctx context.Context) error {
	r.p.Loose = nil
	for _, x := range r.list {
		if r.tied[x.ID] != nil {
			continue
		}
		why := ""
		if number, ok := r.named(x.Name); ok {
			tied, reason, err := r.adopt(ctx, x, number)
			if err != nil {
				return err
			}
			if tied {
				continue
			}
			why = reason
		}
		if len(r.p.Loose) < mostLoose {
			r.p.Loose = append(r.p.Loose, scheduler.LooseService{ID: x.ID, Name: x.Name, Phase: string(x.Phase), Why: why})
		}
	}
	return nil
}

// adopt ties a service to the request that it is named for, if it belongs to it; why says why it does not.
func (r *round) adopt(ctx context.Context, x Service, number string) (tied bool, why string, err error) {
	v, err := r.requests.Get(ctx, r.actor, number)
	if code := scheduler.CodeOf(err); code == scheduler.CodeNotFound || code == scheduler.CodeForbidden {
		return false, "there is no request #" + number, nil
	}
	if err != nil {
		return false, "", err
	}
	saved, err := r.store.Deployment(ctx, v.ID)
	if err != nil {
		return false, "", err
	}
	t, err := readTie(saved)
	if err != nil {
		return false, "", err
	}
	mine := saved.System == r.o.Name && t.Creating != nil && t.Service != x.ID && !x.Created.Before(t.Creating.Add(-time.Minute)) && x.Phase == Created
	switch {
	case mine && !saved.Over && t.Service == "": // its creation came through
		return true, "", r.created(ctx, r.tieOf(t), x.ID)
	case mine:
		return r.surplus(ctx, x)
	case saved.Revision > 0 && !saved.Over:
		return false, fmt.Sprintf("request #%d has its service already", v.Number), nil
	case t.HandsOff:
		return false, "it was untied", nil
	case !v.Status.Granted():
		return false, fmt.Sprintf("request #%d is %s", v.Number, v.Status), nil
	case x.Phase == Terminated:
		return false, "it is terminated", nil
	case !r.placedHere(v.Request):
		return false, fmt.Sprintf("request #%d has no VIM here", v.Number), nil
	}
	fresh := &tie{saved: scheduler.DeploymentTie{Request: v.ID, Number: v.Number, System: r.o.Name, Revision: saved.Revision}}
	fresh.tieState = tieState{Service: x.ID, Name: x.Name, Since: r.now()}
	if err := r.save(ctx, fresh); err != nil {
		return false, "", r.passed(err)
	}
	r.ties, r.tied[x.ID] = append(r.ties, fresh), fresh
	return true, "", nil
}

// tieOf returns the tie of this round that has the same request.
func (r *round) tieOf(t *tie) *tie {
	if i := slices.IndexFunc(r.ties, func(o *tie) bool { return o.saved.Request == t.saved.Request }); i >= 0 {
		return r.ties[i]
	}
	r.ties = append(r.ties, t)
	return t
}

// surplus deletes a record that Berth asked for twice: the first call seemed to have failed.
func (r *round) surplus(ctx context.Context, x Service) (tied bool, why string, err error) {
	now, there, err := r.system.Look(ctx, x.ID)
	if err != nil || !there || now.Phase != Created || now.Busy {
		return false, "it is one too many", err
	}
	if err := r.held(); err != nil {
		return false, "", err
	}
	return true, "", r.harmless(r.system.Delete(ctx, x.ID))
}

// placedHere reports whether a member of the request runs on a VIM of this orchestrator.
func (r *round) placedHere(q scheduler.Request) bool {
	for _, vim := range q.Placement {
		if slices.ContainsFunc(r.p.Pools, func(p scheduler.Pool) bool { return p.VIM == vim }) {
			return true
		}
	}
	return false
}

// held makes sure, before a call that changes something, that the lease outlasts it.
func (r *round) held() error {
	if r.now().Add(patience / 2).After(r.within) {
		return errLost
	}
	return nil
}

// harmless drops an error that concerns one service alone: the next round looks again.
func (r *round) harmless(err error) error {
	if err == nil || r.system.Fault(err).Outage != "" {
		return err
	}
	return nil
}

// passed drops the error that another process or a person has changed the tie: the next round goes on from there.
func (r *round) passed(err error) error {
	if scheduler.CodeOf(err) == scheduler.CodePrecondition {
		return nil
	}
	return err
}

// one handles one tie.
func (r *round) one(ctx context.Context, t *tie) error {
	v, err := r.requests.Get(ctx, r.actor, t.saved.Request)
	if err != nil {
		return err
	}
	busy, err := r.observe(ctx, t)
	if err != nil {
		return err
	}
	if v, err = r.follow(ctx, t, v); err != nil {
		return err
	}
	over, err := r.settle(ctx, t, v, busy)
	if err == nil {
		err = r.flag(ctx, t)
	}
	switch {
	case err != nil:
		return r.passed(err)
	case over:
		return r.passed(r.end(ctx, t))
	}
	return r.passed(r.save(ctx, t))
}

// observe records the state of the tied service. Whatever moves, changed or is missing from the list is looked at: its operations know more.
func (r *round) observe(ctx context.Context, t *tie) (busy bool, err error) {
	if t.Service == "" {
		return false, nil
	}
	x, listed := r.services[t.Service]
	if listed && x.Phase == t.Phase && !t.Phase.moves() && t.Phase != Created && t.Asked == nil {
		return false, nil
	}
	x, there, err := r.system.Look(ctx, t.Service)
	if err != nil {
		return false, err
	}
	if !there {
		x = Service{Phase: Gone}
	}
	if t.Phase != x.Phase {
		r.done++
	}
	t.saw(x, r.now())
	return x.Busy, nil
}
