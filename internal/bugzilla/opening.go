package bugzilla

import (
	"context"
	"fmt"
	"maps"
	"strconv"

	"berth/scheduler"
)

// ticket is the bug of a request: the one that it has, or a new one, whose description then is what is to be said of the event.
func (t *Tickets) ticket(ctx context.Context, v scheduler.View, e scheduler.Event) (id int64, err error) {
	r := v.Request
	if r.Ticket != nil {
		return r.Ticket.ID, nil
	}
	n := NewBug{Product: t.settings.Product, Component: t.settings.componentOf(r), Version: t.settings.Version, OpSys: t.settings.OpSys, Platform: t.settings.Platform,
		Summary: summary(r), Alias: alias(r), URL: t.page(r), Deadline: day(r), Extra: t.settings.extra()}
	x, err := t.beside(ctx, v, scheduler.Event{})
	if err != nil {
		return 0, err
	}
	seen := link(n.Extra, x.kin)
	said := description(v, x, t.settings)
	if n.CC, n.Assignee, err = t.people(ctx, r); err != nil {
		return 0, err
	}
	mark := token(e)
	if e.Action != scheduler.ActionSubmit && e.Action != scheduler.ActionTicketNote {
		mark = fmt.Sprintf("[berth:%s/0]", r.ID) // the description does not say what happened: a comment is going to
	}
	n.Description = said + t.stranger(ctx, r, n.CC) + "\n\n" + mark
	ours := func(b Bug) bool { return b.URL == n.URL || t.own(b.Creator) }
	id, err = t.client.Create(ctx, n, ours)
	if seen != nil && err != nil && !IsTemporary(err) && !IsNoSuchPerson(err) { // not every installation takes it, and the description names the other one
		n.Extra = seen
		id, err = t.client.Create(ctx, n, ours)
	}
	if IsNoSuchPerson(err) { // who was there a moment ago
		if n.CC, n.Assignee, err = t.people(ctx, r); err != nil {
			return 0, err
		}
		n.Description = said + t.stranger(ctx, r, n.CC) + "\n\n" + mark
		id, err = t.client.Create(ctx, n, ours)
	}
	if err != nil {
		return 0, err
	}
	return id, t.link(ctx, r.ID, id)
}

// people are those whom a new ticket concerns, as far as Bugzilla knows them. They are in it from the beginning: whoever is put into it later, or
// has to make room, is sent a mail more.
func (t *Tickets) people(ctx context.Context, r scheduler.Request) (cc []string, assignee string, err error) {
	experimenter, err := t.assignable(ctx, r.Experimenter)
	if err != nil {
		return nil, "", err
	}
	if experimenter != "" {
		cc = []string{experimenter}
	}
	assignee, err = t.assignable(ctx, r.Mentor)
	return cc, assignee, err
}

// stranger is what is said of an experimenter who is not in CC for want of an account.
func (t *Tickets) stranger(ctx context.Context, r scheduler.Request, cc []string) string {
	login := t.login(ctx, r.Experimenter)
	if len(cc) > 0 || login == "" {
		return ""
	}
	return fmt.Sprintf("\n\n%s has no account in Bugzilla (%s) and could not be put into CC.", r.Experimenter, login)
}

// link has a new ticket show those that it comes from, as they then show it. without are the fields without that; nil where there is nothing to
// show.
func link(extra map[string]any, kin []scheduler.View) (without map[string]any) {
	var ids []string
	for _, v := range kin {
		if v.Ticket != nil {
			ids = append(ids, strconv.FormatInt(v.Ticket.ID, 10))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	without = maps.Clone(extra)
	given, _ := extra["see_also"].([]string)
	extra["see_also"] = append(ids, given...)
	return without
}

// beside gathers what is said of a request beyond itself: in the description of its ticket, or of an event.
func (t *Tickets) beside(ctx context.Context, v scheduler.View, e scheduler.Event) (x beside, err error) {
	if x.zones, _, err = t.requests.Facility(ctx, scheduler.System); err != nil {
		return x, err
	}
	if v.Status == scheduler.UnderReview && !v.Fit.Fits && e.Action != scheduler.ActionFeedback && e.Action != scheduler.ActionTicketNote {
		if x.ways, err = t.requests.Ways(ctx, scheduler.System, v.ID); err != nil {
			return x, err
		}
	}
	var others []string
	switch e.Action {
	case "":
		others = []string{v.Origin}
	case scheduler.ActionAcceptOffer:
		for _, o := range v.Offers {
			others = append(others, o.Accepted)
		}
	}
	for _, id := range others {
		if id == "" {
			continue
		}
		other, err := t.requests.Get(ctx, scheduler.System, id)
		if err != nil {
			return x, err
		}
		x.kin = append(x.kin, other)
	}
	return x, nil
}

// alias is the request's UUID: what makes the ticket one of its kind.
func alias(r scheduler.Request) string { return r.ID }

func summary(r scheduler.Request) string {
	return titled(fmt.Sprintf("[PORTAL] Deployment Request of NSD:%s,User: %s", r.NSD, r.Experimenter))
}

func (t *Tickets) page(r scheduler.Request) string {
	return fmt.Sprintf("%s/requests/%d", t.settings.Site, r.Number)
}

// day is when the slot ends, as far as Bugzilla knows days.
func day(r scheduler.Request) string { return r.Slot.End.UTC().Format("2006-01-02") }
