package foreign

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// Occasion is a time that an event takes, once or by a rule.
type Occasion struct {
	UID        string
	Key        string // tells the occasions of an event apart, for as long as they are the same
	Categories []string
	Private    bool             // its title is not for everybody
	Closure    testbeds.Closure // with a summary and a time, in the zone that was asked for
}

// Fault is something in an event that could not be understood. Of a Lost one it is not known when it takes time.
type Fault struct {
	UID, Summary, Text string
	Lost               bool
}

// ErrTooMany says that a calendar takes time more often than anybody can want.
var ErrTooMany = errors.New("the calendar has too many events")

// UIDs lists the events of a calendar, each once, without those that are one's own.
func (c *Calendar) UIDs(own func(uid, mark string) bool) (list []string) {
	for _, g := range c.groups(own) {
		list = append(list, g.uid)
	}
	return list
}

// group is an event with its changed times.
type group struct {
	uid     string
	masters []event
	changed []event
}

// groups puts the parts of each event together. Of two parts for the same time the one with the higher sequence counts, or the later one.
func (c *Calendar) groups(own func(uid, mark string) bool) (list []*group) {
	known := map[string]*group{}
	for _, e := range c.events {
		if e.uid == "" {
			e.uid = "without UID " + e.summary
			if e.start != nil {
				e.uid += e.start.text
			}
		}
		if own != nil && own(e.uid, e.mark) {
			continue
		}
		g := known[e.uid]
		if g == nil {
			g = &group{uid: e.uid}
			known[e.uid], list = g, append(list, g)
		}
		if e.instead == nil {
			g.masters = newest(g.masters, e)
		} else {
			g.changed = newest(g.changed, e)
		}
	}
	return list
}

func newest(list []event, e event) []event {
	i := slices.IndexFunc(list, func(x event) bool {
		return x.instead == nil && e.instead == nil || x.instead != nil && e.instead != nil && *x.instead == *e.instead
	})
	switch {
	case i < 0:
		return append(list, e)
	case e.sequence >= list[i].sequence:
		list[i] = e
	}
	return list
}

// reading expands the events of a calendar.
type reading struct {
	*Calendar
	zone   *time.Location
	span   testbeds.Slot
	list   []Occasion
	faults []Fault
	limit  int
}

// Occasions lists when the events of a calendar take time within a span, as closures on the wall clock of a zone: cancelled events and those that are
// shown as free take none. own tells whose events are passed over. It returns ErrTooMany beyond a limit.
func (c *Calendar) Occasions(zone *time.Location, span testbeds.Slot, limit int, own func(uid, mark string) bool) ([]Occasion, []Fault, error) {
	r := &reading{Calendar: c, zone: zone, span: span, limit: limit}
	for _, g := range c.groups(own) {
		r.group(g)
		if len(r.list) > limit {
			return nil, nil, ErrTooMany
		}
	}
	return r.list, r.faults, nil
}

func (r *reading) fault(e event, lost bool, format string, args ...any) {
	r.faults = append(r.faults, Fault{UID: e.uid, Summary: e.summary, Text: fmt.Sprintf(format, args...), Lost: lost})
}

// group expands one event.
func (r *reading) group(g *group) {
	if slices.ContainsFunc(g.masters, func(e event) bool { return e.cancelled }) {
		return
	}
	var except []moment
	for _, e := range g.changed {
		e.uid = g.uid
		if m, unknown, err := r.moment(*e.instead); err == nil && unknown == "" {
			except = append(except, m)
		} else {
			r.fault(e, true, "the time that it changes cannot be read")
		}
		if e.onward {
			r.fault(e, false, "a change of all later times is taken as a change of one")
		}
		if !e.cancelled && !e.invisible {
			e.rules, e.rdates = nil, nil
			r.event(e, "instead "+e.instead.text, nil)
		}
	}
	for _, e := range g.masters {
		if e.uid = g.uid; !e.invisible {
			r.event(e, "", except)
		}
	}
}

// times are the start and the length of an event.
type times struct {
	start  moment
	period testbeds.Period // of a day or more in a rule
	end    time.Time       // an instant
}

// instant returns when a moment is; floating ones and days are on the wall clock of the testbed.
func (r *reading) instant(m moment) time.Time {
	return wallclock.Instant(m.wall, cmp.Or(m.zone, r.zone))
}

// errNoLength says that an event closes nothing, in no calendar.
var errNoLength = errors.New("it has no end, and so no length")

// times reads the start and the end.
func (r *reading) times(e event) (t times, err error) {
	if e.start == nil {
		return t, errors.New("it has no DTSTART")
	}
	var unknown string
	if t.start, unknown, err = r.moment(*e.start); err != nil {
		return t, fmt.Errorf("DTSTART %w", err)
	}
	if unknown != "" {
		r.fault(e, false, "nobody knows its time zone %s: it is taken as the testbed's", unknown)
	}
	start := r.instant(t.start)
	switch {
	case e.end != nil:
		end, _, err := r.moment(*e.end)
		if err != nil {
			return t, fmt.Errorf("DTEND %w", err)
		}
		if t.start.day && end.day {
			t.period.Days = int(end.wall.Sub(t.start.wall) / (24 * time.Hour))
		} else {
			t.period.Clock = r.instant(end).Sub(start)
		}
	case e.length != "":
		if t.period, err = testbeds.ParsePeriod(strings.TrimPrefix(strings.TrimSpace(e.length), "+")); err != nil {
			return t, fmt.Errorf("DURATION %w", err)
		}
	case t.start.day:
		t.period.Days = 1
	default:
		return t, errNoLength
	}
	switch length := t.period.Exact(); {
	case length == 0:
		return t, errNoLength
	case length < 0:
		return t, errors.New("it ends before it begins")
	}
	t.end = r.after(t.start, t.period)
	return t, nil
}

// after returns the instant at which a period from a moment on ends.
func (r *reading) after(m moment, p testbeds.Period) time.Time {
	if p.Days == 0 {
		return r.instant(m).Add(p.Clock)
	}
	m.wall = m.wall.AddDate(0, 0, p.Days)
	return r.instant(m).Add(p.Clock)
}

// event adds the times of an event, or of one of its changed times.
func (r *reading) event(e event, key string, except []moment) {
	if e.fault != "" {
		r.fault(e, true, "%s", e.fault)
	}
	t, err := r.times(e)
	if err != nil {
		r.fault(e, !errors.Is(err, errNoLength), "%v", err)
		return
	}
	for _, s := range e.exdates {
		m, unknown, err := r.moment(s)
		if err != nil || unknown != "" {
			r.fault(e, false, "the exception %q cannot be read, and is none", clean(s.text, 40))
			continue
		}
		except = append(except, m)
	}
	for i, s := range e.rdates {
		r.extra(e, t, s, fmt.Sprintf("%s date %d", key, i), except)
	}
	if len(e.rules) == 0 {
		if len(except) == 0 || !r.excepted(t.start, t.start, except) {
			r.once(e, key, r.instant(t.start), t)
		}
		return
	}
	if err := r.recurring(e, key, t, except); err != nil {
		r.fault(e, true, "it recurs in a way that is not understood: %v", err)
		r.once(e, key+" first", r.instant(t.start), t)
	}
}

// excepted reports whether one time of an event, of which start gives the zone, is excepted.
func (r *reading) excepted(at, start moment, except []moment) bool {
	when := r.instant(at)
	return slices.ContainsFunc(except, func(x moment) bool {
		if x.day {
			return x.wall.Equal(at.wall.Truncate(24 * time.Hour))
		}
		if x.zone == nil {
			x.zone = start.zone
		}
		return r.instant(x).Equal(when)
	})
}

// extra adds a time of RDATE.
func (r *reading) extra(e event, t times, s stamp, key string, except []moment) {
	m, unknown, err := r.moment(stamp{text: s.text, zone: s.zone})
	if err != nil || unknown != "" {
		r.fault(e, true, "the date %q cannot be read", clean(s.text, 40))
		return
	}
	x := times{start: m, period: t.period}
	if s.period != "" {
		if end, _, err := r.moment(stamp{text: s.period, zone: s.zone}); err == nil {
			x.period = testbeds.Period{Clock: r.instant(end).Sub(r.instant(m))}
		} else if x.period, err = testbeds.ParsePeriod(s.period); err != nil {
			r.fault(e, true, "the period %q cannot be read", clean(s.period, 40))
			return
		}
	}
	if x.period.Exact() > 0 && !r.excepted(m, t.start, except) {
		x.end = r.after(m, x.period)
		r.once(e, key, r.instant(m), x)
	}
}

// recurring adds the times of a rule: as a rule where the testbed's clock is the event's, else one by one.
func (r *reading) recurring(e event, key string, t times, except []moment) error {
	if len(e.rules) > 1 {
		return errors.New("it has several RRULEs")
	}
	text := usual(e.rules[0])
	rule, err := wallclock.Parse(text)
	if err != nil {
		return err
	}
	if err := rule.Check(t.start.wall); err != nil {
		return err
	}
	if t.period.Exact() > wallclock.Longest {
		return errors.New("it takes longer than 366 days")
	}
	zone := cmp.Or(t.start.zone, r.zone)
	series := wallclock.Series{Start: t.start.wall, Days: t.period.Days, Clock: t.period.Clock, Rule: rule}
	var days []testbeds.LocalTime
	for _, x := range except {
		wall := x.wall
		if !x.day {
			wall = wallclock.Floating(r.instant(moment{wall: x.wall, zone: cmp.Or(x.zone, t.start.zone)}).In(zone))
		}
		day := wall.Truncate(24 * time.Hour)
		if !x.day && !wall.Equal(day.Add(t.start.wall.Sub(t.start.wall.Truncate(24*time.Hour)))) {
			continue // no time of the rule
		}
		if !slices.ContainsFunc(days, func(l testbeds.LocalTime) bool { return l.Equal(day) }) {
			days = append(days, testbeds.LocalTime{Time: day})
			series.Except = append(series.Except, day)
		}
	}
	first, err := series.Expand(zone, r.instant(t.start), r.instant(t.start).Add(time.Second))
	if err == nil && len(first) == 0 && !r.excepted(t.start, t.start, except) {
		r.once(e, key+" first", r.instant(t.start), t) // the start counts, even where it is none of the rule
	}
	found, err := series.Expand(zone, r.span.Start, r.span.End)
	if err != nil || len(found) == 0 {
		return err
	}
	if zone.String() == r.zone.String() && len(days) <= 1000 {
		slices.SortFunc(days, func(a, b testbeds.LocalTime) int { return a.Compare(b.Time) })
		r.add(e, key, testbeds.Closure{Start: testbeds.LocalTime{Time: t.start.wall}, Duration: t.period, RRule: text, ExDates: days})
		return nil
	}
	for _, at := range found {
		local := wallclock.Floating(at.Start.In(zone))
		r.once(e, key+" at "+local.Format("20060102T150405"), at.Start, times{start: moment{local, zone, t.start.day}, period: t.period, end: at.End})
	}
	return nil
}

// once adds a single time, if it lies in the span. One that is longer than a closure may be becomes several.
func (r *reading) once(e event, key string, start time.Time, t times) {
	if !start.Before(r.span.End) || !r.span.Start.Before(t.end) {
		return
	}
	if t.start.day && t.start.wall.Year() >= wallclock.FirstYear && t.period.Clock == 0 && t.period.Exact() <= wallclock.Longest {
		r.add(e, key, testbeds.Closure{Start: testbeds.LocalTime{Time: t.start.wall}, Duration: t.period})
		return
	}
	const piece = wallclock.Longest - 24*time.Hour
	for n := max(0, int64(r.span.Start.Sub(start)/piece)); ; n++ {
		from := start.Add(time.Duration(n) * piece)
		to := from.Add(piece)
		if to.After(t.end) {
			to = t.end
		}
		if !from.Before(to) || !from.Before(r.span.End) || len(r.list) > r.limit {
			return
		}
		k := key
		if n > 0 {
			k = fmt.Sprintf("%s piece %d", key, n)
		}
		// Of a time that comes twice a closure means the first: it begins then, rather than too late.
		local := wallclock.Floating(from.In(r.zone))
		r.add(e, k, testbeds.Closure{Start: testbeds.LocalTime{Time: local}, Duration: testbeds.Period{Clock: to.Sub(wallclock.Instant(local, r.zone))}})
	}
}

func (r *reading) add(e event, key string, c testbeds.Closure) {
	c.Summary = cmp.Or(e.summary, "Closed")
	r.list = append(r.list, Occasion{UID: e.uid, Key: strings.TrimSpace(key), Categories: e.categories, Private: e.private, Closure: c})
}

var weekdaysOfMonth = regexp.MustCompile(`(^|;)BYDAY=`)

// usual writes a rule as package wallclock takes it: in capitals, without what says nothing, and with the weekdays of one month of the year as those of
// a month.
func usual(rule string) string {
	rule = strings.Trim(strings.ToUpper(strings.Join(strings.Fields(rule), "")), ";")
	parts := strings.Split(rule, ";")
	parts = slices.DeleteFunc(parts, func(p string) bool { return strings.HasPrefix(p, "X-") })
	each := func(name string) (value string) {
		for _, p := range parts {
			if v, ok := strings.CutPrefix(p, name+"="); ok {
				value = v
			}
		}
		return value
	}
	if interval := each("INTERVAL"); each("FREQ") == "YEARLY" && weekdaysOfMonth.MatchString(rule) && (interval == "" || interval == "1") && each("BYMONTH") != "" &&
		(each("BYSETPOS") == "" || !strings.Contains(each("BYMONTH"), ",")) {
		for i, p := range parts {
			if p == "FREQ=YEARLY" {
				parts[i] = "FREQ=MONTHLY"
			}
		}
	}
	return strings.Join(parts, ";")
}
