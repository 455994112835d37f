package config

import (
	"fmt"
	"net/url"
	"time"
)

// The bounds of an answer's time: a call of Berth itself ends after nine seconds.
const (
	shortestHook = time.Second
	longestHook  = 5 * time.Second
)

func setHookTimeout(s *Settings, v string) error {
	d, err := positive(v)
	if err == nil && (d < shortestHook || d > longestHook) {
		return fmt.Errorf("must be from PT1S to PT5S")
	}
	s.Policy.Timeout = d
	return err
}

func setHookFails(s *Settings, v string) error {
	if v != "open" && v != "closed" {
		return fmt.Errorf("must be open or closed")
	}
	s.Policy.Open = v == "open"
	return nil
}

// policy checks the combination of the settings for the policy.
func (l *layered) policy(p Policy) {
	if p.Hook == "" {
		return
	}
	u, err := url.Parse(p.Hook)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Fragment != "":
		l.fault("policy_hook", l.origins["policy_hook"], "must be an address such as https://rules.example.org/berth, without a user")
	case u.Scheme == "http" && !loopback(u.Hostname()) && !p.Private:
		l.fault("policy_hook", l.origins["policy_hook"], "must be https beyond this machine, unless policy_hook_private is yes")
	}
}
