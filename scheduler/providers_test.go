package scheduler_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

func (h *house) provides(name string) []string {
	h.Helper()
	p := h.person(name)
	if slices.Contains(p.Roles, account.RoleProvider) != (len(p.Testbeds) > 0) {
		h.Fatalf("%s: roles %v, testbeds %v", name, p.Roles, p.Testbeds)
	}
	return p.Testbeds
}

// TestAListOfProvidersGrantsTheRight by whichever change of the facility, and takes it again.
func TestAListOfProvidersGrantsTheRight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := facility()
	f.Testbeds[0].Providers = []string{"paddy", "carla", "maeve", "nobody"}
	want := []scheduler.ProviderChange{{Username: "carla", Testbed: "radio", Right: scheduler.RightGranted}, {Username: "maeve", Testbed: "radio", Right: scheduler.RightGranted}, {Username: "nobody", Testbed: "radio", Right: scheduler.RightNoAccount}}
	for _, dry := range []bool{true, false} {
		out, err := h.PutFacility(t.Context(), as("adele"), f, scheduler.ChangeOptions{DryRun: dry})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.Providers); diff != "" {
			t.Errorf("dry run %v (-want +got):\n%s", dry, diff)
		}
		if got := h.provides("maeve"); len(got) > 0 == dry {
			t.Errorf("dry run %v: maeve provides %v", dry, got)
		}
	}
	if got := h.provides("carla"); !slices.Equal(got, []string{"cloud", "radio"}) {
		t.Errorf("carla provides %v", got)
	}
	if out := h.put(f); len(out.Providers) > 0 {
		t.Errorf("the same again: %+v", out.Providers)
	}
	bed := f.Testbeds[0]
	bed.Providers = []string{"paddy"}
	out, err := h.PutTestbed(t.Context(), as("adele"), bed, scheduler.ChangeOptions{})
	if err != nil || len(out.Providers) != 2 || out.Providers[0].Right != scheduler.RightTaken {
		t.Fatalf("%+v, %v", out, err)
	}
	if got := h.provides("maeve"); len(got) > 0 {
		t.Errorf("maeve still provides %v", got)
	}
	if got := h.provides("carla"); !slices.Equal(got, []string{"cloud"}) {
		t.Errorf("carla provides %v", got)
	}
}

func TestAListOfProvidersIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	closed := h.person("carla")
	closed.Disabled = true
	h.putPerson(closed)
	for name, change := range map[string]func(t *testbeds.Testbed){
		"testbeds[0].providers[1]": func(t *testbeds.Testbed) { t.Providers = []string{"paddy", "carla"} }, // her account is closed
		"testbeds[0].providers":    func(t *testbeds.Testbed) { t.Providers = nil },                        // paddy would have no role
	} {
		f := facility()
		change(&f.Testbeds[0])
		_, err := h.PutFacility(t.Context(), as("adele"), f, scheduler.ChangeOptions{})
		if e := h.refused(scheduler.CodeInvalid, err); len(e.Fields) != 1 || e.Fields[0].Field != name {
			t.Errorf("%s: %+v", name, e.Fields)
		}
	}
	if got := h.provides("paddy"); !slices.Equal(got, []string{"radio"}) {
		t.Errorf("paddy provides %v", got)
	}
}
