package bugzilla

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"berth/scheduler"
	"berth/testbeds"
)

// Requests is where the requests are that tickets follow.
type Requests interface {
	Get(ctx context.Context, a scheduler.Actor, id string) (scheduler.View, error)
	Person(ctx context.Context, a scheduler.Actor, username string) (scheduler.Person, error)
	Facility(ctx context.Context, a scheduler.Actor) (testbeds.Facility, int64, error)
	Feedback(ctx context.Context, a scheduler.Actor, id, cursor string, limit int) (scheduler.Page[scheduler.Feedback], error)
	SetTicket(ctx context.Context, a scheduler.Actor, id string, t scheduler.Ticket) error
}

// Settings say where tickets are made, and how they stand.
type Settings struct {
	Product, Component, Version, OpSys, Platform string
	Standings                                    Standings
	Browse                                       string // address of the installation, for people
	Site                                         string // of Berth's pages, without a trailing slash
}

// Tickets keep a bug for every request. Deliver is called with the events of a request in their order, and may be called again with any.
type Tickets struct {
	client   *Client
	requests Requests
	settings Settings

	mu       sync.Mutex
	workflow Workflow
}

// NewTickets makes them.
func NewTickets(c *Client, r Requests, s Settings) *Tickets {
	return &Tickets{client: c, requests: r, settings: s}
}

// told are the events that a ticket hears of; others, such as the ticket's own, are nobody's news there.
func told(e scheduler.Event) bool {
	return e.Request != "" && e.Action != scheduler.ActionTicket && e.Kind != "reminder"
}

// Deliver brings the ticket of an event's request to how it stood after the event, with one comment on it.
func (t *Tickets) Deliver(ctx context.Context, e scheduler.Event) error {
	if !told(e) {
		return nil
	}
	v, err := t.requests.Get(ctx, scheduler.System, e.Request)
	if err != nil {
		return err
	}
	w, err := t.steps(ctx)
	if err != nil {
		return err
	}
	id, described, err := t.ticket(ctx, v.Request, e)
	if err != nil {
		return err
	}
	f, _, err := t.requests.Facility(ctx, scheduler.System)
	if err != nil {
		return err
	}
	if e.Action == scheduler.ActionFeedback {
		if e.Text, err = t.remark(ctx, e); err != nil {
			return err
		}
	}
	change := Change{Comment: comment(e, v.Request, f, t.settings) + "\n\n" + token(e)}
	switch {
	case described:
		change.Comment = ""
	default:
		// Whether an earlier attempt was taken is not known, be it one of this message's or of a courier that died.
		said, err := t.client.Said(ctx, id, token(e))
		if err != nil {
			return err
		}
		if said {
			change.Comment = ""
		}
	}
	t.aim(ctx, &change, v.Request, e)
	return t.bring(ctx, w, id, change)
}

// remark is the whole of a remark, of which the event has the beginning.
func (t *Tickets) remark(ctx context.Context, e scheduler.Event) (string, error) {
	for cursor := ""; ; {
		page, err := t.requests.Feedback(ctx, scheduler.System, e.Request, cursor, 0)
		if err != nil {
			return "", err
		}
		for _, f := range page.Items {
			if f.Author == e.Actor && f.At.Equal(e.At) && strings.HasPrefix(f.Text, strings.TrimSuffix(e.Text, "…")) {
				return f.Text, nil
			}
		}
		if cursor = page.Next; cursor == "" {
			return e.Text, nil
		}
	}
}

// steps is the installation's workflow, read once.
func (t *Tickets) steps(ctx context.Context) (Workflow, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.workflow == nil {
		w, err := t.client.Workflow(ctx)
		if err != nil {
			return nil, err
		}
		t.workflow = w
	}
	return t.workflow, nil
}

// ticket is the bug of a request: the one that it has, or a new one, whose description then is what is to be said of the event.
func (t *Tickets) ticket(ctx context.Context, r scheduler.Request, e scheduler.Event) (id int64, described bool, err error) {
	if r.Ticket != nil {
		return r.Ticket.ID, false, nil
	}
	f, _, err := t.requests.Facility(ctx, scheduler.System)
	if err != nil {
		return 0, false, err
	}
	n := NewBug{Product: t.settings.Product, Component: t.settings.Component, Version: t.settings.Version, OpSys: t.settings.OpSys, Platform: t.settings.Platform,
		Summary: titled(fmt.Sprintf("[PORTAL] Deployment Request of NSD:%s,User: %s", r.NSD, r.Experimenter)), Alias: alias(r), URL: t.page(r), Deadline: day(r)}
	said := description(r, f, t.settings)
	login := t.login(ctx, r.Experimenter)
	if login != "" {
		n.CC = []string{login}
	}
	n.Description = said + "\n\n" + token(e)
	ours := func(b Bug) bool { return b.Product == n.Product && b.URL == n.URL }
	id, err = t.client.Create(ctx, n, ours)
	if IsNoSuchPerson(err) && len(n.CC) > 0 {
		n.CC = nil
		n.Description = said + fmt.Sprintf("\n\n%s has no account in Bugzilla (%s) and could not be put into CC.", r.Experimenter, login) + "\n\n" + token(e)
		id, err = t.client.Create(ctx, n, ours)
	}
	if err != nil {
		return 0, false, err
	}
	described, err = t.client.Said(ctx, id, token(e)) // it may be there from an attempt with an earlier event
	if err != nil {
		return 0, false, err
	}
	return id, described, t.requests.SetTicket(ctx, scheduler.System, r.ID, scheduler.Ticket{ID: id, URL: fmt.Sprintf("%s/show_bug.cgi?id=%d", t.settings.Browse, id)})
}

// alias is the request's UUID: what makes the ticket one of its kind.
func alias(r scheduler.Request) string { return r.ID }

func (t *Tickets) page(r scheduler.Request) string {
	return fmt.Sprintf("%s/requests/%d", t.settings.Site, r.Number)
}

// day is when the slot ends, as far as Bugzilla knows days.
func day(r scheduler.Request) string { return r.Slot.End.UTC().Format("2006-01-02") }

// login is somebody's name in Bugzilla: their address of mail, empty where none is known.
func (t *Tickets) login(ctx context.Context, username string) string {
	if username == "" {
		return ""
	}
	p, err := t.requests.Person(ctx, scheduler.System, username)
	if err != nil {
		return ""
	}
	return p.Email
}

// aim says how the ticket has to stand after an event. Whom Bugzilla does not know is not put into it.
func (t *Tickets) aim(ctx context.Context, c *Change, r scheduler.Request, e scheduler.Event) {
	at := t.settings.Standings[e.Status]
	c.Status, c.Resolution = at.Status, at.Resolution
	c.Deadline = new(day(r))
	if login := t.login(ctx, r.Mentor); login != "" {
		if _, known, err := t.client.Person(ctx, login); err == nil && known {
			c.Assignee = login
		}
	}
}

// bring takes a bug to how it has to stand, in as many steps as the workflow wants, the comment with the last.
func (t *Tickets) bring(ctx context.Context, w Workflow, id int64, c Change) error {
	b, err := t.client.Bug(ctx, id)
	if err != nil {
		return err
	}
	path, ok := w.Path(b.Status, c.Status)
	if !ok {
		return &Error{Doing: fmt.Sprintf("changing bug %d", id), Code: codeTransition, Message: fmt.Sprintf("there is no way from %s to %s", b.Status, c.Status)}
	}
	for _, status := range path[:max(0, len(path)-1)] {
		if err := t.client.Update(ctx, id, Change{Status: status}); err != nil {
			return err
		}
	}
	last := c
	if len(path) == 0 {
		last.Status = ""
		if b.Resolution == c.Resolution {
			last.Resolution = ""
		}
	}
	if b.Assignee == c.Assignee {
		last.Assignee = ""
	}
	if c.Deadline != nil && b.Deadline == *c.Deadline {
		last.Deadline = nil
	}
	if len(last.body()) == 0 {
		return nil
	}
	return t.client.Update(ctx, id, last)
}

// zones are the zones of the testbeds that a request touches, each once.
func zones(r scheduler.Request, f testbeds.Facility) []string {
	var list []string
	for _, id := range r.Demand.Testbeds() {
		if b, ok := f.Testbed(id); ok && !slices.Contains(list, b.Timezone) {
			list = append(list, b.Timezone)
		}
	}
	return list
}

// times is a slot in UTC and in each zone.
func times(s testbeds.Slot, zoneNames []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s to %s UTC", s.Start.UTC().Format("2006-01-02 15:04"), s.End.UTC().Format("2006-01-02 15:04"))
	for _, name := range zoneNames {
		if zone, err := loadZone(name); err == nil {
			fmt.Fprintf(&b, "\n  %s to %s %s", s.Start.In(zone).Format("2006-01-02 15:04"), s.End.In(zone).Format("2006-01-02 15:04"), name)
		}
	}
	return b.String()
}
