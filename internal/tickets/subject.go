package tickets

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
)

// subject is what a ticket is about: one request, or all occurrences of a series. Of a series, the embedded request is the first one that is not over:
// whoever is responsible for it is responsible for the ticket.
type subject struct {
	scheduler.View
	series scheduler.Series    // without an id for one request
	all    []scheduler.Request // the occurrences of the series as they are now, by their places
}

// subject reads the subject of the ticket of a request.
func (s *Service) subject(ctx context.Context, request string) (subject, error) {
	v, err := s.requests.Get(ctx, account.System, request)
	if err != nil || v.Ticket == nil || !v.Ticket.Series {
		return subject{View: v}, err
	}
	return s.wholeSeries(ctx, v)
}

// untold reads the subject of a ticket that a request gets when it has none: one that others of its series have already tells how the series is to be
// kept, else the settings do.
func (s *Service) untold(ctx context.Context, v scheduler.View) (subject, error) {
	if v.Series == nil || v.Ticket != nil && !v.Ticket.Series {
		return subject{View: v}, nil
	}
	x, err := s.wholeSeries(ctx, v)
	if err != nil {
		return x, err
	}
	whole := s.settings.PerSeries
	for _, r := range x.all {
		if r.Ticket != nil {
			if whole = r.Ticket.Series; whole {
				break
			}
		}
	}
	if !whole {
		return subject{View: v}, nil
	}
	return x, nil
}

// wholeSeries makes a subject of all of a request's series.
func (s *Service) wholeSeries(ctx context.Context, v scheduler.View) (x subject, err error) {
	if x.series, x.all, err = s.requests.SeriesRequests(ctx, account.System, v.Series.ID); err != nil {
		return x, err
	}
	at := max(0, slices.IndexFunc(x.all, func(r scheduler.Request) bool { return r.Status.Live() }))
	if first := x.all[at].ID; first != v.ID {
		v, err = s.requests.Get(ctx, account.System, first)
	}
	x.View = v
	return x, err
}

// whole reports whether the ticket is that of a series.
func (x subject) whole() bool { return x.series.ID != "" }

// id names the subject for ever: it is the alias of its ticket, and in the tokens of its comments.
func (x subject) id() string {
	if x.whole() {
		return x.series.ID
	}
	return x.View.ID
}

// key is the request under which the state of the ticket is kept: of a series, the one that was submitted first.
func (x subject) key() string {
	if x.whole() {
		return x.series.Members[0].Request
	}
	return x.View.ID
}

// ticket returns the ticket, if the subject has one.
func (x subject) ticket() (key string, ok bool) {
	for _, r := range append([]scheduler.Request{x.Request}, x.all...) {
		if r.Ticket != nil {
			return r.Ticket.Key, true
		}
	}
	return "", false
}

// said names the subject within a sentence.
func (x subject) said() string {
	if x.whole() {
		return fmt.Sprintf("the series of #%d", x.series.Number)
	}
	return fmt.Sprintf("request #%d", x.Number)
}

// heading names the subject at the beginning of a sentence.
func (x subject) heading() string {
	said := x.said()
	return strings.ToUpper(said[:1]) + said[1:]
}

// status is the one that the ticket shows. A series is under review as long as any of its occurrences is, scheduled as long as one is ahead or runs,
// and then what became of it: one occurrence that took place is worth more than others that did not.
func (x subject) status() scheduler.Status {
	if !x.whole() {
		return x.Status
	}
	has := func(such func(scheduler.Status) bool) bool {
		return slices.ContainsFunc(x.all, func(r scheduler.Request) bool { return such(r.Status) })
	}
	if has(is(scheduler.UnderReview)) {
		return scheduler.UnderReview
	}
	if has(scheduler.Status.Live) {
		return scheduler.Scheduled
	}
	for _, status := range []scheduler.Status{scheduler.Completed, scheduler.Failed, scheduler.Rejected} {
		if has(is(status)) {
			return status
		}
	}
	return scheduler.Cancelled
}

func is(status scheduler.Status) func(scheduler.Status) bool {
	return func(s scheduler.Status) bool { return s == status }
}

// standing returns the request by which a tracker finds the ticket's place: a series is granted with the first of its occurrences.
func (x subject) standing() scheduler.Request {
	r := x.Request
	for _, o := range x.all {
		if r.Scheduled == nil && o.Scheduled != nil {
			r.Scheduled = o.Scheduled
		}
	}
	return r
}

// day returns the last day of the subject, as trackers write days: of a series, that of what is left of it.
func (x subject) day() string {
	last := x.Request
	for _, r := range x.all {
		if r.Status.Live() == last.Status.Live() && r.Slot.End.After(last.Slot.End) {
			last = r
		}
	}
	return day(last)
}

// numbered finds the numbers of requests in a text, and those of comments and tickets, which trackers write alike.
var numbered = regexp.MustCompile(`(?i)(comment\s+|bug\s+)?#([0-9]{1,12})\b`)

// about returns the occurrence that a comment by a user is meant for: the one whose number it says, else the first that is not over.
func (x subject) about(text string) string {
	for _, found := range numbered.FindAllStringSubmatch(text, -1) {
		for _, r := range x.all {
			if found[1] == "" && fmt.Sprint(r.Number) == found[2] {
				return r.ID
			}
		}
	}
	return x.View.ID
}

// tells reports whether an event has a comment of its own: what was done with several occurrences of a series is told once, with the event that
// speaks for all of them.
func (x subject) tells(e scheduler.Event) bool {
	return Takes(e) && (!x.whole() || e.Series == nil || e.Series.Lead)
}

// token marks the comment of an event, so that it can be found again.
func (x subject) token(e scheduler.Event) string { return mark(x.id(), e.Sequence) }

func mark(id string, sequence int64) string { return fmt.Sprintf("[berth:%s/%d]", id, sequence) }
