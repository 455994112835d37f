package app_test

import (
	"bytes"
	"io"
	"net/http"
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
		"mail_list", "tickets@list.example", "public_url", "https://berth.example"), options(&log), app.Serving{Demo: true, Out: &out})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	remark(t, a, out.String(), "Is anybody there?")
	var all, told []mailtest.Mail
	person := -1
	for deadline := time.Now().Add(30 * time.Second); len(told) == 0 || person < 0; time.Sleep(20 * time.Millisecond) {
		all = append(all, s.Mails()...)
		told = slices.DeleteFunc(slices.Clone(all), func(m mailtest.Mail) bool { return m.Envelope != "tickets@list.example" }) // others get their digest
		person = slices.IndexFunc(all, func(m mailtest.Mail) bool { return m.Head.Get("List-Unsubscribe") != "" })
		if time.Now().After(deadline) {
			t.Fatal(log.String())
		}
	}
	stopsByOneClick(t, a.Addr(), strings.Trim(all[person].Head.Get("List-Unsubscribe"), "<>"))
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

// stopsByOneClick does what a mail program does with the address in a mail: it sends one field, without having signed in.
func stopsByOneClick(t *testing.T, addr, address string) {
	t.Helper()
	path, ok := strings.CutPrefix(address, "https://berth.example")
	if !ok {
		t.Fatal(address)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+addr+path, strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if page, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(page), "You get no more of these mails") {
		t.Errorf("%d %s, %v", res.StatusCode, page, err)
	}
}
