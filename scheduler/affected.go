package scheduler

import (
	"fmt"
	"slices"
	"strings"

	"berth/testbeds"
)

// consequence is the effect of a changed testbed on some requests that keep their capacity.
type consequence struct {
	text     string
	concerns func(Request) bool
}

// maxAffected limits how many requests that keep their capacity a preview names; it counts the others.
const maxAffected = 200

// affected names the requests that keep their capacity, and what changes for them.
func (m *impact) affected(out *FacilityChange) {
	for _, id := range m.beds {
		before, _ := m.before.fed.Testbed(id)
		after, ok := m.after.fed.Testbed(id)
		if !ok || before.ID == "" {
			continue // a removed testbed breaks its requests; a new one has none yet
		}
		list := consequences(before, after)
		for _, r := range m.touching(id) {
			for _, c := range list {
				if !c.concerns(r) {
					continue
				}
				if len(out.Affected) == maxAffected {
					out.MoreAffected++
					continue
				}
				out.Affected = append(out.Affected, AffectedRequest{Request: r.ID, Number: r.Number, Name: r.Name, Slot: r.Slot, Text: id + ": " + c.text})
			}
		}
	}
}

// touching returns the requests that use a testbed, by number.
func (m *impact) touching(testbed string) []Request {
	var list []Request
	for _, r := range m.requests {
		if slices.Contains(Touched(r), testbed) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b Request) int { return int(a.Number - b.Number) })
	return list
}

// consequences lists the effects of a change that takes nothing away from a booking.
func consequences(before, after testbeds.Testbed) []consequence {
	anybody := func(Request) bool { return true }
	var list []consequence
	if was, is := before.Policy(), after.Policy(); was != is {
		list = append(list, consequence{fmt.Sprintf("its approval is now %s; it was %s", is, was), func(r Request) bool { return r.Status == UnderReview }})
	}
	if after.Policy() == testbeds.ApprovalRequired && !slices.Equal(before.Providers, after.Providers) {
		who := strings.Join(after.Providers, ", ")
		if who == "" {
			who = "administrators only"
		}
		list = append(list, consequence{"its approval is now given by " + who, func(r Request) bool { return r.asks(after.ID) }})
	}
	if before.Timezone != after.Timezone {
		list = append(list, consequence{"its closures and openings now follow the time zone " + after.Timezone, anybody})
	}
	if was, is := before.Visibility == testbeds.VisibilityOpen, after.Visibility == testbeds.VisibilityOpen; was != is {
		text := "others see only that it is busy"
		if is {
			text = "everybody sees who has booked it"
		}
		list = append(list, consequence{text, anybody})
	}
	if buffersDiffer(before, after) {
		list = append(list, consequence{"it keeps the setup and teardown that it was granted with", func(r Request) bool { return r.Occupied != nil }})
	}
	return list
}

// asks reports whether a request still waits for a testbed's decision.
func (r Request) asks(testbed string) bool {
	list := r.Approvals
	if r.PendingMove != nil {
		list = r.PendingMove.Approvals
	}
	return slices.ContainsFunc(list, func(a Approval) bool { return a.Testbed == testbed && a.Decision == "" }) && (r.Status == UnderReview || r.PendingMove != nil)
}

// buffersDiffer reports whether a setup or teardown of a testbed takes another time than before.
func buffersDiffer(before, after testbeds.Testbed) bool {
	for _, v := range after.VIMs {
		if was, ok := before.VIM(v.ID); ok && before.VIMBuffers(was) != after.VIMBuffers(v) {
			return true
		}
	}
	return slices.ContainsFunc(after.Devices, func(x testbeds.Device) bool {
		was, ok := before.Device(x.ID)
		return ok && before.DeviceBuffers(was) != after.DeviceBuffers(x)
	})
}
