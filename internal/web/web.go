package web

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/words"
)

//go:embed pages/*.html pages/style.css
var files embed.FS

// Links is what the pages of signed links need.
type Links interface {
	OfferByLink(ctx context.Context, link string) (scheduler.Request, scheduler.Offer, error)
	AcceptByLink(ctx context.Context, link string) (scheduler.Outcome, error)
	ApprovalByLink(ctx context.Context, link string) (scheduler.LinkedApproval, error)
	ApproveByLink(ctx context.Context, link string, in scheduler.Approve) (scheduler.Outcome, error)
}

// site is what the handlers share.
type site struct {
	links Links
	log   *slog.Logger
	pages *template.Template
}

// Paths are where New's handler belongs.
var Paths = []string{"GET /{$}", "GET /style.css", "GET /requests/{number}", "/offers/", "/approvals/"}

// New serves /, /offers/{link} and /approvals/{link}, and leads from /requests/{number}, which calendars link to, to what there is of a request.
func New(links Links, log *slog.Logger) (http.Handler, error) {
	pages, err := template.New("").Funcs(template.FuncMap{"instant": instant, "demand": words.Demand}).ParseFS(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	s := &site{links: links, log: log, pages: pages}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { s.show(w, r, http.StatusOK, "start.html", nil) })
	mux.HandleFunc("GET /style.css", s.style)
	mux.HandleFunc("GET /requests/{number}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/api/v1/requests/"+url.PathEscape(r.PathValue("number")), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /offers/{link}", s.ask)
	mux.HandleFunc("POST /offers/{link}", s.accept)
	mux.HandleFunc("GET /approvals/{link}", s.askApproval)
	mux.HandleFunc("POST /approvals/{link}", s.approve)
	return careful(http.NewCrossOriginProtection().Handler(mux)), nil
}

func instant(t time.Time) string { return t.UTC().Format("Monday, 2 January 2006, 15:04 UTC") }

// careful sets what browsers are to be careful about: nothing is loaded from elsewhere, and the link, which is a secret, goes nowhere.
func careful(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func (s *site) show(w http.ResponseWriter, r *http.Request, status int, page string, data any) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, page, data); err != nil {
		s.log.ErrorContext(r.Context(), "page", "page", page, "error", err)
		http.Error(w, "an internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func (s *site) style(w http.ResponseWriter, _ *http.Request) {
	b, err := files.ReadFile("pages/style.css")
	if err != nil {
		http.Error(w, "an internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(b)
}

// ask shows what a link offers. Nothing happens until the button is pressed: mail scanners open links.
func (s *site) ask(w http.ResponseWriter, r *http.Request) {
	request, offer, err := s.links.OfferByLink(r.Context(), r.PathValue("link"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "offer.html", map[string]any{"Request": request, "Offer": offer})
}

func (s *site) accept(w http.ResponseWriter, r *http.Request) {
	out, err := s.links.AcceptByLink(r.Context(), r.PathValue("link"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "accepted.html", out.Created)
}

// askApproval shows what a link lets somebody decide.
func (s *site) askApproval(w http.ResponseWriter, r *http.Request) {
	found, err := s.links.ApprovalByLink(r.Context(), r.PathValue("link"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "approval.html", found)
}

// largestForm is more than any form here needs.
const largestForm = 64 << 10

func (s *site) approve(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, largestForm)
	link := r.PathValue("link")
	found, err := s.links.ApprovalByLink(r.Context(), link)
	if err == nil {
		in := scheduler.Approve{Decision: scheduler.Decision(r.PostFormValue("decision")), Reason: r.PostFormValue("reason")}
		if _, err = s.links.ApproveByLink(r.Context(), link, in); err == nil {
			s.show(w, r, http.StatusOK, "approved.html", map[string]any{"Number": found.Request.Number, "Testbed": found.Approval.Testbed, "Decision": in.Decision})
			return
		}
	}
	s.refuse(w, r, err)
}

// refuse says why a link does not work; only errors that are meant for users say more than that.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, message := http.StatusInternalServerError, "Something went wrong on our side. Please try again later."
	if e, ok := errors.AsType[*scheduler.Error](err); ok {
		status, message = http.StatusConflict, sentence(e)
		if e.Code == scheduler.CodeNotFound {
			status = http.StatusNotFound
		}
	} else {
		s.log.ErrorContext(r.Context(), "signed link", "error", err)
	}
	s.show(w, r, status, "sorry.html", message)
}

// sentence is an error for people, with every field that breaks a rule.
func sentence(e *scheduler.Error) string {
	text := strings.ToUpper(e.Message[:1]) + e.Message[1:] + "."
	for _, f := range e.Fields {
		text += " " + strings.ToUpper(f.Field[:1]) + f.Field[1:] + " " + f.Rule + "."
	}
	return text
}
