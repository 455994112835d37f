package app

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// behindProxy gives a request the address of the client that a declared proxy says it has. What anybody else says in
// X-Forwarded-For is not believed.
func behindProxy(proxies []netip.Prefix, next http.Handler) http.Handler {
	if len(proxies) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if client := clientOf(r, proxies); client != "" {
			r = r.Clone(r.Context())
			r.RemoteAddr = client
		}
		next.ServeHTTP(w, r)
	})
}

// clientOf walks the chain of addresses from the nearest one outwards for as long as it consists of declared proxies. The first other
// one is the client: what stands left of it, the client may have made up.
func clientOf(r *http.Request, proxies []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !among(proxies, peer.Addr()) {
		return ""
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		addr, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return ""
		}
		if !among(proxies, addr) {
			return net.JoinHostPort(addr.Unmap().String(), "0")
		}
	}
	return ""
}

func among(proxies []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(addr.Unmap()) })
}
