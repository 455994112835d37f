package demo

import (
	"embed"
	"slices"

	"berth/scheduler/account"
	"berth/testbeds"
)

// files are the facility and the catalogue of 5GinFIRE, with the source of each figure.
//
//go:embed data/facility.yaml data/catalogue.yaml data/policy.yaml
var files embed.FS

// informed lists the testbeds whose providers are notified instead of asked.
var informed = []string{"5tonic", "5g-vino"}

// withProviders gives the testbeds the people of the demo as their providers.
func withProviders(f testbeds.Facility) testbeds.Facility {
	f.Testbeds = slices.Clone(f.Testbeds)
	for i := range f.Testbeds {
		t := &f.Testbeds[i]
		for _, p := range People() {
			if p.Roles[0] == account.RoleProvider && slices.Contains(p.Testbeds, t.ID) {
				t.Providers = append(slices.Clone(t.Providers), p.Username)
			}
		}
		if slices.Contains(informed, t.ID) {
			t.Approval = testbeds.ApprovalInformed
		}
	}
	return f
}

// askedApproval maps the testbeds of the demo that must approve to the person who does.
var askedApproval = map[string]string{"wins-5g": "paddy", "bristol": "beth", "ehealth5g": "edyta"}

// Sample returns the facility and the catalogue of 5GinFIRE, without the people of the demo.
func Sample() (testbeds.Facility, testbeds.Catalogue, error) { return read() }
