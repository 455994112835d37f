package config

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Calendar is a calendar outside that is tied to a testbed.
type Calendar struct {
	Name        string
	Testbed     string
	URL         string // a secret, where it is that of an .ics file
	Feed        bool   // it is an .ics file
	Calendar    string // the collection, where the address is the server's
	User        string // empty: no sign-in
	Password    string
	CA          []byte // certificates in PEM
	Fingerprint string
	Private     bool
	Poll        time.Duration
	Write       bool // Berth writes bookings into it, and reads nothing
	Full        bool // all about the bookings
	Categories  []string
	Closes      []CalendarRule
	Nothing     bool // events that name nothing close nothing

	passwordFile string
}

// CalendarRule says what the events of a category close; Count is of the device, 0 for all.
type CalendarRule struct {
	Category string
	VIM      string
	Device   string
	Count    int64
}

// ReadPassword returns the present password: one in a file may change after the start.
func (c Calendar) ReadPassword() (string, error) {
	if c.passwordFile == "" {
		return c.Password, nil
	}
	return secret(c.passwordFile)
}

// Site says where the calendar is, without what may be a secret.
func (c Calendar) Site() string {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return ""
	case c.Feed:
		return u.Host
	}
	return u.Host + u.Path
}

// calendarEntry is a calendar as the file has it.
type calendarEntry struct {
	Name         string   `yaml:"name"`
	Testbed      string   `yaml:"testbed"`
	Kind         string   `yaml:"kind"` // caldav or ics
	URL          string   `yaml:"url"`
	URLFile      string   `yaml:"url_file"`
	URLEnv       string   `yaml:"url_env"`
	Calendar     string   `yaml:"calendar"`
	User         string   `yaml:"user"`
	PasswordFile string   `yaml:"password_file"`
	PasswordEnv  string   `yaml:"password_env"`
	CAFile       string   `yaml:"ca_file"`
	Fingerprint  string   `yaml:"fingerprint"`
	Private      bool     `yaml:"private"`
	Poll         string   `yaml:"poll"`
	Write        bool     `yaml:"write"`
	Details      string   `yaml:"details"` // testbed or all
	Categories   []string `yaml:"categories"`
	Closes       []struct {
		Category string `yaml:"category"`
		VIM      string `yaml:"vim"`
		Device   string `yaml:"device"`
		Count    int64  `yaml:"count"`
	} `yaml:"closes"`
	Otherwise string `yaml:"otherwise"` // testbed or nothing
}

// usualCalendarPoll is how often a calendar is read or written.
const usualCalendarPoll = 2 * time.Minute

// setCalendars reads the file of calendars.
func setCalendars(s *Settings, path string) error {
	list, err := systems(path, "calendar", func(e calendarEntry, folder string) (Calendar, error) { return e.calendar(folder, s.environ) }, func(e calendarEntry) string { return e.Name })
	s.Calendars = list
	return err
}

// calendar checks an entry. The error names the first thing that is wrong, and never the address.
func (e calendarEntry) calendar(folder string, environ map[string]string) (c Calendar, err error) {
	c = Calendar{Name: e.Name, Testbed: e.Testbed, URL: e.URL, Calendar: e.Calendar, User: e.User, Fingerprint: e.Fingerprint, Private: e.Private, Poll: usualCalendarPoll,
		Write: e.Write, Full: e.Details == "all", Categories: e.Categories, Nothing: e.Otherwise == "nothing"}
	if e.URL == "" {
		if c.URL, _, err = systemSecret("url", folder, e.URLFile, e.URLEnv, environ); err != nil {
			return c, err
		}
	} else if e.URLFile != "" || e.URLEnv != "" {
		return c, errors.New("url, url_file and url_env exclude one another")
	}
	if rest, ok := strings.CutPrefix(c.URL, "webcal://"); ok {
		c.URL = "https://" + rest
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return c, errors.New("url must be like https://cloud.example.org/dav/calendars/lab/upkeep/")
	}
	c.Feed = e.Kind == "ics" || e.Kind == "" && strings.HasSuffix(u.Path, ".ics")
	plain := *u
	if c.Feed {
		plain.RawQuery = ""
	}
	if err := checkSystem(e.Name, plain.String(), "https://cloud.example.org/dav/calendars/lab/upkeep/", "calendar"); err != nil {
		return c, err
	}
	if err := e.fits(c); err != nil {
		return c, err
	}
	for i, r := range e.Closes {
		if r.Category == "" || r.VIM != "" && r.Device != "" || r.Count != 0 && r.Device == "" || r.Count < 0 {
			return c, fmt.Errorf("closes, rule %d: must have a category, and a vim, or a device and perhaps its count, or neither for the whole testbed", i+1)
		}
		c.Closes = append(c.Closes, CalendarRule(r))
	}
	if e.Poll != "" {
		if c.Poll, err = positive(e.Poll); err != nil {
			return c, fmt.Errorf("poll: %w", err)
		}
	}
	if c.Poll < 5*time.Second {
		return c, errors.New("poll must be at least PT5S")
	}
	if c.CA, err = trusted(folder, e.CAFile, e.Fingerprint); err != nil {
		return c, err
	}
	if e.User != "" {
		c.Password, c.passwordFile, err = systemSecret("password", folder, e.PasswordFile, e.PasswordEnv, environ)
	} else if e.PasswordFile != "" || e.PasswordEnv != "" {
		err = errors.New("a password needs a user")
	}
	return c, err
}

// fits checks what goes together.
func (e calendarEntry) fits(c Calendar) error {
	reading := len(e.Categories) > 0 || len(e.Closes) > 0 || e.Otherwise != ""
	switch {
	case e.Testbed == "":
		return errors.New("testbed is required: the id of the testbed whose calendar it is")
	case e.Kind != "" && e.Kind != "caldav" && e.Kind != "ics":
		return errors.New("kind must be caldav or ics")
	case e.Details != "" && e.Details != "testbed" && e.Details != "all":
		return errors.New("details must be testbed (what the testbed shows to everybody) or all")
	case e.Otherwise != "" && e.Otherwise != "testbed" && e.Otherwise != "nothing":
		return errors.New("otherwise must be testbed or nothing")
	case c.Feed && e.Calendar != "":
		return errors.New("calendar is for CalDAV servers only")
	case c.Feed && e.Write:
		return errors.New("an .ics file cannot be written: write needs a CalDAV collection")
	case e.Write && reading:
		return errors.New("categories, closes and otherwise are for calendars that are read; make another entry for it")
	case !e.Write && e.Details != "":
		return errors.New("details is for calendars that are written")
	}
	return nil
}
