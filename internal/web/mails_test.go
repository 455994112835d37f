package web

import (
	"bytes"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"berth/internal/auth"
	"berth/scheduler"
	"berth/scheduler/account"
)

// muteLink makes a person's link to stop a kind of mail.
func (h *house) muteLink(username string, topic account.Topic) string {
	h.t.Helper()
	link, err := h.site.people.(*auth.Auth).MuteLink(h.t.Context(), account.System, username, topic)
	if err != nil {
		h.t.Fatal(err)
	}
	return "/mails/" + link
}

func (h *house) muted(username string) []account.Topic {
	h.t.Helper()
	p, err := h.site.people.Person(h.t.Context(), account.System, username)
	if err != nil {
		h.t.Fatal(err)
	}
	return p.Muted
}

// TestALinkStopsOneKindOfMail: looking at the page changes nothing, the button stops exactly this kind, another lets it come again; nobody has signed in.
func TestALinkStopsOneKindOfMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	if _, err := h.site.people.Mute(t.Context(), account.ActorOf(account.Person{Username: "maeve", Roles: account.Roles}), []account.Topic{account.TopicDigest}, nil); err != nil {
		t.Fatal(err)
	}
	link := h.muteLink("maeve", account.TopicFeedback)
	step := func(what string, form url.Values, says string, want ...account.Topic) {
		t.Helper()
		code, body := h.page(link, "", form)
		if code != http.StatusOK || !strings.Contains(body, "remarks on requests that concern you") || !strings.Contains(body, says) {
			t.Errorf("%s: %d %s", what, code, body)
		}
		if got := h.muted("maeve"); !slices.Equal(got, want) {
			t.Errorf("%s: she gets no %v, want %v", what, got, want)
		}
	}
	stop, again := url.Values{"List-Unsubscribe": {"One-Click"}}, url.Values{"again": {"yes"}}
	for range 2 { // a scanner looks twice
		step("look", nil, "Stop these mails", account.TopicDigest)
	}
	step("stop", stop, "Send them again", account.TopicDigest, account.TopicFeedback)
	step("stop again", stop, "Send them again", account.TopicDigest, account.TopicFeedback)
	step("look", nil, "You get no more of these mails", account.TopicDigest, account.TopicFeedback)
	step("let them come", again, "You get these mails again", account.TopicDigest)
	if got := h.muted("hector"); len(got) != 0 {
		t.Errorf("another person gets no %v", got)
	}
}

// TestAMailProgramStopsMails as RFC 8058 says: a POST of one field, in either form, without a cookie, from anywhere, answered without a redirection.
func TestAMailProgramStopsMails(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("List-Unsubscribe", "One-Click"); err != nil {
		t.Fatal(err)
	}
	_ = form.Close()
	for topic, x := range map[account.Topic]struct{ kind, body string }{
		account.TopicReminders: {"application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"},
		account.TopicRequests:  {form.FormDataContentType(), body.String()},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, h.muteLink("maeve", topic), strings.NewReader(x.body))
		r.Header.Set("Content-Type", x.kind)
		r.Header.Set("Origin", "https://mail.example")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK || len(w.Result().Cookies()) != 0 || !slices.Contains(h.muted("maeve"), topic) {
			t.Errorf("%s: %d, %v, she gets no %v", topic, w.Code, w.Result().Cookies(), h.muted("maeve"))
		}
	}
}

// TestOnlyTheLinkStopsMails: cut, changed, made for something else, of somebody who left, or with another form, it does nothing; and it is in no log.
func TestOnlyTheLinkStopsMails(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	var log bytes.Buffer
	h.site.o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	link, stop := h.muteLink("maeve", account.TopicFeedback), url.Values{"List-Unsubscribe": {"One-Click"}}
	theirs := h.muteLink("hector", account.TopicFeedback)
	nobodys, noTopic := h.muteLink("nobody", account.TopicFeedback), h.muteLink("maeve", "everything")
	body, _, _ := strings.Cut(link, ".")
	_, theirSignature, _ := strings.Cut(theirs, ".")
	people := h.site.people.(*auth.Auth)
	_, err := people.PutPerson(t.Context(), account.System, account.Person{Username: "left", Name: "Left", Roles: []account.Role{account.RoleMentor}, Disabled: true})
	if err != nil {
		t.Fatal(err)
	}
	for what, x := range map[string]struct {
		path string
		form url.Values
		want int
	}{
		"cut":                   {link[:len(link)-1], stop, http.StatusNotFound},
		"without signature":     {body, stop, http.StatusNotFound},
		"another's signature":   {body + "." + theirSignature, stop, http.StatusNotFound},
		"of nobody":             {nobodys, stop, http.StatusNotFound},
		"no kind of mail":       {noTopic, stop, http.StatusNotFound},
		"of somebody who left":  {h.muteLink("left", account.TopicFeedback), stop, http.StatusNotFound},
		"very long":             {"/mails/" + strings.Repeat("a", 5000), stop, http.StatusNotFound},
		"for an approval":       {strings.Replace(link, "/mails/", "/approvals/", 1), url.Values{"decision": {"approved"}}, http.StatusNotFound},
		"without the field":     {link, url.Values{}, http.StatusUnprocessableEntity},
		"with another value":    {link, url.Values{"List-Unsubscribe": {"yes"}}, http.StatusUnprocessableEntity},
		"in the address":        {link + "?List-Unsubscribe=One-Click", url.Values{}, http.StatusUnprocessableEntity},
		"in the address, a GET": {link + "?List-Unsubscribe=One-Click", nil, http.StatusOK},
	} {
		res := h.send(x.path, "", x.form)
		if res.StatusCode != x.want || res.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %d, Referrer-Policy %q", what, res.StatusCode, res.Header.Get("Referrer-Policy"))
		}
	}
	for _, who := range []string{"maeve", "hector", "left"} {
		if got := h.muted(who); len(got) != 0 {
			t.Errorf("%s gets no %v", who, got)
		}
	}
	if strings.Contains(log.String(), body[len("/mails/"):]) {
		t.Errorf("the link is in the log: %s", log.String())
	}
	if _, err := people.MuteLink(t.Context(), account.ActorOf(account.Person{Username: "maeve", Roles: []account.Role{account.RoleExperimenter}}), "hector", account.TopicFeedback); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("an experimenter makes a link: %v", err)
	}
}
