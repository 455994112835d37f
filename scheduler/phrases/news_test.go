package phrases_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

// TestNewsSaysWhatHappenedFirst goes through the texts that the rules write with each action.
func TestNewsSaysWhatHappenedFirst(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	slot, later := testbeds.NewSlot(start, 4*time.Hour), testbeds.NewSlot(start.Add(24*time.Hour), 4*time.Hour)
	r := scheduler.Request{Number: 7, Name: "Trial", Mentor: "monika", Slot: slot, Scheduled: new(testbeds.NewSlot(start, 3*time.Hour)), Status: scheduler.Scheduled}
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	reader := phrases.Reader{Zone: zone, Now: start}
	const at, then = "Thu 26 Nov, 10:00–14:00", "Fri 27 Nov, 10:00–14:00"
	from := "from " + slot.String() + " to " + later.String()
	for name, tt := range map[string]struct {
		action scheduler.Action
		status scheduler.Status
		text   string
		want   phrases.News
	}{
		"submit":                     {scheduler.ActionSubmit, "", "Trial, " + later.String(), phrases.News{First: "Requested: " + then}},
		"submit, a slot for a name":  {scheduler.ActionSubmit, "", later.String() + ", " + slot.String(), phrases.News{First: "Requested: " + at}},
		"edit":                       {scheduler.ActionEdit, "", "changed", phrases.News{First: "Changed: " + at}},
		"edit, moved":                {scheduler.ActionEdit, "", "now " + later.String(), phrases.News{First: "Changed: " + then}},
		"schedule":                   {scheduler.ActionSchedule, "", "granted " + slot.String(), phrases.News{First: "Scheduled: " + at}},
		"schedule, displacing":       {scheduler.ActionSchedule, "", "granted " + slot.String() + ", override: displace", phrases.News{"Scheduled: " + at, []string{"Other requests made room for it."}}},
		"schedule, overbooking":      {scheduler.ActionSchedule, "", "granted " + slot.String() + ", override: overbook", phrases.News{"Scheduled: " + at, []string{"More is booked now than there is."}}},
		"schedule, unapproved":       {scheduler.ActionSchedule, "", "granted " + slot.String() + ", override: approvals", phrases.News{"Scheduled: " + at, []string{"It was decided without the approvals that are missing."}}},
		"reject":                     {scheduler.ActionReject, "", "no offers", phrases.News{First: "Rejected: " + at}},
		"reject, one offer":          {scheduler.ActionReject, "", "1 offers, held until 2026-11-25T17:00:00Z", phrases.News{"Rejected: " + at, []string{"Another slot is offered, held until Wed 25 Nov, 18:00."}}},
		"reject, three offers":       {scheduler.ActionReject, "", "3 offers, held until 2026-11-25T17:00:00Z", phrases.News{"Rejected: " + at, []string{"3 other slots are offered, held until Wed 25 Nov, 18:00."}}},
		"take an offer":              {scheduler.ActionAcceptOffer, "", "offer 1 became request #8", phrases.News{First: "Offer taken: it goes on as request #8"}},
		"take a held offer":          {scheduler.ActionAcceptOffer, "", "took offer 1: " + later.String() + ", held until 2026-11-25T17:00:00Z", phrases.News{"Offer taken: now " + then, []string{"Held until Wed 25 Nov, 18:00, for its mentor to schedule it."}}},
		"take a granted offer":       {scheduler.ActionAcceptOffer, "", "took offer 1: " + later.String(), phrases.News{First: "Offer taken: now " + then}},
		"came free":                  {scheduler.ActionOffer, "", "capacity came back: offer 1, " + later.String() + ", is held until 2026-11-25T17:00:00Z", phrases.News{"Came free for it: " + then, []string{"Held for it until Wed 25 Nov, 18:00; if it is not taken by then, it goes to the next who waits."}}},
		"approve":                    {scheduler.ActionApprove, "", "hall approved", phrases.News{First: "Approved by hall"}},
		"refuse":                     {scheduler.ActionApprove, "", "hall refused", phrases.News{First: "Refused by hall"}},
		"approve a move":             {scheduler.ActionApprove, "", "hall approved the move to " + later.String(), phrases.News{First: "Approved by hall: the move to " + then}},
		"move":                       {scheduler.ActionMove, "", from, phrases.News{"Moved: now " + then, []string{"It was " + at + "."}}},
		"move, overbooking":          {scheduler.ActionMove, "", from + ", override: overbook", phrases.News{"Moved: now " + then, []string{"It was " + at + ".", "More is booked now than there is."}}},
		"place elsewhere":            {scheduler.ActionMove, "", "from " + slot.String() + " to " + slot.String(), phrases.News{First: "Placed elsewhere: " + at}},
		"propose a move":             {scheduler.ActionProposeMove, "", from + ", once it is approved by hall", phrases.News{"Move proposed: to " + then, []string{"It keeps " + at + " until it is approved by hall."}}},
		"a move in vain":             {scheduler.ActionProposeMove, "", "the move to " + later.String() + " no longer fits", phrases.News{"Not moved: the move to " + then + " no longer fits", []string{"It keeps " + at + "."}}},
		"displace":                   {scheduler.ActionDisplace, "", "its slot was given to another request", phrases.News{"Slot lost: " + at, []string{"Another request was given its slot; it is under review again."}}},
		"cancel":                     {scheduler.ActionCancel, "", "", phrases.News{First: "Cancelled: " + at}},
		"instantiate":                {scheduler.ActionStart, scheduler.Instantiating, "", phrases.News{First: "Being deployed: " + at}},
		"start":                      {scheduler.ActionStart, scheduler.Running, "hall usrp: u1", phrases.News{First: "Running: until Thu 26 Nov, 14:00"}},
		"tear down":                  {scheduler.ActionComplete, scheduler.Terminating, "", phrases.News{First: "Being torn down: " + at}},
		"complete":                   {scheduler.ActionComplete, scheduler.Completed, "", phrases.News{First: "Completed: " + at}},
		"complete before a late end": {scheduler.ActionComplete, scheduler.Completed, "early: the rest of the slot is free", phrases.News{First: "Completed: " + at}},
		"fail":                       {scheduler.ActionFail, "", "", phrases.News{First: "Failed: " + at}},
		"first mentor":               {scheduler.ActionAssign, "", "from nobody to monika", phrases.News{First: "New mentor: monika"}},
		"new mentor":                 {scheduler.ActionAssign, "", "from marco to monika", phrases.News{"New mentor: monika", []string{"Before it was marco."}}},
		"break":                      {scheduler.ActionFlag, "", "the facility changed: hall usrp: needs 3, and there are never more than 1", phrases.News{"It no longer has what it needs: " + at, []string{"What is missing: hall usrp: needs 3, and there are never more than 1."}}},
		"repair":                     {scheduler.ActionFlag, "", "its capacity is available again", phrases.News{First: "Its capacity is available again"}},
		"offer over":                 {scheduler.ActionOfferExpire, "", "offer 1", phrases.News{First: "Offer expired: the slot is no longer held"}},
		"offers over":                {scheduler.ActionOfferExpire, "", "offer 1 2", phrases.News{First: "Offers expired: the slots are no longer held"}},
		"hold over":                  {scheduler.ActionOfferExpire, "", "its slot is no longer held", phrases.News{"No longer held: " + at, []string{"It was not scheduled in time, and others can have the slot now. It stays under review."}}},
		"overrun":                    {scheduler.ActionOverrun, "", "occupies its capacity until 2026-11-26T13:00:00Z", phrases.News{"Still running: its capacity is kept until Thu 26 Nov, 14:00", []string{"It should have ended at Thu 26 Nov, 13:00."}}},
		"overrun of another":         {scheduler.ActionOverrun, "", "the request before it runs past its end; its capacity may be late", phrases.News{First: "May start late: the experiment before it still runs"}},
		"units":                      {scheduler.ActionUnits, "", "hall usrp: u1, u2", phrases.News{First: "Units chosen: hall usrp: u1, u2"}},
		"remark":                     {scheduler.ActionFeedback, "", "Hello", phrases.News{First: "monika wrote:"}},
		"reminder of the start":      {scheduler.ActionRemind, "", "orchestrate by 2026-11-26T08:30:00Z", phrases.News{First: "Begins soon: " + at}},
		"reminder of the end":        {scheduler.ActionRemind, "", "tear down at 2026-11-26T13:00:00Z", phrases.News{First: "Ends soon: Thu 26 Nov, 14:00"}},
		"reminder of an offer":       {scheduler.ActionOfferEnds, "", "offer 1 ends at 2026-11-25T17:00:00Z", phrases.News{First: "An offer ends soon: Wed 25 Nov, 18:00"}},
		"something else":             {"surprise", "", "élan until 2026-11-25T17:00:00Z", phrases.News{First: "Élan until Wed 25 Nov, 18:00"}},
		"nothing":                    {"surprise", "", "", phrases.News{}},
	} {
		if diff := cmp.Diff(tt.want, reader.News(scheduler.Event{Action: tt.action, Status: tt.status, Text: tt.text, Actor: "monika"}, r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for want, e := range map[string]scheduler.Event{"By monika": {Actor: "monika"}, "By monika in bugzilla": {Actor: "monika", Via: "bugzilla"}, "": {Actor: account.System.Username}} {
		if got := phrases.By(e); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
