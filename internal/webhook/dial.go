package webhook

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"berth/internal/remote"
)

// errInside says that an address is not a public one.
type errInside struct{ addr netip.Addr }

func (e errInside) Error() string {
	return fmt.Sprintf("%s is an internal address, which webhooks may not call", e.addr)
}

// world is the part of IPv6 that is allocated to networks at all (IANA IPv6 Global Unicast Address Assignments). Addresses outside it,
// such as ::/96, which can embed an IPv4 address, are not public.
var world = netip.MustParsePrefix("2000::/3")

// inside lists ranges that are not public, beside those that netip knows (IANA Special-Purpose Address Registries, RFC 6890): local,
// reserved, for documentation and tests, and those whose addresses a relay translates into others.
var inside = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
}

// outside reports whether an address is public.
func outside(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !world.Contains(a) {
		return false
	}
	for _, p := range inside {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// guard checks the address of the actual connection, after names were resolved: a name can point anywhere.
func guard(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !outside(at.Addr()) {
		return errInside{at.Addr()}
	}
	return nil
}

// timeout bounds a call.
const timeout = 15 * time.Second

// client makes the calls: without a proxy, and without following redirections.
func client(anywhere bool) *http.Client {
	d := &net.Dialer{Timeout: 5 * time.Second}
	if !anywhere {
		d.Control = guard
	}
	return &http.Client{
		Timeout:       timeout,
		Transport:     remote.Traced(&http.Transport{DialContext: d.DialContext, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: timeout, MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
