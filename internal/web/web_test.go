package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// desk is a service with one offer, under one link.
type desk struct {
	accepted int
	broken   bool
}

const signed = "good.link"

func (d *desk) OfferByLink(_ context.Context, l string) (scheduler.Request, scheduler.Offer, error) {
	switch {
	case d.broken:
		return scheduler.Request{}, scheduler.Offer{}, errors.New("the secret of the database")
	case l != signed:
		return scheduler.Request{}, scheduler.Offer{}, scheduler.Errorf(scheduler.CodeNotFound, "this link is not valid")
	case d.accepted > 0:
		return scheduler.Request{}, scheduler.Offer{}, scheduler.Errorf(scheduler.CodeConflict, "it works once")
	}
	at := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	o := scheduler.Offer{ID: "1", Expires: at, What: testbeds.Alternative{Slot: testbeds.NewSlot(at, time.Hour),
		Changes: []testbeds.Change{{Text: "<img src=x onerror=alert(1)>"}}}}
	return scheduler.Request{Number: 7, Name: `<script>alert("name")</script>`}, o, nil
}

func (d *desk) AcceptByLink(ctx context.Context, l string) (scheduler.Outcome, error) {
	if _, _, err := d.OfferByLink(ctx, l); err != nil {
		return scheduler.Outcome{}, err
	}
	d.accepted++
	return scheduler.Outcome{Created: &scheduler.Request{Number: 8}}, nil
}

func (d *desk) ApprovalByLink(_ context.Context, l string) (scheduler.LinkedApproval, error) {
	if l != signed || d.accepted > 0 {
		return scheduler.LinkedApproval{}, scheduler.Errorf(scheduler.CodeConflict, "it works once")
	}
	return scheduler.LinkedApproval{Request: scheduler.Request{Number: 7, Name: `<script>alert("name")</script>`, Description: "<b>bold</b>"}, Approval: scheduler.Approval{Testbed: "hall"},
		Person: account.Person{Name: "Paddy"}}, nil
}

func (d *desk) ApproveByLink(_ context.Context, _ string, in scheduler.Approve) (scheduler.Outcome, error) {
	if in.Decision != scheduler.Approved && in.Reason == "" {
		return scheduler.Outcome{}, &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the input is not valid", Fields: []scheduler.FieldError{{Field: "reason", Rule: "has to be given"}}}
	}
	d.accepted++
	return scheduler.Outcome{}, nil
}

func (d *desk) NeededByLink(_ context.Context, l string) (scheduler.Request, account.Person, error) {
	if l != signed || d.accepted > 0 {
		return scheduler.Request{}, account.Person{}, scheduler.Errorf(scheduler.CodeConflict, "it was answered")
	}
	return scheduler.Request{Number: 7, Name: `<script>alert("name")</script>`}, account.Person{Name: "Maeve"}, nil
}

func (d *desk) ConfirmByLink(_ context.Context, _ string, in scheduler.Confirm) (scheduler.Outcome, error) {
	d.accepted++
	status := scheduler.Cancelled
	if in.Needed {
		status = scheduler.Scheduled
	}
	return scheduler.Outcome{Request: scheduler.Request{Number: 7, Status: status}}, nil
}

// TestWhetherASlotIsNeededIsAsked, and opening the link answers nothing.
func TestWhetherASlotIsNeededIsAsked(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{"yes": "keeps its slot", "no": "is cancelled"} {
		d := &desk{}
		w := call(t, d, http.MethodGet, "/needed/"+signed)
		if body := w.Body.String(); w.Code != http.StatusOK || d.accepted != 0 || !strings.Contains(body, "Do you still need this slot?") || strings.Contains(body, "<script>") {
			t.Errorf("%d %s", w.Code, body)
		}
		post := func(form string) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/needed/"+signed, strings.NewReader(form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			linkPages(t, d).ServeHTTP(w, r)
			return w
		}
		if w := post(""); w.Code != http.StatusUnprocessableEntity || d.accepted != 0 {
			t.Errorf("without an answer: %d", w.Code)
		}
		if w := post("needed=" + answer); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) || d.accepted != 1 {
			t.Errorf("%s: %d %s", answer, w.Code, w.Body)
		}
		if w := call(t, d, http.MethodGet, "/needed/"+signed); w.Code != http.StatusConflict {
			t.Errorf("a second time: %d", w.Code)
		}
	}
}

// TestAnApprovalAsksFirst, and names the missing input if it is incomplete.
func TestAnApprovalAsksFirst(t *testing.T) {
	t.Parallel()
	d := &desk{}
	w := call(t, d, http.MethodGet, "/approvals/"+signed)
	if body := w.Body.String(); w.Code != http.StatusOK || d.accepted != 0 || !strings.Contains(body, "A slot at hall waits for your approval") || strings.Contains(body, "<script>") || strings.Contains(body, "<b>bold") {
		t.Errorf("%d %s", w.Code, body)
	}
	post := func(form string) *httptest.ResponseRecorder {
		h := linkPages(t, d)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/approvals/"+signed, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := post("decision=refused"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Reason has to be given.") || d.accepted != 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := post("decision=refused&reason=full"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "is refused for hall") || d.accepted != 1 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := call(t, d, http.MethodGet, "/approvals/"+signed); w.Code != http.StatusConflict {
		t.Errorf("a second time: %d", w.Code)
	}
}

// linkPages serves the pages of signed links, with the decisions that a test gives them.
func linkPages(t *testing.T, links Links) http.Handler {
	t.Helper()
	return newLinkSite(t, links).handler()
}

func (d *desk) Facility(context.Context, account.Actor) (testbeds.Facility, int64, error) {
	return testbeds.Facility{}, 0, nil
}

func (d *desk) Names(context.Context, account.Actor, []string) (map[string]string, error) {
	return nil, nil
}

func newLinkSite(t *testing.T, links Links) *site {
	t.Helper()
	s, err := newSite(nil, nil, Options{Log: slog.New(slog.DiscardHandler), Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	s.links = links
	return s
}

func call(t *testing.T, d *desk, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	h := linkPages(t, d)
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestALinkAsksBeforeItActsAndWorksOnce(t *testing.T) {
	t.Parallel()
	d := &desk{}
	page := call(t, d, "GET", "/offers/"+signed)
	if page.Code != http.StatusOK || d.accepted != 0 || !strings.Contains(page.Body.String(), `<form method="post"`) {
		t.Fatalf("looking: %d, %d accepted: %s", page.Code, d.accepted, page.Body)
	}
	if taken := call(t, d, "POST", "/offers/"+signed); taken.Code != http.StatusOK || d.accepted != 1 || !strings.Contains(taken.Body.String(), "#8") {
		t.Errorf("taking: %d, %d accepted: %s", taken.Code, d.accepted, taken.Body)
	}
	if again := call(t, d, "POST", "/offers/"+signed); again.Code != http.StatusConflict || d.accepted != 1 {
		t.Errorf("taking again: %d, %d accepted", again.Code, d.accepted)
	}
	if unknown := call(t, &desk{}, "GET", "/offers/other"); unknown.Code != http.StatusNotFound {
		t.Errorf("an unknown link: %d", unknown.Code)
	}
}

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	page := call(t, &desk{}, "GET", "/offers/"+signed).Body.String()
	if strings.Contains(page, "<script>") || strings.Contains(page, "<img") || !strings.Contains(page, "&lt;script&gt;") {
		t.Errorf("the page: %s", page)
	}
}

func TestPagesAreCareful(t *testing.T) {
	t.Parallel()
	for path, referrer := range map[string]string{"/style.css": "same-origin", "/offers/" + signed: "no-referrer", "/approvals/" + signed: "no-referrer"} {
		w := call(t, &desk{}, "GET", path)
		csp := w.Header().Get("Content-Security-Policy")
		if w.Code != http.StatusOK || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || w.Header().Get("Referrer-Policy") != referrer {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
	d := &desk{}
	if w := call(t, d, "POST", "/offers/"+signed, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden || d.accepted != 0 {
		t.Errorf("from another site: %d, %d accepted", w.Code, d.accepted)
	}
	if w := call(t, &desk{broken: true}, "GET", "/offers/"+signed); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("an internal error: %d %s", w.Code, w.Body)
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Maeve Dunne": "MD", "Ana Maria de Souza": "AS", "Édith": "É", "": "U", "  ": "U", "\u202eevil": "E", "O'Neil": "ON"} {
		if got := initials(account.Actor{Username: "user", Name: name}); got != want {
			t.Errorf("initials of %q are %q, want %q", name, got, want)
		}
	}
}
