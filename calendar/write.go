package calendar

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Limits of output, in bytes: a request may hold longer texts than any client wants to show.
const (
	maxLine = 512
	maxText = 8 << 10
)

const productID = "-//Berth//Testbed slots//EN"

// render writes the iCalendar object of one event for CalDAV: a VCALENDAR with one VEVENT and no METHOD, CRLF line ends, lines
// folded at 75 octets. The same event gives the same bytes.
func render(e Event) string {
	cal := empty()
	cal.AddVEvent(vevent(e))
	var b bytes.Buffer
	_ = write(&b, cal) // a bytes.Buffer never fails
	return b.String()
}

func empty() *ics.Calendar {
	cal := ics.NewCalendarFor("berth")
	cal.SetProductId(productID)
	cal.SetCalscale("GREGORIAN")
	return cal
}

func write(w io.Writer, cal *ics.Calendar) error { return cal.SerializeTo(w, ics.WithNewLineWindows) }

// vevent maps an event to its properties; no other code knows their names.
func vevent(e Event) *ics.VEvent {
	v := ics.NewEvent(token(e.UID()))
	v.SetDtStampTime(e.Modified)
	if !e.Created.IsZero() {
		v.SetCreatedTime(e.Created)
	}
	v.SetLastModifiedAt(e.Modified)
	v.SetSequence(int(e.Sequence))
	v.SetStartAt(e.Start.Truncate(time.Second))
	v.SetEndAt(e.End.Truncate(time.Second))
	v.SetStatus(ics.ObjectStatus(e.Status))
	v.SetSummary(line(e.Summary, maxLine))
	text := func(set func(string, ...ics.PropertyParameter), s string) {
		if s != "" {
			set(s)
		}
	}
	text(v.SetDescription, clean(e.Description, maxText))
	text(v.SetLocation, line(e.Location, maxLine))
	text(v.SetURL, uri(e.URL))
	text(v.AddComment, clean(e.Comment, maxText))
	if e.Series != "" { // the same for all of its occurrences, which stay events of their own
		v.AddProperty(ics.ComponentPropertyRelatedTo, token(e.Series+UIDSuffix), &ics.KeyValues{Key: "RELTYPE", Value: []string{"PARENT"}})
	}
	for _, c := range e.Categories {
		text(v.AddCategory, line(c, maxLine))
	}
	transparency := ics.TransparencyOpaque
	if e.Transparent || e.Status == Withdrawn {
		transparency = ics.TransparencyTransparent
	}
	v.SetTimeTransparency(transparency)
	v.SetProperty("X-MICROSOFT-CDO-BUSYSTATUS", e.busy())
	return v
}

// endEvent is the last line of an event, after its properties and its alarms.
const endEvent = "END:VEVENT\r\n"

// before inserts lines ahead of the last line of a kind, if there is one.
func before(last, text, lines string) string {
	at := strings.LastIndex(text, last)
	if at < 0 {
		return text
	}
	return text[:at] + lines + text[at:]
}

// versionProperty holds the version of an object in its own text.
const versionProperty = "X-BERTH-VERSION"

// unversioned removes the version from a text: a feed is only ever read.
func unversioned(text string) string {
	head, rest, found := strings.Cut(text, "\r\n"+versionProperty+":")
	if !found {
		return text
	}
	_, tail, _ := strings.Cut(rest, "\r\n")
	return head + "\r\n" + tail
}

// WithAlarms adds an alarm to the text of an object for each of the times ahead of its start. No part of it comes from a user.
func WithAlarms(object string, ahead []time.Duration) string {
	if len(ahead) == 0 {
		return object
	}
	var b strings.Builder
	for _, d := range ahead {
		b.WriteString("BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Berth\r\nTRIGGER:-PT" + strconv.FormatInt(int64(d/time.Second), 10) + "S\r\nEND:VALARM\r\n")
	}
	return before(endEvent, object, b.String())
}

// token keeps the characters of an identifier or a colour; the library does not escape values of types other than TEXT.
func token(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && !strings.ContainsRune(`;,\"`, r) {
			return r
		}
		return -1
	}, s)
}

// uri keeps the characters of RFC 3986.
func uri(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && !strings.ContainsRune("\"<>\\^`{|}", r) {
			return r
		}
		return -1
	}, s)
}
