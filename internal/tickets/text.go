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

// description writes the first text of a ticket: where the request is, what can be done, then the details.
func (w wording) description(v scheduler.View, x background) string {
	r := v.Request
	at := phrases.Public(r, x.zones, r.Created)
	var b strings.Builder
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	b.WriteString(at.State(r) + "\n")
	if next := phrases.Next(r.Status); next != "" {
		b.WriteString(next + "\n")
	}
	fmt.Fprintf(&b, "%s/requests/%d\n", w.settings.Site, r.Number)
	fmt.Fprintf(&b, "What can be done here: %s. Comments reach the experimenter.\n\n", w.settings.Statuses.help())
	row("Deployment request", fmt.Sprintf("#%d %s", r.Number, r.Name))
	row("Network service", r.NSD)
	row("Experimenter", strings.TrimSuffix(r.Experimenter+", "+r.Organisation, ", "))
	row("Mentor", r.Mentor)
	row("Slot", w.slots(r, at, x))
	if r.Window != nil {
		row("Another slot would do within", at.Slot(*r.Window))
	}
	if r.Wait != nil {
		row("Waitlist", at.Said(r.Wait.Words()))
	}
	row("Needs", strings.Join(phrases.Needs(r, x.zones), "\n  "))
	for _, from := range x.kin {
		row("Comes from", w.related(from))
	}
	conflicts(&b, at, v)
	b.WriteString(at.Said(instead(x.ways)))
	if r.Description != "" {
		b.WriteString("\n" + r.Description + "\n")
	}
	return short(b.String())
}

// slots writes the slot in the zones of the testbeds and in UTC, a line for each.
func (w wording) slots(r scheduler.Request, at phrases.Reader, x background) string {
	return strings.Join(at.Slots(r.Slot, append(phrases.Zones(r, x.zones), time.UTC)), "\n  ")
}

// comment words an event: what happened, what follows, then the details.
func (w wording) comment(e scheduler.Event, v scheduler.View, x background) string {
	var b strings.Builder
	at := phrases.Public(v.Request, x.zones, e.At)
	here := e.Via == w.about.Via
	page := fmt.Sprintf("%s/requests/%d\n", w.settings.Site, e.Number)
	switch e.Action {
	case scheduler.ActionFeedback:
		fmt.Fprintf(&b, "%s wrote:\n\n%s\n", phrases.Who(e), e.Text)
		return short(b.String())
	case scheduler.ActionTicketNote:
		fmt.Fprintf(&b, "%s\n\n%s", at.Said(e.Text), page)
		return short(b.String())
	}
	news := at.News(e, v.Request)
	b.WriteString(news.First + "\n")
	if line := by(e, here); line != "" {
		b.WriteString(line + "\n")
	}
	for _, line := range news.More {
		b.WriteString(line + "\n")
	}
	for _, to := range x.kin {
		fmt.Fprintf(&b, "It goes on as %s\n", w.related(to))
	}
	b.WriteByte('\n')
	if e.Status != v.Status { // the request has moved on, and its state belongs to a later event
		b.WriteString(page)
		return short(b.String())
	}
	if next := phrases.Next(e.Status); next != "" {
		b.WriteString(next + "\n")
	}
	b.WriteString(page)
	fmt.Fprintf(&b, "\nSlot: %s\n", w.slots(v.Request, at, x))
	conflicts(&b, at, v)
	b.WriteString(at.Said(instead(x.ways)))
	w.offers(&b, at, v.Request)
	return short(b.String())
}

// by says who took a step, and why. A reason that was written here with the step is here already.
func by(e scheduler.Event, here bool) string {
	if here {
		return "By " + phrases.Who(e) + " here"
	}
	switch by := phrases.By(e); {
	case by == "" || e.Reason == "":
		return by + e.Reason
	default:
		return by + ": " + e.Reason
	}
}

// conflicts writes the obstacles of a request that waits for a decision.
func conflicts(b *strings.Builder, at phrases.Reader, v scheduler.View) {
	if lines := at.Conflicts(v); len(lines) > 0 {
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
func (w wording) offers(b *strings.Builder, at phrases.Reader, r scheduler.Request) {
	for _, o := range r.Offers {
		if o.State != scheduler.OfferOpen {
			continue
		}
		fmt.Fprintf(b, "\nOffered until %s: %s\n", at.At(o.Expires), at.Alternative(o.What))
		if w.settings.OfferLinks && o.Link != "" {
			fmt.Fprintf(b, "Take it: %s/offers/%s\n", w.settings.Site, o.Link)
		}
	}
}

// short cuts a text to the limit of a comment, and takes out what turns the direction of text.
func short(s string) string {
	return strings.TrimSpace(plain.WithoutTurns(plain.Clip(s, longest)))
}

// instead lists alternatives, with their slots as the rules write them: Said turns them into people's times.
func instead(ways []testbeds.Alternative) string {
	if len(ways) == 0 {
		return ""
	}
	lines := make([]string, len(ways))
	for i, a := range ways {
		lines[i] = a.Slot.String()
		for _, c := range a.Changes {
			lines[i] += "; " + c.Text
		}
	}
	return "\nWhat would work instead:\n" + bulleted(lines) + "\n"
}

// titled cuts a summary to one line that fits.
func titled(s string) string {
	const most = 255
	if s = strings.Join(strings.Fields(s), " "); utf8.RuneCountInString(s) <= most {
		return s
	}
	return plain.Clip(s, most-1)
}

// summary words Berth's summary for a ticket, used until a user writes another.
func (x subject) summary() string {
	if x.whole() {
		return titled(fmt.Sprintf("[PORTAL] Deployment Requests of NSD:%s,User: %s (series of %d: %s)", x.NSD, x.Experimenter, len(x.series.Members), x.series.Plan))
	}
	return titled(fmt.Sprintf("[PORTAL] Deployment Request of NSD:%s,User: %s", x.NSD, x.Experimenter))
}

// page returns the address of a subject's page.
func (s *Service) page(x subject) string {
	if x.whole() {
		return fmt.Sprintf("%s/series/%d", s.settings.Site, x.series.Number)
	}
	return fmt.Sprintf("%s/requests/%d", s.settings.Site, x.Number)
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
