package config_test

import (
	"strings"
	"testing"

	"berth/internal/config"
	"berth/scheduler"
)

func TestDatabasesInEveryForm(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"berth.db": "berth.db", "./a b.db": "a b.db", "/var/lib/berth.db": "/var/lib/berth.db", "//var/lib/berth.db": "/var/lib/berth.db",
		"sqlite:berth.db": "berth.db", "sqlite:/var/berth.db": "/var/berth.db", "sqlite:///var/berth.db": "/var/berth.db", "SQLite:berth.db": "berth.db",
		"what?mode=ro": "what?mode=ro", "a=b.db": "a=b.db", "hosts=1.db": "hosts=1.db",
		"postgres://u@h/n": "postgres://u@h/n", "PostgreSQL://u@h/n": "postgresql://u@h/n", "postgres://u:p@db1:5432,db2/n?sslmode=disable": "postgres://u:p@db1:5432,db2/n?sslmode=disable",
	} {
		s, err := config.Load(config.Sources{File: none(t), Flags: map[string]string{"database": given}})
		if err != nil || s.Database != want {
			t.Errorf("%q is understood as %q (%v), want %q", given, s.Database, err, want)
		}
	}
	for _, given := range []string{"", " ", "sqlite:", "sqlite://berth.db", ":memory:", "sqlite::memory:", "file:berth.db", "file::memory:?cache=shared", "mysql://u@h/n",
		"host=db dbname=berth", " dbname = berth", "password=s3cret user=x", "jdbc:postgresql://h/n"} {
		_, err := config.Load(config.Sources{File: none(t), Flags: map[string]string{"database": given}})
		if scheduler.CodeOf(err) != scheduler.CodeInvalid || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v, want that it is refused, and nothing told of it", given, err)
		}
	}
}

func TestAddressesAreShownWithoutTheirPasswords(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"postgres://u:s3cret@db1:5432,db2:5433/n?sslmode=disable": "postgres://u:xxxxx@db1:5432,db2:5433/n?sslmode=disable",
		"postgres://u:s3cret@h/n?sslpassword=s3cret":              "postgres://u:xxxxx@h/n?sslpassword=xxxxx",
		"postgres://u:s3@cret@h":                                  "postgres://(not shown: it cannot be read)",
	} {
		s, err := config.Load(config.Sources{File: none(t), Flags: map[string]string{"database": given}})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range s.Entries() {
			if e.Name == "database" && (strings.Contains(e.Value, "cret") || e.Value != want && !strings.Contains(given, "s3@cret")) {
				t.Errorf("%s is shown as %s, want %s", given, e.Value, want)
			}
		}
	}
}

func TestWhereSettingsComeFrom(t *testing.T) {
	t.Parallel()
	load := func(file string, environ ...string) (config.Settings, error) {
		return config.Load(config.Sources{File: write(t, "berth.toml", file), Environ: environ})
	}
	if s, err := load("webhook_anywhere = true\nbugzilla_offer_links = false\n"); err != nil || !s.Webhooks.Anywhere || s.Bugzilla.OfferLinks {
		t.Errorf("booleans: %+v, %v", s.Webhooks, err)
	}
	if _, err := load("database = \"a.db\"\ndatabase_file = \"" + write(t, "address", "b.db") + "\"\n"); err == nil || !strings.Contains(err.Error(), "is set twice") {
		t.Errorf("a database by value and by file: %v", err)
	}
	if _, err := load("listen = true\n"); err == nil {
		t.Error("a boolean is taken for an address")
	}
	s, err := load("", "BERTH_PORT=tcp://10.0.0.1:8080", "BERTH_PORT_8080_TCP=tcp://10.0.0.1:8080", "BERTH_PORT_8080_TCP_ADDR=10.0.0.1", "BERTH_SERVICE_HOST=10.0.0.1",
		"BERTH_SERVICE_PORT_HTTP=8080", "BERTH_DB_PORT=tcp://10.0.0.2:5432", "BERTH_DB_SERVICE_HOST=10.0.0.2", "BERTH_LISTEN=127.0.0.1:9")
	if err != nil || len(s.Notes()) != 7 || s.Listen != "127.0.0.1:9" {
		t.Errorf("%v, noted %q; want a note for each of seven variables of Kubernetes", err, s.Notes())
	}
	for _, typo := range []string{"BERTH_LISTN=127.0.0.1:9", "BERTH_MAIL_PORT=25", "BERTH_SERVICES=1"} {
		if _, err := load("", typo); err == nil {
			t.Errorf("%s is taken for somebody else's", typo)
		}
	}
	if _, err := config.Load(config.Sources{Environ: []string{"BERTH_CONFIG="}}); err != nil {
		t.Errorf("an empty BERTH_CONFIG: %v", err)
	}
}
