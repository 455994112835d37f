package webhook

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// errInside says that an address is not out in the world.
type errInside struct{ addr netip.Addr }

func (e errInside) Error() string {
	return fmt.Sprintf("%s is an address inside, and webhooks may not go there", e.addr)
}

// world is what of IPv6 is given out to networks at all (IANA IPv6 Global Unicast Address Assignments). What lies outside of it, such as
// ::/96, in which an IPv4 address can be written once more, is nobody's out in the world.
var world = netip.MustParsePrefix("2000::/3")

// inside are the parts of both that are not out in the world, beside those that netip knows (IANA Special-Purpose Address Registries,
// RFC 6890): local, reserved, for documentation and tests, and those in which a relay finds another address.
var inside = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
}

// outside reports whether an address is out in the world.
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

// guard looks at the address that is really about to be connected to, after names were resolved: a name can be made to point anywhere.
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

// timeout is how long a call may take.
const timeout = 15 * time.Second

// client makes the calls: straight, following nobody elsewhere.
func client(anywhere bool) *http.Client {
	d := &net.Dialer{Timeout: 5 * time.Second}
	if !anywhere {
		d.Control = guard
	}
	return &http.Client{
		Timeout:       timeout,
		Transport:     &http.Transport{DialContext: d.DialContext, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: timeout, MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
