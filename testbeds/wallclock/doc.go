// Package wallclock is the one place that computes with wall-clock time: it turns local times and recurrences of a zone into
// instants.
//
// A wall-clock time is carried as a time.Time with the same figures in UTC ("floating"). It becomes an instant under one policy,
// that of RFC 5545 section 3.3.5: a time that a change of the clock skips is read with the offset in force before the change, that
// is, shifted forward by the gap; of a time that comes twice the first one counts.
//
// Recurrences are a subset of RFC 5545 section 3.3.10. The expander behind it (rrule-go) can be made to loop for ever or to panic,
// and resolves gaps and overlaps in ways that differ from zone to zone. So a rule first passes a strict parser of our own, which
// admits whole days only (at most one occurrence a day, at the time of day of the start); then a check that it ever happens,
// because the expander searches for a rule that never does until the year 9999; and is then expanded in floating time, where no
// clock changes. Only the result is mapped to instants.
package wallclock
