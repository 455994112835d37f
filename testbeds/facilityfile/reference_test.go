package facilityfile

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
)

// TestTheReferenceHasEveryKey compares docs/facility.md with the keys that the parser takes: each is there, in its section, and bold where it is required.
func TestTheReferenceHasEveryKey(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/facility.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for part := range strings.SplitSeq(string(b), "\n## ") {
		name, text, _ := strings.Cut(part, "\n")
		sections[name] = text
	}
	row := regexp.MustCompile("(?m)^\\| ([^|]*`[^|]*) \\|")
	for name, v := range map[string]any{"The file": document{}, "A testbed": testbeds.Testbed{}, "Lateness": testbeds.Lateness{}, "Deadlines": testbeds.Deadlines{}, "A VIM": testbeds.VIM{}, "A host": testbeds.Host{}, "A device": testbeds.Device{}, "A closure, an opening": testbeds.Closure{},
		"A change of capacity": testbeds.CapacityChange{}, "A VNF": testbeds.VNF{}, "An NSD": testbeds.NSD{}, "A member": testbeds.Member{}, "A device that is needed": testbeds.DeviceNeed{}} {
		var written, bold, want, required []string
		for _, m := range row.FindAllStringSubmatch(sections[name], -1) {
			for key := range strings.SplitSeq(m[1], ", ") {
				k := strings.Trim(key, "*` ")
				written = append(written, k)
				if strings.Contains(m[1], "**") {
					bold = append(bold, k)
				}
			}
		}
		fields := fieldsOf(reflect.TypeOf(v))
		want = keys(fields)
		for _, f := range fields {
			if f.required(reflect.ValueOf(v)) {
				required = append(required, f.key)
			}
		}
		for _, list := range [][]string{written, bold, want, required} {
			slices.Sort(list)
		}
		if diff := cmp.Diff(want, written); diff != "" {
			t.Errorf("%s, keys (-parser +document):\n%s", name, diff)
		}
		if diff := cmp.Diff(required, bold); diff != "" {
			t.Errorf("%s, required keys (-parser +document):\n%s", name, diff)
		}
	}
}

// TestTheReferencesExamplesAreValid, and show every key.
func TestTheReferencesExamplesAreValid(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/facility.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(b), -1)
	if len(examples) == 0 {
		t.Fatal("there is no example")
	}
	for _, m := range examples {
		if _, err := Load(testbeds.Facility{}, Source{Name: "docs/facility.md", Data: []byte(m[1])}); err != nil {
			t.Error(err)
		}
	}
}
