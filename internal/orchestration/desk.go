package orchestration

import (
	"context"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Desk is where people meet all orchestrators of an instance.
type Desk []*Sync

// named finds an orchestrator.
func (d Desk) named(name string) (*Sync, error) {
	for _, s := range d {
		if s.o.Name == name {
			return s, nil
		}
	}
	return nil, scheduler.Errorf(scheduler.CodeNotFound, "there is no such orchestrator")
}

// List shows all orchestrators. It returns CodeForbidden to everybody but operators and administrators.
func (d Desk) List(ctx context.Context, a account.Actor) ([]scheduler.Orchestrator, error) {
	if err := mayOperate(a, account.ScopeRead); err != nil {
		return nil, err
	}
	list := []scheduler.Orchestrator{}
	for _, s := range d {
		o, err := s.State(ctx, a)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}

// Tie ties a network service to a request; see Sync.Tie.
func (d Desk) Tie(ctx context.Context, a account.Actor, name, request, service string) (scheduler.DeployedService, error) {
	s, err := d.named(name)
	if err != nil {
		return scheduler.DeployedService{}, err
	}
	return s.Tie(ctx, a, request, service)
}

// Answer decides what a deployment needs a person for; see Sync.Answer.
func (d Desk) Answer(ctx context.Context, a account.Actor, name, request, answer string) (scheduler.DeployedService, error) {
	s, err := d.named(name)
	if err != nil {
		return scheduler.DeployedService{}, err
	}
	return s.Answer(ctx, a, request, answer)
}

// TryAgain lets an orchestrator be asked at once, also with a password that it refused. It returns CodeForbidden to everybody but administrators.
func (d Desk) TryAgain(ctx context.Context, a account.Actor, name string) error {
	if err := scheduler.Require(a, account.ScopeAdmin, account.RoleAdministrator); err != nil {
		return err
	}
	s, err := d.named(name)
	if err != nil {
		return err
	}
	return s.TryAgain(ctx)
}

// TakeCatalogue brings the catalogue in line with what is onboarded in an orchestrator; on a dry run it only says what would change. It returns
// CodeForbidden, CodeNotFound, CodeUnavailable where the orchestrator does not answer, and the codes of a change.
func (d Desk) TakeCatalogue(ctx context.Context, a account.Actor, name string, o scheduler.ChangeOptions) (scheduler.FacilityChange, error) {
	if err := scheduler.Require(a, account.ScopeAdmin, account.RoleAdministrator); err != nil {
		return scheduler.FacilityChange{}, err
	}
	s, err := d.named(name)
	if err != nil {
		return scheduler.FacilityChange{}, err
	}
	return s.TakeCatalogue(ctx, a, o)
}
