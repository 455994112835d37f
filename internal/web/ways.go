package web

import (
	"context"
	"encoding/json"
	"html/template"
	"net/url"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// wayOut is an alternative to what does not fit: a form takes it with the field take, or an address leads to it.
type wayOut struct {
	Slot    testbeds.Slot
	Changes []string
	JSON    string
	URL     template.URL // of a new request for it; empty where the request itself can take it
}

// asTaken writes an alternative as the field take holds it: its slot, and its placement and devices.
func asTaken(a testbeds.Alternative) string {
	b, err := json.Marshal(testbeds.Alternative{Slot: a.Slot, Placement: a.Placement, Devices: a.Devices})
	if err != nil {
		return "" // it holds texts and numbers only
	}
	return string(b)
}

// readTaken reads the field take of a form; nil if the form has none.
func readTaken(form url.Values) (*testbeds.Alternative, error) {
	text := form.Get("take")
	if text == "" {
		return nil, nil
	}
	a, err := readAlternative("take", text)
	return &a, err
}

func readAlternative(field, text string) (testbeds.Alternative, error) {
	var a testbeds.Alternative
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return a, invalid(field, "cannot be read")
	}
	return testbeds.Alternative{Slot: a.Slot, Placement: a.Placement, Devices: a.Devices}, nil
}

// takes reports whether a step with a request can lead to an alternative. A request that has begun keeps its start, its places and its devices.
func takes(action scheduler.Action, who account.Actor, r scheduler.Request, a testbeds.Alternative) bool {
	switch {
	case action == scheduler.ActionSchedule, action == scheduler.ActionEdit, action == scheduler.ActionMove && r.Status == scheduler.UnderReview:
		return true
	case action != scheduler.ActionMove || !scheduler.MayOverride(who, action, r):
		return false
	case r.Status.Begun():
		sameDevices := a.Devices == nil || devicesOf(a.Devices) == devicesOf(r.Devices)
		return sameDevices && a.Slot.Start.Equal(r.Slot.Start) && len(replaced(r, a.Placement)) == 0
	}
	return true
}

// replaced returns the part of a placement that differs from the request's.
func replaced(r scheduler.Request, p testbeds.Placement) testbeds.Placement {
	out := testbeds.Placement{}
	for member, where := range p {
		if r.Placement[member] != where {
			out[member] = where
		}
	}
	return out
}

// waysOut lists the alternatives to a request that a step can take; for a reader who can take none of them so, addresses of new requests.
func waysOut(action scheduler.Action, who account.Actor, r scheduler.Request, list []testbeds.Alternative) (ways []wayOut) {
	for _, a := range list {
		if takes(action, who, r, a) {
			ways = append(ways, wayOut{Slot: a.Slot, Changes: changesOf(a), JSON: asTaken(a)})
		}
	}
	if len(ways) > 0 || !who.Is(account.RoleExperimenter) && !who.Is(account.RoleMentor) && !who.Is(account.RoleAdministrator) {
		return ways
	}
	for _, a := range list {
		if c, ok := again(r); ok {
			ways = append(ways, wayOut{Slot: a.Slot, Changes: changesOf(a), URL: c.with(a.Slot, a.Placement, a.Devices)})
		}
	}
	return ways
}

func changesOf(a testbeds.Alternative) (list []string) {
	for _, c := range a.Changes {
		list = append(list, c.Text)
	}
	return list
}

// again returns a request as a choice for a new one; ok is false for components that the form cannot hold.
func again(r scheduler.Request) (c choice, ok bool) {
	c = choice{NSD: r.NSD, Placement: r.Placement, Devices: r.Devices, Name: r.Name, Description: r.Description, Mentor: r.Mentor, Hours: int64((r.Slot.Duration() + time.Hour - 1) / time.Hour)}
	if r.NSD != "" {
		return c, true
	}
	for _, x := range r.Components {
		c.Own = append(c.Own, own{VCPU: x.Size["vcpu"], MemoryMB: x.Size["memory_mb"], StorageGB: x.Size["storage_gb"], Where: r.Placement[x.Member]})
	}
	return c, len(c.Own) > 0 && len(c.Own) <= maxOwn
}

// waysFor finds alternatives to a request as things are now, in its slot or, if that is over, from now on.
func (s *site) waysFor(ctx context.Context, who account.Actor, v scheduler.View) ([]testbeds.Alternative, error) {
	list, err := s.service.Ways(ctx, who, v.ID)
	if err != nil || len(list) > 0 || v.Fit.Fits || s.o.Clock().Before(v.Slot.Start) {
		return list, err
	}
	q := scheduler.Ask{NSD: v.NSD, Placement: v.Placement, Devices: v.Devices, Request: v.ID, Duration: testbeds.Period{Clock: v.Slot.Duration()}}
	if q.NSD == "" {
		q.Components = v.Components
	}
	list, _, err = s.service.Suggest(ctx, who, q)
	if scheduler.CodeOf(err) == scheduler.CodeInvalid { // something that it uses is gone
		return nil, nil
	}
	return list, err
}
