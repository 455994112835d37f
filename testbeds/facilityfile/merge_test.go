package facilityfile_test

import (
	"errors"
	"testing"

	"berth/testbeds"
	"berth/testbeds/facilityfile"

	"github.com/google/go-cmp/cmp"
)

func testbed(id string) string {
	return "  - id: " + id + "\n    name: Name\n    timezone: UTC\n    vims:\n      - {id: v, capacity: {vcpu: 1}}\n"
}

func parse(t *testing.T, name, yaml string) facilityfile.File {
	t.Helper()
	f, err := facilityfile.Parse(name, []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestMerge(t *testing.T) {
	t.Parallel()
	b, err := facilityfile.Merge(
		parse(t, "a.yaml", "testbeds:\n"+testbed("a")),
		parse(t, "c.yaml", "vnfs: [{id: f, onboarded: [b/v]}]\nnsds: [{id: n, members: [{index: 1, vnf: f}]}]\n"),
		parse(t, "b.yaml", "testbeds:\n"+testbed("b")+testbed("c")+"vnfs: [{id: g, onboarded: []}]\n"),
	)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, t := range b.Facility.Testbeds {
		ids = append(ids, t.ID)
	}
	for _, v := range b.Catalogue.VNFs {
		ids = append(ids, v.ID)
	}
	if diff := cmp.Diff([]string{"a", "b", "c", "f", "g"}, ids); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if err := b.Validate(testbeds.Facility{}); err != nil {
		t.Error(err)
	}
}

func TestMergeNothing(t *testing.T) {
	t.Parallel()
	if b, err := facilityfile.Merge(); err != nil || b.Facility != nil || b.Catalogue != nil {
		t.Errorf("got %+v, %v", b, err)
	}
}

func TestMergeNamesBothFiles(t *testing.T) {
	t.Parallel()
	_, err := facilityfile.Merge(
		parse(t, "a.yaml", "testbeds:\n"+testbed("a")+"vnfs:\n  - {id: f, onboarded: []}\n"),
		parse(t, "b.yaml", "testbeds:\n"+testbed("b")+testbed("a")),
		parse(t, "c.yaml", "vnfs:\n  - {id: f, onboarded: []}\nnsds:\n  - {id: n, members: []}\n  - {id: n, members: []}\n"),
	)
	want := testbeds.Faults{
		{File: "b.yaml", Line: 7, Field: "testbeds[1].id", Rule: `"a" comes twice: it is also in a.yaml:2`},
		{File: "c.yaml", Line: 2, Field: "vnfs[0].id", Rule: `"f" comes twice: it is also in a.yaml:8`},
		{File: "c.yaml", Line: 5, Field: "nsds[1].id", Rule: `"n" comes twice: it is also in c.yaml:4`},
	}
	var got testbeds.Faults
	if !errors.As(err, &got) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Faults in meaning carry the file and the line, and the field by its place in that file.
func TestValidationIsLocated(t *testing.T) {
	t.Parallel()
	_, err := facilityfile.Load(testbeds.Facility{},
		facilityfile.Source{Name: "a.yaml", Data: []byte("testbeds:\n" + testbed("a"))},
		facilityfile.Source{Name: "c.yaml", Data: []byte("vnfs:\n  - id: f\n    onboarded:\n      - a/v\n      - b/x\n")},
		facilityfile.Source{Name: "b.yaml", Data: []byte("testbeds:\n" + testbed("b") + testbed("c") + "    approval: maybe\n    closures:\n      - summary: s\n" +
			"        start: 1999-01-01\n        duration: P1D\n" + "nsds:\n  - {id: n, members: []}\n")},
	)
	want := testbeds.Faults{
		{File: "c.yaml", Line: 5, Field: "vnfs[0].onboarded[1]", Rule: `"x" is not a VIM of testbed "b"`},
		{File: "b.yaml", Line: 12, Field: "testbeds[1].approval", Rule: `must be required or informed, not "maybe"`},
		{File: "b.yaml", Line: 15, Field: "testbeds[1].closures[0].start", Rule: "the start must lie in the years 2000 to 2100"},
		{File: "b.yaml", Line: 18, Field: "nsds[0].members", Rule: "is missing: an NSD has at least one member"},
	}
	var got testbeds.Faults
	if !errors.As(err, &got) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// If the facility cannot be read, the catalogue's references to it are not faults; other faults in other files are still
// reported.
func TestOtherFilesAreStillRead(t *testing.T) {
	t.Parallel()
	_, err := facilityfile.Load(testbeds.Facility{},
		facilityfile.Source{Name: "a.yaml", Data: []byte("testbeds: [")},
		facilityfile.Source{Name: "b.yaml", Data: []byte("testbeds:\n" + testbed("B"))},
		facilityfile.Source{Name: "c.yaml", Data: []byte("vnfs:\n  - {id: f, onboarded: [a/v], vcpu: many}\n")},
	)
	var got testbeds.Faults
	if !errors.As(err, &got) {
		t.Fatal(err)
	}
	var fields []string
	for _, f := range got {
		fields = append(fields, f.File+" "+f.Field)
	}
	if diff := cmp.Diff([]string{"a.yaml ", "b.yaml testbeds[0].id", "c.yaml vnfs[0].vcpu"}, fields); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
