package tmf685

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Filters of the list of reservations.
const (
	byState  = "reservationState"
	byName   = "name"
	byBefore = "requestedPeriodStartDateTime.lt"
	byAfter  = "requestedPeriodEndDateTime.gt"
)

func (s *server) listReservations(c call) error {
	p, err := c.paging(byState, byName, byBefore, byAfter)
	if err != nil {
		return err
	}
	f, name, err := c.filter()
	if err != nil {
		return err
	}
	items, seen := []any{}, 0
	for cursor := ""; ; {
		page, err := s.requests.List(c.Context(), c.actor, f, cursor)
		if err != nil {
			return err
		}
		for _, r := range page.Items {
			if name != "" && r.Name != name {
				continue
			}
			if seen++; seen <= p.offset {
				continue
			}
			if len(items) == p.limit {
				return c.list(p, items, 0, false)
			}
			items = append(items, shown(r))
		}
		if cursor = page.Next; cursor == "" {
			return c.list(p, items, seen, true)
		}
	}
}

// filter reads the filters of the list. Without a state it lists what stands: cancelled and rejected reservations are gone from Openslice's own list.
func (c call) filter() (f scheduler.RequestFilter, name string, err error) {
	var bad faults
	query := c.URL.Query()
	asked := []string{inProgress, completed}
	if text := query.Get(byState); text != "" {
		asked = strings.Split(text, ",")
		for _, x := range asked {
			if len(statusesOf(x)) == 0 {
				bad.add(byState, "must be of INPROGRESS, COMPLETED, REJECTED, CANCELLED")
			}
		}
	}
	f = scheduler.RequestFilter{Status: statusesOf(asked...), Limit: 500}
	if text := query.Get(byAfter); text != "" {
		f.From = instant(byAfter, text, &bad)
	}
	if text := query.Get(byBefore); text != "" {
		f.To = instant(byBefore, text, &bad)
	}
	name = query.Get(byName)
	return f, name, bad.err()
}

func (s *server) getReservation(c call) error {
	v, err := s.requests.Get(c.Context(), c.actor, c.PathValue("id"))
	if err != nil {
		return err
	}
	c.tag(v.Request)
	return c.one(http.StatusOK, shown(v.Request))
}

// tag tells the revision of a request, for If-Match.
func (c call) tag(r scheduler.Request) {
	c.w.Header().Set("ETag", `"`+strconv.FormatInt(r.Revision, 10)+`"`)
}

// revision reads If-Match; 0 for any.
func (c call) revision() (int64, error) {
	text := c.Header.Get("If-Match")
	if text == "" || text == "*" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.Trim(text, `"`), 10, 64)
	if err != nil || n < 1 {
		return 0, scheduler.Errorf(scheduler.CodePrecondition, "If-Match is not the ETag of a reservation")
	}
	return n, nil
}

func (s *server) createReservation(c call) error {
	var g given
	if err := c.read(&g); err != nil {
		return err
	}
	if g.State == completed && !c.actor.Is(account.RoleMentor) && !c.actor.Is(account.RoleAdministrator) {
		return scheduler.Errorf(scheduler.CodeForbidden, "%s may not grant a reservation: leave out reservationState, and a mentor decides about it", c.actor.Username)
	}
	in, err := s.submission(c, g)
	if err != nil {
		return err
	}
	out, err := s.requests.Submit(c.Context(), c.actor, in)
	if err != nil {
		return about(err, in.Components)
	}
	r, reason := out.Request, ""
	if g.State == completed && r.Status == scheduler.UnderReview {
		r, reason = s.grant(c.Context(), c.actor, r)
	}
	doc := shown(r)
	doc.Reason = reason
	c.w.Header().Set("Location", doc.Href)
	c.tag(r)
	return c.one(http.StatusCreated, doc)
}

// grant schedules a reservation that was just made. Where that is not possible yet it stays under review, and the answer says why.
func (s *server) grant(ctx context.Context, a account.Actor, r scheduler.Request) (scheduler.Request, string) {
	granted, err := s.requests.Schedule(ctx, a, r.ID, scheduler.Schedule{Reason: "reserved through TMF685"})
	if err == nil {
		return granted.Request, ""
	}
	if scheduler.CodeOf(err) == "" {
		s.o.Log.ErrorContext(ctx, "a reservation could not be granted", "request", r.Number, "error", err)
		return r, "it could not be granted now; it is under review"
	}
	return r, err.Error()
}

// submission translates a new reservation.
func (s *server) submission(c call, g given) (in scheduler.Submission, err error) {
	f, _, err := s.requests.Facility(c.Context(), c.actor)
	if err != nil {
		return in, err
	}
	var bad faults
	if g.State != "" && g.State != inProgress && g.State != completed {
		bad.add(byState, "a new reservation is INPROGRESS, or COMPLETED where you may grant it")
	}
	slot := g.slot(s.o.Clock(), nil, &bad)
	var items []item
	if g.Items != nil {
		items = *g.Items
	}
	w := wishOf("reservationItem", items, pools(f), nil, &bad)
	in = scheduler.Submission{Ask: w.ask(slot), Name: g.name(), Portal: g.keep(&bad)}
	if g.Description != nil {
		in.Description = *g.Description
	}
	if g.State == completed && c.actor.Is(account.RoleMentor) {
		in.Mentor = c.actor.Username
	}
	if key := c.Header.Get("Idempotency-Key"); key != "" {
		if len(key) > 255 || strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' }) {
			bad.add("Idempotency-Key", "must be at most 255 characters of printable ASCII")
		}
		raw, _ := json.Marshal(g)
		sum := sha256.Sum256(append([]byte("tmf685 reservation\n"), raw...))
		in.Creation = scheduler.Creation{Key: key, Fingerprint: hex.EncodeToString(sum[:])}
	}
	return in, bad.err()
}

func (s *server) deleteReservation(c call) error {
	revision, err := c.revision()
	if err != nil {
		return err
	}
	v, err := s.requests.Get(c.Context(), c.actor, c.PathValue("id"))
	if err != nil {
		return err
	}
	if v.Status != scheduler.Cancelled {
		if _, err := s.requests.Cancel(c.Context(), c.actor, v.ID, scheduler.Step{Reason: "deleted through TMF685", Revision: revision}); err != nil {
			return err
		}
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *server) patchReservation(c call) error {
	var g given
	if err := c.read(&g); err != nil {
		return err
	}
	revision, err := c.revision()
	if err != nil {
		return err
	}
	v, err := s.requests.Get(c.Context(), c.actor, c.PathValue("id"))
	if err != nil {
		return err
	}
	if revision == 0 {
		revision = v.Revision // what the changes are worked out from
	}
	switch {
	case g.State == cancelled && states[v.Status] != cancelled:
		_, err = s.requests.Cancel(c.Context(), c.actor, v.ID, scheduler.Step{Reason: g.Reason, Revision: revision})
	case g.State == rejected && states[v.Status] != rejected:
		_, err = s.requests.Reject(c.Context(), c.actor, v.ID, scheduler.Reject{Reason: g.Reason, Revision: revision})
	default:
		err = s.change(c, g, v.Request, revision)
	}
	if err != nil {
		return err
	}
	if v, err = s.requests.Get(c.Context(), c.actor, v.ID); err != nil {
		return err
	}
	c.tag(v.Request)
	return c.one(http.StatusOK, shown(v.Request))
}

// changes is what a PATCH asks to differ; nil fields stay.
type changes struct {
	name, description *string
	slot              *testbeds.Slot
	wish              *wish
}

func (x changes) any() bool { return x.words() || x.slot != nil || x.wish != nil }

func (x changes) words() bool { return x.name != nil || x.description != nil }

// change takes the steps that make a request what a PATCH says.
func (s *server) change(c call, g given, r scheduler.Request, revision int64) error {
	f, _, err := s.requests.Facility(c.Context(), c.actor)
	if err != nil {
		return err
	}
	var bad faults
	x := g.changes(r, pools(f), s.o.Clock(), &bad)
	if g.State != "" && len(statusesOf(g.State)) == 0 || g.State == inProgress && states[r.Status] != inProgress {
		bad.add(byState, "a "+states[r.Status]+" reservation can become CANCELLED, or while it is INPROGRESS also COMPLETED or REJECTED")
	}
	if r.Status != scheduler.UnderReview && x.words() {
		bad.add("name", "name and description can change only while the reservation is INPROGRESS")
	}
	if r.Status != scheduler.UnderReview && x.wish != nil && len(x.wish.components)+len(r.Components) > 0 {
		bad.add("reservationItem", "amounts on VIMs can change only while the reservation is INPROGRESS")
	}
	if err := bad.err(); err != nil {
		return err
	}
	if x.any() {
		components := r.Components
		if x.wish != nil {
			components = x.wish.components
		}
		if r, err = s.apply(c, x, r, revision); err != nil {
			return about(err, components)
		}
		revision = r.Revision
	}
	if g.State == completed && r.Status == scheduler.UnderReview {
		_, err = s.requests.Schedule(c.Context(), c.actor, r.ID, scheduler.Schedule{Reason: g.Reason, Revision: revision})
	}
	return err
}

// apply edits a request under review, and moves any other.
func (s *server) apply(c call, x changes, r scheduler.Request, revision int64) (scheduler.Request, error) {
	if r.Status == scheduler.UnderReview {
		in := scheduler.Edit{Name: x.name, Description: x.description, Slot: x.slot, Revision: revision}
		if x.wish != nil {
			in.Components, in.Placement, in.Devices = &x.wish.components, &x.wish.placement, &x.wish.devices
		}
		out, err := s.requests.Edit(c.Context(), c.actor, r.ID, in)
		return out.Request, err
	}
	in := scheduler.Move{Slot: x.slot, Reason: "changed through TMF685", Revision: revision}
	if x.wish != nil {
		in.Devices = &x.wish.devices
	}
	out, err := s.requests.Move(c.Context(), c.actor, r.ID, in)
	return out.Request, err
}

// changes compares a PATCH with the request. Openslice's form sends everything back, whatever was changed in it.
func (g given) changes(r scheduler.Request, list []pool, now time.Time, bad *faults) (x changes) {
	if g.Name != nil && *g.Name != r.Name && *g.Name != "" {
		x.name = g.Name
	}
	if g.Description != nil && *g.Description != r.Description {
		x.description = g.Description
	}
	if g.Start != nil || g.End != nil || g.ValidFor != nil {
		if slot := g.slot(now, &r.Slot, bad); !slot.Equal(r.Slot) {
			x.slot = &slot
		}
	}
	if g.Items != nil {
		now := itemsOf(r)
		w := wishOf("reservationItem", *g.Items, list, now, bad)
		switch as := wishOf("reservationItem", now, list, nil, new(faults)); {
		case sameDemand(w.demand(), as.demand()): // compared as it is shown: the units that it was given later are not asked for
		case r.NSD != "":
			bad.add("reservationItem", "what it needs follows from NSD "+r.NSD+": change the request in Berth")
		default:
			x.wish = &w
		}
	}
	before := keptOf(r)
	for _, k := range []struct {
		field        string
		asked, there json.RawMessage
	}{{"relatedParty", present(g.Party), before.Party}, {"serviceOrderRef", present(g.Order), before.Order}} {
		if len(k.asked) > 0 && !sameJSON(k.asked, k.there) {
			bad.add(k.field, "stays as the reservation was made with it")
		}
	}
	return x
}

// sameDemand compares what two demands need, whatever the order of their units.
func sameDemand(a, b testbeds.Demand) bool {
	return slices.EqualFunc(a, b, func(x, y testbeds.Need) bool {
		return x.Resource == y.Resource && x.Amount == y.Amount && slices.Equal(slices.Sorted(slices.Values(x.Units)), slices.Sorted(slices.Values(y.Units)))
	})
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && len(b) > 0 && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}
