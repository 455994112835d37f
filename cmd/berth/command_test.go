package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// says runs a command and looks for parts of its output, on either stream.
func says(t *testing.T, p place, code int, stdin string, parts []string, args ...string) {
	t.Helper()
	out, errOut, got := p.berth(t, stdin, args...)
	if got != code {
		t.Errorf("berth %s ends with %d, want %d:\n%s%s", strings.Join(args, " "), got, code, out, errOut)
		return
	}
	for _, part := range parts {
		if !strings.Contains(out+errOut, part) {
			t.Errorf("berth %s does not say %q:\n%s%s", strings.Join(args, " "), part, out, errOut)
		}
	}
}

func facility(t *testing.T) (facility, catalogue string) {
	t.Helper()
	data, err := filepath.Abs("../../internal/demo/data")
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(data, "facility.yaml"), filepath.Join(data, "catalogue.yaml")
}

// TestFirstSteps sets up a new instance from nothing, as docs/operating.md has it.
func TestFirstSteps(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	f, c := facility(t)
	says(t, p, 3, "", []string{"there is no database berth.db"}, "verify")
	says(t, p, 0, "", []string{"facility: 8 changes, none of them made", "catalogue: 31 changes, none of them made"}, "load", "--dry-run", f, c)
	says(t, p, 0, "", []string{"facility: 8 changes\n", "+ testbeds[wins-5g]", "catalogue: 31 changes\n"}, "load", f, c)
	says(t, p, 0, "", []string{"facility: 0 changes"}, "load", f)
	says(t, p, 0, "a long enough secret\n", []string{"added ada (administrator)"}, "user", "add", "ada", "--role", "administrator")
	says(t, p, 1, "a long enough secret\n", []string{"a person \"ada\" exists already"}, "user", "add", "ada")
	says(t, p, 2, "short\n", []string{"password"}, "user", "passwd", "ada")
	says(t, p, 0, "", []string{"provider of wins-5g"}, "user", "add", "paddy", "--role", "provider", "--testbed", "wins-5g", "--no-password")
	says(t, p, 0, "", []string{"changed paddy (mentor)"}, "user", "set", "paddy", "--role", "mentor")
	says(t, p, 0, "", []string{"changed paddy"}, "user", "disable", "paddy")
	says(t, p, 0, "", []string{"paddy", "disabled", "ada"}, "user", "list")
	says(t, p, 3, "", []string{"no such person"}, "user", "enable", "nobody")
	says(t, p, 0, "", []string{": clean"}, "verify")
	says(t, p, 0, "", []string{"wrote copy.db"}, "backup", "copy.db")
	says(t, p, 0, "", []string{"paddy"}, "user", "list", "--database", "copy.db")
	says(t, p, 0, "", []string{"berth "}, "version")
}

func TestABadFileLoadsNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	p.write(t, "bad.yaml", "testbeds:\n  - id: a\n    name: A\n    timezone: Mars/Olympus\n    colour: red\n    vims: [{id: v, capacity: {vcpu: -1}}]\n")
	says(t, p, 2, "", []string{"nothing was loaded", "  bad.yaml:5: ", "  bad.yaml:6: "}, "load", "bad.yaml")
	says(t, p, 2, "", []string{"there is no testbed \"a\""}, "check", "--device", "a/b=1", "--slot", "2027-01-09T09:00Z/PT4H")
}

// TestAServerStartsWithThePolicyOfItsFile: a file with faults is told of with line and rule, and nothing starts.
func TestAServerStartsWithThePolicyOfItsFile(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	f, c := facility(t)
	p.must(t, "", "load", f, c)
	p.write(t, "policy.yaml", "limits:\n  - {name: usual, longest: PT12H}\n  - {name: usual, testbeds: [mars], notice: 2}\n")
	says(t, p, 2, "", []string{"nothing was started", "  policy.yaml:3: limits[1].name: ", "  policy.yaml:3: limits[1].testbeds[0]: "}, "serve", "--policy-file", "policy.yaml")
	says(t, p, 2, "", []string{"policy_file: ", "missing.yaml"}, "serve", "--policy-file", "missing.yaml")
	says(t, p, 0, "", []string{"there is no policy"}, "policy", "show")
	p.write(t, "policy.yaml", "limits: [{name: usual, longest: PT12H}]\n")
	for range 2 {
		in := p.serve(t, "--policy-file", "policy.yaml")
		in.stop(t)
		says(t, p, 0, "", []string{"revision 1, by berth", "at most 12 h long"}, "policy", "show")
	}
}

func TestCheckAndSuggest(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	f, c := facility(t)
	p.must(t, "", "load", f, c)
	saturday := "2027-01-09T09:00Z/PT4H"
	says(t, p, 0, "", []string{"hydra_baseline_nsd", ": fits"}, "check", "--nsd", "hydra_baseline_nsd", "--slot", saturday)
	says(t, p, 1, "", []string{"does not fit", "ehealth5g vitom", "Laboratory hours", "10:00", "Europe/Warsaw"},
		"check", "--nsd", "detector_example_nsd", "--from", "2027-01-09T09:00Z", "--to", "2027-01-09T13:00Z")
	says(t, p, 0, "", []string{"alternatives:", "earlier", "later"}, "suggest", "--nsd", "detector_example_nsd", "--slot", saturday)
	says(t, p, 1, "", []string{"is not onboarded"}, "check", "--nsd", "surrogates_nsd", "--slot", saturday)
	says(t, p, 1, "", []string{"usrp-n210"}, "check", "--device", "wins-5g/usrp-n210=5", "--slot", saturday)
	says(t, p, 2, "", []string{"nsd"}, "check", "--nsd", "nothing_nsd", "--slot", saturday)
	says(t, p, 2, "", []string{"slot"}, "check", "--nsd", "hydra_baseline_nsd", "--slot", "tomorrow")

	out, _, code := p.berth(t, "", "check", "--json", "--nsd", "detector_example_nsd", "--slot", saturday)
	var verdict struct {
		OK        bool       `json:"ok"`
		Conflicts []conflict `json:"conflicts"`
	}
	if err := json.Unmarshal([]byte(out), &verdict); err != nil || code != 1 || verdict.OK || len(verdict.Conflicts) != 1 {
		t.Errorf("as JSON it answers %d %v %s", code, err, out)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	p.must(t, "", "user", "add", "ada", "--role", "administrator", "--no-password")
	secret := strings.TrimSpace(p.must(t, "", "token", "create", "ada", "--name", "script", "--scope", "read", "--expires", "P1D"))
	in := p.serve(t)
	who := &caller{base: in.url, secret: secret}
	who.call(t, 200, "GET", "testbeds", nil)
	who.call(t, 403, "PUT", "facility", map[string]any{"testbeds": []any{}})
	var tokens []struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal([]byte(p.must(t, "", "token", "list", "ada", "--json")), &tokens); err != nil || len(tokens) != 1 {
		t.Fatalf("token list says %v (%v)", tokens, err)
	}
	says(t, p, 0, "", []string{"revoked"}, "token", "revoke", "ada", tokens[0].ID)
	who.call(t, 401, "GET", "testbeds", nil)
	says(t, p, 2, "", []string{"expires"}, "token", "create", "ada", "--name", "x", "--expires", "soon")
	in.stop(t)
}

func TestSettingsInForce(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "postgres://berth:hunter2@db.example/berth")
	p.write(t, "berth.toml", "log_level = \"warn\"\n")
	says(t, p, 0, "", []string{"berth.toml", "BERTH_DATABASE", "--horizon", "P10D", "db.example"}, "config", "--horizon", "P10D")
	if out := p.must(t, "", "config", "--json"); strings.Contains(out, "hunter2") {
		t.Errorf("the password is shown:\n%s", out)
	}
	says(t, p, 2, "", []string{"beyond loopback"}, "serve", "--listen", "0.0.0.0:0")
	p.write(t, "other.toml", "colour = \"red\"\n")
	says(t, p, 2, "", []string{"colour (other.toml)", "is not a setting"}, "config", "--config", "other.toml")
}

func TestMistakesOnTheCommandLine(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	for _, args := range [][]string{{"frobnicate"}, {"serve", "--fast"}, {"load"}, {"load", "missing.yaml"}, {"user", "add", "x", "--role", "king"}, {}} {
		says(t, p, 2, "", []string{"berth: "}, args...)
	}
	says(t, p, 0, "", []string{"Usage: berth"}, "--help")
	if entries, err := os.ReadDir(p.dir); err != nil || len(entries) > 0 {
		t.Errorf("a mistake left %v behind (%v)", entries, err)
	}
}
