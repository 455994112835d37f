package scheduler

import (
	"context"
	"reflect"
	"slices"

	"berth/scheduler/account"
	"berth/testbeds"
)

// TakeClosures replaces the closures of a testbed that come from a source, such as a calendar that its staff keep. Those of people and of other
// sources stay. It returns CodeNotFound without such a testbed, and those of a change (CodeForbidden, CodeInvalid, CodeConflict and CodePrecondition).
func (s *Service) TakeClosures(ctx context.Context, a account.Actor, testbed, source string, list []testbeds.Closure, o ChangeOptions) (FacilityChange, error) {
	if err := mayChange(a, testbed); err != nil {
		return FacilityChange{}, err
	}
	list = slices.Clone(list)
	for i := range list {
		list[i].Source = source
	}
	return s.alter(ctx, a, o, func(f *testbeds.Facility, _ *testbeds.Catalogue) error {
		i, err := indexOf(*f, testbed)
		if err != nil {
			return err
		}
		others := slices.DeleteFunc(slices.Clone(f.Testbeds[i].Closures), func(c testbeds.Closure) bool { return c.Source == source })
		f.Testbeds = slices.Clone(f.Testbeds)
		f.Testbeds[i].Closures = append(others, list...)
		return nil
	})
}

// mine refuses a closure that comes from a calendar to people.
func mine(testbed string, c testbeds.Closure) error {
	if c.Source == "" {
		return nil
	}
	return Errorf(CodeConflict, "closure %q of %s comes from the calendar %s: change it there, or take the calendar away and forget it", clip(c.Summary), testbed, c.Source)
}

// byHand keeps a change of whole testbeds away from closures that come from calendars: those that it leaves out stay, those that the calendars
// no longer have stay away, and one that it alters is refused.
func byHand(change alteration) alteration {
	return func(f *testbeds.Facility, c *testbeds.Catalogue) error {
		was := *f
		if err := change(f, c); err != nil {
			return err
		}
		f.Testbeds = slices.Clone(f.Testbeds)
		for i, t := range f.Testbeds {
			old, _ := was.Testbed(t.ID)
			list, err := sourced(old, t)
			if err != nil {
				return err
			}
			f.Testbeds[i].Closures = list
		}
		return nil
	}
}

// sourced lists the closures of a changed testbed, with those of calendars as they are. One that names what the testbed no longer has goes.
func sourced(old, t testbeds.Testbed) ([]testbeds.Closure, error) {
	from := func(c testbeds.Closure) bool { return c.Source != "" }
	if !slices.ContainsFunc(old.Closures, from) && !slices.ContainsFunc(t.Closures, from) {
		return t.Closures, nil
	}
	known := map[string]testbeds.Closure{}
	for _, c := range old.Closures {
		if from(c) {
			known[c.ID] = c
		}
	}
	var list []testbeds.Closure
	for _, c := range t.Closures {
		if !from(c) {
			list = append(list, c)
			continue
		}
		have, ok := known[c.ID]
		if ok && !reflect.DeepEqual(have, c) {
			return nil, mine(t.ID, have)
		}
	}
	for _, c := range old.Closures {
		if from(c) && stands(c, t) {
			list = append(list, c)
		}
	}
	return list, nil
}

// stands reports whether a testbed has everything that a closure names.
func stands(c testbeds.Closure, t testbeds.Testbed) bool {
	for _, id := range c.VIMs {
		if _, ok := t.VIM(id); !ok {
			return false
		}
	}
	for _, id := range c.Devices {
		d, ok := t.Device(id)
		if !ok || slices.ContainsFunc(c.Units, func(u string) bool { return !slices.Contains(d.Units, u) }) {
			return false
		}
	}
	return true
}
