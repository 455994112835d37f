package demo_test

import (
	"os"
	"testing"

	"berth/testbeds"
	"berth/testbeds/facilityfile"
)

// TestThePortalFindsEveryVIM, because people try the portal's route on the demo first.
func TestThePortalFindsEveryVIM(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("data/facility.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := facilityfile.Load(testbeds.Facility{}, facilityfile.Source{Name: "facility.yaml", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, bed := range b.Facility.Testbeds {
		for _, v := range bed.VIMs {
			if v.Datacenter == "" || v.Account == "" || seen[v.Datacenter] || seen[v.Account] {
				t.Errorf("%s/%s: datacenter %q, vimid %q", bed.ID, v.ID, v.Datacenter, v.Account)
			}
			seen[v.Datacenter], seen[v.Account] = true, true
		}
	}
}
