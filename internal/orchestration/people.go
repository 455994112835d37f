package orchestration

import (
	"context"
	"fmt"
	"slices"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Answers to the question about a deployment.
const (
	AnswerTerminate = "terminate" // Berth terminates the service, and deletes its record
	AnswerKeep      = "keep"      // it stays as it is, and is not asked about again
	AnswerUntie     = "untie"     // it does not concern the request
	AnswerAgain     = "again"     // Berth tries again what was refused
)

// Answers lists all answers.
var Answers = []string{AnswerTerminate, AnswerKeep, AnswerUntie, AnswerAgain}

// mayOperate refuses everybody but operators and administrators.
func mayOperate(a account.Actor, scope account.Scope) error {
	return scheduler.Require(a, scope, account.RoleOperator, account.RoleAdministrator)
}

// Tie ties a network service of the orchestrator to a request, in place of one that is gone. It returns CodeForbidden, CodeNotFound, and CodeConflict
// where either is tied already.
func (s *Sync) Tie(ctx context.Context, a account.Actor, request, service string) (scheduler.DeployedService, error) {
	if err := mayOperate(a, account.ScopeWrite); err != nil {
		return scheduler.DeployedService{}, err
	}
	v, err := s.requests.Get(ctx, a, request)
	if err != nil {
		return scheduler.DeployedService{}, err
	}
	p, err := s.Progress(ctx)
	if err != nil {
		return scheduler.DeployedService{}, err
	}
	i := slices.IndexFunc(p.Loose, func(x scheduler.LooseService) bool { return x.ID == service })
	if i < 0 {
		return scheduler.DeployedService{}, scheduler.Errorf(scheduler.CodeNotFound, "the last poll of %s saw no network service of that id without a request", s.called())
	}
	saved, err := s.store.Deployment(ctx, v.ID)
	if err != nil {
		return scheduler.DeployedService{}, err
	}
	old, err := readTie(saved)
	if err != nil {
		return scheduler.DeployedService{}, err
	}
	if saved.Revision > 0 && !saved.Over && old.Phase != Gone {
		return scheduler.DeployedService{}, scheduler.Errorf(scheduler.CodeConflict, "request #%d is tied to network service %s already: untie it first", v.Number, old.Name)
	}
	t := &tie{saved: scheduler.DeploymentTie{Request: v.ID, Number: v.Number, System: s.o.Name, Revision: saved.Revision}}
	t.tieState = tieState{Service: service, Name: p.Loose[i].Name, By: a.Username, Since: s.now(), Flagged: old.Flagged}
	if err := s.save(ctx, t); err != nil {
		return scheduler.DeployedService{}, changed(err)
	}
	return s.shown(t), s.TryNow(ctx)
}

// changed explains that somebody was faster.
func changed(err error) error {
	if scheduler.CodeOf(err) == scheduler.CodePrecondition {
		return scheduler.Errorf(scheduler.CodeConflict, "this deployment has just changed; look again")
	}
	return err
}

// Answer decides what a deployment needs a person for. It returns CodeForbidden, CodeNotFound, CodeInvalid, and CodeConflict where the answer does
// not apply.
func (s *Sync) Answer(ctx context.Context, a account.Actor, request, answer string) (scheduler.DeployedService, error) {
	if err := mayOperate(a, account.ScopeWrite); err != nil {
		return scheduler.DeployedService{}, err
	}
	v, err := s.requests.Get(ctx, a, request)
	if err != nil {
		return scheduler.DeployedService{}, err
	}
	saved, err := s.store.Deployment(ctx, v.ID)
	if err != nil {
		return scheduler.DeployedService{}, err
	}
	if saved.Revision == 0 || saved.Over || saved.System != s.o.Name {
		return scheduler.DeployedService{}, scheduler.Errorf(scheduler.CodeNotFound, "request #%d has no deployment in %s", v.Number, s.called())
	}
	t, err := readTie(saved)
	if err != nil {
		return scheduler.DeployedService{}, err
	}
	if may := s.answers(t); !slices.Contains(may, answer) {
		return scheduler.DeployedService{}, scheduler.Errorf(scheduler.CodeConflict, "%q is no answer here; there are %q", answer, may)
	}
	said := fmt.Sprintf("network service %s in %s: %s", t.Name, s.called(), answer)
	switch answer {
	case AnswerTerminate:
		t.Handed, t.Question, t.Tries = true, "", 0
	case AnswerKeep:
		t.Keep, t.Question = true, ""
	case AnswerUntie:
		t.HandsOff = true
	case AnswerAgain:
		t.Trouble, t.TroubledAt, t.Asked = "", 0, nil
	}
	flagged := t.Flagged
	t.Flagged = ""
	if answer == AnswerUntie {
		err = s.end(ctx, t)
	} else {
		err = s.save(ctx, t)
	}
	if err != nil {
		return scheduler.DeployedService{}, changed(err)
	}
	if flagged != "" {
		a.Via = ""
		if err := s.requests.FlagDeployment(ctx, a, v.ID, "", said); err != nil && !refusal(err) {
			return scheduler.DeployedService{}, err
		}
	}
	return s.shown(t), s.TryNow(ctx)
}

// TryNow lets the next poll come at once.
func (s *Sync) TryNow(ctx context.Context) error {
	p, before, err := s.progress(ctx)
	if err != nil || before == "" || !p.Until.IsZero() {
		return err
	}
	p.Next = s.now()
	_, _, err = s.put(ctx, before, p)
	return err
}

// answers lists what can be answered about a tie. Berth terminates only where it may deploy.
func (s *Sync) answers(t *tie) (list []string) {
	if t.Phase.Holds() && t.Phase != Terminating && !t.Handed && len(s.o.Drive) > 0 && (t.Question != "" || t.Phase == Stuck) {
		list = append(list, AnswerTerminate)
	}
	if t.Question != "" || t.Phase == Stuck && !t.Keep {
		list = append(list, AnswerKeep)
	}
	if t.Trouble != "" {
		list = append(list, AnswerAgain)
	}
	return append(list, AnswerUntie)
}

// shown shows a tie to people.
func (s *Sync) shown(t *tie) scheduler.DeployedService {
	d := scheduler.DeployedService{Request: t.saved.Request, Number: t.saved.Number, System: t.saved.System, Service: t.Service, Name: t.Name, Phase: string(t.Phase), Detail: t.Detail,
		Driven: t.ours(), By: t.By, Waits: t.Waits, Question: t.Question, Trouble: t.Trouble, Answers: s.answers(t)}
	if !t.Changed.IsZero() {
		d.Since = &t.Changed
	}
	return d
}

// mostShown bounds the list of ties that people see.
const mostShown = 500

// State shows the orchestrator to operators and administrators, as the last poll saw it. It returns CodeForbidden.
func (s *Sync) State(ctx context.Context, a account.Actor) (scheduler.Orchestrator, error) {
	if err := mayOperate(a, account.ScopeRead); err != nil {
		return scheduler.Orchestrator{}, err
	}
	p, err := s.Progress(ctx)
	if err != nil {
		return scheduler.Orchestrator{}, err
	}
	o := scheduler.Orchestrator{Name: s.o.Name, Kind: s.o.Via, Site: s.o.Site, Failure: p.Failure, Remedy: p.Remedy, Drives: s.o.Drive, Total: p.Total,
		Pools: append([]scheduler.Pool{}, p.Pools...), Tied: []scheduler.DeployedService{}, Loose: append([]scheduler.LooseService{}, p.Loose...)}
	if !p.Polled.IsZero() {
		o.Polled = &p.Polled
	}
	saved, err := s.store.Deployments(ctx, s.o.Name, 0, mostShown)
	if err != nil {
		return o, err
	}
	for _, x := range saved {
		t, err := readTie(x)
		if err != nil {
			return o, err
		}
		o.Tied = append(o.Tied, s.shown(t))
	}
	return o, nil
}
