package world

import (
	"strings"
	"time"
)

// The testbed that keeps calendars: what its staff do in one, and what Berth books in the other.
const (
	lab         = "5g-vino"
	maintenance = "maintenance"
	bookings    = "bookings"
)

// keepLab writes what the staff of the testbed have planned: maintenance every week, and a course that needs radios.
func (w *World) keepLab(now time.Time) {
	day := now.UTC().AddDate(0, 0, 3)
	w.Lab.Put(maintenance, "patches", event("patches@lab.example", "Patches of the VIM", day, "T0600", "T0700", "RRULE:FREQ=WEEKLY;COUNT=8"))
	w.Lab.Put(maintenance, "course", event("course@lab.example", "Course on software radio [usrp-n210 x4]", day.AddDate(0, 0, 2), "T1300", "T1700", ""))
}

// event writes an event between two times of a day, in the time zone of the testbed.
func event(uid, summary string, day time.Time, from, to, rule string) string {
	date := day.Format("20060102")
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//The laboratory//EN", "BEGIN:VEVENT", "UID:" + uid, "DTSTAMP:20260101T000000Z", "SUMMARY:" + summary,
		"DTSTART;TZID=Europe/Athens:" + date + from + "00", "DTEND;TZID=Europe/Athens:" + date + to + "00"}
	if rule != "" {
		lines = append(lines, rule)
	}
	return strings.Join(append(lines, "END:VEVENT", "END:VCALENDAR", ""), "\r\n")
}
