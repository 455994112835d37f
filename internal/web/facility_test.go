package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"berth/internal/demo"
	"berth/scheduler/account"
	"berth/testbeds"
)

// hall returns the testbed of the house as it is now, and the revision that its forms send.
func (h *house) hall() (testbeds.Testbed, string) {
	h.t.Helper()
	t, _, err := h.svc.Testbed(h.t.Context(), account.System, "hall")
	if err != nil {
		h.t.Fatal(err)
	}
	_, page := h.page("/testbeds/hall/edit", h.session("adele"), nil)
	_, rest, _ := strings.Cut(page, `name="revision" value="`)
	revision, _, _ := strings.Cut(rest, `"`)
	return t, revision
}

// TestATestbedIsMadeInForms: what is wrong stands at its field, amounts are in people's units, and each part has its form.
func TestATestbedIsMadeInForms(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	adele := h.session("adele")
	_, revision := h.hall()
	for name, tt := range map[string]struct {
		path string
		form url.Values
		says []string
	}{
		"no zone":            {"/admin/testbed", url.Values{"name": {"Roof <i>"}, "id": {"roof"}, "timezone": {"Mars"}}, []string{`value="Roof &lt;i&gt;"`, `id="wrong-timezone"`, "Time zone"}},
		"a taken id":         {"/admin/testbed", url.Values{"name": {"Roof"}, "id": {"hall"}, "timezone": {"UTC"}}, []string{"Identifier is taken already."}},
		"no id":              {"/admin/testbed", url.Values{"name": {"Roof"}, "timezone": {"UTC"}}, []string{"Identifier is missing."}},
		"a bad setup":        {"/admin/testbed", url.Values{"name": {"Roof"}, "id": {"roof"}, "timezone": {"UTC"}, "setup": {"half"}, "setup.unit": {"hours"}}, []string{"Setup must be a number", `value="half"`}},
		"no capacity":        {"/testbeds/hall/add/vim", url.Values{"id": {"edge"}}, []string{"is missing: a VIM has at least one amount"}},
		"too much memory":    {"/testbeds/hall/add/vim", url.Values{"id": {"edge"}, "memory_mb": {"1001"}, "memory_mb.unit": {"TB"}}, []string{"Memory is too much.", `value="1001"`}},
		"a part of a GB":     {"/testbeds/hall/add/vim", url.Values{"id": {"edge"}, "storage_gb": {"1.5"}, "storage_gb.unit": {"GB"}}, []string{"Storage must be a whole number in this unit."}},
		"a bad feature":      {"/testbeds/hall/vim/iris", url.Values{"vcpu": {"32"}, "features": {"GPU!"}}, []string{`value="GPU!"`, `id="wrong-features"`}},
		"units and count":    {"/testbeds/hall/add/device", url.Values{"id": {"usrp"}, "count": {"3"}, "units": {"u1, u2"}}, []string{"Names of the units must name exactly as many units as count says: 3, not 2."}},
		"hours without days": {"/testbeds/hall/hours", url.Values{"from.0": {"09:00"}, "to.0": {"17:00"}}, []string{"From needs the days on which it applies."}},
		"hours without end":  {"/testbeds/hall/hours", url.Values{"day.0": {"MO"}, "from.0": {"09:00"}, "to.0": {""}}, []string{"To must be a time of day"}},
	} {
		tt.form.Set("revision", revision)
		code, body := h.page(tt.path, adele, tt.form)
		if code != http.StatusUnprocessableEntity || !strings.Contains(body, `id="refused"`) {
			t.Errorf("%s: %d", name, code)
		}
		for _, says := range tt.says {
			if !strings.Contains(body, says) {
				t.Errorf("%s: %q is missing in %s", name, says, body)
			}
		}
	}
	for _, x := range []struct {
		path string
		form url.Values
	}{
		{"/admin/testbed", url.Values{"name": {"Roof"}, "id": {"roof"}, "timezone": {"Europe/Madrid"}, "features": {"radio, sdr"}, "setup": {"1.5"}, "setup.unit": {"hours"}, "visibility": {"open"}, "approval": {"informed"}}},
		{"/testbeds/roof/add/vim", url.Values{"id": {"edge"}, "vcpu": {"32"}, "memory_mb": {"128"}, "memory_mb.unit": {"GB"}, "storage_gb": {"1.5"}, "storage_gb.unit": {"TB"}, "other.0": {"gpus"}, "other.0.amount": {"2"},
			"teardown": {"0"}, "teardown.unit": {"minutes"}, "host.0.count": {"2"}, "host.0.vcpu": {"16"}, "host.0.memory_mb": {"64"}, "host.0.memory_mb.unit": {"GB"}}},
		{"/testbeds/roof/add/device", url.Values{"id": {"usrp"}, "units": {"u1 u2"}, "setup": {"10"}, "setup.unit": {"minutes"}}},
		{"/testbeds/roof/hours", url.Values{"day.0": {"MO", "FR"}, "from.0": {"09:00"}, "to.0": {"17:00"}, "day.1": {"SA"}, "from.1": {"22:00"}, "to.1": {"02:00"}}},
	} {
		if code, body := h.page(x.path, adele, x.form); code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", x.path, code, body)
		}
	}
	made, _, err := h.svc.Testbed(t.Context(), account.System, "roof")
	if err != nil {
		t.Fatal(err)
	}
	want := testbeds.Testbed{ID: "roof", Name: "Roof", Timezone: "Europe/Madrid", Features: []string{"radio", "sdr"}, Setup: testbeds.Period{Clock: 90 * time.Minute}, Visibility: testbeds.VisibilityOpen, Approval: testbeds.ApprovalInformed,
		VIMs: []testbeds.VIM{{ID: "edge", Capacity: testbeds.Quantities{"vcpu": 32, "memory_mb": 131072, "storage_gb": 1536, "gpus": 2}, Teardown: &testbeds.Period{},
			Hosts: []testbeds.Host{{Count: 2, Size: testbeds.Quantities{"vcpu": 16, "memory_mb": 65536}}}}},
		Devices: []testbeds.Device{{ID: "usrp", Count: 2, Units: []string{"u1", "u2"}, Setup: &testbeds.Period{Clock: 10 * time.Minute}}}}
	if got, want := inFile(testbeds.Testbed{Opening: nil, ID: made.ID, Name: made.Name, Timezone: made.Timezone, Features: made.Features, Setup: made.Setup, Visibility: made.Visibility, Approval: made.Approval, VIMs: made.VIMs, Devices: made.Devices}), inFile(want); got != want {
		t.Errorf("made\n%s\nwant\n%s", got, want)
	}
	if got := strings.Join(saidHours(made), "; "); got != "Mon, Fri 09:00–17:00; Sat 22:00–02:00" {
		t.Errorf("hours: %s", got)
	}
	for _, path := range []string{"/testbeds/roof/vim/edge", "/testbeds/roof/device/usrp", "/testbeds/roof/edit", "/testbeds/roof/hours"} { // what a form shows, it takes
		_, page := h.page(path, adele, nil)
		if code, body := h.page(path, adele, sent(t, page)); code != http.StatusSeeOther {
			t.Errorf("%s as it is shown: %d %s", path, code, body)
		}
	}
	if again, _, _ := h.svc.Testbed(t.Context(), account.System, "roof"); inFile(again) != inFile(made) {
		t.Errorf("saving what is shown changes it:\n%s\nwas\n%s", inFile(again), inFile(made))
	}
	if code, _ := h.page("/testbeds/roof/edit", adele, url.Values{"step": {"delete"}, "confirm-id": {"hall"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("deleting without its name: %d", code)
	}
	if code, body := h.page("/testbeds/roof/edit", adele, url.Values{"step": {"delete"}, "confirm-id": {"roof"}}); code != http.StatusSeeOther {
		t.Errorf("deleting: %d %s", code, body)
	}
}

// TestAChangeThatHitsBookingsIsShownFirst, with whom it hits; the form stays as it was typed.
func TestAChangeThatHitsBookingsIsShownFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	h.granted("maeve", 8, tomorrow(4))
	adele := h.session("adele")
	before, revision := h.hall()
	form := url.Values{"revision": {revision}, "vcpu": {"4"}, "name": {"Small"}}
	code, body := h.page("/testbeds/hall/vim/iris", adele, form)
	if code != http.StatusOK || !strings.Contains(body, "bookings would lose capacity") || !strings.Contains(body, "vCPU 32 → 4") || !strings.Contains(body, `value="Small"`) || !strings.Contains(body, "Save, and tell the people of 1 booking") {
		t.Fatalf("%d %s", code, body)
	}
	if now, _ := h.hall(); inFile(now) != inFile(before) {
		t.Error("it was saved all the same")
	}
	form.Set("step", "remove")
	if code, body := h.page("/testbeds/hall/vim/iris", adele, form); code != http.StatusOK || !strings.Contains(body, `value="confirm-remove"`) {
		t.Errorf("removing: %d %s", code, body)
	}
	form.Set("step", "confirm")
	if code, body := h.page("/testbeds/hall/vim/iris", adele, form); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	if now, _ := h.hall(); now.VIMs[0].Capacity["vcpu"] != 4 {
		t.Errorf("%+v", now.VIMs)
	}
	if code, _ := h.page("/testbeds/hall/vim/iris", adele, form); code != http.StatusPreconditionFailed {
		t.Errorf("an old revision: %d", code)
	}
}

// TestWhoChangesTheFacility: administrators everything, providers their testbed without who approves, others nothing.
func TestWhoChangesTheFacility(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	adele := h.session("adele")
	if code, body := h.page("/admin/people/hector", adele, url.Values{"name": {"Hector"}, "role": {"provider"}, "testbed": {"hall"}, "revision": {"1"}}); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	hector, maeve := h.session("hector"), h.session("maeve")
	_, revision := h.hall()
	for _, tt := range []struct {
		path                      string
		form                      url.Values
		admin, provider, stranger int
	}{
		{"/admin/facility", nil, 200, 403, 403}, {"/admin/testbed", nil, 200, 403, 403}, {"/admin/catalogue", nil, 200, 403, 403}, {"/admin/catalogue/vnf", nil, 200, 403, 403}, {"/admin/catalogue/nsd", nil, 200, 403, 403},
		{"/admin/file/facility", nil, 200, 403, 403}, {"/admin/file/catalogue", nil, 200, 403, 403}, {"/admin/file/people", nil, 404, 403, 403},
		{"/testbeds/hall/edit", nil, 200, 200, 403}, {"/testbeds/hall/hours", nil, 200, 200, 403}, {"/testbeds/hall/add/vim", nil, 200, 200, 403}, {"/testbeds/hall/vim/iris", nil, 200, 200, 403}, {"/testbeds/hall/vim/moon", nil, 404, 404, 403},
		{"/testbeds/hall/add/device", nil, 200, 200, 403}, {"/testbeds/moon/edit", nil, 404, 404, 404},
		{"/admin/testbed", url.Values{"id": {"moon"}, "name": {"Moon"}, "timezone": {"UTC"}, "step": {"preview"}}, 200, 403, 403},
		{"/admin/catalogue/vnf", url.Values{"id": {"x"}, "vcpu": {"1"}, "step": {"preview"}}, 200, 403, 403},
		{"/admin/file/catalogue", url.Values{"yaml": {"vnfs: []\nnsds: []\n"}}, 200, 403, 403},
		{"/admin/facility/sample", url.Values{}, 409, 403, 403},
		{"/testbeds/hall/vim/iris", url.Values{"vcpu": {"32"}, "step": {"preview"}}, 200, 200, 403},
		{"/testbeds/hall/edit", url.Values{"name": {"Hall"}, "timezone": {"UTC"}, "step": {"preview"}}, 200, 200, 403},
		{"/testbeds/hall/edit", url.Values{"step": {"delete"}, "confirm-id": {"hall"}, "revision": {"0"}}, 303, 403, 403}, // the last: then it is gone
	} {
		if tt.form != nil && tt.form.Get("revision") == "" {
			tt.form.Set("revision", revision)
		}
		for _, who := range []struct {
			cookie string
			want   int
		}{{maeve, tt.stranger}, {hector, tt.provider}, {adele, tt.admin}} {
			if code, body := h.page(tt.path, who.cookie, tt.form); code != who.want {
				t.Errorf("%s %v: %d, want %d: %s", tt.path, tt.form, code, who.want, body)
			}
		}
	}
}

// TestAProviderCannotChooseWhoApproves: the fields are not theirs, even when they are sent.
func TestAProviderCannotChooseWhoApproves(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	if code, _ := h.page("/admin/people/hector", h.session("adele"), url.Values{"name": {"Hector"}, "role": {"provider"}, "testbed": {"hall"}, "revision": {"1"}}); code != http.StatusSeeOther {
		t.Fatal(code)
	}
	hector := h.session("hector")
	if _, page := h.page("/testbeds/hall/edit", hector, nil); strings.Contains(page, `name="approval"`) || strings.Contains(page, "Delete this testbed") {
		t.Errorf("a provider is shown what is not theirs: %s", page)
	}
	_, revision := h.hall()
	if code, body := h.page("/testbeds/hall/edit", hector, url.Values{"name": {"Hall"}, "timezone": {"Europe/Dublin"}, "approval": {"informed"}, "provider": {"maeve"}, "revision": {revision}}); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	if now, _ := h.hall(); now.Approval != "" || len(now.Providers) != 1 || now.Name != "Hall" {
		t.Errorf("%+v", now)
	}
}

// TestProvidersAreTheSameFromBothSides: on a person's page and on a testbed's.
func TestProvidersAreTheSameFromBothSides(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	adele := h.session("adele")
	person := func() account.Person {
		p, err := h.site.people.Person(t.Context(), account.System, "hector")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	save := func(form url.Values) {
		t.Helper()
		form.Set("name", "Hector")
		form.Set("revision", strconv.FormatInt(person().Revision, 10))
		if code, body := h.page("/admin/people/hector", adele, form); code != http.StatusSeeOther {
			t.Fatalf("%d %s", code, body)
		}
	}
	save(url.Values{"role": {"provider"}, "testbed": {"hall"}})
	now, _ := h.hall()
	if len(now.Providers) != 1 || now.Providers[0] != "hector" || now.Policy() != testbeds.ApprovalRequired {
		t.Errorf("after the person's page: %+v", now)
	}
	save(url.Values{"role": {"experimenter"}})
	if now, _ := h.hall(); len(now.Providers) != 0 {
		t.Errorf("after the role is gone: %+v", now)
	}
	save(url.Values{"role": {"provider"}, "testbed": {"hall"}})
	_, revision := h.hall()
	if code, body := h.page("/testbeds/hall/edit", adele, url.Values{"name": {"Hall"}, "timezone": {"UTC"}, "approval": {"default"}, "revision": {revision}}); code != http.StatusUnprocessableEntity || !strings.Contains(body, "hector") {
		t.Errorf("a provider without a testbed is nobody: %d %s", code, body)
	}
}

func TestTheSampleIsLoadedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	h.site.o.Sample = demo.Sample
	adele := h.session("adele")
	if code, _ := h.page("/admin/facility/sample", adele, url.Values{}); code != http.StatusConflict {
		t.Errorf("into a facility with testbeds: %d", code)
	}
	if code, _ := h.page("/testbeds/hall/edit", adele, url.Values{"step": {"delete"}, "confirm-id": {"hall"}}); code != http.StatusSeeOther {
		t.Fatal(code)
	}
	if _, page := h.page("/admin/facility", adele, nil); !strings.Contains(page, "Load the sample facility") {
		t.Error("it is not offered")
	}
	if code, body := h.page("/admin/facility/sample", adele, url.Values{}); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	if _, page := h.page("/admin/catalogue", adele, nil); !strings.Contains(page, "hydra_baseline_nsd") {
		t.Errorf("no catalogue: %s", page)
	}
}

// sent returns what a browser sends of a page's form as it is shown.
func sent(t *testing.T, page string) url.Values {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{}
	for f := range nodes(doc, atom.Form) {
		if get(f, "id") != "edit" {
			continue
		}
		for n := range fields(f) {
			name, kind := get(n, "name"), get(n, "type")
			switch {
			case name == "" || kind == "submit" || n.DataAtom == atom.Button || (kind == "checkbox" || kind == "radio") && !hasAttribute(n, "checked"):
			case n.DataAtom == atom.Select:
				first := true
				for o := range nodes(n, atom.Option) {
					if first || hasAttribute(o, "selected") {
						form.Set(name, value(o))
					}
					first = false
				}
			case n.DataAtom == atom.Textarea:
				form.Add(name, textOf(n))
			default:
				form.Add(name, get(n, "value"))
			}
		}
	}
	return form
}

func hasAttribute(n *html.Node, attribute string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == attribute })
}
