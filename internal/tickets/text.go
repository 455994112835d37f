package tickets

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"berth/scheduler"
	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// longest keeps a text well within the limit of a comment.
const longest = 20_000

// maxNews bounds how many events one comment tells.
const maxNews = 20

// background holds the facts beyond the request itself.
type background struct {
	ways  []testbeds.Alternative // alternatives, if the request does not fit
	kin   []scheduler.View       // the request that it comes from, or those that came from it
	zones testbeds.Facility
}

// wording holds the inputs of the sentences on tickets.
type wording struct {
	settings Settings
	about    About
}

func (s *Service) text() wording { return wording{s.settings, s.about} }

// description writes the first text of a ticket: experimenter, wish, place and time.
func (w wording) description(v scheduler.View, x background) string {
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
	row("Slot", times(r.Slot, phrases.Zones(r, x.zones)))
	if r.Window != nil {
		row("Another slot would do within", times(*r.Window, nil))
	}
	for _, line := range phrases.Demand(r) {
		b.WriteString(line + "\n")
	}
	row("Request", fmt.Sprintf("%s/requests/%d", w.settings.Site, r.Number))
	for _, from := range x.kin {
		row("Comes from", w.related(from))
	}
	conflicts(&b, v)
	b.WriteString(instead(x.ways))
	fmt.Fprintf(&b, "\nWhat can be done here: %s. Comments reach the experimenter.\n", w.settings.Statuses.help())
	if r.Description != "" {
		b.WriteString("\n" + r.Description + "\n")
	}
	return short(b.String())
}

// comment words an event.
func (w wording) comment(e scheduler.Event, v scheduler.View, x background) string {
	var b strings.Builder
	who := phrases.Who(e)
	switch e.Action {
	case scheduler.ActionFeedback:
		fmt.Fprintf(&b, "%s wrote:\n\n%s\n", who, e.Text)
		return short(b.String())
	case scheduler.ActionTicketNote:
		fmt.Fprintf(&b, "%s\n\n%s/requests/%d", e.Text, w.settings.Site, e.Number)
		return short(b.String())
	}
	done := phrases.Did(e.Action)
	if e.Via == w.about.Via {
		done += " here"
	}
	fmt.Fprintf(&b, "%s %s: #%d is %s.\n", who, done, e.Number, phrases.Status(e.Status))
	if e.Reason != "" && e.Via != w.about.Via { // a reason written here with the step is here already
		fmt.Fprintf(&b, "%s\n", e.Reason)
	}
	if e.Text != "" {
		fmt.Fprintf(&b, "%s\n", e.Text)
	}
	for _, to := range x.kin {
		fmt.Fprintf(&b, "It goes on as %s\n", w.related(to))
	}
	if e.Status == v.Status { // else the request has moved on, and its state belongs to a later event
		fmt.Fprintf(&b, "\nSlot: %s\n", times(v.Slot, phrases.Zones(v.Request, x.zones)))
		conflicts(&b, v)
		b.WriteString(instead(x.ways))
		w.offers(&b, v.Request)
		if next := phrases.Next(e.Status); next != "" {
			fmt.Fprintf(&b, "\n%s\n", next)
		}
	}
	fmt.Fprintf(&b, "%s/requests/%d", w.settings.Site, v.Number)
	return short(b.String())
}

// conflicts writes the obstacles of a request that waits for a decision.
func conflicts(b *strings.Builder, v scheduler.View) {
	if lines := phrases.Conflicts(v); len(lines) > 0 {
		fmt.Fprintf(b, "\nAs things are it does not fit:\n%s\n", bulleted(lines))
	}
}

// related names another request, with its ticket if it has one.
func (w wording) related(v scheduler.View) string {
	text := fmt.Sprintf("#%d: %s/requests/%d", v.Number, w.settings.Site, v.Number)
	if v.Ticket != nil {
		text += fmt.Sprintf(", %s %s", w.about.Ticket, v.Ticket.Key)
	}
	return text
}

// offers writes the open offers, with their links if the settings want them.
func (w wording) offers(b *strings.Builder, r scheduler.Request) {
	for _, o := range r.Offers {
		if o.State != scheduler.OfferOpen {
			continue
		}
		fmt.Fprintf(b, "\nOffered %s\n", phrases.Offer(o))
		if w.settings.OfferLinks && o.Link != "" {
			fmt.Fprintf(b, "Take it: %s/offers/%s\n", w.settings.Site, o.Link)
		}
	}
}

// times writes a slot in UTC and in each zone, a line for each.
func times(s testbeds.Slot, zones []*time.Location) string {
	return strings.Join(phrases.Times(s, zones), "\n  ")
}

// short cuts a text to the limit of a comment.
func short(s string) string {
	return strings.TrimSpace(plain.Clip(s, longest))
}

// instead lists alternatives.
func instead(ways []testbeds.Alternative) string {
	if len(ways) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nWhat would work instead:\n")
	for _, a := range ways {
		fmt.Fprintf(&b, "- %s", times(a.Slot, nil))
		for i, c := range a.Changes {
			sep := "; "
			if i == 0 {
				sep = ": "
			}
			b.WriteString(sep + c.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// token marks the comment of an event, so that it can be found again.
func token(e scheduler.Event) string { return fmt.Sprintf("[berth:%s/%d]", e.Request, e.Sequence) }

// titled cuts a summary to one line that fits.
func titled(s string) string {
	const most = 255
	if s = strings.Join(strings.Fields(s), " "); utf8.RuneCountInString(s) <= most {
		return s
	}
	return plain.Clip(s, most-1)
}

// summary words Berth's summary for the ticket of a request, used until a user writes another.
func summary(r scheduler.Request) string {
	return titled(fmt.Sprintf("[PORTAL] Deployment Request of NSD:%s,User: %s", r.NSD, r.Experimenter))
}

// page returns the address of a request's page.
func (s *Service) page(r scheduler.Request) string {
	return fmt.Sprintf("%s/requests/%d", s.settings.Site, r.Number)
}

// day returns the last day of a slot, as trackers write days.
func day(r scheduler.Request) string { return r.Slot.End.UTC().Format("2006-01-02") }

// bulleted makes a list of lines.
func bulleted(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "- %s\n", l)
	}
	return strings.TrimRight(b.String(), "\n")
}

// maxFailure bounds the stored text of a failure, in bytes.
const maxFailure = 500

// cut shortens the text of an error to one line that can be stored.
func cut(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= maxFailure {
		return s
	}
	return strings.ToValidUTF8(s[:maxFailure], "") + "…"
}
