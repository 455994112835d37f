package story

import (
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

// morning is a Monday on which every story begins, four weeks before the clocks change.
var morning = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

// house is the organisation of all people.
const house = "House"

func people() []account.Person {
	person := func(username string, testbeds []string, roles ...account.Role) account.Person {
		return account.Person{Username: username, Name: "The " + username, Organisation: house, Roles: roles, Testbeds: testbeds}
	}
	return []account.Person{
		person("maeve", nil, account.RoleExperimenter), person("hector", nil, account.RoleExperimenter),
		person("monika", nil, account.RoleMentor), person("marco", nil, account.RoleMentor),
		person("paddy", []string{"radio"}, account.RoleProvider), person("lara", []string{"lab"}, account.RoleProvider),
		person("carla", []string{"cloud"}, account.RoleProvider),
		person("oskar", nil, account.RoleOperator), person("adele", nil, account.RoleAdministrator),
	}
}

// facility returns two testbeds whose providers must approve, with named units and different setup, and a cloud that is only
// notified.
func facility() testbeds.Facility {
	minutes := func(n int) testbeds.Period { return testbeds.Period{Clock: time.Duration(n) * time.Minute} }
	return testbeds.Facility{Testbeds: []testbeds.Testbed{
		{ID: "radio", Name: "Radio hall", Timezone: "Europe/Dublin", Features: []string{"sdr"}, Providers: []string{"paddy"}, Setup: minutes(30), Teardown: minutes(15),
			VIMs:    []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": 32}}},
			Devices: []testbeds.Device{{ID: "usrp", Count: 4, Units: []string{"u1", "u2", "u3", "u4"}}}},
		{ID: "cloud", Name: "Cloud", Timezone: "Europe/Madrid", Approval: testbeds.ApprovalInformed, Providers: []string{"carla"},
			VIMs: []testbeds.VIM{{ID: "big", Capacity: testbeds.Quantities{"vcpu": 64}}, {ID: "small", Capacity: testbeds.Quantities{"vcpu": 8}}}},
		{ID: "lab", Name: "Lab", Timezone: "Europe/Athens", Features: []string{"sdr"}, Providers: []string{"lara"}, Teardown: minutes(30),
			VIMs:    []testbeds.VIM{{ID: "bench", Capacity: testbeds.Quantities{"vcpu": 16}}},
			Devices: []testbeds.Device{{ID: "probe", Count: 2, Units: []string{"p1", "p2"}}}},
	}}
}

func catalogue() testbeds.Catalogue {
	nsd := func(id, vnf, where string, devices ...testbeds.DeviceNeed) testbeds.NSD {
		return testbeds.NSD{ID: id, Members: []testbeds.Member{{Index: "1", VNF: vnf}}, Placement: testbeds.Placement{"all": where}, Devices: devices}
	}
	radios := func(n int64) testbeds.DeviceNeed {
		return testbeds.DeviceNeed{Testbed: "radio", Device: "usrp", Count: n}
	}
	return testbeds.Catalogue{
		VNFs: []testbeds.VNF{
			{ID: "radio_vnf", Size: testbeds.Quantities{"vcpu": 4}, Requires: []string{"sdr"}, Onboarded: []string{"radio/iris", "lab/bench"}},
			{ID: "video_vnf", Size: testbeds.Quantities{"vcpu": 8}, Onboarded: []string{"cloud/big", "cloud/small", "lab/bench"}},
			{ID: "new_vnf", Size: testbeds.Quantities{"vcpu": 1}, Onboarded: []string{}},
		},
		NSDs: []testbeds.NSD{
			nsd("marathon", "radio_vnf", "radio/iris", radios(4)),
			nsd("hydra", "radio_vnf", "radio/iris", radios(3)),
			nsd("c2gran", "radio_vnf", "radio/iris", radios(2)),
			nsd("probe", "radio_vnf", "lab/bench", testbeds.DeviceNeed{Testbed: "lab", Device: "probe", Count: 1}),
			nsd("video", "video_vnf", "cloud/big"),
			nsd("new", "new_vnf", "cloud/big"),
		},
	}
}
