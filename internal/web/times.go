package web

import (
	"html/template"
	"net/http"
	"net/url"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// reader says how times are written: in whose zone, and when.
type reader struct {
	zone *time.Location
	now  time.Time
}

// zoneCookie holds the time zone of a browser, which its script tells. It counts until a person chooses one.
const zoneCookie = "berth-zone"

// guessed returns the time zone of the browser; empty if it did not tell.
func guessed(r *http.Request) string {
	c, err := r.Cookie(zoneCookie)
	if err != nil {
		return ""
	}
	name, err := url.QueryUnescape(c.Value)
	if err != nil {
		return ""
	}
	if _, err := wallclock.Zone(name); err != nil {
		return ""
	}
	return name
}

// readerOf returns how a person reads times; UTC where no zone is known.
func (s *site) readerOf(who account.Actor) reader {
	x := reader{time.UTC, s.o.Clock()}
	if zone, err := wallclock.Zone(who.Zone); err == nil {
		x.zone = zone
	}
	return x
}

// slot writes a slot: "Thu 26 Nov, 09:00–13:00".
func (x reader) slot(s testbeds.Slot) string {
	return wallclock.SaidSpan(s.Start, s.End, x.zone, x.now)
}

// days writes the days of a span: "Thu 26 Nov – Wed 2 Dec".
func (x reader) days(s testbeds.Slot) string {
	from, to := wallclock.Day(s.Start, x.zone, x.now), wallclock.Day(s.End.Add(-time.Second), x.zone, x.now)
	if from == to {
		return from
	}
	return from + " – " + to
}

// at writes an instant: "Thu 26 Nov, 09:00".
func (x reader) at(t time.Time) string { return wallclock.Said(t, x.zone, x.now) }

// zoneName names a zone for people.
func zoneName(zone *time.Location) string { return phrases.ZoneName(zone) }

// exact writes an instant in UTC.
func exact(t time.Time) string { return t.UTC().Format(phrases.Minute + " UTC") }

// timeHTML marks an instant up: the words, the instant for machines, and UTC on hover.
func timeHTML(t time.Time, words string) string {
	return `<time datetime="` + t.UTC().Format(time.RFC3339) + `" title="` + exact(t) + `">` + template.HTMLEscapeString(words) + `</time>`
}

// At writes an instant in the reader's zone.
func (v view) At(t time.Time) template.HTML {
	return template.HTML(timeHTML(t, v.reader.at(t)) + v.foreign())
}

// Day writes the day of an instant in the reader's zone.
func (v view) Day(t time.Time) string { return wallclock.Day(t, v.reader.zone, v.reader.now) }

// Clock writes the time of day of an instant in the reader's zone.
func (v view) Clock(t time.Time) template.HTML {
	return template.HTML(timeHTML(t, t.In(v.reader.zone).Format("15:04")))
}

// Slot writes a slot in the reader's zone.
func (v view) Slot(s testbeds.Slot) template.HTML {
	from, dash, to := wallclock.SpanParts(s.Start, s.End, v.reader.zone, v.reader.now)
	return template.HTML(`<span class="when">` + timeHTML(s.Start, from) + dash + timeHTML(s.End, to) + `</span>` + v.foreign())
}

// foreign names the zone on pages for people who are not signed in: their frame does not say it.
func (v view) foreign() string {
	if v.Who.Username != "" {
		return ""
	}
	return " " + template.HTMLEscapeString(v.Zone())
}

// Beside writes a slot in the zones whose clocks show something else than the reader's: "10:00–14:00 Madrid time".
func (v view) Beside(s testbeds.Slot, zones []*time.Location) (list []string) {
	mine := v.reader.slot(s)
	for _, zone := range zones {
		if said := wallclock.SaidSpan(s.Start, s.End, zone, v.reader.now); said != mine {
			list = append(list, said+" "+zoneName(zone))
		}
	}
	return list
}

// Zone names the reader's zone.
func (v view) Zone() string { return zoneName(v.reader.zone) }

// Input writes an instant as a field for a date and a time holds it, in the reader's zone.
func (v view) Input(t time.Time) string { return t.In(v.reader.zone).Format(localTime) }

// ZoneID is the reader's zone as forms name it.
func (v view) ZoneID() string { return v.reader.zone.String() }

// humane writes the times in a message of the rules for the reader.
func (x reader) humane(message string) string {
	return phrases.Reader{Zone: x.zone, Now: x.now}.Said(message)
}

// Said writes the times in a text of the rules for the reader.
func (v view) Said(text string) string { return v.reader.humane(text) }
