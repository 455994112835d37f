package web

import (
	"html/template"
	"net/http"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// auditPage shows the change log, searched.
type auditPage struct {
	Actor, Text, From, To string
	Action                scheduler.Action
	Number                int64
	Items                 []scheduler.Event
	Next                  template.URL
}

func (s *site) audit(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	q := r.URL.Query()
	n, err := number(q, "number")
	if err != nil {
		return err
	}
	f := scheduler.AuditFilter{Actor: q.Get("actor"), Action: scheduler.Action(q.Get("action")), Number: n, Text: q.Get("text")}
	for _, bound := range []struct {
		name string
		at   *time.Time
	}{{"from", &f.From}, {"to", &f.To}} {
		if text := q.Get(bound.name); text != "" {
			if *bound.at, err = readTime(bound.name, text, s.readerOf(who).zone); err != nil {
				return err
			}
		}
	}
	page, err := s.service.Audit(r.Context(), who, f, q.Get("cursor"))
	if err != nil {
		return err
	}
	p := auditPage{Actor: f.Actor, Action: f.Action, Number: n, Text: f.Text, From: q.Get("from"), To: q.Get("to"), Items: page.Items}
	if page.Next != "" {
		q.Set("cursor", page.Next)
		p.Next = template.URL("/admin/audit?" + q.Encode())
	}
	s.show(w, r, http.StatusOK, "audit.html", "Audit trail", who, p)
	return nil
}
