package web

import (
	"berth/scheduler/account"
	"html/template"
	"net/http"
)

// accountsPage shows the audit trail of accounts, searched.
type accountsPage struct {
	Person, Actor string
	Action        account.Action
	Actions       []account.Action
	Items         []account.AuditEvent
	Next          template.URL
}

func (s *site) accounts(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	q := r.URL.Query()
	p := accountsPage{Person: q.Get("person"), Actor: q.Get("actor"), Action: account.Action(q.Get("action")), Actions: account.Actions}
	page, err := s.people.Trail(r.Context(), who, account.Filter{Person: p.Person, Actor: p.Actor, Action: p.Action}, q.Get("cursor"))
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
