package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	s.OSMs = nil
	if path == "" {
		return nil
	}
	list, err := readSystems[osmEntry](path, "OSMs")
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, e := range list {
		o, err := e.osm(filepath.Dir(path), s.environ)
		if err == nil && seen[o.Name] {
			err = errors.New("there is another one of this name")
		}
		if err != nil {
			return fmt.Errorf("OSM %d (%s): %w", i+1, e.Name, err)
		}
		seen[o.Name] = true
		s.OSMs = append(s.OSMs, o)
	}
	return nil
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
	case e.CAFile != "" && e.Fingerprint != "":
		return o, errors.New("ca_file and fingerprint exclude one another")
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
	if e.CAFile != "" {
		if o.CA, err = os.ReadFile(beside(folder, e.CAFile)); err != nil {
			return o, fmt.Errorf("ca_file: %w", err)
		}
	}
	o.Password, o.passwordFile, err = systemSecret("password", folder, e.PasswordFile, e.PasswordEnv, environ)
	return o, err
}
