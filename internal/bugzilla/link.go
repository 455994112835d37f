package bugzilla

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
)

// browse is where people see a bug.
func (t *Tickets) browse(id int64) string {
	return fmt.Sprintf("%s/show_bug.cgi?id=%d", t.settings.Browse, id)
}

// link makes a bug the ticket of a request.
func (t *Tickets) link(ctx context.Context, request string, id int64) error {
	return t.requests.SetTicket(ctx, scheduler.System, request, scheduler.Ticket{ID: id, URL: t.browse(id)})
}

// duplicate follows a ticket that somebody resolved as a duplicate to the other one, if that is nobody's ticket yet. What cannot be
// followed is said, and the ticket put back.
func (h *hold) duplicate(ctx context.Context, v scheduler.View, b Bug, login, key string) error {
	t := h.t
	other, err := t.client.Bug(ctx, b.DuplicateOf)
	var why string
	switch {
	case IsNotFound(err) || IsHidden(err):
		why = fmt.Sprintf("Berth cannot see bug %d", b.DuplicateOf)
	case err != nil:
		return err
	case !t.settings.owns(other):
		why = fmt.Sprintf("bug %d is not among the tickets of requests (%s, %s)", other.ID, t.settings.Product, strings.Join(t.settings.components(), ", "))
	case !other.Open:
		why = fmt.Sprintf("bug %d is closed", other.ID)
	default:
		request, known, err := t.requestOf(ctx, other)
		if err != nil {
			return err
		}
		if known && request != v.ID {
			why = fmt.Sprintf("bug %d is the ticket of another request", other.ID)
		}
	}
	if why != "" {
		text := fmt.Sprintf("%s marked this ticket as a duplicate, and it cannot be followed:\n- %s\n\nThe ticket is put back. To end the request, cancel it (%s).",
			shown(login), why, t.settings.Standings[scheduler.Cancelled])
		return h.note(ctx, v.ID, text, key)
	}
	if err := t.link(ctx, v.ID, other.ID); err != nil {
		return err
	}
	text := fmt.Sprintf("This is the ticket of request #%d from now on: %s marked bug %d as its duplicate.", v.Number, shown(login), b.ID)
	return h.note(ctx, v.ID, text, key)
}

// requestOf is the request whose ticket a bug is.
func (t *Tickets) requestOf(ctx context.Context, b Bug) (id string, known bool, err error) {
	list, err := t.memory.Tickets(ctx, b.ID-1, 1)
	if err != nil {
		return "", false, err
	}
	if len(list) == 1 && list[0].ID == b.ID {
		return list[0].Request, true, nil
	}
	for _, alias := range b.Alias { // known from before anything was remembered
		v, err := t.requests.Get(ctx, scheduler.System, alias)
		if err == nil && v.ID == strings.ToLower(alias) && v.Ticket != nil && v.Ticket.ID == b.ID {
			return v.ID, true, nil
		}
		if err != nil && scheduler.CodeOf(err) != scheduler.CodeNotFound {
			return "", false, err
		}
	}
	return "", false, nil
}

// marked finds the number of a request in a ticket that somebody opened by hand.
func (t *Tickets) marked(b Bug) (number string, ok bool) {
	if t.settings.Marker == "" || !t.settings.owns(b) {
		return "", false
	}
	form := regexp.MustCompile(`(?i)(?:^|[^\pL\pN])` + regexp.QuoteMeta(t.settings.Marker) + `([0-9]{1,12})(?:$|[^\pL\pN])`)
	for _, text := range []string{b.Whiteboard, b.Summary} {
		if found := form.FindStringSubmatch(text); found != nil {
			return found[1], true
		}
	}
	return "", false
}

// adopt makes a ticket that somebody opened by hand that of the request which it names, if they may see that and it has none.
func (t *Tickets) adopt(ctx context.Context, b Bug, number string) error {
	who, known, err := t.actor(ctx, b.Creator)
	if err != nil {
		return err
	}
	var v scheduler.View
	if known {
		v, err = t.requests.Get(ctx, who, "#"+number)
		if scheduler.CodeOf(err) == scheduler.CodeNotFound || scheduler.CodeOf(err) == scheduler.CodeForbidden {
			known, err = false, nil
		}
	}
	switch {
	case err != nil:
		return err
	case !known:
		return t.once(ctx, b, fmt.Sprintf("This ticket names request %s of Berth, and cannot be linked to it: %s does not see such a request there.", number, shown(b.Creator)))
	case v.Ticket != nil && v.Ticket.ID != b.ID:
		return t.once(ctx, b, fmt.Sprintf("Request #%d has its ticket already, bug %d: %s. What is written here does not reach it.", v.Number, v.Ticket.ID, v.Ticket.URL))
	}
	if err := t.link(ctx, v.ID, b.ID); err != nil {
		return err
	}
	text := fmt.Sprintf("This is the ticket of request #%d from now on: it was opened by %s and names the request.", v.Number, shown(b.Creator))
	return t.requests.NoteOnTicket(ctx, scheduler.System, v.ID, text, scheduler.Creation{Key: "ticket " + strconv.FormatInt(b.ID, 10) + " adopted", Fingerprint: "note"})
}

// once says something on a bug that is no request's ticket. Who is about to say it leaves a mark before, for every process: while nothing was
// heard of a remark, it may still come through, and is not made again.
func (t *Tickets) once(ctx context.Context, b Bug, text string) error {
	name, now := fmt.Sprintf("%s remark %d", markName, b.ID), t.clock().UTC()
	token := fmt.Sprintf("[berth:bug/%d]", b.ID)
	if there, err := t.client.Said(ctx, b.ID, token); err != nil || there {
		return err
	}
	before, err := t.memory.Mark(ctx, name)
	if err != nil {
		return err
	}
	if until, err := time.Parse(time.RFC3339, before); err == nil && now.Before(until) {
		return fmt.Errorf("bug %d: of an earlier remark nothing was heard; until %s it may still come through", b.ID, before)
	}
	if mine, err := t.memory.SetMark(ctx, name, before, now.Add(unsureFor).Format(time.RFC3339)); err != nil || !mine {
		return errors.Join(err, errBusy)
	}
	err = t.client.AddComment(ctx, b.ID, text+"\n\n"+token, token, false)
	if err != nil && !IsOpen(err) {
		_, markErr := t.memory.SetMark(ctx, name, now.Add(unsureFor).Format(time.RFC3339), now.Format(time.RFC3339))
		err = errors.Join(err, markErr)
	}
	return err
}
