package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/testbeds"
)

// TestClaimsAreReadAsWritten writes the claims of several bookings, and reads them with one reader, which remembers names.
func TestClaimsAreReadAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		read := newClaimReader()
		for range rapid.IntRange(1, 3).Draw(t, "bookings") {
			var want []testbeds.Claim
			for range rapid.IntRange(0, 3).Draw(t, "claims") {
				c := testbeds.Claim{From: fromSeconds(rapid.Int64Range(-5, 1<<33).Draw(t, "from"))}
				c.Testbed = rapid.StringMatching(`[a-z0-9][a-z0-9._-]{0,3}`).Draw(t, "testbed")
				if rapid.Bool().Draw(t, "device") {
					c.Device, c.Units = "usrp", rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, "units")
				} else {
					c.VIM, c.Quantity = "main", rapid.SampledFrom([]string{"vcpu", "memory_mb"}).Draw(t, "quantity")
				}
				if len(c.Units) == 0 {
					c.Units = nil
				}
				c.Amount, c.To = rapid.Int64Range(0, 1<<40).Draw(t, "amount"), c.From.Add(fromSeconds(rapid.Int64Range(0, 1<<20).Draw(t, "length")).Sub(fromSeconds(0)))
				want = append(want, c)
			}
			text, err := claimsText(want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := read.claims(text)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Fatalf("%q was read as (-want +got):\n%s%v", text, diff, err)
			}
		}
	})
}

func TestWhatIsNoClaimIsRefused(t *testing.T) {
	t.Parallel()
	const good = "hall\t\t\tusrp\t2\t0\t9"
	if list, err := newClaimReader().claims(good); err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	for what, text := range map[string]string{
		"too few columns":      "hall\t\tusrp",
		"no time":              "hall\t\t\tusrp\t2\t0",
		"no testbed":           strings.Replace(good, "hall", "", 1),
		"no resource":          strings.Replace(good, "usrp", "", 1),
		"two resources":        strings.Replace(good, "hall\t\t", "hall\tmain\tvcpu", 1),
		"a VIM without more":   "hall\tmain\t\t\t2\t0\t9",
		"no number":            strings.Replace(good, "2", "two", 1),
		"less than nothing":    strings.Replace(good, "2", "-2", 1),
		"an end before":        strings.Replace(good, "9", "-9", 1),
		"units that are no":    good + "\t[",
		"an empty line":        good + "\n",
		"another claim, short": good + "\n" + "hall",
	} {
		if list, err := newClaimReader().claims(text); err == nil {
			t.Errorf("%s: %q was read as %v", what, text, list)
		}
	}
	for what, c := range map[string]testbeds.Claim{
		"a tab":             {Need: testbeds.Need{Resource: testbeds.Resource{Testbed: "hall\t", Device: "usrp"}, Amount: 1}},
		"a line feed":       {Need: testbeds.Need{Resource: testbeds.Resource{Testbed: "hall", Device: "us\nrp"}, Amount: 1}},
		"no resource":       {Need: testbeds.Need{Resource: testbeds.Resource{Testbed: "hall"}, Amount: 1}},
		"less than nothing": {Need: testbeds.Need{Resource: testbeds.Resource{Testbed: "hall", Device: "usrp"}, Amount: -1}},
		"an end before":     {Need: testbeds.Need{Resource: testbeds.Resource{Testbed: "hall", Device: "usrp"}}, From: fromSeconds(9)},
	} {
		if text, err := claimsText([]testbeds.Claim{c}); err == nil {
			t.Errorf("%s was written as %s", what, fmt.Sprintf("%q", text))
		}
	}
}
