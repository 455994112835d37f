package mail

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

// letter is the content of a mail, before it becomes text and HTML.
type letter struct {
	Subject string
	Heading string
	What    string // changed
	Said    string // a person's own words
	Facts   []fact
	Lists   []bullets
	Links   []link
	Next    string
	Why     string // the reason for writing to the reader
}

type fact struct {
	Name  string
	Lines []string
}

type bullets struct {
	Title string
	Lines []string
}

type link struct{ Label, URL, Hint string }

// about writes a reader's letter about an event.
func (p *Mailer) about(ctx context.Context, e scheduler.Event, v scheduler.View, f testbeds.Facility, to reader) (letter, error) {
	l := letter{Subject: subject(v.Request), Heading: heading(e, v.Request), Why: why(to, v.Request)}
	page := link{Label: "Open the request", URL: p.page(v.Request)}
	if e.Action == scheduler.ActionFeedback {
		text, err := p.requests.FeedbackText(ctx, to.actor, e)
		if err != nil {
			return l, err
		}
		l.Said, l.Links = text, []link{page}
		return l, nil
	}
	l.Said = e.Reason
	if e.Action != scheduler.ActionSubmit {
		l.What = e.Text
	}
	if v.Status != e.Status { // the request has moved on, and these texts belong to a later event
		l.Next, l.Links = "By now it is "+phrases.Status(v.Status)+".", []link{page}
		return l, nil
	}
	l.Facts = facts(v, f)
	if lines := phrases.Conflicts(v); len(lines) > 0 {
		l.Lists = append(l.Lists, bullets{"As things are it does not fit", lines})
	}
	if err := p.approvals(ctx, &l, v.Request, to); err != nil {
		return l, err
	}
	p.offers(&l, v.Request, to)
	l.Links = append(l.Links, page)
	l.Next = phrases.Next(e.Status)
	return l, nil
}

// subject stays the same in all mails about a request: some clients group only mails with equal subjects.
func subject(r scheduler.Request) string { return fmt.Sprintf("[Berth] #%d %s", r.Number, r.Name) }

func (p *Mailer) page(r scheduler.Request) string {
	return fmt.Sprintf("%s/requests/%d", p.settings.Site, r.Number)
}

// heading describes an event in a sentence.
func heading(e scheduler.Event, r scheduler.Request) string {
	switch {
	case e.Action == scheduler.ActionFeedback:
		return fmt.Sprintf("%s wrote about #%d", phrases.Who(e), e.Number)
	case e.Action == scheduler.ActionRemind && e.Status.Granted() && e.Status != scheduler.Scheduled:
		return fmt.Sprintf("#%d is to be torn down at %s", e.Number, minute(r.Slot.End))
	case e.Action == scheduler.ActionRemind:
		return fmt.Sprintf("#%d begins at %s", e.Number, minute(r.Slot.Start))
	case e.Action == scheduler.ActionOfferEnds:
		return fmt.Sprintf("An offer for #%d ends soon", e.Number)
	case e.Action == scheduler.ActionOverrun && e.Status == scheduler.Scheduled:
		return fmt.Sprintf("The deployment before #%d still runs", e.Number)
	default:
		return fmt.Sprintf("%s %s: #%d is %s", phrases.Who(e), phrases.Did(e.Action), e.Number, phrases.Status(e.Status))
	}
}

func minute(t time.Time) string { return t.UTC().Format(phrases.Minute) + " UTC" }

func facts(v scheduler.View, f testbeds.Facility) []fact {
	r := v.Request
	list := []fact{{"Slot", phrases.Times(r.Slot, phrases.Zones(r, f))}}
	add := func(name, value string) {
		if value != "" {
			list = append(list, fact{name, []string{value}})
		}
	}
	add("Network service", r.NSD)
	add("Experimenter", strings.TrimSuffix(r.Experimenter+", "+r.Organisation, ", "))
	add("Mentor", r.Mentor)
	if demand := phrases.Demand(r); len(demand) > 0 {
		list = append(list, fact{"Needs", demand})
	}
	var units []string
	for _, u := range r.Units {
		units = append(units, fmt.Sprintf("%s %s: %s", u.Testbed, u.Device, strings.Join(u.Units, ", ")))
	}
	if len(units) > 0 {
		list = append(list, fact{"Units", units})
	}
	for _, o := range r.Overbooked {
		list = append(list, fact{"Overbooked", []string{o.By + ": " + o.Reason}})
	}
	if r.Ticket != nil {
		add("Ticket", r.Ticket.URL)
	}
	return list
}

// approvals asks a provider for the missing approvals of their testbeds, with a link that gives them.
func (p *Mailer) approvals(ctx context.Context, l *letter, r scheduler.Request, to reader) error {
	for _, a := range r.Asked() {
		if !a.Open() || !to.actor.Provides(a.Testbed) {
			continue
		}
		sealed, err := p.requests.ApprovalLink(ctx, account.System, r.ID, a.Testbed, to.person.Username)
		if err != nil {
			return err
		}
		l.Links = append(l.Links, link{"Approve or refuse for " + a.Testbed, p.settings.Site + "/approvals/" + sealed, "Shows a page first. For you alone; works once."})
	}
	return nil
}

// offers lists the offers that the reader may accept, each with a link that does so.
func (p *Mailer) offers(l *letter, r scheduler.Request, to reader) {
	var lines []string
	for _, o := range r.Offers {
		if o.State != scheduler.OfferOpen {
			continue
		}
		lines = append(lines, phrases.Offer(o))
		if o.Link != "" && to.person.Username == r.Experimenter {
			l.Links = append(l.Links, link{"Take offer " + o.ID, p.settings.Site + "/offers/" + o.Link, "Shows a page first. Works once, until " + minute(o.Expires) + "."})
		}
	}
	if len(lines) > 0 {
		l.Lists = append(l.Lists, bullets{"Offered", lines})
	}
}

// why gives the reason for writing to a reader.
func why(to reader, r scheduler.Request) string {
	switch u := to.person.Username; {
	case u == "":
		return "This list gets mail about every request."
	case u == r.Experimenter:
		return "You get this mail because this is your request."
	case u == r.Mentor:
		return "You get this mail as its mentor."
	case slices.ContainsFunc(r.Testbeds(), to.actor.Provides):
		return "You get this mail as a provider of a testbed that it uses."
	case to.actor.Is(account.RoleOperator):
		return "You get this mail as an operator."
	default:
		return "You get this mail because it concerns you."
	}
}
