package mail_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"berth/internal/mail"
	"berth/scheduler/account"
)

// kept keeps the mails that are sent.
type kept []mail.Mail

func (k *kept) Send(_ context.Context, m mail.Mail) error {
	*k = append(*k, m)
	return nil
}

// TestAnInvitationHoldsItsLink, whom it is for, who asked, and until when it works; in text and in HTML.
func TestAnInvitationHoldsItsLink(t *testing.T) {
	t.Parallel()
	var sent kept
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	post := mail.New(nil, &sent, mail.Settings{From: mail.Address{Address: "berth@example.org"}, Site: "https://berth.example"}, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	i := account.Invitation{Person: account.Person{Username: "eve", Name: "Eve <b>", Email: "eve@example.org"}, Expires: now.AddDate(0, 0, 7)}
	const link = "https://berth.example/invitations/abc.def"
	if err := post.Invite(t.Context(), i, link, "Adele <i>"); err != nil || len(sent) != 1 {
		t.Fatalf("%v, %v", sent, err)
	}
	m := sent[0]
	if m.To.Address != "eve@example.org" || m.ID == "" || m.Subject == "" {
		t.Errorf("%+v", m)
	}
	for _, says := range []string{link, "eve", "4 Dec"} {
		if !strings.Contains(m.Text, says) || !strings.Contains(m.HTML, says) {
			t.Errorf("%q is missing in\n%s\n%s", says, m.Text, m.HTML)
		}
	}
	if strings.Contains(m.HTML, "<i>") || !strings.Contains(m.Text, "Adele <i>") {
		t.Errorf("a name is marked up, or missing: %s", m.HTML)
	}
}
