package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"berth/scheduler/account"
)

// invited makes an account and returns the page that says so.
func (h *house) invited(username, mail string) string {
	h.t.Helper()
	code, body := h.page("/admin/invite", h.session("adele"), url.Values{"username": {username}, "name": {"Eve <b>Lang</b>"}, "email": {mail}, "role": {"experimenter"}})
	if code != http.StatusOK {
		h.t.Fatalf("%d %s", code, body)
	}
	return body
}

var invitationLink = regexp.MustCompile(`http://berth\.example(/invitations/[^<"]+)`)

// TestAnInvitationIsHandedOver where no mail is sent: the link is shown once, sets the first password, and signs in.
func TestAnInvitationIsHandedOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	shown := invitationLink.FindStringSubmatch(h.invited("eve", "eve@example.org"))
	if shown == nil {
		t.Fatal("no link is shown")
	}
	link := shown[1]
	for range 2 { // a scanner opens it, and nothing happens
		res := h.send(link, "", nil)
		if text := body(t, res); res.StatusCode != http.StatusOK || !strings.Contains(text, "Eve &lt;b&gt;Lang") || !strings.Contains(text, `value="eve"`) || res.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Fatalf("%d %s", res.StatusCode, text)
		}
	}
	for _, x := range []struct {
		form url.Values
		says string
	}{{url.Values{"new": {"short"}, "again": {"short"}}, "Password must be 12 to 256 characters long."}, {url.Values{"new": {password}, "again": {"something else"}}, "Password again must be the same"}} {
		if code, text := h.page(link, "", x.form); code != http.StatusUnprocessableEntity || !strings.Contains(text, x.says) || strings.Contains(text, "something else") {
			t.Errorf("%s: %d %s", x.says, code, text)
		}
	}
	if res := h.send(link, "", url.Values{"new": {password}, "again": {password}}, "Sec-Fetch-Site", "cross-site"); res.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", res.StatusCode)
	}
	res := h.send(link, "", url.Values{"new": {password}, "again": {password}})
	if res.StatusCode != http.StatusSeeOther || len(res.Cookies()) != 1 {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	if code, _ := h.page("/account", res.Cookies()[0].Name+"="+res.Cookies()[0].Value, nil); code != http.StatusOK {
		t.Errorf("signed in: %d", code)
	}
	h.session("eve")
	for what, code := range map[string]int{"reading again": h.send(link, "", nil).StatusCode, "using again": h.send(link, "", url.Values{"new": {password}, "again": {password}}).StatusCode,
		"tampered": h.send(link+"x", "", nil).StatusCode, "for the first account": h.send(strings.Replace(link, "invitations", "welcome", 1), "", nil).StatusCode} {
		if code != http.StatusNotFound {
			t.Errorf("%s: %d", what, code)
		}
	}
}

// TestAnInvitationIsMailed where mail is sent, and handed over where that fails.
func TestAnInvitationIsMailed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	var to, sent, by string
	var fault error
	h.site.o.Invite = func(_ context.Context, i account.Invitation, link, who string) error {
		to, sent, by = i.Person.Email, link, who
		return fault
	}
	if text := h.invited("eve", "eve@example.org"); to != "eve@example.org" || by != "adele" || !invitationLink.MatchString(sent) || invitationLink.MatchString(text) || !strings.Contains(text, "was mailed to <strong>eve@example.org") {
		t.Errorf("to %s by %s: %s\n%s", to, by, sent, text)
	}
	fault = errors.New("550 no such mailbox")
	if text := h.invited("evi", "evi@example.org"); !invitationLink.MatchString(text) || !strings.Contains(text, "550 no such mailbox") {
		t.Errorf("after a failure: %s", text)
	}
	to = ""
	if text := h.invited("eva", ""); to != "" || !invitationLink.MatchString(text) {
		t.Errorf("without an address: %s", text)
	}
	adele := h.session("adele")
	if code, text := h.page("/admin/invite", adele, url.Values{"username": {"eve"}, "name": {"Eve"}, "role": {"mentor"}}); code != http.StatusUnprocessableEntity || !strings.Contains(text, "Username is taken already.") {
		t.Errorf("a name that is taken: %d %s", code, text)
	}
	fault = nil
	if code, text := h.page("/admin/people/eve/invitation", adele, url.Values{}); code != http.StatusOK || !strings.Contains(text, "was mailed to") {
		t.Errorf("again: %d %s", code, text)
	}
}

// TestPeopleAreKept by administrators: found, changed, deactivated.
func TestPeopleAreKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	adele, maeve := h.session("adele"), h.session("maeve")
	if _, text := h.page("/admin/people?text=MAE", adele, nil); !strings.Contains(text, `href="/admin/people/maeve"`) || strings.Contains(text, `href="/admin/people/hector"`) || !strings.Contains(text, "1 of 4 people") {
		t.Errorf("the search: %s", text)
	}
	if _, text := h.page("/admin/people?state=deactivated", adele, nil); !strings.Contains(text, "Nobody matches") {
		t.Errorf("nobody: %s", text)
	}
	if code, to := h.page("/admin/people/maeve", adele, url.Values{"name": {"Maeve Dunne"}, "role": {"experimenter", "mentor"}, "revision": {"1"}}); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, to)
	}
	if code, text := h.page("/admin/people/maeve", adele, url.Values{"name": {"Mary"}, "role": {"experimenter"}, "revision": {"1"}}); code != http.StatusPreconditionFailed || !strings.Contains(text, `value="Mary"`) {
		t.Errorf("changed in between: %d %s", code, text)
	}
	if code, _ := h.page("/account", maeve, nil); code != http.StatusOK {
		t.Errorf("another role ends no session: %d", code)
	}
	if code, _ := h.page("/admin/people/maeve/deactivate", adele, url.Values{}); code != http.StatusSeeOther {
		t.Errorf("deactivating: %d", code)
	}
	if code, _ := h.page("/account", maeve, nil); code != http.StatusSeeOther {
		t.Errorf("a deactivated account's session: %d", code)
	}
	if code, _ := h.page("/admin/people/maeve/invitation", adele, url.Values{}); code != http.StatusConflict {
		t.Errorf("inviting a deactivated account: %d", code)
	}
	if code, _ := h.page("/admin/people/maeve/activate", adele, url.Values{}); code != http.StatusSeeOther {
		t.Errorf("activating: %d", code)
	}
	h.session("maeve")
	if code, text := h.page("/admin/people/adele/deactivate", adele, url.Values{}); code != http.StatusConflict || !strings.Contains(text, "another administrator") {
		t.Errorf("oneself: %d %s", code, text)
	}
	if code, _ := h.page("/admin/people/nobody", adele, nil); code != http.StatusNotFound {
		t.Errorf("nobody: %d", code)
	}
}
