package config

import (
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"time"
)

func setMailServer(s *Settings, v string) error {
	s.Mail.Host, s.Mail.Port = "", 0
	if v == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(v)
	n, portErr := strconv.Atoi(port)
	if err != nil || portErr != nil || host == "" || n < 1 || n > 65535 {
		return fmt.Errorf("must be a host and a port such as smtp.example.org:587")
	}
	s.Mail.Host, s.Mail.Port = host, n
	return nil
}

func setMailFrom(s *Settings, v string) error {
	s.Mail.From = mail.Address{}
	if v == "" {
		return nil
	}
	a, err := mail.ParseAddress(v)
	if err != nil {
		return fmt.Errorf("must be an address such as Berth <berth@example.org>")
	}
	s.Mail.From = *a
	if a.Name == "" {
		s.Mail.From.Name = "Berth"
	}
	return nil
}

func setMailList(s *Settings, v string) error {
	s.Mail.List = ""
	if v == "" {
		return nil
	}
	a, err := mail.ParseAddress(v)
	if err != nil {
		return fmt.Errorf("must be an address such as tickets@example.org")
	}
	s.Mail.List = a.Address
	return nil
}

func setMailDigest(s *Settings, v string) error {
	s.Mail.Digest = nil
	if v == "" {
		return nil
	}
	t, err := time.Parse("15:04", v)
	if err != nil {
		return fmt.Errorf("must be a time such as 06:00, or empty")
	}
	s.Mail.Digest = new(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
	return nil
}

// mail checks the combination of the settings for mail.
func (l *layered) mail(m Mail) {
	if m.Host == "" {
		return
	}
	switch m.Security {
	case "starttls", "tls":
	case "none":
		if !loopback(m.Host) {
			l.fault("mail_security", l.origins["mail_security"], "must be starttls or tls beyond this machine: mails and the password would cross the network in clear")
		}
	default:
		l.fault("mail_security", l.origins["mail_security"], "must be starttls, tls or none")
	}
	if m.From.Address == "" {
		l.fault("mail_from", l.origins["mail_from"], "is required with mail_server")
	}
	if (m.User == "") != (m.Password == "") {
		l.fault("mail_user", l.origins["mail_user"], "goes together with mail_password: give both or neither")
	}
}
