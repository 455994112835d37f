package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"berth/internal/auth"
	"berth/scheduler/account"
)

// TestAProgramIsLetInOrRefused on the page that says what asks, from where and for what.
func TestAProgramIsLetInOrRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	maeve := h.session("maeve")
	identity := h.site.people.(*auth.Auth)
	asks := func(scopes ...account.Scope) account.DeviceCodes {
		t.Helper()
		c, err := identity.AskDevice(t.Context(), "192.0.2.7:4711", `probe <b>on</b> laptop`, scopes)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	state := func(c account.DeviceCodes) (account.Token, account.LoginState) {
		t.Helper()
		_, made, state, err := identity.PollDevice(t.Context(), "192.0.2.7:4711", c.Secret)
		if err != nil {
			t.Fatal(err)
		}
		return made, state
	}
	c := asks(account.ScopeRead, account.ScopeWrite)
	code, page := h.page("/device?code="+strings.ToLower(strings.Replace(c.Code, "-", "", 1)), maeve, nil)
	for _, want := range []string{"probe &lt;b&gt;on&lt;/b&gt; laptop", c.Code, "192.0.2.7", "read and write", `value="read"`, `value="write" checked`, "you, maeve"} {
		if code != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%d: the page does not say %q:\n%s", code, want, page)
		}
	}
	if strings.Contains(page, "Everything that you may") {
		t.Error("more is offered than was asked for")
	}
	for what, form := range map[string]url.Values{"more": {"rights": {"admin"}, "days": {"30"}}, "nothing": {"days": {"30"}}, "no time": {"rights": {"read"}}, "a long time": {"rights": {"read"}, "days": {"9999"}}} {
		form["code"], form["answer"] = []string{c.Code}, []string{"yes"}
		if status, page := h.page("/device", maeve, form); status != http.StatusUnprocessableEntity || !strings.Contains(page, c.Code) {
			t.Errorf("%s: %d %s", what, status, page)
		}
	}
	if status, _ := h.page("/device", maeve, url.Values{"code": {c.Code}, "answer": {"yes"}, "rights": {"read"}, "days": {"30"}}); status != http.StatusSeeOther {
		t.Errorf("confirming: %d", status)
	}
	if made, s := state(c); s != "" || made.Owner != "maeve" || len(made.Scopes) != 1 || made.Expires == nil {
		t.Errorf("%+v, %q", made, s)
	}
	if status, page := h.page("/device?code="+c.Code, maeve, nil); status != http.StatusNotFound || !strings.Contains(page, "no such code") {
		t.Errorf("afterwards: %d %s", status, page)
	}

	c = asks(account.ScopeRead, account.ScopeAdmin) // no plain choice
	if _, page := h.page("/device?code="+c.Code, maeve, nil); !strings.Contains(page, `value="asked" checked`) || !strings.Contains(page, "read, admin") {
		t.Errorf("an odd choice of rights:\n%s", page)
	}
	if status, _ := h.page("/device", maeve, url.Values{"code": {c.Code}, "answer": {"no"}}); status != http.StatusSeeOther {
		t.Errorf("refusing: %d", status)
	}
	if _, s := state(c); s != account.LoginDenied {
		t.Errorf("refused: %q", s)
	}
	for range 10 {
		h.page("/device?code=BCDF-GHJK", maeve, nil)
	}
	if status, page := h.page("/device?code=BCDF-GHJK", maeve, nil); status != http.StatusTooManyRequests || !strings.Contains(page, "too many wrong codes") {
		t.Errorf("guessing: %d %s", status, page)
	}
}
