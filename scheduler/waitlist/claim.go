package waitlist

import "time"

const (
	// Window is how long an offer to somebody who waits holds its capacity, if nothing else is set.
	Window = 24 * time.Hour
	// share of the time left until the slot begins is the most that an offer may hold: the next three who wait must still get theirs in time.
	share = 4
	// Shortest is the shortest time in which a person can be expected to answer: less is no offer.
	Shortest = time.Minute
	// MostMissed is how many offers in a row somebody may miss before their waiting ends: who never answers must not keep capacity from others for ever.
	MostMissed = 3
)

// Claim returns until when an offer made now of a slot that begins at start holds its capacity; ok is false where no time is left to take it.
func Claim(now, start time.Time, window time.Duration) (until time.Time, ok bool) {
	held := min(window, start.Sub(now)/share).Truncate(time.Second)
	return now.Add(held), held >= Shortest
}

// Latest returns the instant from which on a slot that begins at start can be offered to nobody any more.
func Latest(start time.Time) time.Time { return start.Add(-share * Shortest) }
