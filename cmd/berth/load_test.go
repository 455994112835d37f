package main

import (
	"strings"
	"testing"
)

// TestLoadKeepsWhatOthersMade loads a file again after people have made closures, named providers and added a testbed over the API.
func TestLoadKeepsWhatOthersMade(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	p.write(t, "rig.yaml", rig)
	p.must(t, "", "load", "rig.yaml")
	p.must(t, "", "user", "add", "root", "--role", "administrator", "--no-password")
	secret := strings.TrimSpace(p.must(t, "", "token", "create", "root", "--name", "script", "--scope", "read", "--scope", "write", "--scope", "admin"))
	in := p.serve(t)
	who := &caller{base: in.url, secret: secret}
	var made struct {
		Closure struct {
			ID string `json:"id"`
		} `json:"closure"`
	}
	who.call(t, 201, "POST", "testbeds/rig/closures", map[string]any{"summary": "Cable works", "start": "2027-03-01T09:00", "duration": "PT4H"}).decode(t, &made)
	var rig map[string]any
	who.call(t, 200, "GET", "testbeds/rig", nil).decode(t, &rig)
	rig["providers"], rig["approval"] = []string{"paddy"}, "required"
	who.call(t, 200, "PUT", "testbeds/rig", rig)
	who.call(t, 200, "PUT", "testbeds/shed", map[string]any{"id": "shed", "name": "Shed", "timezone": "UTC", "devices": []any{map[string]any{"id": "saw", "count": 1}}})

	there := func(want int) {
		t.Helper()
		who.call(t, want, "GET", "testbeds/shed", nil)
		has := string(who.call(t, 200, "GET", "testbeds/rig", nil).body)
		for _, part := range []string{made.Closure.ID, "paddy", `"approval":"required"`} {
			if strings.Contains(has, part) != (want == 200) {
				t.Errorf("the testbed has %s: want %v\n%s", part, want == 200, has)
			}
		}
	}
	what := []string{"closure " + made.Closure.ID + " of testbed rig: Cable works", "providers of testbed rig: paddy", "approval of testbed rig: required", "testbed shed (Shed)"}
	says(t, p, 0, "", append(what, "and kept (--replace deletes it)", "facility: 0 changes"), "load", "rig.yaml")
	there(200)
	says(t, p, 0, "", append(what, "and deleted", "none of them made"), "load", "--replace", "--dry-run", "rig.yaml")
	there(200)
	out := p.must(t, "", "load", "--replace", "rig.yaml")
	if first, rest, ok := strings.Cut(out, "facility: "); !ok || !strings.Contains(first, "testbed shed (Shed)") || strings.HasPrefix(rest, "0 ") {
		t.Errorf("it does not say before it acts what it deletes:\n%s", out)
	}
	there(404)
	in.stop(t)
}
