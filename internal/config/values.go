package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"berth/testbeds"
)

func text(at func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		*at(s) = v
		return nil
	}
}

func yesNo(at func(*Settings) *bool) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		switch v {
		case "yes", "true":
			*at(s) = true
		case "no", "false":
			*at(s) = false
		default:
			return fmt.Errorf("must be yes or no")
		}
		return nil
	}
}

func period(at func(*Settings) *time.Duration) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		d, err := positive(v)
		*at(s) = d
		return err
	}
}

// amount reads a number from 1 on.
func amount(at func(*Settings) *int) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > greatestAmount {
			return fmt.Errorf("must be a number from 1 to %d", greatestAmount)
		}
		*at(s) = n
		return nil
	}
}

const greatestAmount = 1_000_000

func positive(v string) (time.Duration, error) {
	p, err := testbeds.ParsePeriod(v)
	if err != nil {
		return 0, err
	}
	if p.IsZero() {
		return 0, fmt.Errorf("must be longer than zero")
	}
	return p.Exact(), nil
}

// items splits a list at its commas and ignores blanks around the parts.
func items(v string) []string {
	var list []string
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func setReminders(s *Settings, v string) error {
	s.Reminders = nil
	for _, item := range items(v) {
		d, err := positive(item)
		if err != nil {
			return err
		}
		s.Reminders = append(s.Reminders, d)
	}
	return nil
}

func setProxies(s *Settings, v string) error {
	s.BehindProxy = nil
	for _, item := range items(v) {
		prefix, err := netip.ParsePrefix(item)
		if addr, addrErr := netip.ParseAddr(item); addrErr == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", item)
		}
		s.BehindProxy = append(s.BehindProxy, prefix)
	}
	return nil
}

func setPublicURL(s *Settings, v string) error {
	s.PublicURL = nil
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("must be an http or https address such as https://berth.example.org")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return fmt.Errorf("must be scheme and host alone: Berth answers at the root")
	}
	s.PublicURL = &url.URL{Scheme: u.Scheme, Host: u.Host}
	return nil
}

func setLogLevel(s *Settings, v string) error {
	if err := s.LogLevel.UnmarshalText([]byte(v)); err != nil {
		return fmt.Errorf("must be debug, info, warn or error")
	}
	return nil
}

// Bodies below the least would refuse ordinary requests, bodies above the greatest would let any client fill the memory.
const (
	leastBody    = 64 << 10
	greatestBody = 64 << 20
)

func setMaxBody(s *Settings, v string) error {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < leastBody || n > greatestBody {
		return fmt.Errorf("must be a number of bytes from %d to %d", leastBody, greatestBody)
	}
	s.MaxBody = n
	return nil
}
