package testbeds

import (
	"maps"
	"slices"

	"berth/testbeds/wallclock"
)

func (c *checker) capacityChanges(at string, list []CapacityChange, s site) {
	c.atMost(at, len(list), maxClosures)
	seen := map[string]bool{}
	for i, ch := range list {
		at := index(at, i)
		c.text(at+".summary", ch.Summary)
		if ch.From.IsZero() {
			c.fault(at+".from", "is missing")
		} else if err := (wallclock.Rule{}).Check(ch.From.Time); err != nil {
			c.fault(at+".from", "%s", err)
		}
		switch {
		case (ch.VIM == "") == (ch.Device == ""):
			c.fault(at, "must name either a vim or a device")
		case ch.VIM != "":
			c.vimChange(at, ch, s)
			for _, name := range slices.Sorted(maps.Keys(ch.Capacity)) {
				c.changedOnce(at+".capacity."+name, ch, "vim "+ch.VIM+" "+name, seen)
			}
		default:
			c.deviceChange(at, ch, s)
			c.changedOnce(at+".device", ch, "device "+ch.Device, seen)
		}
	}
}

// changedOnce checks that no two changes of one quantity or device take force at the same time.
func (c *checker) changedOnce(at string, ch CapacityChange, what string, seen map[string]bool) {
	key := ch.From.String() + what
	if seen[key] {
		c.fault(at, "changes twice at the same time")
	}
	seen[key] = true
}

func (c *checker) vimChange(at string, ch CapacityChange, s site) {
	if ch.Count != 0 {
		c.fault(at+".count", "is for a change of a device only")
	}
	if len(ch.Capacity) == 0 {
		c.fault(at+".capacity", "is missing: the new amounts of the VIM")
	}
	c.amounts(at+".capacity", ch.Capacity)
	v, ok := s.vims[ch.VIM]
	if !ok {
		c.fault(at+".vim", "%q is not a VIM of the testbed", clip(ch.VIM))
		return
	}
	c.amountsKnown(at+".capacity", ch.Capacity, v)
}

func (c *checker) deviceChange(at string, ch CapacityChange, s site) {
	if len(ch.Capacity) > 0 {
		c.fault(at+".capacity", "is for a change of a VIM only")
	}
	c.amount(at+".count", ch.Count, 0)
	d, ok := s.devices[ch.Device]
	if !ok {
		c.fault(at+".device", "%q is not a device of the testbed", clip(ch.Device))
		return
	}
	// Units past the named ones would have no names.
	if len(d.Units) > 0 && ch.Count > int64(len(d.Units)) {
		c.fault(at+".count", "must be at most %d, as many as device %q has named units", len(d.Units), clip(d.ID))
	}
}
