package facilityfile_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"berth/testbeds"
	"berth/testbeds/facilityfile"

	"github.com/google/go-cmp/cmp"
)

func source(t testing.TB, name string) facilityfile.Source {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return facilityfile.Source{Name: name, Data: data}
}

func TestFiveGinFIRELoads(t *testing.T) {
	t.Parallel()
	b, err := facilityfile.Load(testbeds.Facility{}, source(t, "facility.yaml"), source(t, "catalogue.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if n, v, s := len(b.Facility.Testbeds), len(b.Catalogue.VNFs), len(b.Catalogue.NSDs); n != 8 || v != 18 || s != 13 {
		t.Errorf("got %d testbeds, %d VNFs, %d NSDs", n, v, s)
	}
	tonic, _ := b.Facility.Testbed("5tonic")
	imdea, _ := tonic.VIM("imdea")
	start := testbeds.LocalTime{}
	if err := start.UnmarshalText([]byte("2026-01-05T08:00:00")); err != nil {
		t.Fatal(err)
	}
	tenHours, _ := testbeds.ParsePeriod("PT10H")
	want := testbeds.VIM{
		ID: "imdea", Type: "openstack", Features: []string{"sr-iov"},
		Capacity: testbeds.Quantities{"vcpu": 16, "memory_mb": 262144, "storage_gb": 8000},
		Hosts:    []testbeds.Host{{Count: 2, Size: testbeds.Quantities{"vcpu": 8, "memory_mb": 131072, "storage_gb": 4000}}},
		Closures: []testbeds.Closure{{Summary: "Reserved for other IMDEA projects", Start: start, Duration: tenHours, RRule: "FREQ=WEEKLY;BYDAY=MO,TU"}},
	}
	if diff := cmp.Diff(want, imdea); diff != "" {
		t.Errorf("imdea (-want +got)\n%s", diff)
	}
	ns, _ := b.Catalogue.NSD("lte_ns")
	wantNS := testbeds.NSD{
		ID: "lte_ns", Members: []testbeds.Member{{Index: "1", VNF: "nitos_lte_vnfd"}, {Index: "2", VNF: "nitos_lte_vnfd"}},
		Placement: testbeds.Placement{"all": "5g-vino/nitos"},
		Devices:   []testbeds.DeviceNeed{{Testbed: "5g-vino", Device: "lte-macro", Count: 1}},
	}
	if diff := cmp.Diff(wantNS, ns); diff != "" {
		t.Errorf("lte_ns (-want +got)\n%s", diff)
	}
}

// A catalogue without a facility is checked against the existing one.
func TestCatalogueAlone(t *testing.T) {
	t.Parallel()
	facility, err := facilityfile.Load(testbeds.Facility{}, source(t, "facility.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := facilityfile.Load(*facility.Facility, source(t, "catalogue.yaml"))
	if err != nil || b.Facility != nil || b.Catalogue == nil {
		t.Errorf("got %+v, %v", b, err)
	}
	_, err = facilityfile.Load(testbeds.Facility{}, source(t, "catalogue.yaml"))
	var faults testbeds.Faults
	if !errors.As(err, &faults) {
		t.Fatal(err)
	}
	want := testbeds.Fault{File: "catalogue.yaml", Line: 6, Field: "vnfs[0].onboarded[0]", Rule: `"5tonic" is not a testbed`}
	if diff := cmp.Diff(want, faults[0]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// lab is a file with one testbed, into which each case writes its lines.
const lab = `testbeds:
  - id: lab
    name: Lab
    timezone: Europe/Athens
    vims:
      - id: core
        capacity: {vcpu: 8}
    devices:
      - {id: usrp, count: 4}
`

// The possible faults in one file: all of them are reported, by line, field and rule.
func TestFaults(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tests := []struct {
		name, yaml string
		want       []string // line, field and the start of the rule
	}{
		{"nothing", "", []string{"1: : is empty"}},
		{"a comment", "# nothing\n", []string{"1: : is empty"}},
		{"no YAML", "testbeds: [\n", []string{"1: : is not YAML"}},
		{"tabs", "testbeds:\n\t- id: lab\n", []string{"2: : is not YAML"}},
		{"not UTF-8", "testbeds: \xff\xfe\n", []string{"1: : is not YAML"}},
		{"a list", "[1, 2]", []string{"1: : must be a mapping"}},
		{"another thing", "testbed: []", []string{"1: testbed: is not a key here; the keys are testbeds, vnfs, nsds"}},
		{"two documents", lab + "---\n" + lab, []string{"10: : must hold one YAML document"}},
		{"broken second document", lab + "---\n[", []string{"11: : is not YAML"}},
		{"no testbeds", "testbeds:\n", []string{"1: testbeds: is empty"}},
		{"testbeds in a mapping", "testbeds: {lab: {}}", []string{"1: testbeds: must be a list"}},
		{"a testbed that is text", "testbeds: [lab]", []string{"1: testbeds[0]: must be a mapping"}},
		{"missing keys", "testbeds:\n  - id: lab\n    vims:\n      - {type: openstack}\n", []string{
			"2: testbeds[0].name: is missing", "2: testbeds[0].timezone: is missing",
			"4: testbeds[0].vims[0].id: is missing", "4: testbeds[0].vims[0].capacity: is missing",
		}},
		{"unknown keys", lab + "    colour: red\n    closures:\n      - {summary: s, start: 2026-01-05, duration: P1D, rule: x}\n", []string{
			"10: testbeds[0].colour: is not a key here; the keys are id, name", "12: testbeds[0].closures[0].rule: is not a key here",
		}},
		{"key twice", lab + "    name: Other\n", []string{"10: testbeds[0].name: comes twice, first in line 3"}},
		{"key that is a list", lab + "    ? [a]\n    : b\n", []string{"10: testbeds[0]: has a key that is not plain text"}},
		{"key that is a number", lab + "    7: b\n", []string{"10: testbeds[0]: has a key that is not plain text"}},
		{"number for text", lab + "    location: 5\n    organisation: 2026-01-01\n    features: [5, true, 1.5, {a: b}]\n", []string{
			"10: testbeds[0].location: must be text; put 5 in quotes", "11: testbeds[0].organisation: must be text",
			"12: testbeds[0].features[0]: must be text", "12: testbeds[0].features[1]: must be text",
			"12: testbeds[0].features[2]: must be text", "12: testbeds[0].features[3]: must be text",
		}},
		{"text for a number", lab + "      - {id: a, count: four}\n      - {id: b, count: \"4\"}\n      - {id: c, count: 1.5}\n" +
			"      - {id: d, count: 99999999999999999999}\n      - {id: e, count: 010}\n      - {id: f, count: 0x10}\n      - {id: g, count: 1_000}\n" +
			"      - {id: h, count: [4]}\n", []string{
			"10: testbeds[0].devices[1].count: must be a whole number", "11: testbeds[0].devices[2].count: must be a whole number",
			"12: testbeds[0].devices[3].count: must be a whole number", "13: testbeds[0].devices[4].count: must be a whole number",
			"14: testbeds[0].devices[5].count: must be a whole number", "15: testbeds[0].devices[6].count: must be a whole number",
			"16: testbeds[0].devices[7].count: must be a whole number", "17: testbeds[0].devices[8].count: must be a whole number",
		}},
		{"amounts out of range", lab + "      - {id: a, count: -1}\n      - {id: b, count: 1000000001}\n", []string{
			"10: testbeds[0].devices[1].count: must be 0 to 1000000000", "11: testbeds[0].devices[2].count: must be 0 to 1000000000",
		}},
		{"nothing for something", lab + "    location:\n    features: ~\n    setup: null\n", []string{
			"10: testbeds[0].location: is empty", "11: testbeds[0].features: is empty", "12: testbeds[0].setup: is empty",
		}},
		{"times", lab + "    setup: 3 days\n    teardown: 3\n    closures:\n      - {summary: s, start: 2026-01-05T08:00:00Z, duration: P1Y}\n" +
			"      - {summary: s, start: [1], duration: {a: 1}}\n", []string{
			"10: testbeds[0].setup: must be an ISO 8601 duration", "11: testbeds[0].teardown: must be an ISO 8601 duration",
			"13: testbeds[0].closures[0].start: must be a local time", "13: testbeds[0].closures[0].duration: must be an ISO 8601",
			"14: testbeds[0].closures[1].start: must be a local time", "14: testbeds[0].closures[1].duration: must be an ISO 8601",
		}},
		{"anchor and alias", "testbeds:\n  - &a {id: lab, name: Lab, timezone: UTC}\n  - *a\n", []string{
			"2: testbeds[0]: must be written out", "3: testbeds[1]: must be written out",
		}},
		{"billion laughs", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nvnfs: [*b,*b]\n", []string{
			"1: a: is not a key here", "2: b: is not a key here", "3: vnfs[0]: must be written out", "3: vnfs[1]: must be written out",
		}},
		{"merge key", "vnfs:\n  - <<: {id: a}\n    id: b\n    onboarded: []\n", []string{"2: vnfs[0]: has a key that is not plain text"}},
		{"unknown alias", "vnfs: [*a]", []string{"1: : is not YAML: unknown anchor"}},
		{"tag", lab + "    location: !!str 5\n    organisation: !go/type x\n", []string{
			"10: testbeds[0].location: must not have a tag", "11: testbeds[0].organisation: must not have a tag",
		}},
		{"nested without end", "testbeds: " + deep(20_000), []string{"1: : is not YAML: exceeded max depth"}},
		{"nested deeply", lab + "    features: " + deep(5000), []string{"10: testbeds[0].features[0]: must be text"}},
		{"too long", strings.Repeat("#", facilityfile.MaxSize+1), []string{"0: : may have at most 4194304 bytes"}},
		{"too many values", "testbeds: [" + strings.Repeat("a,", 1_000_000) + "a]", []string{"0: : has too many values"}},
		{"list without end", "testbeds: [" + strings.Repeat("a,", 10_000) + "a]", []string{"1: testbeds: has 10001 entries"}},
		{"quantities", "vnfs:\n  - {id: a, vcpu: 1, gpus: 1, quantities: {gpus: x, vcpu: 2}, onboarded: []}\n  - {id: b, quantities: 7, onboarded: []}\n", []string{
			"2: vnfs[0].gpus: is not a key here; the keys are id, name, vcpu, memory_mb, storage_gb, quantities, requires, onboarded",
			"2: vnfs[0].quantities.gpus: must be a whole number", "2: vnfs[0].quantities.vcpu: must be written one level up",
			"3: vnfs[1].quantities: must be a mapping",
		}},
		{"amounts of a VNF out of range", "vnfs:\n  - id: a\n    vcpu: -1\n    quantities:\n      gpus: -2\n    onboarded: []\n", []string{
			"3: vnfs[0].vcpu: must be 0 to", "5: vnfs[0].quantities.gpus: must be 0 to",
		}},
		{"amounts of a host out of range", lab + "    # a host\n" + `
  - id: other
    name: Other
    timezone: UTC
    vims:
      - id: core
        capacity: {vcpu: 8}
        hosts:
          - count: 1
            vcpu: -8
            memory_mb: 9
`, []string{"20: testbeds[1].vims[0].hosts[0].vcpu: must be 0 to", "21: testbeds[1].vims[0].hosts[0].memory_mb: is not in the capacity"}},
		{"no count of a change", lab + "    capacity_changes:\n      - {from: 2026-01-05, device: usrp}\n", []string{
			"11: testbeds[0].capacity_changes[0].count: is missing",
		}},
		{"form and meaning at once", lab + "    location: 5\n    closures:\n      - {summary: s, start: 2026-01-05, duration: P1D, rrule: FREQ=HOURLY, vims: [edge]}\n" +
			"  - {id: lab, name: Lab, timezone: Mars}\n", []string{
			"10: testbeds[0].location: must be text", "12: testbeds[0].closures[0].rrule: FREQ must be", "12: testbeds[0].closures[0].vims[0]: \"edge\" is not a VIM",
			"13: testbeds[1].id: \"lab\" comes twice: it is also in lab.yaml:2", "13: testbeds[1].timezone: must be an IANA",
		}},
		{"one fault is told once", lab + "      - {id: a, count: x, units: [u1, u2]}\n      - {count: 1}\n", []string{
			"10: testbeds[0].devices[1].count: must be a whole number", "11: testbeds[0].devices[2].id: is missing",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := facilityfile.Load(testbeds.Facility{}, facilityfile.Source{Name: "lab.yaml", Data: []byte(tt.yaml)})
			var faults testbeds.Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %v", err)
			}
			if b.Facility != nil || b.Catalogue != nil {
				t.Errorf("something was returned: %+v", b)
			}
			compareFaults(t, faults, tt.want)
		})
	}
}

func compareFaults(t *testing.T, faults testbeds.Faults, want []string) {
	t.Helper()
	var got []string
	for i, f := range faults {
		s := fmt.Sprintf("%d: %s: %s", f.Line, f.Field, f.Rule)
		if i < len(want) && strings.HasPrefix(s, want[i]) {
			s = want[i]
		}
		got = append(got, s)
		if f.File != "lab.yaml" {
			t.Errorf("file %q of %v", f.File, f)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEmptyListsAreThere(t *testing.T) {
	t.Parallel()
	f, err := facilityfile.Parse("a", []byte("testbeds: []\nnsds: []\n"))
	if err != nil || f.Facility == nil || f.Catalogue == nil {
		t.Errorf("got %+v, %v", f, err)
	}
	f, err = facilityfile.Parse("a", []byte("vnfs: []\n"))
	if err != nil || f.Facility != nil || f.Catalogue == nil {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestNumbersAsText(t *testing.T) {
	t.Parallel()
	f, err := facilityfile.Parse("a", []byte(`
nsds:
  - id: ns
    members: [{index: 1, vnf: a}, {index: "2", vnf: b}, {index: c, vnf: b}]
    placement: {1: x/y, "2": x/y, all: x/z}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []testbeds.NSD{{
		ID: "ns", Members: []testbeds.Member{{Index: "1", VNF: "a"}, {Index: "2", VNF: "b"}, {Index: "c", VNF: "b"}},
		Placement: testbeds.Placement{"1": "x/y", "2": "x/y", "all": "x/z"},
	}}
	if diff := cmp.Diff(want, f.Catalogue.NSDs); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
