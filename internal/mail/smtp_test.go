package mail_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"berth/internal/mail"
	"berth/internal/mail/mailtest"
)

// TestConnections tries each kind of connection with a server that offers it, and with one that does not.
func TestConnections(t *testing.T) {
	t.Parallel()
	known := mailtest.Options{User: "berth", Password: "s3cret-Pass"}
	with := func(change func(*mailtest.Options)) mailtest.Options { o := known; change(&o); return o }
	for _, c := range []struct {
		name     string
		server   mailtest.Options
		security mail.Security
		password string
		fails    string
	}{
		{"starttls", with(func(o *mailtest.Options) { o.StartTLS = true }), mail.StartTLS, known.Password, ""},
		{"tls", with(func(o *mailtest.Options) { o.TLS = true }), mail.TLS, known.Password, ""},
		{"clear on this machine", known, mail.Clear, known.Password, ""},
		{"no starttls there", known, mail.StartTLS, known.Password, "STARTTLS"},
		{"wrong password", with(func(o *mailtest.Options) { o.StartTLS = true }), mail.StartTLS, "wr0ng-Pass", "535"},
		{"nobody", with(func(o *mailtest.Options) { o.TLS = true }), mail.TLS, "", "530"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := mailtest.New(t, c.server)
			server := mail.Server{Host: s.Host, Port: s.Port, Security: c.security, Password: c.password, Roots: s.Roots, Timeout: 10 * time.Second}
			if c.password != "" {
				server.User = "berth"
			}
			smtp, err := mail.NewSMTP(server)
			if err != nil {
				t.Fatal(err)
			}
			post := mail.New(nil, smtp, mail.Settings{From: mail.Address{Name: "Berth", Address: "berth@berth.example"}, Site: site}, time.Now, slog.New(slog.DiscardHandler))
			err = post.Test(t.Context(), "ada@people.example")
			if c.fails == "" {
				if mails := s.Mails(); err != nil || len(mails) != 1 || !strings.Contains(mails[0].Text("text/plain"), "Mail from Berth arrives") {
					t.Errorf("%v, %v", mails, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%v, want something about %s", err, c.fails)
			}
			if err != nil && c.password != "" && strings.Contains(err.Error(), c.password) {
				t.Errorf("the password is in the error: %v", err)
			}
		})
	}
}

// TestACertificateThatNobodyVouchesForIsNotBelieved tries a server whose certificate only the test trusts.
func TestACertificateThatNobodyVouchesForIsNotBelieved(t *testing.T) {
	t.Parallel()
	s := mailtest.New(t, mailtest.Options{TLS: true})
	smtp, err := mail.NewSMTP(mail.Server{Host: s.Host, Port: s.Port, Security: mail.TLS})
	if err != nil {
		t.Fatal(err)
	}
	post := mail.New(nil, smtp, mail.Settings{From: mail.Address{Address: "berth@berth.example"}, Site: site}, time.Now, slog.New(slog.DiscardHandler))
	if err := post.Test(t.Context(), "ada@people.example"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
}

// TestAServerThatSaysNothingIsLeftWhenTheTimeIsOver connects to a server that never answers.
func TestAServerThatSaysNothingIsLeftWhenTheTimeIsOver(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	at := silent.Addr().(*net.TCPAddr)
	for _, security := range []mail.Security{mail.Clear, mail.StartTLS, mail.TLS} {
		smtp, err := mail.NewSMTP(mail.Server{Host: at.IP.String(), Port: at.Port, Security: security, Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		sent := make(chan error)
		go func() {
			post := mail.New(nil, smtp, mail.Settings{From: mail.Address{Name: "Berth", Address: "berth@berth.example"}, Site: site}, time.Now, slog.New(slog.DiscardHandler))
			sent <- post.Test(ctx, "ada@people.example")
		}()
		conn, err := silent.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		cancel()
		if err := <-sent; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want that it was cut off", security, err)
		}
	}
}
