package web

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestARefusedFormComesBackAsItWasTyped, open, with each fault beside its field in the words of its label.
func TestARefusedFormComesBackAsItWasTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	r := h.asks("maeve", 1, tomorrow(4))
	page := fmt.Sprintf("/requests/%d", r.Number)
	long := strings.Repeat("much too long ", 400)
	for _, tt := range []struct {
		name, who, path string
		form            url.Values
		status          int
		shows           []string
	}{
		{"a rejection without a reason", "monika", page + "/decide/take", url.Values{"way": {"reject"}, "reason": {""}, "hold": {"9"}, "offers": {"1"}, "step": {"confirm"}, "zone": {"UTC"}}, 422,
			[]string{"Note ", `name="hold" min="1" max="30" value="9"`, `aria-invalid="true"`, `id="wrong-reason"`}},
		{"a cancellation with too long a reason", "maeve", page + "/decide", url.Values{"action": {"cancel"}, "reason": {long}}, 422, []string{long, `name="act" open="">`, `id="wrong-reason"`}},
		{"a slot that ends before it starts", "maeve", page + "/decide", url.Values{"action": {"edit"}, "zone": {"UTC"}, "start": {"2031-01-02T00:00"}, "end": {"2031-01-01T00:00"}, "name": {"as it was"}, "description": {"a <b>reason</b>"}}, 422,
			[]string{"a &lt;b&gt;reason&lt;/b&gt;", `value="2031-01-02T00:00"`, `id="wrong-end"`, "To must be after"}},
		{"a step that is no longer open", "monika", page + "/decide", url.Values{"action": {"start"}, "reason": {"because it is time"}}, 403, []string{"may not start", "because it is time"}},
		{"a closure without a time", "adele", "/testbeds/hall/closures", url.Values{"summary": {"painting the mast"}, "of": {"vim:iris"}}, 422,
			[]string{`value="painting the mast"`, `<option value="vim:iris" selected="">`, `id="wrong-start"`, "From must be a date"}},
		{"a new person without a role", "adele", "/admin/invite", url.Values{"username": {"eve"}, "name": {"Eve Lang"}, "email": {"eve@example.org"}, "organisation": {"House"}}, 422,
			[]string{`value="Eve Lang"`, `value="eve@example.org"`, `id="wrong-role"`}},
		{"a zone that does not exist", "maeve", "/account/zone", url.Values{"zone": {"Mars/Olympus"}}, 422, []string{`value="Mars/Olympus"`, "Show times in must be a time zone"}},
		{"a webhook without an address", "maeve", "/subscribe", url.Values{"name": {strings.Repeat("x", 300)}, "kind": {"password"}}, 422, []string{strings.Repeat("x", 300), `id="wrong-name"`}},
	} {
		code, body := h.page(tt.path, h.session(tt.who), tt.form)
		if code != tt.status || !strings.Contains(body, `id="refused"`) || !strings.Contains(body, `<nav`) {
			t.Errorf("%s: %d %s", tt.name, code, body)
		}
		for _, want := range tt.shows {
			if !strings.Contains(body, want) {
				t.Errorf("%s: %q is missing in %s", tt.name, want, body)
			}
		}
	}
}

// TestASessionThatEndsWhileTypingLosesNothing: the sign-in keeps what was typed, through a wrong password too, and leads back to its form. Nothing
// is sent on the way.
func TestASessionThatEndsWhileTypingLosesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	r := h.asks("maeve", 1, tomorrow(4))
	page := fmt.Sprintf("/requests/%d", r.Number)
	typed := "Half an hour of <thought>\r\nand a second line"
	code, body := h.page(page+"/feedback", "", url.Values{"text": {typed}, "once": {"key"}})
	if code != http.StatusUnauthorized || !strings.Contains(body, "Your session has ended") {
		t.Fatalf("%d %s", code, body)
	}
	field := func(name string) string {
		t.Helper()
		m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(body)
		if m == nil {
			t.Fatalf("no field %s in %s", name, body)
		}
		return html.UnescapeString(m[1])
	}
	to, at, draft := field("to"), field("at"), field("draft")
	form := func(password string) url.Values {
		return url.Values{"to": {to}, "at": {at}, "draft": {draft}, "username": {"maeve"}, "password": {password}}
	}
	if to != page {
		t.Errorf("the sign-in leads to %s", to)
	}
	if code, body = h.page("/sign-in", "", form("wrong")); code != http.StatusUnauthorized {
		t.Fatalf("%d %s", code, body)
	}
	if field("draft") != draft {
		t.Error("a wrong password loses what was typed")
	}
	code, body = h.page("/sign-in", "", form(password))
	if code != http.StatusOK || !strings.Contains(body, "Half an hour of &lt;thought&gt;\nand a second line</textarea>") || !strings.Contains(body, `name="once" value="key"`) || !strings.Contains(body, "nothing was sent yet") {
		t.Errorf("%d %s", code, body)
	}
	if f, err := h.svc.Feedback(t.Context(), h.actor("maeve", "experimenter"), r.ID, "", 10); err != nil || len(f.Items) != 0 {
		t.Errorf("it was sent: %v %v", f, err)
	}
	if _, body := h.page("/account/password", "", url.Values{"old": {password}, "new": {"another secret"}, "again": {"another secret"}}); strings.Contains(body, "secret") || strings.Contains(body, "horse") {
		t.Errorf("passwords come back: %s", body)
	}
	// A form that somebody else may send leads to the page as they see it; an address elsewhere to nothing.
	for _, at := range []string{"//evil.example/", "/nothing", "/sign-out", "https://evil.example"} {
		x := form(password)
		x.Set("at", at)
		if code, to := h.page("/sign-in", "", x); code != http.StatusSeeOther || to != page {
			t.Errorf("%s: %d %s", at, code, to)
		}
	}
}

// TestErrorPagesKeepTheNavigation for people who have signed in.
func TestErrorPagesKeepTheNavigation(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	for _, path := range []string{"/nothing", "/requests/99", "/testbeds/none"} {
		if code, body := h.page(path, h.session("maeve"), nil); code != http.StatusNotFound || !strings.Contains(body, "<nav") {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	if code, body := h.page("/nothing", "", nil); code != http.StatusNotFound || strings.Contains(body, "<nav") {
		t.Errorf("%d %s", code, body)
	}
}

// TestNoNameTurnsAPageAround: characters that change the direction of text do not reach a page.
func TestNoNameTurnsAPageAround(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	r := h.asks("maeve", 1, tomorrow(4))
	page := fmt.Sprintf("/requests/%d", r.Number)
	if code, to := h.page(page+"/feedback", h.session("maeve"), url.Values{"text": {"evil \u202etxt.exe\u2066 \u061cשלום"}}); code != http.StatusSeeOther {
		t.Fatal(code, to)
	}
	if _, body := h.page(page, h.session("maeve"), nil); strings.ContainsAny(body, "\u202e\u2066") || !strings.Contains(body, "שלום") {
		t.Errorf("%q", body)
	}
}
