package calendar_test

import (
	"fmt"
	"strings"
	"time"

	"berth/calendar"
	"berth/scheduler"
	"berth/testbeds"
)

// A scheduled request becomes three events: its slot, and what operators do before and after it. Each line below begins with the reader: ada asked
// for the slot, and bob may know only that it is taken.
func ExampleSite_Objects() {
	start := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	slot := testbeds.NewSlot(start, 4*time.Hour)
	hall := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Name: "Radio hall", Timezone: "Europe/Dublin", Devices: []testbeds.Device{{ID: "usrp", Count: 4}}}}}
	request := scheduler.Request{ID: "6b1d", Number: 42, Name: "Handover", Experimenter: "ada", Status: scheduler.Scheduled, Slot: slot, Scheduled: &slot, Revision: 3,
		Updated: start.AddDate(0, 0, -2), Demand: testbeds.Demand{{Resource: testbeds.Resource{Testbed: "hall", Device: "usrp"}, Amount: 3}}}

	for _, object := range (calendar.Site{URL: "https://berth.example"}).Objects(request, hall) {
		fmt.Println(object.Kind, "in", strings.Join(object.Collections, ", "))
		for _, seen := range []struct{ reader, text string }{{"ada", object.Full}, {"bob", object.Busy}} {
			for line := range strings.Lines(seen.text) {
				if name, _, _ := strings.Cut(line, ":"); name == "DTSTART" || name == "DTEND" || name == "SUMMARY" {
					fmt.Println(seen.reader, strings.TrimSpace(line))
				}
			}
		}
	}
	// Output:
	// deployment in deployments, testbed-hall, mine:ada, decisions
	// ada DTSTART:20261201T090000Z
	// ada DTEND:20261201T130000Z
	// ada SUMMARY:#42 Handover: Radio hall (scheduled)
	// bob DTSTART:20261201T090000Z
	// bob DTEND:20261201T130000Z
	// bob SUMMARY:Busy: Radio hall
	// orchestrate in operations
	// ada DTSTART:20261201T090000Z
	// ada DTEND:20261201T091500Z
	// ada SUMMARY:Orchestrate #42 Handover: Radio hall (scheduled)
	// teardown in operations
	// ada DTSTART:20261201T130000Z
	// ada DTEND:20261201T131500Z
	// ada SUMMARY:Tear down #42 Handover: Radio hall (scheduled)
}
