package facilityfile_test

import (
	"fmt"
	"testing"
	"time"

	"berth/testbeds"
	"berth/testbeds/facilityfile"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	catalogue := &testbeds.Catalogue{
		VNFs: []testbeds.VNF{{ID: "a", Name: "yes", Size: testbeds.Quantities{"gpus": 1, "memory_mb": 512, "vcpu": 2}, Requires: []string{"5", "sdr"}}},
		NSDs: []testbeds.NSD{{
			ID: "n", Members: []testbeds.Member{{Index: "1", VNF: "a"}}, Placement: testbeds.Placement{"1": "x/y", "all": "x/z"},
			Devices: []testbeds.DeviceNeed{{Testbed: "x", Device: "usrp", Count: 2, Units: []string{"u-1"}}},
		}},
	}
	want := `vnfs:
  - id: a
    name: yes
    vcpu: 2
    memory_mb: 512
    quantities: {gpus: 1}
    requires: ["5", sdr]
    onboarded: []
nsds:
  - id: n
    members:
      - {index: "1", vnf: a}
    placement: {"1": x/y, all: x/z}
    devices:
      - {testbed: x, device: usrp, count: 2, units: [u-1]}
`
	got, err := facilityfile.Format(nil, catalogue)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// again writes and reads the two, and returns the difference.
func again(f *testbeds.Facility, c *testbeds.Catalogue) (string, error) {
	text, err := facilityfile.Format(f, c)
	if err != nil {
		return "", err
	}
	file, err := facilityfile.Parse("again.yaml", text)
	if err != nil {
		return "", fmt.Errorf("%w\nin\n%s", err, text)
	}
	type both struct {
		F *testbeds.Facility
		C *testbeds.Catalogue
	}
	return cmp.Diff(both{f, c}, both{file.Facility, file.Catalogue}, cmpopts.EquateEmpty()), nil
}

func TestRoundTripOfFiveGinFIRE(t *testing.T) {
	t.Parallel()
	b, err := facilityfile.Load(testbeds.Facility{}, source(t, "facility.yaml"), source(t, "catalogue.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if diff, err := again(b.Facility, b.Catalogue); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

// Any facility and catalogue, valid or not, survives writing and reading.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := testbeds.Facility{Testbeds: rapid.SliceOfN(rapid.Custom(drawTestbed), 0, 3).Draw(t, "testbeds")}
		c := testbeds.Catalogue{
			VNFs: rapid.SliceOfN(rapid.Custom(drawVNF), 0, 3).Draw(t, "vnfs"),
			NSDs: rapid.SliceOfN(rapid.Custom(drawNSD), 0, 3).Draw(t, "nsds"),
		}
		if diff, err := again(&f, &c); err != nil || diff != "" {
			t.Fatalf("%v (-want +got)\n%s", err, diff)
		}
	})
}

// text also generates texts that YAML could read as other types.
func text() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "1", "1.5", "0x1F", "true", "no", "null", "~", "2026-01-01", "- a", "a: b", "{", "*a", "&a", "!!str x",
		" lead", "trail ", "#", "a #b", "'", "\"", "<<", "=", "---", "1:30", "é", "|", "a, b", "NaN", ".inf", "\\n", "two\nlines"}), rapid.StringMatching(`[a-z0-9 .:_-]{0,12}`))
}

func texts() *rapid.Generator[[]string] { return rapid.SliceOfN(text(), 0, 3) }

func amounts() *rapid.Generator[testbeds.Quantities] {
	names := rapid.SampledFrom([]string{"vcpu", "memory_mb", "storage_gb", "gpus", "floating_ips", "7", "null"})
	return rapid.Custom(func(t *rapid.T) testbeds.Quantities {
		return rapid.MapOfN(names, rapid.Int64(), 0, 4).Draw(t, "amounts")
	})
}

func period() *rapid.Generator[testbeds.Period] {
	return rapid.Custom(func(t *rapid.T) testbeds.Period {
		return testbeds.Period{Days: rapid.IntRange(0, 400).Draw(t, "days"), Clock: time.Duration(rapid.IntRange(0, 100_000).Draw(t, "clock")) * time.Second}
	})
}

func local() *rapid.Generator[testbeds.LocalTime] {
	return rapid.Custom(func(t *rapid.T) testbeds.LocalTime {
		return testbeds.LocalTime{Time: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "local"), 0).UTC()}
	})
}

func drawClosure(t *rapid.T) testbeds.Closure {
	return testbeds.Closure{
		ID: text().Draw(t, "id"), Summary: text().Draw(t, "summary"), Start: local().Draw(t, "start"), Duration: period().Draw(t, "duration"),
		RRule: text().Draw(t, "rrule"), ExDates: rapid.SliceOfN(local(), 0, 2).Draw(t, "exdates"), VIMs: texts().Draw(t, "vims"),
		Devices: texts().Draw(t, "devices"), Capacity: amounts().Draw(t, "capacity"), Count: rapid.Int64().Draw(t, "count"), Units: texts().Draw(t, "units"),
	}
}

func closures(t *rapid.T, name string) []testbeds.Closure {
	return rapid.SliceOfN(rapid.Custom(drawClosure), 0, 2).Draw(t, name)
}

func drawTestbed(t *rapid.T) testbeds.Testbed {
	s := func(name string) string { return text().Draw(t, name) }
	buffer := func(name string) *testbeds.Period { return rapid.Ptr(period(), true).Draw(t, name) }
	b := testbeds.Testbed{
		ID: s("id"), Name: s("name"), Organisation: s("organisation"), Location: s("location"), Timezone: s("timezone"),
		Features: texts().Draw(t, "features"), Setup: period().Draw(t, "setup"), Teardown: period().Draw(t, "teardown"),
		Closures: closures(t, "closures"), Opening: closures(t, "opening"), Approval: testbeds.ApprovalPolicy(s("approval")),
		Providers: texts().Draw(t, "providers"), Visibility: testbeds.Visibility(s("visibility")),
	}
	if rapid.Bool().Draw(t, "lateness") {
		b.Lateness = &testbeds.Lateness{Grace: buffer("grace"), ReleaseAfter: period().Draw(t, "release"), AskAhead: period().Draw(t, "ahead"), AskFrom: period().Draw(t, "from")}
	}
	if rapid.Bool().Draw(t, "deadlines") {
		b.Deadlines = &testbeds.Deadlines{Within: period().Draw(t, "within"), Notice: period().Draw(t, "notice"), Default: testbeds.DefaultDecision(s("default"))}
	}
	for range rapid.IntRange(0, 2).Draw(t, "vims") {
		b.VIMs = append(b.VIMs, testbeds.VIM{
			ID: s("id"), Name: s("name"), Type: s("type"), Features: texts().Draw(t, "features"), Capacity: amounts().Draw(t, "capacity"),
			Hosts: []testbeds.Host{{Count: rapid.Int64().Draw(t, "count"), Size: amounts().Draw(t, "size")}}, Setup: buffer("setup"), Teardown: buffer("teardown"),
			Closures: closures(t, "closures"), Opening: closures(t, "opening"), Datacenter: s("datacenter"), Account: s("vimid"),
		})
		b.Devices = append(b.Devices, testbeds.Device{
			ID: s("id"), Name: s("name"), Count: rapid.Int64().Draw(t, "count"), Features: texts().Draw(t, "features"), Units: texts().Draw(t, "units"),
			Setup: buffer("setup"), Teardown: buffer("teardown"), Closures: closures(t, "closures"), Opening: closures(t, "opening"),
		})
		b.CapacityChanges = append(b.CapacityChanges, testbeds.CapacityChange{
			From: local().Draw(t, "from"), Summary: s("summary"), VIM: s("vim"), Capacity: amounts().Draw(t, "capacity"),
			Device: s("device"), Count: rapid.Int64Range(0, 1).Draw(t, "count"),
		})
	}
	return b
}

func drawVNF(t *rapid.T) testbeds.VNF {
	return testbeds.VNF{ID: text().Draw(t, "id"), Name: text().Draw(t, "name"), Size: amounts().Draw(t, "size"),
		Requires: texts().Draw(t, "requires"), Onboarded: texts().Draw(t, "onboarded")}
}

func drawNSD(t *rapid.T) testbeds.NSD {
	n := testbeds.NSD{ID: text().Draw(t, "id"), Name: text().Draw(t, "name"), Placement: rapid.MapOfN(text(), text(), 0, 3).Draw(t, "placement")}
	for range rapid.IntRange(0, 3).Draw(t, "members") {
		n.Members = append(n.Members, testbeds.Member{Index: text().Draw(t, "index"), VNF: text().Draw(t, "vnf")})
		n.Devices = append(n.Devices, testbeds.DeviceNeed{Testbed: text().Draw(t, "testbed"), Device: text().Draw(t, "device"),
			Count: rapid.Int64().Draw(t, "count"), Units: texts().Draw(t, "units")})
	}
	return n
}

// Any file is refused with faults that name it, or read, and then survives writing and reading.
func FuzzParse(f *testing.F) {
	f.Add(source(f, "facility.yaml").Data)
	f.Add(source(f, "catalogue.yaml").Data)
	for _, s := range []string{"", lab, "vnfs: [*a]", "testbeds: [&a {id: x}, *a]", "nsds:\n- id: !!str a\n  members: [{index: 1}]\n", "? a\n: b", "vnfs: [{<<: {a: b}}]",
		"vnfs: [{id: a, quantities: {x: 1}, onboarded: []}]", "---\n---\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := facilityfile.Parse("fuzz.yaml", data)
		if err != nil {
			for _, fault := range err.(testbeds.Faults) {
				if fault.File != "fuzz.yaml" || fault.Rule == "" {
					t.Fatalf("fault %+v", fault)
				}
			}
			return
		}
		b, err := facilityfile.Merge(file)
		if err == nil {
			_ = b.Validate(testbeds.Facility{}) // must return, whatever it finds
		}
		if diff, err := again(file.Facility, file.Catalogue); err != nil || diff != "" {
			t.Fatalf("%v (-want +got)\n%s", err, diff)
		}
	})
}
