package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-ical"
)

// Limits of what is read, checked before any parser sees it: go-ical recurses for every BEGIN and takes quadratic time over a long
// parameter.
const (
	MaxObject     = 64 << 10 // bytes
	maxReadLine   = 8 << 10  // bytes, unfolded
	maxReadDepth  = 4        // of BEGIN
	maxReadBegins = 64
)

// Moved is what a calendar client may change of a booking: its times.
type Moved struct {
	UID        string
	Start, End time.Time
}

// ErrNotAnEvent says that an object is not exactly one VEVENT with a UID, a start and an end.
var ErrNotAnEvent = errors.New("a calendar object here is exactly one VEVENT with UID, DTSTART and DTEND or DURATION")

// ReadMoved reads the times from an object that a client wrote. Whatever it says beside them is not looked at.
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
	return moved(ical.Event{Component: events[0]})
}

func moved(e ical.Event) (Moved, error) {
	uid := e.Props.Get(ical.PropUID)
	start, end := e.Props.Get(ical.PropDateTimeStart), e.Props.Get(ical.PropDateTimeEnd)
	if uid == nil || uid.Value == "" || start == nil {
		return Moved{}, ErrNotAnEvent
	}
	if end == nil && e.Props.Get(ical.PropDuration) == nil {
		return Moved{}, ErrNotAnEvent
	}
	if e.Props.Get(ical.PropRecurrenceRule) != nil || e.Props.Get(ical.PropRecurrenceDates) != nil {
		return Moved{}, fmt.Errorf("a booking does not repeat: RRULE and RDATE are not taken")
	}
	m := Moved{UID: uid.Value}
	var err error
	if m.Start, err = e.DateTimeStart(time.UTC); err != nil {
		return Moved{}, fmt.Errorf("DTSTART: %w", err)
	}
	if m.End, err = e.DateTimeEnd(time.UTC); err != nil {
		return Moved{}, fmt.Errorf("DTEND: %w", err)
	}
	m.Start, m.End = m.Start.UTC(), m.End.UTC()
	return m, nil
}

// Decode reads an iCalendar object within the limits of what is read.
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
		return fmt.Errorf("a calendar object is at most %d bytes", MaxObject)
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
			return fmt.Errorf("a line of a calendar object is at most %d bytes", maxReadLine)
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
