package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"berth/testbeds/wallclock"
)

// Limits of input, checked before any parser runs: go-ical recurses for every BEGIN and takes quadratic time for a long
// parameter.
const (
	MaxObject     = 64 << 10 // bytes
	maxReadLine   = 8 << 10  // bytes, unfolded
	maxReadDepth  = 4        // of BEGIN
	maxReadBegins = 64
)

// Moved holds what a calendar client may change of a booking: its times; and the version of the object that it changed, empty if the client
// does not say.
type Moved struct {
	UID        string
	Start, End time.Time
	Version    string
}

// ErrNotAnEvent says that an object is not exactly one VEVENT with a UID, a start and an end.
var ErrNotAnEvent = errors.New("a calendar object must be exactly one VEVENT with UID, DTSTART and DTEND or DURATION")

// ReadMoved reads the times from an object that a client wrote, and ignores the rest.
func ReadMoved(cal *ical.Calendar) (Moved, error) {
	var events []*ical.Component
	for _, c := range cal.Children {
		switch c.Name {
		case ical.CompEvent:
			events = append(events, c)
		case ical.CompTimezone:
		default:
			return Moved{}, ErrNotAnEvent
		}
	}
	if len(events) != 1 {
		return Moved{}, ErrNotAnEvent
	}
	return moved(events[0].Props, cal)
}

func moved(props ical.Props, cal *ical.Calendar) (Moved, error) {
	uid, start, end := props.Get(ical.PropUID), props.Get(ical.PropDateTimeStart), props.Get(ical.PropDateTimeEnd)
	length := props.Get(ical.PropDuration)
	if uid == nil || uid.Value == "" || start == nil || end == nil && length == nil {
		return Moved{}, ErrNotAnEvent
	}
	if props.Get(ical.PropRecurrenceRule) != nil || props.Get(ical.PropRecurrenceDates) != nil {
		return Moved{}, errors.New("a booking does not repeat: RRULE and RDATE are not allowed")
	}
	m := Moved{UID: uid.Value}
	if version := props.Get(versionProperty); version != nil {
		m.Version = strings.TrimSpace(version.Value)
	}
	var err error
	if m.Start, err = moment(start, cal); err != nil {
		return Moved{}, fmt.Errorf("DTSTART %w", err)
	}
	if end == nil {
		d, err := length.Duration()
		if err != nil || d < 0 {
			return Moved{}, errors.New("DURATION must be a length of time")
		}
		m.End = m.Start.Add(d)
		return m, nil
	}
	if m.End, err = moment(end, cal); err != nil {
		return Moved{}, fmt.Errorf("DTEND %w", err)
	}
	return m, nil
}

// moment parses a property into an instant. It refuses days, and times without a zone.
func moment(p *ical.Prop, cal *ical.Calendar) (time.Time, error) {
	const form = "20060102T150405"
	if at, err := time.Parse(form+"Z", p.Value); err == nil {
		return at, nil
	}
	at, err := time.Parse(form, p.Value)
	if err != nil {
		return time.Time{}, errors.New("must be a date with a time: slots begin and end at a time of day")
	}
	name := p.Params.Get(ical.ParamTimezoneID)
	if name == "" {
		return time.Time{}, errors.New("must have a time zone")
	}
	zone, ok := zoneOf(name, cal)
	if !ok {
		return time.Time{}, fmt.Errorf("is in the unknown time zone %q", line(name, 80))
	}
	return wallclock.Instant(at, zone).UTC(), nil
}

// zoneOf finds the IANA zone of a TZID.
func zoneOf(name string, cal *ical.Calendar) (*time.Location, bool) {
	location := ""
	for _, c := range cal.Children {
		if id := c.Props.Get(ical.PropTimezoneID); c.Name == ical.CompTimezone && id != nil && id.Value == name {
			if at := c.Props.Get("X-LIC-LOCATION"); at != nil {
				location = at.Value
			}
		}
	}
	return ZoneOf(name, location)
}

// ZoneOf finds the IANA zone of a TZID: by its name, by the location in its VTIMEZONE, or by the end of its name, to which Evolution adds a prefix
// of its own.
func ZoneOf(name, location string) (*time.Location, bool) {
	names := []string{name, location}
	parts := strings.Split(name, "/")
	for n := min(3, len(parts)-1); n >= 2; n-- {
		names = append(names, strings.Join(parts[len(parts)-n:], "/"))
	}
	for _, n := range names {
		if zone, err := wallclock.Zone(n); err == nil {
			return zone, true
		}
	}
	return nil, false
}

// Decode parses an iCalendar object within the limits of input.
func Decode(object []byte) (*ical.Calendar, error) {
	if err := guard(object); err != nil {
		return nil, err
	}
	return decode(object)
}

// decode runs the parser, which panics on some malformed lines.
func decode(object []byte) (cal *ical.Calendar, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("not an iCalendar object")
		}
	}()
	return ical.NewDecoder(bytes.NewReader(object)).Decode()
}

// guard bounds size, line length and nesting.
func guard(object []byte) error {
	if len(object) > MaxObject {
		return fmt.Errorf("a calendar object must be at most %d bytes", MaxObject)
	}
	length, depth, begins := 0, 0, 0
	for l := range bytes.Lines(object) {
		l = bytes.TrimRight(l, "\r\n")
		if len(l) > 0 && (l[0] == ' ' || l[0] == '\t') {
			length += len(l) - 1
		} else {
			length = len(l)
		}
		if length > maxReadLine {
			return fmt.Errorf("a line of a calendar object must be at most %d bytes", maxReadLine)
		}
		switch name := bytes.ToUpper(l[:min(len(l), 6)]); {
		case bytes.HasPrefix(name, []byte("BEGIN:")):
			depth++
			begins++
		case bytes.HasPrefix(name, []byte("END:")):
			depth--
		}
		if depth > maxReadDepth || begins > maxReadBegins {
			return errors.New("a calendar object is nested too deeply")
		}
	}
	return nil
}
