package foreign

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// MarkProperty holds whose an event is, where Berth wrote it into a calendar of others.
const MarkProperty = "X-BERTH-INSTANCE"

// Calendar is a calendar, or one object of a collection, as it was read.
type Calendar struct {
	events []event
	zones  map[string]*zone
}

// event is one VEVENT: an event, or one changed time of a recurring one.
type event struct {
	uid, summary, mark   string
	categories           []string
	start, end           *stamp
	length               string // DURATION
	rules                []string
	rdates, exdates      []stamp
	instead              *stamp // RECURRENCE-ID
	cancelled, invisible bool   // STATUS:CANCELLED, TRANSP:TRANSPARENT
	private              bool   // CLASS other than PUBLIC
	onward               bool   // RANGE=THISANDFUTURE
	sequence             int
	fault                string
}

// stamp is a date or a time as it is written.
type stamp struct {
	text, zone string
	period     string // after the slash of a PERIOD
}

// Read reads a calendar. It returns an error for what is no calendar, is cut off, or exceeds the limits.
func Read(text []byte) (*Calendar, error) {
	c := &Calendar{zones: map[string]*zone{}}
	var (
		e     *event
		z     *zone
		part  *observance
		depth int // within an event, of what is not the event's own
	)
	err := scan(text, func(kind string) error {
		switch {
		case e != nil:
			depth++
		case z != nil && (kind == "STANDARD" || kind == "DAYLIGHT"):
			if part = (&observance{}); len(z.parts) == maxRules {
				return errors.New("a time zone of the calendar has too many rules")
			}
		case kind == "VEVENT":
			if e = (&event{}); len(c.events) == MaxEvents {
				return fmt.Errorf("the calendar has more than %d events", MaxEvents)
			}
		case kind == "VTIMEZONE":
			z = &zone{}
		}
		return nil
	}, func(kind string) error {
		switch {
		case e != nil && depth > 0:
			depth--
		case e != nil:
			c.events = append(c.events, *e)
			e = nil
		case part != nil:
			z.parts, part = append(z.parts, *part), nil
		case z != nil && kind == "VTIMEZONE":
			if len(c.zones) < maxZones {
				c.zones[z.id] = z
			}
			z = nil
		}
		return nil
	}, func(p property) error {
		switch {
		case e != nil && depth == 0:
			e.take(p)
		case part != nil:
			part.take(p)
		case z != nil && p.name == "TZID":
			z.id = p.value
		case z != nil && p.name == "X-LIC-LOCATION":
			z.location = p.value
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// take reads one property of an event.
func (e *event) take(p property) {
	switch p.name {
	case "": // malformed, or too long
		e.fault = "its " + p.value + " is malformed or too long"
	case "UID":
		e.uid = p.value
	case "SUMMARY":
		e.summary = clean(plain(p.value), maxText)
	case "CATEGORIES":
		e.categories = append(e.categories, texts(p.value)...)
	case "DTSTART":
		e.start = &stamp{text: p.value, zone: p.params["TZID"]}
	case "DTEND":
		e.end = &stamp{text: p.value, zone: p.params["TZID"]}
	case "DURATION":
		e.length = p.value
	case "RRULE":
		e.rules = append(e.rules, p.value)
	case "EXRULE":
		e.fault = "EXRULE is not supported"
	case "RDATE":
		e.rdates = e.dates(e.rdates, p)
	case "EXDATE":
		e.exdates = e.dates(e.exdates, p)
	case "RECURRENCE-ID":
		e.instead, e.onward = &stamp{text: p.value, zone: p.params["TZID"]}, p.params["RANGE"] != ""
	case "STATUS":
		e.cancelled = strings.EqualFold(strings.TrimSpace(p.value), "CANCELLED")
	case "TRANSP":
		e.invisible = strings.EqualFold(strings.TrimSpace(p.value), "TRANSPARENT")
	case "CLASS":
		e.private = !strings.EqualFold(strings.TrimSpace(p.value), "PUBLIC")
	case "SEQUENCE":
		e.sequence, _ = strconv.Atoi(p.value)
	case MarkProperty:
		e.mark = p.value
	}
}

func (e *event) dates(list []stamp, p property) []stamp {
	for text := range strings.SplitSeq(p.value, ",") {
		at, period, _ := strings.Cut(text, "/")
		if list = append(list, stamp{at, p.params["TZID"], period}); len(list) > maxDates {
			e.fault = fmt.Sprintf("it has more than %d dates in %s", maxDates, p.name)
			return list
		}
	}
	return list
}

// moment is a stamp in time.
type moment struct {
	wall time.Time      // the figures, in UTC
	zone *time.Location // nil: floating, or a day
	day  bool
}

// moment reads a stamp. unknown names a zone that nobody knows; its times are taken as floating.
func (c *Calendar) moment(s stamp) (m moment, unknown string, err error) {
	text := strings.TrimSpace(s.text)
	if m.wall, err = time.Parse("20060102", text); err == nil {
		m.day = true
		return m, "", nil
	}
	if m.wall, err = time.Parse("20060102T150405Z", text); err == nil {
		m.zone = time.UTC
		return m, "", nil
	}
	if m.wall, err = time.Parse("20060102T150405", text); err != nil {
		return m, "", fmt.Errorf("%q is neither a date nor a time", clean(text, 40))
	}
	if s.zone == "" {
		return m, "", nil
	}
	var ok bool
	if m.zone, ok = c.find(s.zone); !ok {
		return m, clean(s.zone, 60), nil
	}
	return m, "", nil
}
