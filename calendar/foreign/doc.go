// Package foreign reads the calendars that others keep, and says when their events take time.
//
// Such a calendar is not ours: it may be hostile, broken in places, cut off, or written by any of dozens of programs. So it is read line by line,
// without recursion and within limits; go-ical, which reads what clients write back to us, recurses for every BEGIN, panics on some lines, and gives up
// on a whole calendar for one bad event. Here a bad event is a Fault of that event alone. A calendar that is cut off is refused as a whole, since
// what is missing cannot be told from what was removed.
//
// Zones are IANA names, the names of Windows, or what a VTIMEZONE says. Recurrences are those of package wallclock, and are expanded there.
package foreign
