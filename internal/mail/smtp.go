package mail

import (
	"berth/internal/retry"
	"berth/scheduler/trace"
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

// Security is the encryption of the connection to the mail server.
type Security string

const (
	StartTLS Security = "starttls" // begins in clear; fails if the server does not change to TLS
	TLS      Security = "tls"      // from the first byte
	Clear    Security = "none"
)

// Server is the mail server that accepts Berth's mail.
type Server struct {
	Host     string
	Port     int
	Security Security
	User     string // empty: no sign-in
	Password string
	Timeout  time.Duration  // of one mail; default 30 s
	Roots    *x509.CertPool // trusted certificates; nil: the system's
}

// SMTP sends through a mail server, each mail over a connection of its own.
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
		return nil, fmt.Errorf("security %q must be starttls, tls or none", s.Security)
	}
	if s.Roots != nil {
		options = append(options, gomail.WithTLSConfig(&tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}))
	}
	if s.User != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if s.Security == Clear {
			auth = gomail.SMTPAuthPlainNoEnc // only to this very machine, as the settings guarantee
		}
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	if _, err := gomail.NewClient(s.Host, options...); err != nil {
		return nil, fmt.Errorf("mail server %s: %w", s.Host, err)
	}
	return &SMTP{s, options}, nil
}

// Send delivers one mail to the server.
func (s *SMTP) Send(ctx context.Context, m Mail) error {
	msg, err := message(m)
	if err != nil {
		return retry.Permanent{Err: err, Remedy: "correct the address"}
	}
	if id := trace.Of(ctx).ID; id != "" {
		msg.SetGenHeader("X-Request-Id", id)
	}
	client, err := gomail.NewClient(s.server.Host, s.client...)
	if err != nil {
		return err
	}
	// The client watches ctx only until it is connected, and would let a silent server delay a shutdown. After a cancellation the
	// client runs into its own timeouts.
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

// message builds a mail as MIME: text, HTML and the invitation as alternatives of one another, the place where mail clients look
// for it.
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
	if m.Stop != "" {
		msg.SetGenHeaderPreformatted(gomail.HeaderListUnsubscribe, "<"+m.Stop+">")
		if strings.HasPrefix(m.Stop, "https://") { // RFC 8058 wants no other
			msg.SetGenHeaderPreformatted(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
		}
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	if m.Invitation != "" {
		msg.AddAlternativeString(gomail.ContentType("text/calendar; method="+m.Method), m.Invitation, gomail.WithPartEncoding(gomail.EncodingB64))
	}
	for i, text := range m.Further {
		if err := msg.AttachReader(fmt.Sprintf("event-%d.ics", i+2), strings.NewReader(text), gomail.WithFileContentType(gomail.ContentType("text/calendar; method="+m.Method+"; charset=utf-8"))); err != nil {
			return nil, err
		}
	}
	return msg, nil
}

// parsed converts an address for a header, with any characters in the name except backslashes: in a name that must be encoded, net/mail
// writes them in a place from which it cannot read them.
func (a Address) parsed() (*mail.Address, error) {
	parsed, err := mail.ParseAddress("<" + a.Address + ">")
	if err != nil {
		return nil, err
	}
	parsed.Name = strings.ReplaceAll(header(a.Name), `\`, "/")
	return parsed, nil
}

// explained tells permanent refusals of a server from temporary ones.
func (s *SMTP) explained(err error) error {
	doing := fmt.Errorf("mail by %s: %w", net.JoinHostPort(s.server.Host, strconv.Itoa(s.server.Port)), err)
	sent, ok := errors.AsType[*gomail.SendError](err)
	if !ok || sent.ErrorCode() < 500 {
		return doing
	}
	switch sent.Reason {
	case gomail.ErrSMTPRcptTo:
		return retry.Permanent{Err: doing, Remedy: "correct the person's address, or make the server accept it"}
	case gomail.ErrSMTPMailFrom:
		return retry.Permanent{Err: doing, Remedy: "set mail_from to an address that this account may send from"}
	default:
		return retry.Permanent{Err: doing, Remedy: "check the server's answer"}
	}
}
