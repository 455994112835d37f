package api

import (
	"context"
	"net/http"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Orchestrators shows the systems in which requests are deployed, and takes what people decide about deployments.
type Orchestrators interface {
	List(ctx context.Context, a account.Actor) ([]scheduler.Orchestrator, error)
	Tie(ctx context.Context, a account.Actor, name, request, service string) (scheduler.DeployedService, error)
	Answer(ctx context.Context, a account.Actor, name, request, answer string) (scheduler.DeployedService, error)
	TryAgain(ctx context.Context, a account.Actor, name string) error
	TakeCatalogue(ctx context.Context, a account.Actor, name string, o scheduler.ChangeOptions) (scheduler.FacilityChange, error)
}

func (a *api) orchestratorRoutes() {
	add(a, operation{id: "list-orchestrators", method: "GET", path: "/orchestrators", tag: "operating", summary: "List the orchestrators (OSM), with what is deployed there for which request",
		more: "As their last polls saw them."},
		func(ctx context.Context, actor account.Actor, _ *struct{}) (*body[scheduler.Page[scheduler.Orchestrator]], error) {
			found, err := a.o.Orchestrators.List(ctx, actor)
			return answer(items(found)), err
		})
	type Named struct {
		Name string `path:"orchestrator" maxLength:"40"`
	}
	type tie struct {
		Named
		Body struct {
			Request string `json:"request" maxLength:"64" doc:"UUID or number"`
			Service string `json:"service" maxLength:"200" doc:"id of a network service that is tied to no request"`
		}
	}
	add(a, operation{id: "tie-deployment", method: "POST", path: "/orchestrators/{orchestrator}/deployments", tag: "operating", status: http.StatusCreated,
		summary: "Tie a network service to a request", more: "A service that is called berth- and the number of a request is tied by itself."},
		func(ctx context.Context, actor account.Actor, in *tie) (*body[scheduler.DeployedService], error) {
			d, err := a.o.Orchestrators.Tie(ctx, actor, in.Name, in.Body.Request, in.Body.Service)
			return answer(d), err
		})
	type decided struct {
		Named
		Request string `path:"id" maxLength:"64"`
		Body    struct {
			Answer string `json:"answer" enum:"terminate,keep,untie,again" doc:"terminate: Berth ends the service; keep: leave it as it is; untie: it does not concern the request; again: try what was refused again"`
		}
	}
	add(a, operation{id: "answer-deployment", method: "POST", path: "/orchestrators/{orchestrator}/deployments/{id}/answer", tag: "operating", summary: "Decide what a deployment needs a person for"},
		func(ctx context.Context, actor account.Actor, in *decided) (*body[scheduler.DeployedService], error) {
			d, err := a.o.Orchestrators.Answer(ctx, actor, in.Name, in.Request, in.Body.Answer)
			return answer(d), err
		})
	add(a, operation{id: "retry-orchestrator", method: "POST", path: "/orchestrators/{orchestrator}/retry", tag: "operating", status: http.StatusAccepted,
		summary: "Ask an orchestrator at once, also with a password that it refused"},
		func(ctx context.Context, actor account.Actor, in *Named) (*struct{}, error) {
			return nil, a.o.Orchestrators.TryAgain(ctx, actor, in.Name)
		})
	type taking struct {
		Named
		Body struct {
			DryRun   bool   `json:"dry_run,omitempty" doc:"only say what would change"`
			Force    bool   `json:"force,omitempty" doc:"also if it breaks bookings"`
			Reason   string `json:"reason,omitempty" maxLength:"1000"`
			Revision int64  `json:"revision,omitempty" doc:"of the facility, as the preview said"`
		}
	}
	add(a, operation{id: "take-catalogue", method: "POST", path: "/orchestrators/{orchestrator}/catalogue", tag: "operating",
		summary: "Take NSDs and VNF packages into the catalogue, as they are onboarded in an orchestrator"},
		func(ctx context.Context, actor account.Actor, in *taking) (*body[scheduler.FacilityChange], error) {
			change, err := a.o.Orchestrators.TakeCatalogue(ctx, actor, in.Name, scheduler.ChangeOptions{DryRun: in.Body.DryRun, Force: in.Body.Force, Reason: in.Body.Reason, Revision: in.Body.Revision})
			return answer(change), err
		})
}
