package config

import (
	"errors"
	"fmt"
	"time"
)

// OSM is an Open Source MANO in which requests are deployed.
type OSM struct {
	Name        string
	URL         string
	User        string
	Password    string
	Project     string
	CA          []byte // certificates in PEM
	Fingerprint string
	Private     bool
	VIMs        map[string]string // "testbed/vim" by the id or the name of a VIM account
	Drive       []string          // testbeds
	Poll        time.Duration
	Keep        time.Duration

	passwordFile string
}

// ReadPassword returns the present password: one in a file may change after the start.
func (o OSM) ReadPassword() (string, error) {
	if o.passwordFile == "" {
		return o.Password, nil
	}
	return secret(o.passwordFile)
}

// osmEntry is an OSM as the file has it.
type osmEntry struct {
	Name         string            `yaml:"name"`
	URL          string            `yaml:"url"`
	Project      string            `yaml:"project"`
	User         string            `yaml:"user"`
	PasswordFile string            `yaml:"password_file"`
	PasswordEnv  string            `yaml:"password_env"`
	CAFile       string            `yaml:"ca_file"`
	Fingerprint  string            `yaml:"fingerprint"`
	Private      bool              `yaml:"private"`
	VIMs         map[string]string `yaml:"vims"`
	Drive        []string          `yaml:"drive"`
	Poll         string            `yaml:"poll"`
	Keep         string            `yaml:"keep"`
}

const (
	usualPoll = time.Minute
	usualKeep = time.Hour
)

// setOSMs reads the file of OSMs.
func setOSMs(s *Settings, path string) error {
	list, err := systems(path, "OSM", func(e osmEntry, folder string) (OSM, error) { return e.osm(folder, s.environ) }, func(e osmEntry) string { return e.Name })
	s.OSMs = list
	return err
}

// osm checks an entry. The error names the first thing that is wrong.
func (e osmEntry) osm(folder string, environ map[string]string) (o OSM, err error) {
	o = OSM{Name: e.Name, URL: e.URL, User: e.User, Project: e.Project, Fingerprint: e.Fingerprint, Private: e.Private, VIMs: e.VIMs, Drive: e.Drive, Poll: usualPoll, Keep: usualKeep}
	if err := checkSystem(e.Name, e.URL, "https://osm.example.org:9999", "password"); err != nil {
		return o, err
	}
	switch {
	case e.User == "":
		return o, errors.New("user is required")
	case (e.PasswordFile == "") == (e.PasswordEnv == ""):
		return o, errors.New("password_file or password_env is required, and not both")
	}
	if err := checkVIMs(e.VIMs); err != nil {
		return o, err
	}
	for _, x := range []struct {
		name, text string
		to         *time.Duration
	}{{"poll", e.Poll, &o.Poll}, {"keep", e.Keep, &o.Keep}} {
		if x.text == "" {
			continue
		}
		if *x.to, err = positive(x.text); err != nil {
			return o, fmt.Errorf("%s: %w", x.name, err)
		}
	}
	if o.Poll < 5*time.Second {
		return o, errors.New("poll must be at least PT5S")
	}
	if o.CA, err = trusted(folder, e.CAFile, e.Fingerprint); err != nil {
		return o, err
	}
	o.Password, o.passwordFile, err = systemSecret("password", folder, e.PasswordFile, e.PasswordEnv, environ)
	return o, err
}
