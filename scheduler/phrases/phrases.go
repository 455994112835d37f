// Package phrases words for people what happens to requests: the same in tickets, mails, calendars and pages. Everything is plain text; callers
// escape it.
package phrases

import (
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
	scheduler.ActionFlag: "flagged it", scheduler.ActionWait: "put it on the waitlist", scheduler.ActionStopWaiting: "took it off the waitlist", scheduler.ActionPriority: "changed its priority",
	scheduler.ActionOffer: "offered what came free", scheduler.ActionOfferExpire: "closed offers that were not taken", scheduler.ActionOverrun: "kept its capacity past its end",
	scheduler.ActionUnits: "assigned units of devices", scheduler.ActionRemind: "sent a reminder", scheduler.ActionOfferEnds: "sent a reminder of an offer",
	scheduler.ActionDecideSoon: "reminded of a deadline", scheduler.ActionEscalate: "told others of a deadline", scheduler.ActionOverdue: "noticed that a deadline has passed",
	scheduler.ActionAskNeeded: "asked whether it is still needed", scheduler.ActionConfirm: "said that it is still needed", scheduler.ActionUnreported: "noticed that nobody reported its start",
	scheduler.ActionRelease: "gave the rest of its slot back", scheduler.ActionNoShow: "closed it as a no-show",
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

// Minute is the layout of an instant in UTC, to the minute.
const Minute = "2006-01-02 15:04"
