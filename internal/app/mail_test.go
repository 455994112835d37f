package app_test

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/internal/app"
	"berth/internal/mail/mailtest"
)

// TestTheListIsMailedWhatHappens starts an instance with a mail server, writes a remark, and waits until the tickets list has it.
func TestTheListIsMailedWhatHappens(t *testing.T) {
	t.Parallel()
	s := mailtest.New(t, mailtest.Options{User: "berth", Password: "s3cret-Pass"})
	var out, log bytes.Buffer
	a := app.New(settings(t, "mail_server", s.Addr(), "mail_security", "none", "mail_user", "berth", "mail_password", "s3cret-Pass", "mail_from", "berth@berth.example",
		"mail_list", "tickets@list.example"), options(&log), app.Serving{Demo: true, Out: &out})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	password := regexp.MustCompile(`password[^:]*: (\S+)`).FindStringSubmatch(out.String())[1]
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+a.Addr()+"/api/v1/requests/1/feedback", strings.NewReader(`{"text": "Is anybody there?"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("adele", password)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	if res.Body.Close(); err != nil || res.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s, %v", res.StatusCode, b, err)
	}
	var told []mailtest.Mail
	for deadline := time.Now().Add(30 * time.Second); len(told) == 0; time.Sleep(20 * time.Millisecond) {
		told = slices.DeleteFunc(s.Mails(), func(m mailtest.Mail) bool { return m.Envelope != "tickets@list.example" }) // others get their digest
		if time.Now().After(deadline) {
			t.Fatal(log.String())
		}
	}
	if !strings.Contains(told[0].Text("text/plain"), "> Is anybody there?") {
		t.Errorf("%s", told[0].Raw)
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if strings.Contains(log.String(), "s3cret-Pass") {
		t.Errorf("the password is in the log:\n%s", log.String())
	}
}
