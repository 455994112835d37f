package web

import (
	"html/template"
	"net/http"

	"berth/scheduler"
)

// accountsPage is the audit trail of accounts, searched.
type accountsPage struct {
	Person, Actor string
	Action        scheduler.AccountAction
	Actions       []scheduler.AccountAction
	Items         []scheduler.AccountEvent
	Next          template.URL
}

func (s *site) accounts(w http.ResponseWriter, r *http.Request, who scheduler.Actor) error {
	q := r.URL.Query()
	p := accountsPage{Person: q.Get("person"), Actor: q.Get("actor"), Action: scheduler.AccountAction(q.Get("action")), Actions: scheduler.AccountActions}
	page, err := s.people.Trail(r.Context(), who, scheduler.AccountFilter{Person: p.Person, Actor: p.Actor, Action: p.Action}, q.Get("cursor"))
	if err != nil {
		return err
	}
	p.Items = page.Items
	if page.Next != "" {
		q.Set("cursor", page.Next)
		p.Next = template.URL("/admin/accounts?" + q.Encode())
	}
	s.show(w, r, http.StatusOK, "accounts.html", "Accounts and sign-ins", who, p)
	return nil
}
