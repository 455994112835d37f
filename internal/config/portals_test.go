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

// loadPortals reads a file of portals beside a key.
func loadPortals(t *testing.T, content string) (config.Settings, string, error) {
	t.Helper()
	path := write(t, "portals.yaml", content)
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "key"), []byte("secret-of-portal\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(config.Sources{File: none(t), Environ: []string{"CLIENT_SECRET=from-the-environment"}, Flags: map[string]string{"portals_file": path}})
	return s, filepath.Dir(path), err
}

func TestPortals(t *testing.T) {
	t.Parallel()
	s, folder, err := loadPortals(t, `
- name: 5ginfire
  kind: 5ginfire
  url: https://portal.example.org/5ginfireportal/services/api/repo
  api_key_file: key
  vims: {Cloudville: patras/cloudville}
  follow: all
  poll: PT30S
- {name: patras, kind: openslice, url: "http://127.0.0.1:13082/tmf-api", token_url: "http://127.0.0.1:8080/token", client: berth, client_secret_env: CLIENT_SECRET}
`)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Portals) != 2 {
		t.Fatalf("%d portals", len(s.Portals))
	}
	first, second := s.Portals[0], s.Portals[1]
	if first.Secret != "secret-of-portal" || first.Poll != 30*time.Second || first.VIMs["Cloudville"] != "patras/cloudville" || first.Follow != "all" {
		t.Errorf("the first is %+v", first)
	}
	if second.Secret != "from-the-environment" || second.Client != "berth" || second.Follow != "progress" || second.Poll != time.Minute {
		t.Errorf("the second is %+v", second)
	}
	if err := os.WriteFile(filepath.Join(folder, "key"), []byte("renewed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if now, err := first.ReadSecret(); err != nil || now != "renewed" {
		t.Errorf("the key is %q, %v", now, err)
	}
	for _, e := range s.Entries() {
		if strings.Contains(e.Value, "secret-of-portal") || strings.Contains(e.Value, "from-the-environment") {
			t.Errorf("%s shows a secret", e.Name)
		}
	}
}

func TestFaultsOfPortals(t *testing.T) {
	t.Parallel()
	const good = "name: a, kind: 5ginfire, api_key_file: key, url: 'https://portal.example.org/repo'"
	const other = "name: a, kind: openslice, url: 'https://x', client_secret_file: key, client: c, token_url: "
	for entry, want := range map[string]string{
		"name: A B, kind: 5ginfire, api_key_file: key, url: 'https://x'":               "name must be",
		"name: a, kind: other, api_key_file: key, url: 'https://x'":                    "kind must be 5ginfire or openslice",
		"name: a, kind: 5ginfire, api_key_file: key, url: 'http://portal.example.org'": "url must be https",
		"name: a, kind: 5ginfire, api_key_file: key, url: 'https://u@x'":               "url must be like",
		"name: a, kind: 5ginfire, url: 'https://x'":                                    "api_key_file or api_key_env",
		"name: a, kind: 5ginfire, url: 'https://x', api_key_file: key, api_key_env: X": "not both",
		"name: a, kind: 5ginfire, url: 'https://x', api_key_env: NOBODY_SETS_IT":       "no variable NOBODY_SETS_IT",
		"name: a, kind: openslice, url: 'https://x', client_secret_file: key":          "token_url and client are required",
		other + "'http://id.example.org/token'":                                        "token_url must be https",
		other + "'https://id.example.org', api_key_file: key":                          "api_key belongs to a 5ginfire portal",
		good + ", client: c":                  "belong to an openslice",
		good + ", api_key: x":                 "api_key not found",
		good + ", follow: some":               "follow must be one of nothing, progress, all",
		good + ", ca_file: missing":           "ca_file",
		good + ", ca_file: x, fingerprint: y": "exclude one another",
		good + ", vims: {a: b}":               "must be like wins-5g/iris",
		good + ", poll: PT4S":                 "at least PT5S",
		good + "}\n- {" + good:                "another one of this name",
	} {
		_, _, err := loadPortals(t, "- {"+entry+"}\n")
		e, ok := errors.AsType[*scheduler.Error](err)
		if !ok || e.Code != scheduler.CodeInvalid || !strings.Contains(e.Error(), want) || !strings.Contains(e.Error(), "portals_file") {
			t.Errorf("%s: %v, want %q", entry, err, want)
		}
	}
}
