package main

import (
	"strings"
	"testing"
)

// TestAdministrationAtAServer does at a server what administrators do on its machine, and shows first what would change.
func TestAdministrationAtAServer(t *testing.T) {
	t.Parallel()
	in := newPlace(t, "").serve(t, "--demo")
	adele, vera := terminalOf(t, in, "adele"), terminalOf(t, in, "vera")
	says(t, adele, 0, demoPassword(t, in)+"\n", []string{"as adele"}, "login", in.url, "--user", "adele", "--name", "all", "--scope", "read", "--scope", "write", "--scope", "admin", "--scope", "password")
	all := func(args ...string) []string { return append(args, "--context", "all") }
	there := func(args ...string) []string { return append(args, "--context", "demo") }

	says(t, adele, 3, "", []string{"there is no database"}, "user", "list") // a saved server does not count
	says(t, adele, 0, "", []string{"vera", "experimenter"}, there("user", "list")...)
	if out := adele.must(t, "", there("user", "list")...); strings.Contains(out, "no password") {
		t.Errorf("a server tells nothing about passwords:\n%s", out)
	}
	says(t, adele, 0, "", []string{"newt (mentor), Newt, would be added", "dry run"}, there("user", "add", "newt", "--name", "Newt", "--role", "mentor", "--dry-run")...)
	says(t, adele, 3, "", nil, there("user", "disable", "newt")...)
	says(t, adele, 0, "correct horse battery\n", []string{"added newt (mentor)"}, all("user", "add", "newt", "--name", "Newt", "--role", "mentor")...)
	says(t, adele, 1, "correct horse battery\n", []string{"exists already"}, all("user", "add", "newt")...)
	says(t, adele, 0, "", []string{"roles: mentor → operator", "dry run"}, there("user", "set", "newt", "--role", "operator", "--dry-run")...)
	says(t, adele, 0, "", []string{"changed newt (mentor)"}, there("user", "set", "newt", "--email", "newt@example.org")...)
	says(t, adele, 0, "", []string{"newt is like that already"}, there("user", "enable", "newt", "--dry-run")...)
	newt := newPlace(t, "")
	says(t, newt, 0, "correct horse battery\n", []string{"as newt"}, "login", in.url, "--user", "newt")
	says(t, adele, 0, "", []string{"account: enabled → disabled"}, there("user", "disable", "newt", "--dry-run")...)
	says(t, adele, 0, "", []string{"changed newt"}, there("user", "disable", "newt")...)
	says(t, newt, 4, "", nil, "request", "list")
	says(t, adele, 0, "", []string{"disabled"}, there("user", "list")...)
	says(t, vera, 3, "", nil, there("user", "set", "newt", "--name", "x")...)
	says(t, adele, 4, "correct horse staple\n", []string{"not with this token"}, there("user", "passwd", "newt")...)
	says(t, adele, 0, "correct horse staple\n", []string{"changed the password of newt"}, all("user", "passwd", "newt")...)

	says(t, adele, 0, "", []string{`a token "script" would act for oskar (read), for ever`, "dry run"}, there("token", "create", "oskar", "--name", "script", "--dry-run")...)
	secret := strings.TrimSpace(adele.must(t, "", all("token", "create", "oskar", "--name", "script", "--expires", "P1D")...))
	script := newPlace(t, "")
	script.environ = []string{"BERTH_SERVER=" + in.url, "BERTH_TOKEN=" + secret}
	says(t, script, 0, "", []string{"wins-5g"}, "testbed", "list")
	lines := strings.Split(adele.must(t, "", all("token", "list", "oskar")...), "\n")
	id := strings.Fields(lines[1])[0]
	says(t, adele, 0, "", []string{"would be revoked"}, there("token", "revoke", "oskar", id, "--dry-run")...)
	says(t, adele, 0, "", []string{"revoked " + id + " (script)"}, all("token", "revoke", "oskar", id)...)
	says(t, script, 4, "", nil, "testbed", "list")
}

// TestLoadAtAServer loads files at a server as on its machine: the same words, the same refusals.
func TestLoadAtAServer(t *testing.T) {
	t.Parallel()
	in := newPlace(t, "").serve(t, "--demo")
	adele, vera := terminalOf(t, in, "adele"), terminalOf(t, in, "vera")
	const site = "testbeds:\n  - {id: hall, name: Hall, timezone: Europe/Berlin, vims: [{id: one, capacity: {vcpu: 8}}]}\n"
	adele.write(t, "hall.yaml", site)
	vera.write(t, "hall.yaml", site)
	load := []string{"load", "hall.yaml", "--server", in.url}
	says(t, adele, 0, "", []string{"and kept", "testbed wins-5g", "+ testbeds", "this is a dry run"}, append(load, "--dry-run")...)
	says(t, vera, 4, "", nil, load...)
	says(t, adele, 2, "", []string{"and deleted", "is not a testbed"}, append(load, "--replace")...)
	says(t, adele, 0, "", []string{"facility: 1 change\n"}, load...)
	says(t, adele, 0, "", []string{"facility: 0 changes"}, load...)
	says(t, adele, 0, "", []string{"hall", "Europe/Berlin"}, "testbed", "list")
	adele.write(t, "wrong.yaml", "testbeds:\n  - {id: hall, name: Hall, timezone: Mars/Base}\n")
	says(t, adele, 2, "", []string{"wrong.yaml:2", "timezone"}, "load", "wrong.yaml", "--server", in.url)
}

// TestWhatStaysSaysWhy: a command that never asks a server says in its help why, and refuses the name of one with the same sentence.
func TestWhatStaysSaysWhy(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	for command, why := range map[string]string{"verify": staying["verify"], "backup": staying["backup"], "bugzilla check": staying["bugzilla"]} {
		if out := strings.Join(strings.Fields(p.must(t, "", append(strings.Fields(command), "--help")...)), " "); strings.Count(out, why) != 1 {
			t.Errorf("the help of %s does not say once: %s\n%s", command, why, out)
		}
		for _, flag := range []string{"--server", "--context"} {
			says(t, p, 2, "", []string{why}, append(strings.Fields(command), flag, "https://berth.example.org")...)
		}
	}
	says(t, p, 2, "", []string{"unknown flag --sever"}, "verify", "--sever", "x")
	says(t, p, 2, "", []string{"unknown flag --server"}, "version", "--server", "x")
}
