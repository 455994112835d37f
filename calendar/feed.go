package calendar

import (
	"bytes"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Info describes a feed.
type Info struct {
	ID          string // stable for ever
	Name        string
	Description string
	Colour      string // #RRGGBB
	URL         string // of the page behind it
}

// The span of a collection that its feed covers, relative to now.
const (
	FeedPast   = 30 * 24 * time.Hour
	FeedFuture = 365 * 24 * time.Hour
)

// Feed returns what stands before and after the events of a calendar that is one file, for subscription by URL (RFC 7986; METHOD:PUBLISH
// makes Outlook import all events).
func Feed(info Info) (head, tail string) {
	text := header(info)
	at := strings.LastIndex(text, "END:VCALENDAR")
	return text[:at], text[at:]
}

func header(info Info) string {
	cal := empty()
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(line(info.Name, maxLine))
	cal.SetXWRCalDesc(line(info.Description, maxLine))
	cal.SetXWRTimezone("UTC")
	cal.SetXWRCalID(token(info.ID))
	cal.SetXPublishedTTL("PT1H")
	cal.SetRefreshInterval("PT1H")
	if info.URL != "" {
		cal.SetUrl(uri(info.URL))
	}
	if info.Colour != "" {
		cal.CalendarProperties = append(cal.CalendarProperties, ics.CalendarProperty{
			BaseProperty: ics.BaseProperty{IANAToken: "X-APPLE-CALENDAR-COLOR", Value: token(info.Colour)}})
	}
	var b bytes.Buffer
	_ = write(&b, cal)
	return b.String()
}

// FeedEvents cuts the events out of the text of an object, without the properties and the end of its calendar.
func FeedEvents(object string) string {
	from, to := strings.Index(object, "BEGIN:VEVENT\r\n"), strings.LastIndex(object, "END:VCALENDAR")
	if from < 0 || to < from {
		return ""
	}
	return unversioned(object[from:to])
}
