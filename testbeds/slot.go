package testbeds

import (
	"fmt"
	"time"
)

// Slot is the half-open interval [Start, End) between two UTC instants of whole seconds. A slot that ends when another starts
// does not overlap it.
type Slot struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// NewSlot makes the slot that starts at start and lasts d.
func NewSlot(start time.Time, d time.Duration) Slot {
	start = start.UTC()
	return Slot{Start: start, End: start.Add(d)}
}

// Duration returns the exact length of the slot, zero where it is empty or reversed.
func (s Slot) Duration() time.Duration { return max(0, s.End.Sub(s.Start)) }

// IsZero reports whether neither bound is set.
func (s Slot) IsZero() bool { return s.Start.IsZero() && s.End.IsZero() }

// Equal reports whether both bounds are the same instants, whatever their locations.
func (s Slot) Equal(o Slot) bool { return s.Start.Equal(o.Start) && s.End.Equal(o.End) }

// Overlaps reports whether the two half-open intervals share an instant.
func (s Slot) Overlaps(o Slot) bool { return s.Start.Before(o.End) && o.Start.Before(s.End) }

// Contains reports whether o lies within s, bounds included.
func (s Slot) Contains(o Slot) bool { return !o.Start.Before(s.Start) && !o.End.After(s.End) }

// Shift moves the slot by d and keeps its length.
func (s Slot) Shift(d time.Duration) Slot { return Slot{Start: s.Start.Add(d), End: s.End.Add(d)} }

// With returns the least slot that holds both.
func (s Slot) With(o Slot) Slot {
	if o.Start.Before(s.Start) {
		s.Start = o.Start
	}
	if o.End.After(s.End) {
		s.End = o.End
	}
	return s
}

// UTC returns the same slot with both bounds in UTC.
func (s Slot) UTC() Slot { return Slot{Start: s.Start.UTC(), End: s.End.UTC()} }

// String writes the slot for people, in UTC.
func (s Slot) String() string {
	return fmt.Sprintf("%s – %s", s.Start.UTC().Format("2006-01-02 15:04:05Z"), s.End.UTC().Format("2006-01-02 15:04:05Z"))
}
