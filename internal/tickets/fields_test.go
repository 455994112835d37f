package tickets_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/bugzilla/tracker"
	"berth/scheduler"
)

// field returns a field of a bug as the server shows it.
func (d *bench) field(name string) any {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.server.URL+"/rest/bug/1?include_fields="+name+"&api_key="+bugzillatest.Key, nil)
	d.must(nil, err)
	res, err := http.DefaultClient.Do(req)
	d.must(nil, err)
	defer res.Body.Close()
	var answer struct {
		Bugs []map[string]any `json:"bugs"`
	}
	d.must(nil, json.NewDecoder(res.Body).Decode(&answer))
	return answer.Bugs[0][name]
}

func TestFieldsThatAnInstallationWantsAreGivenBySetting(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.server.AddField("cf_team", "Team", true, "---", "Athens", "Bristol")
		d.server.AddField("cf_note", "Note", false)
		line, _ := finding(t, d, "fields")
		for _, want := range []string{"cf_team (Team) is mandatory", "Athens, Bristol"} {
			if line.OK || !strings.Contains(line.Detail, want) || !strings.Contains(line.Remedy, "cf_team=Athens") {
				t.Errorf("the check says %+v, want %q", line, want)
			}
		}
		d.courier = d.hire(func(s *tracker.Settings) {
			s.Fields = map[string]string{"cf_team": "Bristol", "priority": "High", "severity": "major", "keywords": "testbed", "groups": "facility|partners"}
		})
		if line, _ := finding(t, d, "fields"); !line.OK {
			t.Errorf("the check says %+v", line)
		}
		d.submit("eva", 48)
		d.settle()
		for name, want := range map[string]any{"cf_team": "Bristol", "priority": "High", "severity": "major", "keywords": []any{"testbed"}, "groups": []any{"facility", "partners"}} {
			if diff := cmp.Diff(want, d.field(name)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}

// TestATicketMayBelongToOneGroup: also a single one is sent as a list, as servers show them.
func TestATicketMayBelongToOneGroup(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.courier = d.hire(func(s *tracker.Settings) { s.Fields = map[string]string{"groups": "facility"} })
		if line, _ := finding(t, d, "fields"); !line.OK {
			t.Errorf("the check says %+v", line)
		}
		d.submit("eva", 48)
		d.settle()
		if diff := cmp.Diff([]any{"facility"}, d.field("groups")); diff != "" {
			t.Errorf("groups (-want +got):\n%s", diff)
		}
	})
}

func TestTheCheckSeesValuesThatThereAreNot(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		for name, c := range map[string]struct{ fields, says string }{
			"a value":     {"priority=Urgent", `priority cannot be "Urgent"; it can be Highest`},
			"one of two":  {"keywords=testbed|6g", `keywords cannot be "6g"`},
			"a field":     {"cf_nowhere=x", "there is no field cf_nowhere"},
			"other names": {"severity=huge", `severity cannot be "huge"`},
		} {
			key, value, _ := strings.Cut(c.fields, "=")
			d.hire(func(s *tracker.Settings) { s.Fields = map[string]string{key: value} })
			if line, _ := finding(t, d, "fields"); line.OK || !strings.Contains(line.Detail, c.says) {
				t.Errorf("%s: the check says %+v", name, line)
			}
		}
	})
}

func TestTheComponentFollowsKindAndTestbed(t *testing.T) {
	for name, c := range map[string]struct {
		components      map[string]string
		asked, deployed string
	}{
		"one for all":     {nil, bugzillatest.Component, bugzillatest.Component},
		"by kind":         {map[string]string{"requests": "Requests", "deployments": "DeploymentCalendar"}, "Requests", "DeploymentCalendar"},
		"deployments":     {map[string]string{"deployments": "DeploymentCalendar"}, bugzillatest.Component, "DeploymentCalendar"},
		"by testbed":      {map[string]string{"deployments": "DeploymentCalendar", "north": "Athens"}, "Athens", "Athens"},
		"another testbed": {map[string]string{"south": "Athens"}, bugzillatest.Component, bugzillatest.Component},
	} {
		t.Run(name, func(t *testing.T) {
			eachVersion(t, func(t *testing.T, d *bench) {
				for _, component := range []string{"Requests", "DeploymentCalendar", "Athens", "Elsewhere"} {
					d.server.AddComponent(component)
				}
				d.courier = d.hire(func(s *tracker.Settings) { s.Components = c.components })
				r := d.submit("eva", 48)
				d.settle()
				if got := d.bug(r.ID).Component; got != c.asked {
					t.Errorf("under review it is in %s, want %s", got, c.asked)
				}
				d.must(d.svc.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
				d.settle()
				if got := d.bug(r.ID).Component; got != c.deployed {
					t.Errorf("scheduled it is in %s, want %s", got, c.deployed)
				}
				d.in("monika", r.ID, map[string]any{"component": "Elsewhere"})
				d.stir(r.ID)
				if got := d.bug(r.ID).Component; got != "Elsewhere" {
					t.Errorf("moved by somebody it is in %s", got)
				}
			})
		})
	}
}

func TestTheCheckSeesComponentsThatThereAreNot(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.hire(func(s *tracker.Settings) { s.Components = map[string]string{"north": "Sparta"} })
		if line, _ := finding(t, d, "component"); line.OK || !strings.Contains(line.Detail, "Sparta") {
			t.Errorf("the check says %+v", line)
		}
	})
}
