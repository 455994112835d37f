package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Kinds of portals.
const (
	Portal5GinFIRE  = "5ginfire"
	PortalOpenslice = "openslice"
)

// Portal is a system in which people ask for slots.
type Portal struct {
	Name        string
	Kind        string // Portal5GinFIRE or PortalOpenslice
	URL         string
	CA          []byte // certificates in PEM
	Fingerprint string
	Private     bool
	VIMs        map[string]string // "testbed/vim" by a name that the portal has for it
	Follow      string            // "nothing", "progress" or "all"
	Poll        time.Duration

	// Of a 5GinFIRE portal: the key of an account. Of an Openslice: where a client gets its tokens, by which secret.
	Secret   string
	TokenURL string
	Client   string

	secretFile string
}

// ReadSecret returns the present key or client secret: one in a file may change after the start.
func (p Portal) ReadSecret() (string, error) {
	if p.secretFile == "" {
		return p.Secret, nil
	}
	return secret(p.secretFile)
}

// portalEntry is a portal as the file has it.
type portalEntry struct {
	Name        string            `yaml:"name"`
	Kind        string            `yaml:"kind"`
	URL         string            `yaml:"url"`
	APIKeyFile  string            `yaml:"api_key_file"`
	APIKeyEnv   string            `yaml:"api_key_env"`
	TokenURL    string            `yaml:"token_url"`
	Client      string            `yaml:"client"`
	SecretFile  string            `yaml:"client_secret_file"`
	SecretEnv   string            `yaml:"client_secret_env"`
	CAFile      string            `yaml:"ca_file"`
	Fingerprint string            `yaml:"fingerprint"`
	Private     bool              `yaml:"private"`
	VIMs        map[string]string `yaml:"vims"`
	Follow      string            `yaml:"follow"`
	Poll        string            `yaml:"poll"`
}

// setPortals reads the file of portals.
func setPortals(s *Settings, path string) error {
	list, err := systems(path, "portal", func(e portalEntry, folder string) (Portal, error) { return e.portal(folder, s.environ) }, func(e portalEntry) string { return e.Name })
	s.Portals = list
	return err
}

var follows = []string{"nothing", "progress", "all"}

// portal checks an entry. The error names the first thing that is wrong.
func (e portalEntry) portal(folder string, environ map[string]string) (p Portal, err error) {
	p = Portal{Name: e.Name, Kind: e.Kind, URL: e.URL, TokenURL: e.TokenURL, Client: e.Client, Fingerprint: e.Fingerprint, Private: e.Private, VIMs: e.VIMs, Follow: e.Follow, Poll: usualPoll}
	if p.Follow == "" {
		p.Follow = "progress"
	}
	if err := checkSystem(e.Name, e.URL, "https://portal.example.org/5ginfireportal/services/api/repo", "key"); err != nil {
		return p, err
	}
	if err := e.checkKind(); err != nil {
		return p, err
	}
	switch {
	case !slices.Contains(follows, p.Follow):
		return p, errors.New("follow must be one of " + strings.Join(follows, ", "))
	}
	if err := checkVIMs(e.VIMs); err != nil {
		return p, err
	}
	if e.Poll != "" {
		if p.Poll, err = positive(e.Poll); err != nil {
			return p, fmt.Errorf("poll: %w", err)
		}
	}
	if p.Poll < 5*time.Second {
		return p, errors.New("poll must be at least PT5S")
	}
	if p.CA, err = trusted(folder, e.CAFile, e.Fingerprint); err != nil {
		return p, err
	}
	if e.Kind == PortalOpenslice {
		p.Secret, p.secretFile, err = systemSecret("client_secret", folder, e.SecretFile, e.SecretEnv, environ)
	} else {
		p.Secret, p.secretFile, err = systemSecret("api_key", folder, e.APIKeyFile, e.APIKeyEnv, environ)
	}
	return p, err
}

// checkKind checks what belongs to one kind of portal only.
func (e portalEntry) checkKind() error {
	keys, clients := e.APIKeyFile+e.APIKeyEnv != "", e.TokenURL+e.Client+e.SecretFile+e.SecretEnv != ""
	switch {
	case e.Kind == Portal5GinFIRE && clients:
		return errors.New("token_url, client and client_secret belong to an openslice")
	case e.Kind == PortalOpenslice && keys:
		return errors.New("api_key belongs to a 5ginfire portal")
	case e.Kind == PortalOpenslice && (e.TokenURL == "" || e.Client == ""):
		return errors.New("token_url and client are required")
	case e.Kind != Portal5GinFIRE && e.Kind != PortalOpenslice:
		return fmt.Errorf("kind must be %s or %s", Portal5GinFIRE, PortalOpenslice)
	}
	if e.Kind != PortalOpenslice {
		return nil
	}
	u, err := url.Parse(e.TokenURL)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return errors.New("token_url must be https, such as https://id.example.org/auth/realms/openslice/protocol/openid-connect/token")
	}
	return nil
}
