package main

import (
	"strings"
	"testing"

	"berth/internal/mail/mailtest"
)

// TestAnOperatorSetsUpMail tries the settings, and checks the recipients of mail about a request.
func TestAnOperatorSetsUpMail(t *testing.T) {
	t.Parallel()
	server := mailtest.New(t, mailtest.Options{User: "berth", Password: "s3cret-Pass"})
	p := newPlace(t, "")
	says(t, p, 2, "", []string{"set mail_server"}, "mail", "test", "--to", "ada@example.org")
	p.write(t, "password", "wr0ng-Pass\n")
	p.write(t, "berth.toml", `
mail_server = "`+server.Addr()+`"
mail_security = "none"
mail_from = "Berth <berth@berth.example>"
mail_user = "berth"
mail_password_file = "password"
`)
	says(t, p, 6, "", []string{"535"}, "mail", "test", "--to", "ada@example.org")
	p.write(t, "password", "s3cret-Pass\n")
	says(t, p, 2, "", []string{"address"}, "mail", "test", "--to", "ada@example.org\nBcc: x@example.org")
	says(t, p, 0, "", []string{"took a mail to ada@example.org"}, "mail", "test", "--to", "ada@example.org")
	mails := server.Mails()
	if len(mails) != 1 || mails[0].Head.Get("From") != `"Berth" <berth@berth.example>` || !strings.Contains(mails[0].Text("text/html"), "Mail from Berth arrives") {
		t.Errorf("%+v", mails)
	}
}
