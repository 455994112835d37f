// Package calendar shows Berth's schedule as a calendar: one event per booking, operations as events of their own, closures, the
// collections that people subscribe to, feeds and free/busy time.
//
// It turns requests and facilities into events and events into iCalendar text (RFC 5545). An index of them answers three questions:
// the content of a collection, the changes in it since a position, and the objects that overlap a span. It also reads back the few
// properties that a calendar client may change. It knows no HTTP and no SQL: internal/store keeps the objects, internal/dav serves
// them.
//
// golang-ical writes, go-ical reads, and every string is cleaned before it reaches them: both let line breaks through in places.
package calendar
