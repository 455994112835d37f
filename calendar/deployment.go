package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

// deployment draws the event of a request: its slot, from review to the end, always under the UID of the request.
func (s Site) deployment(r scheduler.Request, f testbeds.Facility) Event {
	e := s.event(r, r.ID, r.Slot, f)
	e.Summary = fmt.Sprintf("%s%s: %s (%s)", prefix(r), title(r), strings.Join(e.Categories, ", "), phrases.Status(r.Status))
	if r.Remark != nil { // few clients show a COMMENT
		e.Comment = publicly(r, f).Said(r.Remark.Text)
		e.Description = e.Comment + "\n\n" + e.Description
	}
	return e
}

// offer draws an open offer: capacity held until a deadline.
func (s Site) offer(r scheduler.Request, o scheduler.Offer, f testbeds.Facility) Event {
	e := s.event(r, r.ID+"-offer-"+o.ID, o.What.Slot, f)
	e.Status = Tentative
	at := publicly(r, f)
	e.Summary = fmt.Sprintf("Offered until %s: %s", at.At(o.Expires), title(r))
	e.Description = fmt.Sprintf("Held for %s until %s: %s\n\n%s", r.Experimenter, at.At(o.Expires), at.Alternative(o.What), e.Description)
	return e
}

// event fills in the properties that all events of a request share.
func (s Site) event(r scheduler.Request, name string, slot testbeds.Slot, f testbeds.Facility) Event {
	series := ""
	if r.Series != nil {
		series = r.Series.ID
	}
	return Event{
		Name: name, Series: series, Sequence: r.Revision + s.Later, Created: r.Created, Modified: r.Updated, Start: slot.Start, End: slot.End, Status: statusOf(r.Status),
		Categories: places(r, f), Description: s.describe(r, f), Location: locations(r, f), URL: s.link(r),
	}
}

// leastOperation is the shown length of an operation at testbeds without a setup or teardown time: an event must be large enough
// to see and click.
const leastOperation = 15 * time.Minute

// operations draws the work of operators for a granted request: orchestrate before the slot, tear down after it.
func (s Site) operations(r scheduler.Request, f testbeds.Facility) (orchestrate, teardown Event) {
	occupied := r.OccupiedIn(f)
	before := testbeds.Slot{Start: occupied.Start, End: r.Slot.Start}
	after := testbeds.Slot{Start: r.Slot.End, End: occupied.End}
	if before.Duration() < leastOperation {
		before.End = before.Start.Add(leastOperation) // not earlier: a start is accepted from that minute on
	}
	if after.Duration() < leastOperation {
		after.End = after.Start.Add(leastOperation)
	}
	orchestrate = s.event(r, r.ID+"-orchestrate", before, f)
	orchestrate.Summary = fmt.Sprintf("%sOrchestrate %s: %s (%s)", prefix(r), title(r), strings.Join(orchestrate.Categories, ", "), phrases.Status(r.Status))
	teardown = s.event(r, r.ID+"-teardown", after, f)
	teardown.Summary = fmt.Sprintf("%sTear down %s: %s (%s)", prefix(r), title(r), strings.Join(teardown.Categories, ", "), phrases.Status(r.Status))
	return orchestrate, teardown
}

// statuses maps the status of a request to that of its events.
var statuses = map[scheduler.Status]Status{
	scheduler.UnderReview: Tentative, scheduler.Scheduled: Confirmed, scheduler.Instantiating: Confirmed, scheduler.Running: Confirmed, scheduler.Terminating: Confirmed,
	scheduler.Completed: Confirmed, scheduler.Failed: Confirmed, scheduler.Rejected: Withdrawn, scheduler.Cancelled: Withdrawn,
}

// KnowsStatus reports whether the calendars have a STATUS for a request in a status.
func KnowsStatus(s scheduler.Status) bool {
	_, known := statuses[s]
	return known
}

func statusOf(s scheduler.Status) Status { return cmp.Or(statuses[s], Confirmed) }

// prefix marks the status in the title: Outlook, for one, does not strike cancelled events through.
func prefix(r scheduler.Request) string {
	switch statusOf(r.Status) {
	case Withdrawn:
		return "✗ "
	case Tentative:
		return "? "
	}
	if len(r.Overbooked) > 0 {
		return "⚠ "
	}
	return ""
}

func title(r scheduler.Request) string { return fmt.Sprintf("#%d %s", r.Number, r.Name) }

// publicly returns how times are written: calendars show one text to everybody, and keep it, so that every time names its year and its zone.
func publicly(r scheduler.Request, f testbeds.Facility) phrases.Reader {
	return phrases.Public(r, f, time.Time{})
}

func (s Site) link(r scheduler.Request) string { return fmt.Sprintf("%s/requests/%d", s.URL, r.Number) }

// places lists the names of the testbeds that a request touches.
func places(r scheduler.Request, f testbeds.Facility) []string {
	var names []string
	for _, id := range r.Demand.Testbeds() {
		name := id
		if t, ok := f.Testbed(id); ok && t.Name != "" {
			name = t.Name
		}
		names = append(names, name)
	}
	return names
}

func locations(r scheduler.Request, f testbeds.Facility) string {
	var at []string
	for _, id := range r.Demand.Testbeds() {
		if t, ok := f.Testbed(id); ok && t.Location != "" {
			at = append(at, t.Location)
		}
	}
	return strings.Join(slices.Compact(at), "; ")
}

// describe writes the text that people read in the event: where the request is, what follows, then the details.
func (s Site) describe(r scheduler.Request, f testbeds.Facility) string {
	var b strings.Builder
	at := publicly(r, f)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	b.WriteString(at.State(r) + "\n")
	if next := phrases.Next(r.Status); next != "" {
		b.WriteString(next + "\n")
	}
	b.WriteString(s.link(r) + "\n")
	warnings(&b, at, r)
	b.WriteByte('\n')
	row("Slot", strings.Join(at.Slots(r.Slot, append(phrases.Zones(r, f), time.UTC)), "\n  "))
	if h := r.Headroom; h != nil { // as of a step of the request: events do not change with every booking beside it
		row("Room to grow", fmt.Sprintf("%s (as of %s; the page says it as of now)", at.Room(*h, r.Slot), at.At(h.At)))
	}
	row("Network service", r.NSD)
	row("Experimenter", strings.TrimSuffix(r.Experimenter+", "+r.Organisation, ", "))
	row("Mentor", r.Mentor)
	if r.Series != nil {
		row("Series", fmt.Sprintf("number %d of %d, %s/series/%d", r.Series.Place, r.Series.Of, strings.TrimSuffix(s.URL, "/"), r.Series.Number))
	}
	if r.Ticket != nil {
		row("Ticket", r.Ticket.URL)
	}
	if needs := phrases.Needs(r, f); len(needs) > 0 {
		b.WriteString("\nNeeds:\n")
		for _, line := range needs {
			b.WriteString("- " + line + "\n")
		}
	}
	if r.Description != "" {
		fmt.Fprintf(&b, "\n%s\n", r.Description)
	}
	return strings.TrimSpace(b.String())
}

// warnings writes what must never be silent: overbooked capacity, and other facts that need attention. The affected bookings are left
// out, because not all readers may know them.
func warnings(b *strings.Builder, at phrases.Reader, r scheduler.Request) {
	if r.PendingMove != nil {
		fmt.Fprintf(b, "\n%s\n", at.Said(r.PendingMove.String()))
	}
	for _, o := range r.Overbooked {
		fmt.Fprintf(b, "\nOverbooked by %s: %s\n", o.By, o.Reason)
		for _, c := range o.Conflicts {
			c.TakenBy, c.More = nil, 0
			fmt.Fprintf(b, "- %s\n", at.Said(c.String()))
		}
	}
	for _, f := range r.Flags {
		fmt.Fprintf(b, "\nNote of %s: %s\n", at.At(f.At), at.Said(f.Text))
	}
}
