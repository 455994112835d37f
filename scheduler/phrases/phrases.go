// Package phrases words for people what happens to requests: the same in tickets, mails, calendars and pages. Everything is plain text; callers
// escape it.
package phrases

import (
	"fmt"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// did describes actions, in words that follow a name.
var did = map[scheduler.Action]string{
	scheduler.ActionSubmit: "asked for a slot", scheduler.ActionEdit: "changed the request", scheduler.ActionSchedule: "scheduled it", scheduler.ActionReject: "rejected it",
	scheduler.ActionAcceptOffer: "accepted an offer", scheduler.ActionApprove: "decided for a testbed", scheduler.ActionMove: "moved it", scheduler.ActionProposeMove: "proposed a move", scheduler.ActionCancel: "cancelled it",
	scheduler.ActionStart: "started it", scheduler.ActionComplete: "ended it", scheduler.ActionFail: "reported that it failed", scheduler.ActionAssign: "assigned it",
	scheduler.ActionFeedback: "wrote", scheduler.ActionRemark: "tried to change it in a calendar", scheduler.ActionDisplace: "gave its slot to another request",
	scheduler.ActionFlag: "flagged it", scheduler.ActionOfferExpire: "closed offers that were not taken", scheduler.ActionOverrun: "noticed that it runs past its end",
	scheduler.ActionUnits: "assigned units of devices", scheduler.ActionRemind: "reminds of it", scheduler.ActionOfferEnds: "reminds of an offer that ends soon",
}

// Did describes an action, in words that follow a name: "scheduled it".
func Did(a scheduler.Action) string {
	if words := did[a]; words != "" {
		return words
	}
	return strings.ReplaceAll(string(a), "_", " ")
}

// Who returns the name of the actor.
func Who(e scheduler.Event) string {
	if e.Actor == "" || e.Actor == account.System.Username {
		return account.System.Name
	}
	return e.Actor
}

// Zones returns the time zones of the testbeds that a request touches, each once, in the order of the testbeds.
func Zones(r scheduler.Request, f testbeds.Facility) []*time.Location {
	var found []*time.Location
	for _, id := range r.Demand.Testbeds() {
		t, ok := f.Testbed(id)
		if !ok {
			continue
		}
		zone, err := wallclock.Zone(t.Timezone)
		if err != nil || contains(found, zone) {
			continue
		}
		found = append(found, zone)
	}
	return found
}

func contains(list []*time.Location, zone *time.Location) bool {
	for _, z := range list {
		if z.String() == zone.String() {
			return true
		}
	}
	return false
}

// Minute is the layout of an instant for people, to the minute.
const Minute = "2006-01-02 15:04"

// Slot formats a slot in a zone: "2026-11-24 09:00 to 2026-11-24 17:00 Europe/Athens". Where the clocks change within it, each end names its clock.
func Slot(s testbeds.Slot, zone *time.Location) string {
	start, end, form := s.Start.In(zone), s.End.In(zone), Minute
	_, before := start.Zone()
	if _, after := end.Zone(); before != after {
		form += " MST"
	}
	return fmt.Sprintf("%s to %s %s", start.Format(form), end.Format(form), zone)
}

// Times formats a slot in UTC, and in each zone.
func Times(s testbeds.Slot, zones []*time.Location) []string {
	lines := []string{Slot(s, time.UTC)}
	for _, z := range zones {
		if z.String() != time.UTC.String() {
			lines = append(lines, Slot(s, z))
		}
	}
	return lines
}

// Demand describes a request's demand: one line for each VIM with its components, one for each device.
func Demand(r scheduler.Request) []string {
	var order []string
	placed := map[string][]string{}
	for _, c := range r.Components {
		where := r.Placement[c.Member]
		if where == "" {
			where = "not placed"
		}
		if placed[where] == nil {
			order = append(order, where)
		}
		placed[where] = append(placed[where], strings.TrimSpace(c.VNF+" ("+c.Member+")"))
	}
	var lines []string
	for _, where := range order {
		lines = append(lines, "On "+where+": "+strings.Join(placed[where], ", "))
	}
	for _, d := range r.Devices {
		lines = append(lines, fmt.Sprintf("Device: %d × %s at %s", d.Count, d.Device, d.Testbed))
	}
	return lines
}

// maxConflicts limits how many conflicts are named one by one.
const maxConflicts = 5

// Conflicts lists the conflicts of a request under review: the shortages and their times, but not who has the capacity.
func Conflicts(v scheduler.View) []string {
	if v.Status != scheduler.UnderReview || v.Fit.Fits {
		return nil
	}
	return v.Fit.Reasons(maxConflicts)
}

// Offer describes an offer: its end, its slot, and the differences from the request.
func Offer(o scheduler.Offer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "until %s UTC: %s", o.Expires.UTC().Format(Minute), Slot(o.What.Slot, time.UTC))
	for _, c := range o.What.Changes {
		b.WriteString("; " + c.Text)
	}
	return b.String()
}
