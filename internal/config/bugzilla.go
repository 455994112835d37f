package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
)

func setStatuses(s *Settings, v string) error {
	s.Bugzilla.Statuses = nil
	for _, item := range items(v) {
		status, standing, ok := strings.Cut(item, "=")
		status, words := strings.TrimSpace(status), strings.Fields(standing)
		if !ok || len(words) < 1 || len(words) > 2 {
			return fmt.Errorf("%q is not like COMPLETED=RESOLVED FIXED", item)
		}
		if !slices.Contains(scheduler.Statuses, scheduler.Status(status)) {
			return fmt.Errorf("requests have no status %q", status)
		}
		if s.Bugzilla.Statuses == nil {
			s.Bugzilla.Statuses = map[string]string{}
		}
		s.Bugzilla.Statuses[status] = strings.Join(words, " ")
	}
	return nil
}

func setComponents(s *Settings, v string) error {
	s.Bugzilla.Components = nil
	return pairs(v, "deployments=DeploymentCalendar", func(name, value string) error {
		if s.Bugzilla.Components == nil {
			s.Bugzilla.Components = map[string]string{}
		}
		s.Bugzilla.Components[name] = value
		return nil
	})
}

// ownFields lists the fields of tickets that Berth sets itself, or that have settings of their own.
var ownFields = []string{"alias", "api_key", "assigned_to", "cc", "comment", "component", "deadline", "description", "op_sys", "platform", "product", "resolution",
	"status", "summary", "url", "version"}

func setFields(s *Settings, v string) error {
	s.Bugzilla.Fields = nil
	return pairs(v, "priority=High", func(name, value string) error {
		if slices.Contains(ownFields, name) {
			return fmt.Errorf("%s is not for this setting: Berth gives it, or it has one of its own", name)
		}
		if s.Bugzilla.Fields == nil {
			s.Bugzilla.Fields = map[string]string{}
		}
		s.Bugzilla.Fields[name] = value
		return nil
	})
}

// pairs hands on the names and values of a list such as priority=High,cf_team=Athens, each name once.
func pairs(v, example string, take func(name, value string) error) error {
	seen := map[string]bool{}
	for _, item := range items(v) {
		name, value, ok := strings.Cut(item, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !ok || name == "" || value == "":
			return fmt.Errorf("%q is not like %s", item, example)
		case seen[name]:
			return fmt.Errorf("%s is given twice", name)
		}
		seen[name] = true
		if err := take(name, value); err != nil {
			return err
		}
	}
	return nil
}

// bugzilla checks the combination of the settings for tickets.
func (l *layered) bugzilla(b Bugzilla) {
	if b.URL == "" {
		return
	}
	u, err := url.Parse(b.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "":
		l.fault("bugzilla_url", l.origins["bugzilla_url"], "must be an http or https address such as https://bugs.example.org")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		l.fault("bugzilla_url", l.origins["bugzilla_url"], "must be https beyond this machine: the API key would cross the network in clear")
	}
	if b.Key == "" {
		l.fault("bugzilla_key", l.origins["bugzilla_key"], "is required with bugzilla_url; better by bugzilla_key_file")
	}
	if b.Login == "" {
		l.fault("bugzilla_login", l.origins["bugzilla_login"], "is required with bugzilla_url: the login of the account that the key belongs to")
	}
	if b.Poll > 0 && b.Poll < time.Second {
		l.fault("bugzilla_poll", l.origins["bugzilla_poll"], "must be at least PT1S")
	}
}
