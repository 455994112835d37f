package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// page answers a signed-in user. An error becomes an error page.
type page func(w http.ResponseWriter, r *http.Request, who account.Actor) error

// cookieName returns the name with the prefix that browsers accept over https only, if people reach the site that way.
func (s *site) cookieName() string {
	if s.secure() {
		return "__Host-berth"
	}
	return "berth"
}

func (s *site) secure() bool { return strings.HasPrefix(s.o.Base, "https://") }

// secret returns the secret in the browser's cookie.
func (s *site) secret(r *http.Request) string {
	if c, err := r.Cookie(s.cookieName()); err == nil {
		return c.Value
	}
	return ""
}

func (s *site) setCookie(w http.ResponseWriter, secret string, age int) {
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(), Value: secret, Path: "/", MaxAge: age, HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode})
}

// signedIn requires a session; others are sent to sign in, and return to the page that they wanted.
func (s *site) signedIn(h page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := s.people.Session(r.Context(), s.secret(r))
		if scheduler.CodeOf(err) == scheduler.CodeUnauthenticated {
			back := "/"
			if r.Method == http.MethodGet {
				back = r.URL.RequestURI()
			}
			http.Redirect(w, r, "/sign-in?"+url.Values{"to": {back}}.Encode(), http.StatusSeeOther)
			return
		}
		who = s.zoned(r, who)
		if err == nil {
			r, err = s.asOf(r)
		}
		if err == nil {
			err = h(w, r, who)
		}
		if err != nil {
			s.fail(w, r, who, err)
		}
	}
}

type asOf struct{}

// asOf notes on a call how far the change log is before anything is read for its page: from there on the page follows.
func (s *site) asOf(r *http.Request) (*http.Request, error) {
	last, err := s.service.LastEvent(r.Context())
	return r.WithContext(context.WithValue(r.Context(), asOf{}, last)), err
}

// zoned gives a person without a chosen time zone that of the browser.
func (s *site) zoned(r *http.Request, who account.Actor) account.Actor {
	who.Zone = cmp.Or(who.Zone, guessed(r))
	return who
}

// signedInOrToken also admits programs that read with a token or a password.
func (s *site) signedInOrToken(h page) http.HandlerFunc {
	browser := s.signedIn(h)
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			browser(w, r)
			return
		}
		who, err := s.people.Authenticate(r)
		if err == nil {
			err = h(w, r, who)
		}
		if err != nil {
			s.fail(w, r, account.Actor{}, err)
		}
	}
}

// tooMany is an error with the time that a user must wait.
type tooMany interface {
	error
	RetryAfter() time.Duration
}

type signIn struct {
	To, Username, Failure string
	At, Draft             string // a form that was sent after the session ended: where to, and its content
	Elsewhere             bool   // a provider exists
	Unclaimed             bool   // nobody has an account yet
}

func (s *site) askSignIn(w http.ResponseWriter, r *http.Request) {
	to := local(r.URL.Query().Get("to"))
	if _, err := s.people.Session(r.Context(), s.secret(r)); err == nil {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	first, err := s.people.Unclaimed(r.Context())
	if err != nil {
		s.fail(w, r, account.Actor{}, err)
		return
	}
	s.show(w, r, http.StatusOK, "sign-in.html", "Sign in", account.Actor{}, signIn{To: to, Elsewhere: s.o.OIDC != nil, Unclaimed: first})
}

func (s *site) signIn(w http.ResponseWriter, r *http.Request) {
	form := signIn{To: local(r.PostFormValue("to")), At: r.PostFormValue("at"), Draft: r.PostFormValue("draft"), Username: strings.TrimSpace(r.PostFormValue("username")), Elsewhere: s.o.OIDC != nil}
	secret, err := s.people.SignIn(r, form.Username, r.PostFormValue("password"))
	if err == nil {
		s.started(w, r, secret)
		if !s.resume(w, r, secret, form.At, form.Draft) {
			http.Redirect(w, r, form.To, http.StatusSeeOther)
		}
		return
	}
	status := http.StatusUnauthorized
	switch _, many := errors.AsType[tooMany](err); {
	case many:
		status, form.Failure = http.StatusTooManyRequests, "There were too many failed attempts. Please wait a few minutes."
	case scheduler.CodeOf(err) == scheduler.CodeUnauthenticated:
		form.Failure = "The username or password is wrong."
	default:
		s.fail(w, r, account.Actor{}, err)
		return
	}
	s.show(w, r, status, "sign-in.html", "Sign in", account.Actor{}, form)
}

// signedInAs gives a browser its session, and leads to the wanted page.
func (s *site) signedInAs(w http.ResponseWriter, r *http.Request, secret, to string) {
	s.started(w, r, secret)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// started gives a browser its session.
func (s *site) started(w http.ResponseWriter, r *http.Request, secret string) {
	if old := s.secret(r); old != "" { // the former user's session ends
		_ = s.people.SignOut(r.Context(), old)
	}
	s.setCookie(w, secret, 0)
}

// passageFor is the time for signing in with a provider, in seconds.
const passageFor = 600

func (s *site) passageCookie(value string, age int) *http.Cookie {
	return &http.Cookie{Name: s.cookieName() + "-passage", Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode}
}

// leave sends a user to the provider to sign in there. The browser keeps the wanted page with the proof for the way back.
func (s *site) leave(w http.ResponseWriter, r *http.Request) {
	to, kept, err := s.o.OIDC.Begin(r.Context())
	if err != nil {
		s.fail(w, r, account.Actor{}, err)
		return
	}
	http.SetCookie(w, s.passageCookie(kept+"|"+url.QueryEscape(local(r.URL.Query().Get("to"))), passageFor))
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// comeBack signs a user in who returns from the provider.
func (s *site) comeBack(w http.ResponseWriter, r *http.Request) {
	kept := ""
	if c, err := r.Cookie(s.passageCookie("", 0).Name); err == nil {
		kept = c.Value
	}
	kept, wanted, _ := strings.Cut(kept, "|")
	http.SetCookie(w, s.passageCookie("", -1))
	secret, err := s.o.OIDC.Finish(r, kept, s.secret(r))
	if err != nil {
		s.fail(w, r, account.Actor{}, err)
		return
	}
	to, err := url.QueryUnescape(wanted)
	if err != nil {
		to = "/"
	}
	s.signedInAs(w, r, secret, local(to))
}

func (s *site) signOut(w http.ResponseWriter, r *http.Request) {
	if err := s.people.SignOut(r.Context(), s.secret(r)); err != nil {
		s.fail(w, r, account.Actor{}, err)
		return
	}
	s.setCookie(w, "", -1)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}
