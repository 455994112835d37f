package testbeds

import (
	"time"

	"berth/testbeds/wallclock"
)

// site holds the VIMs and devices that a closure written at a testbed can name.
type site struct {
	vims    map[string]VIM
	devices map[string]Device
}

// concerns resolves the names of a closure; it passes each unknown name, with its field, to unknown.
type concerns func(c Closure, unknown func(field, rule string, args ...any)) (vims []VIM, devices []Device)

func (s site) concerned(c Closure, unknown func(field, rule string, args ...any)) (vims []VIM, devices []Device) {
	for i, id := range c.VIMs {
		if v, ok := s.vims[id]; ok {
			vims = append(vims, v)
		} else {
			unknown(index(".vims", i), "%q is not a VIM of the testbed", clip(id))
		}
	}
	for i, id := range c.Devices {
		if d, ok := s.devices[id]; ok {
			devices = append(devices, d)
		} else {
			unknown(index(".devices", i), "%q is not a device of the testbed", clip(id))
		}
	}
	return vims, devices
}

func ofVIM(v VIM) concerns {
	return func(c Closure, unknown func(field, rule string, args ...any)) ([]VIM, []Device) {
		namesNothing(c, unknown)
		return []VIM{v}, nil
	}
}

func ofDevice(d Device) concerns {
	return func(c Closure, unknown func(field, rule string, args ...any)) ([]VIM, []Device) {
		namesNothing(c, unknown)
		return nil, []Device{d}
	}
}

func namesNothing(c Closure, unknown func(field, rule string, args ...any)) {
	if c.Source != "" {
		unknown(".source", "is for closures at the testbed only")
	}
	if len(c.VIMs) > 0 {
		unknown(".vims", "is for a closure or opening at the testbed only")
	}
	if len(c.Devices) > 0 {
		unknown(".devices", "is for a closure or opening at the testbed only")
	}
}

// closures checks a list of closures, or of openings.
func (c *checker) closures(at string, list []Closure, of concerns, opening bool) {
	sourced := 0
	for _, cl := range list {
		if cl.Source != "" {
			sourced++
		}
	}
	c.atMost(at, len(list)-sourced, maxClosures)
	c.atMost(at, sourced, maxSourced)
	seen := map[string]bool{}
	for i, cl := range list {
		if len(c.faults) > MaxFaults {
			return // a rule that never happens is slow to check, and its fault would not be listed
		}
		at := index(at, i)
		if cl.ID != "" {
			c.form(at+".id", cl.ID, idForm, idRule)
			c.once(at+".id", cl.ID, seen)
		}
		if cl.Source != "" {
			c.form(at+".source", cl.Source, idForm, idRule)
			c.form(at+".id", cl.ID, idForm, idRule)
		}
		c.someText(at+".summary", cl.Summary)
		c.when(at, cl)
		c.replacing(at+".replace", cl.Replace)
		c.twice(at+".vims", cl.VIMs)
		c.twice(at+".devices", cl.Devices)
		vims, devices := of(cl, func(field, rule string, args ...any) { c.fault(at+field, rule, args...) })
		if opening {
			c.noPart(at, cl)
		} else {
			c.part(at, cl, vims, devices)
		}
	}
}

func (c *checker) twice(at string, ids []string) {
	seen := map[string]bool{}
	for i, id := range ids {
		c.once(index(at, i), id, seen)
	}
}

// when checks the time of a closure and its recurrence.
func (c *checker) when(at string, cl Closure) {
	started := (wallclock.Rule{}).Check(cl.Start.Time)
	switch {
	case cl.Start.IsZero():
		c.fault(at+".start", "is missing")
	case started != nil:
		c.fault(at+".start", "%s", started)
	}
	if d := cl.Duration; !plausible(d) || d.Exact() <= 0 || d.Exact() > wallclock.Longest {
		c.fault(at+".duration", "must be above zero and at most 366 days, in whole seconds")
	}
	if cl.RRule != "" {
		c.recurring++
	}
	s, err := cl.series()
	if err == nil && started == nil {
		err = s.Rule.Check(s.Start)
	}
	if err != nil {
		c.fault(at+".rrule", "%s", err)
	}
	c.exDates(at+".exdates", cl)
}

func (c *checker) exDates(at string, cl Closure) {
	c.atMost(at, len(cl.ExDates), maxExDates)
	if len(cl.ExDates) > 0 && cl.RRule == "" {
		c.fault(at, "is for a closure with an rrule only")
	}
	for i, t := range cl.ExDates {
		// Exceptions remove days, not times. A time of day that no occurrence has would be an error that no user notices.
		if clock := sinceMidnight(t.Time); clock != 0 && clock != sinceMidnight(cl.Start.Time) {
			c.fault(index(at, i), "must be a date alone, or have the time of day of start")
		}
	}
}

func sinceMidnight(t time.Time) time.Duration {
	return t.Sub(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC))
}

// noPart checks that an opening takes all of each resource that it names.
func (c *checker) noPart(at string, cl Closure) {
	const rule = "is for closures only: an opening is for all of what it names"
	if cl.Source != "" {
		c.fault(at+".source", "is for closures only")
	}
	if len(cl.Capacity) > 0 {
		c.fault(at+".capacity", rule)
	}
	if cl.Count != 0 {
		c.fault(at+".count", rule)
	}
	if len(cl.Units) > 0 {
		c.fault(at+".units", rule)
	}
	if cl.Replace != "" {
		c.fault(at+".replace", "is for closures only")
	}
}

// part checks the part of a capacity that a closure takes: amounts of VIMs, a count of devices, or units of one device.
func (c *checker) part(at string, cl Closure, vims []VIM, devices []Device) {
	if len(cl.Capacity) > 0 {
		if len(vims) == 0 || len(devices) > 0 {
			c.fault(at+".capacity", "is a part of VIMs: the closure must name VIMs and no devices")
		}
		c.amounts(at+".capacity", cl.Capacity)
		for _, v := range vims {
			c.amountsKnown(at+".capacity", cl.Capacity, v)
		}
	}
	if cl.Count != 0 {
		c.amount(at+".count", cl.Count, 0)
		if len(devices) == 0 || len(vims) > 0 {
			c.fault(at+".count", "is a part of devices: the closure must name devices and no VIMs")
		}
	}
	if len(cl.Units) == 0 {
		return
	}
	if cl.Count != 0 {
		c.fault(at+".units", "and count exclude each other")
	}
	if len(devices) != 1 || len(vims) > 0 {
		c.fault(at+".units", "are units of one device: the closure must name one device and no VIMs")
		return
	}
	c.units(at+".units", cl.Units, devices[0])
}

// units checks a list of units of a device.
func (c *checker) units(at string, units []string, of Device) {
	known := make(map[string]bool, len(of.Units))
	for _, u := range of.Units {
		known[u] = true
	}
	seen := map[string]bool{}
	for i, u := range units {
		if !known[u] {
			c.fault(index(at, i), "%q is not a unit of device %q", clip(u), clip(of.ID))
		}
		c.once(index(at, i), u, seen)
	}
}
