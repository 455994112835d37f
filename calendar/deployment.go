package calendar

import (
	"cmp"
	"fmt"
	"maps"
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
		e.Comment = r.Remark.Text
		e.Description = r.Remark.Text + "\n\n" + e.Description
	}
	return e
}

// offer draws an open offer: capacity held until a deadline.
func (s Site) offer(r scheduler.Request, o scheduler.Offer, f testbeds.Facility) Event {
	e := s.event(r, r.ID+"-offer-"+o.ID, o.What.Slot, f)
	e.Status = Tentative
	e.Summary = fmt.Sprintf("Offered until %s: %s", instant(o.Expires), title(r))
	e.Description = fmt.Sprintf("Held for %s until %s.\n\n%s", r.Experimenter, instant(o.Expires), e.Description)
	return e
}

// event fills in the properties that all events of a request share.
func (s Site) event(r scheduler.Request, name string, slot testbeds.Slot, f testbeds.Facility) Event {
	return Event{
		Name: name, Sequence: r.Revision, Created: r.Created, Modified: r.Updated, Start: slot.Start, End: slot.End, Status: statusOf(r.Status),
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
		before.Start = before.End.Add(-leastOperation)
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

func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

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

// describe writes the plain text that operators read.
func (s Site) describe(r scheduler.Request, f testbeds.Facility) string {
	var b strings.Builder
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	row("Status", phrases.Status(r.Status))
	row("Network service", r.NSD)
	row("Experimenter", strings.TrimSuffix(r.Experimenter+", "+r.Organisation, ", "))
	row("Mentor", r.Mentor)
	if r.Ticket != nil {
		row("Ticket", r.Ticket.URL)
	}
	row("Request", s.link(r))
	for _, zone := range phrases.Zones(r, f) {
		row("Slot ("+zone.String()+")", r.Slot.Start.In(zone).Format("2006-01-02 15:04")+" to "+r.Slot.End.In(zone).Format("2006-01-02 15:04"))
	}
	components(&b, r)
	devices(&b, r)
	warnings(&b, r)
	if r.Description != "" {
		fmt.Fprintf(&b, "\n%s\n", r.Description)
	}
	return strings.TrimSpace(b.String())
}

// components lists the components by place, equal ones in one row.
func components(b *strings.Builder, r scheduler.Request) {
	count := map[string]int{}
	for _, c := range r.Components {
		where := r.Placement[c.Member]
		if where == "" {
			where = "not placed"
		}
		count[fmt.Sprintf("%s on %s", c.VNF, where)]++
	}
	if len(count) > 0 {
		b.WriteString("\nComponents:\n")
	}
	for _, what := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(b, "- %d × %s\n", count[what], what)
	}
}

func devices(b *strings.Builder, r scheduler.Request) {
	if len(r.Devices) > 0 {
		b.WriteString("\nDevices:\n")
	}
	for _, d := range r.Devices {
		fmt.Fprintf(b, "- %d × %s at %s", d.Count, d.Device, d.Testbed)
		for _, u := range r.Units {
			if u.Testbed == d.Testbed && u.Device == d.Device {
				fmt.Fprintf(b, ": %s", strings.Join(u.Units, ", "))
			}
		}
		b.WriteByte('\n')
	}
}

// warnings writes what must never be silent: overbooked capacity, and other facts that need attention. The affected bookings are left
// out, because not all readers may know them.
func warnings(b *strings.Builder, r scheduler.Request) {
	if r.PendingMove != nil {
		fmt.Fprintf(b, "\n%s\n", r.PendingMove)
	}
	for _, o := range r.Overbooked {
		fmt.Fprintf(b, "\nOverbooked by %s: %s\n", o.By, o.Reason)
		for _, c := range o.Conflicts {
			c.TakenBy, c.More = nil, 0
			fmt.Fprintf(b, "- %s\n", c)
		}
	}
	for _, f := range r.Flags {
		fmt.Fprintf(b, "\nNote of %s: %s\n", instant(f.At), f.Text)
	}
}
