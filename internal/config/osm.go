package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
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
	mostOSMs    = 100
	largestFile = 1 << 20
	usualPoll   = time.Minute
	usualKeep   = time.Hour
)

var osmNames = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// setOSMs reads the file of OSMs. Files that it names lie beside it, unless their paths are absolute.
func setOSMs(s *Settings, path string) error {
	s.OSMs = nil
	if path == "" {
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("its file cannot be read: %w", err)
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	if err != nil || len(raw) > largestFile {
		return errors.Join(errors.New("its file cannot be read, or is too long"), err)
	}
	var list []osmEntry
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&list); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("must be a list of OSMs in YAML: %w", err)
	}
	if len(list) > mostOSMs {
		return fmt.Errorf("has more than %d OSMs", mostOSMs)
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
	u, urlErr := url.Parse(e.URL)
	switch {
	case !osmNames.MatchString(e.Name):
		return o, errors.New("name must be of small letters, digits and hyphens")
	case urlErr != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "":
		return o, errors.New("url must be like https://osm.example.org:9999")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return o, errors.New("url must be https beyond this machine: the password would cross the network in clear")
	case e.User == "":
		return o, errors.New("user is required")
	case (e.PasswordFile == "") == (e.PasswordEnv == ""):
		return o, errors.New("password_file or password_env is required, and not both")
	case e.CAFile != "" && e.Fingerprint != "":
		return o, errors.New("ca_file and fingerprint exclude one another")
	}
	for account, vim := range e.VIMs {
		if testbed, id, ok := strings.Cut(vim, "/"); !ok || testbed == "" || id == "" || account == "" {
			return o, fmt.Errorf("vims: %q must be like wins-5g/iris", vim)
		}
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
	beside := func(path string) string {
		if filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(folder, path)
	}
	if e.CAFile != "" {
		if o.CA, err = os.ReadFile(beside(e.CAFile)); err != nil {
			return o, fmt.Errorf("ca_file: %w", err)
		}
	}
	if e.PasswordFile != "" {
		o.passwordFile = beside(e.PasswordFile)
		o.Password, err = secret(o.passwordFile)
	} else if o.Password = environ[e.PasswordEnv]; o.Password == "" {
		err = fmt.Errorf("there is no variable %s", e.PasswordEnv)
	}
	if err == nil && o.Password == "" {
		err = errors.New("it is empty")
	}
	if err != nil {
		return o, fmt.Errorf("password: %w", err)
	}
	return o, nil
}
