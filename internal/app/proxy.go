package app

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// behindProxy gives a request the client's address from a declared proxy. It ignores X-Forwarded-For from any other sender.
func behindProxy(proxies []netip.Prefix, next http.Handler) http.Handler {
	if len(proxies) == 0 {
		return next
	}
	proxies = unmapped(proxies)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if client := clientOf(r, proxies); client != "" {
			r = r.Clone(r.Context())
			r.RemoteAddr = client
		}
		next.ServeHTTP(w, r)
	})
}

// clientOf walks the chain of addresses from the nearest one outwards through declared proxies. The first other one is the client: it may
// have made up all further ones. If all are declared, the client lives in a declared network, and is the outermost. A hop that is no
// address stays as it is: an unknown client, but never the proxy itself; otherwise all such clients would be one, and on the proxy's own
// machine even local.
func clientOf(r *http.Request, proxies []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !among(proxies, peer.Addr()) {
		return ""
	}
	client := ""
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if hop = strings.TrimSpace(hop); hop == "" {
			continue
		}
		addr, ok := hopAddr(hop)
		if !ok {
			return hop[:min(len(hop), maxHop)]
		}
		client = net.JoinHostPort(addr.String(), "0")
		if !among(proxies, addr) {
			return client
		}
	}
	return client
}

// maxHop bounds the stored length of a hop that is no address.
const maxHop = 64

// hopAddr reads an address as proxies write it: alone, in brackets, and with a port (RFC 7239, section 6, and older forms).
func hopAddr(hop string) (netip.Addr, bool) {
	if p, err := netip.ParseAddrPort(hop); err == nil {
		return p.Addr().Unmap().WithZone(""), true
	}
	if inner, ok := strings.CutPrefix(hop, "["); ok {
		hop = strings.TrimSuffix(inner, "]")
	}
	addr, err := netip.ParseAddr(hop)
	return addr.Unmap().WithZone(""), err == nil
}

func among(proxies []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(addr.Unmap().WithZone("")) })
}

// unmapped converts IPv4 networks written as IPv6 (::ffff:10.0.0.0/104) to IPv4, the form in which addresses are compared.
func unmapped(proxies []netip.Prefix) []netip.Prefix {
	list := slices.Clone(proxies)
	for i, p := range list {
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			list[i] = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
	}
	return list
}
