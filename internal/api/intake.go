package api

import (
	"context"
	"net/http"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Portals shows the systems whose orders become requests.
type Portals interface {
	List(ctx context.Context, a account.Actor) ([]scheduler.Portal, error)
	TryAgain(ctx context.Context, a account.Actor, name string) error
	Untie(ctx context.Context, a account.Actor, name, key string) error
}

func (a *api) intakeRoutes() {
	add(a, operation{id: "list-portals", method: "GET", path: "/portals", tag: "operating", summary: "List the portals (5GinFIRE, Openslice) whose orders become requests",
		more: "As their last polls saw them: which order is which request, what failed, and which orders are not taken."},
		func(ctx context.Context, actor account.Actor, _ *struct{}) (*body[scheduler.Page[scheduler.Portal]], error) {
			found, err := a.o.Portals.List(ctx, actor)
			return answer(items(found)), err
		})
	type Named struct {
		Name string `path:"portal" maxLength:"40"`
	}
	add(a, operation{id: "retry-portal", method: "POST", path: "/portals/{portal}/retry", tag: "operating", status: http.StatusAccepted, summary: "Ask a portal at once, about every order"},
		func(ctx context.Context, actor account.Actor, in *Named) (*struct{}, error) {
			return nil, a.o.Portals.TryAgain(ctx, actor, in.Name)
		})
	type ordered struct {
		Named
		Key string `path:"id" maxLength:"200" doc:"of the order there"`
	}
	add(a, operation{id: "untie-order", method: "POST", path: "/portals/{portal}/orders/{id}/untie", tag: "operating", status: http.StatusNoContent,
		summary: "Let an order and its request go separate ways", more: "The request stays as it is, and the order is not taken again."},
		func(ctx context.Context, actor account.Actor, in *ordered) (*struct{}, error) {
			return nil, a.o.Portals.Untie(ctx, actor, in.Name, in.Key)
		})
}
