package calendarsync

import (
	"context"
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"berth/calendar"
	"berth/calendar/foreign"
	"berth/internal/caldavclient"
	"berth/scheduler"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

const (
	mostClosures = 20_000 // of a testbed, as the facility has it
	mostNotes    = 50
	mostNamed    = 5 // events in a reason, or in what is held
)

// plan is what a reading makes of a calendar.
type plan struct {
	testbed  testbeds.Testbed
	revision int64 // of the facility
	before   []testbeds.Closure
	after    []testbeds.Closure
	ids      map[string]bool // of the closures after
	strays   []string        // other testbeds that have closures of it: it was theirs once
	events   int
	way      string
	notes    []scheduler.EventNote
	gone     map[string]bool
	of       int
	doubtful bool
	by       string // who has confirmed the loss
}

// fault is something wrong with the calendar or the settings, for people.
type fault struct{ text, remedy string }

func (f *fault) Error() string { return f.text }

// plan reads the calendar, and works out the closures. believed is the fingerprint of the loss that a person has confirmed. The facility is read first: if
// the process is frozen afterwards, another one may have read more, and the revision tells.
func (s *Sync) plan(ctx context.Context, believed string) (p *plan, err error) {
	f, revision, err := s.facility.Facility(ctx, s.actor)
	if err != nil {
		return nil, err
	}
	t, ok := f.Testbed(s.o.Testbed)
	if !ok {
		return nil, &fault{"there is no testbed " + s.o.Testbed, "name a testbed of the facility in the settings"}
	}
	zone, err := wallclock.Zone(t.Timezone)
	if err != nil {
		return nil, err
	}
	p = &plan{testbed: t, revision: revision, gone: map[string]bool{}, ids: map[string]bool{}}
	for _, x := range f.Testbeds {
		if x.ID != t.ID && slices.ContainsFunc(x.Closures, s.mine) {
			p.strays = append(p.strays, x.ID)
		}
	}
	for _, c := range t.Closures {
		if s.mine(c) {
			p.before = append(p.before, c)
		}
	}
	reading, err := s.remote.Read(ctx)
	if err != nil {
		return nil, err
	}
	p.way = reading.Way
	if err := s.events(ctx, p, reading, zone); err != nil {
		return nil, err
	}
	s.judge(p, zone, believed)
	if len(p.after) > mostClosures {
		return nil, &fault{fmt.Sprintf("its events are more than %d closures", mostClosures), "name a calendar that holds the testbed's events alone, or categories"}
	}
	return p, nil
}

func (s *Sync) mine(c testbeds.Closure) bool { return c.Source == s.o.Name }

// span is the time whose events become closures. It moves by days, so that a calendar that stays the same changes nothing for a day.
func (s *Sync) span() testbeds.Slot {
	today := s.now().Truncate(24 * time.Hour)
	return testbeds.Slot{Start: today.Add(-past), End: today.Add(s.o.Horizon + 21*24*time.Hour)}
}

// parse reads the objects that are new, and forgets those that are gone.
func (s *Sync) parse(ctx context.Context, reading caldavclient.Reading) error {
	for _, at := range reading.Gone {
		for _, key := range s.parsed[at].keys {
			s.deleted[key] = true
		}
	}
	kept := make(map[string]parsed, len(reading.Objects))
	for _, o := range reading.Objects {
		x, ok := s.parsed[o.Path]
		if !ok || x.text != string(o.Text) {
			x = parsed{text: string(o.Text), keys: x.keys}
			x.calendar, x.err = foreign.Read(o.Text)
			if x.err == nil {
				if err := s.recognise(ctx, x.calendar); err != nil {
					return err
				}
				x.keys = nil
				for _, uid := range x.calendar.UIDs(s.own) {
					x.keys = append(x.keys, s.keyOf(uid))
				}
			}
		}
		kept[o.Path] = x
	}
	s.parsed = kept
	return nil
}

// recognise finds out which UIDs are those of requests: a booking that somebody copied here must not close what it books.
func (s *Sync) recognise(ctx context.Context, c *foreign.Calendar) error {
	for _, uid := range c.UIDs(nil) {
		id, ok := strings.CutSuffix(uid, calendar.UIDSuffix)
		if _, known := s.ours[uid]; !ok || known || len(id) < 36 {
			continue
		}
		_, err := s.facility.Get(ctx, s.actor, id[:36])
		if code := scheduler.CodeOf(err); err != nil && code != scheduler.CodeNotFound && code != scheduler.CodeForbidden && code != scheduler.CodeInvalid {
			return err
		}
		s.ours[uid] = err == nil
	}
	return nil
}

// events turns the events of a reading into closures, and keeps those that their events had where these are not understood.
func (s *Sync) events(ctx context.Context, p *plan, reading caldavclient.Reading, zone *time.Location) error {
	if err := s.parse(ctx, reading); err != nil {
		return err
	}
	keep, present, unknown := map[string]bool{}, map[string]bool{}, false
	for _, o := range reading.Objects {
		x := s.parsed[o.Path]
		for _, key := range x.keys {
			present[key] = true
			delete(s.deleted, key)
		}
		if x.err != nil && o.Path == "" { // an .ics file is one object
			return &fault{x.err.Error(), "look at url: it must be that of a calendar"}
		}
		if x.err != nil {
			p.notes = append(p.notes, scheduler.EventNote{Event: plainName(o.Path), Text: x.err.Error(), Kept: true})
			unknown = unknown || len(x.keys) == 0
			for _, key := range x.keys {
				keep[key] = true
			}
			continue
		}
		if err := s.expand(p, x.calendar, zone, keep); err != nil {
			return err
		}
	}
	now := s.now()
	ahead := testbeds.Slot{Start: now, End: s.span().End}
	lasting := map[string]bool{}
	happens := func(c testbeds.Closure, in testbeds.Slot) bool {
		slots, err := c.Occurrences(zone, in)
		return err != nil || len(slots) > 0
	}
	for _, c := range p.before {
		key := keyIn(c)
		if happens(c, ahead) {
			lasting[key] = true
		}
		// An object that cannot be read may be any of those that are missing.
		if !p.ids[c.ID] && (keep[key] || unknown && !present[key]) && happens(c, s.span()) {
			p.after = append(p.after, c)
			present[key] = true
		}
	}
	for key := range lasting {
		if !present[key] {
			p.gone[key] = true
		}
	}
	p.of = len(lasting)
	return nil
}

// expand adds the closures of one object.
func (s *Sync) expand(p *plan, c *foreign.Calendar, zone *time.Location, keep map[string]bool) error {
	list, faults, err := c.Occasions(zone, s.span(), mostClosures, s.own)
	if errors.Is(err, foreign.ErrTooMany) {
		return &fault{fmt.Sprintf("its events are more than %d closures", mostClosures), "name a calendar that holds the testbed's events alone, or categories"}
	}
	if err != nil {
		return err
	}
	for _, f := range faults {
		keep[s.keyOf(f.UID)] = keep[s.keyOf(f.UID)] || f.Lost
		p.notes = append(p.notes, scheduler.EventNote{Event: f.Summary, Text: f.Text, Kept: f.Lost})
	}
	events := map[string]bool{}
	for _, o := range list {
		closures, note := s.closes(o, p.testbed)
		if note != "" && !events[o.UID] {
			p.notes = append(p.notes, scheduler.EventNote{Event: o.Closure.Summary, Text: note})
		}
		if len(closures) > 0 || note != "" {
			events[o.UID] = true
		}
		for _, c := range closures {
			plain := c.ID
			for n := 2; p.ids[c.ID]; n++ { // some servers keep two objects of one event
				c.ID = fmt.Sprintf("%s-%d", plain, n)
			}
			p.ids[c.ID] = true
			p.after = append(p.after, c)
		}
		if len(p.after) > mostClosures {
			break
		}
	}
	p.events += len(events)
	return nil
}

// plainName shortens the path of an object for people.
func plainName(at string) string { return summary(path.Base(at)) }

// judge keeps the closures of events that are gone, if the loss is doubtful and nobody has confirmed it.
func (s *Sync) judge(p *plan, zone *time.Location, believed string) {
	gone := make([]string, 0, len(p.gone))
	for key := range p.gone {
		gone = append(gone, key)
	}
	if p.doubtful = doubtful(p.of, gone, s.deleted); !p.doubtful || believed == fingerprint(p.gone) {
		p.doubtful = false
		return
	}
	for _, c := range p.before {
		if p.gone[keyIn(c)] {
			p.after = append(p.after, c)
		}
	}
}

// changes lists the summaries of what differs, and reports whether anything does.
func (p *plan) changes() (summaries []string, differ bool) {
	had := make(map[string]testbeds.Closure, len(p.before))
	for _, c := range p.before {
		had[c.ID] = c
	}
	note := func(c testbeds.Closure) {
		differ = true
		if len(summaries) < mostNamed && !slices.Contains(summaries, c.Summary) {
			summaries = append(summaries, c.Summary)
		}
	}
	for _, c := range p.after {
		if old, ok := had[c.ID]; !ok || !reflect.DeepEqual(old, c) {
			note(c)
		}
		delete(had, c.ID)
	}
	for _, c := range p.before {
		if _, left := had[c.ID]; left {
			note(c)
		}
	}
	return summaries, differ
}

// held describes a loss that is not believed.
func (p *plan) held(since time.Time) *scheduler.HeldCalendar {
	h := &scheduler.HeldCalendar{Since: since, Gone: len(p.gone), Of: p.of, Events: []string{}}
	for _, c := range p.before {
		if p.gone[keyIn(c)] && len(h.Events) < mostNamed && !slices.Contains(h.Events, c.Summary) {
			h.Events = append(h.Events, c.Summary)
		}
	}
	return h
}

// take makes the closures those of the plan.
func (s *Sync) take(ctx context.Context, p *plan, dry bool) (change scheduler.FacilityChange, err error) {
	summaries, differ := p.changes()
	if !differ {
		return scheduler.FacilityChange{Differences: []testbeds.Difference{}, Broken: []scheduler.BrokenBooking{}, DryRun: dry, Revision: p.revision}, nil
	}
	reason := summary("calendar " + s.o.Name + ": " + strings.Join(summaries, "; "))
	if p.by != "" {
		reason += "; the loss of events was confirmed by " + p.by
	}
	return s.facility.TakeClosures(ctx, s.actor, s.o.Testbed, s.o.Name, p.after, scheduler.ChangeOptions{DryRun: dry, Force: true, Reason: reason, Revision: p.revision})
}
