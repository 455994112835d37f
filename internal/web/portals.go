package web

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

const portalsPath = "/portals"

// portalsPage shows which orders of portals are which requests, and what is wrong with them.
type portalsPage struct {
	Portals       []scheduler.Portal
	Administrator bool
	Deployments   bool // there is a page of deployments too
}

// follows says in words which changes in a portal count.
var follows = map[string]string{"nothing": "What is changed there is put back.", "progress": "What runs there is followed; decisions are made here.", "all": "What runs and what is decided there is followed."}

// FollowWords says which changes in a portal count.
func (portalsPage) FollowWords(follow string) string { return follows[follow] }

func (s *site) portals(w http.ResponseWriter, r *http.Request, who account.Actor) (err error) {
	if s.o.Portals == nil {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is nothing at this address")
	}
	p := portalsPage{Administrator: who.Is(account.RoleAdministrator), Deployments: s.o.Orchestrators != nil}
	if p.Portals, err = s.o.Portals.List(r.Context(), who); err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "portals.html", "Portals", who, p)
	return nil
}

// changePortals asks a portal at once, or unties one of its orders.
func (s *site) changePortals(w http.ResponseWriter, r *http.Request, who account.Actor) (err error) {
	if s.o.Portals == nil {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is nothing at this address")
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	switch form := r.PostForm; form.Get("do") {
	case "retry":
		err = s.o.Portals.TryAgain(r.Context(), who, form.Get("portal"))
	case "untie":
		err = s.o.Portals.Untie(r.Context(), who, form.Get("portal"), form.Get("order"))
	default:
		return invalid("do", "is not a known action")
	}
	if err != nil {
		return err
	}
	return done(w, r, portalsPath, "saved")
}
