package webhook

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
)

func TestWhichAddressesAreOutside(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true, "8.8.8.8": true, "192.88.98.1": true, "2001:200::1": true, "3ffe::1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false,
		"255.255.255.255": false, "224.0.0.1": false, "::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd12::1": false, "::ffff:127.0.0.1": false,
		"::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b:1::1": false, "2002:7f00:1::": false, "ff02::1": false, "192.0.2.1": false, "198.18.0.1": false,
		"::127.0.0.1": false, "::8.8.8.8": false, "192.88.99.1": false, "192.88.99.255": false, "2001::1": false, "2001:2::1": false, "2001:20::1": false, "2001:db8::1": false,
		"3fff::1": false, "fec0::1": false, "100::1": false, "5f00::1": false, "4000::1": false, "::ffff:0:127.0.0.1": false,
	} {
		if got := outside(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s is outside: %v", addr, got)
		}
	}
}

// FuzzOutside embeds an IPv4 address in IPv6 in every known way: none of the results may be public if the address itself is not.
func FuzzOutside(f *testing.F) {
	for _, a := range [][]byte{{127, 0, 0, 1}, {10, 0, 0, 1}, {169, 254, 169, 254}, {8, 8, 8, 8}, {192, 88, 99, 1}, {0, 0, 0, 0}, {255, 255, 255, 255},
		{0x20, 0x01, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, {0x26, 0x06, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}} {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		addr, ok := netip.AddrFromSlice(raw)
		if !ok {
			return
		}
		if local := addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() || addr.IsMulticast() || addr.IsUnspecified(); local && outside(addr) {
			t.Errorf("%s is outside", addr)
		}
		if got := guard("tcp", netip.AddrPortFrom(addr, 443).String(), nil); (got == nil) != outside(addr) || got != nil && !errors.As(got, new(errInside)) {
			t.Errorf("%s is dialled: %v", addr, got)
		}
		if !addr.Is4() {
			return
		}
		v4 := addr.As4()
		for what, prefix := range map[string][]byte{"compatible": make([]byte, 12), "translated": {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0},
			"NAT64": {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}, "6to4": {0x20, 0x02}, "Teredo": {0x20, 0x01, 0, 0}} {
			written := append(slices.Clone(prefix), v4[:]...)
			written = append(written, make([]byte, 16-len(written))...)
			if a, _ := netip.AddrFromSlice(written); outside(a) {
				t.Errorf("%s, which holds %s (%s), is outside", a, addr, what)
			}
		}
		if mapped := netip.AddrFrom16(addr.As16()); outside(mapped) != outside(addr) {
			t.Errorf("%s and %s do not agree", mapped, addr)
		}
	})
}
