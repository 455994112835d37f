package capacity_test

import (
	"fmt"
	"time"

	"berth/testbeds"
	"berth/testbeds/capacity"
)

// Two radios are wanted for four hours, and one of them is taken for the last two. Each alternative passed Check; the cheapest comes first.
func ExampleFederation_Suggest() {
	day := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	hall := testbeds.Testbed{ID: "hall", Name: "Radio hall", Timezone: "Europe/Athens", Devices: []testbeds.Device{{ID: "usrp", Count: 2}}}
	horizon := testbeds.Slot{Start: day, End: day.AddDate(0, 0, 7)}
	fed, err := capacity.NewFederation(testbeds.Facility{Testbeds: []testbeds.Testbed{hall}}, horizon)
	if err != nil {
		fmt.Println(err)
		return
	}
	radios := func(n int64) testbeds.Experiment {
		return testbeds.Experiment{Devices: []testbeds.DeviceNeed{{Testbed: "hall", Device: "usrp", Count: n}}}
	}
	taken := testbeds.NewSlot(day.Add(14*time.Hour), 6*time.Hour)
	fed.Put(testbeds.Booking{ID: 1, Request: 7, Strength: testbeds.Firm, Slot: taken, Claims: fed.Claims(radios(1).Demand(), taken)})

	asked := testbeds.NewSlot(day.Add(12*time.Hour), 4*time.Hour)
	for _, c := range fed.Check(radios(2), asked).Conflicts {
		fmt.Println(c)
	}
	for _, a := range fed.Suggest(capacity.Search{Experiment: radios(2), Slot: asked, NotBefore: day.Add(8 * time.Hour), Limit: 4}) {
		for _, c := range a.Changes {
			fmt.Printf("%g: %s (%s)\n", a.Cost, c.Text, a.Slot)
		}
	}
	// Output:
	// hall usrp: short by 1 (2 needed, 1 free), 2026-11-26 14:00:00Z – 2026-11-26 16:00:00Z; taken by #7
	// 2: starts 2 h earlier (2026-11-26 10:00:00Z – 2026-11-26 14:00:00Z)
	// 4: ends 2 h earlier (2026-11-26 12:00:00Z – 2026-11-26 14:00:00Z)
	// 8: starts 8 h later (2026-11-26 20:00:00Z – 2026-11-27 00:00:00Z)
	// 12: 1 instead of 2 × usrp of hall (2026-11-26 12:00:00Z – 2026-11-26 16:00:00Z)
}
