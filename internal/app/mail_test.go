package app_test

import (
	"bytes"
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
	if testing.Short() {
		t.Skip("playing the demo takes long")
	}
	s := mailtest.New(t, mailtest.Options{User: "berth", Password: "s3cret-Pass"})
	var out, log bytes.Buffer
	a := app.New(settings(t, "mail_server", s.Addr(), "mail_security", "none", "mail_user", "berth", "mail_password", "s3cret-Pass", "mail_from", "berth@berth.example",
		"mail_list", "tickets@list.example"), options(&log), app.Serving{Demo: true, Out: &out})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	remark(t, a, out.String(), "Is anybody there?")
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
