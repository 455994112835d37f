package config

import (
	"errors"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
)

// A database is the path of a SQLite file, or the URL of a PostgreSQL server; every command takes both alike.

// keyValues matches PostgreSQL's other form (host=db dbname=berth), which as a path would make a file of that name.
var keyValues = regexp.MustCompile(`^\s*(host|hostaddr|port|dbname|user|password|passfile|service|servicefile|sslmode|options|application_name|connect_timeout|target_session_attrs)\s*=`)

// scheme matches the start of an address; a single letter is a drive of Windows.
var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+:`)

// setDatabase takes a database, and writes it in one form: sqlite:PATH and //PATH are the path itself.
func setDatabase(s *Settings, v string) error {
	if IsPostgres(v) {
		at := strings.Index(v, "://")
		s.Database = strings.ToLower(v[:at]) + v[at:]
		return nil
	}
	path, isFile := v, false
	if name := scheme.FindString(v); strings.EqualFold(name, "sqlite:") {
		path, isFile = v[len(name):], true
	}
	switch {
	case strings.TrimSpace(path) == "":
		return errors.New("must be a file or a postgres:// address")
	case isFile && strings.HasPrefix(path, "//") && !strings.HasPrefix(path, "///"):
		return errors.New("sqlite:// takes no host: write sqlite:PATH, or the path alone")
	case strings.Contains(path, ":memory:"):
		return errors.New("a database in memory would be lost: give a file")
	case !isFile && keyValues.MatchString(path):
		return errors.New("cannot be key=value: write postgres://user@host/name")
	case !isFile && strings.Contains(path, "://"):
		return errors.New("addresses begin with postgres:// or postgresql://")
	case !isFile && strings.EqualFold(scheme.FindString(path), "file:"):
		return errors.New("give the path of the file alone")
	}
	s.Database = filepath.Clean(path)
	return nil
}

// IsPostgres reports whether the database is a PostgreSQL server rather than a file.
func IsPostgres(database string) bool {
	name, _, ok := strings.Cut(database, "://")
	return ok && (strings.EqualFold(name, "postgres") || strings.EqualFold(name, "postgresql"))
}

// mask removes the secrets from a database address. A file has none.
func mask(database string) string {
	if !IsPostgres(database) {
		if keyValues.MatchString(database) {
			return "(not shown: it is not an address)"
		}
		return database
	}
	u, hosts, err := parsed(database)
	if err != nil {
		return "postgres://(not shown: it cannot be read)"
	}
	q := u.Query()
	for name := range q {
		if strings.Contains(strings.ToLower(name), "password") {
			q.Set(name, "xxxxx")
		}
	}
	u.RawQuery = q.Encode()
	u.Host = hosts
	return u.Redacted()
}

// parsed splits an address with one host or several (db1:5432,db2), which a URL alone cannot hold.
func parsed(database string) (u *url.URL, hosts string, err error) {
	name, rest, _ := strings.Cut(database, "://")
	end := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		end = i
	}
	from := strings.LastIndex(rest[:end], "@") + 1
	u, err = url.Parse(name + "://" + rest[:from] + "hosts" + rest[end:])
	return u, rest[from:end], err
}
