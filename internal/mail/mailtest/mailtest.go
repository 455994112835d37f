// Package mailtest is a mail server for tests: it speaks SMTP on a local port, with or without TLS and sign-in, keeps the mails, and
// refuses those that a test wants refused.
package mailtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Options configure a server.
type Options struct {
	StartTLS bool
	TLS      bool
	User     string // needed to send; empty: none
	Password string
}

// Server receives mail.
type Server struct {
	Host  string
	Port  int
	Roots *x509.CertPool

	o       Options
	mu      sync.Mutex
	mails   []Mail
	refuse  func(to string) error
	cutting bool
}

// Mail is a received mail.
type Mail struct {
	Envelope string // the address of the SMTP recipient
	Head     mail.Header
	Parts    []Part
	Raw      []byte
}

// Part is one of the alternatives in a mail.
type Part struct {
	Type   string
	Params map[string]string
	Text   string
}

// Part returns the part of a type.
func (m Mail) Part(kind string) (Part, bool) {
	for _, p := range m.Parts {
		if p.Type == kind {
			return p, true
		}
	}
	return Part{}, false
}

// Text returns the text of the part of a type; empty if there is none.
func (m Mail) Text(kind string) string {
	p, _ := m.Part(kind)
	return p.Text
}

// New starts a server that ends with the test.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{o: o}
	server := smtp.NewServer(s)
	server.Domain, server.ReadTimeout, server.WriteTimeout, server.AllowInsecureAuth = "mail.example", 10*time.Second, 10*time.Second, true
	server.ErrorLog = silent{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(listener.Addr().String())
	s.Host = host
	s.Port, _ = strconv.Atoi(port)
	if o.TLS || o.StartTLS {
		server.TLSConfig, s.Roots = certificate(t)
	}
	if o.TLS {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		_ = server.Close()
		running.Wait()
	})
	return s
}

// Addr returns host and port.
func (s *Server) Addr() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// Refuse answers recipients with the errors of a function; nil accepts all again.
func (s *Server) Refuse(refuse func(to string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

// CutAfterTaking makes the server answer with a temporary failure after it has kept a mail, like a broken connection.
func (s *Server) CutAfterTaking(cut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cutting = cut
}

// Mails returns the mails that arrived since the last call.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.mails
	s.mails = nil
	return list
}

// Error makes a refusal with a code.
func Error(code int, text string) error { return &smtp.SMTPError{Code: code, Message: text} }

// NewSession begins a session for each connection.
func (s *Server) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &session{s: s, known: s.o.User == ""}, nil
}

// silent drops messages about broken connections: tests break them.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

type session struct {
	s     *Server
	known bool
	to    string
}

func (x *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != x.s.o.User || password != x.s.o.Password {
			return Error(535, "no such account or password")
		}
		x.known = true
		return nil
	}), nil
}

func (x *session) Mail(string, *smtp.MailOptions) error {
	if !x.known {
		return Error(530, "sign in first")
	}
	return nil
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.s.mu.Lock()
	refuse := x.s.refuse
	x.s.mu.Unlock()
	if refuse != nil {
		if err := refuse(to); err != nil {
			return err
		}
	}
	x.to = to
	return nil
}

func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := read(raw)
	if err != nil {
		return Error(554, err.Error())
	}
	m.Envelope = x.to
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.mails = append(x.s.mails, m)
	if x.s.cutting {
		return Error(451, "taken, but the answer is lost")
	}
	return nil
}

func (x *session) Reset()        {}
func (x *session) Logout() error { return nil }

// read splits a mail into its parts.
func read(raw []byte) (Mail, error) {
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Head: parsed.Header, Raw: raw}
	err = m.part(parsed.Header.Get("Content-Type"), parsed.Header.Get("Content-Transfer-Encoding"), parsed.Body)
	return m, err
}

func (m *Mail) part(kind, encoding string, body io.Reader) error {
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		return err
	}
	if strings.HasPrefix(media, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := m.part(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(encoding) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	m.Parts = append(m.Parts, Part{media, params, string(text)})
	return err
}

// certificate makes a certificate for this machine, and the pool that trusts it.
func certificate(t testing.TB) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.example"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(24 * time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, pool
}
