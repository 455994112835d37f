package mail

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// letter is the content of a mail, before it becomes text and HTML, in the order in which it is read.
type letter struct {
	Subject string
	First   string   // what happened: the words that an inbox shows behind the subject
	More    []string // sentences about it
	Said    string   // a person's own words
	Next    string   // what the reader does next
	Links   []link   // how; the first one is the main one
	Facts   []fact
	Lists   []bullets
	Why     string // the reason for writing to the reader
	Stop    string // address that stops mails of this kind; none for the list
	Choices []link // to stop them, and to choose among all kinds
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
	at := to.times(phrases.Public(v.Request, f, p.clock()))
	who, shown := p.names(ctx), v.Request
	if e.Actor == account.System.Username {
		e.Reason = at.Said(e.Reason) // no person's words
	}
	shown.Experimenter, shown.Mentor, e = who(shown.Experimenter), who(shown.Mentor), spoken(e, who, to)
	news := at.News(e, shown)
	l := letter{Subject: subject(v.Request), First: news.First, More: news.More, Said: e.Reason, Why: why(to, v.Request)}
	if e.Action == scheduler.ActionFeedback {
		if slices.Contains(e.Mentions, to.person.Username) {
			l.First = phrases.Who(e) + " mentioned you:"
		}
		text, err := p.requests.FeedbackText(ctx, to.actor, e)
		l.Said, l.Links = text, []link{{Label: "Answer", URL: p.page(v.Request) + "#thread"}}
		return l, err
	}
	if by := phrases.By(e); by != "" {
		l.More = append([]string{by + ", " + at.At(e.At) + "."}, l.More...)
	}
	page := link{Label: "Open the request", URL: p.page(v.Request)}
	if v.Status != e.Status { // the request has moved on, and the rest belongs to a later event
		l.More, l.Links = append(l.More, "By now it is "+phrases.Status(v.Status)+"."), []link{page}
		return l, nil
	}
	l.Facts = facts(e, shown, f, at)
	if lines := at.Conflicts(v); len(lines) > 0 {
		l.Lists = append(l.Lists, bullets{"What is in the way", lines})
	}
	if err := p.approvals(ctx, &l, v.Request, to, at); err != nil {
		return l, err
	}
	p.offers(&l, v.Request, to, at)
	if err := p.needed(ctx, &l, e, v.Request, to); err != nil {
		return l, err
	}
	if l.Next == "" {
		l.Next, page.Label = next(v, to, at)
	}
	l.Links = append(l.Links, page)
	return l, nil
}

// subject stays the same in all mails about a request: some clients group only mails with equal subjects.
func subject(r scheduler.Request) string { return fmt.Sprintf("[Berth] #%d %s", r.Number, r.Name) }

func (p *Mailer) page(r scheduler.Request) string {
	return fmt.Sprintf("%s/requests/%d", p.settings.Site, r.Number)
}

// longestPurpose bounds the description of a request in a mail, in bytes.
const longestPurpose = 1000

// facts lists the details of a request.
func facts(e scheduler.Event, r scheduler.Request, f testbeds.Facility, at phrases.Reader) []fact {
	list := []fact{{"Slot", at.Slots(r.Slot, zones(r, f, at))}}
	add := func(name string, values ...string) {
		for i, v := range values {
			values[i] = strings.Join(strings.Fields(v), " ") // a line stays one
		}
		if values = slices.DeleteFunc(values, func(s string) bool { return s == "" }); len(values) > 0 {
			list = append(list, fact{name, values})
		}
	}
	if r.Window != nil && r.Status == scheduler.UnderReview {
		add("Also possible", "within "+at.Slot(*r.Window))
	}
	if r.Wait != nil {
		add("Waitlist", at.Said(r.Wait.Words()))
	}
	if by := r.DecideBy(); by != nil {
		add("To be decided by", at.At(by.At))
	}
	add("Network service", r.NSD)
	add("Needs", phrases.Needs(r, f)...)
	add("Experimenter", strings.TrimSuffix(r.Experimenter+", "+r.Organisation, ", "))
	add("Mentor", r.Mentor)
	for _, o := range r.Overbooked {
		add("Overbooked", overbooked(o, at)...)
	}
	if e.Action == scheduler.ActionSubmit || e.Action == scheduler.ActionEdit {
		add("Purpose", strings.Split(plain.Fit(strings.TrimSpace(r.Description), longestPurpose), "\n")...)
	}
	if r.Ticket != nil {
		add("Ticket", r.Ticket.URL)
	}
	return list
}

// overbooked says by how much a request is booked beyond what there is, and for what reason; not who is hurt.
func overbooked(o scheduler.Overbook, at phrases.Reader) (lines []string) {
	if o.By != account.System.Username {
		lines = append(lines, o.Reason)
	}
	for _, c := range o.Conflicts {
		c.TakenBy, c.More = nil, 0
		lines = append(lines, at.Said(c.String()))
	}
	return lines
}
