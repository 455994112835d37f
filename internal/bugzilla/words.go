package bugzilla

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

var loadZone = wallclock.Zone

// longest keeps what is said well within what a comment takes.
const longest = 20_000

// description is the first thing that a ticket says: who wants what, where and when.
func description(v scheduler.View, f testbeds.Facility, s Settings) string {
	r := v.Request
	var b strings.Builder
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	row("Deployment request", fmt.Sprintf("#%d %s", r.Number, r.Name))
	row("Network service", r.NSD)
	row("Experimenter", strings.TrimSuffix(r.Experimenter+", "+r.Organisation, ", "))
	row("Mentor", r.Mentor)
	row("Slot", times(r.Slot, zones(r, f)))
	if r.Window != nil {
		row("Another slot would do within", times(*r.Window, nil))
	}
	placed := map[string][]string{}
	for _, c := range r.Components {
		where := r.Placement[c.Member]
		if where == "" {
			where = "not placed"
		}
		placed[where] = append(placed[where], strings.TrimSpace(c.VNF+" ("+c.Member+")"))
	}
	for _, where := range slices.Sorted(maps.Keys(placed)) {
		row("On "+where, strings.Join(placed[where], ", "))
	}
	for _, d := range r.Devices {
		row("Device", fmt.Sprintf("%d × %s at %s", d.Count, d.Device, d.Testbed))
	}
	row("Request", fmt.Sprintf("%s/requests/%d", s.Site, r.Number))
	conflicts(&b, v)
	fmt.Fprintf(&b, "\nWhat can be done here: %s. Comments reach the experimenter.\n", s.Standings.help())
	if r.Description != "" {
		b.WriteString("\n" + r.Description + "\n")
	}
	return short(b.String())
}

// did is what happened, in words that follow somebody's name.
var did = map[scheduler.Action]string{
	scheduler.ActionSubmit: "asked for a slot", scheduler.ActionEdit: "changed the request", scheduler.ActionSchedule: "scheduled it", scheduler.ActionReject: "rejected it",
	scheduler.ActionAcceptOffer: "accepted an offer", scheduler.ActionApprove: "decided for a testbed", scheduler.ActionMove: "moved it", scheduler.ActionCancel: "cancelled it",
	scheduler.ActionStart: "started it", scheduler.ActionComplete: "ended it", scheduler.ActionFail: "reported that it failed", scheduler.ActionAssign: "assigned it",
	scheduler.ActionFeedback: "wrote", scheduler.ActionRemark: "tried to change it in a calendar", scheduler.ActionDisplace: "gave its slot to another request",
	scheduler.ActionFlag: "flagged it", scheduler.ActionOfferExpire: "closed offers that nobody took", scheduler.ActionOverrun: "noticed that it runs past its end",
	scheduler.ActionUnits: "assigned units of devices",
}

// next is what comes after a status.
var next = map[scheduler.Status]string{
	scheduler.UnderReview: "The mentor decides next.", scheduler.Scheduled: "Operators orchestrate it before the slot begins.",
	scheduler.Running: "It is torn down when the slot ends.", scheduler.Rejected: "The experimenter may take one of the offers, or ask anew.",
	scheduler.Failed: "Operators look into it.",
}

// comment is what is said of an event.
func comment(e scheduler.Event, v scheduler.View, f testbeds.Facility, s Settings) string {
	var b strings.Builder
	who := e.Actor
	if who == "" || who == scheduler.System.Username {
		who = "Berth"
	}
	switch e.Action {
	case scheduler.ActionFeedback:
		fmt.Fprintf(&b, "%s wrote:\n\n%s\n", who, e.Text)
		return short(b.String())
	case scheduler.ActionTicketNote:
		fmt.Fprintf(&b, "%s\n\n%s/requests/%d", e.Text, s.Site, e.Number)
		return short(b.String())
	}
	words := did[e.Action]
	if words == "" {
		words = string(e.Action)
	}
	if e.Via == via {
		words += " here"
	}
	fmt.Fprintf(&b, "%s %s: #%d is %s.\n", who, words, e.Number, spelled(e.Status))
	if e.Text != "" {
		fmt.Fprintf(&b, "%s\n", e.Text)
	}
	if e.Status == v.Status { // else the request is further already, and what it says belongs to a later event
		fmt.Fprintf(&b, "\nSlot: %s\n", times(v.Slot, zones(v.Request, f)))
		conflicts(&b, v)
		offers(&b, v.Request, s)
		if next[e.Status] != "" {
			fmt.Fprintf(&b, "\n%s\n", next[e.Status])
		}
	}
	fmt.Fprintf(&b, "%s/requests/%d", s.Site, v.Number)
	return short(b.String())
}

// maxConflicts is how many conflicts a comment names one by one.
const maxConflicts = 5

// conflicts say what is in the way of a request that waits for a decision: what is short and when, not who has it.
func conflicts(b *strings.Builder, v scheduler.View) {
	if v.Status != scheduler.UnderReview || v.Fit.Fits {
		return
	}
	b.WriteString("\nAs things are it does not fit:\n")
	for i, c := range v.Fit.Conflicts {
		if i == maxConflicts {
			fmt.Fprintf(b, "- and %d more\n", len(v.Fit.Conflicts)-i)
			break
		}
		c.TakenBy, c.More = nil, 0
		fmt.Fprintf(b, "- %s\n", c)
	}
	for _, p := range v.Fit.Problems {
		fmt.Fprintf(b, "- %s\n", p.Message)
	}
}

func offers(b *strings.Builder, r scheduler.Request, s Settings) {
	for _, o := range r.Offers {
		if o.State != scheduler.OfferOpen {
			continue
		}
		fmt.Fprintf(b, "\nOffered until %s UTC: %s", o.Expires.UTC().Format("2006-01-02 15:04"), times(o.What.Slot, nil))
		for _, c := range o.What.Changes {
			fmt.Fprintf(b, "; %s", c.Text)
		}
		b.WriteByte('\n')
		if s.OfferLinks && o.Link != "" {
			fmt.Fprintf(b, "Take it: %s/offers/%s\n", s.Site, o.Link)
		}
	}
}

func short(s string) string {
	if r := []rune(s); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return strings.TrimSpace(s)
}
