package config

import (
	"net"
	"net/netip"
	"strconv"
	"time"
)

// validate checks combinations of settings.
func (l *layered) validate(s Settings) {
	host, port, err := net.SplitHostPort(s.Listen)
	if n, portErr := strconv.Atoi(port); err != nil || portErr != nil || n < 0 || n > 65535 {
		l.fault("listen", l.origins["listen"], "must be an address and a port such as 127.0.0.1:8080")
		return
	}
	if s.TLSCert == "" && s.TLSKey == "" && len(s.BehindProxy) == 0 && !loopback(host) {
		l.fault("listen", l.origins["listen"], "beyond loopback passwords and tokens would cross the network in clear: "+
			"set tls_cert and tls_key, or behind_proxy to the address of the proxy that ends TLS")
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		l.fault("tls_cert", l.origins["tls_cert"], "goes together with tls_key: give both or neither")
	}
	if s.LogFormat != "text" && s.LogFormat != "json" {
		l.fault("log_format", l.origins["log_format"], "must be text or json")
	}
	l.bugzilla(s.Bugzilla)
	l.mail(s.Mail)
	l.oidc(s.OIDC)
	l.policy(s.Policy)
	if s.HoldFor > s.MaxHold {
		l.fault("hold_for", l.origins["hold_for"], "must be at most max_hold")
	}
	if s.ClaimFor < time.Minute || s.ClaimFor > s.MaxHold {
		l.fault("claim_for", l.origins["claim_for"], "must be from PT1M to max_hold")
	}
}

// Loopback reports whether the instance listens to its own machine only.
func (s Settings) Loopback() bool {
	host, _, err := net.SplitHostPort(s.Listen)
	return err == nil && loopback(host)
}

// loopback judges a name by its usual meaning: "localhost" counts as this machine.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
