package osm

import (
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

// errInside says that a name stands for an address that is not public.
type errInside struct{ addr netip.Addr }

func (e errInside) Error() string {
	return fmt.Sprintf("its name stands for the internal address %s", e.addr)
}

// errOther says that the server has another certificate than the pinned one.
var errOther = errors.New("the server's certificate is not the one that the settings name")

// transport makes the connections: without a proxy, to the named host alone, with the certificates that the settings name.
func transport(base *url.URL, o Options) (*http.Transport, error) {
	secure, err := secured(o)
	if err != nil {
		return nil, err
	}
	d := &net.Dialer{Timeout: 10 * time.Second}
	if _, err := netip.ParseAddr(base.Hostname()); err != nil && base.Hostname() != "localhost" && !o.Private {
		d.Control = public
	}
	return &http.Transport{DialContext: d.DialContext, TLSClientConfig: secure, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: o.Timeout,
		MaxResponseHeaderBytes: 64 << 10, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute}, nil
}

// public refuses a connection to an internal address: a name can be made to point anywhere.
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

// secured says which servers are believed.
func secured(o Options) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(o.CA) > 0 {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(o.CA) {
			return nil, errors.New("the file of certificates has none in PEM")
		}
	}
	if o.Fingerprint == "" {
		return c, nil
	}
	want, err := Fingerprint(o.Fingerprint)
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
