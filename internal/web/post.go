package web

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	pathpkg "path"

	"berth/scheduler"
	"berth/scheduler/account"
)

// post handles a form, and knows the page that holds it: a form that is not accepted comes back on that page as it was typed.
type post struct {
	handler page
	origin  page
	at      string // the page's address; empty: the form's own
	above   bool   // it is the one above, as /account for /account/zone
	asked   bool   // the page takes the form's values from its address
}

// captured is an answer that is not sent yet.
type captured struct {
	header http.Header
	status int
	bytes.Buffer
}

func (c *captured) Header() http.Header    { return c.header }
func (c *captured) WriteHeader(status int) { c.status = status }

// asksFor makes the request for the page that holds the form. What the page's address asked for is known from where the browser came.
func (p post) asksFor(r *http.Request) *http.Request {
	to := r.Clone(r.Context())
	to.Method, to.Body, to.Form, to.PostForm = http.MethodGet, http.NoBody, nil, nil
	to.URL = &url.URL{Path: p.page(r)}
	switch from, err := url.Parse(r.Referer()); {
	case p.asked:
		form := maps.Clone(r.PostForm)
		delete(form, "step")
		to.URL.RawQuery = form.Encode()
	case err == nil && from.Path == to.URL.Path:
		query := from.Query()
		query.Del("note")
		to.URL.RawQuery = query.Encode()
	}
	return to
}

// page returns the path of the page that holds the form.
func (p post) page(r *http.Request) string {
	if p.at != "" {
		return p.at
	}
	if p.above {
		return pathpkg.Dir(r.URL.Path)
	}
	return r.URL.Path
}

// posted requires a session for a form. A form that is not accepted, and one whose session has ended, comes back as it was typed.
func (s *site) posted(p post) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := s.people.Session(r.Context(), s.secret(r))
		who = s.zoned(r, who)
		if scheduler.CodeOf(err) == scheduler.CodeUnauthenticated {
			s.ended(w, r, p)
			return
		}
		if err == nil {
			err = parseForm(r)
		}
		if err == nil {
			err = p.handler(w, r, who)
		}
		if err == nil {
			return
		}
		status, f := s.explained(who, err)
		x := refusal{form: r.PostForm, message: f.Message, lines: f.Conflicts, faults: f.Fields}
		if len(f.Fields) > 0 {
			x.message = "Nothing was saved. Please look at what is marked here."
		}
		if ours(err) || !s.comesBack(w, r, who, p, status, x) {
			s.fail(w, r, who, err)
		}
	}
}

// parseForm reads a form, with a file or without.
func parseForm(r *http.Request) error {
	err := r.ParseMultipartForm(largestFacility)
	if errors.Is(err, http.ErrNotMultipart) {
		return nil // it was read all the same
	}
	return err
}

// ended asks a user whose session has ended to sign in again; the page holds what they sent, except for passwords.
func (s *site) ended(w http.ResponseWriter, r *http.Request, p post) {
	r.Body = http.MaxBytesReader(w, r.Body, largestForm)
	form := signIn{At: r.URL.Path, Failure: "Your session has ended, and nothing was sent. Please sign in again.", Elsewhere: s.o.OIDC != nil}
	if parseForm(r) == nil {
		for _, secret := range []string{"old", "new", "again", "password"} {
			r.PostForm.Del(secret)
		}
		form.Draft, form.Failure = r.PostForm.Encode(), "Your session has ended, and nothing was sent. Sign in: what you typed is still there."
	}
	form.To = local(p.asksFor(r).URL.RequestURI())
	s.show(w, r, http.StatusUnauthorized, "sign-in.html", "Sign in", s.visitor(r), form)
}

// comesBack shows a form again, as it was typed, on the page that holds it; ok is false if that page cannot be shown.
func (s *site) comesBack(w http.ResponseWriter, r *http.Request, who account.Actor, p post, status int, x refusal) (ok bool) {
	page := &captured{header: http.Header{}}
	if p.origin(page, p.asksFor(r), who) != nil || page.status != http.StatusOK {
		return false
	}
	x.path = r.URL.Path
	shown, err := refilled(page.Bytes(), x)
	if err != nil {
		return false
	}
	w.Header().Set("Content-Type", page.header.Get("Content-Type"))
	w.WriteHeader(status)
	_, _ = w.Write(shown)
	return true
}

type resumed struct{}

// resumes shows the form of a draft to the user who has just signed in.
func (s *site) resumes(p post) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, _ := r.Context().Value(resumed{}).(account.Actor)
		x := refusal{form: r.PostForm, message: "You are signed in again, and nothing was sent yet. Please check it, and send it."}
		if !s.comesBack(w, r, s.zoned(r, who), p, http.StatusOK, x) {
			http.Redirect(w, r, local(p.page(r)), http.StatusSeeOther)
		}
	}
}

// resume shows what a user typed before their session ended; ok is false if there is nothing to show.
func (s *site) resume(w http.ResponseWriter, r *http.Request, secret, at, draft string) (ok bool) {
	form, err := url.ParseQuery(draft)
	if err != nil || len(form) == 0 || local(at) != at {
		return false
	}
	who, err := s.people.Session(r.Context(), secret)
	if err != nil {
		return false
	}
	to := r.Clone(context.WithValue(r.Context(), resumed{}, who))
	to.URL = &url.URL{Path: at}
	to.Form, to.PostForm = form, form
	if _, pattern := s.drafts.Handler(to); pattern == "" {
		return false
	}
	s.drafts.ServeHTTP(w, to)
	return true
}
