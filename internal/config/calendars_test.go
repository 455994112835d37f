package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"berth/internal/config"
	"berth/scheduler"
)

// loadCalendars reads a file of calendars beside a password and an address.
func loadCalendars(t *testing.T, content string) (config.Settings, error) {
	t.Helper()
	path := write(t, "calendars.yaml", content)
	for name, text := range map[string]string{"password": "secret-of-the-lab\n", "address": "https://calendar.example.org/secret-address/basic.ics?key=1\n"} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return config.Load(config.Sources{File: none(t), Environ: []string{"LAB_PASSWORD=from-the-environment"}, Flags: map[string]string{"calendars_file": path}})
}

func TestCalendars(t *testing.T) {
	t.Parallel()
	s, err := loadCalendars(t, `
- name: lab
  testbed: wins-5g
  url: https://cloud.example.org/dav/
  calendar: Upkeep
  user: berth
  password_file: password
  categories: [Upkeep]
  closes:
    - {category: Radio, device: usrp-n210, count: 2}
    - {category: Compute, vim: iris}
  otherwise: nothing
  poll: PT30S
- {name: google, testbed: bristol, url_file: address}
- {name: web, testbed: bristol, url: "webcal://calendar.example.org/x", kind: ics}
- {name: out, testbed: wins-5g, url: "http://127.0.0.1:5232/lab/bookings/", user: berth, password_env: LAB_PASSWORD, write: yes, details: all}
`)
	if err != nil {
		t.Fatal(err)
	}
	lab, google, web, out := s.Calendars[0], s.Calendars[1], s.Calendars[2], s.Calendars[3]
	if lab.Feed || lab.Calendar != "Upkeep" || lab.Password != "secret-of-the-lab" || lab.Poll != 30*time.Second || !lab.Nothing || len(lab.Closes) != 2 || lab.Closes[0] != (config.CalendarRule{Category: "Radio", Device: "usrp-n210", Count: 2}) ||
		lab.Site() != "cloud.example.org/dav/" {
		t.Errorf("%+v", lab)
	}
	if !google.Feed || !strings.Contains(google.URL, "secret-address") || google.Site() != "calendar.example.org" || google.Poll != 2*time.Minute {
		t.Errorf("%+v", google)
	}
	if !web.Feed || web.URL != "https://calendar.example.org/x" {
		t.Errorf("%+v", web)
	}
	if p, err := out.ReadPassword(); !out.Write || !out.Full || p != "from-the-environment" || err != nil {
		t.Errorf("%+v, %v", out, err)
	}
	for _, e := range s.Entries() {
		for _, secret := range []string{"secret-of-the-lab", "secret-address", "from-the-environment"} {
			if strings.Contains(e.Value, secret) {
				t.Errorf("%s shows %s", e.Name, secret)
			}
		}
	}
}

func TestFaultsOfCalendars(t *testing.T) {
	t.Parallel()
	const good = "name: a, testbed: t, url: 'https://x.example.org/lab/'"
	for entry, want := range map[string]string{
		"name: A B, testbed: t, url: 'https://x'":                        "name must be",
		"name: a, url: 'https://x'":                                      "testbed is required",
		"name: a, testbed: t":                                            "url_file or url_env is required",
		"name: a, testbed: t, url_file: missing":                         "url:",
		"name: a, testbed: t, url: 'ftp://x'":                            "url must be like",
		"name: a, testbed: t, url: 'https://u:p@x/'":                     "url must be like",
		"name: a, testbed: t, url: 'http://x.example.org/'":              "url must be https",
		"name: a, testbed: t, url: 'http://x.example.org/a.ics'":         "url must be https",
		"name: a, testbed: t, url: 'https://x.example.org/?key=1'":       "url must be like",
		good + ", url_env: X":                                            "exclude one another",
		good + ", kind: carddav":                                         "kind must be",
		good + ", user: u":                                               "password_file or password_env",
		good + ", password_file: password":                               "a password needs a user",
		good + ", user: u, password_file: missing":                       "password:",
		good + ", password: x":                                           "password not found",
		good + ", details: all":                                          "details is for",
		good + ", write: yes, details: some":                             "details must be",
		good + ", write: yes, categories: [a]":                           "for calendars that are read",
		good + ", otherwise: all":                                        "otherwise must be",
		good + ", closes: [{vim: a}]":                                    "closes, rule 1",
		good + ", closes: [{category: a, vim: a, device: b}]":            "closes, rule 1",
		good + ", closes: [{category: a, vim: a, count: 1}]":             "closes, rule 1",
		good + ", poll: PT4S":                                            "at least PT5S",
		good + ", poll: soon":                                            "poll:",
		good + ", ca_file: missing":                                      "ca_file",
		good + ", ca_file: x, fingerprint: y":                            "exclude one another",
		"name: a, testbed: t, url: 'https://x.org/a.ics', write: yes":    "cannot be written",
		"name: a, testbed: t, url: 'https://x.org/a.ics', calendar: lab": "for CalDAV servers only",
		good + "}\n- {" + good:                                           "another one of this name",
	} {
		_, err := loadCalendars(t, "- {"+entry+"}\n")
		e, ok := errors.AsType[*scheduler.Error](err)
		if !ok || e.Code != scheduler.CodeInvalid || !strings.Contains(e.Error(), want) || !strings.Contains(e.Error(), "calendars_file") {
			t.Errorf("%s: %v, want %q", entry, err, want)
		}
	}
}
