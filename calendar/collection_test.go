package calendar

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
)

func person(name string, roles ...account.Role) account.Actor {
	return account.Actor{Username: name, Roles: roles, Testbeds: []string{"hall"}}
}

// TestWhoHasWhichCollections names for each role the collections in their order: * can be written, ~ is shared under aliases, ! may have alarms.
func TestWhoHasWhichCollections(t *testing.T) {
	t.Parallel()
	for role, want := range map[account.Role]string{
		account.RoleExperimenter:  "deployments=deployments~ mine=mine:ada* testbed-hall=testbed-hall~ testbed-volos=testbed-volos~",
		account.RoleProvider:      "deployments=deployments~ testbed-hall=testbed-hall~ testbed-volos=testbed-volos~",
		account.RoleOperator:      "operations=operations! deployments=deployments testbed-hall=testbed-hall testbed-volos=testbed-volos",
		account.RoleMentor:        "operations=operations! deployments=deployments mine=mine:ada* decisions=decisions:ada* testbed-hall=testbed-hall testbed-volos=testbed-volos",
		account.RoleAdministrator: "operations=operations! deployments=deployments mine=mine:ada* decisions=decisions* testbed-hall=testbed-hall testbed-volos=testbed-volos",
	} {
		a := person("ada", role)
		var got []string
		for _, c := range Collections(a, hall()) {
			mark := ""
			for _, is := range []struct {
				so   bool
				mark string
			}{{c.Writable, "*"}, {c.Aliased(scheduler.VisibleTo(a)), "~"}, {c.Alarms, "!"}} {
				if is.so {
					mark += is.mark
				}
			}
			got = append(got, c.ID+"="+c.Key+mark)
			if c.Name == "" || c.Description == "" || len(c.Colour) != len("#RRGGBB") {
				t.Errorf("%s of a %s: %+v", c.ID, role, c)
			}
		}
		if diff := cmp.Diff(strings.Fields(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", role, diff)
		}
	}
}

func TestATestbedKeepsItsColour(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{"hall": "#3D7C80", "volos": "#9C4A5B", "": "#9C4A5B"} {
		if got := colour(id); got != want {
			t.Errorf("%s is %s, and was %s", id, got, want)
		}
	}
}

// TestAnAudienceChangesWithWhatItSees: two who see the same of a collection have one audience, everybody else another.
func TestAnAudienceChangesWithWhatItSees(t *testing.T) {
	t.Parallel()
	shared, own := Collection{Key: "deployments", Shared: true}, Collection{Key: "mine:ada"}
	provider := person("ada", account.RoleProvider)
	other := provider
	other.Testbeds = []string{"hall", "volos"}
	turned := provider
	turned.Testbeds = []string{"volos", "hall"}
	audiences := []string{
		shared.Audience(person("ada", account.RoleExperimenter), nil),
		shared.Audience(person("bob", account.RoleExperimenter), nil),
		shared.Audience(provider, nil),
		shared.Audience(other, nil),
		shared.Audience(person("ada", account.RoleMentor), nil),
		shared.Audience(person("ada", account.RoleExperimenter), []time.Duration{time.Hour}),
		own.Audience(person("ada", account.RoleExperimenter), nil),
		own.Audience(person("ada", account.RoleMentor), nil),
		Collection{Key: "mine:ada", Shared: true}.Audience(person("ada", account.RoleExperimenter), nil),
	}
	seen := map[string]string{}
	for i, a := range audiences {
		if before, ok := seen[a]; ok {
			t.Errorf("audience %d is audience %s", i, before)
		}
		seen[a] = fmt.Sprint(i)
	}
	for _, same := range [][2]string{
		{shared.Audience(other, nil), shared.Audience(turned, nil)},
		{shared.Audience(person("ada", account.RoleMentor), nil), shared.Audience(person("bob", account.RoleOperator), nil)},
	} {
		if same[0] != same[1] {
			t.Errorf("%s and %s see the same", same[0], same[1])
		}
	}
}
