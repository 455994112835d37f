package mail

import (
	"berth/internal/retry"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Security is how a connection to the mail server is kept secret.
type Security string

const (
	StartTLS Security = "starttls" // begun in clear, and ended there if the server does not go over to TLS
	TLS      Security = "tls"      // from the first byte
	Clear    Security = "none"
)

// Server is the mail server that takes mail from Berth.
type Server struct {
	Host     string
	Port     int
	Security Security
	User     string // empty: no sign-in
	Password string
	Timeout  time.Duration  // of one mail; default 30 s
	Roots    *x509.CertPool // whose certificates are believed; nil: the system's
}

// SMTP sends by a mail server, each mail in a connection of its own.
type SMTP struct {
	server Server
	client []gomail.Option
}

// NewSMTP makes a sender.
func NewSMTP(s Server) (*SMTP, error) {
	if s.Timeout == 0 {
		s.Timeout = 30 * time.Second
	}
	options := []gomail.Option{gomail.WithTimeout(s.Timeout), gomail.WithPort(s.Port), gomail.WithoutNoop()}
	switch s.Security {
	case TLS:
		options = append(options, gomail.WithSSL())
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case Clear:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("security %q is none of starttls, tls and none", s.Security)
	}
	if s.Roots != nil {
		options = append(options, gomail.WithTLSConfig(&tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}))
	}
	if s.User != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if s.Security == Clear {
			auth = gomail.SMTPAuthPlainNoEnc // only to this very machine, which the settings see to
		}
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	if _, err := gomail.NewClient(s.Host, options...); err != nil {
		return nil, fmt.Errorf("mail server %s: %w", s.Host, err)
	}
	return &SMTP{s, options}, nil
}

// Send hands one mail to the server.
func (s *SMTP) Send(ctx context.Context, m Mail) error {
	msg, err := message(m)
	if err != nil {
		return retry.Permanent{Err: err, Remedy: "correct the address"}
	}
	client, err := gomail.NewClient(s.server.Host, s.client...)
	if err != nil {
		return err
	}
	// The client looks at ctx only until it is connected, and would keep a stop waiting for a server that says nothing. It is left to its own
	// timeouts then.
	sent := make(chan error, 1)
	go func() { sent <- client.DialAndSendWithContext(ctx, msg) }()
	select {
	case err = <-sent:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return s.explained(err)
	}
	return nil
}

// message is a mail as MIME: text, HTML and the invitation as alternatives of one another, which is where mail clients look for it.
func message(m Mail) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	from, err := m.From.parsed()
	if err != nil {
		return nil, fmt.Errorf("the sender's address: %w", err)
	}
	to, err := m.To.parsed()
	if err != nil {
		return nil, fmt.Errorf("the reader's address: %w", err)
	}
	msg.FromMailAddress(from)
	msg.ToMailAddress(to)
	msg.Subject(m.Subject)
	msg.SetDate()
	msg.SetMessageIDWithValue(m.ID)
	if m.Thread != "" {
		msg.SetGenHeaderPreformatted(gomail.HeaderInReplyTo, "<"+m.Thread+">")
		msg.SetGenHeaderPreformatted(gomail.HeaderReferences, "<"+m.Thread+">")
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	if m.Invitation != "" {
		msg.AddAlternativeString(gomail.ContentType("text/calendar; method="+m.Method), m.Invitation, gomail.WithPartEncoding(gomail.EncodingB64))
	}
	return msg, nil
}

// parsed is an address as a head has it, whatever characters the name has. A backslash is not among them: where the name has to be encoded,
// net/mail leaves it in a place where it reads none.
func (a Address) parsed() (*mail.Address, error) {
	parsed, err := mail.ParseAddress("<" + a.Address + ">")
	if err != nil {
		return nil, err
	}
	parsed.Name = strings.ReplaceAll(header(a.Name), `\`, "/")
	return parsed, nil
}

// explained tells what a server refused for good from what may pass.
func (s *SMTP) explained(err error) error {
	doing := fmt.Errorf("mail by %s: %w", net.JoinHostPort(s.server.Host, strconv.Itoa(s.server.Port)), err)
	sent, ok := errors.AsType[*gomail.SendError](err)
	if !ok || sent.ErrorCode() < 500 {
		return doing
	}
	switch sent.Reason {
	case gomail.ErrSMTPRcptTo:
		return retry.Permanent{Err: doing, Remedy: "correct the person's address, or let the server take it"}
	case gomail.ErrSMTPMailFrom:
		return retry.Permanent{Err: doing, Remedy: "set mail_from to an address that the server lets this account write from"}
	default:
		return retry.Permanent{Err: doing, Remedy: "see what the server says"}
	}
}
