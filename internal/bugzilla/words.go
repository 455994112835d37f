package bugzilla

import (
	"fmt"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/words"
	"berth/testbeds"
)

// longest keeps what is said well within what a comment takes.
const longest = 20_000

// maxNews is how many events are looked at to be told of at once.
const maxNews = 20

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
	row("Slot", times(r.Slot, words.Zones(r, f)))
	if r.Window != nil {
		row("Another slot would do within", times(*r.Window, nil))
	}
	for _, line := range words.Demand(r) {
		b.WriteString(line + "\n")
	}
	row("Request", fmt.Sprintf("%s/requests/%d", s.Site, r.Number))
	conflicts(&b, v)
	fmt.Fprintf(&b, "\nWhat can be done here: %s. Comments reach the experimenter.\n", s.Standings.help())
	if r.Description != "" {
		b.WriteString("\n" + r.Description + "\n")
	}
	return short(b.String())
}

// comment is what is said of an event.
func comment(e scheduler.Event, v scheduler.View, f testbeds.Facility, s Settings) string {
	var b strings.Builder
	who := words.Who(e)
	switch e.Action {
	case scheduler.ActionFeedback:
		fmt.Fprintf(&b, "%s wrote:\n\n%s\n", who, e.Text)
		return short(b.String())
	case scheduler.ActionTicketNote:
		fmt.Fprintf(&b, "%s\n\n%s/requests/%d", e.Text, s.Site, e.Number)
		return short(b.String())
	}
	done := words.Did(e.Action)
	if e.Via == via {
		done += " here"
	}
	fmt.Fprintf(&b, "%s %s: #%d is %s.\n", who, done, e.Number, words.Status(e.Status))
	if e.Reason != "" && e.Via != via { // what was said here with the step is here already
		fmt.Fprintf(&b, "%s\n", e.Reason)
	}
	if e.Text != "" {
		fmt.Fprintf(&b, "%s\n", e.Text)
	}
	if e.Status == v.Status { // else the request is further already, and what it says belongs to a later event
		fmt.Fprintf(&b, "\nSlot: %s\n", times(v.Slot, words.Zones(v.Request, f)))
		conflicts(&b, v)
		offers(&b, v.Request, s)
		if next := words.Next(e.Status); next != "" {
			fmt.Fprintf(&b, "\n%s\n", next)
		}
	}
	fmt.Fprintf(&b, "%s/requests/%d", s.Site, v.Number)
	return short(b.String())
}

// conflicts say what is in the way of a request that waits for a decision.
func conflicts(b *strings.Builder, v scheduler.View) {
	if lines := words.Conflicts(v); len(lines) > 0 {
		fmt.Fprintf(b, "\nAs things are it does not fit:\n%s\n", bulleted(lines))
	}
}

func offers(b *strings.Builder, r scheduler.Request, s Settings) {
	for _, o := range r.Offers {
		if o.State != scheduler.OfferOpen {
			continue
		}
		fmt.Fprintf(b, "\nOffered %s\n", words.Offer(o))
		if s.OfferLinks && o.Link != "" {
			fmt.Fprintf(b, "Take it: %s/offers/%s\n", s.Site, o.Link)
		}
	}
}

// times is a slot in UTC and in each zone, a line for each.
func times(s testbeds.Slot, zones []*time.Location) string {
	return strings.Join(words.Times(s, zones), "\n  ")
}

func short(s string) string {
	if r := []rune(s); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return strings.TrimSpace(s)
}
