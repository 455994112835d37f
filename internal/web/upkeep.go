package web

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/facilityfile"
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

// facilityPage shows the facility or the catalogue as a file, and the changes of a new one.
type facilityPage struct {
	What        string // facility or catalogue
	YAML        string
	Failure     *failure
	Preview     bool
	Differences []testbeds.Difference
	Broken      []scheduler.BrokenBooking
	Affected    []scheduler.AffectedRequest
	Revision    int64

	MoreAffected int
}

func (s *site) facility(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if !who.Is(account.RoleAdministrator) {
		return scheduler.Errorf(scheduler.CodeForbidden, "%s may not do this", who.Username)
	}
	f, revision, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	c, _, err := s.service.Catalogue(r.Context(), who)
	if err != nil {
		return err
	}
	p := facilityPage{What: r.PathValue("what"), Revision: revision}
	var b []byte
	switch p.What {
	case "facility":
		b, err = facilityfile.Format(&f, nil)
	case "catalogue":
		b, err = facilityfile.Format(nil, &c)
	default:
		err = scheduler.Errorf(scheduler.CodeNotFound, "there is no %q to change", p.What)
	}
	if err != nil {
		return err
	}
	p.YAML = string(b)
	s.show(w, r, http.StatusOK, "facility.html", "The "+p.What, who, p)
	return nil
}

// putFacility shows the changes of a new facility or catalogue, and then makes them.
func (s *site) putFacility(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	form := r.PostForm
	p := facilityPage{What: r.PathValue("what"), YAML: strings.ReplaceAll(form.Get("yaml"), "\r\n", "\n")}
	var err error
	if p.Revision, err = number(form, "revision"); err != nil {
		return err
	}
	confirmed := form.Get("step") == "confirm"
	change, err := s.changed(r.Context(), who, p, scheduler.ChangeOptions{DryRun: !confirmed, Force: confirmed, Revision: p.Revision})
	if err == nil && confirmed {
		return done(w, r, "/admin/"+url.PathEscape(p.What), "saved")
	}
	status := http.StatusOK
	if err != nil {
		if ours(err) {
			return err
		}
		status, p.Failure = s.explained(who, err)
	} else {
		p.Preview, p.Differences, p.Broken, p.Affected, p.MoreAffected = true, change.Differences, change.Broken, change.Affected, change.MoreAffected
	}
	s.show(w, r, status, "facility.html", "The "+p.What, who, p)
	return nil
}

// changed makes the change, or previews it.
func (s *site) changed(ctx context.Context, who account.Actor, p facilityPage, o scheduler.ChangeOptions) (out scheduler.FacilityChange, err error) {
	known, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return out, err
	}
	bundle, err := facilityfile.Load(known, facilityfile.Source{Name: p.What, Data: []byte(p.YAML)})
	if wrong, ok := errors.AsType[testbeds.Faults](err); ok {
		e := scheduler.Errorf(scheduler.CodeInvalid, "the file breaks rules")
		for _, f := range wrong {
			e.Fields = append(e.Fields, scheduler.FieldError{Field: f.Field, Rule: f.Rule})
		}
		return out, e
	}
	switch {
	case err != nil:
		return out, err
	case p.What == "facility" && bundle.Facility != nil && bundle.Catalogue == nil:
		return s.service.PutFacility(ctx, who, *bundle.Facility, o)
	case p.What == "catalogue" && bundle.Catalogue != nil && bundle.Facility == nil:
		return s.service.PutCatalogue(ctx, who, *bundle.Catalogue, o)
	default:
		return out, invalid("yaml", "must contain the %s and nothing else", p.What)
	}
}
