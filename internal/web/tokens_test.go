package web

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"berth/scheduler/account"
)

var shownToken = regexp.MustCompile(`<code class="copy">(berth_[^<]+)</code>`)

// TestATokenIsShownOnce with the scopes of its kind, and an example that holds it; then it is revoked.
func TestATokenIsShownOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	maeve := h.session("maeve")
	for kind, want := range map[string][]account.Scope{"read": {account.ScopeRead}, "write": {account.ScopeRead, account.ScopeWrite}, "admin": {account.ScopeRead, account.ScopeWrite, account.ScopeAdmin},
		"calendar": {account.ScopeCalendar}, "calendar-move": {account.ScopeCalendar, account.ScopeCalendarMove}} {
		code, page := h.page("/account/tokens", maeve, url.Values{"name": {"for " + kind}, "kind": {kind}, "days": {"90"}})
		shown := shownToken.FindStringSubmatch(page)
		if code != http.StatusOK || shown == nil {
			t.Fatalf("%s: %d %s", kind, code, page)
		}
		if example := "Bearer " + shown[1]; strings.Contains(page, example) == strings.HasPrefix(kind, "calendar") {
			t.Errorf("%s: the example with the token", kind)
		}
		list, err := h.site.people.List(t.Context(), account.System, "maeve")
		if err != nil {
			t.Fatal(err)
		}
		made := list[len(list)-1]
		if len(made.Scopes) != len(want) || made.Expires == nil || time.Until(*made.Expires).Round(time.Hour) != 90*24*time.Hour {
			t.Errorf("%s: %+v", kind, made)
		}
		if _, page := h.page("/account/tokens", maeve, nil); strings.Contains(page, shown[1]) || !strings.Contains(page, "for "+kind) {
			t.Errorf("%s: shown again, or not listed", kind)
		}
		if code, _ := h.page("/account/tokens/revoke", h.session("hector"), url.Values{"token": {made.ID}}); code != http.StatusNotFound {
			t.Errorf("%s: revoked by somebody else: %d", kind, code)
		}
		if code, _ := h.page("/account/tokens/revoke", maeve, url.Values{"token": {made.ID}}); code != http.StatusSeeOther {
			t.Errorf("%s: revoking: %d", kind, code)
		}
		if _, page := h.page("/account/tokens", maeve, nil); strings.Contains(page, "for "+kind) {
			t.Errorf("%s: still listed", kind)
		}
	}
	for name, form := range map[string]url.Values{"no kind": {"name": {"x"}, "days": {"90"}}, "another kind": {"name": {"x"}, "kind": {"password"}, "days": {"90"}}, "no name": {"kind": {"read"}, "days": {"90"}},
		"too long": {"name": {"x"}, "kind": {"read"}, "days": {"99999"}}, "no time": {"name": {"x"}, "kind": {"read"}}} {
		if code, page := h.page("/account/tokens", maeve, form); code != http.StatusUnprocessableEntity || shownToken.MatchString(page) {
			t.Errorf("%s: %d", name, code)
		}
	}
	if _, page := h.page("/account/tokens", maeve, url.Values{"name": {"for ever"}, "kind": {"read"}, "days": {"0"}}); !strings.Contains(page, "does not expire") {
		t.Error("without an end")
	}
}

// TestEachCalendarClientHasThreeSteps, and stays chosen when its form is refused.
func TestEachCalendarClientHasThreeSteps(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	maeve := h.session("maeve")
	_, tiles := h.page("/subscribe", maeve, nil)
	for _, c := range clients {
		if !strings.Contains(tiles, "/subscribe?client="+c.ID) {
			t.Errorf("%s is not offered", c.ID)
		}
		_, page := h.page("/subscribe?client="+c.ID, maeve, nil)
		if n := strings.Count(page, "<li><h2>"); n != 3 || !strings.Contains(page, c.Name) {
			t.Errorf("%s has %d steps", c.ID, n)
		}
		code, page := h.page("/subscribe", maeve, url.Values{"client": {c.ID}, "kind": {c.Means}, "name": {""}, "calendar": {"mine"}})
		if code != http.StatusUnprocessableEntity || !strings.Contains(page, `id="wrong-name"`) || !strings.Contains(page, `name="client" value="`+c.ID+`"`) {
			t.Errorf("%s without a name: %d %s", c.ID, code, page)
		}
	}
	_, page := h.page("/subscribe", maeve, url.Values{"client": {"google"}, "kind": {"feed"}, "name": {"Google"}, "calendar": {"mine"}})
	if !strings.Contains(page, "http://berth.example/feeds/berth_") || !strings.Contains(page, `href="webcal://berth.example/feeds/`) || !strings.Contains(page, "From URL") {
		t.Errorf("the feed: %s", page)
	}
	if _, page := h.page("/subscribe?client=%3Cscript%3E", maeve, nil); strings.Contains(page, "<script>") || !strings.Contains(page, "/subscribe?client=apple") {
		t.Error("an unknown client")
	}
}

// TestTheReferenceIsOpenToEverybody, as its document is; nothing in it is a script or a style of its own.
func TestTheReferenceIsOpenToEverybody(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, "http://berth.example")
	if s, err := newSite(h.svc, h.site.people, Options{Log: h.site.o.Log, Clock: time.Now, Base: "http://berth.example", OpenAPI: document}); err != nil {
		t.Fatal(err)
	} else {
		h.Handler = s.handler()
	}
	for _, cookie := range []string{"", h.session("maeve")} {
		code, page := h.page("/docs/api", cookie, nil)
		if code != http.StatusOK || !strings.Contains(page, `id="schedule-request"`) || !strings.Contains(page, "http://berth.example/api/v1/me") || strings.Contains(page, " style=") || strings.Contains(page, "<script>") {
			t.Errorf("%d %s", code, page[:min(len(page), 2000)])
		}
		if signedIn := strings.Contains(page, `aria-label="Main"`); signedIn != (cookie != "") {
			t.Errorf("the frame of a reader with %q", cookie)
		}
	}
}
