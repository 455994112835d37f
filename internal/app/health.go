package app

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"berth/internal/config"
	"berth/scheduler"
)

// AskHealth asks the instance that these settings start on this machine how it is, and returns its answer. alive asks only whether it runs, not
// whether it can work: its database and its bookings. CodeUnavailable says that it does not run, or cannot work.
func AskHealth(ctx context.Context, settings config.Settings, alive bool) (string, error) {
	address, err := nearby(settings.Listen)
	if err != nil {
		return "", err
	}
	scheme, path := "http://", "/readyz"
	if settings.TLSCert != "" {
		scheme = "https://"
	}
	if alive {
		path = "/healthz"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+address+path, nil)
	if err != nil {
		return "", err
	}
	// The certificate bears the public name, not that of this machine, and may have been renewed since the start. The question holds no secret.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := client.Do(r)
	if err != nil {
		return "", scheduler.Errorf(scheduler.CodeUnavailable, "nothing answers on %s: %v", address, err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(io.LimitReader(a.Body, 4<<10))
	said := strings.TrimSpace(string(b))
	if err != nil || a.StatusCode != http.StatusOK {
		return "", scheduler.Errorf(scheduler.CodeUnavailable, "berth on %s answers %s: %s", address, a.Status, said)
	}
	return said, nil
}

// nearby is the address at which this machine reaches what listens on listen: every address means loopback, too.
func nearby(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", err
	}
	if port == "0" {
		return "", scheduler.Errorf(scheduler.CodeInvalid, "listen names no port: which one the server took, only its output says")
	}
	if addr, err := netip.ParseAddr(host); host == "" || err == nil && addr.IsUnspecified() && addr.Is4() {
		host = "127.0.0.1"
	} else if err == nil && addr.IsUnspecified() {
		host = "::1"
	}
	return net.JoinHostPort(host, port), nil
}
