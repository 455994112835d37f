package calendarsync

import (
	"context"
	"slices"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Desk is where people meet all calendars of an instance.
type Desk struct {
	Facility Facility
	Syncs    []*Sync
}

// named finds a calendar.
func (d Desk) named(name string) (*Sync, error) {
	for _, s := range d.Syncs {
		if s.o.Name == name {
			return s, nil
		}
	}
	return nil, scheduler.Errorf(scheduler.CodeNotFound, "there is no such calendar in the settings")
}

// List shows the calendars of a testbed, or of all; also those that left closures when they left the settings. It returns CodeForbidden without the
// scope to read, and CodeNotFound without such a testbed.
func (d Desk) List(ctx context.Context, a account.Actor, testbed string) ([]scheduler.TestbedCalendar, error) {
	f, err := d.read(ctx, a, testbed)
	if err != nil {
		return nil, err
	}
	list, known := []scheduler.TestbedCalendar{}, map[string]bool{}
	for _, s := range d.Syncs {
		known[s.o.Name] = known[s.o.Name] || !s.o.Write
		if testbed != "" && s.o.Testbed != testbed {
			continue
		}
		c, err := s.State(ctx, a, f)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	for _, t := range f.Testbeds {
		if testbed != "" && t.ID != testbed {
			continue
		}
		at := len(list)
		for _, c := range t.Closures {
			if c.Source == "" || known[c.Source] {
				continue
			}
			i := slices.IndexFunc(list[at:], func(x scheduler.TestbedCalendar) bool { return x.Name == c.Source })
			if i < 0 {
				i, list = len(list)-at, append(list, scheduler.TestbedCalendar{Name: c.Source, Testbed: t.ID, Left: true, Stale: true})
			}
			list[at+i].Closures++
		}
	}
	return list, nil
}

// read reads a testbed, or all.
func (d Desk) read(ctx context.Context, a account.Actor, testbed string) (f testbeds.Facility, err error) {
	if testbed == "" {
		f, _, err = d.Facility.Facility(ctx, a)
		return f, err
	}
	t, _, err := d.Facility.Testbed(ctx, a, testbed)
	f.Testbeds = []testbeds.Testbed{t}
	return f, err
}

// Preview says what a reading now would change; see Sync.Preview.
func (d Desk) Preview(ctx context.Context, a account.Actor, name string) (scheduler.FacilityChange, error) {
	s, err := d.named(name)
	if err != nil {
		return scheduler.FacilityChange{}, err
	}
	return s.Preview(ctx, a)
}

// Confirm lets a calendar be believed; see Sync.Confirm.
func (d Desk) Confirm(ctx context.Context, a account.Actor, name string) error {
	s, err := d.named(name)
	if err != nil {
		return err
	}
	return s.Confirm(ctx, a)
}

// TryNow lets a calendar be read or written at once; see Sync.TryNow.
func (d Desk) TryNow(ctx context.Context, a account.Actor, name string) error {
	s, err := d.named(name)
	if err != nil {
		return err
	}
	return s.TryNow(ctx, a)
}

// Forget takes away the closures of a calendar that is not in the settings any more. It returns CodeForbidden, CodeNotFound, and CodeConflict for one that
// is still there.
func (d Desk) Forget(ctx context.Context, a account.Actor, name string) (scheduler.FacilityChange, error) {
	if s, err := d.named(name); err == nil && !s.o.Write {
		return scheduler.FacilityChange{}, scheduler.Errorf(scheduler.CodeConflict, "the calendar %s is in the settings: take it out of them first", name)
	}
	list, err := d.List(ctx, a, "")
	if err != nil {
		return scheduler.FacilityChange{}, err
	}
	change, found := scheduler.FacilityChange{}, false
	for _, c := range list {
		if !c.Left || c.Name != name {
			continue
		}
		if err := mayTend(a, c.Testbed); err != nil {
			return change, err
		}
		found = true
		if change, err = d.Facility.TakeClosures(ctx, a, c.Testbed, name, nil, scheduler.ChangeOptions{Force: true, Reason: "the calendar " + name + " was forgotten"}); err != nil {
			return change, err
		}
	}
	if !found {
		return change, scheduler.Errorf(scheduler.CodeNotFound, "no calendar of that name has left closures behind")
	}
	return change, nil
}
