package app

import (
	"net/http"
	"net/netip"
	"net/url"
)

// strictTransport tells a browser to use only TLS for a year (RFC 6797). It covers this name alone: Berth does not know the names below it.
const strictTransport = "max-age=31536000"

// onlyTLS tells browsers to use only TLS from now on, if that is how people reach this instance: they ignore it in an answer without TLS.
// Names of this machine are left out, since a browser would apply it to every other program there.
func onlyTLS(base string, next http.Handler) http.Handler {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" || here(u.Hostname()) {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", strictTransport)
		next.ServeHTTP(w, r)
	})
}

func here(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
