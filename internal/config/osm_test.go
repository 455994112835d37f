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

// loadOSM reads a file of OSMs beside a password.
func loadOSM(t *testing.T, content string) (config.Settings, string, error) {
	t.Helper()
	path := write(t, "osm.yaml", content)
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "password"), []byte("secret-of-osm\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(config.Sources{File: none(t), Environ: []string{"OSM_PASSWORD=from-the-environment"}, Flags: map[string]string{"osm_file": path}})
	return s, filepath.Dir(path), err
}

func TestOSMs(t *testing.T) {
	t.Parallel()
	s, folder, err := loadOSM(t, `
- name: iris
  url: https://osm.example.org:9999
  project: berth
  user: berth
  password_file: password
  vims: {d40085f5-434c-4ad4-a2ed-b7699aea74df: wins-5g/iris, athens: athens/a}
  drive: [wins-5g]
  poll: PT30S
  keep: P1D
- {name: second, url: "http://127.0.0.1:9999", user: x, password_env: OSM_PASSWORD}
`)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.OSMs) != 2 {
		t.Fatalf("%d OSMs", len(s.OSMs))
	}
	first, second := s.OSMs[0], s.OSMs[1]
	if first.Password != "secret-of-osm" || first.Poll != 30*time.Second || first.Keep != 24*time.Hour || first.VIMs["athens"] != "athens/a" || first.Drive[0] != "wins-5g" || first.Project != "berth" {
		t.Errorf("%+v", first)
	}
	if second.Password != "from-the-environment" || second.Poll != time.Minute || second.Keep != time.Hour {
		t.Errorf("%+v", second)
	}
	if err := os.WriteFile(filepath.Join(folder, "password"), []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := first.ReadPassword(); err != nil || p != "new" {
		t.Errorf("the password is read anew: %q, %v", p, err)
	}
	for _, e := range s.Entries() {
		if strings.Contains(e.Value, "secret-of-osm") || strings.Contains(e.Value, "from-the-environment") {
			t.Errorf("%s shows the password", e.Name)
		}
	}
}

func TestFaultsOfOSMs(t *testing.T) {
	t.Parallel()
	const good = "name: a, user: u, password_file: password, url: 'https://osm.example.org'"
	for entry, want := range map[string]string{
		"name: A B, user: u, password_file: password, url: 'https://x'":                "name must be",
		"name: a, user: u, password_file: password, url: 'http://osm.example.org'":     "url must be https",
		"name: a, user: u, password_file: password, url: 'https://u@x'":                "url must be like",
		"name: a, password_file: password, url: 'https://x'":                           "user is required",
		"name: a, user: u, url: 'https://x'":                                           "password_file or password_env",
		"name: a, user: u, url: 'https://x', password_file: password, password_env: X": "not both",
		"name: a, user: u, url: 'https://x', password_env: NOBODY_SETS_IT":             "no variable NOBODY_SETS_IT",
		"name: a, user: u, url: 'https://x', password_file: missing":                   "password:",
		good + ", password: x":                "password not found",
		good + ", ca_file: missing":           "ca_file",
		good + ", ca_file: x, fingerprint: y": "exclude one another",
		good + ", vims: {a: b}":               "must be like wins-5g/iris",
		good + ", poll: PT4S":                 "at least PT5S",
		good + ", poll: soon":                 "poll:",
		good + ", keep: PT0S":                 "keep:",
		good + "}\n- {" + good:                "another one of this name",
	} {
		_, _, err := loadOSM(t, "- {"+entry+"}\n")
		e, ok := errors.AsType[*scheduler.Error](err)
		if !ok || e.Code != scheduler.CodeInvalid || !strings.Contains(e.Error(), want) || !strings.Contains(e.Error(), "osm_file") {
			t.Errorf("%s: %v, want %q", entry, err, want)
		}
	}
	if _, _, err := loadOSM(t, "name: a"); err == nil {
		t.Error("one that is no list is taken")
	}
}
