package config_test

import (
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/internal/config"
	"berth/scheduler"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// none makes an empty settings file, so that no test reads one from the working directory.
func none(t *testing.T) string { return write(t, "berth.toml", "") }

func TestDefaultsWork(t *testing.T) {
	t.Parallel()
	s, err := config.Load(config.Sources{File: none(t)})
	if err != nil {
		t.Fatal(err)
	}
	if s.Listen != "127.0.0.1:8080" || s.Database != "berth.db" || !s.Loopback() {
		t.Errorf("defaults: listen %q, database %q, loopback %v", s.Listen, s.Database, s.Loopback())
	}
	if s.Horizon != 730*24*time.Hour || s.HoldFor != 72*time.Hour || s.StopAfter != 15*time.Second {
		t.Errorf("defaults: horizon %v, hold for %v, stop after %v", s.Horizon, s.HoldFor, s.StopAfter)
	}
	for _, e := range s.Entries() {
		if e.Origin != "default" {
			t.Errorf("%s comes from %s, want default", e.Name, e.Origin)
		}
	}
}

func TestLaterSourcesReplaceEarlierOnes(t *testing.T) {
	t.Parallel()
	file := write(t, "berth.toml", `
listen = "127.0.0.1:1"
log_level = "warn"
hold_for = "PT1H"
behind_proxy = ["10.0.0.0/8", "192.0.2.1"]
max_body = 100000
`)
	s, err := config.Load(config.Sources{
		File:    file,
		Environ: []string{"BERTH_LISTEN=127.0.0.1:2", "BERTH_LOG_LEVEL=error", "HOME=/nowhere", "BERTH_TEST_POSTGRES=ignored", "BERTH_SERVER=of a client", "BERTH_TOKEN=x", "BERTH_CONTEXT=clara", "BERTH_CONTEXTS=x"},
		Flags:   map[string]string{"listen": "127.0.0.1:3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]config.Origin{}
	for _, e := range s.Entries() {
		if e.Origin != "default" {
			got[e.Name+"="+e.Value] = e.Origin
		}
	}
	want := map[string]config.Origin{
		"listen=127.0.0.1:3":                "--listen",
		"log_level=error":                   "BERTH_LOG_LEVEL",
		"hold_for=PT1H":                     "berth.toml",
		"behind_proxy=10.0.0.0/8,192.0.2.1": "berth.toml",
		"max_body=100000":                   "berth.toml",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings in force (-want +got):\n%s", diff)
	}
	proxies := []string{netip.MustParsePrefix("10.0.0.0/8").String(), netip.MustParsePrefix("192.0.2.1/32").String()}
	var gotProxies []string
	for _, p := range s.BehindProxy {
		gotProxies = append(gotProxies, p.String())
	}
	if diff := cmp.Diff(proxies, gotProxies); diff != "" {
		t.Errorf("proxies (-want +got):\n%s", diff)
	}
	if s.LogLevel != slog.LevelError || s.MaxBody != 100000 || s.HoldFor != time.Hour {
		t.Errorf("values: level %v, body %d, hold %v", s.LogLevel, s.MaxBody, s.HoldFor)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		file  string
		env   []string
		flags map[string]string
		want  []string // parts of "field: rule", one per fault, in order
	}{
		{"unknown key", "listne = \"x\"\ncolour = \"red\"\n", nil, nil,
			[]string{"colour (berth.toml): is not a setting", "listne (berth.toml): is not a setting"}},
		{"unknown table", "[server]\nlisten = \"x\"\n", nil, nil, []string{"server (berth.toml): must be a text"}},
		{"list of numbers", "behind_proxy = [1]\n", nil, nil, []string{"behind_proxy (berth.toml): must be a text"}},
		{"unknown variable", "", []string{"BERTH_LISTNE=x"}, nil, []string{"listne (BERTH_LISTNE): is not a setting"}},
		{"not a secret", "", []string{"BERTH_LISTEN_FILE=x"}, nil, []string{"listen_file (BERTH_LISTEN_FILE): is not a setting"}},
		{"bad listen", "", nil, map[string]string{"listen": "8080"}, []string{"listen (--listen): must be an address and a port"}},
		{"bad port", "", nil, map[string]string{"listen": "127.0.0.1:70000"}, []string{"listen (--listen): must be an address and a port"}},
		{"beyond loopback", "", nil, map[string]string{"listen": "0.0.0.0:8080"}, []string{"listen (--listen): beyond loopback"}},
		{"all interfaces", "", nil, map[string]string{"listen": ":8080"}, []string{"listen (--listen): beyond loopback"}},
		{"one of two", "", nil, map[string]string{"tls_cert": "a.pem"}, []string{"tls_cert (--tls-cert): goes together"}},
		{"bad period", "", []string{"BERTH_HORIZON=2y"}, nil, []string{"horizon (BERTH_HORIZON): \"2y\" is not an ISO 8601 duration"}},
		{"empty period", "", nil, map[string]string{"hold_for": "PT0S"}, []string{"hold_for (--hold-for): must be longer"}},
		{"no time to claim", "", nil, map[string]string{"claim_for": "PT59S"}, []string{"claim_for (--claim-for): must be from PT1M to max_hold"}},
		{"a claim above the most", "", nil, map[string]string{"claim_for": "P31D"}, []string{"claim_for (--claim-for): must be from PT1M to max_hold"}},
		{"hold above the most", "", nil, map[string]string{"hold_for": "P31D"}, []string{"hold_for (--hold-for): must be at most max_hold"}},
		{"bad reminder", "", nil, map[string]string{"reminders": "P1D,soon"}, []string{"reminders (--reminders): \"soon\""}},
		{"bad proxy", "", nil, map[string]string{"behind_proxy": "proxy.example"}, []string{"behind_proxy (--behind-proxy): \"proxy.example\""}},
		{"bad public address", "", nil, map[string]string{"public_url": "berth.example"}, []string{"public_url (--public-url): must be an http"}},
		{"public address with path", "", nil, map[string]string{"public_url": "https://a.example/b"}, []string{"public_url (--public-url): must be scheme and host"}},
		{"bad level", "", nil, map[string]string{"log_level": "loud"}, []string{"log_level (--log-level): must be debug"}},
		{"bad format", "", nil, map[string]string{"log_format": "xml"}, []string{"log_format (--log-format): must be text or json"}},
		{"small body", "", nil, map[string]string{"max_body": "10"}, []string{"max_body (--max-body): must be a number of bytes"}},
		{"other database", "", nil, map[string]string{"database": "mysql://x"}, []string{"database (--database): addresses begin with postgres://"}},
		{"no database", "", nil, map[string]string{"database": ""}, []string{"database (--database): must be a file"}},
		{"twice", "", []string{"BERTH_DATABASE=a.db", "BERTH_DATABASE_FILE=b"}, nil, []string{"database (BERTH_DATABASE_FILE): is set twice"}},
		{"missing secret", "", []string{"BERTH_DATABASE_FILE=/nowhere/secret"}, nil, []string{"database (BERTH_DATABASE_FILE): its file cannot be read"}},
		{"several at once", "colour = 1\n", []string{"BERTH_HORIZON=x"}, map[string]string{"max_body": "y"},
			[]string{"colour (berth.toml)", "horizon (BERTH_HORIZON)", "max_body (--max-body)"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(config.Sources{File: write(t, "berth.toml", tt.file), Environ: tt.env, Flags: tt.flags})
			e, ok := errors.AsType[*scheduler.Error](err)
			if !ok || e.Code != scheduler.CodeInvalid {
				t.Fatalf("error is %v, want an invalid input", err)
			}
			if len(e.Fields) != len(tt.want) {
				t.Fatalf("faults are %v, want %d", e.Fields, len(tt.want))
			}
			for i, f := range e.Fields {
				if got := f.Field + ": " + f.Rule; !strings.HasPrefix(got, tt.want[i]) {
					t.Errorf("fault %d is %q, want it to begin with %q", i, got, tt.want[i])
				}
			}
		})
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"named but missing": filepath.Join(t.TempDir(), "missing.toml"),
		"not TOML":          write(t, "berth.toml", "listen = \n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := config.Load(config.Sources{File: path}); scheduler.CodeOf(err) != scheduler.CodeInvalid {
				t.Errorf("error is %v, want an invalid input", err)
			}
			env := []string{"BERTH_CONFIG=" + path}
			if _, err := config.Load(config.Sources{Environ: env}); scheduler.CodeOf(err) != scheduler.CodeInvalid {
				t.Errorf("error through BERTH_CONFIG is %v, want an invalid input", err)
			}
		})
	}
}

func TestSecretsAreReadFromFilesAndMasked(t *testing.T) {
	t.Parallel()
	const address = "postgres://berth:hunter2@db.example/berth?sslpassword=hunter3"
	secret := write(t, "dsn", address+"\n")
	s, err := config.Load(config.Sources{File: none(t), Environ: []string{"BERTH_DATABASE_FILE=" + secret}})
	if err != nil {
		t.Fatal(err)
	}
	if s.Database != address {
		t.Errorf("database is %q, want %q", s.Database, address)
	}
	for _, e := range s.Entries() {
		if strings.Contains(e.Value, "hunter") {
			t.Errorf("%s shows a secret: %s", e.Name, e.Value)
		}
		if e.Name == "database" && !strings.Contains(e.Value, "db.example") {
			t.Errorf("database is shown as %q, want the host to be legible", e.Value)
		}
	}
}

func TestTheKeyOfBugzillaIsNotShown(t *testing.T) {
	t.Parallel()
	key := write(t, "key", "hunter2\n")
	load := func(url string, more ...string) (config.Settings, error) {
		return config.Load(config.Sources{File: none(t), Environ: append([]string{"BERTH_BUGZILLA_URL=" + url}, more...)})
	}
	const login = "BERTH_BUGZILLA_LOGIN=berth@example.org"
	s, err := load("https://bugs.example.org", "BERTH_BUGZILLA_KEY_FILE="+key, login)
	if err != nil || s.Bugzilla.Key != "hunter2" || s.Bugzilla.Product != "5GinFIRE Operations" {
		t.Fatalf("settings %+v, %v", s.Bugzilla, err)
	}
	for _, e := range s.Entries() {
		if strings.Contains(e.Value, "hunter") || e.Name == "bugzilla_key" && e.Value == "" {
			t.Errorf("%s is shown as %q", e.Name, e.Value)
		}
	}
	for _, url := range []string{"bugs.example.org", "ftp://bugs.example.org", "http://bugs.example.org", "https://user:pw@bugs.example.org", "https://bugs.example.org/?x=y"} {
		if _, err := load(url, "BERTH_BUGZILLA_KEY=k"); scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, err := load("https://bugs.example.org"); scheduler.CodeOf(err) != scheduler.CodeInvalid {
		t.Errorf("without a key: %v", err)
	}
}

// TestAKeyInAFileIsReadAnew, and one that was given by value is not.
func TestAKeyInAFileIsReadAnew(t *testing.T) {
	t.Parallel()
	key := write(t, "key", "first\n")
	load := func(environ ...string) config.Bugzilla {
		t.Helper()
		s, err := config.Load(config.Sources{File: none(t), Environ: append(environ, "BERTH_BUGZILLA_URL=https://bugs.example.org", "BERTH_BUGZILLA_LOGIN=b")})
		if err != nil {
			t.Fatal(err)
		}
		return s.Bugzilla
	}
	file, value := load("BERTH_BUGZILLA_KEY_FILE="+key), load("BERTH_BUGZILLA_KEY=given")
	if err := os.WriteFile(key, []byte("second\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := file.ReadKey(); err != nil || got != "second" || file.Key != "first" {
		t.Errorf("from the file %q, %v; at first %q", got, err, file.Key)
	}
	if got, err := value.ReadKey(); err != nil || got != "given" {
		t.Errorf("by value %q, %v", got, err)
	}
}

func TestComponentsAndFieldsOfTickets(t *testing.T) {
	t.Parallel()
	load := func(name, value string) (config.Bugzilla, error) {
		s, err := config.Load(config.Sources{File: none(t), Flags: map[string]string{name: value}})
		return s.Bugzilla, err
	}
	b, err := load("bugzilla_fields", "priority=High, keywords = testbed|5g ,cf_team=Athens Lab")
	if diff := cmp.Diff(map[string]string{"priority": "High", "keywords": "testbed|5g", "cf_team": "Athens Lab"}, b.Fields); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	b, err = load("bugzilla_components", "deployments=DeploymentCalendar,north=Athens Operations")
	if diff := cmp.Diff(map[string]string{"deployments": "DeploymentCalendar", "north": "Athens Operations"}, b.Components); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, c := range [][2]string{{"bugzilla_fields", "priority"}, {"bugzilla_fields", "=High"}, {"bugzilla_fields", "priority="}, {"bugzilla_fields", "priority=High,priority=Low"},
		{"bugzilla_fields", "summary=x"}, {"bugzilla_fields", "status=NEW"}, {"bugzilla_components", "deployments"}, {"bugzilla_components", "a=b,a=c"}} {
		if _, err := load(c[0], c[1]); scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("%s = %q: %v", c[0], c[1], err)
		}
	}
}

// TestSecretsAreReadFromFilesByFlagsToo, for every secret, and not together with its value.
func TestSecretsAreReadFromFilesByFlagsToo(t *testing.T) {
	t.Parallel()
	for _, e := range config.List() {
		if !e.Secret {
			continue
		}
		flags := map[string]string{e.Name + "_file": write(t, "secret", "postgres://a:hunter2@db.example/x\n")}
		s, err := config.Load(config.Sources{File: none(t), Flags: flags})
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range s.Entries() {
			if want := config.Origin("--" + strings.ReplaceAll(e.Name, "_", "-") + "-file"); in.Name == e.Name && in.Origin != want {
				t.Errorf("%s comes from %s, want %s", e.Name, in.Origin, want)
			}
		}
		flags[e.Name] = "postgres://x/y"
		if _, err := config.Load(config.Sources{File: none(t), Flags: flags}); err == nil || !strings.Contains(err.Error(), "set twice") {
			t.Errorf("%s given twice: %v", e.Name, err)
		}
	}
	if _, err := config.Load(config.Sources{File: none(t), Flags: map[string]string{"bugzilla_key_file": "/nowhere"}}); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("a file that there is not: %v", err)
	}
}

// TestASettingOfBeforeIsLeftAlone where a file still has it.
func TestASettingOfBeforeIsLeftAlone(t *testing.T) {
	t.Parallel()
	s, err := config.Load(config.Sources{File: write(t, "berth.toml", "bugzilla_key_in_query = \"yes\"\n"), Environ: []string{"BERTH_BUGZILLA_KEY_IN_QUERY=perhaps"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range s.Entries() {
		if e.Name == "bugzilla_key_in_query" {
			t.Errorf("it is shown as in force: %+v", e)
		}
	}
}

func TestListeningBeyondLoopback(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string]map[string]string{
		"with TLS":     {"listen": "0.0.0.0:443", "tls_cert": "a.pem", "tls_key": "b.pem"},
		"with a proxy": {"listen": ":8080", "behind_proxy": "10.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := config.Load(config.Sources{File: none(t), Flags: flags})
			if err != nil {
				t.Fatal(err)
			}
			if s.Loopback() {
				t.Errorf("%s counts as loopback", s.Listen)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("listen = \"127.0.0.1:1\"\nreminders = [\"P1D\"]\n", "postgres://a:b@c/d?password=e")
	f.Add("behind_proxy = \"::1/128\"\n[x]\n", "postgres://%zz")
	f.Fuzz(func(t *testing.T, file, database string) {
		s, err := config.Load(config.Sources{File: write(t, "berth.toml", file), Flags: map[string]string{"database": database}})
		if err != nil && scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Fatalf("error %v is not one for users", err)
		}
		if err == nil && len(s.Entries()) != len(config.Names()) {
			t.Fatal("a setting is not shown")
		}
	})
}
