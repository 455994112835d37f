package remote

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Trust says which servers are believed, and where they may be.
type Trust struct {
	CA          []byte // certificates in PEM that sign the server's; empty: those of the system
	Fingerprint string // SHA-256 of the server's certificate in hexadecimal, instead of a signature
	Private     bool   // a name may stand for an address that is not public
}

// errInside says that a name stands for an address that is not public.
type errInside struct{ addr netip.Addr }

func (e errInside) Error() string {
	return fmt.Sprintf("its name stands for the internal address %s", e.addr)
}

// errOther says that the server has another certificate than the pinned one.
var errOther = errors.New("the server's certificate is not the one that the settings name")

// Transport makes connections: without a proxy, to the named hosts alone, with the certificates that are believed.
func Transport(t Trust, timeout time.Duration) (*http.Transport, error) {
	secure, err := t.secured()
	if err != nil {
		return nil, err
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		d := &net.Dialer{Timeout: 10 * time.Second}
		if host, _, err := net.SplitHostPort(address); err != nil || !t.Private && isName(host) {
			d.Control = public
		}
		return d.DialContext(ctx, network, address)
	}
	return &http.Transport{DialContext: dial, TLSClientConfig: secure, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: timeout,
		MaxResponseHeaderBytes: 64 << 10, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute}, nil
}

// isName reports whether a host could be made to point anywhere: it is neither an address nor this machine.
func isName(host string) bool {
	_, err := netip.ParseAddr(host)
	return err != nil && host != "localhost"
}

// public refuses a connection to an internal address.
func public(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if a := at.Addr().Unmap(); !a.IsGlobalUnicast() || a.IsPrivate() {
		return errInside{a}
	}
	return nil
}

func (t Trust) secured() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(t.CA) > 0 {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(t.CA) {
			return nil, errors.New("the file of certificates has none in PEM")
		}
	}
	if t.Fingerprint == "" {
		return c, nil
	}
	want, err := Fingerprint(t.Fingerprint)
	if err != nil {
		return nil, err
	}
	c.InsecureSkipVerify = true // the certificate itself is compared instead
	c.VerifyConnection = func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 || sha256.Sum256(s.PeerCertificates[0].Raw) != want {
			return errOther
		}
		return nil
	}
	return c, nil
}

// Fingerprint reads the SHA-256 of a certificate: 64 hexadecimal digits, with or without colons.
func Fingerprint(text string) (sum [sha256.Size]byte, err error) {
	raw, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(text), ":", ""))
	if err != nil || len(raw) != len(sum) {
		return sum, errors.New("must be the SHA-256 of a certificate: 64 hexadecimal digits")
	}
	copy(sum[:], raw)
	return sum, nil
}

// Unaddressed strips an error of the method and the address, which may hold a secret.
func Unaddressed(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// Unreached advises an administrator about a missing answer of a system, by its name in a sentence.
func Unreached(system string, cause error) string {
	_, authority := errors.AsType[x509.UnknownAuthorityError](cause)
	_, host := errors.AsType[x509.HostnameError](cause)
	_, dns := errors.AsType[*net.DNSError](cause)
	_, inside := errors.AsType[errInside](cause)
	var timeout interface{ Timeout() bool }
	switch {
	case inside:
		return "if that is meant, set private to yes for this " + system + ", or give the address in url"
	case errors.Is(cause, errOther):
		return "if " + system + " has got a new certificate, set fingerprint to its SHA-256; otherwise somebody is in between"
	case errors.Is(cause, syscall.ECONNREFUSED):
		return "no server listens there: check that " + system + " is running, and url"
	case authority:
		return "the certificate is not trusted: set ca_file or fingerprint for this " + system
	case host:
		return "the certificate belongs to another host: check url, or set fingerprint"
	case dns:
		return "the host is not known: check url, and the name server"
	case errors.Is(cause, context.DeadlineExceeded), errors.As(cause, &timeout) && timeout.Timeout():
		return system + " did not answer in time: check its load, and the network between"
	case strings.Contains(cause.Error(), "HTTP response to HTTPS client"):
		return "the server speaks plain HTTP: check url"
	}
	return "check that " + system + " can be reached from here"
}
