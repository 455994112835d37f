package testbeds_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"berth/testbeds"

	"github.com/google/go-cmp/cmp"
)

func localTime(s string) testbeds.LocalTime {
	var l testbeds.LocalTime
	if err := l.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return l
}

// smallFacility makes a valid facility with one of everything.
func smallFacility() testbeds.Facility {
	hours := testbeds.Closure{
		ID: "hours", Summary: "Laboratory hours", Start: localTime("2026-01-05T08:00"), Duration: testbeds.Period{Clock: 9 * time.Hour},
		RRule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", ExDates: []testbeds.LocalTime{localTime("2026-05-01"), localTime("2026-05-04T08:00")},
	}
	repair := testbeds.Closure{Summary: "Repair", Start: localTime("2026-02-01"), Duration: testbeds.Period{Days: 2}}
	with := func(c testbeds.Closure, change func(*testbeds.Closure)) testbeds.Closure { change(&c); return c }
	return testbeds.Facility{Testbeds: []testbeds.Testbed{
		{
			ID: "iris", Name: "Iris", Timezone: "Europe/Dublin", Features: []string{"sdr", "5g-nr"}, Providers: []string{"paddy"},
			Approval: testbeds.ApprovalRequired, Visibility: testbeds.VisibilityOpen, Setup: testbeds.Period{Clock: time.Hour},
			VIMs: []testbeds.VIM{{
				ID: "core", Capacity: testbeds.Quantities{"vcpu": 32, "gpus": 2}, Hosts: []testbeds.Host{{Count: 2, Size: testbeds.Quantities{"vcpu": 16}}},
				Teardown: &testbeds.Period{Days: 3}, Datacenter: "Iris DC", Account: "2c3f",
				Closures: []testbeds.Closure{with(repair, func(c *testbeds.Closure) { c.Capacity = testbeds.Quantities{"gpus": 1} })},
			}},
			Devices: []testbeds.Device{
				{ID: "usrp", Count: 2, Units: []string{"A-1", "A-2"}, Opening: []testbeds.Closure{hours}},
				{ID: "sim", Count: 10},
			},
			Closures: []testbeds.Closure{
				repair,
				with(repair, func(c *testbeds.Closure) { c.Devices, c.Units = []string{"usrp"}, []string{"A-1"} }),
				with(repair, func(c *testbeds.Closure) { c.Devices, c.Count = []string{"usrp", "sim"}, 1 }),
				with(repair, func(c *testbeds.Closure) { c.VIMs, c.Capacity = []string{"core"}, testbeds.Quantities{"vcpu": 8} }),
			},
			Opening: []testbeds.Closure{with(hours, func(c *testbeds.Closure) { c.Devices = []string{"sim"} })},
			CapacityChanges: []testbeds.CapacityChange{
				{From: localTime("2026-06-01"), VIM: "core", Capacity: testbeds.Quantities{"vcpu": 64}},
				{From: localTime("2026-06-01"), Device: "usrp", Count: 1},
			},
		},
		{ID: "ufu", Name: "UFU", Timezone: "America/Sao_Paulo"},
	}}
}

func TestValidFacilityHasNoFaults(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]testbeds.Facility{"empty": {}, "small": smallFacility()} {
		if faults := f.Validate(); len(faults) > 0 {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

// TestFacilityFaults breaks one thing of a valid facility in each case, and expects exactly that fault.
func TestFacilityFaults(t *testing.T) {
	t.Parallel()
	const iris = "testbeds[0]"
	tests := []struct {
		name  string
		spoil func(*testbeds.Testbed)
		field string
		says  string
	}{
		{"no id", func(t *testbeds.Testbed) { t.ID = "" }, iris + ".id", "missing"},
		{"id in capitals", func(t *testbeds.Testbed) { t.ID = "Iris" }, iris + ".id", "a-z"},
		{"id that is a path", func(t *testbeds.Testbed) { t.ID = ".." }, iris + ".id", "first"},
		{"id too long", func(t *testbeds.Testbed) { t.ID = strings.Repeat("a", 65) }, iris + ".id", "64"},
		{"id twice", func(t *testbeds.Testbed) { t.ID = "ufu" }, "testbeds[1].id", "twice"},
		{"no name", func(t *testbeds.Testbed) { t.Name = "" }, iris + ".name", "missing"},
		{"name of two lines", func(t *testbeds.Testbed) { t.Name = "a\r\nb" }, iris + ".name", "one line"},
		{"name that is not UTF-8", func(t *testbeds.Testbed) { t.Name = "\xff" }, iris + ".name", "one line"},
		{"location too long", func(t *testbeds.Testbed) { t.Location = strings.Repeat("é", 201) }, iris + ".location", "200"},
		{"organisation with a space", func(t *testbeds.Testbed) { t.Organisation = "TCD " }, iris + ".organisation", "white space"},
		{"no zone", func(t *testbeds.Testbed) { t.Timezone = "" }, iris + ".timezone", "IANA"},
		{"the machine's zone", func(t *testbeds.Testbed) { t.Timezone = "Local" }, iris + ".timezone", "IANA"},
		{"no such zone", func(t *testbeds.Testbed) { t.Timezone = "Europe/Corkk" }, iris + ".timezone", "IANA"},
		{"feature twice", func(t *testbeds.Testbed) { t.Features = []string{"a", "a"} }, iris + ".features[1]", "twice"},
		{"features without end", func(t *testbeds.Testbed) { t.Features = numbered("f", 101) }, iris + ".features", "101 entries"},
		{"negative setup", func(t *testbeds.Testbed) { t.Setup.Clock = -1 }, iris + ".setup", "366 days"},
		{"setup of a fraction", func(t *testbeds.Testbed) { t.Setup.Clock = time.Millisecond }, iris + ".setup", "whole seconds"},
		{"setup that overflows", func(t *testbeds.Testbed) { t.Setup.Days = 1 << 50 }, iris + ".setup", "366 days"},
		{"teardown too long", func(t *testbeds.Testbed) { t.Teardown.Days = 367 }, iris + ".teardown", "366 days"},
		{"unknown policy", func(t *testbeds.Testbed) { t.Approval = "maybe" }, iris + ".approval", "required or informed"},
		{"unknown visibility", func(t *testbeds.Testbed) { t.Visibility = "all" }, iris + ".visibility", "busy or open"},
		{"grace too long", func(t *testbeds.Testbed) {
			t.Lateness = &testbeds.Lateness{Grace: &testbeds.Period{Days: 7, Clock: time.Second}}
		}, iris + ".lateness.grace", "7 days"},
		{"release of a fraction", func(t *testbeds.Testbed) { t.Lateness = &testbeds.Lateness{ReleaseAfter: testbeds.Period{Clock: 1}} }, iris + ".lateness.release_after", "whole seconds"},
		{"asked too early", func(t *testbeds.Testbed) { t.Lateness = &testbeds.Lateness{AskAhead: testbeds.Period{Days: 367}} }, iris + ".lateness.ask_ahead", "366 days"},
		{"asked about, and never asked", func(t *testbeds.Testbed) { t.Lateness = &testbeds.Lateness{AskFrom: testbeds.Period{Days: 1}} }, iris + ".lateness.ask_from", "without ask_ahead"},
		{"within without end", func(t *testbeds.Testbed) { t.Deadlines = &testbeds.Deadlines{Within: testbeds.Period{Days: 367}} }, iris + ".deadlines.within", "366 days"},
		{"notice of a fraction", func(t *testbeds.Testbed) { t.Deadlines = &testbeds.Deadlines{Notice: testbeds.Period{Clock: 1}} }, iris + ".deadlines.notice", "whole seconds"},
		{"unknown default", func(t *testbeds.Testbed) { t.Deadlines = &testbeds.Deadlines{Default: "maybe"} }, iris + ".deadlines.default", "approved or refused"},
		{"provider twice", func(t *testbeds.Testbed) { t.Providers = []string{"p", "p"} }, iris + ".providers[1]", "twice"},
		{"provider with a space", func(t *testbeds.Testbed) { t.Providers = []string{"p q"} }, iris + ".providers[0]", "white space"},
		{"empty provider", func(t *testbeds.Testbed) { t.Providers = []string{""} }, iris + ".providers[0]", "missing"},

		{"VIM twice", func(t *testbeds.Testbed) { t.VIMs = append(t.VIMs, vim("core")) }, iris + ".vims[1].id", "twice"},
		{"VIMs without end", func(t *testbeds.Testbed) {
			for _, id := range numbered("v", 1000) {
				t.VIMs = append(t.VIMs, vim(id))
			}
		}, iris + ".vims", "1001 entries"},
		{"no capacity", func(t *testbeds.Testbed) { t.VIMs = append(t.VIMs, testbeds.VIM{ID: "x"}) }, iris + ".vims[1].capacity", "missing"},
		{"negative amount", func(t *testbeds.Testbed) { t.VIMs[0].Capacity["vcpu"] = -1 }, iris + ".vims[0].capacity.vcpu", "0 to 1000000000"},
		{"amount that overflows", func(t *testbeds.Testbed) { t.VIMs[0].Capacity["vcpu"] = testbeds.MaxAmount + 1 }, iris + ".vims[0].capacity.vcpu", "0 to"},
		{"name of a quantity", func(t *testbeds.Testbed) { t.VIMs[0].Capacity["V CPU"] = 1 }, iris + ".vims[0].capacity", `"V CPU"`},
		{"no hosts of a kind", func(t *testbeds.Testbed) { t.VIMs[0].Hosts[0].Count = 0 }, iris + ".vims[0].hosts[0].count", "1 to"},
		{"host of other things", func(t *testbeds.Testbed) { t.VIMs[0].Hosts[0].Size["disk"] = 1 }, iris + ".vims[0].hosts[0].size.disk", "capacity of VIM"},
		{"portal name twice", func(t *testbeds.Testbed) {
			t.VIMs = append(t.VIMs, testbeds.VIM{ID: "x", Account: "2c3f", Capacity: testbeds.Quantities{"vcpu": 1}})
		}, iris + ".vims[1].vimid", "twice"},
		{"negative teardown", func(t *testbeds.Testbed) { t.VIMs[0].Teardown.Days = -1 }, iris + ".vims[0].teardown", "366 days"},

		{"device twice", func(t *testbeds.Testbed) { t.Devices[1].ID = "usrp"; t.Opening, t.Closures = nil, nil }, iris + ".devices[1].id", "twice"},
		{"negative count", func(t *testbeds.Testbed) { t.Devices[1].Count = -1 }, iris + ".devices[1].count", "0 to"},
		{"fewer units than count", func(t *testbeds.Testbed) { t.Devices[0].Count = 3 }, iris + ".devices[0].units", "exactly"},
		{"unit twice", func(t *testbeds.Testbed) { t.Devices[0].Units = []string{"A-1", "A-1"} }, iris + ".devices[0].units[1]", "twice"},

		{"no summary", func(t *testbeds.Testbed) { t.Closures[0].Summary = "" }, iris + ".closures[0].summary", "missing"},
		{"no start", func(t *testbeds.Testbed) { t.Closures[0].Start = testbeds.LocalTime{} }, iris + ".closures[0].start", "missing"},
		{"start too early", func(t *testbeds.Testbed) { t.Closures[0].Start = localTime("1999-12-31") }, iris + ".closures[0].start", "2000"},
		{"start too late", func(t *testbeds.Testbed) { t.Closures[0].Start = localTime("2101-01-01") }, iris + ".closures[0].start", "2100"},
		{"no duration", func(t *testbeds.Testbed) { t.Closures[0].Duration = testbeds.Period{} }, iris + ".closures[0].duration", "366 days"},
		{"duration too long", func(t *testbeds.Testbed) { t.Closures[0].Duration.Days = 367 }, iris + ".closures[0].duration", "366 days"},
		{"hostile rule", func(t *testbeds.Testbed) { t.Closures[0].RRule = "FREQ=YEARLY;BYEASTER=400" }, iris + ".closures[0].rrule", "BYEASTER"},
		{"rule that never happens", func(t *testbeds.Testbed) {
			t.Closures[0].RRule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"
		}, iris + ".closures[0].rrule", "never"},
		{"exception without a rule", func(t *testbeds.Testbed) {
			t.Closures[0].ExDates = []testbeds.LocalTime{localTime("2026-02-01")}
		}, iris + ".closures[0].exdates", "rrule"},
		{"exception at no such time", func(t *testbeds.Testbed) {
			t.Opening[0].ExDates = []testbeds.LocalTime{localTime("2026-02-02T09:00")}
		}, iris + ".opening[0].exdates[0]", "time of day"},
		{"closure twice", func(t *testbeds.Testbed) { t.Opening = append(t.Opening, t.Opening[0]) }, iris + ".opening[1].id", "twice"},
		{"a source of an opening", func(t *testbeds.Testbed) { t.Opening[0].ID, t.Opening[0].Source = "a", "lab" }, iris + ".opening[0].source", "closures only"},
		{"a source at a VIM", func(t *testbeds.Testbed) {
			t.VIMs[0].Closures = []testbeds.Closure{{ID: "a", Source: "lab", Summary: "x", Start: localTime("2026-02-01"), Duration: testbeds.Period{Days: 1}}}
		}, iris + ".vims[0].closures[0].source", "testbed only"},
		{"a source without an id", func(t *testbeds.Testbed) { t.Closures[0].ID, t.Closures[0].Source = "", "lab" }, iris + ".closures[0].id", "missing"},
		{"a source with spaces", func(t *testbeds.Testbed) { t.Closures[0].ID, t.Closures[0].Source = "a", "the lab" }, iris + ".closures[0].source", "letter or digit"},
		{"closures without end", func(t *testbeds.Testbed) {
			for range 500 {
				t.Closures = append(t.Closures, t.Closures[0])
			}
		}, iris + ".closures", "504 entries"},
		{"closure of no such VIM", func(t *testbeds.Testbed) { t.Closures[0].VIMs = []string{"edge"} }, iris + ".closures[0].vims[0]", "not a VIM"},
		{"closure of no such device", func(t *testbeds.Testbed) { t.Closures[0].Devices = []string{"x"} }, iris + ".closures[0].devices[0]", "not a device"},
		{"closure of a device twice", func(t *testbeds.Testbed) {
			t.Closures[0].Devices = []string{"sim", "sim"}
		}, iris + ".closures[0].devices[1]", "twice"},
		{"closure of a VIM that names VIMs", func(t *testbeds.Testbed) {
			t.VIMs[0].Closures[0].VIMs = []string{"core"}
		}, iris + ".vims[0].closures[0].vims", "testbed only"},
		{"closure of a device that names devices", func(t *testbeds.Testbed) {
			t.Devices[0].Opening[0].Devices = []string{"usrp"}
		}, iris + ".devices[0].opening[0].devices", "testbed only"},

		{"part of a whole testbed", func(t *testbeds.Testbed) { t.Closures[0].Count = 1 }, iris + ".closures[0].count", "name devices"},
		{"amounts of a whole testbed", func(t *testbeds.Testbed) {
			t.Closures[0].Capacity = testbeds.Quantities{"vcpu": 1}
		}, iris + ".closures[0].capacity", "name VIMs"},
		{"negative part", func(t *testbeds.Testbed) { t.Closures[2].Count = -1 }, iris + ".closures[2].count", "0 to"},
		{"part of what is not there", func(t *testbeds.Testbed) {
			t.Closures[3].Capacity = testbeds.Quantities{"disk": 1}
		}, iris + ".closures[3].capacity.disk", "capacity of VIM"},
		{"units and count", func(t *testbeds.Testbed) { t.Closures[1].Count = 1 }, iris + ".closures[1].units", "exclude"},
		{"units of two devices", func(t *testbeds.Testbed) { t.Closures[1].Devices = []string{"usrp", "sim"} }, iris + ".closures[1].units", "one device"},
		{"no such unit", func(t *testbeds.Testbed) { t.Closures[1].Units[0] = "A-3" }, iris + ".closures[1].units[0]", "not a unit"},
		{"opening of units", func(t *testbeds.Testbed) { t.Devices[0].Opening[0].Units = []string{"A-1"} }, iris + ".devices[0].opening[0].units", "all of"},
		{"opening of a count", func(t *testbeds.Testbed) { t.Opening[0].Count = 1 }, iris + ".opening[0].count", "all of"},
		{"opening of amounts", func(t *testbeds.Testbed) {
			t.Opening[0].Capacity = testbeds.Quantities{"vcpu": 1}
		}, iris + ".opening[0].capacity", "all of"},

		{"change of nothing", func(t *testbeds.Testbed) { t.CapacityChanges[0].VIM = "" }, iris + ".capacity_changes[0]", "either"},
		{"change of both", func(t *testbeds.Testbed) { t.CapacityChanges[0].Device = "sim" }, iris + ".capacity_changes[0]", "either"},
		{"change without a time", func(t *testbeds.Testbed) {
			t.CapacityChanges[0].From = testbeds.LocalTime{}
		}, iris + ".capacity_changes[0].from", "missing"},
		{"change of no such VIM", func(t *testbeds.Testbed) { t.CapacityChanges[0].VIM = "x" }, iris + ".capacity_changes[0].vim", "not a VIM"},
		{"change without amounts", func(t *testbeds.Testbed) { t.CapacityChanges[0].Capacity = nil }, iris + ".capacity_changes[0].capacity", "missing"},
		{"change of no such amount", func(t *testbeds.Testbed) {
			t.CapacityChanges[0].Capacity["disk"] = 1
		}, iris + ".capacity_changes[0].capacity.disk", "capacity of VIM"},
		{"change of a VIM's count", func(t *testbeds.Testbed) { t.CapacityChanges[0].Count = 1 }, iris + ".capacity_changes[0].count", "device"},
		{"change of no such device", func(t *testbeds.Testbed) { t.CapacityChanges[1].Device = "x" }, iris + ".capacity_changes[1].device", "not a device"},
		{"change of a device's amounts", func(t *testbeds.Testbed) {
			t.CapacityChanges[1].Capacity = testbeds.Quantities{"vcpu": 1}
		}, iris + ".capacity_changes[1].capacity", "VIM only"},
		{"change to more than has names", func(t *testbeds.Testbed) { t.CapacityChanges[1].Count = 3 }, iris + ".capacity_changes[1].count", "at most 2"},
		{"two changes at once", func(t *testbeds.Testbed) {
			t.CapacityChanges = append(t.CapacityChanges, t.CapacityChanges[1])
		}, iris + ".capacity_changes[2].device", "twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := smallFacility()
			tt.spoil(&f.Testbeds[0])
			got := f.Validate()
			if len(got) != 1 || got[0].Field != tt.field || !strings.Contains(got[0].Rule, tt.says) {
				t.Errorf("got faults\n%v\nwant one of %s that says %q", got, tt.field, tt.says)
			}
		})
	}
}

func vim(id string) testbeds.VIM {
	return testbeds.VIM{ID: id, Capacity: testbeds.Quantities{"vcpu": 1}}
}

func numbered(prefix string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	return list
}

func TestEveryFaultIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	f := smallFacility()
	f.Testbeds[0].Timezone = "Mars"
	f.Testbeds[0].VIMs[0].Capacity["vcpu"] = -1
	f.Testbeds[0].Closures[0].RRule = "FREQ=HOURLY"
	f.Testbeds[1].ID = "U F U"
	var fields []string
	for _, fault := range f.Validate() {
		fields = append(fields, fault.Field)
	}
	want := []string{"testbeds[0].timezone", "testbeds[0].vims[0].capacity.vcpu", "testbeds[0].closures[0].rrule", "testbeds[1].id"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFaultsAreBounded(t *testing.T) {
	t.Parallel()
	f := testbeds.Facility{Testbeds: make([]testbeds.Testbed, 20_000)}
	got := f.Validate()
	if len(got) != testbeds.MaxFaults+1 || !strings.Contains(got[len(got)-1].Rule, "not listed") {
		t.Errorf("got %d faults, the last %v", len(got), got[len(got)-1])
	}
}

func TestRecurringClosuresAreBounded(t *testing.T) {
	t.Parallel()
	f := testbeds.Facility{}
	hours := smallFacility().Testbeds[0].Opening[0]
	hours.ID, hours.Devices = "", nil
	for _, id := range numbered("t", 11) {
		b := testbeds.Testbed{ID: id, Name: id, Timezone: "UTC"}
		for range 500 {
			b.Opening = append(b.Opening, hours)
		}
		f.Testbeds = append(f.Testbeds, b)
	}
	want := testbeds.Faults{{Field: "testbeds", Rule: "has 5500 recurring closures and openings, at most 5000 are allowed"}}
	if diff := cmp.Diff(want, f.Validate()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFaultsAsError(t *testing.T) {
	t.Parallel()
	faults := testbeds.Faults{
		{File: "a.yaml", Line: 3, Field: "testbeds[0].id", Rule: "is missing"},
		{File: "b.yaml", Rule: "is too large"},
		{Field: "nsds", Rule: "has too many"},
	}
	want := "a.yaml:3: testbeds[0].id: is missing\nb.yaml: is too large\nnsds: has too many"
	if got := faults.Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if faults.Err() == nil || (testbeds.Faults{}).Err() != nil {
		t.Error("only some faults are an error")
	}
}
