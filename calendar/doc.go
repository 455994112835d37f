// Package calendar says what Berth's schedule looks like in a calendar: one event per booking, operations as events of their own,
// closures, the collections that people subscribe to, feeds and free/busy time.
//
// It turns requests and facilities into events and events into iCalendar text (RFC 5545), keeps an index of them that answers what a
// collection holds, what changed in it since, and what overlaps a span, and reads back the little that a calendar client may change.
// It knows no HTTP and no SQL: internal/store keeps the objects, internal/dav serves them.
//
// golang-ical writes, go-ical reads, and neither meets a string that was not cleaned before: both let line breaks through in places.
package calendar
