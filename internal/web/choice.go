package web

import (
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// choice holds a user's choices so far on the way to a slot: it stands in the address, so that it can be kept and shared.
type choice struct {
	NSD         string
	Zone        *time.Location
	Hours       int64
	Slot        testbeds.Slot
	Picked      bool
	Placement   testbeds.Placement
	Devices     []testbeds.DeviceNeed // instead of the service's; nil for these
	Own         []own                 // the user's own components, instead of a service
	Name        string
	Description string
	Mentor      string
	Once        string  // makes the form of the choice create one request, however often it is sent
	Any         bool    // nights and weekends are as good as working hours
	Repeat      *repeat // nil: once
	Look        look
}

const (
	usualHours   = 4
	longestHours = 24 * 60
)

func readChoice(form url.Values, usual *time.Location) (c choice, err error) {
	c = choice{NSD: form.Get("nsd"), Name: form.Get("name"), Description: form.Get("description"), Mentor: form.Get("mentor"), Placement: placement(form), Once: form.Get("once")}
	if c.Devices, err = devices(form); err != nil {
		return c, err
	}
	if c.Own, err = readOwn(form); err != nil {
		return c, err
	}
	if c.Zone, err = readZone(form, usual); err != nil {
		return c, err
	}
	if to := form.Get("to"); to != "" {
		c.Placement = testbeds.Placement{testbeds.PlaceAll: to}
	}
	c.Any = form.Has("asked") && form.Get("working") == ""
	if err = c.readTimes(form); err != nil {
		return c, err
	}
	a, err := readTaken(form)
	if err != nil {
		return c, err
	}
	if a != nil {
		c = c.taking(*a)
	}
	if c.Picked {
		c.Hours = max(int64((c.Slot.Duration()+time.Hour-1)/time.Hour), 1)
	}
	if c.Repeat, err = readRepetition(form, c.Slot); err != nil {
		return c, err
	}
	if c.Look, err = readLook(form, c.Zone); err != nil {
		return c, err
	}
	if changed := a != nil || form.Get("step") != "" || form.Get("zoom") != ""; changed && c.Picked && !c.Look.sees(c.Slot, c.Zone) {
		c.Look.At = time.Time{} // the picture goes where the slot is now
	}
	return c, nil
}

// readTimes reads the length and the slot. A length that was chosen anew changes the end of the slot.
func (c *choice) readTimes(form url.Values) (err error) {
	if c.Hours, err = number(form, "hours"); err != nil {
		return err
	}
	if c.Hours > longestHours {
		return invalid("hours", "at most %d", longestHours)
	}
	if c.Slot, c.Picked, err = readSlot(form, c.Zone); err != nil {
		return err
	}
	if form.Get("step") == "find" && c.Picked && c.Hours > 0 {
		c.Slot = testbeds.NewSlot(c.Slot.Start, time.Duration(c.Hours)*time.Hour)
	}
	if c.Hours == 0 {
		c.Hours = usualHours
	}
	return nil
}

// length is how long the experiment is to run.
func (c choice) length() time.Duration {
	if c.Picked && c.Slot.Duration() > 0 {
		return c.Slot.Duration()
	}
	return time.Duration(c.Hours) * time.Hour
}

func (c choice) ask() scheduler.Ask {
	q := scheduler.Ask{NSD: c.NSD, Placement: c.Placement, Devices: c.Devices, Slot: c.Slot, Duration: testbeds.Period{Clock: c.length()}}
	if len(c.Own) == 0 {
		return q
	}
	q.NSD, q.Placement = "", testbeds.Placement{}
	for i, x := range c.Own {
		m := strconv.Itoa(i + 1)
		q.Components = append(q.Components, testbeds.Component{Member: m, Size: x.size(), Onboarded: []string{x.Where}})
		q.Placement[m] = cmp.Or(c.Placement[m], x.Where)
	}
	return q
}

// Hidden lists the parts of a choice that its forms carry along unseen.
func (c choice) Hidden() (list []hidden) {
	if c.NSD != "" {
		list = append(list, hidden{"nsd", c.NSD})
	}
	for i, x := range c.Own {
		list = append(list, x.hidden(i+1)...)
	}
	for _, member := range slices.Sorted(maps.Keys(c.Placement)) {
		list = append(list, hidden{"place." + member, c.Placement[member]})
	}
	for _, d := range c.Devices {
		list = append(list, hidden{"device." + d.Testbed + "/" + d.Device, fmt.Sprint(d.Count)})
	}
	return list
}

// taking returns the choice with an alternative's slot, and its placement and devices if it names them.
func (c choice) taking(a testbeds.Alternative) choice {
	c.Slot, c.Picked = a.Slot, true
	if len(a.Placement) > 0 {
		c.Placement = a.Placement
	}
	if len(a.Devices) > 0 {
		c.Devices = a.Devices
	}
	return c
}

// with returns the address of the same choice with a slot, and with the placement and devices if given.
func (c choice) with(s testbeds.Slot, p testbeds.Placement, needs []testbeds.DeviceNeed) template.URL {
	return c.taking(testbeds.Alternative{Slot: s, Placement: p, Devices: needs}).address()
}

// shared returns the address of the choice for other people: without the words of this one.
func (c choice) shared() template.URL {
	c.Zone, c.Name, c.Description, c.Mentor, c.Once, c.Any, c.Look = nil, "", "", "", "", false, look{}
	return c.address()
}

// address returns the address of the choice, with everything that was typed.
func (c choice) address() template.URL {
	q := url.Values{}
	if c.Zone != nil {
		q.Set("zone", c.Zone.String())
	}
	if c.Picked {
		q.Set("start", c.Slot.Start.UTC().Format(time.RFC3339))
		q.Set("end", c.Slot.End.UTC().Format(time.RFC3339))
	}
	if !c.Picked && c.Hours > 0 && c.Hours != usualHours {
		q.Set("hours", fmt.Sprint(c.Hours))
	}
	if c.Any {
		q.Set("asked", "1")
	}
	if c.Repeat != nil {
		c.Repeat.write(q)
	}
	c.Look.write(q, c.Zone)
	for _, x := range c.Hidden() {
		q.Set(x.Name, x.Value)
	}
	for name, value := range map[string]string{"name": c.Name, "mentor": c.Mentor, "description": c.Description, "once": c.Once} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return template.URL("/new?" + q.Encode())
}
