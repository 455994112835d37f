package web

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// follow opens the stream of a page.
func follow(t *testing.T, base, cookie string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/changes", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", cookie)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// TestAPageFollowsChangesAsLongAsItsSession, and no user with any number of pages.
func TestAPageFollowsChangesAsLongAsItsSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	s := *h.site
	s.o.Poll = 10 * time.Millisecond
	server := httptest.NewServer(s.handler())
	t.Cleanup(server.Close)
	maeve := h.session("maeve")
	var open []*http.Response
	for range 30 {
		res := follow(t, server.URL, maeve)
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%s %v", res.Status, res.Header)
		}
		open = append(open, res)
	}
	if res := follow(t, server.URL, maeve); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("one more: %s", res.Status)
	}
	if res := h.send("/sign-out", maeve, url.Values{}); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	bound := time.AfterFunc(10*time.Second, func() {
		for _, res := range open {
			_ = res.Body.Close()
		}
	})
	defer bound.Stop()
	for _, res := range open {
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Fatalf("a page whose session has ended follows on: %v", err)
		}
	}
}

// A page says as of which change it was read, so that it follows from there.
func TestAPageSaysAsOfWhenItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	last, err := h.svc.LastEvent(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if page, want := body(t, h.send("/schedule", h.session("maeve"), nil)), fmt.Sprintf(`data-as-of="%d"`, last); last == 0 || !strings.Contains(page, want) {
		t.Errorf("a page without %s", want)
	}
}

// A page is told of what happened since it was read, or since it was last told of something; not of everything that ever happened.
func TestAPageMissesNoChange(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		header, after string
		want          int64
	}{{"", "", 5000}, {"", "4998", 4998}, {"4999", "4998", 4999}, {"", "0", 4000}, {"", "4000", 4000}, {"", "3999", 4000}, {"", "5001", 5000}, {"", "-1", 5000}, {"", "x", 5000}, {"x", "4998", 5000}} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/changes?after="+tt.after, nil)
		if tt.header != "" {
			r.Header.Set("Last-Event-ID", tt.header)
		}
		if got := since(r, 5000); got != tt.want {
			t.Errorf("%+v: %d", tt, got)
		}
	}
}

// TestAccountsAndSignIns shows the events to administrators, as text.
func TestAccountsAndSignIns(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	adele, maeve := h.session("adele"), h.session("maeve")
	for range 51 { // more than a page
		h.session("hector")
	}
	if res := h.send("/account/mail", maeve, url.Values{}); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	all := body(t, h.send("/admin/accounts", adele, nil))
	if !strings.Contains(all, "sign-in") || !strings.Contains(all, "192.0.2.1") || !strings.Contains(all, `rel="next"`) {
		t.Errorf("the page: %s", all)
	}
	made := body(t, h.send("/admin/accounts?action=made&person=hector", adele, nil))
	if strings.Count(made, "<strong>hector</strong>") != 1 || strings.Contains(made, "<strong>maeve</strong>") || strings.Contains(made, `rel="next"`) {
		t.Errorf("what was made: %s", made)
	}
}

func TestTheFormsOfPasswordsTakeEverythingBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	here, elsewhere, adele := h.session("maeve"), h.session("maeve"), h.session("adele")
	form := url.Values{"old": {password}, "new": {"a second good password"}, "again": {"a second good password"}, "everything": {"yes"}}
	if res := h.send("/account/password", here, form); res.StatusCode != http.StatusSeeOther {
		t.Fatal(body(t, res))
	}
	if a, b := h.send("/account", here, nil).StatusCode, h.send("/account", elsewhere, nil).StatusCode; a != http.StatusOK || b != http.StatusSeeOther {
		t.Errorf("here %d, elsewhere %d", a, b)
	}
	if res := h.send("/admin/people/maeve/revoke", adele, url.Values{}); res.StatusCode != http.StatusSeeOther {
		t.Fatal(body(t, res))
	}
	if a, b := h.send("/account", here, nil).StatusCode, h.send("/account", adele, nil).StatusCode; a != http.StatusSeeOther || b != http.StatusOK {
		t.Errorf("hers %d, the administrator's %d", a, b)
	}
}
