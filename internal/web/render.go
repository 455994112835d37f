package web

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// view holds a page's frame and its own data.
type view struct {
	Title  string
	Path   string
	Who    account.Actor
	Nav    []link
	Note   string // confirmation of the last action
	Undone bool   // the note says that nothing was done
	Data   any

	Waiting scheduler.Waiting // what waits for the reader
	AsOf    int64             // the last number of the change log before the page was read; 0 for a page that follows nothing
	reader  reader

	documented bool // the instance serves the documents
}

var functions = template.FuncMap{
	"demand": phrases.Demand, "status": phrases.Status, "did": phrases.Did, "topic": phrases.Topic, "size": phrases.Size, "quantity": phrases.Quantity, "competing": competing, "spoken": spokenField,
	"rfc": func(t time.Time) string { return t.UTC().Format(time.RFC3339) }, "lower": strings.ToLower,
	"day": func(t time.Time) string { return t.Format(time.DateOnly) }, "fresh": fresh, "dict": dict, "qr": qrCode, "inc": func(i int) int { return i + 1 }, "initials": initials, "said": saidParts, "chip": func(s scheduler.Status) string { return chips[s] },
	"hours": hoursWords, "ofPlan": ofPlan, "units": unitsWords, "took": took, "ended": ended,
	"decisionPage": decisionPage,
	"initialsOf":   initialsOf, "channelName": channelName, "inAll": inAll, "saidHours": saidHours, "saidPeriod": saidPeriod, "amounts": phrases.Amounts, "join": strings.Join, "saidScopes": saidScopes,
}

// dict makes named values for a template within another.
func dict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// notes holds the confirmations of actions just before a page; the address says which.
var notes = map[string]string{"submitted": "Your request was submitted. Its mentor and the testbeds are notified.", "repeated": "You had sent this before: here is the request. Nothing was made twice.",
	"series-submitted": "Your series was submitted: a request for each occurrence. Their mentor and the testbeds are notified.", "series-done": "Done with all of them.",
	"said": "Your remark was added.", "saved": "Saved.",
	"changed": "Nothing was done: the request has changed since you saw it. This is how it stands now.", "unfit": "Nothing was done: the slot no longer fits. This is what is in the way, and what works instead.",
	"seen":    "Everything is marked as seen.",
	"retried": "The waiting deliveries are being retried."}

func (s *site) show(w http.ResponseWriter, r *http.Request, status int, page, title string, who account.Actor, data any) {
	b, ok := s.composed(w, r, page, title, who, data)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// composed makes a page; where that fails it has answered so.
func (s *site) composed(w http.ResponseWriter, r *http.Request, page, title string, who account.Actor, data any) (b []byte, ok bool) {
	var out bytes.Buffer
	v := view{Title: title, Path: r.URL.Path, Who: who, Note: cmp.Or(notes[r.URL.Query().Get("note")], settingNotes[r.URL.Query().Get("note")]), Data: data, Waiting: s.waiting(r, who), reader: s.readerOf(who)}
	v.Nav = s.operating(navigation(who, r.URL.Path, v.Waiting), who, r.URL.Path)
	v.documented = s.o.Manual != nil
	v.AsOf, _ = r.Context().Value(asOf{}).(int64)
	v.Undone = slices.Contains([]string{"changed", "unfit"}, r.URL.Query().Get("note"))
	if err := s.pages.ExecuteTemplate(&out, page, v); err != nil {
		s.o.Log.ErrorContext(r.Context(), "page", "page", page, "error", err)
		http.Error(w, "an internal error", http.StatusInternalServerError)
		return nil, false
	}
	return []byte(plain.WithoutTurns(out.String())), true
}

// failure is the content of an error page.
type failure struct {
	Message      string
	Fields       []scheduler.FieldError
	Conflicts    []string
	Alternatives []testbeds.Alternative
	Ways         []wayOut // addresses of new requests for them
	Allowed      []scheduler.Action
}

// explained turns an error into a text for the user; internal details stay in the log.
func (s *site) explained(who account.Actor, err error) (status int, f *failure) {
	status, x, _ := s.readerOf(who).explained(err)
	return status, &x
}

// ours reports whether an error is internal, or has an internal cause: it belongs in the log.
func ours(err error) bool {
	_, _, ours := reader{time.UTC, time.Time{}}.explained(err)
	return ours
}

func (x reader) explained(err error) (status int, f failure, ours bool) {
	if wait, many := errors.AsType[tooMany](err); many {
		return http.StatusTooManyRequests, failure{Message: sentence(wait.Error())}, false
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return http.StatusRequestEntityTooLarge, failure{Message: "The input is too large for this form."}, false
	}
	e, ok := errors.AsType[*scheduler.Error](err)
	if !ok {
		return http.StatusInternalServerError, failure{Message: "Something went wrong on our side. Please try again later."}, true
	}
	f = failure{Message: sentence(x.humane(e.Message)), Alternatives: e.Alternatives, Allowed: e.Allowed}
	for _, field := range e.Fields {
		f.Fields = append(f.Fields, scheduler.FieldError{Field: field.Field, Rule: x.humane(field.Rule)})
	}
	if e.Verdict != nil {
		f.Conflicts = x.conflicts(*e.Verdict)
	}
	switch e.Code {
	case scheduler.CodeNotFound:
		status = http.StatusNotFound
	case scheduler.CodeForbidden:
		status = http.StatusForbidden
	case scheduler.CodeInvalid:
		status = http.StatusUnprocessableEntity
	case scheduler.CodePrecondition:
		status = http.StatusPreconditionFailed
		f.Message += " Check it again before you decide."
	case scheduler.CodeUnavailable:
		status = http.StatusServiceUnavailable
	case scheduler.CodeUnauthenticated:
		status = http.StatusUnauthorized
	default:
		status = http.StatusConflict
	}
	// An unavailable part may have a further cause, which belongs in the log.
	return status, f, e.Code == scheduler.CodeUnavailable && err != error(e)
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." }

// failures holds the titles of pages for what failed.
var failures = map[int]string{http.StatusNotFound: "Nothing is here", http.StatusForbidden: "This is not for you", http.StatusUnprocessableEntity: "Something in it is not right",
	http.StatusRequestEntityTooLarge: "This is too much at once", http.StatusTooManyRequests: "Too many at once", http.StatusInternalServerError: "Berth has a problem",
	http.StatusServiceUnavailable: "Berth is busy", http.StatusPreconditionFailed: "It was changed in between"}

// fail shows an error.
func (s *site) fail(w http.ResponseWriter, r *http.Request, who account.Actor, err error) {
	status, f := s.explained(who, err)
	if ours(err) {
		s.o.Log.ErrorContext(r.Context(), "page", "path", r.URL.Path, "error", err)
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "2")
	}
	s.show(w, r, status, "failure.html", cmp.Or(failures[status], "This is not possible now"), who, f)
}

// invalid makes an error about one field.
func invalid(field, rule string, args ...any) error {
	return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the form is not valid", Fields: []scheduler.FieldError{{Field: field, Rule: fmt.Sprintf(rule, args...)}}}
}

// done leads to a page after an action, with its confirmation.
func done(w http.ResponseWriter, r *http.Request, to, note string) error {
	http.Redirect(w, r, to+"?note="+note, http.StatusSeeOther)
	return nil
}

// zones lists the time zones to choose from: the present one, UTC and those of the testbeds.
func zones(f testbeds.Facility, here *time.Location) []string {
	list := []string{here.String()}
	if here.String() != "UTC" {
		list = append(list, "UTC")
	}
	for _, t := range f.Testbeds {
		if !slices.Contains(list, t.Timezone) {
			list = append(list, t.Timezone)
		}
	}
	return list
}

// asError returns the error with its rule.
func asError(err error) (*scheduler.Error, bool) { return errors.AsType[*scheduler.Error](err) }
