package store_test

import (
	"testing"

	"berth/calendar"
	"berth/internal/store"
	"berth/internal/testdb"
)

// A database is drawn with the site of the last server, whichever program opens it, and with that of a command if there was no server yet.
func TestTheSiteIsTheServers(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		for _, step := range []struct {
			when, site string
			serving    bool
			want       string
		}{
			{"a command before any server", "http://127.0.0.1:8080", false, "http://127.0.0.1:8080"},
			{"another one", "https://other.example", false, "https://other.example"},
			{"a server", "https://berth.example", true, "https://berth.example"},
			{"a command without settings", "", false, "https://berth.example"},
			{"a command with other settings", "https://other.example", false, "https://berth.example"},
			{"a server elsewhere", "https://moved.example", true, "https://moved.example"},
			{"a command with the settings of before", "https://berth.example", false, "https://moved.example"},
		} {
			s := testdb.OpenWith(t, dsn, store.Options{Site: calendar.Site{URL: step.site}, Serving: step.serving})
			if got := s.Site().URL; got != step.want {
				t.Errorf("%s draws with %s, want %s", step.when, got, step.want)
			}
		}
	})
}
